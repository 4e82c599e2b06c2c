"""Two who bring the same name in at one moment get one and the same, or a refusal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from models.history.session import NAME_LOCK
from models.storage.database import fetch, on_sqlite
from tests.api.steps import refusal, together
from tests.factories import TEXT, charge, claim, document, topic

#: How many are there at once, and how often.
THREADS, ROUNDS = 6, 6


def _topic(_client: FlaskClient, turn: int, _thread: int) -> tuple[str, Any]:
    return "topics", topic(slug=f"t{turn}")


def _speaker(_client: FlaskClient, turn: int, _thread: int) -> tuple[str, Any]:
    return "speakers", {"name": f"Ann {turn}", "kind": "person"}


def _item(_client: FlaskClient, turn: int, thread: int) -> tuple[str, Any]:
    return "speakers", {"name": f"Ann {turn} {thread}", "kind": "person", "wikidata_id": f"Q{turn + 1}"}


def _alias(_client: FlaskClient, turn: int, thread: int) -> tuple[str, Any]:
    name, alias = (f"Ann {turn}", f"Bea {turn}") if thread % 2 else (f"Bea {turn}", f"Ann {turn}")
    return "speakers", {"name": name, "kind": "person", "aliases": [alias]}


def _found(_client: FlaskClient, turn: int, thread: int) -> tuple[str, Any]:
    return "statements", {
        "speaker": {"name": f"Ann {turn}"},
        "document": {"text": f"Ann said {turn} {thread}.", "language": "en"},
        "content": [{"text": f"{turn} {thread}"}],
        "form": "indirect",
        "claim": {"text": "It is so.", "language": "en"},
    }


def _one_document(_client: FlaskClient, turn: int, thread: int) -> tuple[str, Any]:
    return "statements", {
        "speaker": {"name": f"Ann {turn % 2} {thread % 2}"},
        "document": {"url": f"https://example.org/{turn}", "text": "Ann said it.", "language": "en"},
        "content": [{"text": "it"}],
        "form": "indirect",
        "claim": {"text": "It is so.", "language": "en", "reuse": True},
    }


def _accused(_client: FlaskClient, turn: int, _thread: int) -> tuple[str, Any]:
    return "claims", {
        "text": "It is so.", "language": "en", "about": [{"name": f"Ann {turn}"}, {"name": f"Bea {turn}"}]
    }  # fmt: skip


def _extracted(_client: FlaskClient, turn: int, thread: int) -> tuple[str, Any]:
    return "documents?extract=true", document(text=f"{TEXT} {turn} {thread % 3}.")


@pytest.mark.parametrize("made", [_topic, _speaker, _item, _alias, _found, _one_document, _accused, _extracted])
def test_who_come_at_once_with_one_name_get_one_or_a_conflict(
    app: Flask, caller: Callable[[str | None], FlaskClient], made: Callable[..., tuple[str, Any]]
) -> None:
    clients = [caller("review") for _ in range(THREADS)]
    for turn in range(ROUNDS):

        def send(thread: int, turn: int = turn) -> TestResponse:
            noun, body = made(clients[thread], turn, thread)
            return clients[thread].post(f"/v1/{noun}", json=body)

        answers = together(THREADS, send)
        assert {answer.status_code for answer in answers} <= {201, 409}, [answer.text for answer in answers]
        statuses = {answer.status_code for answer in answers}
        assert statuses == {201} if made in (_found, _accused) else 201 in statuses, answers[0].text
    assert not fetch("SELECT slug FROM topics GROUP BY slug HAVING count(*) > 1")
    assert not fetch("SELECT name_key FROM speakers GROUP BY name_key HAVING count(*) > 1")


def _many(names: int, tag: str) -> list[dict[str, Any]]:
    """Speakers with so many names, aliases and Wikidata ids."""
    return [
        {
            "name": f"{tag} {who}",
            "aliases": [f"{tag} {who} {n}" for n in range(62)],
            "wikidata_id": f"Q{ord(tag[0])}{who}",
        }
        for who in range(names // 64)
    ] + [{"name": f"{tag} and {n}"} for n in range(names % 64)]


def test_a_request_brings_so_few_names_that_it_waits_for_nobody_who_brings_another(
    writer: FlaskClient, url: str
) -> None:
    about = claim(about=_many(128, "Ann"))
    for path, body, place in (
        ("statements", charge(speaker={"name": "Bea"}, claim=about | {"about": _many(256, "Cy")}), ""),
        ("statements", charge(claim=about, speakers=_many(129, "Bea")) | {"speaker": None}, ""),
        ("claims", claim(about=_many(257, "Ann")), "/about"),
    ):
        sent = {name: value for name, value in body.items() if value is not None}
        assert refusal(writer.post(f"/v1/{path}", json=sent)) == (422, [place]), path
    line = {"claim": claim(id="c1", about=_many(257, "Ann"))}
    assert writer.post("/v1/imports", json={"lines": [line]}).json["refused"] == 1
    joint = {name: value for name, value in charge(claim=about).items() if name != "speaker"}
    with _somebody_new_is_named(url):
        assert writer.post("/v1/statements", json=joint | {"speakers": _many(128, "Bea")}).status_code == 201


@contextmanager
def _somebody_new_is_named(url: str) -> Iterator[None]:
    """Hold what a request holds that puts in a name, on PostgreSQL: on SQLite changes take turns."""
    if on_sqlite():
        yield
        return
    with psycopg.connect(url) as other:
        other.execute("SELECT pg_advisory_xact_lock_shared(%s)", [NAME_LOCK])
        yield
