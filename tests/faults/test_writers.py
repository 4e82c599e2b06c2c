"""Many writers at once, none refused, none overwritten by another who had not read."""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.factories import claim, denial, speaker
from tests.faults import audit
from tests.faults.client import Answer, Client
from tests.faults.operations import one_of_each, operations
from tests.faults.server import Server
from tests.faults.traffic import Readers, Writers, at_once, furnish, worst

Served = Callable[..., Server]
Scale = Callable[[int, int], int]


def test_sixteen_writers_and_four_readers_are_all_served(
    url: str, served: Served, key: Callable[..., str], scale: Scale, tell: Callable[[str], None]
) -> None:
    server, secret = served(PROCESSES="2"), key("write")
    client = server.client(secret)
    furnish(client)
    there = client.post("/v1/speakers", speaker()).headers["Location"]
    unseen = []

    def read_at_once(client: Client, name: str, answer: Answer) -> None:
        """By a connection of its own, which any worker may take: the new row, and a search for its words."""
        if int(name.rpartition("x")[2]) % 8:
            return
        other = Client(server.port)
        id = answer.json["claim"]["id"]
        found = other.get(f"/v1/claims?q={name}&in=text&fields=id")
        if other.get(f"/v1/claims/{id}").status != 200 or found.json["items"] != [{"id": id}]:
            unseen.append(name)
        other.close()

    lists = ["/v1/claims?limit=20", "/v1/claims?q=claim&limit=10", "/v1/statements?limit=10", there]
    with (
        Writers(server, secret, 16, then=read_at_once) as writers,
        Readers(server, None, 4, lists) as readers,
    ):
        time.sleep(scale(4, 60))
    tell(
        f"{len(writers.seconds)} writes, p99 {worst(writers.seconds) * 1000:.0f} ms;"
        f" {len(readers.seconds)} reads, p99 {worst(readers.seconds) * 1000:.0f} ms"
    )
    assert (writers.refused, writers.failures, writers.busy, writers.cuts) == ([], [], 0, 0), writers.trouble()
    assert (set(readers.statuses), readers.cuts) == ({200}, 0), readers.statuses
    assert unseen == [], f"{len(unseen)} writes were not seen by the next read or search"
    assert "locked" not in server.said()
    # The short form runs where others do: it allows ten times the time.
    assert worst(writers.seconds) <= 1 * scale(10, 1)
    assert worst(readers.seconds) <= 0.3 * scale(10, 1)
    server.kill()
    audit.whole(url)
    audit.held_once(url, writers)


#: A change of each noun that may be repeated.
CHANGES = {
    "topics": "label",
    "claims": "text",
    "speakers": "description",
    "documents": "title",
    "statements": "role",
    "counterclaims": "note",
    "reviews": "title",
}

#: A change of each noun that may not.
CHANGED_ONCE: dict[str, dict[str, Any]] = {"sentences": {"end": 90}, "suggestions": {"status": "dismissed"}}


def test_of_twelve_changes_with_one_etag_one_wins(
    url: str, served: Served, key: Callable[..., str], scale: Scale, tell: Callable[[str], None]
) -> None:
    server, secret = served(PROCESSES="2"), key("admin")
    client = server.client(secret)
    ids = one_of_each(client, url)
    clients = [server.client(secret) for _ in range(12)]
    rounds = scale(2, 12)
    for turn in range(rounds):
        for noun, member in CHANGES.items():
            path = f"/v1/{noun}/{ids[noun]}"
            etag = client.get(path).headers["ETag"]

            def change(number: int, path: str = path, etag: str = etag, member: str = member, turn: int = turn) -> int:
                return clients[number].patch(path, {member: f"{turn} by {number}"}, etag).status

            outcomes = at_once(12, change)
            assert Counter(outcomes) == {200: 1, 412: 11}, f"{path}: {outcomes}"
            winner = outcomes.index(200)
            assert client.get(path).json[member] == f"{turn} by {winner}"
    tell(f"{rounds * len(CHANGES)} rounds of 12: one 200, eleven 412 in each")
    audit.whole(url)


def test_all_who_change_what_one_claim_shows_get_their_way(
    url: str, served: Served, key: Callable[..., str], scale: Scale, tell: Callable[[str], None]
) -> None:
    server, secret = served(PROCESSES="2"), key("admin")
    client = server.client(secret)
    ids = one_of_each(client, url)
    disputed, filed = f"/v1/claims/{ids['claims']}", client.get(f"/v1/topics/{ids['topics']}").json["slug"]
    assert client.patch(disputed, {"topics": [filed]}, client.get(disputed).headers["ETag"]).status == 200
    changed = [noun for noun in CHANGES if noun not in ("counterclaims", "reviews")]
    clients = [server.client(secret) for _ in range(12)]
    rounds, seconds, wrong = scale(3, 60), list[float](), list[str]()

    def act(number: int) -> Counter[int]:
        statuses, client = Counter[int](), clients[number]
        for turn in range(rounds):
            began, name = time.monotonic(), f"{number}x{turn}"
            if number % 4 == 0:
                more = {"speaker": {"name": f"Sayer {name}", "kind": "person"}, "claim": claim(text=name)}
                answer = client.post("/v1/statements", denial(ids["statements"], **more))
            else:
                noun = changed[(number + turn) % len(changed)]
                path = f"/v1/{noun}/{ids[noun]}"
                answer = client.patch(path, {CHANGES[noun]: name}, client.get(path).headers["ETag"])
            seconds.append(time.monotonic() - began)
            statuses[answer.status] += 1
            if answer.status not in (200, 201, 412):
                wrong.append(answer.text)
        return statuses

    outcomes = at_once(12, act, 600)
    assert all(isinstance(one, Counter) for one in outcomes), outcomes
    statuses = dict(sum(outcomes, Counter[int]()))
    tell(f"12 who change or answer one claim: {statuses}, p99 {worst(seconds) * 1000:.0f} ms")
    assert wrong == []
    server.kill()
    audit.whole(url)
    if url.startswith("postgresql"):
        with audit.bound(url):
            deadlocks = audit.rows("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        assert deadlocks == [(0,)]


def test_every_change_takes_the_version_that_was_read(url: str, served: Served, key: Callable[..., str]) -> None:
    server, secret = served(), key("admin")
    client = server.client(secret)
    ids = one_of_each(client, url)
    checked = 0
    for operation in operations():
        if not operation.matches:
            continue
        path = operation.at(ids[operation.noun])
        now = client.get(path).headers["ETag"]
        id, version, _ = now.strip('"').split("-")
        stale = f'"{id}-{int(version) + 1}-{"0" * 16}"'
        change = CHANGED_ONCE.get(operation.noun) or {CHANGES[operation.noun]: "x"}
        body = change if operation.method == "PATCH" else None
        assert client.send(operation.method, path, body).status == 428, operation.name
        assert client.send(operation.method, path, body, If_Match=stale).status == 412, operation.name
        assert client.get(path).headers["ETag"] == now, operation.name
        checked += 1
    assert checked >= 14


def test_every_single_thing_has_a_strong_etag_and_answers_304(
    url: str, served: Served, key: Callable[..., str]
) -> None:
    server, secret = served(), key("admin")
    client = server.client(secret)
    ids = one_of_each(client, url)
    for operation in operations():
        if operation.method != "GET" or operation.noun not in ids:
            continue
        path = operation.at(ids[operation.noun])
        first = client.get(path)
        etag = first.headers["ETag"]
        assert etag.startswith('"'), f"{path} has no strong ETag: {etag}"
        again = client.get(path, If_None_Match=etag)
        assert (again.status, again.data, again.headers["ETag"]) == (304, b"", etag), path
        assert client.get(path, If_None_Match=f'W/{etag}, "x"').status == 304, path
        assert client.get(path, If_None_Match='"x"').status == 200, path
