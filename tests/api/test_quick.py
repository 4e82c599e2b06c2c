"""Quick readers say what the schemas say, of right lines and of wrong ones."""

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from marshmallow import Schema, ValidationError, fields

from api.app import ROUTES
from api.schemas.fields import Text
from api.schemas.lines import LINES
from api.schemas.quick import reader
from tests.checked import ROOT
from tests.models.transfer.test_imports import _lines

#: What is put in the place of members.
ODD: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        1.0,
        0.5,
        5.5,
        2**53 - 1,
        2**53,
        1e300,
        float("nan"),
        float("inf"),
        "",
        " ",
        "\t",
        "a",
    ),
    *(
        "a\nb",
        "\x00",
        "\x7f",
        "\x85",
        "\u00a0",
        "\ufeff",
        "\u200b",
        "\ud800",
        " a",
        "a\u2028",
        "é",
        "👩\u200d👧",
        "x" * 301,
    ),
    *("x" * 20_001, "en", "en-", "EN-Latn", "q1", "Q1", "Q0", "a-b", "a--b", "https://e.org", "HTTPS://e.org/ü?x#y"),
    *("ftp://e.org", "http://", "2026-03-14", "2026-02-30", "2026-03-14T08:00:00Z", "2026-03-14T08:00:00.5+02:00"),
    *("2026-03-14 08:00", "accepted", "denies", "extractor", "person", [], {}, [1], ["a"], [None], ["x"] * 101),
    *({"name": "Bo"}, {"id": 1}, {"text": "a"}, {"start": 0, "end": 1}, {"start": 1, "end": 0}, {"claim": "c1"}),
    *({"claim": "c1", "statement": "s1"}, [{"name": "Bo"}], [{"start": 0, "end": 2.0}], {"kind": "person"}),
)


def right() -> Iterator[tuple[str, dict[str, Any]]]:
    """Lines that are right, with every member that a line may have."""
    sample = (ROOT / "examples" / "sample.ndjson").read_bytes().splitlines()
    for line in [*sample, *(line for seed in range(4) for line in _lines(seed))]:
        noun, value = next(iter(json.loads(line).items()))
        # A name that nobody sees, which only the inside is to refuse in those lines, the schema refuses already.
        if '"\u200b"' not in json.dumps(value, ensure_ascii=False):
            yield noun, value
    machine = {"kind": "extractor", "extractor": "x", "extractor_version": "1", "confidence": 0.5}
    yield (
        "statement",
        {
            "id": "s1",
            "speaker": {"name": "Bo", "kind": "person", "aliases": ["B"], "wikidata_id": "Q1", "same_as": []},
            "document": {"text": "A.", "language": "en", "url": None, "published_at": "2026-03-14T08:00:00Z"},
            "sentence": {"start": 0, "end": 2},
            "content": [{"start": 0, "end": 1}, {"text": "x"}],
            "mention": None,
            "cue": {"text": "said"},
            "role": "minister",
            "form": "direct",
            "said_on": "2026-03-14",
            "via": {"document": {"document": "d1"}},
            "claim": {"text": "A.", "language": "en", "topics": ["t"], "about": [{"name": "Bo"}], "reuse": True},
            "status": "candidate",
            "origin": machine,
            "counters": [{"statement": "s0", "kind": "denies", "note": "a\nb"}],
        },
    )


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a line."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from places(part, (*path, key))


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A line with another value at one place."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(copy[path[0]], path[1:], new)
    return copy


#: What bodies and lines are read as, by operation or noun.
SHAPES: dict[str, type[Schema]] = {
    **LINES,
    **{one.id: one.body for routes in ROUTES for one in routes.operations if one.body is not None},
}


def bodies() -> Iterator[tuple[str, dict[str, Any]]]:
    """Bodies that are right: those that the contract shows, and one with every member that a statement may have."""
    for name in SHAPES.keys() - LINES.keys():
        yield name, json.loads((ROOT / "api" / "contract" / "examples" / f"{name}.json").read_bytes())["request"]
    machine = {"kind": "extractor", "extractor": "x", "extractor_version": "1", "confidence": 1}
    told = {"id": 1}, {"start": 0, "end": 1}, {"text": "said"}
    yield (
        "create_statement",
        {
            "speaker": told[0],
            "document": {"url": "https://example.org/a"},
            "sentence": told[0],
            "content": [told[1], told[2]],
            "mention": told[1],
            "cue": told[2],
            "role": None,
            "form": "mixed",
            "said_on": "2026-03-14",
            "via": {"speaker": {"name": "Bo"}},
            "claim": told[0],
            "status": "candidate",
            "origin": machine,
            "counters": [{"claim": 1, "kind": "denies", "note": None}, {"statement": 2, "kind": "corrects"}],
        },
    )


def check(name: str, value: Any) -> bool:
    """Whether the quick reader takes it; then the schema loads the same."""
    quick = reader(SHAPES[name])(value)
    if quick is None:
        return False
    try:
        loaded = SHAPES[name]().load(value)
    except ValidationError as error:
        pytest.fail(f"the schema refuses what the quick reader takes: {value!r}: {error}")
    assert quick == loaded, value
    assert json.dumps(quick, sort_keys=True) == json.dumps(loaded, sort_keys=True), "1 is not 1.0"
    return True


def test_a_right_line_is_read_quickly_and_as_its_schema_reads_it() -> None:
    nouns = set()
    for noun, value in right():
        assert check(noun, value), value
        nouns.add(noun)
    assert nouns == set(LINES)


def test_a_right_body_is_read_quickly_and_as_its_schema_reads_it() -> None:
    for name, value in bodies():
        assert check(name, value), (name, value)


def test_nothing_that_a_schema_refuses_is_read_quickly() -> None:
    dice = random.Random(1)  # noqa: S311 - it is to be the same every time
    taken = tried = 0
    for noun, value in [*right(), *sorted(bodies(), key=str) * 3]:
        spots = list(places(value))
        for path in dice.sample(spots, min(4, len(spots))):
            for new in dice.sample(ODD, 12):
                taken += check(noun, changed(value, path, new))
                tried += 1
        taken += check(noun, value | {dice.choice(("id", "color", "kind")): dice.choice(ODD)})
        for name in value:
            taken += check(noun, {key: part for key, part in value.items() if key != name})
    assert tried > 10_000
    assert 1000 < taken < tried


def test_every_odd_value_is_tried_in_every_member_of_a_text() -> None:
    for length in (1, 300):
        for lines in (False, True):
            made: Any = Schema.from_dict({"it": Text(longest=length, lines=lines, required=True)})
            for odd in [*ODD, *map(chr, range(0x3100)), *(f"a{chr(code)}" for code in range(0x3100))]:
                quick = reader(made)({"it": odd})
                try:
                    loaded = made().load({"it": odd})
                except ValidationError:
                    assert quick is None, repr(odd)
                else:
                    assert quick == loaded, repr(odd)


def test_a_schema_that_says_more_than_its_fields_has_no_quick_reader() -> None:
    from api.schemas.claims import ClaimQuery

    with pytest.raises(TypeError, match="hooks"):
        reader(ClaimQuery)
    with pytest.raises(TypeError, match="validators"):
        reader(Schema.from_dict({"it": fields.Integer(validate=lambda _: None)}))
