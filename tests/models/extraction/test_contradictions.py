"""What contradicts another's words by what it tells: another number, another day, the opposite word."""

import pytest

from models.extraction import Finding, extract
from models.extraction.opposites import OPPOSED
from models.extraction.parser import Parser
from models.extraction.stems import stem


def last(parse: Parser, text: str) -> Finding:
    return extract(text, parse=parse)[-1]


@pytest.mark.parametrize(
    "text",
    [
        "The port said two sailors were hurt. The hospital said it had treated five.",
        "The port said that eleven flats had been cleared. “Two,” said Olga Fenn.",
        "The port said 4,000 drills were lost. Olga Fenn put the figure at under two hundred.",
        "The port said the crane would open by Christmas. A welder said that Easter was more likely.",
        "The port said the river is rising. The water board says it has fallen by a hand.",
        "The union said the depot was empty. The port said it was full.",
    ],
)
def test_another_number_or_day_or_the_opposite_word_answers_what_was_said_before(parse: Parser, text: str) -> None:
    finding = last(parse, text)
    assert (finding.polarity, finding.denies, finding.may_deny) == ("deny", "f1", None)


@pytest.mark.parametrize(
    "text",
    [
        "The port said the crane fell. The union said it was the other way round.",
        "The port said Peter Hale wanted to leave. Peter Hale said he had been misquoted.",
        "The port said the crane had been checked. The union replied that the log was blank.",
        "The port said the crane fell. A welder called the statement “spite, nothing else”.",
        "The union said the crane was old. The port denied it. The union said the bolts were from 1970.",
    ],
)
def test_what_contradicts_in_other_words_is_sure_right_behind_what_was_said(parse: Parser, text: str) -> None:
    *_, charge, finding = extract(text, parse=parse)
    assert (finding.polarity, finding.denies, finding.may_deny) == ("deny", charge.id, None)


@pytest.mark.parametrize(
    "text",
    [
        "The port said the crane fell.\n\nThe union said it was the other way round.",
        "The port said Peter Hale wanted to leave. Nothing was signed. Peter Hale said he had been misquoted.",
        "The port said the crane fell.\n\nA welder called the statement “spite, nothing else”.",
    ],
)
def test_what_contradicts_in_other_words_is_only_suggested_further_off(parse: Parser, text: str) -> None:
    finding = last(parse, text)
    assert (finding.polarity, finding.denies) == ("deny", None)
    assert finding.may_deny is not None
    assert finding.doubt == "not_said_to_answer"


@pytest.mark.parametrize(
    "text",
    [
        "The county put the bill at $8 million. Olga Fenn said all of it would be closer to $14 million with claims.",
        "The port said 2,000 people had marched. Olga Fenn said it had looked more like 900 to her.",
    ],
)
def test_a_number_that_is_said_to_be_nearer_answers_another(parse: Parser, text: str) -> None:
    finding = last(parse, text)
    assert (finding.polarity, finding.denies) == ("deny", "f1")


@pytest.mark.parametrize(
    "text",
    [
        "The port said two sailors were hurt. The union said it had treated two.",
        "The port said two sailors were hurt.\n\nThe hospital said it had treated five.",
        "The port said two sailors would come. The union said it would send five.",
        "The port said the river is rising. The water board says it may have fallen.",
        "The port said the crane fell. It was late. The hall was full. A welder said that it rose.",
        "The port said on Monday the crane fell. The port said it had treated five on Tuesday.",
        "The union said the cable was cut. The port rejected that account, noting that the crane was shut.",
        "The port said the crane fell. A welder called the statement “a brave and honest answer”.",
        "The port said repairs would cost 300,000. The builders put it at 400,000.",
    ],
)
def test_what_agrees_is_open_or_stands_apart_contradicts_nothing(parse: Parser, text: str) -> None:
    finding = last(parse, text)
    assert finding.polarity == "assert" or finding.cue is None or "noting" in text
    assert finding.doubt is None


def test_opposites_go_both_ways_and_no_word_is_its_own() -> None:
    assert stem("fallen") in OPPOSED[stem("risen")]
    assert all(word in OPPOSED[other] and word != other for word, others in OPPOSED.items() for other in others)
