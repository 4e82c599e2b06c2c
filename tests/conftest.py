"""What tests stand on: a fresh registry on each database, an app over it, and callers of every scope."""

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from peewee import QueryEvent

from api import settings
from api.app import create_app
from api.settings import Settings
from models.access import keys
from models.extraction import ParserMissing, load_parser
from models.extraction.parser import Parser
from models.history.changes import Actor
from models.storage import database, schema
from models.upkeep import schema_objects, verify
from tests.checked import CheckedClient
from tests.postgres import Databases, KeptConnection, Postgres


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Count what a test covers once, on SQLite: the tracer takes half as long again as the test."""
    names = {item.nodeid for item in items}
    for item in items:
        if "postgresql" in item.nodeid and item.nodeid.replace("postgresql", "sqlite") in names:
            item.add_marker("no_cover")


def pytest_collection_finish() -> None:
    """Let Python's collector pass over what lives as long as the run: of short tests a quarter of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


@pytest.fixture(scope="session", autouse=True)
def _schemas_made_once() -> Iterator[None]:
    """Let `verify` compare each schema with one that is made once: on PostgreSQL that takes .2 s."""
    with pytest.MonkeyPatch.context() as patch:
        for made in ("made_on_sqlite", "made_on_postgresql"):
            patch.setattr(schema_objects, made, cache(getattr(schema_objects, made)))
        yield


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database.connect(f"sqlite:///{path}")
    schema.migrate()
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL with the migrated, empty database `template`."""
    # Not under pytest's own folder, which a second run of the same user would close to the server.
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    server = Postgres(folder / "server")
    try:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE template")
        database.connect(server.url("template"))
        schema.migrate()
        database.close()
        database.disconnect()  # a database that anybody is connected to cannot be copied
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def databases(postgres: Postgres) -> Iterator[Databases]:
    """Migrated, empty databases of PostgreSQL, to be lent."""
    with psycopg.connect(postgres.url(), autocommit=True) as connection, pytest.MonkeyPatch.context() as patch:
        patch.setattr("models.storage.postgres.Connection", KeptConnection)
        made = Databases(postgres, connection, "template")
        yield made
        made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database of this test's own; each test runs on both kinds."""
    if request.param == "sqlite":
        path = tmp_path / "registry.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    databases: Databases = request.getfixturevalue("databases")
    with databases.lent(unconnected=request.node.get_closest_marker("unconnected") is not None) as address:
        yield address


@pytest.fixture
def registry(url: str) -> Iterator[str]:
    """A fresh registry that the inside is bound to, for tests that need no app; its address."""
    database.connect(url)
    yield url
    _hang_up()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The app that serves all tests one after the other, as a server's serves all requests.

    Flask compiles the rules of all routes into each app that is made: 15 ms, longer than most tests run.
    """
    return create_app(_unlimited(f"sqlite:///{tmp_path_factory.mktemp('served')}/none.db"))


@pytest.fixture
def sound(registry: str) -> Iterator[None]:
    """A registry that breaks no rule of the data, whatever the test did to it."""
    yield
    assert list(verify.broken_rules()) == []


@pytest.fixture
def old_limit(registry: str) -> None:
    """Refuse statements of SQL with more values than SQLite took at first, on either database."""

    def refuse_many(event: QueryEvent) -> None:
        assert len(event.params or ()) < 1_000, event.sql[:200]

    database.db.query_hooks.append(refuse_many)


@pytest.fixture
def app(url: str, served: Flask) -> Iterator[Flask]:
    """The app over a fresh registry; its client holds every answer against the contract."""
    config = served.config["SETTINGS"] = _unlimited(url)
    settings.connect(config)
    served.test_client_class = CheckedClient
    yield served
    _hang_up()


@pytest.fixture
def own_app(url: str) -> Iterator[Flask]:
    """An app over a fresh registry that serves this test alone, to be changed."""
    yield create_app(_unlimited(url))
    _hang_up()


def _hang_up() -> None:
    database.close()
    database.disconnect()


def _unlimited(url: str) -> Settings:
    """Set no limit of requests, and a deadline that no change reaches while the machine is busy with other tests."""
    return Settings(DATABASE_URL=url, DEADLINE_SECONDS=30, REQUESTS_PER_MINUTE=0, KEY_REQUESTS_PER_MINUTE=0)


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """Keep pytest-flask from pushing one context for a whole test: `flask.g` would leak between requests."""


@pytest.fixture(scope="session")
def parse() -> Parser:
    """The parser of extraction, which is an extra."""
    try:
        return load_parser()
    except ParserMissing:
        pytest.skip("spaCy is not installed")


@pytest.fixture
def actor() -> Actor:
    """Who changes things in tests of the inside: the command line."""
    return Actor()


@pytest.fixture
def caller(app: Flask) -> Callable[[str | None], FlaskClient]:
    """A client with a key of the scope that it is called with; None is the public."""

    def make(scope: str | None) -> FlaskClient:
        client = app.test_client()
        if scope is not None:
            _, secret = keys.create(name=f"test {scope}", scope=scope)
            client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
        return client

    return make


@pytest.fixture
def public(caller: Callable[[str | None], FlaskClient]) -> FlaskClient:
    """A client without a key."""
    return caller(None)


@pytest.fixture
def writer(caller: Callable[[str | None], FlaskClient]) -> FlaskClient:
    """A client whose key has the write scope."""
    return caller("write")


@pytest.fixture
def reviewer(caller: Callable[[str | None], FlaskClient]) -> FlaskClient:
    """A client whose key has the review scope."""
    return caller("review")


@pytest.fixture
def queries() -> Iterator[list[str]]:
    """Every statement that the database is sent while the test runs."""
    seen: list[str] = []

    def hook(event: Any) -> None:
        seen.append(event.sql)

    database.db.query_hooks.append(hook)
    yield seen
    database.db.query_hooks.remove(hook)


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Take a figure that the run prints in the end, behind the name of the test."""
    return lambda figure: request.node.user_properties.append(("figure", f"{request.node.name}: {figure}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures."""
    reports = [report for some in terminalreporter.stats.values() for report in some]
    told = [figure for report in reports for name, figure in getattr(report, "user_properties", ()) if name == "figure"]
    if told:
        terminalreporter.section("figures")
        for figure in dict.fromkeys(told):
            terminalreporter.line(figure)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Run one worker more than there are cores: much of a run is waiting, for servers, locks and the disk."""
    return (os.cpu_count() or 1) + 1


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let what is committed be written anew, and the tests of faults run in full."""
    parser.addoption("--update-examples", action="store_true", help="write api/examples/ anew")
    parser.addoption("--update-golden", action="store_true", help="write tests/models/extraction/golden/ anew")
    parser.addoption("--faults", choices=("short", "full"), default="short", help="how long tests/faults/ goes on")
    parser.addoption(
        "--rounds", type=int, default=1, help="how often each pair of changes meets in tests/test_races.py"
    )
    parser.addoption("--meet", default="", help="changes, with commas between: no pairs but those with one of them")
    parser.addoption("--seed", type=int, default=0, help="what its choices follow from")


@pytest.fixture(params=["sqlite", "postgresql"])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Addresses of migrated, empty databases of one kind."""
    with ExitStack() as lent:

        def another() -> str:
            if request.param == "sqlite":
                path = tmp_path / f"registry{len(list(tmp_path.iterdir()))}.db"
                shutil.copy(request.getfixturevalue("sqlite_template"), path)
                return f"sqlite:///{path}"
            databases: Databases = request.getfixturevalue("databases")
            return lent.enter_context(databases.lent())

        yield another
        database.close()
