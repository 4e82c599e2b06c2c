"""What is derived from the nouns so that lists and searches are fast: kept in step, and rebuilt whole by one command.

`claim_summaries` has a row for each standing claim, `claim_cards` what lists show of it and its first statement, and
`claim_topic_index` a row
for each of its topics; `claim_search` and `statement_search` are the words by which claims and statements are found
(models/queries/search.py). Nothing here holds anything that the nouns do not say. A change notes what it touched
(`note`), and as the last thing before it is stored the rows of those claims are written anew; once for all
changes that share a commit, because each time costs the index of words a segment of its own.
"""

from functools import cache
from typing import Any

from peewee import Entity, fn

from models.queries import members, search, shapes
from models.queries.aliases import e
from models.queries.dialects import true
from models.queries.nodes import Part
from models.queries.visibility import Viewer, claim_seen
from models.storage.columns import dumps
from models.storage.database import db, fetch, on_sqlite
from models.storage.transactions import advisory_lock, before_commit, pending

_PUBLIC = Viewer()

#: The lock under which PostgreSQL's derived rows are written, in parts: "ccderive" in ASCII. Nothing that waits for
#: anybody is done under it but the log, so that no two wait for one another.
_TURNS = int.from_bytes(b"ccderive")
#: In how many parts claims fall: each takes one of the some 12,800 locks that PostgreSQL has room for by default.
_PARTS = 64

#: Which claims each noun's change touches: SQL that takes the noun's id once and selects claim ids.
_TOUCHED = {
    "speakers": "SELECT claim_id FROM statements WHERE speaker_id = ?",
    "documents": "SELECT claim_id FROM statements WHERE document_id = ?",
    "sentences": "SELECT claim_id FROM statements WHERE sentence_id = ?",
    "topics": "SELECT claim_id FROM claim_topic_index WHERE topic_id = ?",
}


def note(noun: str, *rows: dict[str, Any] | None, new: bool = False) -> None:
    """Have the claims that hang on `rows` of the table `noun`, as they were and as they are, refreshed in time.

    That is after all changes of the open transaction, and before any of it is stored. `new` rows are those that
    the transaction has made.
    """
    if new and noun in _TOUCHED:  # nothing hangs on it but what is noted itself
        return
    if noted := [(noun, row, new) for row in rows if row]:
        before_commit(_refresh, *noted, shared=True)


def unwritten() -> list[int]:
    """List the claims whose rows here the open transaction has yet to write, because it made or changed them."""
    return [row["id"] for noun, row, _ in pending(_refresh) if noun == "claims"]


def same_words(text: str) -> tuple[str, tuple[Any, ...]]:
    """Write the query of the ids of the claims that may have this very `text`, and its parameters: few, but all.

    Those of its length are looked for by its longest words, which are the rarest; for what has no word, all are.
    """
    query = search.longest(text, _LONGEST)
    asked = asking(query) if query else ""
    if not asked:
        return "SELECT id FROM claims", ()
    new = dumps(unwritten())
    if on_sqlite():
        steps = min(len(text) // _STEP, _STEPS - 1)
        found = f"SELECT {CLAIM_OF_PLACE} FROM claim_search WHERE claim_search MATCH ? AND rowid BETWEEN ? AND ?"
        new_too = "SELECT value FROM json_each(?)"
        return f"{found} UNION ALL {new_too}", (asked, steps << _ID_BITS, ((steps + 1) << _ID_BITS) - 1, new)
    found = "SELECT claim_id FROM claim_search WHERE words @@ to_tsquery('simple', ?)"
    return f"{found} UNION ALL SELECT value::bigint FROM json_array_elements_text(?::json)", (asked, new)


def asking(query: search.Query) -> str:
    """Write a query as the tables of words are asked; empty where PostgreSQL finds no word in it.

    Words that are not ASCII are PostgreSQL's to find, which finds those of the texts: what is a letter is a matter of
    its locale.
    """
    if on_sqlite():
        return query.fts5()
    foreign = [text for text in query.texts() if not text.isascii()]
    if not foreign:
        return query.tsquery({})
    sql = f"SELECT t, phraseto_tsquery('simple', {folded('t')})::text FROM json_array_elements_text(?::json) AS j(t)"
    return query.tsquery(dict(fetch(sql, (dumps(foreign),))))


def _refresh(noted: list[tuple[str, dict[str, Any], bool]]) -> None:
    """Write anew what is derived from what transactions that are stored together have changed."""
    changed: set[int] = set()
    claims: set[int] = set()
    made: set[int] = set()
    linked: set[int] = set()
    for noun, row, new in noted:
        if new and noun == "claims":
            made.add(row["id"])
        elif noun == "counterclaims":
            linked |= touched(noun, row)
        else:
            (claims if new else changed).update(touched(noun, row))
    # A statement that has moved to a new claim has words in the index already.
    made -= changed
    known = (claims | changed) - made
    linked -= made | known
    _wait_for(known | linked)
    refresh(made, new=True)
    refresh(known)
    refresh(linked, linked=True)


def _wait_for(claims: set[int]) -> None:
    """Wait until nobody else writes the derived rows of these claims, or of those that they answer; on PostgreSQL.

    Two who write the same at once would each delete what was there and both insert: a double, or a deadlock.
    """
    if claims and not on_sqlite():
        charges = fetch(f"SELECT claim_id FROM counterclaims WHERE {_given('answer_id')}", (dumps(list(claims)),))
        advisory_lock(_TURNS, {str(id % _PARTS) for id in claims.union(*charges)})


def touched(noun: str, row: dict[str, Any]) -> set[int]:
    """Find the claims whose derived rows depend on a `row` of the table `noun`."""
    if noun == "claims":
        return {row["id"]}
    if noun == "statements":
        return {row["claim"]}
    if noun == "counterclaims":
        return {row["claim"], row["answer"]}
    return {id for (id,) in fetch(_TOUCHED[noun], (row["id"],))} if noun in _TOUCHED else set()


def refresh(claims: set[int], *, new: bool = False, linked: bool = False) -> None:
    """Write the derived rows of `claims` anew; inside the transaction of the change.

    Those that are `new` have no rows yet, and whatever claims they answer are refreshed as well. Those that were only
    `linked`, or are no more, have the words and the first statement that they had.
    """
    if claims:
        ids = dumps(sorted(claims))
        for statement in _refreshing(on_sqlite(), new, linked):
            fetch(statement, (ids,))


def rebuild() -> None:
    """Write everything derived anew, from nothing; inside a transaction."""
    advisory_lock(_TURNS)
    if not on_sqlite():
        # Of what this transaction wrote nothing is counted yet, and all statements would be read for each claim.
        db.execute_sql("ANALYZE claims, statements, counterclaims, speakers, sentences, documents")
    for statement in _rebuilding(on_sqlite()):
        db.execute_sql(statement)


def differences() -> list[str]:
    """Name the derived tables that do not hold what the nouns say; empty where all is well."""
    wrong = []
    for table, columns, source in (_leads(), _firsts(), _filings()):
        stored, wanted = f"SELECT {columns} FROM {table}", source.format(claims="")
        for here, there in ((stored, wanted), (wanted, stored)):
            if db.execute_sql(f"SELECT 1 FROM ({here} EXCEPT {there}) AS x LIMIT 1").fetchone():
                wrong.append(table)
                break
    for table, columns, source in (_claim_words(), _statement_words()):
        key = columns.partition(",")[0]
        stored, wanted = f"SELECT {key} FROM {table}", f"SELECT id FROM ({source.format(claims='')}) AS x"
        for here, there in ((stored, wanted), (wanted, stored)):
            if db.execute_sql(f"SELECT 1 FROM ({here} EXCEPT {there}) AS x LIMIT 1").fetchone():
                wrong.append(table)
                break
    return wrong


# -- the SQL: (table, columns, SELECT with a place for the condition on claims) ------------------


def _leads() -> tuple[str, str, str]:
    # The plus keeps SQLite from walking all statements by (status, id), which it does where nothing is counted yet.
    first = "(SELECT min(+v.id) FROM statements v WHERE v.claim_id = c.id AND v.retracted_at IS NULL{})"
    return (
        "claim_summaries",
        "claim_id, public, answered, statement_id, speaker_id, document_id, said_on",
        f"SELECT c.id, {Part(claim_seen(_PUBLIC)).sql}, {_answered('c', 'id')}, s.id, s.speaker_id, s.document_id,"
        " coalesce(s.said_on, '') FROM claims c LEFT JOIN statements s"
        f" ON s.id = coalesce({first.format(_ACCEPTED)}, {first.format('')})"
        " WHERE c.retracted_at IS NULL AND c.merged_into_id IS NULL{claims}",
    )


def _firsts() -> tuple[str, str, str]:
    parts = {
        "speaker": ("sp", ("id", "name", "kind", "description", "wikidata_id")),
        "sentence": ("se", ("id", "position", "start", "end", "text")),
        "document": ("d", ("id", "url", "title", "publisher", "published_at", "language")),
    }
    columns = {f"{noun}_{name}": f'{alias}."{name}"' for noun, (alias, names) in parts.items() for name in names}
    own = ("status", "cue", "cue_start", "cue_end", "content", "form", "said_on")
    columns = {"statement_id": "s.id"} | {name: f"s.{name}" for name in own} | columns
    others = "SELECT 1 FROM statements v WHERE v.claim_id = c.claim_id AND v.retracted_at IS NULL AND v.id <> s.id"
    return (
        "claim_cards",
        ", ".join(("claim_id", "text", "language", "topic_slugs", "alone", *columns)),
        f"SELECT c.claim_id, k.text, k.language, {members.text(shapes.topic_slugs(Entity('c', 'claim_id')))},"
        f" coalesce(s.status = 'accepted', FALSE) AND NOT EXISTS ({others}),"
        f" {', '.join(columns.values())} FROM claim_summaries c JOIN claims k ON k.id = c.claim_id"
        " LEFT JOIN statements s ON s.id = c.statement_id LEFT JOIN speakers sp ON sp.id = s.speaker_id"
        " LEFT JOIN sentences se ON se.id = s.sentence_id LEFT JOIN documents d ON d.id = s.document_id"
        " WHERE TRUE{claims}",
    )


def _answered(*claim: str) -> str:
    """Write the condition that the public sees an answer to the claim whose id is in the given column."""
    return Part(fn.EXISTS(shapes.answers(_PUBLIC, e.claim_id == Entity(*claim)))).sql


#: Written so that no index on the status answers it: SQLite without statistics would read through all accepted
#: statements in the order of their ids to find the lowest of one claim.
_ACCEPTED = " AND v.status || '' = 'accepted'"


def _filings() -> tuple[str, str, str]:
    return (
        "claim_topic_index",
        "claim_id, topic_id, public, answered, said_on",
        "SELECT c.claim_id, ct.topic_id, c.public, c.answered, c.said_on FROM claim_summaries c"
        " JOIN claim_topics ct ON ct.claim_id = c.claim_id WHERE TRUE{claims}",
    )


#: Of the words of a text, so many find the claims that have it.
_LONGEST = 4
#: Steps of a claim's length that its place in claim_search tells apart, of so many characters each.
_STEPS, _STEP = 32, 16
#: On SQLite a row of claim_search has its claim's length in front of its id, so that a search meets short claims first.
_ID_BITS = 40
CLAIM_OF_PLACE = f"rowid & {2**_ID_BITS - 1}"


def _place(claim: str, steps: str) -> str:
    """Write the rowid in claim_search of the claim with the id `claim`, which is `steps` long."""
    return f"({steps}) << {_ID_BITS} | {claim}"


def _claim_words() -> tuple[str, str, str]:
    columns, key, text = "claim_id, words", "c.id", _vector(("A", "c.text"))
    if on_sqlite():
        columns, text = "rowid, text", "c.text"
        key = f"{_place('c.id', f'min(length(c.text) / {_STEP}, {_STEPS - 1})')} AS id"
    # In the order of the places, here and below: the index would write a segment for each row that goes back.
    return (
        "claim_search",
        columns,
        f"SELECT {key}, {text} FROM claims c WHERE c.retracted_at IS NULL AND c.merged_into_id IS NULL{{claims}}"
        " ORDER BY 1",
    )


def _statement_words() -> tuple[str, str, str]:
    together = "group_concat" if on_sqlite() else "string_agg"
    names = (
        "sp.name || ' ' || coalesce(s.mention, '') || ' ' || coalesce("
        f"(SELECT {together}(al.alias, ' ') FROM aliases al WHERE al.speaker_id = sp.id), '')"
    )
    if on_sqlite():
        columns, words = "rowid, claim, sentence, speaker", f"c.text, se.text, {names}"
    else:
        columns, words = "statement_id, words", _vector(("A", "c.text"), ("C", "se.text"), ("B", names))
    return (
        "statement_search",
        columns,
        f"SELECT s.id, {words} FROM statements s JOIN claims c ON c.id = s.claim_id"
        " JOIN sentences se ON se.id = s.sentence_id JOIN speakers sp ON sp.id = s.speaker_id"
        " WHERE s.retracted_at IS NULL{claims} ORDER BY 1",
    )


def _vector(*parts: tuple[str, str]) -> str:
    """Write a tsvector of texts with their weights, each word folded as SQLite's unicode61 does."""
    return " || ".join(f"setweight(to_tsvector('simple', {folded(text)}), '{weight}')" for weight, text in parts)


def folded(text: str) -> str:
    """Write PostgreSQL that folds `text` as `search.fold` does, and leaves only its words, a space between."""
    bare = "regexp_replace(normalize(translate(lower(x.t), 'ς', 'σ'), NFD), '([a-z])[\\u0300-\\u036f]+', '\\1', 'g')"
    bare = f"regexp_replace(normalize({bare}, NFC), '[\\u0300-\\u036f]+', '', 'g')"
    # Most texts are ASCII, and have no diacritics.
    bare = f"CASE WHEN octet_length(x.t) = length(x.t) THEN lower(x.t) ELSE {bare} END"
    return f"(SELECT regexp_replace({bare}, '[^[:alnum:]]+', ' ', 'g') FROM (SELECT {text} AS t OFFSET 0) AS x)"


# -- the statements, in their order --------------------------------------------------------------


def _given(column: str) -> str:
    """Write the condition that `column` is one of the ids in a JSON array, the one parameter."""
    if on_sqlite():
        return f"{column} IN (SELECT value FROM json_each(?))"
    return f"{column} = ANY (ARRAY(SELECT json_array_elements_text(?::json)::bigint))"


def _forgetting(sqlite: bool) -> str:
    """Write that claims are found by their words no more; how long a text was, nobody knows any longer."""
    if not sqlite:
        return f"DELETE FROM claim_search WHERE {_given('claim_id')}"
    steps = f"json_each('{list(range(_STEPS))}')"
    return (
        "DELETE FROM claim_search WHERE rowid IN (SELECT z.id FROM json_each(?) g"
        f" CROSS JOIN {steps} l CROSS JOIN claim_search_docsize z WHERE z.id = {_place('g.value', 'l.value')})"
    )


@cache
def _refreshing(sqlite: bool, new: bool = False, linked: bool = False) -> list[str]:
    key = "rowid" if sqlite else "statement_id"
    said = f"{key} IN (SELECT s.id FROM statements s WHERE {_given('s.claim_id')})"
    emptying = [f"DELETE FROM {table} WHERE {_given('claim_id')}" for table in ("claim_topic_index", "claim_summaries")]
    sources = [(_leads(), "c.id"), (_filings(), "c.claim_id")]
    if not linked:
        emptying += [
            f"DELETE FROM claim_cards WHERE {_given('claim_id')}",
            _forgetting(sqlite),
            f"DELETE FROM statement_search WHERE {said}",
        ]
        sources += [(_firsts(), "c.claim_id"), (_claim_words(), "c.id"), (_statement_words(), "s.claim_id")]
    filling = [
        f"INSERT INTO {table} ({columns}) {source.format(claims=' AND ' + _given(column))}"
        for (table, columns, source), column in sources
    ]
    # Whether a claim counts as answered hangs on the claims that answer it.
    charges = f"claim_id IN (SELECT e.claim_id FROM counterclaims e WHERE {_given('e.answer_id')})"
    answering = [
        f"UPDATE claim_summaries SET answered = {_answered('claim_summaries', 'claim_id')} WHERE {charges}",
        "UPDATE claim_topic_index SET answered ="
        " (SELECT l.answered FROM claim_summaries l WHERE l.claim_id = claim_topic_index.claim_id)"
        f" WHERE {charges}",
    ]
    showing = _showing(" AND " + _given("c.claim_id"))
    return [*filling, *showing] if new else [*emptying, *filling, *answering, *showing]


def _showing(claims: str = "") -> list[str]:
    """Write that what an accepted statement of these claims names, or a public one is about, is hidden no more."""
    said = f"FROM c CROSS JOIN statements v WHERE v.claim_id = c.claim_id AND v.retracted_at IS NULL{_ACCEPTED}"
    named = {
        "speakers": f"SELECT v.speaker_id {said} UNION ALL SELECT v.via_speaker_id {said} UNION ALL"
        " SELECT a.speaker_id FROM c CROSS JOIN claim_about a WHERE a.claim_id = c.claim_id",
        "documents": f"SELECT v.document_id {said} UNION ALL SELECT v.via_document_id {said}",
    }
    return [
        # Most registries hide nothing, and need not look.
        f"WITH c AS (SELECT c.claim_id FROM claim_summaries c WHERE EXISTS (SELECT 1 FROM hidden WHERE noun = '{noun}')"
        f" AND {Part(true(Entity('c', 'public'))).sql}{claims})"
        f" DELETE FROM hidden WHERE noun = '{noun}' AND noun_id IN ({ids})"
        for noun, ids in named.items()
    ]


@cache
def _rebuilding(sqlite: bool) -> list[str]:
    tables = (_leads(), _firsts(), _filings(), _claim_words(), _statement_words())
    empty = [f"DELETE FROM {table}" for table, _, _ in reversed(tables)]
    filled = [f"INSERT INTO {table} ({columns}) {source.format(claims='')}" for table, columns, source in tables]
    # A search looks into each segment of an index of words; a large one was written in several.
    indexes = ("claim_search", "statement_search") if sqlite else ()
    merged = [f"INSERT INTO {index} ({index}) VALUES ('optimize')" for index in indexes]
    return [*empty, *filled, *merged, *_showing()]
