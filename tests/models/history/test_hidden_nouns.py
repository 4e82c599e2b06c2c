"""What only candidates name: key holders meet it, the public does not, until an accepted statement names it."""

from collections.abc import Callable
from typing import Any

import pytest

from api.formats import ndjson
from models import claims, counterclaims, documents, sentences, speakers, statements
from models.history import surroundings
from models.history.changes import Actor
from models.ingest import candidates
from models.queries import derived
from models.refusals import NotFound
from models.storage import database
from models.storage.transactions import transaction
from models.tables import Document, Hidden, LastChange, Speaker
from models.upkeep import verify
from tests.factories import (
    PUBLIC,
    READER,
    REVIEWER,
    document,
    listed_ids,
    put_charge,
    put_claim,
    put_document,
    put_plain,
    seen,
)


def names(viewer: Any = PUBLIC) -> list[str]:
    """The names of the speakers who are listed, newest first."""
    return [Speaker.get_by_id(id).name for id in listed_ids(speakers, viewer)]


def titles(viewer: Any = PUBLIC) -> list[str]:
    """The titles of the documents that are listed, newest first."""
    return [Document.get_by_id(id).title for id in listed_ids(documents, viewer)]


def test_who_and_what_only_a_candidate_names_is_for_key_holders(registry: str, actor: Actor) -> None:
    put_charge(actor, status="candidate", via={"speaker": {"name": "White House"}})
    assert (names(), titles()) == ([], [])
    assert sorted(names(READER)) == ["US officials", "White House"]
    assert titles(READER) == ["A visit"]
    for read in (speakers.get, documents.get):
        with pytest.raises(NotFound):
            read(id=1, viewer=PUBLIC)
        assert read(id=1, viewer=READER)
    assert listed_ids(sentences, PUBLIC) == []


def test_accepting_shows_them_for_good(registry: str, actor: Actor) -> None:
    id = put_charge(actor, status="candidate", via={"document": document(title="A release", url=None)})
    statements.change(by=actor, id=id, version=1, status="accepted")
    assert names() == ["US officials"]
    assert titles() == ["A release", "A visit"] or titles() == ["A visit", "A release"]
    assert Hidden.select().count() == 0
    statements.change(by=actor, id=id, version=2, status="rejected")
    assert names() == ["US officials"]


@pytest.mark.parametrize(
    "names_them",
    [
        lambda by: put_charge(by, content=[{"text": "the war"}], claim={"text": "War goes on.", "language": "en"}),
        lambda by: put_plain(by, "first", via={"speaker": {"id": 1}}),
        lambda by: claims.create(by=by, text="It is.", language="en", about=[{"id": 1}]),
        lambda by: speakers.create(by=by, name="An aide", part_of=1),
        lambda by: speakers.merge(by=by, id=speakers.create(by=by, name="Officials"), into=1),
    ],
)
def test_a_person_who_names_them_shows_them(names_them: Callable[[Actor], Any], registry: str, actor: Actor) -> None:
    put_charge(actor, status="candidate")
    names_them(actor)
    assert "US officials" in names()


def test_whoever_was_known_before_stays_public(registry: str, actor: Actor) -> None:
    speakers.create(by=actor, name="US officials", kind="group")
    put_document(actor)
    put_charge(actor, status="candidate", document={"url": "https://example.org/visit"})
    assert (names(), titles()) == (["US officials"], ["A visit"])


def test_whom_a_candidates_claim_is_about_is_shown_with_the_claim(registry: str, actor: Actor) -> None:
    claim = {"text": "The exports sustain the war.", "language": "en", "about": [{"name": "Government of China"}]}
    id = put_charge(actor, status="candidate", claim=claim)
    assert names() == []
    statements.change(by=actor, id=id, version=1, status="accepted")
    assert sorted(names()) == ["Government of China", "US officials"]


def test_a_document_whose_text_is_public_is_not_hidden(registry: str, actor: Actor) -> None:
    candidates.create(by=actor, findings=[], **document(text_public=True))
    candidates.create(by=actor, findings=[], **document(text="Other words.", title="Another"))
    assert titles() == ["A visit"]
    documents.change(by=actor, id=2, version=1, text_public=True)
    assert titles() == ["Another", "A visit"]


def test_the_public_hears_nothing_of_what_was_hidden_and_taken_back_or_merged(registry: str, actor: Actor) -> None:
    id = put_charge(actor, status="candidate")
    other = speakers.create(by=actor, name="Officials")
    statements.retract(by=actor, id=id, version=1, reason="Misread.")
    documents.retract(by=actor, id=1, version=1, reason="Private.")
    speakers.merge(by=actor, id=1, into=other)
    for read in (speakers.get, documents.get):
        with pytest.raises(NotFound):
            read(id=1, viewer=PUBLIC)
    assert names() == ["Officials"]


def test_rebuilding_keeps_hidden_what_is_and_shows_what_an_accepted_statement_names(
    registry: str, actor: Actor
) -> None:
    put_charge(actor, status="candidate")
    put_plain(actor, "first")
    Hidden.insert(noun="speakers", noun_id=2).execute()
    with transaction():
        derived.rebuild()
    assert names() == ["Somebody"]


def test_lists_stay_one_query(registry: str, actor: Actor, queries: list[str]) -> None:
    put_charge(actor, status="candidate")
    put_plain(actor, "first")
    queries.clear()
    assert len(listed_ids(speakers, PUBLIC)) == 1
    assert len(listed_ids(documents, PUBLIC)) == 1
    assert len(queries) == 2
    assert seen(speakers.get(id=2, viewer=PUBLIC))["name"] == "Somebody"


def test_whom_a_hidden_claim_is_said_to_be_about_is_hidden_with_it(registry: str, actor: Actor) -> None:
    statement = put_charge(actor, status="candidate")
    claim = statements.claim_of(id=statement)
    claims.change(by=actor, id=claim, version=1, about=[{"name": "Suspect", "role": "accused"}])
    (suspect,) = speakers.named("Suspect")
    with pytest.raises(NotFound):
        speakers.get(id=suspect, viewer=PUBLIC)
    statements.change(by=actor, id=statement, version=1, status="accepted")
    assert speakers.get(id=suspect, viewer=PUBLIC)


def test_who_a_hidden_speaker_is_part_of_stays_hidden(registry: str, actor: Actor) -> None:
    body = speakers.create(by=actor, name="A secret body", hidden=True)
    aide = speakers.create(by=actor, name="An office", kind="organization", hidden=True, part_of=body)
    assert names() == []
    said = put_plain(actor, "first", speaker={"id": aide}, status="candidate")
    statements.change(by=actor, id=said, version=1, status="accepted")
    assert names() == ["An office"]
    assert seen(speakers.get(id=aide, viewer=PUBLIC))["part_of"] is None
    assert seen(speakers.get(id=aide, viewer=READER))["part_of"]["id"] == body


def test_the_feed_tells_of_whom_a_person_shows_as_what_another_is_part_of(registry: str, actor: Actor) -> None:
    for number, shows in enumerate(
        (
            lambda body: speakers.create(by=actor, name="An aide", part_of=body),
            lambda body: speakers.change(by=actor, id=2, version=1, part_of=body),
        )
    ):
        body = speakers.create(by=actor, name=f"A body {number}", hidden=True)
        assert not LastChange.get(noun="speakers", noun_id=body).public
        shows(body)
        assert LastChange.get(noun="speakers", noun_id=body).public
        assert seen(speakers.get(id=2, viewer=PUBLIC))["part_of"]["id"] == body
    assert list(verify.broken_rules()) == []


def stamps(id: int) -> list[str]:
    """When a speaker last changed, to the public and to a reviewer."""
    return [str(seen(speakers.get(id=id, viewer=viewer))["changed_at"]) for viewer in (PUBLIC, REVIEWER)]


@pytest.fixture
def family(registry: str, actor: Actor) -> tuple[int, int, int, int]:
    """Put in a hidden body, a part of it that all see, a hidden one, and a candidate that the body said."""
    body = speakers.create(by=actor, name="A secret body", hidden=True)
    office = speakers.create(by=actor, name="An office", kind="organization", hidden=True, part_of=body)
    unheard = speakers.create(by=actor, name="An unheard office", kind="organization", hidden=True, part_of=body)
    put_plain(actor, "first", speaker={"id": office})
    said = put_plain(actor, "second", speaker={"id": body}, status="candidate")
    assert names() == ["An office"]
    return body, office, unheard, said


@pytest.mark.parametrize(
    "change",
    [
        lambda by, body: speakers.change(by=by, id=body, version=1, name="Another name"),
        lambda by, body: speakers.merge(by=by, id=body, into=speakers.create(by=by, name="Other", hidden=True)),
        lambda by, body: speakers.merge(by=by, id=speakers.create(by=by, name="Other", hidden=True), into=body),
    ],
)
def test_a_hidden_whole_moves_no_date_of_its_parts(family: Any, actor: Actor, change: Any) -> None:
    body, office, *_ = family
    public, reviewers = stamps(office)
    change(actor, body)
    assert stamps(office)[0] == public
    assert stamps(office)[1] > reviewers


def test_a_merge_of_a_hidden_whole_with_one_that_all_see_moves_the_dates_of_its_parts(
    family: Any, actor: Actor
) -> None:
    body, office, unheard, _ = family
    other = speakers.create(by=actor, name="Other")
    for change in (lambda: speakers.merge(by=actor, id=body, into=other), lambda: speakers.unmerge(by=actor, id=body)):
        before = stamps(office)
        above = seen(speakers.get(id=office, viewer=PUBLIC))["part_of"]
        change()
        assert seen(speakers.get(id=office, viewer=PUBLIC))["part_of"] != above
        assert all(now > was for was, now in zip(before, stamps(office), strict=True))
    assert not LastChange.get(noun="speakers", noun_id=unheard).public


@pytest.mark.parametrize(
    "show",
    [
        lambda by, _, said: statements.change(by=by, id=said, version=1, status="accepted"),
        lambda by, body, _: speakers.create(by=by, name="Yet another", part_of=body),
        lambda by, body, _: put_claim(by, about=[{"id": body, "role": "accused"}]),
        lambda by, body, _: put_charge(by, on_behalf_of={"id": body}),
        lambda by, body, _: put_charge(by, via={"speaker": {"id": body}}),
    ],
)
def test_a_whole_that_comes_into_sight_moves_the_dates_of_its_parts(family: Any, actor: Actor, show: Any) -> None:
    body, office, unheard, said = family
    before = stamps(office)
    show(actor, body, said)
    assert seen(speakers.get(id=office, viewer=PUBLIC))["part_of"]["id"] == body
    assert all(now > was for was, now in zip(before, stamps(office), strict=True))
    before = stamps(office)
    speakers.change(by=actor, id=body, version=Speaker.get_by_id(body).version, description="Known now")
    assert all(now > was for was, now in zip(before, stamps(office), strict=True))
    assert not LastChange.get(noun="speakers", noun_id=unheard).public
    assert list(verify.broken_rules()) == []


def test_a_change_of_a_part_shows_nothing_of_a_hidden_whole(family: Any, actor: Actor) -> None:
    body, office, _, said = family
    speakers.change(by=actor, id=office, version=None, description="Known now")
    assert not LastChange.get(noun="speakers", noun_id=body).public
    (public, _) = stamps(office)
    statements.change(by=actor, id=said, version=1, status="accepted")
    assert stamps(office)[0] > public
    assert list(verify.broken_rules()) == []


def test_an_import_shows_no_body_that_the_registry_of_the_export_hides(
    family: Any, urls: Callable[[], str], actor: Actor
) -> None:
    lines = b"".join(ndjson.write())
    database.close()
    database.connect(urls())
    assert {one.outcome for one in ndjson.read(lines.splitlines(keepends=True), by=actor)} <= {"new", "noted"}
    assert names() == ["An office"]
    assert b"".join(ndjson.write()) == lines


def test_a_candidate_reads_of_claims_that_it_reaches_only_whether_they_are_about_whom_it_names(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A claim has 2,000 counterclaims, and each of those may be about 100 people."""
    about = [{"name": "Government of China"}, {"name": "US officials"}]
    answer = put_claim(actor, "It fell.", about=about)
    charge = put_claim(actor, "It rose.")
    counterclaims.create(by=actor, claim=charge, answer=answer, kind="denies")
    read: list[Any] = []
    far = surroundings.far

    def remembered(*args: Any) -> Any:
        found = far(*args)
        read.append(dict(found.about))
        return found

    monkeypatch.setattr(surroundings, "far", remembered)
    id = put_plain(actor, "first", claim={"id": charge}, status="candidate", speaker={"name": "Somebody"})
    assert (read, "Somebody" in names()) == ([{}], False)
    statements.change(by=actor, id=id, version=None, status="accepted")
    assert (read, "Somebody" in names()) == ([{}, {}], True)
