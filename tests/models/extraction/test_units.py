"""Units: what the parser is handed, and the way back to the text."""

from models.extraction import quotes, segmentation, units
from models.extraction.parser import Parser
from models.extraction.units import Unit


def read(text: str, parse: Parser) -> list[Unit]:
    return list(units.read(text, segmentation.cut(text), quotes.find(text), parse))


def test_a_quoted_clause_is_handed_over_as_two_words(parse: Parser) -> None:
    (unit,) = read("“The net tore. The fish left,” she said.", parse)
    assert unit.doc.text == "“It works,” she said."


def test_tokens_lead_back_to_the_text(parse: Parser) -> None:
    text = "BRILL — “The net tore,” Olga Fenn (D-Brill) said  on Monday."
    (unit,) = read(text, parse)
    said = next(token for token in unit.doc if token.text == "said")
    assert text[unit.left[said.i] : unit.right[said.i]] == "said"
    assert text[unit.left[0] : unit.right[0]] == "“The net tore,”"


def test_a_partial_quotation_keeps_its_words(parse: Parser) -> None:
    (unit,) = read("He called the boat “a heap of rust”.", parse)
    assert unit.doc.text == "He called the boat a heap of rust."


def test_a_question_is_read_with_who_asked_it(parse: Parser) -> None:
    assert len(read("“Is it late?” Fenn asked.", parse)) == 1


def test_a_unit_of_nothing_but_quotations_is_bare(parse: Parser) -> None:
    assert [unit.bare for unit in read("“One day.”\n\nShe left.", parse)] == [True, False]


def test_who_answers_behind_a_semicolon_begins_anew(parse: Parser) -> None:
    found = read("Fenn says the net tore; its maker denies it.", parse)
    assert [unit.doc.text for unit in found] == ["Fenn says the net tore;", "its maker denies it."]


def test_a_list_with_semicolons_stays_one(parse: Parser) -> None:
    assert len(read("The boat had a net, torn; a mast, broken; and no crew.", parse)) == 1


def test_a_verb_that_looks_like_a_noun_is_handed_over_as_another(parse: Parser) -> None:
    text = "The bank contests that conclusion."
    (unit,) = read(text, parse)
    assert unit.doc.text == "The bank rejects that conclusion."
    assert text[unit.left[2] : unit.right[2]] == "contests"
