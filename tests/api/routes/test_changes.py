"""/v1/changes over HTTP."""

from threading import Event, Thread

from flask.testing import FlaskClient

from models import topics
from models.history.changes import Actor
from models.storage import database, transactions
from tests.api.steps import changed, posted, refusal, retracted
from tests.factories import charge, topic


def test_it_works(writer: FlaskClient, reviewer: FlaskClient) -> None:
    posted(writer, "topics", topic())
    changed(reviewer, "/v1/topics/1", {"label": "Water"})
    retracted(writer, "/v1/topics/1", "Too wide")
    lines = reviewer.get("/v1/changes").json["items"]
    assert [line["action"] for line in lines] == ["create", "change", "retract"]
    assert [(line["noun"], line["noun_id"]) for line in lines] == [("topics", 1)] * 3
    assert lines[0]["before"] is None
    assert (lines[1]["before"]["label"], lines[1]["after"]["label"]) == ("Drinking water", "Water")
    assert lines[2]["after"]["retracted_reason"] == "Too wide"
    assert lines[0]["key_id"] == lines[2]["key_id"] != lines[1]["key_id"]


def test_takes_the_review_scope(writer: FlaskClient, public: FlaskClient) -> None:
    assert public.get("/v1/changes").status_code == 401
    assert writer.get("/v1/changes").status_code == 403


def test_one_request_that_makes_many_things_is_logged_whole(writer: FlaskClient, reviewer: FlaskClient) -> None:
    posted(writer, "statements", charge())
    lines = reviewer.get("/v1/changes").json["items"]
    assert sorted(line["noun"] for line in lines) == ["claims", "documents", "speakers", "statements"]
    assert "text" not in next(line for line in lines if line["noun"] == "documents")["after"]


def test_what_is_refused_leaves_no_line(writer: FlaskClient, reviewer: FlaskClient) -> None:
    assert writer.post("/v1/statements", json=charge(claim={"id": 9})).status_code == 409
    assert reviewer.get("/v1/changes").json["items"] == []


def test_filters_by_noun_and_goes_on_from_the_last_next(writer: FlaskClient, reviewer: FlaskClient) -> None:
    posted(writer, "statements", charge())
    posted(writer, "topics", topic())
    (line,) = reviewer.get("/v1/changes?noun=topics&noun_id=1").json["items"]
    assert line["noun"] == "topics"
    first = reviewer.get("/v1/changes?limit=4").json
    rest = reviewer.get(f"/v1/changes?limit=4&cursor={first['next']}").json
    assert (len(first["items"]), rest["items"], rest["next"]) == (4, [line], None)


def test_filters_by_the_key_that_did_it(writer: FlaskClient, reviewer: FlaskClient) -> None:
    posted(writer, "topics", topic())
    changed(reviewer, "/v1/topics/1", {"label": "Water"})
    posted(writer, "topics", topic(slug="other"))
    key = reviewer.get("/v1/changes").json["items"][0]["key_id"]
    lines = reviewer.get(f"/v1/changes?key={key}").json["items"]
    assert [(line["action"], line["noun_id"]) for line in lines] == [("create", 1), ("create", 2)]
    assert reviewer.get("/v1/changes?key=99").json["items"] == []


def test_a_reader_who_goes_on_misses_no_line_that_was_begun_early_and_written_late(reviewer: FlaskClient) -> None:
    begun, may_end = Event(), Event()

    def slow() -> None:
        with transactions.transaction():
            topics.create(by=Actor(), slug="slow", label="Begun first, written last")
            begun.set()
            may_end.wait(60)
        database.close()

    def quick() -> None:
        for slug in ("quick", "quicker"):
            topics.create(by=Actor(), slug=slug, label="Begun second")
        database.close()

    threads = [Thread(target=slow), Thread(target=quick)]
    threads[0].start()
    begun.wait(60)
    threads[1].start()
    threads[1].join(0.5)  # a registry may well let the second wait for the first
    page = reviewer.get("/v1/changes?limit=1").json
    seen = {line["after"]["slug"] for line in page["items"]}
    may_end.set()
    for thread in threads:
        thread.join()
    rest = reviewer.get("/v1/changes", query_string={"cursor": page["next"]} if page["next"] else {}).json
    assert seen | {line["after"]["slug"] for line in rest["items"]} == {"slow", "quick", "quicker"}


def test_shows_no_key(reviewer: FlaskClient) -> None:
    posted(reviewer, "topics", topic())
    answer = reviewer.get("/v1/changes").text
    assert "cck_" not in answer
    assert "secret" not in answer


def test_finds_what_was_done_and_which_member_was_changed(writer: FlaskClient, reviewer: FlaskClient) -> None:
    posted(writer, "statements", charge())
    posted(writer, "topics", topic())
    changed(reviewer, "/v1/statements/1", {"role": "officials"})
    changed(reviewer, "/v1/statements/1", {"status": "rejected"})
    changed(reviewer, "/v1/claims/1", {"topics": ["drinking-water"]})
    retracted(writer, "/v1/topics/1")

    def found(query: str) -> list[tuple[str, str]]:
        lines = reviewer.get(f"/v1/changes?{query}").json["items"]
        return [(line["noun"], line["action"]) for line in lines]

    (line,) = reviewer.get("/v1/changes?action=change&member=status").json["items"]
    assert (line["before"]["status"], line["after"]["status"]) == ("accepted", "rejected")
    assert found("action=retract") == found("member=retracted_at") == [("topics", "retract")]
    assert found("member=role") == [("statements", "change")]
    assert found("member=topics") == [("claims", "change")]
    assert found("action=create&member=text") == found("member=nothing") == []
    assert len(found("action=create")) == 5
    assert len(found("member=version")) == 4
    following = reviewer.get("/v1/changes?member=version&limit=1").json["next"]
    assert len(found(f"member=version&cursor={following}")) == 3
    for wrong in ("Status", "", "$.status", "a" * 41):
        assert refusal(reviewer.get(f"/v1/changes?member={wrong}")) == (400, ["member"])
    assert refusal(reviewer.get("/v1/changes?action=delete")) == (400, ["action"])
