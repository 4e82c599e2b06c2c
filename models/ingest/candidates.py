"""Ingest: a document's text -> stored candidates; the one place where extraction meets tables.

Reading a text takes seconds and no transaction; storing what was found takes one, and no parser.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import orjson

from models import claims, counterclaims, documents, matching, speakers, suggestions
from models.extraction import NAME, VERSION, Finding, ParserMissing, Speaker, load_parser
from models.extraction.findings import Named
from models.extraction.parser import Parser
from models.history import changes
from models.history.changes import Actor
from models.ingest import parser_queue
from models.refusals import Busy, Conflict, Lacking
from models.spans import Span
from models.statements import content_columns
from models.storage import rows
from models.storage.columns import folded
from models.storage.transactions import transaction
from models.tables import Change, Document, Sentence, Statement

#: How long a text waits for its first turn, in seconds: a process reads one at a time, a slice each
#: (`reading.py`). News takes a tenth of a second, 1 MB of text half a minute.
PATIENCE = 10

#: How many findings are stored in one transaction, where a document is stored already: some tenths of a second.
PART = 100

#: The longest claim that the API takes, in code points: a speech that is quoted whole is cut.
_LONGEST = 20_000

#: A denial with fewer words than this that say what it is about is matched by its sentence's words as well.
POOR = 3

#: Extraction's kinds of speakers -> the registry's. A proper name of unknown kind is taken for a person's.
_KINDS = {"document": "unnamed", "unknown": "unnamed"}


class Stored(NamedTuple):
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

    def told(self) -> dict[str, Any]:
        """Tell it as the API does."""
        return {
            "document": self.document,
            "extractor": NAME,
            "extractor_version": VERSION,
            "found": self.found,
            "statement_ids": self.statements,
            "known": self.known,
            "left_out": self.left_out,
        }


def read(*, text: str, language: str, parse: Parser | None = None) -> list[Finding]:
    """Find who said what in a text; outside of any transaction, because it takes long.

    `parse` is this process's own parser where left out, loaded at the first call. Raises Conflict for a
    language that extraction does not read, Lacking where the parser is not installed, and Busy where
    other texts take too long.
    """
    if language.partition("-")[0].lower() != "en":
        raise Conflict(f"Extraction reads English, and this text is {language!r}.", field="/language")
    try:
        parse = parse or _parser()
    except ParserMissing:
        raise Lacking(
            "This server finds no statements, because its parser is not installed: whoever runs it installs the "
            "extra `extraction`. Everything else works; record statements by POST /v1/statements."
        ) from None
    findings = parser_queue.read(text=text, parse=parse, patience=PATIENCE)
    if findings is None:
        raise Busy("Other texts are being read just now: try again in a moment.")
    return findings


def read_new(*, document: dict[str, Any], parse: Parser | None = None) -> list[Finding]:
    """Find who said what in a document that is about to be stored. Raises as `read`, and Conflict where it is known."""
    documents.refuse_known(url=document.get("url"), text=document["text"])
    return read(text=document["text"], language=document["language"], parse=parse)


def extract_stored(*, by: Actor, id: int, parse: Parser | None = None) -> Stored:
    """Find who said what in a stored document and store it, PART findings in a transaction: writers take turns.

    Raises as `read`, NotFound or Gone.
    """
    findings = read_stored(id=id, parse=parse)
    desk = _DocumentIngest(by, id, findings)
    for first in range(0, len(findings), PART):
        desk.store(findings[first : first + PART])
    return desk.told(len(findings))


def read_stored(*, id: int, parse: Parser | None = None) -> list[Finding]:
    """Find who said what in a stored document. Raises as `read`, NotFound or Gone."""
    document = changes.standing(Document, id)
    return read(text=document.text, language=document.language, parse=parse)


def create(*, by: Actor, findings: Sequence[Finding], **document: Any) -> Stored:
    """Store a document, with the members of `documents.create`, and what was found in its text."""
    with transaction():
        return store(by=by, document=documents.create(by=by, hidden=True, **document), findings=findings)


def store(*, by: Actor, document: int, findings: Sequence[Finding]) -> Stored:
    """Store what was found in a document as candidates, each denial linked to the charge that it answers.

    What is recorded there already, by its cue or its words, stays as it is, whatever a reviewer made of it:
    storing again changes nothing. Raises NotFound or Gone.
    """
    desk = _DocumentIngest(by, document, findings)
    desk.store(findings)
    return desk.told(len(findings))


@cache
def _parser() -> Parser:
    return load_parser()


class _DocumentIngest:
    """One document on the desk: what is recorded in it, and what has been stored so far."""

    def __init__(self, by: Actor, document: int, findings: Sequence[Finding]) -> None:
        self.by = by
        self.id = document
        self.new: list[int] = []
        self.fresh: set[int] = set()
        self.known = 0
        self.left_out = 0
        #: The statement of each finding that has one, by the finding's id.
        self.made: dict[str, Statement] = {}
        #: The ids of what is denied in the document, and the denials whose charge is stored after them.
        self.answered = {finding.denies or _own(finding) for finding in findings if finding.denies or finding.charge}
        self.nobodys = {finding.id for finding in findings if finding.speaker is None}
        self.waiting: dict[str, list[Statement]] = {}

    def store(self, findings: Sequence[Finding]) -> None:
        """Store some of the findings, in one transaction."""
        with transaction():
            # Locked, so that two extractions of one document take turns.
            self.document = changes.standing(Document, self.id)
            self.recorded = _recorded(self.id)
            self.speakers: dict[tuple[Speaker, str], int] = {}
            standing = Sentence.select(Sentence.id, Sentence.start, Sentence.end).where(
                Sentence.document == self.id, Sentence.retracted_at.is_null()
            )
            self.sentences = list(standing.order_by(Sentence.start).tuples())
            self.starts = [start for _, start, _ in self.sentences]
            # All at once, lest two documents that name the same two wait for one another.
            speakers.take_turns_for(*({"name": name} for name in self._names(findings)))
            for finding in _with_own_charges(self.document.text, findings):
                self.take(finding)

    def told(self, found: int) -> Stored:
        """Tell what became of all findings."""
        return Stored(self.id, found, self.new, self.known, self.left_out)

    def _names(self, findings: Sequence[Finding]) -> set[str]:
        """List the names under which speakers of some findings may be made."""
        who = [one for finding in findings for one in (finding.speaker, finding.via) if one is not None]
        who += [named.speaker for finding in findings for named in finding.about]
        return {_called(self.id, speaker) for speaker in who}

    def take(self, finding: Finding) -> None:
        """Store a finding, or see that it is known or cannot be stored."""
        spans = [Span(self.document.text[start:end], start, end) for start, end in finding.contents]
        content = content_columns(spans)
        places = [content["spans"], *([_place(*finding.cue)] if finding.cue else [])]
        known = [self.recorded[place] for place in places if place in self.recorded]
        if finding.cue is None:  # What a denial denies may stand in the denial's own words, and is not the denial.
            known = [statement for statement in known if statement.cue_start is None]
        if known:
            self.known += 1
            if finding.denies:
                self.waiting.setdefault(finding.denies, []).append(known[-1])
            self._put(finding, known[-1])
            return
        sentence = self._sentence(spans[0].start)
        speaker = finding.speaker or self._nobody(finding)
        if sentence is None or speaker is None:
            self.left_out += 1
            return
        statement = Statement.create(
            document=self.id,
            sentence=sentence,
            speaker=self._speaker(speaker, self._words(finding.mention)),
            claim=self._claim(finding),
            **content,
            **self._span("mention", finding.mention),
            **self._span("cue", finding.cue),
            form=finding.form,
            via_speaker=self._speaker(finding.via) if finding.via else None,
            status="candidate",
            origin="extractor",
            extractor=finding.extractor,
            extractor_version=finding.version,
            confidence=finding.confidence,
        )
        changes.log(self.by, "create", statement)
        for place in places:
            self.recorded[place] = statement
        self.new.append(int(statement.id))
        self.fresh.add(statement.id)
        if finding.denies:
            self.waiting.setdefault(finding.denies, []).append(statement)
            self._answer(finding.denies)
        if finding.polarity == "deny" and (
            finding.denies is None or finding.denies in self.nobodys or finding.denies == _own(finding)
        ):
            self._suggest(statement)
        self._put(finding, statement)

    def _put(self, finding: Finding, statement: Statement) -> None:
        """Put down whose statement a finding is, and answer it with the denials that stand before it."""
        self.made[finding.id] = statement
        self._answer(finding.id)

    def _answer(self, charged: str) -> None:
        """Draw the edges from the denials that wait for a charge, once that is stored."""
        if charged not in self.made or charged not in self.waiting:
            return
        # Read again: others had their turns since they were stored.
        charge = rows.by_id(Statement, self.made[charged].id)
        for denial in self.waiting.pop(charged):
            answer = rows.by_id(Statement, denial.id)
            if not {charge.id, answer.id} & self.fresh or "rejected" in (charge.status, answer.status):
                continue
            if charge.retracted_at or answer.retracted_at or charge.claim_id == answer.claim_id:
                continue
            if counterclaims.known(charge.claim_id, answer.claim_id, "denies"):
                continue
            counterclaims.draw(
                by=self.by,
                claim=charge.claim_id,
                answer=answer.claim_id,
                kind="denies",
                statement=answer.id,
                note=None,
            )

    def _nobody(self, finding: Finding) -> Speaker | None:
        """Give a charge that print lays to nobody a speaker of its own, where somebody answers it.

        "Beijing rejected claims that its exports feed the war": who claimed it is not told, and no other charge's
        speaker either. So with what "Holt denied that she planned to resign" denies. What nobody answers needs a
        speaker to be a statement.
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
        suggestions.suggest(by=self.by, statement=statement, text=words, language=self.document.language)

    def _claim(self, finding: Finding) -> int:
        text, language = finding.claim[:_LONGEST], self.document.language
        charged = [self._speaker(who.speaker, self._words(who.mention)) for who in finding.about]
        return claims.create(
            by=self.by, text=text, language=language, charged=list(dict.fromkeys(charged)), standalone=False
        )

    def _sentence(self, start: int) -> int | None:
        """Find the standing sentence around an offset: people may have mended the cuts since."""
        at = bisect_right(self.starts, start) - 1
        return int(self.sentences[at][0]) if at >= 0 and start < self.sentences[at][2] else None

    def _words(self, span: tuple[int, int] | None) -> str:
        return self.document.text[slice(*span)] if span else ""

    def _span(self, name: str, span: tuple[int, int] | None) -> dict[str, Any]:
        start, end = span or (None, None)
        key = {"cue_key": folded(self._words(span)) if span else None} if name == "cue" else {}
        return {name: self._words(span) or None, f"{name}_start": start, f"{name}_end": end} | key

    def _speaker(self, speaker: Speaker, mention: str = "") -> int:
        if (speaker, mention) not in self.speakers:
            self.speakers[speaker, mention] = _speaker(self.by, self.id, speaker, mention)
        return self.speakers[speaker, mention]


# -- charges that their denials tell ----------------------------------------------------------------

_THAT = re.compile(r"[“\"'‘]*that\s+(?=\S)", re.IGNORECASE)


def _own(denial: Finding) -> str:
    """Name the charge that a denial tells itself."""
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
        charge = replace(finding, id=_own(finding), mention=None, speaker=None, cue=None, via=None, polarity="assert")
        charge = replace(
            charge, contents=((opener.end() if opener else start, end), *finding.contents[1:]), about=about
        )
        yield replace(finding, denies=charge.id, charge="")
        yield replace(charge, claim=finding.charge, charge="")


# -- what is recorded already ------------------------------------------------------------------------


def _recorded(document: int) -> dict[str, Statement]:
    """Map the places of a document's statements, retracted ones too, to the statement that each belongs to.

    A place is a cue or a content, as it stands now and as it was first found: what a reviewer has corrected
    is not to be found a second time.
    """
    places: dict[str, Statement] = {}
    by_id = {statement.id: statement for statement in Statement.select().where(Statement.document == document)}
    first = Change.select(Change.noun_id, Change.after).where(
        Change.noun == "statements",
        Change.action == "create",
        Change.noun_id.in_(Statement.select(Statement.id).where(Statement.document == document, Statement.version > 1)),
    )
    for id, row in first.tuples():
        _put_places(places, by_id[id], orjson.loads(row))
    for statement in by_id.values():
        _put_places(places, statement, statement.__data__)
    return places


def _put_places(places: dict[str, Statement], statement: Statement, row: dict[str, Any]) -> None:
    places[row["spans"]] = statement
    if row["cue_start"] is not None:
        places[_place(row["cue_start"], row["cue_end"])] = statement


def _place(start: int, end: int) -> str:
    """Name a cue's place; a content's is named by its spans, which have no such sign."""
    return f"cue {start}-{end}"


# -- speakers -----------------------------------------------------------------------------------------

#: What takes up somebody named before, and means nobody outside its document; no name stands in it.
_ANAPHORA = re.compile(
    r"(?i:the|both|all|some|many|several|others?|two|three|four|his|her|its|their|this|that|these|those|he|she|it|"
    r"they|we|i|you|who|which)\b[^A-Z]*"
)
#: What tells of somebody without saying whom, or of some among more.
_SOME = re.compile(
    r"(?:an?|one|another|some|several|two|three|four|five|six|seven|eight|nine|ten|many|various|multiple|dozens|"
    r"hundreds|unnamed|anonymous)\b",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(the|an?) (?=\S)", re.IGNORECASE)


def _speaker(by: Actor, document: int, speaker: Speaker, mention: str) -> int:
    """Find the speaker of this name or, where the print has another for them ("Beijing"), of that; or make one.

    Who has no name outside the document ("both sides", "a US official") gets one that holds the document's id,
    and so does a name that several speakers share: which of them is meant is for a reviewer to say.
    """
    kind, bare = speaker.kind, _called(document, speaker)
    proper = kind in ("government", "organization") and mention[:1].isupper()
    shared = False
    for called in dict.fromkeys([bare, _spelled_out(bare), *([mention] if proper else [])]):
        known = speakers.named(called) if speakers.key(called) else []
        if len(known) == 1:
            return int(known[0][0])
        shared = shared or len(known) > 1
    if shared:
        return speakers.find(by=by, given={"name": f"{bare} (document {document})"}, field="/speaker", hidden=True)
    registered = _KINDS.get(kind, kind)
    if kind == "unknown" and bare[:1].isupper():
        registered = "person"
    return speakers.create(by=by, name=bare, kind=registered, hidden=True)


def _called(document: int, speaker: Speaker) -> str:
    """Write the name under which the registry knows a speaker, or would."""
    name = speaker.name.strip()[:200]
    if _of_this_document(speaker):
        return f"{_small(name)} (document {document})"
    return name if speaker.kind in ("person", "unnamed") else _ARTICLE.sub("", name)


def _of_this_document(speaker: Speaker) -> bool:
    """Tell whether these words mean somebody else in another document: they describe, and name nobody.

    "US officials" or "the Chinese government" are the same everywhere, "a US official" and "residents" are not.
    """
    name, kind = speaker.name.strip(), speaker.kind
    if _ANAPHORA.fullmatch(name):
        return True
    if not speaker.described:
        return False
    if kind in ("group", "government", "organization") and not _SOME.match(name):
        return kind == "group" and name[1:] == name[1:].lower()
    return True


def _small(name: str) -> str:
    """Write a description as it stands inside a sentence: "a US official", but "US official"."""
    return name[:1].lower() + name[1:] if name[1:2].islower() or name[1:2] == " " else name


def _spelled_out(name: str) -> str:
    """Write "U.S. officials" as "US officials"."""
    return re.sub(r"\b(?:[A-Z]\.){2,}", lambda letters: letters[0].replace(".", ""), name)
