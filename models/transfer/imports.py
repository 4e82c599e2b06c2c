"""Imports: lines of a file that name one another, a group of them in one transaction.

Each line is stored whole or not at all; what is known under its natural key stays as it is, so importing the
same file twice changes nothing. Lines that ask for nothing unusual are stored many at once (`loading.py`);
all others, and those that meet with trouble there, one by one by the functions that any other change calls.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from math import inf
from typing import Any

from models import claims, counterclaims, documents, reviews, speakers, statements, topics
from models.history.changes import Actor
from models.refusals import Conflict, Refusal
from models.storage import database, transactions
from models.transfer.lines import Line, Outcome
from models.transfer.loading import BatchImporter, Names, SequenceConflict

#: Lines that the first attempt to store many at once takes, and after one that has to be stored alone.
_MANY, _FEW = 5000, 8
#: Seconds after which a transaction takes no more lines in on SQLite, where nobody else writes meanwhile.
LONGEST = 0.25


class Import:
    """What one file's names stand for, as far as it has been read, and storing what comes next."""

    def __init__(self, by: Actor) -> None:
        self.by = by
        self.names = Names()
        #: The number of each claim's line, the first of those called so.
        self.places: dict[str, int] = {}

    def store(self, lines: Sequence[Line]) -> list[Outcome]:
        """Store a group of lines, but those that are refused, and tell what became of each.

        That is one transaction, or several on SQLite where it takes longer than LONGEST.
        """
        for number, noun, new, _ in lines:
            if noun == "claim":
                self.places.setdefault(new["id"], number)
        told: list[Outcome] = []
        while len(told) < len(lines):
            told += transactions.attempt(partial(self._whole, partial(self._group, lines[len(told) :])))
        return told

    def finish(self) -> list[Outcome]:
        """Store the claims that no line has pointed at; tell of those that are refused."""
        left = [Line(self.places[name], "loose", {"claim": name}) for name in self.names.unbound]
        told = [one for first in range(0, len(left), _MANY) for one in self.store(left[first : first + _MANY])]
        return [one._replace(noun="claim") for one in told if one.what == "refused"]

    def _whole(self, work: Callable[[], Any]) -> Any:
        """Do `work` in one transaction; where that fails, the names are what they were as well."""
        mark = self.names.mark()
        try:
            with transactions.savepoint():
                done = work()
        except BaseException:
            self.names.undo(mark)
            raise
        self.names.keep(mark)
        return done

    def _group(self, lines: Sequence[Line]) -> list[Outcome]:
        """Store lines, from the first as many as there is time for."""
        outcomes: list[Outcome] = []
        size = _MANY
        printed: dict[int, Any] = {}
        desk: BatchImporter | None = None
        until = time.monotonic() + (LONGEST if database.on_sqlite() else inf)
        while len(outcomes) < len(lines) and (not outcomes or time.monotonic() < until):
            at = len(outcomes)
            some = desk.lines if desk else lines[at : at + size]
            desk, done = self._at_once(some, desk, printed)
            outcomes += done
            if desk and len(done) < len(some):
                printed = desk.printed
                outcomes.append(self.alone(some[len(done)]))
                size = _FEW
                desk = desk if desk.goes_on(outcomes[-1]) and desk.lines else None
            else:
                desk, printed = None, desk.printed if desk else {}
                size = min(size * 4, _MANY)
        return outcomes

    def _at_once(
        self, lines: Sequence[Line], desk: BatchImporter | None, printed: dict[int, Any]
    ) -> tuple[BatchImporter | None, list[Outcome]]:
        """Store lines from the first to the last before one that has to be stored alone.

        `desk` has read of them already, or `printed` are documents that were. Returns what knows of the rest.
        """
        try:
            if desk:
                with suppress(SequenceConflict):
                    return desk, self._whole(desk.store)
                printed = {}
            for contested in (False, True):
                with suppress(SequenceConflict):
                    return self._whole(partial(self._begin, lines, printed, contested))  # type: ignore[no-any-return]
                printed = {}
        except Refusal:  # somebody else put one of them in at the same moment
            pass
        return None, [self.alone(line) for line in lines]

    def _begin(
        self, lines: Sequence[Line], printed: dict[int, Any], contested: bool
    ) -> tuple[BatchImporter, list[Outcome]]:
        desk = BatchImporter(self.by, self.names, lines, printed=printed, contested=contested)
        return desk, desk.store()

    def alone(self, line: Line) -> Outcome:
        """Store a line by the functions that any other change calls, and tell what became of it."""
        try:
            id, made = self._whole(lambda: _STORE[line.noun](self, dict(line.new)))
        except Refusal as refusal:
            if isinstance(refusal, _Doubled):
                self.names.put(self.names.doubled, (line.noun, line.new["id"]), line.number)
            why = f"{refusal.field or 'the line'}: {refusal.detail}"
            errors = ({"pointer": refusal.field or "", "detail": refusal.detail},)
            return Outcome(line.number, line.noun, "refused", None, why, errors)
        return Outcome(line.number, line.noun, {True: "new", False: "known", None: "noted"}[made], id)


class _Doubled(Conflict):
    """A line gives itself a name that stands for what an earlier one brought."""

    def __init__(self, name: str, earlier: str) -> None:
        super().__init__(
            f"{earlier} is called {name!r} too: give each line its own id, and import two files one after the other.",
            field="/id",
        )


def _topic(given: Import, new: dict[str, Any]) -> tuple[int, bool]:
    return _unless_known(lambda: topics.create(by=given.by, **new))


def _speaker(given: Import, new: dict[str, Any]) -> tuple[int, bool]:
    bearer = speakers.bearing(new["name"])
    if bearer:
        return bearer[0][0], False
    if new.get("part_of"):
        new["part_of"] = speakers.find(by=given.by, given=new["part_of"], field="/part_of")
    return speakers.create(by=given.by, **new), True


def _document(given: Import, new: dict[str, Any]) -> tuple[int, bool]:
    name = new.pop("id", None)
    id, made = _unless_known(lambda: documents.create(by=given.by, **new))
    if name:
        _call(given.names, given.names.documents, name, id, "document")
    return id, made


def _call(names: Names, some: dict[str, int], name: str, id: int, noun: str) -> None:
    """Let `name` stand for a row, unless it stands for another."""
    if some.get(name, id) != id:
        raise _Doubled(name, f"An earlier line, that of {noun} {some[name]},")
    names.put(some, name, id)


def _claim(given: Import, new: dict[str, Any]) -> tuple[None, None]:
    name = new.pop("id")
    if not given.names.note(name, new):
        raise _Doubled(name, f"Line {given.places[name]}")
    return None, None


def _statement(given: Import, new: dict[str, Any]) -> tuple[int, bool]:
    name, claim, names = new.pop("id", None), new["claim"], given.names
    new["document"] = _known_document(given, new["document"], "/document")
    if (new.get("via") or {}).get("document"):
        new["via"] = {"document": _known_document(given, new["via"]["document"], "/via/document")}
    if new.get("counters"):
        new["counters"] = [
            counter | {"statement": _known(names, "statement", counter["statement"], f"/counters/{place}/statement")}
            for place, counter in enumerate(new["counters"])
        ]
    mark = names.mark()
    id, made = _unless_known(lambda: _recorded(given, new, claim))
    if not made:
        names.undo(mark)
        if claim.get("claim") in names.unbound:
            names.bind(claim["claim"], statements.claim_of(id=id))
    if name:
        _call(names, names.statements, name, id, "statement")
    return id, made


def _recorded(given: Import, new: dict[str, Any], claim: dict[str, Any]) -> int:
    """Record a statement; a claim that nothing has pointed at yet is its own, whatever other has the same words."""
    _refuse_doubled(given.names, "claim", claim.get("claim", ""), "/claim/claim")
    unbound = given.names.unbound.get(claim.get("claim", ""))
    id = statements.record(by=given.by, **(new | {"claim": unbound or _meant(given, claim)}))
    if unbound:
        given.names.bind(claim["claim"], statements.claim_of(id=id))
    return id


def _counterclaim(given: Import, new: dict[str, Any]) -> tuple[int, bool]:
    new["claim"], new["answer"] = (_meant(given, new[side], f"/{side}")["id"] for side in ("claim", "answer"))
    if new.get("statement"):
        new["statement"] = _known(given.names, "statement", new["statement"], "/statement")
    return _unless_known(lambda: counterclaims.create(by=given.by, **new))


def _review(given: Import, new: dict[str, Any]) -> tuple[int, bool]:
    new["claim"] = _meant(given, new["claim"])
    return _unless_known(lambda: reviews.create(by=given.by, **new))


def _loose(given: Import, new: dict[str, Any]) -> tuple[int, bool]:
    return _bound(given, new["claim"]), True


_STORE: dict[str, Callable[[Import, dict[str, Any]], tuple[int | None, bool | None]]] = {
    "topic": _topic,
    "speaker": _speaker,
    "document": _document,
    "claim": _claim,
    "statement": _statement,
    "counterclaim": _counterclaim,
    "review": _review,
    "loose": _loose,
}


def _unless_known(create: Callable[[], int]) -> tuple[int, bool]:
    """Return the id of what `create` makes, and whether it was new; what is known under its natural key stays."""
    try:
        with transactions.savepoint():
            return create(), True
    except Conflict as conflict:
        if "known" not in conflict.more:
            raise
        return int(conflict.more["known"]), False


def _meant(given: Import, claim: dict[str, Any], field: str = "/claim") -> dict[str, Any]:
    """Name a claim as the inside takes it: by id where the file names an earlier line."""
    if "statement" in claim:
        statement = _known(given.names, "statement", claim["statement"], f"{field}/statement")
        return {"id": statements.claim_of(id=statement)}
    if "claim" in claim:
        _refuse_doubled(given.names, "claim", claim["claim"], f"{field}/claim")
        return {"id": _bound(given, claim["claim"], field)}
    return claim


def _bound(given: Import, name: str, field: str = "/claim") -> int:
    """Return the id of the claim of a line, stored now if it is not yet.

    One that no statement brings along is the identical one that stands, where no other line means that; where the line
    says that it was put in by itself, one that was too. A new one is put in by itself unless the line says otherwise.
    """
    names = given.names
    if name in names.unbound:
        line = names.unbound[name]
        twins = claims.twins(
            text=line["text"],
            language=line["language"],
            limit=len(names.meant) + 1,
            alone=line.get("standalone", False),
        )
        free = [twin for twin in twins if twin not in names.meant]
        names.bind(name, free[0] if free else claims.create(by=given.by, **line))
    if name not in names.claims:
        raise _unknown(name, f"{field}/claim")
    return names.claims[name]


def _known_document(given: Import, named: dict[str, Any], field: str) -> dict[str, Any]:
    if "document" in named:
        return {"id": _known(given.names, "document", named["document"], f"{field}/document")}
    return named


def _known(names: Names, noun: str, name: str, field: str) -> int:
    """Return the id of the document or statement of an earlier line."""
    _refuse_doubled(names, noun, name, field)
    some = names.documents if noun == "document" else names.statements
    if name not in some:
        raise _unknown(name, field)
    return some[name]


def _unknown(name: str, field: str) -> Conflict:
    return Conflict(f"No earlier line is called {name!r}.", field=field)


def _refuse_doubled(names: Names, noun: str, name: str, field: str) -> None:
    """Refuse to guess which of two lines with one name is meant."""
    if (noun, name) in names.doubled:
        raise Conflict(
            f"Line {names.doubled[noun, name]} is called {name!r}, and an earlier one too: give each line its own id.",
            field=field,
        )
