"""What is looked for in the log of one row is found as fast however often that row was changed."""

import pytest

from models import speakers
from models.history import merges
from models.history.changes import Actor
from models.tables import Change, Speaker
from tests.work import count_anew, sent_by, work

#: How often a row is changed between two looks into the log.
OFTEN = 300


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
    changed = Change.select(Change.sequence).order_by(Change.sequence.desc()).scalar()
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
