"""What the tests of faults stand on: durable databases, the real server over them, and how long to go on."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from models.access import keys
from models.storage import database, schema
from tests.faults.audit import hang_up
from tests.faults.server import Server, own_port
from tests.postgres import Postgres

#: Files whose tests look at no clock of their own: they may run beside others, on another core.
BESIDE_OTHERS = (
    *("test_access", "test_archive", "test_backup", "test_clock", "test_erasures", "test_exchange_model"),
    *("test_exports", "test_file_away", "test_hostile", "test_limits", "test_migration", "test_model"),
    *("test_power_loss", "test_retries", "test_soak"),
)
#: Files whose tests have little time to spare, so that their short form runs alone, too. That of the others has twice
#: the time that it took, or more, three at a time on two cores with a load of twelve.
TIGHT = ("test_database_away", "test_process_death", "test_slow", "test_writers")

_numbers = itertools.count(1)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark every test of this folder, so that `make test` can leave it out, and those that need the machine `alone`."""
    full = config.getoption("--faults") == "full"
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.faults)
            if item.path.stem in TIGHT or (full and item.path.stem not in BESIDE_OTHERS):
                item.add_marker(pytest.mark.alone)


@pytest.fixture
def scale(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """Choose between the short figure and the full one."""
    full = request.config.getoption("--faults") == "full"
    return lambda short, whole: whole if full else short


@pytest.fixture(scope="session")
def cluster() -> Iterator[Postgres]:
    """A PostgreSQL that keeps its promises, and may be stopped and started; it has the migrated `template`."""
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    server = Postgres(folder / "server", settings="", port=own_port())
    try:
        _sql(server, "CREATE DATABASE template")
        database.connect(server.url("template"))
        schema.migrate()
        hang_up()  # a database that anybody is connected to cannot be copied
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database of this test's own."""
    if request.param == "sqlite":
        path = tmp_path / "registry.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
    else:
        server: Postgres = request.getfixturevalue("cluster")
        name = f"faults_{next(_numbers)}"
        _sql(server, f"CREATE DATABASE {name} TEMPLATE template")
        yield server.url(name)
        hang_up()
        _sql(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def copied(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Make a database that holds what the one of another address does, or nothing; its address."""
    made: list[str] = []
    on_postgresql = request.param == "postgresql"

    def make(of: str = "") -> str:
        name = f"faults_{next(_numbers)}"
        made.append(name)
        if on_postgresql:
            cluster: Postgres = request.getfixturevalue("cluster")
            template = of.rpartition("/")[2] or "template0"
            _sql(cluster, f"CREATE DATABASE {name} TEMPLATE {template}")
            return cluster.url(name)
        path = tmp_path / f"{name}.db"
        if of:
            shutil.copy(of.removeprefix("sqlite:///"), path)
        return f"sqlite:///{path}"

    yield make
    hang_up()
    if on_postgresql:
        for name in made:
            _sql(request.getfixturevalue("cluster"), f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def served(url: str, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Make a server over the test's database, with these settings, started; all are killed in the end."""
    made: list[Server] = []

    def make(*, start: bool = True, prefix: tuple[str, ...] = (), **settings: str) -> Server:
        server = Server(url, tmp_path / f"server-{len(made)}.log", prefix=prefix, **settings)
        made.append(server)
        if start:
            server.start()
        return server

    yield make
    for server in made:
        server.kill()
        server.hang_up()
    hang_up()


@pytest.fixture
def play() -> Callable[..., None]:
    """Run a state machine against a server: so many examples, of so many steps each."""

    def run(machine: type[RuleBasedStateMachine], *, examples: int, steps: int) -> None:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                database=None,
                derandomize="CI" in os.environ,
                suppress_health_check=list(HealthCheck),
            ),
        )

    return run


@pytest.fixture
def key(url: str) -> Callable[..., str]:
    """Make a key of a scope; its secret."""

    def make(scope: str = "admin", **more: str) -> str:
        database.connect(url)
        try:
            return keys.create(name=f"faults {scope}", scope=scope, **more)[1]
        finally:
            hang_up()

    return make


def _sql(server: Postgres, statement: str) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(statement)
