"""Inside, pure: words of speech by which nobody says anything: negated, hypothetical, asked, withheld."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from models.extraction.coreference import ROLES
from models.extraction.cue import Cue
from models.extraction.grammar import AUXILIARIES, children, has_to, is_passive, subject
from models.extraction.lexicon import SAY, SPEAKING_THINGS
from models.extraction.supposed import is_supposed
from models.extraction.units import Unit
from models.extraction.variation import names_person

if TYPE_CHECKING:
    from spacy.tokens import Token

#: "declined to", "stopped short of": what follows was not done.
UNWILLING = frozenset({"decline", "refuse", "fail", "stop"})
_SOURCES = (ROLES | SPEAKING_THINGS | frozenset("source intelligence information evidence anonymity".split())) - {
    "release"
}
_TO_SPEAK = frozenset("comment say answer respond elaborate reply speak".split())
#: Subjects that are nobody.
_NOBODY = frozenset("nobody none nothing neither noone".split())
#: By these a verb is only supposed: "would say", "might tell".
_SUPPOSED = frozenset("would might could should may must will shall".split())
#: What makes a clause of a condition.
_CONDITIONS = frozenset("if unless whether lest".split())
#: "without saying", "instead of telling", "short of claiming".
_LACKING = frozenset("without instead short rather from against".split())

_CONFIRMS = r"(?:confirm|verif|admit|affirm|acknowledg|corroborat|accept|own)\w*"
_DENIES = (
    r"(?:den(?:y|ied|ies|ying)|refut\w+|disput\w+|dismiss\w*|rebut\w*|rul\w+ (?:it |this |that )?out|contradict\w*)"
)
#: "would neither confirm nor deny", "declined to confirm or deny", "did not deny or confirm it".
_NEITHER = re.compile(
    r"(?:\b(?:neither|not|never|cannot|without|unable|(?:declin|refus)\w+)\b|n['’]t\b)(?: [\w’'-]+){0,4}? "
    rf"(?:{_CONFIRMS}\b[^.;“”\n]{{0,60}}? n?or (?:[\w’'-]+ ){{0,3}}?{_DENIES}|"
    rf"{_DENIES}\b[^.;“”\n]{{0,60}}? n?or (?:[\w’'-]+ ){{0,3}}?{_CONFIRMS})\b",
    re.IGNORECASE,
)
#: Code points before and behind a cue in which such words stand.
_REACH = 120


def withholds(text: str, unit: Unit, at: int) -> bool:
    """Tell whether the cue at `at` is part of "neither confirmed nor denied": that says nothing of the thing itself."""
    start, end = max(unit.span[0], at - _REACH), min(unit.span[1], at + _REACH)
    return any(found.start() <= at < found.end() for found in _NEITHER.finditer(text, start, end))


def _asks_not_to_be_named(verb: Token) -> bool:
    """Tell whether somebody only keeps his name back: "who asked for anonymity", "asked that she not be identified"."""
    words = [t.lower_ for t in verb.doc[verb.i : verb.i + _NAME_BACK]]
    named = {"named", "identified", "quoted"} & set(words) and {"not", "n't", "n’t"} & set(words)
    return verb.lemma_.lower() in ("ask", "request", "speak") and bool(named or "anonymity" in words)


#: Within how many words that is said.
_NAME_BACK = 8


def unsaid(unit: Unit, cue: Cue) -> bool:
    """Tell whether a cue states nothing: "declined to comment", "would say that", "if he says", "citing a report"."""
    verb = unit.doc[cue.head]
    if cue.frame == "noun" and any(child.lower_ in ("any", "no") for child in children(verb, "det")):
        return True
    if verb.lower_ in ("citing", "quoting") and cue.frame == "object":
        named = unit.doc[cue.complements[0]]
        return bool({named.lower_, named.lemma_.lower()} & _SOURCES)
    if verb.lemma_.lower() in UNWILLING and cue.frame == "to":
        refused = unit.doc[cue.complements[0]]
        return refused.lemma_.lower() in _TO_SPEAK or is_passive(refused)
    leading = unit.doc[cue.first : cue.head]
    if verb.lemma_.lower() in _TO_SPEAK and any(
        t.lemma_.lower() in ("decline", "refuse") and t.dep_ != "amod" for t in leading
    ):
        return True
    if _asks_not_to_be_named(verb):
        return True
    if verb.dep_ == "relcl" and verb.head.lower_ == "one" and any(t.lower_ == "only" for t in verb.head.children):
        return True  # "he is not the only one who disputes it"
    if (
        is_supposed(cue, verb)
        or _by_nobody(verb)
        or _is_reflexive(unit, cue)
        or _only_leads_in(unit, cue)
        or _tells_nothing(unit, cue)
    ):
        return True
    if verb.tag_[:2] not in ("VB", "MD") or cue.frame in ("according", "colon", "noun", "passive"):
        return False
    helpers = {helper.lower_ for helper in children(verb, *AUXILIARIES)}
    if {"would", "have"} <= helpers and cue.kind != "speech":  # "would have approved it"
        return True
    still_said = cue.lemma in _STILL_SAID and not _asks_for_comment(unit, cue)
    still_said = still_said and not (
        cue.lemma == "confirm" and helpers & {"did", "does"} and helpers & {"not", "n't", "n’t"}
    )
    return cue.lemma in SAY and not still_said and _is_unreal(unit, cue, verb)


def disclaims(said: str) -> bool:
    """Tell whether somebody only says what his words do not mean: "none of this means that he is guilty"."""
    return _DISCLAIMS.match(said) is not None


_DISCLAIMS = re.compile(
    r"[\s“\"'‘]*(?:that )?"
    r"(?:none of (?:this|that|it)|(?:this|that|it) (?:is|was|does|did)(?: not|n['’]t)|it would be wrong)"
    r"[\s,]+(?:is |was )?(?:to say|means?|meant|suggests?|impl(?:y|ies))\b",
    re.IGNORECASE,
)


def _only_leads_in(unit: Unit, cue: Cue) -> bool:
    """Tell whether a participle only leads to what was said: "Asked whether it leaks, she", "Speaking on the steps"."""
    verb = unit.doc[cue.head]
    if cue.lemma == "ask" and verb.i > 0 and verb.nbor(-1).text == ",":
        return verb.tag_ in ("VBN", "VBD") and any(t.text == "," for t in unit.doc[verb.i :])
    if cue.lemma in ("ask", "tell") and verb.tag_ == "VBN" and verb.dep_ != "ROOT":
        return not children(verb, "aux", "auxpass", "agent") or cue.lemma == "ask"
    return cue.lemma == "speak" and verb.tag_ == "VBG" and verb.dep_ in ("advcl", "ROOT") and cue.frame != "quote"


def _tells_nothing(unit: Unit, cue: Cue) -> bool:
    """Tell whether no claim is in the words: "said what it thought", "tell their own story", "hear it said"."""
    verb = unit.doc[cue.head]
    if cue.lemma not in _BARELY or cue.frame == "quote" or not cue.complements:
        return False
    if verb.tag_ == "VB" and verb.dep_ == "ROOT" and subject(verb) is None and not children(verb, "aux"):
        return True  # "Say what you like"
    if [t.lemma_.lower() for t in unit.doc[max(0, verb.i - 2) : verb.i]] == ["hear", "it"]:
        return True
    said = unit.doc[cue.complements[0]]
    relative = [child for child in children(said, "dobj", "attr", "pobj") if child.lower_ in ("what", "whatever")]
    if cue.frame == "clause" and relative and relative[0].i < said.i:
        return True
    own = subject(verb)
    if own is not None and own.lower_ in _FIGURES:
        return True
    thing = own is not None and own.pos_ == "NOUN" and not {own.lower_, own.lemma_.lower()} & _SOURCES
    if thing and own is not None and said.lower_ in ("no", "yes"):
        return not names_person(own.lemma_.lower())  # "The dice said no"
    return thing and (said.lower_ in _NO_CLAIM or said.head.lower_ in _NO_CLAIM)


#: What only speaks in a figure: "History tells us".
_FIGURES = frozenset(
    "history experience instinct conscience logic reason nature fate luck gut heart sky weather".split()
)
#: Verbs that may tell nothing, and what they tell then.
_BARELY = frozenset({"say", "tell", "speak"})
_NO_CLAIM = frozenset({"story", "tale", "all", "everything", "volumes", "it", "itself", "what"})


#: Verbs that say something even when negated or supposed: "would not rule out", "did not respond on that".
_STILL_SAID = frozenset(
    "agree confirm rule admit concede acknowledge accept promise ask pray recommend respond".split()
)


def _asks_for_comment(unit: Unit, cue: Cue) -> bool:
    """Tell whether only words were asked for: "did not respond to a request for comment"."""
    behind = [token.lower_ for token in unit.doc[cue.last :]]
    asked = "comment" in behind or ("about" not in behind and bool(_QUESTIONS.intersection(behind)))
    return cue.lemma == "respond" and asked


#: What is asked of somebody; he says nothing then, unless it is told what it is about.
_QUESTIONS = frozenset("questions calls messages emails inquiries enquiries".split())


def _is_reflexive(unit: Unit, cue: Cue) -> bool:
    """Tell whether what is spoken of is the speaker alone: "the figure speaks for itself"."""
    if cue.frame == "quote" or not cue.complements:
        return False
    thing = unit.doc[cue.complements[0]]
    return thing.lower_ in ("itself", "themselves") and thing.dep_ in ("dobj", "pobj")


def _by_nobody(verb: Token) -> bool:
    """Tell whether nobody does it: "nobody has told me", "none of us says", "contested by no one"."""
    if verb.dep_ in ("acl", "relcl") and verb.head.lower_ in _NOBODY and subject(verb) is None:
        return True  # "There is nothing to suggest that"
    if verb.dep_ == "relcl" and verb.head.lower_ in ("nothing", "anything", "everything"):
        return True  # "Nothing she said meant that"
    if verb.dep_ in ("acl", "relcl", "xcomp") and has_to(verb) and verb.doc[verb.head.left_edge.i].lower_ == "one":
        return verb.head.lower_ == "thing"  # "It is one thing to say so"
    named = [subject(verb), *(thing for by in children(verb, "agent") for thing in children(by, "pobj"))]
    return any(
        one is not None and (one.lower_ in _NOBODY or any(c.lower_ in ("no", "any") for c in children(one, "det")))
        for one in named
    )


def _is_unreal(unit: Unit, cue: Cue, verb: Token) -> bool:
    """Tell whether a verb of saying is negated, supposed, conditional, asked or only named."""
    holder = unit.doc[cue.holder]
    helpers = [*children(verb, *AUXILIARIES), *(children(holder, *AUXILIARIES) if holder.i != verb.i else [])]
    own = subject(holder)
    first_person = own is not None and own.lower_ in ("i", "we")
    if any(helper.dep_ == "neg" or helper.lower_ in ("never", "cannot") for helper in helpers):
        return True
    if any(child.lower_ in ("never", "nor", "neither") and child.i < verb.i for child in verb.children):
        return True
    if any(helper.lower_ in ("would", "could") for helper in helpers) and _only(verb):
        return False  # "would confirm only that he had been there"
    if any(helper.lower_ in _SUPPOSED or helper.lower_ in ("'d", "’d") for helper in helpers) and not first_person:
        return not any(helper.lower_ == "have" for helper in helpers) or cue.frame != "quote"
    if any(
        child.dep_ == "mark" and child.lower_ in _CONDITIONS and not _parted(child, verb) for child in verb.children
    ):
        return True
    if verb.tag_ in ("VBZ", "VBP") and any(
        child.dep_ == "mark" and child.lower_ in ("before", "until") for child in verb.children
    ):
        return True  # "Before the mayor says so"
    if has_to(verb) and verb.head.lower_ in _TO_COME:
        return True  # "is due to say"
    if verb.dep_ == "pcomp" and {verb.head.lower_, verb.doc[max(0, verb.i - 2)].lower_} & _LACKING:
        return True
    if has_to(verb) and (verb.head.lemma_ == "be" or verb.dep_ == "csubj") and cue.frame in ("clause", "object"):
        bearers = ("acomp", "attr", "prep", "expl", "nsubj")
        return subject(verb) is None and any(child.dep_ in bearers for child in verb.head.children)
    return _is_asked(unit, holder, own)


#: Who is so is still to speak.
_TO_COME = frozenset("due scheduled".split())


def _only(verb: Token) -> bool:
    """Tell whether "only" stands right beside a verb: it is what was said after all."""
    supposed = any(child.dep_ == "mark" and child.lower_ in _CONDITIONS for child in verb.children)
    return not supposed and any(token.lower_ == "only" for token in verb.doc[max(0, verb.i - 1) : verb.i + 2])


def _parted(opener: Token, verb: Token) -> bool:
    """Tell whether a comma stands between: "Asked if it leaks, she said that it does"."""
    return any(token.text == "," for token in verb.doc[opener.i : verb.i])


def _is_asked(unit: Unit, holder: Token, own: Token | None) -> bool:
    """Tell whether a question asks about the saying: "Would he say that ...?"."""
    if own is None or not unit.doc[-1].text.endswith("?"):
        return False
    if own.lower_ in ("who", "which") and own.i == 0 and holder.dep_ == "ROOT":
        return True  # "Who said so?"
    return any(helper.i < own.i for helper in children(holder, "aux")) and holder.dep_ == "ROOT"
