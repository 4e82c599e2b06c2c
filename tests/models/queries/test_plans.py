"""How SQLite means to run the statements of every change, in a registry where nothing has been counted yet."""

import re
from typing import Any

import pytest

from models import claims, sentences, speakers, wikidata
from models.history.changes import Actor
from models.ingest import recorded
from models.queries import derived, filters, lists, nodes, simple_lists
from models.queries.filter_sets import Filters, Order
from models.queries.visibility import Viewer
from models.storage import database
from models.transfer import stream
from tests.factories import put_charge


@pytest.fixture
def registry_on_sqlite(registry: str) -> None:
    """A fresh registry on SQLite: the one that plans by counting, and counts only when told to."""
    if not registry.startswith("sqlite"):
        pytest.skip("PostgreSQL counts by itself")


@pytest.mark.usefixtures("registry_on_sqlite")
def test_a_change_reads_no_more_than_the_claims_it_touches() -> None:
    for statement in derived.refreshing() + derived.refreshing(True):
        steps = [step for *_, step in database.db.execute_sql(f"EXPLAIN QUERY PLAN {statement}", ("[1]",))]
        # What a co-routine or a CTE finds is scanned as it comes; where that looks for it has steps of its own.
        whole = [
            step
            for step in steps
            if step.startswith("SCAN")
            and "VIRTUAL TABLE" not in step
            and not {step.replace("SCAN", found) for found in ("CO-ROUTINE", "MATERIALIZE")} & set(steps)
        ]
        assert not whole, statement
        # Every statement that stands is accepted, and every counterclaim may be of a claim: found by that alone, they
        # are all read.
        assert not [step for step in steps if "(status=?)" in step or "(of=?)" in step], statement


@pytest.mark.usefixtures("registry_on_sqlite")
@pytest.mark.parametrize("viewer", [Viewer(), Viewer(texts=True, unreviewed=True)])
def test_a_speaker_is_read_with_no_statements_of_others(viewer: Viewer) -> None:
    put_charge(Actor())
    asked: list[tuple[str, tuple[Any, ...]]] = []
    database.db.obj.query_hooks.append(lambda event: asked.append((event.sql, event.params)))
    speakers.get(id=1, viewer=viewer)
    speakers.listed(viewer=viewer, filters={}, limit=20, order=Order("id", descending=True))
    database.db.obj.query_hooks.pop()
    steps = [step for sql, params in asked for *_, step in database.db.execute_sql(f"EXPLAIN QUERY PLAN {sql}", params)]
    assert [step for step in steps if "statements_of_speaker" in step]
    assert not [step for step in steps if "statements_status_id" in step]


@pytest.mark.usefixtures("registry_on_sqlite")
def test_an_exchange_reads_no_attribution_answers_of_other_claims() -> None:
    sent: list[tuple[str, tuple[Any, ...]]] = []
    put_charge(Actor())
    database.db.obj.query_hooks.append(lambda event: sent.append((event.sql, event.params)))
    claims.exchange(id=1, viewer=Viewer())
    database.db.obj.query_hooks.pop()
    steps = [step for sql, params in sent for *_, step in database.db.execute_sql(f"EXPLAIN QUERY PLAN {sql}", params)]
    assert [step for step in steps if "counterclaims_" in step]
    assert not [step for step in steps if "(of=?)" in step], steps


@pytest.mark.usefixtures("registry_on_sqlite")
@pytest.mark.parametrize(
    ("asked", "index"), [({}, "claim_summaries_answered"), ({"topic": "trade"}, "claim_topic_index_answered")]
)
def test_what_is_answered_is_read_from_an_index_alone(
    asked: dict[str, Any], index: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, tuple[Any, ...]]] = []
    # As where many are: few are looked up and sorted.
    monkeypatch.setattr(filters, "FEW", 0)
    nodes.clear_caches()
    database.db.obj.query_hooks.append(lambda event: sent.append((event.sql, event.params)))
    newest = Order("day", descending=True)
    lists.page("claims", viewer=Viewer(), filters={"answered": True} | asked, limit=20, order=newest)
    database.db.obj.query_hooks.pop()
    nodes.clear_caches()
    steps = [step for sql, params in sent for *_, step in database.db.execute_sql(f"EXPLAIN QUERY PLAN {sql}", params)]
    assert [step for step in steps if f" k USING COVERING INDEX {index}" in step], steps


@pytest.mark.usefixtures("registry_on_sqlite")
@pytest.mark.parametrize(("asked", "table"), [({}, "claim_summaries"), ({"topic": "trade"}, "claim_topic_index")])
def test_what_is_repeated_most_is_read_in_the_order_of_an_index(asked: dict[str, Any], table: str) -> None:
    sent: list[tuple[str, tuple[Any, ...]]] = []
    database.db.obj.query_hooks.append(lambda event: sent.append((event.sql, event.params)))
    order = Order("statement_count", descending=True)
    bare = (("id", ()),)
    lists.page("claims", viewer=Viewer(), filters=asked, limit=20, order=order, past=(3, 7), fields=bare)
    database.db.obj.query_hooks.pop()
    steps = [step for sql, params in sent for *_, step in database.db.execute_sql(f"EXPLAIN QUERY PLAN {sql}", params)]
    assert [step for step in steps if f"k USING COVERING INDEX {table}_statement_count" in step], steps
    assert [step for step in steps if "(statement_count=? AND " in step or " AND statement_count=? AND " in step], steps
    assert not [step for step in steps if "TEMP B-TREE" in step], steps


@pytest.mark.usefixtures("registry_on_sqlite")
@pytest.mark.parametrize("viewer", [Viewer(), Viewer(texts=True, unreviewed=True)])
def test_claims_of_the_same_text_are_found_by_their_wording(viewer: Viewer) -> None:
    put_charge(Actor())
    selects: list[tuple[str, tuple[Any, ...]]] = []
    database.db.obj.query_hooks.append(lambda event: selects.append((event.sql, event.params)))
    assert claims.same_text(text="The exports sustain the war.", language="en", viewer=viewer) == [1]
    database.db.obj.query_hooks.pop()
    ((sql, params),) = selects
    steps = [step for *_, step in database.db.execute_sql(f"EXPLAIN QUERY PLAN {sql}", params)]
    assert [step for step in steps if "claims_wording (<expr>=? AND id>?)" in step], steps
    assert not [step for step in steps if step.startswith("SCAN") and not step.startswith(("SCAN k", "SCAN json_"))], (
        steps
    )
    assert not [step for step in steps if "TEMP B-TREE" in step], "the first are read, and no others"


@pytest.mark.usefixtures("registry_on_sqlite")
def test_what_is_recorded_at_a_place_is_found_by_indexes_of_its_document() -> None:
    sent: list[tuple[str, tuple[Any, ...]]] = []
    database.db.obj.query_hooks.append(lambda event: sent.append((event.sql, event.params)))
    recorded.Recorded(1, [recorded.Place("3-9", (11, 15))])
    database.db.obj.query_hooks.pop()
    steps = [step for sql, params in sent for *_, step in database.db.execute_sql(f"EXPLAIN QUERY PLAN {sql}", params)]
    for index in ("document_cue (document_id=? AND cue_start=?)", "changed (document_id=?)"):
        assert [step for step in steps if f"USING INDEX statements_{index}" in step], steps
    assert [step for step in steps if "content_start (document_id=? AND content_start=?)" in step], steps
    assert not [step for step in steps if step.startswith("SCAN") and not step.startswith(("SCAN k", "SCAN json_"))]


@pytest.mark.usefixtures("registry_on_sqlite")
@pytest.mark.parametrize("name", ["stated_by", "stated_within", "part_of", "answered_by"])
def test_what_was_said_by_a_speaker_or_on_their_behalf_is_found_by_two_indexes(name: str) -> None:
    sent: list[tuple[str, tuple[Any, ...]]] = []
    database.db.obj.query_hooks.append(lambda event: sent.append((event.sql, event.params)))
    lists.page("statements", viewer=Viewer(), filters={name: 1}, limit=20, order=Order("day", descending=True))
    database.db.obj.query_hooks.pop()
    steps = [step for sql, params in sent for *_, step in database.db.execute_sql(f"EXPLAIN QUERY PLAN {sql}", params)]
    assert [step for step in steps if "USING INDEX statements_on_behalf_of_id" in step], steps
    own = "statements_speaker_id_day_id" if name == "stated_by" else "statements_of_speaker"
    assert [step for step in steps if f"USING INDEX {own}" in step], steps


@pytest.mark.usefixtures("registry_on_sqlite")
@pytest.mark.parametrize("name", ["said_to", "said_before"])
def test_claims_stated_by_a_day_are_read_from_that_day_on(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, tuple[Any, ...]]] = []
    monkeypatch.setattr(filters, "FEW", 0)
    nodes.clear_caches()
    database.db.obj.query_hooks.append(lambda event: sent.append((event.sql, event.params)))
    newest = Order("day", descending=True)
    lists.page("claims", viewer=Viewer(), filters={name: "2020-01-02"}, limit=20, order=newest)
    database.db.obj.query_hooks.pop()
    nodes.clear_caches()
    steps = [step for sql, params in sent for *_, step in database.db.execute_sql(f"EXPLAIN QUERY PLAN {sql}", params)]
    assert [
        step
        for step in steps
        if step.startswith("SEARCH k USING COVERING INDEX claim_summaries_day") and "day<?" in step
    ], steps


@pytest.mark.usefixtures("registry_on_sqlite")
@pytest.mark.parametrize("asked", [{}, {"document": 1}])
def test_what_the_public_reads_of_a_document_is_found_without_all_its_statements(asked: dict[str, int]) -> None:
    sent: list[tuple[str, tuple[Any, ...]]] = []
    database.db.obj.query_hooks.append(lambda event: sent.append((event.sql, event.params)))
    sentences.listed(viewer=Viewer(), filters=asked, limit=20, order=Order("id", descending=False))
    sentences.get(id=put_charge(Actor()), viewer=Viewer())
    database.db.obj.query_hooks.pop()
    reads = [(sql, params) for sql, params in sent if "position" in sql and sql.startswith("SELECT")]
    steps = [step for sql, params in reads for *_, step in database.db.execute_sql(f"EXPLAIN QUERY PLAN {sql}", params)]
    assert [step for step in steps if step.startswith("SEARCH vs USING") and "position=?" in step], steps
    assert not [step for step in steps if step.startswith("SEARCH v USING") and "(sentence_id=?)" not in step], steps


@pytest.mark.usefixtures("registry_on_sqlite")
@pytest.mark.parametrize(("noun", "by"), [("documents", "published_at"), ("reviews", "reviewed_at")])
@pytest.mark.parametrize("descending", [True, False])
def test_a_list_by_day_of_publication_goes_on_in_an_index(noun: str, by: str, descending: bool) -> None:
    sent: list[tuple[str, tuple[Any, ...]]] = []
    database.db.obj.query_hooks.append(lambda event: sent.append((event.sql, event.params)))
    order, past = Order(by, descending), ("2026-03-13T10:00:00Z", 7)
    simple_lists.page(noun, viewer=Viewer(), filters={}, limit=20, order=order, past=past)
    database.db.obj.query_hooks.pop()
    steps = [step for sql, params in sent for *_, step in database.db.execute_sql(f"EXPLAIN QUERY PLAN {sql}", params)]
    (found,) = (step for step in steps if f"USING INDEX {noun}_{by}_id" in step)
    assert found.startswith("SEARCH"), steps
    # What is sorted are the items of the page.
    assert not [step for step in steps[: steps.index(found)] if "TEMP B-TREE" in step], steps


@pytest.mark.usefixtures("registry_on_sqlite")
@pytest.mark.parametrize(
    ("noun", "name", "index"),
    [
        ("speakers", "wikidata_id", "speakers_wikidata_id (wikidata_id=?)"),
        ("documents", "url", "documents_url_sha256 (url_normalized=?)"),
        ("reviews", "url", "reviews_url_claim (url_normalized=?)"),
        ("documents", "domain", "documents_domain (domain=?)"),
        ("documents", "publisher", "documents_publisher_key (publisher_key=?)"),
    ],
)
@pytest.mark.parametrize("asked", ["Q1", ("Q1", "Q2")], ids=["one", "several"])
def test_values_that_few_rows_have_are_found_by_their_index(noun: str, name: str, index: str, asked: Any) -> None:
    sent: list[tuple[str, tuple[Any, ...]]] = []
    database.db.obj.query_hooks.append(lambda event: sent.append((event.sql, event.params)))
    newest = Order("id", descending=True)
    simple_lists.page(noun, viewer=Viewer(), filters={name: asked}, limit=20, order=newest)
    database.db.obj.query_hooks.pop()
    steps = [step for sql, params in sent for *_, step in database.db.execute_sql(f"EXPLAIN QUERY PLAN {sql}", params)]
    assert [step for step in steps if index in step], steps


@pytest.mark.parametrize("viewer", [Viewer(), Viewer(texts=True)], ids=["public", "writer"])
def test_who_is_a_wikidata_item_is_found_by_an_index_of_all_items(registry: str, viewer: Viewer) -> None:
    if not database.on_sqlite():  # which plans by what it has counted: here that one in two was merged
        database.db.execute_sql(
            "INSERT INTO speakers"
            " (id, created_at, updated_at, version, name, name_key, kind, wikidata_id, same_as, merged_into_id)"
            " SELECT n, now, now, 1, 'Person ' || n, 'person ' || n, 'person', 'Q' || n + 2, '[]',"
            " CASE WHEN n & 1 = 0 THEN n - 1 END"
            " FROM generate_series(1, 2000) n, (SELECT '2026-12-01T00:00:00.000000Z' AS now) t"
        )
        database.db.execute_sql("ANALYZE speakers")
    sent: list[tuple[str, tuple[Any, ...]]] = []
    database.db.obj.query_hooks.append(lambda event: sent.append((event.sql, event.params)))
    assert wikidata.ids(items=["Q1", "Q2"], viewer=viewer) == {}
    database.db.obj.query_hooks.pop()
    naming = [(sql, params) for sql, params in sent if "wikidata_id" in sql]
    assert naming
    explain = "EXPLAIN QUERY PLAN" if database.on_sqlite() else "EXPLAIN"
    for sql, params in naming:
        steps = [str(step) for *_, step in database.db.execute_sql(f"{explain} {sql}", params)]
        assert [step for step in steps if "speakers_any_wikidata_id" in step], steps


@pytest.mark.usefixtures("registry_on_sqlite")
@pytest.mark.parametrize("viewer", [Viewer(), Viewer(unreviewed=True)])
@pytest.mark.parametrize("asked", [{}, {"changed_since": "2026-11-28T00:00:00Z"}], ids=["all", "since"])
def test_counterclaims_by_their_last_change_read_the_times_of_their_own_claims(
    viewer: Viewer, asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Going through the times of claims would read those of all claims where few have answers.
    sent: list[tuple[str, tuple[Any, ...]]] = []
    monkeypatch.setattr(filters, "FEW", 0)
    nodes.clear_caches()
    database.db.obj.query_hooks.append(lambda event: sent.append((event.sql, event.params)))
    lists.page("counterclaims", viewer=viewer, filters=asked, limit=20, order=Order("changed_at", descending=True))
    database.db.obj.query_hooks.pop()
    nodes.clear_caches()
    pages = [(sql, params) for sql, params in sent if '"counterclaims"' in sql]
    steps = [step for sql, params in pages for *_, step in database.db.execute_sql(f"EXPLAIN QUERY PLAN {sql}", params)]
    times = [step for step in steps if step.startswith(("SCAN lc", "SCAN lr", "SEARCH lc", "SEARCH lr"))]
    assert times, steps
    assert [step for step in times if not step.endswith("(noun=? AND noun_id=?)")] == []


@pytest.mark.parametrize("order", ["id", "day", "changed_at"])
def test_no_counterclaim_is_compared_with_each_claim_that_a_search_finds(registry: str, order: str) -> None:
    if registry.startswith("sqlite"):
        pytest.skip("SQLite looks ids up in an index of its own")
    sent: list[tuple[str, tuple[Any, ...]]] = []
    database.db.obj.query_hooks.append(lambda event: sent.append((event.sql, event.params)))
    asked = {"q": "war", "language": "en"}
    lists.page("counterclaims", viewer=Viewer(), filters=asked, limit=20, order=Order(order, descending=True))
    database.db.obj.query_hooks.pop()
    steps = [step for sql, params in sent for (step,) in database.db.execute_sql(f"EXPLAIN {sql}", params)]
    assert [step for step in steps if "hashed SubPlan" in step], steps
    assert [step for step in steps if "claim_id = ANY" in step or "answer_id = ANY" in step] == []


@pytest.mark.usefixtures("registry_on_sqlite")
@pytest.mark.parametrize(
    ("asked", "by", "step"),
    [
        ({"claim": 1}, "id", "SEARCH s USING INDEX statements_claim_id_document_id_content_start_id (claim_id=?)"),
        ({"document": 1}, "id", "(document_id=?)"),
        ({"document": 1}, "day", "(document_id=?)"),
        ({"form": "direct"}, "day", "SCAN s USING INDEX statements_day_id"),
        ({"status": "accepted"}, "day", "SCAN s USING INDEX statements_day_id"),
        ({"topic": "trade"}, "day", "SCAN s USING INDEX statements_day_id"),
        ({"topic": "trade"}, "id", "SCAN s"),
        ({"status": "accepted"}, "id", "SEARCH s USING INDEX statements_status_id (status=?)"),
        ({}, "day", "SCAN s USING INDEX statements_day_id"),
        ({}, "id", "SEARCH s USING INDEX statements_status_id (status=?)"),
    ],
)
def test_a_list_of_statements_looks_not_at_all_that_are_accepted(
    asked: dict[str, Any], by: str, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, tuple[Any, ...]]] = []
    monkeypatch.setattr(filters, "FEW", 0)  # as where many pass: few are looked up
    nodes.clear_caches()
    database.db.obj.query_hooks.append(lambda event: sent.append((event.sql, event.params)))
    lists.page("statements", viewer=Viewer(), filters=asked, limit=20, order=Order(by, descending=True))
    database.db.obj.query_hooks.pop()
    nodes.clear_caches()
    pages = [(sql, params) for sql, params in sent if sql.startswith("WITH")]
    steps = [one for sql, params in pages for *_, one in database.db.execute_sql(f"EXPLAIN QUERY PLAN {sql}", params)]
    assert [one for one in steps if step in one], steps
    assert ("statements_status_id" in step) == any("statements_status_id" in one for one in steps), steps


@pytest.mark.usefixtures("registry_on_sqlite")
@pytest.mark.parametrize("asked", [{}, {"q": "exports"}, {"topic": "trade"}, {"document": 1}])
@pytest.mark.parametrize("name", ["speaker", "publisher", "form"])
def test_a_facet_reads_the_statements_of_the_claims_that_it_counts(asked: dict[str, Any], name: str) -> None:
    sent: list[tuple[str, tuple[Any, ...]]] = []
    put_charge(Actor())
    database.db.obj.query_hooks.append(lambda event: sent.append((event.sql, event.params)))
    newest = Order("id", descending=True)
    lists.page("claims", viewer=Viewer(), filters=asked, limit=1, order=newest, facets=(name,))
    database.db.obj.query_hooks.pop()
    counts = [(sql, params) for sql, params in sent if "OVER ()" in sql]
    steps = [one for sql, params in counts for *_, one in database.db.execute_sql(f"EXPLAIN QUERY PLAN {sql}", params)]
    assert [step for step in steps if step.startswith("SEARCH s ") and step.endswith(" (claim_id=?)")], steps
    assert not [step for step in steps if step.startswith("SCAN s ")], steps


@pytest.mark.parametrize("noun", stream.COUNTED)
def test_what_is_counted_is_sorted_before_its_json_is_made(registry: str, noun: str) -> None:
    # Else SQLite would write that of all rows to a temporary file before the first is sent.
    sql, _ = stream.COUNTED[noun](Filters())
    if database.on_sqlite():
        steps = [step for _, parent, _, step in database.fetch(f"EXPLAIN QUERY PLAN {sql}") if not parent]
        assert steps[-2].startswith("SCAN"), steps
        assert steps[-1].startswith("CORRELATED SCALAR SUBQUERY"), steps
    else:
        ((plan,),) = database.fetch(f"EXPLAIN (VERBOSE, FORMAT JSON) DECLARE counted CURSOR FOR {sql}")
        nodes = [plan[0]["Plan"]]
        for node in nodes:
            nodes += node.get("Plans", [])
        columns = [column for node in nodes if "Sort Key" in node for column in node["Output"]]
        assert not [column for column in columns if re.search(r"\.(name|description|text)\b|json|SubPlan", column)]
        assert "p.number" in columns
