"""Seals: hashes over the log, by which a line is found that was altered, removed or put in later.

A line is sealed some seconds after it was written, so that no change waits for it. It gets a digest, a row of
`sealed_lines`: over what it tells of who did what, and over a digest of its words (`before` and `after`), with a salt.
A seal is made over the digests of the lines past the seal before, and over that. An erasure, which takes words out of
lines, keeps the digest of these words and deletes the salt: what was sealed can still be added up, and nobody can find
the words by trying. Of the words as it leaves them it makes a digest in the same way, a row of `redactions`; its own
line is sealed with these, so that nobody can alter what it left. The next erasure deletes their salt in turn.

A second hash runs over the lines as the public is told them, which no erasure changes: whoever reads the feed can add
it up (examples/prove.py).
"""

import logging
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple, TypeAlias

import orjson

from models.history import feed
from models.queries.dialects import in_ids
from models.queries.visibility import PUBLIC, Viewer
from models.storage import bulk, columns, errors
from models.storage.database import close, fetch
from models.storage.transactions import advisory_lock, attempt, before_commit, write
from models.tables import Redaction, Seal, SealedLine

#: Seconds between two looks of a server's process for lines that are not sealed.
EVERY = 2.0
#: Lines of one seal, at most: on SQLite others wait for as long as it takes to make it, 5 ms.
LINES = 500

#: The lock under which seals are made, and words taken out of lines: "ccseal" in ASCII.
LOCK = int.from_bytes(b"ccseal")

#: The members of a line that the public hash is made of, in their order; what is added to lines later is none of it.
PUBLIC_MEMBERS = (
    *("sequence", "made_at", "noun", "noun_id", "action", "effect"),
    *("claims", "gone_claims", "claim_count"),
)


class Line(NamedTuple):
    """A line of the log, as it is sealed: with another column in here no seal of before would follow from its lines."""

    sequence: int
    made_at: str
    noun: str
    noun_id: int
    action: str
    key: int | None
    before: str | None
    after: str
    effect: str | None
    claims: str | None


#: The columns of it.
COLUMNS = ", ".join(f"l.{'key_id' if name == 'key' else name}" for name in Line._fields)

#: What an erasure may take words out of: `before` and `after` of a line.
Words: TypeAlias = tuple[str | None, str]


class SealRow(NamedTuple):
    """A seal, as its table has it."""

    through: int
    made_at: str
    lines: int
    hash: str
    public_through: int
    public_hash: str


SEAL_COLUMNS = ", ".join(SealRow._fields)
#: What the first seal follows.
NONE = SealRow(0, "", 0, "", 0, "")


class Page(NamedTuple):
    """A page of the feed."""

    #: The lines, as (sequence, JSON).
    lines: list[tuple[int, str]]
    #: Whether more follow.
    more: bool
    #: The last seal of public lines up to the end of the page, with the members of the API; none with a filter.
    seal: dict[str, Any] | None


def page(*, viewer: Viewer, past: int | None, limit: int, **filters: Any) -> Page:
    """Read a page of the feed past the sequence `past`, as `feed.listed` does."""
    lines = feed.listed(viewer=viewer, past=past, limit=limit + 1, **filters)
    more = len(lines) > limit
    if lines and not more and viewer.unreviewed:  # it may have ended early
        more = bool(feed.listed(viewer=viewer, past=lines[-1][0], limit=1, **filters))
    lines = lines[:limit]
    if any(value is not None for value in filters.values()):
        return Page(lines, more, None)
    end = lines[-1][0] if lines else past
    # Of the seals of the same public lines the first: the others tell when something was done that nobody is told.
    found = fetch(
        "SELECT public_through, made_at, hash, public_hash FROM seals WHERE public_through BETWEEN 1 AND ?"
        " ORDER BY public_through DESC, through LIMIT 1",
        (end or 0,),
    )
    names = ("through", "made_at", "hash", "public_hash")
    return Page(lines, more, dict(zip(names, found[0], strict=True)) if found else None)


def last() -> SealRow:
    """Read the last seal."""
    found = fetch(f"SELECT {SEAL_COLUMNS} FROM seals ORDER BY through DESC LIMIT 1")  # noqa: S608 (our SQL)
    return SealRow(*found[0]) if found else NONE


# -- digests -------------------------------------------------------------------------------------


def words_digest(salt: str, before: str | None, after: str) -> str:
    """Hash what an erasure may take words out of."""
    return sha256(salt.encode() + orjson.dumps((before, after))).hexdigest()


def digest(line: Line, words: str, redacted: Sequence[tuple[int, str]]) -> str:
    """Hash a line whose `words` have this digest; `redacted` is what `redacted_by` says of it."""
    facts = (*line[: Line._fields.index("before")], line.effect, line.claims, redacted)
    return sha256(words.encode() + orjson.dumps(facts)).hexdigest()


def public_hash(before: str, line: Line) -> str:
    """Hash a line as the public is told it, and the hash of the public line `before` it."""
    told = feed.told(line, PUBLIC)
    return sha256(before.encode() + orjson.dumps([told[name] for name in PUBLIC_MEMBERS])).hexdigest()


def begin_seal(before: str, seal: SealRow) -> Any:
    """Begin the hash of a seal by that of the seal `before` it and what it says of itself; the digests follow."""
    facts = (seal.through, seal.made_at, seal.lines, seal.public_through, seal.public_hash)
    return sha256(before.encode() + orjson.dumps(facts))


def redacted_by(erasures: Sequence[int]) -> Mapping[int, list[tuple[int, str]]]:
    """Read which lines some lines of erasures took words out of, each with the digest of what they left."""
    found: dict[int, list[tuple[int, str]]] = {erasure: [] for erasure in erasures}
    sql = f"SELECT redacted_by, sequence, words_digest FROM redactions WHERE {in_ids('redacted_by')} ORDER BY sequence"  # noqa: S608
    for erasure, sequence, left in fetch(sql, (columns.dumps(erasures),)) if erasures else ():
        found[erasure].append((sequence, left))
    return found


# -- sealing -------------------------------------------------------------------------------------


def keep(*, every: float = EVERY) -> Callable[[], None]:
    """Start a thread that seals what was written, until the function that is returned ends it; for a server."""
    ended = threading.Event()
    thread = threading.Thread(target=_run, args=(every, ended), name="seals", daemon=True)
    thread.start()

    def end() -> None:
        ended.set()
        thread.join()

    return end


def _run(every: float, ended: threading.Event) -> None:
    complaint = ""
    while not ended.wait(every):
        try:
            seal_all()
            complaint = ""
        except Exception as error:  # else nothing would be sealed until the server is started again
            # What can only be read, a standby say, seals nothing for as long as it likes.
            if str(error) != complaint and not errors.read_only(error):
                logging.getLogger("counterclaim").warning("the log could not be sealed yet: %s", error)
            complaint = str(error)
        finally:
            close()


def seal_all() -> None:
    """Seal all lines that are not sealed yet, LINES in each transaction; who runs at the same time waits."""
    while attempt(_is_any_unsealed):
        write(_seal)


def _is_any_unsealed() -> bool:
    sealed = "SELECT coalesce(max(through), 0) FROM seals"
    ((found,),) = fetch(f"SELECT EXISTS (SELECT 1 FROM changes WHERE sequence > ({sealed}))")  # noqa: S608 (our SQL)
    return bool(found)


def _seal() -> None:
    # Lines become visible in their order (changes.py): none comes later among those that are there.
    advisory_lock(LOCK)
    before = last()
    sql = f"SELECT {COLUMNS} FROM changes l WHERE l.sequence > ? ORDER BY l.sequence LIMIT {LINES}"  # noqa: S608
    lines = [Line._make(row) for row in fetch(sql, (before.through,))]
    if not lines:
        return
    redacted = redacted_by([line.sequence for line in lines if line.action == "erase"])
    sealed, through, hashed = [], before.public_through, before.public_hash
    for line in lines:
        salt = secrets.token_hex(16)
        words = words_digest(salt, line.before, line.after)
        sealed.append((line.sequence, digest(line, words, redacted.get(line.sequence, [])), salt))
        if line.effect is not None:
            through, hashed = line.sequence, public_hash(hashed, line)
    bulk.insert(SealedLine, ("sequence", "digest", "salt"), sealed)
    seal = SealRow(lines[-1].sequence, columns.now(), len(lines), "", through, hashed)
    whole = begin_seal(before.hash, seal)
    whole.update("".join(digest for _, digest, _ in sealed).encode())
    bulk.insert(Seal, SealRow._fields, [seal._replace(hash=whole.hexdigest())])


# -- erasures ------------------------------------------------------------------------------------


def redact(sequence: int, was: Words, left: Words) -> None:
    """Let words of a line go that `was` so, and is `left` so; holding LOCK, in a transaction that logged an erasure."""
    for (salt,) in fetch("SELECT salt FROM sealed_lines WHERE sequence = ?", (sequence,)):
        if salt is not None:
            gone = words_digest(salt, *was)
            fetch("UPDATE sealed_lines SET words_digest = ?, salt = NULL WHERE sequence = ?", (gone, sequence))
        # What the erasure before left is hashed as it is now: what was altered since does not pass for it.
        earlier = "SELECT redacted_by, salt FROM redactions WHERE sequence = ? AND salt IS NOT NULL"
        for erasure, old in fetch(earlier, (sequence,)):
            fetch(
                "UPDATE redactions SET words_digest = ?, salt = NULL WHERE sequence = ? AND redacted_by = ?",
                (words_digest(old, *was), sequence, erasure),
            )
        new = secrets.token_hex(16)
        before_commit(_note_redactions, (sequence, words_digest(new, *left), new), last=True)


def _note_redactions(redacted: list[tuple[int, str, str]]) -> None:
    """Note how the erasure whose last line was written just now left these lines: digests and salts of their words."""
    ((erasure,),) = fetch("SELECT max(sequence) FROM changes WHERE action = 'erase'")
    names = ("sequence", "words_digest", "salt", "redacted_by")
    bulk.insert(Redaction, names, [(*row, erasure) for row in redacted])
