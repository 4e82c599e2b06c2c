"""Whether the log is as it was sealed (models/history/seals.py): which line was altered, removed or put in since."""

from collections.abc import Iterator
from typing import NamedTuple

from models.history import seals
from models.history.seals import COLUMNS, SEAL_COLUMNS, Line, SealRow
from models.spans import SHADES
from models.storage.database import fetch
from models.upkeep import log_lines, redaction

#: Seals that are read at once, or lines: fewer where these are long.
_AT_ONCE = 1000


class _Sealed(NamedTuple):
    """What was noted of a line when it was sealed, and by the last erasure that took words out of it."""

    sequence: int
    digest: str
    salt: str | None
    words_digest: str | None
    #: The line that it is marked as redacted by; and the same where that is a later one, of an erasure.
    redacted_by: int | None
    erasure: int | None
    left_salt: str | None
    left_digest: str | None


_SEALED = "s.sequence, s.digest, s.salt, s.words_digest, r.redacted_by, e.sequence, r.salt, r.words_digest"


def problems(*, kept: str | None = None) -> Iterator[str]:
    """Compare the log with its seals, and these with one another.

    `kept` is a hash that a seal or a line as the public is told it has to have.
    """
    # Others seal meanwhile: what is sealed after this was read is left for the next time.
    ((end, last_line),) = fetch(
        "SELECT (SELECT coalesce(max(through), 0) FROM seals), (SELECT coalesce(max(sequence), 0) FROM sealed_lines)"
    )
    end = max(end, last_line)
    before = seals.NONE
    found, lines = kept is None, _lines(end)
    line = next(lines, None)
    for seal in _seals(end):
        found = found or seal.hash == kept
        whole = seals.begin_seal(before.hash, seal)
        public, broken = (before.public_through, before.public_hash), False
        while line is not None and line[0].sequence <= seal.through:
            sealed, present, problem = line
            whole.update(sealed.digest.encode())
            if problem:
                broken = True
                yield problem
            elif present is not None and present.effect is not None:
                public = present.sequence, seals.public_hash(public[1], present)
                found = found or public[1] == kept
            line = next(lines, None)
        if whole.hexdigest() != seal.hash:
            yield f"the seal of line {seal.through} does not follow from its lines and the seal before it"
        elif not broken and public != (seal.public_through, seal.public_hash):
            yield f"the seal of line {seal.through} has another public hash than its lines"
        before = seal
    if line is not None:
        yield f"line {line[0].sequence} was sealed, and its seal is missing"
    yield from _put_in(before.through)
    yield from _standing()
    if not found:
        yield f"nothing has the hash {kept}: lines that it was made of were altered or cut off, and their seals too"


def last() -> str:
    """Tell of the last seal what is to be kept elsewhere."""
    seal = seals.last()
    ((since,),) = fetch("SELECT count(*) FROM changes WHERE sequence > ?", (seal.through,))
    unsealed = f"lines that are not sealed yet: {since}"
    if seal == seals.NONE:
        return unsealed
    return f"the last seal is {seal.hash}, of line {seal.through}, {seal.made_at}; {unsealed}"


def _seals(end: int) -> Iterator[SealRow]:
    past = 0
    sql = f"SELECT {SEAL_COLUMNS} FROM seals WHERE through > ? ORDER BY through LIMIT {_AT_ONCE}"
    while past < end and (found := fetch(sql, (past,))):
        past = found[-1][0]
        yield from (seal for seal in map(SealRow._make, found) if seal.through <= end)


def _lines(end: int) -> Iterator[tuple[_Sealed, Line | None, str | None]]:
    """Yield each line up to `end` that was sealed, as it was and as it is now, and what is wrong with it."""
    past = 0
    first = (
        f"SELECT s.*, {log_lines.SIZE} FROM sealed_lines s LEFT JOIN changes l ON l.sequence = s.sequence"
        f" WHERE s.sequence > ? ORDER BY s.sequence LIMIT {_AT_ONCE}"
    )
    # One statement for all, because an erasure may take words out of a line meanwhile.
    sql = (
        f"SELECT {_SEALED}, {COLUMNS} FROM ({log_lines.fitting(first, 'sequence')}) s"
        " LEFT JOIN changes l ON l.sequence = s.sequence"
        " LEFT JOIN redactions r ON r.sequence = s.sequence AND r.redacted_by ="
        " (SELECT max(redacted_by) FROM redactions WHERE sequence = s.sequence)"
        " LEFT JOIN changes e ON e.sequence = r.redacted_by AND e.sequence > s.sequence AND e.action = 'erase'"
        " ORDER BY s.sequence"
    )
    width = len(_Sealed._fields)
    while past < end and (rows := fetch(sql, (past,))):
        past = rows[-1][0]
        found = [(_Sealed(*row[:width]), Line(*row[width:])) for row in rows if row[0] <= end]
        redacted = seals.redacted_by([line.sequence for _, line in found if line.action == "erase"])
        for sealed, line in found:
            present = None if line.sequence is None else line
            yield sealed, present, _problem(sealed, present, redacted.get(sealed.sequence, []))


def _problem(sealed: _Sealed, line: Line | None, redacted: list[tuple[int, str]]) -> str | None:
    """Tell what is wrong with a line."""
    if line is None:
        return f"line {sealed.sequence} was removed after it was sealed"
    words = sealed.words_digest
    if sealed.salt is not None and sealed.redacted_by is None:
        words = seals.words_digest(sealed.salt, line.before, line.after)
    elif sealed.erasure is None:
        return f"line {line.sequence} is marked as redacted by an erasure, of which no later line tells"
    elif seals.words_digest(sealed.left_salt or "", line.before, line.after) != sealed.left_digest:
        return f"line {line.sequence} was altered after an erasure had taken words out of it"
    elif not redaction.may_leave(line.noun, line.before, line.after):
        return f"line {line.sequence} holds words that the erasure of line {sealed.erasure} would have taken out of it"
    if seals.digest(line, words or "", redacted) == sealed.digest:
        return None
    other = ", or what it left in other lines was" if line.action == "erase" else ""
    return f"line {line.sequence} was altered after it was sealed{other}"


def _put_in(through: int) -> Iterator[str]:
    """Find lines that were not there when the last seal was made."""
    for (sequence,) in fetch(
        "SELECT l.sequence FROM changes l WHERE l.sequence <= ? AND NOT EXISTS"
        f" (SELECT 1 FROM sealed_lines s WHERE s.sequence = l.sequence) ORDER BY l.sequence LIMIT {_AT_ONCE}",
        (through,),
    ):
        yield f"line {sequence} was put in after the lines around it were sealed"


def _standing() -> Iterator[str]:
    """Find lines out of which an erasure took words though it would have erased the whole row, which stands."""
    unmarked = "".join(f" AND coalesce(l.before, '') || l.after NOT LIKE '%{shade}%'" for shade in SHADES)
    for table in (*redaction.ERASED_WHOLE, *redaction.MARKED):
        for (sequence,) in fetch(
            "SELECT DISTINCT l.sequence FROM redactions r JOIN changes l ON l.sequence = r.sequence"
            f" JOIN {table} n ON n.id = l.noun_id WHERE l.noun = ? AND n.retracted_at IS NULL"
            f"{unmarked if table in redaction.MARKED else ''} ORDER BY l.sequence LIMIT {_AT_ONCE}",
            (table,),
        ):
            yield f"line {sequence} lost words to an erasure, and what it tells of was not erased"
