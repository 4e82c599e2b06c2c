"""An export beside writers is one snapshot: it points at nothing that is not in it, and import takes it whole."""

import os
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import pytest

from tests.checked import ROOT
from tests.faults import audit
from tests.faults.client import Client
from tests.faults.server import Server
from tests.faults.traffic import Body, Writers, furnish, mixed
from tests.live import COUNTERCLAIM

Served = Callable[..., Server]
Scale = Callable[[int, int], int]
Tell = Callable[[str], None]
Command = Callable[..., bytes]

WRITERS = 4
#: Statements that are there before the first export, so that reading all takes longer than writing one.
THERE, MANY = 150, 1500


class Linked(Writers):
    """Writers whose every second statement answers an earlier one, from a document of its own, via another one."""

    def __init__(self, server: Server, key: str) -> None:
        super().__init__(server, key, WRITERS, body=self._linked)

    def _linked(self, name: str) -> Body:
        turn = int(name.rpartition("x")[2])
        if turn % 4 == 3:
            return mixed(name)
        text = f"Source {name} says: it will rain in {name}."
        stated: dict[str, Any] = {
            "speaker": {"name": f"Speaker {name}", "kind": "group"},
            "document": {"text": text, "language": "en", "url": f"https://example.org/{name}"},
            "content": [{"text": f"it will rain in {name}"}],
            "cue": {"text": "says"},
            "form": "indirect",
            "claim": {"text": f"Claim {name}", "language": "en", "about": [{"name": f"Town {name}"}]},
        }
        answered = [id for noun, id in list(self.acknowledged.values()) if noun == "statements"]
        if turn % 4 == 1 and answered:
            stated["counters"] = [{"target": answered[-1], "kind": "denies"}]
            stated["via"] = {"document": {"text": f"A release of {name}.", "language": "en"}}
        return "statements", stated


@pytest.fixture
def command() -> Command:
    """Run `counterclaim` over the database of an address; what it printed on standard output."""

    def run(url: str, *arguments: str, given: bytes = b"") -> bytes:
        environment = os.environ | {"DATABASE_URL": url}
        done = subprocess.run(
            [COUNTERCLAIM, *arguments], cwd=ROOT, env=environment, input=given, capture_output=True, check=False
        )
        assert done.returncode == 0, (done.stdout[:500], done.stderr[:2000])
        return done.stdout

    return run


@contextmanager
def written_to(served: Served, secret: str, scale: Scale) -> Iterator[tuple[Server, Linked]]:
    """Serve a registry to which four writers write all the while, and that holds enough already."""
    server = served()
    furnish(server.client(secret))
    with Linked(server, secret) as writers:
        writers.wait_for(scale(THERE, MANY), 600)
        yield server, writers
        assert not writers.failures, writers.failures[:3]
    assert not writers.refused, writers.refused[:3]


def exports(writers: Linked, read: Callable[[], bytes], times: int) -> list[bytes]:
    """Read an export so many times while writers write; and on until some wrote while they were read."""
    made, before = list[bytes](), len(writers.acknowledged)
    while len(made) < times or len(writers.acknowledged) == before:
        made.append(read())
    return made


FROM_ONE_INTO_THE_OTHER = pytest.mark.parametrize(
    ("url", "copied"), [("sqlite", "postgresql"), ("postgresql", "sqlite")], indirect=True
)


@FROM_ONE_INTO_THE_OTHER
def test_an_export_beside_writers_is_imported_whole_and_exported_again_the_same(
    url: str,
    copied: Callable[..., str],
    served: Served,
    key: Callable[..., str],
    scale: Scale,
    tell: Tell,
    command: Command,
) -> None:
    with written_to(served, key("write"), scale) as (_, writers):
        made = exports(writers, lambda: command(url, "export"), scale(2, 10))
    for first in made:
        second = taken_in(command, copied(), first, ", 0 known already, 0 refused.")
        # Rows are numbered anew where they are stored: what they say has to be the same.
        assert named(second) == named(first)
        assert taken_in(command, copied(), second, ", 0 known already, 0 refused.") == second
    tell(f"{len(made)} exports of {made[0].count(NEW)} to {made[-1].count(NEW)} lines beside {WRITERS} writers")


@FROM_ONE_INTO_THE_OTHER
def test_all_rows_beside_writers_make_the_identical_registry(
    url: str,
    copied: Callable[..., str],
    served: Served,
    key: Callable[..., str],
    scale: Scale,
    tell: Tell,
    command: Command,
) -> None:
    with written_to(served, key("write"), scale) as (_, writers):
        made = exports(writers, lambda: command(url, "export", "--whole"), scale(2, 6))
    for first in made:
        other = copied()
        assert taken_in(command, other, first, "the whole registry", "--whole") == first
        audit.whole(other)
    tell(f"{len(made)} exports of {made[0].count(NEW)} to {made[-1].count(NEW)} rows beside {WRITERS} writers")


def test_lists_beside_writers_show_both_ends_of_every_counterclaim(
    url: str, served: Served, key: Callable[..., str], scale: Scale, tell: Tell
) -> None:
    with written_to(served, key("write"), scale) as (server, writers):
        client = server.client()
        claims = exports(writers, lambda: exported(client, "claims"), scale(3, 20))
        statements = exports(writers, lambda: exported(client, "statements"), scale(3, 20))
    for made in claims:
        items = [orjson.loads(line) for line in made.splitlines()]
        answered = {
            (item["id"], counterclaim["answer"]["id"]) for item in items for counterclaim in item["counterclaims"]
        }
        answers = {(counterclaim["claim"]["id"], item["id"]) for item in items for counterclaim in item["counters"]}
        assert answered == answers
        assert answered
        assert {id for pair in answered for id in pair} <= {item["id"] for item in items}
    for made in statements:
        items = [orjson.loads(line) for line in made.splitlines()]
        stated = {item["claim"]["id"] for item in items}
        beside = {
            counterclaim[side]["id"]
            for item in items
            for counterclaim in (*item["counterclaims"], *item["counters"])
            for side in ("claim", "answer")
        }
        assert beside
        assert beside <= stated
    tell(f"{len(claims) + len(statements)} lists of up to {claims[-1].count(NEW)} items beside {WRITERS} writers")


NEW = b"\n"


def exported(client: Client, noun: str) -> bytes:
    """Read a whole list over HTTP."""
    answer = client.get(f"/v1/exports/{noun}")
    assert answer.status == 200, answer.text
    return answer.data


def taken_in(command: Command, url: str, lines: bytes, told: str, *how: str) -> bytes:
    """Import into the empty database at `url`, which has to say so, and export that."""
    assert told.encode() in command(url, "import", "-", given=lines)
    return command(url, "export", *how)


def named(lines: bytes) -> Counter[bytes]:
    """Count the lines of an export, each with what it points at called by words instead of by number."""
    rows = [orjson.loads(line) for line in lines.splitlines()]
    words = dict[str, str]()
    for row in rows:
        ((_, members),) = row.items()
        if name := members.pop("id", None):
            words[name] = members.get("text") or str((members["speaker"], members["content"]))
    return Counter(orjson.dumps(_said(row, words)) for row in rows)


def _said(value: Any, words: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_said(part, words) for part in value]
    if not isinstance(value, dict):
        return value
    points = {
        name for name in ("claim", "document", "statement", "target", "original") if isinstance(value.get(name), str)
    }
    return {name: words[part] if name in points else _said(part, words) for name, part in value.items()}
