"""What upkeep does its own way on PostgreSQL: pg_dump, pg_restore, renaming databases, and sequences."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, LiteralString
from zlib import crc32

import psycopg
from peewee import Database, ForeignKeyField, OperationalError, PostgresqlDatabase
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from models.refusals import Conflict
from models.storage.database import close, db, fetch
from models.tables import ALL
from models.upkeep.files import PG_DUMP, Progress, close_all, rebound, refuse_other_than
from models.upkeep.schema_objects import Objects, of_postgresql

#: Whether the log's numbers have no gaps: a failed commit or a crash of the server leaves some out.
GAPLESS = False

#: Of a database that is made: sorts as SQLite does, and knows all letters; before PostgreSQL 17, and since.
_OF_LIBC: LiteralString = "ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
_BUILT_IN: LiteralString = "ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"

#: Bytes of a name (NAMEDATALEN).
_LONGEST_NAME = 63

#: The first id of what is no part of PostgreSQL itself (FirstNormalObjectId).
_FIRST_MADE = 16384

#: The comment on a database that is there for a while: one that was killed may have left it, and it may be dropped.
FOR_A_WHILE = "made by counterclaim restore or verify, and dropped by the next"

#: Of the advisory lock that is held as long as such a database is used: "ccs" in ASCII.
_SCRATCH_LOCK = int.from_bytes(b"ccs")

#: Locale providers besides libc: their sign in pg_database -> their clause of CREATE DATABASE.
_LOCALES: dict[str, LiteralString] = {
    "b": " LOCALE_PROVIDER builtin BUILTIN_LOCALE {}",
    "i": " LOCALE_PROVIDER icu ICU_LOCALE {}",
}

#: Tells of what pg_dump leaves out, or is told to.
_BESIDE_BACKUPS = f"""
WITH d AS (SELECT * FROM pg_database WHERE datname = current_database())
SELECT 'the owner ' || pg_get_userbyid(datdba) FROM d WHERE pg_get_userbyid(datdba) <> current_user
UNION ALL SELECT 'the privileges ' || datacl::text FROM d WHERE datacl IS NOT NULL
UNION ALL SELECT 'the connection limit ' || datconnlimit FROM d WHERE datconnlimit >= 0
UNION ALL SELECT one || CASE WHEN setrole = 0 THEN '' ELSE ' for ' || pg_get_userbyid(setrole) END
    FROM d JOIN pg_db_role_setting s ON s.setdatabase = d.oid, unnest(setconfig) AS one
UNION ALL SELECT 'tables with privileges: ' || count(*) FROM pg_class
    WHERE oid >= {_FIRST_MADE} AND EXISTS (SELECT FROM aclexplode(relacl) AS a WHERE a.grantee <> relowner)
    HAVING count(*) > 0
"""


def is_own(_file: Path) -> bool:
    """Tell whether a file is one of the registry's: never, the server keeps them."""
    return False


def write(draft: Path, _progress: Progress) -> None:
    """Dump the registry to `draft`."""
    _run(_server(), "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={draft}")


def restore(
    file: Path,
    _at: datetime | None,
    force: bool,
    check: Callable[[], None],
    read_replaced: Callable[[], None],
    _progress: Progress,
) -> None:
    """Restore a dump into a database beside the registry's, `check` it there, and let it take the registry's place."""
    if file.is_dir():
        raise Conflict("PostgreSQL restores from its own archive: docs/operations.md says how.")
    refuse_other_than(PG_DUMP, file)
    with _made_if_missing():
        _restore(file, force, check, read_replaced)


def _restore(file: Path, force: bool, check: Callable[[], None], read_replaced: Callable[[], None]) -> None:
    server = _server()
    if db.get_tables() and not force:
        raise Conflict(f"There are tables in {server['dbname']}: back it up, then say --force to replace it.")
    with _scratch(server, "restoring") as scratch:
        _load(file, scratch)
        with rebound(lambda: db.initialize(_database(scratch))):
            check()
        if db.get_tables():
            read_replaced()
        _swap(server, scratch["dbname"])


def kept_beside_backups() -> list[str]:
    """Tell what was granted and set on the bound database, and whose it is if not of the role that restores."""
    return [str(told) for (told,) in fetch(_BESIDE_BACKUPS)]


@contextmanager
def _made_if_missing() -> Iterator[None]:
    """Make the bound database where its server has none of this name; where what follows fails, drop it again."""
    try:
        db.connection()
    except OperationalError:
        server: dict[str, Any] = conninfo_to_dict(db.obj.connect_params["conninfo"])
        with psycopg.connect(**{**server, "dbname": _other(server)}, autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (server["dbname"],)).fetchone():
                raise
            name = sql.Identifier(server["dbname"])
            letters = _BUILT_IN if connection.info.server_version >= 170_000 else _OF_LIBC
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 " + letters).format(name))
            try:
                yield
            except BaseException:
                close_all()
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
                raise
    else:
        yield


@contextmanager
def copied(_progress: Progress) -> Iterator[None]:
    """Copy nothing: others write beside what is tried."""
    yield


@contextmanager
def opened(file: Path) -> Iterator[None]:
    """Bind the models to a dump, restored into a database of its own on the bound server for as long."""
    refuse_other_than(PG_DUMP, file)
    with _scratch(_server(), "checking") as scratch:
        _load(file, scratch)
        with rebound(lambda: db.initialize(_database(scratch))):
            yield


def _server() -> dict[str, Any]:
    """Read how the bound database is connected to, as libpq's parameters."""
    info = db.connection().info
    return {**info.get_parameters(), **({"password": info.password} if info.password else {})}


def _run(server: dict[str, Any], program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs; the password goes by the environment, where no other user sees it."""
    rest = {name: value for name, value in server.items() if name != "password"}
    environment = os.environ | ({"PGPASSWORD": server["password"]} if "password" in server else {})
    done = subprocess.run(  # noqa: S603 - our own arguments, and no shell
        [_found(program), f"--dbname={make_conninfo(**rest)}", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Conflict(f"{program} failed: {' '.join(done.stderr.split())}")


def _found(program: str) -> str:
    """Find one of PostgreSQL's programs. Raises Conflict where it is missing."""
    if found := shutil.which(program):
        return found
    raise Conflict(
        f"{program} is missing: install PostgreSQL's client programs (on Debian, apt install postgresql-client), "
        "of the server's version or newer."
    )


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
    """Make an empty database beside the one of `server`, with its collation; drop it at the end if it is there.

    Raises Conflict where another process has made it and uses it.
    """
    name = _beside(server["dbname"], purpose)
    with psycopg.connect(**{**server, "dbname": _other(server)}, autocommit=True) as used:
        # It is released with the connection, also of one that is killed: what stands there then may be dropped.
        lock = _SCRATCH_LOCK << 32 | crc32(name.encode())
        if not used.execute("SELECT 1 WHERE pg_try_advisory_lock(%s)", (lock,)).fetchone():
            raise Conflict(f"Another process uses the database {name}: try again when that has ended.")
        with psycopg.connect(**server, autocommit=True) as connection:
            like = _like(connection, server["dbname"])
            try:
                _drop(connection, server, name)
                made = sql.SQL("CREATE DATABASE {} TEMPLATE template0 {}").format(sql.Identifier(name), like)
                connection.execute(made)
                _comment(connection, name, FOR_A_WHILE)
            except psycopg.errors.InsufficientPrivilege:
                raise Conflict(
                    f"This takes a role that may create databases: ALTER ROLE {server['user']} CREATEDB."
                ) from None
        try:
            yield {**server, "dbname": name}
        finally:
            close()
            _drop(used, server, name)


def _drop(connection: psycopg.Connection[Any], server: dict[str, Any], name: str) -> None:
    """Drop a database that was there for a while, if it is there. Raises Conflict where it is another's.

    An empty one is nobody's loss: it is also left by one that was killed before it could comment on it.
    """
    question = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
    for (comment,) in connection.execute(question, (name,)):
        if comment != FOR_A_WHILE and not _is_empty({**server, "dbname": name}):
            raise Conflict(f"There is a database {name} on this server, and its name is needed: rename or drop it.")
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _is_empty(server: dict[str, Any]) -> bool:
    """Tell whether nobody has made a table, a view or a sequence in a database."""
    with psycopg.connect(**server, autocommit=True) as connection:
        return not connection.execute(f"SELECT FROM pg_class WHERE oid >= {_FIRST_MADE} LIMIT 1").fetchall()


def _comment(connection: psycopg.Connection[Any], name: str, comment: str | None) -> None:
    connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(comment)))


def _like(connection: psycopg.Connection[Any], name: str) -> sql.Composable:
    """Write the clauses of CREATE DATABASE for the encoding, collation and locale of the database `name`."""
    columns = "pg_encoding_to_char(d.encoding), d.datcollate, d.datctype, d.datlocprovider::text, to_jsonb(d)"
    found = connection.execute(f"SELECT {columns} FROM pg_database d WHERE d.datname = %s", (name,)).fetchone()
    if found is None:
        raise Conflict(f"There is no database {name} on this server.")
    encoding, collate, ctype, provider, row = found
    like = sql.SQL("ENCODING {} LC_COLLATE {} LC_CTYPE {}").format(*map(sql.Literal, (encoding, collate, ctype)))
    if provider in _LOCALES:
        # PostgreSQL 15 and 16 call it by ICU's name.
        locale = sql.Literal(row.get("datlocale") or row.get("daticulocale"))
        return like + sql.SQL(_LOCALES[provider]).format(locale)
    return like + sql.SQL(" LOCALE_PROVIDER libc")


def _beside(name: str, purpose: str) -> str:
    """Name a database beside the one of this name; PostgreSQL would cut a longer name, and meet another by it."""
    end = f"_{purpose}"
    if len(name.encode()) + len(end) <= _LONGEST_NAME:
        return name + end
    end = f"_{crc32(name.encode()):08x}{end}"
    return name.encode()[: _LONGEST_NAME - len(end)].decode(errors="ignore") + end


def _other(server: dict[str, Any]) -> str:
    """Name a database from which the one of `server` can be renamed."""
    return "template1" if server["dbname"] == "postgres" else "postgres"


def _swap(server: dict[str, Any], new: str) -> None:
    """Give the database `new` the name of the one of `server`, in one transaction, and drop the old one."""
    name = server["dbname"]
    old = _beside(name, "replaced")
    close_all()
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    with psycopg.connect(**{**server, "dbname": _other(server)}, autocommit=True) as connection:
        _drop(connection, server, old)  # left by one that was killed here
        try:
            with connection.transaction():
                connection.execute(rename.format(sql.Identifier(name), sql.Identifier(old)))
                connection.execute(rename.format(sql.Identifier(new), sql.Identifier(name)))
                _comment(connection, old, FOR_A_WHILE)
                _comment(connection, name, None)
        except psycopg.errors.ObjectInUse:
            raise Conflict(f"{name} is in use: stop the server first.") from None
        _drop(connection, server, old)


# -- checks --------------------------------------------------------------------------------------


def integrity(_limit: int) -> Iterator[str]:
    """Yield nothing: PostgreSQL has checksums of its own."""
    return iter(())


def damage_within(_seconds: float) -> None:
    """Look at nothing: PostgreSQL checks each page that it reads."""
    return


def foreign_keys(limit: int) -> Iterator[str]:
    """Yield which rows point at rows that are not there."""
    present = set(db.get_tables())
    for model in ALL:
        table = model._meta.table_name
        for field in model._meta.sorted_fields:
            if isinstance(field, ForeignKeyField) and table in present:
                parent, column = field.rel_model._meta.table_name, field.column_name
                for (value,) in fetch(
                    f"SELECT r.{column} FROM {table} r LEFT JOIN {parent} p ON p.id = r.{column}"
                    f" WHERE r.{column} IS NOT NULL AND p.id IS NULL LIMIT {limit}"
                ):
                    yield f"{table}.{column} points at {parent} {value}, which is not there"


def schema_objects() -> tuple[Objects, Objects]:
    """Map the objects that the migrations make to their definitions, and those that are there."""
    return of_postgresql()


def used_numbers() -> Iterator[str]:
    """Yield the tables of which the next id, or line, would be one that is there already."""
    for model in ALL:
        table = model._meta.table_name
        for column in {"id", "sequence"} & set(model._meta.columns):
            ((name,),) = fetch("SELECT pg_get_serial_sequence(?, ?)", (table, column))
            if name:
                ((last, called, most),) = fetch(
                    f"SELECT last_value, is_called, (SELECT coalesce(max({column}), 0) FROM {table}) FROM {name}"
                )
                if last + called <= most:
                    yield f"the next number of {table} would be one that there already is"


# -- erasures ------------------------------------------------------------------------------------


def overwrite_freed() -> None:
    """Do nothing: VACUUM FULL is the operator's (docs/operations.md)."""


def wait_for_replies() -> None:
    """Wait until those have ended who are storing a response, and let nobody store one until this transaction ends."""
    fetch("LOCK TABLE replies IN SHARE ROW EXCLUSIVE MODE")


#: Where erased words may stay.
LEFT_IN_FILES = (
    "PostgreSQL keeps old rows and samples in its files until VACUUM FULL writes the tables anew, and in its archived"
    " WAL: see docs/operations.md."
)


def sweep() -> bool:
    """Do nothing, as above."""
    return True


def knows_of_erasure(file: Path, noun: str, id: int) -> bool:
    """Tell whether the log in a dump has a line that a row was erased.

    The time of the file tells nothing: a dump shows what was there when it was begun.
    """
    looked_for = (noun.encode(), str(id).encode(), b"erase")
    command = [_found("pg_restore"), "--data-only", "--table=changes", "--file=-", str(file)]
    with subprocess.Popen(  # noqa: S603 - our own arguments, and no shell
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as dump:
        columns: list[bytes] = []
        for row in dump.stdout or ():
            if row.startswith(b"COPY "):
                columns = row[row.index(b"(") + 1 : row.index(b")")].replace(b'"', b"").split(b", ")
            elif b"\terase\t" in row:
                line = dict(zip(columns, row.split(b"\t"), strict=False))
                if (line.get(b"noun"), line.get(b"noun_id"), line.get(b"action")) == looked_for:
                    return True
    return False
