"""A retraction is taken back by whoever may retract, where all that the thing stands on stands."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from models.history.changes import Actor
from models.queries import derived
from models.storage import transactions
from models.tables import Statement
from models.upkeep import erasures, verify
from tests.api.steps import changed, matching, posted, retracted
from tests.factories import charge, claim, denial, document, review, speaker, topic


@pytest.fixture(autouse=True)
def sound(writer: FlaskClient) -> Iterator[None]:
    """Hold the registry against all rules of the data, whatever a test did to it."""
    yield
    assert [*verify.broken_rules(), *derived.differences()] == []
    assert [problem for check in verify.run() if check.name == "log" for problem in check.problems] == []


def restored(client: FlaskClient, path: str) -> TestResponse:
    """Take the retraction of what is at `path` back, which has to succeed."""
    answer = client.post(f"{path}/restore")
    assert answer.status_code == 200, answer.text
    return answer


def refused(client: FlaskClient, path: str) -> str:
    """Ask for a restore, which has to be refused as a conflict; why."""
    answer = client.post(f"{path}/restore")
    assert answer.status_code == 409, answer.text
    assert answer.json["errors"] == []
    return str(answer.json["detail"])


def timeless(answer: TestResponse) -> Any:
    """What an answer says, without what every change changes."""
    stamps = ("updated_at", "version", "changed_at")

    def bare(node: Any) -> Any:
        if isinstance(node, dict):
            return {name: bare(part) for name, part in node.items() if name not in stamps}
        return [bare(part) for part in node] if isinstance(node, list) else node

    return bare(answer.json)


def test_each_noun_stands_again_as_it_was_and_the_log_tells_it(
    writer: FlaskClient, public: FlaskClient, caller: Callable[[str | None], FlaskClient]
) -> None:
    posted(writer, "topics", topic())
    posted(writer, "documents", document())
    posted(writer, "speakers", speaker(aliases=["Other"], wikidata_id="Q1"))
    posted(writer, "claims", claim(topics=["drinking-water"]))
    posted(writer, "claims", claim())
    posted(writer, "counterclaims", {"claim": 1, "answer": 2, "kind": "denies"})
    posted(writer, "reviews", review(1))
    for noun in ("counterclaims", "reviews", "claims", "topics", "speakers", "sentences", "documents"):
        path = f"/v1/{noun}/1"
        before = writer.get(path)
        retracted(writer, path, "By mistake")
        for key in (None, "read"):
            assert caller(key).post(f"{path}/restore").status_code == (401 if key is None else 403)
        answer = restored(writer, path)
        assert timeless(answer) == timeless(before), noun
        assert answer.headers["ETag"] == writer.get(path).headers["ETag"]
        version = answer.json["version"]
        assert version > before.json["version"]
        assert restored(writer, path).json["version"] == version  # it stands: nothing is changed
        (line,) = caller("admin").get(f"/v1/changes?noun={noun}&noun_id=1&action=restore").json["items"]
        assert (line["before"]["retracted_reason"], line["after"]["retracted_at"]) == ("By mistake", None)
    assert public.get("/v1/claims/1").json["topics"][0]["slug"] == "drinking-water"
    for noun in ("topics", "claims", "statements", "documents"):
        assert writer.post(f"/v1/{noun}/99/restore").status_code == 404


def test_a_statement_takes_up_what_was_taken_back_with_it(writer: FlaskClient, public: FlaskClient) -> None:
    posted(writer, "statements", charge())
    posted(writer, "statements", denial(1))
    posted(writer, "reviews", review(1, statement=1))
    paths = ("/v1/claims/1", "/v1/claims/2", "/v1/counterclaims/1", "/v1/reviews/1", "/v1/statements/1")
    before = [timeless(public.get(path)) for path in (*paths, "/v1/statements/2")]
    retracted(writer, "/v1/statements/2")
    assert public.get("/v1/counterclaims/1").status_code == 410
    retracted(writer, "/v1/statements/1")
    assert public.get("/v1/reviews/1").status_code in (404, 410)
    restored(writer, "/v1/statements/1")
    restored(writer, "/v1/statements/2")
    assert [timeless(public.get(path)) for path in (*paths, "/v1/statements/2")] == before


@pytest.mark.parametrize("of", ["claim", "attribution"])
def test_an_answer_stands_again_in_whatever_order_its_statements_are_restored(
    writer: FlaskClient, public: FlaskClient, of: str
) -> None:
    charged, denied = "/v1/statements/1", "/v1/statements/2"
    posted(writer, "statements", charge())
    posted(writer, "statements", denial(1, counters=[{"target": 1, "kind": "denies", "of": of}]))
    shown = timeless(public.get("/v1/counterclaims/1"))
    for order in itertools.product(itertools.permutations((charged, denied)), repeat=2):
        if of == "claim" and order[0][0] == charged:
            continue  # the counterclaim is aimed at no statement any more before it goes
        for path in order[0]:
            retracted(writer, path)
        for path in order[1]:
            restored(writer, path)
        assert timeless(public.get("/v1/counterclaims/1")) == shown
    retracted(writer, charged)
    restored(writer, charged)
    # Whoever takes it back by itself is not overruled.
    retracted(writer, "/v1/counterclaims/1")
    retracted(writer, denied)
    restored(writer, denied)
    assert public.get("/v1/counterclaims/1").status_code == 410


def test_a_statement_that_was_moved_is_moved_back(
    writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    posted(writer, "claims", claim())
    said = posted(writer, "statements", charge()).json
    path, left = f"/v1/statements/{said['id']}", f"/v1/claims/{said['claim']['id']}"
    changed(writer, path, {"claim": {"id": 1}})
    assert public.get(left).status_code == 410
    assert restored(writer, left).json["statements"] == []
    assert public.get(left).status_code == 200
    back = changed(writer, path, {"claim": {"id": said["claim"]["id"]}}).json
    assert back["claim"]["id"] == said["claim"]["id"]
    # A reviewer sees it though it is out of sight, and shows it to nobody else.
    changed(writer, path, {"claim": {"id": 1}})
    retracted(writer, left)
    restored(reviewer, left)
    assert public.get(left).status_code == 200


def test_a_merge_is_undone_though_the_claim_is_out_of_sight_then(writer: FlaskClient, public: FlaskClient) -> None:
    posted(writer, "claims", claim())
    said = posted(writer, "statements", charge()).json
    path = f"/v1/claims/{said['claim']['id']}"
    before = timeless(public.get(path))
    assert writer.post(f"{path}/merge", json={"into": 1}).status_code == 200
    retracted(writer, f"/v1/statements/{said['id']}")
    answer = writer.post(f"{path}/unmerge")
    assert (answer.status_code, answer.json["id"], answer.json["statements"]) == (200, said["claim"]["id"], [])
    assert public.get(path).status_code == 404
    restored(writer, f"/v1/statements/{said['id']}")
    assert timeless(public.get(path)) == before


def originals() -> list[int | None]:
    """The original of each statement."""
    return [row.original_id for row in Statement.select().order_by(Statement.id)]


def test_an_original_that_was_succeeded_is_of_the_same_act_again(writer: FlaskClient) -> None:
    posted(writer, "statements", charge())
    for url in ("https://example.org/wire", "https://example.org/other"):
        posted(writer, "statements", charge(document=document(url=url), claim={"id": 1}, original=1))
    retracted(writer, "/v1/statements/1")
    assert originals() == [None, None, 2]
    restored(writer, "/v1/statements/1")
    assert originals() == [2, None, 2]
    retracted(writer, "/v1/statements/3")
    retracted(writer, "/v1/statements/2")
    assert originals() == [None, None, 2]
    restored(writer, "/v1/statements/3")
    restored(writer, "/v1/statements/2")
    assert originals() == [None, 1, 1]


def test_is_refused_where_what_it_stands_on_does_not_stand(writer: FlaskClient, reviewer: FlaskClient) -> None:
    posted(writer, "statements", charge())
    posted(writer, "statements", denial(1))
    posted(writer, "reviews", review(2))
    retracted(writer, "/v1/reviews/1")
    retracted(writer, "/v1/statements/2")
    retracted(writer, "/v1/statements/1")
    assert "evidence" in refused(writer, "/v1/counterclaims/1")
    for noun in ("sentences", "documents", "speakers", "claims"):
        id = 2 if noun == "sentences" else 1
        retracted(reviewer, f"/v1/{noun}/{id}")
        assert f"{noun[:-1]} {id} was retracted" in refused(reviewer, "/v1/statements/1")
        # The claim was out of sight as it went: to who does not review, a GET does not tell that either.
        what = "does not stand" if noun == "claims" else "was retracted"
        assert f"{noun[:-1]} {id} {what}" in refused(writer, "/v1/statements/1")
        restored(reviewer, f"/v1/{noun}/{id}")
    retracted(reviewer, "/v1/claims/2")
    assert "claim 2 was retracted" in refused(reviewer, "/v1/reviews/1")
    assert "claim 2 was retracted" in refused(reviewer, "/v1/counterclaims/1")
    restored(writer, "/v1/statements/1")
    retracted(reviewer, "/v1/sentences/1")
    posted(writer, "claims", claim())
    retracted(writer, "/v1/statements/1")
    retracted(reviewer, "/v1/documents/1")
    assert "document 1 was retracted" in refused(writer, "/v1/sentences/1")


def test_is_refused_where_something_took_its_place(writer: FlaskClient) -> None:
    posted(writer, "topics", topic())
    posted(writer, "speakers", speaker(aliases=["Other"]))
    posted(writer, "claims", claim())
    posted(writer, "claims", claim())
    posted(writer, "statements", charge())
    answer = {"claim": 1, "answer": 2, "kind": "denies"}
    posted(writer, "counterclaims", answer)
    posted(writer, "reviews", review(1))
    for noun, body, id in (
        ("counterclaims", answer, 1),
        ("reviews", review(1), 1),
        ("topics", topic(), 1),
        ("statements", charge(), 1),
        ("sentences", {"document": 1, "start": 0, "end": 3}, 1),
        ("speakers", {"name": "other"}, 1),
    ):
        retracted(writer, f"/v1/{noun}/{id}")
        posted(writer, noun, body)
        assert refused(writer, f"/v1/{noun}/{id}"), noun
        assert writer.get(f"/v1/{noun}/{id}").status_code == 410
    retracted(writer, "/v1/statements/2")
    retracted(writer, "/v1/documents/1")
    posted(writer, "documents", document())
    assert "document 2" in refused(writer, "/v1/documents/1")


def test_what_was_erased_does_not_come_back(writer: FlaskClient, reviewer: FlaskClient) -> None:
    posted(writer, "statements", charge())
    retracted(writer, "/v1/statements/1")
    transactions.write(lambda: erasures.document(id=1, reason="At their request", by=Actor()))
    for path in ("/v1/documents/1", "/v1/statements/1"):
        answer = reviewer.post(f"{path}/restore")
        assert answer.status_code == 410, answer.text
        assert "erased" in answer.json["detail"]


#: What passes a statement on, or for whom it is: its noun, and the member of the statement that names it.
PASSED_ON = (
    ("speakers", {"via": {"speaker": {"name": "Agency", "kind": "organization"}}}),
    ("documents", {"via": {"document": document(url="https://example.org/wire", text="A wire.")}}),
    ("speakers", {"on_behalf_of": {"name": "Body", "kind": "organization"}}),
)


def passed_on(said: Any) -> int:
    """The id of what passed a statement on, or for whom it is."""
    one = said["on_behalf_of"] or said["via"]["speaker"] or said["via"]["document"]
    return int(one["id"])


def erase(noun: str, id: int) -> None:
    """Erase a speaker or a document."""
    work = erasures.speaker if noun == "speakers" else erasures.document
    transactions.write(lambda: work(id=id, reason="A court asked", by=Actor()))


@pytest.mark.parametrize(("noun", "named"), PASSED_ON)
def test_a_statement_stands_again_though_what_passed_it_on_was_erased(
    writer: FlaskClient, public: FlaskClient, noun: str, named: dict[str, Any]
) -> None:
    said = posted(writer, "statements", charge(**named)).json
    posted(writer, "statements", denial(1))
    erase(noun, passed_on(said))
    before = [timeless(public.get(path)) for path in ("/v1/statements/1", "/v1/claims/2")]
    retracted(writer, "/v1/statements/1")
    restored(writer, "/v1/statements/1")
    assert [timeless(public.get(path)) for path in ("/v1/statements/1", "/v1/claims/2")] == before


@pytest.mark.parametrize(("noun", "named"), PASSED_ON)
def test_a_statement_stands_again_after_what_passed_it_on_or_that_was_erased(
    writer: FlaskClient, noun: str, named: dict[str, Any]
) -> None:
    id = passed_on(posted(writer, "statements", charge(**named)).json)
    retracted(writer, "/v1/statements/1")
    retracted(writer, f"/v1/{noun}/{id}")
    assert f"{noun[:-1]} {id} was retracted" in refused(writer, "/v1/statements/1")
    restored(writer, f"/v1/{noun}/{id}")
    restored(writer, "/v1/statements/1")
    retracted(writer, "/v1/statements/1")
    retracted(writer, f"/v1/{noun}/{id}")
    erase(noun, id)
    restored(writer, "/v1/statements/1")


def test_what_was_merged_is_not_restored_but_leads_to_the_survivor(writer: FlaskClient) -> None:
    for _ in range(2):
        posted(writer, "claims", claim())
    third = posted(writer, "claims", claim()).json["id"]
    posted(writer, "counterclaims", {"claim": third, "answer": 1, "kind": "denies"})
    retracted(writer, "/v1/counterclaims/1")
    assert writer.post("/v1/claims/1/merge", json={"into": 2}).status_code == 200
    assert writer.post("/v1/claims/1/restore").status_code == 308
    assert restored(writer, "/v1/counterclaims/1").json["answer"]["id"] == 2


def test_who_may_not_see_it_cannot_restore_it(writer: FlaskClient, reviewer: FlaskClient) -> None:
    posted(reviewer, "statements", charge(status="candidate"))
    retracted(reviewer, "/v1/statements/1")
    assert writer.post("/v1/statements/1/restore").status_code == 404
    assert restored(reviewer, "/v1/statements/1").json["status"] == "candidate"
    changed(reviewer, "/v1/statements/1", {"status": "accepted"})
    assert matching(writer.get("/v1/statements/1"))
