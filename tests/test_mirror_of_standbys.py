"""The mirror of examples/ over two standbys of which one is behind: it keeps nothing that was retracted."""

import importlib.util
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from api.app import create_app
from api.settings import Settings
from models.access import keys
from models.storage import database, replicas, schema
from tests.checked import ROOT
from tests.postgres import Postgres

#: By how much a standby may be behind, seconds, and how much longer a line waits.
LAG, MARGIN = 1, 2.0


@pytest.fixture
def servers() -> Iterator[list[Postgres]]:
    """A primary with a registry in it, and two standbys."""
    folder, made = Path(tempfile.mkdtemp(prefix="standbys-")), list[Postgres]()
    try:
        made.append(Postgres(folder / "primary"))
        database.connect(made[0].url())
        schema.migrate()
        database.close()
        made += [Postgres(folder / name, primary=made[0]) for name in ("one", "two")]
        yield made
    finally:
        database.close()
        database.disconnect()
        for server in reversed(made):
            server.stop()
        shutil.rmtree(folder)


def mirror_of_examples() -> Any:
    """Load it."""
    spec = importlib.util.spec_from_file_location("mirror", ROOT / "examples" / "mirror.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.no_cover
def test_a_mirror_of_two_standbys_keeps_nothing_that_was_retracted(
    servers: list[Postgres], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replicas, "MARGIN", MARGIN, raising=False)
    primary, one, two = servers
    urls = f"{one.url()},{two.url()}"
    app = create_app(
        Settings(DATABASE_URL=primary.url(), DATABASE_REPLICA_URLS=urls, REPLICA_LAG_SECONDS=LAG, REQUESTS_PER_MINUTE=0)
    )
    _, secret = keys.create(name="a writer", scope="write")
    writer, public, mirror = app.test_client(), app.test_client(), mirror_of_examples()
    writer.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"

    def get(_: Any, path: str, *others: int) -> tuple[int, str]:
        answer = public.get(path, follow_redirects=False)
        assert answer.status_code in (200, *others), answer.text
        return answer.status_code, answer.text

    mirror.get = get
    texts = [f"Mr Smith took bribe number {number}." for number in range(8)]
    ids = [writer.post("/v1/claims", json={"text": text, "language": "en"}).json["id"] for text in texts]
    assert writer.get("/v1/changes").json["items"] == [], "a line waits, for who made it too"
    with closing(sqlite3.connect(":memory:")) as copy, psycopg.connect(two.url(), autocommit=True) as following:
        copy.execute("CREATE TABLE place (id INTEGER PRIMARY KEY, cursor)")
        copy.execute("CREATE TABLE claims (id INTEGER PRIMARY KEY, json TEXT NOT NULL)")

        def look_until(count: int) -> list[int]:
            until = time.monotonic() + 20
            held: list[int] = []
            while time.monotonic() < until:
                mirror.look(urlsplit("http://registry"), copy)
                held = [id for (id,) in copy.execute("SELECT id FROM claims ORDER BY id")]
                if len(held) == count and copy.execute("SELECT cursor FROM place").fetchone():
                    break
                time.sleep(0.1)
            return held

        assert look_until(len(ids)) == ids
        following.execute("SELECT pg_wal_replay_pause()")
        time.sleep(0.5)
        for id in ids:
            gone = writer.delete(f"/v1/claims/{id}", headers={"If-Match": "*"}, json={"reason": "libel"})
            assert gone.status_code < 300, gone.text
        assert look_until(0) == [], "while one standby does not follow"
        following.execute("SELECT pg_wal_replay_resume()")
        time.sleep(LAG)
        mirror.look(urlsplit("http://registry"), copy)
        assert look_until(0) == []
