"""Whom claims are about while claims and speakers are merged and parted: what each says, by whom that came to be."""

from collections.abc import Callable
from itertools import chain
from random import Random
from typing import Any

import pytest

from api.formats import ndjson
from models import claims, speakers, statements, topics
from models.history import subjects
from models.history.changes import Actor
from models.history.hidden import is_hidden
from models.refusals import Conflict
from models.storage.transactions import transaction
from models.tables import Claim, ClaimAbout, GivenSubject, Speaker
from models.upkeep import erasures, verify
from tests.at_once import while_open
from tests.factories import MACHINE, PUBLIC, listed_ids, put_claim, put_plain, seen, store


@pytest.fixture(autouse=True)
def told(sound: None) -> Any:
    """A log that tells of every row how it stands."""
    yield
    assert found_by_verify() == []


def found_by_verify() -> list[str]:
    return [problem for check in verify.run() for problem in check.problems]


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


def test_a_claim_shows_the_survivor_alone(registry: str, actor: Actor, people: list[int]) -> None:
    one, two, _ = people
    claim = put_claim(actor, about=about(One="accused", Two="mentioned"))
    speakers.merge(by=actor, id=one, into=two)
    assert list(ClaimAbout.select().tuples()) == [(claim, two, "accused")]
    speakers.unmerge(by=actor, id=one)
    assert list(ClaimAbout.select().order_by(ClaimAbout.speaker).tuples()) == [
        (claim, one, "accused"),
        (claim, two, "mentioned"),
    ]


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
    assert (read(claim), GivenSubject.select().count()) == ({"Three": "accused"}, 1)


def test_of_an_erased_claim_nothing_waits(registry: str, actor: Actor, people: list[int]) -> None:
    one, two, _ = people
    accused = {"text": "They did.", "language": "en", "about": about(One="accused", Two="accused")}
    put_plain(actor, "first", speaker={"name": "Three"}, claim=accused)
    speakers.merge(by=actor, id=one, into=two)
    erase(actor, people[2])
    assert [links.select().count() for links in (ClaimAbout, GivenSubject)] == [0, 0]
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
    assert read(claim) == {"Two": "mentioned"}
    claims.unmerge(by=actor, id=lender)
    speakers.unmerge(by=actor, id=one)
    assert (read(claim), read(lender)) == ({"Two": "mentioned"}, {"One": "mentioned"})


class Said:
    """What three claims say of three speakers, and what was merged into what: whom each has to show follows."""

    def __init__(self, actor: Actor, chosen: Random) -> None:
        self._actor, self._chosen = actor, chosen
        self._into: dict[Any, dict[int, int]] = {claims: {}, speakers: {}}
        self._names = {speakers.create(by=actor, name=name): name for name in ("One", "Two", "Three")}
        drawn = [self._draw() for _ in range(3)]
        self._own = {put_claim(actor, about=about(**roles)): roles for roles in drawn}

    def shown(self) -> dict[int, dict[str, str]]:
        """Follow what each claim says along both chains of merges."""
        found: dict[int, dict[str, str]] = {claim: {} for claim in self._own}
        for claim, roles in self._own.items():
            for name, role in roles.items():
                (speaker,) = (id for id, called in self._names.items() if called == name)
                as_whom = self._names[self._chain(speakers, speaker)[-1]]
                for shows in self._chain(claims, claim):
                    found[shows][as_whom] = min(role, found[shows].get(as_whom, role))
        return found

    def go_on(self) -> None:
        """Merge, part or change something."""
        noun = self._chosen.choice([claims, claims, speakers, speakers, None])
        if noun is None:
            free = [claim for claim in self._own if claim not in {*chain(*self._into[claims].items())}]
            for claim in free[: not self._into[speakers]]:  # else a name means the survivor
                self._own[claim] = self._draw()
                relink(self._actor, claim, about(**self._own[claim]))
            return
        into, ids = self._into[noun], list(self._own if noun is claims else self._names)
        standing = self._chosen.sample([id for id in ids if id not in into], k=3 - len(into))
        parted = [id for id, survivor in into.items() if survivor not in into]
        if len(standing) > 1 and (not parted or self._chosen.random() < 0.6):
            noun.merge(by=self._actor, id=standing[0], into=standing[1])
            into[standing[0]] = standing[1]
        else:
            self._part(noun, self._chosen.choice(parted))

    def part_all(self) -> None:
        """Undo all merges."""
        for noun, into in self._into.items():
            while parted := [id for id, survivor in into.items() if survivor not in into]:
                self._part(noun, parted[0])

    def _part(self, noun: Any, id: int) -> None:
        noun.unmerge(by=self._actor, id=id)
        del self._into[noun][id]

    def _draw(self) -> dict[str, str]:
        named = self._chosen.sample(["One", "Two", "Three"], k=self._chosen.randrange(3))
        return {name: self._chosen.choice(["accused", "mentioned"]) for name in named}

    def _chain(self, noun: Any, id: int) -> list[int]:
        chain = [id]
        while chain[-1] in self._into[noun]:
            chain.append(self._into[noun][chain[-1]])
        return chain


def shown() -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {claim: {} for (claim,) in Claim.select(Claim.id).tuples()}
    links = ClaimAbout.select(ClaimAbout.claim, Speaker.name, ClaimAbout.role).join(Speaker)
    for claim, name, role in links.tuples():
        found[claim][name] = role
    return found


@pytest.mark.parametrize("seed", range(12))
def test_claims_show_what_they_say_however_claims_and_speakers_are_merged_and_parted(
    registry: str, actor: Actor, seed: int
) -> None:
    said = Said(actor, Random(seed))  # noqa: S311 (a test that can be repeated)
    for _ in range(20):
        said.go_on()
        assert shown() == said.shown()
    assert found_by_verify() == []
    said.part_all()
    assert shown() == said.shown()


@pytest.mark.parametrize(
    ("change", "after"),
    [
        ({"One": "accused", "Three": "mentioned"}, ({"Three": "mentioned"}, {"One": "accused", "Two": "accused"})),
        ({"One": "mentioned", "Two": "accused"}, ({}, {"One": "accused", "Two": "accused"})),
        ({}, ({}, {"One": "accused", "Two": "accused"})),
    ],
)
def test_a_change_of_a_survivor_holds_until_the_claims_are_parted(
    registry: str, actor: Actor, people: list[int], change: dict[str, str], after: tuple[dict[str, str], ...]
) -> None:
    lender, claim = put_claim(actor, about=about(One="accused", Two="accused")), put_claim(actor)
    claims.merge(by=actor, id=lender, into=claim)
    assert read(claim) == {"One": "accused", "Two": "accused"}
    assert relink(actor, claim, about(**change))
    assert (read(claim), found_by_verify()) == (change, [])
    speakers.merge(by=actor, id=people[0], into=people[1])
    speakers.unmerge(by=actor, id=people[0])
    assert read(claim) == change
    claims.unmerge(by=actor, id=lender)
    assert (read(claim), read(lender)) == after


def test_who_was_merged_counts_among_the_speakers_of_claims_that_are_merged(
    registry: str, actor: Actor, people: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    lender, claim = (
        put_claim(actor, about=about(One="accused", Two="accused")),
        put_claim(actor, about=about(Three="accused")),
    )
    speakers.merge(by=actor, id=people[0], into=people[1])
    monkeypatch.setattr(subjects, "MOST", 2)
    with pytest.raises(Conflict, match="merged ones included"):
        claims.merge(by=actor, id=lender, into=claim)


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
    assert GivenSubject.select().where(GivenSubject.speaker == one).count() == 0


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


@pytest.mark.parametrize("change", ["merge", "nobody", "mentioned"])
def test_a_change_that_meets_a_rebuild_is_shown(registry: str, actor: Actor, people: list[int], change: str) -> None:
    claim = put_claim(actor, about=about(One="accused"))
    changes: dict[str, Callable[[], Any]] = {
        "merge": lambda: speakers.merge(by=actor, id=people[0], into=people[1]),
        "nobody": lambda: relink(actor, claim, []),
        "mentioned": lambda: relink(actor, claim, about(One="mentioned")),
    }
    while_open(subjects.rebuild, changes[change])
    assert found_by_verify() == []
    while_open(lambda: relink(actor, claim, about(Three="accused")), transaction()(subjects.rebuild))
    assert (read(claim), found_by_verify()) == ({"Three": "accused"}, [])
