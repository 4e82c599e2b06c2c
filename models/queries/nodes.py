"""Queries as peewee nodes without values, compiled once to SQL with the names of its values in their order.

Any Python value in a node is written into the text: nodes are made of columns, constants and `P.name`, the place of the
value `name`, never of what a caller sends.
"""

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache, wraps
from threading import RLock
from typing import Any, Concatenate, ParamSpec, TypeVar

from peewee import OP, SCOPE_VALUES, SQL, Case, Column, ColumnBase, Entity, Expression, Join, Node, NodeList, Table

from models.storage.database import db, fetch, on_sqlite

_Args = ParamSpec("_Args")
_T = TypeVar("_T")

#: SQL with `?` for each value, and the names of the values.
Compiled = tuple[str, tuple[str, ...]]

TRUE, FALSE, NULL, STAR = SQL("TRUE"), SQL("FALSE"), SQL("NULL"), SQL("*")

_caches: list[Any] = []
#: Held by who composes: of 40 threads that do at once, each would have its turn of the interpreter before any other.
_composing = RLock()


def cached(maxsize: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Cache what a function composes, by its positional arguments and by which of the two databases is bound."""

    def decorate(compose: Callable[..., Any]) -> Callable[..., Any]:
        def compose_alone(_: bool, *args: Any) -> Any:
            with _composing:
                return compose(*args)

        kept = lru_cache(maxsize)(compose_alone)
        _caches.append(kept)
        return wraps(compose)(lambda *args: kept(on_sqlite(), *args))

    return decorate


def clear_caches() -> None:
    """Forget every compiled query, for a test that changes a constant which stands in them."""
    for kept in _caches:
        kept.cache_clear()


def compiled(query: Node, several: Collection[str] = ()) -> Compiled:
    """Compile a query for the bound database; of `several` it is given several values each, as JSON arrays."""
    sql, names = _context(several).sql(query).query()
    return sql, tuple(names)


def run(query: Compiled, values: Mapping[str, Any]) -> list[Any]:
    """Run a compiled query with its values by name."""
    sql, names = query
    return fetch(sql, tuple([values[name] for name in names]))


def _context(several: Collection[str] = ()) -> Any:
    # Constants stand in the text, where the planner sees them and an index on a part of a table is found by them.
    return db.obj.get_sql_context(param="?", value_literals=True, sqlite=on_sqlite(), used=set(), several=several)


class Part(Node):
    """A part of a query, compiled by itself and once; `used` are the aliases of the tables whose columns it names."""

    def __init__(self, node: Node, ctx: Any = None, several: Collection[str] = ()) -> None:
        self.used: set[str] = set()
        self.sql: str
        self.names: list[str]
        with (_context(several) if ctx is None else ctx.as_new())(
            used=self.used, subquery=True, in_function=True
        ) as part:
            self.sql, self.names = part.sql(node).query()

    def __sql__(self, ctx: Any) -> Any:
        ctx.state.used.update(self.used)
        with ctx(value_literals=False):
            return ctx.sql(SQL(self.sql, self.names))

    def alias(self, name: str) -> NodeList:
        """Name it as a table."""
        return NodeList((self, SQL("AS"), Entity(name)))


class Kept(ColumnBase):
    """A node that is compiled once for each database; every query that it is a part of takes its text from here.

    Only where there are several of a value in it (`ByNumber`), it is compiled anew.
    """

    def __init__(self, node: Node) -> None:
        self.node = node

    def __sql__(self, ctx: Any) -> Any:
        return ctx.sql(self.part(ctx))

    def part(self, ctx: Any) -> Part:
        """Compile it as a part of what is compiled in `ctx`, or take what is kept."""
        sqlite, several = ctx.state.sqlite, {*(ctx.state.several or ())}
        parts: dict[bool, Part] = self.__dict__.setdefault("parts", {})
        if sqlite in parts and several.isdisjoint(parts[sqlite].names):
            return parts[sqlite]
        part = Part(self.made(sqlite), ctx)
        if several.isdisjoint(part.names):
            parts[sqlite] = part
        return part

    def made(self, sqlite: bool) -> Any:
        """Make what is compiled."""
        return self.node


def kept(make: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function make a node that is compiled once for each of its arguments, viewers and tables."""
    known = lru_cache(256)(lambda *args: Kept(make(*args)))
    _caches.append(known)
    return wraps(make)(known)


class Param(ColumnBase):
    """The place of a value that is known by its name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __sql__(self, ctx: Any) -> Any:
        with ctx(value_literals=False):
            return ctx.value(self.name, converter=False)


class ByNumber(ColumnBase):
    """One condition where the value `name` is one, another where there are several (see `compiled`)."""

    def __init__(self, name: str, one: Node, several: Node) -> None:
        self.name, self.one, self.several = name, one, several

    def __sql__(self, ctx: Any) -> Any:
        return ctx.sql(self.several if self.name in (ctx.state.several or ()) else self.one)


class _Params:
    def __getattr__(self, name: str) -> Param:
        return Param(name)


P = _Params()


class _Column(Column):
    """A column of an aliased table; compiling it notes that the table is needed."""

    def __init__(self, source: Any, name: str) -> None:
        super().__init__(source, name)
        self.text = f'"{source._alias}"."{name}"'

    def __sql__(self, ctx: Any) -> Any:
        if ctx.scope == SCOPE_VALUES:  # as the ORDER BY of a UNION names it
            return super().__sql__(ctx)
        ctx.state.used.add(self.source._alias)
        return ctx.literal(self.text)  # by way of its table's alias it would take a fifth of the time of a new query

    def in_(self, query: Any) -> Expression:
        return _In(self, OP.IN, query)


class _In(Expression):
    """What peewee makes of `in_`, without compiling the query a first time to see whether it is an empty list."""

    def _is_rhs_empty(self, *_: Any) -> bool:
        return False


class Aliased(Table):
    """A table under an alias, with its columns as attributes: a wrong name raises AttributeError."""

    def __init__(self, model: Any, alias: str) -> None:
        super().__init__(model._meta.table_name, alias=alias)
        for field in model._meta.sorted_fields:
            setattr(self, field.column_name, _Column(self, field.column_name))


def case(condition: Any, value: Any, otherwise: Any = None) -> Any:
    """Choose between two values."""
    return Case(None, ((condition, value),), otherwise)


def source_text(table: Any, links: Mapping[Any, Any]) -> str:
    """Compile a table, joined with the `links` {another: the id of its row}, as it stands in FROM."""
    ctx, source = _context(), table
    for link, id in links.items():
        source = Join(source, link, on=link.id == id)
    with ctx.scope_source():
        return str(ctx.sql(source).query()[0])


class _Late(ColumnBase):
    """A node that is made when the query is compiled: only then is it known for which database."""

    def __init__(self, make: Callable[..., Any], args: tuple[Any, ...]) -> None:
        self.make, self.args = make, args

    def __sql__(self, ctx: Any) -> Any:
        return ctx.sql(self.make(ctx.state.sqlite, *self.args))


def differing(make: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function make a node for the bound database: its argument `sqlite` is given when the query is compiled."""
    return wraps(make)(lambda *args: _Late(make, args))


def written(write: Callable[Concatenate[bool, _Args], _T]) -> Callable[_Args, _T]:
    """Let a function write SQL for the bound database: its argument `sqlite` is given when it is called."""
    return wraps(write)(lambda *args, **named: write(on_sqlite(), *args, **named))
