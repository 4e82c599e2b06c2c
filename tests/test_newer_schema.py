"""A newer version migrates the registry while an older one writes: what that stores is stored before, or refused."""

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
import pytest
from flask import Flask

from api import cli
from api.formats import ndjson
from models import topics
from models.access import keys
from models.history.changes import Actor
from models.refusals import Newer
from models.storage import database
from models.storage.database import fetch
from models.storage.file_lock import FileLock
from models.storage.transactions import transaction

#: The lock that `migrate` of every version takes on PostgreSQL.
LOCK = int.from_bytes(b"ccmigrat")

#: What a step of a newer version does: a column, and its value in each row that is there.
STEP = (
    "ALTER TABLE topics ADD COLUMN label_key TEXT",
    "UPDATE topics SET label_key = lower(label)",
    "INSERT INTO migrations (id, name, applied) VALUES (999, '0999_label_keys', '2030-01-01 00:00:00')",
)


@contextmanager
def migrating(url: str, timeout: float = 10) -> Iterator[None]:
    """Migrate as a newer version does, in one transaction under its lock; before the commit, do what is inside."""
    if url.startswith("sqlite"):
        path = url.removeprefix("sqlite:///")
        with closing(FileLock(path)) as lock, closing(sqlite3.connect(path, isolation_level=None)) as connection:
            lock.acquire(timeout)
            for sql in ("BEGIN IMMEDIATE", *STEP):
                connection.execute(sql)
            yield
            connection.execute("COMMIT")
        return
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"SET lock_timeout = '{timeout}s'")
        connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        with connection.transaction():
            for sql in STEP:
                connection.execute(sql)
            yield


def lines(count: int) -> Iterator[bytes]:
    """Write topics to import."""
    for number in range(count):
        topic = {"slug": f"topic-{number}", "label": f"Topic {number}"}
        yield json.dumps({"topic": topic}).encode() + b"\n"


def without_key() -> Any:
    """Count the topics, and those that were stored by the rules of before."""
    return fetch("SELECT count(*), count(*) - count(label_key) FROM topics")[0]


class Body:
    """A body that does something as its last bytes are read."""

    def __init__(self, data: bytes, at_the_end: Callable[[], None]) -> None:
        """Take what is sent, and what is done."""
        self._data, self._at_the_end, self._place = data, at_the_end, 0

    def read(self, size: int = -1) -> bytes:
        """Read some."""
        if self._place < len(self._data) <= self._place + 20_000:
            self._at_the_end()
        part = self._data[self._place : self._place + 20_000]
        self._place += len(part)
        return part


@pytest.mark.slow
def test_an_import_stores_nothing_more_and_tells_what_it_stored(own_app: Flask, url: str) -> None:
    _, secret = keys.create(name="a writer", scope="write")
    data = b"".join(lines(4000))

    def migrate() -> None:
        until = time.monotonic() + 10
        while fetch("SELECT count(*) FROM topics")[0][0] < 1000 and time.monotonic() < until:
            time.sleep(0.05)
        with migrating(url):
            pass

    refused = own_app.test_client().post(
        "/v1/imports",
        headers={"Authorization": f"Bearer {secret}", "Content-Length": str(len(data))},
        environ_overrides={"wsgi.input": Body(data, migrate), "CONTENT_LENGTH": str(len(data))},
        content_type=ndjson.MEDIA_TYPE,
    )
    stored, old = without_key()
    assert refused.status_code == 503, refused.json
    assert "A newer Counterclaim has migrated the registry" in refused.json["detail"]
    assert f"Of lines 1 to {stored:,} all is stored" in refused.json["detail"]
    assert 1000 <= stored < 4000
    assert old == 0


@pytest.mark.slow
def test_a_command_that_imports_stores_nothing_more(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def migrated_at_once(count: int) -> Iterator[bytes]:
        yield from lines(count)
        database.release()
        with migrating(registry):
            pass
        yield b'{"topic":{"slug":"late","label":"Late"}}\n'

    monkeypatch.setattr(cli, "main", lambda: list(ndjson.read(migrated_at_once(2500), by=actor, group=500)))
    with pytest.raises(SystemExit):
        cli.run()
    told = capsys.readouterr().err
    assert "A newer Counterclaim has migrated the registry" in told
    assert "Of lines 1 to 2,500 all is stored" in told
    assert without_key() == (2500, 0)


def test_what_waits_for_the_migration_is_refused_after_it(registry: str, actor: Actor) -> None:
    told: list[BaseException | None] = []

    def write() -> None:
        try:
            topics.create(by=actor, slug="late", label="Late")
            told.append(None)
        except Newer as refusal:
            told.append(refusal)
        finally:
            database.close()

    database.release()
    writing = threading.Thread(target=write)
    with migrating(registry):
        writing.start()
        time.sleep(0.5)
        assert not told
    writing.join(10)
    assert isinstance(told[0], Newer), told
    assert without_key() == (0, 0)


def test_a_migration_waits_for_what_is_being_written(registry: str, actor: Actor) -> None:
    with transaction():
        topics.create(by=actor, slug="early", label="Early")
        with pytest.raises((TimeoutError, psycopg.errors.LockNotAvailable)), migrating(registry, timeout=1):
            pass
        topics.create(by=actor, slug="next", label="Next")
    database.release()
    with migrating(registry):
        pass
    assert without_key() == (2, 0)
