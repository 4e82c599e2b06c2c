"""Inside, pure: what a mention stands for, told by its words: a person, a body, a group, nobody named."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from models.extraction.findings import SpeakerKind
from models.extraction.lexicon import MEDIA_NAMES, SPEAKING_THINGS
from models.extraction.names import FEMALE, MALE

if TYPE_CHECKING:
    from spacy.tokens import Token

PERSON_ROLES = frozenset(
    """president minister premier chancellor senator representative congressman congresswoman governor mayor
    secretary ambassador envoy diplomat general admiral colonel commander captain major lieutenant
    sergeant officer chief chairman chairwoman chair director adviser advisor spokesman spokeswoman
    spokesperson lawyer attorney prosecutor judge justice professor economist analyst scientist
    researcher doctor nominee candidate lawmaker leader politician executive ceo founder head king queen
    prince princess pope bishop priest reverend imam rabbi coach player captain author writer journalist
    reporter editor activist campaigner organizer veteran student teacher nurse farmer resident witness
    victim neighbor neighbour owner manager engineer expert historian official aide deputy commissioner
    superintendent inspector sheriff detective trustee treasurer counsel strategist pollster host anchor
    actor actress singer artist father mother son daughter brother sister wife husband widow man woman
    boy girl delegate counselor councillor councilor councilwoman councilman auditor banker assemblyman
    assemblywoman spokesperson mp legislator tycoon billionaire businessman businesswoman clerk
    grandmother grandfather granddad grandma aunt uncle cousin nephew niece mum mom dad stepfather stepmother
    harbormaster harbourmaster conductor principal warden curator librarian baker fisherman pilot sailor
    soldier member defendant plaintiff
    consultant boss skipper vet deckhand caretaker solicitor barrister magistrate coroner porter landlord landlady
    tenant shopkeeper butcher plumber builder carpenter gardener electrician mechanic postman cleaner cook chef waiter
    waitress barman watchman constable ranger lifeguard firefighter paramedic midwife surgeon physician dentist
    pharmacist chemist psychologist psychiatrist biologist physicist geologist cardiologist astronomer
    mathematician referee umpire trainer jockey novelist playwright composer musician drummer guitarist
    podcaster blogger columnist presenter newsreader correspondent photographer cameraman reviewer critic juror foreman
    bailiff usher surveyor architect planner contractor vicar canon dean nun monk pupil apprentice intern trainee broker
    shareholder investor whistleblower informant translator interpreter steward lecturer scholar academic technician
    dispatcher driver passenger cyclist motorist pedestrian trucker hunter angler beekeeper shepherd landowner
    bystander onlooker survivor inmate prisoner tourist hiker climber striker goalkeeper midfielder defender
    teammate colleague customer client patient headteacher headmaster headmistress widower fiancee boyfriend girlfriend
    stepmother mother-in-law landscaper miner lawman magnate tenor soprano cellist violinist pianist""".split()
)


GROUP_WORDS = frozenset(
    """officials sources lawmakers republicans democrats critics supporters analysts experts residents
    witnesses protesters activists leaders ministers diplomats sides parties countries investigators
    prosecutors police authorities people voters scientists researchers workers students families
    members advisers aides judges economists doctors lawyers regulators users both all many some several
    others two three four pair duo trio executives governments nations allies opponents families
    neighbors neighbours traders growers farmers""".split()
)


ORGANIZATION_WORDS = frozenset(
    """ministry department committee commission council agency company corp inc bank party association
    union university institute court campaign administration office bureau group foundation league
    federation board congress senate parliament house assembly church police army navy force hospital
    school college club network newspaper times post journal news press center centre organization
    organisation coalition alliance society trust authority airline firm secretariat chamber cabinet
    team government service guard motors chemicals airlines airways industries systems energy oil gas steel foods
    records pictures media partners capital holdings labs pharmaceuticals technologies software networks brewery
    inspectorate presidency tribunal fund mission delegation consortium
    museum library ltd llc plc gmbh ag railway railways ferries lines watch international
    therapeutics
    hydro logistics shipping telecom electronics engineering properties aerospace biotech robotics analytics ventures
    securities supermarkets hotels textiles insurance semiconductor pharma instruments healthcare brands solutions
    materials packaging breweries mining metals diagnostics biosciences entertainment outfitters retail""".split()
)


GOVERNMENT_WORDS = frozenset("government ministry administration cabinet department secretariat embassy".split())


_UNNAMED = re.compile(
    r"^(?:an?|one|another|some|several|two|three|multiple|unnamed|anonymous|many|various|(?:senior|former|current) )\b"
    r"|^(?:sources?|people|officials) ?(?:familiar|close|said|briefed|with)?\b",
    re.IGNORECASE,
)


#: "MoD", "WHO": whatever the parser makes of it.
_INITIALS = re.compile(r"[A-Z]{2,5}|[A-Z][a-z]?[A-Z]{1,3}")


def kind_of(name: str, head: Token) -> SpeakerKind:
    """Tell what a mention stands for, from its words."""
    words = {word.strip(".,").lower() for word in name.split()}
    lower = head.lower_
    if head.pos_ == "NOUN" and head.lemma_.lower() in SPEAKING_THINGS:
        return "document"
    if words - {"the"} == {lower} and lower not in PERSON_ROLES and _INITIALS.fullmatch(head.text):
        return "organization"
    if lower in GROUP_WORDS or (head.tag_ in ("NNS", "NNPS") and head.pos_ == "NOUN"):
        return "unnamed" if lower in ("sources", "people") else "group"
    if lower in SPEAKING_THINGS and head.pos_ != "PROPN":
        return "document"
    if head.pos_ != "PROPN" and lower in PERSON_ROLES:
        return "unnamed" if _UNNAMED.search(name) else "person"
    if words & GOVERNMENT_WORDS:
        return "government"
    if lower in ORGANIZATION_WORDS or (
        head.pos_ == "PROPN"
        and (_is_paper(words, lower) or words & ORGANIZATION_WORDS or (name.isupper() and len(name) > 1))
    ):
        return "organization"
    if head.pos_ != "PROPN" and _UNNAMED.search(name):
        return "unnamed"
    if lower in PERSON_ROLES:
        return "person"
    return "unknown"


def _is_paper(words: set[str], last: str) -> bool:
    """Tell whether a name is a newspaper's or a station's: "the Port Lisse Courier"."""
    return last in MEDIA_NAMES and bool(words - {"the", last}) and not words & (MALE | FEMALE)
