"""/v1/documents over HTTP."""

import hashlib
from collections.abc import Callable

from flask.testing import FlaskClient

from tests.api.steps import changed, matching, posted, refusal, retracted
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
    for client in (public, writer):
        shown = client.get("/v1/documents/1").json
        assert (shown["statements"], shown["statement_count"]) == ([], 0)
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
    assert found("publisher=the+courier") == []
