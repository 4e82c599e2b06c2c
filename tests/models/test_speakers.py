"""Speakers: found under every name, merged where two turn out to be one, and parted again."""

import threading
from itertools import pairwise
from typing import Any

import pytest

from models import claims, hierarchy, speakers, statements
from models.history import merges, session
from models.history.changes import Actor
from models.refusals import Conflict, Gone, Moved, NotFound, Stale
from models.storage import database, transactions
from models.tables import Alias, ClaimAbout, Counterclaim, Speaker, Statement
from models.upkeep import verify
from tests.factories import (
    PUBLIC,
    REVIEWER,
    lines_of,
    listed_ids,
    listed_items,
    put_charge,
    put_claim,
    put_plain,
    seen,
)


def _make(actor: Actor, name: str, **other: Any) -> int:
    return speakers.create(by=actor, name=name, **other)


def _read(id: int) -> Any:
    return seen(speakers.get(id=id, viewer=REVIEWER))


def _version(id: int) -> int:
    return int(Speaker.get_by_id(id).version)


def test_keeps_all_that_is_told(registry: str, actor: Actor) -> None:
    china = _make(actor, "Government of China", kind="government")
    id = _make(
        actor,
        'Wang "Yi" O\'Neil \\ 王毅',
        description="A minister.",
        aliases=['The "foreign" minister', "王毅"],
        wikidata_id="Q1357535",
        same_as=["https://example.org/wang"],
        part_of=china,
    )
    whole = _read(id)
    assert whole["name"] == 'Wang "Yi" O\'Neil \\ 王毅'
    assert (whole["kind"], whole["description"], whole["wikidata_id"]) == ("person", "A minister.", "Q1357535")
    assert whole["aliases"] == ['The "foreign" minister', "王毅"]
    assert whole["same_as"] == ["https://example.org/wang"]
    assert whole["part_of"]["name"] == "Government of China"


@pytest.mark.parametrize("spelling", ["WANG YI", "  wang   yi ", "Ｗａｎｇ Ｙｉ", "wang\u00a0yi"])
def test_a_name_is_one_in_any_case_width_and_spacing(registry: str, actor: Actor, spelling: str) -> None:
    id = _make(actor, "Wang Yi")
    with pytest.raises(Conflict) as refused:
        _make(actor, spelling)
    assert (refused.value.field, refused.value.more) == ("/name", {"known": id})
    assert speakers.find_or_make(by=actor, reference={"name": spelling}, field="/speaker") == id


def test_a_composed_and_a_decomposed_name_are_one() -> None:
    assert speakers.name_key("Jose\u0301 STRASSE") == speakers.name_key("José straße")


def test_refuses_a_wikidata_id_that_another_has(registry: str, actor: Actor) -> None:
    id, other = _make(actor, "Wang Yi", wikidata_id="Q1"), _make(actor, "Li Qiang")
    with pytest.raises(Conflict) as refused:
        _make(actor, "Wang", wikidata_id="Q1")
    assert (refused.value.field, refused.value.more) == ("/wikidata_id", {"known": id})
    with pytest.raises(Conflict):
        speakers.change(by=actor, id=other, version=1, wikidata_id="Q1")
    speakers.change(by=actor, id=id, version=1, wikidata_id="Q1", name="WANG YI")


def test_is_found_by_an_alias(registry: str, actor: Actor) -> None:
    id = _make(actor, "Government of China", aliases=["Beijing", "BEIJING"])
    assert speakers.find_or_make(by=actor, reference={"name": "beijing"}, field="/speaker") == id
    assert _read(id)["aliases"] == ["Beijing"], "two spellings of one alias are one"


def test_a_name_is_not_anothers_alias(registry: str, actor: Actor) -> None:
    china, other = _make(actor, "Government of China", aliases=["Beijing"]), _make(actor, "Somebody")
    for refused in (
        lambda: _make(actor, "BEIJING"),
        lambda: speakers.change(by=actor, id=other, version=1, name="Ｂeijing"),
    ):
        with pytest.raises(Conflict) as conflict:
            refused()
        assert (conflict.value.field, conflict.value.more) == ("/name", {"known": china})
    assert Speaker.select().count() == 2
    assert _version(other) == 1
    speakers.retract(by=actor, id=china, version=1, reason=None)
    assert _make(actor, "Beijing"), "who was taken back gives the alias free"


def test_an_alias_is_not_anothers_name(registry: str, actor: Actor) -> None:
    city, other = _make(actor, "Beijing"), _make(actor, "Somebody", aliases=["Kept"])
    for refused in (
        lambda: _make(actor, "Government of China", aliases=["China", "BEIJING"]),
        lambda: speakers.change(by=actor, id=other, version=1, aliases=["New", "\u200bbeijing"]),
    ):
        with pytest.raises(Conflict) as conflict:
            refused()
        assert (conflict.value.field, conflict.value.more) == ("/aliases/1", {"id": city})
    with pytest.raises(Conflict) as conflict:
        speakers.find_or_make(
            by=actor, reference={"name": "Government of China", "aliases": ["Beijing"]}, field="/speaker"
        )
    assert (conflict.value.field, conflict.value.more) == ("/speaker/aliases/0", {"id": city})
    assert Speaker.select().count() == 2
    assert (_read(other)["aliases"], _version(other)) == (["Kept"], 1)
    speakers.retract(by=actor, id=city, version=1, reason=None)
    assert _make(actor, "Government of China", aliases=["Beijing"]), "who was taken back gives the name free"


def test_ones_own_names_may_change_places(registry: str, actor: Actor) -> None:
    id = _make(actor, "Government of China", aliases=["Beijing"])
    speakers.change(by=actor, id=id, version=1, name="Beijing", aliases=["Government of China"])
    speakers.change(by=actor, id=id, version=2, name="Government of China")
    speakers.change(by=actor, id=id, version=3, aliases=["Government of China", "Beijing"])
    assert speakers.named("Beijing") == speakers.named("government of china") == [id]


def test_an_alias_that_is_shared_becomes_nobodys_name(registry: str, actor: Actor) -> None:
    state, house = (_make(actor, name, aliases=["Washington"]) for name in ("Department of State", "White House"))
    with pytest.raises(Conflict) as refused:
        speakers.change(by=actor, id=state, version=1, name="Washington")
    assert (refused.value.field, refused.value.more) == ("/name", {"known": house})


@pytest.mark.parametrize("spelling", ["Wang\u200b Yi", "\u200eWang Yi\u200f", "Wa\u00adng Yi", "\ufeffWANG \u2060Yi"])
def test_what_shows_nothing_does_not_tell_names_apart(registry: str, actor: Actor, spelling: str) -> None:
    id = _make(actor, "Wang Yi", aliases=["The minister"])
    with pytest.raises(Conflict) as refused:
        _make(actor, spelling)
    assert (refused.value.field, refused.value.more) == ("/name", {"known": id})
    assert speakers.find_or_make(by=actor, reference={"name": spelling}, field="/speaker") == id
    assert speakers.find_or_make(by=actor, reference={"name": "The mini\u200dster"}, field="/speaker") == id
    assert speakers.named(spelling) == [id]


@pytest.mark.parametrize("name", ["\u200b", "\u2060\u200d", " \u00ad ", "\ufeff"])
def test_a_name_that_shows_nothing_is_refused(registry: str, actor: Actor, name: str) -> None:
    id = _make(actor, "Wang Yi")
    for refused, field in (
        (lambda: _make(actor, name), "/name"),
        (lambda: speakers.change(by=actor, id=id, version=1, name=name), "/name"),
        (lambda: speakers.find_or_make(by=actor, reference={"name": name}, field="/speaker"), "/speaker/name"),
    ):
        with pytest.raises(Conflict) as conflict:
            refused()
        assert conflict.value.field == field
    assert Speaker.select().count() == 1


@pytest.mark.parametrize(("member", "value"), [("kind", "person"), ("wikidata_id", "Q2")])
@pytest.mark.parametrize("name", ["Government of China", "BEIJING"])
def test_what_contradicts_a_known_speaker_is_refused(
    registry: str, actor: Actor, name: str, member: str, value: str
) -> None:
    id = _make(actor, "Government of China", kind="government", wikidata_id="Q1", aliases=["Beijing"])
    with pytest.raises(Conflict) as refused:
        speakers.find_or_make(by=actor, reference={"name": name, member: value}, field="/speaker")
    assert (refused.value.field, refused.value.more) == (f"/speaker/{member}", {"id": id})
    assert (_read(id)["kind"], _read(id)["wikidata_id"], _version(id)) == ("government", "Q1", 1)


def test_what_agrees_with_a_known_speaker_or_only_adds_to_them_is_ignored(registry: str, actor: Actor) -> None:
    id = _make(actor, "Government of China", kind="government", description="Ours.")
    before = _read(id)
    for more in (
        {"kind": "government"},
        {"kind": None, "wikidata_id": None},
        {"wikidata_id": "Q2"},
        {"description": "Theirs.", "aliases": ["Beijing"], "same_as": ["https://a.example"]},
    ):
        assert speakers.find_or_make(by=actor, reference={"name": "government of china"} | more, field="/speaker") == id
    assert _read(id) == before
    assert speakers.named("Beijing") == []


def test_a_shared_alias_is_refused_with_those_who_share_it(registry: str, actor: Actor) -> None:
    state = _make(actor, "Department of State", aliases=["Washington", "State"])
    house = _make(actor, "White House", aliases=["Washington"])
    with pytest.raises(Conflict) as refused:
        speakers.find_or_make(by=actor, reference={"name": "washington"}, field="/speaker")
    assert refused.value.field == "/speaker/name"
    assert refused.value.more == {
        "candidates": [{"id": state, "name": "Department of State"}, {"id": house, "name": "White House"}]
    }
    speakers.retract(by=actor, id=house, version=1, reason=None)
    assert speakers.find_or_make(by=actor, reference={"name": "Washington"}, field="/speaker") == state


def test_of_many_speakers_with_one_alias_the_first_are_listed(registry: str, actor: Actor, queries: list[str]) -> None:
    ids = [speakers.create(by=actor, name=f"Office {number}", aliases=["The office"]) for number in range(25)]
    queries.clear()
    with pytest.raises(Conflict, match="The first 20 are listed") as refused:
        speakers.find_or_make(by=actor, reference={"name": "The office"}, field="/speaker")
    assert [one["id"] for one in refused.value.more["candidates"]] == ids[:20]
    assert len(queries) < 25


def test_a_name_that_nobody_has_makes_a_speaker(registry: str, actor: Actor) -> None:
    id = speakers.find_or_make(by=actor, reference={"name": "US officials", "kind": "group"}, field="/speaker")
    assert (_read(id)["name"], _read(id)["kind"]) == ("US officials", "group")
    with pytest.raises(Conflict) as refused:
        speakers.find_or_make(by=actor, reference={"id": 99}, field="/about/0")
    assert refused.value.field == "/about/0/id"
    _make(actor, "Wang Yi", wikidata_id="Q1")
    with pytest.raises(Conflict) as refused:
        speakers.find_or_make(by=actor, reference={"name": "New", "wikidata_id": "Q1"}, field="/speaker")
    assert refused.value.field == "/speaker/wikidata_id"


def test_a_change_replaces_whole_lists_and_logs_both_sides(registry: str, actor: Actor) -> None:
    id = _make(actor, "Wang Yi", aliases=["Wang"], same_as=["https://a.example"])
    speakers.change(by=actor, id=id, version=1, name="Wang Yì", aliases=["The minister"], same_as=[])
    whole = _read(id)
    assert (whole["name"], whole["aliases"], whole["same_as"], whole["version"]) == ("Wang Yì", ["The minister"], [], 2)
    created, changed = lines_of("speakers", id)
    assert created["after"]["aliases"] == ["Wang"]
    assert (changed["before"]["name"], changed["after"]["name"]) == ("Wang Yi", "Wang Yì")
    assert changed["after"]["aliases"] == ["The minister"]
    speakers.change(by=actor, id=id, version=2, description="A minister.")
    assert _read(id)["aliases"] == ["The minister"], "what is left out stays"


def test_refuses_a_change_of_an_older_version(registry: str, actor: Actor) -> None:
    id = _make(actor, "Wang Yi")
    speakers.change(by=actor, id=id, version=1, description="Mine.")
    with pytest.raises(Stale):
        speakers.change(by=actor, id=id, version=1, description="Theirs.")


def test_a_line_of_parts_comes_to_an_end(registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    def line(name: str, length: int) -> list[int]:
        ids = list[int]()
        for number in range(length):
            ids.append(_make(actor, f"{name} {number}", part_of=ids[-1] if ids else None))
        return ids

    monkeypatch.setattr(hierarchy, "MOST_IN_LINE", 5)
    whole, upper, lower = line("Whole", 5), line("Upper", 3), line("Lower", 3)
    with pytest.raises(Conflict, match="in a line") as refused:
        _make(actor, "Below all", part_of=whole[-1])
    assert refused.value.field == "/part_of"
    with pytest.raises(Conflict, match="in a line"):
        speakers.change(by=actor, id=lower[0], version=1, part_of=upper[-1])
    speakers.change(by=actor, id=lower[0], version=1, part_of=upper[1])
    with pytest.raises(Conflict, match="in a line") as refused:
        speakers.merge(by=actor, id=upper[1], into=whole[-2])
    assert refused.value.field == "/into"
    speakers.merge(by=actor, id=upper[1], into=whole[1])
    # What a merge has moved comes back, though not into a line that is too long by now.
    speakers.change(by=actor, id=upper[0], version=1, part_of=line("Above", 2)[-1])
    speakers.unmerge(by=actor, id=upper[1])
    assert [Speaker.get_by_id(id).part_of_id for id in (upper[0], upper[1], lower[0])] == [
        Speaker.get(name="Above 1").id,
        None,
        upper[1],
    ]


@pytest.mark.parametrize(("put", "noun"), [(_make, speakers), (put_claim, claims)])
def test_a_row_of_merges_comes_to_an_end(
    registry: str, actor: Actor, put: Any, noun: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merges, "MOST_IN_ROW", 3)
    ids = [put(actor, f"Number {number}.") for number in range(7)]
    for id, into in pairwise(ids[:4]):
        noun.merge(by=actor, id=id, into=into)
    noun.merge(by=actor, id=ids[4], into=ids[3])  # beside the others, and not in their row
    with pytest.raises(Conflict, match="3 merges, each into the next"):
        noun.merge(by=actor, id=ids[3], into=ids[5])
    noun.merge(by=actor, id=ids[5], into=ids[3])
    noun.unmerge(by=actor, id=ids[2])
    noun.merge(by=actor, id=ids[3], into=ids[6])


def test_nobody_is_part_of_themselves(registry: str, actor: Actor) -> None:
    state = _make(actor, "State")
    ministry = _make(actor, "Ministry", part_of=state)
    minister = _make(actor, "Minister", part_of=ministry)
    for child in (state, ministry, minister):
        with pytest.raises(Conflict) as refused:
            speakers.change(by=actor, id=child, version=1, part_of=minister)
        assert refused.value.field == "/part_of"
    with pytest.raises(Conflict):
        _make(actor, "Aide", part_of=99)


def test_a_merged_parent_stands_for_its_survivor(registry: str, actor: Actor) -> None:
    old, new = _make(actor, "Old"), _make(actor, "New")
    speakers.merge(by=actor, id=old, into=new)
    child = _make(actor, "Child", part_of=old)
    assert _read(child)["part_of"]["id"] == new
    other = _make(actor, "Other")
    speakers.change(by=actor, id=other, version=1, part_of=old)
    assert Speaker.get_by_id(other).part_of_id == new


def test_is_not_retracted_while_statements_rest_on_them(registry: str, actor: Actor) -> None:
    said = put_charge(actor, via={"speaker": {"name": "White House"}})
    for name in ("US officials", "White House"):
        id = speakers.named(name)[0]
        with pytest.raises(Conflict) as refused:
            speakers.retract(by=actor, id=id, version=1, reason=None)
        assert refused.value.more == {"ids": [said]}
    statements.retract(by=actor, id=said, version=1, reason=None)
    speakers.retract(by=actor, id=speakers.named("White House")[0], version=1, reason=None)


def test_a_retracted_one_leaves_a_tombstone_and_gives_the_name_free(registry: str, actor: Actor) -> None:
    id = _make(actor, "Wang Yi", aliases=["Wang"])
    child = _make(actor, "Aide", part_of=id)
    claim = put_claim(actor, about=[{"id": id}])
    speakers.retract(by=actor, id=id, version=1, reason="Not a person.")
    with pytest.raises(Gone) as gone:
        speakers.get(id=id, viewer=PUBLIC)
    assert gone.value.more["reason"] == "Not a person."
    assert speakers.named("Wang Yi") == speakers.named("Wang") == []
    assert _read(child)["part_of"] is None
    assert seen(claims.get(id=claim, viewer=PUBLIC))["about"] == []
    assert _make(actor, "Wang Yi") != id
    grandchild = _make(actor, "Aide of the aide", part_of=child)
    assert _read(grandchild)["part_of"]["id"] == child


def test_lists_by_name_alias_and_kind(registry: str, actor: Actor) -> None:
    china = _make(actor, "Government of China", kind="government", aliases=["Beijing"])
    city = _make(actor, "City of Beijing", kind="organization", aliases=["beijing"])
    gone = _make(actor, "Gone")
    speakers.retract(by=actor, id=gone, version=1, reason=None)

    def ids(**filters: Any) -> list[int]:
        return listed_ids(speakers, PUBLIC, **filters)

    assert ids() == ids(name="BEIJING") == [city, china]
    assert ids(name="city of beijing") == [city]
    assert ids(kind="government") == ids(name="beijing", kind="government") == [china]
    assert ids(name="Beij") == []
    assert listed_ids(speakers, PUBLIC, city) == [china]


def test_one_query_reads_a_whole_however_much_they_said(registry: str, actor: Actor, queries: list[str]) -> None:
    put_plain(actor, "first")
    id = speakers.named("Somebody")[0]
    queries.clear()
    speakers.get(id=id, viewer=PUBLIC)
    listed_ids(speakers, PUBLIC)
    assert len(queries) == 2
    for word in ("second", "third", "fourth"):
        put_plain(actor, word)
        _make(actor, f"Speaker {word}", aliases=[word], part_of=id)
    queries.clear()
    assert [s["content"][0]["text"] for s in seen(speakers.get(id=id, viewer=PUBLIC))["statements"]] == [
        "says fourth",
        "says third",
        "says second",
        "says first",
    ]
    assert len(listed_ids(speakers, PUBLIC)) == 4
    assert len(queries) == 2


def test_the_public_counts_only_what_is_accepted(registry: str, actor: Actor) -> None:
    put_plain(actor, "first")
    put_plain(actor, "second", status="candidate")
    id = speakers.named("Somebody")[0]
    assert seen(speakers.get(id=id, viewer=PUBLIC))["statement_count"] == 1
    assert len(seen(speakers.get(id=id, viewer=PUBLIC))["statements"]) == 1
    assert seen(speakers.get(id=id, viewer=REVIEWER))["statement_count"] == 2


# -- merging ------------------------------------------------------------------------------------


def _everything() -> dict[str, Any]:
    """What a merge may touch, apart from versions and dates."""
    return {
        "names": sorted(Alias.select(Alias.speaker, Alias.alias).tuples()),
        "part_of": sorted(Speaker.select(Speaker.id, Speaker.part_of, Speaker.merged_into).tuples(), key=str),
        "statements": sorted(
            Statement.select(
                Statement.id, Statement.speaker, Statement.via_speaker, Statement.retracted_at.is_null(False)
            ).tuples(),
            key=str,
        ),
        "about": sorted(ClaimAbout.select(ClaimAbout.claim, ClaimAbout.speaker).tuples()),
        "edges": sorted(
            Counterclaim.select(
                Counterclaim.id, Counterclaim.statement, Counterclaim.retracted_at.is_null(False)
            ).tuples()
        ),
    }


def test_the_survivor_takes_over_statements_names_parts_and_subjects(registry: str, actor: Actor) -> None:
    said = put_plain(actor, "first", speaker={"name": "US officials", "aliases": ["Officials"]})
    reported = put_plain(actor, "second", via={"speaker": {"name": "US officials"}})
    old, new = speakers.named("US officials")[0], _make(actor, "U.S. officials", aliases=["officials"])
    part = _make(actor, "An aide", part_of=old)
    about_one = put_claim(actor, about=[{"id": old}])
    about_both = put_claim(actor, about=[{"id": old}, {"id": new}])
    before = _everything()

    assert speakers.merge(by=actor, id=old, into=new) == new

    assert Statement.get_by_id(said).speaker_id == new
    assert Statement.get_by_id(reported).via_speaker_id == new
    assert Speaker.get_by_id(part).part_of_id == new
    assert _read(new)["aliases"] == ["officials", "US officials"]
    assert speakers.named("US officials") == speakers.named("Officials") == [new]
    for claim in (about_one, about_both):
        assert [who["id"] for who in seen(claims.get(id=claim, viewer=PUBLIC))["about"]] == [new]

    speakers.unmerge(by=actor, id=old)
    assert _everything() == before


def test_the_old_id_points_at_the_survivor(registry: str, actor: Actor) -> None:
    a, b, c = (_make(actor, name) for name in ("A", "B", "C"))
    speakers.merge(by=actor, id=a, into=b)
    with pytest.raises(Moved) as moved:
        speakers.get(id=a, viewer=PUBLIC)
    assert moved.value.more == {"id": b}
    speakers.merge(by=actor, id=b, into=c)
    for refused in (
        lambda: speakers.get(id=a, viewer=PUBLIC),
        lambda: speakers.change(by=actor, id=a, version=2, description="x"),
        lambda: speakers.retract(by=actor, id=a, version=2, reason=None),
        lambda: speakers.merge(by=actor, id=a, into=c),
    ):
        with pytest.raises(Moved) as moved:
            refused()
        assert moved.value.more == {"id": c}, "a chain ends at the last survivor"
    assert listed_ids(speakers, REVIEWER) == [c]
    assert speakers.find_or_make(by=actor, reference={"id": a}, field="/speaker") == c


def test_nobody_is_merged_into_themselves_or_into_nobody(registry: str, actor: Actor) -> None:
    a, b = _make(actor, "A"), _make(actor, "B")
    for into in (a, 99):
        with pytest.raises(Conflict) as refused:
            speakers.merge(by=actor, id=a, into=into)
        assert refused.value.field == "/into"
    with pytest.raises(NotFound):
        speakers.merge(by=actor, id=99, into=a)
    speakers.merge(by=actor, id=a, into=b)
    with pytest.raises(Conflict, match="into itself"):
        speakers.merge(by=actor, id=b, into=a)
    with pytest.raises(Conflict, match="not merged"):
        speakers.unmerge(by=actor, id=b)
    with pytest.raises(NotFound):
        speakers.unmerge(by=actor, id=99)


def test_a_chain_is_undone_in_the_reverse_order(registry: str, actor: Actor) -> None:
    said = put_plain(actor, "first", speaker={"name": "A"})
    a, b, c = speakers.named("A")[0], _make(actor, "B"), _make(actor, "C")
    start = _everything()
    speakers.merge(by=actor, id=a, into=b)
    middle = _everything()
    speakers.merge(by=actor, id=b, into=c)
    assert Statement.get_by_id(said).speaker_id == c
    with pytest.raises(Conflict, match="undo that first"):
        speakers.unmerge(by=actor, id=a)
    speakers.unmerge(by=actor, id=b)
    assert _everything() == middle
    speakers.unmerge(by=actor, id=a)
    assert _everything() == start


def test_only_what_is_still_there_moves_back(registry: str, actor: Actor) -> None:
    stays, goes = (put_plain(actor, word, speaker={"name": "Old"}) for word in ("first", "second"))
    old, new, other = speakers.named("Old")[0], _make(actor, "New"), _make(actor, "Other")
    speakers.merge(by=actor, id=old, into=new)
    late = put_plain(actor, "third", speaker={"name": "Old"})
    statements.change(by=actor, id=goes, version=2, speaker={"id": other})
    speakers.unmerge(by=actor, id=old)
    assert [Statement.get_by_id(id).speaker_id for id in (stays, goes, late)] == [old, other, new]


def test_names_that_the_survivor_got_meanwhile_stay(registry: str, actor: Actor) -> None:
    old, new = _make(actor, "Old", aliases=["Ancient"]), _make(actor, "New")
    speakers.merge(by=actor, id=old, into=new)
    assert _read(new)["aliases"] == ["Old", "Ancient"]
    speakers.change(by=actor, id=new, version=_version(new), aliases=["Old", "Recent", "Late"])
    speakers.unmerge(by=actor, id=old)
    assert _read(new)["aliases"] == ["Recent", "Late"]
    assert _read(old)["aliases"] == ["Ancient"]


def test_a_name_that_another_took_meanwhile_is_not_given_back(registry: str, actor: Actor) -> None:
    old, new = _make(actor, "Old", wikidata_id="Q1"), _make(actor, "New", wikidata_id="Q2")
    speakers.merge(by=actor, id=old, into=new)
    taker = _make(actor, "Taker")
    Speaker.update(wikidata_id="Q1").where(Speaker.id == taker).execute()  # as could be done before
    with pytest.raises(Conflict) as refused:
        speakers.unmerge(by=actor, id=old)
    assert (refused.value.field, refused.value.more) == ("/wikidata_id", {"known": taker})
    with pytest.raises(Conflict) as refused:
        speakers.change(by=actor, id=taker, version=1, wikidata_id=None, name="Old")
    assert (refused.value.field, refused.value.more) == ("/name", {"known": new}), "the survivor bears it meanwhile"
    speakers.change(by=actor, id=new, version=_version(new), aliases=[])
    speakers.change(by=actor, id=taker, version=1, wikidata_id=None, name="Old")
    with pytest.raises(Conflict) as refused:
        speakers.unmerge(by=actor, id=old)
    assert refused.value.field == "/name"


def _problems() -> list[str]:
    return [problem for check in verify.run() for problem in check.problems]


def _bearers(*items: str) -> list[int]:
    return listed_ids(speakers, PUBLIC, wikidata_id=items[0] if len(items) == 1 else items)


def _is_taken(actor: Actor, item: str, by: int) -> None:
    """An item is refused to a new speaker, to one who is changed and to one who is named, for the sake of another."""
    other = speakers.find_or_make(by=actor, reference={"name": "Another"}, field="")
    for refused in (
        lambda: _make(actor, "Taker", wikidata_id=item),
        lambda: speakers.change(by=actor, id=other, version=1, wikidata_id=item),
        lambda: speakers.find_or_make(by=actor, reference={"name": "Taker", "wikidata_id": item}, field=""),
    ):
        with pytest.raises(Conflict) as conflict:
            refused()
        assert (conflict.value.field, conflict.value.more) == ("/wikidata_id", {"known": by})
    assert _bearers(item) == [by]
    assert speakers.find_or_make(by=actor, reference={"id": item}, field="/speaker") == by


def test_a_wikidata_id_is_the_survivors_while_the_merge_stands(registry: str, actor: Actor) -> None:
    old, new = _make(actor, "Old", wikidata_id="Q1"), _make(actor, "New")
    speakers.merge(by=actor, id=old, into=new)
    assert _read(new)["wikidata_id"] == "Q1"
    _is_taken(actor, "Q1", new)
    speakers.change(by=actor, id=new, version=_version(new), wikidata_id="Q2")
    for item in ("Q1", "Q2"):
        _is_taken(actor, item, new)
    assert _bearers("Q1", "Q2", "Q3") == [new]
    speakers.find_or_make(by=actor, reference={"name": "Old", "wikidata_id": "Q1"}, field="/speaker")
    speakers.change(by=actor, id=new, version=_version(new), wikidata_id="Q1")
    speakers.unmerge(by=actor, id=old)
    assert [_read(id)["wikidata_id"] for id in (old, new)] == ["Q1", None]
    assert (_bearers("Q1"), _bearers("Q2")) == ([old], [])
    assert _problems() == []


def test_wikidata_ids_follow_merges_of_merges_and_back(registry: str, actor: Actor) -> None:
    items = ["Q1", "Q2", "Q3"]
    first, second, third = (_make(actor, f"Number {item}", wikidata_id=item) for item in items)
    speakers.merge(by=actor, id=first, into=second)
    speakers.merge(by=actor, id=second, into=third)
    assert [one["wikidata_id"] for one in listed_items(speakers, PUBLIC)] == ["Q3"]
    for item in items:
        _is_taken(actor, item, third)
    speakers.unmerge(by=actor, id=second)
    assert [_bearers(item) for item in items] == [[second], [second], [third]]
    speakers.unmerge(by=actor, id=first)
    assert [_read(id)["wikidata_id"] for id in (first, second, third)] == items
    assert _problems() == []


def test_who_was_taken_back_gives_the_wikidata_ids_of_the_merged_free(registry: str, actor: Actor) -> None:
    old, new = _make(actor, "Old", wikidata_id="Q1"), _make(actor, "New", wikidata_id="Q2")
    speakers.merge(by=actor, id=old, into=new)
    speakers.retract(by=actor, id=new, version=_version(new), reason=None)
    assert _bearers("Q1") == []
    taker = _make(actor, "Taker", wikidata_id="Q1")
    for refused in (speakers.restore, speakers.unmerge):
        with pytest.raises(Conflict) as conflict:
            refused(by=actor, id=new if refused is speakers.restore else old)
        assert conflict.value.more == {"known": taker}


def test_a_tombstone_gives_its_wikidata_id_back_to_who_was_merged_into_it(registry: str, actor: Actor) -> None:
    old, new = _make(actor, "Old", wikidata_id="Q1"), _make(actor, "New")
    speakers.merge(by=actor, id=old, into=new)
    speakers.retract(by=actor, id=new, version=_version(new), reason=None)
    speakers.unmerge(by=actor, id=old)
    assert _bearers("Q1") == [old]
    speakers.restore(by=actor, id=new)
    assert (_read(new)["wikidata_id"], _problems()) == (None, [])


def test_a_merge_and_its_undoing_give_the_survivor_a_new_version(registry: str, actor: Actor) -> None:
    old, new = _make(actor, "Old"), _make(actor, "New")
    speakers.merge(by=actor, id=old, into=new)
    assert _version(new) == _read(new)["version"] == 2
    with pytest.raises(Stale):
        speakers.change(by=actor, id=new, version=1, aliases=[])
    speakers.unmerge(by=actor, id=old)
    assert _version(new) == 3
    with pytest.raises(Stale):
        speakers.change(by=actor, id=new, version=2, aliases=["Old"])
    assert [line["after"]["version"] for line in lines_of("speakers", new)] == [1, 2, 3]


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_a_merge_into_ones_own_part_leaves_no_circle(registry: str, actor: Actor, steps: int) -> None:
    top = _make(actor, "Top")
    line = [top]
    for step in range(steps):
        line.append(_make(actor, f"Part {step}", part_of=line[-1]))
    before = _everything()
    speakers.merge(by=actor, id=top, into=line[-1])
    for id in line[1:]:
        above = hierarchy.ancestors(id)
        assert line[-1] in above, "every line ends at the survivor"
        assert Speaker.get_by_id(line[-1]).part_of_id is None
    speakers.unmerge(by=actor, id=top)
    assert _everything() == before


def test_a_merge_holds_in_the_log_what_moved(registry: str, actor: Actor) -> None:
    mine = put_plain(actor, "first", speaker={"name": "Old"})
    old, new = speakers.named("Old")[0], speakers.create(by=actor, name="New")
    speakers.merge(by=actor, id=old, into=new)
    speakers.unmerge(by=actor, id=old)
    actions = [line["action"] for line in lines_of("speakers", old)]
    assert actions == ["create", "merge", "unmerge"]
    merge = lines_of("speakers", old)[1]
    assert (merge["before"]["merged_into_id"], merge["after"]["merged_into_id"]) == (None, new)
    moved = merge["after"]["moved"]
    assert (moved["statements"], moved["aliases"]) == ([mine], ["old"])
    assert [line["action"] for line in lines_of("statements", mine)] == ["create"]


def test_who_was_merged_can_be_merged_again(registry: str, actor: Actor) -> None:
    first = put_plain(actor, "first", speaker={"name": "Old"})
    old, new, other = speakers.named("Old")[0], _make(actor, "New"), _make(actor, "Other")
    speakers.merge(by=actor, id=old, into=new)
    speakers.unmerge(by=actor, id=old)
    speakers.merge(by=actor, id=old, into=other)
    second = put_plain(actor, "second", speaker={"id": new})
    speakers.unmerge(by=actor, id=old)
    assert Statement.get_by_id(first).speaker_id == old
    assert Statement.get_by_id(second).speaker_id == new


def test_a_merge_of_many_statements_moves_all_of_them(registry: str, actor: Actor) -> None:
    ids = [put_plain(actor, word, speaker={"name": "Old"}) for word in ("first", "second", "third")]
    old, new = speakers.named("Old")[0], _make(actor, "New")
    at_once, merges.IDS_PER_STATEMENT = merges.IDS_PER_STATEMENT, 2
    try:
        speakers.merge(by=actor, id=old, into=new)
    finally:
        merges.IDS_PER_STATEMENT = at_once
    assert {Statement.get_by_id(id).speaker_id for id in ids} == {new}
    assert {Statement.get_by_id(id).version for id in ids} == {2}


def test_a_merge_is_not_undone_over_an_alias_that_is_now_anothers(registry: str, actor: Actor) -> None:
    old, new = speakers.create(by=actor, name="Old"), speakers.create(by=actor, name="New")
    speakers.merge(by=actor, id=old, into=new)
    speakers.create(by=actor, name="Third", aliases=["Old"])
    with pytest.raises(Conflict) as refused:
        speakers.unmerge(by=actor, id=old)
    assert refused.value.field == "/name"


def test_a_merge_is_not_undone_where_an_alias_is_now_anothers_name(registry: str, actor: Actor) -> None:
    old, new = speakers.create(by=actor, name="Old", aliases=["Ancient"]), speakers.create(by=actor, name="New")
    speakers.merge(by=actor, id=old, into=new)
    speakers.change(by=actor, id=new, version=2, aliases=[])
    speakers.create(by=actor, name="Ancient")
    with pytest.raises(Conflict):
        speakers.unmerge(by=actor, id=old)


def test_an_alias_that_shows_nothing_is_refused(registry: str, actor: Actor) -> None:
    with pytest.raises(Conflict):
        speakers.create(by=actor, name="Wang Yi", aliases=["\u200b"])


def test_a_name_and_the_same_alias_at_the_same_moment_do_not_both_stand(registry: str, actor: Actor) -> None:
    done = threading.Event()
    outcome: list[object] = []

    def run() -> None:
        try:
            outcome.append(speakers.create(by=actor, name="Government of China", aliases=["Beijing"]))
        except Conflict as refused:
            outcome.append(refused)
        finally:
            database.close()
            done.set()

    thread = threading.Thread(target=run)
    with transactions.transaction():
        speakers.create(by=actor, name="Beijing")
        thread.start()
        done.wait(0.5)
    thread.join(30)
    assert isinstance(outcome[0], Conflict)


def test_a_claim_that_accuses_either_accuses_the_survivor_until_they_are_parted(registry: str, actor: Actor) -> None:
    one, other = (speakers.create(by=actor, name=name) for name in ("One", "Other"))
    roles = {"accused": "One", "mentioned": "Other"}, {"mentioned": "One", "accused": "Other"}, {"accused": "One"}
    ids = [
        put_claim(actor, about=[{"name": name, "role": role} for role, name in some.items()])
        for some in (*roles, {"mentioned": "One"})
    ]

    def told() -> list[dict[str, str]]:
        wholes = [seen(claims.get(id=id, viewer=PUBLIC)) for id in ids]
        return [{who["role"]: who["name"] for who in whole["about"]} for whole in wholes]

    before = told()
    speakers.merge(by=actor, id=one, into=other)
    assert told() == [{"accused": "Other"}] * 3 + [{"mentioned": "Other"}]
    speakers.unmerge(by=actor, id=one)
    assert told() == before


@pytest.mark.usefixtures("registry")
def test_only_the_items_that_are_asked_for_are_looked_up_among_the_merged(actor: Actor) -> None:
    ids = [_make(actor, f"Group {n}", wikidata_id=f"Q{n}") for n in (1, 2, 3)]
    survivor = _make(actor, "Heir", wikidata_id="Q4")
    for id in ids:
        speakers.merge(by=actor, id=id, into=survivor)
    assert session.merged_items(["Q3", "Q1", "Q9"]) == {"Q1": survivor, "Q3": survivor}
    assert session.merged_items() == {"Q1": survivor, "Q2": survivor, "Q3": survivor}


def test_many_aliases_take_as_many_queries_as_some(registry: str, actor: Actor, queries: list[str]) -> None:
    asked = []
    for most in (10, 10, 90):
        del queries[:]
        id = speakers.create(by=actor, name=f"Ann {len(asked)}", aliases=[f"A {len(asked)} {n}" for n in range(most)])
        speakers.change(by=actor, id=id, version=1, aliases=[f"B {len(asked)} {n}" for n in range(most)])
        asked.append(len(queries))
    assert asked[1] == asked[2]
    assert Alias.select().count() == 110


def test_a_request_that_names_hundreds_locks_all_names_at_once(registry: str, actor: Actor) -> None:
    if database.on_sqlite():
        pytest.skip("writers of an SQLite file take turns")
    about = [{"name": f"Ann {who}", "aliases": [f"A {who} {n}" for n in range(90)]} for who in range(4)]
    with transactions.transaction():
        put_charge(actor, claim={"text": "They do.", "language": "en", "about": about})
        sql = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        ((held,),) = database.fetch(sql)
        assert held < 20
    assert Alias.select().count() == 360
