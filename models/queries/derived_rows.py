"""What each derived table is filled from, as SQL that derived.py puts together."""

from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from peewee import Entity, Expression, Select, Tuple

from models.queries import days, members, names, shapes, word_tables
from models.queries.attributions import answer_ids, disowned, ea, stated_by_publisher
from models.queries.dialects import unindexed
from models.queries.nodes import TRUE, Aliased, Part
from models.queries.table_aliases import s
from models.queries.visibility import PUBLIC, REVIEWER, claim_seen
from models.tables import Statement

_v = Aliased(Statement, "v")


class Source(NamedTuple):
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


def summaries() -> Source:
    """Write the source of the first statement of each standing claim, and what claims are counted by."""
    first = (
        "(SELECT v.id FROM statements v WHERE v.claim_id = c.id"
        f" AND v.retracted_at IS NULL{{}} ORDER BY {Part(days.earliest(_v)).sql}, v.id LIMIT 1)"
    )
    public = Part(claim_seen(PUBLIC)).sql
    return Source(
        "claim_summaries",
        (
            *("claim_id", "public", "answered", "statement_id", "speaker_id", "document_id", "day"),
            *("statement_count", "print_count", "reviewer_statement_count", "reviewer_print_count"),
        ),
        f"SELECT c.id, {public}, {answered('c', 'id')}, s.id, s.speaker_id, s.document_id, coalesce(s.day, ''),"
        f" {_count('IS NULL', _LIKE_FIRST)}, {_count('IS NOT NULL', _LIKE_FIRST)},"
        f" {_count('IS NULL')}, {_count('IS NOT NULL')} FROM claims c LEFT JOIN statements s"
        f" ON s.id = coalesce({first.format(ACCEPTED)}, CASE WHEN NOT {public} THEN {first.format('')} END)"
        " WHERE c.retracted_at IS NULL AND c.merged_into_id IS NULL",
        claim="c.id",
    )


#: What cards show of the nouns around a first statement: the alias of its table, and the columns.
CARD_PARTS = {
    "speaker": ("sp", ("id", "name", "kind", "description", "wikidata_id")),
    "sentence": ("se", ("id", "position", "start", "end", "text")),
    "document": ("d", ("id", "url", "title", "publisher", "published_at", "language", "kind")),
}


def cards() -> Source:
    """Write the source of what lists show of each standing claim and its first statement."""
    columns = {f"{noun}_{name}": f'{alias}."{name}"' for noun, (alias, names) in CARD_PARTS.items() for name in names}
    own = ("status", "cue", "cue_start", "cue_end", "content", "form", "said_on", "day")
    columns = {"statement_id": "s.id"} | {name: f"s.{name}" for name in own} | columns
    others = "SELECT 1 FROM statements v WHERE v.claim_id = c.claim_id AND v.retracted_at IS NULL AND v.id <> s.id"
    return Source(
        "claim_cards",
        ("claim_id", "text", "language", "topic_slugs", "alone", *columns),
        f"SELECT c.claim_id, k.text, k.language, {members.text(shapes.topic_slugs(Entity('c', 'claim_id')))},"
        f" coalesce(s.status = 'accepted', FALSE) AND NOT EXISTS ({others}),"
        f" {', '.join(columns.values())} FROM claim_summaries c JOIN claims k ON k.id = c.claim_id"
        " LEFT JOIN statements s ON s.id = c.statement_id LEFT JOIN speakers sp ON sp.id = s.speaker_id"
        " LEFT JOIN sentences se ON se.id = s.sentence_id LEFT JOIN documents d ON d.id = s.document_id"
        " WHERE TRUE",
    )


def answered(*claim: str) -> str:
    """Build the condition that the public sees an answer to the claim whose id is in the given column."""
    return Part(shapes.is_answered(PUBLIC, Entity(*claim))).sql


#: Written so that no index on the status answers it: SQLite without statistics would read through all accepted
#: statements in the order of their ids to find the lowest of one claim.
ACCEPTED = " AND v.status || '' = 'accepted'"
#: Statements like the first, `s`, of a claim: the accepted ones, or all of a claim that has none of these.
_LIKE_FIRST = " AND (v.status || '' = 'accepted' OR s.status <> 'accepted')"


def _count(original: str, condition: str = "") -> str:
    """Build the number of a claim's statements, acts or prints of them, of which a condition holds."""
    standing = f"v.claim_id = c.id AND v.retracted_at IS NULL AND v.original_id {original}"
    return f"(SELECT count(*) FROM statements v WHERE {standing}{condition})"


def topic_index() -> Source:
    """Write the source of each topic of each standing claim."""
    return Source(
        "claim_topic_index",
        ("claim_id", "topic_id", "public", "answered", "day", "statement_count"),
        "SELECT c.claim_id, ct.topic_id, c.public, c.answered, c.day, c.statement_count FROM claim_summaries c"
        " JOIN claim_topics ct ON ct.claim_id = c.claim_id WHERE TRUE",
    )


def attributions() -> Source:
    """Write the source of the statements whose attribution is answered.

    Whether who published a statement states an answer is found once for all that they published: many may bear the
    name, and of many statements one claim may answer the attribution.
    """
    shown = [
        f"{Part(disowned(viewer, partial(_stated, stated))).sql}, {members.text(answer_ids(viewer))}"
        for stated, viewer in _STATED.items()
    ]
    published = [
        f"{stated} AS MATERIALIZED (SELECT p.answer_id, p.publisher FROM p"
        f" WHERE {Part(stated_by_publisher(viewer, Entity('p', 'answer_id'), Entity('p'))).sql})"
        for stated, viewer in _STATED.items()
    ]
    return Source(
        "answered_attributions",
        ("statement_id", "claim_id", "disputed", "answers", "reviewer_disputed", "reviewer_answers"),
        # Without statistics SQLite would read all answers to attributions for each claim.
        "WITH g AS MATERIALIZED (SELECT g.target_id, g.answer_id FROM counterclaims g"
        " WHERE g.of || '' = 'attribution' AND g.retracted_at IS NULL",
        "), o AS MATERIALIZED (SELECT DISTINCT g.answer_id, s.document_id FROM g"
        " JOIN statements s ON s.id = g.target_id), p AS MATERIALIZED (SELECT DISTINCT o.answer_id, d.publisher,"
        " d.publisher_key FROM o JOIN documents d ON d.id = o.document_id WHERE d.publisher IS NOT NULL),"
        f" {', '.join(published)} SELECT s.id, s.claim_id, {', '.join(shown)} FROM statements s"
        " WHERE s.retracted_at IS NULL AND s.id IN (SELECT g.target_id FROM g)",
        claim="g.claim_id",
    )


#: What holds, in that source, who published which answers, and who sees that.
_STATED = {"stated": PUBLIC, "reviewer_stated": REVIEWER}


def _stated(stated: str, document: Any) -> Any:
    """Build the condition that who published a document states the answer `ea`, as the source above has found."""
    found = Select([Entity(stated)], [Entity(stated, "answer_id"), Entity(stated, "publisher")])
    # PostgreSQL would join it, and read all that was found for each answer.
    return Expression(Expression(Tuple(ea.answer_id, document.publisher), "IN", found), "IS", TRUE)


def row_sources() -> tuple[Source, ...]:
    """List the sources of the tables of rows, in the order in which they are filled."""
    return summaries(), cards(), topic_index(), attributions()


def word_sources() -> Iterator[Source]:
    """Yield the sources of the full-text indexes of claims and statements."""
    key, columns, words = word_tables.claim_words()
    claims = f"SELECT {key}, {words} FROM claims c WHERE c.retracted_at IS NULL AND c.merged_into_id IS NULL"
    public, accepted = Part(claim_seen(PUBLIC)).sql, "s.status || '' = 'accepted'"
    yield from _split(Source("claim_search", columns, claims, claim="c.id"), public)
    yield from _split(_statement_words(), accepted)


def _statement_words() -> Source:
    """Write the source of the words of statements."""
    columns, words = word_tables.statement_words()
    # Else SQLite reads all that stand in the order of an index of these, each from another page.
    stands = f"{Part(unindexed(s.retracted_at)).sql} IS NULL"
    read = "s.id, s.claim_id, s.sentence_id, s.speaker_id, s.content_start, s.mention"
    said = f"WITH w AS MATERIALIZED (SELECT {read} FROM statements s WHERE {stands}"
    return Source("statement_search", columns, said, f"), {words}", claim="s.claim_id")


def name_source() -> Source:
    """Write the source of the full-text index of titles and names."""
    every = " UNION ALL ".join(names.selecting(noun) for noun in names.NAMED)
    return Source("name_search", names.columns(), f"SELECT n.id, n.words FROM ({every}) AS n", order=" ORDER BY 1")


def _split(source: Source, shown: str) -> Iterator[Source]:
    """Fill the tables of words from a source: where there are two, the second from what is not `shown`."""
    tables = word_tables.tables_of(source.table)
    conditions = ("",) if len(tables) == 1 else (f" AND {shown}", f" AND NOT ({shown})")
    for name, condition in zip(tables, conditions, strict=True):
        # The index would write a segment for each row that goes back.
        yield source._replace(table=name, select=source.select + condition, order=" ORDER BY 1")
