"""What answers another's words without a word of denying, and what only may."""

import pytest

from models.extraction import Finding, extract
from models.extraction.parser import Parser

CHARGE = "The port union said the crane had been greased with sand."


def told(parse: Parser, text: str) -> Finding:
    findings = extract(text, parse=parse)
    assert findings[0].polarity == "assert"
    return findings[-1]


@pytest.mark.parametrize(
    "answer",
    [
        "No sand was near the crane, the owner said. “There was no sand,” she said.",
        "Harbor chief Olga Fenn disagreed. “Sand would have stopped it,” she said.",
        "The owner insisted that nobody had sand.",
    ],
)
def test_a_flat_no_in_the_same_words_answers_what_was_said(parse: Parser, answer: str) -> None:
    last = told(parse, f"{CHARGE} {answer}")
    assert (last.polarity, last.denies) == ("deny", "f1")


def test_what_shares_no_word_is_only_suggested(parse: Parser) -> None:
    last = told(parse, f"{CHARGE} Olga Fenn disagreed. “We buy the best,” she said.")
    assert (last.polarity, last.denies, last.may_deny) == ("deny", None, "f1")


def test_who_denied_goes_on_denying(parse: Parser) -> None:
    last = told(parse, f"{CHARGE} The owner denied it. The men never had the keys, the owner said.")
    assert (last.polarity, last.denies) == ("deny", "f1")


@pytest.mark.parametrize(
    "answer",
    [
        "Olga Fenn agreed. “We have seen the grains,” she said.",
        "Olga Fenn may say otherwise. The mayor said the port would open.",
        "Olga Fenn said the port would open.",
    ],
)
def test_what_contradicts_nothing_is_no_denial(parse: Parser, answer: str) -> None:
    assert told(parse, f"{CHARGE} {answer}").polarity == "assert"


def test_who_admits_does_not_deny(parse: Parser) -> None:
    assert told(parse, f"{CHARGE} He had not, the owner admitted, read the rules.").polarity == "assert"


def test_a_turn_denies_what_was_said_before_it(parse: Parser) -> None:
    text = "ROE: You sold the hall.\n\nFENN: That is not true. The clerk says much.\n\nROE: Why?\n\nFENN: Ask."
    (denial,) = [finding for finding in extract(text, parse=parse) if finding.polarity == "deny"]
    assert (denial.denies, denial.may_deny) == ("f1", None)
