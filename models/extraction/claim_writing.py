"""Inside, pure: words written as a sentence, and names as they stand at its head or inside it."""

from __future__ import annotations

import re

from models.extraction.findings import Speaker

_REOPENED = re.compile(r"(?<=[.!?…]) “(?=\w)")
_REOPENED_STRAIGHT = re.compile(r"(?<=[.!?…]) \"(?=\w)")
#: A clause that ends where it begins: "they left, after a night in which".
_DANGLING = re.compile(r",[^,“”\"]*\b(?:after|at|by|during|for|from|in|of|on|to|under|with) which$")
#: Names that take an article wherever they stand.
_BODY_NAMES = (
    " government",
    " Union",
    " Ministry",
    " Department",
    " Agency",
    " Commission",
    " Committee",
    " Council",
    " Army",
    " Navy",
    " House",
    " Senate",
    " Court",
    " Board",
    " Bureau",
    " Authority",
)

#: "denied any role": what the speaker has none of, or how it is said.
LACKED = {
    "wrongdoing": "did nothing wrong",
    "involvement": "had no involvement",
    "role": "had no role",
    "part": "had no part",
    "responsibility": "had no responsibility",
    "knowledge": "had no knowledge",
    "link": "had no link",
    "connection": "had no connection",
    "contact": "had no contact",
    "tie": "had no ties",
    "collusion": "did not collude",
    "guilt": "is not guilty",
}


def bare(said: str) -> str:
    """Leave off quotation marks that enclose the whole, and the punctuation at its end."""
    said = re.sub(r",([”\"]) (?=[“\"][A-Z])", r".\1 ", _within_one(" ".join(said.split())))
    if said[:1] in "“\"‘'" and (said[-1:] in "”\"’'" or not re.search('[”"]', said[1:])):
        inner = said[1:].removesuffix("”").removesuffix('"').removesuffix("’")
        said = re.sub(r"[”\"] ?[“\"]", " ", inner)
    return said.strip().rstrip(",;:— ")


def _within_one(said: str) -> str:
    """Leave out the marks that open the later paragraphs of one quotation."""
    if said.count('"') % 2:
        said = said[:1] + _REOPENED_STRAIGHT.sub(" ", said[1:])
    unclosed = said.count("“") - said.count("”") - (said[:1] != "“" or "”" not in said)
    return said[:1] + _REOPENED.sub(" ", said[1:], count=unclosed) if unclosed > 0 else said


def sentence(words: str) -> str:
    """Write words as a sentence: a capital before, a full stop behind."""
    words = _DANGLING.sub("", " ".join(words.split()).rstrip(",;: "))
    words = words[:1].upper() + words[1:]
    if words[-1:] in '”"’' and len(words) > 1:
        inner = words[:-1].rstrip(",;: ")
        return words if inner[-1:] in ".?!" else f"{inner}.{words[-1]}"
    return words if words.endswith((".", "?", "!")) else words + "."


def opening(name: str) -> str:
    """Write a name as it stands at the head of a sentence."""
    if (
        name.endswith(_BODY_NAMES)
        and not name.lower().startswith(("the ", "a "))
        and "’" not in name
        and "'" not in name
    ):
        return f"The {name}"
    return name[:1].upper() + name[1:]


def within(name: str) -> str:
    """Write a name as it stands inside a sentence."""
    first, _, rest = opening(name).partition(" ") if name.endswith(_BODY_NAMES) else name.partition(" ")
    return (
        f"{first.lower()} {rest}" if first in ("The", "A", "An", "Some", "Two", "Three", "Both", "His", "Her") else name
    )


def many(speaker: Speaker | None) -> bool:
    """Tell whether a speaker is more than one."""
    return speaker is not None and speaker.kind == "group"


def instead(said: str, referent: str) -> str:
    """Put what a pronoun stands for in its place at the head of a quotation: "The bridge is sound" for "It's sound"."""
    said = re.sub(r"^(\w+)['’]s (?!been\b|got\b|had\b|gone\b|become\b)", r"\1 is ", said)
    said = re.sub(r"^(\w+)['’]re ", r"\1 are ", said)
    return re.sub(r"^\w+", lambda _: referent, said)
