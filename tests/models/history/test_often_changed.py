"""What is looked for in the log of one row is found as fast however often that row was changed."""

import pytest

from models import claims, speakers
from models.history import changes, merges, standalone_claims
from models.history.changes import Actor
from models.storage import database
from models.storage.transactions import transaction
from models.tables import Change, Claim, Speaker, Statement
from tests.factories import put_charge, put_claim
from tests.work import count_anew, sent_by, work

#: How often a row is changed between two looks into the log.
OFTEN = 300


def _last_line() -> int:
    return int(Change.select(Change.sequence).order_by(Change.sequence.desc()).scalar())


def _change_often(noun: str, id: int, sequence: int) -> None:
    """Let the log tell OFTEN more times of what one of its lines tells."""
    columns = [field for field in Change._meta.sorted_fields if field is not Change.sequence]
    line = Change.select(*columns).where(Change.sequence == sequence, Change.noun == noun, Change.noun_id == id)
    (told,) = line.tuples()
    Change.insert_many([told] * OFTEN, fields=columns).execute()


@pytest.mark.parametrize("counted", [False, True])
def test_an_unmerge_reads_as_much_however_often_the_survivor_was_changed(
    registry: str, actor: Actor, *, counted: bool
) -> None:
    def speaker(name: str, part_of: int | None = None) -> int:
        return speakers.create(by=actor, name=name, part_of=part_of)

    whole = speaker("Whole")
    between = speaker("Between", whole)
    middle = speaker("Middle", between)
    part = speaker("Part", middle)
    for id in (middle, whole):
        speakers.merge(by=actor, id=id, into=part)
    speakers.change(by=actor, id=part, version=None, description="Well known.")
    changed = _last_line()
    speakers.unmerge(by=actor, id=middle)  # from which the survivor is cut now, until the other is unmerged
    spent: list[int] = []
    for _ in range(2):
        _change_often("speakers", part, changed)
        count_anew(counted=counted)
        with sent_by() as sent:
            assert merges.still_cut(part) == middle
            assert merges.still_cut(whole) is None
        spent.append(sum(work(registry, *query) for query in sent))
    assert spent[1] <= spent[0], spent
    with sent_by() as sent:
        speakers.unmerge(by=actor, id=whole)
    assert len([sql for sql, _ in sent if '"cut"' in sql or "'cut'" in sql]) == 1
    assert Speaker.get_by_id(part).part_of_id == middle


@pytest.mark.parametrize("counted", [False, True])
def test_who_asks_for_a_wording_by_hand_reads_as_much_however_often_the_claim_was_changed(
    registry: str, actor: Actor, *, counted: bool
) -> None:
    followed, by_hand = put_claim(actor, "The first."), put_claim(actor, "The other.")
    claims.change(by=actor, id=by_hand, version=None, text="By hand.")
    told: list[tuple[int, int]] = []
    for claim in (followed, by_hand):
        with transaction():
            changes.update(actor, Claim.get_by_id(claim), more={"followed": 1}, text="Followed.")
        told.append((claim, _last_line()))
    claims.change(by=actor, id=followed, version=None, language="de")
    told.append((followed, _last_line()))
    spent: list[int] = []
    for _ in range(2):
        for claim, line in told:
            _change_often("claims", claim, line)
        count_anew(counted=counted)
        with sent_by() as sent:
            assert claims.worded_by_hand(id=by_hand)
            assert not claims.worded_by_hand(id=followed)
        spent.append(sum(work(registry, *query) for query in sent))
    assert spent[1] <= spent[0], spent


@pytest.mark.parametrize("counted", [False, True])
def test_who_asks_for_claims_put_in_by_themselves_reads_as_much_however_often_these_were_changed(
    registry: str, actor: Actor, *, counted: bool
) -> None:
    claim = Statement.get_by_id(put_charge(actor)).claim_id
    claims.merge(by=actor, id=put_claim(actor, "Put in by itself."), into=claim)
    claims.change(by=actor, id=claim, version=None, language="de")
    changed = _last_line()
    spent: list[int] = []
    for _ in range(2):
        _change_often("claims", claim, changed)
        count_anew(counted=counted)
        with sent_by() as sent:
            assert standalone_claims.by_merges([claim]) == {claim}
        spent.append(sum(work(registry, *query) for query in sent if "put_in" in query[0]))
    assert spent[1] <= spent[0], spent


@pytest.mark.parametrize("counted", [False, True])
def test_the_last_merge_of_a_row_is_found_however_many_others_were_merged(
    registry: str, actor: Actor, *, counted: bool
) -> None:
    one, other = (put_claim(actor, text) for text in ("One.", "Other."))
    claims.merge(by=actor, id=one, into=other)
    columns = [name for name in Change._meta.columns if name != "sequence"]
    told = ", ".join("n.id" if name == "noun_id" else f"l.{name}" for name in columns)
    others = "WITH RECURSIVE n(id) AS (SELECT CAST(? AS bigint) UNION ALL SELECT id + 1 FROM n WHERE id < ?)"
    new = f"INSERT INTO changes ({', '.join(columns)}) {others} SELECT {told} FROM changes l, n WHERE l.noun_id = ?"  # noqa: S608 (our names)
    spent: list[int] = []
    for first in (10_000, 20_000):
        database.fetch(new, (first, first + 5_000, one))
        count_anew(counted=counted)
        with sent_by() as sent:
            assert [merge.id for merge in merges.last_merges(Claim, [one])] == [one]
        spent.append(sum(work(registry, *query) for query in sent))
    assert spent[1] <= spent[0], spent
