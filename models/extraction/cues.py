"""Inside, pure: the words that attribute, and what hangs on them.

A cue is a verb, noun, adjective or "according to" that some speaker stands
behind. This stage finds it in the tree, says in which frame it stands, and
points at the heads of what it introduces; the spans themselves are the next
stage's business.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from models.extraction import lexicon, mentions, verbs
from models.extraction.coreference import ROLES
from models.extraction.cue import Cue, Kind, lemma, make, quoting
from models.extraction.grammar import children, subject
from models.extraction.phrases import according, adjective, noun
from models.extraction.units import Unit
from models.extraction.untruth import FALSE

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

__all__ = ["Cue", "Kind", "find", "lemma", "quoting"]

_DENYING_FORMS = {
    "denies": "deny",
    "denied": "deny",
    "deny": "deny",
    "rejects": "reject",
    "rejected": "reject",
    "reject": "reject",
    "disputes": "dispute",
    "disputed": "dispute",
    "dispute": "dispute",
    "refutes": "refute",
    "refuted": "refute",
    "dismisses": "dismiss",
    "dismissed": "dismiss",
    "contests": "contest",
    "contested": "contest",
    "call": "call",
    "calls": "call",
    "called": "call",
}


def find(unit: Unit) -> list[Cue]:
    """Find every cue of a unit that introduces something, nested ones too."""
    if unit.bare:
        return []
    cues: list[Cue] = [cue for token in unit.doc if (cue := _tagged_on(token) or _heard_from(token))]
    taken = {cue.head for cue in cues}
    sourced = _according(unit)
    spoken = _quoting_verbs(unit, {number for cue in sourced.values() for number in cue.complements})
    for token in unit.doc:
        if unit.quote[token.i] >= 0 or token.i in taken:
            continue
        if token.i in sourced:
            cues.append(sourced[token.i])
        elif token.i in spoken:
            cues.append(make(token, "quote", spoken[token.i], last=_predicate(token)))
        elif cue := _read(token, unit):
            cues.append(cue)
    return cues


def _read(token: Token, unit: Unit) -> Cue | None:
    """Find the cue this word makes, if it makes one."""
    if token.pos_ in ("VERB", "AUX") or token.tag_.startswith("VB"):
        return verbs.read(token, unit)
    if token.lower_ == "according":
        return according(token)
    if token.pos_ == "ADJ" or token.tag_ in ("JJ", "VBN"):
        return adjective(token)
    if token.pos_ == "NOUN":
        return noun(token)
    return None


def _tagged_on(token: Token) -> Cue | None:
    """Read ", a charge Rome denies" by its words, for the parser seldom sees the verb."""
    if token.lower_ not in _DENYING_FORMS or token.i < 3:
        return None
    doc = token.doc
    stop = token.i - 1
    while stop > 0 and (doc[stop].pos_ in ("AUX", "ADV") or doc[stop].text == ","):
        stop -= 1
    if _DENYING_FORMS[token.lower_] == "call" and not denied_as(doc, token.i):
        return None
    for i in range(stop - 1, max(1, stop - 12), -1):
        if not _is_taken_up(doc, i, _DENYING_FORMS[token.lower_]):
            continue
        first = i + 1 + (doc[i + 1].lower_ in ("that", "which"))
        if first > stop or any(
            (t.is_punct and t.text not in (",", "’", "'", "-", ".")) or t.tag_ in ("VBD", "VBZ", "VBP")
            for t in doc[first : stop + 1]
        ):
            return None
        begin = token.i
        while doc[begin - 1].pos_ in ("AUX", "ADV"):
            begin -= 1
        word = _DENYING_FORMS[token.lower_].replace("call", "dismiss")
        return Cue(token.i, begin, token.i, word, "object", "attitude", (i,), token.i, (first, stop))
    return None


def _heard_from(token: Token) -> Cue | None:
    """Read "had heard from a colleague that": who is heard speaks."""
    if lemma(token) not in lexicon.LEARNS or token.tag_ not in ("VBD", "VBN") or subject(token) is None:
        return None
    for prep in children(token, "prep"):
        for who in children(prep, "pobj") if prep.lower_ == "from" and prep.i == token.i + 1 else ():
            for clause in (*who.children, *token.children):
                opens = clause.left_edge.lower_ == "that" and clause.i > who.i and subject(clause) is not None
                if opens and clause.dep_ in ("acl", "ccomp", "relcl") and who.pos_ in ("NOUN", "PROPN"):
                    last = clause.left_edge.i - 1
                    whole = make(token, "clause", (clause.i,), last=prep.i)
                    return replace(whole, lemma="tell", kind="speech", named=(who.left_edge.i, last))
    return None


def denied_as(doc: Doc, at: int) -> bool:
    """Tell whether what follows a verb of calling is a word for an untruth."""
    return bool(FALSE.search(doc[at + 1 : at + 6].text))


def _is_taken_up(doc: Doc, i: int, word: str) -> bool:
    """Tell whether a word takes up a charge: ", a claim", and "which" before what is said of nothing else."""
    if doc[i].lower_ == "which" and word in ("deny", "dispute"):
        return doc[i - 1].text == ","
    return doc[i].lower_ in lexicon.CHARGES and _stands_apart(doc, i)


def _stands_apart(doc: Doc, i: int) -> bool:
    """Tell whether a word for a charge opens an apposition: ", a charge", ", allegations"."""
    if doc[i - 1].is_punct:
        return doc[i].lower_.endswith("s") or doc[i].lower_ == "something"
    return doc[i - 1].lower_ in ("a", "an", "the", "this", "that") and (i < 2 or doc[i - 2].is_punct)


def _according(unit: Unit) -> dict[int, Cue]:
    """Find each "according to" right behind a quoted clause: that is what it introduces, verb or not."""
    found = {}
    for token in unit.doc:
        if token.lower_ != "according":
            continue
        before = token.i - 1
        while before > 0 and unit.doc[before].is_punct and unit.quote[before] < 0:
            before -= 1
        if before < 0 or unit.quote[before] < 0:
            continue
        cue = according(token)
        if cue is not None:
            named = mentions.mention(unit, cue)
            found[token.i] = replace(cue, frame="quote", complements=(unit.quote[before],), named=named)
    return found


def _quoting_verbs(unit: Unit, but: set[int]) -> dict[int, tuple[int, ...]]:
    """Find, for each verb that a quoted clause hangs on, the numbers of its quotations; `but` are others'."""
    groups: dict[int, list[Token]] = {}
    for token in unit.doc:
        if unit.quote[token.i] >= 0 and unit.quote[token.i] not in but:
            groups.setdefault(unit.quote[token.i], []).append(token)
    found: dict[int, list[int]] = {}
    for number, tokens in groups.items():
        verb = _verb_of(tokens, unit)
        if verb is not None:
            found.setdefault(verb.i, []).append(number)
    return {verb: tuple(numbers) for verb, numbers in found.items()}


def _verb_of(tokens: list[Token], unit: Unit) -> Token | None:
    """Find the verb one quoted clause hangs on: by the tree, else the nearest."""
    inside = {token.i for token in tokens}
    near: list[tuple[int, int, Token]] = []
    for token in unit.doc:
        if unit.quote[token.i] >= 0 or not (token.pos_ in ("VERB", "AUX") or token.tag_.startswith("VB")):
            continue
        word = lemma(token)
        joined = token.head.i in inside or any(c.i in inside for c in token.children)
        spoken = word in lexicon.SAY or word in lexicon.THINK or word in ("go", "call", "speak", "open", "begin")
        if (not spoken and not joined) or token.pos_ == "AUX":
            continue
        distance = min(abs(token.i - i) for i in inside)
        near.append((0 if joined and spoken else 1 if spoken else 2, distance, token))
    if not near:
        return _leading_up(inside, unit)
    rank, distance, verb = min(near, key=lambda item: (item[0], item[1]))
    if rank == 2 and not _speechlike(verb, inside):
        return None
    if rank == 1 and distance > 25:
        return None
    return verb


def _leading_up(inside: set[int], unit: Unit) -> Token | None:
    """Find the verb of a clause about a person that a colon ends: "The mayor was blunt: “...”"."""
    colon = min(inside) - 1
    if colon < 2 or unit.doc[colon].text != ":":
        return None
    for token in reversed(unit.doc[:colon]):
        own = subject(token)
        if token.tag_ in ("VBD", "VBZ", "VBP") and own is not None and own.i < token.i:
            return token if _is_somebody(own) else None
    return None


def _is_somebody(word: Token) -> bool:
    """Tell whether a subject is a person: a name, "she", "the mayor", "his answer"."""
    if word.pos_ == "PROPN" or word.lower_ in ("he", "she", "they", "we", "i"):
        return True
    return word.lower_ in ROLES


def _predicate(verb: Token) -> int | None:
    """Find the last word of "was blunt": without it the verb says nothing."""
    if lemma(verb) != "be":
        return None
    said = [child.i for child in children(verb, "acomp", "attr") if child.i > verb.i]
    return said[-1] if said else None


def _speechlike(verb: Token, inside: set[int]) -> bool:
    """Let an unknown verb quote only where the quotation is its clause."""
    return any(child.i in inside and child.dep_ in ("ccomp", "dobj") for child in verb.children)
