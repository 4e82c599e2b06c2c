"""Inside, pure: names in a parse tree: where they begin and end, and what titles stand before them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from models.extraction.descriptions import (
    RANKS,
    TITLES,
)
from models.extraction.grammar import children
from models.extraction.speaker_kinds import GOVERNMENT_WORDS, PERSON_ROLES

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

Range = tuple[int, int]


MALE_TITLES = frozenset({"mr.", "mr", "sir", "lord", "king", "prince", "father"})


FEMALE_TITLES = frozenset({"mrs.", "mrs", "ms.", "ms", "miss", "lady", "dame", "queen", "princess", "sister"})


#: What a name that begins like a title may end in: "Justice Department".
_OFFICES = GOVERNMENT_WORDS | frozenset("office agency bureau committee council commission court board".split())


#: What a body's name may hold besides its kind: where there is nothing else, only its owner tells it from others.
FIELDS = frozenset(
    """foreign defence defense health interior finance justice education agriculture energy economy economic transport
    trade culture environment labor labour home state central national federal supreme constitutional high air coast
    coastal border armed security intelligence electoral election civil public general military naval royal ruling
    opposition prime affairs external internal treasury tax customs statistics weather fire water power prison
    of and for the""".split()
)


#: Words before a place that are no part of its name.
_NEAR = frozenset({"neighbouring", "neighboring", "nearby"})


def core_of(doc: Doc, mention: Range, head: Token) -> str:
    """Leave the asides out of a mention: the name of an unnamed speaker."""
    last = head.i
    for child in children(head, "prep"):
        if head.i < child.i < mention[1] and not any(t.lower_ in _WEEK for t in children(child, "pobj")):
            last = max(last, min(child.right_edge.i, mention[1]))
    clause = next((t.i for t in doc[head.i : last] if t.text == "," and t.nbor(1).tag_ in ("WP", "WDT")), None)
    last = last if clause is None else clause - 1
    return text_of(doc[mention[0] : last + 1])


def text_of(span: object) -> str:
    """Write a stretch of tokens with single blanks, and without the marks around it."""
    return re.sub(r"\s+", " ", str(span)).strip(" ,;")


def owned_name(span: object) -> str:
    """Write the name of a body with one kind of apostrophe: it is the same whichever a paper prints."""
    return re.sub(r"(?<=\w)'(?=s\b)|(?<=s)'(?= )", "’", text_of(span))


def head_of(doc: Doc, mention: Range) -> Token:
    """Find the token of the mention whose head lies outside it."""
    for i in range(mention[0], mention[1] + 1):
        head = doc[i].head.i
        leads_out = not mention[0] <= head <= mention[1] or head == i
        if i + 2 <= mention[1] and doc[i + 1].text == "-":
            continue  # "a co-author"
        leads_out = leads_out and not any(case.i < mention[1] for case in children(doc[i], "case"))
        if leads_out and doc[i].pos_ not in ("PUNCT", "DET", "ADP"):
            return doc[i]
    return doc[mention[1]]


def name_runs(doc: Doc) -> list[Range]:
    """Find runs of proper nouns, as token ranges, inclusive."""
    runs: list[Range] = []
    for token in doc:
        joins = token.pos_ == "PROPN" or token.lower_ == "u.s."
        if not joins:
            continue
        if (runs and runs[-1][1] == token.i - 1) or (
            runs
            and runs[-1][1] == token.i - 2
            and doc[token.i - 1].lower_ in ("of", "for", "&")
            and (doc[token.i - 1].head.i == runs[-1][1] or doc[token.i - 1].text == "&")
        ):
            runs[-1] = (runs[-1][0], token.i)
        else:
            runs.append((token.i, token.i))
    return [run for run in runs if doc[run[0]].lower_ not in _WEEK or run[0] != run[1]]


_WEEK = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday january february march april may june july
    august september october november december""".split()
)


def name_around(doc: Doc, head: Token) -> Range:
    """Find the run of proper nouns that a head belongs to."""
    first = last = head.i
    while (
        first > 0
        and doc[first - 1].text[0].isalnum()
        and (
            doc[first - 1].pos_ == "PROPN"
            or (
                doc[first - 1].text[0].isupper()
                and doc[first - 1].head.i == head.i
                and doc[first - 1].pos_ in ("NOUN", "ADJ", "ADV", "X")
            )
        )
    ):
        first -= 1
    if first > 1 and doc[first - 1].text == "&" and doc[first - 2].pos_ == "PROPN":
        first = name_around(doc, doc[first - 2])[0]
    while last + 1 < len(doc) and doc[last + 1].pos_ == "PROPN" and doc[last + 1].head.i <= head.i:
        last += 1
    if last + 2 < len(doc) and doc[last + 1].text == "&" and doc[last + 2].pos_ == "PROPN":
        last += 2
    while first < last and doc[first].lower_ in _NEAR:
        first += 1
    return first, last


def leads_to(token: Token, first: int, head: Token) -> bool:
    """Tell whether a word belongs to the name of the body behind it: "Ukrainian", "defence"."""
    joined = token.dep_ in ("compound", "amod", "nmod") and first <= token.head.i <= head.i
    return joined and token.pos_ in ("NOUN", "ADJ", "PROPN") and token.lower_ not in RANKS


def of_what(head: Token) -> Token | None:
    """Find what a body is for or whose it is: "Ministry of Defence", "the navy of Velia"."""
    for prep in children(head, "prep"):
        seat = prep.lower_ == "in" and head.lower_ in ("ministry", "embassy")
        if (prep.lower_ == "of" or seat) and prep.i == head.i + 1:
            return next((thing for thing in children(prep, "pobj") if thing.pos_ == "PROPN"), None)
    return None


def is_short(name: Token) -> bool:
    """Tell whether a name is printed without clauses and asides."""
    words = name.doc[name.left_edge.i : name.right_edge.i + 1]
    return len(words) < 6 and all(t.pos_ in ("PROPN", "CCONJ", "DET", "ADJ") or t.lower_ == "of" for t in words)


def is_for(doc: Doc, first: int, last: int) -> bool:
    """Tell whether what follows "Ministry" is its field alone, and no country."""
    return all(t.lower_ in FIELDS for t in doc[first : last + 1])


def title_of(doc: Doc, first: int, last: int) -> tuple[str, int]:
    """Split titles off the front of a name: the last of them in full, and where the name begins."""
    title = ""
    while first < last and doc[last].lower_ not in _OFFICES:
        word = doc[first].lower_
        if word in TITLES:
            title = TITLES[word]
        elif word in PERSON_ROLES:
            title = word
        elif word not in MALE_TITLES | FEMALE_TITLES and not _role_ahead(doc, first, last):
            break
        first += 1
    return title, first


def _role_ahead(doc: Doc, first: int, last: int) -> bool:
    """Tell whether a word for a role still follows within the run ("Chinese Foreign Minister Wang")."""
    return any(doc[i].lower_ in PERSON_ROLES or doc[i].lower_ in TITLES for i in range(first + 1, last))
