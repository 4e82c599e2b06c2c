"""Cutting: offsets are exact to the code point, and a sentence ends where a reader would end it."""

import time

import pytest

from models.extraction.segmentation import cut


def _cut(text: str) -> list[str]:
    """The sentences as words, with what must hold for every text checked on the way."""
    spans = cut(text)
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges), "sentences stand in order and do not overlap"
    for start, end in spans:
        assert text[start:end] == text[start:end].strip() != ""
    lost = "".join(text[a:b] for a, b in zip([0, *edges[1::2]], [*edges[::2], len(text)], strict=True))
    assert lost.strip() == "", "only white space belongs to no sentence"
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize(
    "sentences",
    [
        ["He waved 👋🏽 at them.", "The family 👩‍👩‍👧 left."],
        ["The cafe\u0301 closed.", "A naïve plan failed."],
        ["Flags 🇨🇳 and 🇺🇸 flew.", "𝒯alks go on."],
        ["العربية جميلة.", "Talks go on."],
    ],
    ids=["emoji", "combining marks", "surrogate pairs", "right to left"],
)
@pytest.mark.parametrize("gap", [" ", "  ", "\n", "\r\n", "\n\n", "\r\n\r\n", "\r\r", " \n \t\n ", "\u00a0"])
def test_counts_code_points_whatever_stands_between(sentences: list[str], gap: str) -> None:
    text = gap.join(sentences)
    assert _cut(text) == sentences
    first, second = cut(text)
    assert first == (0, len(sentences[0]))
    assert second == (len(sentences[0]) + len(gap), len(text))


def test_counts_neither_utf16_units_nor_bytes() -> None:
    assert cut("👋🏽. Talks go on.") == [(0, 3), (4, 16)]


@pytest.mark.parametrize(
    "text",
    [
        "U.S. officials met in Geneva.",
        "He leads the U.S. Treasury now.",
        "Gen. Smith met Mr. Wu and Dr. Lee.",
        "Sen. Ted Cruz, R-Texas, replied to Mrs. May.",
        "It began at 5 p.m. on Monday.",
        "It cost $3.5 million, or 2.1 percent.",
        "Ministers of the E.U. and the U.N. agreed.",
        "Shares rose, e.g. by a tenth, etc., he said.",
    ],
)
def test_does_not_cut_after_an_abbreviation(text: str) -> None:
    assert _cut(f"{text} Talks go on.") == [text, "Talks go on."]


@pytest.mark.parametrize(
    "sentences",
    [
        ["“We need proof,” an aide said.", "“There is none.”", "Talks go on."],
        ['He said: "No."', "Then he left."],
        ["“Is it true?” she asked.", "Nobody knew."],
        ["“No deal!”", "“Deal!” they said."],
        ["«Nous partons.»", "They left."],
        ["She agreed (it was late).", "They left."],
        ["‘We will not go.’", "They went."],
    ],
)
def test_a_closing_quote_belongs_to_its_sentence(sentences: list[str]) -> None:
    assert _cut(" ".join(sentences)) == sentences


def test_a_blank_line_ends_a_headline_without_full_stop() -> None:
    text = "Trade talks resume\n\nBy Jane Doe\r\n\r\nThe visit ended on Friday. Talks go on\n"
    assert _cut(text) == ["Trade talks resume", "By Jane Doe", "The visit ended on Friday.", "Talks go on"]


def test_a_line_break_inside_a_paragraph_does_not_end_a_sentence() -> None:
    assert _cut("The visit\r\nended on Friday. Talks\ngo on.") == ["The visit\r\nended on Friday.", "Talks\ngo on."]


@pytest.mark.parametrize("text", ["", " ", "\n\n \r\n\t"])
def test_white_space_holds_no_sentence(text: str) -> None:
    assert _cut(text) == []


def test_a_text_without_any_full_stop_is_one_sentence() -> None:
    assert _cut("talks go on") == ["talks go on"]


def test_a_stretch_without_white_space_is_cut_in_time_in_proportion_to_its_length() -> None:
    began = time.process_time()
    prose = cut("The mill burned. " * 6_000)
    usual = time.process_time() - began
    for marks in ("?!", '!"', "(?)", "?!x", "»…"):
        began = time.process_time()
        cut(marks * (100_000 // len(marks)))
        assert time.process_time() - began < 10 * usual
    assert len(prose) == 6_000
    began = time.process_time()
    cut(("x" * 1_000 + " ") * 100)
    assert time.process_time() - began < usual, "words that are just not too long are passed over"


def test_a_sentence_after_a_long_stretch_is_one_of_its_own() -> None:
    text = f"He came.{'ha!' * 500} Then he left."
    assert [text[start:end] for start, end in cut(text)][-1] == "Then he left."


def test_cuts_no_further_once_there_are_more_than_asked_for() -> None:
    text = "One. Two.\n\nThree.\n\nFour.\n\nFive."
    assert [text[start:end] for start, end in cut(text, 2)] == ["One.", "Two.", "Three."]
    assert len(cut(text, 5)) == len(cut(text)) == 5
