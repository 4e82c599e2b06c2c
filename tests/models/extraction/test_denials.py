"""Denials: who answers whom, and what only looks like it."""

from pathlib import Path

import pytest

from models.extraction import extract
from models.extraction.parser import Parser

CHARGE = "The union said that the pit was flooded on purpose. "


@pytest.mark.parametrize(
    "denial",
    [
        "The owner denied it.",
        "The owner disputed that.",
        "The owner rejected the claim.",
        "The owner dismissed the report as nonsense.",
        "The owner called the charge baseless.",
        "The owner called the charge a tall story.",
        "The owner dismissed that as impossible.",
        "“There isn’t a single shred of truth in it,” the owner said.",
        "The owner described the account as a fabrication.",
        "“That is not true,” the owner said.",
        "“We reject these allegations,” the owner said.",
        "The owner said the accusation was false.",
        "The allegation was denied by the owner.",
        "The owner denied having flooded the pit.",
        "The owner denied that the pit had been flooded on purpose.",
        "The owner told the court he had done nothing of the kind.",
        "The owner said no such flooding took place.",
        "The owner maintained his innocence.",
        "The owner pleaded not guilty.",
        "The owner shot back that the claim was untrue.",
        "Untrue, said the owner.",
        "Nonsense, the owner said: nobody had been down there.",
        "“Not us,” the owner said.",
        "“I didn't,” said the owner. “It rained.”",
        "“It wasn't us,” the owner said.",
        "“All lies,” the owner said.",
        "“On the contrary,” the owner said. “We pumped.”",
        "“Not a word of that is true,” the owner said.",
        "“I would never do that,” the owner said.",
        "“That can't be right,” the owner said.",
        "“She has got it wrong,” the owner said.",
        "The owner said the union had its dates wrong.",
        "“They must be thinking of another pit,” the owner said.",
        "The owner said the claim did not hold water.",
        "The owner said quite the opposite.",
        "The owner said it had not happened.",
        "The owner branded it a lie.",
        "The owner does not accept that.",
        "The owner did not recognise the account.",
        "This the owner denies.",
        "The owner has no record of that.",
        "The owner called the suit “without merit”.",
        "The owner said the suit was without merit.",
        "The owner took the opposite view.",
        "The owner gave a different account.",
        "The owner begged to differ.",
        "The owner said the timeline was contradicted by the log of the pumps.",
        "The owner said the figures did not tally.",
        "The owner said it had never opened a sluice, contrary to the union’s report.",
    ],
)
def test_a_denial_is_linked_to_the_charge(parse: Parser, denial: str) -> None:
    findings = extract(CHARGE + denial, parse=parse)
    answer = next(finding for finding in findings if finding.polarity == "deny")
    assert answer.denies == findings[0].id
    assert answer.speaker.name.lower() == "the owner"


@pytest.mark.parametrize("how", ["remembers it differently", "does not remember it like that"])
def test_who_remembers_otherwise_denies_and_what_is_suggested(parse: Parser, how: str) -> None:
    answer = extract(f"{CHARGE}The owner {how}.", parse=parse)[-1]
    assert (answer.polarity, answer.denies, answer.may_deny) == ("deny", None, "f1")


def test_nonsense_answers_a_denial_too(parse: Parser) -> None:
    findings = extract(f"{CHARGE}Olga Fenn denied it. “Nonsense,” Peter Holt said.", parse=parse)
    assert [finding.denies for finding in findings] == [None, "f1", "f2"]


@pytest.mark.parametrize(
    "text",
    [
        "The owner neither confirmed nor denied that the pit was flooded.",
        "The owner did not deny that the pit was flooded.",
        "The owner declined to confirm or deny the report.",
        "The court denied the owner's request for bail.",
        "The owner rejected the offer.",
        "The owner said it was impossible to stay.",
        "“There is not a pair of boots in the shop,” the owner said.",
        "The court dismissed the charges against the owner.",
        "The owner confirmed the report.",
        "Rolf Dahl called the tolls absurd. They hope the dispute will end soon, a spokesman said.",
    ],
)
def test_what_is_no_denial(parse: Parser, text: str) -> None:
    assert all(finding.polarity == "assert" for finding in extract(CHARGE + text, parse=parse))


def test_a_charge_taken_up_in_the_same_sentence(parse: Parser) -> None:
    text = "Villagers say that the mine poisons their wells, a charge the company denies."
    charge, answer = extract(text, parse=parse)
    assert text[slice(*charge.contents[0])] == "that the mine poisons their wells"
    assert answer.polarity == "deny"
    assert answer.denies == charge.id


def test_nobody_answers_himself(parse: Parser) -> None:
    text = "Lund said the mill was sold. Lund denied the report."
    assert all(finding.denies is None for finding in extract(text, parse=parse))


def test_what_only_answers_a_question_denies_nothing(parse: Parser) -> None:
    assert all(finding.polarity == "assert" for finding in extract("Did it rain? Fenn says it did not.", parse=parse))


#: Each denies something, and nothing that somebody else says in it.
UNRELATED = (Path(__file__).parent / "unrelated.txt").read_text(encoding="utf-8").strip().split("\n---\n")


@pytest.mark.parametrize("text", UNRELATED)
def test_a_denial_answers_nothing_that_only_stands_before_it(parse: Parser, text: str) -> None:
    findings = {finding.id: finding for finding in extract(text, parse=parse)}
    answers = [finding for finding in findings.values() if finding.polarity == "deny"]
    assert answers
    for answer in answers:
        assert answer.denies is None or findings[answer.denies].speaker is None


@pytest.mark.parametrize(
    "text",
    [
        "The firm said it would go ahead despite claims that the dam is unsafe.",
        CHARGE + "The owner took a dim view of the match.",
        CHARGE + "The owner had a different car.",
        CHARGE + "The owner called the suit “without doubt the best of the year”.",
        "The mayor said she had seen the memo. Her deputy said she had.",
    ],
)
def test_what_only_looks_like_such_an_idiom_denies_nothing(parse: Parser, text: str) -> None:
    assert all(finding.polarity == "assert" for finding in extract(text, parse=parse))


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("The mayor said she had not seen the memo. Her deputy said she had.", "The mayor had seen the memo."),
        (
            "Police said nobody was in the house. Neighbours said there was.",
            "It is not true that nobody was in the house.",
        ),
    ],
)
def test_what_was_negated_and_is_said_again_is_affirmed(parse: Parser, text: str, claim: str) -> None:
    finding = extract(text, parse=parse)[-1]
    assert (finding.polarity, finding.denies, finding.claim) == ("deny", "f1", claim)


def test_which_takes_up_what_is_denied(parse: Parser) -> None:
    charge, denial = extract("Mr Fenn said the dam had leaked, which the ministry denies.", parse=parse)
    assert (denial.polarity, denial.denies) == ("deny", charge.id)
    assert charge.contents[0][1] == len("Mr Fenn said the dam had leaked")


def test_who_is_named_in_contrary_to_is_answered_wherever_he_stands_near(parse: Parser) -> None:
    text = (
        "The union said pay was low. The board said it had not considered a sale, contrary to a report in the Lisse "
        "Courier. The Lisse Courier had reported that bankers were hired in April."
    )
    findings = extract(text, parse=parse)
    denial = next(finding for finding in findings if finding.polarity == "deny")
    assert denial.denies == findings[-1].id


def test_reports_that_nobody_is_named_for_are_suggested_only(parse: Parser) -> None:
    text = "Analysts expect a fall. The board said it had not considered a sale, contrary to media reports."
    finding = extract(text, parse=parse)[-1]
    assert (finding.polarity, finding.denies) == ("deny", None)


def test_whose_account_it_is_counts_more_than_a_place_in_the_deniers_title(parse: Parser) -> None:
    text = (
        "The Environment Agency says the river at Tolvern peaked at 5.1 metres.\n\nThe agency has responded. An alert "
        "was texted to 3,200 numbers, it says.\n\nTolvern's mayor, Bill Hocking, contradicts the agency's account."
    )
    findings = extract(text, parse=parse)
    assert (findings[-1].denies or findings[-1].may_deny) == "f2"
