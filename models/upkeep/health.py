"""Health: whether the database answers, is whole as far as anybody knows, and has this version's schema."""

from peewee import DatabaseError

from models.refusals import Conflict
from models.storage import errors
from models.storage.columns import now
from models.storage.database import close, db, fetch, refuse_moved
from models.storage.schema import known
from models.storage.transactions import attempt
from models.upkeep.engine import engine

#: Seconds for which a server looks for damage before it serves: a million claims take ten.
_LOOKING = 3.0

#: Seconds by which the log may be ahead of the clock of this machine: far more than clocks that are kept by NTP differ.
_AHEAD = 300.0

_DAMAGED = "The file of the registry is damaged: see docs/operations.md, When the file is damaged."


#: The files that this process found damaged.
_damaged: set[str] = set()


def note_damage() -> None:
    """Let `problem` say from now on that the file is damaged."""
    _damaged.add(db.database)


def refuse_damaged() -> None:
    """Raise Conflict where the file is damaged, as far as it can be looked at in a few seconds."""
    if damage := engine().damage_within(_LOOKING):
        raise Conflict(
            f"{db.database} is damaged ({damage}), and is not served: `counterclaim verify` names what is lost, and"
            " docs/operations.md says what to do when the file is damaged."
        )


def problem() -> str | None:
    """Say in a sentence why the registry cannot be used; None where it can. One cheap query."""
    try:
        refuse_moved()
        applied = {name for (name,) in attempt(lambda: fetch("SELECT name FROM migrations"))}
    except DatabaseError as error:
        close()
        return _DAMAGED if errors.damaged(error) else "The database does not answer, or holds no registry."
    if db.database in _damaged:
        return _DAMAGED
    if applied != known():
        return "The database has the schema of another version: run `counterclaim migrate`, or that version."
    return None


def ahead_of_clock() -> str | None:
    """Say in a sentence that the log is ahead of this machine's clock by minutes; None where it is not, or not read."""
    try:
        last = attempt(lambda: fetch("SELECT made_at FROM changes ORDER BY sequence DESC LIMIT 1"))
    except DatabaseError:
        close()
        return None
    if not last or last[0][0] <= now(ago=-_AHEAD):
        return None
    return (
        f"The last line of the log has the time {last[0][0]}, which is ahead of this machine's clock: see"
        " docs/operations.md, When a clock was ahead."
    )
