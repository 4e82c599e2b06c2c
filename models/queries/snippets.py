"""Where the words of a search stand in what it found: the parts of texts that an item of a page shows on request."""

from functools import lru_cache
from typing import Any

from models.queries import derived, filters, search, shapes
from models.queries.shapes import Viewer
from models.storage.columns import dumps
from models.storage.database import fetch, on_sqlite

#: Where a part may be cut from, in the order in which the parts of an item stand.
_PLACES = ("text", "sentence")

Snippet = dict[str, object]


def texts(noun: str, viewer: Viewer) -> str:
    """Write the columns of a page that snippets are cut from, one for each of _PLACES, under the aliases of a page."""
    if noun == "statements":
        return "(SELECT sc.text FROM claims sc WHERE sc.id = s.claim_id), se.text"
    # The first statement of a claim that was put in by itself may be one that not everybody sees.
    seen = "f.sentence_text" if viewer.unreviewed else "CASE WHEN f.status = 'accepted' THEN f.sentence_text END"
    return f"f.text, {seen}"


def written(noun: str, viewer: Viewer, rows: list[Any], typed: str | None, asked: str | None) -> bytes:
    """Write the items of a page, of each (JSON, id, *texts), with the parts in which words of `typed` stand.

    Where none stand in the texts of a claim, a sentence of another statement of it is looked for; what was `typed` was
    `asked` so of the tables of words.
    """
    query = search.parse(typed) if typed else None
    if query is None:
        return _together([(json, []) for json, *_ in rows])
    found = [(json, id, _cut(texts, query)) for json, id, *texts in rows]
    bare = [id for _, id, parts in found if not parts] if noun == "claims" else []
    said = _said(viewer, bare, query, asked) if bare else {}
    return _together([(json, parts or _cut([None, said.get(id)], query)) for json, id, parts in found])


def _together(items: list[tuple[str, list[Snippet]]]) -> bytes:
    return ",".join(
        f'{json[:-1]}{"," if len(json) > 2 else ""}"snippets":{dumps(parts)}}}' for json, parts in items
    ).encode()


def _cut(texts: list[str | None], query: search.Query) -> list[Snippet]:
    parts = ((place, search.snippet(text, query)) for place, text in zip(_PLACES, texts, strict=True) if text)
    return [{"in": place, **part} for place, part in parts if part]


def _said(viewer: Viewer, claims: list[int], query: search.Query, asked: str | None) -> dict[int, str | None]:
    """Find for each of `claims` the first sentence, in the order of print, by which `query` found it."""
    any_word = search.Query((tuple(term for group in query.wanted for term in group),), ())
    sql, names = _sentences(viewer, on_sqlite())
    values = {"q": asked, "word": derived.asking(any_word), "given": dumps(claims)}
    return dict(fetch(sql, tuple(values[name] for name in names)))


@lru_cache(maxsize=8)
def _sentences(viewer: Viewer, sqlite: bool) -> tuple[str, tuple[str, ...]]:
    """Write the query of (id, sentence) of the claims `@given`: of a statement that `@q` finds, with one of `@word`."""
    words = "w.statement_id = s.id AND w.words @@ to_tsquery('simple', @q)"
    words += " AND ts_filter(w.words, '{c}') @@ to_tsquery('simple', @word)"
    if sqlite:
        words = "w.rowid = s.id AND w.statement_search MATCH '(' || @q || ') AND sentence : ' || @word"
    first = (
        "SELECT se.text FROM statements s CROSS JOIN statement_search w CROSS JOIN sentences se"
        f" WHERE s.claim_id = g.id AND {shapes.statement_seen(viewer)} AND {words} AND se.id = s.sentence_id"
        " ORDER BY s.document_id, s.content_start, s.id LIMIT 1"
    )
    return filters.compiled(f"SELECT g.id, ({first}) FROM {filters.given('g')}")
