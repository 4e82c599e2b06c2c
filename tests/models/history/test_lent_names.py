"""Names that merges of speakers lend, that a PATCH takes away meanwhile, and that the undoing gives back."""

from collections.abc import Callable
from functools import partial
from random import Random

import pytest

from models import speakers
from models.history.changes import Actor
from models.queries import derived
from models.refusals import Refusal
from models.tables import Alias, Speaker
from models.upkeep import verify
from tests.factories import lines_of, put_plain

pytestmark = pytest.mark.usefixtures("sound")

#: Few, so that they meet.
NAMES = ["Ann", "Bea", "Cleo", "Dora", "Eva"]


def make(actor: Actor, name: str, *aliases: str) -> int:
    return speakers.create(by=actor, name=name, aliases=[*aliases])


def merge(actor: Actor, id: int, into: int) -> None:
    speakers.merge(by=actor, id=id, into=into)


def unmerge(actor: Actor, id: int) -> None:
    speakers.unmerge(by=actor, id=id)


def give(actor: Actor, id: int, *aliases: str) -> None:
    """Give a speaker these aliases and no other."""
    speakers.change(by=actor, id=id, version=None, aliases=[*aliases])


def aliases_of(id: int) -> list[str]:
    return [alias for (alias,) in Alias.select(Alias.alias).where(Alias.speaker == id).order_by(Alias.id).tuples()]


def standing() -> dict[int, list[str]]:
    """The names of all who stand, by their ids."""
    people = Speaker.select().where(Speaker.merged_into.is_null(), Speaker.retracted_at.is_null()).order_by(Speaker.id)
    return {one.id: [one.name, *aliases_of(one.id)] for one in people}


def problems() -> list[str]:
    return [problem for check in verify.run() for problem in check.problems]


def test_a_name_that_was_taken_and_that_a_later_merge_lent_goes_with_that(registry: str, actor: Actor) -> None:
    first, ann, eva = make(actor, "Bea"), make(actor, "Ann"), make(actor, "Eva")
    merge(actor, first, ann)
    give(actor, ann)
    second = make(actor, "Bea")
    before = standing()
    merge(actor, second, eva)
    between = standing()
    merge(actor, eva, ann)
    assert aliases_of(ann) == ["Eva", "Bea"]
    unmerge(actor, eva)
    assert standing() == between
    unmerge(actor, second)
    assert standing() == before


def test_an_alias_that_was_taken_from_the_survivor_is_not_given_back(registry: str, actor: Actor) -> None:
    put_plain(actor, "first", speaker={"name": "Bea", "aliases": ["Boss", "Kept"]})
    (bea,) = speakers.named("Bea")
    cleo, ann = make(actor, "Cleo", "Chief", "Boss"), make(actor, "Ann", "Boss")
    merge(actor, bea, cleo)
    merge(actor, cleo, ann)
    give(actor, ann, "Bea", "Kept", "New")  # neither Chief nor Boss any more, whoever of the three is meant
    assert make(actor, "Boss")
    unmerge(actor, cleo)
    assert [aliases_of(id) for id in (ann, cleo)] == [["New"], ["Bea", "Kept"]]
    unmerge(actor, bea)
    assert [aliases_of(id) for id in (ann, cleo, bea)] == [["New"], [], ["Kept"]]
    parted = lines_of("speakers", bea)[-1]
    assert (parted["before"]["aliases"], parted["after"]["aliases"]) == (["Boss", "Kept"], ["Kept"])
    assert (problems(), derived.differences()) == ([], [])


def test_an_alias_that_was_taken_and_given_again_is_lent_as_before(registry: str, actor: Actor) -> None:
    bea, cleo, ann = make(actor, "Bea", "Boss", "Chief"), make(actor, "Cleo", "Boss"), make(actor, "Ann", "Chief")
    before = standing()
    merge(actor, bea, ann)
    merge(actor, cleo, ann)
    for aliases in ((), ("Chief", "Bea", "Boss", "Cleo")):
        give(actor, ann, *aliases)
    unmerge(actor, cleo)
    assert aliases_of(ann) == ["Chief", "Bea", "Boss"]
    unmerge(actor, bea)
    assert standing() == before


def test_an_alias_that_was_given_anew_is_the_survivors_own(registry: str, actor: Actor) -> None:
    bea, cleo, ann = make(actor, "Bea"), make(actor, "Cleo", "New"), make(actor, "Ann")
    merge(actor, bea, ann)
    give(actor, ann, "Bea", "New")
    merge(actor, cleo, ann)
    unmerge(actor, cleo)
    unmerge(actor, bea)
    assert standing() == {bea: ["Bea"], cleo: ["Cleo", "New"], ann: ["Ann", "New"]}


def test_a_name_that_was_taken_is_the_parted_ones_alone_though_it_was_given_again(registry: str, actor: Actor) -> None:
    bea, ann = make(actor, "Bea"), make(actor, "Ann")
    merge(actor, bea, ann)
    give(actor, ann)
    cleo = make(actor, "Cleo", "Bea")
    merge(actor, cleo, ann)
    unmerge(actor, bea)
    assert standing() == {bea: ["Bea"], ann: ["Ann", "Cleo"]}
    give(actor, ann, "Cleo")


def test_a_retracted_survivor_keeps_what_another_lent(registry: str, actor: Actor) -> None:
    bea, cleo, ann = make(actor, "Bea", "Boss"), make(actor, "Cleo", "Boss"), make(actor, "Ann")
    merge(actor, bea, ann)
    merge(actor, cleo, ann)
    give(actor, ann, "Boss", "Cleo")
    speakers.retract(by=actor, id=ann, version=None, reason=None)
    unmerge(actor, bea)
    assert (aliases_of(ann), problems()) == (["Boss", "Cleo"], []), "no line tells of aliases that stay"
    unmerge(actor, cleo)
    assert (aliases_of(ann), problems()) == ([], [])


Undo = Callable[[], object]


def step(actor: Actor, random: Random) -> Undo:
    """Do something to some of who stand; return what undoes it. Raises Refusal."""
    people = standing()
    if len(people) < 3 or random.random() < 0.3:
        id = make(actor, random.choice(NAMES), *random.sample([*NAMES, "Boss", "Chief"], random.randrange(3)))
        return partial(speakers.retract, by=actor, id=id, version=None, reason=None)
    id, into = random.sample([*people], 2)
    if random.random() < 0.5:
        merge(actor, id, into)
        return partial(unmerge, actor, id)
    had = people[id][1:]
    kept, new = random.sample(had, random.randrange(len(had) + 1)), random.sample([*NAMES, "Boss", "New"], 1)
    give(actor, id, *kept, *(new if random.random() < 0.5 else ()))
    return partial(give, actor, id, *had)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_undone_in_the_reverse_order_leaves_all_names_as_they_were(
    registry: str, actor: Actor, seed: int
) -> None:
    random, done = Random(seed), list[tuple[dict[int, list[str]], Undo]]()  # noqa: S311
    while len(done) < 25:
        before = standing()
        try:
            done.append((before, step(actor, random)))
        except Refusal:
            assert standing() == before
        while done and random.random() < 0.2:
            before, undo = done.pop()
            undo()
            assert standing() == before
    for before, undo in reversed(done):
        undo()
        assert standing() == before
    assert problems() == []


@pytest.mark.parametrize("seed", range(3))
def test_what_was_taken_stays_taken_whatever_is_undone_in_the_reverse_order(
    registry: str, actor: Actor, seed: int
) -> None:
    random, merged = Random(seed), list[tuple[int, int]]()  # noqa: S311
    for number in range(6):
        make(actor, f"Speaker {number}", *random.sample([f"Alias {at}" for at in range(8)], 4))
    names = {id: some[1:] for id, some in standing().items()}
    into: dict[int, int] = {}

    def survivor(id: int) -> int:
        return survivor(into[id]) if id in into else id

    for turn in range(25):
        if len(names) - len(into) > 1 and (random.random() < 0.4 or not merged):
            one, other = random.sample([*standing()], 2)
            merge(actor, one, other)
            into[one] = other
            merged.append((one, other))
        elif merged and random.random() < 0.4:
            one, _ = merged.pop()
            unmerge(actor, one)
            del into[one]
        else:
            id = random.choice([*standing()])
            had = aliases_of(id)
            taken = {*random.sample(had, random.randrange(len(had) + 1))}
            give(actor, id, *(alias for alias in had if alias not in taken), f"New {turn}")
            for one, some in names.items():
                if survivor(one) == id:
                    names[one] = [alias for alias in some if alias not in taken]
            names[id].append(f"New {turn}")
        # Whoever stands has their own aliases, and all that those have who are merged into them.
        for id in standing():
            lent = {alias for one in names if survivor(one) == id for alias in names[one]}
            found = {alias for alias in aliases_of(id) if not alias.startswith("Speaker")}
            assert found == lent, id
    while merged:
        unmerge(actor, merged.pop()[0])
    assert {id: set(some[1:]) for id, some in standing().items()} == {id: {*some} for id, some in names.items()}
    assert problems() == []
