"""A retry is done once, and two who put in the same thing at the same moment make one."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.factories import charge, claim, document, review, speaker, topic
from tests.faults import audit
from tests.faults.client import Answer, Client
from tests.faults.server import Server
from tests.faults.traffic import at_once, furnish

Served = Callable[..., Server]
Key = Callable[..., str]
Scale = Callable[[int, int], int]


def _same(answer: Answer) -> tuple[Any, ...]:
    return answer.status, answer.data, answer.headers["Location"], answer.headers["ETag"]


def _bodies(name: str) -> dict[str, dict[str, Any]]:
    return {
        "claims": claim(text=f"Claim {name}"),
        "speakers": speaker(name=f"Speaker {name}"),
        "topics": topic(slug=f"topic-{name}"),
        "documents": document(url=f"https://example.org/{name}"),
        "reviews": review(1, url=f"https://checks.example.org/{name}"),
        "statements": charge(
            document={"url": "https://example.org/visit"}, speaker={"name": f"Sayer {name}"}, sentence=None
        ),
    }


def test_ten_parallel_requests_with_one_key_are_one(url: str, served: Served, key: Key, scale: Scale) -> None:
    server, secret = served(PROCESSES="2"), key("write")
    furnish(server.client(secret))
    server.client(secret).post("/v1/claims", claim())
    clients = [server.client(secret) for _ in range(10)]
    for turn in range(scale(1, 8)):
        for noun, body in _bodies(f"t{turn}").items():

            def send(number: int, noun: str = noun, body: Any = body, turn: int = turn) -> Answer:
                return clients[number].post(f"/v1/{noun}", body, Idempotency_Key=f"{noun}-{turn}")

            outcomes = at_once(10, send)
            assert all(isinstance(outcome, Answer) for outcome in outcomes), outcomes
            assert {outcome.status for outcome in outcomes} == {201}, outcomes[0].text
            assert len({_same(outcome) for outcome in outcomes}) == 1, noun
    audit.whole(url)


def test_a_retry_after_the_servers_death_gets_the_first_answer(url: str, served: Served, key: Key) -> None:
    server, secret = served(), key("write")
    client = server.client(secret)
    furnish(client)
    client.post("/v1/claims", claim())
    bodies = _bodies("k")
    first = {noun: client.post(f"/v1/{noun}", body, Idempotency_Key=noun) for noun, body in bodies.items()}
    for _ in range(2):
        server.kill()
        server.start()
        client.close()
        for noun, body in bodies.items():
            assert _same(client.post(f"/v1/{noun}", body, Idempotency_Key=noun)) == _same(first[noun])
            other = client.post(f"/v1/{noun}", _bodies("other")[noun], Idempotency_Key=noun)
            assert (other.status, b"Idempotency-Key" in other.data) == (422, True), noun
    with audit.bound(url):
        assert audit.count("claims") == 3
        assert audit.count("statements") == 1


def test_keys_of_others_do_not_meet_and_refusals_are_not_kept(url: str, served: Served, key: Key) -> None:
    server = served()
    one, two = server.client(key("write")), server.client(key("write"))
    first = one.post("/v1/claims", claim(), Idempotency_Key="a")
    second = two.post("/v1/claims", claim(), Idempotency_Key="a")
    assert (first.status, second.status) == (201, 201)
    assert first.json["id"] != second.json["id"]
    body = charge(document={"url": "https://example.org/visit"}, sentence=None)
    refused = one.post("/v1/statements", body, Idempotency_Key="b")
    assert 400 <= refused.status < 500
    furnish(two)
    assert one.post("/v1/statements", body, Idempotency_Key="b").status == 201


@pytest.mark.parametrize("noun", ["speakers", "documents", "topics", "reviews", "statements"])
def test_twelve_parallel_creates_of_one_thing_make_one(
    url: str, served: Served, key: Key, scale: Scale, noun: str
) -> None:
    server, secret = served(PROCESSES="2"), key("write")
    furnish(server.client(secret))
    server.client(secret).post("/v1/claims", claim())
    clients = [server.client(secret) for _ in range(12)]
    for turn in range(scale(2, 10)):
        body = _bodies(f"n{turn}")[noun]
        statuses = [
            answer.status for answer in at_once(12, lambda number, b=body: clients[number].post(f"/v1/{noun}", b))
        ]
        assert Counter(statuses) == {201: 1, 409: 11}, statuses
    audit.whole(url)


def test_pages_walked_while_rows_come_show_each_old_row_once(
    url: str, served: Served, key: Key, scale: Scale, tell: Callable[[str], None]
) -> None:
    from tests.faults.traffic import Writers

    server, secret = served(PROCESSES="2"), key("admin")
    furnish(server.client(secret))
    with Writers(server, secret, 4) as writers:
        writers.wait_for(scale(150, 600))
    walks = 0
    lists = {
        "/v1/claims?limit=7&fields=id": "claims",
        "/v1/claims?limit=7&fields=id&sort=id": "claims",
        "/v1/statements?limit=9&fields=id&sort=-day": "statements",
        "/v1/statements?limit=9&fields=id&sort=day": "statements",
        "/v1/claims?limit=7&fields=id&q=claim": "claims",
        "/v1/speakers?limit=9": "speakers",
        "/v1/topics?limit=3": "topics",
    }
    with Writers(server, secret, 4):
        for path, noun in lists.items():
            old = {id for of, id in writers.acknowledged.values() if of == noun}
            if noun == "claims":
                with audit.bound(url):
                    old = {
                        id for (id,) in audit.rows("SELECT id FROM claims WHERE text LIKE ?", f"%{writers.run_id}w%")
                    }
            for _ in range(scale(1, 3)):
                seen = list(_walk(server.client(secret), path))
                assert len(seen) == len(set(seen)), f"{path}: {len(seen) - len(set(seen))} doubles"
                assert old <= set(seen), f"{path}: {len(old - set(seen))} of {len(old)} were passed over"
                walks += 1
        log = list(_walk(server.client(secret), "/v1/changes?limit=100", member="sequence", most=100))
        assert len(log) == len(set(log))
        assert log == sorted(log)
    tell(f"{walks} walks over {len(writers.acknowledged)} rows while 4 wrote: no double, no gap")


def _walk(client: Client, path: str, member: str = "id", most: int = 2000) -> Any:
    cursor = None
    for _ in range(most):
        answer = client.get(f"{path}&cursor={cursor}" if cursor else path)
        assert answer.status == 200, answer.text
        for item in answer.json["items"]:
            yield item[member]
        cursor = answer.json["next"]
        if cursor is None:
            return
