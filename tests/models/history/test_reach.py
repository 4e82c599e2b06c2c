"""How far edits reach, decided from values that are made by hand: no database is asked."""

from collections import Counter
from typing import Any
from unittest.mock import Mock

import pytest

from models.history import reach
from models.history.direct_reach import Link, Near, Statement, direct_reach
from models.history.edits import Edit, Row
from models.history.effects import Effect
from models.history.reach import Outcome, outcome
from models.history.spread import Far
from models.storage.columns import dumps

SPEAKER: Row = {"retracted_at": None, "merged_into": None, "part_of": None}
CANDIDATE: Row = {"status": "candidate", "claim": 1, "document": 2, "speaker": 7}
ACCEPTED: Row = CANDIDATE | {"status": "accepted"}
COUNTERCLAIM: Row = {"claim": 1, "answer": 9, "of": "claim", "statement": None, "target": None}


def changed(noun: str, id: int, before: Row, after: Row | None = None, **more: Any) -> Edit:
    """Make an edit of a row that was there before."""
    return Edit(noun, id, "change", before, after or before, **more)


def decided(*edits: Edit, near: Near | None = None, far: Far | None = None) -> Outcome:
    """Decide as `_write` of changes.py has it."""
    near, far = near or Near(), far or Far()
    return outcome(edits, direct_reach(edits, near), near, far)


def test_the_walk_of_reach_py() -> None:
    stated = [Statement(1, 2, 7, accepted=True), Statement(3, 4, 7, accepted=False)]
    near = Near(statements={"statements.speaker_id": {7: stated}})
    far = Far(links={1: [Link(1, 9, public=True, target=None)]}, visible={1, 9}, was_visible={1, 9})
    decision = decided(changed("speakers", 7, SPEAKER), near=near, far=far)
    assert decision.effects == [Effect("changed", '{"changed":[1,9],"unseen":[3]}')]
    public = {("speakers", 7), ("documents", 2), ("claims", 1), ("claims", 9)}
    assert decision.stamps == dict.fromkeys(public, True) | {("documents", 4): False, ("claims", 3): False}


def test_a_claim_comes_and_goes_with_its_only_statement() -> None:
    accept, take_back = changed("statements", 5, CANDIDATE, ACCEPTED), changed("statements", 5, ACCEPTED, CANDIDATE)
    assert decided(accept, far=Far(visible={1})).effects == [Effect("appeared", '{"changed":[1]}')]
    assert decided(take_back, far=Far(was_visible={1})).effects == [Effect("gone", '{"gone":[1]}')]
    decision = decided(changed("statements", 5, CANDIDATE))
    assert decision.effects == [Effect(None, '{"unseen":[1]}')]
    assert decision.stamps == {("claims", 1): False, ("documents", 2): False, ("speakers", 7): False}


def test_a_claim_that_comes_or_goes_is_told_by_the_first_line_that_has_an_effect() -> None:
    candidate = changed("statements", 6, CANDIDATE)
    accept, take_back = changed("statements", 5, CANDIDATE, ACCEPTED), changed("statements", 5, ACCEPTED, CANDIDATE)
    renamed = changed("speakers", 7, SPEAKER)
    near = Near(statements={"statements.speaker_id": {7: [Statement(1, 2, 7, accepted=False)]}})
    for edit, effect, far in (
        (accept, Effect("appeared", '{"changed":[1]}'), Far(visible={1})),
        (take_back, Effect("gone", '{"gone":[1]}'), Far(was_visible={1})),
    ):
        unseen = '{"unseen":[1]}'
        told = [Effect(None, unseen), effect, Effect("changed", unseen)]
        assert decided(candidate, edit, renamed, near=near, far=far).effects == told


def test_what_comes_in_one_transaction_is_told_once() -> None:
    lines = Edit("claims", 1, "create", None, {}), Edit("statements", 5, "create", None, ACCEPTED)
    assert decided(*lines, far=Far(visible={1})).effects == [Effect("appeared", '{"changed":[1]}')] * 2
    far = Far(visible={1}, was_visible={1})
    assert decided(changed("claims", 1, {}), far=far).effects == [Effect("changed", '{"changed":[1]}')]


def test_a_merge_is_told_by_its_own_line_whatever_else_tells_of_the_claim() -> None:
    survivor, merged = changed("claims", 3, {}), Edit("claims", 1, "merge", {}, {"merged_into": 3})
    moved = changed("counterclaims", 6, COUNTERCLAIM, COUNTERCLAIM | {"claim": 3}, logged=False)
    far = Far(visible={3, 9}, was_visible={1, 3, 9}, ended={1})
    told = [Effect("changed", '{"changed":[3,9],"gone":[1]}'), Effect("gone", '{"unseen":[1]}')]
    assert decided(moved, survivor, merged, far=far).effects == told
    unseen = moved._replace(public=False)
    told = [Effect("changed", '{"changed":[3],"unseen":[1,9]}'), Effect("gone", '{"gone":[1]}')]
    assert decided(unseen, survivor, merged, far=far).effects == told
    again = [Effect("changed", '{"changed":[3]}'), Effect("gone", '{"gone":[1]}'), Effect(None, '{"unseen":[1]}')]
    assert decided(survivor, merged, merged, far=far).effects == again


def test_nothing_is_told_of_a_claim_that_had_ended_but_by_its_own_line() -> None:
    far = Far(ended={1})
    assert decided(changed("statements", 5, CANDIDATE), far=far).effects == [Effect(None, None)]
    assert decided(changed("claims", 1, {}), far=far).effects == [Effect(None, '{"unseen":[1]}')]
    assert decided(changed("claims", 1, {}, logged=False), far=far).stamps == {}


def test_a_link_that_rests_on_a_candidate_reaches_for_reviewers_alone() -> None:
    resting = Edit("counterclaims", 6, "create", None, COUNTERCLAIM | {"statement": 5})
    far = Far(visible={1, 9}, was_visible={1, 9})
    assert decided(resting, far=far).effects == [Effect(None, '{"unseen":[1,9]}')]
    known = Far(links={1: [Link(1, 9, public=False, target=None)]}, visible={1, 9}, was_visible={1, 9})
    told = [Effect("changed", '{"changed":[1],"unseen":[9]}')]
    assert decided(changed("statements", 4, ACCEPTED), far=known).effects == told
    near = Near(visible_statements={5}, once_visible_statements={5})
    assert decided(resting, near=near, far=far).effects == [Effect("appeared", '{"changed":[1,9]}')]


def test_an_answer_to_an_attribution_reaches_one_link_more() -> None:
    answer = Link(1, 9, public=True, target=(2, 7))
    far = Far(links={9: [answer], 1: [answer, Link(1, 8, public=True, target=None)]}, visible={1, 8, 9})
    decision = decided(changed("statements", 5, ACCEPTED | {"claim": 9, "document": 3, "speaker": 4}), far=far)
    assert decision.effects == [Effect("changed", '{"changed":[1,8,9]}')]
    assert decision.stamps["speakers", 7], "the statement that is answered shows it"
    far = Far(links={9: [Link(1, 9, public=True, target=None)], 1: far.links[1]}, visible={1, 8, 9}, was_visible={9})
    assert decided(changed("claims", 9, {}), far=far).effects == [Effect("changed", '{"changed":[1,9]}')]


def test_what_has_no_line_stands_in_the_next_that_has_an_effect() -> None:
    silent, hidden = changed("claims", 3, {}, logged=False), changed("statements", 5, CANDIDATE)
    seen = changed("speakers", 7, SPEAKER)
    far = Far(visible={1, 3}, was_visible={1, 3})
    told = [Effect(None, '{"unseen":[1]}'), Effect("changed", '{"changed":[3]}')]
    assert decided(silent, hidden, seen, far=far).effects == told
    assert decided(silent, far=far).stamps == {("claims", 3): False}, "no line tells the public of it"


def test_who_is_hidden_appears_with_what_names_them() -> None:
    speaker = changed("speakers", 7, SPEAKER)
    near = Near(hidden={("speakers", 7)})
    assert decided(speaker, near=near).effects == [Effect(None, None)]
    far = Far(visible={1}, never_visible={("speakers", 7)}, parts=[(7, 70, True), (8, 80, True)])
    decision = decided(speaker, changed("statements", 5, CANDIDATE, ACCEPTED), near=near, far=far)
    assert [effect.on_row for effect in decision.effects] == ["changed", "appeared"]
    assert decision.stamps["speakers", 7]
    assert decision.stamps["speakers", 70], "it shows whose part it is"
    assert ("speakers", 80) not in decision.stamps


def test_who_a_claim_is_about_appears_with_the_claim() -> None:
    never = {("speakers", 7), ("speakers", 8)}
    far = Far(visible={1}, about={1: [7], 2: [8]}, never_visible=never)
    decision = decided(changed("statements", 5, CANDIDATE, ACCEPTED | {"speaker": 4}), far=far)
    assert decision.stamps["speakers", 7]
    assert ("speakers", 8) not in decision.stamps


class CountedLinks(dict[int, list[Link]]):
    """Links that count for which claims they were asked."""

    def __init__(self, links: dict[int, list[Link]]) -> None:
        super().__init__(links)
        self.asked: Counter[int] = Counter()

    def get(self, claim: int, default: Any = None) -> Any:
        """Return the links of a claim."""
        self.asked[claim] += 1
        return super().get(claim, default)


def test_the_links_of_a_claim_are_followed_once_however_many_edits_reach_them() -> None:
    answers = range(10, 60)
    links = {answer: [Link(1, answer, public=True, target=(2, 7))] for answer in answers}
    counted = CountedLinks(links | {1: [link for some in links.values() for link in some]})
    visible = {1, *answers}
    edits = [changed("statements", answer, ACCEPTED | {"claim": answer}) for answer in answers]
    decision = decided(*edits, far=Far(links=counted, visible=visible, was_visible=visible))
    assert {effect.claims for effect in decision.effects} == {dumps({"changed": sorted(visible)})}
    assert set(counted.asked.values()) == {1}


def test_what_many_edits_of_one_claim_reach_is_decided_once(monkeypatch: pytest.MonkeyPatch) -> None:
    spread = Mock(wraps=reach.spread)
    monkeypatch.setattr(reach, "spread", spread)
    far = Far(links={1: [Link(1, 9, public=True, target=None)]}, visible={1, 9}, was_visible={9})
    alike = [changed("statements", n, CANDIDATE, ACCEPTED) for n in range(20)]
    assert [effect.claims for effect in decided(*alike, far=far).effects] == ['{"changed":[1,9]}'] * 20
    assert spread.call_count == 2, "the first tells that the claim appears, and might tell of more"


def test_what_a_change_without_a_line_reached_is_told_by_one_line() -> None:
    far = Far(visible={1, 3}, was_visible={1, 3})
    others = ACCEPTED | {"claim": 3}
    edits = [changed("statements", 1, ACCEPTED), changed("statements", 2, others)]
    edits += [changed("statements", 3, others, logged=False), changed("statements", 4, ACCEPTED)]
    edits += [changed("statements", 5, ACCEPTED), changed("statements", 6, ACCEPTED)]
    told = [effect.claims for effect in decided(*edits, far=far).effects]
    alone = '{"changed":[1]}'
    assert told == [alone, '{"changed":[3]}', '{"changed":[1,3]}', alone, alone]


def test_what_answers_to_attributions_at_one_claim_reach_is_decided_once(monkeypatch: pytest.MonkeyPatch) -> None:
    spread = Mock(wraps=reach.spread)
    monkeypatch.setattr(reach, "spread", spread)
    near = Near(targets={5: (2, 7), 6: (3, 8)}, visible_statements={5, 6}, once_visible_statements={5, 6})
    aimed = {answer: 5 + answer % 2 for answer in range(10, 60)}
    links = {answer: [Link(1, answer, public=True, target=near.targets[target])] for answer, target in aimed.items()}
    visible = {1, *aimed}
    far = Far(
        links=links | {1: [link for some in links.values() for link in some]}, visible=visible, was_visible=visible
    )
    edits = []
    for answer, target in aimed.items():
        stands = COUNTERCLAIM | {"answer": answer, "of": "attribution", "target": target, "retracted_at": None}
        edits.append(changed("counterclaims", answer, stands | {"retracted_at": "2026-03-13"}, stands))
    decision = decided(*edits, near=near, far=far)
    assert decision.effects == [Effect("appeared", dumps({"changed": sorted(visible)}))] * 50
    assert decision.stamps.keys() >= {("documents", 2), ("speakers", 7), ("documents", 3), ("speakers", 8)}
    assert spread.call_count == 1, "3,000 of them took 4 s, and 15 on a loaded machine"
