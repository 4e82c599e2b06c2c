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
    last = told(parse, f"{CHARGE} It rained. Olga Fenn disagreed. “We buy the best,” she said.")
    assert (last.polarity, last.denies, last.may_deny) == ("deny", None, "f1")
    assert last.doubt == "no_common_words"


def test_what_is_said_to_contradict_right_behind_a_charge_answers_it(parse: Parser) -> None:
    last = told(parse, f"{CHARGE} Olga Fenn disagreed. “We buy the best,” she said.")
    assert (last.polarity, last.denies) == ("deny", "f1")


def test_who_stands_by_his_claim_answers_who_denied_it(parse: Parser) -> None:
    last = told(parse, f"{CHARGE} The owner denied it. The union stands by its claim.")
    assert (last.polarity, last.denies) == ("deny", "f2")


def test_who_denied_goes_on_denying(parse: Parser) -> None:
    last = told(parse, f"{CHARGE} The owner denied it. The men never had the keys, the owner said.")
    assert (last.polarity, last.denies, last.may_deny, last.doubt) == ("deny", None, "f1", "no_common_words")


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


@pytest.mark.parametrize(
    "denial",
    [
        "The owner said the union was lying.",
        "The owner called the claim “a fairy story”.",
        "The union's account, the owner said, was “a bad novel”.",
        "The owner said otherwise.",
        "The owner said no such thing had happened.",
        "The owner denied it. It was greased with lard, the owner said.",
    ],
)
def test_who_says_that_it_is_not_so_in_other_words_denies(parse: Parser, denial: str) -> None:
    last = told(parse, f"{CHARGE} {denial}")
    assert last.polarity == "deny"
    assert "f1" in (last.denies, last.may_deny)


@pytest.mark.parametrize(
    "answer",
    [
        "The owner called the report “thorough and fair”.",
        "The owner said she could not confirm any such thing.",
        "The owner denied it. The crane would run on Monday, the owner said.",
        "So either the union is lying or the owner is, Olga Fenn said.",
    ],
)
def test_what_only_looks_like_it_is_no_denial(parse: Parser, answer: str) -> None:
    assert told(parse, f"{CHARGE} {answer}").polarity == "assert"


def test_a_turn_denies_what_was_said_before_it(parse: Parser) -> None:
    text = "ROE: You sold the hall.\n\nFENN: That is not true. The clerk says much.\n\nROE: Why?\n\nFENN: Ask."
    (denial,) = [finding for finding in extract(text, parse=parse) if finding.polarity == "deny"]
    assert (denial.denies, denial.may_deny) == ("f1", None)


def test_who_speaks_for_a_denier_does_not_go_on_denying_without_a_not(parse: Parser) -> None:
    text = "The coach said the keeper had asked to leave. The keeper, Jo Brand, denied it. Her agent said it was sent."
    assert told(parse, text).polarity == "assert"
