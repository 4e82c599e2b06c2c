"""Two changes of the same nouns at the same moment, every pair of them: the rules of the data hold afterwards.

`--rounds` says how often each pair meets, `--meet` which changes, and `--seed` repeats a run.
"""

import itertools
import random
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from api import settings
from models.access import keys
from models.history.changes import Actor
from models.queries import derived
from models.storage import database
from models.storage.database import fetch
from models.upkeep import verify
from tests.concurrent_changes import CHANGES, REFUSED, World, do
from tests.postgres import Databases


@contextmanager
def _slow_queries() -> Iterator[None]:
    """Let every few queries wait a little, so that changes meet in all ways."""
    rng = random.Random(0)  # noqa: S311 (no secret)

    def wait(_: Any) -> None:
        if threading.current_thread() is not threading.main_thread() and rng.random() < 0.2:
            time.sleep(rng.random() * 0.004)

    if not database.on_sqlite():
        database.db.query_hooks.append(wait)
    yield
    if not database.on_sqlite():
        database.db.query_hooks.remove(wait)


#: How many pairs meet, each in a world of its own, before the whole registry is judged.
_JUDGED_TOGETHER = 10
#: In how many tests all pairs meet, which run beside one another.
_PARTS = 8


class Driver:
    """Does pairs of changes in worlds that are stored already, and looks at what they left."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.secret = keys.create(name="driver", scope="review")[1]
        coders = [Actor(keys.create(name=name, scope="write")[0].id) for name in ("one", "other")]
        rng = random.Random(0)  # noqa: S311 (no secret)
        self.worlds = [World(number, Actor(), coders, rng) for number in range(_JUDGED_TOGETHER)]
        self.answers: Counter[str] = Counter()

    def meet(self, world: World, first: str, second: str, seed: int) -> tuple[str, list[str]]:
        """Do two changes at the same moment in a world; return what was done, and what is wrong with the answers."""
        world.choose(random.Random(seed))  # noqa: S311 (no secret)
        requests = [CHANGES[first](world), CHANGES[second](world)]
        answers: list[Any] = [None, None]
        barrier = threading.Barrier(2)

        def run(place: int) -> None:
            client = self.app.test_client()
            client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {self.secret}"
            try:
                barrier.wait(60)
                answers[place] = do(requests[place], client)
            except BaseException as error:  # else it would be lost with the thread
                answers[place] = error
            finally:
                database.close()

        threads = [threading.Thread(target=run, args=(place,)) for place in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        wrong = [
            f"answered {one!r}" for one in answers if not isinstance(one, int) or not (one < 300 or one in REFUSED)
        ]
        reused = f"Reused in {world.number}."
        same = fetch("SELECT count(*) FROM claims WHERE text = ? AND retracted_at IS NULL", (reused,))
        if same[0][0] > 1:
            wrong.append("a claim that was to be reused was made twice")
        self.answers.update(map(str, answers))
        met = f"{first} + {second} (seed {seed}; {requests}, {answers})"
        return met, [f"{met}: {one}" for one in wrong]

    def meet_all(self, pairs: list[tuple[str, str]], seed: int) -> list[str]:
        """Do as many pairs as there are worlds, or fewer; return what is wrong in the registry afterwards."""
        together = zip(self.worlds, pairs, strict=False)
        done = [self.meet(world, *pair, seed + place) for place, (world, pair) in enumerate(together)]
        wrong = [*verify.broken_rules(), *derived.differences(), *verify.CHECKS["log"]()]
        met = "; ".join(met for met, _ in done)
        return [*itertools.chain(*(wrong for _, wrong in done)), *(f"one of {met}: {one}" for one in wrong)]


@pytest.fixture
def copied(app: Flask, url: str, request: pytest.FixtureRequest) -> Callable[[], AbstractContextManager[None]]:
    """Let the app serve a copy of its registry for a while, in which every few queries wait a little."""

    @contextmanager
    def serve() -> Iterator[None]:
        _hang_up()
        with _copy(url, request) as address:
            settings.connect(replace(app.config["SETTINGS"], DATABASE_URL=address))
            with _slow_queries():
                yield
            _hang_up()

    return serve


def _hang_up() -> None:
    database.close()
    database.disconnect()


@contextmanager
def _copy(url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    if url.startswith("postgresql:"):
        databases: Databases = request.getfixturevalue("databases")
        with databases.copied(url) as address:
            yield address
        return
    path = Path(url.removeprefix("sqlite:///"))
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        yield f"sqlite:///{shutil.copy(path, folder)}"


@pytest.fixture
def meet(
    app: Flask,
    copied: Callable[[], AbstractContextManager[None]],
    request: pytest.FixtureRequest,
    tell: Callable[[str], None],
) -> Callable[..., None]:
    """Let so many pairs of changes meet, or a part of all, as often as the run is told; print what they follow from."""
    option = request.config.getoption
    seed = option("--seed") or random.randrange(1_000_000)  # noqa: S311 (no secret)
    some = {name for name in option("--meet").split(",") if name}

    def run(number: int | None, part: int = 0) -> None:
        pairs = [pair for pair in itertools.combinations_with_replacement(CHANGES, 2) if not some or some & {*pair}]
        pairs = pairs if number else pairs[part::_PARTS]
        chosen = random.Random(seed).choices(pairs, k=number) if number else pairs * option("--rounds")  # noqa: S311
        driver = Driver(app)
        wrong = []
        for place in range(0, len(chosen), _JUDGED_TOGETHER):
            with copied():
                wrong += driver.meet_all(chosen[place : place + _JUDGED_TOGETHER], seed + place)
        tell(f"--seed {seed} repeats it; answers: {dict(driver.answers)}")
        assert wrong == [], "\n".join([f"--seed {seed}", *wrong])

    return run


@pytest.mark.slow
@pytest.mark.unconnected
def test_some_changes_at_once_leave_what_the_rules_allow(meet: Callable[..., None]) -> None:
    meet(25)


@pytest.mark.slow
@pytest.mark.unconnected
@pytest.mark.parametrize("part", range(_PARTS))
def test_every_two_changes_at_once_leave_what_the_rules_allow(meet: Callable[..., None], part: int) -> None:
    meet(None, part)
