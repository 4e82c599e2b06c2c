"""/v1/changes over HTTP."""

from threading import Event, Thread
from typing import Any

from flask.testing import FlaskClient

from models import topics
from models.history import seals
from models.history.changes import Actor
from models.storage import database, transactions
from models.upkeep import erasures, verify
from tests.api.steps import changed, posted, refusal, retracted
from tests.factories import charge, claim, denial, document, speaker, topic


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


def test_carries_the_last_seal_of_what_is_on_the_page(writer: FlaskClient, public: FlaskClient) -> None:
    posted(writer, "statements", charge())
    assert public.get("/v1/changes").json["seal"] is None
    seals.seal_all()
    posted(writer, "topics", topic())
    sealed, made_at, _, hash, _, public_hash = seals.last()
    told = {"through": sealed, "made_at": made_at, "hash": hash, "public_hash": public_hash}
    for query in ("", "?limit=4", f"?cursor={sealed + 1}"):
        assert public.get(f"/v1/changes{query}").json["seal"] == told
    assert public.get("/v1/changes?limit=1").json["seal"] is None
    assert public.get("/v1/changes?noun=claims").json["seal"] is None


def told(client: FlaskClient, cursor: int = 0) -> list[dict[str, Any]]:
    """The lines past a sequence, without those members that are null for the public."""
    lines = client.get("/v1/changes", query_string={"cursor": cursor} if cursor else {}).json["items"]
    return [{name: line[name] for name in ("noun", "noun_id", "effect", "claims", "gone_claims")} for line in lines]


def test_tells_the_public_what_it_sees_and_not_who_did_it(
    writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    posted(writer, "statements", charge())
    lines = public.get("/v1/changes").json["items"]
    assert {line["effect"] for line in lines} == {"appeared"}
    assert {line[name] for line in lines for name in ("key_id", "before", "after")} == {None}
    assert lines[-1]["claims"] == [1]
    assert [line["sequence"] for line in lines] == [
        line["sequence"] for line in reviewer.get("/v1/changes").json["items"]
    ]
    for query in ("key=1", "member=status"):
        assert refusal(public.get(f"/v1/changes?{query}")) == (403, [query.partition("=")[0]])
        assert writer.get(f"/v1/changes?{query}").status_code == 403


def test_tells_the_public_nothing_of_a_candidate_until_it_is_accepted(
    writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    posted(writer, "statements", charge())
    whole, last = public.get("/v1/claims/1").json, public.get("/v1/changes").json["items"][-1]["sequence"]
    other = {"status": "candidate", "content": [{"text": "There is none"}], "sentence": None, "mention": None}
    body = charge(**other, cue=None, claim={"id": 1}, speaker={"name": "An aide"})
    posted(reviewer, "statements", body)
    assert told(public, last) == []
    assert public.get("/v1/claims/1").json == whole
    assert reviewer.get("/v1/claims/1").json["changed_at"] > whole["changed_at"]
    unseen = {"noun": "statements", "noun_id": 2, "effect": None, "claims": [1], "gone_claims": []}
    assert told(reviewer, last)[-1] == unseen
    last = reviewer.get("/v1/changes").json["items"][-1]["sequence"]
    changed(reviewer, "/v1/statements/2", {"status": "accepted"})
    assert told(public, last) == [
        {"noun": "statements", "noun_id": 2, "effect": "appeared", "claims": [1], "gone_claims": []}
    ]
    assert public.get("/v1/claims/1").json["changed_at"] > whole["changed_at"]
    assert public.get("/v1/speakers/2").json["changed_at"] > whole["changed_at"]


def test_what_goes_out_of_sight_is_a_tombstone_with_its_claim(
    writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    posted(writer, "statements", charge())
    last = public.get("/v1/changes").json["items"][-1]["sequence"]
    changed(reviewer, "/v1/statements/1", {"status": "rejected"})
    gone = {"noun": "statements", "noun_id": 1, "effect": "gone", "claims": [], "gone_claims": [1]}
    assert told(public, last) == [gone]
    changed(reviewer, "/v1/statements/1", {"role": "officials"})
    assert told(public, last) == [gone]


def test_an_answer_changes_the_claim_that_it_answers(writer: FlaskClient, public: FlaskClient) -> None:
    posted(writer, "statements", charge())
    before = public.get("/v1/claims/1").json
    posted(writer, "statements", denial(1))
    after = public.get("/v1/claims/1").json
    assert before["updated_at"] == after["updated_at"]
    assert before["changed_at"] < after["changed_at"]
    lines = public.get("/v1/changes?noun=counterclaims").json["items"]
    assert [line["claims"] for line in lines] == [[1, 2]]
    assert public.get("/v1/counterclaims/1").json["changed_at"] == after["changed_at"] == lines[0]["made_at"]
    since = public.get("/v1/changes", query_string={"since": after["changed_at"]}).json["items"]
    assert {line["made_at"] for line in since} == {after["changed_at"]}


def test_a_whole_says_when_it_changes_in_the_answer_to_that_change(writer: FlaskClient, public: FlaskClient) -> None:
    answer = posted(writer, "statements", charge())
    assert answer.json["changed_at"] == public.get("/v1/statements/1").json["changed_at"]
    answer = changed(writer, "/v1/claims/1", {"text": "The exports sustain the war."})
    assert answer.json["changed_at"] == public.get("/v1/claims/1").json["changed_at"]
    again = changed(writer, "/v1/claims/1", {"text": "The exports sustain the war."})
    assert again.json == answer.json


def test_a_line_names_a_hundred_claims_and_counts_the_rest(
    writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    text = "\n\n".join(f"Claim {n} is so, an aide said." for n in range(102))
    posted(writer, "documents", document(text=text))
    for n in range(102):
        said = {"content": [{"text": f"Claim {n} is so"}], "claim": {"text": f"Claim {n}.", "language": "en"}}
        body = {"speaker": {"name": "An aide"}, "document": {"id": 1}, "form": "indirect", **said}
        posted(writer, "statements", body)
    last = public.get("/v1/changes?noun=statements&noun_id=102").json["items"][-1]["sequence"]
    changed(reviewer, "/v1/speakers/1", {"name": "A minister"})
    (line,) = public.get(f"/v1/changes?cursor={last}").json["items"]
    assert line["claims"] == list(range(1, 101))
    assert line["claim_count"] == 102
    assert line["rest"] == f"/v1/claims?changed_since={line['made_at']}&sort=changed_at"
    erasures.speaker(id=1, reason="Asked for", by=Actor())
    lines, cursor = [], line["sequence"]
    while cursor is not None:
        page = public.get(f"/v1/changes?cursor={cursor}&limit=100").json
        lines, cursor = lines + page["items"], page["next"]
    gone = [id for line in lines for id in line["gone_claims"]]
    assert sorted(gone) == list(range(1, 103)), "no list has them any more"
    assert [line["gone_claim_count"] for line in lines] == [len(line["gone_claims"]) for line in lines]


def test_a_line_counts_the_claims_that_the_lists_have(writer: FlaskClient, reviewer: FlaskClient) -> None:
    posted(writer, "topics", topic())
    posted(writer, "speakers", speaker())
    for number in range(3):
        body = claim(text=f"Claim {number}.", topics=["drinking-water"], about=[{"id": 1, "role": "accused"}])
        posted(writer, "claims", body)
    posted(writer, "counterclaims", {"claim": 2, "answer": 3, "kind": "denies"})
    retracted(writer, "/v1/claims/2")
    posted(writer, "statements", charge(status="candidate", claim={"id": 3}))
    reviewer.post("/v1/claims/1/merge", json={"into": 3})
    changes = {"topics/1": {"label": "Water"}, "speakers/1": {"name": "Another"}, "claims/3": {"text": "It is so."}}
    for path, change in changes.items():
        changed(reviewer, f"/v1/{path}", change)
        line = reviewer.get("/v1/changes?limit=100").json["items"][-1]
        since = {"changed_since": line["made_at"], "total": True}
        assert line["claim_count"] == reviewer.get("/v1/claims", query_string=since).json["total"], path
        assert line["claims"] == [3], path


def test_what_was_done_to_a_sentence_is_told_the_public_as_a_change_of_its_document(
    writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    posted(writer, "statements", charge())
    last = public.get("/v1/changes").json["items"][-1]["sequence"]
    hidden = next(one for one in reviewer.get("/v1/sentences").json["items"] if one["text"] == "Talks go on.")
    retracted(writer, f"/v1/sentences/{hidden['id']}")
    assert told(public, last) == [
        {"noun": "documents", "noun_id": 1, "effect": "changed", "claims": [1], "gone_claims": []}
    ]
    several = "noun=topics,documents&noun_id=9,1&action=restore,change"
    for query in ("noun=documents&noun_id=1&action=change", several, "action=change"):
        assert len(public.get(f"/v1/changes?cursor={last}&{query}").json["items"]) == 1
    for query in ("noun=sentences,topics", "action=retract,merge", "noun=documents&noun_id=2,3"):
        assert public.get(f"/v1/changes?cursor={last}&{query}").json["items"] == []


def test_rows_stand_as_the_api_shows_them(writer: FlaskClient, reviewer: FlaskClient) -> None:
    posted(writer, "statements", charge())
    for noun in ("statements", "documents", "speakers", "claims"):
        (line,) = reviewer.get(f"/v1/changes?noun={noun}").json["items"]
        whole = reviewer.get(f"/v1/{noun}/1").json
        row = line["after"]
        assert row.keys() - whole.keys() <= {"retracted_at", "retracted_reason", "merged_into_id", "standalone"}
        for name in row.keys() & whole.keys():
            linked = isinstance(row[name], dict) and row[name].keys() == {"id"}
            assert row[name] == ({"id": whole[name]["id"]} if linked else whole[name]), name


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


def test_of_lists_that_are_replaced_the_log_tells_what_stood_before_and_what_stands(reviewer: FlaskClient) -> None:
    for slug in ("t1", "t2", "t3"):
        posted(reviewer, "topics", topic(slug=slug))
    posted(reviewer, "claims", claim(topics=["t3", "t1", "t3"], about=[{"name": "Ann Lee", "aliases": ["Ann", "ANN"]}]))
    posted(reviewer, "speakers", speaker(name="Bo Lee"))
    changed(reviewer, "/v1/claims/1", {"topics": ["t2", "t2"], "about": [{"id": 2}, {"id": 2}]})
    changed(reviewer, "/v1/speakers/1", {"aliases": ["Annie", "annie"]})
    made, of_claim, of_speaker = (
        reviewer.get(f"/v1/changes?{query}").json["items"][0]
        for query in ("noun=claims", "noun=claims&action=change", "noun=speakers&action=change")
    )
    assert made["after"]["topics"] == ["t3", "t1"]
    assert [(row["topics"], row["about"]) for row in (of_claim["before"], of_claim["after"])] == [
        (["t1", "t3"], [{"id": 1, "role": "mentioned"}]),
        (["t2"], [{"id": 2, "role": "mentioned"}]),
    ]
    assert [of_speaker[row]["aliases"] for row in ("before", "after")] == [["Ann"], ["Annie"]]
    assert reviewer.get("/v1/changes?member=topics").json["items"] == [of_claim]
    assert [check for check in verify.run() if check.problems] == []
