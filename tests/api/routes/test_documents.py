"""/v1/documents over HTTP."""

import hashlib
import sys
from collections.abc import Callable
from http import HTTPStatus

import pytest
from flask.testing import FlaskClient

from models.extraction.parser import MODELS, Parser
from models.ingest import candidates, parser_queue
from tests.api.steps import changed, matching, posted, refusal, retracted
from tests.checked import contract
from tests.factories import SENTENCE, TEXT, candidate, charge, document


def test_it_works(writer: FlaskClient) -> None:
    made = posted(writer, "documents", document(publisher="The Courier", licence="CC-BY-4.0"))
    assert made.headers["Location"] == "/v1/documents/1"
    assert made.json == writer.get("/v1/documents/1").json
    assert (made.json["text"], made.json["length"]) == (TEXT, len(TEXT))
    assert made.json["sha256"] == hashlib.sha256(TEXT.encode()).hexdigest()
    assert (made.json["publisher"], made.json["licence"]) == ("The Courier", "CC-BY-4.0")
    assert made.json["sentence_count"] == len(writer.get("/v1/sentences").json["items"]) > 3


def test_shows_its_statements_in_the_order_of_print(writer: FlaskClient, public: FlaskClient) -> None:
    first = posted(writer, "statements", charge()).json
    earlier = charge(
        document={"id": 1},
        sentence=None,
        mention=None,
        cue=None,
        content=[{"text": "The visit ended"}],
        claim={"text": "The visit is over.", "language": "en"},
    )
    second = posted(writer, "statements", earlier).json
    shown = public.get("/v1/documents/1").json
    assert [statement["id"] for statement in shown["statements"]] == [second["id"], first["id"]]
    assert shown["statements"][1]["sentence"]["text"] == SENTENCE
    assert shown["statement_count"] == 2


def test_the_public_reads_the_text_only_where_it_is_marked_public(
    writer: FlaskClient, public: FlaskClient, caller: Callable[[str | None], FlaskClient]
) -> None:
    posted(writer, "documents", document())
    assert public.get("/v1/documents/1").json["text"] is None
    assert caller("read").get("/v1/documents/1").json["text"] == TEXT
    changed(writer, "/v1/documents/1", {"text_public": True})
    assert public.get("/v1/documents/1").json["text"] == TEXT


def test_hides_candidates_of_a_document(writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient) -> None:
    posted(writer, "statements", candidate())
    shown = writer.get("/v1/documents/1").json
    assert (shown["statements"], shown["statement_count"]) == ([], 0)
    assert public.get("/v1/documents/1").status_code == 404
    assert public.get("/v1/documents").json["items"] == public.get("/v1/sentences").json["items"] == []
    assert reviewer.get("/v1/documents/1").json["statement_count"] == 1


def test_refuses_a_known_edition_however_its_address_is_spelled(writer: FlaskClient) -> None:
    posted(writer, "documents", document())
    for url in ("https://example.org/visit", "HTTPS://Example.ORG:443/./visit#top"):
        again = writer.post("/v1/documents", json=document(url=url))
        assert refusal(again) == (409, ["/url"])
        assert again.json["known"] == 1


def test_refuses_the_same_text_without_an_address_twice(writer: FlaskClient) -> None:
    posted(writer, "documents", document(url=None))
    again = writer.post("/v1/documents", json=document(url=None))
    assert (refusal(again), again.json["known"]) == ((409, ["/text"]), 1)


def test_a_changed_text_is_a_new_edition_and_the_newest_is_meant(writer: FlaskClient, public: FlaskClient) -> None:
    posted(writer, "documents", document())
    posted(writer, "documents", document(text=f"{TEXT} Later."))
    assert [item["id"] for item in public.get("/v1/documents?url=https://example.org/visit").json["items"]] == [2, 1]
    assert (
        posted(writer, "statements", charge(document={"url": "https://EXAMPLE.org/visit"})).json["document"]["id"] == 2
    )


def test_refuses_to_change_address_and_text(writer: FlaskClient) -> None:
    made = posted(writer, "documents", document())
    answer = writer.patch("/v1/documents/1", json={"text": "x", "url": "https://a.example"}, headers=matching(made))
    assert answer.status_code == 422
    assert sorted(refusal(answer)[1]) == ["/text", "/url"]


def test_null_clears_what_is_known_of_it(writer: FlaskClient) -> None:
    about = {"title": "A visit", "publisher": "P", "published_at": "2026-03-14T08:00:00Z", "licence": "CC0-1.0"}
    posted(writer, "documents", document(**about))
    now = changed(writer, "/v1/documents/1", dict.fromkeys(about)).json
    assert {name: now[name] for name in about} == dict.fromkeys(about)
    assert (now["text"], now["language"], now["version"]) == (TEXT, "en", 2)


def test_times_are_kept_in_utc(writer: FlaskClient) -> None:
    made = posted(
        writer,
        "documents",
        document(published_at="2026-03-14T01:30:00.123456789+05:30", retrieved_at="2026-03-14t08:00:00z"),
    )
    assert (made.json["published_at"], made.json["retrieved_at"]) == ("2026-03-13T20:00:00Z", "2026-03-14T08:00:00Z")


def test_a_day_is_that_of_utc_as_the_contract_says(writer: FlaskClient) -> None:
    printed = document(published_at="2026-03-31T23:30:00-05:00")
    assert posted(writer, "statements", charge(document=printed, said_on=None)).json["day"] == "2026-04-01"
    other = charge(document={"id": 1}, speaker={"name": "Another"}, said_on="2026-03-31")
    assert posted(writer, "statements", other).json["day"] == "2026-03-31"
    schemas = contract()["components"]["schemas"]
    told = [one["properties"]["day"]["description"] for one in schemas.values() if "day" in one.get("properties", {})]
    assert any("in UTC" in description for description in told)
    assert "the day of one is that of UTC" in " ".join(contract()["info"]["description"].split())


def test_refuses_an_address_that_is_none(writer: FlaskClient) -> None:
    wrong = [
        "",
        "example.org",
        "ftp://example.org/",
        "javascript:alert(1)",
        "https://",
        "https://a b/",
        "https://a/\n",
        5,
    ]
    wrong += ["//a", "https://user:secret@example.org/", "https://example.org/" + "a" * 2000]
    for address in wrong:
        assert refusal(writer.post("/v1/documents", json=document(url=address))) == (422, ["/url"]), address


def test_refuses_a_text_that_is_none(writer: FlaskClient) -> None:
    for text in ("", " \n\t ", "a\u0000b", None, ["a"]):
        assert refusal(writer.post("/v1/documents", json=document(text=text))) == (422, ["/text"]), text


def test_refuses_to_retract_a_document_in_which_statements_stand(writer: FlaskClient, public: FlaskClient) -> None:
    charged = posted(writer, "statements", charge()).json
    answer = writer.delete("/v1/documents/1", headers=matching(writer.get("/v1/documents/1")))
    assert (answer.status_code, answer.json["ids"]) == (409, [charged["id"]])
    retracted(writer, f"/v1/statements/{charged['id']}")
    retracted(writer, "/v1/documents/1", "A parody")
    gone = public.get("/v1/documents/1")
    assert (gone.status_code, gone.json["reason"]) == (410, "A parody")
    assert public.get("/v1/documents").json["items"] == []
    assert refusal(writer.post("/v1/statements", json=charge(document={"id": 1}))) == (409, ["/document/id"])


def test_filters_compose(writer: FlaskClient, public: FlaskClient) -> None:
    posted(writer, "documents", document(publisher="The Courier", published_at="2026-03-14T23:59:59Z"))
    posted(writer, "documents", document(text="Autre.", language="fr", published_at="2026-03-15T00:00:00Z"))

    def found(query: str) -> list[int]:
        return [item["id"] for item in public.get(f"/v1/documents?{query}").json["items"]]

    assert found("publisher=The+Courier") == [1]
    assert found("language=fr") == [2]
    assert found("published_to=2026-03-14") == [1]
    assert found("published_from=2026-03-15") == [2]
    assert found("published_from=2026-03-14&published_to=2026-03-15&language=en") == [1]
    assert found("publisher=THE++courier") == [1]


# -- extraction ----------------------------------------------------------------------------------


def test_a_posted_document_is_searched_for_statements(
    parse: Parser, writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    made = posted(writer, "documents?extract=true", document())
    told = made.json["extraction"]
    assert (told["document"], told["found"], told["known"], told["left_out"]) == (1, 3, 0, 0)
    assert made.headers["Location"] == "/v1/documents/1"
    listed = reviewer.get("/v1/statements?status=candidate&document=1&sort=id&include=cue").json["items"]
    assert [item["id"] for item in listed] == told["statement_ids"]
    assert [item["cue"]["text"] for item in listed] == ["have long warned", "denies", "said"]
    assert public.get("/v1/statements").json["items"] == []
    assert "extraction" not in posted(writer, "documents?extract=false", document(url=None)).json


def test_a_stored_document_is_searched_once(parse: Parser, writer: FlaskClient) -> None:
    posted(writer, "documents", document())
    first, second = (writer.post("/v1/documents/1/extract") for _ in range(2))
    assert first.status_code == second.status_code == 200
    assert (len(first.json["statement_ids"]), first.json["known"]) == (3, 0)
    assert (second.json["statement_ids"], second.json["known"]) == ([], 3)


def test_one_get_returns_charge_and_denial_that_a_reviewer_accepted(
    parse: Parser, writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    charge, denial, _ = posted(writer, "documents?extract=true", document()).json["extraction"]["statement_ids"]
    for id in (charge, denial):
        changed(reviewer, f"/v1/statements/{id}", {"status": "accepted"})
    claim = public.get(f"/v1/statements/{charge}").json["claim"]["id"]
    (answer,) = public.get(f"/v1/claims/{claim}").json["counterclaims"]
    assert answer["kind"] == "denies"
    assert answer["answer"]["statements"][0]["cue"]["text"] == "denies"
    assert public.get(f"/v1/statements/{denial}").json["counters"][0]["claim"]["id"] == claim


def test_one_get_returns_the_denial_with_a_charge_that_nobody_owns(
    parse: Parser, writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    told = posted(writer, "documents?extract=true", document(text="Beijing rejected claims that its exports feed it."))
    assert told.json["extraction"]["left_out"] == 0
    denial, charge = told.json["extraction"]["statement_ids"]
    for id in (denial, charge):
        changed(reviewer, f"/v1/statements/{id}", {"status": "accepted"})
    (answered,) = public.get(f"/v1/statements/{denial}").json["counters"]
    assert answered["claim"]["statements"][0]["speaker"]["kind"] == "unnamed"
    assert answered["claim"]["statements"][0]["mention"] is None


def test_a_charge_that_was_found_stands_among_the_charges_against_who_denies_it(
    parse: Parser, writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient
) -> None:
    text = "Diplomats say that Chinese exports sustain the war, a charge that Beijing denies."
    charge, denial = posted(writer, "documents?extract=true", document(text=text)).json["extraction"]["statement_ids"]
    assert public.get("/v1/speakers").json["items"] == []
    for id in (charge, denial):
        changed(reviewer, f"/v1/statements/{id}", {"status": "accepted"})
    beijing = public.get(f"/v1/statements/{denial}").json["speaker"]["id"]
    (item,) = public.get(f"/v1/speakers/{beijing}/charges?answered=true").json["items"]
    assert (item["text"], item["about"][0]["id"]) == ("Chinese exports sustain the war.", beijing)


def test_more_than_may_be_stored_at_once_is_found_after_the_document_is_stored(
    parse: Parser, writer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "MOST", 2)
    assert refusal(writer.post("/v1/documents?extract=true", json=document())) == (422, ["/text"])
    assert writer.get("/v1/documents").json["items"] == []
    id = posted(writer, "documents", document()).json["id"]
    assert writer.post(f"/v1/documents/{id}/extract").json["found"] == 3


def test_a_retry_of_a_post_with_extraction_makes_nothing_twice(parse: Parser, writer: FlaskClient) -> None:
    key = {"Idempotency-Key": "once"}
    first, second = (writer.post("/v1/documents?extract=true", json=document(), headers=key) for _ in range(2))
    assert first.status_code == 201
    assert (second.status_code, second.data) == (201, first.data)


def test_refuses_to_search_what_it_cannot_read(parse: Parser, writer: FlaskClient, public: FlaskClient) -> None:
    spanish = document(text="Pekín lo niega.", language="es", url=None)
    assert refusal(writer.post("/v1/documents?extract=true", json=spanish)) == (409, ["/language"])
    posted(writer, "documents", spanish)
    assert refusal(writer.post("/v1/documents/1/extract")) == (409, ["/language"])
    assert writer.post("/v1/documents/99/extract").status_code == 404
    assert public.post("/v1/documents/1/extract").status_code == 401
    posted(writer, "documents", document())
    assert writer.post("/v1/documents?extract=true", json=document()).json["known"] == 2
    assert refusal(writer.post("/v1/documents?extract=maybe", json=document())) == (400, ["extract"])


def test_says_what_is_missing_and_stores_all_the_same_without(
    writer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    parser_queue.loaded.cache_clear()
    for name in MODELS:
        monkeypatch.setitem(sys.modules, name, None)
    refused = writer.post("/v1/documents?extract=true", json=document())
    assert refused.status_code == 501
    assert "extra `extraction`" in refused.json["detail"]
    assert writer.get("/v1/documents").json["items"] == []
    posted(writer, "documents", document())
    assert writer.post("/v1/documents/1/extract").status_code == 501


def test_a_document_has_a_kind(writer: FlaskClient, public: FlaskClient) -> None:
    made = posted(writer, "documents", document(kind="article")).json
    posted(writer, "statements", charge(document={"id": made["id"]}))
    posted(writer, "documents", document(url="https://example.org/other"))
    assert made["kind"] == "article"
    assert changed(writer, f"/v1/documents/{made['id']}", {"kind": "transcript"}).json["kind"] == "transcript"
    listed = public.get("/v1/documents", query_string={"kind": "transcript"}).json["items"]
    assert [item["id"] for item in listed] == [made["id"]]
    (claim,) = public.get("/v1/claims", query_string={"include": "statements,first_statement"}).json["items"]
    kinds = [one["document"]["kind"] for one in (claim["first_statement"], *claim["statements"])]
    assert kinds == ["transcript"] * 2
    card = public.get("/v1/claims", query_string={"fields": "first_statement.document.kind"}).json["items"]
    assert card == [{"first_statement": {"document": {"kind": "transcript"}}}]
    for noun in ("claims", "statements"):
        for kind, count in (("transcript", 1), ("article", 0)):
            found = public.get(f"/v1/{noun}", query_string={"document_kind": kind}).json["items"]
            assert len(found) == count, (noun, kind)
    assert changed(writer, f"/v1/documents/{made['id']}", {"kind": None}).json["kind"] is None
    assert refusal(writer.post("/v1/documents", json=document(kind="book"))) == (422, ["/kind"])


def test_reviewers_compare_what_was_coded(writer: FlaskClient, reviewer: FlaskClient, public: FlaskClient) -> None:
    for client in (writer, reviewer):
        posted(client, "statements", charge(status="candidate"))
    ids = [reviewer.get(f"/v1/statements/{id}").json["recorded_by"] for id in (1, 2)]
    found = reviewer.get("/v1/documents/1/agreement").json
    assert found == reviewer.get(f"/v1/documents/1/agreement?keys={ids[1]},{ids[0]}").json
    assert (found["keys"], found["shared"], found["speaker"]["agreement"]) == (sorted(ids), 1, 1.0)
    assert [client.get("/v1/documents/1/agreement").status_code for client in (public, writer)] == [401, 403]
    assert reviewer.get(f"/v1/documents/1/agreement?keys={ids[0]}").json["shared"] == 0
    assert refusal(reviewer.get("/v1/documents/1/agreement?keys=one")) == (400, ["keys"])
    assert reviewer.get("/v1/documents/9/agreement").status_code == 404


def test_the_texts_of_what_was_retracted_are_not_read(
    writer: FlaskClient, public: FlaskClient, queries: list[str]
) -> None:
    made = writer.post("/v1/documents", json={"text": "A text.", "language": "en"})
    writer.delete("/v1/documents/1", headers={"If-Match": made.headers["ETag"]})
    queries.clear()
    assert public.get("/v1/documents?ids=1").json["absent"][0]["state"] == "retracted"
    assert public.get("/v1/documents/1").status_code == HTTPStatus.GONE
    assert not [sql for sql in queries if '"text"' in sql and sql.startswith('SELECT "id"')]
