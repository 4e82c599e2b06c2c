"""Whatever is sent, the answer is what was asked for or a refusal that names the place, never a 5xx."""

import itertools
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from models.spans import BLANKS
from tests import factories
from tests.checked import resolved
from tests.faults import audit
from tests.faults.client import Answer, Client, raw, status_of
from tests.faults.naughty import LEGITIMATE, MALFORMED, QUERIES, REFUSED
from tests.faults.operations import Operation, one_of_each, operations
from tests.faults.server import Server

Served = Callable[..., Server]
Key = Callable[..., str]
Scale = Callable[[int, int], int]
Tell = Callable[[str], None]

#: No probe may take longer, seconds: the deadline of a query, and some.
PATIENCE = 8


class Probes:
    """Sends probes and counts what they were answered; none may be a 5xx, cut, slow or without shape."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.outcomes: Counter[int] = Counter()
        self.slowest = 0.0

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send one."""
        began = time.monotonic()
        answer = self.client.send(method, path, body, **headers)
        took = time.monotonic() - began
        self.slowest = max(self.slowest, took)
        self.outcomes[answer.status] += 1
        what = f"{method} {path[:200]} {str(body)[:200]}"
        assert answer.status < 500, f"{what}: {answer.status} {answer.text}"
        assert took < PATIENCE, f"{what} took {took:.1f} s"
        if answer.status >= 400 and method != "HEAD":
            assert answer.headers["Content-Type"] == "application/problem+json", what
            assert answer.json["detail"], what
        return answer

    def told(self) -> str:
        """All, for people."""
        return f"{sum(self.outcomes.values())} probes, slowest {self.slowest * 1000:.0f} ms: {dict(self.outcomes)}"


def _parameters(operation: Operation) -> list[str]:
    parameters = [resolved(parameter) for parameter in operation.described.get("parameters", [])]
    return [parameter["name"] for parameter in parameters if parameter["in"] == "query"]


_ABOUT = [{"name": "Subject {n}", "description": "About it", "aliases": ["Also {n}"]}]
_WITHIN = {
    "text": "Reported {n}. And so on.",
    "language": "en",
    "title": "Title",
    "publisher": "P",
    "licence": "CC0-1.0",
}

#: Each body that makes something, behind its noun and which one it is; together they fill every text member. {n} is
#: made new for every probe.
BODIES: dict[str, dict[str, Any]] = {
    "topics": {"slug": "topic-{n}", "label": "Label"},
    "claims": {"text": "A claim.", "language": "en", "about": _ABOUT},
    "speakers": {"name": "Name {n}", "kind": "person", "description": "About them", "aliases": ["Other {n}"]},
    "documents": {
        "text": "One sentence {n}. Another one.",
        "language": "en",
        "title": "Title",
        "publisher": "Publisher",
        "licence": "CC0-1.0",
        "url": "https://example.org/{n}",
    },
    "reviews": {
        "claim": {"id": 1},
        "publisher": {"name": "Checkers", "site": "checks.example.org"},
        "url": "https://checks.example.org/{n}",
        "title": "Title",
        "rating": {"label": "False"},
        "language": "en",
        "licence": "CC0-1.0",
    },
    "reviews of a new claim": {
        "claim": {"text": "A claim.", "language": "en", "about": _ABOUT},
        "publisher": {"name": "Checkers", "site": "checks.example.org"},
        "url": "https://checks.example.org/{n}",
        "rating": {"label": "False"},
        "language": "en",
    },
    "counterclaims": {"claim": 1, "answer": 2, "kind": "disputes", "note": "Note"},
    "statements": {
        "speaker": {"name": "Sayer {n}", "description": "About them", "aliases": ["They {n}"]},
        "document": _WITHIN | {"text": "Somebody {n} said: it is so. He went."},
        "sentence": {"text": "Somebody {n} said: it is so."},
        "content": [{"text": "it is so"}],
        "mention": {"text": "Somebody"},
        "cue": {"text": "said"},
        "role": "minister",
        "form": "indirect",
        "claim": {"text": "It is so.", "language": "en", "about": _ABOUT},
        "via": {"speaker": {"name": "Reporter {n}", "description": "About them", "aliases": ["Paper {n}"]}},
        "counters": [{"claim": 1, "kind": "disputes", "note": "Note"}],
    },
    "statements by an extractor": {
        "speaker": {"name": "Sayer {n}"},
        "document": {"text": "Somebody {n} said: it is so. He went.", "language": "en"},
        "content": [{"text": "it is so"}],
        "form": "indirect",
        "claim": {"text": "It is so.", "language": "en"},
        "via": {"document": _WITHIN},
        "origin": {"kind": "extractor", "extractor": "rules", "extractor_version": "1", "confidence": 0.5},
    },
}

#: Free texts: what a person may write anything into. The others have a form, or must be found in a document.
FREE = {
    "topics": ["label"],
    "claims": ["text", "about/0/name", "about/0/description", "about/0/aliases/0"],
    "speakers": ["name", "description", "aliases/0"],
    "counterclaims": ["note"],
    "documents": ["text", "title", "publisher", "licence"],
    "reviews": ["title", "publisher/name", "rating/label", "licence"],
    "reviews of a new claim": ["claim/text", "claim/about/0/name", "claim/about/0/description"],
    "statements": [
        *("role", "claim/text", "claim/about/0/name", "claim/about/0/description", "counters/0/note"),
        *("speaker/name", "speaker/description", "speaker/aliases/0", "document/title", "document/publisher"),
        *("document/licence", "via/speaker/name", "via/speaker/description", "via/speaker/aliases/0"),
    ],
    "statements by an extractor": [
        *("origin/extractor", "origin/extractor_version", "via/document/text", "via/document/title"),
        *("via/document/publisher", "via/document/licence"),
    ],
}

#: What must be found in the text of the document.
QUOTED = ["sentence/text", "content/0/text", "mention/text", "cue/text"]

#: Texts that no test writes anything into: they are the same members as others of FREE, further in.
_OF_A_SPEAKER = ("aliases/0", "description", "name")
FURTHER_IN = {
    "reviews": ["claim/about/0/aliases/0"],
    "statements": [
        *("claim/about/0/aliases/0", "document/text"),
        *(f"{whose}/{place}" for whose in ("on_behalf_of", "speakers/0") for place in _OF_A_SPEAKER),
    ],
}

_numbers = itertools.count(1)


def _new(node: Any, n: int) -> Any:
    if isinstance(node, dict):
        return {name: _new(inner, n) for name, inner in node.items()}
    if isinstance(node, list):
        return [_new(inner, n) for inner in node]
    return node.replace("{n}", str(n)) if isinstance(node, str) else node


def _with(noun: str, place: str, value: Any) -> dict[str, Any]:
    body: Any = _new(BODIES[noun], next(_numbers))
    *steps, last = place.split("/")
    node = body
    for step in steps:
        node = node[int(step)] if isinstance(node, list) else node[step]
    node[int(last) if isinstance(node, list) else last] = value
    return body


def _at(node: Any, place: str) -> Any:
    for step in place.split("/"):
        node = node[int(step)] if isinstance(node, list) else node[step]
    return node


def _leaves(node: Any, at: str = "") -> list[str]:
    if isinstance(node, dict):
        return [leaf for name, inner in node.items() for leaf in _leaves(inner, f"{at}/{name}")]
    if isinstance(node, list):
        return [leaf for number, inner in enumerate(node) for leaf in _leaves(inner, f"{at}/{number}")]
    return [at[1:]]


def _texts(node: Any, at: str = "") -> Iterator[str]:
    """Each place of a text in a shape of the contract."""
    node = resolved(node)
    for inner in [*node.get("oneOf", []), *node.get("anyOf", []), *node.get("allOf", [])]:
        yield from _texts(inner, at)
    for name, inner in node.get("properties", {}).items():
        yield from _texts(inner, f"{at}/{name}")
    if "items" in node:
        yield from _texts(node["items"], f"{at}/0")
    if "string" in node.get("type", ()) and node.get("pattern", "").startswith("^[^"):
        yield at[1:]


def _shape(operation: Operation) -> Any:
    return operation.described["requestBody"]["content"].get("application/json", {}).get("schema", {})


def test_the_probes_reach_every_text_of_the_contract() -> None:
    for operation in operations():
        if operation.noun == "imports":  # its lines hold the texts that the bodies of their nouns hold
            continue
        if operation.method == "POST" and operation.takes and "{" not in operation.path:
            of = [name for name in FREE if name.split()[0] == operation.noun]
            reached = {place for name in of for place in FREE[name]} | set(FURTHER_IN.get(operation.noun, []))
            missed = set(_texts(_shape(operation))) - reached - set(QUOTED)
            assert not missed, f"{operation.name}: {sorted(missed)}"


#: Names are told apart without case and width: another of the same is a 409.
_NAMES = ("name", "aliases")


def _told(text: str, noun: str, place: str) -> str:
    """What is written into a place: the text, with a number where it must be a new one, and not too long."""
    told = f"{text} {next(_numbers)}" if any(part in _NAMES for part in place.split("/")) else text
    told = f"{told} {next(_numbers)}." if place.endswith("text") and "claim" not in noun + place else told
    long = place.endswith(("text", "description", "note"))
    return told if long or len(told) <= 100 else f"{told[:80]}{next(_numbers)}"


def test_every_naughty_string_is_kept_to_the_letter_and_found_or_refused(
    url: str, served: Served, key: Key, scale: Scale, tell: Tell
) -> None:
    server = served()
    probes = Probes(server.client(key("admin")))
    one_of_each(probes.client, url)
    for noun, places in FREE.items():
        for place in places:
            for text in LEGITIMATE[next(_numbers) % 25 :: scale(25, 3)]:
                told = _told(text, noun, place)
                body = _with(noun, place, told)
                if noun == "counterclaims":
                    made = probes.send("POST", "/v1/claims", factories.claim())
                    body["answer"] = made.json["id"]
                answer = probes.send("POST", f"/v1/{noun.split()[0]}", body)
                assert answer.status == 201, f"{noun}/{place} {text!r}: {answer.text}"
                again = probes.send("GET", answer.headers["Location"])
                for seen in (answer.json, again.json):
                    # A linked thing is shown by its name, not in full.
                    if place in MIRRORED.get(noun, places):
                        assert _at(seen, place) == told, f"{noun}/{place} {text!r}"
    for text in LEGITIMATE[:: scale(4, 1)]:
        for path in ("claims", "statements", "counterclaims"):
            more = "&include=snippets" if path != "counterclaims" else ""
            answer = probes.send("GET", f"/v1/{path}?q={quote(text)}&limit=3{more}")
            many = len(re.findall(r"\*(?=\s|$)", text)) > 4  # beginnings of words
            assert answer.status == (400 if many or len(text) > 500 else 200), f"{path}?q={text!r}: {answer.text}"
        probes.send("GET", f"/v1/speakers?name={quote(text)}")
        probes.send("GET", f"/v1/claims?publisher={quote(text)}&cue={quote(text)}&total=true")
    tell(probes.told())
    assert probes.outcomes.total() >= scale(600, 1_300)
    server.kill()
    audit.whole(url)


#: Of which bodies not every text stands at the same place in the answer, and which do.
MIRRORED = {
    "claims": ["text", "about/0/name"],
    "reviews of a new claim": ["claim/text"],
    "statements": [
        *("role", "claim/text", "speaker/name", "document/title", "document/publisher", "via/speaker/name"),
    ],
    "statements by an extractor": ["origin/extractor", "origin/extractor_version", "via/document/title"],
}


def test_every_naughty_string_may_be_quoted_from_a_document(
    url: str, served: Served, key: Key, scale: Scale, tell: Tell
) -> None:
    server = served()
    probes = Probes(server.client(key("admin")))
    for text in LEGITIMATE[:: scale(6, 1)]:
        body = _new(BODIES["statements"], next(_numbers)) | {"content": [{"text": text}], "counters": []}
        body["document"] = {"text": f"Somebody said: {text}. He went.", "language": "en"}
        del body["sentence"]
        answer = probes.send("POST", "/v1/statements", body)
        if answer.status == 201:
            assert answer.json["content"][0]["text"] == text.lstrip(BLANKS)  # it begins with its first word
        else:  # what stands there twice, or in two sentences
            assert answer.status in (409, 422), f"{text!r}: {answer.text}"
            assert answer.json["errors"][0]["pointer"].startswith("/content"), f"{text!r}: {answer.text}"
    tell(probes.told())
    assert probes.outcomes[201] > probes.outcomes.total() / 2


def test_every_naughty_string_may_be_written_over_another(
    url: str, served: Served, key: Key, scale: Scale, tell: Tell
) -> None:
    server = served()
    probes = Probes(server.client(key("admin")))
    ids = one_of_each(probes.client, url)
    for operation in operations():
        if operation.method != "PATCH" or not _shape(operation):
            continue
        path = operation.at(ids[operation.noun])
        for place in sorted(
            set(_texts(_shape(operation))) & {"text", "label", "note", "title", "role", "name", "licence"}
        ):
            for text in LEGITIMATE[next(_numbers) % 12 :: scale(12, 2)]:
                told = _told(text, operation.noun, place)
                now = probes.send("GET", path).headers["ETag"]
                answer = probes.send("PATCH", path, {place: told}, If_Match=now)
                assert answer.status == 200, f"{path} {place} {text!r}: {answer.text}"
                assert answer.json[place] == told, f"{path} {place} {text!r}"
    tell(probes.told())
    server.kill()
    audit.whole(url)


def test_what_is_no_text_is_refused_in_every_member_by_its_place(
    url: str, served: Served, key: Key, scale: Scale, tell: Tell
) -> None:
    server = served()
    probes = Probes(server.client(key("admin")))
    one_of_each(probes.client, url)
    for noun, body in BODIES.items():
        for place in _leaves(body):
            free = place in FREE.get(noun, [])
            for value in REFUSED[next(_numbers) % 5 :: scale(5, 1)]:
                if place in ("claim", "answer", "claim/id", "counters/0/claim", "origin/confidence") and isinstance(
                    value, int | float
                ):
                    continue
                many_lines = isinstance(value, str) and value.strip() and set(value) <= set("\t\r\n")
                answer = probes.send("POST", f"/v1/{noun.split()[0]}", _with(noun, place, value))
                assert answer.status in (400, 404, 409, 422), f"{noun}/{place} {value!r}: {answer.status} {answer.text}"
                if free and not many_lines:
                    assert answer.status == 422, f"{noun}/{place} {value!r}: {answer.status} {answer.text}"
                    blamed = [error["pointer"] for error in answer.json["errors"]]
                    assert any(
                        ("/" + place).startswith(pointer) or pointer.startswith("/" + place) for pointer in blamed
                    )
    for malformed in MALFORMED:
        for noun in ("claims", "statements"):
            answer = probes.send("POST", f"/v1/{noun}", malformed)
            assert answer.status in (400, 422), f"{malformed[:80]!r}: {answer.status}"
    for encoding in ("gzip", "deflate", "br", "identity, gzip", "x"):
        answer = probes.send("POST", "/v1/claims", b"\x1f\x8b\x08\x00abc", Content_Encoding=encoding)
        assert answer.status in (400, 415, 422)
    tell(probes.told())


def test_any_query_is_answered_or_refused_by_its_parameter(
    url: str, served: Served, key: Key, scale: Scale, tell: Tell
) -> None:
    server = served()
    probes = Probes(server.client(key("admin")))
    ids = one_of_each(probes.client, url)
    for operation in operations():
        if operation.method != "GET":
            continue
        path = operation.at(ids.get(operation.noun, 1))
        for name in _parameters(operation):
            for value in QUERIES[next(_numbers) % 9 :: scale(9, 1)]:
                answer = probes.send("GET", f"{path}?{name}={value.decode()}")
                assert answer.status in (200, 400, 403), f"{path}?{name}={value!r}: {answer.status} {answer.text}"
                if (
                    answer.status == 400
                    and b"#" not in value
                    and b"&" not in value
                    and not re.search(rb"%[ce0]?[0-9d]?|%", value)
                ):
                    assert name in [error.get("parameter") for error in answer.json["errors"]], f"{name}={value!r}"
        answer = probes.send("GET", f"{path}?speeker=1")
        assert (answer.status, "speeker" in answer.json["detail"]) == (400, True), path
    for id in (
        "0",
        "00",
        "-1",
        "+1",
        "1.0",
        "1e0",
        "%31",
        "%00",
        "1%00",
        "9" * 15,
        "9" * 16,
        "9" * 40,
        "１",
        "%EF%BC%91",
        "a",
        "%2e",
        "1;",
        "1'",
    ):
        for noun in ids:
            for method in ("GET", "PATCH", "DELETE", "PUT", "POST"):
                answer = probes.send(
                    method, f"/v1/{noun}/{quote(id, safe='%')}", {} if method in ("PATCH", "PUT", "POST") else None
                )
                assert answer.status in (200, 400, 404, 405, 428), f"{method} {noun}/{id}: {answer.status}"
    for path in (
        "//v1//claims",
        "/v1/claims/",
        "/v1/../v1/claims",
        "/v1/%2e%2e/claims",
        "/v1/claims/1/../2",
        "/%00",
        "/v1/claims%0d%0aX:%201",
    ):
        assert probes.send("GET", path).status in (400, 404), path
    tell(probes.told())


def test_headers_may_be_anything(url: str, served: Served, key: Key, tell: Tell) -> None:
    server = served()
    probes = Probes(server.client(key("admin")))
    one_of_each(probes.client, url)
    values = ["", " ", "x" * 3000, "é", '"', '"1', "*", "W/", 'W/"x"', "1-1", '"1-1-0"', '"9999999999999999-1-0000000000000000"', "%00", "\t", "a,b", "a;b", "text/html", "*/*;q=0", "application/json;q=x"]  # fmt: skip
    names = ["If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range", "Range", "Accept", "Accept-Encoding", "Accept-Language", "Accept-Charset", "Cookie", "Origin", "Referer", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Request-Id", "Forwarded", "Host", "Idempotency-Key", "User-Agent", "traceparent", "X-HTTP-Method-Override", "Expect", "Upgrade", "TE"]  # fmt: skip
    for name in names:
        for value in values:
            if name == "Expect" or (name == "Host" and value.strip() == ""):
                continue
            given = {name.replace("-", "_"): value}
            answer = probes.send("GET", "/v1/claims/1", **given)
            assert answer.status in (200, 206, 304, 400, 406, 412), f"{name}: {value!r}: {answer.status}"
            if "Location" in answer.headers:
                assert answer.headers["Location"].startswith("/v1/")
            number = next(_numbers)
            answer = probes.send("POST", "/v1/topics", {"slug": f"header-{number}", "label": "x"}, **given)
            assert answer.status in (201, 400, 406, 412, 422), f"{name}: {value!r}: {answer.status} {answer.text}"
    # Two requests of which only one is meant: the length must not be told twice, nor hidden.
    post = b"POST /v1/claims HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n"
    for lengths in (
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: 5, 5, 6\r\n",
        b"Content-Length: 0x5\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Content-Length : 5\r\n",
        b"X: a\x00b\r\n",
        b"X: a\rb\r\n",
        b" X: folded\r\n",
        b"\xff: 1\r\n",
    ):
        status = status_of(
            raw(server.port, post + lengths + b"\r\n0\r\n\r\nGET /v1/claims HTTP/1.1\r\n\r\n", timeout=3)
        )
        assert status in (0, 400, 401, 411, 413, 501), f"{lengths!r}: {status}"
    for line in (b"GET", b"GET /", b"GET / HTTP/9.9", b"\x16\x03\x01\x02\x00", b"get /v1/claims HTTP/1.1", b"G T / HTTP/1.1", b"GET /v1/claims\x00 HTTP/1.1", b"PRI * HTTP/2.0", b"GET http://[::1/ HTTP/1.1", b"CONNECT a:1 HTTP/1.1", b"* * HTTP/1.1"):  # fmt: skip
        status = status_of(raw(server.port, line + b"\r\nHost: a\r\nConnection: close\r\n\r\n", timeout=3))
        assert status < 500 or status in (501, 505), f"{line!r}: {status}"
    tell(probes.told())
    assert probes.send("GET", "/v1/claims").status == 200


def test_lines_cannot_be_forged_in_the_log(url: str, served: Served, key: Key) -> None:
    server = served()
    client = server.client(key("write"))
    mark = "FORGED-LINE"
    for path in (
        f"/v1/{quote(chr(10) + mark)}",
        f"/v1/claims?q={quote(chr(13) + chr(10) + mark)}",
        f"/v1/claims?{quote(chr(10) + mark)}=1",
    ):
        client.get(path)
    client.post(
        "/v1/claims", {"text": f"a\n{mark}", "language": "en"}, User_Agent=f"a {mark}", X_Request_Id=f"a {mark}"
    )
    client.post("/v1/topics", {f"\n{mark}": 1})
    server.terminate()
    assert not [line for line in server.said().splitlines() if line.startswith(mark)]


def test_an_address_that_is_stored_is_never_fetched(url: str, served: Served, key: Key) -> None:
    import socket

    server = served()
    client = server.client(key("admin"))
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0.5)
        here = f"http://127.0.0.1:{trap.getsockname()[1]}/"
        body = factories.document(url=here + "a")
        assert client.post("/v1/documents", body).status == 201
        assert client.post("/v1/speakers", factories.speaker(same_as=[here])).status == 201
        claim = client.post("/v1/claims", factories.claim()).json["id"]
        assert client.post("/v1/reviews", factories.review(claim, url=here)).status == 201
        try:
            trap.accept()
        except TimeoutError:
            return
    raise AssertionError("the server came to fetch an address that it had only been told of")
