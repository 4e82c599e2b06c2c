"""Measure ours beside Datasette and LIMIT, in one run, over one registry, and print rates and ratios.

    python bench/run.py [--claims 100000] [--rounds 5] [--seconds 2] [--works W1,W2] [--folder FOLDER]

Each server has two processes and the machine to itself while it is asked, over a copy of the registry that is
restored each round; rounds are interleaved, and medians are shown. What else the machine does moves rates far more
than it moves the CPU time of a request, which is shown beside them.
"""

import argparse
import contextlib
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import generate
import questions
from questions import Deep, Request, Works
from rows import write_database, write_lines
from servers import Server, servers

CONNECTIONS = 16
DEPTH = 10_000
#: How many claims W6 loads.
LOADED = 10_000

Measured = dict[str, dict[str, list[dict[str, float]]]]


def main() -> None:
    """Measure and print."""
    given = _arguments()
    registry, workload = registry_of(given.folder, given.claims)
    compared = [server for server in servers() if not given.servers or server.name in given.servers.split(",")]
    asked = asked_of(compared, registry, workload)
    measured: Measured = defaultdict(lambda: defaultdict(list))
    for turn in range(given.rounds):
        for server in compared[turn % len(compared) :] + compared[: turn % len(compared)]:
            for work, result in _round(server, registry, asked[server.name], given):
                measured[server.name][work].append(result)
                print(f"round {turn + 1} {server.name} {work}: {result['rate']:,.0f}/s", file=sys.stderr)
    _print(measured, [server.name for server in compared], given)
    failed = [f"{name} {work}" for name in measured for work in measured[name] if _failed(measured[name][work])]
    if failed:
        raise SystemExit(f"Not a measurement, since requests were refused or failed: {', '.join(failed)}.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--claims", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--works", default=",".join([*questions.TITLES, "W6", "W7"]))
    parser.add_argument("--servers", help="some of ours,datasette,limit")
    parser.add_argument("--folder", type=Path, default=Path.home() / ".cache" / "counterclaim-bench")
    return parser.parse_args()


def registry_of(folder: Path, claims: int) -> tuple[Path, dict[str, Any]]:
    """Find the registry of so many claims and what is asked of it; generate them where they are missing."""
    path = folder / str(claims) / "registry.db"
    workload = path.with_name("workload.json")
    if not workload.exists():
        print(f"Generating {claims:,} claims in {path.parent}", file=sys.stderr)
        shutil.rmtree(path.parent, ignore_errors=True)
        path.parent.mkdir(parents=True)
        write_database(generate.rows(claims), path)
        workload.write_text(json.dumps(generate.workload(path, claims)))
    return path, json.loads(workload.read_text())


@contextlib.contextmanager
def copy_of(registry: Path, server: Server) -> Iterator[Path]:
    """Copy the registry for one server and one round."""
    folder = registry.parent / server.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    copied = folder / registry.name
    shutil.copy(registry, copied)
    if server.name != "ours":  # which never counts its rows, as others' queries may need it
        with contextlib.closing(sqlite3.connect(copied)) as connection:
            connection.execute("PRAGMA optimize = 0x10002")
    os.sync()
    yield copied
    copied.unlink()


# -- what is asked, and whether the answers are the same --------------------------------------------------


def asked_of(compared: list[Server], registry: Path, workload: dict[str, Any]) -> dict[str, Works]:
    """Make each server's requests, write them for wrk, and tell whether all give the same ids."""
    deep: Deep = []
    asked: dict[str, Works] = {}
    expected: dict[str, list[Any]] = {}
    for server in compared:
        with copy_of(registry, server) as copied, server.running(copied):
            if not deep:
                deep = list(_deep(server, workload))
            works = server.asks(workload, deep)
            answers = {work: _ids(server, works[work][:20]) for work in ("W1", "W2", "W3", "W4", "W4D")}
            answers["W3"] = [sorted(found) for found in answers["W3"]]  # what fits as well has no order
            expected = expected or answers
            same = {work: sum(map(_equal, ids, expected[work])) / len(ids) for work, ids in answers.items()}
            print(f"{server.name}: the same ids as {compared[0].name}", same)
            if any(share < 1 for work, share in same.items() if work != "W3"):  # of many matches ours ranks the likely
                raise SystemExit(f"Not a comparison: {server.name} answers otherwise than {compared[0].name}.")
            works["MIX"] = questions.mixed(works)
            works["W5"] = works["W5"][: len(works["W5"]) // 2]
            works["W8"] = [_unchanged(server, request) for request in works["W1"][:200]]
            asked[server.name] = {work: requests for work, requests in works.items() if None not in requests}
    return asked


def _deep(ours: Server, workload: dict[str, Any]) -> Iterator[tuple[str, str, str, str, str, int]]:
    """Walk the pages of a few filters to row 10,000, or to nine tenths of what there is."""
    for topic, since, until in workload["deep"][:4]:
        first = f"/v1/claims?topic={topic}&said_from={since}&said_before={until}&answered=false&stated=first&sort=-day"
        count = json.loads(ours.ask(("GET", f"{first}&total=true&limit=1&fields=id", {}, ""))[1])["total"]
        pages, cursor, last = min(DEPTH, count * 9 // 10) // 100, "", {}
        for _ in range(max(1, pages)):
            path = f"{first}&limit=100&fields=id,first_statement.said_on{cursor}"
            page = json.loads(ours.ask(("GET", path, {}, ""))[1])
            cursor, last = f"&cursor={page['next']}", page["items"][-1]
        yield topic, since, until, page["next"], last["first_statement"]["said_on"], last["id"]


def _ids(server: Server, requests: list[Request]) -> list[Any]:
    found = []
    for request in requests:
        status, body, _ = server.ask(request)
        if status != 200:
            raise SystemExit(f"{server.name} answered {status} to {request}: {body[:500]!r}")
        answer = json.loads(body)
        if isinstance(answer, dict) and "items" not in answer:
            answer = [answer]
        items = answer["items"] if isinstance(answer, dict) else answer
        found.append([_linked(item) for item in items])
    return found


def _linked(item: dict[str, Any]) -> tuple[Any, ...]:
    """Take the ids out of a claim: its own, its first speaker's, its statements' and its answers'."""
    statements = sorted(statement["id"] for statement in item.get("statements", ()))
    answers = sorted(edge["answer"]["id"] for edge in item.get("counterclaims", ()))
    return item["id"], item["first_statement"]["speaker"]["id"], statements, answers


def _equal(one: Any, other: Any) -> bool:
    return bool(one == other)


def _unchanged(server: Server, request: Request) -> Request | None:
    """Make the request conditional; None where the server has no ETag."""
    method, path, headers, body = request
    tag = server.ask(request)[2]["ETag"]
    return (method, path, headers | {"If-None-Match": tag}, body) if tag else None


# -- one round -------------------------------------------------------------------------------------------


def _round(server: Server, registry: Path, works: Works, given: Any) -> Iterator[tuple[str, dict[str, float]]]:
    wanted = given.works.split(",")
    if "W6" in wanted and server.load:
        yield "W6", _load(server, given.folder)
    with copy_of(registry, server) as copied, server.running(copied):
        for requests in works.values():
            for request in requests[:40]:
                if request[0] == "GET":
                    server.ask(request)
        for work in questions.TITLES:
            if work in wanted and work in works:
                yield work, drive(server, works[work], copied.with_name(f"{work}.requests"), given.seconds)
        if "W7" in wanted and server.export:
            yield "W7", _export(server)


def drive(server: Server, requests: list[Request], file: Path, seconds: int, connections: int = 0) -> dict[str, float]:
    """Ask for `seconds` on 16 connections, and tell the rate, p50 and p99 in ms, and the server's CPU."""
    connections = connections or CONNECTIONS
    file.write_bytes(b"".join(_raw(request) + b"\r\n%%%%\n" for request in requests))
    if shutil.which("wrk"):
        options = ["-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s", "-s", "drive.lua"]
        command = ["wrk", *options, f"http://127.0.0.1:{server.port}", "--", str(file)]
    else:
        command = [sys.executable, "load.py", str(server.port), str(connections), str(seconds), str(file)]
    before = server.cpu()
    done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True)
    used = server.cpu() - before
    told = json.loads(done.stdout.rpartition("@")[2])
    count = max(1, told["requests"])
    rate = count / (told["us"] / 1e6)
    return {
        "rate": rate,
        "cpu": used / count * 1e6,
        "p50": told["p50"] / 1e3,
        "p99": told["p99"] / 1e3,
        "failed": told["failed"],
    }


def _raw(request: Request) -> bytes:
    method, path, headers, body = request
    more = {"Host": "127.0.0.1", **headers} | ({"Content-Length": str(len(body.encode()))} if body else {})
    lines = "".join(f"{name}: {value}\r\n" for name, value in more.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n{body}".encode()


def _export(server: Server) -> dict[str, float]:
    """Read the whole export: claims a second, and the seconds to the first byte."""
    start, before, claims, first = time.perf_counter(), server.cpu(), 0, 0.0
    with server.opened(server.export) as answer:
        while part := answer.read(1 << 18):
            first = first or time.perf_counter() - start
            claims += part.count(b"\n")
    seconds = time.perf_counter() - start
    return {
        "rate": claims / seconds,
        "cpu": (server.cpu() - before) / max(1, claims) * 1e6,
        "first": first,
        "failed": 0,
    }


def _load(server: Server, folder: Path) -> dict[str, float]:
    """Load ten thousand claims into an empty registry: rows of all tables a second."""
    lines, tables, count = _loaded(folder)
    registry = folder / "load.db"
    for leftover in folder.glob("load.db*"):
        leftover.unlink()
    shutil.copy(folder / "empty.db", registry)
    places = {"lines": str(lines), "tables": str(tables), "registry": str(registry)}
    command = [part.format(**places) for part in server.load or ()]
    environ = os.environ | {"DATABASE_URL": f"sqlite:///{registry}"}
    start = time.perf_counter()
    subprocess.run(command, cwd=Path(__file__).parent, env=environ, capture_output=True, check=True)
    return {"rate": count / (time.perf_counter() - start), "failed": 0}


def _loaded(folder: Path) -> tuple[Path, Path, int]:
    """Write what W6 loads: lines for ours, tables for the others, and an empty registry for both."""
    lines, tables = folder / "load.ndjson", folder / "load"
    registry, _ = registry_of(folder, LOADED)
    names = ("topics", "speakers", "documents", "sentences", "claims", "statements", "counterclaims", "reviews")
    with contextlib.closing(sqlite3.connect(registry)) as connection:
        if not lines.exists():
            write_database(iter(()), folder / "empty.db")
            tables.mkdir(exist_ok=True)
            for place, name in enumerate(names):
                _dump(connection, name, tables / f"{place}-{name}.ndjson")
            write_lines(generate.rows(LOADED), lines)
        count = sum(connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names)
    return lines, tables, count


def _dump(connection: sqlite3.Connection, table: str, path: Path) -> None:
    cursor = connection.execute(f"SELECT * FROM {table} ORDER BY id")
    names = [column[0] for column in cursor.description]
    with path.open("w") as out:
        out.writelines(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in cursor)


# -- tables ----------------------------------------------------------------------------------------------


def median(results: list[dict[str, float]], name: str) -> float | None:
    """Return the middle one of what was measured under a name; None where nothing was."""
    found = [result[name] for result in results if name in result]
    return statistics.median(found) if found else None


def _print(measured: Measured, names: list[str], given: Any) -> None:
    print(
        f"\n{given.claims:,} claims, {given.rounds} rounds of {given.seconds} s, {CONNECTIONS} connections, medians\n"
    )
    others = [name for name in names if name != "ours"]
    heads = [*names, *(f"ours to {name}" for name in others), *(f"CPU, {name} = 1" for name in others), "p50 / p99 ms"]
    print("| work | " + " | ".join(heads) + " |\n|---" * 1 + "|---" * len(heads) + "|")
    works = [work for work in [*questions.TITLES, "W6", "W7"] if any(measured[name].get(work) for name in names)]
    for work in works:
        rates = {name: median(measured[name].get(work, []), "rate") for name in names}
        costs = {name: median(measured[name].get(work, []), "cpu") for name in names}
        cells = [number(rates[name]) for name in names]
        cells += [ratio(rates.get("ours"), rates[name]) for name in others]
        cells += [ratio(costs.get("ours"), costs[name]) for name in others]
        own = measured["ours"].get(work, [])
        cells.append(f"{number(median(own, 'p50'))} / {number(median(own, 'p99'))}")
        print(f"| {work} | " + " | ".join(cells) + " |")
    failed = {f"{n} {w}": _failed(measured[n].get(w, [])) for n in names for w in works}
    print("\nRefused or failed requests:", {name: count for name, count in failed.items() if count} or "none")


def _failed(results: list[dict[str, float]]) -> int:
    return int(sum(result["failed"] for result in results))


def number(value: float | None) -> str:
    """Write a figure for people."""
    return "–" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def ratio(one: float | None, other: float | None) -> str:
    """Write how much of the other one is."""
    return f"{one / other:.2f}" if one and other else "–"


if __name__ == "__main__":
    main()
