"""How queries are composed and compiled: what is pinned here rests on half-private parts of peewee."""

import importlib
import pkgutil
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any

import pytest
from peewee import SQL, ColumnBase, Select, fn

from models import queries
from models.history.changes import Actor
from models.queries import list_ids, lists, nodes, shapes, source_shapes
from models.queries.dialects import any_of
from models.queries.embedded import embedded
from models.queries.filter_sets import Order, used
from models.queries.filters import OF_TOPIC
from models.queries.members import Array, Nullable, Object, Precomputed, Scalar, Subquery
from models.queries.nodes import Aliased, Kept, P, Part, cached, case, clear_caches, compiled, run, source_text
from models.queries.said_by import within
from models.queries.selection import Rows
from models.queries.table_aliases import c, d, s, se, sp
from models.queries.visibility import Viewer
from models.storage.database import on_sqlite
from models.tables import Speaker
from tests.factories import put_charge
from tests.work import counting

_PAIR = Object({"id": Scalar(s.id), "form": Scalar(s.form)})
_STATEMENTS = Rows(s, (s.claim_id == c.id, s.status == "accepted"), {sp: s.speaker_id, d: s.document_id}, (s.id,), 3)


def sql(query: object) -> str:
    return compiled(query)[0]  # type: ignore[arg-type]


@pytest.mark.usefixtures("registry")
def test_names_stand_for_values_in_their_order_and_constants_in_the_text() -> None:
    query = c.select(c.id).where(c.language == P.language, c.text != "it's", fn.length(c.text) > P.least, c.id != 7)
    text = """SELECT "c"."id" FROM "claims" AS "c" WHERE (((("c"."language" = ?) AND ("c"."text" != 'it''s'))"""
    assert compiled(query) == (f"""{text} AND (length("c"."text") > ?)) AND ("c"."id" != 7))""", ("language", "least"))


@pytest.mark.usefixtures("registry")
def test_a_part_keeps_its_text_its_names_and_the_tables_that_it_needs() -> None:
    part = Part((s.form == P.form) & (d.publisher == P.publisher))
    assert part.sql == '(("s"."form" = ?) AND ("d"."publisher" = ?))'
    assert (part.names, part.used) == (["form", "publisher"], {"s", "d"})
    text, names = compiled(s.select(s.id).where(part, s.id > P.past))
    assert text.endswith(f' AS "s" WHERE ({part.sql} AND ("s"."id" > ?))')
    assert names == ("form", "publisher", "past")


@pytest.mark.usefixtures("registry")
def test_only_the_tables_are_joined_that_something_refers_to() -> None:
    links = {sp: s.speaker_id, se: s.sentence_id, d: se.document_id}
    rows = Rows(s, (s.claim_id == P.claim,), links)
    start, where = 'FROM "statements" AS "s"', 'WHERE ("s"."claim_id" = ?)'
    sentence = 'INNER JOIN "sentences" AS "se" ON ("se"."id" = "s"."sentence_id")'
    document = 'INNER JOIN "documents" AS "d" ON ("d"."id" = "se"."document_id")'
    assert sql(rows.select(s.id)) == f'SELECT "s"."id" {start} {where}'
    assert sql(rows.select(se.text)) == f'SELECT "se"."text" {start} {sentence} {where}'
    # What is joined by its own id needs the table that names the id.
    assert sql(rows.select(d.url)) == f'SELECT "d"."url" {start} {sentence} {document} {where}'
    # An inner query with the same alias needs nothing of the outer one.
    inner = sp.select(fn.count(sp.id)).where(sp.kind == "person")
    assert document not in sql(rows.select(inner))
    # A row of which nothing is wanted is there where its id is.
    assert sql(Rows(links={sp: s.speaker_id}).select(SQL("1"))) == 'SELECT 1 WHERE ("s"."speaker_id" IS NOT NULL)'


@pytest.mark.usefixtures("registry")
def test_json_is_written_as_each_database_does_it_best() -> None:
    rows = """ AS j FROM "statements" AS "s" WHERE ("s"."claim_id" = "c"."id") AND ("s"."status" = 'accepted')"""
    rows += ' ORDER BY "s"."id" LIMIT 3) AS "a")'
    pair = """('id', "s"."id", 'form', "s"."form")"""
    sqlite = """SELECT CONCAT('{"id":', json_quote("c"."id"), ',"statements":', (SELECT CONCAT('[', """
    sqlite += f"group_concat(j), ']') FROM (SELECT json_object{pair}{rows}, '}}')"
    postgresql = """SELECT json_build_object('id', "c"."id", 'statements', (SELECT coalesce(json_agg(j), """
    postgresql += f"CAST('[]' AS json)) FROM (SELECT json_build_object{pair}{rows})"
    written = sql(c.select(Object({"id": Scalar(c.id), "statements": Array(_PAIR, _STATEMENTS)})))
    assert written == (sqlite if on_sqlite() else postgresql) + ' FROM "claims" AS "c"'


@pytest.mark.usefixtures("registry")
def test_what_is_told_of_a_list_is_found_in_one_query() -> None:
    counts = {"statement_count": s.original_id.is_null(), "print_count": s.original_id.is_null(False)}
    item = Object(dict(embedded("statements", Array(_PAIR, _STATEMENTS), "/v1/statements", count=counts)))
    written = sql(c.select(item))
    read = written.count('FROM "statements"')
    if on_sqlite():  # with the list; each by itself where that is full
        assert [part.count('FROM "statements"') for part in written.split("CASE WHEN (count(*) ")] == [0, 1, 1, 2]
    else:
        assert read == 2
    assert sql(c.select(item.only({"print_count": {}}))).count('FROM "statements"') == 1


@pytest.mark.usefixtures("registry")
def test_a_member_that_is_stored_is_read_where_just_that_is_wanted() -> None:
    kept = Precomputed(_PAIR, {"id": {}}, c.text)
    one = Subquery(Nullable(kept, s.cue.is_null(False)), Rows(s, (s.id == P.id,)))
    for wanted, stored in (({"id": {}}, True), ({"form": {}}, False), ({}, False)):
        assert ('"c"."text"' in sql(c.select(one.only(wanted)))) is stored


@pytest.mark.usefixtures("registry")
def test_no_alias_names_two_tables() -> None:
    # What is pruned from a query is found by its alias: of two tables under one, the wrong one would be joined.
    named: dict[str, set[str]] = {}
    for module in pkgutil.iter_modules(queries.__path__, "models.queries."):
        for table in vars(importlib.import_module(module.name)).values():
            if isinstance(table, Aliased):
                name, _, alias = source_text(table, {}).partition(" AS ")
                named.setdefault(alias, set()).add(name)
    assert len(named) > 40
    # A list of claims reads one or the other, under a name that its conditions may count on.
    assert {alias for alias, tables in named.items() if len(tables) > 1} == {'"k"'}


def test_a_misspelled_column_is_an_error_where_the_query_is_composed() -> None:
    for table in (c, s, Aliased(Speaker, "x")):
        with pytest.raises(AttributeError):
            table.langauge  # noqa: B018


@pytest.mark.usefixtures("registry")
def test_every_query_of_lists_runs_with_unions_recursion_and_tables_that_are_read_first(actor: Actor) -> None:
    put_charge(actor, claim={"text": "The exports are large.", "language": "en"})
    words = {"q": "exports", "topic": "trade", "ids_in_order": "[1]", "past": 0, "most": 9, "limit": 9}
    values = words | {"speaker": 1, "of_all": 1, "against": 1, "cue": '["warned"]', "ids": "[1]", "kind": "denies"}
    asked = [{}, {"speaker": 1}, {"of_all": 1}, {"q": "x", "cue": "x"}, {"topic": "x", "ids": [1]}, {"answered": False}]
    orders = [Order(by, descending=True) for by in ("id", "day", "others", "ranked")]
    nouns, viewers = ("claims", "statements", "counterclaims"), (Viewer(), Viewer(texts=True, unreviewed=True))
    for noun, some, order, viewer in product(nouns, asked, orders, viewers):
        if (noun, order.by) == ("counterclaims", "ranked"):
            continue  # they are not sorted by relevance
        for continued, few in product((False, True), ((), ("cue",))):
            filters = used(some)._replace(few=few if "cue" in some else ())
            query = list_ids.ordered(noun, viewer, filters, order, continued=continued)
            at = 0 if order.by == "ranked" else ""
            assert isinstance(run(compiled(query), values | {"at": at}), list)
    top = Aliased(Speaker, "top")
    assert run(compiled(top.select(top.id).where(within(top.id, "of_all"))), values) == [(1,)]
    assert run(compiled(c.select(c.id).where(c.id.in_(OF_TOPIC) | (c.id == P.of_all))), values) == [(1,)]


@pytest.mark.usefixtures("registry")
def test_a_query_that_an_id_is_looked_for_in_is_compiled_once() -> None:
    compilations = []

    class Condition(ColumnBase):
        def __sql__(self, ctx: Any) -> Any:
            compilations.append(ctx)
            return ctx.literal("TRUE")

    query = c.select(c.id).where(Condition())
    for _ in range(3):
        query = c.select(c.id).where(c.id.in_(query))
    assert run(compiled(query), {}) == []
    assert len(compilations) == 1


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize(
    ("noun", "long"),
    [("claims", "counterclaims"), ("statements", "counterclaims"), ("counterclaims", "claim")],
)
def test_a_new_choice_of_members_takes_the_texts_that_the_same_members_were_compiled_to(noun: str, long: str) -> None:
    newest = Order("id", descending=True)

    def calls_for(*fields: str) -> int:
        chosen = tuple((name, ()) for name in fields)
        with counting() as calls:
            lists.page(noun, viewer=Viewer(), filters={}, limit=1, order=newest, fields=chosen)
            return calls()

    clear_caches()
    first, again, new = calls_for(long, "uri"), calls_for(long, "uri"), calls_for(long, "uri", "version")
    assert new - again < (first - again) / 4, (first, again, new)


@pytest.mark.usefixtures("registry")
def test_what_is_kept_differs_by_how_many_values_there_are() -> None:
    condition = any_of(s.form, "form")
    kept = Kept(condition)
    for several in ((), ("form",), (), ("cue",), ("form", "cue")):
        assert compiled(s.select(s.id).where(kept), several) == compiled(s.select(s.id).where(condition), several)


@pytest.mark.usefixtures("registry")
def test_a_column_is_written_in_few_steps() -> None:
    columns = [c.text] * 100
    with counting() as calls:
        compiled(c.select(*columns))
        assert calls() < 15 * len(columns)


@pytest.mark.usefixtures("registry")
def test_threads_that_compile_at_once_write_the_same() -> None:
    def write(_: int) -> list[str]:
        clear_caches()
        viewer = Viewer()
        return [shapes.text(shape, viewer) for shape in (shapes.claim, shapes.statement, source_shapes.document)]

    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(write, range(24)))
    assert texts.count(texts[0]) == 24


@pytest.mark.usefixtures("registry")
def test_what_is_composed_is_kept_until_it_is_forgotten() -> None:
    made: list[str] = []

    @cached(8)
    def composed(noun: str) -> nodes.Compiled:
        made.append(noun)
        return compiled(Select([], [case(SQL("1 = 1"), noun)]))

    assert run(composed("claims"), {}) == run(composed("claims"), {}) == [("claims",)]
    clear_caches()
    composed("claims")
    assert made == ["claims", "claims"]


def test_one_thread_composes_at_a_time(registry: str) -> None:
    at_work, most = [0], [0]

    @cached(8)
    def compose(number: int) -> int:
        at_work[0] += 1
        most[0] = max(most[0], *at_work)
        time.sleep(0.02)
        at_work[0] -= 1
        return number

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(compose, range(4))) == [0, 1, 2, 3]
    assert most == [1]
