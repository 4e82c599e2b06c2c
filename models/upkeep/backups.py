"""Backups: the whole registry in one file, taken while others write, and put back only after it was checked."""

import fcntl
import gc
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import quote

import psycopg
from peewee import Database, DatabaseError, PostgresqlDatabase, SqliteDatabase
from psycopg import sql
from psycopg.conninfo import make_conninfo

from models.refusals import Conflict
from models.storage.database import close, connect, db, disconnect, on_sqlite
from models.storage.schema import migrate
from models.upkeep import verify
from models.upkeep.verify import Check

#: Pages copied between two reports of progress: 16 MiB of SQLite's usual ones.
_STEP = 4096

#: How the names of files end that are not whole yet.
_DRAFT = ".draft"

#: How the names of a registry's own SQLite files end: what SQLite puts beside it, and its locks.
_OWN = ("", "-wal", "-shm", "-journal", ".lock", ".next", ".reads.lock", ".reads.next")

#: What the files begin with: SQLite's (sqlite.org/fileformat.html, 1.3), and those of pg_dump's own format.
_SQLITE, _PG_DUMP = b"SQLite format 3\0", b"PGDMP"

#: What PostgreSQL takes words about letters from, besides the system's library: its sign for it -> how it is asked for.
_LOCALES: dict[str, LiteralString] = {
    "b": " LOCALE_PROVIDER builtin BUILTIN_LOCALE {}",
    "i": " LOCALE_PROVIDER icu ICU_LOCALE {}",
}

#: Told how many pages of how many are copied; on SQLite only.
Seen = Callable[[int, int], None]


def write(*, file: Path, force: bool = False, seen: Seen = lambda _done, _whole: None) -> None:
    """Write the registry as it stands now to `file`, which appears when all of it is written and safe on disk.

    It holds everything acknowledged before the call, and of what others write meanwhile all of a
    change or nothing. Only its owner may read it: it holds whole texts and the log. Raises Conflict
    where `file` is there, unless `force`, where it is the registry's own, and where pg_dump is missing or fails.
    """
    refuse_to_replace(file=file, force=force)
    if file.exists() and not file.is_file():
        raise Conflict(f"{file} is no file that a backup could replace: choose another name.")
    with _beside(file) as draft:
        if on_sqlite():
            _copy(Path(db.database), draft, seen)
        else:
            _run(_server(), "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={draft}")


def refuse_to_replace(*, file: Path, force: bool) -> None:
    """Raise Conflict where `file` is there, unless `force`, and whatever is forced where it is the registry's own.

    What is no regular file, a device or a pipe, is written to and not replaced.
    """
    if on_sqlite() and _is_own(file, Path(db.database)):
        raise Conflict(f"{file} is a file of the registry that DATABASE_URL names: choose another name.")
    if file.is_file() and not force:
        raise Conflict(f"{file} is there already: choose another name, or say --force to replace it.")


def _is_own(file: Path, registry: Path) -> bool:
    """Tell whether a file, which need not be there yet, is one of the registry's, by whatever name or link."""
    # SQLite names what it puts beside a file after where links lead, and the locks are named after the setting.
    own = [Path(f"{name}{end}") for name in (registry.absolute(), registry.resolve()) for end in _OWN]
    return file.resolve() in [one.resolve() for one in own] or (
        file.exists() and any(one.exists() and file.samefile(one) for one in own)
    )


def restore(
    *,
    file: Path,
    told: Callable[[Check], None],
    force: bool = False,
    even_if_wrong: bool = False,
    seen: Seen = lambda _done, _whole: None,
) -> None:
    """Put the registry of `file` in the place of the bound database's, once it has passed every check.

    It is restored beside the present one, brought up to this version's schema and checked, each check
    being `told`; then the two change places in one step, so that a failure at any point leaves what
    was there. Raises Conflict where a check finds a problem, unless `even_if_wrong`, where there is a
    registry already, unless `force`, where somebody has it open, and for a file that is no backup of this
    kind of database.
    """

    def check() -> None:
        migrate()
        problems = 0
        for one in verify.run():
            told(one)
            problems += len(one.problems)
        if problems and not even_if_wrong:
            raise Conflict(f"{file} did not pass: nothing was replaced.")

    if on_sqlite():
        _restore_sqlite(file, Path(db.database), force, check, seen)
    else:
        _restore_postgresql(file, force, check)


@contextmanager
def opened(*, file: Path) -> Iterator[None]:
    """Bind the inside to the registry in the backup `file` instead, to be read only.

    One that pg_dump made is restored into a database of its own on the bound server for as long.
    Raises Conflict for a file that is no backup.
    """
    if _begins(file) == _SQLITE:
        address = f"file:{quote(str(file.absolute()))}?mode=ro"
        with _bound(lambda: db.initialize(SqliteDatabase(address, uri=True))):
            try:
                db.get_tables()
            except DatabaseError as error:
                raise Conflict(f"{file} cannot be read: {error}.") from None
            yield
        return
    if on_sqlite():
        _refuse_other_than(_SQLITE, file)
    _refuse_other_than(_PG_DUMP, file)
    with _scratch(_server(), "checking") as scratch:
        _load(file, scratch)
        with _bound(lambda: db.initialize(_database(scratch))):
            yield


def _begins(file: Path) -> bytes:
    with file.open("rb") as stream:
        start = stream.read(len(_SQLITE))
    return _PG_DUMP if start.startswith(_PG_DUMP) else start


def _refuse_other_than(kind: bytes, file: Path) -> None:
    if _begins(file) != kind:
        name = "SQLite" if kind == _SQLITE else "PostgreSQL"
        raise Conflict(f"{file} is no backup of a registry on {name}, which DATABASE_URL names.")


@contextmanager
def _beside(file: Path) -> Iterator[Path]:
    """Make a draft in the folder of `file` that takes its place, safe on disk, or vanishes where something fails.

    Where the whole process fails it stays, and the next one removes it: a lock tells that nobody works on it.
    """
    folder = file.absolute().parent
    _clear(folder, f".{file.name}.")
    # mkstemp's mode is 0600: a backup holds texts that are not public.
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=_DRAFT, dir=folder)
    draft = Path(name)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield draft
        _sync(draft)
        draft.replace(file)
        _sync(folder)
    finally:
        _remove(draft)
        os.close(handle)


def _clear(folder: Path, prefix: str) -> None:
    """Remove the drafts that killed processes have left in `folder`."""
    for draft in folder.iterdir():
        if draft.name.startswith(prefix) and draft.name.endswith(_DRAFT):
            with draft.open("rb") as stream, suppress(BlockingIOError):
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(draft)


def _remove(draft: Path) -> None:
    for end in _OWN:
        Path(f"{draft}{end}").unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _bound(bind: Callable[[], object]) -> Iterator[None]:
    """Let `bind` bind the inside to another database, for a while."""
    present = db.obj
    _let_go()
    try:
        bind()
        yield
    finally:
        _let_go()
        db.initialize(present)


def _let_go() -> None:
    """Close every connection of this thread and process to the bound database; nobody may be writing.

    SQLite holds its lock on behalf of a closed connection for as long as a question to it is not read to its
    end: one that only a cycle of references still knows has to be found first.
    """
    close()
    disconnect()
    gc.collect()


# -- SQLite --------------------------------------------------------------------------------------


def _copy(source: Path, target: Path, seen: Seen) -> None:
    """Copy a SQLite file by its backup API (sqlite.org/backup.html), out of one moment.

    The open read holds that moment: without it the copy would begin anew whenever somebody writes.
    Raises Conflict where it cannot be read.
    """
    address = f"file:{quote(str(source.absolute()))}?mode=ro"
    try:
        with (
            closing(sqlite3.connect(address, uri=True, isolation_level=None, timeout=30)) as from_,
            closing(sqlite3.connect(target, isolation_level=None)) as to,
        ):
            from_.execute("BEGIN")
            from_.execute("SELECT count(*) FROM sqlite_master").fetchone()
            from_.backup(to, pages=_STEP, progress=lambda _, left, whole: seen(whole - left, whole))
            # One file, with nothing beside it, that can be read where nothing can be written.
            to.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.DatabaseError as error:
        raise Conflict(f"{source} cannot be copied: {error}.") from None


def _restore_sqlite(file: Path, target: Path, force: bool, check: Callable[[], None], seen: Seen) -> None:
    _refuse_other_than(_SQLITE, file)
    _let_go()
    if target.exists() and target.stat().st_size and not force:
        raise Conflict(f"There is a registry in {target}: back it up, then say --force to replace it.")
    _close_for_all(target)
    with _beside(target) as draft:
        _copy(file, draft, seen)
        with _bound(lambda: connect(f"sqlite:///{draft}")):
            check()
        _close_for_all(draft)
        _close_for_all(target)
        if target.exists():
            # The server may run as another user than who restores.
            was = target.stat()
            draft.chmod(was.st_mode)
            os.chown(draft, was.st_uid, was.st_gid)


def _close_for_all(file: Path) -> None:
    """Fold what stands beside a SQLite file into it. Raises Conflict where another process has it open.

    Leaving WAL mode takes that nobody else has the file open (sqlite.org/wal.html, 3.3). A file too
    broken for it may be replaced all the same, and then what stands beside it goes.
    """
    if not file.exists():
        return
    try:
        with closing(sqlite3.connect(file, isolation_level=None, timeout=0)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        raise Conflict(f"{file} is in use ({error}): stop the server first.") from None
    except sqlite3.DatabaseError:
        pass
    for end in ("-wal", "-shm"):
        Path(f"{file}{end}").unlink(missing_ok=True)


# -- PostgreSQL ----------------------------------------------------------------------------------


def _server() -> dict[str, Any]:
    """Tell how the bound database is connected to, as libpq's parameters."""
    info = db.connection().info
    return {**info.get_parameters(), **({"password": info.password} if info.password else {})}


def _run(server: dict[str, Any], program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs; the password goes by the environment, where no other user sees it."""
    found = shutil.which(program)
    if found is None:
        raise Conflict(
            f"{program} is missing: install PostgreSQL's client programs (on Debian, apt install postgresql-client), "
            "of the server's version or newer."
        )
    rest = {name: value for name, value in server.items() if name != "password"}
    environment = os.environ | ({"PGPASSWORD": server["password"]} if "password" in server else {})
    done = subprocess.run(  # noqa: S603 - our own arguments, and no shell
        [found, f"--dbname={make_conninfo(**rest)}", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Conflict(f"{program} failed: {' '.join(done.stderr.split())}")


def _load(file: Path, server: dict[str, Any]) -> None:
    """Restore a dump into an empty database."""
    _run(server, "pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", str(file))
    with psycopg.connect(**server, autocommit=True) as connection:
        connection.execute("ANALYZE")


def _database(server: dict[str, Any]) -> Database:
    rest = {name: value for name, value in server.items() if name != "dbname"}
    return PostgresqlDatabase(server["dbname"], prefer_psycopg3=True, **rest)


@contextmanager
def _scratch(server: dict[str, Any], purpose: str) -> Iterator[dict[str, Any]]:
    """Make an empty database beside the one of `server`, sorting as that one does; gone afterwards, if still there."""
    name = f"{server['dbname']}_{purpose}"
    with psycopg.connect(**server, autocommit=True) as connection:
        like = _like(connection, server["dbname"])
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        try:
            connection.execute(drop)
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 {}").format(sql.Identifier(name), like))
        except psycopg.errors.InsufficientPrivilege:
            raise Conflict(
                f"This takes a role that may create databases: ALTER ROLE {server['user']} CREATEDB."
            ) from None
    try:
        yield {**server, "dbname": name}
    finally:
        close()
        with psycopg.connect(**{**server, "dbname": _other(server)}, autocommit=True) as connection:
            connection.execute(drop)


def _like(connection: psycopg.Connection[Any], name: str) -> sql.Composable:
    """Write the part of CREATE DATABASE that makes one sort, and know letters, as the database `name` does."""
    columns = "pg_encoding_to_char(d.encoding), d.datcollate, d.datctype, d.datlocprovider::text, to_jsonb(d)"
    found = connection.execute(f"SELECT {columns} FROM pg_database d WHERE d.datname = %s", (name,)).fetchone()  # noqa: S608
    if found is None:
        raise Conflict(f"There is no database {name} on this server.")
    encoding, collate, ctype, provider, row = found
    like = sql.SQL("ENCODING {} LC_COLLATE {} LC_CTYPE {}").format(*map(sql.Literal, (encoding, collate, ctype)))
    if provider in _LOCALES:
        # PostgreSQL 15 and 16 call it by ICU's name.
        locale = sql.Literal(row.get("datlocale") or row.get("daticulocale"))
        return like + sql.SQL(_LOCALES[provider]).format(locale)
    return like + sql.SQL(" LOCALE_PROVIDER libc")


def _other(server: dict[str, Any]) -> str:
    """Name a database from which the one of `server` can be renamed."""
    return "template1" if server["dbname"] == "postgres" else "postgres"


def _restore_postgresql(file: Path, force: bool, check: Callable[[], None]) -> None:
    _refuse_other_than(_PG_DUMP, file)
    server = _server()
    if db.get_tables() and not force:
        raise Conflict(f"There are tables in {server['dbname']}: back it up, then say --force to replace it.")
    with _scratch(server, "restoring") as scratch:
        _load(file, scratch)
        with _bound(lambda: db.initialize(_database(scratch))):
            check()
        _change_places(server, scratch["dbname"])


def _change_places(server: dict[str, Any], new: str) -> None:
    """Give the database `new` the name of the one of `server`, in one transaction, and drop the old one."""
    old, name = f"{server['dbname']}_replaced", server["dbname"]
    _let_go()
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    drop = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(old))
    with psycopg.connect(**{**server, "dbname": _other(server)}, autocommit=True) as connection:
        connection.execute(drop)  # one that was killed here has left it
        try:
            with connection.transaction():
                connection.execute(rename.format(sql.Identifier(name), sql.Identifier(old)))
                connection.execute(rename.format(sql.Identifier(new), sql.Identifier(name)))
        except psycopg.errors.ObjectInUse:
            raise Conflict(f"{name} is in use: stop the server first.") from None
        connection.execute(drop)
