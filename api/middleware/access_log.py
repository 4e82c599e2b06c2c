"""What is kept of each request: its line in the log and its place in the figures, both written a few times a second."""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

#: Seconds that a request waits to be written: what the log lacks of the end of a process that is killed.
EVERY = 0.2
#: The most that wait where nobody reads the log; the oldest are dropped first.
_MOST = 100_000


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


class Records:
    """Queues the records of requests and writes them together: a write for each costs 5 µs."""

    def __init__(self, *writers: Callable[[list[Record]], None]) -> None:
        """Hand what came since the last time to each of `writers`."""
        self._writers = writers
        self._waiting: deque[Record] = deque(maxlen=_MOST)
        self._one_at_a_time = threading.Lock()
        self.add = self._waiting.append

    def settle(self) -> None:
        """Write what waits."""
        # Whoever settles last, as the process ends, waits for the one who is about it.
        with self._one_at_a_time:
            taken = [self._waiting.popleft() for _ in range(len(self._waiting))]
            if taken:
                for write in self._writers:
                    write(taken)

    def start(self) -> None:
        """Write every so often from now on, in a thread of its own."""
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            time.sleep(EVERY)
            self.settle()
