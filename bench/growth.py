"""Measure ours at several sizes, and print what each work costs there and how it grows.

    python bench/growth.py FOLDER [--sizes 100000,1000000,5000000] [--works verify,backup]

Each size is a registry of its own in FOLDER, imported by `counterclaim import` as anybody's would be, so that it has
its log and seals. What is measured is kept in FOLDER/SIZE/growth.json: who runs it again measures what is missing, or
the `--works` that are named. Five million claims take 65 GB of disk, and hours of one core.

CPU is that of the process, its user and system time; memory is what it holds of its own, without mapped files.
Requests are asked in the process, without a server around them: the median of three, after one that is not counted.
"""

import argparse
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import growth_requests
from generate import rows
from growth_requests import Result
from rows import write_lines

from models.history.changes import Actor
from models.refusals import Refusal
from models.storage import database
from models.upkeep import erasures

SIZES = "100000,1000000,5000000"
COMMAND = Path(sys.executable).with_name("counterclaim")
#: The migrations that are taken back and applied again, the earliest first, and what takes back what they made.
NEWEST = {
    "0002_folded_keys": (
        "DROP INDEX statements_cue_key",
        "DROP INDEX reviews_rating_key",
        "ALTER TABLE statements DROP COLUMN cue_key",
        "ALTER TABLE reviews DROP COLUMN rating_key",
        'CREATE INDEX "statements_cue" ON "statements" (lower(cue))',
        'CREATE INDEX "reviews_rating" ON "reviews" (lower(rating_label))',
    ),
}
_PORT = 8399
_TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure what is missing of each size, and print all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", default=SIZES)
    parser.add_argument("--works", help=f"some of {', '.join(WORKS)}; measured again where they were")
    parser.add_argument("--table", action="store_true", help="only print what was measured before")
    given = parser.parse_args()
    sizes = [int(size) for size in given.sizes.split(",")]
    for size in [] if given.table else sizes:
        folder = given.folder / str(size)
        folder.mkdir(parents=True, exist_ok=True)
        known = _known(folder)
        for work in given.works.split(",") if given.works else WORKS:
            if given.works or work not in known:
                print(f"{size:,} claims: {work}", file=sys.stderr)
                known[work] = WORKS[work](folder, size)
                (folder / "growth.json").write_text(json.dumps(known, indent=1))
    _print(sizes, [_known(given.folder / str(size)) for size in sizes])


def _known(folder: Path) -> dict[str, dict[str, Result]]:
    file = folder / "growth.json"
    known: dict[str, dict[str, Result]] = json.loads(file.read_text()) if file.exists() else {}
    return known


# -- commands ------------------------------------------------------------------------------------------


class _Process:
    """A command that runs in a session of its own, and what its processes have used so far."""

    def __init__(self, folder: Path, *arguments: str, **settings: str) -> None:
        environ = os.environ | {"DATABASE_URL": f"sqlite:///{folder / 'registry.db'}", **settings}
        self._began, self._memory = time.monotonic(), 0
        self._process = subprocess.Popen(
            [str(COMMAND), *arguments],
            env=environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def runs(self) -> bool:
        """Tell whether it runs, and note what it holds in memory; what it has used can be read until `result`."""
        self._memory = max(self._memory, sum(map(_memory_of, self._processes())))
        time.sleep(0.05)
        return not os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)

    def result(self) -> Result:
        """Return what it used, and end it."""
        cpu = sum(_cpu_of(process) for process in self._processes())
        result = {"cpu": cpu, "clock": time.monotonic() - self._began, "memory": self._memory / 1024}
        ended = not self.runs()
        os.killpg(self._process.pid, signal.SIGTERM)
        told = self._process.communicate()[1]
        if ended and self._process.returncode:
            raise SystemExit(f"{self._process.args} ended with {self._process.returncode}: {told[-2000:]}")
        return result

    def _processes(self) -> Iterator[Path]:
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if int(_stat(process)[3]) == self._process.pid:
                    yield process


def _stat(process: Path) -> list[str]:
    return (process / "stat").read_text().rpartition(")")[2].split()


def _cpu_of(process: Path) -> float:
    """Sum up the CPU seconds of a process and of its children that have ended."""
    return sum(map(int, _stat(process)[11:15])) / _TICKS


def _memory_of(process: Path) -> int:
    """Tell the kilobytes that a process holds of its own."""
    with suppress(OSError):
        for line in (process / "status").read_text().splitlines():
            if line.startswith("RssAnon"):
                return int(line.split()[1])
    return 0


def _command(folder: Path, *arguments: str) -> Result:
    """Run a command to its end."""
    process = _Process(folder, *arguments)
    while process.runs():
        pass
    return process.result()


def _import(folder: Path, size: int) -> dict[str, Result]:
    lines, registry = folder / "lines.ndjson", folder / "registry.db"
    for leftover in folder.glob("registry.db*"):
        leftover.unlink()
    if not lines.exists():
        write_lines(rows(size), lines)
    result = _command(folder, "import", str(lines))
    lines.unlink()
    with closing(sqlite3.connect(registry)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return {"import": result, "file": {"bytes": registry.stat().st_size}}


def _serve(folder: Path, _: int) -> dict[str, Result]:
    """Start a server, until it says that it serves."""
    process = _Process(folder, "serve", PORT=str(_PORT), PROCESSES="1", LOG_LEVEL="error")
    while process.runs():
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{_PORT}/readyz"):
            break
    return {"start": process.result()}


def _backup(folder: Path, _: int) -> dict[str, Result]:
    """Back up, and look in the backup for what was erased since."""
    backups = folder / "backups"
    shutil.rmtree(backups, ignore_errors=True)
    backups.mkdir()
    try:
        found = {"backup": _command(folder, "backup", str(backups / "backup.db"))}
        _erase_a_document(folder)
        found["erase search"] = _command(folder, "erase", "search", str(backups), "document", "1")
    finally:
        shutil.rmtree(backups)
    return found


def _erase_a_document(folder: Path) -> None:
    """Erase without the sweep, which rewrites the file."""
    database.connect(f"sqlite:///{folder / 'registry.db'}")
    with suppress(Refusal):  # erased before
        erasures.document(id=1, reason="A bench.", by=Actor())
    database.close()


def _archive(folder: Path, _: int) -> dict[str, Result]:
    """Archive until the first full copy is there."""
    archive = folder / "archive"
    shutil.rmtree(archive, ignore_errors=True)
    process = _Process(folder, "archive", str(archive))
    while process.runs() and not list(archive.glob("[0-9]*-*.db")):
        pass
    result = process.result()
    shutil.rmtree(archive)
    return {"archive, the full copy": result}


def _migrate(folder: Path, _: int) -> dict[str, Result]:
    """Take the newest migrations back, and apply each again."""
    with closing(sqlite3.connect(folder / "registry.db")) as connection:
        for name, steps in reversed(NEWEST.items()):
            for step in steps:
                connection.execute(step)
            connection.execute("DELETE FROM migrations WHERE name = ?", (name,))
        connection.commit()
    code = "import sys; from models.storage import database, schema; database.connect(sys.argv[1]);"
    code += "schema.migrate(until=sys.argv[2])"
    found = {}
    for name in NEWEST:
        before, began = os.times(), time.monotonic()
        subprocess.run([sys.executable, "-c", code, f"sqlite:///{folder / 'registry.db'}", name], check=True)
        after = os.times()
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        found[f"migrate {name[:4]}"] = {"cpu": cpu, "clock": time.monotonic() - began}
    return found


def _plain(*arguments: str) -> Callable[[Path, int], dict[str, Result]]:
    return lambda folder, _: {arguments[0]: _command(folder, *arguments)}


WORKS: dict[str, Callable[[Path, int], dict[str, Result]]] = {
    "import": _import,
    "start": _serve,
    "read": growth_requests.read,
    "verify": _plain("verify"),
    "backup": _backup,
    "archive": _archive,
    "export": _plain("export", "-"),
    "write": growth_requests.write,
    "rebuild": _plain("rebuild"),
    "migrate": _migrate,
}


# -- the table -----------------------------------------------------------------------------------------


def _print(sizes: list[int], known: list[dict[str, dict[str, Result]]]) -> None:
    print("| work | " + " | ".join(f"{size:,}" for size in sizes) + " | growth | clock | memory |")
    print("|---" * (len(sizes) + 4) + "|")
    names = dict.fromkeys((work, name) for one in known for work in one for name in one[work])
    for work, name in names:
        results = [one.get(work, {}).get(name, {}) for one in known]
        costs = [result.get("cpu", result.get("bytes", 0) / 1e9) for result in results]
        growth = f"{costs[-1] / costs[-2]:.1f}" if len(costs) > 1 and costs[-2] and costs[-1] else "–"
        last = results[-1]
        print(
            f"| {name} | " + " | ".join(f"{cost:,.3g}" if cost else "–" for cost in costs) + f" | {growth} |"
            f" {last.get('clock', 0):,.3g} | {last.get('memory', 0):,.0f} |"
        )


if __name__ == "__main__":
    main()
