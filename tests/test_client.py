"""A client that was generated from openapi.yaml records a statement and reads the counterclaim."""

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask

from models.access import keys
from tests.checked import ROOT
from tests.factories import charge, denial


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the generated package."""
    folder = tmp_path_factory.mktemp("client")
    generator = Path(sys.executable).with_name("openapi-python-client")
    # The generator knows no lines of JSON: a client sends them as the bytes they are.
    config = folder / "config.yaml"
    config.write_text("content_type_overrides: {application/x-ndjson: application/octet-stream}\n", encoding="utf-8")
    whence = ("--path", ROOT / "openapi.yaml", "--config", config)
    done = subprocess.run(
        [generator, "generate", *whence, "--output-path", folder / "made", "--meta", "none"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING parsing" not in done.stdout + done.stderr, done.stdout
    (folder / "made").rename(folder / "counterclaim_client")
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.startswith("counterclaim_client")]:
        del sys.modules[name]


def test_records_a_statement_and_reads_the_counterclaim(generated: Path, app: Flask) -> None:
    api, models = (importlib.import_module(f"counterclaim_client.{part}") for part in ("api", "models"))
    client = _client(app)
    recorded = _call("statements.create_statement", client, body=models.NewStatement.from_dict(charge()))
    denied = _call("statements.create_statement", client, body=models.NewStatement.from_dict(denial(recorded.id)))
    assert denied.speaker.name == "Government of China"

    page = _call("counterclaims.list_counterclaims", client, limit=10)
    (counterclaim,) = page.items
    assert counterclaim.kind == "denies"
    assert counterclaim.claim.statements[0].cue.text == "warned"
    assert counterclaim.answer.statements[0].sentence.text == counterclaim.claim.statements[0].sentence.text

    claim = _call("claims.get_claim", client, id=recorded.claim.id)
    assert claim.counterclaims[0].claim.text == "The exports do not sustain the war."
    assert api is not None


def test_changes_a_record_that_it_has_read(generated: Path, app: Flask) -> None:
    client, models = _client(app), importlib.import_module("counterclaim_client.models")
    made = _call("topics.create_topic", client, body=models.NewTopic(slug="water", label="Water"))
    change = models.TopicChange(label="Drinking water")
    assert _call("topics.change_topic", client, id=made.id, body=change, if_match="*").label == "Drinking water"


def test_a_refusal_is_a_problem_with_a_pointer(generated: Path, app: Flask) -> None:
    models = importlib.import_module("counterclaim_client.models")
    wrong = models.NewStatement.from_dict(charge(content=[{"start": 30, "end": 999_999}]))
    problem = _call("statements.create_statement", _client(app), body=wrong)
    assert problem.status == 409
    assert problem.errors[0].pointer == "/content/0/end"


def _client(app: Flask) -> Any:
    _, secret = keys.create(name="generated client", scope="write")
    return importlib.import_module("counterclaim_client").AuthenticatedClient(
        base_url="http://registry.example", token=secret, httpx_args={"transport": httpx.WSGITransport(app=app)}
    )


def _call(operation: str, client: Any, **arguments: Any) -> Any:
    return importlib.import_module(f"counterclaim_client.api.{operation}").sync(client=client, **arguments)
