"""`counterclaim log`, as a person types it."""

import json

from flask.testing import FlaskClient

from models import topics
from models.history.changes import Actor
from tests.api.conftest import Command
from tests.api.steps import posted
from tests.factories import topic


def test_prints_what_one_key_did(command: Command, writer: FlaskClient) -> None:
    posted(writer, "topics", topic())
    topics.create(by=Actor(), slug="other", label="Other")
    everything = [json.loads(line) for line in command("log").stdout.splitlines()]
    assert [line["noun_id"] for line in everything] == [1, 2]
    (line,) = command("log", "--key", str(everything[0]["key_id"])).stdout.splitlines()
    assert json.loads(line) == everything[0]
    assert command("log", "--noun", "topics", "--id", "2").stdout == command("log", "--past", "1").stdout != ""


def test_prints_no_controls_that_would_steer_a_terminal(command: Command, writer: FlaskClient) -> None:
    posted(writer, "topics", topic(label="It is\x9b31m red"))
    printed = command("log").stdout
    assert r"It is\u009b31m red" in printed
    assert json.loads(printed)["after"]["label"] == "It is\x9b31m red"
