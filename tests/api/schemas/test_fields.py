"""What fields refuse, and say of it."""

import re
import sys
import time
import unicodedata

import pytest
from marshmallow import ValidationError

from api.schemas.days import FORM, Day
from api.schemas.fields import Search, Text
from api.schemas.languages import Language
from api.schemas.marks import MOST_MARKS
from models.queries import search

TEXT = Text(longest=1_000_000)


def test_a_letter_bears_as_many_marks_as_can_be_sorted_at_once() -> None:
    for mark in "\u0301", "\u0316", "\u05b0", "\U0001d165":
        assert TEXT.deserialize(f"a{mark * MOST_MARKS}b{mark * MOST_MARKS}")
        with pytest.raises(ValidationError, match="more than 30 marks"):
            TEXT.deserialize(f"It is a{mark * MOST_MARKS}{mark}.")
    assert TEXT.deserialize("— ″ « » …" * 40 + "👩\u200d👧" * 40)


def test_marks_are_counted_as_they_are_normalised() -> None:
    every = {chr(code): unicodedata.normalize("NFKD", chr(code)) for code in range(sys.maxunicode + 1)}
    marks = {character: parts for character, parts in every.items() if all(map(unicodedata.combining, parts))}
    assert {"\u0301", "\u0f73", "\uff9e"} <= set(marks)
    for mark, parts in marks.items():
        most = MOST_MARKS // len(parts)
        assert TEXT.deserialize(f"a{mark * most}")
        for heap in mark * (most + 1), "\u0301" + mark * most, mark * most + "\u3099":
            with pytest.raises(ValidationError, match="more than 30 marks"):
                TEXT.deserialize(f"a{heap}.")
    # No other character goes on with the marks of the letter before it, and none has many of its own.
    others = [parts for character, parts in every.items() if character not in marks]
    assert not [parts for parts in others if unicodedata.combining(parts[0])]
    assert max(sum(map(bool, map(unicodedata.combining, parts))) for parts in others) == 3


def test_what_is_accepted_is_folded_in_time_in_proportion_to_its_length() -> None:
    def spent(text: str) -> float:
        began = time.process_time()
        search.words(TEXT.deserialize(text))
        return time.process_time() - began

    heaped = "".join("a" + "\u0301\u0316" * (MOST_MARKS // 2) for _ in range(600))
    assert spent(heaped) < 20 * spent("é " * (len(heaped) // 2))


def test_a_day_is_what_its_pattern_in_the_contract_says() -> None:
    def taken(day: str) -> bool:
        try:
            Day().deserialize(day)
        except ValidationError:
            return False
        return True

    years = ("0000", "0001", "0400", "0999", "1000", "1900", "2000", "2023", "2024", "2100", "9999")
    months = [f"{year}-{month:02}" for year in years for month in range(14)]
    days = [f"{month}-{day:02}" for month in months for day in (0, 1, 28, 29, 30, 31, 32)]
    for day in (*years, *months, *days, "2024-1-1", "2024-01-01T00:00:00Z", "24", "", "2024-01-01\n"):
        assert taken(day) == bool(re.fullmatch(FORM["pattern"], day)), day


@pytest.mark.parametrize(
    "tag", ["x-private", "X-a-b1", "i-klingon", "I-Klingon", "en-gb-oed", "sgn-BE-FR", "art-lojban"]
)
def test_tags_of_every_form_are_taken(tag: str) -> None:
    assert Language().deserialize(tag) == tag


@pytest.mark.parametrize(
    "tag", ["x", "x-", "i-foo", "i", "en-x", "x-private-toolongtag", "i-klingon-x", "sgn-BE-fr-nl-"]
)
def test_what_has_the_form_of_no_tag_is_refused(tag: str) -> None:
    with pytest.raises(ValidationError, match="BCP 47"):
        Language().deserialize(tag)


def test_few_words_of_a_query_may_be_prefixes() -> None:
    field = Search()
    few = " OR ".join(f"{letter}*" for letter in "abcd")
    assert field.deserialize(f'{few} "e*f" g*h i') == f'{few} "e*f" g*h i'
    for more in ("e*", "-e*", '"f"e*', "e*\u3000"):
        with pytest.raises(ValidationError, match="Only 4 words"):
            field.deserialize(f"{few} {more}")
