"""Inside, pure: the frames in which a verb attributes, one reader a frame.

Each reader looks at one verb and gives a cue or None; READERS holds their
order, from the most telling frame to the least.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from models.extraction import idioms, lexicon
from models.extraction.cue import Cue, lemma, make
from models.extraction.grammar import children, finite_clause, has_to, is_passive, subject
from models.extraction.object_verbs import carrying, idiom, innocent, judging, naming, putting, ungranted
from models.extraction.phrases import according, adjective, that_clause
from models.extraction.recollections import remembering, standing_by
from models.extraction.units import Unit

if TYPE_CHECKING:
    from spacy.tokens import Token

_ANSWERS = frozenset(
    """deny dispute reject dismiss refute rebut contest echo criticize condemn denounce describe call detail
    support oppose endorse defend repudiate announce propose challenge question""".split()
)
_ANSWERED = frozenset(
    """deny dispute reject dismiss refute rebut contest echo criticize condemn denounce repudiate challenge
    question endorse support report oppose praise propose welcome mock ridicule back hail""".split()
)
_TIMES = frozenset(
    """second minute hour day week month year decade while time moment condition background record camera stage
    phone behalf television radio floor sunday monday tuesday wednesday thursday friday saturday""".split()
)
#: "who asked not to be named": how a speaker is named, and nothing that he said.
_UNNAMED = frozenset({"name", "identify", "quote"})
_INDEFINITE = frozenset({"it", "there"})


def read(token: Token, unit: Unit) -> Cue | None:
    """Find the cue that a verb makes, if it makes one."""
    word = lemma(token)
    if token.lower_ == "according":
        return according(token)
    if token.lower_ in lexicon.ADJECTIVES and (cue := adjective(token)):
        return cue
    for reader in READERS:
        if cue := reader(token, word, unit):
            return cue
    return None


def _clause(token: Token, word: str, unit: Unit) -> Cue | None:
    """Read "said that ...", "said it works", "asked whether ..."."""
    clauses = [child for child in children(token, "ccomp") if _is_clause(child, token)]
    if not clauses and word in lexicon.SAY and word not in lexicon.OF_MATTERS:
        clauses = [child for child in children(token, "advcl", "conj", "dep") if _misread(child, token)]
    if not clauses and word in lexicon.SAY:
        clauses = _behind_setting(token)
    if not clauses:
        return None
    marked = any(child.dep_ == "mark" and child.lower_ == "that" for child in clauses[0].children)
    known = word in lexicon.SAY or word in lexicon.THINK
    if not known and not (marked and word not in lexicon.NOT_CUES and token.pos_ == "VERB"):
        return None
    told_to = word in ("tell", "inform", "convince", "assure", "remind", "warn")
    if is_passive(token) and not told_to and (own := subject(token)) is not None and own.lower_ not in _INDEFINITE:
        return None
    return make(token, "clause", tuple(child.i for child in _by_side(token, clauses)))


def _behind_setting(verb: Token) -> list[Token]:
    """Find the clause that the parser hung on the setting: "told the paper in a statement that ..."."""
    settings = [thing for prep in children(verb, "prep") for thing in children(prep, "pobj")]
    if lemma(verb) in lexicon.ADDRESS:
        settings += children(verb, "dobj")
    for setting in settings:
        for clause in children(setting, "acl", "ccomp", "relcl"):
            if setting.i > verb.i and (that_clause(clause) or _told(verb, clause)):
                return [clause]
    return []


def _told(verb: Token, clause: Token) -> bool:
    """Tell whether "told the court he had not" reads as what was told, though the parser hung it on the court."""
    own = subject(clause)
    return (
        lemma(verb) in ("tell", "inform", "assure", "remind")
        and clause.dep_ == "relcl"
        and own is not None
        and own.tag_ not in ("WDT", "WP")
        and finite_clause(clause)
        and clause.left_edge.lower_ not in ("who", "whom", "which", "where", "when")
    )


def _misread(child: Token, verb: Token) -> bool:
    """Find a clause with its own subject behind a verb of saying: it is what was said."""
    own = subject(child)
    if own is None or child.i < verb.i or not finite_clause(child):
        return False
    if children(verb, "dobj") and lemma(verb) not in lexicon.ADDRESS:
        return False
    if any(
        token.dep_ in ("cc", "mark") or token.text in (";", ":") for token in verb.doc[verb.i + 1 : own.left_edge.i]
    ):
        return False
    return (
        not any(c.dep_ in ("mark", "cc") or c.tag_ == "WRB" for c in child.children if c.i < own.i)
        and verb.nbor(1).text != ","
    )


def _by_side(token: Token, clauses: list[Token]) -> list[Token]:
    """List the clauses, those on the content's side first.

    "It failed; the team says it will go on": where no comma sets the cue off
    from what follows, what precedes is another sentence.
    """
    after = [clause for clause in clauses if clause.i > token.i]
    follows = token.nbor(1) if token.i + 1 < len(token.doc) else None
    if after and follows is not None and not follows.is_punct:
        return after + [clause for clause in clauses if clause.i < token.i]
    return clauses


def _is_clause(child: Token, verb: Token) -> bool:
    """Tell whether a ccomp is a statement and not a misread relative or infinitive."""
    if has_to(child) and not finite_clause(child):
        return lemma(verb) in lexicon.URGE or lemma(verb) in lexicon.SAY
    return True


def _around(token: Token, word: str, unit: Unit) -> Cue | None:
    """Read "The talks, she said, went well": the cue sits inside its own content."""
    if word not in lexicon.SAY and word not in lexicon.THINK:
        return None
    own = subject(token)
    if own is None or abs(own.i - token.i) > 12 or is_passive(token):
        return None
    taken = [child for child in token.children if child.dep_ in ("dobj", "ccomp", "xcomp")]
    if taken and word in lexicon.ADDRESS and all(c.dep_ == "dobj" and 0 < c.i - token.i <= 4 for c in taken):
        taken = []
    if _as(token) is None and taken:
        return None
    if token.dep_ == "parataxis":
        return make(token, "around", (token.head.i,))
    if token.dep_ == "advcl" and word in lexicon.SAY and _as(token) is not None:
        return make(token, "around", (token.head.i,))
    if token.dep_ in ("ccomp", "advcl", "conj", "ROOT", "relcl", "appos", "acl") and _set_off(token, own, unit):
        return make(token, "around", (token.head.i if token.dep_ != "ROOT" else token.i,))
    return None


def _as(verb: Token) -> Token | None:
    """Find the "as" of "as she put it"."""
    for child in verb.children:
        if child.lower_ == "as" and child.dep_ in ("mark", "advmod") and child.i < verb.i:
            return child
    return None


def _set_off(token: Token, own: Token, unit: Unit) -> bool:
    """Tell whether subject and verb stand between commas, or a comma and the end."""
    first = min(token.i, own.left_edge.i)
    last = max(token.i, own.right_edge.i if own.i > token.i else token.i)
    doc = unit.doc
    told = [thing.i for thing in children(token, "dobj") if thing.i == token.i + 1 and thing.pos_ == "PRON"]
    last = max(last, *told) if told and lemma(token) in lexicon.ADDRESS else last  # "she assured me"
    before = doc[first - 1] if first else None
    after = doc[last + 1] if last + 1 < len(doc) else None
    if before is None or before.text not in (",", "—", "–", "-", "--", "”"):
        return False
    return after is None or after.is_punct or after.dep_ in ("npadvmod", "prep", "advmod", "tmod")


def _intending(token: Token, word: str, unit: Unit) -> Cue | None:
    """Read "vowed to fight": the content is what the speaker means to do."""
    if word not in lexicon.INTEND or is_passive(token):
        return None
    goals = [child for child in children(token, "xcomp") if has_to(child) and child.i > token.i]
    if goals and word == "ask" and is_passive(goals[0]) and lemma(goals[0]) in _UNNAMED:
        return None
    if not goals or (
        lemma(goals[0]) in lexicon.SAY | {"know", "hear"} and word in lexicon.LEAD_UP and _says_something(goals[0])
    ):
        return None
    if children(token, "dobj"):
        return None
    return make(token, "to", (goals[0].i,))


def _says_something(verb: Token) -> bool:
    """Tell whether a verb of saying has anything behind it: "declined to say why", not "to comment"."""
    return any(
        child.i > verb.i and child.dep_ in ("ccomp", "dobj", "prep", "xcomp", "advcl") for child in verb.children
    )


def _urging(token: Token, word: str, unit: Unit) -> Cue | None:
    """Read "urged both sides to wait", "called on Paris to act"."""
    if word not in lexicon.URGE or is_passive(token):
        return None
    goals = [child for child in children(token, "xcomp", "ccomp", "advcl") if has_to(child) and child.i > token.i]
    objects = children(token, "dobj", "dative")
    if goals and objects and objects[0].i < goals[0].i:
        if word == "tell":
            return make(token, "to", (goals[0].i,))
        return make(token, "urge", (objects[0].i, goals[0].i))
    return None


def _calling_on(token: Token, word: str, unit: Unit) -> Cue | None:
    """Read "called on Paris to act"."""
    if word not in ("call", "prevail", "appeal") or is_passive(token):
        return None
    for prep in children(token, "prep"):
        if prep.lower_ not in ("on", "upon", "to", "for") or prep.i < token.i:
            continue
        people = children(prep, "pobj")
        aims = [
            child
            for child in token.children
            if child.dep_ in ("xcomp", "advcl", "ccomp") and has_to(child) and child.i > prep.i
        ]
        if people and (prep.lower_ != "for" or not aims):
            aims = aims or [c for c in people[0].children if c.dep_ in ("acl", "relcl") and has_to(c)]
            if aims and prep.lower_ != "for":
                return make(token, "urge", (people[0].i, aims[0].i), last=prep.i)
        if people and aims and prep.lower_ == "for":
            return make(token, "urge", (people[0].i, aims[0].i), last=prep.i)
    return None


def _unsaid(token: Token, word: str, unit: Unit) -> Cue | None:
    """Read "She is expected to win", "he was accused of theft by both", "it seems to work"."""
    if is_passive(token) and word in lexicon.UNSAID:
        passed = children(token, "nsubjpass")
        if word == "see" and not any(child.lower_ == "as" for child in token.children):
            return None
    elif word in ("seem", "appear") and token.pos_ == "VERB":
        passed = children(token, "nsubj")
    else:
        return None
    goals = [c for c in children(token, "xcomp", "oprd", "acomp") if c.i > token.i]
    if goals and goals[0].tag_ == "VB" and lemma(goals[0]) in lexicon.SAY | lexicon.JUDGE and not is_passive(token):
        return None
    if passed and goals:
        return make(token, "passive", (passed[0].i, goals[0].i))
    if passed and is_passive(token):
        for prep in children(token, "prep"):
            things = children(prep, "pobj", "pcomp")
            if prep.i > token.i and things and prep.lower_ in ("of", "for", "as", "with", "about"):
                return make(token, "passive", (passed[0].i, things[0].i), last=prep.i)
    return None


def _relative(token: Token, word: str, unit: Unit) -> Cue | None:
    """Read "a charge Beijing denies", "claims that the bank disputed"."""
    if token.dep_ != "relcl" or word not in _ANSWERS or is_passive(token):
        return None
    own = subject(token)
    if own is None or own.tag_ in ("WDT", "WP") or children(token, "ccomp"):
        return None
    objects = children(token, "dobj")
    if any(child.i > token.i for child in objects):
        return None
    pronouns = [child for child in objects if child.tag_ in ("WDT", "WP")]
    return make(token, "object", ((pronouns[0] if pronouns else token.head).i,))


def _by_agent(token: Token, word: str, unit: Unit) -> Cue | None:
    """Read "the claim was denied by Oslo", "a view echoed by both": a passive with its agent."""
    if word not in _ANSWERED or not any(children(by, "pobj") for by in children(token, "agent")):
        return None
    passed = children(token, "nsubjpass")
    if passed and passed[0].i < token.i:
        return make(token, "passive", (passed[0].i,))
    if token.dep_ in ("acl", "relcl") and token.tag_ == "VBN":
        return make(token, "passive", (token.head.i,))
    return None


def _talking(token: Token, word: str, unit: Unit) -> Cue | None:
    """Read "spoke about the strike", "called for calm"."""
    allowed = idioms.TALK_OF.get(word)
    if not allowed or is_passive(token):
        return None
    for prep in children(token, "prep", "prt"):
        if prep.lower_ in allowed and prep.i > token.i:
            things = children(prep, "pobj", "pcomp")
            if things and things[0].lemma_.lower() in _TIMES:
                continue
            if things and word in ("respond", "object", "reply"):
                return make(token, "of", (prep.i,))
            if things:
                return make(token, "of", (things[0].i,), last=prep.i)
            for inner in children(prep, "prep"):
                if things := children(inner, "pobj", "pcomp"):
                    return make(token, "of", (things[0].i,), last=inner.i)
    return None


#: What may be all that somebody says, and the noun of it where it has one.
_SHORT = frozenset("yes no not otherwise never nonsense rubbish differently opposite contrary reverse".split())


def _shortly(token: Token, word: str, unit: Unit) -> Cue | None:
    """Read "She said no.", "Two clerks say otherwise"."""
    if word not in ("say", "answer", "reply", "respond") or token.i + 1 >= len(token.doc):
        return None
    said = next((t for t in token.doc[token.i + 1 : token.i + 4] if t.lower_ not in ("quite", "just", "the")), token)
    if said.lower_ not in _SHORT or is_passive(token):
        return None
    ends = said.i + 1 >= len(token.doc) or said.nbor(1).is_punct or said.nbor(1).dep_ == "cc"
    if ends and subject(token) is not None:
        return make(token, "object", (said.i,))
    return None


#: In this order: the first that gives a cue is believed.
READERS: tuple[Callable[[Token, str, Unit], Cue | None], ...] = (
    _calling_on,
    _shortly,
    idiom,
    ungranted,
    remembering,
    standing_by,
    innocent,
    putting,
    naming,
    _clause,
    _unsaid,
    _urging,
    _intending,
    carrying,
    _around,
    judging,
    _relative,
    _by_agent,
    _talking,
)
