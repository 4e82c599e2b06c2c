"""How much a database does for SQL, and Python for a call, counted: the same however busy the machine is."""

import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from models.queries import lists, simple_lists
from models.queries.filter_sets import Order
from models.queries.visibility import PUBLIC
from models.storage import database
from models.storage.sqlite import FUNCTIONS

#: Twice the size: a smaller one shows as well how work grows, since what is counted is the same in each run.
TWICE = 2


def growth(made: Callable[[int], Callable[[], object]], size: int) -> float:
    """Tell how many times as many steps work of twice a size takes: 2 where it is linear, 4 where it is quadratic.

    `made` gets ready for a size, and returns the work whose steps are counted.
    """
    return steps_of(made(TWICE * size)) / steps_of(made(size))


def steps_of(work: Callable[[], object]) -> int:
    """Do work, and count its steps: the lines of Python, each anew in each round of a loop, and calls of built-ins."""
    steps = 0

    def count(_: FrameType, event: str, __: object) -> Any:
        nonlocal steps
        steps += event in ("line", "c_call")
        return count

    traced, profiled = sys.gettrace(), sys.getprofile()
    sys.settrace(count)
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.settrace(traced)
        sys.setprofile(profiled)
    return steps


def spent_by(url: str, read: Callable[[], object]) -> int:
    """Count the work of the queries that a piece of reading sends."""
    with sent_by() as sent:
        read()
    return sum(work(url, sql, params) for sql, params in sent)


@contextmanager
def counting() -> Iterator[Callable[[], int]]:
    """Count the calls of functions, ours and built in: unlike time, they are the same in each run."""
    calls = 0

    def count(_: FrameType, event: str, __: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield lambda: calls
    finally:
        sys.setprofile(before)


def work(url: str, sql: str, params: Any = (), *, bitmaps: bool = True) -> int:
    """Run a statement; count steps of SQLite's machine, or the rows that PostgreSQL passes in its scans and compares.

    Without `bitmaps` of indexes, of which then those rows count that are read by them.
    """
    return _steps(url, sql, params) if database.on_sqlite() else _rows(sql, params, bitmaps=bitmaps)


def work_again(statements: Iterable[tuple[str, Any]]) -> int:
    """Run statements, be they changes, in the transaction of this thread; count as `work` does."""
    if not database.on_sqlite():
        return sum(_rows(sql, params, bitmaps=True) for sql, params in statements)
    return sum(_steps_on(database.db.connection(), sql, params) for sql, params in statements)


def pages(sql: str, params: Any) -> int:
    """Run a query on PostgreSQL; count the pages that it reads, those to which long values are put out as well."""
    explained = f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {sql}"
    ((told,),) = database.db.execute_sql(explained, params or None).fetchall()
    plan = told[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def bytes_read(url: str, statements: Iterable[tuple[str, Any]]) -> int:
    """Run queries on SQLite; count the bytes of its files that they read, as Linux tells: of long values, too."""
    with closing(_opened(url)) as connection:
        for setting in ("cache_size = 10", "mmap_size = 0"):
            connection.execute(f"PRAGMA {setting}")
        connection.execute("SELECT 1 FROM changes LIMIT 1").fetchone()  # reads the schema
        before = _bytes_read()
        for sql, params in statements:
            connection.execute(sql, params or ()).fetchall()
        return _bytes_read() - before


def read_list(url: str, noun: str, *, bitmaps: bool = False, **asked: Any) -> tuple[int, lists.Page]:
    """Read the newest ids of a list as the public does, unless it is `asked` otherwise: the work, and the page."""
    bare = {"viewer": PUBLIC, "limit": 1, "order": Order("id", descending=True), "fields": (("id", ()),)}
    read = simple_lists.page if noun in simple_lists.SIMPLE_LISTS else lists.page
    with sent_by() as sent:
        page = read(noun, **{"filters": {}} | bare | asked)
    return sum(work(url, sql, params, bitmaps=bitmaps) for sql, params in sent), page


@contextmanager
def sent_by() -> Iterator[list[tuple[str, Any]]]:
    """Collect the queries that are sent to the database, with their values."""
    sent: list[tuple[str, Any]] = []

    def collect(event: Any) -> None:
        if event.sql.startswith(("SELECT", "WITH")):
            sent.append((event.sql, event.params))

    database.db.query_hooks.append(collect)
    try:
        yield sent
    finally:
        database.db.query_hooks.remove(collect)


def count_anew(*, counted: bool = True) -> None:
    """Let PostgreSQL plan by what its tables hold now, or as where nothing was ever `counted`."""
    if database.on_sqlite():
        return
    if counted:
        database.db.execute_sql("ANALYZE")
        return
    tables = "FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    columns = "FROM pg_stats WHERE schemaname = 'public'"
    database.db.execute_sql(f"SELECT pg_clear_relation_stats('public', relname) {tables}")
    database.db.execute_sql(f"SELECT pg_clear_attribute_stats('public', tablename, attname, inherited) {columns}")


def _steps(url: str, sql: str, params: Any) -> int:
    connection = _opened(url)
    steps = _steps_on(connection, sql, params)
    connection.commit()
    connection.close()
    return steps


def _opened(url: str) -> sqlite3.Connection:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    for name, function in FUNCTIONS.items():
        connection.create_function(name, 1, function)
    return connection


def _bytes_read() -> int:
    return int(Path("/proc/self/io").read_text(encoding="ascii").split()[1])


def _steps_on(connection: sqlite3.Connection, sql: str, params: Any) -> int:
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 100

    connection.set_progress_handler(count, 100)
    connection.execute(sql, params or ()).fetchall()
    return steps


def _rows(sql: str, params: Any, *, bitmaps: bool) -> int:
    explained = f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}"
    ((plan,),) = database.db.execute_sql(explained, params or None).fetchall()
    nodes = [plan[0]["Plan"]]
    for node in nodes:
        nodes += node.get("Plans", [])
    rows = (
        node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0))
        for node in nodes
        if node["Node Type"].endswith(("Scan", "Materialize")) and (bitmaps or node["Node Type"] != "Bitmap Index Scan")
    )
    compared = (node["Actual Loops"] * node.get("Rows Removed by Join Filter", 0) for node in nodes)
    return round(sum(rows) + sum(compared))
