"""Words as people type them -> what each database's full-text search understands; and where they stand in a text.

`"a phrase"`, `-excluded`, `prefix*`, `this OR that`; words are otherwise all wanted. Case and diacritics
do not count. Any text is a query: what holds no word finds nothing.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

#: A letter or digit and those that follow: what both databases index as a word.
_WORD = re.compile(r"[^\W_]+")
_PIECE = re.compile(r'(?P<no>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>\S+))')

#: Words of a query that count, and characters of a snippet.
MOST_WORDS = 32
SNIPPET = 200


class Term(NamedTuple):
    """One word, or the words of a phrase in their order."""

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

    def tsquery(self) -> str:
        """Write it for PostgreSQL's to_tsquery (its manual, section 8.11.2)."""
        groups = ["(" + " | ".join(map(_tsquery, group)) + ")" for group in self.wanted]
        return " & ".join(groups + [f"!({_tsquery(term)})" for term in self.unwanted])


@lru_cache(maxsize=1024)
def parse(text: str) -> Query | None:
    """Read a query; None where it wants no word."""
    wanted: list[tuple[Term, ...]] = []
    unwanted: list[Term] = []
    either, count = False, 0
    for piece in _PIECE.finditer(text):
        if piece["word"] == "OR" and not piece["no"]:
            either = bool(wanted)
            continue
        words = tuple(_WORD.findall(fold(piece["word"] or piece["phrase"] or "")))[: MOST_WORDS - count]
        count += len(words)
        if not words:
            continue
        term = Term(words, prefix=(piece["word"] or "").endswith("*"))
        if piece["no"]:
            unwanted.append(term)
        elif either:
            wanted[-1] = (*wanted[-1], term)
        else:
            wanted.append((term,))
        either = False
    return Query(tuple(wanted), tuple(unwanted)) if wanted else None


def fold(text: str) -> str:
    """Lower-case `text` and strip its diacritics."""
    if text.isascii():
        return text.lower()
    return "".join(mark for mark in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(mark))


def _fts5(term: Term) -> str:
    return '"' + " ".join(term.words) + '"' + ("*" if term.prefix else "")


def _tsquery(term: Term) -> str:
    return " <-> ".join(f"'{word}'" for word in term.words) + (":*" if term.prefix else "")


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
