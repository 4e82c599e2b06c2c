"""How much each key is used: counted in memory, and stored every few seconds, so that no request waits for it."""

import logging
import threading
from datetime import UTC, datetime
from multiprocessing.util import Finalize

from peewee import PeeweeException

from models.refusals import Refusal
from models.storage.database import close
from models.storage.transactions import transaction
from models.tables import KeyUse

#: Seconds between two storings in a server: what a worker that is killed loses at most.
EVERY = 10.0


class _Counts:
    """What this process counted since it last stored."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        #: Held by who stores: who does so last, as the process ends, waits for the one who is about it.
        self.storing = threading.Lock()
        #: (key, day) -> requests, and when the last one came.
        self.waiting: dict[tuple[int, str], tuple[int, str]] = {}
        #: None where nobody stores by time: then `store` does.
        self.every: float | None = None
        self.timer: threading.Timer | None = None


_counts = _Counts()


def keep(*, every: float = EVERY) -> None:
    """Store what is counted every so many seconds from now on, and when the process ends; for a server's process."""
    _counts.every = every
    # A server's process ends without Python's own hooks for it.
    Finalize(None, _in_time, exitpriority=0)


def count(*, key: int) -> None:
    """Note that a request came with the key of this id, now."""
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with _counts.lock:
        requests, _ = _counts.waiting.get((key, at[:10]), (0, ""))
        _counts.waiting[key, at[:10]] = requests + 1, at
        if _counts.every is not None and _counts.timer is None:
            _counts.timer = threading.Timer(_counts.every, _in_time)
            _counts.timer.daemon = True
            _counts.timer.start()


def store() -> None:
    """Store what was counted since the last time. What cannot be stored now is kept for the next."""
    with _counts.storing:
        _store()


def _store() -> None:
    with _counts.lock:
        waiting, _counts.waiting = _counts.waiting, {}
    if not waiting:
        return
    try:
        with transaction():
            for (key, day), (requests, at) in waiting.items():
                KeyUse.insert(key=key, day=day, requests=requests, last_at=at).on_conflict(
                    conflict_target=[KeyUse.key, KeyUse.day],
                    update={KeyUse.requests: KeyUse.requests + requests, KeyUse.last_at: at},
                ).execute()
    except BaseException:
        with _counts.lock:
            for place, (requests, at) in waiting.items():
                later, last = _counts.waiting.get(place, (0, at))
                _counts.waiting[place] = requests + later, max(at, last)
        raise


def _in_time() -> None:
    with _counts.lock:
        _counts.timer = None
    try:
        store()
    except (PeeweeException, Refusal) as error:
        logging.getLogger("counterclaim").warning("the use of keys could not be stored yet: %s", error)
    finally:
        close()


def of_keys() -> dict[int, list[tuple[str, int, str]]]:
    """Read each key's use as (day, requests, time of the last one), newest day first."""
    found: dict[int, list[tuple[str, int, str]]] = {}
    query = KeyUse.select(KeyUse.key, KeyUse.day, KeyUse.requests, KeyUse.last_at).order_by(KeyUse.day.desc())
    for key, *use in query.tuples():
        found.setdefault(key, []).append(tuple(use))
    return found
