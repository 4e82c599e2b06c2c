"""Mentions: names are found in whatever spelling, at their places in the text as it stands."""

import time
import unicodedata

import pytest

from models.upkeep.name_matcher import NameMatcher

NAMES = NameMatcher(["Jana Dorn", "Žofié Löw", "May", "Wu72", "习近平", "O'Neil", "Al-Sisi", "★★"])


def redacted(text: str) -> str:
    marks = list(text)
    for start, end in NAMES.places(text):
        marks[start:end] = "█" * (end - start)
    return "".join(marks)


@pytest.mark.parametrize(
    ("text", "black"),
    [
        ("JANA DORN, Jana Dorn’s", "█████████, █████████’s"),
        ("“jana\u00a0 dorn\n”", "“██████████\n”"),
        ("Ja\u200bna\nDorn", "██████████"),
        (unicodedata.normalize("NFD", "Žofié Löw, Žofié Löw"), "████████████, ████████████"),
        ("Zofie Low", "█████████"),
        ("Jana D\u034forn\ufe0f", "███████████"),
        ("It may rain in May. MAY!", "It may rain in ███. ███!"),
        ("wu72, WU72, Wu721", "████, ████, Wu721"),
        ("al-sisi", "███████"),
        ("习近平说", "███说"),
        ("★★!", "██!"),
        ("Jana Dorns, Xjana Dorn, O’Neil, 100% of Jana", "Jana Dorns, Xjana Dorn, O’Neil, 100% of Jana"),
        ("", ""),
    ],
)
def test_finds_where_a_name_surely_stands(text: str, black: str) -> None:
    assert redacted(text) == black


@pytest.mark.parametrize(
    ("text", "stands"),
    [
        ("Jana Dorns Haus", True),
        ("https://example.org/jana-dorn?who=%4aana+dorn", True),
        ("https://example.org/?who=%4aana+dorn", True),
        ("O’Neil and O´NEIL", True),
        ("It may rain", True),
        ("Maypole, Wu721", False),
        ("Xjana Dorn", False),
        ("Jana met Dorn", False),
        ("naïve", False),
    ],
)
def test_tells_whether_a_name_may_stand_anywhere(text: str, stands: bool) -> None:
    assert NAMES.may_stand_in(text) is stands
    assert NameMatcher(["Jana Dorn", "May", "Wu72", "O'Neil"]).may_stand_in(text) is stands


@pytest.mark.parametrize("heap", ["\u0300\u0f73", "\u0334\uff9e", "\u0301\u200d\u0316"])
def test_heaps_of_marks_take_time_in_proportion_to_their_number(heap: str) -> None:
    def spent(marks: str) -> float:
        text = f"naïve a{marks * (30_000 // len(marks))}, Jana D{marks}orn"
        address = "".join(f"%{byte:02x}" for byte in text.encode())
        began = time.process_time()
        assert NAMES.may_stand_in(text)
        assert NAMES.may_stand_in(address)
        assert NameMatcher(["Jana Dorn"]).may_stand_in(text)
        return time.process_time() - began

    assert spent(heap) < 5 * spent("\u0301") + 0.05


def test_no_names_stand_nowhere() -> None:
    assert not NameMatcher([])
    assert not NameMatcher(["\u200b"])
    assert list(NameMatcher([]).places("Jana Dorn")) == []
    assert not NameMatcher([]).may_stand_in("Jana Dorn")
