"""The words of titles and names, in one full-text index: of documents, speakers, reviews and topics.

`name_search` is derived, as the indexes of claims and statements are (derived.py). Each row has the number of its noun
in front of the id, in its key, so that one index serves all.
"""

from functools import reduce
from operator import add
from typing import Any

from peewee import JOIN, Cast, Entity, Expression, Select

from models.queries import search
from models.queries.dialects import among, in_ids
from models.queries.nodes import P, cached, differing, written
from models.queries.table_aliases import s
from models.queries.visibility import Viewer, statement_seen
from models.queries.word_tables import MOST_NAMES, aliases_of, tables_of
from models.storage.columns import dumps
from models.storage.database import fetch

#: Noun -> what is found of a row `n` of it, and which rows stand.
_NAMED = {
    "documents": ("n.title", "n.retracted_at IS NULL AND n.title IS NOT NULL"),
    "reviews": ("n.title", "n.retracted_at IS NULL AND n.title IS NOT NULL"),
    "topics": ("n.label || ' ' || n.slug", "n.retracted_at IS NULL"),
    "speakers": (
        f"substr(n.name || ' ' || {{aliases}}, 1, {MOST_NAMES})",
        "n.retracted_at IS NULL AND n.merged_into_id IS NULL",
    ),
}
NAMED = tuple(_NAMED)
#: The bits of a key that are the id.
_ID_BITS = 40

_m = Entity("m")


def first_key(noun: str) -> int:
    """Return the key before those of a noun: with an id added, it is that of the row."""
    return NAMED.index(noun) + 1 << _ID_BITS


def selecting(noun: str) -> str:
    """Build the SELECT of the key and the words of each row of a noun; a condition on `n.id` may follow."""
    text, stands = _NAMED[noun]
    words = f"words_of({text.format(aliases=aliases_of('n'))})"
    return f"SELECT n.id + {first_key(noun)} AS id, {words} AS words FROM {noun} n WHERE {stands}"


@written
def columns(sqlite: bool) -> tuple[str, str]:
    """Name the columns of name_search: the key, and the words."""
    return ("rowid" if sqlite else "key", "words")


def refresh(named: list[tuple[str, int, bool]]) -> None:
    """Write what is found of some rows, (noun, id, whether it is new), anew.

    On PostgreSQL each is locked by who changed it. Of a row that the commit brings nothing was found before.
    """
    for noun in sorted({noun for noun, *_ in named}):
        ids = {id for its, id, _ in named if its == noun}
        emptying, filling = _refreshing(noun)
        if known := ids - {id for its, id, new in named if its == noun and new}:
            fetch(emptying, (dumps(sorted(first_key(noun) + id for id in known)),))
        fetch(filling, (dumps(sorted(ids)),))


@cached(8)
def _refreshing(noun: str) -> tuple[str, str]:
    """Build the SQL of `refresh`: what goes, by keys, and what comes, by ids, each a JSON array."""
    key, words = columns()
    filling = f"{selecting(noun)} AND {in_ids('n.id')} ORDER BY 1"
    return f"DELETE FROM name_search WHERE {in_ids(key)}", f"INSERT INTO name_search ({key}, {words}) {filling}"


def by_name(noun: str, id: Any) -> Any:
    """Build the condition that the value `q` finds the title or the names of the row `id` of a noun."""
    return among(id, _named(first_key(noun)))


@differing
def _named(sqlite: bool, first: int) -> Any:
    table, key = Entity("name_search"), Entity("rowid" if sqlite else "key")
    found = Expression(table, "MATCH", P.q) if sqlite else Expression(Entity("words"), "@@", Cast(P.q, "tsquery"))
    return Select([table], [key - first]).where(found, key.between(first, first + (1 << _ID_BITS) - 1))


def by_sentence(viewer: Viewer, column: Any, id: Any) -> Any:
    """Build the condition that the value `sentence_q` finds a sentence with a statement that the viewer sees.

    The `column` of that statement, `s`, is `id`: so the public finds nothing by words that it may not read.
    """
    tables = tables_of("statement_search", viewer.unreviewed)
    matching = (Select([_sentences(table)], [column]).join(s, JOIN.CROSS) for table in tables)
    return among(id, reduce(add, (one.where(s.id == _m.id, statement_seen(viewer)) for one in matching)))


@differing
def _sentences(sqlite: bool, name: str) -> Any:
    table, id = Entity(name), Entity("rowid" if sqlite else "statement_id")
    if sqlite:
        found = Expression(table, "MATCH", P.sentence_q)
    else:
        found = Expression(Entity("words"), "@@", Cast(P.sentence_q, "tsquery"))
    return Select([table], [id.alias("id")]).where(found).alias("m")


@written
def sentence_words(sqlite: bool, query: search.Query) -> str:
    """Write a query as statement_search takes it, for words of the sentence alone."""
    return f"sentence : ({query.fts5()})" if sqlite else query.tsquery("C")
