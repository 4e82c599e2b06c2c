"""A registry on a mount that is read-only is verified, backed up and exported; what writes names file and cause."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.live import output


@pytest.fixture
def mounted(sqlite_template: Path, tmp_path: Path) -> Iterator[Path]:
    """A registry, and nothing beside it, in a folder in which nothing can be written."""
    folder = tmp_path / "mounted"
    folder.mkdir()
    root = os.geteuid() == 0
    if root and subprocess.run(["mount", "-t", "tmpfs", "none", folder], check=False, capture_output=True).returncode:  # noqa: S607
        pytest.skip("root writes everywhere, and may not mount here")
    file = folder / "registry.db"
    with closing(sqlite3.connect(sqlite_template)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(sqlite_template, file)
    if root:
        subprocess.run(["mount", "-o", "remount,ro", folder], check=True)  # noqa: S607
    else:
        folder.chmod(0o555)
    yield file
    if root:
        subprocess.run(["umount", folder], check=True)  # noqa: S607
    else:
        folder.chmod(0o755)


def test_what_reads_works_where_nothing_can_be_written(mounted: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{mounted}"
    assert "wrong" not in output(url, "verify")
    assert "0 lines exported" in output(url, "export", tmp_path / "out.ndjson")
    assert "is backed up" in output(url, "backup", tmp_path / "out.backup")
    assert "wrong" not in output(url, "verify", tmp_path / "out.backup")
    assert [path.name for path in mounted.parent.iterdir()] == [mounted.name]


@pytest.mark.parametrize("arguments", [("import", "examples/sample.ndjson"), ("serve",), ("rebuild",)])
def test_what_writes_names_the_file_and_why_it_cannot(mounted: Path, arguments: tuple[str, ...]) -> None:
    (line,) = output(f"sqlite:///{mounted}", *arguments, code=1).splitlines()
    assert f"{mounted} (where nothing can be written" in line
