"""What the lines of an import look up, and for how long they may rely on it."""

from contextlib import suppress

import pytest

from models import claims
from models.history.changes import Actor
from models.queries.visibility import REVIEWER
from models.refusals import Conflict
from models.storage import database, transactions
from models.tables import Claim
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
