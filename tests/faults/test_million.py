"""A million claims are migrated, exported and backed up within the time and memory that was promised."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from models.storage import schema
from tests.checked import ROOT
from tests.faults import audit
from tests.faults.filling import STEPS, fill_first, up_to
from tests.faults.server import Server
from tests.faults.test_memory import GROWTH, MIB, export, watched
from tests.live import COUNTERCLAIM

#: Seconds that the migrations of all versions together, and a backup, may take of a million claims.
MIGRATED, BACKED_UP = 60, 120


def test_a_million_claims_are_migrated_exported_and_backed_up_in_time(
    copied: Callable[..., str],
    request: pytest.FixtureRequest,
    scale: Callable[[int, int], int],
    tell: Callable[[str], None],
    tmp_path: Path,
) -> None:
    claims, url = scale(1_000, 1_000_000), copied()
    environment = os.environ | {"DATABASE_URL": url}
    if url.startswith("postgresql"):
        environment["PATH"] = f"{request.getfixturevalue('cluster').binaries}:{environment['PATH']}"

    def timed(*arguments: str | Path) -> float:
        began = time.monotonic()
        done = subprocess.run(
            [COUNTERCLAIM, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return time.monotonic() - began

    up_to(url, STEPS[0])
    fill_first(url, claims)
    os.sync()  # a registry lies on the disk: else its migration would also wait for all that was just put in
    migrated = timed("migrate")
    tell(f"{claims} claims migrated from the first schema in {migrated:.1f} s")
    with audit.bound(url):
        assert schema.behind() == []
        assert [audit.count(table) for table in ("claim_summaries", "claim_cards", "statement_search")] == [claims] * 3

    server = Server(url, tmp_path / "server.log")
    server.start()
    try:
        with watched(server) as peak:
            first, read, lines = export(server, "/v1/exports/statements?format=ndjson")
    finally:
        server.kill()
    tell(
        f"{lines} lines, {read / MIB:.0f} MiB, exported: first byte after {first * 1000:.0f} ms,"
        f" {peak.before / MIB:.0f} MiB grew by {peak.growth / MIB:.1f} MiB"
    )

    file = tmp_path / "backup"
    backed_up = timed("backup", file)
    tell(
        f"{file.stat().st_size / MIB:.0f} MiB backed up in {backed_up:.1f} s, verified in {timed('verify', file):.1f} s"
    )
    assert lines == claims
    assert first <= 1
    assert peak.growth <= GROWTH
    assert backed_up <= BACKED_UP
    assert migrated <= MIGRATED
