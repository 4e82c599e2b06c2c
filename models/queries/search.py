"""Words as people type them -> what each database's full-text search understands; and where they stand in a text.

`"a phrase"`, `-excluded`, `prefix*`, `this OR that`; words are otherwise all wanted. Case does not count, nor do the
diacritics of Latin letters; those of other scripts make other letters. Any text is a query: what holds no word finds
nothing.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

#: A letter or digit and those that follow, with their diacritics: what both databases index as a word.
_WORD = re.compile("[^\\W_](?:[^\\W_]|[\u0300-\u036f])*")
_DIACRITICS, _OF_LATIN = re.compile("[\u0300-\u036f]+"), re.compile("(?<=[a-z])[\u0300-\u036f]+")
#: The quotes that phones and word processors set.
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
_PIECE = re.compile(r'(?P<no>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>\S+))')

#: Words of a query that count, and characters of a snippet.
MOST_WORDS = 32
SNIPPET = 200


class Term(NamedTuple):
    """One word, or the words of a phrase in their order."""

    #: As they were typed; the database finds the words in it as it found those of the texts.
    text: str
    #: Folded.
    words: tuple[str, ...]
    prefix: bool


class Query(NamedTuple):
    """What is looked for: one term at least of each group in `wanted`, and none of `unwanted`."""

    wanted: tuple[tuple[Term, ...], ...]
    unwanted: tuple[Term, ...]

    def fts5(self) -> str:
        """Write it for SQLite's FTS5 (sqlite.org/fts5.html, section 3)."""
        groups = ["(" + " OR ".join(map(_fts5, group)) + ")" for group in self.wanted]
        return " AND ".join(groups) + "".join(f" NOT {_fts5(term)}" for term in self.unwanted)

    def tsquery(self, written: Mapping[str, str]) -> str:
        """Write it for PostgreSQL's to_tsquery (its manual, section 8.11.2).

        `written` are terms that PostgreSQL has found the words of, by their text; empty where it found none.
        """
        either = ([_tsquery(term, written) for term in group] for group in self.wanted)
        groups = ["(" + " | ".join(filter(None, group)) + ")" for group in either if any(group)]
        others = filter(None, (_tsquery(term, written) for term in self.unwanted))
        return " & ".join(groups + [f"!({one})" for one in others]) if groups else ""

    def texts(self) -> list[str]:
        """List the texts of all terms."""
        return [term.text for term in (*chain.from_iterable(self.wanted), *self.unwanted)]


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
        every = tuple(_WORD.findall(fold(typed)))
        words = every[: MOST_WORDS - count]
        count += len(words)
        if not words:
            continue
        term = Term(typed if words == every else " ".join(words), words, prefix=(piece["word"] or "").endswith("*"))
        if piece["no"]:
            unwanted.append(term)
        elif either:
            wanted[-1] = (*wanted[-1], term)
        else:
            wanted.append((term,))
        either = False
    return Query(tuple(wanted), tuple(unwanted)) if wanted else None


def fold(text: str) -> str:
    """Lower-case `text` and strip its diacritics, but those that make a letter of a script that is not Latin."""
    if text.isascii():
        return text.lower()
    bare = _OF_LATIN.sub("", unicodedata.normalize("NFD", text.lower().replace("ς", "σ")))
    return _DIACRITICS.sub("", unicodedata.normalize("NFC", bare))


def _fts5(term: Term) -> str:
    return '"' + term.text.replace('"', " ") + '"' + ("*" if term.prefix else "")


def _tsquery(term: Term, written: Mapping[str, str]) -> str:
    words = written.get(term.text)
    if words is None:
        words = " <-> ".join(f"'{word}'" for word in term.words)
    return words + (":*" if words and term.prefix else "")


def marks(text: str, query: Query) -> list[tuple[int, int]]:
    """Find where the wanted words of `query` stand in `text`, as (start, end) in code points, in order."""
    terms = [term for group in query.wanted for term in group]
    words = [(match.start(), match.end(), fold(match[0])) for match in _WORD.finditer(text)]
    found = []
    for place, (start, _, _) in enumerate(words):
        for term in terms:
            last = place + len(term.words) - 1
            if last < len(words) and _stands(term, [word for _, _, word in words[place : last + 1]]):
                found.append((start, words[last][1]))
                break
    return found


def _stands(term: Term, words: list[str]) -> bool:
    *first, last = term.words
    return words[:-1] == first and (words[-1].startswith(last) if term.prefix else words[-1] == last)


def snippet(text: str, query: Query) -> dict[str, object] | None:
    """Cut the part of `text` around the first of the wanted words, with the places of all in it; None where none stand.

    At most SNIPPET code points, cut between words.
    """
    found = marks(text, query)
    if not found:
        return None
    first = max(0, found[0][0] - SNIPPET // 4)
    while first and text[first - 1].isalnum():
        first -= 1
    last = min(len(text), max(first + SNIPPET, found[0][1]))
    while last < len(text) and text[last - 1].isalnum() and text[last].isalnum() and last > found[0][1]:
        last -= 1
    return {
        "text": text[first:last],
        "marks": [{"start": start - first, "end": end - first} for start, end in found if end <= last],
    }
