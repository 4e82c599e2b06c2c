"""Imports: many lines at once come to the same as one after the other."""

import itertools
import json
import random
import sqlite3
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
import pytest
from peewee import OperationalError

from api.formats import dump, line_parser, ndjson
from models import claims, counterclaims, documents, speakers, statements
from models.access import keys
from models.history import last_changes, same_words
from models.history.changes import Actor
from models.history.session import SESSION
from models.queries import derived
from models.queries.visibility import Viewer
from models.refusals import StoredMeanwhile
from models.storage import database, schema, transactions
from models.tables import Claim, Counterclaim, Document, Review, Speaker, Statement
from models.transfer import batch, claim_texts, imports, prefetch, prefetched, stream
from models.transfer.imports import Import
from models.transfer.line_storing import store_line
from models.transfer.lines import Line, Outcome, unbound_claim, waiting_lines
from models.transfer.local_ids import LocalIds
from tests.at_once import at_once, meanwhile, while_open
from tests.factories import (
    MACHINE,
    PLAIN,
    charge,
    lines_of,
    put_charge,
    put_claim,
    put_denial,
    put_plain,
    put_review,
)

pytestmark = pytest.mark.usefixtures("sound")

#: Every kind of line, of so few words that they meet again and again; some are wrong, some unusual.
SPEAKERS = ("Ann Lee", "ann  lee", "Beijing", "China", "US officials", "Bo", "Nobody", "\u200b")
TEXT = "Ann Lee said that it rains. Beijing denies it — and more.\n\nBo wrote: no.  She said yes, he added no."
WIKIDATA = "Q1"
WORDS = {"text": "It is so.", "language": "en"}


def _speaker(dice: random.Random) -> dict[str, Any]:
    name: dict[str, Any] = {"name": dice.choice((*SPEAKERS, f"P {dice.randint(1, 30)}"))}
    if dice.random() < 0.2:
        name["kind"] = dice.choice(("person", "person", "group"))
    if dice.random() < 0.05:
        name |= dice.choice(({"aliases": [dice.choice(SPEAKERS), "P 1"]}, {"wikidata_id": f"Q{dice.randint(1, 3)}"}))
    return name


class _Names(dict[str, int]):
    """How many lines have a name of each letter."""

    def new(self, dice: random.Random, letter: str) -> str:
        """Give a line a name: now and then one that another line has."""
        if dice.random() < 0.04:
            return self.some(dice, letter)
        self[letter] = self.get(letter, 0) + 1
        return f"{letter}{self[letter]}"

    def some(self, dice: random.Random, letter: str) -> str:
        """Point at one of the last lines, or at one that does not come before."""
        last = self.get(letter, 0)
        return f"{letter}{dice.randint(max(1, last - 10), last + 1)}"


def _right(dice: random.Random, names: _Names) -> dict[str, Any]:
    """A statement that is right, if what it points at was."""
    place, words = dice.choice(
        ((0, "that it rains"), (28, "denies it"), (28, "and more"), (59, "wrote: no"), (74, "yes"), (74, "he added"))
    )
    start = TEXT.index(words)
    whole, end = TEXT[place:], start + len(words)
    line: dict[str, Any] = {
        "id": names.new(dice, "s"),
        "speaker": {"name": f"P {dice.randint(1, 9)}"} | dice.choice(({}, {"kind": "person"})),
        "document": {"document": f"d{dice.randint(1, 4)}"},
        "content": dice.choice(([{"text": words}], [{"start": start, "end": end}])),
        "form": "direct",
        "claim": dice.choice(
            (
                {"text": f"It rains {dice.randint(1, 5)}.", "language": "en", "reuse": dice.random() < 0.5},
                {"text": "P.", "language": "en", "about": [{"name": f"P {dice.randint(1, 30)}"}]},
                {"claim": names.some(dice, "c")},
                {"statement": names.some(dice, "s")},
            )
        ),
    }
    if dice.random() < 0.3:
        line["counters"] = [{"target": names.some(dice, "s"), "kind": "denies"} for _ in range(dice.randint(0, 2))]
    if dice.random() < 0.2:
        line["sentence"] = dice.choice(({"text": whole.partition("\n")[0]}, {"text": f"{whole.partition('.')[0]}."}))
    if dice.random() < 0.3:
        line["cue"] = {"text": dice.choice(("said", "denies", "wrote", "added"))}
    if dice.random() < 0.1:
        line["via"] = {"speaker": {"name": f"P {dice.randint(1, 30)}"}}
    if dice.random() < 0.3:
        line["original"] = names.some(dice, "s")
    if dice.random() < 0.2:
        line["status"] = "candidate"
    return {"statement": line}


def _line(dice: random.Random, names: _Names) -> dict[str, Any]:  # noqa: C901, PLR0911, PLR0912 - a case a noun
    def some(letter: str) -> str:
        return names.some(dice, letter) if letter != "t" else f"t{dice.randint(1, 12)}"

    def span() -> dict[str, int]:
        start = dice.randint(0, len(TEXT))
        return {"start": start, "end": start + dice.choice((0, 1, 5, 9, 30))}

    def words() -> dict[str, str]:
        return {"text": dice.choice(("it rains", "denies it", "more", "Bo wrote", "no", "She said", "said", "rain"))}

    claim = {"text": f"It rains {dice.randint(1, 5)}.", "language": "en"}
    if dice.random() < 0.3:
        claim["topics"] = [some("t") for _ in range(dice.randint(0, 2))]  # type: ignore[assignment]
    if dice.random() < 0.3:
        role = dice.choice(({}, {"role": "accused"}))
        claim["about"] = [_speaker(dice) | role]  # type: ignore[assignment]
    named = dice.choice(({"claim": some("c")},) * 6 + ({"statement": some("s")}, claim, claim | {"reuse": True}))
    match dice.choice(
        ("topic", "speaker", "document", "claim", "claim", "statement", "statement", "counterclaim", "review")
    ):
        case "topic":
            return {"topic": {"slug": some("t"), "label": "T"}}
        case "speaker":
            more = dice.choice(
                (
                    {},
                    {"aliases": [dice.choice(SPEAKERS), "The Capital", "the capital"]},
                    {"hidden": True, "kind": "group"},
                    {"part_of": _speaker(dice)},
                    {"wikidata_id": WIKIDATA},
                    {"description": "Who.", "same_as": ["https://example.org/who"]},
                )
            )
            return {"speaker": {"name": dice.choice(SPEAKERS)} | more}
        case "document":
            text = TEXT + dice.choice(("", "", " More.", "\n\nMore."))
            more = dice.choice(({}, {"hidden": True}, {"url": f"https://e.org/{dice.randint(1, 3)}", "title": "T"}))
            return {"document": {"id": names.new(dice, "d"), "text": text, "language": "en"} | more}
        case "claim":
            named = {"id": names.new(dice, "c")}
            said = dice.random()
            return {"claim": named | ({"standalone": said < 0.2} if said < 0.6 else {}) | claim}
        case "statement":
            status = dice.choice(({}, {"status": "candidate"}, {"status": "accepted"}, {"status": "rejected"}))
            line = {
                "id": names.new(dice, "s"),
                "speaker": _speaker(dice),
                "document": dice.choice(
                    ({"document": f"d{dice.randint(1, 4)}"},) * 5
                    + ({"document": some("d")}, {"url": f"https://E.org:443/{dice.randint(1, 3)}"})
                    + ({"text": TEXT + " y" * dice.randint(1, 3), "language": "en", "url": "https://e.org/1"},)
                ),
                "content": dice.choice(
                    ([span()], [{"start": 9, "end": 26}], [words()], [words()], [words(), words()], [span(), words()])
                ),
                "form": "indirect",
                "claim": named,
            } | status
            if dice.random() < 0.5:
                line |= {"cue": dice.choice(({"start": 8, "end": 12}, words())), "mention": dice.choice((None, span()))}
                line |= {"said_on": "2026-01"}
            if dice.random() < 0.1:
                seen = {"document": some("d")}, {"url": "https://e.org/2"}
                line["via"] = dice.choice(({"speaker": _speaker(dice)}, {"document": dice.choice(seen)}))
            if dice.random() < 0.2:
                line["on_behalf_of"] = dice.choice((None, _speaker(dice)))
            if dice.random() < 0.3:
                line["counters"] = [
                    {"target": some("s"), "kind": dice.choice(("denies", "disputes"))}
                    | dice.choice(({}, {"note": "N."}))
                    for _ in range(dice.randint(0, 2))
                ]
            if dice.random() < 0.2:
                places = {"start": 0, "end": 27}, {"start": 28, "end": 58}, {"start": 1, "end": 9}
                line["sentence"] = dice.choice((*places, {"text": TEXT[:27]}, {"text": "Bo wrote: no."}, words()))
            if dice.random() < 0.2:
                machine = {"kind": "extractor", "extractor": "x", "extractor_version": "1", "confidence": 0.5}
                line["origin"] = dice.choice(({"kind": "import"}, machine))
            return {"statement": line}
        case "counterclaim":
            ends = {"claim": {"claim": some("c")}, "answer": {"claim": some("c")}}
            evidence = {"statement": some("s")} if dice.random() < 0.4 else {}
            return {"counterclaim": ends | {"kind": dice.choice(("denies", "disputes"))} | evidence}
    scale = dice.choice(({}, {"value": 1, "best": 5, "worst": 1}, {"value": 9, "best": 5, "worst": 1}))
    return {
        "review": {
            "claim": {"claim": some("c")},
            "publisher": {"name": "Checks"},
            "rating": {"label": "False"} | scale,
            "url": f"https://e.org/{dice.randint(1, 4)}",
            "language": "en",
        }
    }


def mixed_lines(seed: int) -> list[bytes]:
    """Write lines of every noun by chance, right and wrong ones."""
    dice = random.Random(seed)  # noqa: S311 - it is to be the same every time
    names = _Names(d=4)
    lines = [{"document": {"id": f"d{n}", "text": TEXT + " x" * n, "language": "en"}} for n in range(1, 5)]
    for _ in range(250):
        # Some come twice, and mean the same.
        made = dice.choices((_line, _right), (7, 3))[0]
        lines.append(dice.choice(lines) if dice.random() < 0.04 else made(dice, names))
    return [json.dumps(line, separators=(",", ":"), ensure_ascii=False).encode() + b"\n" for line in lines]


def _one_by_one(lines: list[bytes], actor: Actor) -> list[Outcome]:
    """Import as single changes do, with the look-ups and inserts of the API."""
    names, outcomes = LocalIds(), []
    for number, line in enumerate(lines, 1):
        (read,) = next(line_parser.parse_groups([line]))
        if isinstance(read, Line):
            with transactions.transaction():
                read = store_line(read._replace(number=number), by=actor, names=names, session=SESSION)
        outcomes.append(read._replace(line=number))
    for line, one in zip(lines, outcomes, strict=True):
        if one.outcome == "refused":
            names.pass_over(one.line, one.noun, tuple(_points(line)))
            names.refuse_text(one.text, one.line)
    names.refuse_texts()
    for name, _ in list(names.all_unbound()):
        line = unbound_claim(names, name)
        with transactions.transaction():
            left = store_line(line, by=actor, names=names, session=SESSION)
        if left.outcome == "refused":
            names.pass_over(line.number, "claim", (name,))
            outcomes.append(left)
    for waiting, _ in list(waiting_lines(names)):
        with transactions.transaction():
            outcomes.append(store_line(waiting, by=actor, names=names, session=SESSION))
    return outcomes


def _points(line: bytes) -> list[str]:
    """The names of the claims at which a line points."""
    (members,) = json.loads(line).values()
    sides = [members.get(side) for side in ("claim", "answer")]
    return [side["claim"] for side in sides if isinstance(side, dict) and "claim" in side]


def _told(outcomes: list[Outcome]) -> list[Any]:
    return [(one.line, one.noun, one.outcome, [error["pointer"] for error in one.errors]) for one in outcomes]


def _stored() -> list[str]:  # noqa: C901 - two dialects
    """All rows, with ids counted anew in the order in which they come, and moments left out."""
    numbers: dict[tuple[str, int], int] = {}

    def anew(table: str, id: Any) -> Any:
        return id and numbers.setdefault((table, id), len(numbers))

    points = {
        "speaker": "speakers", "claim": "claims", "answer": "claims", "by": "claims", "document": "documents",
        "topic": "topics", "sentence": "sentences", "statement": "statements", "via_speaker": "speakers",
        "via_document": "documents", "part_of": "speakers", "target": "statements", "original": "statements",
        "on_behalf_of": "speakers",
    }  # fmt: skip

    def plain(table: str, row: dict[str, Any]) -> dict[str, Any]:
        kept = {}
        for name, value in row.items():
            target = table if name == "id" else points.get(name.removesuffix("_id"))
            if name == "about":
                kept[name] = [who | {"id": anew("speakers", who["id"])} for who in value]
            elif target and isinstance(value, int):
                kept[name] = anew(target, value)
            elif not name.endswith("_at") and name != "sequence" and value is not None:
                kept[name] = value
        return kept

    rows, told, noted = [], set[int](), []
    for line in list(dump.write())[1:-1]:
        ((table, row),) = json.loads(line).items()
        if table == "last_changes":  # in the order of ids
            noted.append(row)
            continue
        if table in ("changes", "hidden"):
            row["noun_id"] = anew(row["noun"], row["noun_id"])
        if table == "changes":
            row["after"] = plain(row["noun"], json.loads(row["after"]))
            # With which line it is told that a claim changed, depends on what is stored in one transaction.
            row.pop("effect", None)
            told.update(anew("claims", id) for id in json.loads(row.pop("claims", None) or "{}").get("changed", ()))
        if table == "aliases":
            row["id"] = 0
        rows.append(json.dumps([table, plain(table, row)], sort_keys=True))
    rows.append(json.dumps(["told", sorted(told)]))
    # All ids have their numbers by now.
    rows += sorted(json.dumps([row["noun"], anew(row["noun"], row["noun_id"]), row["public"]]) for row in noted)
    return sorted(rows) if not database.on_sqlite() else rows


@pytest.mark.slow
@pytest.mark.no_cover  # hundreds of lines, through code that other tests cover
@pytest.mark.parametrize("seed", range(5, 13))
def test_many_at_once_come_to_the_same_as_one_after_the_other(
    registry: str, actor: Actor, seed: int, another: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    if seed % 3 == 0:  # as where each key is that of many rows
        monkeypatch.setattr(prefetched, "LIKE_ONE_QUERY", 0)
        monkeypatch.setattr(claim_texts, "TWINS", 1)
    if seed % 4 == 0:  # who does not review is not told of what waits for it
        actor = Actor(reviews=False)
    lines = mixed_lines(seed)
    told = _told(list(ndjson.read(lines, by=actor)))
    stored = _stored()
    assert derived.differences() == []
    assert {what for _, _, what, _ in told} == {"new", "known", "refused", "noted"}
    another()
    assert _told(_one_by_one(lines, actor)) == told
    assert _stored() == stored
    another()
    assert _told(list(ndjson.read(lines, by=actor, group=1))) == told
    assert _stored() == stored
    assert derived.differences() == []


@pytest.mark.parametrize("way", ["many at once", "one by one"])
def test_who_sees_a_claim_is_the_same_after_export_and_import(
    registry: str, actor: Actor, another: Callable[[], None], way: str
) -> None:
    shown = put_claim(actor, "Shown.")
    put_review(actor, shown)
    accepted = put_charge(actor)
    rejected = put_plain(actor, "second", status="candidate", origin=dict(MACHINE))
    statements.change(by=actor, id=rejected, version=1, status="rejected")
    candidate = put_plain(actor, "third", status="candidate", origin=dict(MACHINE))
    for said in (candidate, put_plain(actor, "fourth"), put_plain(actor, "fifth")):
        put_review(actor, statements.claim_of(id=said))
        statements.retract(by=actor, id=said, version=1, reason=None)
    put_denial(actor, accepted, status="candidate", origin=dict(MACHINE))
    # Two of the same words, of which one is hidden: each finds its own again.
    hidden = put_claim(actor, "Shown.", standalone=False)
    counterclaims.create(by=actor, claim=hidden, answer=shown, kind="denies")

    def seen(viewer: Viewer) -> list[tuple[str, int, int]]:
        blocks = stream.blocks("claims", viewer=viewer, filters={})
        rows = [json.loads(row) for block in blocks for row in block.splitlines()]
        return sorted((row["text"], len(row["reviews"]), len(row["counterclaims"])) for row in rows)

    expected = [(viewer, seen(viewer)) for viewer in (Viewer(), Viewer(texts=True, unreviewed=True))]
    assert [len(rows) for _, rows in expected] == [2, 8]
    lines = list(ndjson.write())
    another()
    for _ in range(2):
        told = list(ndjson.read(lines, by=actor)) if way == "many at once" else _one_by_one(lines, actor)
        assert {one.outcome for one in told} <= {"new", "known", "noted"}
        assert [(viewer, seen(viewer)) for viewer, _ in expected] == expected


@pytest.mark.parametrize("way", ["many at once", "one by one"])
def test_a_claim_that_no_statement_brings_along_is_public_unless_its_line_says_otherwise(
    registry: str, actor: Actor, way: str
) -> None:
    shown: list[dict[str, Any]] = [{}, {"standalone": True}, {"standalone": False}]
    made = [{"id": f"c{n}", "text": f"It is {n}.", "language": "en"} | more for n, more in enumerate(shown)]
    lines = [json.dumps({"claim": new}).encode() + b"\n" for new in made]
    # One that is already there and hidden is not what a line means that says it was put in by itself.
    put_claim(actor, "It is 1.", standalone=False)
    for _ in range(2):
        list(ndjson.read(lines, by=actor)) if way == "many at once" else _one_by_one(lines, actor)
        assert database.fetch("SELECT text FROM claims WHERE standalone ORDER BY text") == [
            ("It is 0.",),
            ("It is 1.",),
        ]
        assert database.fetch("SELECT text FROM claims WHERE NOT standalone ORDER BY text") == [
            ("It is 1.",),
            ("It is 2.",),
        ]


def _written(*lines: dict[str, Any]) -> list[bytes]:
    return [json.dumps(line).encode() + b"\n" for line in lines]


@pytest.mark.parametrize("way", ["many at once", "one by one"])
@pytest.mark.parametrize("pointed", [False, True])
def test_a_name_that_an_earlier_line_has_is_refused_where_it_means_something_else(
    registry: str, actor: Actor, way: str, pointed: bool
) -> None:
    """Two exports in one import both say c1: nothing is lost, and nothing is hung on what only looks like it."""
    claim = {"id": "c1", "text": "Dup one.", "language": "en"}
    said = {"speaker": {"name": "Ann"}, "document": {"document": "d1"}, "form": "direct"}
    first = {"id": "s1", **said, "content": [{"start": 0, "end": 4}], "claim": {"claim": "c1"}}
    review = {"publisher": {"name": "F"}, "url": "https://f.org/1", "rating": {"label": "x"}, "language": "en"}
    other = {"text": "Other.", "language": "en"}
    lines = _written(
        {"speaker": {"name": "Ann"}},
        {"document": {"id": "d1", "text": "It rains. She said so.", "language": "en"}},
        {"claim": claim},
        *([{"statement": first}] if pointed else [{"topic": {"slug": "a", "label": "A"}}]),
        {"claim": claim},
        {"claim": claim | {"text": "Dup two."}},
        {"document": {"id": "d1", "text": "Another text.", "language": "en"}},
        {"document": {"id": "d1", "text": "It rains. She said so.", "language": "en"}},
        {"review": review | {"claim": {"claim": "c1"}}},
        {"statement": first | {"claim": other}},
        {"claim": claim | {"id": "c2"}},
        {"counterclaim": {"claim": {"claim": "c2"}, "answer": {"claim": "c1"}, "kind": "denies"}},
    )
    told = list(ndjson.read(lines, by=actor)) if way == "many at once" else _one_by_one(lines, actor)
    refused = {one.line: one.errors[0] for one in told if one.outcome == "refused"}
    assert {line: error["pointer"] for line, error in refused.items()} == {
        6: "/id", 7: "/id", 9: "/claim/claim", 10: "/document/document", 12: "/answer/claim",
    }  # fmt: skip
    assert "Line 3 is called 'c1' too: give each line its own id" in refused[6]["detail"]
    assert "that of document" in refused[7]["detail"]
    assert "Line 6 is called 'c1', and an earlier one too" in refused[9]["detail"]
    assert [one.outcome for one in told][4:8:3] == ["noted", "known"]
    assert database.fetch("SELECT text FROM claims ORDER BY id") == [("Dup one.",)] * 2
    assert database.fetch("SELECT count(*) FROM documents") == [(1,)]


@pytest.mark.parametrize("way", ["many at once", "one by one"])
def test_a_statement_with_the_name_of_another_is_refused_and_none_is_stored(
    registry: str, actor: Actor, way: str
) -> None:
    said = {"speaker": {"name": "Ann"}, "document": {"document": "d"}, "form": "direct"}
    claim = {"text": "It rains.", "language": "en"}
    lines = _written(
        {"speaker": {"name": "Ann"}},
        {"document": {"id": "d", "text": "It rains. She said so.", "language": "en"}},
        {"statement": {"id": "s", **said, "content": [{"start": 0, "end": 4}], "claim": claim}},
        {"statement": {"id": "s", **said, "content": [{"start": 0, "end": 4}], "claim": claim}},
        {"statement": {"id": "s", **said, "content": [{"start": 3, "end": 8}], "claim": claim}},
        {"statement": {**said, "content": [{"start": 3, "end": 8}], "claim": {"statement": "s"}}},
    )
    told = list(ndjson.read(lines, by=actor)) if way == "many at once" else _one_by_one(lines, actor)
    assert [one.outcome for one in told] == ["new", "new", "new", "known", "refused", "refused"]
    assert [one.errors[0]["pointer"] for one in told[4:]] == ["/id", "/claim/statement"]
    assert f"An earlier line, that of statement {told[2].id}, is called 's' too" in told[4].why
    assert database.fetch("SELECT count(*) FROM statements") == database.fetch("SELECT count(*) FROM claims") == [(1,)]


@pytest.mark.parametrize("group", [1, 7, 5000])
def test_a_second_import_changes_nothing_however_its_lines_are_grouped(
    registry: str, actor: Actor, another: Callable[[], None], group: int
) -> None:
    # A line that was refused may be right the second time, when all the others are there.
    all_lines = mixed_lines(7)
    refused = {one.line for one in ndjson.read(all_lines, by=actor) if one.outcome == "refused"}
    lines = [line for number, line in enumerate(all_lines, 1) if number not in refused]
    another()
    first = list(ndjson.read(lines, by=actor))
    stored = list(dump.write())
    again = list(ndjson.read(lines, by=actor, group=group))
    assert [one.outcome for one in again] == [one.outcome.replace("new", "known") for one in first]
    assert [one.id for one in again] == [one.id for one in first]
    assert list(dump.write()) == stored


@pytest.mark.parametrize("way", ["many at once", "one by one"])
@pytest.mark.parametrize("whole", ["document", "statement"], ids=["line", "inside"])
def test_an_address_alone_means_the_edition_that_an_earlier_line_gave(
    registry: str, actor: Actor, way: str, whole: str
) -> None:
    """The file of one day is sent again after that of the next, when the page had changed."""

    def day(words: str) -> list[bytes]:
        edition = {"url": "https://e.org/live", "text": f"Fenn said so. {words}", "language": "en"}
        said = {"speaker": {"name": "Fenn"}, "cue": {"text": "said"}, "form": "indirect"}
        first, second = (
            {"content": [{"start": at, "end": 12}], "claim": {"text": words, "language": "en"}} for at in (0, 10)
        )
        in_full = edition if whole == "statement" else {"url": "https://e.org/live"}
        lines = [
            {"statement": {**said, "document": in_full, **first}},
            {"statement": {**said, "document": {"url": "https://E.org/live"}, **second}},
        ]
        return _written(*([{"document": edition}] if whole == "document" else []), *lines)

    def send(lines: list[bytes]) -> list[Outcome]:
        return list(ndjson.read(lines, by=actor)) if way == "many at once" else _one_by_one(lines, actor)

    days = [day("It rains."), day("It snows.")]
    told = [send(lines) for lines in days]
    assert {one.outcome for one in itertools.chain(*told)} == {"new"}
    for lines, first in zip(days, told, strict=True):
        assert [(one.outcome, one.id) for one in send(lines)] == [("known", one.id) for one in first]
    assert database.fetch("SELECT count(*) FROM statements GROUP BY document_id") == [(2,), (2,)]


@pytest.fixture
def another(request: pytest.FixtureRequest, registry: str, tmp_path: Any) -> Callable[[], None]:
    """Bind the inside to another empty database of the same kind."""

    def bind() -> None:
        database.close()
        if registry.startswith("sqlite"):
            (tmp_path / "another.db").unlink(missing_ok=True)
            database.connect(f"sqlite:///{tmp_path}/another.db")
            schema.migrate()
            return
        tables = [
            "answered_attributions",
            "claim_topic_index",
            "claim_cards",
            "claim_summaries",
            "claim_search",
            "statement_search",
            "name_search",
            *reversed(dump.dumps.TABLES),
        ]
        database.db.execute_sql(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY")

    return bind


def test_a_file_brings_along_whose_wording_a_review_checked(
    registry: str, actor: Actor, another: Callable[[], None]
) -> None:
    said = put_charge(actor)
    put_review(actor, statements.claim_of(id=said), statement=said)
    lines = list(ndjson.write())
    another()
    assert {one.outcome for one in ndjson.read(lines, by=actor)} <= {"new", "noted"}
    assert (Review.get().statement_id, list(ndjson.write())) == (1, lines)
    assert {one.outcome for one in ndjson.read(lines, by=actor)} <= {"known", "noted"}
    another()
    wrong = [lines[-1].replace(b'"s1"', b'"s2"'), lines[-1].replace(b'"c1"', b'"c2"')]
    refused = [one.errors for one in ndjson.read([*lines[:-1], *wrong], by=actor) if one.outcome == "refused"]
    assert [error["pointer"] for (error,) in refused] == ["/statement", "/claim/claim"]


def test_each_key_imports_the_same_candidates_once(registry: str) -> None:
    document = {"text": PLAIN, "language": "en", "url": "https://example.org/coded"}
    lines = _written(
        *(
            {
                "statement": {
                    "speaker": {"name": "Ann"},
                    "document": document,
                    "content": [{"text": f"says {word}"}],
                    "form": "direct",
                    "claim": {"text": f"It is {word}.", "language": "en"},
                    "status": "candidate",
                }
            }
            for word in ("first", "second", "first")
        )
    )
    for key in (keys.create(name=name, scope="review")[0].id for name in ("one", "other")):
        for outcomes in (["new", "new", "known"], ["known"] * 3):
            assert [one.outcome for one in ndjson.read(lines, by=Actor(key))] == outcomes
    assert [one.outcome for one in ndjson.read(lines, by=Actor())] == ["known"] * 3, "the command line knows them all"
    assert Statement.select().count() == 4
    assert {one.outcome for one in ndjson.read(list(ndjson.write()), by=Actor())} <= {"known", "noted"}


def test_two_keys_that_import_the_same_codings_at_once_store_each_once(registry: str) -> None:
    document = {"text": "x" * 200, "language": "en", "url": "https://example.org/coded"}
    by = [Actor(keys.create(name=name, scope="review")[0].id) for name in ("one", "other")]
    ndjson.read(_written({"document": document}, {"speaker": {"name": "Ann"}}), by=by[0])
    for turn in range(8):
        lines = _written(
            *(
                {
                    "statement": {
                        "speaker": {"name": "Ann"},
                        "document": document,
                        "content": [{"start": 0, "end": 10 * turn + end + 1}],
                        "form": "direct",
                        "claim": {"text": f"It is {end}, of {coding}.", "language": "en"},
                        "status": "candidate",
                        "coding": coding,
                    }
                }
                for end in range(10)
                for coding in (1, 2)
            )
        )
        told = at_once(*(partial(_imported, lines, one) for one in by))
        assert all({line.outcome for line in outcomes} <= {"new", "known"} for outcomes in told)
        assert Statement.select().count() == 20 * (turn + 1)


def _imported(lines: list[bytes], by: Actor) -> list[Outcome]:
    return list(ndjson.read(lines, by=by))


def test_a_file_brings_along_what_several_have_coded(registry: str, actor: Actor, another: Callable[[], None]) -> None:
    charged = put_charge(actor)
    coders = [Actor(keys.create(name=name, scope="review")[0].id) for name in ("one", "other")]
    coded = [put_denial(by, charged, status="candidate") for by in coders]
    statements.change(by=actor, id=coded[1], version=1, status="accepted")
    assert Counterclaim.select().count() == 2
    lines = list(ndjson.write())
    for importer in (False, True):
        another()
        by = Actor(keys.create(name="importer", scope="review")[0].id) if importer else actor
        for outcomes in ({"new", "noted"}, {"known", "noted"}):
            assert {one.outcome for one in ndjson.read(lines, by=by)} == outcomes
            assert list(ndjson.write()) == lines
        assert [row.status for row in Statement.select().order_by(Statement.id)] == [
            "accepted",
            "candidate",
            "accepted",
        ]


def test_lines_that_take_long_are_stored_in_more_than_one_transaction_and_come_to_the_same(
    registry: str, actor: Actor, another: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = mixed_lines(11)
    told, stored = _told(list(ndjson.read(lines, by=actor))), _stored()
    another()
    monkeypatch.setattr(imports, "LONGEST", 0)
    monkeypatch.setattr(imports, "LONGEST_OTHERWISE", 0)
    assert _told(list(ndjson.read(lines, by=actor))) == told
    assert _stored() == stored
    for table in ("speakers", "documents", "sentences", "claims", "statements"):
        ((first, last, count),) = database.fetch(f"SELECT min(id), max(id), count(*) FROM {table}")  # noqa: S608
        assert last - first < count, "no transaction leaves ids out"


def test_who_is_part_of_whom_is_locked_before_names_and_rows_as_by_a_merge(registry: str, actor: Actor) -> None:
    speakers.create(by=actor, name="Body")
    locked: list[str] = []

    def note(event: Any) -> None:
        if "pg_advisory_xact_lock" in event.sql:
            locked.extend(one.to_bytes(8).strip(b"\0").decode() for one in event.params if isinstance(one, int))
        elif "FOR SHARE" in event.sql or "FOR NO KEY UPDATE" in event.sql:
            locked.append("rows")

    database.db.query_hooks.append(note)
    try:
        body = {"name": "Body"}
        list(ndjson.read(_written({"speaker": body}, {"speaker": {"name": "Ann", "part_of": body}}), by=actor))
    finally:
        database.db.query_hooks.remove(note)
    first = list(dict.fromkeys(one for one in locked if one in ("ccparts", "ccname", "rows")))
    assert first == ([] if database.on_sqlite() else ["ccparts", "ccname", "rows"]), locked


def test_what_others_waited_for_too_long_already_is_stored_whatever_becomes_of_the_rest(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """The process ends."""

    seen = []

    def hook(event: Any) -> None:
        if event.sql.startswith("WITH RECURSIVE line(id)"):
            seen.append(event.sql)
            if len(seen) == 3:
                raise Killed

    monkeypatch.setattr(imports, "LONGEST", 0)
    # Whom another speaker is part of takes a query of its own.
    lines = [json.dumps({"speaker": {"name": f"A {n}", "part_of": {"name": "B"}}}).encode() for n in range(5)]
    database.db.query_hooks.append(hook)
    try:
        with pytest.raises(Killed):
            list(ndjson.read(lines, by=actor))
    finally:
        database.db.query_hooks.remove(hook)
    stored = {name for (name,) in database.fetch("SELECT name FROM speakers")}
    assert stored == {"A 0", "A 1", "B"}


def _counted(stored: list[int]) -> Callable[[Callable[[], list[Outcome]]], list[Outcome]]:
    """Do the writes of an import, and note of how many lines each is."""

    def count(work: Callable[[], list[Outcome]]) -> list[Outcome]:
        outcomes = work()
        stored.append(len(outcomes))
        return outcomes

    return count


def test_on_postgresql_few_lines_share_a_transaction_that_keeps_out_who_names_somebody_new(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "LONGEST", 60)
    most = imports.MOST_LINES
    stored: list[int] = []
    lines = [Line(n, "speaker", {"name": f"Ann {n}"}) for n in range(most + 1)]
    imports.Import(actor, in_place=_counted(stored)).store(lines)
    assert stored == ([most + 1] if database.on_sqlite() else [most, 1])


def _checked(number: int) -> dict[str, Any]:
    review = {"claim": {"statement": "s"}, "statement": "s", "publisher": {"name": "F"}, "language": "en"}
    return review | {"rating": {"label": "x"}, "url": f"https://f.org/{number}"}


def _restated(number: int) -> dict[str, Any]:
    claim = {"text": f"No {number}.", "language": "en", "reuse": True}
    document = {"text": f"It is said {number} times.", "language": "en"}
    said = {"speaker": charge()["speaker"], "form": "direct", "content": [{"text": "said"}]}
    return said | {"document": document, "claim": claim}


@pytest.mark.parametrize(("noun", "line"), [("review", _checked), ("statement", _restated)])
def test_on_postgresql_few_lines_share_a_transaction_that_keeps_out_who_names_the_same(
    registry: str,
    actor: Actor,
    noun: str,
    line: Callable[[int], dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(imports, "LONGEST", 60)
    monkeypatch.setattr(imports, "MOST_LINES", 3)
    stored: list[int] = []
    one = imports.Import(actor, in_place=_counted(stored))
    one.store([Line(0, "statement", charge() | {"id": "s"})])
    outcomes = one.store([Line(1 + n, noun, line(n)) for n in range(5)])
    assert not [one.errors for one in outcomes if one.errors]
    assert stored[1:] == ([5] if database.on_sqlite() else [3, 2])


@pytest.mark.parametrize("awaited", [False, True])
def test_on_postgresql_few_lines_share_a_transaction_that_keeps_out_who_restores_what_its_key_recorded(
    registry: str, actor: Actor, awaited: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.on_sqlite():
        pytest.skip("a change takes its turn there, and no lock")
    recorded = put_plain(actor, "first")
    statements.retract(by=actor, id=recorded, version=None, reason=None)
    stored: list[int] = []
    seen: list[int] = []
    restored = threading.Event()

    def restore() -> None:
        try:
            statements.restore(by=actor, id=recorded)
            restored.set()
        finally:
            database.close()

    def going_on() -> None:
        seen.append(1)
        if awaited and len(seen) == 3:
            other.start()
            until = time.monotonic() + 10
            while not same_words.is_awaited(actor.key_id) and time.monotonic() < until:
                time.sleep(0.01)

    other = threading.Thread(target=restore)
    monkeypatch.setattr(imports, "LONGEST", 0)
    monkeypatch.setattr(imports, "LONGEST_OTHERWISE", 60)
    monkeypatch.setattr(batch, "LOOKED_EVERY", 0)
    said = {"speaker": {"id": 1}, "document": {"id": 1}, "form": "direct"}
    lines = [
        Line(n, "statement", said | {"content": [{"text": f"The {word}"}], "claim": {"text": word, "language": "en"}})
        for n, word in enumerate(("second", "third", "fourth", "fifth"), 1)
    ]
    outcomes = imports.Import(actor, going_on=going_on, in_place=_counted(stored)).store(lines)
    assert not [one.errors for one in outcomes if one.errors]
    if awaited:
        other.join(30)
        assert restored.is_set()
    assert stored == ([3, 1] if awaited else [4])


def test_what_a_transaction_has_no_time_for_is_not_fetched_by_each_of_them(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    named: list[int] = []

    def hook(event: Any) -> None:
        if '"name_key"' in event.sql and event.params:
            named.append(str(event.params[0]).count("ann "))

    monkeypatch.setattr(imports, "LONGEST_OTHERWISE", 0)
    lines = _written(*({"speaker": {"name": f"Ann {n}"}} for n in range(100)))
    database.db.query_hooks.append(hook)
    try:
        assert len(list(ndjson.read(lines, by=actor))) == len(lines)
    finally:
        database.db.query_hooks.remove(hook)
    assert len(lines) <= sum(named) <= 3 * len(lines)


def test_names_of_a_transaction_that_fails_at_its_end_stand_for_nothing(registry: str, actor: Actor) -> None:
    class Failed(Exception):
        """The database fails when all lines are there."""

    def hook(event: Any) -> None:
        if event.sql.startswith("INSERT INTO claim_summaries"):
            raise Failed

    said = {"document": {"document": "d"}, "form": "direct", "claim": {"claim": "c"}, "speaker": {"name": "Ann"}}
    lines = _written(
        {"topic": {"slug": "a", "label": "A"}},
        {"document": {"id": "d", "text": "It rains. She said so.", "language": "en"}},
        {"claim": {"id": "c", "text": "It rains.", "language": "en"}},
        {"statement": {"id": "s", **said, "content": [{"text": "It rains"}]}},
        {"statement": {**said, "content": [{"text": "She said so"}]}},
    )
    (read,) = line_parser.parse_groups(lines)
    work = imports.Import(actor)
    database.db.query_hooks.append(hook)
    try:
        with pytest.raises((Failed, OperationalError)):  # on SQLite, where others share the commit, it says no more
            work.store([line for line in read if isinstance(line, Line)])
    finally:
        database.db.query_hooks.remove(hook)
    assert database.fetch("SELECT count(*) FROM claims") == [(0,)]
    again = work.store([line for line in read if isinstance(line, Line)])
    assert [one.outcome for one in again] == ["new", "new", "noted", "new", "new"]
    assert database.fetch("SELECT claim_id FROM statements") == 2 * database.fetch("SELECT id FROM claims")


def test_whose_alias_a_name_is_is_looked_up_by_the_name(registry: str, actor: Actor, queries: list[str]) -> None:
    list(ndjson.read([b'{"speaker": {"name": "Ann Lee", "aliases": ["Annie"]}}'], by=actor))
    (asked,) = [sql for sql in queries if "FROM aliases" in sql and sql.startswith("WITH k")]
    if database.on_sqlite():
        plan = [row[3] for row in database.fetch(f"EXPLAIN QUERY PLAN {asked}", ("[]", 1))]
        assert any("aliases_alias_key_speaker_id (alias_key=?)" in step for step in plan), plan
        assert not any("TEMP B-TREE" in step for step in plan), "the first are read, and no others"


def _common(documents: int) -> list[bytes]:
    """What a file says that nobody has prepared: two statements a document, in nearly every way that a line allows."""
    lines: list[dict[str, Any]] = []
    for n in range(documents):
        told = {"text": f"Visit {n}. {TEXT}", "language": "en"} | ({} if n % 6 == 5 else {"url": f"https://e.org/{n}"})
        lines += [{"document": {"id": f"d{n}"} | told}, {"claim": {"id": f"c{n}", "text": f"C {n}.", "language": "en"}}]
        charge = {
            "id": f"a{n}",
            "speaker": {"name": f"P {n % 7}", "kind": "person", "aliases": [f"The {n % 7}th"]},
            "document": ({"document": f"d{n}"}, {"url": f"https://E.org:443/{n}"}, told)[n % 3],
            "sentence": {"text": "Ann Lee said that it rains."},
            "mention": {"text": "Ann Lee"},
            "cue": {"text": "said"},
            "content": [{"text": "it rains"}],
            "form": "indirect",
            "via": ({"speaker": {"name": f"V {n}"}}, {"document": {"document": f"d{n}"}})[n % 2],
            "claim": {"claim": f"c{n}"},
            "counters": [],
        }
        denial = {
            "speaker": {"name": f"Q {n}", "kind": "group", "wikidata_id": f"Q{n + 1}"},
            "document": {"document": f"d{n}"},
            "content": [{"text": "denies it"}],
            "status": ("accepted", "candidate")[n % 2],
            "form": "indirect",
            "claim": {"text": f"Not {n % 5}.", "language": "en", "reuse": True, "about": [{"name": f"W {n}"}]},
            "counters": [{"target": f"a{n}", "kind": "denies"}],
        }
        lines += [{"statement": charge}, {"statement": denial}]
        more = {"content": [{"text": "and more"}], "claim": {"statement": f"a{n}"}, "counters": []}
        lines += [{"statement": denial | more}]
    return _written(*lines)


def test_what_files_say_is_stored_by_as_many_queries_however_many_lines_there_are(
    registry: str, actor: Actor, another: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    for longest in ("LONGEST", "LONGEST_OTHERWISE"):  # no transaction ends by the time that a busy machine takes
        monkeypatch.setattr(imports, longest, 60)

    def imported(lines: list[bytes]) -> tuple[list[Outcome], int]:
        seen: list[str] = []
        hook = lambda event: seen.append(event.sql)  # noqa: E731
        database.db.query_hooks.append(hook)
        outcomes = list(ndjson.read(lines, by=actor))
        database.db.query_hooks.remove(hook)
        # That depends on what the database has counted before.
        return outcomes, sum(not sql.startswith("ANALYZE") for sql in seen)

    _, few = imported(_common(10))  # fewer, and some claims have candidates alone
    another()
    lines = _common(30)
    outcomes, many = imported(lines)
    assert {one.outcome for one in outcomes} == {"new", "noted"}
    assert many == few
    told, stored = _told(outcomes), _stored()
    assert derived.differences() == []
    again, known = imported(lines)
    assert {one.outcome for one in again} == {"known", "noted"}
    assert known <= few
    another()
    assert _told(_one_by_one(lines, actor)) == told
    assert _stored() == stored


def test_a_document_is_read_once_in_a_transaction_however_many_lines_of_it_are_refused(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch, queries: list[str]
) -> None:
    monkeypatch.setattr(imports, "LONGEST", 60)
    said = {"speaker": {"name": "Ann"}, "document": {"document": "d"}, "form": "direct"}
    claim = {"text": "It rains.", "language": "en"}
    lines = [{"document": {"id": "d", "text": "It rains. " * 50, "language": "en"}}]
    list(ndjson.read(_written(*lines), by=actor))
    for n in range(50):
        # What is refused changes nothing; a part of another speaker is new, so that all but documents is read anew.
        lines.append({"statement": {**said, "content": [{"text": "It snows"}], "claim": claim}})
        lines.append({"speaker": {"name": f"A {n}", "part_of": {"name": "B"}}})
        lines.append({"statement": {**said, "content": [{"start": 10 * n, "end": 10 * n + 4}], "claim": claim}})
        lines.append({"statement": {**said, "content": [{"start": 10 * n, "end": 10 * n + 4}], "claim": claim}})
    del queries[:]
    told = list(ndjson.read(_written(*lines), by=actor))
    assert [one.outcome for one in told] == ["known"] + 50 * ["refused", "new", "new", "known"]
    assert len([sql for sql in queries if "FROM sentences WHERE" in sql]) == 1


def test_many_long_documents_that_lines_name_are_not_held_together(registry: str, actor: Actor) -> None:
    # An emoji makes each code point take four bytes.
    for number in range(20):
        text = f"Day {number:02}: \U0001f600. It rains. {'and rains ' * 30_000}"
        documents.create(by=actor, text=text, language="en", url=f"https://example.org/{number}")
    said = {"speaker": {"name": "Ann"}, "form": "direct", "claim": {"text": "It rains.", "language": "en"}}
    lines = [
        {"statement": said | {"document": {"url": f"https://example.org/{number}"}, "content": [content]}}
        for content in ({"start": 0, "end": 3}, {"text": "It rains."})
        for number in range(20)
    ]
    tracemalloc.start()
    try:
        told = list(ndjson.read(_written(*lines), by=actor))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [one.outcome for one in told] == ["new"] * 40
    assert peak < 10_000_000, "all together are 24 MB"


def test_documents_read_anew_say_where_their_words_stand(registry: str, actor: Actor) -> None:
    texts = [f"Number {number} says so. {'It rains ' * (30_000 if number % 3 else 300)}" for number in range(6)]
    lines = [{"document": {"id": f"d{number}", "text": text, "language": "en"}} for number, text in enumerate(texts)]
    list(ndjson.read(_written(*lines), by=actor))
    claim = {"text": "It rains.", "language": "en"}
    lines += [
        {
            "statement": {
                "document": {"document": f"d{number}"},
                "via": {"document": {"document": f"d{(number + 1) % 6}"}},
                "speaker": {"name": "Ann"},
                "content": [{"text": f"Number {number}" if turn else "says so"}],
                "cue": {"text": "says"},
                "form": "direct",
                "claim": claim,
            }
        }
        for turn in range(2)
        for number in range(6)
    ]
    told = list(ndjson.read(_written(*lines), by=actor))
    assert [one.outcome for one in told] == ["known"] * 6 + ["new"] * 12, told
    assert {one.cue for one in Statement.select()} == {"says"}


def test_no_read_of_many_lines_goes_through_all_documents_or_claims(
    registry: str, actor: Actor, queries: list[str]
) -> None:
    # Which steps the database chooses is known of SQLite alone; PostgreSQL's choice is of the size of the tables.
    list(ndjson.read(_common(12), by=actor))
    list(ndjson.read([*_common(12), b'{"claim": {"id": "l", "text": "C 1.", "language": "en"}}'], by=actor))
    if database.on_sqlite():
        known = ("max(id)", "FROM migrations")
        reads = {sql for sql in queries if sql.startswith(("SELECT", "WITH k")) and " FROM " in sql}
        reads = {sql for sql in reads if not any(one in sql for one in known)}
        steps = {
            (row[3], sql)
            for sql in reads
            for row in database.fetch(f"EXPLAIN QUERY PLAN {sql}", ("[]", 1)[: sql.count("?")])
        }
        assert any("documents_url_sha256 (url_normalized=? AND sha256=?)" in step for step, _ in steps)
        assert any("documents_sha256 (sha256=?)" in step for step, _ in steps)
        scanned = [(step, sql) for step, sql in steps if step.startswith("SCAN") and "VIRTUAL TABLE" not in step]
        # The last line of the log is read from its end.
        last = ("SCAN changes", "SELECT made_at FROM changes ORDER BY sequence DESC LIMIT 1")
        keys = ("SCAN CONSTANT ROW", "SCAN k", "SCAN json_each")
        assert [one for one in scanned if one[0] not in keys and one != last] == []


def test_claims_of_the_same_text_are_found(registry: str, actor: Actor) -> None:
    long = "The exports of goods that may serve two ends, of which one is war, "
    texts = ("One.", "…", "Two.", "One two.", f"{long}go on.", f"{long}end.")
    lines = _written(*({"claim": {"id": f"c{n}", "text": text, "language": "en"}} for n, text in enumerate(texts)))
    for _ in range(2):
        list(ndjson.read(lines, by=actor))
        assert database.fetch("SELECT count(*) FROM claims") == [(6,)]


def test_ids_that_somebody_else_takes_meanwhile_are_left_to_them(registry: str, actor: Actor) -> None:
    if database.on_sqlite():
        pytest.skip("writers of an SQLite file take turns")
    import psycopg

    def takes(event: Any) -> None:
        if "generate_series" in event.sql:
            other.execute("SELECT nextval(pg_get_serial_sequence('claims', 'id'))")

    lines = mixed_lines(7)
    with psycopg.connect(registry, autocommit=True) as other:
        database.db.query_hooks.append(takes)
        try:
            told = list(ndjson.read(lines, by=actor))
        finally:
            database.db.query_hooks.remove(takes)
    assert {one.outcome for one in told} == {"new", "known", "refused", "noted"}
    assert derived.differences() == []
    highest = database.fetch("SELECT max(id) FROM claims")[0][0]
    assert highest > database.fetch("SELECT count(*) FROM claims")[0][0], "there are gaps"
    assert database.fetch("SELECT nextval(pg_get_serial_sequence('claims', 'id'))")[0][0] > highest


@contextmanager
def _topics_of_another(registry: str, *slugs: str) -> Iterator[None]:
    """Let somebody else store one of these topics each time that those of lines were read; none where it is empty."""
    import psycopg

    stamp, left = "2026-01-01T00:00:00.000000Z", list(slugs)
    row = "INSERT INTO topics (created_at, updated_at, version, slug, label) VALUES (%s, %s, 1, %s, 'B')"

    def stores(event: Any) -> None:
        if 'FROM "topics"' in event.sql and "FOR SHARE" in event.sql and left and (slug := left.pop(0)):
            other.execute(row, (stamp, stamp, slug))

    # A row that the lines have stored themselves would be waited for without end.
    with psycopg.connect(registry, autocommit=True, options="-c lock_timeout=1s") as other:
        database.db.query_hooks.append(stores)
        try:
            yield
        finally:
            database.db.query_hooks.remove(stores)
    assert not left
    with transactions.transaction():
        last_changes.rebuild()


def test_a_line_that_somebody_else_stores_at_the_same_moment_is_known(registry: str, actor: Actor) -> None:
    if database.on_sqlite():
        pytest.skip("writers of an SQLite file take turns")
    lines = _written(*({"topic": {"slug": slug, "label": slug.upper()}} for slug in "abc"))
    with _topics_of_another(registry, "b"):
        told = list(ndjson.read(lines, by=actor))
    assert [one.outcome for one in told] == ["new", "known", "new"]
    assert database.fetch("SELECT slug, id FROM topics ORDER BY slug") == [
        (slug, one.id) for slug, one in zip("abc", told, strict=True)
    ]


def test_a_line_that_somebody_else_stores_as_it_is_tried_alone_is_known(registry: str, actor: Actor) -> None:
    if database.on_sqlite():
        pytest.skip("writers of an SQLite file take turns")
    lines = _written(*({"topic": {"slug": slug, "label": slug.upper()}} for slug in "abcd"))
    # "b" as all are read, "a" and "c" as each is read alone.
    with _topics_of_another(registry, "b", "a", "", "", "c"):
        told = list(ndjson.read(lines, by=actor))
    assert [(one.outcome, one.why) for one in told] == [*[("known", "")] * 3, ("new", "")]


def test_a_line_is_known_whose_document_somebody_else_stores_before_it_is_looked_for(
    registry: str, actor: Actor
) -> None:
    """What a writer points at is looked for in the database: what the line brings along is inserted before that."""
    if database.on_sqlite():
        pytest.skip("writers of an SQLite file take turns")
    by = Actor(keys.create(name="writer", scope="write")[0].id, reviews=False)
    one, other = ({"text": f"{word}, it is so.", "language": "en"} for word in ("First", "Second"))
    body = {"speaker": {"name": "Ann"}, "content": [{"text": "it is so"}], "form": "direct", "claim": {"claim": "c1"}}
    lines = _written(
        {"claim": {"id": "c1", "text": "So.", "language": "en"}},
        {"statement": body | {"document": one}},
        {"statement": body | {"document": other}},
    )
    stored: list[int] = []
    with meanwhile("generate_series", lambda: stored.append(documents.create(by=actor, **other))):
        told = list(ndjson.read(lines, by=by))
    assert [(one.outcome, one.why) for one in told] == [("noted", ""), ("new", ""), ("new", "")]
    assert Statement.get_by_id(told[-1].id).document_id == stored[0]


def test_a_line_that_loses_to_others_again_and_again_is_refused(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def lose(session: imports.BatchSession) -> None:
        tried.append(session)
        raise StoredMeanwhile("Somebody else put this in at the same moment: read it.", field="/slug")

    monkeypatch.setattr(imports.BatchSession, "flush", lose)
    (told,) = ndjson.read(_written({"topic": {"slug": "a", "label": "A"}}), by=actor)
    assert (told.outcome, told.errors[0]["pointer"], len(tried)) == ("refused", "/slug", 5)


def test_lines_that_are_stored_one_by_one_keep_others_waiting_no_longer(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.on_sqlite():
        pytest.skip("writers of an SQLite file take turns")
    monkeypatch.setattr(imports, "LONGEST", 0)
    stored: list[int] = []
    lines = [Line(number, "topic", {"slug": slug, "label": "A"}) for number, slug in enumerate("abcd", 1)]
    with _topics_of_another(registry, "c"):
        told = Import(actor, in_place=_counted(stored)).store(lines)
    assert [one.outcome for one in told] == ["new", "new", "known", "new"]
    assert stored == [1, 1, 2], "one alone, and then ever more together again"


@pytest.mark.slow
@pytest.mark.no_cover  # the tracer takes time too
def test_many_claims_of_one_text_take_time_in_proportion_to_their_number(registry: str, actor: Actor) -> None:
    lines = [
        Line(number, "claim", {"id": f"c{number}", "text": "So.", "language": "en"}) for number in range(1, 15_001)
    ]
    spent = []
    for _ in ("new", "known"):
        began, one = time.process_time(), Import(actor)
        for first in range(0, len(lines), 5_000):
            one.store(lines[first : first + 5_000])
        assert list(one.finish()) == []
        spent.append(time.process_time() - began)
        assert len(set(one.names.claims.values())) == Claim.select().count() == len(lines)
    few = Import(actor)
    began = time.process_time()
    few.store([Line(1, "claim", {"id": "c1", "text": "Other.", "language": "en"})])
    few.store([line._replace(members={**line.members, "text": f"Other {line.number}."}) for line in lines[1:]])
    assert list(few.finish()) == []
    assert max(spent) < 4 * (time.process_time() - began), "as long as others, and not ten times"


@pytest.mark.slow
@pytest.mark.no_cover  # the tracer takes time too
def test_groups_take_no_longer_for_the_claims_of_one_text_before_them(registry: str, actor: Actor) -> None:
    spent = []
    for text in ("So {}.", "So."):
        pairs = (
            (
                {"claim": {"id": f"c{number}", "text": text.format(number), "language": "en"}},
                {
                    "counterclaim": {
                        "claim": {"claim": f"c{number}"},
                        "answer": {"claim": f"c{number - 1}"},
                        "kind": "denies",
                    }
                },
            )
            for number in range(1200)
        )
        lines = [json.dumps(line).encode() for pair in pairs for line in pair]
        began = time.process_time()
        outcomes = [one.outcome for one in ndjson.read(lines, by=actor, group=20)]
        spent.append(time.process_time() - began)
        assert outcomes.count("new") == 1199, outcomes[:10]
    assert spent[1] < 2 * spent[0], "each group reads all claims of the text"


def test_lines_without_queries_of_their_own_are_stored_in_several_transactions_too(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch, queries: list[str]
) -> None:
    if not database.on_sqlite():
        pytest.skip("on PostgreSQL others write meanwhile")
    monkeypatch.setattr(imports, "LONGEST_OTHERWISE", 0)
    lines = [Line(number, "topic", {"slug": f"t{number}", "label": "A"}) for number in range(1, 5)]
    assert [one.outcome for one in Import(actor).store(lines)] == ["new"] * len(lines)
    looked_up = [sql for sql in queries if sql.startswith('SELECT "id", "slug" FROM "topics"')]
    assert len(looked_up) == len(lines), "what lines name is fetched for each transaction"


def test_a_transaction_takes_no_more_lines_in_than_write_so_many_rows(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch, queries: list[str]
) -> None:
    monkeypatch.setattr(imports, "MOST_ROWS", 10)
    # Seven rows each.
    texts = [f"It rains. {'It snows. ' * 4}{number} hails." for number in range(4)]
    lines = _written(*({"document": {"text": text, "language": "en"}} for text in texts))
    assert [one.outcome for one in ndjson.read(lines, by=actor)] == ["new"] * len(texts)
    assert len([sql for sql in queries if sql.startswith("INSERT INTO last_changes")]) == 2


def test_a_transaction_takes_fewer_lines_in_of_speakers_with_many_aliases(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch, queries: list[str]
) -> None:
    monkeypatch.setattr(imports, "MOST_ROWS", 40)
    # Six rows each, that count for 21.
    lines = _written(
        *({"speaker": {"name": f"A {n}", "aliases": [f"B {n} {alias}" for alias in range(5)]}} for n in range(4))
    )
    assert [one.outcome for one in ndjson.read(lines, by=actor)] == ["new"] * 4
    assert len([sql for sql in queries if sql.startswith("INSERT INTO last_changes")]) == 2


def test_the_end_of_an_import_looks_up_lines_of_few_bytes_together(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[str, int]] = []

    def noted(session: Any, by: Actor, names: LocalIds, lines: Sequence[Line]) -> None:
        given.append((lines[0].noun, len(lines)))
        fetch(session, by, names, lines)

    fetch = prefetch.prefetch
    monkeypatch.setattr(imports, "prefetch", noted)
    monkeypatch.setattr("models.transfer.lines.GROUP_BYTES", 2_000)
    words = "\N{MOUSE}" * 200
    bodies = [{"claim": {"id": f"c{n}", "text": f"{n} {words}", "language": "en"}} for n in range(6)]
    review = {"publisher": {"name": "F"}, "title": words, "rating": {"label": "x"}, "language": "en"}
    urls = [f"https://f.example/{n}" for n in range(6)]
    bodies += [{"review": review | {"claim": {"claim": f"c{n}"}, "url": url}} for n, url in enumerate(urls)]
    for outcome in ("new", "known"):
        del given[:]
        one = Import(actor)
        one.store([line for some in line_parser.parse_groups(_written(*bodies)) for line in some])
        del given[:]
        assert [told.outcome for told in one.finish()] == [outcome] * 6
        assert given == [("claim", 3)] * 2 + [("review", 3)] * 2


def test_a_transaction_takes_no_more_lines_in_than_index_so_many_characters(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "MOST_CHARACTERS", 100)
    stored: list[int] = []
    work = Import(actor, in_place=_counted(stored))
    long = "It rains and snows and hails, and it will for days, she said"
    claims = [{"id": f"c{n}", "text": f"{long} {n}.", "language": "en"} for n in range(5)]
    assert {one.outcome for one in work.store([Line(n, "claim", one) for n, one in enumerate(claims, 1)])} == {"noted"}
    assert list(work.finish()) == []
    assert stored == [5, 2, 2, 1], "claims that no line points at"
    text = " ".join(f"{long}." for _ in range(4))
    said = {"document": {"document": "d"}, "form": "direct", "speaker": {"name": "Ann"}, "claim": {"claim": "c0"}}
    lines = [{"document": {"id": "d", "text": text, "language": "en"}}]
    lines += [{"statement": said | {"content": [{"start": n, "end": n + 60}]}} for n in range(0, len(text), 62)]
    del stored[:]
    (read,) = line_parser.parse_groups(_written(*lines))
    assert {one.outcome for one in work.store([line for line in read if isinstance(line, Line)])} == {"new"}
    assert stored == [3, 2], "contents"


def test_fewer_lines_are_stored_together_where_more_take_longer_than_a_change_may(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def takes_too_long(event: Any) -> None:
        if event.sql.startswith("INSERT INTO claim_summaries"):
            database.db.query_hooks.remove(takes_too_long)
            late = OperationalError("interrupted")
            late.sqlite_errorcode = sqlite3.SQLITE_INTERRUPT  # type: ignore[attr-defined]
            raise late

    stored: list[int] = []
    work = Import(actor, in_place=_counted(stored))
    work.store([Line(n, "claim", {"id": f"c{n}", "text": f"C {n}.", "language": "en"}) for n in range(1, 21)])
    database.db.query_hooks.append(takes_too_long)
    assert list(work.finish()) == []
    assert stored == [20, 2, 4, 8, 6]
    assert Claim.select().count() == 20


@pytest.mark.parametrize("way", ["many at once", "one by one"])
def test_a_line_says_for_whom_a_statement_was_made_or_leaves_it_to_the_registry(
    registry: str, actor: Actor, another: Callable[[], None], way: str
) -> None:
    said = {"document": {"text": PLAIN, "language": "en"}, "form": "indirect", "speaker": {"name": "Lin Jian"}}
    lines: list[dict[str, Any]] = [
        {"speaker": {"name": "Lin Jian", "kind": "person", "part_of": {"name": "Foreign Ministry"}}},
        *(
            {
                "statement": said
                | {"content": [{"text": f"says {word}"}], "claim": {"text": word, "language": "en"}}
                | more
            }
            for word, more in (
                ("first", {}),
                ("second", {"on_behalf_of": None}),
                ("third", {"on_behalf_of": {"name": "Trade Ministry"}}),
            )
        ),
    ]

    def read(lines: list[bytes]) -> list[str | None]:
        told = list(ndjson.read(lines, by=actor)) if way == "many at once" else _one_by_one(lines, actor)
        assert {one.outcome for one in told} <= {"new", "known", "noted"}
        for_whom = "SELECT p.name FROM statements s LEFT JOIN speakers p ON p.id = s.on_behalf_of_id ORDER BY s.id"
        return [name for (name,) in database.fetch(for_whom)]

    wanted = ["Foreign Ministry", None, "Trade Ministry"]
    assert read([json.dumps(line).encode() + b"\n" for line in lines]) == wanted
    fourth = {"content": [{"text": "says fourth"}], "claim": {"text": "fourth", "language": "en"}}
    wanted.append("Foreign Ministry")
    assert read([json.dumps({"statement": said | fourth}).encode() + b"\n"]) == wanted
    (lin,) = speakers.named("Lin Jian")
    speakers.change(by=actor, id=lin, version=1, part_of=None)
    exported = list(ndjson.write())
    another()
    assert read(exported) == wanted


@pytest.mark.parametrize("way", ["many at once", "one by one"])
def test_a_line_names_the_earlier_one_that_it_prints_again(registry: str, actor: Actor, way: str) -> None:
    said = {"document": {"document": "d1"}, "form": "direct", "speaker": {"name": "Ann"}}
    claim = {"claim": {"text": "It rains.", "language": "en"}}
    words = [{"content": [{"text": text}]} for text in ("It rains", "rains", "She said")]
    lines = _written(
        {"document": {"id": "d1", "text": "It rains. She said so.", "language": "en", "kind": "transcript"}},
        {"document": {"url": "https://example.org/release", "language": "en"}},
        {"statement": said | claim | words[0] | {"id": "s1", "at": 1.5}},
        {"statement": said | claim | words[1] | {"id": "s2", "original": "s1"}},
        {"statement": said | claim | words[2] | {"id": "s3", "original": "s2"}},
        {"statement": said | claim | words[2] | {"original": "s9"}},
        {"statement": said | claim | words[2] | {"original": "s1", "speaker": {"name": "Bo"}}},
        {"document": {"language": "en"}},
    )
    told = list(ndjson.read(lines, by=actor)) if way == "many at once" else _one_by_one(lines, actor)
    assert [one.errors[0]["pointer"] for one in told if one.outcome == "refused"] == [
        "/original", "/original", "/text",
    ]  # fmt: skip
    assert database.fetch("SELECT original_id FROM statements ORDER BY id") == [(None,), (1,), (1,)]
    assert database.fetch("SELECT at FROM statements WHERE id = 1") == [(1.5,)]
    assert database.fetch("SELECT kind, length FROM documents ORDER BY id") == [("transcript", 22), (None, 0)]


#: A claim at which a statement points whose words do not stand in the text, or that is none at all.
_CLAIM = {"claim": {"id": "c1", "text": "It rains.", "language": "en"}}
_LONE = {"claim": {"id": "c2", "text": "It is late.", "language": "en"}}
_SAID = {
    "statement": {
        "speaker": {"name": "Bo"},
        "document": {"text": "Bo said that it rains.", "language": "en"},
        "content": [{"text": "it rains"}],
        "form": "indirect",
        "claim": {"claim": "c1"},
    }
}


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"statement": _SAID["statement"] | {"content": [{"text": "it snows"}]}}, "Line 3, which points at"),
        ({"statement": _SAID["statement"] | {"form": "sung"}}, "Line 3, which points at"),
        ({"statment": _SAID["statement"]}, "Line 3, which points at"),
        ({"statement": _SAID["statement"] | {"claim": "c1"}}, "Line 3, which points at"),
        ({"statement": _SAID["statement"] | {"claim": {"id": "c1"}}}, "Line 3, which points at"),
    ],
)
def test_a_claim_of_which_a_statement_may_be_refused_is_not_stored(
    actor: Actor, wrong: dict[str, Any], why: str
) -> None:
    for again in ("refused", "refused"):
        told = list(ndjson.read(_written(_CLAIM, _LONE, wrong), by=actor))
        assert [one.outcome for one in told] == ["noted", "noted", "refused", again]
        assert (told[-1].line, told[-1].noun) == (1, "claim")
        assert why in told[-1].errors[0]["detail"]
        assert [row.text for row in Claim.select()] == ["It is late."]
    for _ in range(2):
        assert "refused" not in {one.outcome for one in ndjson.read(_written(_CLAIM, _LONE, _SAID), by=actor)}
        assert sorted(row.text for row in Claim.select()) == ["It is late.", "It rains."]


def test_a_claim_at_which_another_line_points_as_well_is_stored(actor: Actor) -> None:
    wrong = {"statement": _SAID["statement"] | {"content": [{"text": "it snows"}]}}
    told = list(ndjson.read(_written(_CLAIM, _SAID, wrong), by=actor))
    assert [one.outcome for one in told] == ["noted", "new", "refused"]
    assert Claim.select().count() == 1


def test_where_a_line_cannot_be_read_no_claim_of_nobody_is_stored(actor: Actor) -> None:
    told = list(ndjson.read([*_written(_CLAIM, _LONE), b'{"statement": {"claim": {"cl\n'], by=actor))
    assert [one.outcome for one in told] == ["noted", "noted", "refused", "refused", "refused"]
    assert "Line 3, which may point at this claim, was refused" in told[-1].errors[0]["detail"]
    assert Claim.select().count() == 0


@pytest.mark.parametrize("table", ["claims", "statements", "counterclaims"])
def test_an_import_has_postgresql_count_what_it_writes(
    registry: str, actor: Actor, queries: list[str], table: str
) -> None:
    if database.on_sqlite():
        pytest.skip("SQLite plans without counts")
    forget = "UPDATE pg_class SET relpages = 0, reltuples = -1 WHERE oid = ?::regclass RETURNING oid"
    assert database.fetch(forget, (table,))
    said = [b'{"claim": {"id": "c", "text": "So.", "language": "en"}}'] if table == "claims" else _common(1)
    assert "refused" not in [one.outcome for one in ndjson.read(said, by=actor)]
    counts = [sql for sql in queries if sql.startswith("ANALYZE")]
    assert counts, "for each claim it reads an index of all statements"


@pytest.mark.slow
def test_at_the_end_of_a_long_import_postgresql_knows_how_many_rows_there_are(registry: str, actor: Actor) -> None:
    if database.on_sqlite():
        pytest.skip("SQLite plans without counts")
    said = {"document": {"document": "d"}, "speaker": {"name": "Ann"}, "form": "direct", "claim": {"claim": "c"}}
    spans = ([{"start": 10 * at, "end": 10 * at + 8}] for at in range(6500))
    lines = [{"document": {"id": "d", "text": "It rains. " * 6500, "language": "en"}}]
    lines += [{"claim": {"id": "c", "text": "It rains.", "language": "en"}}]
    lines += [{"statement": said | {"content": span}} for span in spans]
    assert {one.outcome for one in ndjson.read(_written(*lines), by=actor)} == {"new", "noted"}
    assert database.fetch("SELECT reltuples::bigint FROM pg_class WHERE oid = 'statements'::regclass") == [(6500,)]


def test_lines_are_stored_once_though_postgresql_has_no_time_to_count_its_rows(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def count(**_: bool) -> None:
        raise OperationalError(psycopg.errors.QueryCanceled())

    monkeypatch.setattr(derived, "count_rows", count)
    plain = {"publisher": {"name": "F"}, "rating": {"label": "x"}, "language": "en"}
    of_claims = [plain | {"claim": {"text": f"It is {at}.", "language": "en"}} for at in range(9)]
    lines = _written(*({"review": one | {"url": f"https://f.org/{at}"}} for at, one in enumerate(of_claims)))
    assert [one.outcome for one in ndjson.read(lines, by=actor)] == 9 * ["new"]
    assert (Review.select().count(), Claim.select().count()) == (9, 9)


def test_a_document_of_many_sentences_is_stored_by_itself(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "MOST_SENTENCES", 3)
    texts = [{"document": {"text": f"No. {at}. " + "It rains. " * at, "language": "en"}} for at in (2, 4, 5)]
    lines = _written({"speaker": {"name": "Ann"}}, texts[0], *texts[1:], {"speaker": {"name": "Bo"}})
    assert [one.outcome for one in ndjson.read(lines, by=actor)] == 5 * ["new"]
    ann, bo = (one.created_at for one in Speaker.select().order_by(Speaker.id))
    short, *long = (one.created_at for one in Document.select().order_by(Document.id))
    # What one transaction stores has one stamp.
    assert short == ann
    assert len({ann, *long, bo}) == 4


def test_claims_at_which_no_line_points_are_stored_in_steps_between_which_others_write(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "LONGEST", 60)
    lines = _written(*({"claim": {"id": f"c{n}", "text": f"It is {n}.", "language": "en"}} for n in range(1200)))
    list(ndjson.read(lines, by=actor))
    # What one transaction stores has one stamp.
    steps = [count for (count,) in database.fetch("SELECT count(*) FROM claims GROUP BY created_at")]
    assert (sum(steps), max(steps)) == (1200, 500)


@pytest.mark.parametrize("way", ["many at once", "one by one"])
def test_a_line_that_names_a_new_speaker_by_what_another_has_is_refused(registry: str, actor: Actor, way: str) -> None:
    taken = {"name": "Bo", "kind": "person", "wikidata_id": "Q1"}
    inline = {"text": "It rains.", "language": "en"}
    said = _SAID["statement"] | {"speaker": taken | {"name": "Cy"}, "claim": inline}
    lines = _written({"speaker": taken}, {"statement": said})
    told = list(ndjson.read(lines, by=actor)) if way == "many at once" else _one_by_one(lines, actor)
    assert [(one.outcome, one.id) for one in told[1:]] == [("refused", None)], "1 is the id of a speaker"
    assert told[1].errors[0]["pointer"] == "/speaker/wikidata_id"


#: Two statements, of which one is of words that are not in its text, and what points at its claim.
_GOOD = _SAID["statement"] | {"content": [{"text": "Bo said"}], "claim": {"claim": "c2"}}
_WRONG = _SAID["statement"] | {"content": [{"text": "it snows"}]}
_ANSWER = {"counterclaim": {"claim": {"claim": "c1"}, "answer": {"claim": "c2"}, "kind": "denies"}}
_REVIEW = {
    "review": {
        "claim": {"claim": "c1"},
        "publisher": {"name": "F"},
        "url": "https://f.org/1",
        "rating": {"label": "x"},
        "language": "en",
    }
}


@pytest.mark.parametrize("points", [_ANSWER, _REVIEW], ids=["counterclaim", "review"])
@pytest.mark.parametrize("group", [1, 1000])
@pytest.mark.parametrize("order", ["before", "after"])
def test_what_points_at_a_claim_whose_statement_is_refused_is_not_stored_either(
    actor: Actor, order: str, group: int, points: dict[str, Any]
) -> None:
    wrong = {"statement": _WRONG}
    both = [points, wrong] if order == "before" else [wrong, points]
    told = list(ndjson.read(_written(_CLAIM, _LONE, {"statement": _GOOD}, *both), by=actor, group=group))
    number = 5 if order == "before" else 4
    (line,) = (one for one in told if one.noun in points and one.outcome != "noted")
    assert (line.outcome, line.errors[0]["pointer"]) == ("refused", "/claim/claim")
    assert f"Line {number} was refused" in line.errors[0]["detail"]
    assert "mend that line" in line.errors[0]["detail"]
    assert [one.line for one in told if (one.noun, one.outcome) == ("claim", "refused")] == [1]
    assert [row.text for row in Claim.select()] == ["It is late."]
    # What was refused is mended and sent again, with or without the rest.
    for rest in ([], [_LONE, {"statement": _GOOD}]):
        again = [*rest, _CLAIM, _SAID] + ([points] if rest or points is _REVIEW else [])
        assert "refused" not in {one.outcome for one in ndjson.read(_written(*again), by=actor)}
        assert sorted(row.text for row in Claim.select()) == ["It is late.", "It rains."]
    assert Counterclaim.select().count() + Review.select().count() == 1


@pytest.mark.parametrize("cut", [b'{"statement": {"claim": {"cl\n', b'{"statment": {"claim": {"claim": "c1"}}}\n'])
def test_nor_where_the_line_could_not_be_read(actor: Actor, cut: bytes) -> None:
    told = list(ndjson.read([*_written(_CLAIM, _LONE, {"statement": _GOOD}, _ANSWER), cut], by=actor))
    assert [one.noun for one in told if one.outcome == "refused"] == ["?", "claim", "counterclaim"]
    assert [row.text for row in Claim.select()] == ["It is late."]


def test_a_claim_of_which_another_statement_is_good_is_stored_with_what_points_at_it(actor: Actor) -> None:
    lines = _CLAIM, _LONE, _ANSWER, _SAID, {"statement": _WRONG}, {"statement": _GOOD}
    told = list(ndjson.read(_written(*lines), by=actor))
    assert [(one.line, one.outcome) for one in told if one.outcome != "noted"] == [
        (4, "new"), (5, "refused"), (6, "new"), (3, "new"),
    ]  # fmt: skip
    assert [row.standalone for row in Claim.select()] == [False, False]


def _shown_by_a_merge(by: Actor) -> tuple[int, int, int, bytes]:
    """Merge a claim into the same that a statement brought along; those three, and a line that puts such a one in."""
    statement = put_plain(by, "first", claim=WORDS)
    into, merged = statements.claim_of(id=statement), put_claim(by, WORDS["text"])
    claims.merge(by=by, id=merged, into=into)
    return statement, into, merged, _written({"claim": {"id": "c", "standalone": True, **WORDS}})[0]


def test_a_claim_that_a_merge_shows_and_a_line_puts_in_stays_shown_when_that_is_undone(
    registry: str, actor: Actor
) -> None:
    statement, claim, merged, line = _shown_by_a_merge(actor)
    for _ in range(2):  # the second time it stands by itself already
        assert [one.outcome for one in ndjson.read([line], by=actor)] == ["noted"]
        assert [told["after"].get("put_in") for told in lines_of("claims", claim)] == [None, None, True]
    later = put_claim(actor, "It is.")
    claims.merge(by=actor, id=later, into=claim)
    statements.retract(by=actor, id=statement, version=1, reason=None)
    for id in (merged, later):
        claims.unmerge(by=actor, id=id)
        assert claims.get(id=claim, viewer=Viewer())


def test_a_claim_that_a_line_reviews_stays_shown_where_a_merge_into_it_is_just_undone(
    registry: str, actor: Actor
) -> None:
    statement, _, merged, line = _shown_by_a_merge(actor)
    statements.retract(by=actor, id=statement, version=1, reason=None)
    publisher = {"publisher": {"name": "Checkers", "site": None}, "url": "https://checkers.example/1"}
    rating = {"label": "False", "value": None, "best": None, "worst": None}
    review = _written({"review": {"claim": {"claim": "c"}, "rating": rating, "language": "en"} | publisher})
    lines = [line, *review]
    while_open(lambda: claims.unmerge(by=actor, id=merged), lambda: list(ndjson.read(lines, by=actor)))
    assert claims.get(id=Review.get().claim_id, viewer=Viewer())
