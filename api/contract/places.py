"""Places: how much of a kind each process does at once, and of that how much for one caller (`ConcurrencyLimit`)."""

from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from flask import current_app, request

from api.contract import problem_types
from api.contract.auth import admit_again, caller_name, charged, overdrawn
from api.contract.problems import RETRY_AFTER_CAPACITY, Problem
from api.middleware.slow_clients import SLOT
from models.storage import database, transactions
from models.storage.concurrency_limit import ConcurrencyLimit

T = TypeVar("T")

#: Where the app's configuration holds the limit on what asks the database, on what of that writes, on what of that
#: imports, on what computes for long, and on what callers read who read for longer than they may.
ASKING, WRITING, IMPORTING, COMPUTING, ONE_BY_ONE = "ASKING", "WRITING", "IMPORTING", "COMPUTING", "ONE_BY_ONE"
#: How often as long as others an import waits for a place: what was stored before would have to be found out.
PATIENT = 10
#: Bytes of a body up to which it is read, and cut into sentences, without a place: in some 20 ms.
_SMALL = 16_384


def in_a_place(work: Callable[[], T]) -> T:
    """Return what `work` reads, once the caller has a place among all who ask the database, and charge the caller.

    A question may take seconds, and a change may wait for another: without places, one caller's would hold every
    connection. Who read for longer than it may has one read at a time in each process (note 86). Raises 503 where there
    is no place for as long as a query may take.
    """
    wanted = (ONE_BY_ONE, ASKING) if overdrawn() else (ASKING,)
    return _placed(lambda: charged(work), *wanted)


def in_a_place_to_write(work: Callable[[], T]) -> T:
    """Return what `work` returns, once the caller has a place among all who write, and one as `in_a_place`.

    Whoever waits for one holds none of the other. Where writes that waited held a place to write, others wrote a
    quarter to a half less beside a key that reads slowly and writes, and where they held one to ask the database, that
    key's reads waited for up to 1.6 s instead of 0.2.
    """
    return _placed(work, WRITING, ASKING)


def in_a_place_to_import(work: Callable[[], T]) -> T:
    """Return what `work` returns, a group of an import's lines, once the caller stores no other, as `in_a_place`.

    On PostgreSQL who names somebody new waits for each group that does: beside eight imports of one key, five seconds.
    """
    return _placed(work, IMPORTING, WRITING, ASKING, patience=PATIENT)


def in_a_place_to_compute(work: Callable[[], T], *, patience: int = 1) -> T:
    """Return what `work` returns, once the caller has a place among all whose large bodies are read and cut.

    All threads of a process share one interpreter: beside sixty that cut a text each, others' requests took 45 s.
    Raises 503 as `in_a_place`, after `patience` times as long.
    """
    is_small = 0 < (request.content_length or 0) <= _SMALL  # nobody knows how long a chunked one is
    return work() if is_small else _placed(work, COMPUTING, patience=patience)


def _placed(work: Callable[[], T], *names: str, patience: int = 1) -> T:
    wanted: list[ConcurrencyLimit] = [current_app.config[name] for name in names]
    caller = caller_name()
    if lacking := _take_all(wanted, caller):
        # What waits holds a thread, but not the connection that the key was looked up with.
        request.environ[SLOT].require()
        database.release()
        until = monotonic() + patience * current_app.config["SETTINGS"].DEADLINE_SECONDS
        while lacking:
            if not lacking.take(caller, max(until - monotonic(), 0)):
                detail = "As much is being done as can be at once, or as one caller may: try again in a moment."
                raise Problem(problem_types.BUSY, detail, headers={"Retry-After": RETRY_AFTER_CAPACITY})
            # The place that it had to wait for is there; where another is lacking now, it waits for that with none.
            had, lacking = lacking, _take_all([limit for limit in wanted if limit is not lacking], caller)
            if lacking:
                had.give(caller)
    try:
        with transactions.for_caller(caller, admit_again):
            return work()
    finally:
        for limit in wanted:
            limit.give(caller)


def _take_all(wanted: list[ConcurrencyLimit], caller: str) -> ConcurrencyLimit | None:
    """Take a place of each limit, or none and return the first that has none free."""
    for at, limit in enumerate(wanted):
        if not limit.take(caller):
            for taken in wanted[:at]:
                taken.give(caller)
            return limit
    return None
