"""A limit on how much each process does at once, of which no caller takes more than a part."""

import threading
from collections import Counter


class ConcurrencyLimit:
    """So many places, of which one caller holds `each` at most: whatever they do, another finds one."""

    def __init__(self, places: int, each: int) -> None:
        self._changed, self._places, self._each = threading.Condition(), places, each
        self._held: Counter[str | None] = Counter()
        self._waiting = 0

    def take(self, caller: str | None, patience: float = 0.0) -> bool:
        """Take a place for a caller, or for None, who may have all; tell whether there was one.

        Where there is none, wait for one up to `patience` seconds, unless as many as there are places wait already.
        """
        with self._changed:
            if not self._has_room(caller):
                if self._waiting >= self._places:
                    return False
                self._waiting += 1
                try:
                    if not self._changed.wait_for(lambda: self._has_room(caller), patience):
                        return False
                finally:
                    self._waiting -= 1
            self._held[caller] += 1
            return True

    def give(self, caller: str | None) -> None:
        """Give one back."""
        with self._changed:
            self._held -= Counter([caller])  # forgets those who hold none
            self._changed.notify_all()

    def has_all(self, caller: str | None) -> bool:
        """Tell whether a caller holds as many as one may."""
        return caller is not None and self._held[caller] >= self._each

    def _has_room(self, caller: str | None) -> bool:
        return self._held.total() < self._places and not self.has_all(caller)
