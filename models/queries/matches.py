"""What a search finds among claims and statements, by full-text indexes: tables of ids that lists narrow and rank."""

from functools import reduce
from operator import add
from typing import Any, NamedTuple

from peewee import JOIN, SQL, Entity, Select, fn

from models.queries import dialects, word_tables
from models.queries.dialects import among, among_many
from models.queries.filter_sets import Filters
from models.queries.table_aliases import s
from models.queries.visibility import Viewer, statement_seen

#: How much a word counts in the claim, in the sentence and in the speaker's names.
_WEIGHTS = (4.0, 1.0, 2.0)

_m, _w = Entity("m"), Entity("w")


class Match(NamedTuple):
    """What a search finds in one table of words: a table `m` of (key, id, ...), and the order of its keys."""

    table: Any
    first: Any
    #: Whether it has each id once: a claim is found by each of its statements.
    once: bool = True


def matches(noun: str, viewer: Viewer, filters: Filters) -> list[Match]:
    """Read what the value `q` finds among `noun`.

    Claims begin with the shortest, in which the words count for most; statements with the newest.
    """
    row, statement = SQL("rowid"), Entity("statement_id")
    of_statements = word_tables.tables_of("statement_search", viewer.unreviewed)
    if noun == "statements":
        found = [dialects.matches("m", one, "statement_id", row, statement, *_WEIGHTS) for one in of_statements]
        return [Match(table, _m.key.desc()) for table in found]
    of_claims = word_tables.tables_of("claim_search", viewer.unreviewed)
    id, length = SQL(word_tables.CLAIM_OF_ROWID), fn.length(SQL("words"))
    worded = [Match(dialects.matches("m", one, "claim_id", id, length), _m.key.asc()) for one in of_claims]
    if "in_" in filters.names:
        return worded
    for one in of_statements:
        stated = dialects.matches("w", one, "statement_id", row, statement, *_WEIGHTS)
        stated = Select([stated], [_w.key, s.claim_id.alias("id"), word_tables.fit("w")]).join(s, JOIN.CROSS)
        table = stated.where(s.id == _w.key, statement_seen(viewer)).alias("m")
        worded.append(Match(table, _m.key.desc(), once=False))
    return worded


def matched(noun: str, viewer: Viewer, filters: Filters) -> Select:
    """Find the ids of all that the value `q` finds among `noun`."""
    return reduce(add, (Select([match.table], [_m.id]) for match in matches(noun, viewer, filters)))


def matching(noun: str, viewer: Viewer, filters: Filters, id: Any) -> Any:
    """Build the condition that `id` is the id of something that the value `q` finds among `noun`.

    Where PostgreSQL finds a body's claims first, or what somebody answered, it looks for each among the matches.
    """
    found_first = {"part_of", "answered_by"} & filters.names
    return (among_many if found_first else among)(id, matched(noun, viewer, filters))
