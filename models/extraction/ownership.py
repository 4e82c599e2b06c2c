"""Inside, pure: of what somebody is the head or a part, as the text tells, and of whom "one of them" is one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from models.extraction.claim_writing import within
from models.extraction.grammar import children
from models.extraction.name_phrases import core_of
from models.extraction.speaker_kinds import GROUP_WORDS
from models.extraction.variation import names_person

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

#: What joins a role with the body that its bearer is of: "leader of the opposition".
_OF = frozenset({"of", "for", "at"})
#: Some of a group that was named before.
_SOME_OF_THEM = re.compile(
    r"(?P<some>(?:(?:at least|only|just) )?(?:one|two|three|four|five|six|seven|several|some|many|most|both|all|half|"
    r"a few|a couple|another|each|neither|none) of )them",
    re.IGNORECASE,
)
#: How a group is mentioned that needs no article: "the actors", "her neighbours", "two people", "Ann's friends".
_DETERMINED = re.compile(
    r"(?:the|these|those|its|his|her|their|our|my|both|all|two|three|four|five|six|seven|eight|nine|ten|\d+)\b|"
    r"[^ ]+(?: [^ ]+){0,3}['’]s? ",
    re.IGNORECASE,
)
#: Where a group stands in its clause that may be taken up.
_PLACES = frozenset("nsubj nsubjpass dobj pobj attr".split())


def bodies_of(roles: list[Token]) -> set[str]:
    """List the words for that of which somebody is the head or a part: "opposition" in "leader of the opposition"."""
    found: set[str] = set()
    for role in roles:
        things = [thing for prep in children(role, "prep") if prep.lower_ in _OF for thing in children(prep, "pobj")]
        things += [owner for owner in children(role, "poss") if owner.pos_ != "PRON"]
        found |= {t.lower_ for thing in things for t in thing.subtree if t.pos_ in ("NOUN", "PROPN")}
    return found


def is_group(token: Token) -> bool:
    """Tell whether a noun means several persons: "actors", "readers", "members of the choir"."""
    word = token.lemma_.lower()
    many = token.tag_ == "NNS" and token.dep_ in _PLACES
    return many and (token.lower_ in GROUP_WORDS or word in _MANY or names_person(word))


#: One of several, in nouns that say of no single person what he is.
_MANY = frozenset("parent reader person people member child guest listener viewer relative worker employee".split())


def name_of_group(token: Token) -> str:
    """Write a group as its members are told of: "the two people"."""
    doc: Doc = token.doc
    words = within(core_of(doc, (token.left_edge.i, token.right_edge.i), token))
    if token.left_edge.i == 0 and doc[0].pos_ != "PROPN":
        words = words[:1].lower() + words[1:]
    return words if _DETERMINED.match(words) else f"the {words}"


def some_of(words: str, group: str) -> str | None:
    """Write "one of them" with the name of the group; None where it is no such thing."""
    found = _SOME_OF_THEM.fullmatch(words)
    return f"{found['some']}{group}" if found is not None else None
