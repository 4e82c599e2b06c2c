"""What only reviewers may see is, to everybody else, not there: named in a body, addressed, or gone."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.formats.ndjson import MEDIA_TYPE
from tests.api.steps import changed, matching, posted, refusal, retracted
from tests.factories import candidate, charge, claim, denial, document, review, topic

#: The ids of a claim and a statement that nobody but reviewers sees, and of a claim that all see.
HIDDEN, SHOWN = 1, 2
#: An id that nothing has.
NOTHING = 99

Names = Callable[[int], dict[str, Any]]


def said(**other: Any) -> dict[str, Any]:
    """The body of a statement by somebody else than the candidate's speaker."""
    return charge(speaker={"name": "Somebody"}, **other)


#: Where a POST goes, the body that names a claim or a statement, and the pointer to it.
NAMED: dict[str, tuple[str, Names, str]] = {
    "a claim": ("statements", lambda it: said(claim={"id": it}), "/claim/id"),
    "a claim that is countered": (
        "statements",
        lambda it: said(counters=[{"claim": it, "kind": "denies"}]),
        "/counters/0/claim",
    ),
    "a statement that is countered": (
        "statements",
        lambda it: said(counters=[{"target": it, "kind": "denies"}]),
        "/counters/0/target",
    ),
    "a claim that is answered": (
        "counterclaims",
        lambda it: {"claim": it, "answer": SHOWN, "kind": "denies"},
        "/claim",
    ),
    "an answer": ("counterclaims", lambda it: {"claim": SHOWN, "answer": it, "kind": "denies"}, "/answer"),
    "the evidence": (
        "counterclaims",
        lambda it: {"claim": SHOWN + 1, "answer": SHOWN, "kind": "denies", "statement": it},
        "/statement",
    ),
    "a claim that is reviewed": ("reviews", review, "/claim/id"),
    "a survivor": (f"claims/{SHOWN}/merge", lambda it: {"into": it}, "/into"),
}


def hide(writer: FlaskClient) -> None:
    """Store the hidden claim and statement, and two claims that everybody sees."""
    found = posted(writer, "statements", candidate()).json
    assert (found["id"], found["claim"]["id"]) == (HIDDEN, HIDDEN)
    for text in ("It is safe.", "It is not safe."):
        posted(writer, "claims", claim(text=text))


def is_like_nothing(refused: TestResponse, nothing: TestResponse, place: str, hidden: int = HIDDEN) -> None:
    """Hold a refusal of what is hidden against that of what does not exist."""
    assert refusal(nothing) == (409, [place]), nothing.text
    assert refused.status_code == 409, refused.text
    assert refused.json == json.loads(nothing.text.replace(str(NOTHING), str(hidden)))


@pytest.mark.parametrize("what", NAMED)
def test_a_writer_who_names_what_is_hidden_is_told_that_it_does_not_exist(
    what: str, writer: FlaskClient, reviewer: FlaskClient
) -> None:
    hide(writer)
    before = [reviewer.get(f"/v1/{noun}").data for noun in ("statements", "claims", "counterclaims", "reviews")]
    path, body, place = NAMED[what]
    is_like_nothing(
        writer.post(f"/v1/{path}", json=body(HIDDEN)), writer.post(f"/v1/{path}", json=body(NOTHING)), place
    )
    after = [reviewer.get(f"/v1/{noun}").data for noun in ("statements", "claims", "counterclaims", "reviews")]
    assert before == after


@pytest.mark.parametrize("what", NAMED)
def test_a_writer_who_names_what_is_hidden_and_retracted_is_told_that_it_does_not_exist(
    what: str, writer: FlaskClient, reviewer: FlaskClient
) -> None:
    hide(writer)
    retracted(reviewer, f"/v1/statements/{HIDDEN}", "Misread")
    retracted(reviewer, f"/v1/claims/{HIDDEN}", "Misread")
    path, body, place = NAMED[what]
    is_like_nothing(
        writer.post(f"/v1/{path}", json=body(HIDDEN)), writer.post(f"/v1/{path}", json=body(NOTHING)), place
    )


@pytest.mark.parametrize("what", [what for what, (*_, place) in NAMED.items() if "statement" not in place])
def test_a_writer_who_names_a_hidden_claim_that_was_merged_into_another_is_told_that_it_does_not_exist(
    what: str, writer: FlaskClient, reviewer: FlaskClient
) -> None:
    hide(writer)
    other = posted(writer, "statements", candidate(speaker={"name": "An aide"})).json["claim"]["id"]
    assert reviewer.post(f"/v1/claims/{HIDDEN}/merge", json={"into": other}).status_code == 200
    path, body, place = NAMED[what]
    is_like_nothing(
        writer.post(f"/v1/{path}", json=body(HIDDEN)), writer.post(f"/v1/{path}", json=body(NOTHING)), place
    )


def test_a_writer_cannot_rest_a_counterclaim_on_a_hidden_statement_of_a_claim_that_all_see(
    writer: FlaskClient, reviewer: FlaskClient
) -> None:
    for text in ("It is safe.", "It is not safe."):
        posted(writer, "claims", claim(text=text))
    hidden = posted(writer, "statements", candidate(claim={"id": 2})).json["id"]
    body = {"claim": 1, "answer": 2, "kind": "denies"}
    answers = [writer.post("/v1/counterclaims", json=body | {"statement": id}) for id in (hidden, NOTHING)]
    is_like_nothing(*answers, "/statement", hidden)
    assert reviewer.get("/v1/counterclaims").json["items"] == []
    made = posted(writer, "counterclaims", body)
    answers = [
        writer.patch("/v1/counterclaims/1", json={"statement": id}, headers=matching(made)) for id in (hidden, NOTHING)
    ]
    is_like_nothing(*answers, "/statement", hidden)
    assert writer.get("/v1/counterclaims/1").json == made.json


def test_a_writer_cannot_hang_a_statement_on_a_hidden_claim(writer: FlaskClient) -> None:
    hide(writer)
    made = posted(writer, "statements", said())
    path = made.headers["Location"]
    answers = [writer.patch(path, json={"claim": {"id": id}}, headers=matching(made)) for id in (HIDDEN, NOTHING)]
    is_like_nothing(*answers, "/claim/id")
    assert writer.get(path).json == made.json


def test_reuse_takes_a_hidden_claim_for_a_reviewer_only(writer: FlaskClient, reviewer: FlaskClient) -> None:
    hide(writer)
    words = charge()["claim"] | {"reuse": True}
    assert posted(reviewer, "statements", said(claim=words)).json["claim"]["id"] == HIDDEN
    hidden = posted(writer, "statements", candidate(claim=claim(text="Another."), content=[{"text": "the war"}])).json
    words = claim(text="Another.", reuse=True)
    made = posted(writer, "statements", charge(speaker={"name": "An aide"}, claim=words)).json
    assert made["claim"]["id"] != hidden["claim"]["id"]
    again = posted(writer, "statements", charge(speaker={"name": "An envoy"}, claim=words)).json
    assert again["claim"]["id"] == made["claim"]["id"]


def test_a_reviewer_names_whatever_there_is(writer: FlaskClient, reviewer: FlaskClient) -> None:
    hide(writer)
    posted(reviewer, "counterclaims", {"claim": SHOWN, "answer": HIDDEN, "kind": "denies", "statement": HIDDEN})
    posted(reviewer, "reviews", review(HIDDEN))
    posted(reviewer, "statements", said(counters=[{"target": HIDDEN, "kind": "denies"}]))
    assert reviewer.post(f"/v1/claims/{SHOWN + 1}/merge", json={"into": HIDDEN}).status_code == 200


def test_an_extractor_without_review_scope_records_what_answers_a_claim(
    writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    charged = posted(writer, "statements", charge()).json
    denied = posted(writer, "statements", denial(charged["id"], origin=candidate()["origin"])).json
    assert reviewer.get("/v1/counterclaims/1").json["statement_id"] == denied["id"]
    assert public.get("/v1/counterclaims/1").status_code == 404


# -- what became of what was never public ---------------------------------------------------------


def is_not_there(path: str, reviewer: FlaskClient, status: int, *others: FlaskClient) -> None:
    """Hold that `others` hear nothing of what answers `status` to a reviewer."""
    assert reviewer.get(path).status_code == status
    noun, id = path.split("/")[2:]
    for client in others:
        nothing = client.get(f"/v1/{noun}/{NOTHING}")
        answer = client.get(path)
        assert answer.status_code == nothing.status_code == 404, answer.text
        assert answer.json == json.loads(nothing.text.replace(str(NOTHING), id))


def test_a_retracted_candidate_and_its_claim_were_never_there(
    writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    hide(writer)
    for noun in ("statements", "claims"):
        is_not_there(f"/v1/{noun}/{HIDDEN}", reviewer, 200, public, writer)
        retracted(reviewer, f"/v1/{noun}/{HIDDEN}", "Misread")
        is_not_there(f"/v1/{noun}/{HIDDEN}", reviewer, 410, public, writer)


def test_a_candidates_claim_that_was_merged_was_never_there(
    writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    hide(writer)
    assert reviewer.post(f"/v1/claims/{HIDDEN}/merge", json={"into": SHOWN}).status_code == 200
    is_not_there(f"/v1/claims/{HIDDEN}", reviewer, 308, public, writer)


def test_a_retracted_counterclaim_with_a_hidden_claim_was_never_there(
    writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    hide(writer)
    posted(reviewer, "counterclaims", {"claim": SHOWN, "answer": HIDDEN, "kind": "denies"})
    is_not_there("/v1/counterclaims/1", reviewer, 200, public, writer)
    retracted(reviewer, "/v1/counterclaims/1", "They agree")
    is_not_there("/v1/counterclaims/1", reviewer, 410, public, writer)


@pytest.mark.parametrize("noun", ["counterclaims", "statements"])
def test_a_retracted_counterclaim_of_claims_that_all_see_on_a_candidates_word_was_never_there(
    noun: str, writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    charged = posted(writer, "statements", charge()).json
    answer = posted(writer, "claims", claim(text="They do not.")).json["id"]
    found = denial(charged["id"], origin=candidate()["origin"], claim={"id": answer})
    evidence = posted(reviewer, "statements", found).json["id"]
    is_not_there("/v1/counterclaims/1", reviewer, 200, public, writer)
    retracted(reviewer, "/v1/counterclaims/1" if noun == "counterclaims" else f"/v1/statements/{evidence}")
    is_not_there("/v1/counterclaims/1", reviewer, 410, public, writer)


def test_the_public_hears_what_became_of_what_it_could_see(
    writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    charged = posted(writer, "statements", charge()).json
    posted(writer, "statements", denial(charged["id"]))
    retracted(writer, "/v1/counterclaims/1")
    retracted(writer, "/v1/statements/1")
    retracted(reviewer, "/v1/claims/1", "Nobody said so")
    alone = posted(writer, "claims", claim()).json["href"]
    retracted(reviewer, alone, "Nobody says so")
    for gone in ("/v1/counterclaims/1", "/v1/statements/1", alone):
        assert public.get(gone).status_code == 410, gone
    is_not_there("/v1/claims/1", reviewer, 410, public)  # it was out of sight when it was retracted


def test_the_public_is_led_to_the_survivor_of_a_claim_that_it_could_see(
    writer: FlaskClient, public: FlaskClient
) -> None:
    charged = posted(writer, "statements", charge()).json["claim"]["id"]
    survivor = posted(writer, "claims", claim()).json["id"]
    assert writer.post(f"/v1/claims/{charged}/merge", json={"into": survivor}).status_code == 200
    for client in (public, writer):
        moved = client.get(f"/v1/claims/{charged}")
        assert (moved.status_code, moved.headers.get("Location")) == (308, f"/v1/claims/{survivor}")


@pytest.mark.parametrize("status", ["candidate", "rejected"])
def test_who_stated_a_public_claim_out_of_sight_and_when_is_in_no_summary_of_it(
    status: str, reviewer: FlaskClient, public: FlaskClient
) -> None:
    posted(reviewer, "topics", topic())
    asked = claim(topics=["drinking-water"])
    charged = posted(reviewer, "claims", asked).json["id"]
    unsaid = posted(reviewer, "claims", asked).json["id"]
    first = posted(reviewer, "statements", charge(claim={"id": charged}, status=status)).json
    counters = [{"claim": charged, "kind": "denies"}, {"claim": unsaid, "kind": "denies"}]
    posted(reviewer, "statements", denial(first["id"], counters=counters))
    assert public.get("/v1/disputes").json["items"] == []
    assert public.get(f"/v1/disputes?against={first['speaker']['id']}").json["items"] == []
    counterclaims = public.get("/v1/counterclaims?include=days").json["items"]
    assert [counterclaim["days"] for counterclaim in counterclaims] == [None, None]
    for order in ("day", "-day"):
        for more in ("", "&topic=drinking-water"):
            page = public.get(f"/v1/claims?sort={order}{more}&limit=1&ids={charged},{unsaid}").json
            assert page["next"].rpartition("-")[0] == f"_{page['items'][0]['id']}"
    # Nor is it for a reviewer: a summary is one for all, and who reviews sees the statement itself.
    (shown,) = reviewer.get(f"/v1/claims?ids={charged}&include=first_statement").json["items"]
    assert (shown["first_statement"], shown["statement_count"]) == (None, 1)
    hidden = posted(reviewer, "statements", candidate(speaker={"name": "An aide"})).json
    (seen,) = reviewer.get(f"/v1/claims?ids={hidden['claim']['id']}&include=first_statement").json["items"]
    assert seen["first_statement"]["id"] == hidden["id"]


@pytest.mark.parametrize(
    ("other", "status", "heard"),
    [
        ({}, "candidate", False),
        ({}, "accepted", True),
        ({"text_public": True}, "candidate", True),
    ],
)
def test_who_could_not_read_a_sentence_does_not_hear_that_it_was_retracted(
    other: dict[str, Any], status: str, heard: bool, reviewer: FlaskClient, public: FlaskClient
) -> None:
    said = posted(reviewer, "statements", charge(document=document(**other), status=status)).json
    ids = [item["id"] for item in reviewer.get(f"/v1/sentences?document={said['document']['id']}").json["items"]]
    far, quoted = ids[-1], said["sentence"]["id"]
    retracted(reviewer, f"/v1/statements/{said['id']}")
    for id in (far, quoted):
        retracted(reviewer, f"/v1/sentences/{id}", "He never said so")
    unread = public.get(f"/v1/sentences/{NOTHING}")
    for id, is_heard in ((quoted, heard), (far, bool(other))):
        answer = public.get(f"/v1/sentences/{id}")
        if is_heard:
            assert (answer.status_code, answer.json["reason"]) == (410, "He never said so")
        else:
            assert (answer.status_code, answer.json["detail"]) == (404, f"There is no sentence {id}.")
            assert answer.text.replace(str(id), "") == unread.text.replace(str(NOTHING), "")
        assert reviewer.get(f"/v1/sentences/{id}").status_code == 410


def test_a_writer_who_moves_a_sentence_is_not_told_which_hidden_statement_starts_in_it(
    writer: FlaskClient, reviewer: FlaskClient
) -> None:
    hidden = posted(writer, "statements", candidate()).json
    path = f"/v1/sentences/{hidden['sentence']['id']}"
    end = {"end": hidden["content"][0]["start"] - 1}
    answers = [client.patch(path, json=end, headers=matching(client.get(path))) for client in (writer, reviewer)]
    assert [refusal(answer) for answer in answers] == [(409, ["/start"])] * 2
    assert ("id" in answers[0].json, answers[1].json["id"]) == (False, hidden["id"])
    shown = posted(writer, "statements", said(content=[{"text": "sustain the war"}])).json
    answer = writer.patch(path, json=end, headers=matching(writer.get(path)))
    assert (refusal(answer), answer.json["id"]) == ((409, ["/start"]), shown["id"])


def sent(client: FlaskClient, *lines: dict[str, Any]) -> dict[str, Any]:
    """Import lines; what became of each."""
    body = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    answer = client.post("/v1/imports?report=all", data=body, content_type=MEDIA_TYPE)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json
    return told


def words_of(hidden: dict[str, Any], **other: Any) -> dict[str, Any]:
    """A claim line with the words of a claim that is out of sight."""
    return {"claim": {"id": "c1", "text": hidden["claim"]["text"], "language": hidden["claim"]["language"], **other}}


@pytest.mark.parametrize("scope", ["write", "review"])
def test_an_import_hangs_nothing_on_a_hidden_claim_with_the_same_words(
    scope: str, caller: Callable[[str | None], FlaskClient], reviewer: FlaskClient, public: FlaskClient
) -> None:
    importer = caller(scope)
    hidden = posted(reviewer, "statements", candidate()).json
    line = words_of(hidden)
    reviewed = {"review": review(0) | {"claim": {"claim": "c1"}}}
    for whats in (["noted", "new"], ["noted", "known"]):
        told = sent(importer, line, reviewed)
        assert [one["outcome"] for one in told["listed"]] == whats, told
        (shown,) = public.get("/v1/claims").json["items"]
        assert shown["id"] != hidden["claim"]["id"]
        assert (shown["text"], shown["review_count"]) == (hidden["claim"]["text"], 1)
    assert reviewer.get(f"/v1/claims/{hidden['claim']['id']}").json["reviews"] == []


def test_a_bare_claim_line_is_not_swallowed_by_a_hidden_claim(
    writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    hidden = posted(reviewer, "statements", candidate()).json
    for _ in range(2):
        assert sent(writer, words_of(hidden))["refused"] == 0
        (shown,) = public.get("/v1/claims").json["items"]
        assert shown["text"] == hidden["claim"]["text"]
    (refused,) = sent(writer, words_of(hidden, standalone=False))["listed"][-1:]
    assert (refused["outcome"], [error["pointer"] for error in refused["errors"]]) == ("refused", ["/standalone"])
    assert sent(reviewer, words_of(hidden, standalone=False))["refused"] == 0
    assert len(reviewer.get("/v1/claims").json["items"]) == 2


def test_an_import_reuses_what_its_own_lines_have_shown(writer: FlaskClient, public: FlaskClient) -> None:
    words = claim(text="It rains.")
    said = {key: value for key, value in charge().items() if key not in ("document", "claim")}
    lines = [{"document": {"id": "d1", **document()}}]
    for status, place in (("candidate", "the war"), ("accepted", "the exports"), ("accepted", "sustain")):
        more = {"content": [{"text": place}], "status": status, "claim": words | {"reuse": True}}
        lines.append({"statement": said | more | {"document": {"document": "d1"}}})
    assert sent(writer, *lines)["new"] == 4
    (shown,) = public.get("/v1/claims?include=statements").json["items"]
    assert [said["content"][0]["text"] for said in shown["statements"]] == ["the exports", "sustain"]


def test_a_writer_is_told_of_a_hidden_counterclaim_that_it_waits_and_not_which(
    writer: FlaskClient, reviewer: FlaskClient
) -> None:
    for text in ("It is safe.", "It is not safe."):
        posted(writer, "claims", claim(text=text))
    posted(writer, "statements", candidate(claim={"id": 2}, counters=[{"claim": 1, "kind": "denies"}]))
    counterclaim = {"claim": 1, "answer": 2, "kind": "denies"}
    refused, told = (client.post("/v1/counterclaims", json=counterclaim) for client in (writer, reviewer))
    assert [refusal(answer) for answer in (refused, told)] == [(409, ["/kind"])] * 2
    assert ("known" in refused.json, told.json["known"]) == (False, 1)
    assert not re.search(r"\d", refused.json["detail"])
    other = posted(writer, "counterclaims", counterclaim | {"kind": "disputes"})
    refused = writer.patch(other.headers["Location"], json={"kind": "denies"}, headers=matching(other))
    assert (refusal(refused), "known" in refused.json) == ((409, ["/kind"]), False)
    lines = [{"claim": claim(id=f"c{n}", text=text)} for n, text in enumerate(("It is safe.", "It is not safe."), 1)]
    ends = {"claim": {"claim": "c1"}, "answer": {"claim": "c2"}, "kind": "denies"}
    for client, what in ((writer, "refused"), (reviewer, "known")):
        assert sent(client, *lines, {"counterclaim": ends})["listed"][-1]["outcome"] == what


def test_a_writer_does_not_take_over_a_counterclaim_that_waits_for_review(
    writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    charged, answer = (posted(writer, "claims", claim(text=text)).json["id"] for text in ("It is so.", "It is not so."))
    found = posted(writer, "statements", candidate(claim={"id": answer})).json["id"]
    edge = {"claim": charged, "answer": answer, "kind": "denies", "statement": found, "note": "For reviewers only."}
    posted(reviewer, "counterclaims", edge)
    taken = said(claim={"id": answer}, counters=[{"claim": charged, "kind": "denies"}])
    refused = writer.post("/v1/statements", json=taken)
    assert refusal(refused) == (409, ["/counters/0/kind"])
    assert "waits for review" in refused.json["detail"]
    assert public.get("/v1/counterclaims").json["items"] == []
    merged = writer.post(f"/v1/claims/{charged}/merge", json={"into": answer})
    assert refusal(merged) == (409, ["/into"])
    assert "counterclaim" not in merged.json["detail"]
    assert posted(reviewer, "statements", taken)
    assert len(public.get("/v1/counterclaims").json["items"]) == 1


def test_nobody_hears_of_what_was_hung_on_a_claim_when_it_was_out_of_sight(
    reviewer: FlaskClient, public: FlaskClient
) -> None:
    first = posted(reviewer, "statements", charge()).json
    answer = posted(reviewer, "claims", claim()).json["id"]
    counterclaim = {"claim": first["claim"]["id"], "answer": answer}
    for kind, heard in (("denies", 410), ("disputes", 404)):
        reviewed = review(counterclaim["claim"], url=f"https://checks.example.org/{kind}")
        made = [posted(reviewer, "reviews", reviewed), posted(reviewer, "counterclaims", counterclaim | {"kind": kind})]
        paths = [one.headers["Location"] for one in made]
        for path in paths:
            retracted(reviewer, path, "Mistaken")
        if kind == "denies":
            retracted(reviewer, f"/v1/statements/{first['id']}")
        assert [public.get(path).status_code for path in paths] == [heard] * 2
        assert [reviewer.get(path).status_code for path in paths] == [410] * 2


@pytest.mark.parametrize("by", ["accepting", "merging"])
def test_nobody_hears_of_what_was_taken_back_before_its_claim_was_shown(
    by: str, reviewer: FlaskClient, public: FlaskClient
) -> None:
    hidden = posted(reviewer, "statements", candidate()).json
    charged, answer = hidden["claim"]["id"], posted(reviewer, "claims", claim()).json["id"]
    answered = {"answer": answer, "kind": "denies"}
    paths = [
        posted(reviewer, noun, body).headers["Location"]
        for noun, body in (("reviews", review(charged)), ("counterclaims", {"claim": charged} | answered))
    ]
    shown = posted(reviewer, "claims", claim()).json["id"]
    found = denial(hidden["id"], origin=candidate()["origin"], claim={"id": answer}, counters=[])
    rests = {"claim": shown, "statement": posted(reviewer, "statements", found).json["id"]}
    paths.append(posted(reviewer, "counterclaims", rests | answered).headers["Location"])
    for path in paths:
        retracted(reviewer, path, "Mistaken")
    if by == "accepting":
        for id in (hidden["id"], rests["statement"]):
            changed(reviewer, f"/v1/statements/{id}", {"status": "accepted"})
    else:
        assert reviewer.post(f"/v1/claims/{shown}/merge", json={"into": charged}).status_code == 200
    assert public.get(f"/v1/claims/{charged}").status_code == 200
    assert [public.get(path).status_code for path in paths] == [404] * 3
    assert [reviewer.get(path).status_code for path in paths] == [410] * 3


def test_every_key_is_told_of_changes_of_what_is_hidden_from_the_public_alone(
    writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    """Whoever mirrors with a key sees hidden speakers and documents, and would keep what they were."""
    posted(writer, "speakers", {"name": "The state", "kind": "government"})
    posted(writer, "statements", candidate(speaker={"name": "Nobody yet"}))

    def dates(client: FlaskClient) -> list[str]:
        return [client.get(at).json["changed_at"] for at in ("/v1/speakers/2", "/v1/documents/1")]

    for path, new, reached in (
        ("/v1/speakers/2", {"part_of": 1}, {"speakers": [2]}),
        ("/v1/documents/1", {"title": "Another title"}, {"documents": [1]}),
        ("/v1/speakers/1", {"name": "The republic"}, {"speakers": [1, 2]}),
    ):
        since = changed(writer, path, new).json["changed_at"]
        for noun, ids in reached.items():
            for client in (writer, reviewer):
                items = client.get(f"/v1/{noun}", query_string={"changed_since": since, "sort": "id"}).json["items"]
                assert [item["id"] for item in items] == ids, path
    told = dates(writer)
    # What only reviewers see tells nobody else anything: a second candidate of the same speaker.
    posted(writer, "statements", candidate(speaker={"name": "Nobody yet"}, content=[{"text": "the war"}]))
    assert dates(writer) == told
    assert public.get("/v1/speakers/2").status_code == 404
    # Once it is shown, the public learns of that, not of what was before.
    shown = changed(reviewer, "/v1/statements/1", {"status": "accepted"}).json["changed_at"]
    assert all(date >= shown for date in dates(public))
