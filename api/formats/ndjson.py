"""NDJSON in and out: the registry as lines, each of which is stored whole or not at all."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import orjson

from api.contract import problem_types
from api.contract.problems import Problem
from api.formats.line_parser import GROUP, Group, parse_groups
from api.schemas.imports import OUTCOMES
from models.history.changes import Actor
from models.ingest import corrections as decided
from models.refusals import Refusal
from models.storage import transactions
from models.transfer import dry_runs, exports
from models.transfer.imports import Import
from models.transfer.lines import Line, Outcome
from models.transfer.prefetch import prepare

MEDIA_TYPE = "application/x-ndjson"

#: Lines of a group where others write as well.
_SHARED = 1000
#: Bytes of a dry run, which holds all of its lines at once.
_DRY_BYTES = 32_000_000
#: Lines of a group of it.
DRY_LINES = 250
#: Lines of which a report tells, at most, and characters of why they were refused: the pointer of a member that is not
#: known is as long as its name.
LISTED, LISTED_CHARACTERS = 1000, 1_000_000


def read(lines: Iterable[bytes], *, by: Actor, group: int = GROUP, dry_run: bool = False) -> Iterator[Outcome]:
    """Import `lines`, a group of them in one transaction, and tell what became of each; empty ones are passed over.

    What is known stays as it is, so importing the same file twice changes nothing. With `dry_run` all of it is one
    transaction, which is undone.
    """
    return store(parse_groups(lines, group), by=by, dry_run=dry_run)


def store(groups: Iterable[Group], *, by: Actor, dry_run: bool = False) -> Iterator[Outcome]:
    """Import lines that were read in groups, as `read` does."""
    groups = _prepared(groups)
    if not dry_run:
        work = Import(by)
        with _or_told(work):
            yield from _stored(groups, work)
        return
    with transactions.undone():
        yield from _stored(groups, Import(by))


def _prepared(groups: Iterable[Group], in_place: transactions.InPlace = transactions.at_once) -> Iterator[Group]:
    for group in groups:
        prepare(group, in_place)
        yield group


def _stored(groups: Iterable[Group], work: Import) -> Iterator[Outcome]:
    for read in groups:
        for line in read:
            if isinstance(line, Outcome):
                work.names.pass_over(line.line, line.noun, line.claims)
                work.names.refuse_text(line.text, line.line)
        stored = iter(work.store([line for line in read if isinstance(line, Line)]))
        for line in read:
            yield line if isinstance(line, Outcome) else next(stored)
    yield from work.finish()


def imported(
    lines: Iterable[bytes],
    *,
    by: Actor,
    caller: str,
    dry_run: bool,
    report: str,
    in_place: transactions.InPlace = transactions.at_once,
    in_place_to_compute: transactions.InPlace = transactions.at_once,
    clock: Callable[[], float] = time.monotonic,
) -> dict[str, Any]:
    """Import `lines` as `read` does for a caller, and make the report of it (api/schemas/imports.py).

    Each write is done by `in_place`; a dry run is one. What takes long before it, by `in_place_to_compute`.
    """
    if not dry_run:
        work = Import(by, in_place=in_place, in_place_to_compute=in_place_to_compute)
        with _or_told(work):
            groups = _prepared(parse_groups(lines, _SHARED, in_place=in_place_to_compute), in_place_to_compute)
            return _report(_stored(groups, work), report, dry_run=False)
    with _or_told():
        few = _few(lines)
    with dry_runs.place(caller):
        # Others could not write while lines are on their way, or cut into sentences.
        dry = list(_prepared(parse_groups(few, DRY_LINES), in_place_to_compute))
        tried: dict[str, Any] = in_place(partial(_tried, dry, by, report, clock))
        return tried


def _tried(groups: list[Group], by: Actor, report: str, clock: Callable[[], float]) -> dict[str, Any]:
    with transactions.undone():
        until = clock() + dry_runs.longest()

        def going_on() -> None:
            if clock() > until:
                raise _too_large()

        return _report(_stored(groups, Import(by, going_on)), report, dry_run=True)


@contextmanager
def _or_told(work: Import | None = None) -> Iterator[None]:
    """Let what fails in the middle tell how many lines `work` has stored."""
    try:
        yield
    except (Problem, Refusal) as refusal:
        refusal.detail += f" {_told(work)}"
        raise
    except Exception as error:
        if work and work.last_stored:
            error.add_note(_told(work))
        raise


def _told(work: Import | None) -> str:
    if not work or not work.last_stored:
        return "Nothing is stored."
    return (
        f"Of lines 1 to {work.last_stored:,} all is stored but what was refused or noted: the same lines sent again go"
        " on from there."
    )


def _report(outcomes: Iterable[Outcome], report: str, *, dry_run: bool) -> dict[str, Any]:
    counter: Counter[str] = Counter()
    listed: dict[int, dict[str, Any]] = {}
    unlisted = last = 0
    room = LISTED_CHARACTERS
    for one in outcomes:
        again = one.line <= last  # what was noted has its outcome in the end
        last = max(last, one.line)
        counter[one.outcome] += 1
        counter["noted"] -= again
        if report == "all" or one.outcome == "refused":
            if one.line in listed or len(listed) < LISTED:
                line = {"line": one.line, "noun": one.noun, "outcome": one.outcome, "id": one.id}
                size = sum(len(part) for error in one.errors for part in error.values())
                listed[one.line] = line | {"errors": list(one.errors) if size <= room else []}
                room -= size if size <= room else 0
            elif report == "refused" or not again:
                unlisted += 1
    counts = {outcome: counter[outcome] for outcome in OUTCOMES}
    in_order = [listed[number] for number in sorted(listed)]
    return {"lines": counter.total(), **counts, "dry_run": dry_run, "listed": in_order, "unlisted": unlisted}


def _few(lines: Iterable[bytes]) -> list[bytes]:
    few: list[bytes] = []
    size = 0
    for line in lines:
        few.append(line)
        size += len(line)
        if len(few) > GROUP or size > _DRY_BYTES:
            raise _too_large()
    return few


def _too_large() -> Problem:
    return Problem(
        problem_types.TOO_LARGE,
        f"A dry run takes at most {GROUP:,} lines, {_DRY_BYTES:,} bytes and 2 seconds, on SQLite one: "
        "send it in parts, or use `counterclaim import --dry-run`.",
    )


def write() -> Iterator[bytes]:
    """Write the registry as lines that `read` takes, from one snapshot; retracted and merged things are left out."""
    for noun, row in exports.rows():
        yield orjson.dumps({noun: row}) + b"\n"


def corrections() -> Iterator[bytes]:
    """Write a line for each document in which reviewers decided on findings, from one snapshot; to train and measure.

    models/ingest/corrections.py has its shape.
    """
    for row in decided.documents():
        yield orjson.dumps(row) + b"\n"
