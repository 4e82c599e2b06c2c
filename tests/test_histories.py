"""Random histories of changes, one after another: the rules of the data hold after each, and exports tell all of it.

`--rounds` says how many histories are played, `--meet` which changes come more often, and `--seed` repeats a run.
"""

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from api.app import create_app
from api.formats import ndjson
from api.settings import Settings
from models.access import keys
from models.history import seals
from models.history.changes import Actor
from models.queries import derived
from models.storage import database
from models.tables import Claim, Document, Sentence, Speaker, Statement
from models.upkeep import verify
from tests.concurrent_changes import CHANGES, REFUSED, WORDS, Request, World, do

pytestmark = pytest.mark.slow

Urls = Callable[[], str]

#: How many changes a history has.
LENGTH = 40
#: What ends the life of much that others would meet.
RARE = {"retract a document", "erase a document", "erase a speaker", "retract a sentence", "retract a claim"}
#: The members of a line by which it names others.
NAMES = ("claim", "document", "statement", "target", "original")


class AnyWorld(World):
    """A world in which changes meet on any of its rows, also on those that came later."""

    def any(self, model: Any) -> int:
        """One that stands, or now and then one that was taken back."""
        return self.two(model)[0]

    def two(self, model: Any) -> list[int]:
        """Two of these; the same twice, where there is no other."""
        rows = [row.id for row in model.select() if row.retracted_at is None or self.rng.random() < 0.05]
        return self.rng.sample(rows, 2) if len(rows) > 1 else (rows or [1]) * 2


def _unmerge_any(model: Any) -> Callable[[World], Request]:
    def request(world: World) -> Request:
        merged = [row.id for row in model.select().where(model.merged_into.is_null(False))]
        return Request("POST", f"/v1/{model._meta.table_name}/{world.rng.choice(merged or [1])}/unmerge")

    return request


def _edge_over_white_space(world: World) -> Request:
    """Move an edge of a sentence to the next one's, or into the white space between."""
    spans = Sentence.select().where(Sentence.document == world.any(Document), Sentence.retracted_at.is_null())
    rows = list(spans.order_by(Sentence.start))
    at = world.rng.randrange(max(len(rows) - 1, 1))
    before, after = rows[at : at + 2] if len(rows) > 1 else [Sentence.get_by_id(1)] * 2
    place = world.rng.randint(min(before.end, after.start), after.start)
    row, new = world.rng.choice(((before, {"end": place}), (after, {"start": place})))
    return Request("PATCH", f"/v1/sentences/{row.id}", new, f'"{row.id}-{row.version}-{0:016}"')


def _from_white_space(world: World) -> Any:
    """The content of words by offsets, with white space around them."""
    start = world.text.index(f"The {world.rng.choice(WORDS)}") - world.rng.randrange(3)
    return [{"start": max(start, 0), "end": start + world.rng.choice((2, 20, 45, 50))}]


def _record_from_white_space(world: World) -> Request:
    request = CHANGES["record"](world)
    assert isinstance(request, Request)
    request.body["content"] = _from_white_space(world)
    return request


def _requote_from_white_space(world: World) -> Request:
    request = CHANGES["requote"](world)
    assert isinstance(request, Request)
    request.body["content"] = _from_white_space(world)
    return request


HERE = CHANGES | {
    "move an edge over white space": _edge_over_white_space,
    "record from white space": _record_from_white_space,
    "requote from white space": _requote_from_white_space,
    "unmerge claims": _unmerge_any(Claim),
    "unmerge speakers": _unmerge_any(Speaker),
}


def spread(change: Any, world: World, *, again: bool) -> None:
    """Let a new statement be of any words of any document, and one that prints another `again` of who said that."""
    if isinstance(change, Request) and change.path == "/v1/statements" and "text" in change.body["content"][0]:
        change.body["content"] = [{"text": f"says {world.rng.choice(WORDS)}"}]
        change.body["document"] = {"id": world.any(Document)}
        if again:
            change.body["speaker"] = {"id": Statement.get_by_id(change.body["original"]).speaker_id}


def play(app: Flask, seed: int, often: set[str]) -> list[str]:
    """Play a history; return what went wrong, with what was done before."""
    rng = random.Random(seed)  # noqa: S311 (no secret)
    clients = [app.test_client(), app.test_client()]
    for name, client in zip(("one", "other"), clients, strict=True):
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {keys.create(name=name, scope='review')[1]}"
    refused: list[str] = []
    app.after_request(
        lambda answer: refused.append(answer.get_data(as_text=True)) or answer if answer.status_code == 409 else answer
    )
    coders = [Actor(keys.create(name=name, scope="write")[0].id) for name in ("coder", "another")]
    world = AnyWorld(seed, Actor(), coders, rng)
    weights = [(1 if name in RARE else 6) * (5 if name in often else 1) for name in HERE]
    done: list[str] = []
    for name in rng.choices(list(HERE), weights, k=LENGTH):
        change = HERE[name](world)
        spread(change, world, again=name == "record a print")
        answer = do(change, rng.choice(clients))
        done.append(f"{name}: {change} {answer}")
        seals.seal_all()
        wrong = [] if answer < 300 or answer in REFUSED else [f"answered {answer}"]
        # Nobody else writes: a rule has to refuse what the database would.
        wrong += [text for text in refused if "The database refuses" in text or "at the same moment" in text]
        wrong += [*verify.broken_rules(), *derived.differences()]
        if wrong:
            return [f"--seed {seed}", *done[-6:], *wrong]
    return [f"--seed {seed}: {problem}" for check in verify.run() for problem in check.problems]


def _imported(url: str, lines: bytes) -> tuple[list[str], bytes]:
    """Import lines into an empty registry; return what went wrong, and its own lines."""
    database.close()
    database.connect(url)
    found = list(ndjson.read(lines.splitlines(keepends=True), by=Actor()))
    wrong = [str(one) for one in found if one.outcome not in ("new", "noted")]
    return [*wrong, *verify.broken_rules(), *derived.differences()], b"".join(ndjson.write())


def _spelled_out(lines: bytes) -> list[str]:
    """Write what the names in lines stand for in their place, in an order that no id decides."""
    known: dict[str, Any] = {}

    def spelled(value: Any) -> Any:
        if isinstance(value, list):
            return sorted(map(spelled, value), key=json.dumps)
        if not isinstance(value, dict):
            return value
        named = {name: known[part] for name, part in value.items() if name in NAMES and isinstance(part, str)}
        return {name: named.get(name) or spelled(part) for name, part in value.items()}

    found = []
    for line in lines.splitlines():
        ((noun, row),) = json.loads(line).items()
        name, _ = row.pop("id", None), row.pop("coding", None)
        found.append({noun: spelled(row)})
        known[name] = found[-1]
    return sorted(map(json.dumps, found))


@pytest.mark.no_cover  # thousands of requests, through code that other tests cover
def test_the_rules_hold_after_each_change_and_an_import_makes_the_same_registry(
    urls: Urls, request: pytest.FixtureRequest, tell: Callable[[str], None]
) -> None:
    option = request.config.getoption
    first = option("--seed") or random.randrange(1_000_000)  # noqa: S311 (no secret)
    tell(f"--seed {first} repeats it")
    for seed in range(first, first + option("--rounds")):
        app = create_app(Settings(DATABASE_URL=urls(), REQUESTS_PER_MINUTE=0, KEY_REQUESTS_PER_MINUTE=0))
        assert (wrong := play(app, seed, {*option("--meet").split(",")})) == [], "\n".join(wrong)
        lines = b"".join(ndjson.write())
        wrong, again = _imported(urls(), lines)
        assert wrong == [], "\n".join([f"--seed {seed}", *wrong])
        assert _spelled_out(again) == _spelled_out(lines), f"--seed {seed}"
        wrong, same = _imported(urls(), again)
        assert (wrong, same) == ([], again), f"--seed {seed}"
        database.close()
