"""What a process knows of the servers of a registry by its looks at them."""

import time
from typing import Any

import pytest

from models.storage import replicas


class Server:
    """Stands in for a server of PostgreSQL: it says how far its log is."""

    def __init__(self) -> None:
        self.sequence = 100

    def execute_sql(self, _: str) -> Any:
        """Run what asks for that."""
        return self

    def fetchone(self) -> tuple[int, float]:
        """Tell the last line, and how far it is behind."""
        return self.sequence, 0.0

    def connection(self) -> Any:
        """Lend itself."""
        return self

    def close(self) -> None:
        """Do nothing."""

    close_idle = close


def test_no_line_that_the_promoted_server_lacks_is_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replicas, "MARGIN", 2.0)
    primary: Any = Server()
    standby: Any = Server()
    watched = replicas.Replicas(primary, [standby], lag=0.5)

    def becomes(sequence: int) -> float:
        began = time.monotonic()
        while watched.settled() != sequence:
            assert time.monotonic() < began + 20
            time.sleep(0.01)
        return time.monotonic() - began

    try:
        assert [*watched.choose(None)]
        assert watched.settled() == 0
        assert becomes(100) > 1
        primary.sequence = 95
        assert becomes(95) < 2, "at the next look, not when all looks of before are old"
        primary.sequence = 120
        assert becomes(120) > 1
    finally:
        watched.stop()
