"""What the lines of an import look up, and for how long they may rely on it."""

from contextlib import suppress

import pytest

from models import claims, hierarchy, speakers
from models.history.changes import Actor
from models.queries.visibility import REVIEWER
from models.refusals import Conflict
from models.storage import database, transactions
from models.tables import Claim, Speaker
from models.transfer.batch import BatchSession
from tests.at_once import at_once
from tests.factories import put_claim


def test_what_an_undone_line_has_locked_is_read_again(registry: str, actor: Actor) -> None:
    if database.on_sqlite():
        pytest.skip("writers of an SQLite file take turns")
    claim, other = put_claim(actor), put_claim(actor, "The same.")
    session = BatchSession(1)
    with transactions.transaction():
        with suppress(Conflict), session.savepoint():
            session.flush()
            assert session.by_id(Claim, claim).merged_into_id is None
            raise Conflict("This line is refused.")
        assert at_once(lambda: claims.merge(by=actor, id=claim, into=other)) == [other]
        assert session.by_id(Claim, claim).merged_into_id == other


def test_a_claim_whose_text_is_read_again_under_its_lock_is_listed_once(registry: str, actor: Actor) -> None:
    claim = put_claim(actor, "It is so.")
    session = BatchSession(1)
    found = {"text": "It is so.", "language": "en", "limit": 9, "standalone": False, "past": 0}
    with transactions.transaction():
        assert session.same_claims(**found, viewer=REVIEWER) == [claim]
        session.lock_words(["It is so."])
        assert session.same_claims(**found, viewer=REVIEWER) == [claim]


def test_rows_are_not_inserted_one_by_one_for_each_part_of_a_body(registry: str, actor: Actor) -> None:
    session = BatchSession(1)
    with transactions.transaction():
        bodies = [
            speakers.create(by=actor, name=name, kind="government", hidden=hidden, session=session)
            for name, hidden in (("Shown", False), ("Hidden", True))
        ]
        for n in range(20):
            part = [
                speakers.create(by=actor, name=f"{n} of {id}", part_of=id, shows_body=False, session=session)
                for id in bodies
            ]
            assert [hierarchy.body_of(id=id, session=session) for id in part] == [bodies[0], None]
        assert session.flushes == 1
        session.flush()
    assert Speaker.select().where(Speaker.part_of.in_(bodies)).count() == 40


def test_a_line_of_parts_is_followed_to_who_was_put_in_just_now_in_the_place_of_who_was_refused(
    registry: str, actor: Actor
) -> None:
    session = BatchSession(1)

    def line(name: str, length: int) -> None:
        part_of = None
        for n in range(length):
            part_of = speakers.create(by=actor, name=f"{name} {n}", part_of=part_of, session=session)

    with transactions.transaction():
        for name in ("First", "Second"):
            with pytest.raises(Conflict), session.savepoint():
                line(name, hierarchy.MOST_IN_LINE + 1)
        line("Third", hierarchy.MOST_IN_LINE)
        session.flush()
    assert {name.split()[0] for (name,) in Speaker.select(Speaker.name).tuples()} == {"Third"}
