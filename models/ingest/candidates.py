"""Ingest: extract statements from a document's text, and store them as candidates.

Extraction takes seconds and no transaction; storing what was found takes one, and no parser.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from textwrap import shorten
from typing import Any, NamedTuple

from models import claim_text, claims, documents, evidence, matching, speakers, statements, suggestions
from models.extraction import NAME, VERSION, Finding, ParserMissing, Speaker
from models.extraction.findings import Doubt, Named
from models.extraction.parser import Parser
from models.hierarchy import body_of
from models.history import changes, locks, standing_rows
from models.history.changes import Actor
from models.ingest import parser_queue, speaker_lookup, suggest
from models.ingest.recorded import Place, Recorded
from models.refusals import Busy, Conflict, Lacking, TooLong
from models.spans import Span
from models.statement_columns import exceeds, is_too_long, print_columns, spelled_spans
from models.storage import database, rows
from models.storage.columns import comparison_key
from models.storage.transactions import InPlace, at_once, transaction
from models.tables import Document, Sentence, Statement

#: Seconds that a text waits at most for the parser (`parser_queue.py`). News takes a tenth of a second to parse,
#: 1 MB of text half a minute.
PARSER_TIMEOUT = 10
#: Findings stored in one transaction, where a document is stored already, and denials among them: some tenths of a
#: second. For each of these claims are looked for; of words that many claims have, 30 ms on SQLite, 70 on PostgreSQL.
PART, PART_DENIALS = 100, 20
#: Findings that are stored with a new document at once, while nobody else writes to SQLite, and denials among them; a
#: report has some dozens.
MOST, MOST_DENIALS = 200, 40
#: The score of a charge in its own document that a denial may answer, and how much of the denial is told as the reason.
_DOUBTFUL = 0.5
_LONGEST_REASON = 80
#: A denial with fewer telling words than this is matched by its sentence's words as well.
POOR = 3


class ExtractionResult(NamedTuple):
    """What became of the findings of one document."""

    document: int
    #: How many attributed statements were found.
    found: int
    #: The ids of the candidates that are new, in reading order.
    statements: list[int]
    #: How many stood there already: recorded by a person, or by an earlier extraction, whatever became of them.
    known: int
    #: How many were left out, because print names no speaker and nobody answers them, or no sentence holds them.
    left_out: int

    def as_json(self) -> dict[str, Any]:
        """Return it as the API does."""
        return {
            "document": self.document,
            "extractor": NAME,
            "extractor_version": VERSION,
            "found": self.found,
            "statement_ids": self.statements,
            "known": self.known,
            "left_out": self.left_out,
        }


def read(*, text: str, language: str, parse: Parser | None = None, caller: str | None = None) -> list[Finding]:
    """Extract who said what from a text; outside of any transaction, because it takes long.

    `parse` is this process's own parser by default, loaded at the first call. Raises Conflict for a
    language that extraction does not read, Lacking where the parser is not installed, and Busy where
    other texts take too long, or the `caller` has too many that wait.
    """
    if language.partition("-")[0].lower() != "en":
        raise Conflict(f"Extraction reads English, and this text is {language!r}.", field="/language")
    database.release()  # others may use the connection meanwhile
    with parser_queue.place(caller):
        try:
            parse = parse or parser_queue.parser()
        except ParserMissing:
            raise Lacking(
                "This server finds no statements, because its parser is not installed: whoever runs it installs the "
                "extra `extraction`. Everything else works; record statements by POST /v1/statements."
            ) from None
        findings = parser_queue.read(text=text, parse=parse, timeout=PARSER_TIMEOUT, caller=caller)
    if findings is None:
        raise Busy(parser_queue.BUSY)
    return findings


def read_new(*, document: dict[str, Any], parse: Parser | None = None, caller: str | None = None) -> list[Finding]:
    """Extract who said what from a document that is not stored yet.

    Raises as `read`, Conflict where it is known, and TooLong for more than MOST findings, or MOST_DENIALS.
    """
    documents.refuse_known(url=document.get("url"), text=document["text"])
    findings = read(text=document["text"], language=document["language"], parse=parse, caller=caller)
    denials = sum(map(_denies, findings))
    if len(findings) > MOST or denials > MOST_DENIALS:
        detail = (
            f"{len(findings):,} statements are found here, {denials:,} of them denials, and {MOST} and {MOST_DENIALS}"
            " at most stored with a document: leave out"
        )
        raise TooLong(f"{detail} `extract`, and then let POST /v1/documents/{{id}}/extract find them.", field="/text")
    return findings


def extract_stored(
    *, by: Actor, id: int, parse: Parser | None = None, caller: str | None = None, in_place: InPlace = at_once
) -> ExtractionResult:
    """Extract who said what from a stored document; store it, PART findings a transaction.

    What may wait for others who write is done by `in_place`. Raises as `read`, NotFound or Gone.
    """
    document = in_place(lambda: standing_rows.lock_standing(Document, id))
    findings = read(text=document.text, language=document.language, parse=parse, caller=caller)
    ingest = _DocumentIngest(by, id, findings, document.sha256)
    for part in _parts(findings):
        in_place(partial(ingest.store, part))
    return ingest.result(len(findings))


def _parts(findings: Sequence[Finding]) -> Iterator[list[Finding]]:
    """Cut findings into parts that are stored in a transaction each."""
    part: list[Finding] = []
    for finding in findings:
        part.append(finding)
        if len(part) == PART or sum(map(_denies, part)) == PART_DENIALS:
            yield part
            part = []
    if part:
        yield part


def _denies(finding: Finding) -> bool:
    return finding.polarity == "deny"


def create(*, by: Actor, findings: Sequence[Finding], **document: Any) -> ExtractionResult:
    """Store a document, with the members of `documents.create`, and what was found in its text."""
    with transaction():
        _lock_names(None, findings)
        return store(by=by, document=documents.create(by=by, hidden=True, **document), findings=findings)


def store(*, by: Actor, document: int, findings: Sequence[Finding]) -> ExtractionResult:
    """Store what was found in a document as candidates, each denial linked to the charge that it answers.

    What is recorded there already, by its cue or its words, stays as it is, whatever a reviewer made of it:
    storing again changes nothing. Raises NotFound or Gone.
    """
    ingest = _DocumentIngest(by, document, findings)
    ingest.store(findings)
    return ingest.result(len(findings))


def _lock_names(document: int | None, findings: Sequence[Finding]) -> None:
    """Lock the names of whom findings may make, at once, and before a document; of a new one not those with its id."""
    who = [one for finding in findings for one in (finding.speaker, *finding.via[:1]) if one is not None]
    who += [named.speaker for finding in findings for named in finding.about]
    who = [one for one in who if document or not speaker_lookup.is_of_document(one)]
    speakers.lock_names_of(*({"name": name} for name in {speaker_lookup.name_of(document or 0, one) for one in who}))


class _DocumentIngest:
    """The ingest of one document: what is recorded in it, and what has been stored so far."""

    def __init__(self, by: Actor, document: int, findings: Sequence[Finding], sha256: str | None = None) -> None:
        self.by = by
        self.id, self.sha256 = document, sha256
        self.new: list[int] = []
        self.created: set[int] = set()
        self.known = 0
        self.left_out = 0
        #: The statement of each finding that has one, by the finding's id.
        self.statements: dict[str, int] = {}
        #: The ids of what is denied in the document, and the denials whose charge is stored after them.
        self.answered = {
            finding.denies or _own_charge(finding) for finding in findings if finding.denies or finding.charge
        }
        self.unattributed = {finding.id for finding in findings if finding.speaker is None}
        self.unanswered: dict[str, list[int]] = {}
        #: The denials that may answer what is stored after them, their words, and what leaves it in doubt.
        self.doubtful: dict[str, dict[int, tuple[str, Doubt | None]]] = {}

    def store(self, findings: Sequence[Finding]) -> None:
        """Store some of the findings, in one transaction."""
        with transaction():
            _lock_names(self.id, findings)
            # Locked, so that two extractions of one document do not store at once.
            self.document = standing_rows.lock_standing(Document, self.id)
            if self.sha256 not in (None, self.document.sha256):
                raise Conflict("Words of this document were erased while it was read: extract it again.")
            stored = list(_with_own_charges(self.document.text, findings))
            self.recorded = Recorded(self.id, map(_place, stored))
            self.speakers: dict[tuple[Speaker, str], int] = {}
            standing = Sentence.select(Sentence.id, Sentence.start, Sentence.end)
            standing = standing.where(Sentence.document == self.id, Sentence.retracted_at.is_null())
            self.sentences = list(standing.order_by(Sentence.start).tuples())
            self.starts = [start for _, start, _ in self.sentences]
            for finding in stored:
                self._store_one(finding)

    def result(self, found: int) -> ExtractionResult:
        """Return what became of all findings."""
        return ExtractionResult(self.id, found, self.new, self.known, self.left_out)

    def _store_one(self, finding: Finding) -> None:
        """Store a finding, or see that it is known or cannot be stored."""
        place = _place(finding)
        if known := self.recorded.get(place):
            self.known += 1
            self._remember(finding, known)
            return
        spans = [Span(self.document.text[start:end], start, end) for start, end in finding.contents]
        sentence = self._sentence(spans[0].start)
        speaker = finding.speaker or self._unnamed_source(finding)
        if sentence is None or speaker is None or is_too_long(spans):
            self.left_out += 1
            return
        mention, cue = (self._kept(name, span) for name, span in (("mention", finding.mention), ("cue", finding.cue)))
        by = self._speaker(speaker, self._words(mention))
        # What these words deny may stand in them: only the speaker tells which of the two is recorded with a cue.
        if place.cue is None and (known := self.recorded.said_by(place, by)):
            self.known += 1
            self._remember(finding, known)
            return
        statement = Statement.create(
            **print_columns(self.document, sentence, spans),
            speaker=by,
            on_behalf_of=body_of(id=by),
            claim=self._claim(finding),
            **self._span("mention", mention),
            **self._span("cue", cue),
            form=finding.form,
            via_speaker=self._speaker(finding.via[0]) if finding.via else None,
            status="candidate",
            origin="extractor",
            extractor=finding.extractor,
            extractor_version=finding.version,
            confidence=finding.confidence,
        )
        changes.log(self.by, "create", statement)
        self.recorded.add(place, statement.id)
        self.new.append(int(statement.id))
        self.created.add(statement.id)
        self._remember(finding, statement.id)
        if finding.may_deny:
            self.doubtful.setdefault(finding.may_deny, {})[statement.id] = (spans[0].text, finding.doubt)
            self._ask(finding.may_deny)
        if finding.polarity == "deny" and (
            finding.denies is None or finding.denies in self.unattributed or finding.denies == _own_charge(finding)
        ):
            self._suggest(statement)

    def _remember(self, finding: Finding, statement: int) -> None:
        """Note the statement of a finding: answer what it denies, and it with the denials stored before it."""
        if finding.denies:
            self.unanswered.setdefault(finding.denies, []).append(statement)
            self._answer(finding.denies)
        self.statements[finding.id] = statement
        self._answer(finding.id)
        self._ask(finding.id)

    def _answer(self, charged: str) -> None:
        """Store the counterclaims of the denials of a charge, once that is stored."""
        if charged not in self.statements or charged not in self.unanswered:
            return
        denials = self.unanswered.pop(charged)
        for charge, answer in self._standing(charged, denials):
            if {charge.id, answer.id} & self.created:
                evidence.deny(by=self.by, charge=charge, statement=answer)

    def _ask(self, charged: str) -> None:
        """Suggest to a reviewer the charge that a denial may answer, where the text leaves that in doubt."""
        if charged not in self.statements or charged not in self.doubtful:
            return
        doubtful = self.doubtful.pop(charged)
        for charge, answer in self._standing(charged, list(doubtful)):
            if suggestions.is_suggested(statement=answer.id, claim=charge.claim_id):
                continue
            words, doubt = doubtful[answer.id]
            suggestions.create(
                by=self.by,
                statement=answer.id,
                claim=charge.claim_id,
                score=_DOUBTFUL,
                reasons=[{"word": shorten(words, _LONGEST_REASON, placeholder=""), "weight": _DOUBTFUL}],
                matcher=NAME,
                matcher_version=VERSION,
                doubt=doubt,
            )

    def _standing(self, charged: str, denials: list[int]) -> Iterator[tuple[Statement, Statement]]:
        """Pair a charge with each of its denials that states another claim, where nobody has taken back either."""
        known = [self.statements[charged], *denials]
        locks.hold(lambda: [one for id in known for one in statements.rows_to_hold(id=id)])
        # Read again: others may have changed them since they were stored.
        charge, *answers = (rows.by_id(Statement, id) for id in known)
        for answer in answers:
            taken_back = charge.retracted_at or answer.retracted_at or "rejected" in (charge.status, answer.status)
            if not taken_back and charge.claim_id != answer.claim_id:
                yield charge, answer

    def _unnamed_source(self, finding: Finding) -> Speaker | None:
        """Give a charge without a speaker one of its own, where somebody answers it.

        "Beijing rejected claims that its exports feed the war" does not say who claimed it, nor does "Holt denied
        that she planned to resign". What nobody answers needs a speaker to be a statement.
        """
        if finding.id not in self.answered:
            return None
        at = (finding.cue or finding.contents[0])[0]
        return Speaker(f"source not named (document {self.id}, at {at})", "unnamed")

    def _suggest(self, statement: Statement) -> None:
        """Suggest stored claims; a denial that only points back ("the allegation") has its sentence's words alone."""
        words = statement.claim.text
        if len(matching.stems(words)) < POOR:
            words = f"{words} {statement.sentence.text}"
        where = {"speaker": statement.speaker_id, "document": self.id}
        for one in suggest.suggested_claims(text=words, language=self.document.language, **where):
            suggestions.create(
                by=self.by,
                statement=statement.id,
                claim=one.claim,
                score=one.score,
                reasons=[reason._asdict() for reason in one.reasons],
                matcher=matching.NAME,
                matcher_version=matching.VERSION,
            )

    def _claim(self, finding: Finding) -> int:
        # A speech that is quoted whole is cut.
        text, language = finding.claim[: claim_text.LONGEST], self.document.language
        # A denial accuses nobody, whoever its words name.
        named = finding.about if finding.polarity == "assert" else ()
        accused = [self._speaker(who.speaker, self._words(who.mention)) for who in named]
        return claims.create(by=self.by, text=text, language=language, accused=accused, standalone=False)

    def _sentence(self, start: int) -> int | None:
        """Find the standing sentence around an offset: people may have mended the cuts since."""
        at = bisect_right(self.starts, start) - 1
        return int(self.sentences[at][0]) if at >= 0 and start < self.sentences[at][2] else None

    def _words(self, span: tuple[int, int] | None) -> str:
        return self.document.text[slice(*span)] if span else ""

    def _kept(self, name: str, span: tuple[int, int] | None) -> tuple[int, int] | None:
        """Leave a mention or cue out that a statement may not have."""
        return None if span and exceeds(name, self._words(span)) else span

    def _span(self, name: str, span: tuple[int, int] | None) -> dict[str, Any]:
        start, end = span or (None, None)
        key = {"cue_key": comparison_key(self._words(span)) if span else None} if name == "cue" else {}
        return {name: self._words(span) or None, f"{name}_start": start, f"{name}_end": end} | key

    def _speaker(self, speaker: Speaker, mention: str = "") -> int:
        if (speaker, mention) not in self.speakers:
            self.speakers[speaker, mention] = speaker_lookup.find(self.by, self.id, speaker, mention)
        return self.speakers[speaker, mention]


def _place(finding: Finding) -> Place:
    return Place(spelled_spans(finding.contents), finding.cue)


# -- charges that only their denials contain ----------------------------------------------------------------

_THAT = re.compile(r"[“\"'‘]*that\s+(?=\S)", re.IGNORECASE)


def _own_charge(denial: Finding) -> str:
    """Make the id of the charge that only its denial contains."""
    return f"{denial.id} denied"


def _with_own_charges(text: str, findings: Sequence[Finding]) -> Iterator[Finding]:
    """Add what a denial denies where nobody in the document says it: "denied that she planned to resign"."""
    for finding in findings:
        if not finding.charge:
            yield finding
            continue
        start, end = finding.contents[0]
        opener = _THAT.match(text, start, end)
        about: tuple[Named, ...] = ()
        if finding.speaker is not None and finding.mention is not None and finding.speaker.name in finding.charge:
            about = (Named(finding.speaker, finding.mention),)
        contents = ((opener.end() if opener else start, end), *finding.contents[1:])
        charge = replace(finding, id=_own_charge(finding), polarity="assert", contents=contents, about=about)
        charge = replace(charge, mention=None, speaker=None, cue=None, via=())
        yield replace(finding, denies=charge.id, charge="")
        yield replace(charge, claim=finding.charge, charge="")
