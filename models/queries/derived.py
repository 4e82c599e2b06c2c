"""Derived tables, which make lists and searches fast: refreshed before each commit, and rebuilt whole by one command.

`claim_summaries` has a row for each standing claim, `claim_cards` what lists show of it and its first statement,
`claim_topic_index` a row for each of its topics, and `answered_attributions` one for each statement of it whose
attribution is answered; `claim_search` and `statement_search` are full-text indexes (word_tables.py), and so is
`name_search`, of titles and names (names.py). Nothing here holds anything that the nouns do not say. A change calls
`mark_for_refresh`, and before the commit the rows of those claims are written anew: once for all changes that share it,
because each time costs a full-text index a segment of its own.

What they are filled from stands in derived_rows.py. It is in queries because its rows are composed of the same shapes
and conditions: a row here is what a list would otherwise compute at each read.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from peewee import Entity

from models.queries import days, derived_rows, dialects, names, touched, word_tables
from models.queries.dialects import in_ids, true
from models.queries.nodes import Part, cached
from models.queries.touched import Noted, Touched
from models.queries.visibility import PUBLIC, claim_seen
from models.storage.columns import dumps
from models.storage.database import db, fetch, on_sqlite
from models.storage.transactions import advisory_lock, before_commit, takes_locks

#: The advisory lock under which PostgreSQL's derived rows are written, in parts: "ccderive" in ASCII. No other lock is
#: taken under it but that of the log of changes, so that there is no deadlock.
_LOCK = int.from_bytes(b"ccderive")
#: In how many parts claims fall: each takes one of the some 12,800 locks that PostgreSQL has room for by default.
_PARTS = 64

#: Of how many claims at once PostgreSQL is told to look everything up by an index. Where most counterclaims answer one
#: claim it takes each claim for such, and read them all for each: 77 s for 20,000 claims, not 2.
_MANY = 100

#: SQLite's indexes of some tables, in the order in which they were made: between equals it chooses by that.
_INDEXES = (
    "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
    " AND tbl_name IN (SELECT value FROM json_each(?)) ORDER BY rowid"
)

#: Finds something where a table has more than twice the pages that it had when PostgreSQL last counted its rows.
_DOUBLED = (
    "SELECT 1 FROM pg_class WHERE oid IN ('claims'::regclass, 'statements'::regclass, 'counterclaims'::regclass)"
    " AND pg_relation_size(oid) > 2 * relpages * current_setting('block_size')::bigint"
)


def mark_for_refresh(noun: str, *rows: dict[str, Any] | None, new: bool = False, members: Collection[str] = ()) -> None:
    """Have the claims that hang on `rows` of the table `noun`, as they were and as they are, refreshed in time.

    That is after all changes of the open transaction, and before any of it is stored. `new` rows are those that
    the transaction has made. With `members` they are a row before and after, in which nothing else has changed.
    """
    if noun in names.NAMED and (named := [(noun, row["id"], new) for row in rows if row]):
        before_commit(names.refresh, *named, shared=True)
    # Nothing hangs on a new row but what is noted itself.
    if (new and noun in touched.NOUNS) or touched.keeps_all(noun, members):
        return
    same = touched.keeps_words(noun, members), touched.keeps_summaries(noun, members)
    of_rows = rows[-1:] if noun in touched.NOUNS else rows  # the same claims hang on it before and after
    if noted := [Noted(noun, row, new, *same) for row in of_rows if row]:
        before_commit(_refresh, *noted, shared=True)


def _refresh(noted: list[Noted]) -> None:
    """Refresh what transactions that share a commit have changed."""
    work = lock(partial(touched.by, noted))
    _forget_words(work.reworded, work.restated, work.with_names - work.restated)
    refresh(work.made, new=True)
    refresh(work.changed)
    refresh(work.shown, words=False)
    if work.cards_only:
        _run(refreshing_cards(), work.cards_only)
    if work.respoken:
        _run(refreshing_speakers(bool(work.with_names)), work.respoken)
    refresh(work.linked, linked=True)


def lock(read: Callable[[], Touched]) -> Touched:
    """Return what some changes touch, once its derived rows are locked against other transactions on PostgreSQL.

    So are those of the claims that they answer. Two concurrent refreshes of one claim would each delete and insert its
    rows: a duplicate key or a deadlock. What is touched, and which claims they answer, is read again under the lock
    until no claim is new: where one was merged before that, another shows the speaker by now.
    """
    held = set[str]()
    work = read()
    while takes_locks() and (lacking := _lock_parts(work.locked()) - held):
        advisory_lock(_LOCK, lacking)
        held |= lacking
        work = read()
    return work


def _lock_parts(claims: set[int]) -> set[str]:
    if not claims:
        return set()
    charges = fetch(f"SELECT claim_id FROM counterclaims WHERE {in_ids('answer_id')}", (dumps(list(claims)),))
    return {str(id % _PARTS) for id in claims.union(*charges)}


def _forget_words(claims: set[int], statements: set[int], renamed: set[int]) -> None:
    """Take these claims, their statements and those `statements` out of the full-text indexes.

    Of those that are `renamed`, whose speaker alone has changed, PostgreSQL writes the names anew instead. No other row
    of a claim is written anew: bm25 counts how often that was done, too.
    """
    of_claims, of_statements = word_tables.forgetting_words()
    renaming = word_tables.renaming_words()
    for ids, forgetting in ((claims, of_claims), (statements, of_statements), (renamed, renaming)):
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
    by_index = len(ids) > _MANY and not on_sqlite()
    if by_index:
        fetch("SET LOCAL enable_seqscan = off")
        fetch("SET LOCAL plan_cache_mode = force_custom_plan")  # a plan that is kept was made without the former
    for statement in statements:
        fetch(statement, (listed,))
    if by_index:
        fetch("SET LOCAL enable_seqscan TO DEFAULT")
        fetch("SET LOCAL plan_cache_mode TO DEFAULT")


def rebuild() -> None:
    """Write everything derived anew, from nothing; inside a transaction."""
    advisory_lock(_LOCK)
    with _indexes_made_last():
        for statement in rebuilding():
            db.execute_sql(statement)


@contextmanager
def _indexes_made_last() -> Iterator[None]:
    """Let SQLite make the indexes of derived tables when these are full.

    Row by row, each entry of an index larger than the cache of pages is a page read and another one written.
    """
    tables = dumps([one.table for one in derived_rows.row_sources()])
    made = fetch(_INDEXES, (tables,)) if on_sqlite() else []
    for name, _ in made:
        db.execute_sql(f'DROP INDEX "{name}"')
    yield
    for _, making in made:
        db.execute_sql(making)


def count_rows(*, if_doubled: bool = False) -> None:
    """Let PostgreSQL count its rows, by which it plans, or only where a table has doubled since it did.

    By itself it does so once a minute. What writes thousands of claims meanwhile would read an index of all statements
    for each of them; and whoever reads a list then waits for seconds, where it takes thousands of rows for four.
    """
    for statement in dialects.counting_rows("(SKIP_LOCKED)"):
        if not if_doubled or fetch(_DOUBLED):
            db.execute_sql(statement)


def differences() -> list[str]:
    """Name the derived tables that do not hold what the nouns say; empty where all is well."""
    rows = {
        one.table: (", ".join(one.columns), f"SELECT * FROM ({one.selecting()}) AS x")
        for one in derived_rows.row_sources()
    }
    words = (*derived_rows.word_sources(), derived_rows.name_source())
    keys = {one.table: (one.columns[0], f"SELECT id FROM ({one.selecting()}) AS x") for one in words}
    compared = (rows | keys).items()
    differing = [table for table, (columns, source) in compared if _differ(f"SELECT {columns} FROM {table}", source)]
    return differing + [one.table for one in words if one.table not in differing and _words_differ(one)]


def _words_differ(source: derived_rows.Source) -> bool:
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


# -- the SQL, in the order in which it runs --------------------------------------------------------------


@cached(8)
def refreshing(new: bool = False, linked: bool = False, words: bool = True) -> list[str]:
    """Build the SQL of `refresh`, each with the JSON array of the claims' ids as its one parameter."""
    sources = [derived_rows.summaries(), derived_rows.topic_index()]
    emptying = [f"DELETE FROM {table} WHERE {in_ids('claim_id')}" for table in ("claim_topic_index", "claim_summaries")]
    if not linked:
        emptying.append(f"DELETE FROM claim_cards WHERE {in_ids('claim_id')}")
        sources.append(derived_rows.cards())
    filling = [source.filling(f" AND {in_ids(source.claim)}") for source in sources]
    if words and not linked:
        filling += [] if new else word_tables.misplaced_words(Part(claim_seen(PUBLIC)).sql)
        filling += [
            one.filling(f" AND {in_ids(one.claim)} AND {word_tables.lacks_words(one.table)}")
            for one in derived_rows.word_sources()
        ]
    attributions = _attributions_around(new)
    emptying.append(attributions[0])
    filling.append(attributions[1])
    # Whether a claim counts as answered hangs on the claims that answer it, and on whether these are shown.
    charges = f"claim_id IN (SELECT e.claim_id FROM counterclaims e WHERE {in_ids('e.answer_id')})"
    answering = [
        f"UPDATE claim_summaries SET answered = {derived_rows.answered('claim_summaries', 'claim_id')} WHERE {charges}",
        "UPDATE claim_topic_index SET answered ="
        " (SELECT l.answered FROM claim_summaries l WHERE l.claim_id = claim_topic_index.claim_id)"
        f" WHERE {charges}",
    ]
    unflagging = _unflagging(" AND " + in_ids("c.claim_id"))
    if new:
        return [*filling, *unflagging]
    # Links show no claim: of one that answers 20,000, each refresh would look at all of these.
    return [*emptying, *filling, *([] if linked else answering), *unflagging]


@cached(1)
def refreshing_cards() -> list[str]:
    """Build the SQL that writes what cards and answers to attributions show anew.

    Each has the JSON array of the claims' ids as its one parameter. What claims are found and counted by stays.
    """
    return [
        f"DELETE FROM claim_cards WHERE {in_ids('claim_id')}",
        derived_rows.cards().filling(f" AND {in_ids(derived_rows.cards().claim)}"),
        *_attributions_around(new=False),
    ]


@cached(2)
def refreshing_speakers(words: bool) -> list[str]:
    """Build the SQL that writes anew who states claims, where the same statements are another's, or of another name.

    So are the `words` that are lacking.

    Each has the JSON array of the claims' ids as its one parameter. All else of their rows stays: a merge of a speaker
    with 50,000 statements took 3.8 s on SQLite, and 7.0 on PostgreSQL, where these rows were written whole.
    """
    tables = word_tables.tables_of("statement_search") if words else ()
    said = [one for one in derived_rows.word_sources() if one.table in tables]
    shown = ", ".join(f'speaker_{name} = sp."{name}"' for name in derived_rows.CARD_PARTS["speaker"][1])
    return [
        "UPDATE claim_summaries AS c SET speaker_id = s.speaker_id FROM statements s"
        f" WHERE s.id = c.statement_id AND s.speaker_id <> c.speaker_id AND {in_ids('c.claim_id')}",
        f"UPDATE claim_cards AS k SET {shown} FROM claim_summaries c JOIN speakers sp ON sp.id = c.speaker_id"
        f" WHERE c.claim_id = k.claim_id AND {in_ids('k.claim_id')}",
        *(one.filling(f" AND {in_ids(one.claim)} AND {word_tables.lacks_words(one.table)}") for one in said),
        *_attributions_around(new=False),
        *_unflagging(" AND " + in_ids("c.claim_id")),
    ]


def _attributions_around(new: bool) -> tuple[str, str]:
    """Build the SQL that empties and fills what is shown of the answers to attributions around claims.

    It hangs on the claim that it answers, and on that of the answer. Where a new claim answers, the other is refreshed
    as well.
    """
    answered = "SELECT id FROM c UNION SELECT e.claim_id FROM c JOIN counterclaims e ON e.answer_id = c.id"
    either = f"g.claim_id IN (WITH c AS (SELECT c.id FROM claims c WHERE {in_ids('c.id')}) {answered})"
    either = in_ids("g.claim_id") if new else either
    filling = derived_rows.attributions().filling(f" AND {either}")
    return f"DELETE FROM answered_attributions AS g WHERE {either}", filling


def _unflagging(claims: str = "") -> list[str]:
    """Build the SQL that unflags what an accepted statement of these claims names, or a public claim is about.

    Of who was retracted a claim shows nothing.
    """
    standing = f"v.claim_id = c.claim_id AND v.retracted_at IS NULL{derived_rows.ACCEPTED}"
    said = f"FROM c CROSS JOIN statements v WHERE {standing}"
    named = {
        "speakers": f"SELECT v.speaker_id {said} UNION ALL SELECT v.via_speaker_id {said} UNION ALL"
        f" SELECT v.on_behalf_of_id {said} UNION ALL"
        " SELECT a.speaker_id FROM c CROSS JOIN claim_about a JOIN speakers sp ON sp.id = a.speaker_id"
        " WHERE a.claim_id = c.claim_id AND sp.retracted_at IS NULL",
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
    tables = (*derived_rows.row_sources(), *derived_rows.word_sources(), derived_rows.name_source())
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
