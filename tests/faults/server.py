"""The real server in a process group of its own, which can be killed, stopped, and started again."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from tests.checked import ROOT
from tests.faults.client import Client, Cut
from tests.live import COUNTERCLAIM

#: Below the ports that the kernel hands out by itself: a client that finds nobody on one of those may, of all
#: things, connect to itself, and then the server cannot come back to it.
#: Each run has its own, so that none takes the port of another whose server is down for a moment.
PORTS = range(10_000 + os.getpid() % 1000 * 20, 10_020 + os.getpid() % 1000 * 20)

#: What every server under test is told besides its database and port: the tests are one busy client. Its requests
#: are counted like any other's, but no count reaches a limit; tests of the limits set their own.
SETTINGS = {"REQUESTS_PER_MINUTE": "999999999", "KEY_REQUESTS_PER_MINUTE": "999999999"}


def own_port() -> int:
    """A port of PORTS that nobody listens on."""
    for port in PORTS:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"Every port from {PORTS[0]} to {PORTS[-1]} is taken.")


class Server:
    """`counterclaim serve` over one database."""

    def __init__(self, url: str, log: Path, *, prefix: tuple[str, ...] = (), **settings: str) -> None:
        """Say how to run it: `prefix` is a program that runs it (strace), `log` takes all that it prints."""
        self.url = url
        self.log = log
        self.port = own_port()
        self._prefix = prefix
        self._environment = os.environ | SETTINGS | {"DATABASE_URL": url, "PORT": str(self.port)} | settings
        self._clients: list[Client] = []
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process that was started, which is also the process group."""
        assert self._process is not None
        return self._process.pid

    def launch(self) -> subprocess.Popen[bytes]:
        """Start it, and wait for nothing."""
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [*self._prefix, COUNTERCLAIM, "serve"],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self._process

    def start(self) -> float:
        """Start it, and wait until it reads from the database; the seconds that took."""
        began = time.monotonic()
        process = self.launch()
        client = Client(self.port, timeout=5)
        while time.monotonic() < began + 60:
            assert process.poll() is None, f"The server ended with {process.returncode}:\n{self.said()}"
            try:
                if client.get("/v1/topics?limit=1").status in (200, 401):
                    return time.monotonic() - began
            except Cut:
                pass
            finally:
                client.close()
            time.sleep(0.02)
        raise TimeoutError(f"The server did not answer within 60 s:\n{self.said()}")

    def kill(self) -> None:
        """SIGKILL to all of its processes at once, as the kernel does when memory runs out."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(20)
            # The others may still be giving back what they hold of a disk.
            deadline = time.monotonic() + 20
            while self.processes() and time.monotonic() < deadline:
                time.sleep(0.02)

    def terminate(self, patience: float = 30) -> float:
        """SIGTERM to the first process, as a supervisor does; the seconds until all of the group are gone."""
        began = time.monotonic()
        self.end_first(patience)
        while self.processes() and time.monotonic() < began + patience:
            time.sleep(0.02)
        return time.monotonic() - began

    def end_first(self, patience: float = 30) -> None:
        """SIGTERM to the first process, and wait until it is gone."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(patience)

    def processes(self) -> list[int]:
        """Every living process of the group; one whose first thread is dead lives on while another still ends."""
        living = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    state, _, group = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
                    threads = len(list((entry / "task").iterdir()))
                except OSError:
                    continue
                if int(group) == self.pid and (state != "Z" or threads > 1):
                    living.append(int(entry.name))
        return living

    def memory(self) -> int:
        """Bytes that the group's processes hold for themselves alone, shared pages of files left out."""
        total = 0
        for pid in self.processes():
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith("RssAnon:"):
                    total += int(line.split()[1]) * 1024
        return total

    def descriptors(self) -> int:
        """How many files and sockets the group's processes hold open."""
        return sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in self.processes())

    def said(self) -> str:
        """All that it has printed."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def client(self, key: str | None = None, timeout: float = 30) -> Client:
        """A client of it, hung up with `hang_up`."""
        client = Client(self.port, key, timeout)
        self._clients.append(client)
        return client

    def hang_up(self) -> None:
        """Close every client that it gave."""
        for client in self._clients:
            client.close()
