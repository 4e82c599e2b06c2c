"""Access log: a record of each request, queued, and written to the log and the metrics a few times a second."""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

#: Seconds between two writes: what the log lacks of the end of a process that is killed.
INTERVAL = 0.2
#: AccessLogQueue that are queued at most, where nobody reads the log; the oldest are dropped first.
_LONGEST_QUEUE = 100_000
#: Characters of a path that are kept, and shown: of whole ones a queue takes 1.5 GB.
LONGEST_PATH = 200


class Record(NamedTuple):
    """One request."""

    #: When it came, in seconds since 1970.
    at: float
    request_id: str
    method: str
    #: Its name in the contract; `none` for what is not in it.
    operation: str
    path: str
    status: int
    seconds: float
    #: The id of the caller's key.
    key: int | None
    address: str


class AccessLogQueue:
    """Queues the records of requests and writes them together: a write for each costs 5 µs."""

    def __init__(self, *writers: Callable[[list[Record]], None]) -> None:
        """Hand what came since the last time to each of `writers`."""
        self._writers = writers
        self._queue: deque[Record] = deque(maxlen=_LONGEST_QUEUE)
        self._lock = threading.Lock()
        self.add = self._queue.append

    def flush(self) -> None:
        """Write what is queued."""
        # The last flush, as the process ends, waits for one that is under way.
        with self._lock:
            taken = [self._queue.popleft() for _ in range(len(self._queue))]
            if taken:
                for write in self._writers:
                    write(taken)

    def start(self) -> None:
        """Flush at every interval from now on, in a thread."""
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            time.sleep(INTERVAL)
            self.flush()
