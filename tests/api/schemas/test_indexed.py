"""The longest value that the contract allows is stored on both databases, whatever it is made of; more is a 422."""

import json
import random
import unicodedata
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote

import jsonschema_rs
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.schemas import indexed
from models.storage import columns
from tests.api.steps import matching, posted, refusal
from tests.checked import contract
from tests.factories import charge, document, review, speaker
from tests.work import growth

_DICE = random.Random(20261127)  # noqa: S311


def noise(length: int, first: str = "一", last: str = "鿿") -> str:
    """So many characters that nothing can compress."""
    return "".join(chr(_DICE.randint(ord(first), ord(last))) for _ in range(length))


#: What compatibility ligatures are written out to is up to eleven times as long.
LIGATURES = [
    chr(code) for code in (0xFDFA, 0xFDFB, *range(0x3300, 0x3358), *range(0xFD50, 0xFD90), *range(0x3220, 0x3244))
]

#: Characters that addresses percent-encode, and the bytes of each.
ENCODED = {"一": 3, "𠀀": 4, "ü": 2, "|": 1, "%": 1, "=": 1}


@pytest.mark.parametrize(("letter", "size"), ENCODED.items())
@pytest.mark.parametrize("before", ["https://example.org/", "https://example.org/?q="])
def test_an_address_has_2000_characters_as_it_is_sent(writer: FlaskClient, letter: str, size: int, before: str) -> None:
    most = (2_000 - len(before) - 2) // (3 * size)
    path = noise(most) if letter == "一" else noise(most, "𠀀", "𪛟") if letter == "𠀀" else letter * most
    posted(writer, "documents", document(url=before + path))
    assert refusal(writer.post("/v1/documents", json=document(url=before + path + letter * 2))) == (422, ["/url"])
    id = posted(writer, "claims", {"text": "It is so.", "language": "en"}).json["id"]
    posted(writer, "reviews", review(id, url=before + path))
    assert refusal(writer.post("/v1/reviews", json=review(id, url=before + path + letter * 2))) == (422, ["/url"])


def test_an_address_of_1800_letters_that_are_not_ascii_is_refused(writer: FlaskClient) -> None:
    answer = writer.post("/v1/documents", json=document(url="https://example.org/" + noise(1_800)))
    assert refusal(answer) == (422, ["/url"])


def test_an_address_that_is_encoded_already_is_counted_as_it_is(writer: FlaskClient) -> None:
    url = "https://example.org/" + "%E4%B8%80" * 220
    assert posted(writer, "documents", document(url=url)).json["url"] == url


def test_an_address_that_is_none_is_refused(writer: FlaskClient) -> None:
    for url in (
        *("http://[::1", "http://[::1]x/", "http://[]/", "http://[1.2]/", "http://[:::]/", "http://e.org:99999999"),
        *(
            "http://e.org:65536/",
            "http://e.org:x",
            "http://.",
            "http://..",
            "http://a..b/",
            "http://.e.org",
            "http:///a",
        ),
        *("http://-a.example/", "http://a-.example/", "http://a.-.example/", "http://1.2.3.999/", "http://1.2.3/"),
        *(
            "http://1.2.3.4.5/",
            "http://e.123/",
            "http://１.2.3.999/",
            "http://0x7f/",
            "http://e.org:0/",
            "http://e.org:000",
        ),
        *("http://e.org]/", "http://a\\b/", "http://a:b:80/", "http://me@e.org/"),
        *("http://%20/", "http://exa%6Dple.org/", "http://a!b.org/", "http://a~b.org/", "http://a\u0080b.org/"),
        *("http://0?000", "http://0", "http://0x.:80", "http://a.0x1f#", "http://01.2.3.4/", "http://256.1.1.1/"),
        *(f"http://{'a' * 64}.org/", f"http://e.{'a' * 64}", "http://" + "a." * 126 + "org/"),
    ):
        assert not allowed(url) or not url.isascii() or "[" in url, url
        assert refusal(writer.post("/v1/documents", json=document(url=url))) == (422, ["/url"]), url
    for url in (
        *("http://[::1]:8080/a", "http://[2001:db8::1]", "http://e.org:65535/", "http://e.org:/b", "http://e.org./c"),
        *("http://a-b--c.example:00080/", "http://1a.2b/", "http://192.0.2.255.:1/", "http://e.org/-a-"),
        *("https://例え。jp/", "http://e.org/a[b]", "http://e.org?a=[b", "http://192.0.2.1/", "HTTP://a_b.e.org/#x"),
        *(
            f"http://{'a' * 63}.org/",
            "http://" + "a." * 125 + "org/",
            "http://_dmarc.e.org/",
            "http://0x.e/",
            "http://0xg",
        ),
    ):
        assert allowed(url), url
        posted(writer, "documents", document(url=url))


def allowed(value: str, schema: str = "Url") -> bool:
    """Whether the contract's pattern has room for an address, or a host."""
    return jsonschema_rs.validator_for(contract()["components"]["schemas"][schema]).is_valid(value)


def test_a_name_that_idna_writes_too_long_is_refused(writer: FlaskClient) -> None:
    for fits, host in (
        *((True, "ü" * 20 + ".example"), (False, "ü" * 63 + ".example")),
        *((True, "ü." * 30 + "example"), (False, "ü." * 31 + "example")),
    ):
        answer = writer.post("/v1/documents", json=document(url=f"https://{host}/"))
        assert answer.status_code == (201 if fits else 422), host


def test_what_is_too_long_is_refused_before_it_is_normalised(
    writer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hosts(length: int) -> Callable[[], TestResponse]:
        return partial(writer.post, "/v1/speakers", json=speaker(same_as=[f"http://{noise(length)}/"] * 10))

    def address(length: int) -> Callable[[], TestResponse]:
        return partial(writer.post, "/v1/documents", json=document(url=f"http://{noise(length)}/"))

    assert refusal(hosts(1_990)()) == (422, [f"/same_as/{number}" for number in range(10)])
    assert refusal(address(5_000)()) == (422, ["/url"])
    assert growth(hosts, 500) < 1.5, "Punycode takes the square of the length"
    assert growth(address, 500) < 1.5
    # A line of an import may be longer than a body.
    line = json.dumps({"speaker": {"name": "\ufdfa" * 20_000}}, ensure_ascii=False)
    normalised, normalize = [0], unicodedata.normalize

    def noted(form: Any, text: str) -> str:
        normalised.append(len(text))
        return normalize(form, text)

    with monkeypatch.context() as noting:
        noting.setattr(unicodedata, "normalize", noted)
        told = writer.post("/v1/imports", data=line, content_type="application/x-ndjson").json
    assert told["refused"] == 1
    assert max(normalised) < 20_000


@pytest.mark.parametrize(
    "host",
    [
        *(
            "a_b.example.org",
            "WWW.A_b.Example.org",
            "ü." * 30 + "example",
            "xn--r8jz45g.jp",
            "192.0.2.1",
            "[2001:db8::1]",
        ),
        *("e.org.", "localhost", "a" * 63 + ".org", "a." * 125 + "org", "例え。jp", "www.www"),
    ],
)
def test_a_document_is_found_by_its_host_and_by_its_address_without_scheme(writer: FlaskClient, host: str) -> None:
    posted(writer, "documents", document(url=f"https://{host}:8080/a,b?c=d://e"))
    for query in (
        {"domain": host},
        {"domain": host.upper()},
        {"url": f"https://{host}:8080/a%2Cb?c=d://e"},
        {"url": f"{host}:8080/a%2Cb/?c=d://e&utm_source=x"},
        {"url": f"www.{host}:8080/a%2Cb?c=d://e#top"} if "a" <= host[0] < "w" and len(host) < 99 else {},
    ):
        sent = "&".join(f"{name}={quote(value, safe='%')}" for name, value in query.items())
        found = writer.get(f"/v1/documents?{sent}")
        assert [item["id"] for item in found.json["items"]] == [1], sent


@pytest.mark.parametrize("host", ["ü" * 250, "[:::]", "1.2.3.999", "ü." * 120 + "x", "[1.2]", "xn--a", "1."])
def test_a_host_that_no_address_can_have_finds_nothing(writer: FlaskClient, host: str) -> None:
    for noun in ("documents", "claims", "statements"):
        answer = writer.get(f"/v1/{noun}?domain={quote(host)}")
        assert (answer.status_code, answer.json.get("items")) == ((200, []) if allowed(host, "Host") else (400, None))


@pytest.mark.parametrize(
    "address", ["ftp://e.org/", "http:/e.org", "https://", "me@e.org", "mailto:x", "e.org:x", "/a", "a b", "http:"]
)
def test_a_filter_takes_no_address_of_another_kind(writer: FlaskClient, address: str) -> None:
    for noun in ("documents", "claims", "reviews"):
        assert refusal(writer.get(f"/v1/{noun}?url={quote(address)}")) == (400, ["url"])


def test_a_cue_has_300_characters(writer: FlaskClient) -> None:
    words = noise(9_000)
    for given, status in (
        ({"text": words[:300]}, 201),
        ({"start": 0, "end": 300}, 409),
        ({"text": words[:301]}, 422),
        ({"start": 0, "end": 301}, 422),
        ({"text": words}, 422),
    ):
        body = charge(document=document(text=words, url=None), sentence=None, mention=None, cue=given)
        answer = writer.post("/v1/statements", json=body | {"content": [{"start": 0, "end": 9_000}]})
        assert answer.status_code == status, (given, answer.json)
        if status == 422:
            assert [error["pointer"] for error in answer.json["errors"]] == ["/cue"]


@pytest.mark.parametrize("word", ["name", "alias", "rating"])
def test_a_name_is_stored_whatever_its_letters_are_written_out_to(writer: FlaskClient, word: str) -> None:
    at = {"name": "/name", "alias": "/aliases/0", "rating": "/rating/label"}[word]
    claim = posted(writer, "claims", {"text": "It is so.", "language": "en"}).json["id"]
    long = "".join(_DICE.choices(LIGATURES[:90], k=300))
    for letters, fits in (
        (noise(300), True),
        (noise(300, "𠀀", "𪛟"), True),
        ("".join(LIGATURES), True),
        (long, False),
    ):
        if word == "rating":
            answer = writer.post(
                "/v1/reviews", json=review(claim, rating={"label": letters}, url=f"https://e.org/{fits}")
            )
        else:
            named: dict[str, Any] = {"name": letters} if word == "name" else {"name": noise(5), "aliases": [letters]}
            answer = writer.post("/v1/speakers", json=speaker(**named))
        if fits:
            assert answer.status_code in {201, 409}, (letters[:5], answer.json)
        else:
            assert refusal(answer) == (422, [at])


def test_a_sentence_without_a_full_stop_is_cut_at_5000_characters(writer: FlaskClient) -> None:
    words = " ".join(f"{_DICE.getrandbits(40):08x}" for _ in range(93_900))[:939_000]
    id = posted(writer, "documents", document(text=words, url=None)).json["id"]
    quoted = {"document": {"id": id}, "sentence": None, "mention": None, "cue": None}
    answer = writer.post("/v1/statements", json=charge(**quoted) | {"content": [{"start": 6_000, "end": 6_900}]})
    assert answer.status_code == 201, answer.json
    sentence = answer.json["sentence"]
    assert sentence["position"] == 1
    assert 4_980 <= sentence["start"] <= 5_000
    assert words[sentence["start"] - 1] == words[sentence["end"]] == " "


def test_a_sentence_is_made_no_longer_than_5000_characters(writer: FlaskClient) -> None:
    id = posted(writer, "documents", document(text=noise(12_000), url=None)).json["id"]
    (first, *rest) = writer.get(f"/v1/sentences?document={id}").json["items"]
    for one in rest:
        etag = writer.get(f"/v1/sentences/{one['id']}").headers["ETag"]
        assert writer.delete(f"/v1/sentences/{one['id']}", headers={"If-Match": etag}).status_code == 204
    new = {"document": id, "start": 5_000, "end": 10_001}
    assert refusal(writer.post("/v1/sentences", json=new)) == (422, ["/end"])
    posted(writer, "sentences", new | {"end": 10_000})
    address = f"/v1/sentences/{first['id']}"
    etag = writer.get(address).headers["ETag"]
    change = writer.patch(address, json={"end": 5_001}, headers={"If-Match": etag})
    assert refusal(change) == (422, ["/end"])


def test_a_content_of_a_hundred_spans_is_stored(writer: FlaskClient) -> None:
    text = noise(999_999, "a", "z")
    spans = [{"start": 990_000 + 90 * place, "end": 990_089 + 90 * place} for place in range(100)]
    quoted = charge(document=document(text=text, url=None), sentence=None, mention=None, cue=None, content=spans)
    posted(writer, "statements", quoted)


def test_a_line_that_is_too_long_is_refused_and_no_other_of_its_group(writer: FlaskClient) -> None:
    quoted: dict[str, Any] = {"document": {"text": noise(9_000), "language": "en"}, "mention": None, "sentence": None}
    whole = {"start": 0, "end": 9_000}
    said = charge(cue=whole, content=[whole], **quoted)
    lines = [{"speaker": {"name": "Ann"}}, {"statement": said}, {"speaker": {"name": "Cid"}}]
    lines.insert(2, {"review": review(1, url="https://e.org/" + noise(1_800), claim={"text": "So.", "language": "en"})})
    body = "\n".join(json.dumps(line) for line in lines)
    answer = writer.post("/v1/imports", data=body, content_type="application/x-ndjson")
    assert (answer.json["new"], answer.json["refused"]) == (2, 2)
    assert [one["errors"][0]["pointer"] for one in answer.json["listed"]] == ["/cue", "/url"]


def test_a_statement_quotes_10000_characters(writer: FlaskClient) -> None:
    text = "ab " * 4_000
    long = {"document": document(text=text), "sentence": None, "mention": None, "cue": None}
    refused = writer.post("/v1/statements", json=charge(**long, content=[{"start": 0, "end": 10_001}]))
    assert refusal(refused) == (422, ["/content"])
    halves = [{"start": 0, "end": 5_000}, {"start": 5_003, "end": 10_004}]
    assert refusal(writer.post("/v1/statements", json=charge(**long, content=halves))) == (422, ["/content"])
    mention = {"start": 0, "end": 2_001}
    body = charge(**long | {"mention": mention}, content=[{"start": 0, "end": 10_000}])
    assert refusal(writer.post("/v1/statements", json=body)) == (422, ["/mention"])
    made = posted(writer, "statements", charge(**long, content=[{"start": 0, "end": 10_000}]))
    changed = writer.patch(f"/v1/statements/{made.json['id']}", json={"content": halves}, headers=matching(made))
    assert refusal(changed) == (422, ["/content"])


def test_a_name_takes_as_many_bytes_as_its_key_may_have() -> None:
    assert indexed.LONGEST_KEY == columns.LONGEST_KEY
