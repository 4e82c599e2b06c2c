"""A PostgreSQL server: a pool of connections that never waits for long for a server that does not answer."""

import math
import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from peewee import OperationalError, PeeweeException, Psycopg3Adapter
from peewee import __exception_wrapper__ as peewees_errors
from playhouse.pool import MaxConnectionsExceeded, PooledPostgresqlDatabase
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus

#: Seconds to wait for a server that takes a connection and says nothing; with several hosts, for each.
CONNECT = 3
#: Seconds without an answer from a server's host after which it is taken for dead.
_SILENCE = 10
#: Seconds that a server has, after `statement_timeout`, to report it: one that does not is stopped, or hangs.
_GRACE = 0.5
#: Seconds for which no thread tries to connect after one that tried for longer than that in vain.
_PAUSE = 0.5

#: Connections for snapshots, beside those of threads: counted together, two exports would leave other callers none.
APART = 12

#: The application_name of a server's snapshots, which a migration may end (models/storage/schema.py).
SNAPSHOT = "counterclaim snapshot"

#: How a server shall not plan (docs/decisions/0081): by comparing each row with each of those that it holds in memory
#: and takes for few. So it looks each up by an index, or hashes them. Nor shall it keep what each look-up has found:
#: where that differs for each row, as with `dialects.looked_up`, it empties a table of as many places for each. Nor
#: compile a plan that it takes for costly: what runs for .1 s is compiled for seconds, and no `statement_timeout` ends
#: that.
_PLANNING = "-c enable_material=off -c enable_memoize=off -c jit=off"

#: Characters of SQL that the server keeps prepared for a connection of the pool from one request to the next: it takes
#: 76 bytes for each, 31 MB for one question with all filters and facets that was repeated six times.
MOST_PREPARED = 200_000

#: An address with an @ that is not the one before its hosts: most likely a password's, whose end would be taken for a
#: host, and named where that is not found.
_STRAY_AT = re.compile(r"[^:]*://(?:[^/@]*@[^/?]*@|[^/?]*/[^?]*@)")

#: Parameters that a server reports as `on` for a connection that cannot write (its manual, protocol-flow, asynchronous
#: operations).
_CANNOT_WRITE = (b"in_hot_standby", b"default_transaction_read_only")

#: Settings of which none may be off, or a power cut takes what was acknowledged (its manual, chapter 19.5).
_DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


class _Thread(threading.local):
    #: When what the thread reads has taken too long, by time.monotonic; infinite is never.
    late_at = math.inf


_thread = _Thread()


@contextmanager
def reading_for(seconds: float) -> Iterator[None]:
    """Send no statement from this thread once it has read for so long; 0 is no limit.

    Many statements, each within its own time, would take as many times that: thirteen facets did for 29 s.
    """
    _thread.late_at = time.monotonic() + (seconds or math.inf)
    try:
        yield
    finally:
        _thread.late_at = math.inf


class Connection(psycopg.Connection[Any]):
    """A connection that closes itself where its server sends nothing for too long, not even that it timed out."""

    server: "PostgresServer"
    #: When the open transaction has taken too long, by time.monotonic; infinite is never.
    late_at = math.inf

    def cursor(self, *args: Any, **kwargs: Any) -> Any:
        """Make what a statement runs through. Raises QueryCanceled where no time is left for one."""
        # What is read of a snapshot, from a connection of its own, may take long.
        late_at = self.late_at if self in self.server.apart else min(self.late_at, _thread.late_at)
        if time.monotonic() > late_at:
            raise psycopg.errors.QueryCanceled("there is no time left")
        return super().cursor(*args, **kwargs)

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for what the server sends next. Raises OperationalError where that is nothing."""
        patience, began = self.server.patience, time.monotonic()
        try:
            answer = super().wait(gen, interval, timeout or patience)
        except psycopg.OperationalError as error:
            if timeout or self.pgconn.transaction_status != TransactionStatus.ACTIVE:
                raise
            self.pgconn.finish()
            if self.server.answered < began:  # else only this question is slow: a long text, which it is copying
                self.server.fell_silent()
            raise psycopg.OperationalError(f"the server has said nothing for {patience} s") from error
        self.server.answered = time.monotonic()
        return answer

    def forget_prepared(self) -> None:
        """Let the server forget the prepared statements where they are long: psycopg only limits their number."""
        if sum(len(sql) for sql, _ in self._prepared._names) > MOST_PREPARED:
            self.execute("DEALLOCATE ALL")


class _Adapter(Psycopg3Adapter):
    """Opens connections of our class for peewee."""

    def connect(self, db: "PostgresServer", **params: Any) -> Connection:
        connection = Connection.connect(**({"dbname": db.database} | params))
        connection.server = db
        return connection


class PostgresServer(PooledPostgresqlDatabase):
    """A PostgreSQL server, or several of which one takes writes, behind a pool of connections."""

    psycopg3_adapter = _Adapter

    def __init__(self, url: str, *, connections: int, deadline: float) -> None:
        """Take the address, how many connections threads may hold, and the `deadline` of `Limits`.

        Raises ValueError where `url` is no address.
        """
        parts = _parts(url)
        options = [_PLANNING, parts.get("options") or os.environ.get("PGOPTIONS", "")]
        if deadline:
            options.append(f"-c statement_timeout={round(deadline * 1000)}")
        parts["options"] = " ".join(options)
        self.address = f"{parts.get('host', '')}:{parts.get('port', '5432')}/{parts['dbname']}"
        # A host that vanished sends nothing at all: without these a statement would wait for a quarter of an hour.
        waits = {"connect_timeout": CONNECT, "tcp_user_timeout": _SILENCE * 1000, "keepalives_idle": _SILENCE}
        #: The address that accepts any host, for reading where none takes writes. None where there is one host.
        self._any_host: str | None = None
        if "," in parts.get("host", ""):
            parts.setdefault("target_session_attrs", "read-write")
            self._any_host = make_conninfo("", **(waits | parts | {"target_session_attrs": "any"}))
        self._conninfo = make_conninfo("", **(waits | parts))
        #: Seconds that a change may take.
        self._deadline = deadline or math.inf
        #: Seconds that the server has to answer a statement; None is no limit.
        self.patience = deadline + _GRACE if deadline else None
        #: When it last answered any question, by time.monotonic.
        self.answered = 0.0
        #: When a thread last failed to open a connection; and until when none tries. By time.monotonic.
        self._failed, self._paused_until = 0.0, 0.0
        #: How many connections threads may hold, and those that are `separate`.
        self._of_threads, self.apart = connections, set[Any]()
        super().__init__(
            parts["dbname"],
            max_connections=connections + APART,
            timeout=deadline or 3600,
            prefer_psycopg3=True,
            conninfo=self._conninfo,
        )

    def connect(self, reuse_if_open: bool = False) -> bool:
        """Give this thread a connection. Raises OperationalError also where all are in use for too long."""
        self._state.asked = time.monotonic()
        try:
            return bool(super().connect(reuse_if_open))
        except MaxConnectionsExceeded:
            raise OperationalError("all connections of the pool are in use") from None

    def separate(self) -> Any:
        """Take a connection of the pool that is no thread's, and that works; `give_back` returns it.

        Raises OperationalError where all are in use.
        """
        self._state.asked = time.monotonic()
        try:
            connection = self._take()
            try:
                connection.execute("SELECT 1")
            except psycopg.Error:
                self._close(connection, close_conn=True)
                self.close_idle()
                connection = self._take()
        except MaxConnectionsExceeded:
            raise OperationalError("all connections of the pool are in use") from None
        self.apart.add(connection)
        return connection

    def give_back(self, connection: Any) -> None:
        """Return a `separate` connection."""
        self.apart.discard(connection)
        self._close(connection)

    def release(self) -> None:
        """Return this thread's connection to the pool, unless a transaction is open."""
        if not self.is_closed() and not self.in_transaction():
            self.close()

    def disconnect(self) -> None:
        """Close the idle connections."""
        self.close_idle()

    @contextmanager
    def transaction_after(self, sql: str) -> Iterator[list[tuple[Any, ...]]]:
        """Begin a transaction with `sql`, which takes no values, in one round trip; yield what its end returned.

        No statement begins in it once it has taken as long as one may: many short ones would hold its locks without
        end. Its commit is never refused.
        """
        rows: list[tuple[Any, ...]] = []
        with self.atomic(sql, rows):
            connection = self._state.conn
            connection.late_at = time.monotonic() + self._deadline
            try:
                yield rows
            finally:
                connection.late_at = math.inf

    def begin(self, sql: str = "", rows: list[tuple[Any, ...]] | None = None) -> None:
        """Begin a transaction as peewee does, and as `transaction_after` wants it."""
        if not sql:
            super().begin()
            return
        try:
            with peewees_errors:
                cursor = self.cursor()
                cursor.execute(f"BEGIN; {sql}")
                while cursor.nextset():
                    pass
                (rows if rows is not None else []).extend(cursor.fetchall())
        except BaseException:  # it has begun, perhaps
            with suppress(psycopg.Error, PeeweeException):
                self.rollback()
            raise

    def lost(self) -> bool:
        """Tell whether this thread's connection was cut; then idle ones are too, and none is used again."""
        connection = self._state.conn
        if connection is not None and not connection.closed:
            return False
        if not self.in_transaction():
            self.close()
        self.close_idle()
        return connection is not None

    def renew(self) -> bool:
        """Use no connection again that was opened while the server took no writes: it takes none ever after.

        Tells whether another one may be used instead of this thread's.
        """
        if self.in_transaction():
            return False
        connection = self._state.conn
        self.close()
        self.close_idle()
        return connection is not None

    def fell_silent(self) -> None:
        """Let no thread wait for a server for which one has just waited in vain."""
        self._failed = time.monotonic()
        self._paused_until = self._failed + _PAUSE
        self.close_idle()

    def unsafe_durability(self) -> list[str]:
        """Name the settings with which a power cut may take what was acknowledged."""
        return [f"{name} is off" for name in _DURABLE if self.execute_sql(f"SHOW {name}").fetchone()[0] == "off"]

    def _connect(self) -> Any:
        if len(self._in_use) - len(self.apart) >= self._of_threads:
            raise MaxConnectionsExceeded
        return self._take()

    def _take(self) -> Any:
        # One thread opens a connection at a time: those that waited while that failed would only fail as well. Nor
        # does any try just after one that took long, or new threads could overtake those that wait.
        began = time.monotonic()
        if not self._connections and (self._failed > self._state.asked or began < self._paused_until):
            raise OperationalError("the server did not answer another request a moment ago")
        try:
            return self._connect_to_writable()
        except psycopg.Error:
            self._failed = time.monotonic()
            if self._failed - began > _PAUSE:
                self._paused_until = self._failed + _PAUSE
            raise

    def _connect_to_writable(self) -> Any:
        """Take a connection from the pool, or open one to the host that takes writes; where none does, to any."""
        try:
            return super()._connect()
        except psycopg.Error:
            if self._any_host is None:
                raise
        self.connect_params["conninfo"] = self._any_host
        try:
            return super()._connect()
        finally:
            self.connect_params["conninfo"] = self._conninfo

    def _close(self, conn: Any, close_conn: bool = False) -> None:
        if not close_conn and not conn.closed:
            try:
                conn.forget_prepared()
            except psycopg.Error:
                close_conn = True
        super()._close(conn, close_conn)

    def _can_reuse(self, connection: Any) -> bool:
        # One that cannot write is replaced by one to the host that takes writes by now; reported since PostgreSQL 14.
        return self._any_host is None or not any(
            connection.pgconn.parameter_status(name) == b"on" for name in _CANNOT_WRITE
        )

    def _is_closed(self, connection: Any) -> bool:
        # The pool would ask the server at each request; `attempt` meets a connection that turns out dead.
        return bool(connection.closed)


def _parts(url: str) -> dict[str, Any]:
    """Parse an address. Raises ValueError that does not repeat it: it may hold a password."""
    try:
        parts = {name: value for name, value in conninfo_to_dict(url).items() if value is not None}
        ports = [int(port) for port in str(parts.get("port", "5432")).split(",") if port]
        valid = parts.get("dbname") and all(0 < port < 65_536 for port in ports)
    except (psycopg.Error, ValueError):
        valid = False
    if not valid or "#" in url or _STRAY_AT.match(url):
        raise ValueError(
            "it is no address: give postgresql://user:password@host:5432/name, with what is neither a letter nor a"
            " digit in the password percent-encoded: @ is %40, / is %2F, # is %23."
        )
    return parts
