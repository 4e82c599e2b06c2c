"""Layout: attribution by colons and dashes alone."""

import pytest

from models.extraction import extract, layout, quotes
from models.extraction.parser import Parser


def told(text: str, headline: bool = False) -> tuple[str, str, list[str]] | None:
    line = layout.find(text, (0, len(text)), quotes.find(text), headline)
    return line and (text[slice(*line.who)], text[slice(*line.cue)], [text[slice(*span)] for span in line.what])


def test_a_colon_in_a_headline() -> None:
    assert told("Mayor Lund: Library Will Stay Open.", headline=True) == ("Mayor Lund", ":", ["Library Will Stay Open"])


def test_a_colon_in_running_text_says_nothing() -> None:
    assert told("Supper: bread and cheese and tea") is None


def test_who_is_described_before_a_colon() -> None:
    assert told("The mayor: “We were not asked.”") == ("The mayor", ":", ["“We were not asked.”"])
    assert told("City workers: “We were not asked.”") == ("City workers", ":", ["“We were not asked.”"])
    assert told("Ida Lorn, the clerk: The vote was lawful.") == ("Ida Lorn, the clerk", ":", ["The vote was lawful"])
    assert told("The result: “A hall that nobody wants.”") is None
    assert told("Ida Lorn shook her head: “We go.”") is None
    assert told("Ida Lorn, the clerk, was blunt: “We go.”") is None


def test_a_line_that_is_signed() -> None:
    assert told("We will not pay - Ann Roe") == ("Ann Roe", "-", ["We will not pay"])
    assert told("Bridge will stay shut - city officials") == ("city officials", "-", ["Bridge will stay shut"])
    assert told("Bridge is unsafe – Una Strand, mayor of Brill") == (
        "Una Strand, mayor of Brill",
        "–",
        ["Bridge is unsafe"],
    )
    assert told("Bridge will stay shut - The Brill Courier") is None


def test_a_transcript_turn() -> None:
    assert told("CLERK: The motion fails again.") == ("CLERK", ":", ["The motion fails again"])


def test_a_name_behind_a_dash() -> None:
    assert told("“Rain is only weather.” — Hanne Moberg") == ("Hanne Moberg", "—", ["“Rain is only weather.”"])


def test_a_label_is_no_speaker() -> None:
    assert told("Video: Tram Leaves the Rails", headline=True) is None


@pytest.mark.parametrize(
    ("text", "speaker", "said"),
    [
        ("Noon.\n\n12:10 Mayor Olga Fenn: “Go home.”", "Olga Fenn", "“Go home.”"),
        ("Noon.\n\nIts spokeswoman, Olga Fenn: “Nobody was there.”", "Olga Fenn", "“Nobody was there.”"),
        ("Noon.\n\n9.15pm Olga Fenn texts from Brill: “The pier is gone.”", "Olga Fenn", "“The pier is gone.”"),
        ("Noon.\n\nOlga Fenn on the strike: “It will end.”", "Olga Fenn", "“It will end.”"),
    ],
)
def test_a_line_of_a_live_blog_names_who_speaks(parse: Parser, text: str, speaker: str, said: str) -> None:
    (finding,) = extract(text, parse=parse)
    assert (finding.speaker.name, text[slice(*finding.contents[0])]) == (speaker, said)


def test_a_label_that_is_nobody_says_nothing(parse: Parser) -> None:
    assert extract("Noon.\n\nThe result: “A hall that nobody wants.”", parse=parse) == []
