"""What an error of the database means: a sentence for the caller, and whether trying again may help."""

import sqlite3
from collections.abc import Iterator
from typing import Any

from peewee import InterfaceError, InternalError, OperationalError, PeeweeException
from peewee import __exception_wrapper__ as peewees_errors

#: Whatever a database fails with; and what it fails with where it does not answer, or cannot run this just now.
DatabaseFailure = PeeweeException
UNAVAILABLE = (OperationalError, InterfaceError, InternalError)

_AWAY = "The database does not answer just now: try again in a moment."
#: Where an exception has a note of what was stored before it, that stands at the end instead.
_NOTHING = ": nothing was stored"
_FULL = "The disk of the registry is full{}, and reading goes on. Try again later."
_READ_ONLY = "The registry can only be read just now{}. Try again later."
_DAMAGED = "The file of the registry is damaged, and what was asked for stands there: its operator has to restore it."
_BUSY = "Too many are writing just now{}. Try again in a moment."
_SLOW = "This takes longer than a question may take here: narrow it with filters, or ask for fewer items."
_SLOW_CHANGE = "This took longer than a change may take, or others change the same: try again later, or send less."

#: What SQLite's primary result codes mean for a caller (sqlite.org/rescode.html), and PostgreSQL's SQLSTATEs
#: or their first two characters (its manual, appendix A).
_SENTENCES: dict[int | str, str] = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_INTERRUPT: _SLOW,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    "25006": _READ_ONLY,
    "40": _BUSY,
    "53100": _FULL,
    "55P03": _BUSY,
    "57014": _SLOW,
}

#: Codes of a transaction that was undone for another one's sake: serialization failure, deadlock, a shared commit.
_UNDONE = ("40001", "40P01", sqlite3.SQLITE_ABORT)


class Cursor(sqlite3.Cursor):
    """SQLite's, with peewee's errors where rows are read: peewee sees to those of a query's beginning alone."""

    def fetchone(self) -> Any:
        """Read a row; any may come too late."""
        try:
            return super().fetchone()
        except sqlite3.Error:
            with peewees_errors:
                raise


def sentence(error: BaseException, *, writing: bool = False) -> str:
    """Return what `error` means for a caller, and what to do; never the message of the database."""
    if writing and too_slow(error):
        return _completed(_SLOW_CHANGE, error)
    return sentence_of_code(error) or _completed(_AWAY, error)


def sentence_of_code(error: BaseException) -> str | None:
    """Return what `error` means, where its code tells; None where it may be anything."""
    for code in _codes(error):
        found = _SENTENCES.get(code) or (_SENTENCES.get(code[:2]) if isinstance(code, str) else None)
        if found:
            return _completed(found, error)
    return None


def stored_before(error: BaseException) -> str | None:
    """Return what a note of `error` says was stored before it."""
    return " ".join(getattr(error, "__notes__", ())) or None


def _completed(sentence: str, error: BaseException) -> str:
    stored = stored_before(error)
    return f"{sentence.format('')} {stored}" if stored else sentence.format(_NOTHING)


def is_transient(error: BaseException) -> bool:
    """Tell whether `error` undid a transaction for the sake of another one, so that the same may succeed now."""
    return any(code in _UNDONE for code in _codes(error))


def too_slow(error: BaseException) -> bool:
    """Tell whether `error` ended a query that took too long."""
    return any(code in (sqlite3.SQLITE_INTERRUPT, "57014") for code in _codes(error))


def lock_timeout(error: BaseException) -> bool:
    """Tell whether `error` ended a statement of PostgreSQL that waited too long for a lock."""
    return "55P03" in _codes(error)


def read_only(error: BaseException) -> bool:
    """Tell whether `error` says that nothing can be written there, or through that connection."""
    return any(code in (sqlite3.SQLITE_READONLY, "25006") for code in _codes(error))


def damaged(error: BaseException) -> bool:
    """Tell whether `error` says that the file of the registry is damaged."""
    return any(code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) for code in _codes(error))


def too_long(error: BaseException) -> bool:
    """Whether SQLite would have made a longer text than it may."""
    return any(code == sqlite3.SQLITE_TOOBIG for code in _codes(error))


def _codes(error: BaseException | None) -> Iterator[int | str]:
    """Yield the codes of an error, of the driver's error that peewee's holds, and of what caused either."""
    if error is None:
        return
    code, state = getattr(error, "sqlite_errorcode", None), getattr(error, "sqlstate", None)
    if code is not None:
        yield code & 0xFF  # the primary code, without the detail
    if state:
        yield state
    yield from _codes(getattr(error, "orig", None))
    yield from _codes(error.__cause__)
