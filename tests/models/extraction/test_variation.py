"""Descriptions that take up who was named: by a name behind them, and by what the text never said of him."""

import pytest

from models.extraction import extract
from models.extraction.parser import Parser


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ulla Brandt said the reef was dying. “It was green once,” the biologist said.", ["Ulla Brandt"] * 2),
        ("Nadir Holm said he was ready. “I slept well,” the 31-year-old said.", ["Nadir Holm"] * 2),
        (
            "A pensioner from Alder Street, Jon Vike, said the lamp was out. “It is dark,” the pensioner said.",
            ["Jon Vike"] * 2,
        ),
        (
            "The lab that ran the test, Orin & Dale, said it was sound. It leaked once, the lab said.",
            ["Orin & Dale"] * 2,
        ),
        # The holder of an office is another; a word used before means whom it meant then.
        ("Ulla Brandt said the fine was fair. The judge said the matter was closed.", ["Ulla Brandt", "The judge"]),
        ("Coach Ulla Brandt said her goalkeeper was fit. The goalkeeper said no.", ["Ulla Brandt", "The goalkeeper"]),
    ],
)
def test_a_description_means_who_was_named_just_before(parse: Parser, text: str, names: list[str]) -> None:
    assert [finding.speaker and finding.speaker.name for finding in extract(text, parse=parse)] == names


def test_an_apposition_to_a_subject_is_whom_a_pronoun_means(parse: Parser) -> None:
    text = "Mr. Lund said the gate was shut. The keeper, Piet Maas, was on duty. He said it was open."
    assert [finding.speaker.name for finding in extract(text, parse=parse)] == ["Lund", "Piet Maas"]


def test_who_speaks_stands_before_an_aside_about_a_question(parse: Parser) -> None:
    text = "Harrow, asked about the receipts, said there were none."
    assert extract(text, parse=parse)[-1].speaker.name == "Harrow"


@pytest.mark.parametrize("said", ["yes", "no", "otherwise"])
def test_one_word_is_said(parse: Parser, said: str) -> None:
    text = f"The clerk said {said}."
    (finding,) = extract(text, parse=parse)
    assert text[slice(*finding.contents[0])] == said
