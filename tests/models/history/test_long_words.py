"""Changes of many rows hold the long words of few of them at once."""

import json
import tracemalloc
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

import pytest

from models import claims, speakers, statements
from models.history import merges
from models.history.changes import Actor
from models.refusals import AlreadyKnown, Conflict
from models.storage import database
from models.tables import Change, Claim, Counterclaim, Review, Speaker, Statement
from models.upkeep import verify
from tests.factories import MACHINE, put_claim, put_review, store
from tests.work import bytes_read, count_anew, pages, sent_by

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("sound")]

#: How many rows a test has: with the long words of all it would pass a few MB.
COUNT = 60


def peak(work: Callable[[], Any]) -> int:
    """How many bytes of Python a piece of work holds at most beside what was there."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_what_claims_merged_into_one_brought_is_read_without_their_words(registry: str, actor: Actor) -> None:
    store(
        actor, [("claim", {"id": f"c{at}", "text": f"{at} {'🙂' * 19_000}", "language": "en"}) for at in range(COUNT)]
    )
    survivor, *others = [id for (id,) in Claim.select(Claim.id).order_by(Claim.id).tuples()]
    for id in others:
        claims.merge(by=actor, id=id, into=survivor)
    assert peak(lambda: merges.merges_into(Claim, survivor)) < 1_000_000, "with their words it was 10 MB"
    assert [one.id for one in merges.merges_into(Claim, survivor)] == others


@pytest.mark.parametrize("counted", [False, True])
def test_an_unmerge_reads_as_much_however_long_others_are_that_were_merged_into_the_same(
    registry: str, actor: Actor, *, counted: bool
) -> None:
    symbols = Random(0)  # noqa: S311 (no secret); of one alone PostgreSQL would store next to nothing
    sent: list[list[tuple[str, Any]]] = []
    for length in (19_000, 1):
        survivor, last = (put_claim(actor, f"{name} of {length}.") for name in ("Survivor", "Last"))
        words = ("".join(map(chr, symbols.choices(range(0x1F300, 0x1F600), k=length))) for _ in range(COUNT // 2))
        for id in [*(put_claim(actor, f"{at} {text}") for at, text in enumerate(words)), last]:
            claims.merge(by=actor, id=id, into=survivor)
        with sent_by() as queries:
            claims.unmerge(by=actor, id=last)
        sent.append([(sql, params) for sql, params in queries if "changes" in sql])

    count_anew(counted=counted)
    if database.on_sqlite():
        long, short = (bytes_read(registry, queries) for queries in sent)
        assert long < 5 * short, f"{long} bytes, not {short}: with their words 30 times as many"
    else:
        long, short = (sum(pages(*query) for query in queries) for queries in sent)
        assert long < 2 * short, f"{long} pages, not {short}: with their words 1,000 or more, not 300 to 400"


def answered(actor: Actor, **other: object) -> tuple[int, list[int]]:
    """Record a charge and the long answers to it; return their ids."""
    text = "Charge one. " + "🙂" * 9_900
    said = {"document": {"document": "d"}, "form": "indirect"}
    charge = {"id": "s", "speaker": {"name": "Accuser"}, "content": [{"start": 0, "end": 11}]}
    store(
        actor,
        [
            ("document", {"id": "d", "text": text, "language": "en"}),
            ("statement", charge | said | {"claim": {"text": "Charge.", "language": "en"}}),
            *(
                (
                    "statement",
                    said
                    | {"speaker": {"name": f"Speaker {at}"}, "content": [{"start": 12, "end": 9_900}]}
                    | {"claim": {"text": f"No {at}.", "language": "en"}}
                    | {"counters": [{"target": "s", "kind": "denies"} | other]},
                )
                for at in range(COUNT)
            ),
        ],
    )
    charge_id, *answers = [one.id for one in Statement.select().order_by(Statement.id)]
    return charge_id, answers


def test_what_went_with_answers_is_read_without_their_words(registry: str, actor: Actor) -> None:
    charge, answers = answered(actor)
    for id in [*answers, charge]:
        statements.retract(by=actor, id=id, version=None, reason=None)
    assert peak(lambda: statements.restore(by=actor, id=charge)) < 1_500_000, "with their words it was 8 MB"
    for id in answers:
        statements.restore(by=actor, id=id)
    assert Counterclaim.select().where(Counterclaim.retracted_at.is_null()).count() == COUNT


def test_the_same_words_of_two_speakers_are_not_read_to_merge_them(registry: str, actor: Actor) -> None:
    said = {"document": {"document": "d"}, "form": "indirect"}
    store(
        actor,
        [
            ("document", {"id": "d", "text": "🙂" * 9_990, "language": "en"}),
            *(
                (
                    "statement",
                    said
                    | {"speaker": {"name": f"Speaker {at % 2}"}, "content": [{"start": at // 2, "end": 9_900}]}
                    | {"claim": {"text": f"No {at}.", "language": "en"}},
                )
                for at in range(COUNT)
            ),
        ],
    )
    one, two = (id for (id,) in Speaker.select(Speaker.id).order_by(Speaker.id).tuples())
    with pytest.raises(Conflict, match="same words"):
        speakers.merge(by=actor, id=one, into=two)

    def merge() -> None:
        with pytest.raises(Conflict, match=r"same words \(statements 1 and 2, .*, 20 more\)"):
            speakers.merge(by=actor, id=one, into=two)

    assert peak(merge) < 1_000_000, "with their words it was 2.5 MB"


def test_statements_of_the_same_words_are_looked_for_without_these(registry: str, actor: Actor) -> None:
    said = {"speaker": {"name": "Somebody"}, "document": {"document": "d"}, "form": "indirect"}
    said |= {"content": [{"start": 0, "end": 9_900}], "origin": MACHINE}
    store(
        actor,
        [
            ("document", {"id": "d", "text": "🙂" * 9_990, "language": "en"}),
            *(
                ("statement", said | {"claim": {"text": f"No {at}.", "language": "en"}, "coding": at + 1})
                for at in range(COUNT)
            ),
        ],
    )
    document = Statement.get_by_id(1).document_id
    again = said | {"document": {"id": document}, "claim": {"text": "Yes.", "language": "en"}}

    def record() -> None:
        with pytest.raises(AlreadyKnown):
            statements.record(by=actor, **again)

    record()
    assert peak(record) < 1_000_000, "with their words it was 3 MB"


def test_claims_with_the_same_reviews_are_merged_and_parted_without_their_words(registry: str, actor: Actor) -> None:
    one, two = (put_claim(actor, text) for text in ("One.", "Two."))
    long = {"title": "🙂" * 1_000, "licence": "🙂" * 1_000, "rating": {"label": "🙂" * 70}}
    for claim in (one, two):
        for at in range(COUNT):
            put_review(actor, claim, url=f"https://example.org/{at}/{'a' * 1_900}", **long)
    doubled = {one.id: one.url for one in Review.select().where(Review.claim == one)}
    assert peak(lambda: claims.merge(by=actor, id=one, into=two)) < 2_500_000, "with their words it was 5 MB"
    assert peak(lambda: claims.unmerge(by=actor, id=one)) < 2_500_000, "with their words it was 5 MB"
    told = list(Change.select().where(Change.noun == "reviews", Change.action.in_(["retract", "restore"])))
    assert sorted(line.noun_id for line in told) == sorted([*doubled] * 2)
    for line in told:
        for state in map(json.loads, (line.before, line.after)):
            assert (state["url"], state["title"]) == (doubled[line.noun_id], long["title"])
            assert "url_normalized" not in state
    assert [check.problems for check in verify.run() if check.name == "log"] == [[]]


def test_answers_are_retracted_and_restored_without_their_notes(registry: str, actor: Actor) -> None:
    charge, _ = answered(actor, note="🙂" * 2_000, of="attribution")
    retract = partial(statements.retract, by=actor, id=charge, version=None, reason=None)
    assert peak(retract) < 2_300_000, "with their notes it was 3.2 MB"
    assert peak(lambda: statements.restore(by=actor, id=charge)) < 2_300_000, "with their notes it was 3.3 MB"
    told = list(Change.select().where(Change.noun == "counterclaims", Change.action.in_(["retract", "restore"])))
    assert len(told) == 2 * COUNT
    assert {json.loads(state)["note"] for line in told for state in (line.before, line.after)} == {"🙂" * 2_000}
    assert [check.problems for check in verify.run() if check.name == "log"] == [[]]
