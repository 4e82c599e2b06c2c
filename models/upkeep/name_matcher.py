"""Name matcher: find a name in a text in whatever case, Unicode form and white space, with or without marks.

They are compared as the registry compares names of speakers (`columns.comparison_key`), and found by whatever search
takes for the same letters; places are in code points of the text as it is.
"""

import re
import sys
import unicodedata
from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from os.path import commonprefix
from typing import NamedTuple
from urllib.parse import unquote

from peewee import chunked

from models.queries import search
from models.storage.columns import comparison_key

#: Scripts that are written without spaces between words, as a part of a class of `re`.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
#: No letter of another word stands before, or after, nor a digit beside a digit: footnotes are printed "¹Jana Dorn2".
_BEGINS = rf"(?<![^\W\d_{_UNSPACED}])(?:(?<!\d)|(?!\d))"
_ENDS = rf"(?![^\W\d_{_UNSPACED}])(?:(?!\d)|(?<!\d))"

#: How deep groups of a pattern are nested: `re` reads one in another by recursion.
_DEEPEST = 40
#: How many letters are tried in turn, at most.
_TRIED = 16

#: Names from this length on are found where a word goes on after them, too: "Jana Dorns".
_LONG = 5
#: Names of several words with so many letters may stand wherever these follow each other, whatever stands between.
_TOLD_BY_LETTERS = 6

#: What may be a heap of marks, which takes time by the square of their number to decompose.
_HEAP = re.compile(r"[^\w\s\x00-\x7f]{31,}")

#: What shows nothing, beside format and control characters (Unicode's Default_Ignorable_Code_Point): joiners, fillers.
_IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)

#: What `_words` and `_letters` make of the characters of ASCII, which are fast to read.
_PLAIN: dict[int, str | None] = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
_PLAIN |= {code: None for code in range(128) if not chr(code).isprintable() and not chr(code).isspace()}
_LETTERS = {code: letter if letter and letter.isalpha() else None for code, letter in _PLAIN.items()}


class NameMatcher:
    """Names to look for in texts."""

    def __init__(self, names: Iterable[str]) -> None:
        folded = {name: _fold_with_origins(name)[0].strip() for name in map(_visible, names)}
        self._names = frozenset(name for name, letters in folded.items() if letters)
        self._keys = {comparison_key(name) for name in self._names}
        self._exact = re.compile(_BEGINS + _any_of({folded[name] for name in self._names}) + _ENDS)
        words = {tuple(_words(name).split()) for name in self._names}
        #: Whether a name has no letter or digit: then no word rules a text out quickly.
        self._signs = () in words
        words -= {()}
        longest = {max(name, key=len) for name in words}
        self._longest = re.compile(_any_of(longest))
        letters = {_letters(name) for name in self._names if len(_words(name).split()) > 1}
        letters = {name for name in letters if len(name) >= _TOLD_BY_LETTERS}
        self._letters = re.compile(_any_of(letters))
        self._in_ascii = all(word.isascii() for word in (*longest, *letters))
        short = {name for name in words if _is_short(name)}
        ending, going_on = (_any_of({" ".join(name) for name in some}, " +") for some in (short, words - short))
        self._wide = re.compile(f"{_BEGINS}(?:{ending}{_ENDS}|{going_on})")

    def __bool__(self) -> bool:
        """Whether there is any name."""
        return bool(self._names)

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Find where one of the names surely stands in `text`, as (start, end) in code points.

        A name of one word in small letters ("may", "us") or with other marks ("low") may be an ordinary word, and is
        left out.
        """
        if not self._signs and not self.may_stand_in(text):
            return
        folded, origins = _fold_with_origins(text)
        for match in self._exact.finditer(folded):
            start, end = origins[match.start()], origins[match.end() - 1] + 1
            while end < len(text) and not _fold_one(text[end]):
                end += 1
            if " " in match[0] or self._is_name(_visible(text[start:end])):
                yield start, end

    def _is_name(self, word: str) -> bool:
        if comparison_key(word) not in self._keys or (len(word) == 1 and word not in self._names):
            return False
        return word in self._names or has_capital(word) or not unicodedata.normalize("NFC", word).isalpha()

    def may_stand_in(self, text: str) -> bool:
        """Tell whether one of the names may stand in `text`, be it an address or a word with an ending.

        So may one of several words where its letters follow each other, whatever signs stand between or before them.
        """
        return self._may_stand_in(text) or ("%" in text and self._may_stand_in(unquote(text)))

    def _may_stand_in(self, text: str) -> bool:
        if self._in_ascii and not text.isascii():
            plain = _fold(_without_heaps(text)).encode("ascii", "ignore").decode()  # a tenth of what `_words` takes
            if self._letters.search(plain.translate(_LETTERS)):
                return True
            if not self._longest.search(plain):
                return False
        elif self._letters.search(_letters(text)):
            return True
        words = _words(text)
        return bool(self._longest.search(words) and self._wide.search(words))


class NameMatchers:
    """Matchers of sets of names, each made once, and where they found the names in texts, each read once."""

    def __init__(self) -> None:
        self._made: dict[frozenset[str], NameMatcher] = {}
        self._found: dict[tuple[frozenset[str], str], list[tuple[int, int]]] = {}

    def of(self, names: frozenset[str]) -> NameMatcher:
        """Return the matcher of these names."""
        if names not in self._made:
            self._made[names] = NameMatcher(names)
        return self._made[names]

    def places(self, names: frozenset[str], text: str, sha256: str) -> list[tuple[int, int]]:
        """Find where these names surely stand in the text of this SHA-256."""
        if (names, sha256) not in self._found:
            self._found[names, sha256] = list(self.of(names).places(text)) if names else []
        return self._found[names, sha256]


class NameParts:
    """The words of names, each by itself."""

    def __init__(self, names: Iterable[str]) -> None:
        self._parts = {part for name in names for part in _words(_visible(name)).split()}
        self._lengths = {len(part) for part in self._parts if len(part) >= _LONG}

    def stand_in(self, words: str) -> bool:
        """Tell whether a word of a name stands in a word or a phrase, be it with an ending.

        In a phrase, a short word in small letters ("of", "low") is taken for another.
        """
        some = words.split()
        return any(
            self._has(part)
            for word in some
            for part in _words(word).split()
            if len(some) == 1 or len(part) >= _LONG or not word.islower() or has_capital(word)
        )

    def _has(self, folded: str) -> bool:
        return folded in self._parts or any(folded[:length] in self._parts for length in self._lengths)


def has_capital(words: str) -> bool:
    """Tell whether there is a capital letter, or one of a script without: Georgian, too, has no words that begin so."""
    return any(
        letter.isalpha() and (not letter.islower() or letter == letter.title())
        for letter in unicodedata.normalize("NFC", words)
    )


class _Range(NamedTuple):
    """A pattern of what begins with a letter from `first` to `last`."""

    first: str
    last: str
    pattern: str


def _any_of(names: Collection[str], between: str = " ", depth: int = 0) -> str:
    """Write a pattern of `names`, the longest that stands there first; one that matches nothing where there are none.

    What several begin with is looked for once: a hundred names of 300 letters took 36 s for a million letters. What
    then follows is looked for by ranges of letters: 6,000 Chinese names took 2.3 s for 200,000 letters, and take 0.3 s.
    """
    if not names:
        return r"(?!)"
    if depth == _DEEPEST:
        return _either(_literally(name, between) for name in sorted(names, key=len, reverse=True))
    common = commonprefix(list(names))  # noqa: RUF071 (of letters)
    following: dict[str, list[str]] = {}
    for name in names:
        rest = name[len(common) :]
        following.setdefault(rest[:1], []).append(rest)
    ends_here = following.pop("", None)
    ranges = [_Range(letter, letter, _any_of(following[letter], between, depth + 1)) for letter in sorted(following)]
    while len(ranges) > _TRIED:
        ranges = [_merge(some) for some in chunked(ranges, _TRIED)]
    rest = _either(one.pattern for one in ranges) if ranges else ""
    return _literally(common, between) + (f"{rest}?" if ranges and ends_here else rest)


def _merge(ranges: list[_Range]) -> _Range:
    first, last = ranges[0].first, ranges[-1].last
    begins = f"(?=[{re.escape(first)}-{re.escape(last)}])"
    return _Range(first, last, begins + _either(one.pattern for one in ranges))


def _either(patterns: Iterable[str]) -> str:
    return f"(?:{'|'.join(patterns)})"


def _literally(words: str, between: str) -> str:
    return re.escape(words).replace(r"\ ", between)


def _is_short(name: tuple[str, ...]) -> bool:
    """Tell whether no word may go on after a name: it has few letters, of a script with capital ones."""
    whole = "".join(name)
    return len(whole) < _LONG and whole.upper() != whole


def _words(text: str) -> str:
    """Fold `text`, and replace all but letters and digits by spaces."""
    if text.isascii():
        return text.translate(_PLAIN)
    parted = _signs_of_letters().sub(r" \g<0> ", _without_heaps(text))
    return re.sub(r"[\W_]", " ", _ignored().sub("", _fold(parted)))


def _letters(text: str) -> str:
    """Fold `text`, and keep its letters alone."""
    if text.isascii():
        return text.translate(_LETTERS)
    return re.sub(r"[\W\d_]", "", _ignored().sub("", _fold(_without_heaps(text))))


def _fold(text: str) -> str:
    """Fold the case of `text`, and take its letters apart: first those that search spells out."""
    apart = search.spell_out(unicodedata.normalize("NFD", text).casefold())
    return unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", apart).casefold())


def _without_heaps(text: str) -> str:
    """Leave out the marks of a letter that bears more than any word does."""
    # The marks of half-width kana, which `re` counts as letters.
    text = text.replace("\uff9e", "\u3099").replace("\uff9f", "\u309a")
    return _HEAP.sub(lambda run: _ignored().sub("", run[0]), text)


def _fold_with_origins(text: str) -> tuple[str, Sequence[int]]:
    """Fold `text`, with one space for any white space; return with it where in `text` each character comes from.

    Some are folded to eighteen: as a list of pairs, a million of them took 2.8 GB.
    """
    folded, origins, last = list[str](), array("I"), ""
    for at, character in enumerate(text):
        for mark in _fold_one(character):
            if mark != " " or last != " ":
                folded.append(mark)
                origins.append(at)
            last = mark
    return "".join(folded), origins


@lru_cache(maxsize=4096)
def _fold_one(character: str) -> str:
    if character.isspace():
        return " "
    folded = _ignored().sub("", _fold(character))
    return f" {folded} " if _signs_of_letters().match(character) else folded


@cache
def _signs_of_letters() -> re.Pattern[str]:
    """Match signs that are made of digits or several letters: no part of the word beside them ("¹", "™", not "Ⓐ")."""
    codes = (code for code in range(sys.maxunicode + 1) if _is_sign_of_letters(chr(code)))
    return re.compile(f"[{search.by_ranges(codes)}]")


def _is_sign_of_letters(character: str) -> bool:
    if unicodedata.category(character)[0] not in "NPS" or character.isdecimal():
        return False
    folded = unicodedata.normalize("NFKD", character)
    return any(map(str.isalnum, folded)) and not (len(folded) == 1 and folded.isalpha())


@cache
def _ignored() -> re.Pattern[str]:
    """Match what does not tell names apart: marks, and characters that show nothing."""
    return re.compile(f"[{search.by_ranges(code for code in range(sys.maxunicode + 1) if _is_ignored(chr(code)))}]")


def _is_ignored(character: str) -> bool:
    first = unicodedata.normalize("NFKD", character)[0]  # U+0F73 is normalised to two marks, and is none itself
    is_mark = unicodedata.combining(first) > 0 or unicodedata.category(character) == "Me"
    return is_mark or _shows_nothing(character)


def _shows_nothing(character: str) -> bool:
    control = unicodedata.category(character) in ("Cc", "Cf") and not character.isspace()
    return control or bool(_IGNORABLE.match(character))


def _visible(text: str) -> str:
    return "".join(character for character in text if not _shows_nothing(character))


#: Finds nothing.
NOBODY = NameMatcher(())
