"""Derived tables, which make lists and searches fast: refreshed before each commit, and rebuilt whole by one command.

`claim_summaries` has a row for each standing claim, `claim_cards` what lists show of it and its first statement,
`claim_topic_index` a row for each of its topics, and `answered_attributions` one for each statement of it whose
attribution is answered; `claim_search` and `statement_search` are full-text indexes (word_tables.py), and so is
`name_search`, of titles and names (names.py). Nothing here holds anything that the nouns do not say. A change calls
`mark_for_refresh`, and before the commit the rows of those claims are written anew: once for all changes that share it,
because each time costs a full-text index a segment of its own.

It is in queries because its rows are composed of the same shapes and conditions: a row here is what a list would
otherwise compute at each read.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

from peewee import Entity, fn

from models.queries import days, dialects, members, names, shapes, touched, word_tables
from models.queries.attributions import attribution_answers, disowned
from models.queries.dialects import in_ids, true
from models.queries.nodes import Aliased, Part, cached
from models.queries.table_aliases import e
from models.queries.visibility import PUBLIC, claim_seen
from models.storage.columns import dumps
from models.storage.database import db, fetch, run
from models.storage.transactions import advisory_lock, before_commit
from models.tables import Statement

#: The advisory lock under which PostgreSQL's derived rows are written, in parts: "ccderive" in ASCII. No other lock is
#: taken under it but that of the log of changes, so that there is no deadlock.
_LOCK = int.from_bytes(b"ccderive")
#: In how many parts claims fall: each takes one of the some 12,800 locks that PostgreSQL has room for by default.
_PARTS = 64

#: Finds something where PostgreSQL has not counted half of the pages of claims, or of statements.
_DOUBLED = (
    "SELECT 1 FROM pg_class WHERE oid IN ('claims'::regclass, 'statements'::regclass)"
    " AND pg_relation_size(oid) > 2 * relpages * current_setting('block_size')::bigint"
)


def mark_for_refresh(noun: str, *rows: dict[str, Any] | None, new: bool = False, members: Collection[str] = ()) -> None:
    """Have the claims that hang on `rows` of the table `noun`, as they were and as they are, refreshed in time.

    That is after all changes of the open transaction, and before any of it is stored. `new` rows are those that
    the transaction has made. With `members` they are a row before and after, in which nothing else has changed.
    """
    if noun in names.NAMED and (named := [(noun, row["id"]) for row in rows if row]):
        before_commit(names.refresh, *named, shared=True)
    # Nothing hangs on a new row but what is noted itself.
    if (new and noun in touched.NOUNS) or touched.keeps_all(noun, members):
        return
    same = touched.keeps_words(noun, members), touched.keeps_summaries(noun, members)
    of_rows = rows[-1:] if members and noun in touched.NOUNS else rows  # the same claims hang on it before and after
    if noted := [(noun, row, new, *same) for row in of_rows if row]:
        before_commit(_refresh, *noted, shared=True)


def _refresh(noted: list[tuple[str, dict[str, Any], bool, bool, bool]]) -> None:
    """Refresh what transactions that share a commit have changed."""
    changed, claims, made, linked, reworded, restated, shown, renamed = (set[int]() for _ in range(8))
    for noun, row, new, same_words, same_summaries in noted:
        if new and noun == "claims":
            made.add(row["id"])
        elif noun == "counterclaims":
            linked |= {row["claim"], row["answer"]}
        else:
            of, said = touched.claims(noun, row)
            (renamed if same_summaries else shown if same_words else claims if new else changed).update(of)
            if not new and not same_words:
                restated |= said
                reworded |= of if noun == "claims" else set()
    # A statement that has moved to a new claim has words in the index already.
    made -= changed
    known = (claims | changed) - made
    shown -= made | known
    renamed -= known
    linked -= made | known | shown
    _lock(known | shown | linked | renamed)
    _forget_words(reworded, restated)
    refresh(made, new=True)
    refresh(known)
    refresh(shown, words=False)
    if renamed:
        _run(refreshing_cards(bool(restated)), renamed)
    refresh(linked, linked=True)


def _lock(claims: set[int]) -> None:
    """Lock the derived rows of these claims, and of those that they answer, against other transactions on PostgreSQL.

    Two concurrent refreshes of one claim would each delete and insert its rows: a duplicate key or a deadlock.
    """
    if claims:
        advisory_lock(_LOCK, _lock_parts(claims))


def _lock_parts(claims: set[int]) -> Iterator[str]:
    charges = fetch(f"SELECT claim_id FROM counterclaims WHERE {in_ids('answer_id')}", (dumps(list(claims)),))
    yield from {str(id % _PARTS) for id in claims.union(*charges)}


def _forget_words(claims: set[int], statements: set[int]) -> None:
    """Take these claims, their statements and those `statements` out of the full-text indexes.

    No other row of a claim is written anew: bm25 counts how often that was done, too.
    """
    of_claims, of_statements = word_tables.forgetting_words()
    for ids, forgetting in ((claims, of_claims), (statements, of_statements)):
        if ids:
            _run(forgetting, ids)


def refresh(claims: set[int], *, new: bool = False, linked: bool = False, words: bool = True) -> None:
    """Write the derived rows of `claims` anew; inside the transaction of the change.

    Those that are `new` have no rows yet, and whatever claims they answer are refreshed as well. Those that were only
    `linked`, or are no more, have the words and the first statement that they had. Of words, those are written that
    the full-text indexes lack; none without `words`.
    """
    if claims:
        _run(refreshing(new, linked, words), claims)


def _run(statements: Iterable[str], ids: Collection[int]) -> None:
    """Run statements whose one parameter is the JSON array of these ids."""
    listed = dumps(sorted(ids))
    run((statement, (listed,)) for statement in statements)


def rebuild() -> None:
    """Write everything derived anew, from nothing; inside a transaction."""
    advisory_lock(_LOCK)
    for statement in rebuilding():
        db.execute_sql(statement)


def count_rows() -> None:
    """Let PostgreSQL count its rows where there are twice as many claims or statements as when it last did.

    By itself it does so once a minute. What writes thousands of claims meanwhile would read an index of all statements
    for each of them.
    """
    for statement in dialects.counting_rows("(SKIP_LOCKED)"):
        if fetch(_DOUBLED):
            db.execute_sql(statement)


def differences() -> list[str]:
    """Name the derived tables that do not hold what the nouns say; empty where all is well."""
    rows = {one.table: (", ".join(one.columns), one.selecting()) for one in _rows()}
    words = (*_words(), _names())
    keys = {one.table: (one.columns[0], f"SELECT id FROM ({one.selecting()}) AS x") for one in words}
    compared = (rows | keys).items()
    differing = [table for table, (columns, source) in compared if _differ(f"SELECT {columns} FROM {table}", source)]
    return differing + [one.table for one in words if one.table not in differing and _words_differ(one)]


def _words_differ(source: "_Source") -> bool:
    """Tell whether a full-text index holds other words than its rows have."""
    making, dropping = word_tables.reading_words(source.table)
    for statement in making:
        db.execute_sql(statement)
    found = fetch(word_tables.differing_words(source.table, source.columns, source.selecting()))
    for statement in dropping:
        db.execute_sql(statement)
    return bool(found)


def _differ(one: str, other: str) -> bool:
    pairs = ((one, other), (other, one))
    return any(db.execute_sql(f"SELECT 1 FROM ({a} EXCEPT {b}) AS x LIMIT 1").fetchone() for a, b in pairs)


# -- the SQL --------------------------------------------------------------------------------------

_v = Aliased(Statement, "v")


class _Source(NamedTuple):
    """What a derived table is filled from."""

    table: str
    columns: tuple[str, ...]
    #: What stands before the condition on claims, and after it.
    select: str
    end: str = ""
    #: How its rows are ordered when they are inserted.
    order: str = ""
    #: The claim that a row hangs on, as the SELECT names it.
    claim: str = "c.claim_id"

    def selecting(self, claims: str = "") -> str:
        """Build the SELECT for the claims that a condition holds of."""
        return self.select + claims + self.end

    def filling(self, claims: str = "") -> str:
        """Build the INSERT for the claims that a condition holds of."""
        return f"INSERT INTO {self.table} ({', '.join(self.columns)}) {self.selecting(claims)}{self.order}"


def _summaries() -> _Source:
    first = (
        "(SELECT v.id FROM statements v WHERE v.claim_id = c.id"
        f" AND v.retracted_at IS NULL{{}} ORDER BY {Part(days.earliest(_v)).sql}, v.id LIMIT 1)"
    )
    public = Part(claim_seen(PUBLIC)).sql
    return _Source(
        "claim_summaries",
        ("claim_id", "public", "answered", "statement_id", "speaker_id", "document_id", "day", "statement_count"),
        f"SELECT c.id, {public}, {_answered('c', 'id')}, s.id, s.speaker_id, s.document_id,"
        f" coalesce(s.day, ''), {_STATEMENT_COUNT} FROM claims c LEFT JOIN statements s"
        f" ON s.id = coalesce({first.format(_ACCEPTED)}, CASE WHEN NOT {public} THEN {first.format('')} END)"
        " WHERE c.retracted_at IS NULL AND c.merged_into_id IS NULL",
        claim="c.id",
    )


def _cards() -> _Source:
    parts = {
        "speaker": ("sp", ("id", "name", "kind", "description", "wikidata_id")),
        "sentence": ("se", ("id", "position", "start", "end", "text")),
        "document": ("d", ("id", "url", "title", "publisher", "published_at", "language", "kind")),
    }
    columns = {f"{noun}_{name}": f'{alias}."{name}"' for noun, (alias, names) in parts.items() for name in names}
    own = ("status", "cue", "cue_start", "cue_end", "content", "form", "said_on", "day")
    columns = {"statement_id": "s.id"} | {name: f"s.{name}" for name in own} | columns
    others = "SELECT 1 FROM statements v WHERE v.claim_id = c.claim_id AND v.retracted_at IS NULL AND v.id <> s.id"
    return _Source(
        "claim_cards",
        ("claim_id", "text", "language", "topic_slugs", "alone", *columns),
        f"SELECT c.claim_id, k.text, k.language, {members.text(shapes.topic_slugs(Entity('c', 'claim_id')))},"
        f" coalesce(s.status = 'accepted', FALSE) AND NOT EXISTS ({others}),"
        f" {', '.join(columns.values())} FROM claim_summaries c JOIN claims k ON k.id = c.claim_id"
        " LEFT JOIN statements s ON s.id = c.statement_id LEFT JOIN speakers sp ON sp.id = s.speaker_id"
        " LEFT JOIN sentences se ON se.id = s.sentence_id LEFT JOIN documents d ON d.id = s.document_id"
        " WHERE TRUE",
    )


def _answered(*claim: str) -> str:
    """Build the condition that the public sees an answer to the claim whose id is in the given column."""
    return Part(fn.EXISTS(shapes.answers(PUBLIC, e.claim_id == Entity(*claim)))).sql


#: Written so that no index on the status answers it: SQLite without statistics would read through all accepted
#: statements in the order of their ids to find the lowest of one claim.
_ACCEPTED = " AND v.status || '' = 'accepted'"
#: How many statements like the first, `s`, a claim has: the accepted ones, or all of a claim that has none of these.
_STATEMENT_COUNT = (
    "(SELECT count(*) FROM statements v WHERE v.claim_id = c.id AND v.retracted_at IS NULL AND v.original_id IS NULL"
    " AND (v.status || '' = 'accepted' OR s.status <> 'accepted'))"
)


def _topic_index() -> _Source:
    return _Source(
        "claim_topic_index",
        ("claim_id", "topic_id", "public", "answered", "day", "statement_count"),
        "SELECT c.claim_id, ct.topic_id, c.public, c.answered, c.day, c.statement_count FROM claim_summaries c"
        " JOIN claim_topics ct ON ct.claim_id = c.claim_id WHERE TRUE",
    )


def _attributions() -> _Source:
    disputed, answers = Part(disowned(PUBLIC)).sql, members.text(attribution_answers(PUBLIC))
    return _Source(
        "answered_attributions",
        ("statement_id", "claim_id", "disputed", "answers"),
        f"SELECT s.id, s.claim_id, {disputed}, {answers} FROM statements s WHERE s.retracted_at IS NULL AND s.id IN"
        # Without statistics SQLite would read all answers to attributions for each claim.
        " (SELECT g.target_id FROM counterclaims g WHERE g.of || '' = 'attribution' AND g.retracted_at IS NULL",
        ")",
    )


def _rows() -> tuple[_Source, ...]:
    return _summaries(), _cards(), _topic_index(), _attributions()


def _words() -> Iterator[_Source]:
    key, columns, words = word_tables.claim_words()
    claims = f"SELECT {key}, {words} FROM claims c WHERE c.retracted_at IS NULL AND c.merged_into_id IS NULL"
    statement_columns, said = word_tables.statement_words()
    statements = (
        f"SELECT s.id, {said} FROM statements s JOIN claims c ON c.id = s.claim_id JOIN sentences se ON"
        " se.id = s.sentence_id JOIN speakers sp ON sp.id = s.speaker_id WHERE s.retracted_at IS NULL"
    )
    public, accepted = Part(claim_seen(PUBLIC)).sql, "s.status || '' = 'accepted'"
    yield from _split("claim_search", columns, claims, public, "c.id")
    yield from _split("statement_search", statement_columns, statements, accepted, "s.claim_id")


def _names() -> _Source:
    every = " UNION ALL ".join(names.selecting(noun) for noun in names.NAMED)
    return _Source("name_search", names.columns(), f"SELECT n.id, n.words FROM ({every}) AS n", order=" ORDER BY 1")


def _split(table: str, columns: tuple[str, ...], select: str, shown: str, claim: str) -> Iterator[_Source]:
    """Fill the tables of words from what a SELECT finds: where there are two, the second from what is not `shown`."""
    tables = word_tables.tables_of(table)
    conditions = ("",) if len(tables) == 1 else (f" AND {shown}", f" AND NOT ({shown})")
    for name, condition in zip(tables, conditions, strict=True):
        # The index would write a segment for each row that goes back.
        yield _Source(name, columns, select + condition, order=" ORDER BY 1", claim=claim)


# -- the statements, in their order --------------------------------------------------------------


@cached(8)
def refreshing(new: bool = False, linked: bool = False, words: bool = True) -> list[str]:
    """Build the SQL of `refresh`, each with the JSON array of the claims' ids as its one parameter."""
    sources = [_summaries(), _topic_index()]
    emptying = [f"DELETE FROM {table} WHERE {in_ids('claim_id')}" for table in ("claim_topic_index", "claim_summaries")]
    if not linked:
        emptying.append(f"DELETE FROM claim_cards WHERE {in_ids('claim_id')}")
        sources.append(_cards())
    filling = [source.filling(f" AND {in_ids(source.claim)}") for source in sources]
    if words and not linked:
        filling += [] if new else word_tables.misplaced_words(Part(claim_seen(PUBLIC)).sql)
        filling += [
            one.filling(f" AND {in_ids(one.claim)} AND {word_tables.lacks_words(one.table)}") for one in _words()
        ]
    attributions = _attributions_around(new)
    emptying.append(attributions[0])
    filling.append(attributions[1])
    # Whether a claim counts as answered hangs on the claims that answer it.
    charges = f"claim_id IN (SELECT e.claim_id FROM counterclaims e WHERE {in_ids('e.answer_id')})"
    answering = [
        f"UPDATE claim_summaries SET answered = {_answered('claim_summaries', 'claim_id')} WHERE {charges}",
        "UPDATE claim_topic_index SET answered ="
        " (SELECT l.answered FROM claim_summaries l WHERE l.claim_id = claim_topic_index.claim_id)"
        f" WHERE {charges}",
    ]
    unflagging = _unflagging(" AND " + in_ids("c.claim_id"))
    return [*filling, *unflagging] if new else [*emptying, *filling, *answering, *unflagging]


@cached(2)
def refreshing_cards(words: bool) -> list[str]:
    """Build the SQL that writes what cards and answers to attributions show anew, and the `words` that are lacking.

    Each has the JSON array of the claims' ids as its one parameter. What claims are found and counted by stays.
    """
    said = [one for one in _words() if words and one.table in word_tables.tables_of("statement_search")]
    return [
        f"DELETE FROM claim_cards WHERE {in_ids('claim_id')}",
        _cards().filling(f" AND {in_ids(_cards().claim)}"),
        *(one.filling(f" AND {in_ids(one.claim)} AND {word_tables.lacks_words(one.table)}") for one in said),
        *_attributions_around(new=False),
    ]


def _attributions_around(new: bool) -> tuple[str, str]:
    """Build the SQL that empties and fills what is shown of the answers to attributions around claims.

    It hangs on the claim that it answers, and on that of the answer. Where a new claim answers, the other is refreshed
    as well.
    """
    answered = "SELECT id FROM c UNION SELECT e.claim_id FROM c JOIN counterclaims e ON e.answer_id = c.id"
    either = f"g.claim_id IN (WITH c AS (SELECT c.id FROM claims c WHERE {in_ids('c.id')}) {answered})"
    either = in_ids("g.claim_id") if new else either
    return f"DELETE FROM answered_attributions AS g WHERE {either}", _attributions().filling(f" AND {either}")


def _unflagging(claims: str = "") -> list[str]:
    """Build the SQL that unflags what an accepted statement of these claims names, or a public claim is about."""
    said = f"FROM c CROSS JOIN statements v WHERE v.claim_id = c.claim_id AND v.retracted_at IS NULL{_ACCEPTED}"
    named = {
        "speakers": f"SELECT v.speaker_id {said} UNION ALL SELECT v.via_speaker_id {said} UNION ALL"
        f" SELECT v.on_behalf_of_id {said} UNION ALL"
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


@cached(2)
def rebuilding() -> list[str]:
    """Build the SQL of `rebuild`."""
    tables = (*_rows(), *_words(), _names())
    empty = [word_tables.emptying(one.table) for one in reversed(tables)]
    day = f"(SELECT {days.STORED_DAY} FROM documents d WHERE d.id = s.document_id)"
    return [
        *dialects.counting_rows(),
        f"UPDATE statements AS s SET day = {day} WHERE s.day <> {day}",
        *empty,
        *(one.filling() for one in tables),
        *word_tables.merging_segments(),
        *_unflagging(),
    ]
