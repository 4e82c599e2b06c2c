"""Where the words of a search stand in what it found: the parts of texts that an item of a page shows on request."""

from functools import reduce
from operator import or_
from typing import Any

from peewee import JOIN, Entity, Select

from models.queries import search
from models.queries.dialects import ids_as_table, more_than
from models.queries.nodes import Aliased, Compiled, cached, compiled, run
from models.queries.table_aliases import f, s, sc, se
from models.queries.visibility import Viewer, statement_seen
from models.queries.word_tables import search_words, sentence_matches, tables_of
from models.storage.columns import dumps
from models.tables import Statement

#: Where a part may be cut from, in the order in which the parts of an item stand.
_PLACES = ("text", "sentence")
#: Characters that are looked through for a page, shared among its texts: 100 claims of 20,000 took 1.9 s.
_LOOKED_THROUGH = 400_000

#: Statements of a claim that are looked through one by one.
MANY = 100

_other = Aliased(Statement, "os")

Snippet = dict[str, object]


def texts(noun: str) -> tuple[Any, Any]:
    """Make the columns of a page that snippets are cut from, one for each of _PLACES."""
    if noun == "statements":
        return sc.select(sc.text).where(sc.id == s.claim_id), se.text
    return f.text, f.sentence_text


def items_with_snippets(
    noun: str, viewer: Viewer, rows: list[Any], typed: str | None, compiled_words: str | None
) -> bytes:
    """Write the items of a page, of each (JSON, id, *texts), with the parts in which words of `typed` stand.

    Where none stand in the texts of a claim, a sentence of another statement of it is looked for. The tables of words
    take what was `typed` as `compiled_words`.
    """
    query = search.parse(typed) if typed else None
    if query is None:
        return _together([(json, []) for json, *_ in rows])
    within = _LOOKED_THROUGH // max(len(rows) * len(_PLACES), 1)
    found = [(json, id, _cut(texts, query, within)) for json, id, *texts in rows]
    bare = [id for _, id, parts in found if not parts] if noun == "claims" else []
    sentences = _sentences_of(viewer, bare, query, compiled_words) if bare else {}
    return _together([(json, parts or _cut([None, sentences.get(id)], query, within)) for json, id, parts in found])


def _together(items: list[tuple[str, list[Snippet]]]) -> bytes:
    return ",".join(
        f'{json[:-1]}{"," if len(json) > 2 else ""}"snippets":{dumps(parts)}}}' for json, parts in items
    ).encode()


def _cut(texts: list[str | None], query: search.Query, within: int) -> list[Snippet]:
    parts = ((place, search.snippet(text, query, within)) for place, text in zip(_PLACES, texts, strict=True) if text)
    return [{"in": place, **part} for place, part in parts if part]


def _sentences_of(viewer: Viewer, claims: list[int], query: search.Query, words: str | None) -> dict[int, str | None]:
    """Find for each of `claims` the first sentence, in the order of print, by which `query` found it."""
    any_word = search.Query((tuple(term for group in query.wanted for term in group),), ())
    return dict(run(_sentences(viewer), {"q": words, "word": search_words(any_word), "claims": dumps(claims)}))


@cached(8)
def _sentences(viewer: Viewer) -> Compiled:
    """Find (id, sentence) of the claims in the value `claims`: of a statement that `q` finds, with one of `word`."""
    g = Entity("g")
    tables = tables_of("statement_search", viewer.unreviewed)
    many = more_than(MANY, _other, _other.claim_id, g.id)
    matching = reduce(or_, (sentence_matches(table, s.id, many) for table in tables))
    first = Select([s], [se.text]).join(se, JOIN.CROSS)
    first = first.where(s.claim_id == g.id, statement_seen(viewer), matching, se.id == s.sentence_id)
    first = first.order_by(s.document_id, s.content_start, s.id).limit(1)
    return compiled(Select([ids_as_table("claims", "g")], [g.id, first]))
