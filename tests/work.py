"""How much a database does for a statement of SQL, counted: the same on a busy machine and on an idle one."""

import sqlite3
from typing import Any

from models.storage import database
from models.storage.sqlite import FUNCTIONS


def work(url: str, sql: str, params: Any = (), *, bitmaps: bool = True) -> int:
    """Run a statement, and count the steps of SQLite's machine, or the rows that PostgreSQL passes in all its scans.

    Without `bitmaps` of indexes, of which then those rows count that are read by them.
    """
    return _steps(url, sql, params) if database.on_sqlite() else _rows(sql, params, bitmaps=bitmaps)


def _steps(url: str, sql: str, params: Any) -> int:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    for name, function in FUNCTIONS.items():
        connection.create_function(name, 1, function)
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 100

    connection.set_progress_handler(count, 100)
    connection.execute(sql, params or ()).fetchall()
    connection.commit()
    connection.close()
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
        if node["Node Type"].endswith("Scan") and (bitmaps or node["Node Type"] != "Bitmap Index Scan")
    )
    return round(sum(rows))
