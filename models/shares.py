"""What callers share: so many places in each process, of which no caller holds more than a part."""

import threading


class Shares:
    """Places, of which one caller holds so many at most: whatever they do, another finds one."""

    def __init__(self, places: int, each: int) -> None:
        self._lock, self._left, self._each = threading.Lock(), places, each
        self._held: dict[str | None, int] = {}

    def take(self, caller: str | None) -> bool:
        """Take a place for a caller, or for nobody, who may have all; tell whether there was one."""
        with self._lock:
            held = self._held.get(caller, 0)
            if not self._left or (caller is not None and held >= self._each):
                return False
            self._left -= 1
            self._held[caller] = held + 1
            return True

    def give(self, caller: str | None) -> None:
        """Give one back."""
        with self._lock:
            self._left += 1
            self._held[caller] -= 1
            if not self._held[caller]:
                del self._held[caller]

    def has_all(self, caller: str | None) -> bool:
        """Tell whether a caller holds as many as one may."""
        with self._lock:
            return caller is not None and self._held.get(caller, 0) >= self._each
