"""Changes at the same moment, each in a thread of its own."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg

from models.refusals import Refusal
from models.storage import database, transactions


def at_once(*work: Callable[[], Any]) -> list[Any]:
    """What each of `work` gives, or the refusal that it raises, all started at the same moment."""
    start = threading.Barrier(len(work))
    outcomes: list[Any] = [None] * len(work)

    def run(place: int) -> None:
        try:
            start.wait()
            outcomes[place] = work[place]()
        except Exception as error:  # else it would be lost with the thread
            outcomes[place] = error
        finally:
            database.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


def while_open(first: Callable[[], Any], second: Callable[[], Any], seconds: float = 0.3) -> Any:
    """What `second` gives when it starts inside the transaction of `first`, which ends so many `seconds` later."""
    done, outcome = threading.Event(), []

    def run() -> None:
        try:
            outcome.append(second())
        except Refusal as refusal:
            outcome.append(refusal)
        finally:
            database.close()
            done.set()

    thread = threading.Thread(target=run)
    with transactions.transaction():
        first()
        thread.start()
        done.wait(seconds)  # long enough for it to reach the row that is locked here
    thread.join(30)
    return outcome[0]


@contextmanager
def meanwhile(asked: str, other: Callable[[], Any], seconds: float = 0.5) -> Iterator[None]:
    """Let `other` begin when this thread has asked the database what contains `asked`; it is done in the end.

    This thread goes on when that is done, or after so many `seconds`: where it may wait for what is locked here.
    """
    here, begun = threading.current_thread(), []

    def run() -> None:
        try:
            other()
        finally:
            database.close()

    def begin(event: Any) -> None:
        if asked in event.sql and threading.current_thread() is here and not begun:
            begun.append(threading.Thread(target=run))
            begun[0].start()
            begun[0].join(seconds)

    database.db.query_hooks.append(begin)
    try:
        yield
    finally:
        database.db.query_hooks.remove(begin)
        for thread in begun:
            thread.join(30)


def write_beside(url: str, sql: str) -> None:
    """Write to the database from outside, and fail where somebody there keeps others from that."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=0)) as other, other:
            other.execute(sql)
    else:
        with psycopg.connect(url, options="-c lock_timeout=1s") as other:
            other.execute(sql)
