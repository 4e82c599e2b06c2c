"""The strict loader: what is no JSON, what is too much, and every legitimate text kept to the letter."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from marshmallow import ValidationError
from werkzeug.test import TestResponse

from api.app import create_app
from api.schemas.fields import made
from api.schemas.refs import LONGEST_TEXT
from api.schemas.topics import NewTopic
from api.settings import Settings
from models.storage import database
from tests.api.steps import blamed, matching, posted, refusal
from tests.checked import contract
from tests.factories import claim, document, review, speaker, topic
from tests.timing import QUADRATIC, growth


def sent(client: FlaskClient, raw: bytes, path: str = "/v1/topics", **more: Any) -> TestResponse:
    """The answer to raw bytes."""
    return client.post(path, data=raw, **({"content_type": "application/json"} | more))


#: What a reader needs to know -> the body that is no JSON as we read it.
MALFORMED = {
    "a word": b"topic",
    "cut short": b'{"slug": "a", "label": "b',
    "two values": b'{"slug": "a", "label": "b"} {}',
    "single quotes": b"{'slug': 'a', 'label': 'b'}",
    "a comma too many": b'{"slug": "a", "label": "b",}',
    "a comment": b'{"slug": "a", /* b */ "label": "b"}',
    "NaN": b'{"slug": "a", "label": NaN}',
    "Infinity": b'{"slug": "a", "label": Infinity}',
    "-Infinity": b'{"slug": "a", "label": -Infinity}',
    "1e999": b'{"slug": "a", "label": 1e999}',
    "-1e999": b'{"slug": "a", "label": -1e999}',
    "an integer over 2^53": b'{"slug": "a", "label": 9007199254740992}',
    "an integer under -2^53": b'{"slug": "a", "label": -9007199254740992}',
    "an integer of 5,000 digits": b'{"slug": "a", "label": ' + b"9" * 5000 + b"}",
    "a doubled member": b'{"slug": "a", "label": "b", "slug": "c"}',
    "a doubled member inside": b'{"slug": "a", "label": {"b": 1, "b": 2}}',
    "a member doubled by an escape": b'{"slug": "a", "label": "b", "\\u0073lug": "c"}',
    "a raw line end in a string": b'{"slug": "a", "label": "b\nc"}',
    "a raw NUL in a string": b'{"slug": "a", "label": "b\0c"}',
    "a bad escape": b'{"slug": "a", "label": "\\x41"}',
    "a byte order mark": b'\xef\xbb\xbf{"slug": "a", "label": "b"}',
    "UTF-16": '{"slug": "a", "label": "b"}'.encode("utf-16"),
    "UTF-32": '{"slug": "a", "label": "b"}'.encode("utf-32-le"),
    "Latin-1": '{"slug": "a", "label": "é"}'.encode("latin-1"),
    "overlong UTF-8": b'{"slug": "a", "label": "\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"slug": "a", "label": "\xed\xa0\x80"}',
    "half a surrogate pair in a name": b'{"slug": "a", "label": "b", "\\ud800": 1}',
    "33 levels": b'{"slug": "a", "label": ' + b"[" * 32 + b"]" * 32 + b"}",
    "100,000 levels": b'{"slug": "a", "label": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "100,000 levels of objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "100,000 levels that never end": b"[" * 100_000,
}


def test_refuses_what_is_no_json_as_it_is_read_here(writer: FlaskClient) -> None:
    for what, raw in MALFORMED.items():
        answer = sent(writer, raw)
        assert answer.status_code == 400, f"{what}: {answer.text}"
        assert len(answer.json["detail"]) < 250, what
    assert writer.get("/v1/topics").json["items"] == []


def test_says_that_a_body_is_empty_and_what_to_send(writer: FlaskClient) -> None:
    for raw in (b" ", b"\r\n"):
        answer = sent(writer, raw)
        assert refusal(answer) == (400, [""])
        assert answer.json["detail"].startswith("The body is empty: send a JSON object.")
    assert "The body is empty" in sent(writer, b"", environ_overrides={"CONTENT_LENGTH": "0"}).json["detail"]


def test_says_where_the_json_ends_to_be_json(writer: FlaskClient) -> None:
    assert "line 2, column 1" in sent(writer, b'{"slug": "a",\n}').json["detail"]
    assert "byte 10" in sent(writer, b'{"slug": "\xff"}').json["detail"]
    assert "'slug'" in sent(writer, b'{"slug": "a", "slug": "b"}').json["detail"]
    assert "Invalid control character at line 1" in sent(writer, b'{"slug": "a\nb"}').json["detail"]


@pytest.mark.parametrize(
    ("raw", "pointer"),
    [
        (b'{"slug": "a", "label": NaN}', "/label"),
        (b'{"slug": -Infinity, "label": "b"}', "/slug"),
        (b'{"slug": "a", "label": {"b": [1, {"c/d~": 1e999}]}}', "/label/b/1/c~1d~0"),
        (b'{"slug": "a", "label": [[0], 9007199254740992]}', "/label/1"),
        (b'{"slug": "a", "label": {"b": 1, "b": 2, "e": NaN}}', "/label/b"),
        (b'{"slug": {"a": NaN}, "slug": "a", "slug": "c"}', "/slug"),
        (b'{"slug": [{"\\ud800": 1}]}', "/slug/0"),
        (b"NaN", ""),
        (b'{"slug": NaN, "label"}', ""),
        (b'{"slug": NaN, "label": ' + b"[" * 100_000, ""),
    ],
)
def test_names_the_place_of_a_value_that_is_no_json(writer: FlaskClient, raw: bytes, pointer: str) -> None:
    answer = sent(writer, raw)
    assert refusal(answer) == (400, [pointer])
    assert answer.json["detail"].startswith(f"{pointer}: " if pointer else ("NaN", "The body"))


def test_takes_32_levels_as_json_and_refuses_them_as_a_shape(writer: FlaskClient) -> None:
    raw = b'{"slug": "a", "label": ' + b"[" * 31 + b"]" * 31 + b"}"
    assert refusal(sent(writer, raw)) == (422, ["/label"])


@pytest.mark.parametrize("raw", [b"[]", b"null", b"1", b'"topic"', b"true", b"[{}]"])
def test_refuses_a_body_that_is_no_object(writer: FlaskClient, raw: bytes) -> None:
    assert refusal(sent(writer, raw)) == (422, [""])


def test_refuses_another_media_type(writer: FlaskClient) -> None:
    raw = json.dumps(topic()).encode()
    for kind in ("", "text/plain", "application/x-www-form-urlencoded", "application/jsonp", "application/ld+json"):
        answer = sent(writer, raw, content_type=kind)
        assert refusal(answer) == (415, ["Content-Type"]), kind
    assert sent(writer, raw, content_type="Application/JSON; charset=utf-8").status_code == 201


def test_refuses_a_body_that_was_made_smaller(writer: FlaskClient) -> None:
    raw = json.dumps(topic()).encode()
    for path, kind in (("topics", "application/json"), ("imports", "application/x-ndjson")):
        for coding in ("gzip", "br", "identity, gzip"):
            headers = {"Content-Encoding": coding}
            answer = writer.post(f"/v1/{path}", data=raw, content_type=kind, headers=headers)
            assert refusal(answer) == (415, ["Content-Encoding"])
            assert answer.headers["Accept-Encoding"] == "identity"
    same = {"Content-Encoding": "Identity"}
    assert writer.post("/v1/topics", data=raw, content_type="application/json", headers=same).status_code == 201


def test_refuses_a_label_that_nobody_sees(writer: FlaskClient) -> None:
    for label in (
        "\u200b",
        "\u2060 \u200e",
        "\u00ad",
        "\ufeff",
        "\u3164\u2800",
        "\ufe0f",
        "\ufffe",
        "\U0001d173",
        "\U000e0001",
    ):
        assert refusal(writer.post("/v1/topics", json=topic(label=label))) == (422, ["/label"]), repr(label)
    posted(writer, "topics", topic(label="a\u200bb"))


def test_says_of_an_address_with_a_password_what_is_wrong(writer: FlaskClient) -> None:
    answer = writer.post("/v1/documents", json={"text": "A.", "language": "en", "url": "https://user:pw@e.org/"})
    assert refusal(answer) == (422, ["/url"])
    assert "without user name and password" in answer.json["detail"]


def test_refuses_a_body_without_a_length(writer: FlaskClient) -> None:
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    assert sent(writer, json.dumps(topic()).encode(), environ_overrides=chunked).status_code == 411
    assert sent(writer, b"").status_code == 411


def test_refuses_a_body_that_is_shorter_than_its_length(writer: FlaskClient) -> None:
    raw = json.dumps(topic()).encode()
    answer = sent(writer, raw, environ_overrides={"CONTENT_LENGTH": str(len(raw) + 5)})
    assert answer.status_code == 400
    assert writer.get("/v1/topics").json["items"] == []


def test_refuses_a_body_over_the_limit_and_takes_one_of_the_limit(writer: FlaskClient, app: Flask) -> None:
    most = app.config["SETTINGS"].MAX_BODY_BYTES
    body = json.dumps(topic()).encode()
    assert sent(writer, body + b" " * (most + 1 - len(body))).status_code == 413
    assert sent(writer, body + b" " * (most - len(body))).status_code == 201


def test_the_limit_is_a_setting(url: str, writer: FlaskClient) -> None:
    database.close()
    client = create_app(Settings(DATABASE_URL=url, MAX_BODY_BYTES=10)).test_client()
    client.environ_base.update(writer.environ_base)
    answer = client.post("/v1/topics", json=topic())
    assert (answer.status_code, "10 bytes" in answer.json["detail"]) == (413, True)


def test_names_an_unknown_member_by_pointer(writer: FlaskClient) -> None:
    for name, pointer in (
        ("Slug", "/Slug"),
        ("a/b~c", "/a~1b~0c"),
        ("", "/"),
        ("é", "/é"),
        ("__proto__", "/__proto__"),
    ):
        assert refusal(writer.post("/v1/topics", json=topic(**{name: 1}))) == (422, [pointer])


def test_names_every_wrong_member_of_a_body_with_many(writer: FlaskClient) -> None:
    answer = writer.post("/v1/topics", json={f"x{number}": 1 for number in range(50)})
    assert (answer.status_code, len(blamed(answer))) == (422, 52)
    assert len(answer.json["detail"]) < 500


def test_answers_at_once_to_a_long_text_with_one_bad_character(writer: FlaskClient) -> None:
    def long(length: int) -> str:
        return "a" * (length - 1) + "\u0001"

    def text(length: int) -> Callable[[], TestResponse]:
        return partial(writer.post, "/v1/claims", json=claim(text=long(length)))

    def label(length: int) -> Callable[[], TestResponse]:
        return partial(writer.post, "/v1/topics", json=topic(label=long(length)))

    assert refusal(text(LONGEST_TEXT)()) == (422, ["/text"])
    assert refusal(label(30_000)()) == (422, ["/label"])
    assert growth(text, LONGEST_TEXT // 8) < QUADRATIC
    assert growth(label, 4_000) < QUADRATIC


def test_answers_at_once_to_many_members_of_which_one_is_doubled(writer: FlaskClient) -> None:
    def sending(count: int) -> Callable[[], TestResponse]:
        members = ",".join(f'"{number}":1' for number in range(count))
        return partial(sent, writer, f'{{{members},"{count - 1}":1}}'.encode())

    assert sending(8_000)().status_code == 400
    assert growth(sending, 1_000) < QUADRATIC


def test_numbers_are_neither_words_nor_booleans(writer: FlaskClient) -> None:
    for wrong in ("1", True, False, 1.5, [1], {"id": 1}, "", None):
        answer = writer.post("/v1/counterclaims", json={"claim": wrong, "answer": 1, "kind": "denies"})
        assert refusal(answer) == (422, ["/claim"]), wrong
    for wrong in (0, -1, 1e300, -0.0):
        answer = writer.post("/v1/counterclaims", json={"claim": wrong, "answer": 1, "kind": "denies"})
        assert refusal(answer) == (422, ["/claim"]), wrong
    posted(writer, "claims", claim())
    posted(writer, "claims", claim())
    whole = sent(writer, b'{"claim": 1.0, "answer": 2e0, "kind": "denies"}', "/v1/counterclaims")
    assert whole.status_code == 201


def test_booleans_are_neither_words_nor_numbers(writer: FlaskClient) -> None:
    for wrong in ("true", "false", 0, 1, "", None, []):
        assert refusal(writer.post("/v1/documents", json=document(text_public=wrong))) == (422, ["/text_public"]), wrong


def test_words_are_neither_numbers_nor_booleans(writer: FlaskClient) -> None:
    for wrong in (1, True, None, ["a"], {"text": "a"}, "", " ", "\u00a0\u2003"):
        assert refusal(writer.post("/v1/topics", json=topic(label=wrong))) == (422, ["/label"]), wrong


@pytest.mark.parametrize("character", ["\0", "\u0001", "\u0008", "\u001b", "\u001f"])
def test_refuses_control_characters(writer: FlaskClient, character: str) -> None:
    assert refusal(writer.post("/v1/topics", json=topic(label=f"a{character}b"))) == (422, ["/label"])
    assert refusal(writer.post("/v1/claims", json=claim(text=f"a{character}b"))) == (422, ["/text"])


def test_refuses_half_a_surrogate_pair_wherever_it_stands(writer: FlaskClient) -> None:
    half = "\ud800"
    posted(writer, "claims", claim())
    for noun, body, place in (
        ("topics", topic(label=half), "/label"),
        ("topics", topic(slug=half), "/slug"),
        ("claims", claim(text=f"a{half}b"), "/text"),
        ("claims", claim(language=half), "/language"),
        ("claims", claim(topics=[half]), "/topics/0"),
        ("documents", document(text="\udc00\ud800"), "/text"),
        ("documents", document(url=f"https://example.org/{half}"), "/url"),
        ("documents", document(url=f"https://{half}.org/"), "/url"),
        ("documents", document(published_at=half), "/published_at"),
        ("speakers", speaker(kind=half), "/kind"),
        ("speakers", speaker(same_as=[f"https://example.org/{half}"]), "/same_as/0"),
        ("speakers", speaker(aliases=["a", half]), "/aliases/1"),
        ("reviews", review(1, url=f"https://example.org/?q={half}"), "/url"),
    ):
        raw = json.dumps(body).encode()
        assert refusal(sent(writer, raw, f"/v1/{noun}")) == (422, [place]), place


@pytest.mark.parametrize(
    "moment",
    [
        "2026-02-30T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-03-14T25:00:00Z",
        "2026-03-14T08:60:00Z",
        "2026-03-14T08:00:00",
        "2026-03-14 08:00:00Z",
        "2026-03-14",
        "2026-03-14T08:00Z",
        "2026-03-14T08:00:00+99:99",
        "2026-03-14T08:00:00+1:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "0000-01-01T00:00:00Z",
        "+2026-03-14T08:00:00Z",
        "２０２６-03-14T08:00:00Z",
        "2026-03-14T08:00:00Z\n",
        "",
        1773475200,
        True,
    ],
)
def test_refuses_an_impossible_moment(app: Flask, moment: object) -> None:
    # No database is asked: the shape alone refuses it.
    from api.schemas.refs import NewDocument

    errors = NewDocument().validate(document(published_at=moment))
    assert list(errors) == ["published_at"]


def test_keeps_the_first_and_the_last_moment_there_is(writer: FlaskClient) -> None:
    for moment, kept in (
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        ("2024-02-29T12:00:00-12:00", "2024-03-01T00:00:00Z"),
    ):
        assert posted(writer, "documents", document(text=moment, published_at=moment)).json["published_at"] == kept


LEGITIMATE = {
    "an apostrophe": "Ann O'Brien; DROP TABLE claims; --",
    "right to left": "قال المسؤولون: «لا». \u202bשלום\u202c",
    "emoji": "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇨🇳 ❤️",
    "decomposed": "e\u0301 A\u030a \u1100\u1161",
    "composed": "é Å 가",
    "markup": "<script>alert(1)</script> &amp; {{7*7}} ${x} %s %(a)s",
    "quotes": '“a” ‘b’ «c» "d" \\ \\u0041 \\n',
    "white space around": "  kept  \u00a0",
    "odd white space": "a\u200bb\u2028c\u2029d\u00ade\ufefff",
    "beyond the BMP": "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 \U0010fffd \ue000 \ufffd",
    "a formula": "=1+1",
    "null": "null",
    "a wildcard": "100% _a_ * ?",
    "delete": "a\u0085b",
}


def test_every_legitimate_text_is_returned_identical(writer: FlaskClient, public: FlaskClient) -> None:
    for number, (what, text) in enumerate(LEGITIMATE.items()):
        about = speaker(name=f"Speaker {number}", description=text)
        for noun, body, member in (
            ("claims", claim(text=text), "text"),
            ("speakers", about, "description"),
            ("topics", topic(slug=f"topic-{number}", label=text), "label"),
        ):
            made = posted(writer, noun, body)
            assert made.json[member] == text, what
            assert public.get(made.headers["Location"]).json[member] == text, what
            assert any(item[member] == text for item in public.get(f"/v1/{noun}?limit=1").json["items"]), what


def test_line_ends_and_tabs_inside_a_document_are_kept(writer: FlaskClient) -> None:
    text = "\r\nOne.\r\n\r\n\tTwo\u2028three.\r Four.\n"
    made = posted(writer, "documents", document(text=text))
    assert (made.json["text"], made.json["length"]) == (text, len(text))
    assert refusal(writer.post("/v1/documents", json=document(title="a\r\nb"))) == (422, ["/title"])


def test_names_a_hundred_wrong_members_at_most(writer: FlaskClient) -> None:
    answer = writer.post("/v1/topics", json={f"m{number}": 1 for number in range(500)})
    assert answer.status_code == 422
    assert len(answer.json["errors"]) == 100
    assert "497 more are wrong" in answer.json["detail"]


def test_unknown_members_past_a_hundred_are_counted_without_a_message_each() -> None:
    unknown = {f"m{number}": 1 for number in range(500)}
    with pytest.raises(ValidationError) as refused:
        made(NewTopic).load(unknown)
    assert len(refused.value.messages) == 101, "100 that are named, and how many more there are"


def test_a_change_is_taken_as_a_merge_patch_and_a_create_is_not(writer: FlaskClient) -> None:
    made = posted(writer, "topics", topic())
    patch = {"data": b'{"label": "Water"}', "content_type": "application/merge-patch+json"}
    assert writer.patch("/v1/topics/1", headers=matching(made), **patch).json["label"] == "Water"
    assert writer.post("/v1/topics", **patch).status_code == 415
    refused = writer.patch(
        "/v1/topics/1", headers=matching(made), data=b"{}", content_type="application/json-patch+json"
    )
    assert refusal(refused) == (415, ["Content-Type"])
    assert refused.headers["Accept-Patch"] == "application/json, application/merge-patch+json"
    assert refused.json["detail"].startswith("application/json-patch+json is not read here: send JSON, with ")
    assert writer.options("/v1/topics/1").headers["Accept-Patch"] == refused.headers["Accept-Patch"]
    # Of two media types a generator makes a union of the same type twice, which does not compile.
    changes = {path: one["patch"] for path, one in contract()["paths"].items() if "patch" in one}
    assert {tuple(one["requestBody"]["content"]) for one in changes.values()} == {("application/json",)}


def test_what_has_no_body_has_no_media_type(writer: FlaskClient) -> None:
    made = posted(writer, "topics", topic())
    for answer in (
        writer.delete("/v1/topics/1", headers=matching(made)),
        writer.options("/v1/topics"),
        writer.options("/v1/topics/1"),
        writer.get("/openapi.json"),
    ):
        assert not answer.data
        assert "Content-Type" not in answer.headers
    assert {"GET", "POST"} <= set(writer.options("/v1/topics").allow)
    assert "Accept-Patch" not in writer.options("/v1/topics").headers
