"""Inside, pure: what nobody says, as the clause around the verb shows: "Had she said so", "has yet to say"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.extraction.cue import Cue
from models.extraction.grammar import children, has_to, subject
from models.extraction.lexicon import SAY

if TYPE_CHECKING:
    from spacy.tokens import Token

#: Auxiliaries that make a condition of a clause that they open: "Had the mayor said so".
_OPEN_CONDITIONS = frozenset({"had", "should", "were"})
#: Verbs that only suppose what stands under them, where nobody does so: "Suppose he says", "Let him say".
_SUPPOSE = frozenset({"suppose", "imagine", "pretend", "let"})
#: Verbs by which nobody does what stands under them.
_AVOID = frozenset("avoid resist forgo omit neglect forget hesitate dare".split())
#: What denies a clause that it opens: "Nowhere does the report say".
_NEVER = frozenset("nowhere never seldom rarely hardly scarcely".split())
#: How an adjunct opens that tells what somebody did not do: "Far from denying it, he laughed".
_INSTEAD = frozenset({"far", "instead", "rather"})


def is_supposed(cue: Cue, verb: Token) -> bool:
    """Tell whether a verb of saying is only supposed, put off, avoided or denied by how its clause is built."""
    if cue.frame in ("around", "clause") and cue.complements and _is_adjunct(verb.doc[cue.complements[0]], verb):
        return True
    if _opens_condition(verb.doc[cue.holder]) or (cue.kind == "belief" and _only_if(verb)):
        return True
    if cue.lemma not in SAY or cue.frame in ("according", "colon", "noun"):
        return False
    return _is_denied_ahead(verb) or _is_put_off(verb) or _all_but(verb)


def _opens_condition(verb: Token) -> bool:
    """Tell whether a clause is a condition without "if": "Had the mayor said sorry, the evening ..."."""
    own, first = subject(verb), verb.left_edge
    return own is not None and first.lower_ in _OPEN_CONDITIONS and first.i < own.i and not _asks(verb)


def _only_if(verb: Token) -> bool:
    """Tell whether somebody would believe it under a condition: "If it held, they would believe her"."""
    would = any(child.lower_ in ("would", "might") and child.i < verb.i for child in children(verb, "aux"))
    conditions = [mark for clause in children(verb, "advcl") for mark in children(clause, "mark")]
    return would and any(mark.lower_ == "if" for mark in conditions)


def _asks(verb: Token) -> bool:
    return verb.doc[-1].text.endswith("?")


def _is_denied_ahead(verb: Token) -> bool:
    """Tell whether a word that opens the clause denies it: "Not once did the mayor say", "Nowhere does it say"."""
    own = subject(verb)
    if own is None:
        return False
    turned = any(helper.i < own.i for helper in children(verb, "aux"))
    opening = {token.lower_ for token in verb.doc[verb.left_edge.i : own.left_edge.i]}
    return turned and bool(opening & (_NEVER | {"not"}))


def _is_put_off(verb: Token) -> bool:
    """Tell whether somebody did not come to say it: "has yet to say", "avoided saying", "it is not for me to say"."""
    at = verb.head
    if has_to(verb):
        to = next(child for child in verb.children if child.lower_ == "to" and child.dep_ == "aux")
        ahead = verb.doc[max(0, to.i - 1)]
        if ahead.lower_ == "yet" or any(child.lower_ == "for" and child.dep_ == "mark" for child in verb.children):
            return True
    if any(child.lower_ == "dare" and child.i < verb.i for child in children(verb, "acomp")):
        return True  # "How dare I say that"
    supposes = at.lemma_.lower() in _SUPPOSE and at.i < verb.i and subject(at) is None and at.tag_ in ("VB", "VBP")
    avoids = at.lemma_.lower() in _AVOID and verb.dep_ in ("xcomp", "pcomp", "ccomp") and at.i < verb.i
    return supposes or avoids


def _all_but(verb: Token) -> bool:
    """Tell whether somebody "all but said" it."""
    return verb.i > 1 and [t.lower_ for t in verb.doc[verb.i - 2 : verb.i]] == ["all", "but"]


def _is_adjunct(said: Token, verb: Token) -> bool:
    """Tell whether what seems to be said is an adjunct of the verb, and stands before it: "Far from denying it, he"."""
    if said.left_edge.i > verb.i or said.i > verb.i:
        return False
    first = said.left_edge
    if first.lower_ in _INSTEAD:
        return said.tag_ == "VBG" or any(t.tag_ == "VBG" for t in said.doc[first.i : first.i + 3])
    told = [thing for thing in children(verb, "dobj") if thing.i > verb.i and thing.lower_ == "it"]
    return first.lower_ == "if" and bool(told)
