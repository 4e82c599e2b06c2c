"""Speakers: the words that name who stands behind a cue."""

import pytest

from models.extraction import cues, mentions
from models.extraction.units import Unit
from tests.models.extraction.conftest import UnitOf


def printed(unit: Unit) -> list[str | None]:
    found = []
    for cue in cues.find(unit):
        source = mentions.mention(unit, cue)
        found.append(unit.doc[source[0] : source[1] + 1].text if source else None)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The podcaster Milo Strand says he was paid nothing.", "Milo Strand"),
        ("Olga Fenn, the mayor of Brill, said the gate was shut.", "Olga Fenn, the mayor of Brill,"),
        ("Olga Fenn, who was born in Brill, said the gate was shut.", "Olga Fenn, who was born in Brill,"),
        ("Olga Fenn raised the gate, saying it had rusted.", "Olga Fenn"),
        ("They met a guard who said the gate was shut.", "who"),
        ("The gate was shut, according to two guards.", "two guards"),
        ("The claim was denied by the guard.", "the guard"),
        ("The guard's claim that the gate was shut was false.", "The guard's"),
        ("“The gate is shut,” said Olga Fenn.", "Olga Fenn"),
        ("Even Brill said the gate was shut.", "Brill"),
        ("The guard wanted to sleep and said the gate was shut.", "The guard"),
    ],
)
def test_finds_who_stands_behind_a_cue(unit_of: UnitOf, text: str, expected: str) -> None:
    assert expected in printed(unit_of(text))
