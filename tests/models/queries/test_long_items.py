"""An item alone that would be long shows fewer of each list, and says how many more there are and where."""

import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from models import counterclaims, statements
from models.history.changes import Actor
from models.queries import long_items, nodes
from models.storage import database
from tests.factories import TEXT, charge, put_claim

pytestmark = pytest.mark.slow

#: Four bytes in UTF-8.
SIGN = "\U0001f600"
#: Bytes of JSON, instead of a million.
MOST = 40_000


@pytest.fixture(autouse=True)
def _short_items(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(long_items, "ITEM_JSON", MOST)
    monkeypatch.setattr(long_items, "DOCUMENT_JSON", MOST)
    monkeypatch.setattr(long_items, "PAGE", MOST)
    nodes.clear_caches()
    yield
    nodes.clear_caches()


def _disputed(actor: Actor, length: int, number: int = 12) -> int:
    """Put a claim that so many others dispute, each of a length in bytes; its id."""
    claim = put_claim(actor, f"It is {length}.")
    for at in range(number):
        other = put_claim(actor, f"{SIGN * (length // 4)} {length} {at}")
        counterclaims.create(by=actor, claim=claim, answer=other, kind="disputes")
    return claim


def _walked(client: FlaskClient, address: str) -> list[int]:
    return [one["id"] for one in client.get(f"{address}&limit=100").json["items"]]


def _counts(item: dict[str, Any], name: str = "counterclaims") -> tuple[int, int, bool]:
    return len(item[name]), item[f"{name.removesuffix('s')}_count"], item[f"{name}_rest"] is not None


@pytest.mark.parametrize(("length", "shown"), [(1_000, 12), (3_200, 10), (6_000, 3), (20_000, 1), (60_000, 1)])
def test_a_claim_shows_as_many_as_have_room(public: FlaskClient, actor: Actor, length: int, shown: int) -> None:
    id = _disputed(actor, length)
    answer = public.get(f"/v1/claims/{id}")
    assert _counts(answer.json) == (shown, 12, shown < 12)
    if shown > 1:
        assert len(answer.data) <= MOST
    if shown < 12:
        ids = _walked(public, answer.json["counterclaims_rest"])
        assert [one["id"] for one in answer.json["counterclaims"]] == ids[:shown]
        assert len(ids) == 12
    known = {"If-None-Match": answer.headers["ETag"]}
    assert public.get(f"/v1/claims/{id}", headers=known).status_code == 304


@pytest.mark.parametrize("length", [1_000, 3_200, 6_000, 60_000])
def test_an_export_writes_each_item_as_it_is_read_alone(
    public: FlaskClient, actor: Actor, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    disputed = [_disputed(actor, some) for some in (length, 10, length)]
    lines = [orjson.loads(line) for line in public.get("/v1/exports/claims").data.splitlines()]
    assert [line["id"] for line in lines] == _walked(public, "/v1/claims?fields=id&sort=id")
    for id in disputed:
        assert lines[id - 1] == public.get(f"/v1/claims/{id}").json


def test_what_changes_a_claim_answers_with_as_many(writer: FlaskClient, actor: Actor) -> None:
    id = _disputed(actor, 6_000)
    read = writer.get(f"/v1/claims/{id}")
    changed = writer.patch(f"/v1/claims/{id}", json={"text": "It is so."}, headers={"If-Match": read.headers["ETag"]})
    assert changed.status_code == 200, changed.text
    assert _counts(changed.json) == _counts(writer.post(f"/v1/claims/{id}/restore").json) == (3, 12, True)
    other = {"claim": id, "answer": put_claim(actor, SIGN * 1_500), "kind": "disputes"}
    more = writer.post("/v1/counterclaims", json=other)
    assert more.status_code == 201, more.text
    assert _counts(writer.get(f"/v1/claims/{id}").json) == (3, 13, True)
    assert changed.json["version"] == read.json["version"] + 1


def test_a_change_waits_for_nobody_who_reads_a_long_claim(
    public: FlaskClient, writer: FlaskClient, actor: Actor
) -> None:
    id = _disputed(actor, 6_000)
    asked: Counter[threading.Thread] = Counter()
    reading, going_on = threading.Barrier(3), threading.Event()

    def pause(_: Any) -> None:
        """Let readers stop in the second query of theirs, which reads the claim again."""
        here = threading.current_thread()
        asked[here] += 1
        if here in readers and asked[here] == 2:
            reading.wait(10)
            going_on.wait(10)

    readers = [threading.Thread(target=public.get, args=(f"/v1/claims/{id}",)) for _ in range(2)]
    change = threading.Thread(target=writer.post, args=(f"/v1/claims/{id}/restore",))
    database.db.query_hooks.append(pause)
    try:
        for reader in readers:
            reader.start()
        reading.wait(10)
        change.start()
        change.join(5)
        assert not change.is_alive()
    finally:
        going_on.set()
        for thread in (*readers, change):
            thread.join()
        database.db.query_hooks.remove(pause)


def test_lists_in_lists_are_shortened_too(public: FlaskClient, actor: Actor) -> None:
    claim = {"id": put_claim(actor)}
    for number in range(4):
        said = {"name": f"Speaker {number}", "description": SIGN * 1_400}
        statements.record(by=actor, **charge(speaker=said, claim=claim))
    answer = put_claim(actor, "They deny it.")
    counterclaims.create(by=actor, claim=1, answer=answer, kind="disputes")
    for number in range(4):
        denied = put_claim(actor, f"They never said so. {SIGN * 2_000} {number}")
        counterclaims.create(by=actor, claim=1, answer=denied, kind="denies", of="attribution", target=1)
    whole = public.get("/v1/claims/1").json
    assert len(whole["statements"]) == 1
    assert (whole["statement_count"], whole["statements_rest"]) == (4, "/v1/statements?claim=1&sort=print")
    own = public.get("/v1/statements/1").json
    assert _counts(own, "attribution_answers") == (3, 4, True)
    other = public.get(f"/v1/claims/{answer}").json["counters"][0]["claim"]
    assert (len(other["statements"]), other["statement_count"]) == (1, 4)


@pytest.mark.parametrize("noun", ["speakers", "documents"])
def test_speakers_and_documents_show_fewer_statements(public: FlaskClient, actor: Actor, noun: str) -> None:
    for number in range(12):
        said = charge(claim={"text": f"{SIGN * 1_500} {number}", "language": "en"})
        if noun == "speakers":
            said["document"] = {"text": f"{number}. {TEXT}", "language": "en"}
        else:
            said["speaker"] = {"name": f"Speaker {number}"}
        statements.record(by=actor, **said)
    whole = public.get(f"/v1/{noun}/1").json
    assert _counts(whole, "statements") == (3, 12, True)
    (listed,) = public.get(f"/v1/{noun}?ids=1&fields=statements,statement_count,statements_rest").json["items"]
    assert _counts(listed, "statements") == (3, 12, True)
    assert [one["id"] for one in whole["statements"]] == _walked(public, whole["statements_rest"])[:3]


@pytest.mark.parametrize("fields", ["id,counterclaims,counterclaim_count,counterclaims_rest", ""])
def test_so_does_a_page(public: FlaskClient, actor: Actor, fields: str) -> None:
    id = _disputed(actor, 6_000)
    asked = f"fields={fields}" if fields else "include=counterclaims"
    (item,) = public.get(f"/v1/claims?ids={id}&{asked}").json["items"]
    assert len(item["counterclaims"]) == 3
    if fields:
        assert _counts(item) == (3, 12, True)
    assert public.get(f"/v1/claims?ids={id}").json["items"][0]["id"] == id


@pytest.mark.parametrize("asked", ["fields=id&", ""])
def test_a_page_shows_fewer_answers_to_attributions(public: FlaskClient, actor: Actor, asked: str) -> None:
    said = statements.record(by=actor, **charge())
    for number in range(4):
        denied = put_claim(actor, f"They never said so. {SIGN * 3_000} {number}")
        counterclaims.create(by=actor, claim=1, answer=denied, kind="denies", of="attribution", target=said)
    answer = public.get(f"/v1/statements?{asked}include=attribution_answers")
    assert len(answer.json["items"][0]["attribution_answers"]) == 3
    assert len(answer.data) < MOST


def test_members_that_are_chosen_are_shortened_alone(public: FlaskClient, actor: Actor) -> None:
    id = _disputed(actor, 6_000)
    assert len(public.get(f"/v1/claims/{id}?fields=counterclaims").json["counterclaims"]) == 3
    ids = public.get(f"/v1/claims/{id}?fields=counterclaims.id,counterclaim_count").json
    assert (len(ids["counterclaims"]), ids["counterclaim_count"]) == (12, 12)
