"""Beside /v1, for machines that watch."""

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.settings import Settings
from models.history.changes import Actor
from models.storage import database, transactions
from models.storage.columns import now
from tests.factories import put_claim


def test_is_alive_without_a_database(public: FlaskClient, queries: list[str]) -> None:
    assert public.get("/healthz").json == {"status": "alive"}
    assert queries == []


def test_is_ready_over_a_registry_of_this_version(public: FlaskClient) -> None:
    assert public.get("/readyz").json == {"status": "ready"}


@pytest.mark.parametrize("minutes", [4, 6])
def test_warns_of_a_log_that_is_ahead_of_the_clock(
    actor: Actor, public: FlaskClient, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    ahead = now(ago=-60 * minutes)
    monkeypatch.setattr(transactions, "now", lambda: ahead)
    put_claim(actor)
    answer = public.get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (200, "ready")
    assert (f"has the time {ahead}, which is ahead" in answer.json.get("warning", "")) == (minutes > 5)


def test_is_not_ready_over_another_schema_but_alive(public: FlaskClient) -> None:
    database.db.execute_sql("DELETE FROM migrations WHERE name = '0002_folded_keys'")
    answer = public.get("/readyz")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert "migrate" in answer.json["detail"]
    assert public.get("/healthz").status_code == 200


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all.db", "postgresql://nobody:hunter2@127.0.0.1:9/none"])
def test_is_not_ready_without_a_database_but_alive(url: str) -> None:
    public = create_app(Settings(DATABASE_URL=url)).test_client()
    answer = public.get("/readyz")
    assert answer.status_code == 503
    assert b"hunter2" not in answer.data
    assert b"/nowhere" not in answer.data
    assert public.get("/healthz").status_code == 200
    database.close()


def test_figures_are_for_who_knows_the_token(url: str) -> None:
    public = create_app(Settings(DATABASE_URL=url, METRICS_TOKEN="of the operator")).test_client()
    public.get("/v1/topics")
    assert public.get("/metrics").status_code == 401
    assert public.get("/metrics", headers={"Authorization": "Bearer of an other"}).status_code == 401
    told = public.get("/metrics", headers={"Authorization": "Bearer of the operator"})
    assert told.mimetype == "text/plain"
    assert 'counterclaim_request_seconds_count{operation="list_topics",status="200"}' in told.text
    database.close()


def test_there_are_no_figures_by_default(public: FlaskClient) -> None:
    assert public.get("/metrics").status_code == 404
    assert public.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
