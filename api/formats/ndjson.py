"""NDJSON in and out: the registry as lines, each of which is stored whole or not at all."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from api import bodies
from api.errors import Problem
from api.schemas.lines import LINES
from models import claims, counterclaims, db, documents, exports, reviews, speakers, statements, topics
from models.changes import Actor
from models.refusals import Conflict, Refusal


class Outcome(NamedTuple):
    """What became of one line."""

    #: Its number, from 1.
    line: int
    #: The noun, or "?" where the line does not say.
    noun: str
    #: new, known, refused, or noted: a claim, which is stored when a later line points at it.
    what: str
    #: Why it was refused; empty otherwise.
    why: str = ""


@dataclass
class _Reader:
    """What one file's names stand for, as far as it has been read."""

    by: Actor
    documents: dict[str, int] = field(default_factory=dict)
    statements: dict[str, int] = field(default_factory=dict)
    claims: dict[str, int] = field(default_factory=dict)
    #: Claims of lines that nothing has pointed at yet: a known statement may already have theirs.
    unbound: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: The claims that the present line has bound; they hold once its transaction does.
    binding: dict[str, int] = field(default_factory=dict)
    #: The ids that some line's claim has.
    meant: set[int] = field(default_factory=set)

    def settle(self) -> None:
        """Keep what the line bound."""
        self.claims |= self.binding
        self.meant |= set(self.binding.values())
        for name in self.binding:
            self.unbound.pop(name, None)


def read(lines: Iterable[bytes], *, by: Actor) -> Iterator[Outcome]:
    """Import `lines`, one transaction each, and tell what became of each; empty ones are passed over.

    What is known stays as it is, so importing the same file twice changes nothing.
    """
    reader = _Reader(by)
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _line(reader, number, line)
    for name in list(reader.unbound):
        with db.transaction():
            _bound(reader, name)
        reader.settle()


def write() -> Iterator[bytes]:
    """Export the registry as lines that `read` takes; retracted and merged things are left out."""
    for noun in LINES:
        for row in exports.rows(noun=noun):
            yield orjson.dumps({noun: row}) + b"\n"


def _line(reader: _Reader, number: int, line: bytes) -> Outcome:
    noun = "?"
    try:
        value = bodies.parsed(line)
        noun = next(iter(value)) if isinstance(value, dict) and len(value) == 1 else "?"
        if noun not in LINES:
            return Outcome(number, "?", "refused", f"Give one member that names the noun: {', '.join(LINES)}.")
        new = bodies.loaded(LINES[noun], value[noun])
        reader.binding = {}
        with db.transaction():
            made = _STORE[noun](reader, new)
        reader.settle()
        return Outcome(number, noun, {True: "new", False: "known", None: "noted"}[made])
    except Problem as problem:
        return Outcome(number, noun, "refused", problem.detail)
    except Refusal as refusal:
        return Outcome(number, noun, "refused", f"{refusal.field or 'the line'}: {refusal.detail}")


def _topic(reader: _Reader, new: dict[str, Any]) -> bool:
    return _unless_known(lambda: topics.create(by=reader.by, **new))[1]


def _speaker(reader: _Reader, new: dict[str, Any]) -> bool:
    if speakers.bearing(new["name"]):
        return False
    if new.get("part_of"):
        new["part_of"] = speakers.find(by=reader.by, given=new["part_of"], field="/part_of")
    speakers.create(by=reader.by, **new)
    return True


def _document(reader: _Reader, new: dict[str, Any]) -> bool:
    name = new.pop("id", None)
    id, made = _unless_known(lambda: documents.create(by=reader.by, **new))
    if name:
        reader.documents[name] = id
    return made


def _claim(reader: _Reader, new: dict[str, Any]) -> None:
    reader.unbound[new.pop("id")] = new


def _statement(reader: _Reader, new: dict[str, Any]) -> bool:
    name, claim = new.pop("id", None), new["claim"]
    new["document"] = _known_document(reader, new["document"], "/document")
    if (new.get("via") or {}).get("document"):
        new["via"]["document"] = _known_document(reader, new["via"]["document"], "/via/document")
    for place, counter in enumerate(new.get("counters") or []):
        counter["statement"] = _known(reader.statements, counter["statement"], f"/counters/{place}/statement")
    id, made = _unless_known(lambda: _recorded(reader, new, claim))
    if name:
        reader.statements[name] = id
    if not made and claim.get("claim") in reader.unbound:
        reader.binding = {claim["claim"]: statements.claim_of(id=id)}
    return made


def _recorded(reader: _Reader, new: dict[str, Any], claim: dict[str, Any]) -> int:
    """Record a statement; a claim that nothing has pointed at yet is its own, whatever other has the same words."""
    if claim.get("claim") in reader.unbound:
        name, line = claim["claim"], reader.unbound[claim["claim"]]
        reader.binding[name] = claims.create(by=reader.by, **line)
    return statements.record(by=reader.by, **(new | {"claim": _meant(reader, claim)}))


def _counterclaim(reader: _Reader, new: dict[str, Any]) -> bool:
    new["claim"], new["answer"] = (_meant(reader, new[side])["id"] for side in ("claim", "answer"))
    if new.get("statement"):
        new["statement"] = _known(reader.statements, new["statement"], "/statement")
    return _unless_known(lambda: counterclaims.create(by=reader.by, **new))[1]


def _review(reader: _Reader, new: dict[str, Any]) -> bool:
    new["claim"] = _meant(reader, new["claim"])
    return _unless_known(lambda: reviews.create(by=reader.by, **new))[1]


_STORE: dict[str, Callable[[_Reader, dict[str, Any]], bool | None]] = {
    "topic": _topic,
    "speaker": _speaker,
    "document": _document,
    "claim": _claim,
    "statement": _statement,
    "counterclaim": _counterclaim,
    "review": _review,
}


def _unless_known(create: Any) -> tuple[int, bool]:
    """Return the id of what `create` makes, and whether it was new; what is known under its natural key stays."""
    try:
        with db.transaction():
            return create(), True
    except Conflict as conflict:
        if "known" not in conflict.more:
            raise
        return int(conflict.more["known"]), False


def _meant(reader: _Reader, claim: dict[str, Any]) -> dict[str, Any]:
    """Name a claim as the inside takes it: by id where the file names an earlier line."""
    if "statement" in claim:
        statement = _known(reader.statements, claim["statement"], "/claim/statement")
        return {"id": statements.claim_of(id=statement)}
    if "claim" in claim:
        return {"id": _bound(reader, claim["claim"])}
    return claim


def _bound(reader: _Reader, name: str) -> int:
    """Return the id of the claim of a line, stored now if it is not yet.

    One that no statement brings along is the identical one that stands, where no other line means that.
    """
    if name in reader.unbound and name not in reader.binding:
        given = reader.unbound[name]
        twins = claims.twins(text=given["text"], language=given["language"])
        free = [twin for twin in twins if twin not in reader.meant and twin not in reader.binding.values()]
        reader.binding[name] = free[0] if free else claims.create(by=reader.by, **(given | {"standalone": True}))
    return _known(reader.binding if name in reader.binding else reader.claims, name, "/claim/claim")


def _known_document(reader: _Reader, given: dict[str, Any], field: str) -> dict[str, Any]:
    if "document" in given:
        return {"id": _known(reader.documents, given["document"], f"{field}/document")}
    return given


def _known(names: dict[str, int], name: str, field: str) -> int:
    if name not in names:
        raise Conflict(f"No earlier line is called {name!r}.", field=field)
    return names[name]
