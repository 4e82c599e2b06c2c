"""What a caller sends is loaded as marshmallow alone would load it, right or wrong."""

import json
import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from marshmallow import Schema, ValidationError, validates_schema

from api.app import ROUTES
from api.schemas.base import Input
from api.schemas.fields import Flag, Many
from api.schemas.lines import LINES
from tests.checked import ROOT
from tests.models.transfer.test_imports import mixed_lines

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
        "\u3164",
        "\ud800",
        " a",
        "a\u2028",
        "é",
        "👩\u200d👧",
        "x" * 301,
    ),
    *("x" * 20_001, "en", "en-", "EN-Latn", "q1", "Q1", "Q0", "a-b", "a--b", "https://e.org", "HTTPS://e.org/ü?x#y"),
    *("http://[::1", "http://[::1]:80/", "http://e.org:99999999", "http://e.org:65536", "http://.", "http://a..b/"),
    *("http://-a.e/", "http://a-.e/", "http://a-b.e:0/", "http://a-b.e:01/", "http://-/"),
    *(
        "http://e.org:65535",
        "http://e.org.:/",
        "http://ü.例え。jp/a[b]",
        "http://e.org?a=[b]",
        "http://:80",
        "http://a b",
    ),
    *("ftp://e.org", "http://", "2026-03-14", "2026-02-30", "2026-03-14T08:00:00Z", "2026-03-14T08:00:00.5+02:00"),
    *("2026-03-14 08:00", "accepted", "denies", "extractor", "person", [], {}, [1], ["a"], [None], ["x"] * 101),
    *({"name": "Bo"}, {"id": 1}, {"text": "a"}, {"start": 0, "end": 1}, {"start": 1, "end": 0}, {"claim": "c1"}),
    *({"claim": "c1", "statement": "s1"}, [{"name": "Bo"}], [{"start": 0, "end": 2.0}], {"kind": "person"}),
)


def right() -> Iterator[tuple[str, dict[str, Any]]]:
    """Lines that are right, with every member that a line may have."""
    sample = (ROOT / "examples" / "sample.ndjson").read_bytes().splitlines()
    for line in [*sample, *(line for seed in range(4) for line in mixed_lines(seed))]:
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
            "claim": {
                "text": "A.",
                "language": "en",
                "topics": ["t"],
                "about": [{"name": "Bo", "role": "accused"}],
                "reuse": True,
            },
            "on_behalf_of": {"name": "Bo's firm"},
            "status": "candidate",
            "origin": machine,
            "counters": [{"target": "s0", "kind": "denies", "note": "a\nb"}],
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
            "on_behalf_of": {"id": 1},
            "form": "mixed",
            "said_on": "2026-03-14",
            "via": {"speaker": {"name": "Bo"}},
            "claim": told[0],
            "status": "candidate",
            "origin": machine,
            "counters": [{"claim": 1, "kind": "denies", "note": None}, {"target": 2, "kind": "corrects"}],
        },
    )


def check(name: str, value: Any) -> bool:
    """Whether the schema takes the value; it gives, or refuses, what marshmallow's own loop does."""
    loaded, expected = outcome(SHAPES[name]().load, value), outcome(partial(Schema.load, SHAPES[name]()), value)
    assert loaded == expected, value
    return loaded[0]


def outcome(load: Callable[[Any], Any], value: Any) -> tuple[bool, str]:
    """What is loaded, or the messages of what is refused."""
    try:
        return True, json.dumps(load(value), sort_keys=True)  # as text, since 1 is not 1.0
    except ValidationError as error:
        return False, json.dumps(error.messages, sort_keys=True)


def test_right_lines_of_every_noun_are_taken() -> None:
    nouns = set()
    for noun, value in right():
        assert check(noun, value), value
        nouns.add(noun)
    assert nouns == set(LINES)


def test_the_bodies_that_the_contract_shows_are_taken() -> None:
    for name, value in bodies():
        assert check(name, value), (name, value)


def test_an_odd_value_anywhere_is_taken_or_refused_as_marshmallow_does() -> None:
    dice = random.Random(1)  # noqa: S311 - it is to be the same every time
    taken = tried = 0
    for noun, value in [*list(right())[::7], *sorted(bodies(), key=str)]:
        spots = list(places(value))
        for path in dice.sample(spots, min(4, len(spots))):
            for new in dice.sample(ODD, 6):
                taken += check(noun, changed(value, path, new))
                tried += 1
        taken += check(noun, value | {dice.choice(("id", "color", "kind")): dice.choice(ODD)})
        for name in value:
            taken += check(noun, {key: part for key, part in value.items() if key != name})
    assert tried > 1000
    assert 100 < taken < tried


def test_a_rule_of_the_whole_schema_is_held() -> None:
    class Pair(Input):
        """Two members of which one is enough."""

        first = Flag(load_default=False)
        second = Flag(load_default=False)

        @validates_schema
        def refuse_none(self, data: dict[str, Any], **_kwargs: Any) -> None:
            if not any(data.values()):
                raise ValidationError("Give one of the two.")

    assert Pair().load({"first": True}) == {"first": True, "second": False}
    with pytest.raises(ValidationError, match="one of the two"):
        Pair().load({"second": False})


def test_a_list_of_too_many_is_refused_before_each_of_them_is_read() -> None:
    class Pairs(Input):
        """A list of flags, of which at most two."""

        flags = Many(Flag(), most=2)

    with pytest.raises(ValidationError) as refused:
        Pairs().load({"flags": ["wrong", 1, None]})
    assert refused.value.messages == {"flags": ["Longer than maximum length 2."]}
    assert Pairs().load({"flags": [True, False]}) == {"flags": [True, False]}
