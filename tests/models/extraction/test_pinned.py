"""Words are pinned on who says them: not on who hears them, nor on who bears a like name."""

import pytest

from models.extraction import Finding, extract
from models.extraction.parser import Parser


def told(parse: Parser, text: str) -> list[tuple[str, str]]:
    """List who says what by which verb."""
    findings = extract(text, parse=parse)
    return [
        (one.speaker.name, text[slice(*one.cue)]) for one in findings if one.speaker is not None and one.cue is not None
    ]


def last(parse: Parser, text: str) -> Finding:
    return extract(text, parse=parse)[-1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("The treasurer emptied the reserve, a jury at Penmoor Crown Court heard on Monday.", []),
        ("The inquest heard that the car was found in a ditch.", []),
        ("Told that the dam leaked, Olga Fenn said it was late.", [("Olga Fenn", "said")]),
        ("Reminded that he had signed the letter, Gil Orr said it was late.", [("Gil Orr", "said")]),
        (
            "Opening the case, Rosalind Achebe, prosecuting, told the jury that Judith Carrow had signed cheques.",
            [("Rosalind Achebe", "told")],
        ),
        ("If the core is clean, most colleagues would believe her.", []),
    ],
)
def test_who_hears_a_thing_does_not_say_it(parse: Parser, text: str, said: list[tuple[str, str]]) -> None:
    assert told(parse, text) == said


def test_what_a_court_hears_may_be_denied(parse: Parser) -> None:
    text = "The treasurer emptied the reserve, a jury at Penmoor Crown Court heard. Judith Carrow denies fraud."
    heard, denial = extract(text, parse=parse)
    assert (heard.speaker, text[slice(*heard.contents[0])]) == (None, "The treasurer emptied the reserve")
    assert denial.denies == heard.id


def test_who_hears_of_a_thing_from_others_tells_it(parse: Parser) -> None:
    assert told(parse, "Olga Fenn heard that it was late.") == [("Olga Fenn", "heard")]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("It rained. A co-author, Miguel Sarto, added that the layers were flat.", "Miguel Sarto"),
        ("A police accountant, Sergeant Imran Vale, left. “It is right,” said Sgt Vale.", "Imran Vale"),
        ("Leath left early. Gordon Leath said he was ill.", "Gordon Leath"),
        # The family name goes on meaning whom it meant before another bore it.
        ("Judith Dorn left. Dorn denied it. Graham Dorn spoke. Dorn said it was late.", "Judith Dorn"),
        ("Judith Dorn left. Graham Dorn spoke. Dorn said it was late.", "Graham Dorn"),
        # Nobody is "it", nor ", which".
        (
            "The Halvern Gazette said it was late. Tarn Sedge dismissed the report. It said the dam was dry.",
            "Tarn Sedge",
        ),
        ("The Halvern Gazette said it was late. Korsa Vint, which runs the dam, left. It said no.", "Korsa Vint"),
    ],
)
def test_a_name_means_one(parse: Parser, text: str, name: str) -> None:
    speaker = last(parse, text).speaker
    assert speaker is not None
    assert speaker.name == name


def test_who_is_named_behind_a_medium_is_none_of_its_appositions(parse: Parser) -> None:
    finding = last(parse, "According to a memo seen by the Courier, the night guard warned on Monday that it leaked.")
    assert finding.speaker is not None
    assert finding.speaker.name == "the night guard"
    assert [one.name for one in finding.via][:1] == ["a memo seen by the Courier"]


def test_what_is_put_to_a_witness_is_found_and_answers_nobody(parse: Parser) -> None:
    text = "The witness said Olga Fenn was ill. Gil Orr put it to the witness that she had invented the letters."
    finding = last(parse, text)
    assert finding.cue is not None
    assert (text[slice(*finding.cue)], finding.polarity) == ("put", "assert")


@pytest.mark.parametrize(
    "text",
    [
        "Gil Orr said the grains were washed down. Olga Fenn rejects this explanation.",
        "Gil Orr said the dam leaked. “To say that the dam leaked is simply untrue,” Olga Fenn said.",
        "Gil Orr said the dam leaked. It is wrong to say that the dam leaked, Olga Fenn said.",
    ],
)
def test_what_calls_a_claim_untrue_denies(parse: Parser, text: str) -> None:
    assert last(parse, text).denies == "f1"


def test_a_no_in_another_sentence_does_not_make_two_agree(parse: Parser) -> None:
    text = (
        "“To claim that nobody called is odd,” said Gil Orr. “The governor’s office signed for the fax.” "
        "Olga Fenn denied that the office had signed for the fax."
    )
    assert last(parse, text).denies == "f1"
