"""A long life of mixed requests, in which nothing fails and nothing grows."""

import itertools
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from tests.factories import charge, claim, review, speaker, topic
from tests.faults import audit
from tests.faults.client import Answer
from tests.faults.operations import one_of_each
from tests.faults.server import Server
from tests.faults.traffic import at_once

Served = Callable[..., Server]
Scale = Callable[[int, int], int]
Tell = Callable[[str], None]

MIB = 1024 * 1024

#: What may be added between the first quarter of the life and its end: memory in bytes, the WAL of SQLite in bytes
#: (it is written back every 1,000 pages, when no reader is in the way), and files and sockets.
GROWTH, WAL, DESCRIPTORS = 40 * MIB, 16 * MIB, 40

#: How many clients live at once.
CLIENTS = 8


class _State(NamedTuple):
    memory: int
    descriptors: int
    wal: int


def _state(server: Server, url: str) -> _State:
    wal = Path(url.removeprefix("sqlite:///") + "-wal")
    return _State(server.memory(), server.descriptors(), wal.stat().st_size if wal.exists() else 0)


class Life:
    """One client that does now this, now that, with what it finds; and what it was answered."""

    #: One number for each thing that is made, by whichever client.
    numbers = itertools.count(1)

    def __init__(self, server: Server, secret: str, seed: int, ids: dict[str, int]) -> None:
        self.client, self.public = server.client(secret), server.client()
        self.chance = random.Random(seed)
        self.ids = {noun: [id] for noun, id in ids.items()}
        self.outcomes: Counter[int] = Counter()
        self.wrong: list[str] = []

    def live(self, requests: int) -> None:
        """Do so many requests."""
        deeds = [
            *(30 * [self._read], 14 * [self._list], 10 * [self._search], 10 * [self._again], 12 * [self._create]),
            *(6 * [self._change], 2 * [self._retract], 2 * [self._merge], 2 * [self._retry], 6 * [self._nonsense]),
            *(2 * [self._leave], 1 * [self._export]),
        ]
        all_deeds = list(itertools.chain(*deeds))
        wanted = self.outcomes.total() + requests
        while self.outcomes.total() < wanted:
            self.chance.choice(all_deeds)()

    def close(self) -> None:
        """Hang up."""
        self.client.close()
        self.public.close()

    def _told(self, answer: Answer, *expected: int) -> Answer:
        self.outcomes[answer.status] += 1
        if answer.status not in expected:
            self.wrong.append(f"{answer.status}: {answer.text[:300]}")
        return answer

    def _one(self, noun: str | None = None) -> str:
        noun = noun or self.chance.choice(list(self.ids))
        return f"/v1/{noun}/{self.chance.choice(self.ids[noun])}"

    def _read(self) -> None:
        self._told(self.client.get(self._one()), 200, 308, 410)

    def _again(self) -> None:
        path = self._one()
        first = self._told(self.client.get(path), 200, 308, 410)
        if first.status == 200:
            self._told(self.client.get(path, If_None_Match=first.headers["ETag"]), 304, 200, 308, 410)

    def _list(self) -> None:
        noun = self.chance.choice(["claims", "statements", "speakers", "counterclaims", "documents", "disputes"])
        page = self._told(self.public.get(f"/v1/{noun}?limit={self.chance.choice([1, 5, 20])}"), 200)
        if page.status == 200 and page.json["next"]:
            self._told(self.public.get(f"/v1/{noun}?limit=20&cursor={page.json['next']}"), 200)

    def _search(self) -> None:
        words = self.chance.choice(["exports", "water safe", "claim OR speaker", '"sustain the war"', "nothing"])
        noun = self.chance.choice(["claims", "statements"])
        self._told(self.public.get(f"/v1/{noun}?q={quote(words)}&limit=10"), 200)

    def _create(self) -> None:
        n = next(self.numbers)
        noun, body = self._body(n)
        made = self._told(self.client.post(f"/v1/{noun}", body), 201, 409)
        if made.status == 201:
            self.ids[noun] = [*self.ids[noun][-50:], made.json["id"]]

    def _body(self, n: int) -> tuple[str, dict[str, Any]]:
        return self.chance.choice([
            ("claims", claim(text=f"Claim {n} is safe.")),
            ("speakers", speaker(name=f"Speaker {n}")),
            ("topics", topic(slug=f"topic-{n}")),
            ("reviews", review(self.ids["claims"][0], url=f"https://checks.example.org/{n}")),
            ("statements", charge(document={"url": "https://example.org/visit"}, speaker={"name": f"Sayer {n}"})),
        ])  # fmt: skip

    def _change(self) -> None:
        noun, member = self.chance.choice([("claims", "text"), ("speakers", "description"), ("topics", "label")])
        path = self._one(noun)
        now = self._told(self.client.get(path), 200, 308, 410)
        if now.status == 200:
            body = {member: f"Words {next(self.numbers)}"}
            self._told(self.client.patch(path, body, now.headers["ETag"]), 200, 412, 410, 308, 409)

    def _retract(self) -> None:
        if len(self.ids["topics"]) > 1:
            path = f"/v1/topics/{self.ids['topics'].pop()}"
            now = self._told(self.client.get(path), 200)
            self._told(self.client.delete(path, now.headers["ETag"]), 204)

    def _merge(self) -> None:
        if len(self.ids["claims"]) > 2:
            one, other = self.ids["claims"].pop(), self.ids["claims"][0]
            self._told(self.client.post(f"/v1/claims/{one}/merge", {"into": other}), 200, 409, 410)

    def _retry(self) -> None:
        n = next(self.numbers)
        for _ in range(2):
            self._told(self.client.post("/v1/claims", claim(text=f"Retried {n}."), Idempotency_Key=f"soak-{n}"), 201)

    def _nonsense(self) -> None:
        path, body, status = self.chance.choice([
            ("/v1/claims", {"text": ""}, 422),
            ("/v1/claims", b"{", 400),
            ("/v1/claims?speeker=1", None, 400),
            ("/v1/claims?q=" + "a" * 600, None, 400),
            ("/v1/claims/999999999", None, 404),
            ("/v1/nothing", None, 404),
            ("/v1/claims?cursor=forged", None, 400),
        ])  # fmt: skip
        self._told(self.client.send("GET" if body is None else "POST", path, body), status)

    def _leave(self) -> None:
        self.client.close()
        self.public.close()

    def _export(self) -> None:
        noun = self.chance.choice(["counterclaims", "documents", "topics?format=csv"])
        self._told(self.public.get(f"/v1/exports/{noun}"), 200)


def test_a_long_life_fails_nowhere_and_nothing_grows(
    url: str, served: Served, key: Callable[..., str], scale: Scale, tell: Tell
) -> None:
    # A short life begins when what each thread and connection keeps is there: 1,000 requests bring 35 MiB of it.
    requests, before = scale(1_000, 200_000), scale(3_000, 0)
    server, secret = served(PROCESSES="2"), key("admin")
    ids = one_of_each(server.client(secret), url)
    lives = [Life(server, secret, seed, ids) for seed in range(CLIENTS)]
    states = []
    for count in (before, *4 * [requests // 4]):
        failed = [one for one in at_once(CLIENTS, lambda n, each=count // CLIENTS + 1: lives[n].live(each), 900) if one]
        assert not failed, failed[:3]
        for life in lives:
            life.close()
        states.append(_state(server, url))
    outcomes = sum((life.outcomes for life in lives), Counter[int]())
    first, last = states[1], states[-1]
    tell(
        f"{outcomes.total()} requests, {dict(sorted(outcomes.items()))}; after a quarter and at the end: memory"
        f" {first.memory / MIB:.0f} and {last.memory / MIB:.0f} MiB, descriptors {first.descriptors} and"
        f" {last.descriptors}, WAL {first.wal / MIB:.1f} and {last.wal / MIB:.1f} MiB"
    )
    wrong = [told for life in lives for told in life.wrong]
    assert not wrong, f"{len(wrong)} of {outcomes.total()}: {wrong[:3]}"
    assert not [status for status in outcomes if status >= 500]
    assert last.memory - first.memory <= scale(GROWTH // 2, GROWTH)
    assert last.descriptors - first.descriptors <= DESCRIPTORS
    assert last.wal - first.wal <= WAL
    server.kill()
    audit.whole(url)
