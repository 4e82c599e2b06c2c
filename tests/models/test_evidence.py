"""Counterclaims and reviews follow the statements that they name, all at once."""

import pytest

from models import claims, counterclaims, statements
from models.history.changes import Actor
from models.tables import Statement
from tests.factories import MACHINE, put_claim, put_plain, put_review


def put_linked(by: Actor, word: str, number: int, into: int, **other: object) -> Statement:
    """Record a statement that so many of each kind name, half of which have a double at the claim `into`."""
    statement: Statement = Statement.get_by_id(put_plain(by, word, **other))
    claim, id = statement.claim_id, statement.id
    for each in range(number):
        one, two, three = (put_claim(by, f"Claim {each} of {part} at {word}.") for part in ("one", "two", "three"))
        evidence = put_plain(by, word, speaker={"name": f"Speaker {each}"}, claim={"id": one})
        for answered in (claim, into) if each % 2 else (claim,):
            counterclaims.create(by=by, claim=answered, answer=one, kind="denies", statement=evidence)
            target = id if answered == claim else None
            counterclaims.create(by=by, claim=answered, answer=two, kind="denies", target=target)
            counterclaims.create(by=by, claim=two, answer=answered, kind="disputes")
        counterclaims.create(by=by, claim=claim, answer=two, kind="denies", target=id, of="attribution")
        counterclaims.create(by=by, claim=three, answer=claim, kind="denies", statement=id)
        put_review(by, claim, url=f"https://checkers.example/{word}/{each}", statement=id)
    return statement


@pytest.mark.parametrize("status", ["accepted", "candidate"])
@pytest.mark.parametrize("act", ["move", "retract and restore", "merge and unmerge"])
def test_what_names_a_statement_follows_it_by_as_few_queries_however_much_it_is(
    actor: Actor, sound: None, queries: list[str], status: str, act: str
) -> None:
    asked = []
    for word, number in (("first", 2), ("second", 12)):
        into = put_claim(actor, f"Into which {word} moves.")
        one = put_linked(actor, word, number, into, status=status, origin=MACHINE)
        queries.clear()
        if act == "move":
            statements.change(by=actor, id=one.id, version=None, claim={"id": into})
        elif act == "retract and restore":
            statements.retract(by=actor, id=one.id, version=None, reason=None)
            statements.restore(by=actor, id=one.id)
        else:
            claims.merge(by=actor, id=one.claim_id, into=into)
            merging = len(queries)
            for each in range(number):
                answer = put_claim(actor, f"Claim {each} of what came since at {word}.")
                counterclaims.create(by=actor, claim=into, answer=answer, kind="denies", target=one.id)
            del queries[merging:]
            claims.unmerge(by=actor, id=one.claim_id)
        asked.append(len(queries))
    assert asked[1] <= asked[0]
