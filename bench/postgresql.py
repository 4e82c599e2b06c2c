"""Measure ours on PostgreSQL beside ours on SQLite, and with a hot standby that reads are shared with.

    python bench/postgresql.py [--claims 100000] [--rounds 3] [--seconds 2] [--warm 4] [--works W1,W2]

All three serve the same claims with the same ids. PostgreSQL is the one that the tests bring along, as durable as it is
made; it and its standby have half of the cores each, and the server that asks them has all. So what a standby adds
shows where PostgreSQL does most of the work (W3); elsewhere look at how much of both's CPU time the primary spends.
"""

import argparse
import contextlib
import dataclasses
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import generate
import psycopg
import questions
from questions import Works
from rows import copy_database, write_lines
from run import Measured, asked_of, copy_of, drive, median, number, ratio, registry_of
from servers import Server, cpu_of, servers

sys.path.append(str(Path(__file__).parents[1]))
from tests.postgres import Postgres

#: Half of a small machine's memory is PostgreSQL's own habit; the claims of the bench fit into this.
SETTINGS = "-c shared_buffers=512MB -c wal_keep_size=4GB"
#: The database that holds what was imported, and the one that is made of it for each round.
LOADED, SERVED = "loaded", "served"


def main() -> None:
    """Measure and print."""
    given = _arguments()
    registry, workload = registry_of(given.folder, given.claims)
    with _postgresql() as (primary, standby):
        loaded = _load(primary, registry, given.claims)
        compared = _compared(primary, standby)
        _copy(primary, standby)
        asked = asked_of(list(compared), registry, workload)
        measured: Measured = defaultdict(lambda: defaultdict(list))
        for turn in range(given.rounds):
            for server, databases in compared.items():
                _copy(primary, standby)
                for work, result in _round(server, databases, registry, asked[server.name], given):
                    measured[server.name][work].append(result)
                    print(f"round {turn + 1} {server.name} {work}: {result['rate']:,.0f}/s", file=sys.stderr)
    _print(measured, loaded, given)


def _compared(primary: Postgres, standby: Postgres) -> dict[Server, list[Postgres]]:
    """List ours on SQLite, on PostgreSQL, and with a standby; and whose CPU time counts with it."""
    ours = servers()[0]
    alone = {"DATABASE_URL": primary.url(SERVED)}
    shared = alone | {"DATABASE_REPLICA_URLS": f"{primary.url(SERVED)},{standby.url(SERVED)}"}
    return {
        ours: [],
        dataclasses.replace(ours, name="postgresql", settings=alone): [primary],
        dataclasses.replace(ours, name="standby", settings=shared): [primary, standby],
    }


def _copy(primary: Postgres, standby: Postgres) -> None:
    """Make what is served anew of what was loaded, on the standby too: each round begins alike."""
    with psycopg.connect(primary.url(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {SERVED} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {SERVED} TEMPLATE {LOADED} STRATEGY FILE_COPY")
        (end,) = connection.execute("SELECT pg_current_wal_lsn()").fetchone() or ()
    with psycopg.connect(standby.url(), autocommit=True) as connection:
        while not (connection.execute("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", (end,)).fetchone() or (0,))[0]:
            time.sleep(0.1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--claims", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--warm", type=int, default=4)
    parser.add_argument("--works", default=",".join(questions.TITLES))
    parser.add_argument("--folder", type=Path, default=Path.home() / ".cache" / "counterclaim-bench")
    return parser.parse_args()


@contextlib.contextmanager
def _postgresql() -> Iterator[tuple[Postgres, Postgres]]:
    """Start a primary and its hot standby, each on its half of the cores."""
    cores = sorted(os.sched_getaffinity(0))
    halves = cores[: len(cores) // 2] or cores, cores[len(cores) // 2 :]
    folder = Path(tempfile.mkdtemp(prefix="bench-postgres-"))
    running: list[Postgres] = []
    try:
        for half, name in zip(halves, ("primary", "standby"), strict=True):
            os.sched_setaffinity(0, half)
            running.append(Postgres(folder / name, settings=SETTINGS, primary=running[0] if running else None))
        os.sched_setaffinity(0, cores)
        yield running[0], running[1]
    finally:
        os.sched_setaffinity(0, cores)
        for server in reversed(running):
            server.stop()
        shutil.rmtree(folder)


def _load(primary: Postgres, registry: Path, claims: int) -> dict[str, float]:
    """Copy the registry into PostgreSQL, and import its claims into both; return how many were imported a second."""
    with psycopg.connect(primary.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {LOADED}")
        connection.execute("CREATE DATABASE imported")
    copy_database(registry, primary.url(LOADED))
    lines, told = registry.with_suffix(".ndjson"), {}
    if not lines.exists():
        write_lines(generate.rows(claims), lines)
    with tempfile.TemporaryDirectory(dir=registry.parent) as scratch:
        for name, url in {"ours": f"sqlite:///{scratch}/load.db", "postgresql": primary.url("imported")}.items():
            command = [Path(sys.executable).with_name("counterclaim"), "import", str(lines)]
            start = time.perf_counter()
            subprocess.run(command, env=os.environ | {"DATABASE_URL": url}, stdout=subprocess.DEVNULL, check=True)
            told[name] = claims / (time.perf_counter() - start)
            print(f"import {name}: {told[name]:,.0f} claims/s", file=sys.stderr)
    with psycopg.connect(primary.url(), autocommit=True) as connection:
        connection.execute("DROP DATABASE imported")
    return told


def _round(
    server: Server, databases: list[Postgres], registry: Path, works: Works, given: Any
) -> Iterator[tuple[str, dict[str, float]]]:
    with copy_of(registry, server) as copied, server.running(copied):
        for work in given.works.split(","):
            # Each connection plans a question anew until it has asked it ten times.
            half = len(works[work]) // 2
            asked, warming = works[work][:half], works[work][half:]
            drive(server, warming, copied.with_name("warm.requests"), given.warm)
            before = [cpu_of(one.pid) for one in databases]
            result = drive(server, asked, copied.with_name(f"{work}.requests"), given.seconds)
            used = [cpu_of(one.pid) - ago for one, ago in zip(databases, before, strict=True)]
            count = result["rate"] * given.seconds
            told = {"cpu": result["cpu"] + sum(used) / count * 1e6, "primary": sum(used[:1]) / (sum(used) or 1)}
            yield work, result | told


def _print(measured: Measured, loaded: dict[str, float], given: Any) -> None:
    print(f"\n{given.claims:,} claims, {given.rounds} rounds of {given.seconds} s, medians; CPU with the database's\n")
    heads = ["SQLite", "PostgreSQL", "to SQLite", "CPU, SQLite = 1", "with a standby", "to PostgreSQL", "primary's"]
    print("| work | " + " | ".join(heads) + " |\n" + "|---" * (len(heads) + 1) + "|")
    for work in given.works.split(","):
        rate = {name: median(measured[name][work], "rate") for name in measured}
        cpu = {name: median(measured[name][work], "cpu") for name in measured}
        share = median(measured["standby"][work], "primary")
        cells = [number(rate["ours"]), number(rate["postgresql"]), ratio(rate["postgresql"], rate["ours"])]
        cells += [ratio(cpu["postgresql"], cpu["ours"]), number(rate["standby"])]
        cells += [ratio(rate["standby"], rate["postgresql"]), f"{share:.2f}"]
        print(f"| {work} | " + " | ".join(cells) + " |")
    cells = [number(loaded["ours"]), number(loaded["postgresql"]), ratio(loaded["postgresql"], loaded["ours"])]
    print("| import | " + " | ".join(cells) + " | | | | |")


if __name__ == "__main__":
    main()
