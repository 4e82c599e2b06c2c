"""How much of a registry of 100,000 claims a list reads: never the whole, whatever it is asked for."""

import shutil
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.settings import Settings
from models.access import keys
from models.queries import derived
from models.storage import database, transactions
from tests.api.contract.test_filters import BESIDE, spelled
from tests.checked import parameters
from tests.faults.filling import fill
from tests.postgres import Databases
from tests.work import work

pytestmark = pytest.mark.slow

CLAIMS = 100_000

#: Steps of SQLite's machine: the statements of a topic of which none is of the latest days, by day, take 510,000, the
#: counterclaims of one 455,000; a look at each of 100,000 rows no less than 600,000.
STEPS = 550_000

#: Rows that PostgreSQL passes in all its scans.
ROWS = 100_000

LISTS = ("/v1/claims", "/v1/statements", "/v1/counterclaims")
#: A list, and what it is asked for.
Query = tuple[str, dict[str, str]]
#: Parameters that are no filters.
OTHERS = {"limit", "cursor", "sort", "fields", "include", "total", "facets"}
#: Counterclaims are not asked for in the order of changes: all of them are sorted.
MORE_ORDERS = {"/v1/claims": ("-changed_at", "-statement_count"), "/v1/statements": ("-changed_at",)}
#: Values that nothing has, where the example is one that much has, or the reverse.
ABSENT = {
    "changed_since": ("2020-01-01T00:00:00Z",),
    "form": ("mixed",),
    "status": ("candidate", "rejected", "accepted"),
    "origin": ("person", "extractor"),
    "speaker_kind": ("person",),
    "language": ("fr",),
    "cue": ("said", "sang"),
    "said_from": ("2031-01-01",),
    "said_to": ("1990-01-01",),
    "said_before": ("1990-01-01",),
    "published_from": ("2031-01-01",),
    "published_to": ("1990-01-01",),
    "counter_kind": ("corrects",),
    "kind": ("corrects",),
    "rating": ("true",),
    "rating_from": ("1",),
    "rating_to": ("0",),
    "topic": ("topic-1",),
    "min_confidence": ("1",),
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def full(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a registry of CLAIMS claims, of which each tenth is answered and each hundredth reviewed."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("full") / "registry.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield _filled(f"sqlite:///{path}")
        return
    databases: Databases = request.getfixturevalue("databases")
    with databases.lent() as address:
        yield _filled(address)
        database.disconnect()


def _filled(url: str) -> str:
    fill(url, CLAIMS)
    database.connect(url)
    with transactions.transaction():
        database.db.execute_sql(
            "INSERT INTO counterclaims (created_at, updated_at, version, claim_id, answer_id, kind, statement_id)"
            " SELECT c.created_at, c.updated_at, 1, id, id + 1,"
            " CASE WHEN id / 40 * 40 = id - 1 THEN 'disputes' ELSE 'denies' END, id + 1"
            " FROM claims c WHERE id / 10 * 10 = id - 1"  # in the document that prints the claim too
        )
        database.db.execute_sql(
            "INSERT INTO reviews (created_at, updated_at, version, claim_id, publisher_name, url, rating_label,"
            " rating_key, language) SELECT c.created_at, c.updated_at, 1, id, 'Check ' || (id / 7),"
            " 'https://check.example/' || id, 'False', 'false', 'en' FROM claims c WHERE id / 100 * 100 = id"
        )
        derived.rebuild()
        # As a registry grows, not all at one time.
        for block in range(100):
            made_at = f"2026-01-01T00:00:00.{block:06}Z"
            some = (made_at, made_at, CLAIMS // 100 * block, CLAIMS // 100 * (block + 1))
            database.fetch(
                "UPDATE last_changes SET changed_at = ?, public_changed_at = ? WHERE noun_id > ? AND noun_id <= ?", some
            )
    if not database.on_sqlite():  # where nothing ever counts
        database.db.execute_sql("ANALYZE")
    database.close()
    return url


@pytest.fixture
def client(full: str) -> Iterator[FlaskClient]:
    """The public over it."""
    app = create_app(Settings(DATABASE_URL=full, REQUESTS_PER_MINUTE=0, KEY_REQUESTS_PER_MINUTE=0))
    yield app.test_client()
    database.db.query_hooks.clear()
    database.close()


@pytest.fixture
def reviewer(client: FlaskClient) -> dict[str, str]:
    """The headers of one who may ask for what is not accepted."""
    return {"Authorization": f"Bearer {keys.create(name='reviewer', scope='review')[1]}"}


def _queries(template: str) -> Iterator[dict[str, str]]:
    for part in parameters(template):
        if part["in"] != "query" or part["name"] in OTHERS:
            continue
        name = part["name"]
        # By day or by id, a search reads all that match: of the words here each twelfth claim has one.
        example = "77777" if name == "q" else spelled(part["schema"]["example"])
        for value in (example, *ABSENT.get(name, ())):
            for sort in ("-id", "-day", *MORE_ORDERS.get(template, ())):
                yield {"q": "77777", name: value, "sort": sort} if name in BESIDE else {name: value, "sort": sort}


def test_no_filter_makes_a_list_read_the_whole_registry(
    client: FlaskClient, reviewer: dict[str, str], full: str
) -> None:
    # In one test, because workers share no registry, and filling one takes longer than all that is asked of it.
    asked: list[tuple[str, Any]] = []
    database.db.query_hooks.append(lambda event: asked.append((event.sql, event.params)))
    most = STEPS if database.on_sqlite() else ROWS
    tried = Counter[str]()
    for template, query in ((path, query) for path in LISTS for query in _queries(path)):
        del asked[:]
        answer = client.get(
            template, query_string=query, headers=reviewer if query.keys() & {"status", "recorded_by"} else {}
        )
        assert answer.status_code == 200, answer.json
        selects = [(sql, params) for sql, params in asked if sql.startswith(("SELECT", "WITH"))]
        assert selects
        for sql, params in selects:
            spent = work(full, sql, params)
            assert spent < most, (template, query, spent, sql)
        tried[template] += 1
    assert all(tried[template] > 60 for template in LISTS)
