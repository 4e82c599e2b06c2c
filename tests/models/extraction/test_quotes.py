"""Quotations: what stands between marks, whatever marks they are."""

from models.extraction.quotes import find


def told(text: str) -> list[str]:
    return [text[quote.start : quote.end] for quote in find(text)]


def test_finds_curly_and_straight_quotations() -> None:
    assert told('She said “no” and "never".') == ["“no”", '"never"']


def test_finds_doubled_apostrophes() -> None:
    assert told("''We sail at dawn,'' he said.") == ["''We sail at dawn,''"]


def test_a_quotation_left_open_ends_with_its_paragraph() -> None:
    found = find("“One.\n\n“Two.”")
    assert [(quote.closed) for quote in found] == [False, True]


def test_a_wrapped_line_does_not_end_a_quotation() -> None:
    assert told("“The pier is\nclosed,” she said.") == ["“The pier is\nclosed,”"]


def test_an_apostrophe_opens_nothing() -> None:
    assert told("The ship's crew didn't see the '90s.") == []


def test_single_marks_count_where_they_cannot_be_apostrophes() -> None:
    assert told("Mayor calls plan ‘a gift to the sea’") == ["‘a gift to the sea’"]


def test_quotations_inside_a_quotation_are_not_found_apart() -> None:
    assert told("“He told me ‘go home’ and left,” she said.") == ["“He told me ‘go home’ and left,”"]
