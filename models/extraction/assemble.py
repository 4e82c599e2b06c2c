"""Inside, pure: the stages in their order, from a text to its findings."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from unicodedata import category

from models.extraction import (
    confidence,
    cues,
    denials,
    inner,
    late_names,
    layout,
    lexicon,
    links,
    mentions,
    nesting,
    passing,
    places,
    pointers,
    quotes,
    segmentation,
    standalone,
    turns,
    units,
)
from models.extraction.claim_names import Parts
from models.extraction.coreference import Register
from models.extraction.drafting import draft_of, draft_of_turn, end_of, join, span_of_cue
from models.extraction.drafts import Draft
from models.extraction.findings import Finding, Form, Named, Speaker
from models.extraction.parser import Parser
from models.extraction.quotes import Quote
from models.extraction.units import Unit

Span = tuple[int, int]

#: What may be a sign that nobody sees: no letter or digit, and beyond ASCII or a control character.
_ODD = re.compile(r"[^\w\s!-~]")


def extract(
    text: str,
    *,
    parse: Parser,
    seen: Callable[[int], None] = lambda _: None,
    sentences: list[Span] | None = None,
) -> list[Finding]:
    """Find the attributed statements of a text, in reading order.

    `seen` is told again and again how far the text has been read, in code points, and at the end, while what was found
    is compared, that all of it is: a long one takes a while. `sentences` are those of `segmentation.cut`.
    """
    cut = segmentation.cut(text) if sentences is None else sentences
    seen(0)
    text = _legible(text)
    marks = quotes.find(text)
    seen(0)
    starts = [start for start, _ in cut]
    findings = []
    told = []
    sound = (draft for draft in _drafts(text, cut, marks, parse, seen) if _is_sound(draft))
    for number, draft in enumerate(sound):
        spans = tuple(_in_order(draft.contents))
        at = max(0, bisect_right(starts, spans[0][0]) - 1)
        said = " ".join(text[start : min(end, start + denials.LOOKED_AT)] for start, end in spans)
        sure = confidence.shown(draft.confidence, draft.cue, draft.speaker, said, passed_on=bool(draft.via))
        findings.append(
            Finding(
                id=f"f{number + 1}",
                mention=draft.mention,
                speaker=draft.speaker,
                cue=draft.cue_span,
                contents=spans,
                form=_form(text, spans, marks),
                kind=draft.cue.kind,
                sentence=at,
                until=max(at, bisect_right(starts, spans[-1][1] - 1) - 1),
                confidence=round(sure, 2),
                via=tuple(draft.via),
                polarity=draft.polarity,
                about=draft.about,
            )
        )
        told.append(standalone.read(text, _parts(draft, spans)))
    turn = partial(seen, len(text))
    linked = links.link(text, findings, turn)
    settled = standalone.settle(linked, told, turn)
    for at, (finding, claim, one) in enumerate(zip(linked, settled, told, strict=True)):
        turn()
        charge = one.charge if finding.polarity == "deny" and not finding.denies else ""
        findings[at] = replace(finding, claim=claim, charge=charge)
    return findings


def _legible(text: str) -> str:
    """Write spaces for signs that nobody sees, but for those that stand in a word: the parser takes them for names."""

    def seen(sign: re.Match[str]) -> str:
        kind, (start, end) = category(sign[0]), sign.span()
        in_word = text[start - 1 : start].isalnum() and text[end : end + 1].isalnum()
        return " " if kind == "Cc" or (kind == "Cf" and not in_word) else sign[0]

    return _ODD.sub(seen, text)


def _parts(draft: Draft, spans: tuple[Span, ...]) -> Parts:
    whose = draft if draft.denier is None or _means_owner(draft, draft.denier) else draft.denier
    denies = draft.polarity == "deny"
    parts = draft.unit, draft.cue, spans, draft.mention, draft.speaker, whose.speaker, denies
    return Parts(*parts, whose.gender, draft.referent, whose.rival, draft.owns, tuple(draft.known), draft.things)


def _means_owner(draft: Draft, denier: Draft) -> bool:
    """Tell whether the pronoun in a claim that is denied stands for its owner: "Holt's insistence that he knew"."""
    if draft.speaker is None:
        return False
    opened = [t.lower_ for t in draft.unit.doc if t.lower_ in ("he", "she") and _stands_in(draft, t.i)]
    return draft.cue.lemma in lexicon.OF_ONESELF or (bool(opened) and denier.gender not in ("", opened[0]))


def _stands_in(draft: Draft, at: int) -> bool:
    """Tell whether a token stands in what was said."""
    return any(start <= draft.unit.left[at] < end for start, end in draft.contents)


def _is_sound(draft: Draft) -> bool:
    """Tell whether every span holds something: broken text can make a parser point backwards."""
    spans = [draft.cue_span, *([draft.mention] if draft.mention else [])]
    return all(start < end for start, end in spans) and any(start < end for start, end in draft.contents)


def _in_order(spans: list[Span]) -> list[Span]:
    """Put spans in reading order, those that overlap made one."""
    merged: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _drafts(
    text: str, cut: list[Span], marks: list[Quote], parse: Parser, seen: Callable[[int], None]
) -> Iterator[Draft]:
    """Draft findings unit by unit; a unit of bare quotations joins its neighbour's."""
    last: list[Draft] = []
    recent = late_names.Recent()
    register = Register(places.states(text), turns.author(text))
    seen(0)
    interview = turns.Turns(text)
    quoted = inner.Quoted(text, marks, parse, register, units.surnames(text))
    cut = interview.without_labels(cut)
    seen(0)
    turn: turns.Turn | None = None
    previous: Unit | None = None
    #: Paragraphs left open that nobody has spoken yet: whom the next one names spoke them.
    open_yet: list[Span] = []
    for unit in units.read(text, cut, marks, parse, quoted.names):
        seen(unit.span[1])
        register.read(unit, text)
        before, turn = turn, interview.around(unit.span)
        register.listen(text, turn.who if turn else None, interview.addressed(turn) if turn else None)
        opened = [draft_of_turn(text, unit, turn, cut, register)] if turn and turn != before else []
        if unit.bare and not opened:
            target = _continued(text, unit, previous, last, marks)
            if target is not None:
                _grow(text, target, [(marks[n].start, marks[n].end) for n in unit.quotes])
                target.numbers += unit.quotes
            elif (intro := _introduced(text, unit, previous, register)) is not None:
                yield from recent.passing(quoted.behind(last))
                last = [intro]
                _grow(text, intro, [(marks[n].start, marks[n].end) for n in unit.quotes])
            elif not marks[unit.quotes[-1]].closed:
                open_yet += [(marks[n].start, marks[n].end) for n in unit.quotes]
                previous = unit
                continue
            open_yet = []
            previous = unit
            continue
        drafts = _of_unit(text, unit, marks)
        _resolve(text, unit, previous, drafts, register)
        late_names.settle(unit, drafts, last, register, recent)
        drafts = [draft for draft in opened if draft is not None and not nesting.only_tells(draft, drafts)] + drafts
        target = None if drafts else _continued(text, unit, previous, last, marks)
        if target is not None and unit.quotes and marks[unit.quotes[0]].start == unit.span[0]:
            _grow(text, target, [(unit.span[0], end_of(text, unit.span[1]))])
            previous = unit
            continue
        _hand_over(text, unit, last, drafts, marks)
        _take_up(text, unit, open_yet, drafts, marks)
        open_yet = []
        yield from recent.passing(quoted.behind(last))
        last = drafts
        previous = unit
    yield from recent.passing(quoted.behind(last))
    yield from recent.drafts


def _resolve(text: str, unit: Unit, before: Unit | None, drafts: list[Draft], register: Register) -> None:
    """Say who the speakers of a unit's findings are, who passed them on, whom they accuse, and what "it" is."""
    for draft in drafts:
        if draft.source is not None:
            whose = register.told if any(one.source in draft.passed_on for one in drafts) else register.resolve
            said = " ".join(text[start : min(end, start + denials.LOOKED_AT)] for start, end in draft.contents)
            draft.speaker = whose(unit, _around(unit, draft, drafts) or draft.source, said)
            printed = text[slice(*draft.mention)] if draft.mention else ""
            draft.confidence *= confidence.resolved(draft.speaker, printed)
        if (medium := passing.told_whom(draft, register.is_medium)) is not None:
            # "According to a memo seen by the Post, the guard": the memo is nearer to him.
            behind = draft.source is not None and medium[1] < draft.source[0]
            draft.passed_on.insert(len(draft.passed_on) if behind else 0, medium)
        for passed_on in draft.passed_on:
            one = passed_on if isinstance(passed_on, Speaker) else register.passing(unit, passed_on)
            told = one.name.lower() not in ("he", "she", "they", "it")
            told = told and one.name not in [via.name for via in draft.via]
            draft.via += [one] if told and one != draft.speaker else []
        if (speaking := register.speaking) is not None:
            draft.via += [speaking] if speaking not in (draft.speaker, *draft.via) else []
    for draft in drafts:
        draft.about = _accused(unit, draft.cue, register)
    register.finish()
    for draft in drafts:
        if draft.speaker is not None:
            draft.gender = register.gender(draft.speaker) or pointers.pronoun(text, draft)
            draft.rival = pointers.has_rival(text, unit, draft, register)
        draft.referent = pointers.referent(text, unit, before, draft, register)
        draft.owns = pointers.owns(text, draft, register)
        draft.known = pointers.known(text, unit, draft, register)
        draft.things = register.things


def _around(unit: Unit, draft: Draft, drafts: list[Draft]) -> tuple[int, int] | None:
    """Find the mention in whose clause "she" speaks: "A clerk, who says she fears for her pension, said"."""
    at = draft.source[0] if draft.source is not None else 0
    if unit.doc[at].lower_ not in ("he", "she"):
        return None
    sources = [other.source for other in drafts if other.source is not None and other.source != draft.source]
    return next((one for one in sources if one[0] < at <= one[1]), None)


def _accused(unit: Unit, cue: cues.Cue, register: Register) -> tuple[Named, ...]:
    """Name whom a charge is laid against: "accused the Harbor Authority of theft"; a name, and no description."""
    if cue.lemma not in lexicon.ACCUSE or cue.frame not in ("object", "urge", "name"):
        return ()
    head = unit.doc[cue.complements[0]]
    if head.pos_ != "PROPN" or head.i < cue.head:
        return ()
    first = head.left_edge.i
    speaker = register.named(unit, (first, head.i))
    return (Named(speaker, (unit.left[first], unit.right[head.i])),)


def _hand_over(text: str, unit: Unit, before: list[Draft], drafts: list[Draft], marks: list[Quote]) -> None:
    """Give a paragraph left open to whom the next paragraph names: the quotation is still his."""
    givers = [draft for draft in before if draft.numbers and not marks[draft.numbers[-1]].closed]
    takers = [draft for draft in drafts if draft.numbers and marks[draft.numbers[0]].start == unit.span[0]]
    if not givers or not takers or not unit.quotes:
        return
    giver, taker = givers[-1], takers[0]
    start, end = giver.contents[-1]
    if len(giver.contents) > 1 and not text[end : unit.span[0]].strip():
        giver.contents.pop()
        giver.numbers.pop()
        taker.contents[0] = (start, taker.contents[0][1])


def _take_up(text: str, unit: Unit, before: list[Span], drafts: list[Draft], marks: list[Quote]) -> None:
    """Give paragraphs left open to whom the paragraph behind them names."""
    takers = [draft for draft in drafts if draft.numbers and marks[draft.numbers[0]].start == unit.span[0]]
    if not before or not takers or text[before[-1][1] : unit.span[0]].strip():
        return
    if text[before[-1][0]] != text[unit.span[0]]:  # one inside the other
        return
    own = takers[0].contents
    takers[0].contents = []
    for span in [*before, *own]:
        join(text, takers[0].contents, span)


def _of_unit(text: str, unit: Unit, marks: list[Quote]) -> list[Draft]:
    """Draft the findings of one unit, none inside another's content."""
    drafts = [draft for cue in cues.find(unit) if (draft := draft_of(text, unit, cue, marks))]
    line = layout.find(text, unit.span, [marks[n] for n in unit.quotes], unit.paragraph == 0)
    spoken = any(draft.numbers for draft in drafts)
    if line is not None and not spoken and (not line.bare or _holds_clause(unit, line)):
        return [_by_layout(text, unit, line)]
    return nesting.outermost(drafts)


def _holds_clause(unit: Unit, line: layout.Line) -> bool:
    """Tell whether what a line is said to say has a finite verb: "The panel: Ann Roe, Tom Hale" has none."""
    start, end = line.what[0]
    return any(t.tag_ in ("VBD", "VBZ", "VBP", "MD") and start <= unit.left[t.i] < end for t in unit.doc)


def _by_layout(text: str, unit: Unit, line: layout.Line) -> Draft:
    cue = cues.Cue(0, 0, 0, ":", "colon", "speech", (), 0)
    sure = confidence.of(unit, cue, (0, 0))
    tokens = [i for i in range(len(unit.doc)) if line.who[0] <= unit.left[i] < line.who[1]]
    source = (tokens[0], tokens[-1]) if tokens else None
    polarity = denials.polarity(text, unit, cue, line.what)
    return Draft(unit, cue, source, line.who, line.cue, list(line.what), [], sure, polarity=polarity)


def _grow(text: str, draft: Draft, new: list[Span]) -> None:
    for span in new:
        join(text, draft.contents, span)


def _continued(text: str, unit: Unit, previous: Unit | None, last: list[Draft], marks: list[Quote]) -> Draft | None:
    """Find the draft that a bare quotation carries on, if it does."""
    if previous is None or not last:
        return None
    same = "\n" not in text[previous.span[1] : unit.span[0]]
    quoting = [draft for draft in last if draft.numbers]
    if quoting:
        unclosed = not marks[quoting[-1].numbers[-1]].closed
        return quoting[-1] if same or unclosed else None
    closing = last[-1]
    spoken = closing.cue.frame in ("clause", "around") and closing.cue.lemma in lexicon.PLAIN
    if same and spoken and closing.contents[0][0] < closing.cue_span[0]:
        return closing
    return None


def _introduced(text: str, unit: Unit, previous: Unit | None, register: Register) -> Draft | None:
    """Draft a quotation in its own paragraph after "The paper reports:"."""
    if previous is None or previous.bare or text[previous.span[1] - 1] != ":":
        return None
    return _opening(text, previous, unit, register)


def _opening(text: str, intro: Unit, unit: Unit, register: Register) -> Draft | None:
    """Draft what a colon at a paragraph's end opens; its quotations are added by the caller."""
    for token in reversed(list(intro.doc)):
        if token.pos_ != "VERB" or cues.lemma(token) not in lexicon.SAY:
            continue
        cue = cues.quoting(token, unit.quotes)
        source = mentions.mention(intro, cue)
        if source is None:
            continue
        mention = (intro.left[source[0]], intro.right[source[1]])
        speaker = register.resolve(intro, source)
        span = span_of_cue(text, intro, cue)
        sure = confidence.of(intro, cue, source)
        return Draft(intro, cue, source, mention, span, [], list(unit.quotes), sure, speaker)
    return None


def _form(text: str, spans: tuple[Span, ...], marks: list[Quote]) -> Form:
    """Tell the form: all words in quotation marks are direct, some are mixed, none is indirect."""
    letters = quoted = 0
    for start, end in spans:
        own = sum(map(str.isalnum, text[start:end]))
        letters += own
        for at in range(max(0, bisect_right(marks, start, key=lambda quote: quote.start) - 1), len(marks)):
            if (quote := marks[at]).start >= end:
                break
            whole = quote.start <= start and end <= quote.end
            quoted += own if whole else sum(map(str.isalnum, text[max(start, quote.start) : min(end, quote.end)]))
    if not quoted:
        return "indirect"
    return "direct" if quoted == letters else "mixed"
