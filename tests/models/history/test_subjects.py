"""Whom claims are about while speakers are merged: the survivor alone, and after the unmerge both again."""

from collections.abc import Callable
from typing import Any

import pytest

from api.formats import ndjson
from models import claims, speakers, statements, topics
from models.history import subjects
from models.history.changes import Actor
from models.history.hidden import is_hidden
from models.queries import derived
from models.refusals import Conflict
from models.tables import Claim, ClaimAbout, MergedSubject
from models.upkeep import erasures, verify
from tests.factories import MACHINE, PUBLIC, listed_ids, put_claim, put_plain, seen, store


@pytest.fixture(autouse=True)
def told(sound: None) -> Any:
    """A log that tells of every row how it stands."""
    yield
    assert [*verify.CHECKS["log"](), *derived.differences()] == []


@pytest.fixture
def people(actor: Actor) -> list[int]:
    return [speakers.create(by=actor, name=name) for name in ("One", "Two", "Three")]


def about(**roles: str) -> list[dict[str, str]]:
    return [{"name": name, "role": role} for name, role in roles.items()]


def read(claim: int) -> dict[str, str]:
    return {one["name"]: one["role"] for one in seen(claims.get(id=claim, viewer=PUBLIC))["about"]}


def relink(actor: Actor, claim: int, subjects: list[dict[str, str]]) -> bool:
    """Change whom a claim is about; tell whether that was a change."""
    version = Claim.get_by_id(claim).version
    claims.change(by=actor, id=claim, version=version, about=subjects)
    return bool(Claim.get_by_id(claim).version > version)


def send_back(actor: Actor, claim: int) -> bool:
    return relink(actor, claim, about(**read(claim)))


def erase(actor: Actor, speaker: int) -> None:
    erasures.speaker(id=speaker, reason="By order of a court.", by=actor)


def test_a_filter_by_who_was_merged_finds_what_the_survivor_has(registry: str, actor: Actor, people: list[int]) -> None:
    one, two, _ = people
    for names in (["One", "Two"], ["One"], ["Two"]):
        put_claim(actor, about=about(**dict.fromkeys(names, "accused")))
    speakers.merge(by=actor, id=one, into=two)
    for name in ("about", "accused"):
        assert listed_ids(claims, PUBLIC, **{name: one}) == listed_ids(claims, PUBLIC, **{name: two}) == [3, 2, 1]


def test_links_that_wait_are_no_links_of_the_claim(registry: str, actor: Actor, people: list[int]) -> None:
    one, two, _ = people
    claim = put_claim(actor, about=about(One="accused", Two="mentioned"))
    speakers.merge(by=actor, id=one, into=two)
    assert list(ClaimAbout.select().tuples()) == [(claim, two, "accused")]
    assert list(MergedSubject.select().tuples()) == [(claim, one, "accused")]
    speakers.unmerge(by=actor, id=one)
    assert (read(claim), MergedSubject.select().count()) == ({"One": "accused", "Two": "mentioned"}, 0)


def test_a_change_that_sends_back_what_was_read_changes_nothing(registry: str, actor: Actor, people: list[int]) -> None:
    one, two, three = people
    both = {"One": "accused", "Two": "mentioned"}
    accused = dict.fromkeys(("Two", "Three"), "accused")
    merged, retracted = (put_claim(actor, about=about(**roles)) for roles in (both, accused))
    speakers.merge(by=actor, id=one, into=two)
    speakers.retract(by=actor, id=three, version=1, reason=None)
    assert [send_back(actor, claim) for claim in (merged, retracted)] == [False, False]
    speakers.unmerge(by=actor, id=one)
    speakers.restore(by=actor, id=three)
    assert (read(merged), read(retracted)) == (both, accused)


def test_topics_that_are_sent_back_as_they_were_read_change_nothing(registry: str, actor: Actor) -> None:
    for slug in ("trade", "war", "water"):
        topics.create(by=actor, slug=slug, label=slug.title())
    claim = put_claim(actor, topics=["trade", "war"])
    topics.retract(by=actor, id=1, version=1, reason=None)

    def filed() -> list[str]:
        return [topic["slug"] for topic in seen(claims.get(id=claim, viewer=PUBLIC))["topics"]]

    claims.change(by=actor, id=claim, version=1, topics=filed())
    assert (filed(), Claim.get_by_id(claim).version) == (["war"], 1)
    claims.change(by=actor, id=claim, version=1, topics=["water"])
    assert filed() == ["water"]
    assert list(verify.CHECKS["log"]()) == []
    topics.restore(by=actor, id=1)
    assert filed() == ["trade", "water"]


def test_a_claim_is_filed_under_no_more_topics_than_may_be_with_retracted_ones(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for slug in ("trade", "war", "water"):
        topics.create(by=actor, slug=slug, label=slug.title())
    claim = put_claim(actor, topics=["trade", "war"])
    topics.retract(by=actor, id=1, version=1, reason=None)
    monkeypatch.setattr(claims, "MOST_TOPICS", 2)
    with pytest.raises(Conflict, match="retracted") as refused:
        claims.change(by=actor, id=claim, version=1, topics=["war", "water"])
    assert refused.value.field == "/topics"
    claims.change(by=actor, id=claim, version=1, topics=["water"])


@pytest.mark.parametrize(
    ("change", "after"),
    [
        ({"Two": "accused", "Three": "mentioned"}, {"One": "accused", "Two": "mentioned", "Three": "mentioned"}),
        ({"Two": "mentioned"}, {"One": "mentioned", "Two": "mentioned"}),
        ({"Three": "mentioned"}, {"Three": "mentioned"}),
        ({}, {}),
    ],
)
def test_who_was_merged_is_a_subject_again_where_the_survivor_still_is(
    registry: str, actor: Actor, people: list[int], change: dict[str, str], after: dict[str, str]
) -> None:
    one, two, _ = people
    claim = put_claim(actor, about=about(One="accused", Two="mentioned"))
    speakers.merge(by=actor, id=one, into=two)
    assert relink(actor, claim, about(**change))
    assert read(claim) == change
    assert list(verify.CHECKS["log"]()) == []
    speakers.unmerge(by=actor, id=one)
    assert read(claim) == after


def test_a_retracted_survivor_keeps_who_waits(registry: str, actor: Actor, people: list[int]) -> None:
    one, two, _ = people
    claim = put_claim(actor, about=about(One="accused", Two="accused", Three="accused"))
    speakers.merge(by=actor, id=one, into=two)
    speakers.retract(by=actor, id=two, version=2, reason=None)
    assert relink(actor, claim, about(Three="mentioned"))
    speakers.restore(by=actor, id=two)
    speakers.unmerge(by=actor, id=one)
    assert read(claim) == {"One": "accused", "Two": "accused", "Three": "mentioned"}


def test_a_chain_of_merges_gives_back_one_after_the_other(registry: str, actor: Actor, people: list[int]) -> None:
    one, two, three = people
    roles = [{"One": "accused", "Two": "mentioned", "Three": "mentioned"}, {"One": "mentioned", "Two": "accused"}]
    roles += [{"One": "accused", "Three": "mentioned"}, {"Two": "accused", "Three": "accused"}]
    put = [put_claim(actor, about=about(**some)) for some in roles]
    speakers.merge(by=actor, id=one, into=two)
    middle = [read(claim) for claim in put]
    assert middle == [{"Two": "accused", "Three": "mentioned"}, {"Two": "accused"}, middle[0], roles[3]]
    speakers.merge(by=actor, id=two, into=three)
    assert [read(claim) for claim in put] == [{"Three": "accused"}] * 4
    assert [send_back(actor, claim) for claim in put] == [False] * 4
    assert relink(actor, put[0], about(Three="accused", Four="mentioned"))
    assert [check.problems for check in verify.run() if check.name == "log"] == [[]]
    speakers.unmerge(by=actor, id=two)
    four = {"Four": "mentioned"}
    assert [read(claim) for claim in put] == [middle[0] | four, *middle[1:]]
    speakers.unmerge(by=actor, id=one)
    assert [read(claim) for claim in put] == [roles[0] | four, *roles[1:]]


@pytest.mark.parametrize("first", [0, 1])
def test_merges_into_one_are_undone_in_either_order(registry: str, actor: Actor, people: list[int], first: int) -> None:
    one, two, three = people
    roles = {"One": "accused", "Two": "mentioned"}
    claim, all_three = put_claim(actor, about=about(**roles)), put_claim(actor, about=about(**roles, Three="mentioned"))
    for id in (one, two):
        speakers.merge(by=actor, id=id, into=three)
    assert (read(claim), read(all_three)) == ({"Three": "accused"}, {"Three": "accused"})
    assert not send_back(actor, all_three)
    for id in ((one, two), (two, one))[first]:
        speakers.unmerge(by=actor, id=id)
        assert list(verify.CHECKS["log"]()) == []
    assert (read(claim), read(all_three)) == (roles, {**roles, "Three": "mentioned"})


def test_of_an_erased_survivor_nothing_waits(registry: str, actor: Actor, people: list[int]) -> None:
    one, two, _ = people
    claim = put_claim(actor, about=about(One="accused", Two="accused", Three="accused"))
    speakers.merge(by=actor, id=one, into=two)
    erase(actor, two)
    assert (read(claim), MergedSubject.select().count()) == ({"Three": "accused"}, 0)


def test_of_an_erased_claim_nothing_waits(registry: str, actor: Actor, people: list[int]) -> None:
    one, two, _ = people
    accused = {"text": "They did.", "language": "en", "about": about(One="accused", Two="accused")}
    put_plain(actor, "first", speaker={"name": "Three"}, claim=accused)
    speakers.merge(by=actor, id=one, into=two)
    erase(actor, people[2])
    assert [links.select().count() for links in (ClaimAbout, MergedSubject)] == [0, 0]
    speakers.unmerge(by=actor, id=one)
    assert ClaimAbout.select().count() == 0


def test_who_else_is_erased_takes_nothing_from_whom_an_unmerge_gives_back(
    registry: str, actor: Actor, people: list[int]
) -> None:
    one, two, three = people
    claim = put_claim(actor, about=about(One="accused", Two="mentioned", Three="accused"))
    speakers.merge(by=actor, id=one, into=two)
    erase(actor, three)
    speakers.unmerge(by=actor, id=one)
    assert read(claim) == {"One": "accused", "Two": "mentioned"}
    erase(actor, one)
    assert read(claim) == {"Two": "mentioned"}


def test_what_a_claim_had_from_another_is_not_given_back_once_they_are_parted(
    registry: str, actor: Actor, people: list[int]
) -> None:
    one, two, _ = people
    lender, claim = put_claim(actor, about=about(One="mentioned")), put_claim(actor, about=about(Two="mentioned"))
    claims.merge(by=actor, id=lender, into=claim)
    speakers.merge(by=actor, id=one, into=two)
    assert (read(claim), MergedSubject.select().count()) == ({"Two": "mentioned"}, 1)
    claims.unmerge(by=actor, id=lender)
    speakers.unmerge(by=actor, id=one)
    assert (read(claim), read(lender)) == ({"Two": "mentioned"}, {"One": "mentioned"})


@pytest.mark.parametrize("undo", [claims.restore, claims.unmerge])
def test_claims_that_are_taken_out_of_sight_meanwhile_are_about_both_again(
    registry: str, actor: Actor, people: list[int], undo: Callable[..., None]
) -> None:
    one, two, _ = people
    roles = {"One": "accused", "Two": "mentioned"}
    claim, into = put_claim(actor, about=about(**roles)), put_claim(actor)
    speakers.merge(by=actor, id=one, into=two)
    if undo is claims.restore:
        claims.retract(by=actor, id=claim, version=1, reason=None)
    else:
        claims.merge(by=actor, id=claim, into=into)
    speakers.unmerge(by=actor, id=one)
    undo(by=actor, id=claim)
    assert (read(claim), read(into)) == (roles, {})


def test_whom_a_claim_is_about_again_that_became_public_meanwhile_is_shown(
    registry: str, actor: Actor, people: list[int]
) -> None:
    accused = {"text": "They are to blame.", "language": "en", "about": about(Accused="accused", Two="accused")}
    found = put_plain(actor, "second", claim=accused, origin=MACHINE)
    (hidden,) = speakers.named("Accused")
    speakers.merge(by=actor, id=hidden, into=people[1])
    statements.change(by=actor, id=found, version=1, status="accepted")
    speakers.unmerge(by=actor, id=hidden)
    assert not is_hidden(noun="speakers", id=hidden)


def test_a_change_leaves_room_for_those_who_wait(registry: str, actor: Actor, people: list[int]) -> None:
    one, two, three = people
    claim = put_claim(actor, about=about(One="accused", Two="accused", Three="accused"))
    speakers.merge(by=actor, id=one, into=two)
    speakers.retract(by=actor, id=three, version=1, reason=None)
    more = about(**{f"Number {number}": "mentioned" for number in range(subjects.MOST - 2)})
    with pytest.raises(Conflict, match="more than 100 speakers") as refused:
        relink(actor, claim, [*about(Two="accused"), *more])
    assert refused.value.field == "/about"
    assert relink(actor, claim, [*about(Two="accused"), *more[1:]])
    assert relink(actor, claim, more)
    assert MergedSubject.select().count() == 0


@pytest.mark.usefixtures("people")
def test_an_import_of_whom_was_merged_links_the_survivor_alone(registry: str, actor: Actor) -> None:
    speakers.merge(by=actor, id=1, into=2)
    put_claim(actor, about=about(One="accused", Two="mentioned"))
    both = {"id": "c", "text": "They did.", "language": "en", "about": about(One="accused", Two="mentioned")}
    store(actor, [("claim", both)])
    assert "new" not in {each.outcome for each in ndjson.read(list(ndjson.write()), by=actor)}
    for change in (lambda: None, lambda: speakers.unmerge(by=actor, id=1)):
        change()
        assert (read(1), read(2)) == ({"Two": "accused"}, {"Two": "accused"})
