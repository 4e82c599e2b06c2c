"""Interviews: a label opens a turn, all of the turn is said, and "I" and "you" are who speaks and who is spoken to."""

import pytest

from models.extraction import Finding, extract
from models.extraction.parser import Parser

TALK = """Our editor, Tom Reed, met Ann Roe-Hale in Brill.

TOM REED: The dam is old. Was it ever safe?

ANN ROE-HALE: It was safe. My sister says that it leaks.

REED: You wrote that it leaked. Why?

ROE-HALE: I said that it might.
"""


def told(text: str, parse: Parser) -> list[tuple[str | None, str, str | None]]:
    def read(finding: Finding) -> tuple[str | None, str, str | None]:
        said = " ".join(text[slice(*span)] for span in finding.contents)
        return (finding.speaker and finding.speaker.name, said, finding.via[0].name if finding.via else None)

    return [read(finding) for finding in extract(text, parse=parse)]


def test_a_turn_is_said_as_a_whole_and_its_last_question_is_not(parse: Parser) -> None:
    found = told(TALK, parse)
    assert ("Tom Reed", "The dam is old", None) in found
    assert ("Ann Roe-Hale", "It was safe. My sister says that it leaks", None) in found


def test_who_speaks_passes_on_what_others_say(parse: Parser) -> None:
    assert ("Ann Roe-Hale’s sister", "that it leaks", "Ann Roe-Hale") in told(TALK, parse)


def test_a_claim_names_who_is_spoken_to(parse: Parser) -> None:
    talk = TALK.replace("You wrote that it leaked. Why?", "The board says you were asked to leave your flat. Why?")
    claims = [finding.claim for finding in extract(talk, parse=parse)]
    assert "Ann Roe-Hale was asked to leave Ann Roe-Hale’s flat." in claims


def test_you_is_who_is_spoken_to_and_i_is_who_speaks(parse: Parser) -> None:
    found = told(TALK, parse)
    assert ("Ann Roe-Hale", "that it leaked", "Tom Reed") in found
    assert ("Ann Roe-Hale", "that it might", None) in found


def test_a_label_that_comes_once_opens_no_turn(parse: Parser) -> None:
    found = told("Ann Roe said it leaked.\n\nContents: the dam and the road.\n", parse)
    assert [who for who, _, _ in found] == ["Ann Roe"]


def test_i_is_who_wrote_the_column(parse: Parser) -> None:
    text = "A wolf at the door\n\nBy Ann Roe\n\nI said that it was a wolf. My sister thinks that it was a dog.\n"
    assert [who for who, _, _ in told(text, parse)] == ["Ann Roe", "Ann Roe’s sister"]


def test_a_stamp_of_a_live_blog_is_no_part_of_a_name(parse: Parser) -> None:
    text = "Election night\n\n7:19 p.m. | Louis Abend\nDorrance said that the hall was full.\n"
    assert [who for who, _, _ in told(text, parse)] == ["Dorrance"]


@pytest.mark.parametrize("stamp", ["09:12 ", "9.12 ", "2.15pm ", "7:31 p.m. | ", "14:05 GMT – "])
def test_the_time_that_opens_a_line_is_not_said(parse: Parser, stamp: str) -> None:
    assert told(f"{stamp}The hall was full, Ann Roe said.\n", parse)[0][:2] == ("Ann Roe", "The hall was full")


@pytest.mark.parametrize("number", ["12.50 euros", "3.25 percent", "44:10 on appeal"])
def test_a_number_that_opens_a_line_is_said(parse: Parser, number: str) -> None:
    said = f"{number} is too little"
    assert told(f"{said}, Ann Roe said.\n", parse)[0][:2] == ("Ann Roe", said)


def test_a_is_the_one_who_was_named_and_q_is_nobody(parse: Parser) -> None:
    text = "Ann Roe spoke in Brill.\n\nQ: Was it safe?\nA: It was safe enough.\nQ: So why go?\nA: It was time to go.\n"
    assert ("Ann Roe", "It was safe enough", None) in told(text, parse)
    assert all(speaker in ("Ann Roe", None) for speaker, _, _ in told(text, parse))


def test_a_turn_that_opens_with_no_denies(parse: Parser) -> None:
    text = (
        "Ann Roe spoke in Brill.\n\nQ: Was it wet?\n\nA: No. It was cold.\n\nQ: Was it late?\n\nA: It was late then.\n"
    )
    assert [finding.polarity for finding in extract(text, parse=parse)] == ["deny", "assert"]
