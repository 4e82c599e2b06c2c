"""POST /v1/imports: many things at once, as lines."""

import io
import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from peewee import QueryEvent
from werkzeug.test import TestResponse

from api.contract import bodies, json_body, problem_types
from api.contract.problems import Problem
from api.formats import line_parser, ndjson
from models import hierarchy, topics
from models.history.changes import Actor
from models.refusals import Busy
from models.storage import database, transactions
from models.storage.concurrency_limit import ConcurrencyLimit
from models.storage.errors import DatabaseFailure, sentence_of_code
from models.tables import Topic
from models.transfer import dry_runs, imports
from tests.api.steps import posted, refusal, together
from tests.checked import ROOT
from tests.factories import charge, claim, denial, document, review, speaker, topic

SAMPLE = (ROOT / "examples" / "sample.ndjson").read_bytes()


def lines(*made: object) -> bytes:
    """NDJSON."""
    return b"".join(json.dumps(line).encode() + b"\n" for line in made)


def sent(client: FlaskClient, body: bytes, query: str = "", **more: Any) -> TestResponse:
    return client.post(f"/v1/imports{query}", data=body, **{"content_type": ndjson.MEDIA_TYPE} | more)


def chunked(client: FlaskClient, *parts: bytes, query: str = "") -> TestResponse:
    """Send a body without a length, as our server hands it on: it ends where nothing more comes."""
    environ = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    body = io.BytesIO(b"".join(parts))
    return client.post(
        f"/v1/imports{query}", input_stream=body, content_type=ndjson.MEDIA_TYPE, environ_overrides=environ
    )


class _Slow(io.BytesIO):
    """A body of which each part comes once another thread has used the one connection to the database."""

    def read(self, size: int | None = -1) -> bytes:
        together(1, lambda _: database.fetch("SELECT 1"))
        return super().read(size if size is None else min(size, 10_000))


def test_no_connection_is_held_while_lines_come(app: Flask, url: str, writer: FlaskClient) -> None:
    # As many lines as are stored together, and more that come when these are stored.
    body = lines(*({"topic": topic(slug=f"t{number}")} for number in range(2100)))
    database.close()
    database.connect(url, limits=database.Limits(connections=1, deadline=3))
    answer = writer.post("/v1/imports", input_stream=_Slow(body), content_type=ndjson.MEDIA_TYPE)
    assert (answer.status_code, answer.json["new"]) == (200, 2100), answer.text


def count(client: FlaskClient, noun: str) -> int:
    return len(client.get(f"/v1/{noun}?limit=100").json["items"])


def test_what_is_sent_twice_is_stored_once(reviewer: FlaskClient) -> None:
    number = len(SAMPLE.splitlines())
    first = sent(reviewer, SAMPLE)
    assert first.status_code == 200
    assert first.json == {
        "lines": number,
        "new": number,
        "known": 0,
        "noted": 0,
        "refused": 0,
        "dry_run": False,
        "listed": [],
        "unlisted": 0,
    }
    log = reviewer.get("/v1/changes?limit=100").json["items"]
    assert {line["key_id"] for line in log} == {1}, "the log says whose key it was"
    again = sent(reviewer, SAMPLE, "?report=all")
    assert (again.json["new"], again.json["known"]) == (0, number)
    assert [line["line"] for line in again.json["listed"]] == list(range(1, number + 1))
    assert all(line["id"] for line in again.json["listed"])


def test_tells_what_became_of_each_line_and_stores_the_others(writer: FlaskClient) -> None:
    body = lines(
        {"topic": topic()},
        {"topic": topic(slug="No slug")},
        {"claim": claim(id="c1")},
        {"statement": charge(id="s1", claim={"claim": "c1"})},
        {"statement": denial(0, counters=[{"target": "s1", "kind": "denies"}])},
        {"statement": charge(content=[{"text": "no such words"}])},
        {"statement": charge(status="rejected")},
    )
    answer = sent(writer, body + b"{no json\n", "?report=all")
    assert answer.status_code == 200
    told = [(one["line"], one["noun"], one["outcome"]) for one in answer.json["listed"]]
    assert told == [
        (1, "topic", "new"),
        (2, "topic", "refused"),
        (3, "claim", "noted"),
        (4, "statement", "new"),
        (5, "statement", "new"),
        (6, "statement", "refused"),
        (7, "statement", "refused"),
        (8, "?", "refused"),
    ]
    pointers = [[error["pointer"] for error in one["errors"]] for one in answer.json["listed"] if one["errors"]]
    assert pointers == [["/slug"], ["/content/0/text"], [""], [""]]
    assert "review scope" in answer.json["listed"][6]["errors"][0]["detail"]
    (counterclaim,) = writer.get("/v1/counterclaims").json["items"]
    assert (counterclaim["claim"]["text"], counterclaim["kind"]) == (claim()["text"], "denies")


def test_the_wikidata_id_of_a_merged_speaker_is_the_survivors_to_a_line(writer: FlaskClient) -> None:
    for new in (
        {"name": "Ann Lee", "wikidata_id": "Q1"},
        {"name": "Anna Lee", "wikidata_id": "Q2"},
        {"name": "A. Lee", "wikidata_id": "Q3"},
    ):
        posted(writer, "speakers", speaker(**new))
    for merged, into in ((1, 2), (2, 3)):
        assert writer.post(f"/v1/speakers/{merged}/merge", json={"into": into}).status_code == 200

    def stated(page: int, **who: Any) -> dict[str, Any]:
        return {"statement": charge(document=document(url=f"https://example.org/{page}"), speaker=who)}

    body = lines(
        {"speaker": {"name": "Another", "wikidata_id": "Q1"}},
        stated(2, id="Q1"),
        stated(3, name="Ann Lee", wikidata_id="Q1"),
        stated(4, name="A. Lee", wikidata_id="Q2"),
        stated(5, name="New", wikidata_id="Q2"),
        stated(6, name="Ann Lee", wikidata_id="Q4"),
    )
    listed = sent(writer, body, "?report=all").json["listed"]
    assert [one["outcome"] for one in listed] == ["refused", *["new"] * 3, "refused", "refused"], listed
    for one in (listed[0], listed[4]):
        assert [error["pointer"].split("/")[-1] for error in one["errors"]] == ["wikidata_id"]
        assert "taken by speaker 3" in one["errors"][0]["detail"]
    assert {one["speaker"]["id"] for one in writer.get("/v1/statements").json["items"]} == {3}


def test_a_line_names_speakers_by_id_and_by_wikidata_id_as_a_request_does(writer: FlaskClient) -> None:
    ann, bo = (
        writer.post("/v1/speakers", json=speaker(**new)).json["id"]
        for new in ({"name": "Ann Lee", "wikidata_id": "Q48525"}, {"name": "Bo Lee"})
    )

    def stated(page: int, **other: Any) -> dict[str, Any]:
        """A statement on a page of its own."""
        return {"statement": charge(document=document(url=f"https://example.org/{page}")) | other}

    def reviewed(page: int, who: dict[str, Any]) -> dict[str, Any]:
        new = claim(about=[who])
        return {"review": review(0, claim=new, url=f"https://example.org/{page}")}

    body = lines(
        {"speaker": {"name": "Cy Lee", "wikidata_id": "Q7", "part_of": {"id": bo}}},
        stated(1, claim=claim(about=[{"id": ann}])),
        stated(2, claim=claim(about=[{"id": "Q48525", "role": "accused"}]), speaker={"id": "Q7"}),
        stated(3, speaker={"id": bo}, via={"speaker": {"id": ann}}, on_behalf_of={"id": "Q7"}),
        reviewed(4, {"id": bo}),
        {"claim": claim(id="c1", text="Nobody states this.", about=[{"id": "Q7"}])},
        stated(6, claim=claim(about=[{"id": 999}])),
        stated(7, claim=claim(about=[{"id": "Q999"}])),
        stated(8, speaker={"id": 999}),
        stated(9, speaker={"id": "Q999"}),
        reviewed(10, {"id": 999}),
        reviewed(11, {"id": "Q999"}),
    )
    answer = sent(writer, body, "?report=all")
    assert answer.status_code == 200, answer.text
    listed = answer.json["listed"]
    assert [one["outcome"] for one in listed] == ["new"] * 5 + ["noted"] + ["refused"] * 6, listed
    pointers = [error["pointer"] for one in listed for error in one["errors"]]
    assert pointers == [*["/claim/about/0/id"] * 2, *["/speaker/id"] * 2, *["/claim/about/0/id"] * 2]
    subjects = [[one["name"] for one in each["about"]] for each in writer.get("/v1/claims").json["items"]]
    assert sorted(filter(None, subjects)) == [["Ann Lee"], ["Ann Lee"], ["Bo Lee"], ["Cy Lee"]]
    by_id, by_item = writer.get(f"/v1/statements?speaker={bo},Q7").json["items"]
    assert {by_id["speaker"]["name"], by_item["speaker"]["name"]} == {"Bo Lee", "Cy Lee"}


def test_a_line_of_parts_comes_to_an_end_in_an_import_too(writer: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hierarchy, "MOST_IN_LINE", 3)
    above = [{"part_of": {"name": f"Part {number - 1}"}} if number else {} for number in range(5)]
    answer = sent(
        writer, lines(*({"speaker": {"name": f"Part {n}", **up}} for n, up in enumerate(above))), "?report=all"
    )
    assert [one["outcome"] for one in answer.json["listed"]] == ["new"] * 3 + ["refused", "new"]
    (error,) = answer.json["listed"][3]["errors"]
    assert (error["pointer"], error["detail"][:31]) == ("/part_of", "More than 3 speakers in a line ")


def test_a_dry_run_takes_no_more_bytes_than_memory_is_for(writer: FlaskClient) -> None:
    line = json.dumps({"claim": {"id": "c1", "text": "So.", "language": "en"}}) + " " * 8_000_000
    refused = sent(writer, "\n".join([line] * 5), "?dry_run=true")
    assert refused.status_code == 413
    assert "32,000,000 bytes" in refused.json["detail"]
    assert sent(writer, "\n".join([line] * 3), "?dry_run=true").json["noted"] == 3


@pytest.mark.parametrize("noun", ["topic", "claim"])
def test_a_dry_run_ends_before_others_have_waited_too_long_for_it(writer: FlaskClient, noun: str) -> None:
    tenths, longest = iter(range(1000)), 10 if database.on_sqlite() else 20
    # Claims are noted first, and stored at the end.
    lines_of_it = {"topic": 2 * longest, "claim": longest - 2}[noun]
    row = {"topic": lambda number: topic(slug=f"t{number}"), "claim": lambda number: claim(id=f"c{number}")}[noun]
    many = [json.dumps({noun: row(number)}).encode() for number in range(lines_of_it)]
    with pytest.raises(Problem, match="2 seconds, on SQLite one"):
        ndjson.imported(many, by=Actor(), caller="key 1", dry_run=True, report="all", clock=lambda: next(tenths) / 10)
    assert next(tenths) == longest + 2
    writer.post("/v1/topics", json=topic())
    assert count(writer, "topics") == 1


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_nobody_waits_for_a_dry_run(app: Flask, url: str, writer: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    database.close()
    database.connect(url, limits=database.Limits(connections=3, deadline=2))
    charged = posted(writer, "statements", charge()).json
    posted(writer, "statements", denial(charged["id"]))
    stored, answers = imports.Import.store, []

    def store(self: imports.Import, some: Any) -> Any:
        outcomes = stored(self, some)
        assert [one.outcome for one in outcomes] == ["new", "known", "known", "new", "new", "new"]
        words = {"claim": {"text": "It rains.", "language": "en", "reuse": True}, "content": [{"text": "the war"}]}
        answers.extend(
            together(
                1,
                lambda _: [
                    writer.patch("/v1/speakers/1", json={"name": "Officials"}, headers={"If-Match": "*"}),
                    writer.patch("/v1/claims/1", json={"text": "It does."}, headers={"If-Match": "*"}),
                    writer.patch("/v1/statements/1", json={"role": "aide"}, headers={"If-Match": "*"}),
                    writer.post("/v1/statements", json=charge(**words, speaker={"name": "Somebody else"})),
                    writer.post("/v1/speakers/2/merge", json={"into": 1}),
                ],
            )[0]
        )
        return outcomes

    monkeypatch.setattr(imports.Import, "store", store)
    said = {"content": [{"text": "sustain"}], "claim": {"statement": "s1"}, "speaker": {"name": "Somebody"}}
    again = {"content": [{"text": "sustain the war"}], "claim": {"text": "It rains.", "language": "en", "reuse": True}}
    counter = {"claim": {"statement": "s2"}, "answer": {"statement": "s1"}, "kind": "denies"}
    known = [{"statement": charge(id="s1")}, {"statement": denial("s1", id="s2")}]
    new = [{"statement": charge(**said)}, {"statement": charge(**again)}, {"counterclaim": counter}]
    body = lines({"topic": topic()}, *known, *new)
    assert sent(writer, body, "?dry_run=true").json["new"] == 4
    assert [answer.status_code for answer in answers] == [200, 200, 200, 201, 200], [one.text for one in answers]


def test_a_caller_does_one_dry_run_at_once(
    app: Flask, writer: FlaskClient, reviewer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored, answers = imports.Import.store, []

    def store(self: imports.Import, some: Any) -> Any:
        if not answers:
            answers.append(None)
            answers.extend(together(1, lambda _: sent(writer, lines({"topic": topic()}), "?dry_run=true")))
        return stored(self, some)

    monkeypatch.setattr(dry_runs, "SHORTLY", 0.01)
    monkeypatch.setattr(imports.Import, "store", store)
    for one in (writer, writer, reviewer):  # a place that is not given back is lost
        assert sent(one, lines({"topic": topic()}), "?dry_run=true").json["new"] == 1
    answer = answers[1]
    assert (answer.status_code, bool(answer.headers["Retry-After"])) == (503, True)
    assert "as many imports as one may" in answer.json["detail"]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_dry_run_soon_gives_up_waiting_for_others(app: Flask, url: str, writer: FlaskClient) -> None:
    database.close()
    database.connect(url, limits=database.Limits(connections=3, deadline=2))
    with transactions.transaction():
        topics.create(by=Actor(), slug="trade", label="Trade")
        run: list[QueryEvent] = []
        database.db.query_hooks.append(run.append)
        (answer,) = together(1, lambda _: sent(writer, lines({"topic": topic(slug="trade")}), "?dry_run=true"))
        database.db.query_hooks.pop()
    assert (answer.status_code, "are writing" in answer.json["detail"]) == (503, True)
    (given,) = {event.sql for event in run if "lock_timeout" in event.sql}
    assert int(given.rpartition("=")[2]) < 500, "PostgreSQL looks for a deadlock after a second"
    assert len([event for event in run if event.exception]) == 1, "it waits once"


def test_a_dry_run_tells_the_same_and_stores_nothing(writer: FlaskClient) -> None:
    body = lines({"topic": topic()}, {"statement": charge()}, {"statement": charge()}, {"rumour": {}})
    dry = sent(writer, body, "?dry_run=true&report=all")
    assert (dry.json["dry_run"], dry.json["new"], dry.json["known"], dry.json["refused"]) == (True, 2, 1, 1)
    for noun in ("topics", "statements", "claims", "documents", "speakers"):
        assert count(writer, noun) == 0
    wet = sent(writer, body, "?report=all")
    assert [one["outcome"] for one in wet.json["listed"]] == [one["outcome"] for one in dry.json["listed"]]
    many = lines(*({"topic": topic(slug=f"t{number}")} for number in range(ndjson.GROUP + 1)))
    refused = sent(writer, many, "?dry_run=true")
    assert refused.status_code == 413
    assert "--dry-run" in refused.json["detail"]


def test_a_body_may_be_longer_than_others_and_its_report_is_bounded(writer: FlaskClient) -> None:
    body = lines(*({"topic": topic(slug=f"t{number}", label="é" * 200)} for number in range(3000)))
    assert len(body) > 1_048_576
    answer = sent(writer, body, "?report=all").json
    assert (answer["new"], len(answer["listed"]), answer["unlisted"]) == (3000, 1000, 2000)


def test_takes_the_write_scope_and_lines_alone(
    public: FlaskClient, writer: FlaskClient, caller: Callable[[str | None], FlaskClient]
) -> None:
    assert sent(public, SAMPLE).status_code == 401
    assert sent(caller("read"), SAMPLE).status_code == 403
    assert sent(writer, SAMPLE, content_type="text/plain").status_code == 415
    assert sent(writer, SAMPLE, "?dryrun=true").status_code == 400
    assert count(writer, "statements") == 0
    assert sent(writer, b"").status_code == 411
    assert sent(writer, b"\n").json["lines"] == 0


def test_a_body_that_ends_too_early_is_refused_and_no_claim_of_it_stands_alone(writer: FlaskClient) -> None:
    body = lines({"topic": topic()}, {"claim": claim(id="c1")})
    longer = {"wsgi.input_terminated": True, "CONTENT_LENGTH": str(len(body) + 9)}
    short = sent(writer, body, environ_overrides=longer)
    assert short.status_code == 400
    for cut in (body, body + b'{"end": 3}\n', body + b'{"end"', b""):
        answer = chunked(writer, cut)
        assert answer.status_code == 400, cut
        assert '{"end": 12}' in answer.json["detail"]
    assert "2 came before this one" in chunked(writer, body, b'{"end": 3}').json["detail"]
    assert "came before this one" not in chunked(writer, body).json["detail"]
    for lines_before, truth in ((b"", b"false"), (lines({"topic": topic()}), b"true")):
        answer = chunked(writer, lines_before, b'{"end": %s}' % truth)
        assert answer.status_code == 400, truth
        assert "came before this one" in answer.json["detail"]
    assert count(writer, "claims") == 0
    assert chunked(writer, body, b"\n", b'{"end": 2}').json["lines"] == 2
    assert count(writer, "claims") == 1
    assert chunked(writer, b'{"end": 0}').json["lines"] == 0


@pytest.mark.parametrize("query", ["", "?dry_run=true"])
def test_a_refusal_of_a_body_that_was_cut_says_what_is_stored(
    writer: FlaskClient, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "LONGEST_LINE", 300_000)
    body = lines({"topic": topic()})
    longer = {"wsgi.input_terminated": True, "CONTENT_LENGTH": str(len(body) + 9)}
    cut = sent(writer, body, query, environ_overrides=longer)
    too_long = sent(writer, body + lines({"topic": topic(label="x" * 700_000)}), query)
    unended = chunked(writer, body, query=query)
    assert [one.status_code for one in (cut, too_long, unended)] == [400, 413, 400]
    assert all(one.json["detail"].endswith(". Nothing is stored.") for one in (cut, too_long, unended))


def test_a_refusal_between_two_groups_says_what_is_stored(registry: str, actor: Actor) -> None:
    body = lines(*({"topic": topic(slug=f"t{number}")} for number in range(1_500)))
    places = iter([True])

    def in_place(work: Callable[[], Any]) -> Any:
        if next(places, False):
            return work()
        raise Problem(problem_types.BUSY, "No place.")

    with pytest.raises(Problem) as refused:
        ndjson.imported(
            body.splitlines(keepends=True), by=actor, caller="Ann", dry_run=False, report="all", in_place=in_place
        )
    assert refused.value.detail.startswith("No place. Of lines 1 to 1,000 all is stored")
    assert Topic.select().count() == 1_000


#: A trigger that fails as PostgreSQL does where a table finds no room; SQLite is told how many pages there may be.
_FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON topics EXECUTE FUNCTION full_disk()
"""


def _fill_the_disk() -> None:
    if database.on_sqlite():
        with database.db.obj.turn(5) as connection:
            connection.execute("PRAGMA max_page_count = 1")
    else:
        database.db.execute_sql(_FULL)


class _FillsTheDisk(io.BytesIO):
    """A body in the middle of which the disk is full, once its first group of lines is stored."""

    full = False

    def read(self, size: int | None = -1) -> bytes:
        if not self.full and database.fetch("SELECT count(*) FROM topics") == [(1_000,)]:
            self.full = True
            _fill_the_disk()
        return super().read(size if size is None else min(size, 10_000))


def test_a_disk_that_is_full_in_the_middle_says_how_many_lines_are_stored(writer: FlaskClient) -> None:
    body = _FillsTheDisk(lines(*({"topic": topic(slug=f"t{number}", label="x" * 200)} for number in range(2_000))))
    answer = writer.post("/v1/imports", input_stream=body, content_type=ndjson.MEDIA_TYPE)
    assert answer.status_code == 503
    assert "disk of the registry is full, and reading goes on" in answer.json["detail"]
    assert "Of lines 1 to 1,000 all is stored" in answer.json["detail"]
    assert "nothing was stored" not in answer.json["detail"]
    assert Topic.select().count() == 1_000


def test_what_the_command_prints_of_a_full_disk_says_how_many_lines_are_stored(registry: str, actor: Actor) -> None:
    body = lines(*({"topic": topic(slug=f"t{number}", label="x" * 200)} for number in range(1_000)))
    outcomes = ndjson.read(body.splitlines(keepends=True), by=actor, group=500)
    assert [next(outcomes).outcome for _ in range(500)] == ["new"] * 500
    _fill_the_disk()
    with pytest.raises(DatabaseFailure) as full:
        list(outcomes)
    assert "Of lines 1 to 500 all is stored" in (sentence_of_code(full.value) or "")


def test_a_claim_that_is_noted_and_refused_in_the_end_counts_once(
    writer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = [
        {"claim": claim(id="c1")},
        {"statement": charge(claim={"claim": "c1"}, speaker={"id": 999})},
        {"claim": claim(id="c2", about=[{"id": 999}])},
    ]
    told = [sent(writer, lines(*refused, {"topic": topic()}), query).json for query in ("", "?report=all")]
    counts = [{name: one[name] for name in ("lines", "noted", "refused", "unlisted")} for one in told]
    assert counts == [{"lines": 4, "noted": 0, "refused": 3, "unlisted": 0}] * 2
    assert [[(one["line"], one["outcome"]) for one in each["listed"]] for each in told] == [
        [(1, "refused"), (2, "refused"), (3, "refused")],
        [(1, "refused"), (2, "refused"), (3, "refused"), (4, "known")],
    ]
    monkeypatch.setattr(ndjson, "LISTED", 1)
    told = [sent(writer, lines(*refused, {"topic": topic()}), query).json for query in ("", "?report=all")]
    assert [one["unlisted"] for one in told] == [2, 3]


def test_says_what_the_end_of_a_chunked_body_is_for_where_it_is_none(writer: FlaskClient) -> None:
    body = lines({"topic": topic()})
    told = [sent(writer, body + b'{"end": 1}\n').json, chunked(writer, b'{"end": 0}\n', body, b'{"end": 2}').json]
    for report in told:
        (refused,) = report["listed"]
        assert (report["lines"], refused["noun"], refused["outcome"]) == (2, "?", "refused")
        assert "ends a chunked body" in refused["errors"][0]["detail"]
        assert "Content-Length" in refused["errors"][0]["detail"]


@pytest.mark.parametrize("depth", [100, 300, 3000])
def test_a_line_that_nests_too_deeply_is_refused_alone(writer: FlaskClient, depth: int) -> None:
    nested = b'{"topic":' + b"[" * depth + b"]" * depth + b"}\n"
    report = sent(writer, lines({"topic": topic()}) + nested + lines({"topic": topic(slug="t2")}))
    assert report.status_code == 200
    assert (report.json["new"], report.json["refused"]) == (2, 1)


def test_a_line_of_too_many_values_is_refused_before_it_is_parsed(writer: FlaskClient) -> None:
    many = json_body.MOST_VALUES
    # Marks within a text are no values, however they are escaped.
    text = '\\"' + "[{,\\\\" * (many // 2) + '\\"' * 9
    body = b'{"topic": {"x": [' + b"[]," * many + b"[]]}}\n" + b'["' + b'","' * (many + 9) + b'"]\n'
    report = sent(writer, body + lines({"document": document(text=text)})).json
    told = [(one["line"], "too many values" in one["errors"][0]["detail"]) for one in report["listed"]]
    assert (report["new"], told) == (1, [(1, True), (2, True)])
    tracemalloc.start()
    try:
        list(line_parser.parse_groups(body.splitlines()))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 * many


@pytest.mark.no_cover  # the tracer takes time, and with memory traced a lot
@pytest.mark.parametrize("line", ['{"topic": {"%s": 1}}', '{"statement": {"claim": {"claim": "%s"}}}'])
def test_what_long_lines_were_refused_for_is_not_held(registry: str, line: str) -> None:
    made = ((line % (str(number) + "x" * 1_000_000)).encode() for number in range(30))
    tracemalloc.start()
    try:
        told = ndjson.imported(made, by=Actor(), caller="key 1", dry_run=False, report="refused")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (told["refused"], len(told["listed"])) == (30, 30)
    assert len(json.dumps(told)) < 2 * ndjson.LISTED_CHARACTERS
    assert peak < 25_000_000, "a group of lines is 4 MB, and all are 30"


def test_a_line_may_point_at_no_name_that_a_line_can_have(writer: FlaskClient) -> None:
    pointing = [{"statement": {"claim": {"claim": name}}} for name in ("c" * 101, "\ud800", "c" * 100)]
    named = [{"claim": claim(id="c" * length)} for length in (100, 101)]
    listed = sent(writer, lines(*pointing, *named, {"topic": {"x" * 1_000_000: 1}}, {"topic": {}})).json["listed"]
    assert [(one["line"], bool(one["errors"])) for one in listed] == [
        *((line, True) for line in range(1, 6)),
        (6, False),
        (7, True),
    ]
    assert "Line 3, which points at this claim" in listed[3]["errors"][0]["detail"]


def test_few_bodies_of_one_caller_are_read_by_lines_at_once(
    app: Flask, writer: FlaskClient, reviewer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = ConcurrencyLimit(2, 1, most_waiting=0)
    monkeypatch.setattr(bodies, "BY_LINES", limit)
    assert limit.take("key 1")
    refused = sent(writer, lines({"topic": topic()}))
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert sent(writer, b"\n").status_code == 503, "blank lines take as long to read as others"
    for _ in range(2):  # a place that is not given back is lost
        assert sent(reviewer, lines({"topic": topic()})).status_code == 200


def test_the_place_of_a_dry_run_comes_before_its_lines_are_parsed(
    writer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dry_runs, "SHORTLY", 0.01)
    with dry_runs.place("key 1"), pytest.raises(Busy):
        ndjson.imported([b"{}", _Unparsed(b"{}")], by=Actor(), caller="key 1", dry_run=True, report="all")


class _Unparsed(bytes):
    """A line that is not looked into."""

    def strip(self, *_: object) -> bytes:
        """Fail the test."""
        raise AssertionError("It was parsed.")


def test_a_line_that_is_too_long_is_refused(writer: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LONGEST_LINE", 300_000)
    answer = sent(writer, lines({"topic": topic(label="x" * 700_000)}))
    assert answer.status_code == 413
    assert "300,000 bytes" in answer.json["detail"]


@pytest.mark.parametrize("send", [sent, chunked])
def test_a_body_of_blank_lines_is_refused(writer: FlaskClient, send: Callable[..., TestResponse]) -> None:
    blank = b"\n \r\n\t\n\n\n" * 2_000
    few, end = lines({"topic": topic()}) + blank, b'{"end": 1}\n' if send is chunked else b""
    told = send(writer, few + end)
    assert (told.status_code, told.json["lines"], told.json["new"]) == (200, 1, 1)
    answer = send(writer, few + b"\n" + end)
    assert (answer.status_code, "at most 10,000 blank lines: leave them out" in answer.json["detail"]) == (413, True)


def test_lines_are_numbered_with_the_blank_ones_between_them(writer: FlaskClient) -> None:
    report = sent(writer, b"\n\n" + lines({"topic": topic()}) + b" \n" + lines({"topic": {}})).json
    assert (report["new"], [one["line"] for one in report["listed"]]) == (1, [5])


def test_a_writer_is_told_their_own_candidate_again_and_nobody_elses(
    writer: FlaskClient, reviewer: FlaskClient
) -> None:
    machine = {"kind": "extractor", "extractor": "x", "extractor_version": "1", "confidence": 0.5}
    line = {"statement": charge(origin=machine, status="candidate")}
    assert sent(reviewer, lines(line)).json["new"] == 1
    (first,) = sent(writer, lines(line), "?report=all").json["listed"]
    (told,) = sent(writer, lines(line), "?report=all").json["listed"]
    assert (first["outcome"], told["outcome"], told["id"]) == ("new", "known", first["id"])


def test_lines_may_come_as_one_json_body(writer: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dry_runs, "longest", lambda: 60)
    body: list[object] = [json.loads(line) for line in SAMPLE.splitlines()]
    streamed = sent(writer, SAMPLE, "?report=all&dry_run=true").json
    listed = writer.post("/v1/imports?report=all&dry_run=true", json={"lines": body})
    assert listed.status_code == 200, listed.text
    both = [
        answer | {"listed": [line | {"id": None} for line in answer["listed"]]} for answer in (listed.json, streamed)
    ]
    assert both[0] == both[1]
    # What is wrong with one keeps no other from being stored.
    wrong = ["text", {"claim": {}}, {"topic": topic(label="\ud800")}, {"era": {}}, {"topic": topic()}]
    report = writer.post("/v1/imports", json={"lines": wrong}).json
    assert (report["new"], [line["line"] for line in report["listed"]]) == (1, [1, 2, 3, 4])
    for body_of_another_shape, place in (
        ([], ""),
        ({"lines": []}, "/lines"),
        ({"lines": {}}, "/lines"),
        ({"lines": [{}] * 1001}, "/lines"),
        ({"lines": [{}], "end": 1}, "/end"),
    ):
        assert refusal(writer.post("/v1/imports", json=body_of_another_shape)) == (422, [place])


@pytest.mark.parametrize("place", [3, 5], ids=["counterclaim first", "statement first"])
def test_a_refused_import_publishes_no_claim_and_the_right_one_makes_no_double(
    writer: FlaskClient, public: FlaskClient, place: int
) -> None:
    good = denial(0, claim={"claim": "c2"}, counters=[])
    right = charge(claim={"claim": "c1"})
    answer = {"counterclaim": {"claim": {"claim": "c1"}, "answer": {"claim": "c2"}, "kind": "denies"}}

    def file(said: dict[str, Any]) -> bytes:
        made = [
            {"document": document()},
            {"claim": claim(id="c1", text="The charge.")},
            {"claim": claim(id="c2", text="The denial.")},
            {"statement": said},
            {"statement": good},
        ]
        return lines(*made[:place], answer, *made[place:])

    report = sent(writer, file(right | {"content": [{"text": "no such words"}]})).json
    assert {name: report[name] for name in ("lines", "new", "known", "noted", "refused")} == {
        "lines": 6, "new": 2, "known": 0, "noted": 1, "refused": 3,
    }  # fmt: skip
    assert [one["noun"] for one in report["listed"] if one["outcome"] == "refused"].count("counterclaim") == 1
    assert [one["text"] for one in public.get("/v1/claims").json["items"]] == ["The denial."]
    assert sent(writer, file(right)).json["refused"] == 0
    assert sorted(one["text"] for one in public.get("/v1/claims").json["items"]) == ["The charge.", "The denial."]
    (exchange,) = public.get("/v1/counterclaims").json["items"]
    assert (exchange["claim"]["text"], exchange["answer"]["text"]) == ("The charge.", "The denial.")
