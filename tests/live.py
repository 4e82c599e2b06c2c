"""The real server, started as a person starts it, in its own process group."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.checked import ROOT
from tests.postgres import free_port

#: The command of this environment.
COUNTERCLAIM = Path(sys.executable).with_name("counterclaim")


@contextmanager
def serving(url: str) -> Iterator[str]:
    """Run `counterclaim serve` over the database at `url`; yields the server's address."""
    port = free_port()
    environment = os.environ | {"DATABASE_URL": url, "PORT": str(port)}
    with subprocess.Popen(
        [COUNTERCLAIM, "serve"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(address, server)
            yield address
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(20)


def command(url: str, *arguments: str) -> str:
    """Run `counterclaim` over the database at `url`; what it printed on standard output."""
    done = subprocess.run(
        [COUNTERCLAIM, *arguments],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def _wait(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        assert server.poll() is None, f"the server ended with {server.returncode}"
        try:
            httpx.get(f"{address}/v1/topics")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the server did not answer within 20 s")
