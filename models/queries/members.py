"""JSON written by the database: a tree of members, and the SQL that both databases understand for it.

A tree is built once, may be pruned to the members that a caller asks for (`only`), and is rendered to
one SQL expression. On SQLite an object of mere values is json_object, the fastest; one that holds what an inner query
has written is put together by concat, since json_object would parse that again (docs/decisions/0010).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from models.storage.database import on_sqlite

#: Members that a caller chooses, as (name, what is chosen inside it) pairs; nothing inside is everything.
Chosen = tuple[tuple[str, Any], ...]
#: Members by name; what is below a name is wanted whole where its mapping is empty.
Wanted = Mapping[str, Any]


class Node:
    """Something that has a JSON form."""

    def sql(self) -> str:
        """Write it as SQL: JSON text that is never null on SQLite, a json value on PostgreSQL."""
        raise NotImplementedError

    def value(self) -> str | None:
        """Write it for SQLite's json_object to take as it is: a value, or JSON that the same expression makes.

        None for what is JSON as mere text by then, such as the rows of a subquery: json_object would have to parse
        it again, or take it for a string.
        """
        return None

    def only(self, wanted: Wanted) -> Node:
        """Keep of it what is wanted."""
        return self


@dataclass(frozen=True)
class Value(Node):
    """A column or another expression that is a string, a number or null."""

    expression: str

    def sql(self) -> str:
        return f"json_quote({self.expression})" if on_sqlite() else self.expression

    def value(self) -> str:
        return self.expression


@dataclass(frozen=True)
class Json(Node):
    """A text column that holds JSON already."""

    expression: str

    def sql(self) -> str:
        return f"coalesce({self.expression}, 'null')" if on_sqlite() else f"({self.expression})::json"


@dataclass(frozen=True)
class Stored(Node):
    """A node of which a text column holds one choice of members, `form`, as JSON already."""

    node: Node
    form: Wanted
    column: str

    def sql(self) -> str:
        return self.node.sql()

    def only(self, wanted: Wanted) -> Node:
        return Json(self.column) if wanted == self.form else self.node.only(wanted)


@dataclass(frozen=True)
class Flag(Node):
    """A condition, as true or false."""

    condition: str

    def sql(self) -> str:
        if on_sqlite():
            return f"CASE WHEN {self.condition} THEN 'true' ELSE 'false' END"
        return f"({self.condition})"

    def value(self) -> str:
        return f"CASE WHEN {self.condition} THEN json('true') ELSE json('false') END"


@dataclass(frozen=True)
class Object(Node):
    """An object."""

    members: Mapping[str, Node]

    def sql(self) -> str:
        if not on_sqlite():
            pairs = ", ".join(f"'{name}', {node.sql()}" for name, node in self.members.items())
            return f"json_build_object({pairs})"
        whole = self.value()
        if whole is not None:
            return whole
        pairs = ", ',".join(f'"{name}":\', {node.sql()}' for name, node in self.members.items())
        return f"concat('{{{pairs}, '}}')"

    def value(self) -> str | None:
        pairs = {name: node.value() for name, node in self.members.items()}
        if None in pairs.values():
            return None
        return "json_object(" + ", ".join(f"'{name}', {value}" for name, value in pairs.items()) + ")"

    def only(self, wanted: Wanted) -> Object:
        if not wanted:
            return self
        return Object({name: node.only(wanted[name]) for name, node in self.members.items() if name in wanted})


@dataclass(frozen=True)
class Maybe(Node):
    """A node where a condition holds, else null."""

    condition: str
    node: Node

    def sql(self) -> str:
        otherwise = "ELSE 'null' " if on_sqlite() else ""
        return f"CASE WHEN {self.condition} THEN {self.node.sql()} {otherwise}END"

    def value(self) -> str | None:
        inner = self.node.value()
        return None if inner is None else f"CASE WHEN {self.condition} THEN {inner} END"

    def only(self, wanted: Wanted) -> Node:
        return Maybe(self.condition, self.node.only(wanted))


@dataclass(frozen=True)
class Subquery(Node):
    """A node for the one row of `source`, a FROM clause with its WHERE; null where there is none."""

    node: Node
    source: str

    def sql(self) -> str:
        selected = f"(SELECT {read(self.node.sql(), self.source)})"
        return f"coalesce({selected}, 'null')" if on_sqlite() else selected

    def value(self) -> str | None:
        inner = self.node.value()
        return None if inner is None else f"(SELECT {read(inner, self.source)})"

    def only(self, wanted: Wanted) -> Node:
        return Subquery(self.node.only(wanted), self.source)


@dataclass(frozen=True)
class Array(Node):
    """A node for each row of `source`, a FROM clause with its WHERE and ORDER BY; at most `limit`.

    Where `if_any`, a condition on what is around it, does not hold, there is none, and nothing is looked up.
    """

    node: Node
    source: str
    limit: int | None = None
    if_any: str | None = None
    #: A condition under which the array is of one node that is at hand, and this node.
    at_hand: tuple[str, Node] | None = None

    def sql(self) -> str:
        rows = f"SELECT {read(self.node.sql() + ' AS j', self.source)}" + (f" LIMIT {self.limit}" if self.limit else "")
        if on_sqlite():
            listed, none = f"coalesce((SELECT group_concat(j) FROM ({rows}) AS a), '')", "''"
        else:
            listed, none = f"(SELECT coalesce(json_agg(j), '[]'::json) FROM ({rows}) AS a)", "'[]'::json"
        if self.if_any:
            listed = f"CASE WHEN {self.if_any} THEN {listed} ELSE {none} END"
        if self.at_hand:
            one = self.at_hand[1].sql() if on_sqlite() else f"json_build_array({self.at_hand[1].sql()})"
            listed = f"CASE WHEN {self.at_hand[0]} THEN {one} ELSE {listed} END"
        return f"concat('[', {listed}, ']')" if on_sqlite() else listed

    def only(self, wanted: Wanted) -> Node:
        return replace(self, node=self.node.only(wanted))


@dataclass(frozen=True)
class SingleItem(Node):
    """An array that mostly is, namely under a condition, of one `item` alone, some of whose members are at hand."""

    array: Array
    condition: str
    item: Object

    def sql(self) -> str:
        return self.array.sql()

    def only(self, wanted: Wanted) -> Node:
        array = replace(self.array, node=self.array.node.only(wanted))
        if not wanted or not wanted.keys() <= self.item.members.keys():
            return array
        return replace(array, at_hand=(self.condition, self.item.only(wanted)))


_JOIN = re.compile(r" JOIN \w+ (\w+) ON \1\.id = [\w.]+")
_ROW = re.compile(r"FROM \w+ (\w+) WHERE \1\.id = ([\w.]+)")


def read(columns: str, source: str) -> str:
    """Write columns and where they come from, without the rows found by id that no other part refers to.

    Such a row is the one that a foreign key points at, so without it the others are the same.
    """
    for join in reversed(list(_JOIN.finditer(source))):
        rest = source[: join.start()] + source[join.end() :]
        if not re.search(rf"\b{join[1]}\.", columns + rest):
            source = rest
    row = _ROW.match(source)
    if row and not re.search(rf"\b{row[1]}\.", columns + source[row.end() :]):
        source = f"WHERE {row[2]} IS NOT NULL{source[row.end() :]}"
    return f"{columns} {source}"


def tree(chosen: Chosen) -> Wanted:
    """Make the mapping that `only` takes."""
    return {name: tree(inner) for name, inner in chosen}


def text(node: Node) -> str:
    """Write `node` as SQL of the text that is sent; a driver would parse JSON otherwise."""
    return node.sql() if on_sqlite() else f"({node.sql()})::text"


def values(alias: str, *columns: str) -> dict[str, Node]:
    """Make members of the columns of `alias` with the same names."""
    return {column: Value(f"{alias}.{column}") for column in columns}
