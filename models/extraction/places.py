"""Inside, pure: seats of power that print stands in for those who sit there, as data; and which names are states'."""

import re

#: What is printed -> the body meant. A capital or a building speaks for its government.
METONYMS = {
    "beijing": "Chinese government",
    "china": "Chinese government",
    "moscow": "Russian government",
    "kremlin": "Russian government",
    "russia": "Russian government",
    "kyiv": "Ukrainian government",
    "kiev": "Ukrainian government",
    "ukraine": "Ukrainian government",
    "washington": "United States government",
    "united states": "United States government",
    "us": "United States government",
    "u.s.": "United States government",
    "america": "United States government",
    "london": "British government",
    "downing street": "British government",
    "whitehall": "British government",
    "britain": "British government",
    "uk": "British government",
    "united kingdom": "British government",
    "paris": "French government",
    "elysee": "French government",
    "élysée": "French government",
    "france": "French government",
    "berlin": "German government",
    "germany": "German government",
    "rome": "Italian government",
    "italy": "Italian government",
    "madrid": "Spanish government",
    "spain": "Spanish government",
    "lisbon": "Portuguese government",
    "portugal": "Portuguese government",
    "tokyo": "Japanese government",
    "japan": "Japanese government",
    "seoul": "South Korean government",
    "south korea": "South Korean government",
    "pyongyang": "North Korean government",
    "north korea": "North Korean government",
    "taipei": "Taiwanese government",
    "taiwan": "Taiwanese government",
    "new delhi": "Indian government",
    "delhi": "Indian government",
    "india": "Indian government",
    "islamabad": "Pakistani government",
    "pakistan": "Pakistani government",
    "tehran": "Iranian government",
    "iran": "Iranian government",
    "baghdad": "Iraqi government",
    "iraq": "Iraqi government",
    "damascus": "Syrian government",
    "syria": "Syrian government",
    "riyadh": "Saudi government",
    "saudi arabia": "Saudi government",
    "ankara": "Turkish government",
    "turkey": "Turkish government",
    "türkiye": "Turkish government",
    "israel": "Israeli government",
    "jerusalem": "Israeli government",
    "cairo": "Egyptian government",
    "egypt": "Egyptian government",
    "ottawa": "Canadian government",
    "canada": "Canadian government",
    "canberra": "Australian government",
    "australia": "Australian government",
    "wellington": "New Zealand government",
    "new zealand": "New Zealand government",
    "brasilia": "Brazilian government",
    "brasília": "Brazilian government",
    "brazil": "Brazilian government",
    "mexico city": "Mexican government",
    "mexico": "Mexican government",
    "caracas": "Venezuelan government",
    "venezuela": "Venezuelan government",
    "havana": "Cuban government",
    "cuba": "Cuban government",
    "bogota": "Colombian government",
    "colombia": "Colombian government",
    "buenos aires": "Argentine government",
    "argentina": "Argentine government",
    "warsaw": "Polish government",
    "poland": "Polish government",
    "budapest": "Hungarian government",
    "hungary": "Hungarian government",
    "belgrade": "Serbian government",
    "serbia": "Serbian government",
    "minsk": "Belarusian government",
    "belarus": "Belarusian government",
    "athens": "Greek government",
    "greece": "Greek government",
    "vienna": "Austrian government",
    "austria": "Austrian government",
    "stockholm": "Swedish government",
    "sweden": "Swedish government",
    "oslo": "Norwegian government",
    "norway": "Norwegian government",
    "copenhagen": "Danish government",
    "denmark": "Danish government",
    "helsinki": "Finnish government",
    "finland": "Finnish government",
    "the hague": "Dutch government",
    "netherlands": "Dutch government",
    "brussels": "European Union",
    "eu": "European Union",
    "e.u.": "European Union",
    "manila": "Philippine government",
    "philippines": "Philippine government",
    "hanoi": "Vietnamese government",
    "vietnam": "Vietnamese government",
    "jakarta": "Indonesian government",
    "indonesia": "Indonesian government",
    "bangkok": "Thai government",
    "thailand": "Thai government",
    "kabul": "Afghan government",
    "afghanistan": "Afghan government",
    "nairobi": "Kenyan government",
    "kenya": "Kenyan government",
    "abuja": "Nigerian government",
    "nigeria": "Nigerian government",
    "pretoria": "South African government",
    "south africa": "South African government",
    "addis ababa": "Ethiopian government",
    "ethiopia": "Ethiopian government",
    "tbilisi": "Georgian government",
    "yerevan": "Armenian government",
    "armenia": "Armenian government",
    "baku": "Azerbaijani government",
    "azerbaijan": "Azerbaijani government",
    "doha": "Qatari government",
    "qatar": "Qatari government",
    "pentagon": "United States Department of Defense",
    "foggy bottom": "United States Department of State",
    "quai d'orsay": "French Foreign Ministry",
    "capitol hill": "United States Congress",
    "white house": "White House",
    "state department": "United States Department of State",
}

#: "Ostran’s foreign ministry", "Velia’s navy": only a state has one.
_OF_A_STATE = re.compile(
    r"(?<![A-Z][a-z] )\b(?P<name>(?:(?:North|South|East|West|New|Upper|Lower) )?[A-Z][a-z]+)[’']s (?:[a-z]+ )?"
    r"(?:(?:foreign|defen[cs]e|interior|finance|health|justice|prime) minist(?:ry|er)|navy|air force|coast guard|"
    r"armed forces|central bank|territorial waters|embassy|ambassador)\b"
)
_NEXT_TO = re.compile(r"\b[Nn]eighbou?ring (?P<name>[A-Z][a-z]+)\b")
_BEHIND_NAME = re.compile(
    r"\b(?P<before>[A-Z][\w’'-]{0,30})\.? (?=(?P<name>[A-Z][a-z]+)\b(?: (?P<next>[A-Z][a-z]+)\b)?)"
)
#: What may stand with a capital before a name and is no part of it.
_OPENERS = frozenset(
    "neighbouring neighboring "
    "in but the and if when after before for on from to at as while since both by with of".split()
)


def states(text: str) -> frozenset[str]:
    """Find the names that have what only a state has, and are nobody's family name in the text."""
    names = {found["name"] for pattern in (_OF_A_STATE, _NEXT_TO) for found in pattern.finditer(text)}
    return frozenset(names - _families(text)) if names else frozenset()


def _families(text: str) -> set[str]:
    """Find the names, of one word and of two, that are printed behind a given name or a title."""
    found = [pair for pair in _BEHIND_NAME.finditer(text) if pair["before"].lower() not in _OPENERS]
    return {name for pair in found for name in (pair["name"], f"{pair['name']} {pair['next']}")}
