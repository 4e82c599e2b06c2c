"""Words as people type them -> what each database's full-text search understands; and where they stand in a text.

`"a phrase"`, `-excluded`, `prefix*`, `this OR that`; words are otherwise all wanted. Case does not count, nor do the
diacritics of Latin letters, strokes and ligatures among them; those of other scripts make other letters. Any text is a
query: what holds no word finds nothing.

Neither database finds words by itself: both are given those of `words`, of texts and of queries
(docs/decisions/0030). PostgreSQL has the same rules in its function `words_of`.
"""

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, count, groupby, islice, takewhile
from operator import mul
from typing import NamedTuple, TypeAlias
from zlib import crc32

from models.storage.sqlite import FUNCTIONS

#: The categories of Unicode of what parts words: punctuation, symbols, white space, control and format characters.
_PARTING = frozenset(["Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf"])


def _separators(last: int) -> str:
    """Write a class of `re` of what parts words, up to the code point `last`."""
    return by_ranges(point for point in range(last + 1) if unicodedata.category(chr(point)) in _PARTING)


def by_ranges(points: Iterable[int]) -> str:
    """Write a class of `re` of ascending code points: it tries those past U+FFFF in turn, a range at once."""
    runs = (list(run) for _, run in groupby(enumerate(points), lambda pair: pair[1] - pair[0]))
    return "".join(f"{re.escape(chr(run[0][1]))}-{re.escape(chr(run[-1][1]))}" for run in runs)


#: What stands between separators: letters, digits of every kind and their marks.
_WORD = re.compile(f"[^{_separators(0x1FFFF)}\U000e0000-\U000e007f]+")
#: The same for texts without characters of four bytes: `re` then looks a character up in one table, in an eighth of
#: the time.
_SHORT_WORD, _OF_FOUR_BYTES = re.compile(f"[^{_separators(0xFFFF)}]+"), re.compile("[\U00010000-\U0010ffff]")
#: The same for ASCII, which most texts are, in a tenth of the time.
_PLAIN = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
#: Diacritics, and what chooses between glyphs of one character: they make no other word.
DIACRITICS = re.compile("[\u0300-\u036f\ufe00-\ufe0f\U000e0100-\U000e01ef]+")
_OF_LATIN = re.compile("(?<=[a-z])[\u0300-\u036f]+")
#: Letters of Latin alphabets that Unicode does not take apart, and what who has no key for them types: as the
#: transform Latin-ASCII of the CLDR has it, which PostgreSQL's `unaccent` follows.
_TYPED = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ĳ": "ij"} | dict(
    zip("ðøđħıŀłŋŧſƒƙƴɓɖɗɛ", "dodhillntsfkybdde", strict=True)
)
_UNTYPED = re.compile(f"[{''.join(_TYPED)}]")
#: The quotes that phones and word processors set.
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
_PIECE = re.compile(r'(?P<no>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>\S+))')

#: Words of a query that count, and characters of a snippet.
MOST_WORDS = 32
#: How many words of a name may be its beginnings: SQLite gathers all rows with such a word in one step.
MOST_PREFIXES = 4
SNIPPET = 200

#: Words of a text that are compared at once, and what stands for one that no query has: for others the next ones do.
_AT_ONCE, _OTHER = 256, "\ue000"
#: The words of a query, each whole or as a beginning, and the letter that stands for it.
_Known: TypeAlias = dict[tuple[str, bool], str]

#: Places of a word in one text at which a phrase finds it.
MOST_PLACES = 256
#: What stands at the others: a word to SQLite, of a character that parts the words of texts and of queries.
_NO_WORD = "\x80"

#: Characters of a word that are looked at: PostgreSQL keeps 2,046 bytes of one.
LONGEST_WORD = 255


class Term(NamedTuple):
    """One word, or the words of a phrase in their order, folded."""

    words: tuple[str, ...]
    prefix: bool


class Query(NamedTuple):
    """What is looked for: one term at least of each group in `wanted`, and none of `unwanted`."""

    wanted: tuple[tuple[Term, ...], ...]
    unwanted: tuple[Term, ...]

    def begun(self) -> "Query":
        """Let every word of it be the beginning of one, up to MOST_PREFIXES."""
        left = iter([True] * MOST_PREFIXES)
        wanted = (tuple(term._replace(prefix=next(left, term.prefix)) for term in group) for group in self.wanted)
        return self._replace(wanted=tuple(wanted))

    def fts5(self) -> str:
        """Write it for SQLite's FTS5 (sqlite.org/fts5.html, section 3)."""
        groups = ["(" + " OR ".join(map(_fts5, group)) + ")" for group in self.wanted]
        return " AND ".join(groups) + "".join(f" NOT {_fts5(term)}" for term in self.unwanted)

    def tsquery(self, weight: str = "") -> str:
        """Write it as PostgreSQL's type tsquery is written (its manual, section 8.11.2), for words of a `weight`."""
        groups = ["(" + " | ".join(_tsquery(term, weight) for term in group) + ")" for group in self.wanted]
        return " & ".join(groups + [f"!({_tsquery(term, weight)})" for term in self.unwanted])


@lru_cache(maxsize=1024)
def parse(text: str) -> Query | None:
    """Read a query; None where it wants no word."""
    wanted: list[tuple[Term, ...]] = []
    unwanted: list[Term] = []
    either, count = False, 0
    for piece in _PIECE.finditer(text.translate(_QUOTES)):
        if piece["word"] == "OR" and not piece["no"]:
            either = bool(wanted)
            continue
        typed = piece["word"] or piece["phrase"] or ""
        some = tuple(words(typed)[: MOST_WORDS - count])
        count += len(some)
        if not some:
            continue
        term = Term(some, prefix=(piece["word"] or "").endswith("*"))
        if piece["no"]:
            unwanted.append(term)
        elif either:
            wanted[-1] = (*wanted[-1], term)
        else:
            wanted.append((term,))
        either = False
    # Each once: of 32 times the same word, SQLite took two seconds for the ranks, not 0.02.
    once = dict.fromkeys(tuple(dict.fromkeys(group)) for group in wanted)
    return Query(tuple(once), tuple(dict.fromkeys(unwanted))) if wanted else None


def fold(text: str) -> str:
    """Lower-case `text`, strip its diacritics but those that make a letter of another script, and write out _TYPED."""
    if text.isascii():
        return text.lower()
    apart = spell_out(unicodedata.normalize("NFD", text.lower().replace("ς", "σ")))
    if not DIACRITICS.search(apart):
        return unicodedata.normalize("NFC", apart)
    return DIACRITICS.sub("", unicodedata.normalize("NFC", _OF_LATIN.sub("", apart)))


def spell_out(text: str) -> str:
    """Write out the letters of _TYPED in a `text` in small letters, apart from their marks."""
    return _UNTYPED.sub(lambda letter: _TYPED[letter[0]], text)


def words(text: str) -> list[str]:
    """List the words of `text`, folded, in their order."""
    if text.isascii():
        found = text.translate(_PLAIN).split()
    else:
        found = (_WORD if _OF_FOUR_BYTES.search(text) else _SHORT_WORD).findall(fold(text))
    return [word[:LONGEST_WORD] for word in found]


def _words_of(text: str | None) -> str | None:
    """Write a text so that SQLite finds its words in it: a space between two, or as it is where that is not needed.

    SQLite parts and folds ASCII as `words` does, but for what is too long. Writing it anew would take a twelfth of the
    time of an import.
    """
    if text is None or (len(text) <= LONGEST_WORD and text.isascii()):
        return text
    return " ".join(_with_few_places(words(text)))


def _with_few_places(words: list[str]) -> list[str]:
    """Leave of each word its first places in a text, as many as PostgreSQL keeps: MAXNUMPOS in its tsearch/ts_type.h.

    SQLite compares the places of all words of a phrase: of 31 times `a` in 20,000 characters of `a a a`, for 12 ms.
    """
    if len(words) <= MOST_PLACES:
        return words
    found = Counter[str]()
    kept = list[str]()
    for word in words:
        found[word] += 1
        kept.append(word if found[word] <= MOST_PLACES else _NO_WORD)
    return kept


FUNCTIONS["words_of"] = _words_of

#: Checksums of words are below this prime, so that SQLite multiplies two of them.
SUM_BELOW = 2**31 - 1


def _sum_of_words(text: str | None) -> int:
    """Add up the words that SQLite finds in what `words_of` has written, each with its place."""
    if text is None:
        return 0
    sums: Iterator[int] = map(mul, map(_sum_of_word, text.translate(_PLAIN).split()), count(1))
    return sum(sums) % SUM_BELOW


@lru_cache(50_000)
def _sum_of_word(word: str) -> int:
    return crc32(word.encode())


FUNCTIONS["sum_of_words"] = _sum_of_words


def _fts5(term: Term) -> str:
    return f'"{" ".join(term.words)}"' + ("*" if term.prefix else "")


def _tsquery(term: Term, weight: str) -> str:
    label = f":{weight}" if weight else ""
    words = f"{label} <-> ".join(f"'{word}'" for word in term.words)
    return words + (f":*{weight}" if term.prefix else label)


def marks(text: str, query: Query) -> Iterator[tuple[int, int]]:
    """Yield where the wanted words of `query` stand in `text`, as (start, end) in code points, in order.

    A letter is written for each word of the text, and a pattern finds the terms among these: compared with each other
    word by word in Python, a page of 200,000 words and two long phrases took twice as long as a page and one word.
    """
    pattern, known = _pattern(query)
    letters = _Letters(known)
    standing = (match for match in _WORD.finditer(text) if letters[match[0]])
    some = list(islice(standing, _AT_ONCE + MOST_WORDS))
    while some:
        for found in pattern.finditer("".join([letters[match[0]] for match in some])):
            if found.start() >= _AT_ONCE:
                break
            yield some[found.start()].start(), some[found.end(1) - 1].end()
        some = some[_AT_ONCE:] + list(islice(standing, _AT_ONCE))


class _Letters(dict[str, str]):
    """Words as a text has them -> the letter of each; none where nothing is left of it once it is folded."""

    def __init__(self, known: _Known) -> None:
        super().__init__()
        self._known = known
        # The longest first: what begins with it begins with the others with which it begins itself.
        self._beginnings = sorted((word for word, prefix in known if prefix), key=len, reverse=True)

    def __missing__(self, typed: str) -> str:
        word = fold(typed)[:LONGEST_WORD]
        begun = ((beginning, True) for beginning in self._beginnings if word.startswith(beginning))
        letter = self._known.get((word, False)) or self._known.get(next(begun, ("", True)), _OTHER)
        self[typed] = letter if word else ""
        return self[typed]


@lru_cache(maxsize=1024)
def _pattern(query: Query) -> tuple[re.Pattern[str], _Known]:
    """Compile what finds the terms of a query among letters of words, the first that stands there; and the letters."""
    terms = [[*((word, False) for word in words[:-1]), (words[-1], prefix)] for words, prefix in chain(*query.wanted)]
    distinct = dict.fromkeys(chain(*terms))
    known = {word: chr(ord(_OTHER) + number) for number, word in enumerate(distinct, start=1)}

    def letters(word: str, prefix: bool) -> str:
        if not prefix:
            return known[word, prefix]
        return f"[{''.join(letter for (other, _), letter in known.items() if other.startswith(word))}]"

    phrases = ("".join(letters(*word) for word in term) for term in terms)
    return re.compile(f"(?=({'|'.join(phrases)}))"), known


def snippet(text: str, query: Query, within: int = sys.maxsize) -> dict[str, object] | None:
    """Cut the part of `text` around the first of the wanted words, with the places of all in it; None where none stand.

    At most SNIPPET code points, cut between words unless a word is longer than a quarter of that. The first `within`
    code points of the text are looked through.
    """
    found = marks(text[:within], query)
    if within < len(text):
        found = takewhile(lambda mark: mark[1] < within, found)  # the last word may go on
    start, end = next(found, (0, 0))
    if not end:
        return None
    end = min(end, start + SNIPPET // 2)
    first = max(0, start - SNIPPET // 4)
    furthest = max(0, first - SNIPPET // 4)
    while first > furthest and text[first - 1].isalnum():
        first -= 1
    last = min(len(text), first + SNIPPET)
    while last < len(text) and text[last - 1].isalnum() and text[last].isalnum() and last > end:
        last -= 1
    # A sentence may be a hundred times as long as what is shown of it.
    shown = takewhile(lambda mark: mark[0] < last, chain([(start, end)], found))
    return {
        "text": text[first:last],
        "marks": [{"start": start - first, "end": end - first} for start, end in shown if end <= last],
    }
