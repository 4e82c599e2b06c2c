"""Inside, pure: bodies that only their owner tells from others: "Ukraine’s defence ministry", "the city council"."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from models.extraction.grammar import children
from models.extraction.name_phrases import FIELDS, is_for, is_short, leads_to, name_around, of_what, owned_name, text_of
from models.extraction.places import METONYMS
from models.extraction.speaker_kinds import GOVERNMENT_WORDS, ORGANIZATION_WORDS

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

#: Tells whether a token stands in the text.
Printed = Callable[[int], bool]


def body_name(doc: Doc, head: Token, printed: Printed) -> tuple[str, bool] | None:
    """Name a body that only its owner tells from others, and tell whether no owner is printed.

    "Ukraine’s defence ministry", "the Ukrainian defence ministry", "the Department of Veterans Affairs"; None for
    what bears a name of its own.
    """
    if head.lower_ not in ORGANIZATION_WORDS | GOVERNMENT_WORDS or head.tag_ in ("NNS", "NNPS"):
        return None
    first = last = head.i
    while first > 0 and leads_to(doc[first - 1], first, head):
        first -= 1
    opener = doc[first - 1] if first > 0 else None
    if opener is not None and opener.lower_ in ("a", "an", "another", "one", "any", "no"):
        return None
    kinds = [t for t in doc[first : head.i] if t.pos_ != "PUNCT" and not t.text[0].islower()]
    kinds = [t for t in kinds if t.i > 0 or t.pos_ == "PROPN"]
    own = [t for t in kinds if t.lower_ not in ORGANIZATION_WORDS | GOVERNMENT_WORDS | FIELDS]
    after = of_what(head)
    last = after.right_edge.i if after is not None and is_short(after) else last
    owner = doc[first - 2] if first > 1 and doc[first - 1].dep_ == "case" and doc[first - 1].tag_ == "POS" else None
    if owner is not None and not own and owner.dep_ == "poss":
        return _of_owner(doc, owner, head, last, printed)
    if head.lower_ == "ministry" and head.text[0].isupper() and not own and is_for(doc, head.i + 1, last):
        return "the " + owned_name(doc[first : last + 1]).lower(), True
    if own or last > head.i or (kinds and head.text[0].isupper()):
        return (owned_name(doc[first : last + 1]), False) if last > head.i or head.text[0].islower() else None
    if head.pos_ != "PROPN" or head.text[0].isupper():
        return None
    start = first - 1 if opener is not None and opener.pos_ in ("DET", "PRON") else first
    return owned_name(doc[start : last + 1]), True


def _of_owner(doc: Doc, owner: Token, head: Token, last: int, printed: Printed) -> tuple[str, bool]:
    """Name a body by its owner; "Poland’s government" by what every other print calls it."""
    if owner.pos_ != "PROPN" and (owner.text[0].islower() or owner.tag_ == "NNS" or children(owner, "det")):
        return owned_name(doc[owner.left_edge.i : last + 1]), True
    first, ends = name_around(doc, owner)
    while not printed(first):
        first += 1
    seat = METONYMS.get(text_of(doc[first : ends + 1]).lower())
    if seat is not None and head.lower_ == "government" and head.i == owner.i + 2:
        return seat, False
    return owned_name(doc[first : last + 1]), False
