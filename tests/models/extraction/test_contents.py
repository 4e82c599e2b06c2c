"""Contents: the words that were said, to the letter."""

import pytest

from models.extraction import contents, cues, mentions
from models.extraction.units import Unit
from tests.models.extraction.conftest import UnitOf


def told(unit: Unit) -> list[list[str]]:
    found = []
    for cue in cues.find(unit):
        source = mentions.mention(unit, cue)
        found.append([unit.doc[first : last + 1].text for first, last in contents.ranges(unit, cue, source)])
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The baker said that flour was short.", ["that flour was short"]),
        ("Flour was short, the baker said.", ["Flour was short"]),
        ("Flour, the baker said, was short.", ["Flour", "was short"]),
        ("If it rains, the baker said, the mill will stop.", ["If it rains", "the mill will stop"]),
        ("The baker said Friday the mill would stop.", ["the mill would stop"]),
        ("The baker accused the miller of greed.", ["the miller of greed"]),
        ("The baker praised the miller, who lives upstream.", ["the miller"]),
        ("The baker accused the miller, who lives upstream, of lying.", ["the miller, who lives upstream, of lying"]),
        ("The baker thanked the miller on Friday for grinding.", ["the miller", "for grinding"]),
        (
            "Fenn has come up with a plan, she said, for how flour can last.",
            ["Fenn has come up with a plan", "for how flour can last"],
        ),
        (
            "The trouble now, he told me on Friday, is that flour is short.",
            ["The trouble now", "is that flour is short"],
        ),
        ("The baker told a meeting of millers that flour was short.", ["that flour was short"]),
        ("The baker described the report as wholly without merit.", ["the report as wholly without merit"]),
        ("The baker said the mill would stop and blamed the river.", ["the mill would stop"]),
        ("According to the baker, flour was short.", ["flour was short"]),
    ],
)
def test_bounds_what_was_said(unit_of: UnitOf, text: str, expected: list[str]) -> None:
    assert expected in told(unit_of(text))
