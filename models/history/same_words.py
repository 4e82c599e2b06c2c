"""The same words of one speaker in several statements: which of them may stand at once.

Two people may code a document independently: each records the same words as a candidate of their own. Of these one may
be accepted, and nobody records the same words twice. Who imports an export records what several coded by one key. Two
speakers who are recorded with the same words so that these could not stand together are not merged.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson
from peewee import fn

from models.history import locks
from models.history.changes import Actor
from models.history.standing_rows import survivors
from models.queries.dialects import in_ids, json_of
from models.refusals import AlreadyKnown, Conflict
from models.storage import transactions
from models.storage.columns import dumps
from models.storage.database import fetch
from models.tables import Document, Speaker, Statement

#: The lock under which a key records words, each key its own: "cccoding" in ASCII, and the id of the key.
_LOCK = int.from_bytes(b"cccoding")
#: The lock under which lines of files say which coding of their words they are: "cccoders" in ASCII.
_CODERS = int.from_bytes(b"cccoders")
#: How many statements of the same words may stand that one key recorded, which does not review: who records these words
#: looks at each.
MOST = 100
#: How many pairs of statements a refused merge names.
_NAMED = 10


class Coded(NamedTuple):
    """What decides whether a statement may stand beside another of the same words."""

    #: The id of the key that recorded it; null for the command line.
    key: int | None
    #: Whether a line of a file said which coding of its words it was.
    imported: bool
    accepted: bool


class Known(NamedTuple):
    """A standing statement of the same words as another."""

    id: int
    status: str


class Recorded(NamedTuple):
    """A statement as its key recorded it, whatever it became since."""

    #: The id of that key; null for the command line.
    key: int | None
    document: int
    speaker: int
    spans: str
    claim: int
    #: Which coding of its words its line said it was; null where none did.
    coding: int | None


def collide(one: Coded, other: Coded) -> bool:
    """Tell whether two statements of the same words may not both stand: both accepted, or both of one coder."""
    return not _signs(one).isdisjoint(_signs(other))


def _signs(state: Coded) -> set[tuple[Any, ...]]:
    accepted = {("accepted",)} if state.accepted else set()
    return accepted | (set() if state.imported else {("coder", state.key)})


def of_both(one: int, other: int) -> list[Statement]:
    """List the standing statements of two speakers over words that both are recorded with, the lowest id first.

    Of each is read what tells which words they are, who said them and whether it is accepted.
    """
    # Not the words: 10,000 of each may take a gigabyte.
    read = (Statement.id, Statement.document, Statement.speaker, Statement.spans, Statement.status)
    both: list[Statement] = []
    for mine, theirs in ((one, other), (other, one)):
        twin = Statement.alias()
        same = (twin.document == Statement.document) & (twin.spans == Statement.spans) & twin.retracted_at.is_null()
        has_twin = fn.EXISTS(twin.select(twin.id).where(same, twin.speaker == theirs))
        both.extend(
            Statement.select(*read).where(Statement.speaker == mine, Statement.retracted_at.is_null(), has_twin)
        )
    return sorted(both, key=lambda each: each.id)


def refuse_merge(by: Actor, one: int, other: int) -> None:
    """Refuse that two speakers become one where a statement of each may not stand beside the other's.

    Who retracts one of the two says by that which of them is right, and what becomes of what rests on it.
    """
    both = of_both(one, other)
    state = coded(both)
    recorded = Counter((each.document_id, each.spans, state[each.id].key) for each in both)
    _refuse_many(by, max(recorded.values(), default=0), "/into")
    theirs = {
        (each.document_id, each.spans, sign): each
        for each in reversed(both)
        if each.speaker_id == other
        for sign in _signs(state[each.id])
    }
    pairs = []
    for mine in both:
        signs = () if mine.speaker_id == other else sorted(_signs(state[mine.id]), key=str)
        twins = (theirs.get((mine.document_id, mine.spans, sign)) for sign in signs)
        pairs += [(mine, twin) for twin in twins if twin][:1]
    if not pairs:
        return
    seen = [pair for pair in pairs if by.reviews or all(each.status == "accepted" for each in pair)]
    named = [" and ".join(str(id) for id in sorted(each.id for each in pair)) for pair in seen[:_NAMED]]
    more = [f"{len(seen) - _NAMED} more"] if len(seen) > _NAMED else []
    more += [f"{len(pairs) - len(seen)} that wait for review"] if len(pairs) > len(seen) else []
    detail = (
        f"Both are recorded with the same words (statements {', '.join([*named, *more])}): retract one of each two,"
        " then merge."
    )
    raise Conflict(detail, field="/into")


def recorders(statements: Collection[int]) -> dict[int, int | None]:
    """Read from the log which key recorded these statements; one that it does not know, or not yet, is left out."""
    return {id: key for id, key, _ in _recorded(statements)}


def as_recorded(statements: Collection[int]) -> dict[int, Recorded]:
    """Read from the log how these statements were recorded; one that it does not know, or not yet, is left out."""
    members = ", ".join(json_of("after", name) for name in Recorded._fields[1:])
    made = f"SELECT noun_id, key_id, {members} FROM changes WHERE noun = 'statements' AND {in_ids('noun_id')}"  # noqa: S608 (our SQL)
    found = fetch(f"{made} AND action = 'create'", (dumps(list(statements)),))
    return {id: Recorded(key, *(json and orjson.loads(json) for json in first)) for id, key, *first in found}


def coded(statements: Iterable[Any], unknown: int | None = None) -> dict[int, Coded]:
    """Read what `collide` compares of these rows, by their ids; `unknown` is the key where the log does not know."""
    accepted = {row.id: row.status == "accepted" for row in statements}
    recorded = {id: (key, bool(imported)) for id, key, imported in _recorded(accepted)}
    return {id: Coded(*recorded.get(id, (unknown, False)), accepted=status) for id, status in accepted.items()}


def _recorded(statements: Collection[int]) -> list[tuple[int, int | None, int]]:
    """Read of statements (id, key, whether it was imported as one of several codings)."""
    imported = """after LIKE '%"coding":%'"""
    made = f"SELECT noun_id, key_id, {imported} FROM changes WHERE noun = 'statements' AND {in_ids('noun_id')}"  # noqa: S608 (our SQL)
    return fetch(f"{made} AND action = 'create'", (dumps(list(statements)),))


def lock(key: int | None, row: dict[str, Any] | None = None) -> None:
    """Let nobody else record by this key until this transaction ends, or only the words of `row`.

    No index refuses the second of two that one key records at the same moment.
    """
    words = None if row is None else (dumps([row[name] for name in ("document", "speaker", "spans")]),)
    transactions.advisory_lock(_LOCK + (key or 0), words)


def lock_in(document: int, key: int | None, *, whole: bool) -> None:
    """Let nobody else change words that this key recorded in a document, or, the `whole`, record any there.

    Once the document is locked, after names, and before what else a change locks: that knows its words only after it,
    and who records these words, and then names what it has locked, would wait for it, and it for them.
    """
    number = blake2b(f"{key} {document}".encode(), digest_size=8, key=b"cccoding").digest()
    transactions.advisory_lock(int.from_bytes(number, signed=True), None if whole else ())


def lock_beside(statement: int, unknown: int | None = None) -> None:
    """Lock where a statement stands as `lock_in` does, to change its words or to restore it; wait for imports, too.

    `unknown` is the key that recorded it where the log does not know.
    """
    if transactions.takes_locks() and (found := fetch("SELECT document_id FROM statements WHERE id = ?", (statement,))):
        ((document,),), key = found, recorders([statement]).get(statement, unknown)
        locks.hold(lambda: [locks.to_name(Document, document)])
        transactions.advisory_lock(_LOCK + (key or 0), ())
        lock_in(document, key, whole=True)


def is_awaited(key: int | None) -> bool:
    """Tell whether others wait to record words by this key, or to let what it recorded stand again."""
    return transactions.is_awaited(_LOCK + (key or 0))


def lock_codings() -> None:
    """Let nobody else import codings until this transaction ends: those of all keys tell which one a line is."""
    transactions.advisory_lock(_CODERS)


def refuse_known(
    by: Actor, row: dict[str, Any], session: Any, coding: int | None = None, *, field: str = "/content"
) -> None:
    """Refuse a new statement of words that are recorded already; the command line knows those of every key.

    A line of an export says which `coding` of these words it is, from 1: that one is known where as many stand, and
    refused where one before it is missing, whose place it would take. To who does not review, that is the one which
    they recorded as such, whatever else they came to see since. Of candidates, only who reviews is told of those of
    others; any key of those that it recorded with these very words.
    """
    session.lock_recording(by.key_id, row)
    known = _of(row, session)
    own = {one.id for one in known if session.recorder(one.id, by.key_id) == by.key_id}
    seen = [one for one in known if by.reviews or one.status == "accepted" or one.id in own]
    counted = seen[(coding or 1) - 1 :] if coding or by.key_id is None else []
    if coding and not by.reviews:
        firsts = {id: session.as_recorded(id) for id in own}
        numbers = {id: first.coding for id, first in firsts.items() if first}
        counted = [one for one in seen if numbers.get(one.id) == coding] or [
            one for one in counted if not numbers.get(one.id)
        ]
    accepted = [one for one in known if one.status == row["status"] == "accepted"]
    its_own = [one for one in known if one.id in own and not coding]
    for one in [*counted, *accepted, *its_own][:1]:
        if _is_hidden(by, one) and _is_as_recorded(by, one.id, row, session):
            detail = (
                f"You recorded these words as said by this speaker, in statement {one.id}, which only reviewers see: "
                "give other spans, or ask a reviewer to change it."
            )
            raise AlreadyKnown(detail, field=field, known=one.id)
        _refuse(by, one, field)
    if coding and coding - 1 > len(seen):
        detail = (
            f"You see {len(seen)} statements of these words, so this would be coding {len(seen) + 1}: give that "
            "number, or mend the lines of those before it that were refused, and send them with this one."
        )
        raise Conflict(detail, field="/coding")
    _refuse_many(by, len(own) + 1, field)


def known_claim(by: Actor, statement: int, session: Any) -> int:
    """Return the id of the claim that a statement states, as far as the actor may know.

    Of one that it recorded and does not see, that is the claim with which it did: which one it states since is shown to
    reviewers alone.
    """
    row = session.by_id(Statement, statement, locked=False)
    if not by.reviews and row.status != "accepted":
        first = session.as_recorded(statement)
        if first and first.key == by.key_id:
            return int(first.claim)
    return int(row.claim_id)


def refuse_collision(by: Actor, statement: Statement, new: dict[str, Any], session: Any) -> None:
    """Refuse that a changed statement gets the words of another, or is accepted beside another of the same words."""
    row = {name: new.get(name, statement.__data__[name]) for name in ("document", "speaker", "spans", "status")}
    moved = (row["speaker"], row["spans"]) != (statement.speaker_id, statement.spans)
    accepts = row["status"] == "accepted" != statement.status
    others = [known for known in _of(row, session) if known.id != statement.id] if moved or accepts else []
    state = coded([statement, *others], by.key_id) if others else {}
    for known in others:
        changed = state[statement.id]._replace(accepted=row["status"] == "accepted")
        if moved and collide(changed, state[known.id]):
            _refuse(by, known)
        if changed.accepted and state[known.id].accepted:
            detail = f"Statement {known.id} of the same words is accepted already: reject one of the two."
            raise AlreadyKnown(detail, field="/status", known=known.id)
    if moved and others:
        _refuse_many(by, _recorded_together(state, statement.id))


def refuse_known_beside(by: Actor, statement: Statement, session: Any) -> None:
    """Refuse that a retracted statement stands again beside another of the same words, as `collide` has it."""
    known = _of(statement.__data__, session)
    state = coded([statement, *known])
    for one in known:
        if collide(state[statement.id], state[one.id]):
            _refuse(by, one)
    _refuse_many(by, _recorded_together(state, statement.id))


def _of(row: dict[str, Any], session: Any) -> list[Known]:
    """List the standing statements of the same words in the order in which exports write them.

    That is by id, but an original comes before the first of its prints.
    """
    ids = session.same_words(row["document"], row["speaker"], row["spans"])
    first_prints = _first_prints(ids) if len(ids) > 1 else {}
    # Of each only that: a file may hold thousands of codings of long words.
    known = [Known(id, session.by_id(Statement, id, locked=False).status) for id in ids]
    return sorted(known, key=lambda one: (min(one.id, first_prints.get(one.id, one.id)), one.id))


def _first_prints(ids: Collection[int]) -> dict[int, int]:
    """Read the lowest id of a standing print of each of these statements that has one."""
    prints = f"SELECT original_id, min(id) FROM statements WHERE {in_ids('original_id')} AND retracted_at IS NULL"  # noqa: S608 (our SQL)
    return dict(fetch(f"{prints} GROUP BY original_id", (dumps(list(ids)),)))


def _recorded_together(state: dict[int, Coded], id: int) -> int:
    """Count those that the same key recorded as one of them."""
    return sum(one.key == state[id].key for one in state.values())


def _refuse_many(by: Actor, count: int, field: str = "/content") -> None:
    if count > MOST and not by.reviews:
        detail = f"More than {MOST} statements of one key would stand over the same words of this speaker: retract some"
        raise Conflict(f"{detail} first, or ask somebody with the review scope to do it.", field=field)


def _is_hidden(by: Actor, known: Known) -> bool:
    return not by.reviews and known.status != "accepted"


def _is_as_recorded(by: Actor, id: int, row: dict[str, Any], session: Any) -> bool:
    """Tell whether a key recorded a statement with the words of `row`: to others it was changed out of its sight."""
    first = session.as_recorded(id)
    if first is None:  # in this very transaction
        return True
    if (first.key, first.document, first.spans) != (by.key_id, row["document"], row["spans"]):
        return False
    return row["speaker"] in {first.speaker, *survivors(Speaker, [first.speaker]).values()}


def _refuse(by: Actor, known: Known, field: str = "/content") -> None:
    if _is_hidden(by, known):
        raise Conflict("These words are recorded as said by this speaker, and wait for review.", field=field)
    raise AlreadyKnown(
        f"These words are recorded as said by this speaker: change statement {known.id}, or give other spans.",
        field=field,
        known=known.id,
    )
