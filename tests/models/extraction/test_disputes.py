"""What answers somebody by its place and shape alone, in texts that are full of denials and in others."""

import pytest

from models.extraction import Finding, extract
from models.extraction.parser import Parser

DISPUTE = (
    "The union said the crane was rusty. The owner denied it.\n\n"
    "The mayor accused the owner of greed. The owner rejected the accusation.\n\n"
    "A welder said the brakes had failed. That is untrue, said the owner.\n\n"
    "Police said the gate was open. A clerk said the fence would be mended.\n\n"
)
CHARGE = "Olga Fenn said the men were paid on Friday. "


def last(parse: Parser, text: str) -> Finding:
    return extract(text, parse=parse)[-1]


@pytest.mark.parametrize(
    "answer",
    [
        "The foreman said he had seen no envelope.",
        "“Nobody came to the yard,” the foreman said.",
        "The foreman said they went home with empty pockets.",
        "The foreman told the Courier the office was shut.",
    ],
)
def test_a_flat_answer_in_a_dispute_may_deny_what_was_said_before(parse: Parser, answer: str) -> None:
    charge, answered = extract(DISPUTE + CHARGE + answer, parse=parse)[-2:]
    assert (answered.polarity, answered.denies, answered.may_deny) == ("deny", None, charge.id)
    assert answered.doubt == "not_said_to_answer"


def test_elsewhere_it_answers_nothing(parse: Parser) -> None:
    assert last(parse, CHARGE + "The foreman said they went home with empty pockets.").polarity == "assert"


@pytest.mark.parametrize(
    "answer",
    [
        "The foreman said it would be decided on Monday.",
        "The foreman agreed that no letter had come.",
        "\n\nThe foreman said the office was shut.",
    ],
)
def test_what_is_open_agreed_or_in_another_paragraph_answers_nothing(parse: Parser, answer: str) -> None:
    assert last(parse, DISPUTE + CHARGE + answer).polarity == "assert"


def test_a_remark_on_a_statement_is_not_what_is_meant(parse: Parser) -> None:
    said = (
        "Olga Fenn said the men were paid on Friday. “Look at my books,” she said. The foreman said he saw no envelope."
    )
    findings = extract(DISPUTE + said, parse=parse)
    assert (findings[-2].form, findings[-1].may_deny) == ("direct", findings[-3].id)


@pytest.mark.parametrize(
    "answer",
    [
        # What the foreman disputed is answered, and not that he disputed it.
        "The foreman disputed both statements. A welder said they went home with empty pockets.",
        # Who is named is meant.
        "A guard said the gate was open. The foreman said Fenn had not slept.",
    ],
)
def test_what_states_something_is_meant(parse: Parser, answer: str) -> None:
    findings = extract(DISPUTE + CHARGE + answer, parse=parse)
    charge = next(one for one in findings if one.speaker is not None and one.speaker.name == "Olga Fenn")
    assert (findings[-1].polarity, findings[-1].may_deny) == ("deny", charge.id)


def test_nobody_answers_that_he_was_contradicted_by_going_on(parse: Parser) -> None:
    said = "The foreman said the men were paid. Olga Fenn rejected the claim. The foreman said the office was shut."
    assert last(parse, DISPUTE + said).polarity == "assert"
