"""All in which the queries of the two databases differ: each difference is one function, both forms side by side."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from peewee import JOIN, SQL, Cast, ColumnBase, Entity, Expression, Join, Node, NodeList, Select, fn

from models.queries.nodes import STAR, P, Param


class _Late(ColumnBase):
    """A node that is made when the query is compiled: only then is it known for which database."""

    def __init__(self, make: Callable[..., Any], args: tuple[Any, ...]) -> None:
        self.make, self.args = make, args

    def __sql__(self, ctx: Any) -> Any:
        return ctx.sql(self.make(ctx.state.sqlite, *self.args))


def _differing(make: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function that makes a node for SQLite, or else for PostgreSQL, make one for the bound database."""
    return wraps(make)(lambda *args: _Late(make, args))


# -- conditions -----------------------------------------------------------------------------------


@_differing
def true(sqlite: bool, column: Any) -> Any:
    """Hold a column of booleans as a condition; SQLite keeps them as 0 and 1."""
    return column == 1 if sqlite else column


@_differing
def among(sqlite: bool, id: Any, query: Any) -> Any:
    """Say that `id` is one of those that a query finds; PostgreSQL plans for an array as for few."""
    return id.in_(query) if sqlite else id == fn.ANY(fn.ARRAY(query))


@_differing
def fence(sqlite: bool, query: Select) -> Any:
    """Say that a query finds something, looked up for each row.

    PostgreSQL would sooner read all statements beforehand, although a page asks about fifty rows.
    """
    return fn.EXISTS(query if sqlite else query.offset(0))


@_differing
def unindexed(sqlite: bool, value: Any) -> Any:
    """Keep SQLite from an index that would find half of all rows."""
    return NodeList((SQL("+"), value), glue="") if sqlite else value


@_differing
def any_case(sqlite: bool, column: Any, name: str) -> Any:
    """Compare lower(...) of a column with a value that `values.in_any_case` has prepared.

    SQLite's lower() leaves all but ASCII as it is, so the column may hold any of the value's spellings.
    """
    return column.in_(_items(name)) if sqlite else column == fn.lower(Cast(Param(name), "text"))


@_differing
def in_list(sqlite: bool, id: Any, name: str) -> Any:
    """Say that `id` is in the JSON array `name`."""
    if sqlite:
        return id.in_(_items(name))
    ids = fn.json_array_elements_text(Cast(Param(name), "json"))
    return id.in_(Select([ids], [Cast(SQL("value"), "bigint")]))


def _items(name: str) -> Select:
    return Select([fn.json_each(Param(name))], [SQL("value")])


# -- tables ---------------------------------------------------------------------------------------


@_differing
def indexed_by(sqlite: bool, table: Any, index: str) -> Any:
    """Name the index for SQLite, to which one in which half the rows have the same value looks useless."""
    return NodeList((table, SQL(f"INDEXED BY {index}"))) if sqlite else table


@_differing
def listed(sqlite: bool, name: str, alias: str) -> Any:
    """Read the ids in the JSON array `name` as a table of (key, id): their places from 0, and themselves."""
    if sqlite:
        return Select([fn.json_each(Param(name))], [SQL("key"), SQL("value").alias("id")]).alias(alias)
    ids = NodeList((fn.json_array_elements_text(Cast(Param(name), "json")), SQL("WITH ORDINALITY AS j(value, place)")))
    return Select([ids], [(SQL("place") - 1).alias("key"), Cast(SQL("value"), "bigint").alias("id")]).alias(alias)


@_differing
def beside_summaries(sqlite: bool, e: Any, summary: Any, sides: dict[Any, Any], walked: bool) -> Any:
    """Read the counterclaims `e` with the claims on their `sides`, {table: its id}, and the `summary` of the answer.

    Where `walked`, summaries are read by their day, and the counterclaims of each looked up; else the reverse.
    """

    def with_sides(source: Any) -> Any:
        for side, id in sides.items():
            source = Join(source, side, on=side.id == id)
        return source

    if sqlite:
        return with_sides(Join(summary, e, JOIN.CROSS)) if walked else NodeList((summary, with_sides(e)), ", ")
    looked_up, other = (e, summary) if walked else (summary, e)
    its = looked_up.select(STAR).where(e.answer_id == summary.claim_id).offset(0).lateral().alias(looked_up._alias)
    # Without LATERAL, PostgreSQL compares each summary with each counterclaim that passes: it expects few to.
    return with_sides(Join(other, its, JOIN.CROSS)) if walked else Join(with_sides(other), its, JOIN.CROSS)


# -- search ---------------------------------------------------------------------------------------


@_differing
def matches(sqlite: bool, alias: str, words: str, id: str, id_of_row: Any, key: Any, *weights: float) -> Any:
    """Read (key, id, and what the rank is made of) of what the value `q` finds in the table `words`.

    On SQLite the key is the rowid, of which `id_of_row` makes the id; else the id is the column `id`.
    """
    if sqlite:
        found = (SQL("rowid").alias("key"), id_of_row.alias("id"), fn.bm25(Entity(words), *weights).alias("rank"))
        return Select([Entity(words)], found).where(Expression(Entity(words), "MATCH", P.q)).alias(alias)
    columns = (key.alias("key"), Entity(id).alias("id"), SQL("words"), SQL("y"))
    query = Select([Entity(words), fn.to_tsquery("simple", P.q).alias("y")], columns)
    return query.where(Expression(SQL("words"), "@@", SQL("y"))).alias(alias)


@_differing
def fit(sqlite: bool, of: str) -> Any:
    """Name the columns of `matches` that the rank is made of."""
    return Entity(of, "rank") if sqlite else NodeList((Entity(of, "words"), Entity(of, "y")), ", ")


@_differing
def rank(sqlite: bool) -> Any:
    """Make how well a match fits, the lowest best; PostgreSQL works it out of what is left, SQLite as it finds.

    Weights of D, C, B and A; divided by the logarithm of the length, as bm25 does in its way.
    """
    if sqlite:
        return SQL("rank")
    return Cast(0 - fn.ts_rank("{0.1, 0.25, 0.5, 1.0}", SQL("words"), SQL("y"), 1), "float8")


@_differing
def sentence_matches(sqlite: bool, w: Any, statement: Any) -> Any:
    """Say that `q` finds the row `w` of statement_search, of the id `statement`, with a `word` in its sentence."""
    if sqlite:
        query = NodeList((SQL("'('"), P.q, SQL("') AND sentence : '"), P.word), " || ")
        return (w.rowid == statement) & Expression(w.statement_search, "MATCH", query)
    whole, sentence = w.words, fn.ts_filter(w.words, "{c}")
    found = (Expression(part, "@@", fn.to_tsquery("simple", q)) for part, q in ((whole, P.q), (sentence, P.word)))
    return NodeList((w.statement_id == statement, *found), " AND ")


# -- values ---------------------------------------------------------------------------------------


@_differing
def hexadecimal(sqlite: bool, id: Any, *order: Any) -> Any:
    """Put ids together, hexadecimal and with dots between."""
    together = fn.group_concat(fn.printf("%x", id), ".") if sqlite else fn.string_agg(fn.to_hex(id), ".")
    return together.order_by(*order)


@_differing
def joined(sqlite: bool, json: Any, order: Any) -> Any:
    """Put the JSON of many together, with commas between; on SQLite as bytes, and in the order as it comes."""
    return Cast(fn.group_concat(json), "BLOB") if sqlite else fn.string_agg(json, ",").order_by(order)


@_differing
def text(sqlite: bool, json: Node) -> Any:
    """Make JSON the text that is sent; PostgreSQL's driver would parse it otherwise."""
    return json if sqlite else Cast(json, "text")


@_differing
def days_between(sqlite: bool, first: Any, last: Any) -> Any:
    """Count the days from one day to another."""
    if sqlite:
        return Cast(fn.julianday(last) - fn.julianday(first), "INTEGER")
    return Cast(last, "date") - Cast(first, "date")
