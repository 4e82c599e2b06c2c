"""The whole registry, out of one database and into another, identical."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.formats import dump, ndjson
from models import claims, documents, sentences, speakers, statements
from models.access import keys
from models.history import seals
from models.history.changes import Actor
from models.queries import derived
from models.refusals import Conflict
from models.storage import database, schema, transactions
from models.upkeep import seal_check
from tests.api.steps import posted
from tests.checked import ROOT
from tests.factories import PLAIN, candidate, put_claim, put_plain, review, topic
from tests.postgres import Databases


@pytest.fixture
def rich(app: Any, caller: Callable[[str | None], FlaskClient], actor: Actor) -> bytes:
    """A registry with everything that may be in one, as lines."""
    reviewer = caller("review")
    with (ROOT / "examples" / "sample.ndjson").open("rb") as lines:
        assert all(outcome.outcome == "new" for outcome in ndjson.read(lines, by=actor))
    posted(reviewer, "topics", topic(slug="more"))
    said = posted(reviewer, "statements", candidate(speaker={"name": "A 'machine' 👩‍👧"})).json
    answer = reviewer.post("/v1/claims", json={"text": "Once.", "language": "en"}, headers={"Idempotency-Key": "k-1"})
    assert answer.status_code == 201
    posted(reviewer, "reviews", review(said["claim"]["id"]))
    claims.merge(by=actor, id=put_claim(actor, "Merged."), into=1)
    speakers.merge(by=actor, id=speakers.create(by=actor, name="Other"), into=2)
    child = speakers.create(by=actor, name="Child")
    speakers.change(by=actor, id=3, version=1, part_of=child)  # points at a row that comes later
    claims.retract(by=actor, id=put_claim(actor, "Gone."), version=1, reason="Entered twice")
    gone = put_plain(actor, "second")
    document = statements.Statement.get_by_id(gone).document_id
    statements.retract(by=actor, id=gone, version=1, reason="It's wrong")
    cut = next(
        s for s in sentences.Sentence.select().where(sentences.Sentence.document == document) if "second" in s.text
    )
    # The retracted statement no longer starts in its sentence.
    sentences.change(by=actor, id=cut.id, version=1, end=cut.start + 5)
    assert PLAIN[cut.start : cut.start + 5]
    keys.create(name="Ann", scope="write")
    seals.seal_all()
    return b"".join(dump.write())


@pytest.fixture(params=["sqlite", "postgresql"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of another empty database, of either kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/elsewhere.db"
        return
    databases: Databases = request.getfixturevalue("databases")
    with databases.lent() as address:
        yield address


def _into(url: str, exported: bytes) -> int:
    database.close()
    database.connect(url)
    schema.migrate()
    first, *rest = exported.splitlines(keepends=True)
    return dump.read(first, rest)


def test_what_is_imported_elsewhere_is_the_identical_registry(rich: bytes, elsewhere: str) -> None:
    assert _into(elsewhere, rich) == len(rich.splitlines()) - 2
    assert b"".join(dump.write()) == rich
    assert derived.differences() == []
    sealed = [json.loads(line)["seals"]["hash"] for line in rich.splitlines() if line.startswith(b'{"seals"')]
    assert list(seal_check.problems(kept=sealed[-1])) == []
    # It goes on: new ids and lines come after the old ones, and rules that were away are there again.
    actor = Actor()
    assert put_claim(actor) > max(
        json.loads(line)["claims"]["id"] for line in rich.splitlines() if b'{"claims"' in line
    )
    with pytest.raises(Conflict), transactions.transaction():
        database.db.execute_sql("UPDATE statements SET content_start = content_start + 1000 WHERE id = 1")
    with pytest.raises(Conflict), transactions.transaction():
        database.db.execute_sql("UPDATE statements SET claim_id = 99999 WHERE id = 1")
    database.close()


def test_it_goes_into_an_empty_database_only_and_leaves_another_as_it_is(rich: bytes) -> None:
    first, *rest = rich.splitlines(keepends=True)
    with pytest.raises(Conflict, match="empty"):
        dump.read(first, rest)
    assert b"".join(dump.write()) == rich


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (b'"format":1', b'"format":2', "not known"),
        (b"0001_initial", b"0009_other", "another schema"),
        (b'"schema":["', b'"schema":[5,"', "list of the names of migrations"),
        (b'"speaker_id":1,', b'"speaker_id":99999,', "speaker"),
        (b'{"claims":{"id"', b'{"claimz":{"id"', "claimz"),
        (b'{"claims":{"id"', b'{"claims":{"di"', "columns"),
        (b'{"claims":{"id"', b'{"claims":["id"', "JSON"),
        (b'"cue":"warned"', b'"cue":"wormed"', "quotes"),
        (b'"content":"[', b'"content":"', "no list of spans"),
        (b'{"end":', b'{"end":1', "rows stand before it"),
    ],
)
def test_one_that_is_wrong_is_refused_whole(rich: bytes, tmp_path: Path, old: bytes, new: bytes, told: str) -> None:
    assert old in rich
    wrong = rich.replace(old, new) if b"id" not in old else rich.replace(old, new, 1)
    with pytest.raises(Conflict, match=told):
        _into(f"sqlite:///{tmp_path}/wrong.db", wrong)
    assert len(b"".join(dump.write()).splitlines()) == 2
    assert documents.any_stored() is False
    database.close()


def test_one_that_was_cut_is_refused_wherever_it_was(rich: bytes, tmp_path: Path) -> None:
    lines = rich.splitlines(keepends=True)
    for place in (1, 2, len(lines) // 2, len(lines) - 1):
        with pytest.raises(Conflict, match="was cut"):
            _into(f"sqlite:///{tmp_path}/cut.db", b"".join(lines[:place]))
    with pytest.raises(Conflict, match=f"Line {len(lines) + 1}: the line before it is the last"):
        _into(f"sqlite:///{tmp_path}/cut.db", rich + lines[1])
    assert documents.any_stored() is False
    database.close()
