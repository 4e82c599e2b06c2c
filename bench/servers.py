"""The servers that the bench compares: how each is started, asked and stopped."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import questions
from questions import Deep, Request, Works

HERE = Path(__file__).parent
#: Where `make bench` installs Datasette.
PEERS = HERE / ".venv" / "bin"
_TICKS = os.sysconf("SC_CLK_TCK")
#: Ours counts every request as it always does, against limits that one driver does not reach.
_LIMITS = {"REQUESTS_PER_MINUTE": "999999999", "KEY_REQUESTS_PER_MINUTE": "999999999"}


@dataclass(eq=False)
class Server:
    """A server with two processes; `{port}` and the like in its commands are filled in."""

    name: str
    command: list[str]
    asks: Callable[[dict[str, Any], Deep], Works]
    #: A path that answers once it serves.
    ready: str
    #: The path of the export of all claims; empty where it has none.
    export: str = ""
    #: The command that loads what W6 loads.
    load: list[str] = field(default_factory=list)
    #: Its settings, over those that name a registry on SQLite.
    settings: dict[str, str] = field(default_factory=dict)
    port: int = 0
    pid: int = 0

    @contextlib.contextmanager
    def running(self, registry: Path) -> Iterator[None]:
        """Serve `registry` on a port that nobody listens on."""
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        environ = {"DATABASE": str(registry), "DATABASE_URL": f"sqlite:///{registry}", "PORT": str(self.port)}
        log = registry.parent.parent / f"{self.name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [part.format(port=self.port) for part in self.command],
                cwd=HERE,
                env=os.environ | environ | _LIMITS | {"PROCESSES": "2"} | self.settings,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.pid = process.pid
        try:
            self._wait(process, log)
            yield
        finally:
            for sign in (signal.SIGTERM, signal.SIGKILL):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, sign)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(5)

    def _wait(self, process: subprocess.Popen[bytes], log: Path) -> None:
        seen: object = "nothing"
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            try:
                (seen, _, _) = self.ask(("GET", self.ready, {}, ""))
            except (OSError, http.client.HTTPException) as error:
                seen = error
            if seen == http.HTTPStatus.OK:
                return
            time.sleep(0.1)
        ended = "ended" if process.poll() is not None else "does not answer"
        raise SystemExit(f"{self.name} {ended} ({seen}); the end of its log, {log}:\n{log.read_text()[-2000:]}")

    def ask(self, request: Request) -> tuple[int, bytes, Any]:
        """Send one request; return status, body and headers."""
        method, path, headers, body = request
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, path, body.encode() or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.headers

    @contextlib.contextmanager
    def opened(self, path: str) -> Iterator[http.client.HTTPResponse]:
        """Open a long answer."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            if answer.status != http.HTTPStatus.OK:
                raise SystemExit(f"{self.name} answered {answer.status} to {path}: {answer.read(500)!r}")
            yield answer

    def cpu(self) -> float:
        """Sum up the CPU seconds that its processes have used."""
        return cpu_of(self.pid)


def cpu_of(leader: int) -> float:
    """Sum up the CPU seconds of a process, of those in its session, and of its children, those that ended too."""
    used = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if leader in (int(fields[1]), int(fields[3])):
                used += int(fields[11]) + int(fields[12])
            if int(stat.parent.name) == leader:
                used += int(fields[13]) + int(fields[14])
    return used / _TICKS


def servers() -> list[Server]:
    """All that are compared, ours first; Datasette where it is installed."""
    counterclaim = str(Path(sys.executable).with_name("counterclaim"))
    limit = [sys.executable, "limit.py"]
    uvicorn = "datasette_app:make --factory --workers 2 --port {port} --log-level warning --no-access-log"
    full = "&".join(f"_json={name}" for name in ("topics", "first_statement", "statements", "counterclaims"))
    known = [
        Server(
            "ours",
            [counterclaim, "serve"],
            questions.ours,
            "/v1/claims/1",
            questions.EXPORT,
            [counterclaim, "import", "{lines}"],
        ),
        Server(
            "datasette",
            [str(PEERS / "uvicorn"), *uvicorn.split()],
            questions.datasette,
            "/-/versions.json",
            f"/registry/export.json?_shape=array&_nl=on&{full}",
        ),
        Server(
            "limit",
            [*limit, "serve"],
            questions.limit,
            "/claims/1",
            "/export",
            [*limit, "load", "{tables}", "{registry}"],
        ),
    ]
    return [server for server in known if Path(server.command[0]).exists()]
