"""What the lines of an import look up, and for how long they may rely on it."""

from contextlib import suppress

import pytest

from models import claims
from models.history.changes import Actor
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
