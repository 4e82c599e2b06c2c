"""Usage of keys: requests counted in memory, and stored every few seconds, so that no request waits for a write."""

import logging
import threading
from datetime import UTC, datetime
from multiprocessing.util import Finalize

from peewee import PeeweeException

from models.refusals import Refusal
from models.storage.database import close
from models.storage.transactions import transaction
from models.tables import KeyUse

#: Seconds between two writes in a server: what a worker that is killed loses at most.
EVERY = 10.0


class Counts:
    """What this process counted since its last write."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        #: Held during a write: the last one, as the process ends, waits for one that is under way.
        self.storing = threading.Lock()
        #: (key, day) -> requests, and the time of the last one.
        self.waiting: dict[tuple[int, str], tuple[int, str]] = {}
        #: Seconds between two writes; None where only `store` writes.
        self.every: float | None = None
        self.timer: threading.Timer | None = None


counts = Counts()


def keep(*, every: float = EVERY) -> None:
    """Start a timer that stores the counts, here and when the process ends; for a server's process."""
    counts.every = every
    # A server's process ends without Python's own hooks for it.
    Finalize(None, _on_timer, exitpriority=0)


def count(*, key: int) -> None:
    """Count a request with the key of this id."""
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with counts.lock:
        requests, _ = counts.waiting.get((key, at[:10]), (0, ""))
        counts.waiting[key, at[:10]] = requests + 1, at
        if counts.every is not None and counts.timer is None:
            counts.timer = threading.Timer(counts.every, _on_timer)
            counts.timer.daemon = True
            counts.timer.start()


def store() -> None:
    """Store what was counted since the last time; what cannot be stored is kept for the next."""
    with counts.storing:
        with counts.lock:
            waiting, counts.waiting = counts.waiting, {}
        if not waiting:
            return
        try:
            with transaction():
                # In one order: two processes at once would wait for one another.
                for (key, day), (requests, at) in sorted(waiting.items()):
                    KeyUse.insert(key=key, day=day, requests=requests, last_at=at).on_conflict(
                        conflict_target=[KeyUse.key, KeyUse.day],
                        update={KeyUse.requests: KeyUse.requests + requests, KeyUse.last_at: at},
                    ).execute()
        except BaseException:
            with counts.lock:
                for place, (requests, at) in waiting.items():
                    later, last = counts.waiting.get(place, (0, at))
                    counts.waiting[place] = requests + later, max(at, last)
            raise


def _on_timer() -> None:
    with counts.lock:
        counts.timer = None
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
