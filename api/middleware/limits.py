"""Rate limits: token buckets for each key and each address, shared by all processes of a server."""

import mmap
import re
from array import array
from hashlib import blake2b
from ipaddress import IPv6Address
from math import ceil
from pathlib import Path
from time import monotonic
from typing import Any

#: Where a request's WSGI environment holds the id of the caller's key, and the headers that say what is left.
KEY, HEADERS = "counterclaim.key", "counterclaim.rate_limit"
#: Where it holds the name under which the request was counted, and how many reads its caller may have under way.
_COUNTED = "counterclaim.counted"

#: Seconds in which a bucket that was emptied is full again; limits are told as so many in this time.
WINDOW = 60
#: Requests a minute that let a caller have one read under way over time, and everybody has one: who asks one after the
#: other never waits for what it asked, and who asks for more at once may go on so for a window.
PER_READ = 1200
#: Buckets. Two callers fall into one once in as many; a thousand of them share with somebody at odds of 1 in 130.
SLOTS = 131_072
_DOUBLE = 8

#: IPv4 with a port, which may be an obfuscated one ("_a1", RFC 7239, section 6.3); or IPv6 in brackets.
_WITH_PORT = re.compile(r"(?P<v4>[0-9]+(\.[0-9]+){3}):[\w.-]*|\[(?P<v6>[^]]*)\](:[\w.-]*)?")


class RateLimits:
    """How many requests a minute an address, or a key, may make, and how long all of them may read."""

    def __init__(self, address: int, key: int, proxies: int, shared: Path | None = None) -> None:
        """Take the two limits, 0 for none, the number of our own `proxies`, and the file that processes share."""
        self._limits = {"address": address, "key": key}
        self._proxies = proxies
        self._buckets = Buckets(shared)

    def spent(self, environ: dict[str, Any]) -> bool:
        """Tell whether the address of a request has spent its share."""
        limit = self._limits["address"]
        return bool(limit) and self._buckets.is_empty(self._buckets.slot(caller(environ, None, self._proxies)), limit)

    def count(self, environ: dict[str, Any], key: int | None, *, former: bool = False) -> str | None:
        """Count a request for the key of this id, or for its address; return why it is refused, None where it is not.

        What comes with the `former` secret of a key is counted by itself: a flood of it leaves the new one alone.
        The headers that tell the caller what is left are put into `environ`.
        """
        kind = "address" if key is None else "key"
        limit = self._limits[kind]
        if not limit:
            return None
        name = caller(environ, key, self._proxies) + " former" * former
        environ[_COUNTED] = name, max(limit / PER_READ, 1)
        wait, left, reset = self._buckets.take(self._buckets.slot(name), limit)
        headers = environ[HEADERS] = [
            ("RateLimit-Policy", f'"{kind}";q={limit};w={WINDOW}'),
            ("RateLimit", f'"{kind}";r={left};t={ceil(reset)}'),
        ]
        if not wait:
            return None
        headers.append(("Retry-After", str(ceil(wait))))
        return f"This {kind} may ask {limit:,} times a minute: try again in {ceil(wait)} s."

    def overdrawn(self, environ: dict[str, Any]) -> bool:
        """Tell whether the caller of a request that was counted has read for longer than it may."""
        return _COUNTED in environ and self._buckets.full_in(self._time_slot(environ)) > WINDOW

    def charge(self, environ: dict[str, Any], seconds: float) -> None:
        """Charge a request that was counted for the time for which it read."""
        if _COUNTED in environ:
            _, at_once = environ[_COUNTED]
            self._buckets.charge(self._time_slot(environ), seconds / at_once)

    def _time_slot(self, environ: dict[str, Any]) -> int:
        return self._buckets.slot(f"time of {environ[_COUNTED][0]}")


class Buckets:
    """Token buckets, each kept as one number: the moment at which it would be full again (GCRA, ITU-T I.371).

    One number is read and written whole, so processes share them through a file without a lock; of two
    requests in the same microsecond one may go uncounted. The clock is the machine's monotonic one.
    """

    def __init__(self, shared: Path | None = None) -> None:
        """Keep the buckets in the file `shared`, or for this process alone."""
        self._salt = str(shared).encode()[-blake2b.MAX_KEY_SIZE :]
        self._full_at: Any = array("d", bytes(SLOTS * _DOUBLE))
        if shared is not None:
            with shared.open("r+b") as file:
                self._full_at = memoryview(mmap.mmap(file.fileno(), SLOTS * _DOUBLE)).cast("d")

    @staticmethod
    def prepare(shared: Path) -> None:
        """Make the file that processes share."""
        shared.write_bytes(bytes(SLOTS * _DOUBLE))

    def slot(self, caller: str) -> int:
        """Return the place of a caller's bucket."""
        # The salt keeps strangers from choosing whose bucket theirs falls into.
        return int.from_bytes(blake2b(caller.encode(), digest_size=8, key=self._salt).digest()) % SLOTS

    def is_empty(self, slot: int, limit: int) -> bool:
        """Tell whether no token of `limit` in the window is left in the bucket."""
        return self.full_in(slot) + WINDOW / limit > WINDOW

    def full_in(self, slot: int) -> float:
        """Return the seconds until the bucket is full again; past the window, it is empty for as long as is beyond."""
        return float(max(self._full_at[slot] - monotonic(), 0))

    def charge(self, slot: int, seconds: float) -> None:
        """Take out of the bucket what it gets in so many seconds; where less is left, it is empty for a window."""
        now = monotonic()
        self._full_at[slot] = min(max(self._full_at[slot], now) + seconds, now + 2 * WINDOW)

    def take(self, slot: int, limit: int) -> tuple[float, int, float]:
        """Take one token of `limit` in the window out of the bucket.

        Returns the seconds to wait, 0 where the request may pass; how many more may follow at once; and the
        seconds until the bucket is full again.
        """
        now, cost = monotonic(), WINDOW / limit
        full_at = max(self._full_at[slot], now)
        after = full_at + cost - now
        if after > WINDOW:
            return after - WINDOW, 0, full_at - now
        self._full_at[slot] = full_at + cost
        return 0, int((WINDOW - after) / cost), after


def network(address: str) -> str:
    """Return what an address is counted as: itself, or of IPv6 the /64 that one household is given.

    A socket for both writes IPv4 as ::ffff:192.0.2.1 (RFC 4291, section 2.5.5.2). Some proxies write a port after an
    address, and IPv6 in brackets (RFC 7239, section 6): a port counts for nothing, as each connection has another.
    """
    if with_port := _WITH_PORT.fullmatch(address):
        address = with_port["v4"] or with_port["v6"]
    if ":" not in address:
        return address
    try:
        whole = IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    return str(whole.ipv4_mapped) if whole.ipv4_mapped else whole.exploded[:19]


def address(environ: dict[str, Any], proxies: int) -> str:
    """Find the client's address: the connection's, or what the outermost of our own `proxies` wrote down.

    Each proxy adds the address that it was called from at the right end of X-Forwarded-For; whatever stands
    further left was written by the client.
    """
    peer: str = environ.get("REMOTE_ADDR", "")
    if proxies:
        seen = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(seen) >= proxies:
            return seen[-proxies].strip()[:64] or peer
    return peer


def caller(environ: dict[str, Any], key: int | None, proxies: int) -> str:
    """Return the name under which a request is counted: its key's, or its address's."""
    return f"key {key}" if key is not None else network(address(environ, proxies))
