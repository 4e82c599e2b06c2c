"""JSON that the database writes: a tree of members, each a node of the query.

A tree may be pruned to the members that a caller wants (`only`). On SQLite an object of scalars is json_object, the
fastest; one that holds what a subquery has written is put together by concat, since json_object would parse that
again (docs/decisions/0010).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from peewee import SQL, Cast, Entity, Node, NodeList, Select, fn

from models.queries import dialects
from models.queries.nodes import NULL, STAR, Kept, Part, case
from models.queries.selection import Rows
from models.storage.columns import dumps

#: Members that a caller wants, as (name, what is wanted inside it) pairs; nothing inside is everything.
Fields = tuple[tuple[str, Any], ...]
#: Members by name; what is below a name is wanted whole where its mapping is empty.
Wanted = Mapping[str, Any]


class Member(Kept):
    """Something that has a JSON form."""

    def made(self, sqlite: bool) -> Any:
        return self.json(sqlite)

    def json(self, sqlite: bool) -> Any:
        """Make it for SQLite, as text that is never null, or for PostgreSQL, as a json value."""
        raise NotImplementedError

    def value(self) -> Any:
        """Make what SQLite's json_object takes as it is: a value, or JSON that the same expression makes.

        None for what is JSON as mere text by then, such as the rows of a subquery: json_object would have to parse
        it again, or take it for a string.
        """
        return None

    def only(self, wanted: Wanted) -> "Member":
        """Keep of it what is wanted."""
        return self


@dataclass(frozen=True, eq=False)
class Scalar(Member):
    """A column or another expression that is a string, a number or null."""

    column: Any

    def json(self, sqlite: bool) -> Any:
        return fn.json_quote(self.column) if sqlite else self.column

    def value(self) -> Any:
        return self.column


@dataclass(frozen=True, eq=False)
class Number(Scalar):
    """A column of floats; a whole number among them is written as PostgreSQL does: 5, where SQLite would have 5.0."""

    def json(self, sqlite: bool) -> Any:
        return fn.json_quote(self.value()) if sqlite else self.column

    def value(self) -> Any:
        whole = Cast(self.column, "INTEGER")
        return case(self.column == whole, whole, self.column)


@dataclass(frozen=True, eq=False)
class RawJson(Member):
    """A text column that holds JSON already."""

    column: Any

    def json(self, sqlite: bool) -> Any:
        return fn.coalesce(self.column, "null") if sqlite else Cast(self.column, "json")


@dataclass(frozen=True, eq=False)
class Precomputed(Member):
    """A member of which a text column holds one choice of its members, `form`, as JSON already; {} is all of it."""

    member: Member
    form: Wanted
    column: Any

    def json(self, sqlite: bool) -> Any:
        return self.member if self.form else RawJson(self.column)

    def only(self, wanted: Wanted) -> Member:
        chosen = self.member.only(wanted)
        return Precomputed(chosen, {}, self.column) if wanted == self.form else chosen


@dataclass(frozen=True, eq=False)
class Boolean(Member):
    """A condition, as true or false."""

    condition: Any

    def json(self, sqlite: bool) -> Any:
        return case(self.condition, "true", "false") if sqlite else self.condition

    def value(self) -> Any:
        return case(self.condition, fn.json("true"), fn.json("false"))


@dataclass(frozen=True, eq=False)
class Object(Member):
    """An object."""

    members: Mapping[str, Member]

    def json(self, sqlite: bool) -> Any:
        if not sqlite:
            return self._built()
        if self.value() is not None:
            values = (member.value() for member in self.members.values())
            return fn.json_object(*chain(*zip(self.members, values, strict=True)))
        counted = {one.counted for one in self.members.values() if isinstance(one, Array)} - {None}
        lists = {one for one in counted if one and one.told is None}
        written: dict[str, Any] = {}
        for name, member in self.members.items():
            if isinstance(member, Array) and member.counted and member.counted in lists:
                written[name] = member.beside(self._beside(member.counted), sqlite=True)
            elif not (isinstance(member, Beside) and member.of in lists):
                written[name] = member
        keys = (f'{"," if index else "{"}"{name}":' for index, name in enumerate(written))
        return fn.CONCAT(*chain(*zip(keys, written.values(), strict=True)), "}")

    def _built(self) -> Any:
        """Build it on PostgreSQL; what is told of all rows of a list is found in one query of them."""
        built: dict[str, Any] = dict(self.members)
        tables = []
        for counted in {one.of: None for one in self.members.values() if isinstance(one, Beside)}:
            if counted.told is None and len(beside := self._beside(counted)) > 1:
                tables.append(counted.table(beside))
                built |= {name: one.in_table(Entity(counted.name, name)) for name, one in beside.items()}
        whole = fn.json_build_object(*chain(*built.items()))
        return Select(tables, [whole]) if tables else whole

    def _beside(self, counted: "Counted") -> dict[str, "Beside"]:
        return {name: one for name, one in self.members.items() if isinstance(one, Beside) and one.of is counted}

    def value(self) -> Any:
        return None if any(member.value() is None for member in self.members.values()) else self

    def only(self, wanted: Wanted) -> "Object":
        if not wanted:
            return self
        chosen = {name: member for name, member in self.members.items() if name in wanted}
        # What is wanted whole is the same one, with the text that it was compiled to.
        return Object({name: member.only(wanted[name]) if wanted[name] else member for name, member in chosen.items()})


@dataclass(frozen=True, eq=False)
class _Holder(Member):
    """A member that holds another."""

    member: Member

    def only(self, wanted: Wanted) -> Member:
        return replace(self, member=self.member.only(wanted))


@dataclass(frozen=True, eq=False)
class Nullable(_Holder):
    """A member where a condition holds, else null."""

    condition: Any
    #: The members of what else there is: of null unless they are told.
    otherwise: Mapping[str, int] | None = None

    def json(self, sqlite: bool) -> Any:
        if self.otherwise is None:
            return case(self.condition, self.member, "null" if sqlite else None)
        otherwise = dumps(self.otherwise)
        return case(self.condition, self.member, otherwise if sqlite else Cast(otherwise, "json"))

    def value(self) -> Any:
        inner = self.member.value()
        otherwise = None if self.otherwise is None else fn.json(dumps(self.otherwise))
        return None if inner is None else case(self.condition, inner, otherwise)

    def only(self, wanted: Wanted) -> Member:
        kept = self.otherwise and {
            name: value for name, value in self.otherwise.items() if not wanted or name in wanted
        }
        return replace(self, member=self.member.only(wanted), otherwise=kept)


@dataclass(frozen=True, eq=False)
class Counted:
    """All the rows of which a list within an item shows the first `limit`."""

    name: str
    rows: Rows
    limit: int
    #: Whether there is any, where what is read from says so: to look for one first would take as long as to count none.
    known: Any = None
    #: How many there are, where what is read from says so.
    told: Any = None

    def found(self, *columns: Any, rows: Rows | None = None) -> Any:
        """Find something of all of them; null where it is known that there is none."""
        found = (rows or self.rows).select(*columns)
        return found if self.known is None else case(self.known, found)

    def table(self, beside: Mapping[str, "Beside"]) -> Node:
        """Find all that is told of them, as a table of one row."""
        columns = (NodeList((one.of_all(), SQL(f'AS "{name}"'))) for name, one in beside.items())
        where = self.rows.where if self.known is None else (self.known, *self.rows.where)
        return replace(self.rows, where=where).select(*columns, alias=self.name)


@dataclass(frozen=True, eq=False)
class Beside(Member):
    """What is told of all the rows of a list within an item.

    SQLite finds it with the list, of whose rows it needs the columns `in_row`, and by itself only where the list is
    full; PostgreSQL finds all that is told of a list in one query. Apart, each took a tenth of the time of a claim.
    """

    of: Counted

    def json(self, sqlite: bool) -> Any:
        return Scalar(self.value()).json(sqlite)


@dataclass(frozen=True, eq=False)
class Count(Beside):
    """How many rows there are, or how many pass a condition; it may be `told`, as its list is."""

    condition: Any = None
    told: Any = None

    none = "0"

    def value(self) -> Any:
        return fn.coalesce(self.of.found(self.of_all()) if self.told is None else self.told, 0)

    def of_all(self) -> Any:
        return fn.count(self.in_row())

    def in_row(self) -> Any:
        return SQL("1") if self.condition is None else case(self.condition, 1)

    def of_shown(self, column: Any) -> Any:
        return case(fn.count(STAR) < self.of.limit, fn.count(column), self.value())

    def in_table(self, column: Any) -> Any:
        return column


@dataclass(frozen=True, eq=False)
class Rest(Beside):
    """The address of the whole list, where not all of it is shown."""

    address: Any

    none = "null"

    def value(self) -> Any:
        if self.of.told is not None:
            return case(self.of.told > self.of.limit, self.address)
        # One after those that are shown is found before all are counted.
        beyond = replace(self.of.rows, limit=SQL(f"1 OFFSET {self.of.limit}"))
        return self.of.found(self.address, rows=beyond)

    def of_all(self) -> Any:
        return fn.count(STAR) > self.of.limit

    def in_row(self) -> Any:
        return NULL

    def of_shown(self, column: Any) -> Any:
        return Scalar(case(fn.count(STAR) == self.of.limit, self.value()))

    def in_table(self, column: Any) -> Any:
        return case(column, self.address)


@dataclass(frozen=True, eq=False)
class Subquery(_Holder):
    """A member for the one row of `rows`; null where there is none."""

    rows: Rows

    def json(self, sqlite: bool) -> Any:
        found = self.rows.select(self.member)
        return fn.coalesce(found, "null") if sqlite else found

    def value(self) -> Any:
        inner = self.member.value()
        return None if inner is None else self.rows.select(inner)


@dataclass(frozen=True, eq=False)
class Array(_Holder):
    """A member for each of some `rows`.

    Where `if_any`, a condition on what is around it, does not hold, there is none, and nothing is looked up.
    """

    rows: Rows
    if_any: Any = None
    #: A condition under which there is one alone, and those of its members that the row around it holds.
    single: tuple[Any, Object] | None = None
    #: All the rows of which it shows the first, where something is told of them beside it.
    counted: "Counted | None" = None
    #: Whether SQLite counts the bytes of each, and ends where they are too many (models/storage/bounded.py).
    bounded: bool = False

    def json(self, sqlite: bool) -> Any:
        return self.beside({}, sqlite=sqlite)

    def beside(self, told: Mapping[str, "Beside"], *, sqlite: bool) -> Any:
        """Make it; on SQLite with what is `told` of its rows, as the members that follow it in the object around it."""
        columns = (NodeList((one.in_row(), SQL(f'AS "{name}"'))) for name, one in told.items())
        rows = self.rows.select(NodeList((self.member, SQL("AS j"))), *columns, alias="a")
        if sqlite:
            found = {name: one.of_shown(Entity(name)) for name, one in told.items()}
            items = Select([rows], [fn.CONCAT("[", fn.group_concat(SQL("j")), "]", *_named(found))])
            if self.bounded:
                items = items.where(fn.has_room(fn.octet_length(SQL("j"))))
            none: Any = "[]" + "".join(f',"{name}":{one.none}' for name, one in told.items())
        else:
            none = Cast("[]", "json")
            items = Select([rows], [fn.coalesce(fn.json_agg(SQL("j")), none)])
        if self.if_any is not None:
            items = case(self.if_any, items, none)
        if self.single and isinstance(self.member, Object):
            condition, single = self.single
            if single.members.keys() == self.member.members.keys():  # else what is wanted of it has to be looked up
                one = fn.CONCAT("[", single, "]", *_named(told)) if sqlite else fn.json_build_array(single)
                items = case(condition, one, items)
        return items

    def only(self, wanted: Wanted) -> Member:
        single = self.single and (self.single[0], self.single[1].only(wanted))
        return replace(self, member=self.member.only(wanted), single=single)


def _named(members: Mapping[str, Any]) -> Iterator[Any]:
    for name, member in members.items():
        yield from (f',"{name}":', member)


def tree(fields: Fields) -> Wanted:
    """Make the mapping that `only` takes."""
    return {name: tree(inner) for name, inner in fields}


def text(member: Member) -> str:
    """Compile a member to the SQL of the text that is sent."""
    return Part(dialects.text(member)).sql


def scalars(table: Any, *columns: str) -> dict[str, Member]:
    """Make members of the columns of a table with the same names."""
    return {column: Scalar(getattr(table, column)) for column in columns}
