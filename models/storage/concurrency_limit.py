"""A limit on how much each process does at once, of which no caller takes more than a part."""

import threading
from collections import deque
from itertools import count

#: The places that one caller does not get are left to those who hold fewer than this, however many callers there are.
_FEW = 2


class _Wait(threading.Event):
    """Is set where the wait is over; then `had` tells whether by a place."""

    had = False

    def __init__(self, number: int) -> None:
        super().__init__()
        #: How many had come to wait before.
        self.number = number


class ConcurrencyLimit:
    """So many places, of which one caller holds `each` at most: whatever they do, another finds one.

    The last ones go to who holds few, and a place that becomes free to the one of those who wait for it who holds the
    fewest, of several to who came first. Where as many wait as may, the caller with the most who wait makes room for
    one with fewer.
    """

    def __init__(self, places: int, each: int, most_waiting: int | None = None) -> None:
        """Let `most_waiting` wait for a place, as many as there are places where that is not said."""
        self._lock, self._free, self._each, self._kept = threading.Lock(), places, each, places - each
        self._held: dict[str | None, int] = {}
        self._most_waiting = places if most_waiting is None else most_waiting
        #: What tells those who wait of their place, in the order in which they came, by caller.
        self._waits: dict[str | None, deque[_Wait]] = {}
        self._came = count()
        self.waiting = 0

    def take(self, caller: str | None, patience: float = 0.0) -> bool:
        """Take a place for a caller, or for None, who may have all; tell whether there was one.

        Where there is none, wait for one up to `patience` seconds, unless as many as may wait already.
        """
        with self._lock:
            if self._free and self._may_have(caller, self._free):
                self._free -= 1
                self._held[caller] = self._held_by(caller) + 1
                return True
            if not patience or (self.waiting >= self._most_waiting and not self._make_room(caller)):
                return False
            wait = _Wait(next(self._came))
            self._waits.setdefault(caller, deque()).append(wait)
            self.waiting += 1
        wait.wait(patience)
        with self._lock:
            if not wait.is_set():
                self._leave(caller, wait)
            return wait.had

    def give(self, caller: str | None) -> None:
        """Give one back, to one who waits: if all were woken, all but one would wait again."""
        with self._lock:
            if left := self._held[caller] - 1:
                self._held[caller] = left
            else:
                del self._held[caller]
            # Most of the time nobody waits.
            may = self._waits and [waiting for waiting in self._waits if self._may_have(waiting, self._free + 1)]
            if not may:
                self._free += 1
                return
            following = min(may, key=lambda waiting: (self._held_by(waiting), self._waits[waiting][0].number))
            self._held[following] = self._held_by(following) + 1
            wait = self._waits[following][0]
            self._leave(following, wait)
            wait.had = True
            wait.set()

    def has_all(self, caller: str | None) -> bool:
        """Tell whether a caller holds as many as one may."""
        return caller is not None and self._held_by(caller) >= self._each

    def _may_have(self, caller: str | None, free: int) -> bool:
        """Tell whether a caller may have one of so many places that are free."""
        if caller is None:
            return True
        return not self.has_all(caller) and (free > self._kept or self._held_by(caller) < _FEW)

    def _make_room(self, caller: str | None) -> bool:
        """Turn out the last who waits of the caller with the most who do, for one with fewer; tell whether."""
        longest = max(self._waits, key=lambda waiting: len(self._waits[waiting]), default=caller)
        if len(self._waits.get(longest, ())) <= len(self._waits.get(caller, ())) + 1:
            return False
        wait = self._waits[longest][-1]
        self._leave(longest, wait)
        wait.set()
        return True

    def _held_by(self, caller: str | None) -> int:
        return self._held.get(caller, 0)

    def _leave(self, caller: str | None, wait: _Wait) -> None:
        self._waits[caller].remove(wait)
        self.waiting -= 1
        if not self._waits[caller]:
            del self._waits[caller]
