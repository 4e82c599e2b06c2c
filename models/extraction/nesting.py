"""Inside, pure: attribution inside attribution: which of the two is told, and who passed it on.

An attribution inside another's content is told once, by the outer speaker. The exceptions: an owned claim inside its
own denial, what a document or a newspaper passes on ("The Post reported that the mayor believes"), and what somebody
is quoted as saying.
"""

from __future__ import annotations

from models.extraction import confidence, lexicon, passing
from models.extraction.cue import lemma
from models.extraction.drafts import Draft
from models.extraction.findings import Speaker

Span = tuple[int, int]


def outermost(drafts: list[Draft]) -> list[Draft]:
    """Drop what lies inside another's content: attribution is told once."""
    quoting = [draft for draft in drafts if draft.numbers]
    for draft in drafts:
        if not draft.numbers:
            draft.contents = [_before_quoting(span, draft, quoting) for span in draft.contents]
    for draft in drafts:
        _step_back(draft, drafts)
    drafts = [passing.quoted_by(draft) for draft in drafts]
    drafts = _through_documents(drafts)
    kept: list[Draft] = []
    for draft in sorted(drafts, key=_size, reverse=True):
        holders = [other for other in kept if _inside(draft, other)]
        if len(holders) == 1 and _is_passed(draft, holders[0]):
            _pass_on(draft, holders[0])
            kept.remove(holders[0])
            kept.append(draft)
            continue
        if len(holders) == 1 and _is_told_by(draft, holders[0]):
            _pass_on(draft, holders[0])
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


def _pass_on(inner: Draft, outer: Draft) -> None:
    """Note that who tells of it passed on what somebody said, and after him whoever passed on what he told."""
    inner.passed_on += [
        one for one in (outer.source, *outer.passed_on) if one is not None and one not in inner.passed_on
    ]


#: The least share of a medium's report that is somebody else's words.
_MOST = 0.5
_SURE, _SURE_BELIEF = 0.6, 0.5
#: What a medium may say that somebody does; that he knows something it says itself.
_BELIEFS = frozenset("believe think expect suspect fear hope consider doubt".split())


def _is_passed(inner: Draft, outer: Draft) -> bool:
    """Tell whether a medium or a document only passes on what somebody says: "The Post reported that he believes"."""
    if inner.mention is None or outer.source is None or inner.confidence < 0.5 or inner.polarity == "deny":
        return False
    if outer.cue.lemma in passing.QUOTES and inner.cue.head > outer.cue.head:
        return True
    speech = inner.cue.kind == "speech" or inner.cue.lemma in _BELIEFS
    speech = speech and inner.cue.frame in ("clause", "quote", "around")
    main = inner.cue.head in outer.cue.complements or _size(inner) >= _MOST * _size(outer)
    return speech and main and passing.is_medium(outer)


def only_tells(turn: Draft, drafts: list[Draft]) -> bool:
    """Tell whether a turn says no more than that another said something: "The board says you resigned"."""
    told = [one for one in drafts if is_told(one) and one.speaker != turn.speaker and one.polarity == "assert"]
    return any(_size(one) >= _MOST * _size(turn) for one in told)


def is_told(draft: Draft) -> bool:
    """Tell whether what somebody says or believes is told in a clause, as of something that happened."""
    head = draft.unit.doc[draft.cue.head]
    speech = draft.cue.kind == "speech" or draft.cue.lemma in _BELIEFS
    return (
        speech
        and draft.cue.frame in ("clause", "quote", "urge", "around")
        and (head.tag_ in ("VBD", "VBN", "VBZ", "VBP") or (head.tag_ == "VBG" and lemma(head.head) == "keep"))
    )


def _is_told_by(inner: Draft, outer: Draft) -> bool:
    """Tell whether somebody tells in so many words what another said: "Fenn said that Holt had told her that"."""
    told = inner.cue.kind == "speech" or inner.cue.lemma in _BELIEFS
    sure = _SURE if inner.cue.kind == "speech" else _SURE_BELIEF
    if inner.cue.kind != "speech" and inner.source is not None and _is_pronoun(inner):
        return False  # "the constable said he believed"
    if inner.mention is None or outer.source is None or inner.confidence < sure or not told:
        return False
    head = inner.unit.doc[inner.cue.head]
    clauses = inner.cue.frame in ("clause", "quote", "urge") and outer.cue.frame in ("clause", "around", "according")
    behind = inner.cue.head > outer.cue.head or max(outer.contents)[1] <= outer.cue_span[0]
    told_so = clauses and behind and not outer.numbers
    telling = head.tag_ in ("VBD", "VBN", "VBZ", "VBP") or passing.is_heard(head)
    return told_so and telling and (inner.polarity != "deny" or inner.cue.frame == "clause")


def _is_pronoun(draft: Draft) -> bool:
    """Tell whether a speaker is mentioned by a pronoun alone."""
    return (
        draft.source is not None
        and draft.source[0] == draft.source[1]
        and (draft.unit.doc[draft.source[0]].pos_ == "PRON")
    )


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
        drafts = _told_as_known(outer, drafts)
        passing.reported_by(outer)
        if outer.passed_on:
            drafts = [draft for draft in drafts if draft is outer or not _tells(draft, outer.passed_on[0])]
        start, end = outer.contents[0][0], outer.contents[-1][1]
        relay = _is_relay(outer)
        medium = not relay and passing.is_medium(outer)
        inner = [
            draft
            for draft in drafts
            if draft is not outer
            and draft.mention is not None
            and start <= draft.cue_span[0] < end
            and (
                draft.cue.kind in ("speech", "attitude")
                or ((medium or _is_parted(draft, outer)) and draft.cue.lemma in _BELIEFS)
            )
            and draft.confidence >= 0.5
            and (relay or (medium and draft.cue.frame != "noun") or _is_passed_on(draft, outer))
        ]
        if inner:
            for draft in inner:
                if outer.mention is not None:
                    first, last = outer.mention
                    if relay:
                        draft.passed_on.append(Speaker(_relay_name(outer, first, last), "document", described=True))
                        draft.passed_on += outer.passed_on
                    else:
                        _pass_on(draft, outer)
                    kept = [span for span in draft.contents if not outer.cue_span[0] <= span[0] < last]
                    draft.contents = [_without_tail(span, outer.cue_span[0], draft) for span in kept or draft.contents]
            drafts = [draft for draft in drafts if draft is not outer]
    return drafts


def _told_as_known(outer: Draft, drafts: list[Draft]) -> list[Draft]:
    """Take what somebody "knew, according to an email" for what the email tells as a whole."""
    knows = [
        draft for draft in drafts if draft.cue.lemma == "know" and draft.mention is not None and _inside(outer, draft)
    ]
    for draft in knows:
        start = min(draft.mention[0] if draft.mention is not None else draft.cue_span[0], outer.contents[0][0])
        outer.contents = [(start, _without_tail(outer.contents[0], outer.cue_span[0], outer)[1])]
    return [draft for draft in drafts if draft not in knows]


def _tells(draft: Draft, who: object) -> bool:
    """Tell whether a draft is the report of who is the source of it."""
    return draft.source is not None and isinstance(who, tuple) and draft.source[1] == who[1]


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
    if _is_parted(draft, outer):
        return True
    if draft.cue.lemma not in lexicon.PLAIN:
        return False
    closes = any(start < outer.cue_span[0] < end for start, end in draft.contents)
    return draft.cue.frame in ("quote", "around") or (draft.cue.frame == "clause" and closes)


def _is_parted(draft: Draft, outer: Draft) -> bool:
    """Tell whether "according to" stands between a verb and what it tells: "believes, according to her aides, that"."""
    told = draft.cue.kind == "speech" or draft.cue.lemma in _BELIEFS
    return told and draft.cue.frame == "clause" and draft.cue_span[1] <= outer.cue_span[0] < draft.contents[0][0]


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
