"""The public feed of changes, held against what the public is answered before and after each of many random changes.

And against its seals: no change that follows makes any line another, be it an erasure.

`--rounds` says how many histories are played, and `--seed` repeats a run.
"""

import random
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.app import create_app
from api.settings import Settings
from models.access import keys
from models.history import seals
from models.history.changes import Actor
from models.storage import database
from models.tables import Claim, Counterclaim, Document, Review, Speaker, Statement, Topic
from tests.concurrent_changes import do
from tests.test_histories import HERE, RARE, AnyWorld, spread

pytestmark = pytest.mark.slow

prove = import_module("examples.prove").prove

Urls = Callable[[], str]
#: A noun with an id.
What = tuple[str, int]

NOUNS = (Claim, Statement, Counterclaim, Review, Document, Speaker, Topic)
#: How many changes a history has.
LENGTH = 25


class Sight:
    """What the public, or a reviewer, is answered about each thing at one moment."""

    def __init__(self, client: FlaskClient) -> None:
        """Read all."""
        self.wholes: dict[What, Any] = {}
        self.stamps: dict[What, str] = {}
        for model in NOUNS:
            noun = model._meta.table_name
            for (id,) in list(model.select(model.id).tuples()):  # a request may close the connection
                answer = client.get(f"/v1/{noun}/{id}")
                if answer.status_code == 200:
                    whole = answer.json
                    self.stamps[noun, id] = whole.pop("changed_at")
                    self.wholes[noun, id] = whole

    def differing(self, other: "Sight") -> set[What]:
        """What is answered otherwise in the other, or only in one of them."""
        both = self.wholes.keys() | other.wholes.keys()
        return {what for what in both if self.wholes.get(what) != other.wholes.get(what)}


def _wrong(
    before: Sight, after: Sight, lines: list[dict[str, Any]], seen: set[What], *, of_sentence: bool
) -> list[str]:
    """Tell what the lines and the times say otherwise than the answers; `seen` is what the public ever saw.

    What changes `of_sentence` is told as a change of its document, whatever of that is shown (docs/decisions/0045).
    """
    differing = before.differing(after)
    told = {("claims", id) for line in lines for id in (*line["claims"], *line["gone_claims"])}
    wrong = [f"no line tells of {what}" for what in differing - told if what[0] == "claims"]
    gone = {("claims", id) for line in lines for id in line["gone_claims"]}
    wrong += [f"{what} is said to be gone" for what in gone if what in after.wholes]
    wrong += [f"{what} is not said to be gone" for what in before.wholes.keys() - after.wholes.keys() - gone]
    wrong = [one for one in wrong if "not said" not in one or "claims'" in one.split("counter")[0]]
    ended = Claim.retracted_at.is_null(False) | Claim.merged_into.is_null(False)
    ending = {(line["noun"], line["noun_id"]) for line in lines if line["action"] in ("retract", "merge", "erase")}
    own = {("claims", id) for (id,) in Claim.select(Claim.id).where(ended).tuples()} & gone
    wrong += [f"no line of its own tells that {what} ended" for what in own - ending]
    for line in lines:
        about = line["noun"], line["noun_id"]
        named = {about, *(("claims", id) for id in (*line["claims"], *line["gone_claims"]))}
        wrong += [f"a line tells of {what}, which the public never saw" for what in named - seen]
        last = [one for one in lines if (one["noun"], one["noun_id"]) == about][-1] is line
        if last and (line["effect"] == "gone") == (about in after.wholes):
            wrong.append(f"{about} is said to be {line['effect']}")
    for what in differing & before.stamps.keys() & after.stamps.keys():
        if before.stamps[what] >= after.stamps[what]:
            wrong.append(f"{what} differs, and not its time")
    if not differing and not of_sentence:
        wrong += [f"nothing differs, and a line says {line}" for line in lines]
        wrong += [
            f"nothing differs, and the time of {what} does"
            for what in after.stamps
            if before.stamps[what] != after.stamps[what]
        ]
    return wrong


def play(app: Flask, seed: int) -> list[str]:
    """Play a history; return what went wrong, with what was done before."""
    rng = random.Random(seed)  # noqa: S311 (no secret)
    public, reviewer = app.test_client(), app.test_client()
    reviewer.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {keys.create(name='one', scope='review')[1]}"
    world = AnyWorld(seed, Actor(), [Actor(keys.create(name=name, scope="write")[0].id) for name in "ab"], rng)
    cursor = 0
    done: list[str] = []
    kept: set[str] = set()
    before, all_before, seen = Sight(public), Sight(reviewer), set[What]()
    seen |= before.wholes.keys()
    cursor, _ = _lines(public, cursor)
    for name in rng.choices(list(HERE), [1 if name in RARE else 6 for name in HERE], k=LENGTH):
        change = HERE[name](world)
        spread(change, world, again=name == "record a print")
        done.append(f"{name}: {change} {do(change, reviewer)}")
        seals.seal_all()
        after, all_after = Sight(public), Sight(reviewer)
        seen |= after.wholes.keys()
        cursor, lines = _lines(public, cursor)
        wrong = _wrong(before, after, lines, seen, of_sentence=name.startswith("move an edge"))
        for what in all_before.differing(all_after) & all_before.stamps.keys() & all_after.stamps.keys():
            if all_before.stamps[what] >= all_after.stamps[what]:
                wrong.append(f"to reviewers, {what} differs, and not its time")
        if wrong:
            return [f"--seed {seed}", *done[-4:], *wrong, *map(str, lines)]
        before, all_before = after, all_after
        kept |= {seals.last().public_hash} - {""}
    prove(_pages(public), kept)
    return []


def _pages(client: FlaskClient) -> Iterator[dict[str, Any]]:
    """The pages of the feed from its beginning."""
    cursor: dict[str, str] = {}
    while True:
        page = client.get("/v1/changes", query_string={"limit": 100} | cursor).json
        yield page
        if page["next"] is None:
            return
        cursor = {"cursor": page["next"]}


def _lines(client: FlaskClient, cursor: int) -> tuple[int, list[dict[str, Any]]]:
    """Read the feed past a sequence to its end."""
    found: list[dict[str, Any]] = []
    while page := client.get("/v1/changes", query_string={"limit": 100} | ({"cursor": cursor} if cursor else {})).json[
        "items"
    ]:
        found += page
        cursor = page[-1]["sequence"]
    return cursor, found


@pytest.mark.no_cover
def test_the_feed_tells_what_the_public_is_answered_otherwise_and_nothing_else(
    urls: Urls, request: pytest.FixtureRequest, tell: Callable[[str], None]
) -> None:
    option = request.config.getoption
    first = option("--seed") or random.randrange(1_000_000)  # noqa: S311 (no secret)
    tell(f"--seed {first} repeats it")
    for seed in range(first, first + option("--rounds")):
        app = create_app(Settings(DATABASE_URL=urls(), REQUESTS_PER_MINUTE=0, KEY_REQUESTS_PER_MINUTE=0))
        assert (wrong := play(app, seed)) == [], "\n".join(wrong)
        database.close()
