"""The rows that members are read from: a SELECT that joins no table which nothing in it refers to."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from peewee import SQL, Node, NodeList, Select

from models.queries.nodes import TRUE, Aliased, Kept, Part


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of a table for which conditions hold, joined with others that are found by their ids.

    Of the `links`, {table: the id of its row}, those are left out that nothing refers to: such a row is the one that a
    foreign key points at, so without it the others are the same. Without a `source` the first link is what is read.
    """

    source: Any = None
    where: tuple[Any, ...] = ()
    links: dict[Any, Any] = field(default_factory=dict)
    order: tuple[Any, ...] = ()
    limit: Any = None
    #: Of how many of them, in no order, anything is read at most: what counts them goes no further.
    most: int | None = None

    @cached_property
    def kept(self) -> tuple[list[Kept], list[Kept]]:
        """Its conditions and its order, for all that is selected from it."""
        return [Kept(node) for node in self.where], [Kept(node) for node in self.order]

    def select(self, *columns: Any, alias: str | None = None) -> Node:
        """Select `columns`."""
        return _Selection(self, columns, alias)


@dataclass(frozen=True, eq=False)
class _Selection(Node):
    """A SELECT that joins only what it refers to, which is known once all but its FROM is compiled."""

    rows: Rows
    columns: tuple[Any, ...]
    alias: str | None

    def __sql__(self, ctx: Any) -> Any:
        rows, source = self.rows, self.rows.source
        columns = [Part(node, ctx) for node in self.columns]
        where, order = ([node.part(ctx) for node in nodes] for nodes in rows.kept)
        used = set[str]().union(*(part.used for part in (*columns, *where, *order)))
        kept: list[tuple[Any, Part]] = []
        for link, id in reversed(rows.links.items()):
            if link._alias in used:
                on = Part(link.id == id, ctx)
                used |= on.used
                kept.insert(0, (link, on))
        for link, on in kept:
            if source is None:
                source, where = link, [on, *where]
            else:
                source = source.join(link, on=on)
        if source is None:  # nothing is wanted of the row itself
            where = [next(iter(rows.links.values())).is_null(False), *where]
        with ctx(used=set()):
            if rows.most:
                some = Select([source], [SQL("1")]).where(NodeList(where or [TRUE], " AND ")).limit(rows.most)
                source, where = some.alias("m"), []
            query = Select([] if source is None else [source], columns).where(NodeList(where or [TRUE], " AND "))
            ctx.sql(query.order_by(*order).limit(rows.limit).alias(self.alias))
        own = {table._alias for table in (rows.source, *rows.links) if isinstance(table, Aliased)}
        ctx.state.used.update(used - own)
        return ctx
