"""Words of speech by which nobody says anything are no findings; those that look like them and say something are."""

import pytest

from models.extraction import extract
from models.extraction.parser import Parser


@pytest.mark.parametrize(
    "text",
    [
        "Nobody said that the dam leaked.",
        "Olga Fenn did not respond to questions.",
        "It is one thing to say that the dam leaks, another to prove it.",
        "Nothing she said meant that the dam leaked.",
        "Who said that the dam leaked?",
        "Olga Fenn is due to say on Friday whether the dam leaks.",
        "Before Olga Fenn says that the dam leaks, engineers must look.",
        "None of the clerks told us that the dam leaked.",
        "Peter Holt stopped short of saying that the dam leaked.",
        "Olga Fenn left without saying that the dam leaked.",
        "Olga Fenn did not say that the dam leaked.",
        "Olga Fenn would say, of course, that the dam leaked.",
        "If Olga Fenn says that the dam leaks, she must leave.",
        "It would be cheap to suggest that the mayor lied.",
        "None of this is to say that the dam leaks.",
        "Would Olga Fenn say that the dam leaks?",
        "Olga Fenn refused to be drawn.",
        "Olga Fenn will tell the court that the dam leaks.",
        "The claim was contested by no one in the hall.",
        "The figure speaks for itself.",
        "The judge has denied the motion.",
        "Olga Fenn did not respond to a request for comment.",
        "None of this, the judge added, means that the dam leaks.",
        "The market said what it thought.",
        "The numbers tell their own story.",
        "Say what you like about the dam.",
        "You will hear it said that the dam leaks.",
        "Olga Fenn did not confirm that the dam leaks.",
        "Had Olga Fenn said sorry, it might have ended there.",
        "If Olga Fenn told the board so, she told it in confidence.",
        "Far from denying it, Olga Fenn laughed.",
        "How dare I say that the dam leaks?",
        "It is not for Olga Fenn to say that the dam leaks.",
        "Olga Fenn has yet to say whether the dam leaks.",
        "Suppose she says that the dam leaks.",
        "Olga Fenn avoided saying that the dam leaks.",
        "Nowhere does the report say that the dam leaks.",
        "Not once did Olga Fenn say that the dam leaks.",
        "Olga Fenn all but said that the dam leaks.",
        "There is nothing to suggest that the dam leaks.",
        "History tells us that dams leak.",
        "The minutes speak for themselves.",
        "The dice said no.",
    ],
)
def test_what_nobody_says_is_no_finding(parse: Parser, text: str) -> None:
    assert not [finding for finding in extract(text, parse=parse) if finding.speaker is not None]


@pytest.mark.parametrize(
    "text",
    [
        "Olga Fenn said that the dam did not leak.",
        "I would say that the dam leaks.",
        "Olga Fenn does not think that the dam leaks.",
        "Asked if the dam leaks, Olga Fenn said that it does.",
        "Olga Fenn took the floor to say that the dam leaks.",
        "Olga Fenn did not respond to questions about the dam.",
        "Olga Fenn would only say that the dam leaks.",
        "The paper stands by its story.",
        "The cooperative accuses Nordhavn Port of dumping spoil within two miles of the beds at night.",
    ],
)
def test_what_is_said_stays_one(parse: Parser, text: str) -> None:
    assert extract(text, parse=parse)
