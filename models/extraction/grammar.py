"""Inside, pure: small questions put to a parse tree."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Token

SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "csubjpass", "expl"})
AUXILIARIES = frozenset({"aux", "auxpass", "neg"})


def subject(verb: Token) -> Token | None:
    """Find the verb's own subject, if it is written there.

    A noun that may be an adjective, too, is read as one before its verb: "The cooperative accuses the port".
    """
    for child in verb.children:
        if child.dep_ in SUBJECTS:
            return _with_name(verb, child)
    before = verb.nbor(-1) if verb.i > 1 and verb.tag_ in ("VBZ", "VBD") else None
    if before is not None and before.dep_ == "amod" and before.head == verb and before.nbor(-1).dep_ == "det":
        return before
    return None


def _with_name(verb: Token, own: Token) -> Token:
    """Go on from a noun to the name right behind it, where the parser made two subjects of "The singer Ann Roe"."""
    if own.pos_ != "NOUN" or own.i > verb.i:
        return own
    for other in verb.children:
        if other.dep_ not in SUBJECTS or other.pos_ != "PROPN" or not own.i < other.i < verb.i:
            continue
        begins = other.left_edge.i
        if (begins == own.i + 1 and own.tag_ == "NN") or (verb.doc[begins - 1].text == "," and other.i == verb.i - 1):
            return other  # "The singer Ann Roe said", "The bridge, Ann Roe told the paper, is old"
    return own


def children(token: Token, *deps: str) -> list[Token]:
    """List the token's children with one of these dependency labels, left to right."""
    return [child for child in token.children if child.dep_ in deps]


def edges(tokens: Iterable[Token]) -> tuple[int, int]:
    """Find first and last token index of some tokens' subtrees, inclusive."""
    pairs = [(token.left_edge.i, token.right_edge.i) for token in tokens]
    return min(left for left, _ in pairs), max(right for _, right in pairs)


def is_passive(verb: Token) -> bool:
    """Tell whether the verb is a passive: "was told"."""
    return any(child.dep_ in ("auxpass", "nsubjpass") for child in verb.children)


def is_negated(verb: Token) -> bool:
    """Tell whether a "not" or "never" hangs on the verb."""
    return any(child.dep_ == "neg" or child.lower_ in ("never", "cannot") for child in verb.children)


def finite_clause(verb: Token) -> bool:
    """Tell whether the clause under this verb is finite, as far as tags show."""
    if verb.tag_ in ("VBD", "VBP", "VBZ", "MD"):
        return True
    return any(
        child.tag_ in ("VBD", "VBP", "VBZ", "MD") for child in verb.children if child.dep_ in ("aux", "auxpass", "cop")
    )


def has_to(verb: Token) -> bool:
    """Tell whether the verb is an infinitive with "to"."""
    return any(child.lower_ == "to" and child.dep_ == "aux" for child in verb.children)
