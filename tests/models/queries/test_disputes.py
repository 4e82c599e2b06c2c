"""Disputes of two who answer one another often."""

import time

from models import counterclaims, disputes, statements
from models.history.changes import Actor
from models.queries import derived
from models.storage.columns import dumps
from models.storage.rows import row
from models.tables import Claim, Counterclaim, Statement
from tests.factories import charge, put_claim

OFTEN = 1_500


def test_a_thousand_answers_to_a_charge_that_was_made_a_thousand_times_are_counted_at_once(
    registry: str, actor: Actor
) -> None:
    text = "ab " * OFTEN
    made = {"document": {"text": text, "language": "en"}, "sentence": None, "mention": None, "cue": None}
    first = charge(**made, content=[{"start": 0, "end": 2}])
    charged = Statement.get_by_id(statements.record(by=actor, **first))
    content, answer = [{"start": 0, "end": 2}], {"text": "No.", "language": "en"}
    denied = first | {"speaker": {"name": "Beijing"}, "document": {"id": 1}, "content": content, "claim": answer}
    denial = Statement.get_by_id(statements.record(by=actor, **denied))
    counterclaims.create(by=actor, claim=charged.claim_id, answer=denial.claim_id, kind="denies")
    first_answer, first_edge = Claim.get_by_id(denial.claim_id), Counterclaim.get()
    ids = [put_claim(actor, "No.")]
    copies = [row(first_answer) | {"id": ids[0] + number} for number in range(1, OFTEN)]
    Claim.insert_many(copies).execute()
    said = []
    for number in range(1, OFTEN):
        at = number * 3
        spans = {"content": dumps([{"text": text[at : at + 2], "start": at, "end": at + 2}])}
        spans |= {"content_start": at, "spans": f"{at}-{at + 2}"}
        said += [row(charged) | spans, row(denial) | spans | {"claim": ids[0] + number}]
    for one in said:
        del one["id"]
    for start in range(0, len(said), 500):
        Statement.insert_many(said[start : start + 500]).execute()
    edges = [row(first_edge) | {"id": number + 1, "answer": ids[0] + number} for number in range(1, OFTEN)]
    Counterclaim.insert_many(edges).execute()
    derived.rebuild()
    start = time.perf_counter()
    ((_, json),) = disputes.listed(past=None, limit=50)
    taken = time.perf_counter() - start
    assert f'"count":{OFTEN},' in json.replace(" ", "")
    assert taken < 1, taken
