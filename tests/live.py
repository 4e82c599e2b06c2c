"""The real server, started as a person starts it, in its own process group."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from tests.checked import ROOT
from tests.postgres import free_port

#: The command of this environment.
COUNTERCLAIM = Path(sys.executable).with_name("counterclaim")


@contextmanager
def serving(url: str, log: Path | None = None, **settings: str) -> Iterator[str]:
    """Run `counterclaim serve` over the database at `url`; yields the server's address."""
    with started(url, log, **settings) as (address, _):
        yield address


@contextmanager
def started(url: str, log: Path | None = None, **settings: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Do the same, without limits unless set, with what it prints in `log`; yields its address and its process."""
    port = free_port()
    unlimited = {"REQUESTS_PER_MINUTE": "0", "KEY_REQUESTS_PER_MINUTE": "0"}
    environment = os.environ | {"DATABASE_URL": url, "PORT": str(port)} | unlimited | settings
    with (
        (log or Path(os.devnull)).open("wb") as printed,
        subprocess.Popen(
            [COUNTERCLAIM, "serve"],
            cwd=ROOT,
            env=environment,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as server,
    ):
        try:
            address = f"http://127.0.0.1:{port}"
            wait(address, server)
            yield address, server
        finally:
            with suppress(ProcessLookupError):
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


def run(url: str, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run `counterclaim` over the database at `url` to its end; a server that starts after all fails the test."""
    environment = os.environ | {"DATABASE_URL": url} | settings
    return subprocess.run(
        [COUNTERCLAIM, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def output(url: str, *arguments: object, code: int = 0) -> str:
    """Return all that `counterclaim` printed over the database at `url`, once it has ended with `code`."""
    done = run(url, *map(str, arguments))
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def error_line(done: subprocess.CompletedProcess[str]) -> str:
    """Hold that a command failed with one line on standard error, and return that."""
    assert (done.returncode, done.stdout) == (1, ""), done
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: ")
    assert "Traceback" not in line
    assert "secret" not in line
    return line


def wait(address: str, server: subprocess.Popen[bytes]) -> None:
    """Return once the server answers; fail where it ends, or takes a minute."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, f"the server ended with {server.returncode}"
        try:
            httpx.get(f"{address}/healthz")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the server did not answer within 60 s")
