"""`make dev`: the app over the sample data, in a process that starts anew when the code changes."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.checked import ROOT
from tests.live import command
from tests.postgres import free_port


def recipe() -> list[str]:
    """The commands of `make dev`, in this environment instead of the checkout's."""
    lines = re.search(r"^dev:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert lines, "there is no `make dev`"
    bin = str(Path(sys.executable).parent)
    return [line.strip().removeprefix("@").replace("$(BIN)", bin).replace("$$", "$") for line in lines[1].splitlines()]


@contextmanager
def developing(checkout: Path, url: str) -> Iterator[str]:
    """Run the last command of `make dev` in `checkout`; yields the server's address."""
    port = free_port()
    server = subprocess.Popen(
        ["/bin/sh", "-c", recipe()[-1]],
        cwd=checkout,
        env=os.environ | {"DATABASE_URL": url, "PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def answers(address: str, status: str) -> bool:
    """Whether the server says within a minute that it is `status`."""
    for _ in range(240):
        with suppress(httpx.HTTPError):
            if httpx.get(f"{address}/healthz").json() == {"status": status}:
                return True
        time.sleep(0.25)
    return False


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_serves_the_sample_and_starts_anew_when_the_code_changes(url: str, tmp_path: Path) -> None:
    for room in ("api", "models"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    assert recipe()[0].endswith("counterclaim import --if-empty examples/sample.ndjson")
    command(url, "import", str(ROOT / "examples" / "sample.ndjson"))
    with developing(tmp_path, url) as address:
        assert answers(address, "alive")
        assert httpx.get(f"{address}/v1/claims").json()["items"]
        changed = tmp_path / "api" / "routes" / "health.py"
        changed.write_text(changed.read_text(encoding="utf-8").replace('"alive"', '"changed"'), encoding="utf-8")
        assert answers(address, "changed")
