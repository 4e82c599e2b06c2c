"""Inside, pure: cues that are no verbs: nouns, adjectives, "according to"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.extraction import lexicon
from models.extraction.cue import Cue, Frame, lemma, make
from models.extraction.grammar import children, has_to

if TYPE_CHECKING:
    from spacy.tokens import Token

#: What joins a noun of saying or thinking with what it is about.
_ABOUT = frozenset({"about", "of", "for", "over", "against", "on", "with", "at"})


def according(token: Token) -> Cue | None:
    """Read "according to the ministry"."""
    for to in token.children:
        if to.lower_ == "to" and to.i == token.i + 1 and (named := children(to, "pobj")):
            return Cue(token.i, token.i, to.i, "accord", "according", "speech", (_governor(token).i,), named[0].i)
        if to.lower_ == "to" and to.i == token.i + 1 and (odd := children(to, "pcomp")) and odd[0].text[0].isupper():
            source = (odd[0].i, odd[0].i)
            return Cue(token.i, token.i, to.i, "accord", "according", "speech", (_governor(token).i,), odd[0].i, source)
    if (torn := _torn(token)) is not None:
        return torn
    following = token.nbor(1) if token.i + 1 < len(token.doc) else None
    if following is not None and following.lower_ == "to" and (named := children(following, "pobj")):
        return Cue(token.i, token.i, following.i, "accord", "according", "speech", (_governor(token).i,), named[0].i)
    return None


def _torn(token: Token) -> Cue | None:
    """Read "according to show insiders" by its words, where the parser took a noun for a verb."""
    doc = token.doc
    if token.i + 2 >= len(doc) or doc[token.i + 1].lower_ != "to" or children(doc[token.i + 1], "pobj"):
        return None
    first = last = token.i + 2
    while last + 1 < len(doc) and not doc[last + 1].is_punct and doc[last + 1].pos_ in _NAMING:
        last += 1
    if doc[last].pos_ not in ("NOUN", "PROPN", "PRON"):
        return None
    head = _governor(token)
    return Cue(token.i, token.i, token.i + 1, "accord", "according", "speech", (head.i,), last, (first, last))


_NAMING = frozenset({"NOUN", "PROPN", "ADJ", "DET", "NUM", "PART", "VERB"})


def _governor(token: Token) -> Token:
    """Find the verb of the clause that an adjunct modifies."""
    at = token.head
    while at.pos_ not in ("VERB", "AUX") and at.head.i != at.i:
        at = at.head
    return at


def adjective(token: Token) -> Cue | None:
    """Read "is confident that", "was critical of"."""
    allowed = lexicon.ADJECTIVES.get(token.lower_)
    if not allowed:
        return None
    verb = token.head if token.dep_ in ("acomp", "attr", "oprd") else token
    if verb is token and not (
        children(token, "auxpass", "nsubjpass") or token.dep_ in ("acl", "amod", "advcl", "ROOT", "conj")
    ):
        return None
    for child in token.children:
        if child.i > token.i and (cue := _taken(token, child, verb, allowed)):
            return cue
    for child in verb.children:
        if verb is not token and child.i > token.i and child.dep_ == "ccomp" and {"that", "whether"} & allowed:
            return make(token, "clause", (child.i,), holder=verb)
    return None


def _taken(token: Token, child: Token, verb: Token, allowed: frozenset[str]) -> Cue | None:
    """Read what an adjective takes: "of the plan", "that it works", "to go"."""
    if (child.dep_ == "prep" and child.lower_ in allowed) or (child.dep_ == "agent" and "by" in allowed):
        things = children(child, "pobj", "pcomp")
        return make(token, "of", (things[0].i,), last=child.i, holder=verb) if things else None
    if child.dep_ in ("ccomp", "advcl") and "that" in allowed and not has_to(child):
        return make(token, "clause", (child.i,), holder=verb)
    if child.dep_ == "xcomp" and "to" in allowed and has_to(child):
        return make(token, "to", (child.i,), holder=verb)
    return None


def noun(token: Token) -> Cue | None:
    """Read "Kyiv's claim that ...", "warnings that ...", "his refusal to ..."."""
    word = lemma(token)
    if word not in lexicon.NOUNS:
        return None
    head = token.head
    if token.dep_ == "dobj" and lemma(head) in lexicon.CARRY:
        return None
    found = noun_content(token)
    if found is None:
        return None
    frame, complements, last = found
    owned = bool(children(token, "poss"))
    if word == "decision" and frame == "to":
        return None
    if frame != "clause" and not owned:
        return None
    first = min(
        [
            child.i
            for child in children(token, "amod", "advmod")
            if child.i < token.i and not _is_poss_before(token, child)
        ]
        + [token.i]
    )
    return Cue(token.i, first, last, word, "noun" if frame == "clause" else frame, "speech", complements, token.i)


def _is_poss_before(token: Token, child: Token) -> bool:
    return any(poss.i > child.i for poss in children(token, "poss"))


def noun_content(token: Token) -> tuple[Frame, tuple[int, ...], int] | None:
    """Find the clause or phrase that a noun of saying or thinking takes."""
    word = lemma(token)
    for child in token.children:
        if child.i < token.i:
            continue
        if child.dep_ in ("acl", "ccomp", "relcl") and that_clause(child):
            return "clause", (child.i,), token.i
        if child.dep_ in ("acl", "xcomp") and has_to(child):
            return "to", (child.i,), token.i
    if word in lexicon.CLAUSE_ONLY:
        return None
    for prep in children(token, "prep"):
        things = children(prep, "pobj", "pcomp")
        if things and prep.i > token.i and prep.lower_ in _ABOUT:
            return "of", (things[0].i,), prep.i
    return None


def that_clause(clause: Token) -> bool:
    """Tell whether "that" joins a whole clause and is no part of it."""
    return any(child.dep_ == "mark" and child.lower_ in ("that", "whether") for child in clause.children)
