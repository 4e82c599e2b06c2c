"""Inside, pure: who passes on what somebody said: a medium that quotes, cites or is told, a document, a lawyer."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from models.extraction import lexicon
from models.extraction.coreference import ROLES
from models.extraction.cue import lemma
from models.extraction.descriptions import antecedent
from models.extraction.drafts import Draft
from models.extraction.grammar import children, is_passive, subject
from models.extraction.lexicon import SPEAKING_THINGS
from models.extraction.mentions import phrase
from models.extraction.names import FEMALE, MALE
from models.extraction.speaker_kinds import GOVERNMENT_WORDS
from models.extraction.units import Unit

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token


#: Verbs by which a medium passes on what somebody says.
QUOTES = frozenset("quote cite".split())


def is_medium(draft: Draft) -> bool:
    """Tell whether a speaker is a newspaper, an agency, a station or a document."""
    return draft.source is not None and names_medium(draft.unit.doc, *draft.source)


def names_medium(doc: Doc, first: int, last: int) -> bool:
    """Tell whether a phrase names who prints or sends what others say."""
    head = doc[first : last + 1].root
    if doc[first].lower_ in ("this", "our"):  # the very one that prints it
        return False
    words = {head.lower_, head.lemma_.lower()}
    if head.pos_ == "PROPN":
        words |= {t.lower_ for t in doc[first : last + 1] if t.pos_ == "PROPN"}
        called = {t.lower_ for t in doc[first:last] if t.pos_ in ("NOUN", "ADJ")}
        return bool(words & lexicon.MEDIA_NAMES or called & lexicon.MEDIA)
    return bool(words & (lexicon.MEDIA | lexicon.RELAYS))


def quoted_by(draft: Draft) -> Draft:
    """Give what somebody is quoted as saying to him: "The paper quoted an officer as saying"; so with "citing"."""
    doc = draft.unit.doc
    verb = doc[draft.cue.head]
    source = quoted_by = cited_by = None
    if verb.tag_ == "VBG" and (quoting := _quoting(verb)) is not None:
        source = next((thing for thing in children(quoting, "dobj", "nsubjpass") if thing.i < verb.i), None)
        quoted_by = next((thing for thing in children(quoting, "nsubj") if draft.unit.quote[thing.i] < 0), None)
        quoted_by = quoted_by or _quoted_in(quoting)
    elif is_heard(verb):
        source, quoted_by = _who_is_heard(verb), subject(verb.head)
    elif draft.cue.frame == "quote" and draft.cue.lemma == "quote" and not is_passive(verb):
        source, quoted_by = _who_is_quoted(verb), subject(verb)
    elif draft.cue.kind == "speech" and draft.polarity == "assert":
        source, cited_by = _cited(draft), draft.source
    if source is None or draft.unit.quote[source.i] >= 0:
        return draft
    if draft.source is None or not draft.source[0] <= source.i <= draft.source[1]:
        passes = draft.source is not None and (is_medium(draft) or cited_by is not None)
        draft.passed_on = [draft.source] if draft.source is not None and passes else []
    elif cited_by is not None:
        draft.passed_on = [(cited_by[0], doc[cited_by[0] : cited_by[1] + 1].root.i)]
    if quoted_by is not None and quoted_by.tag_ not in ("WDT", "WP"):
        draft.passed_on = [phrase(draft.unit, draft.cue, quoted_by)]
    elif quoted_by is not None and (named := antecedent(quoted_by)) is not None:
        draft.passed_on = [(named.left_edge.i, named.i)]
    draft.source = phrase(draft.unit, draft.cue, source)
    draft.mention = (draft.unit.left[draft.source[0]], draft.unit.right[draft.source[1]])
    return draft


#: Verbs by which somebody tells what he heard another say: "remembered her father saying".
_HEARS = frozenset("hear overhear recall remember".split())


def is_heard(saying: Token) -> bool:
    """Tell whether somebody heard or remembers another say a thing: "heard the mayor say", "recalled him telling"."""
    hearing = saying.head
    if saying.tag_ not in ("VB", "VBG") or lemma(hearing) not in _HEARS or hearing.i > saying.i:
        return False
    return _who_is_heard(saying) is not None


def _who_is_heard(saying: Token) -> Token | None:
    """Find who is heard or remembered to say a thing: the verb's own subject, or what is remembered right before it."""
    own = subject(saying)
    named = [own] if own is not None else children(saying.head, "dobj")
    return next((one for one in named if saying.head.i < one.i == saying.i - 1), None)


def _who_is_quoted(verb: Token) -> Token | None:
    """Find who is quoted in "She quoted her grandmother: “...”"; a song or a law is no one."""
    for thing in children(verb, "dobj"):
        numbered = thing.right_edge.pos_ == "NUM"
        if (thing.pos_ == "PROPN" and not numbered) or {thing.lower_, thing.lemma_.lower()} & (ROLES | _NAMELESS):
            return thing
    return None


def _quoted_in(quoting: Token) -> Token | None:
    """Find who quotes in "was quoted by the agency", "was quoted in the same broadcast as saying"."""
    for prep in children(quoting, "agent", "prep"):
        if prep.lower_ in ("by", "in", "on"):
            for thing in children(prep, "pobj"):
                if prep.dep_ == "agent" or names_medium(thing.doc, thing.left_edge.i, thing.i):
                    return thing
    return None


def _cited(draft: Draft) -> Token | None:
    """Find whom a medium cites for what it reports: "the Courier, which cited a member of the jury"."""
    if draft.source is None or draft.source[0] > draft.cue.first > 0:
        return None
    doc, (first, last) = draft.unit.doc, draft.source
    fronted = [doc[0]] if doc[0].lower_ in ("citing", "quoting") and doc[0].head.i == draft.cue.head else []
    for token in [*fronted, *doc[first : max(last + 1, draft.cue.first)]]:
        aside = (
            token.lower_ in ("citing", "quoting") and token.dep_ in ("advcl", "prep") and token.head.i == draft.cue.head
        )
        aside = aside and (is_medium(draft) or draft.cue.lemma == "report")
        if aside or (
            token.lower_ in ("cited", "cites", "citing", "quoted", "quoting") and token.dep_ in ("relcl", "acl")
        ):
            for thing in children(token, "dobj"):
                words = {thing.lower_, thing.lemma_.lower()}
                if words & (ROLES | _NAMELESS | SPEAKING_THINGS) or thing.pos_ == "PROPN":
                    return thing
    return None


def reported_by(outer: Draft) -> None:
    """Take out of what somebody said who reported it: "The Courier reported, citing two officials, that"."""
    doc, unit = outer.unit.doc, outer.unit
    start, end = outer.contents[0][0], outer.contents[-1][1]
    for verb in doc:
        if verb.lemma_.lower() not in _REPORTS or not start <= unit.left[verb.i] < end or unit.quote[verb.i] >= 0:
            continue
        own = subject(verb)
        cites = outer.cue_span[1] - outer.cue_span[0] == len("citing")  # not "according to": see swaps
        if own is None or own.i > verb.i or not (cites or names_medium(doc, own.left_edge.i, own.i)):
            continue
        opener = next((t for t in doc[verb.i + 1 : verb.i + _OPENS_WITHIN] if t.lower_ == "that"), None)
        if opener is not None and unit.left[opener.i] < end:
            spans = [(max(first, unit.left[opener.i]), last) for first, last in outer.contents]
        else:
            stop = max((unit.right[t.i] for t in doc[: own.left_edge.i] if not t.is_punct), default=start)
            spans = [(first, min(last, stop)) for first, last in outer.contents]
        if spans := [span for span in spans if span[0] < span[1]]:
            outer.contents = spans
            outer.passed_on.append((own.left_edge.i, own.i))
        return
    _reported_behind(outer, start, end)


def _reported_behind(outer: Draft, start: int, end: int) -> None:
    """Take ", NRT reports" out of the end of what somebody said, where the parser sees no verb in it."""
    doc, unit = outer.unit.doc, outer.unit
    inside = [t for t in doc if start <= unit.left[t.i] < end and not t.is_space]
    if len(inside) < _REPORT or inside[-1].lower_ not in ("reports", "reported", "writes") or inside[-3].text != ",":
        return
    if inside[-2].pos_ == "PROPN" and outer.contents[-1][0] < unit.left[inside[-3].i]:
        outer.contents[-1] = (outer.contents[-1][0], unit.left[inside[-3].i])
        outer.passed_on.append((inside[-2].i, inside[-2].i))


#: Words of a content that ends so, at least.
_REPORT = 6


#: Verbs by which a medium tells what somebody else said.
_REPORTS = frozenset("report say write reveal disclose".split())


#: How many tokens behind such a verb its clause opens at the latest.
_OPENS_WITHIN = 24


#: Who is cited and not named.
_NAMELESS = frozenset("people person persons source sources insider insiders one two three several".split())


def _quoting(saying: Token) -> Token | None:
    """Find the verb of "quoted an officer as saying"."""
    at = saying
    for _ in range(3):
        at = at.head
        if at.lemma_.lower() in QUOTES and any(t.lower_ == "as" for t in saying.doc[at.i : saying.i]):
            return at
    return None


def told_whom(draft: Draft, is_medium: Callable[[str], bool]) -> tuple[int, int] | None:
    """Find the medium to which somebody spoke, or through whom: "told Radio Oreland", "said through his attorney".

    Also where the mention says it: "three people who spoke to the Halden Post". `is_medium` tells it of a name that
    the text has described before: "the daily Kurs".
    """
    doc, unit = draft.unit.doc, draft.unit
    verb = doc[draft.cue.head]
    if draft.cue.kind != "speech" or draft.source is None:
        return None
    passive = is_passive(verb) and children(verb, "agent") and draft.cue.lemma in ("tell", "inform", "assure", "warn")
    if passive or (draft.cue.named is not None and verb.lemma_.lower() in lexicon.LEARNS):
        own = subject(verb)
        return (own.left_edge.i, own.i) if own is not None and own.lower_ not in _PRESENT else None
    if (quoting := _quoting_medium(draft)) is not None:
        return _whole(quoting)
    if (through := _through(unit, verb)) is not None:
        return _whole(through)
    if (showing := _showing(draft, is_medium) or _in_setting(draft, is_medium)) is not None:
        return showing
    speaking = [verb] if verb.pos_ != "NOUN" else []
    speaking += [t for t in doc[draft.source[0] : draft.source[1] + 1] if lemma(t) in _SPEAKS and t.dep_ == "relcl"]
    for thing in [one for at in speaking for one in _addressed(at)]:
        first = thing.left_edge.i
        if unit.quote[thing.i] >= 0 or thing.lemma_.lower() in lexicon.RELAYS:
            continue
        beside = next(iter(children(thing, "appos")), None)
        if beside is not None and thing.lemma_.lower() in lexicon.MEDIA and beside.pos_ == "PROPN":
            return beside.left_edge.i, beside.i  # "the newspaper Brill Courier"
        called = beside is not None and beside.lemma_.lower() in lexicon.MEDIA  # "the Kurs, a weekly,"
        if called or names_medium(doc, first, thing.i) or _named_as_medium(doc, verb, first, thing, is_medium):
            name = next((t.i for t in doc[first : thing.i] if t.pos_ == "PROPN"), thing.i)
            return name if thing.pos_ == "PROPN" else first, thing.i  # "the broadcaster Kanal Ost"
    return None


#: How the words begin before who speaks that tell to whom, or by whom his words are passed on.
_SETTINGS = frozenset(
    """speaking talking asked interviewed reached contacted quoted cited seen obtained published reviewed read shown
    printed released""".split()
)
#: By what such words are joined with who passes it on.
_JOINED_BY = frozenset({"by", "to", "with", "on", "in"})


def _in_setting(draft: Draft, is_medium: Callable[[str], bool]) -> tuple[int, int] | None:
    """Find a medium in what leads to the speaker: "Speaking to Radio Brill, she", "In a memo seen by the Sun, he"."""
    doc, unit = draft.unit.doc, draft.unit
    first = draft.source[0] if draft.source is not None else 0
    for token in doc[max(0, first - _LEADING) : draft.cue.first]:
        if token.lower_ not in _SETTINGS or unit.quote[token.i] >= 0 or token.tag_ not in ("VBN", "VBG", "VBD"):
            continue
        if not any(t.text == "," for t in doc[token.i : draft.cue.first]):
            continue
        for prep in children(token, "prep", "agent", "dative"):
            for thing in children(prep, "pobj") if prep.lower_ in _JOINED_BY else ():
                start, paper = thing.left_edge.i, thing.lemma_.lower() in _WRITTEN  # "reached by email"
                if not paper and (names_medium(doc, start, thing.i) or is_medium(doc[start : thing.i + 1].text)):
                    name = next((t.i for t in doc[start : thing.i] if t.pos_ == "PROPN"), thing.i)
                    return name if thing.pos_ == "PROPN" else start, thing.i
    return None


#: What is written, and passes nothing on where somebody was reached by it.
_WRITTEN = lexicon.RELAYS | frozenset("email report memo memorandum document draft".split())
#: How many words before a speaker such a setting may begin.
_LEADING = 14


def _quoting_medium(draft: Draft) -> Token | None:
    """Find who quotes a speaker as his mention tells: "a clerk, quoted by Radio Brill, said"."""
    first, last = draft.source or (0, -1)
    for token in draft.unit.doc[first : max(last + 1, draft.cue.first)]:
        if token.lower_ in ("quoted", "cited", "interviewed") and token.dep_ in ("acl", "relcl", "advcl"):
            for agent in children(token, "agent"):
                return next(iter(children(agent, "pobj")), None)
    return None


def _whole(thing: Token) -> tuple[int, int]:
    """Give the words for somebody, his name behind them included: "his attorney, Dora Quist"."""
    named = next((t for t in children(thing, "appos") if t.pos_ == "PROPN" and t.i > thing.i), thing)
    return thing.left_edge.i, named.i


#: Documents that say nothing of themselves in other places: "a note seen by the Echo".
_PAPERS = frozenset("note memorandum briefing minute minutes slide log draft presentation spreadsheet invoice".split())
#: What is done to a document by who passes on what it says.
_SEEN = frozenset("see obtain review leak publish read quote print send show carry release post share view".split())


def _showing(draft: Draft, is_medium: Callable[[str], bool]) -> tuple[int, int] | None:
    """Find who saw or read out a document: "a memo seen by the Courier", "an email that Ann Lee read out"."""
    first, last = draft.source or (0, -1)
    doc = draft.unit.doc
    if doc[first : last + 1].root.lemma_.lower() not in SPEAKING_THINGS | _PAPERS:
        return None
    for verb in doc[first : max(last + 1, min(draft.cue.first, last + _ASIDE))]:
        if verb.lemma_.lower() not in _SEEN or verb.dep_ not in ("acl", "relcl"):
            continue
        to = [
            by for by in children(verb, "agent", "prep") if by.lower_ == "by" or (by.lower_ == "to" and _is_sent(verb))
        ]
        named = [thing for by in to for thing in children(by, "pobj")]
        reads = verb.lemma_.lower() == "read"
        named += [
            own for own in children(verb, "nsubj") if own.tag_ not in ("WDT", "WP") and own.lower_ not in _PRESENT
        ]
        for thing in named:
            start = thing.left_edge.i
            if reads or names_medium(doc, start, thing.i) or is_medium(doc[start : thing.i + 1].text):
                return _whole(thing)
    return None


def _is_sent(verb: Token) -> bool:
    return verb.lemma_.lower() in ("leak", "send", "show", "release")


#: How far behind a mention such an aside may go, in words.
_ASIDE = 10


def _through(unit: Unit, verb: Token) -> Token | None:
    """Find who speaks for somebody: "said through his attorney"."""
    for prep in children(verb, "prep"):
        named = children(prep, "pobj")
        if prep.lower_ == "through" and named and unit.quote[named[0].i] < 0 and named[0].tag_ in ("NN", "NNP"):
            return named[0]
        for sent in [one for paper in named for one in children(paper, "acl") if prep.lower_ == "in"]:
            for by in children(sent, "prep", "agent"):
                who = children(by, "pobj")
                if by.lower_ in ("through", "via", "by") and who and lemma(sent) in ("send", "issue", "release"):
                    return who[0]
    return None


#: Who stands behind what is printed.
_PRESENT = frozenset({"i", "we", "you", "it", "they"})


#: Verbs by which a mention says to whom its bearer spoke.
_SPEAKS = frozenset("speak talk tell".split())


#: Who hears things and prints nothing: "told the Senate".
_HEARERS = GOVERNMENT_WORDS | frozenset(
    """court committee council senate house parliament congress commission police navy army inquiry tribunal board
    assembly jury chamber cabinet union party church bank group association state department""".split()
)


def _addressed(verb: Token) -> list[Token]:
    """List whom a verb of saying names as spoken to: "told X", "said to X", "said in an interview with X"."""
    named = [thing for thing in children(verb, "dobj", "dative") if thing.i > verb.i]
    for prep in children(verb, "prep", "dative"):
        for thing in children(prep, "pobj"):
            named += [thing] if prep.lower_ in ("to", "on", "with") else []
            named += [
                who
                for inner in children(thing, "prep")
                if inner.lower_ in ("with", "to")
                for who in children(inner, "pobj")
            ]
    return named


def _named_as_medium(doc: Doc, verb: Token, first: int, thing: Token, is_medium: Callable[[str], bool]) -> bool:
    """Tell whether who is told something is a medium by its name: "told the Ledger", "told KSRW"; a person is not."""
    if thing.pos_ != "PROPN" or lemma(verb) not in ("tell", "speak", "talk") or thing.i < verb.i:
        return False
    words = {t.lower_ for t in doc[first : thing.i + 1]}
    if words & (_HEARERS | ROLES | MALE | FEMALE):
        return False
    if doc[first].lower_ == "the" and first < thing.i and not thing.tag_.endswith("S"):
        return True
    name = doc[first : thing.i + 1].text
    return bool(_CALL_SIGN.fullmatch(name)) or is_medium(name)


#: "KSRW", "BBC", "NRK2".
_CALL_SIGN = re.compile(r"[A-Z]{3,5}\d?")
