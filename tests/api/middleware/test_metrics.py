"""The figures that processes share for Prometheus."""

import os
from pathlib import Path

import pytest
from prometheus_client import values

from api.app import ROUTES
from api.middleware import metrics

#: More than any operation answers with.
STATUSES = range(400, 420)


def test_all_figures_have_their_room_on_the_disk_before_anything_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(metrics.SHARED, str(tmp_path))
    monkeypatch.setattr(values, "ValueClass", values.MultiProcessValue())
    metrics.allocate()
    figures = metrics.histogram(None)
    (file,) = tmp_path.iterdir()
    for operation in (operation.id for routes in ROUTES for operation in routes.operations):
        for status in STATUSES:
            metrics.add(figures.labels(operation, str(status)), [0.002])
    # prometheus_client would have doubled it, with a hole.
    assert list(tmp_path.iterdir()) == [file]
    assert file.stat().st_size == metrics.ROOM
    assert file.stat().st_blocks * 512 >= metrics.ROOM


def test_a_process_counts_alone_where_the_disk_has_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(metrics.SHARED, str(tmp_path / "full"))
    metrics.allocate()
    assert metrics.SHARED not in os.environ
