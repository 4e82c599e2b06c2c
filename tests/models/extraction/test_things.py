"""Claims that name a thing in full of which the text told once, where what is said only points to it."""

import pytest

from models.extraction import Finding, extract
from models.extraction.parser import Parser


def last(parse: Parser, text: str) -> Finding:
    return extract(text, parse=parse)[-1]


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        (
            "The firm recalled a heart monitor in May. Ann Roe said the monitor was safe.",
            "The heart monitor was safe.",
        ),
        (
            "The council will shut the town's last swimming pool. Ann Roe said that the pool was never full.",
            "The town's last swimming pool was never full.",
        ),
        (
            "Police have read a letter from a clerk. Ann Roe said she had never seen the letter.",
            "Ann Roe had never seen the letter from a clerk.",
        ),
        ("Lorries use the Tal Bridge all night. Ann Roe said that the bridge was sound.", "The Tal Bridge was sound."),
        (
            "The firm recalled a heart monitor in May. “The monitor is perfectly safe,” said Ann Roe.",
            "The heart monitor is perfectly safe.",
        ),
        (
            "The firm recalled a heart monitor in May. Ann Roe criticised the monitor.",
            "Ann Roe criticised the heart monitor.",
        ),
    ],
)
def test_what_was_told_in_full_stands_for_what_only_points_to_it(parse: Parser, text: str, claim: str) -> None:
    assert last(parse, text).claim == claim


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        # Two of a kind.
        (
            "A heart monitor failed, and so did a baby monitor. Ann Roe said the monitor was safe.",
            "The monitor was safe.",
        ),
        # One of them is somebody's own.
        ("Ann Roe read a police report and his report. Olga Fenn said the report was late.", "The report was late."),
        # Told only behind what was said.
        ("Ann Roe said the monitor was safe. The firm recalled a heart monitor.", "The monitor was safe."),
        # The words tell themselves which is meant.
        (
            "The firm recalled a heart monitor. Ann Roe said the monitor of a baby was safe.",
            "The monitor of a baby was safe.",
        ),
        # More of it than another, or somebody's own words, tell nothing.
        ("There was an even longer strike in May. Ann Roe said the strike was over.", "The strike was over."),
        # A time is no thing.
        ("It was a hot week in Lisse. Ann Roe said the week was over.", "The week was over."),
    ],
)
def test_what_may_be_another_stays(parse: Parser, text: str, claim: str) -> None:
    found = extract(text, parse=parse)
    assert claim in [finding.claim for finding in found]


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        (
            "Janet Orme spoke on Monday. The opposition accused her administration of neglect.",
            "The opposition accused Janet Orme’s administration of neglect.",
        ),
        ("Greyfin said its profit fell by a third.", "Greyfin’s profit fell by a third."),
        (
            "Greyfin said its profit fell. Olga Fenn said the company had sold a plant.",
            "Greyfin had sold a plant.",
        ),
        ("The gate stood open. The board said it was closed at noon.", "The gate was closed at noon."),
        ("The gate stood open. The board said it was told at noon.", "The board was told at noon."),
    ],
)
def test_what_is_whose_is_named(parse: Parser, text: str, claim: str) -> None:
    assert last(parse, text).claim == claim


def test_nobody_is_named_twice_in_what_he_is_said_to_do(parse: Parser) -> None:
    finding = last(parse, "Mark Fenn spoke. Mark Fenn defended his record.")
    assert finding.claim == "Mark Fenn defended his record."


def test_a_survey_is_not_what_it_tells_of(parse: Parser) -> None:
    finding = last(parse, "A survey commissioned by the city found that it had sunk.")
    assert finding.claim == "It had sunk."
    assert finding.speaker is not None
    assert finding.speaker.name == "A survey commissioned by the city"


def test_no_title_is_lent_to_a_description(parse: Parser) -> None:
    finding = last(parse, "The conductor, Elena Marr, left early. Marr's agent says she was ill.")
    assert finding.speaker is not None
    assert finding.speaker.name == "Marr's agent"
