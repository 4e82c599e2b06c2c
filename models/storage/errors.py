"""What is wrong with the database when it fails: a sentence for whoever asked, and whether trying again may help."""

from collections.abc import Iterator

#: What SQLite's primary result codes mean for a caller (sqlite.org/rescode.html), and PostgreSQL's SQLSTATEs
#: or their first two characters (its manual, appendix A).
_AWAY = "The database does not answer just now: try again in a moment."
_FULL = "The disk of the registry is full: nothing was stored, and reading goes on. Try again later."
_READ_ONLY = "The registry can only be read just now: nothing was stored. Try again later."
_BUSY = "Too many are writing just now: nothing was stored. Try again in a moment."
_SLOW = "This takes longer than a question may take here: narrow it with filters, or ask for fewer items."
_SENTENCES: dict[int | str, str] = {
    5: _BUSY,
    6: _BUSY,
    8: _READ_ONLY,
    9: _SLOW,
    13: _FULL,
    "25006": _READ_ONLY,
    "40": _BUSY,
    "53100": _FULL,
    "55P03": _BUSY,
    "57014": _SLOW,
}

#: SQLSTATEs of a transaction that was undone for the sake of another one: serialization failure, deadlock.
_UNDONE = ("40001", "40P01")


def sentence(error: BaseException) -> str:
    """Say what `error` means for a caller, and what to do; never what the database itself said."""
    return known(error) or _AWAY


def known(error: BaseException) -> str | None:
    """Say what `error` means, where its code tells; None where it may be anything."""
    for code in _codes(error):
        found = _SENTENCES.get(code) or (_SENTENCES.get(code[:2]) if isinstance(code, str) else None)
        if found:
            return found
    return None


def is_transient(error: BaseException) -> bool:
    """Tell whether `error` undid a transaction for the sake of another one, so that the same may succeed now."""
    return any(code in _UNDONE for code in _codes(error))


def too_slow(error: BaseException) -> bool:
    """Tell whether `error` ended a question that took too long."""
    return any(code in (9, "57014") for code in _codes(error))


def read_only(error: BaseException) -> bool:
    """Tell whether `error` refused to write, because nothing can be written there, or through that connection."""
    return any(code in (8, "25006") for code in _codes(error))


def _codes(error: BaseException | None) -> Iterator[int | str]:
    """Find the codes of an error, of the driver's error that peewee's holds, and of what caused either."""
    if error is None:
        return
    code, state = getattr(error, "sqlite_errorcode", None), getattr(error, "sqlstate", None)
    if code is not None:
        yield code & 0xFF  # the primary code, without the detail
    if state:
        yield state
    yield from _codes(getattr(error, "orig", None))
    yield from _codes(error.__cause__)
