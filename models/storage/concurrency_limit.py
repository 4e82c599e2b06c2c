"""What callers share: so many places in each process, of which no caller holds more than a part."""

import threading


class ConcurrencyLimit:
    """Places, of which one caller holds so many at most: whatever they do, another finds one."""

    def __init__(self, places: int, each: int) -> None:
        self._changed, self._left, self._each = threading.Condition(), places, each
        self._held: dict[str | None, int] = {}
        #: How many wait for a place, and may.
        self._waiting, self._most_waiting = 0, places

    def take(self, caller: str | None, patience: float = 0.0) -> bool:
        """Take a place for a caller, or for nobody, who may have all; tell whether there was one.

        Where there is none it waits for one, up to `patience` seconds; as many as there are places may wait.
        """
        with self._changed:
            if not self._has_room(caller) and not self._wait(caller, patience):
                return False
            self._left -= 1
            self._held[caller] = self._held.get(caller, 0) + 1
            return True

    def give(self, caller: str | None) -> None:
        """Give one back."""
        with self._changed:
            self._left += 1
            self._held[caller] -= 1
            if not self._held[caller]:
                del self._held[caller]
            self._changed.notify_all()

    def has_all(self, caller: str | None) -> bool:
        """Tell whether a caller holds as many as one may."""
        return caller is not None and self._held.get(caller, 0) >= self._each

    def _has_room(self, caller: str | None) -> bool:
        return self._left > 0 and not self.has_all(caller)

    def _wait(self, caller: str | None, patience: float) -> bool:
        if self._waiting >= self._most_waiting:
            return False
        self._waiting += 1
        try:
            return self._changed.wait_for(lambda: self._has_room(caller), patience)
        finally:
            self._waiting -= 1
