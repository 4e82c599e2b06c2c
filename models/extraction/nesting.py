"""Inside, pure: attribution inside attribution: which of the two is told, and who passed it on.

An attribution inside another's content is told once, by the outer speaker. The exceptions: an owned claim inside its
own denial, what a document or a newspaper passes on ("The Post reported that the mayor believes"), and what somebody
is quoted as saying.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from models.extraction import confidence, lexicon
from models.extraction.coreference import ROLES
from models.extraction.cue import lemma
from models.extraction.drafts import Draft
from models.extraction.findings import Speaker
from models.extraction.grammar import children
from models.extraction.mentions import phrase
from models.extraction.names import FEMALE, MALE
from models.extraction.speaker_kinds import GOVERNMENT_WORDS

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

Span = tuple[int, int]


def outermost(drafts: list[Draft]) -> list[Draft]:
    """Drop what lies inside another's content: attribution is told once."""
    quoting = [draft for draft in drafts if draft.numbers]
    for draft in drafts:
        if not draft.numbers:
            draft.contents = [_before_quoting(span, draft, quoting) for span in draft.contents]
    for draft in drafts:
        _step_back(draft, drafts)
    drafts = [_quoted_by(draft) for draft in drafts]
    drafts = _through_documents(drafts)
    kept: list[Draft] = []
    for draft in sorted(drafts, key=_size, reverse=True):
        holders = [other for other in kept if _inside(draft, other)]
        if len(holders) == 1 and _is_passed(draft, holders[0]):
            draft.passed_on = holders[0].source
            kept.remove(holders[0])
            kept.append(draft)
            continue
        if len(holders) == 1 and _is_told_by(draft, holders[0]):
            draft.passed_on = holders[0].source
            kept.append(draft)
            continue
        if any(other.polarity != "deny" or draft.cue.frame != "noun" for other in holders):
            continue
        if any(
            _inside(other, draft) and not (draft.polarity == "deny" and other.cue.frame == "noun") for other in kept
        ):
            continue
        draft.denier = next((other for other in holders if other.polarity == "deny"), None)
        if draft.confidence < confidence.SHOWN and draft.denier is None:
            continue
        kept.append(draft)
    return sorted(kept, key=lambda draft: draft.cue_span)


#: Verbs by which a medium passes on what somebody says.
_QUOTES = frozenset("quote cite".split())
#: The least share of a medium's report that is somebody else's words.
_MOST = 0.5
_SURE = 0.8
#: What a medium may say that somebody does; that he knows something it says itself.
_BELIEFS = frozenset("believe think expect suspect fear hope consider doubt".split())


def _is_passed(inner: Draft, outer: Draft) -> bool:
    """Tell whether a medium or a document only passes on what somebody says: "The Post reported that he believes"."""
    if inner.mention is None or outer.source is None or inner.confidence < 0.5 or inner.polarity == "deny":
        return False
    if outer.cue.lemma in _QUOTES and inner.cue.head > outer.cue.head:
        return True
    speech = inner.cue.kind == "speech" or inner.cue.lemma in _BELIEFS
    speech = speech and inner.cue.frame in ("clause", "quote", "around")
    main = inner.cue.head in outer.cue.complements or _size(inner) >= _MOST * _size(outer)
    return speech and main and _is_medium(outer)


def _is_told_by(inner: Draft, outer: Draft) -> bool:
    """Tell whether somebody tells in so many words what another said: "Fenn said that Holt had told her that"."""
    told = inner.cue.kind == "speech" or inner.cue.lemma in _BELIEFS
    if inner.mention is None or outer.source is None or inner.confidence < _SURE or not told:
        return False
    head = inner.unit.doc[inner.cue.head]
    clauses = inner.cue.frame in ("clause", "quote") and outer.cue.frame in ("clause", "around") and not outer.numbers
    return (
        clauses and inner.cue.head > outer.cue.head and head.tag_ in ("VBD", "VBN", "VBZ") and inner.polarity != "deny"
    )


def _is_medium(draft: Draft) -> bool:
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
        return bool(words & lexicon.MEDIA_NAMES)
    return bool(words & (lexicon.MEDIA | lexicon.RELAYS))


def _quoted_by(draft: Draft) -> Draft:
    """Give what somebody is quoted as saying to him: "The paper quoted an officer as saying"; so with "citing"."""
    doc = draft.unit.doc
    verb = doc[draft.cue.head]
    source = quoted_by = None
    if verb.tag_ == "VBG" and (quoting := _quoting(verb)) is not None:
        source = next((thing for thing in children(quoting, "dobj", "nsubjpass") if thing.i < verb.i), None)
        quoted_by = next((thing for thing in children(quoting, "nsubj") if draft.unit.quote[thing.i] < 0), None)
    elif draft.cue.kind == "speech" and _is_medium(draft):
        citing = [token for token in doc[verb.i :] if token.lower_ == "citing" and draft.unit.quote[token.i] < 0]
        named = [thing for child in citing for thing in children(child, "dobj")]
        source = next((thing for thing in named if thing.lemma_.lower() in ROLES or thing.pos_ == "PROPN"), None)
    if source is None or draft.unit.quote[source.i] >= 0:
        return draft
    if draft.source is None or not draft.source[0] <= source.i <= draft.source[1]:
        draft.passed_on = draft.source if _is_medium(draft) else None
    if quoted_by is not None and quoted_by.tag_ not in ("WDT", "WP"):
        draft.passed_on = phrase(draft.unit, draft.cue, quoted_by)
    draft.source = phrase(draft.unit, draft.cue, source)
    draft.mention = (draft.unit.left[draft.source[0]], draft.unit.right[draft.source[1]])
    return draft


def _quoting(saying: Token) -> Token | None:
    """Find the verb of "quoted an officer as saying"."""
    at = saying
    for _ in range(3):
        at = at.head
        if at.lemma_.lower() in _QUOTES and any(t.lower_ == "as" for t in saying.doc[at.i : saying.i]):
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
    for prep in children(verb, "prep"):
        named = children(prep, "pobj")
        if prep.lower_ == "through" and named and unit.quote[named[0].i] < 0 and named[0].tag_ in ("NN", "NNP"):
            return named[0].left_edge.i, named[0].i
    speaking = [verb] if verb.pos_ != "NOUN" else []
    speaking += [t for t in doc[draft.source[0] : draft.source[1] + 1] if lemma(t) in _SPEAKS and t.dep_ == "relcl"]
    for thing in [one for at in speaking for one in _addressed(at)]:
        first = thing.left_edge.i
        if unit.quote[thing.i] >= 0 or thing.lemma_.lower() in lexicon.RELAYS:
            continue
        if names_medium(doc, first, thing.i) or _named_as_medium(doc, verb, first, thing, is_medium):
            return first, thing.i
    return None


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


def _step_back(denial: Draft, drafts: list[Draft]) -> None:
    """End the charge before the denial's words: "They warned of a flood, a charge Rome denies"."""
    if denial.polarity != "deny" or not denial.contents or denial.contents[0][0] > denial.cue_span[0]:
        return
    first = denial.contents[0][0]
    for other in drafts:
        if other is denial or other.cue_span[0] > first:
            continue
        for at, (start, end) in enumerate(other.contents):
            if start < first < end:
                stop = max(
                    other.unit.right[t.i] for t in other.unit.doc if other.unit.left[t.i] < first and not t.is_punct
                )
                other.contents[at] = (start, max(stop, start + 1))


def _through_documents(drafts: list[Draft]) -> list[Draft]:
    """Give "She stressed peace, according to a palace statement" to her, via the statement.

    Where it is somebody and no document, only what she said in so many words: "she said, according to police".
    """
    for outer in [draft for draft in drafts if draft.cue.frame == "according"]:
        start, end = outer.contents[0][0], outer.contents[-1][1]
        relay = _is_relay(outer)
        medium = not relay and _is_medium(outer)
        inner = [
            draft
            for draft in drafts
            if draft is not outer
            and draft.mention is not None
            and start <= draft.cue_span[0] < end
            and draft.cue.kind in ("speech", "attitude", *(["belief"] if medium else []))
            and draft.confidence >= 0.5
            and (relay or (medium and draft.cue.frame != "noun") or _is_passed_on(draft, outer))
        ]
        if inner:
            for draft in inner:
                if outer.mention is not None:
                    first, last = outer.mention
                    if relay:
                        draft.via = Speaker(_relay_name(outer, first, last), "document", described=True)
                    else:
                        draft.passed_on = outer.source
                    kept = [span for span in draft.contents if not outer.cue_span[0] <= span[0] < last]
                    draft.contents = [_without_tail(span, outer.cue_span[0], draft) for span in kept or draft.contents]
            drafts = [draft for draft in drafts if draft is not outer]
    return drafts


def _without_tail(span: Span, at: int, draft: Draft) -> Span:
    """End a content that ran on into ", according to ..." before it."""
    start, end = span
    if not start < at < end:
        return span
    doc = draft.unit.doc
    before = [draft.unit.right[t.i] for t in doc if draft.unit.right[t.i] <= at and not t.is_punct and not t.is_space]
    return start, max(before[-1] if before else end, start + 1)


def _relay_name(outer: Draft, first: int, last: int) -> str:
    tokens = [t.text_with_ws for t in outer.unit.doc if first <= outer.unit.left[t.i] < last]
    return "".join(tokens).strip(" ,")


def _is_passed_on(draft: Draft, outer: Draft) -> bool:
    """Tell whether somebody speaks in so many words, and "according to" only closes that: "she said, according to"."""
    if draft.cue.lemma not in lexicon.PLAIN:
        return False
    closes = any(start < outer.cue_span[0] < end for start, end in draft.contents)
    return draft.cue.frame in ("quote", "around") or (draft.cue.frame == "clause" and closes)


def _is_relay(draft: Draft) -> bool:
    """Tell whether the source is a document that only passes on what others said."""
    return draft.unit.doc[draft.cue.holder].lemma_.lower() in lexicon.RELAYS


def _inside(inner: Draft, outer: Draft) -> bool:
    """Tell whether a cue begins or ends inside another's content."""
    first, last = inner.cue_span
    return any(start <= first < end or start < last <= end for start, end in outer.contents)


def _size(draft: Draft) -> int:
    return sum(end - start for start, end in draft.contents)


def _before_quoting(span: Span, draft: Draft, quoting: list[Draft]) -> Span:
    """End before the reply's clause: "She said it was late, and when pressed replied, '...'"."""
    start, end = span
    for other in quoting:
        if other.unit is not draft.unit or not start < other.cue_span[0] < end or draft.cue_span[0] > start:
            continue
        doc = draft.unit.doc
        opener = doc[other.cue.head].left_edge
        before = [
            t.i
            for t in doc[: other.cue.first]
            if t.dep_ == "cc" and doc[t.i - 1].text == "," and draft.unit.left[t.i] > start
        ]
        at = before[-1] - 1 if before else opener.i
        if start < draft.unit.left[at] < end:
            end = draft.unit.right[at - 1] if at else end
    return start, end
