"""All in which the queries of the two databases differ: each difference is one function, both forms side by side.

Most make a node, which is compiled for the bound database; those at the end write SQL, for derived.py. The tables of
words stand in word_tables.py, what looks many keys up in key_lookups.py.
"""

from functools import reduce
from typing import Any

from peewee import JOIN, SQL, Case, Cast, Entity, Expression, Join, Node, NodeList, Select, Tuple, fn

from models.queries.nodes import STAR, ByNumber, P, Param, differing, written

# -- conditions -----------------------------------------------------------------------------------


@differing
def true(sqlite: bool, column: Any) -> Any:
    """Hold a column of booleans as a condition; SQLite keeps them as 0 and 1."""
    return column == 1 if sqlite else column


@differing
def later(sqlite: bool, one: Any, other: Any) -> Any:
    """Choose the later of two times, neither null."""
    return (fn.max if sqlite else fn.greatest)(one, other)


@differing
def holds(sqlite: bool, text: Any, part: str) -> Any:
    """Build the condition that a text holds a part of it."""
    return (fn.instr if sqlite else fn.strpos)(text, part) > 0


@differing
def among(sqlite: bool, id: Any, query: Any) -> Any:
    """Build the condition that `id` is one of those that a query finds; PostgreSQL plans for an array as for few."""
    return id.in_(query) if sqlite else id == fn.ANY(fn.ARRAY(query))


@differing
def among_many(sqlite: bool, id: Any, query: Any) -> Any:
    """Build the condition that `id`, of few rows, is one of the many that a query finds.

    PostgreSQL reads an array by an index anew for each row, and a list under a CASE once, which it hashes.
    """
    return id.in_(query) if sqlite else Case(None, ((hashed(id, query), SQL("TRUE")),), SQL("FALSE"))


@differing
def hashed(sqlite: bool, id: Any, query: Any) -> Any:
    """Build the condition that `id` is one of those that a query finds, which is asked of many, as under a CASE.

    PostgreSQL hashes no list that it expects to be long, but reads it all for each: of an array it expects ten.
    """
    return id.in_(query if sqlite else Select([], [fn.unnest(fn.ARRAY(query))]))


@differing
def either_in(sqlite: bool, e: Any, columns: list[Any], query: Any) -> Any:
    """Build the condition that one of two columns of `e` has one of the many ids that a query finds.

    PostgreSQL would compare each row with each of the ids.
    """
    one, other = (column.in_(query) for column in columns)
    return one | other if sqlite else among(e.id, e.select(e.id).where(one) + e.select(e.id).where(other))


@differing
def exists_by_row(sqlite: bool, query: Select) -> Any:
    """Build the condition that a query finds something, row by row.

    PostgreSQL would read all statements first, for a page of fifty.
    """
    return fn.EXISTS(query if sqlite else query.offset(0))


@differing
def unindexed(sqlite: bool, value: Any) -> Any:
    """Keep SQLite from an index that would find half of all rows."""
    return NodeList((SQL("+"), value), glue="") if sqlite else value


@differing
def is_one(sqlite: bool, column: Any, value: Any) -> Any:
    """Build the condition that an indexed column has a value that few may have.

    Of one that it takes for common, PostgreSQL would read the whole table; of what lies between two it expects little.
    """
    return column == value if sqlite else column.between(value, value)


@differing
def more_than(sqlite: bool, number: int, rows: Any, column: Any, value: Any, *conditions: Any) -> Any:
    """Build the condition that more than `number` rows that pass some conditions have a value in an indexed column.

    Of what lies between two values PostgreSQL would read all, again for each statement of a claim with thousands of
    answers: of two rows of values it expects much, and reads as much as is asked for in the order of the index.
    """
    if sqlite:
        return fn.EXISTS(rows.select(1).where(column == value, *conditions).limit(1).offset(number))
    its = (Tuple(column, column) >= Tuple(value, value)) & (column <= value)
    return fn.EXISTS(rows.select(1).where(its, *conditions).order_by(column).limit(1).offset(number))


def any_of(column: Any, name: str) -> Any:
    """Build the condition that a column of words has the value `name`, or of several one."""
    return ByNumber(name, column == Param(name), among(column, _each(name)))


def any_id(id: Any, name: str) -> Any:
    """Build the condition that `id` is the value `name`, or of several one."""
    return ByNumber(name, id == Param(name), among(id, _each(name, "bigint")))


@differing
def _each(sqlite: bool, name: str, type: str | None = None) -> Any:
    """Find the values in the JSON array `name`, which PostgreSQL casts to a type."""
    if sqlite:
        return Select([fn.json_each(Param(name))], [SQL("value")])
    value = Cast(SQL("value"), type) if type else SQL("value")
    return Select([fn.json_array_elements_text(Cast(Param(name), "json"))], [value])


@differing
def in_ranges(sqlite: bool, language: Any, name: str) -> Any:
    """Build the condition that a column of languages passes one of the ranges in the JSON array `name`.

    That is basic filtering (RFC 4647, section 3.3.1); the ranges are in lower case. Of all rows the few languages that
    they have are read first, each by a look into the index: so the rows are found by that index, whatever their case.
    """
    column, table = f'"{language.name}"', f'"{language.source.__name__}"'
    least = f"SELECT min({column}) FROM {table}"
    ranges = "json_each({}) AS r" if sqlite else "json_array_elements_text(({})::json) AS r(value)"
    # A tag is cut to each length that ranges have: 50 of two letters and 20,000 tags take 0.02 s instead of 0.4.
    before, after = (
        f"WITH RECURSIVE tags(tag) AS ({least} UNION ALL SELECT ({least} WHERE {column} > tag) FROM tags"
        " WHERE tag IS NOT NULL), written(tag, whole) AS MATERIALIZED (SELECT tag, lower(tag) || '-' FROM tags),"
        f" ranges(begun) AS MATERIALIZED (SELECT r.value || '-' FROM {ranges}),"
        " cuts(size) AS MATERIALIZED (SELECT DISTINCT length(begun) FROM ranges) SELECT tag FROM written"
        " WHERE EXISTS (SELECT 1 FROM cuts WHERE substr(whole, 1, size) IN (SELECT begun FROM ranges))"
    ).split("{}")
    query = NodeList((SQL(before), Param(name), SQL(after)), glue="")
    return NodeList((language, SQL("IN ("), query, SQL(")"))) if sqlite else language == fn.ANY(fn.ARRAY(query))


def in_list(id: Any, name: str) -> Any:
    """Build the condition that `id` is in the JSON array `name`."""
    return id.in_(_each(name, "bigint"))


# -- tables ---------------------------------------------------------------------------------------


@differing
def indexed_by(sqlite: bool, table: Any, index: str) -> Any:
    """Name the index for SQLite, to which one in which half the rows have the same value looks useless."""
    return NodeList((table, SQL(f"INDEXED BY {index}"))) if sqlite else table


@differing
def ids_as_table(sqlite: bool, name: str, alias: str) -> Any:
    """Read the ids in the JSON array `name` as a table of (key, id): their places from 0, and themselves."""
    if sqlite:
        return Select([fn.json_each(Param(name))], [SQL("key"), SQL("value").alias("id")]).alias(alias)
    ids = NodeList((fn.json_array_elements_text(Cast(Param(name), "json")), SQL("WITH ORDINALITY AS j(value, place)")))
    return Select([ids], [(SQL("place") - 1).alias("key"), Cast(SQL("value"), "bigint").alias("id")]).alias(alias)


@differing
def pairs_as_table(sqlite: bool, name: str, alias: str) -> Any:
    """Read the pairs of speakers in the JSON array `name` as a table of (by_id, against_id)."""
    pairs = fn.json_each(Param(name)) if sqlite else fn.json_array_elements(Cast(Param(name), "json"))
    # As numbers: by what has no type, SQLite would find no pair by both.
    ids = SQL("CAST(value ->> 0 AS BIGINT) AS by_id, CAST(value ->> 1 AS BIGINT) AS against_id")
    return Select([pairs], [ids]).alias(alias)


@differing
def each_of(sqlite: bool, query: Any, alias: str) -> Any:
    """Read the column `value` of a query that names tables before it in FROM, for each of their rows."""
    if sqlite:
        return fn.json_each(Select([query], [fn.json_group_array(SQL("value"))])).alias(alias)
    return query.lateral().alias(alias)


def paired(first: Any, others: list[tuple[Any, Any]], columns: Any, ids: tuple[Any, ...]) -> Select:
    """Read the columns of what matches of a query and `others`, each with its condition; `ids` has one of each.

    PostgreSQL, which knows nothing of their sizes, compares each row with each; but for a full join it hashes or sorts.
    What a full join keeps besides has not all of the ids, by a condition of which it stays one. So it does behind an
    OFFSET where more is asked of the rows, as by an IN.
    """
    joined = reduce(lambda one, other: _hashed(one, *other), others, first)
    return Select([joined], columns).where(*(fn.coalesce(id, 0) > 0 for id in ids)).offset(0)


@differing
def _hashed(sqlite: bool, one: Any, other: Any, on: Any) -> Any:
    return Join(one, other, JOIN.CROSS if sqlite else JOIN.FULL, on)


@differing
def looked_up(sqlite: bool, table: Any, its: Any) -> Any:
    """Read a table by an index for each row of those before it in FROM, by the condition on which it is joined.

    PostgreSQL takes few rows for one, and would compare each with all that there are (docs/decisions/0081).
    """
    return table if sqlite else table.select(STAR).where(its).offset(0).lateral().alias(table._alias)


# -- what a planner does by itself ------------------------------------------------------------------


@written
def expecting_many(sqlite: bool, query: Select) -> Select:
    """Have PostgreSQL plan for a thousand rows, which never come: else it expects one, and compares each with each."""
    none = Select([fn.generate_series(1, 2000).alias("z")], [SQL("NULL") for _ in query._returning])
    return query if sqlite else query.union_all(none.where(SQL("(SELECT FALSE)")))


@written
def topic_bounds(sqlite: bool) -> bool:
    """Tell whether a list of one topic is read by the index of that topic, whatever else is asked of it."""
    return sqlite


@written
def decides_at_once(sqlite: bool) -> bool:
    """Tell whether what finds all that pass counts once: PostgreSQL counts it for each row, and plans by that."""
    return sqlite


@written
def finds_pairs(sqlite: bool) -> bool:
    """Tell whether an index finds the place of a pair of values, one of which SQLite has as the rowid."""
    return not sqlite


# -- search ---------------------------------------------------------------------------------------


@differing
def matches(sqlite: bool, alias: str, words: str, id: str, id_of_row: Any, key: Any, *weights: float) -> Any:
    """Read (key, id, and what the rank is made of) of what the value `q` finds in the table `words`.

    On SQLite the key is the rowid, of which `id_of_row` makes the id; else the id is the column `id`.
    """
    if sqlite:
        found = (SQL("rowid").alias("key"), id_of_row.alias("id"), fn.bm25(Entity(words), *weights).alias("rank"))
        return Select([Entity(words)], found).where(Expression(Entity(words), "MATCH", P.q)).alias(alias)
    columns = (key.alias("key"), Entity(id).alias("id"), SQL("words"), SQL("y"))
    query = Select([Entity(words), Select(None, [Cast(P.q, "tsquery").alias("y")]).alias("z")], columns)
    return query.where(Expression(SQL("words"), "@@", SQL("y"))).alias(alias)


@differing
def rank(sqlite: bool) -> Any:
    """Build the SQL of how well a match fits, the lowest best; PostgreSQL ranks what is left, SQLite as it finds.

    Weights of D, C, B and A; divided by the logarithm of the length, as bm25 does in its way.
    """
    if sqlite:
        return SQL("rank")
    return Cast(0 - fn.ts_rank("{0.1, 0.25, 0.5, 1.0}", SQL("words"), SQL("y"), 1), "float8")


# -- values ---------------------------------------------------------------------------------------


@differing
def hexadecimal(sqlite: bool, id: Any, *order: Any) -> Any:
    """Put ids together, hexadecimal and with dots between."""
    together = fn.group_concat(fn.printf("%x", id), ".") if sqlite else fn.string_agg(fn.to_hex(id), ".")
    return together.order_by(*order)


@differing
def joined(sqlite: bool, json: Any, order: Any) -> Any:
    """Put the JSON of many together, with commas between; on SQLite as bytes, and in the order as it comes."""
    return Cast(fn.group_concat(json), "BLOB") if sqlite else fn.string_agg(json, ",").order_by(order)


@differing
def least(sqlite: bool, *values: Any) -> Any:
    """Take the least of some numbers."""
    return (fn.min if sqlite else fn.least)(*values)


@differing
def no_items(sqlite: bool) -> Any:
    """Build what `joined` returns where there are none."""
    return Cast(SQL("NULL"), "BLOB" if sqlite else "TEXT")


@differing
def text(sqlite: bool, json: Node) -> Any:
    """Make JSON the text that is sent; PostgreSQL's driver would parse it otherwise."""
    return json if sqlite else Cast(json, "text")


@differing
def beside_json(sqlite: bool, json: Any, *values: Any) -> Any:
    """Make the JSON array of the text of some JSON, and of other values, as it is sent."""
    # SQLite would put what it knows to be JSON into the array as it is.
    return fn.json_array(fn.CONCAT(json, ""), *values) if sqlite else Cast(fn.json_build_array(json, *values), "text")


@differing
def share(sqlite: bool, value: Any, worst: Any, best: Any) -> Any:
    """Build where `value` lies on its scale, 0 for `worst` and 1 for `best`; null where any of them is unknown.

    To nine digits, so that 1.3 from 1 to 2 is 0.3; of floats PostgreSQL would refuse to divide the smallest.
    """
    if not sqlite:
        value, worst, best = (Cast(one, "numeric") for one in (value, worst, best))
    return fn.round((value - worst) / fn.nullif(best - worst, 0), 9)


@differing
def days_between(sqlite: bool, first: Any, last: Any) -> Any:
    """Count the days from one day to another."""
    if sqlite:
        return Cast(fn.julianday(last) - fn.julianday(first), "INTEGER")
    return Cast(last, "date") - Cast(first, "date")


@written
def json_member(sqlite: bool, json: Any, name: str) -> Any:
    """Read a member of a column that holds a JSON object, as text; in a query of a model, which takes its values."""
    return Expression(json if sqlite else Cast(json, "json"), "->>", name)


# -- derived tables ------------------------------------------------------------------------------


@written
def in_ids(sqlite: bool, column: str) -> str:
    """Build the condition that `column` is one of the ids in a JSON array, the one parameter."""
    if sqlite:
        return f"{column} IN (SELECT value FROM json_each(?))"
    return f"{column} = ANY (ARRAY(SELECT json_array_elements_text(?::json)::bigint))"


@written
def in_found(sqlite: bool, query: str) -> str:
    """Write the condition that what stands before it is an id that a query finds; PostgreSQL plans for few of them."""
    return f"IN ({query})" if sqlite else f"= ANY (ARRAY({query}))"


@written
def wholes(sqlite: bool) -> str:
    """Build the SELECT of the (noun, id, public, visible) in a JSON array of such arrays, the one parameter."""
    if sqlite:
        read = "SELECT value ->> 0 AS noun, value ->> 1 AS id, value ->> 2 AS public, value ->> 3 AS visible"
        return f"{read} FROM json_each(?)"
    typed = "(value ->> 1)::bigint AS id, (value ->> 2)::boolean AS public, (value ->> 3)::boolean AS visible"
    return f"SELECT value ->> 0 AS noun, {typed} FROM json_array_elements(?::json)"


@written
def json_of(sqlite: bool, column: str, name: str) -> str:
    """Build the SQL of a member of a column that holds a JSON object, as the text of JSON; null where it has none."""
    return f"{column} -> '{name}'" if sqlite else f"CAST(CAST({column} AS json) -> '{name}' AS text)"


@written
def json_rows(sqlite: bool, columns: str, source: str) -> str:
    """Build the SQL of the rows of a source, as the text of a JSON array of arrays; null or empty where it has none."""
    if sqlite:
        return f"(SELECT json_group_array(json_array({columns})) FROM {source})"
    return f"(SELECT CAST(json_agg(json_build_array({columns})) AS TEXT) FROM {source})"


@written
def counting_rows(sqlite: bool, how: str = "") -> list[str]:
    """Build the SQL by which PostgreSQL counts what was written: else it reads all statements for each claim."""
    return [] if sqlite else [f"ANALYZE {how} claims, statements, counterclaims, speakers, sentences, documents"]
