"""Counterclaims and reviews follow the statements that they name, all at once."""

import pytest

from models import claims, counterclaims, statements
from models.history.changes import Actor
from models.tables import Counterclaim, Statement
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


@pytest.mark.slow
def test_an_unmerge_finds_what_bears_out_answers_by_as_few_queries_however_many_statements_did(
    actor: Actor, sound: None, queries: list[str]
) -> None:
    asked = []
    for word, number in (("first", 2), ("second", 6)):
        # That of the survivor has the lowest id: it takes the place of each.
        survivor, answer = (put_claim(actor, f"{so} {word}.") for so in ("So", "It is"))
        into, *stating = (
            put_plain(actor, word, speaker={"name": f"Speaker {each}"}, claim={"id": claim})
            for each, claim in enumerate([survivor, *[answer] * (number + 1)])
        )
        denied = [put_claim(actor, f"Claim {each} at {word}.") for each in range(number)]
        link = {"by": actor, "answer": answer, "kind": "denies"}
        put = [
            counterclaims.create(claim=one, statement=id, **link) for one, id in zip(denied, stating[1:], strict=True)
        ]
        claims.merge(by=actor, id=answer, into=survivor)
        for id in stating[1:]:
            statements.retract(by=actor, id=id, version=None, reason=None)
        resting = {Counterclaim.get_by_id(id).statement_id for id in put}
        queries.clear()
        claims.unmerge(by=actor, id=answer)
        asked.append(len(queries))
        assert (resting, {Counterclaim.get_by_id(id).statement_id for id in put}) == ({into}, {stating[0]})
    assert asked[1] <= asked[0], "500, of a claim that 9,000 stated, took 2 s"
