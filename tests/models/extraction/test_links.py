"""A denial is linked to what it answers, or, where that is in doubt, may be."""

from typing import get_args

import pytest

from models import vocabulary
from models.extraction import Finding, extract, findings
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
        (
            "Olga Fenn said the dam was old. A guard spoke of rain. Gil Orr said Olga Fenn’s description was wrong.",
            "f1",
        ),
        ("Two nurses said doctors had said the ward was shut. Olga Fenn rejected the nurses’ account.", "f2"),
        (
            (
                "A prosecutor said Olga Fenn had forged a will. A clerk spoke of rain. Peter Hale said that locks were "
                "changed. The case goes on. Olga Fenn denies forgery."
            ),
            "f1",
        ),
    ],
)
def test_a_denial_is_linked_where_that_is_sure(parse: Parser, text: str, charge: str) -> None:
    finding = last(text, parse)
    assert (finding.polarity, finding.denies, finding.may_deny) == ("deny", charge, None)


DOUBTFUL = [
    (
        "The union said the dam leaked. Work began in May. The hall was full. Olga Fenn rejected that account.",
        "f1",
        "too_far",
    ),
    (
        "The union said the dam leaked. A guard said the lift stuck. It rained. It grew dark. Fenn denied it.",
        "f2",
        "too_far",
    ),
    (
        "Olga Fenn denied that the dam leaked water. Peter Hale said on Monday that water leaked from the dam.",
        "f2",
        "told_later",
    ),
    ("The union said the dam leaked. It rained. Work began. Olga Fenn said otherwise.", "f1", "no_common_words"),
    (
        "The union said the dam leaked. A guard said the lift stuck. It rained. Fenn denied that it leaked.",
        "f1",
        "others_between",
    ),
    ("A guard said the union claimed the dam leaked. Olga Fenn denied it.", "f2", "nested"),
    ("“Water came in,” a guard said. Olga Fenn said that was untrue.", "f1", "no_common_words"),
    ("A guard said the dam leaked. Did it? “That is not so,” Olga Fenn said.", "f1", "not_said_to_answer"),
    ("A guard said Olga Fenn had sold maps. Olga Fenn denied any wrongdoing.", "f1", "another_matter"),
    ("Peter Hale denied that the dam leaked. Olga Fenn called it a lie.", "f1", "a_denial"),
    (
        "The union said the dam leaked. It rained. He left. Olga Fenn rejected a bribery report.",
        "f1",
        "another_matter",
    ),
]


@pytest.mark.parametrize(("text", "charge", "doubt"), DOUBTFUL)
def test_a_doubtful_link_says_why(parse: Parser, text: str, charge: str, doubt: str) -> None:
    (finding,) = [one for one in extract(text, parse=parse) if one.may_deny]
    assert (finding.polarity, finding.denies, finding.may_deny) == ("deny", None, charge)
    assert finding.doubt == doubt


@pytest.mark.parametrize(("text", "charge", "_doubt"), DOUBTFUL[:2])
def test_a_doubtful_link_is_none_and_turns_no_claim_around(parse: Parser, text: str, charge: str, _doubt: str) -> None:
    finding = last(text, parse)
    assert (finding.polarity, finding.denies, finding.may_deny) == ("deny", None, charge)
    assert "Fenn " in finding.claim.split("ed")[0]


def test_which_of_two_is_contradicted_is_in_doubt_where_one_tells_of_the_other(parse: Parser) -> None:
    finding = last("A guard said the port claimed the depot was empty. A welder said it was full.", parse)
    assert (finding.polarity, finding.denies, finding.may_deny, finding.doubt) == ("deny", None, "f2", "nested")


def test_the_registry_stores_every_doubt_that_extraction_has() -> None:
    assert get_args(findings.Doubt) == vocabulary.DOUBTS
    assert {doubt for _, _, doubt in DOUBTFUL} | {"not_said_to_answer"} == set(vocabulary.DOUBTS)


def test_what_nobody_is_said_to_suggest_is_no_charge(parse: Parser) -> None:
    (finding,) = extract("Olga Fenn rejected any suggestion that the dam leaked.", parse=parse)
    assert (finding.polarity, finding.denies) == ("deny", None)


@pytest.mark.parametrize(
    "said",
    [
        "“There were no talks,”",
        "“There weren’t any talks,”",
        "“Nobody got near her,”",
        "“Selling was never on the table,”",
        "At no time did she meet the owner,",
        "“No paper had been signed,”",
    ],
)
def test_a_flat_never_may_deny_what_was_said_just_before(parse: Parser, said: str) -> None:
    finding = last(f"The union said that the council had met the buyer. {said} Olga Fenn said.", parse)
    assert (finding.polarity, finding.denies, finding.may_deny) == ("deny", None, "f1")
    assert finding.doubt == "not_said_to_answer"


@pytest.mark.parametrize(
    "said",
    [
        "“There will be no talks,”",
        "“There is no reason to wait,”",
        "“Nobody would ever go there,”",
        "“It has not been decided yet,”",
        "“It was not easy,”",
        "“There is not a pair of boots in the shop,”",
        "“Nobody wanted to sell,”",
    ],
)
def test_what_is_to_come_or_not_known_denies_nothing(parse: Parser, said: str) -> None:
    finding = last(f"The union said that the council had met the buyer. {said} Olga Fenn said.", parse)
    assert (finding.polarity, finding.denies, finding.may_deny) == ("assert", None, None)


def test_nobody_denies_what_he_said_under_a_longer_name(parse: Parser) -> None:
    finding = last("Olga M. Fenn said the council had met the buyer. “There were no talks,” said Olga Fenn.", parse)
    assert (finding.polarity, finding.may_deny) == ("assert", None)


def test_a_conjunction_before_a_colon_speaks_nothing(parse: Parser) -> None:
    found = extract("Tully on Shaw: “He is mistaken.” And: “You can print that.”", parse=parse)
    assert "And" not in [finding.speaker.name for finding in found if finding.speaker]
