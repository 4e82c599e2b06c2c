"""The folder that a server's processes share."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from api.commands.server_folder import server_folder
from tests.checked import ROOT

#: Use a folder, in a process and in a fork of it, until both are killed.
_USING = """
import os, time
from api.commands.server_folder import server_folder
with server_folder() as folder:
    (folder / "file").touch()
    if forked := os.fork():
        print(forked, folder, flush=True)
    time.sleep(60)
"""


def test_a_folder_that_a_killed_server_left_is_removed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    (tmp_path / "counterclaim-0.1.0").mkdir()
    with subprocess.Popen([sys.executable, "-c", _USING], cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        forked, folder = server.stdout.readline().split()
        try:
            with server_folder() as used:
                assert {entry.name for entry in tmp_path.iterdir()} == {
                    *("counterclaim-0.1.0", Path(folder).name, used.name)
                }
            server.kill()
            server.wait()
            with server_folder():
                assert (Path(folder) / "file").exists()  # its fork lives
        finally:
            server.kill()
            os.kill(int(forked), signal.SIGKILL)
    until = time.monotonic() + 10
    while Path(folder).exists() and time.monotonic() < until:  # the fork has no parent to wait for it
        with server_folder():
            time.sleep(0.01)
    assert [entry.name for entry in tmp_path.iterdir()] == ["counterclaim-0.1.0"]
