"""Cues: the words that mark an act of attribution, and what they are not."""

import pytest

from models.extraction import cues
from models.extraction.units import Unit
from tests.models.extraction.conftest import UnitOf


def printed(unit: Unit) -> list[tuple[str, str, str]]:
    return [(unit.doc[cue.first : cue.last + 1].text, cue.frame, cue.kind) for cue in cues.find(unit)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The baker has repeatedly warned that flour is short.", ("has repeatedly warned", "clause", "speech")),
        ("The baker believes that flour is short.", ("believes", "clause", "belief")),
        ("The baker hopes to buy flour.", ("hopes", "to", "intention")),
        ("The baker criticized the miller.", ("criticized", "object", "attitude")),
        ("The baker spoke about the shortage.", ("spoke about", "of", "attitude")),
        ("The baker urged the miller to grind faster.", ("urged", "urge", "speech")),
        ("The baker called on the miller to grind faster.", ("called on", "urge", "attitude")),
        ("The baker called the price absurd.", ("called", "name", "attitude")),
        ("Flour is short, according to the baker.", ("according to", "according", "speech")),
        ("The baker's claim that flour is short surprised us.", ("claim", "noun", "speech")),
        ("The baker expressed concern about the harvest.", ("expressed concern about", "of", "attitude")),
        ("“Flour is short,” the baker said.", ("said", "quote", "speech")),
        ("The baker appeared to suggest that flour is short.", ("appeared to suggest", "clause", "speech")),
        ("The miller has been called a thief by the baker.", ("has been called", "passive", "attitude")),
        ("The baker took issue with the price.", ("took issue with", "of", "attitude")),
        ("The baker pushed back on the claim.", ("pushed back on", "of", "attitude")),
        ("The baker responded to the charge.", ("responded", "of", "speech")),
        ("Flour is short, according to show insiders.", ("according to", "according", "speech")),
        ("The baker was critical of the miller.", ("was critical of", "of", "attitude")),
        ("The baker put the price at eleven crowns.", ("put", "name", "speech")),
        ("It was nothing of the sort, the baker, Olga Fenn, assured me.", ("assured", "around", "speech")),
        ("A miller, Olga Fenn, alleged on Monday that flour was short.", ("alleged", "clause", "speech")),
    ],
)
def test_tells_the_frame_and_the_kind(unit_of: UnitOf, text: str, expected: tuple[str, str, str]) -> None:
    assert expected in printed(unit_of(text))


def test_a_fact_of_the_world_is_no_cue(unit_of: UnitOf) -> None:
    assert printed(unit_of("The rain made the road slippery.")) == []
    assert printed(unit_of("The baker put the tray in the oven at ten.")) == []
