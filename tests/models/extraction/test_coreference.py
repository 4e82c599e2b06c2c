"""Coreference: whom a mention stands for."""

import pytest

from models.extraction import extract
from models.extraction.parser import Parser


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("Olga Fenn spoke first. Fenn said the gate was shut.", "Olga Fenn", "person"),
        ("Olga Fenn arrived. She said the gate was shut.", "Olga Fenn", "person"),
        ("Gen. Tomas Reik arrived. The general said the gate was shut.", "Tomas Reik", "person"),
        ("Foreign Minister Aiko Mori arrived. The senior diplomat said the gate was shut.", "Aiko Mori", "person"),
        ("Beijing said the gate was shut.", "Chinese government", "government"),
        ("The Kremlin said the gate was shut.", "Russian government", "government"),
        ("Two officials said the gate was shut.", "Two officials", "group"),
        ("A source said the gate was shut.", "A source", "unnamed"),
        ("A statement by the Harbor Ministry said the gate was shut.", "Harbor Ministry", "government"),
        ("The report said the gate was shut.", "The report", "document"),
        ("Residents met Piet Maas, who said the gate was shut.", "Piet Maas", "person"),
    ],
)
def test_says_whom_a_mention_stands_for(parse: Parser, text: str, name: str, kind: str) -> None:
    speaker = extract(text, parse=parse)[-1].speaker
    assert (speaker.name, speaker.kind) == (name, kind)


def test_a_pronoun_keeps_its_gender(parse: Parser) -> None:
    text = "Mr. Lund met Ms. Fenn at the gate. She said it was shut. He said it was open."
    assert [finding.speaker.name for finding in extract(text, parse=parse)] == ["Fenn", "Lund"]
