"""A limit on how much each process does at once, of which no caller takes more than a part."""

import threading
from collections import deque


class ConcurrencyLimit:
    """So many places, of which one caller holds `each` at most: whatever they do, another finds one.

    A place that becomes free goes to the one of those who wait for it who holds the fewest.
    """

    def __init__(self, places: int, each: int, most_waiting: int | None = None) -> None:
        """Let `most_waiting` wait for a place, as many as there are places where that is not said."""
        self._lock, self._free, self._each = threading.Lock(), places, each
        self._held: dict[str | None, int] = {}
        self._most_waiting = places if most_waiting is None else most_waiting
        #: What tells those who wait of their place, in the order in which they came, by caller.
        self._turns: dict[str | None, deque[threading.Event]] = {}
        self.waiting = 0

    def take(self, caller: str | None, patience: float = 0.0) -> bool:
        """Take a place for a caller, or for None, who may have all; tell whether there was one.

        Where there is none, wait for one up to `patience` seconds, unless as many as may wait already.
        """
        with self._lock:
            held = self._held.get(caller, 0)
            if self._free and (held < self._each or caller is None):
                self._free -= 1
                self._held[caller] = held + 1
                return True
            if not patience or self.waiting >= self._most_waiting:
                return False
            turn = threading.Event()
            self._turns.setdefault(caller, deque()).append(turn)
            self.waiting += 1
        turn.wait(patience)
        with self._lock:
            if not turn.is_set():
                self._leave(caller, turn)
            return turn.is_set()

    def give(self, caller: str | None) -> None:
        """Give one back, to one who waits: if all were woken, all but one would wait again."""
        with self._lock:
            if left := self._held[caller] - 1:
                self._held[caller] = left
            else:
                del self._held[caller]
            # Most of the time nobody waits.
            may = self._turns and [waiting for waiting in self._turns if not self.has_all(waiting)]
            if not may:
                self._free += 1
                return
            following = min(may, key=self._held_by)
            self._held[following] = self._held_by(following) + 1
            turn = self._turns[following][0]
            self._leave(following, turn)
            turn.set()

    def has_all(self, caller: str | None) -> bool:
        """Tell whether a caller holds as many as one may."""
        return caller is not None and self._held_by(caller) >= self._each

    def _held_by(self, caller: str | None) -> int:
        return self._held.get(caller, 0)

    def _leave(self, caller: str | None, turn: threading.Event) -> None:
        self._turns[caller].remove(turn)
        self.waiting -= 1
        if not self._turns[caller]:
            del self._turns[caller]
