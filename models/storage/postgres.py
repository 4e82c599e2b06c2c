"""PostgreSQL: connections to the primary, and the replicas to which reads may go."""

import random
import re
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from peewee import InterfaceError, InternalError, OperationalError, Psycopg3Adapter
from playhouse.pool import MaxConnectionsExceeded, PooledPostgresqlDatabase
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus

#: Seconds to wait for a server that takes a connection and says nothing; with several hosts, for each.
_CONNECT = 3
#: Seconds without a word from a server's host after which it is taken for dead.
_SILENCE = 10
#: Seconds beyond its own limit that a server has to say that a statement takes too long: one that does not even say
#: that is stopped, or hangs.
_BEYOND = 0.5

#: Seconds in which nobody tries to connect after one who waited longer than that in vain.
_PAUSE = 0.5

#: Seconds between two looks at the replicas.
_LOOK = 0.5

#: An address with an @ that is not the one before its hosts: most likely a password's, whose end would be taken for a
#: host, and named where that is not found.
_ODD_AT = re.compile(r"[^:]*://(?:[^/@]*@[^/?]*@|[^/?]*/[^?]*@)")

#: What a server says of a connection through which nothing can be written (its manual, protocol-flow, asynchronous
#: operations).
_CANNOT_WRITE = (b"in_hot_standby", b"default_transaction_read_only")

#: How far the log has been written, which is how far a replica has followed: what else a change stores is stored with
#: its line (models/history/changes.py).
_POSITION = "SELECT coalesce(max(sequence), 0) FROM changes"


class Connection(psycopg.Connection[Any]):
    """A connection that is closed where its server says nothing for too long: its own limit is of no use then."""

    #: Seconds; None is no limit.
    patience: float | None = None

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for what the server says next. Raises OperationalError where that is nothing."""
        try:
            return super().wait(gen, interval, timeout or self.patience)
        except psycopg.OperationalError as error:
            if timeout or self.pgconn.transaction_status != TransactionStatus.ACTIVE:
                raise
            self.pgconn.finish()
            self.given_up()
            raise psycopg.OperationalError(f"the server has said nothing for {self.patience} s") from error

    def given_up(self) -> None:
        """Hear that it was."""


class _Adapter(Psycopg3Adapter):
    """Opens connections of our kind for peewee."""

    def connect(self, db: "Server", **params: Any) -> Connection:
        params.setdefault("dbname", db.database)
        return db.told(Connection.connect(**params))


class Server(PooledPostgresqlDatabase):
    """A PostgreSQL server, or several of which one takes writes, behind a pool of connections."""

    psycopg3_adapter = _Adapter

    def __init__(self, url: str, *, connections: int, deadline: float) -> None:
        """Take the address, how many connections may be open, and seconds that a statement may take; 0 is no limit.

        Raises ValueError where `url` is no address.
        """
        parts = _parts(url)
        if deadline:
            parts["options"] = f"{parts.get('options', '')} -c statement_timeout={round(deadline * 1000)}".strip()
        self.address = f"{parts.get('host', '')}:{parts.get('port', '5432')}/{parts['dbname']}"
        # A host that vanished answers nothing at all: a question to it would wait for a quarter of an hour.
        waits = {"connect_timeout": _CONNECT, "tcp_user_timeout": _SILENCE * 1000, "keepalives_idle": _SILENCE}
        #: Who takes whatever host answers, where none takes writes: it goes on reading. None where there is one host.
        self._whoever: str | None = None
        if "," in parts.get("host", ""):
            parts.setdefault("target_session_attrs", "read-write")
            self._whoever = make_conninfo("", **(waits | parts | {"target_session_attrs": "any"}))
        self._conninfo = make_conninfo("", **(waits | parts))
        self._patience = deadline + _BEYOND if deadline else None
        #: When somebody last tried in vain to open a connection; by time.monotonic.
        self._failed = 0.0
        #: Until when nobody tries, because the last one waited long.
        self._quiet = 0.0
        super().__init__(
            parts["dbname"],
            max_connections=connections,
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

    def apart(self) -> Any:
        """Give a connection of the pool that is no thread's, and that is no dead one; `_close` takes it back."""
        self._state.asked = time.monotonic()
        connection = self._connect()
        try:
            connection.execute("SELECT 1")
        except psycopg.Error:
            self._close(connection, close_conn=True)
            self.close_idle()
            return self._connect()
        return connection

    def lost(self) -> bool:
        """Tell whether this thread's connection was cut; then so are those that lie idle, and none is used again."""
        connection = self._state.conn
        if connection is not None and not connection.closed:
            return False
        if not self.in_transaction():
            self.close()
        self.close_idle()
        return connection is not None

    def renew(self) -> bool:
        """Use none of the idle connections again, nor this thread's, as nothing can be written through it.

        Connections that were opened while the server took no writes take none when it does again. Tells whether
        another one may be used in its place.
        """
        if self.in_transaction():
            return False
        connection = self._state.conn
        self.close()
        self.close_idle()
        return connection is not None

    def alone(self) -> Any:
        """Open a connection that is not of the pool."""
        return self.told(Connection.connect(self._conninfo, autocommit=True))

    def told(self, connection: Connection) -> Connection:
        """Tell a connection how long to wait for this server, and whom to tell if that was in vain."""
        connection.patience, connection.given_up = self._patience, self._fell_silent  # type: ignore[method-assign]
        return connection

    def _fell_silent(self) -> None:
        """Let nobody else wait for a server that has just let somebody wait in vain."""
        self._failed = time.monotonic()
        self._quiet = self._failed + _PAUSE
        self.close_idle()

    def _connect(self) -> Any:
        # One opens a connection at a time: whoever has waited while that failed would only wait again. Nor does
        # anybody try just after one that took long, or those who come could overtake those who wait.
        began = time.monotonic()
        if not self._connections and (self._failed > self._state.asked or began < self._quiet):
            raise OperationalError("the server did not answer another request a moment ago")
        try:
            return self._first_that_answers()
        except psycopg.Error:
            self._failed = time.monotonic()
            if self._failed - began > _PAUSE:
                self._quiet = self._failed + _PAUSE
            raise

    def _first_that_answers(self) -> Any:
        """Take a connection from the pool, or open one to who takes writes; where none does, to whoever answers."""
        try:
            return super()._connect()
        except psycopg.Error:
            if self._whoever is None:
                raise
        self.connect_params["conninfo"] = self._whoever
        try:
            return super()._connect()
        finally:
            self.connect_params["conninfo"] = self._conninfo

    def _can_reuse(self, connection: Any) -> bool:
        # One that cannot write makes way for one to whoever takes writes by now; servers tell since PostgreSQL 14.
        return self._whoever is None or not any(
            connection.pgconn.parameter_status(name) == b"on" for name in _CANNOT_WRITE
        )

    def _is_closed(self, connection: Any) -> bool:
        # The pool would ask the server at each request; one that turns out dead is met by asking again.
        return bool(connection.closed)


class Log:
    """How far the log of a server has been written, asked through a connection of its own."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._connection: Any = None

    def position(self) -> int:
        """Ask for the last line's sequence. Raises psycopg.Error where nobody answers."""
        try:
            self._connection = self._connection or self._server.alone()
            return int(self._connection.execute(_POSITION).fetchone()[0])
        except psycopg.Error:
            self.close()
            raise

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Replica:
    """A hot standby, and how far it has followed its primary."""

    def __init__(self, server: Server) -> None:
        self.server = server
        #: Whether it may be asked.
        self.fit = False
        #: The last line of the log that it is known to have.
        self.position = -1
        self.log = Log(server)

    @contextmanager
    def connection(self) -> Iterator[Any]:
        """Give a connection of its pool for a while."""
        try:
            yield self.server.connection()
        finally:
            self.server.close()

    def reaches(self, sequence: int) -> bool:
        """Tell whether it has the line `sequence` of the log."""
        if self.position < sequence:
            with suppress(psycopg.Error, OperationalError), self.connection() as connection:
                self.position = connection.execute(_POSITION).fetchone()[0]
        return self.position >= sequence

    def drop(self) -> None:
        """Leave it out until it answers again."""
        self.fit = False
        self.server.close_idle()

    def look(self, wanted: int) -> None:
        """See whether it answers, and has the line `wanted` of the log."""
        try:
            self.position = self.log.position()
            self.fit = self.position >= wanted
        except psycopg.Error:
            self.drop()


class Replicas:
    """The replicas of a primary, watched from a thread of their own once somebody reads."""

    def __init__(self, primary: Server, replicas: list[Replica], lag: float) -> None:
        self.all = replicas
        self._primary = primary
        self._log = Log(primary)
        self._lag = lag
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._looked = threading.Event()
        self._stopped = threading.Event()

    def choose(self, key_id: int | None) -> Iterator[Replica]:
        """Give those that may be asked on behalf of a key, in an order of chance; those that have what it wrote."""
        self._watch()
        fit = [replica for replica in self.all if replica.fit]
        if not fit:
            return
        try:
            since = 0 if key_id is None else self._written(key_id)
        except (OperationalError, InterfaceError, InternalError):
            return  # the connection was cut: who then asks the primary tries again, and none of these is known to do
        for replica in random.sample(fit, len(fit)):
            if replica.reaches(since):
                yield replica

    def stop(self) -> None:
        """Watch them no longer, and close what is idle."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
        for replica in self.all:
            replica.drop()

    def _written(self, key_id: int) -> int:
        """Find the last line of the log that a key wrote, of whichever process; 0 where there is none."""
        sql = "SELECT max(sequence) FROM changes WHERE key_id = %s"
        return self._primary.execute_sql(sql, (key_id,)).fetchone()[0] or 0

    def _watch(self) -> None:
        if not self._looked.is_set():
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._go_on_looking, name="replicas", daemon=True)
                    self._thread.start()
            self._looked.wait(_CONNECT)

    def _go_on_looking(self) -> None:
        seen: deque[tuple[float, int]] = deque()
        while True:
            self._look(seen)
            self._looked.set()
            if self._stopped.wait(_LOOK):
                break
        for log in (self._log, *(replica.log for replica in self.all)):
            log.close()

    def _look(self, seen: deque[tuple[float, int]]) -> None:
        """Look how far the primary is, which is kept in `seen`, and how far each replica."""
        wanted, now = 0, time.monotonic()
        with suppress(psycopg.Error):  # it is away: whoever answers may be read, however far it has followed
            seen.append((now, self._log.position()))
            while len(seen) > 1 and seen[1][0] <= now - self._lag:
                seen.popleft()
            if seen[0][0] <= now - self._lag:
                wanted = seen[0][1]
        for replica in self.all:
            replica.look(wanted)


def _parts(url: str) -> dict[str, Any]:
    """Take an address apart. Raises ValueError that does not repeat it: it may hold a password."""
    try:
        parts = {name: value for name, value in conninfo_to_dict(url).items() if value is not None}
        ports = [int(port) for port in str(parts.get("port", "5432")).split(",") if port]
        known = parts.get("dbname") and all(0 < port < 65_536 for port in ports)
    except (psycopg.Error, ValueError):
        known = False
    if not known or "#" in url or _ODD_AT.match(url):
        raise ValueError(
            "it is no address: give postgresql://user:password@host:5432/name, with what is neither a letter nor a"
            " digit in the password percent-encoded: @ is %40, / is %2F, # is %23."
        )
    return parts
