"""Claims: what was claimed, in words that can be read alone."""

import pytest

from models.extraction import extract
from models.extraction.parser import Parser


def told(text: str, parse: Parser) -> list[str]:
    return [finding.claim for finding in extract(text, parse=parse)]


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("Olga Fenn arrived late. She said that she had missed the ferry.", "Olga Fenn had missed the ferry."),
        ("The bank announced it would close ten branches.", "The bank would close ten branches."),
        ("“The gate was shut,” Olga Fenn said, “and nobody came.”", "The gate was shut, and nobody came."),
        ("“I shut the gate,” Olga Fenn said.", "Olga Fenn said: “I shut the gate.”"),
        ("“Not yet,” Olga Fenn said.", "Olga Fenn said: “Not yet.”"),
        ("Olga Fenn told jurors to keep an open mind.", "Olga Fenn told jurors to keep an open mind."),
        ("Olga Fenn denied that he drank.", "It is not true that he drank."),
        ("Olga Fenn praised the plan.", "Olga Fenn praised the plan."),
        ("Flour, the baker said, was short.", "Flour was short."),
        ("Flour was short, according to the baker.", "Flour was short."),
        ("Olga Fenn asked whether the gate was shut.", "Olga Fenn asked whether the gate was shut."),
    ],
)
def test_a_statement_becomes_a_sentence(parse: Parser, text: str, claim: str) -> None:
    assert told(text, parse)[-1] == claim


@pytest.mark.parametrize(
    ("charge", "contrary"),
    [
        ("The union said that the pit had been flooded.", "The pit had not been flooded."),
        ("The union said the owner flooded the pit.", "The owner did not flood the pit."),
        ("The union says the owner floods the pit.", "The owner does not flood the pit."),
        ("The union says the pits are empty.", "The pits are not empty."),
        ("The union said the pit would close.", "The pit would not close."),
        ("The union accused the owner of hiding the maps.", "The owner did not hide the maps."),
        ("The union blamed the owner for the flood.", "The owner is not to blame for the flood."),
        (
            "The union said the owner flooded the pit and hid the maps.",
            "It is not true that the owner flooded the pit and hid the maps.",
        ),
        (
            "The union said the pit closed because the owner was broke.",
            "It is not true that the pit closed because the owner was broke.",
        ),
        ("The union said the owner had never paid.", "It is not true that the owner had never paid."),
        ("The union said every pit was flooded.", "It is not true that every pit was flooded."),
        (
            "The union criticized the new rules.",
            "A spokesman denies this: The union criticized the new rules.",
        ),
    ],
)
def test_a_denial_becomes_the_contrary_of_its_charge(parse: Parser, charge: str, contrary: str) -> None:
    assert told(f"{charge} A spokesman denied that.", parse)[-1] == contrary


@pytest.mark.parametrize(
    ("denial", "claim"),
    [
        ("Olga Fenn denied having sold the mill.", "Olga Fenn did not sell the mill."),
        ("Olga Fenn denied that she had sold the mill.", "Olga Fenn had not sold the mill."),
        ("Olga Fenn denied any role in the sale.", "Olga Fenn had no role in the sale."),
        ("Olga Fenn denied being the owner.", "Olga Fenn is not the owner."),
        ("Olga Fenn rejected claims that she had sold the mill.", "Olga Fenn had not sold the mill."),
        ("Beijing denied the report.", "The Chinese government denied the report."),
    ],
)
def test_a_denial_that_says_what_it_denies_needs_no_charge(parse: Parser, denial: str, claim: str) -> None:
    assert next(f.claim for f in extract(denial, parse=parse) if f.polarity == "deny") == claim


def test_neither_confirming_nor_denying_claims_nothing(parse: Parser) -> None:
    assert told("The palace neither confirmed nor denied the rumors.", parse) == []


def test_what_somebody_could_not_confirm_is_not_their_claim(parse: Parser) -> None:
    assert told("The palace could not confirm that the king was ill.", parse) == [
        "The palace could not confirm that the king was ill."
    ]


def test_a_claim_behind_a_colon_is_told_as_a_quotation_is(parse: Parser) -> None:
    assert told("The mayor: “We were not asked.”", parse) == ["The mayor said: “We were not asked.”"]
    assert told("Una Strand, the clerk: The vote was lawful.", parse) == ["The vote was lawful."]


@pytest.mark.parametrize(
    ("text", "last"),
    [
        (
            "Ann Roe said the bridge was unsafe. Tom Hale denied that. Ann Roe rejected his denial.",
            "The bridge was unsafe.",
        ),
        (
            "Ida Vance said Ann Roe took the money. Ann Roe denied taking it. Ida Vance rejected the denial.",
            "Ann Roe took the money.",
        ),
        ("Ann Roe denied having lied. Tom Hale disputed the denial.", "It is not true that Ann Roe did not lie."),
        (
            "Kyiv said Moscow shelled the port. Moscow said that was a lie. Kyiv dismissed the denial.",
            "Moscow shelled the port.",
        ),
        ("The mayor denies that the bridge is not safe.", "The bridge is safe."),
        (
            "Ann Roe denied any role in the theft. Police disputed her denial.",
            "Police deny this: Ann Roe had no role in the theft.",
        ),
        ("Ida Vance accused Ann Roe of theft. Roe called it a lie.", "Ann Roe is not guilty of theft."),
    ],
)
def test_a_denial_of_a_denial_says_again_what_was_charged(parse: Parser, text: str, last: str) -> None:
    assert told(text, parse)[-1] == last


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("The bridge opened in May. Ann Roe said it was sound.", "The bridge was sound."),
        ("Inspectors looked at a bridge on Monday. “It’s sound,” Ann Roe said.", "The bridge is sound."),
        ("“It was sound,” Ann Roe said of the bridge.", "The bridge was sound."),
        ("The pipes burst. Ann Roe said they were old.", "The pipes were old."),
        ("Ann Roe signed the report. Tom Hale denied that it was false.", "The report was not false."),
        ("Ann Roe met Tom Hale. Mary Poe said he had lied.", "Tom Hale had lied."),
        ("Mary Poe said he had lied.", "He had lied."),
        ("Tom Hale and Peter Holt left. Mary Poe said he had lied.", "He had lied."),
        ("The bridge crosses the river. Ann Roe said it was old.", "It was old."),
        ("The director of the museum resigned. Ann Roe said it was a mistake.", "It was a mistake."),
        ("The bridge fell.\n\nAnn Roe said it was old.", "It was old."),
        ("The bridge fell. Ann Roe said it was raining.", "It was raining."),
        ("The bridge fell. Ann Roe said it was clear that Brill had paid.", "It was clear that Brill had paid."),
        ("The bank closed the branch. The bank said it was unsafe.", "It was unsafe."),
    ],
)
def test_a_pronoun_that_opens_a_claim_is_resolved_where_that_is_sure(parse: Parser, text: str, last: str) -> None:
    assert told(text, parse)[-1] == last


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("She dismissed Mr. Holt's insistence that he had learnt of it.", "Holt had learnt of it."),
        ("Ann Roe rejected Tom Hale's claim that she had lied.", "Ann Roe had lied."),
        ("Ann Roe rejected Tom Hale's claim that he had paid.", "Tom Hale had paid."),
        ("Kyiv rejected claims that it had fired first.", "The Ukrainian government had fired first."),
    ],
)
def test_a_pronoun_in_a_claim_that_is_denied_is_its_owner_s_or_the_denier_s(
    parse: Parser, text: str, last: str
) -> None:
    assert told(text, parse)[-1] == last


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("The union met on Monday. Two clerks said it would not.", "It would not."),
        ("Rolf Brand will run again. An aide said he would lose.", "He would lose."),
        ("Rolf Brand will run again. An aide in his party said he would lose.", "Rolf Brand would lose."),
        ("The ferry may sink. A deckhand said it lacked pumps.", "The ferry lacked pumps."),
        ("The clerk hopes for a raise. Her manager said that was unlikely.", "That was unlikely."),
    ],
)
def test_a_pronoun_is_the_speaker_s_only_where_it_can_be_nobody_else_s(parse: Parser, text: str, last: str) -> None:
    assert told(text, parse)[-1] == last


@pytest.mark.parametrize("mark", ["“", '"'])
def test_a_claim_quoted_over_paragraphs_keeps_no_stray_mark(parse: Parser, mark: str) -> None:
    end = mark.replace("“", "”")
    text = f"{mark}The lamps are lit. Nobody came.\n\n{mark}The horn was broken,{end} said Mia Sato."
    assert told(text, parse) == ["The lamps are lit. Nobody came. The horn was broken."]


def test_what_a_charge_is_called_is_no_part_of_what_it_says(parse: Parser) -> None:
    text = "Brand branded the suggestion that the vault was empty “a malicious fiction”, and left."
    assert told(text, parse) == ["It is not true that the vault was empty.", "The vault was empty."]


def test_only_the_words_that_open_a_claim_have_no_that_before_them(parse: Parser) -> None:
    (finding,) = extract("Olga Fenn said that the dam was sound and that the weir had held.", parse=parse)
    assert finding.claim == "The dam was sound and the weir had held."


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        (
            "Asked whether he would stay, Mr. Roe said no.",
            "Asked whether he would stay, Roe said no.",
        ),
        (
            "It rained. Asked whether he would stay, Tom Roe answered: “Never.”",
            "Asked whether he would stay, Tom Roe said: “Never.”",
        ),
        (
            "Told that the clerk had left, Tom Roe said that was not so.",
            "Told that the clerk had left, Tom Roe said that was not so.",
        ),
        ("Asked about the clerk, Tom Roe said the office was shut.", "The office was shut."),
        ("If that were so, Tom Roe said, the sum might be too low.", "If that were so, the sum might be too low."),
        (
            "Tom Roe said clerks had been told on Monday and that each would be paid.",
            "Clerks had been told on Monday and each would be paid.",
        ),
        (
            "Tom Roe said that clerks had been told on Monday and that if one asked, all would be paid.",
            "Clerks had been told on Monday and if one asked, all would be paid.",
        ),
        (
            "Tom Roe said he believed that clerks knew and that each was paid.",
            "Tom Roe believed that clerks knew and that each was paid.",
        ),
    ],
)
def test_an_answer_says_what_it_answers_and_a_clause_is_whole(parse: Parser, text: str, claim: str) -> None:
    assert claim in [finding.claim for finding in extract(text, parse=parse)]


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        (
            "The Brissel group claims in its paper that pottery from the north shore supports the date.",
            "Pottery from the north shore supports the date.",
        ),
        (
            "Noor Haddad left. That is two thousand years before farming is known on either shore, Dr Haddad said.",
            "That is two thousand years before farming is known on either shore.",
        ),
        ("Gil Orr left, after a night in which, according to two envoys, one walked out.", "Gil Orr left."),
        ("It rained, Gil Orr said. Not so, replied Korsa: its men had tested the line.", "It did not rain."),
        (
            "It rained. Ann Lee left. Not so, replied Korsa: its men had tested the line.",
            "Its men had tested the line.",
        ),
        ("Gil Orr left. “You talked about money,” Olga Fenn said.", "Olga Fenn said: “You talked about money.”"),
        (
            "A prosecutor said Olga Fenn had signed eleven cheques. Fenn denies eleven counts of fraud.",
            "Olga Fenn denies eleven counts of fraud.",
        ),
    ],
)
def test_a_claim_is_whole(parse: Parser, text: str, claim: str) -> None:
    assert extract(text, parse=parse)[-1].claim == claim
