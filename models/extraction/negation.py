"""Inside, pure: a clause written as a claim, and its contrary where the grammar leaves no doubt what is negated."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from models.extraction.claim_writing import bare, sentence
from models.extraction.cue import lemma
from models.extraction.grammar import AUXILIARIES, children, subject
from models.extraction.units import Unit

if TYPE_CHECKING:
    from spacy.tokens import Token

Span = tuple[int, int]
#: A stretch of the text and what is written in its place.
Edit = tuple[int, int, str]

_FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
#: Words that change what a negation behind them denies: "all of them did not".
_SCOPED = frozenset(
    """all every each everyone everybody everything some many most several few both either any only always often
    sometimes still also even already again too no none nobody nothing never neither not n't n’t""".split()
)
#: What keeps its form when the "not" behind it goes.
_HELPERS = frozenset("is are was were has have had does do did would could should will can might may".split())
#: What stands before a word that a capital only opens: else it is a name's, "Orelandic".
_SENTENCE_OPENS = re.compile(r"(?:^|[.!?:;”\"“'‘’\n-])\s{0,2}[“\"'‘]?$")
#: "that he was not under oath and that he expected none": the second goes with the first.
_LATER_THAT = re.compile(r"(?P<and>\b(?:and|but|or) )that (?=(?:he|she|it|they|the|an?|no|its|his|her|their)\b)")
#: "If that is so, she said, it may be too low": the comma behind the first part is the clause's own.
_CONDITION = re.compile(r"(?:if|when|while|although|though|unless|because|once)\b", re.IGNORECASE)


def negated(text: str, unit: Unit, verb: Token, spans: tuple[Span, ...], edits: list[Edit]) -> str:
    """Write the contrary of a clause: with "not" where that is safe, else behind "It is not true that"."""
    negation = _of_none(unit, verb) or _negation(unit, verb) or _affirmation(unit, verb)
    if negation is not None and len(spans) == 1 and "“" not in text[slice(*spans[0])]:
        return sentence(written(text, spans, [*edits, negation], unit))
    clause = written(text, spans, edits, unit)
    first = next((t for t in unit.doc if unit.left[t.i] >= spans[0][0] and t.lower_ != "that"), None)
    opens = first is not None and _SENTENCE_OPENS.search(text, max(0, unit.left[first.i] - 4), unit.left[first.i])
    if not edits and first is not None and first.pos_ != "PROPN" and first.lower_ != "i" and opens:
        clause = clause[:1].lower() + clause[1:]
    return sentence(f"It is not true that {clause}")


#: What a subject that may be any is when nothing of the kind is so.
_NONE = {"anything": "nothing", "anybody": "nobody", "anyone": "nobody", "any": "no"}


def _of_none(unit: Unit, verb: Token) -> Edit | None:
    """Find the edit that turns "any nurse had told them" into "no nurse had told them"."""
    own = subject(verb)
    if own is None or own.i > verb.i or children(verb, "neg"):
        return None
    first = own.left_edge
    if first.lower_ not in _NONE or (first.lower_ != "any" and first.i != own.i):
        return None
    return unit.left[first.i], unit.right[first.i], _NONE[first.lower_]


def _negation(unit: Unit, verb: Token) -> Edit | None:
    """Find the edit that negates a clause; None where its scope would be in doubt."""
    own = subject(verb)
    if own is None or any(child.dep_ in ("conj", "neg", "advcl", "cc", "parataxis") for child in verb.children):
        return None
    if any(t.lower_ in _SCOPED for t in verb.subtree) or any(
        child.dep_ == "advmod" and child.i < verb.i for child in verb.children
    ):
        return None
    helpers = [child for child in children(verb, *AUXILIARIES) if child.tag_ in _FINITE]
    if helpers:
        helper = helpers[0]
        if not helper.is_alpha or helper.i < own.i:
            return None
        end = unit.right[helper.i]
        return (unit.left[helper.i], end, "cannot") if helper.lower_ == "can" else (end, end, " not")
    if verb.tag_ not in ("VBD", "VBZ", "VBP") or not verb.is_alpha or verb.i < own.i:
        return None
    if verb.tag_ == "VBP" and verb.lemma_ != "be" and own.lower_ in ("he", "she", "it"):
        return None  # "he drank", which the parser reads as a present tense
    start, end = unit.left[verb.i], unit.right[verb.i]
    if verb.lemma_ == "be":
        return end, end, " not"
    base = lemma(verb)
    if not base.isalpha() or (verb.tag_ != "VBP" and base == verb.lower_ and verb.tag_ == "VBZ"):
        return None
    does = {"VBD": "did", "VBZ": "does", "VBP": "do"}[verb.tag_]
    return start, end, f"{does} not {base}"


def _affirmation(unit: Unit, verb: Token) -> Edit | None:
    """Find the edit that takes the "not" out of a clause that says nothing else against itself."""
    own, negations = subject(verb), children(verb, "neg")
    if own is None or own.i > verb.i or len(negations) != 1 or negations[0].lower_ not in ("not", "n't", "n’t"):
        return None
    no = negations[0].i
    if any(child.dep_ in ("conj", "advcl", "cc", "parataxis") for child in verb.children):
        return None
    if any(t.lower_ in _SCOPED and t.i != no for t in verb.subtree) or unit.doc[no - 1].lower_ not in _HELPERS:
        return None
    return unit.right[no - 1], unit.right[no], ""


def written(text: str, spans: tuple[Span, ...], edits: list[Edit], unit: Unit) -> str:
    """Join the spans with the edits made, without the opening "that" and what hangs over at the edges.

    A "that" which is the subject stays: "said that was unlikely".
    """
    pieces = []
    parted = [edit for span in spans for edit in _later_thats(unit, span, spans[0][0])]
    for start, end in spans:
        at, piece = start, ""
        for first, last, written in sorted([*edits, *parted]):
            if start <= first and last <= end:
                piece += text[at:first] + written
                at = last
        pieces.append(piece + text[at:end])
    if len(pieces) > 1 and _CONDITION.match(pieces[0]):
        pieces[0] = pieces[0].rstrip(" ,") + ","
    said = bare(" ".join(pieces))
    opened = [unit.doc[i] for i in unit.within(spans[0][0], spans[0][0] + 1)]
    if any(t.lower_ == "that" and t.dep_ in ("nsubj", "nsubjpass", "det") and not _joins(t) for t in opened):
        return said
    told = re.sub(r"^that\s+", "", said, flags=re.IGNORECASE)
    return told if told == said else _LATER_THAT.sub(r"\g<and>", told)


def _joins(that: Token) -> bool:
    """Tell whether a "that" which the parser took for a noun's joins a clause: "claims that pottery shows it"."""
    behind = that.nbor(1) if that.i + 1 < len(that.doc) else that
    return that.text == "that" and behind.pos_ == "NOUN" and (that.tag_ == "WDT" or behind.tag_ == "NNS")


def _later_thats(unit: Unit, span: Span, opens: int) -> list[Edit]:
    """List the words "that" before a second clause which goes with the first: "that it shut and that each was told"."""
    found = []
    for i in unit.within(*span):
        word = unit.doc[i]
        verb = word.head
        if word.lower_ != "that" or word.dep_ != "mark" or verb.dep_ != "conj" or i == 0 or i + 1 >= len(unit.doc):
            continue
        if (
            unit.doc[i - 1].lower_ not in ("and", "but")
            or unit.quote[i] >= 0
            or (unit.doc[i + 1].tag_, unit.doc[i + 1].pos_) == ("NN", "NOUN")
        ):
            continue
        before = verb.head
        marked = [mark for mark in children(before, "mark") if mark.i < before.i and mark.lower_ == "that"]
        if before.dep_ == "ccomp" and all(unit.left[mark.i] <= opens for mark in marked):
            found.append((unit.left[i], unit.left[i + 1], ""))
    return found
