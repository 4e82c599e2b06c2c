"""Mentions: names are found in whatever spelling, at their places in the text as it stands."""

import re
import tracemalloc
import unicodedata
from collections.abc import Callable
from functools import partial
from itertools import product
from random import Random
from urllib.parse import quote

import pytest

from models.upkeep.name_matcher import NameMatcher, NameParts, has_capital
from tests.timing import QUADRATIC, growth, ratio
from tests.work import counting, steps_of

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
        ("Ⓜⓐⓨ 🄼🄰🅈, Ⓙⓐⓝⓐ Ⓓⓞⓡⓝ", "███ ███, █████████"),
        ("¹Jana Dorn² ①May Ⅳ™May℠", "¹█████████² ①███ Ⅳ™███℠"),
        ("12Jana Dorn3, _Jana Dorn_, 2wu72", "12█████████3, _█████████_, 2████"),
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
        ("Xjana Dorn", True),
        ("100%Jana Dorn", True),
        ("2%Al-Sisi, %4d%61%79", True),
        ("J.a.n.a D.o.r.n", True),
        ("Ja-\nna⠀Dorn", True),
        ("_May_, ™May", True),
        ("Jan Dorn, Ana Dornier", False),
        ("Jana met Dorn", False),
        ("naïve", False),
    ],
)
def test_tells_whether_a_name_may_stand_anywhere(text: str, stands: bool) -> None:
    assert NAMES.may_stand_in(text) is stands
    assert NameMatcher(["Jana Dorn", "May", "Wu72", "O'Neil"]).may_stand_in(text) is stands


@pytest.mark.parametrize("heap", ["\u0300\u0f73", "\u0334\uff9e", "\u0301\u200d\u0316"])
def test_heaps_of_marks_take_time_in_proportion_to_their_number(heap: str) -> None:
    name = NameMatcher(["Jana Dorn"])

    def reading(count: int) -> Callable[[], object]:
        text = f"naïve a{heap * (count // len(heap))}, Jana D{heap}orn"
        address = "".join(f"%{byte:02x}" for byte in text.encode())
        return lambda: [NAMES.may_stand_in(text), NAMES.may_stand_in(address), name.may_stand_in(text)]

    assert reading(8_000)() == [True] * 3
    assert growth(reading, 1_000) < QUADRATIC


@pytest.mark.parametrize(
    "sign",
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180e\u180f\u200d\u2060\u2065\u3164\ufe0e\ufeff\uffa0\ufff8"
    "\x01\x7f\x80\x9f\U0001bca0\U0001d173\U000e0020\U000e0080\U000e0100\U000e0fff",
)
def test_a_sign_that_shows_nothing_tells_no_names_apart(sign: str) -> None:
    name, short = f"Ja{sign}na D{sign}orn{sign}", f"M{sign}ay"
    assert redacted(f"So {name}, {short}.") == f"So {'█' * len(name)}, {'█' * len(short)}."
    for text in (
        f"{name}s Haus",
        f"https://example.org/ja{sign}na-dorn",
        f"https://example.org/ja{quote(sign)}na-dorn",
    ):
        assert NAMES.may_stand_in(text)
    assert redacted(f"It m{sign}ay rain.") == f"It m{sign}ay rain."
    assert list(NameMatcher([name, short]).places("Jana Dorn and May may.")) == [(0, 9), (14, 17)]
    assert not NameMatcher([sign])


@pytest.mark.parametrize(("name", "text"), [("Anna Maŀlol", "Anna Mal·lol"), ("Anna Mal·lol", "anna maŀlols")])
def test_a_letter_in_two_spellings_is_one(name: str, text: str) -> None:
    assert NameMatcher([name]).may_stand_in(text)


def test_enclosing_marks_tell_no_names_apart() -> None:
    assert redacted("J\u20ddana Dorn") == "█" * 10
    assert NAMES.may_stand_in("J\u20ddana Dorns Haus")


@pytest.mark.parametrize(
    ("words", "stands"),
    [
        ("low", True),
        ("low-cost", True),
        ("the tide was low", False),
        ("so LOW", True),
        ("jana’s claim", False),
        ("zofies claim", True),
        ("ჯაბა", True),
        ("მერი ჯაბა", True),
        ("janata", False),
        ("", False),
    ],
)
def test_tells_whether_a_word_of_a_name_stands_in_a_phrase(words: str, stands: bool) -> None:
    assert NameParts(["Jana Dorn", "Žofie Löw", "ჯაბა მელაძე"]).stand_in(words) is stands


@pytest.mark.parametrize("name", ["მელაძე", "ᲛᲔᲚᲐᲫᲔ"])
def test_letters_without_a_title_case_are_not_small(name: str) -> None:
    assert list(NameMatcher([name]).places("მერი მელაძე")) == [(5, 11)]


@pytest.mark.parametrize(
    ("words", "has"),
    [
        ("eBay", True),
        ("bell hooks", False),
        ("მელაძე", True),
        ("李", True),
        ("300 ßé é ŉ", False),
        ("Éa", True),
        ("", False),
    ],
)
def test_tells_what_has_a_capital_or_needs_none(words: str, has: bool) -> None:
    assert has_capital(words) is has
    assert has_capital(unicodedata.normalize("NFD", words)) is has


def test_no_names_stand_nowhere() -> None:
    assert not NameMatcher([])
    assert list(NameMatcher([]).places("Jana Dorn")) == []
    assert not NameMatcher([]).may_stand_in("Jana Dorn")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.slow
def test_looks_for_names_that_begin_alike_as_for_each_alone(seed: int) -> None:
    random = Random(seed)  # noqa: S311 (no secret)
    parts = ["a", "b", "ab", "Ana", "Anna", "an", "Roe", "Ro", "é", "x-y", "李", "O'", "2", ".", " ", "  ", "\n", "ß"]

    def some(most: int) -> str:
        return random.choice(["", " "]).join(random.choice(parts) for _ in range(random.randint(1, most)))

    for _ in range(60):
        names = {some(5) for _ in range(random.randint(2, 8))}
        if random.random() < 0.05:
            names |= {("a b " * 30)[:length] for length in range(1, 100)}
        if random.random() < 0.05:
            names |= {chr(code) + random.choice(parts) for code in (*range(0x21, 0x7F), *range(0x4E00, 0x4E20))}
        every, each = NameMatcher(names), [NameMatcher([name]) for name in names]
        for _ in range(5):
            text = some(30) + random.choice(["", *names])
            assert every.may_stand_in(text) == any(one.may_stand_in(text) for one in each)
            told = list(every.places(text))
            apart = {place for one in each for place in one.places(text)}
            assert {start for start, _ in apart} >= {start for start, _ in told}
            assert set(told) <= apart
            # Of those that begin at one place the longest is told, unless another one goes on there.
            ended = 0
            for start in sorted({start for start, _ in apart}):
                if start >= ended:
                    ended = max(end for first, end in apart if first == start)
                    assert (start, ended) in told, (names, text)


#: A word or a name of three letters for each number below 8,000.
LATIN = ["".join(letters).capitalize() for letters in product("abcdefghijklmnoprstu", repeat=3)]
HAN = ["".join(chr(0x4E00 + code) for code in (at % 2500, at // 2500, at % 7)) for at in range(8000)]


@pytest.mark.parametrize(
    ("count", "name", "text"),
    [
        (
            *(1_000, lambda at: f"{LATIN[at]}son {LATIN[-at]}sky"),
            "".join(f"{word}sons met {word}. " for word in LATIN[::4]),
        ),
        (4_000, lambda at: f"Mc {LATIN[at]}", "".join(f"Mc {word}'s " for word in LATIN[::2])),
        (4_000, lambda at: HAN[at], "".join(HAN[::4])[::-1]),
    ],
)
def test_a_text_takes_as_long_for_thousands_of_names_as_for_a_few(
    count: int, name: Callable[[int], str], text: str
) -> None:
    many, few = ([name(at) for at in range(1, some + 1)] for some in (count, 4))

    def reading(names: NameMatcher) -> Callable[[], object]:
        parts = [text[at : at + 40] for at in range(0, len(text), 40)]
        return lambda: [*map(names.may_stand_in, parts), *names.places(text)]

    assert ratio(reading(NameMatcher(many)), reading(NameMatcher(few)), below=8) < 8, "16 to 42 where each is tried"


def test_a_word_takes_as_long_for_thousands_of_names_as_for_a_few() -> None:
    many, few = (NameParts([f"{word}son" for word in LATIN[:count]]) for count in (4_000, 4))
    steps = [steps_of(partial(parts.stand_in, "Quackenbush")) for parts in (many, few)]
    assert steps[0] == steps[1], steps


def test_a_text_of_ligatures_takes_little_memory() -> None:
    text = "\ufdfa" * 20_000 + " Jana Dorn"
    list(NAMES.places(text[:10]))
    tracemalloc.start()
    assert list(NAMES.places(text)) == [(20_001, 20_010)]
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 30_000_000


def test_thousands_of_names_are_soon_made_ready() -> None:
    names = [f"{one} {other}" for one, other in zip(LATIN[:1500], LATIN[::-1], strict=False)]
    NameMatcher(["é"])
    made = []
    for make in (NameMatcher, lambda some: re.compile("|".join(some))):
        re.purge()  # what was compiled before is kept
        with counting() as calls:
            make(names)
            made.append(calls())
    assert made[0] < 10 * made[1], "a pattern of its own, or an end, for each name"


def test_letters_beyond_ascii_are_soon_read() -> None:
    names, text = NameMatcher(["Žofié Löw"]), "Der fünfte Jahrestag war im Mai. " * 2_000
    assert not names.may_stand_in(f"{text} Zofie")
    reading, plain = partial(names.may_stand_in, f"{text} Zofie"), partial(re.sub, r"\d", "", text)
    assert ratio(reading, plain, below=100) < 100, "300 and more where signs that show nothing are no ranges, not 40"
