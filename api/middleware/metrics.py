"""Figures for Prometheus: how many requests of which operation were answered how, and in what time.

prometheus_client decides as it is imported whether figures are kept in files that processes share: so it is
imported in the processes that serve, not in the one that starts them.
"""

import os
import threading
from bisect import bisect_left
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from api.middleware.access_log import Record

#: Names the folder where the processes of one server put their figures, so that each can tell those of all.
SHARED = "PROMETHEUS_MULTIPROC_DIR"

#: Seconds: from a look-up by id to the deadline of a query.
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.25, 1, 5)

#: Bytes of the file of one process: more than the figures of each operation with twenty statuses.
ROOM = 4 * 1024 * 1024


def allocate() -> None:
    """Give the file of this process its room on the disk, before anything is counted.

    prometheus_client maps files with holes, and a store into a hole ends the process (SIGBUS) where the disk is full
    by then. Where it is full now, this process counts for itself alone.
    """
    file = Path(os.environ[SHARED]) / f"histogram_{os.getpid()}.db"
    try:
        file.write_bytes(bytes(ROOM))
    except OSError:
        del os.environ[SHARED]
        file.unlink(missing_ok=True)


def count(requests: list[Record]) -> None:
    """Add requests to the figures."""
    taken: dict[tuple[str, int], list[float]] = {}
    for request in requests:
        taken.setdefault((request.operation, request.status), []).append(request.seconds)
    with _one_at_a_time:
        for (operation, status), seconds in taken.items():
            add(_seconds().labels(operation, str(status)), seconds)


def add(figures: Any, seconds: list[float]) -> None:
    """Do what its `observe` does, for many at once: in files that processes share each costs 5 µs."""
    figures._sum.inc(sum(seconds))
    within = Counter(bisect_left(BOUNDS, took) for took in seconds)
    for bucket, number in within.items():
        figures._buckets[bucket].inc(number)


#: Or the figures would be made twice, by those who come first.
_one_at_a_time = threading.Lock()


@cache
def _seconds() -> Any:
    from prometheus_client import REGISTRY  # noqa: PLC0415

    return histogram(REGISTRY)


def histogram(registry: Any) -> Any:
    """Make the figures, in a registry of Prometheus or in none."""
    from prometheus_client import Histogram  # noqa: PLC0415

    description = "Requests by operation and status, and the seconds until their answer was ready."
    labels = ("operation", "status")
    return Histogram("counterclaim_request_seconds", description, labels, buckets=BOUNDS, registry=registry)


def exposition() -> tuple[bytes, str]:
    """Write the figures of all processes as Prometheus reads them; and their media type."""
    from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest  # noqa: PLC0415
    from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415

    registry = REGISTRY
    if SHARED in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry), CONTENT_TYPE_LATEST
