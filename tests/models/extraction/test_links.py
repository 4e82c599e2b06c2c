"""A denial is linked to what it answers, or, where that is in doubt, may be."""

import pytest

from models.extraction import Finding, extract
from models.extraction.parser import Parser


def last(text: str, parse: Parser) -> Finding:
    return extract(text, parse=parse)[-1]


@pytest.mark.parametrize(
    ("text", "charge"),
    [
        ("The union said the dam leaked. Work began in May. Olga Fenn rejected that account.", "f1"),
        ("The union said the dam leaked. A guard said it was late. Olga Fenn rejected the union’s account.", "f1"),
        ("A guard accused Olga Fenn of theft. It was late. He left. Olga Fenn denied the allegation.", "f1"),
        ("Peter Hale said the dam leaked. Olga Fenn denied it. Peter Hale called the denial absurd.", "f2"),
        (
            (
                "A guard accused the firm of theft. Peter Hale spoke of rain. The firm denied the allegation. "
                "Olga Fenn said that locks were changed. “There is no truth in this,” Olga Fenn said."
            ),
            "f1",
        ),
        ("Peter Hale said the dam was old. “You can look,” Peter Hale said. Olga Fenn called the claim wrong.", "f1"),
    ],
)
def test_a_denial_is_linked_where_that_is_sure(parse: Parser, text: str, charge: str) -> None:
    finding = last(text, parse)
    assert (finding.polarity, finding.denies, finding.may_deny) == ("deny", charge, None)


@pytest.mark.parametrize(
    ("text", "charge"),
    [
        ("The union said the dam leaked. Work began in May. The hall was full. Olga Fenn rejected that account.", "f1"),
        (
            "The union said the dam leaked. A guard said the lift stuck. It rained. It grew dark. Fenn denied it.",
            "f2",
        ),
    ],
)
def test_a_doubtful_link_is_none_and_turns_no_claim_around(parse: Parser, text: str, charge: str) -> None:
    finding = last(text, parse)
    assert (finding.polarity, finding.denies, finding.may_deny) == ("deny", None, charge)
    assert "Fenn " in finding.claim.split("ed")[0]


def test_what_nobody_is_said_to_suggest_is_no_charge(parse: Parser) -> None:
    (finding,) = extract("Olga Fenn rejected any suggestion that the dam leaked.", parse=parse)
    assert (finding.polarity, finding.denies) == ("deny", None)


def test_a_flat_never_may_answer_what_was_said_just_before(parse: Parser) -> None:
    finding = last("The union said that the council had met the owner. “There were no talks,” Olga Fenn said.", parse)
    assert (finding.polarity, finding.denies, finding.may_deny) == ("assert", None, "f1")
