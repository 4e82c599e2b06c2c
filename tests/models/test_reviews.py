"""Reviews: what fact-checkers published about a claim, once per address and claim."""

from typing import Any

import pytest

from models import reviews, statements
from models.history.changes import Actor
from models.refusals import Conflict, Gone, NotFound, Stale
from models.tables import Claim, Review
from tests.factories import PUBLIC, READER, REVIEWER, lines_of, put_charge, put_claim, put_review, seen


def _ids(viewer: Any = PUBLIC, **filters: Any) -> list[int]:
    return [id for id, _ in reviews.listed(viewer=viewer, past=None, limit=100, **filters)]


def _rated(value: float | None, best: float | None, worst: float | None) -> dict[str, Any]:
    return {"label": "Half true", "value": value, "best": best, "worst": worst}


def test_keeps_what_the_publisher_said(registry: str, actor: Actor) -> None:
    claim = put_claim(actor)
    id = put_review(
        actor,
        claim,
        rating=_rated(2.5, 5, 1),
        title="Is it so?",
        reviewed_at="2026-03-13T10:00:00Z",
        licence="CC-BY-4.0",
    )
    whole = seen(reviews.get(id=id, viewer=PUBLIC))
    assert whole["publisher"] == {"name": "Checkers", "site": "checkers.example"}
    assert whole["rating"] == {"label": "Half true", "value": 2.5, "best": 5, "worst": 1}
    assert (whole["title"], whole["reviewed_at"]) == ("Is it so?", "2026-03-13T10:00:00Z")
    assert whole["claim"] == {"id": claim, "text": "The exports sustain the war.", "language": "en"}


def test_one_review_per_address_and_claim(registry: str, actor: Actor) -> None:
    claim, other = put_claim(actor), put_claim(actor)
    id = put_review(actor, claim)
    with pytest.raises(Conflict) as refused:
        put_review(actor, claim)
    assert (refused.value.field, refused.value.more) == ("/url", {"known": id})
    assert put_review(actor, other) != id, "one article may review two claims"
    second = put_review(actor, claim, url="https://checkers.example/2")
    with pytest.raises(Conflict):
        reviews.change(by=actor, id=second, version=1, url="https://checkers.example/1")


def test_a_claim_by_text_is_made_with_it(registry: str, actor: Actor) -> None:
    body = {
        "publisher": {"name": "Checkers", "site": None},
        "rating": _rated(None, None, None),
        "url": "https://checkers.example/1",
        "language": "en",
    }
    reviews.create(by=actor, claim={"text": "New.", "language": "en"}, **body)
    assert Review.get().claim.text == "New."
    with pytest.raises(Conflict) as refused:
        reviews.create(by=actor, claim={"id": 99}, **body)
    assert refused.value.field == "/claim/id"


@pytest.mark.parametrize(
    ("rating", "field"),
    [
        (_rated(6, 5, 1), "/rating/value"),
        (_rated(0, 5, 1), "/rating/value"),
        (_rated(None, 1, 1), "/rating/best"),
        (_rated(3, 1, 5), "/rating/best"),
        (_rated(6, 5, None), "/rating/value"),
        (_rated(0, None, 1), "/rating/value"),
    ],
)
def test_refuses_a_rating_off_its_own_scale(registry: str, actor: Actor, rating: dict[str, Any], field: str) -> None:
    claim = put_claim(actor)
    with pytest.raises(Conflict) as refused:
        put_review(actor, claim, rating=rating)
    assert refused.value.field == field
    id = put_review(actor, claim)
    with pytest.raises(Conflict) as refused:
        reviews.change(by=actor, id=id, version=1, rating=rating)
    assert refused.value.field == field


def test_the_ends_of_the_scale_belong_to_it(registry: str, actor: Actor) -> None:
    claim = put_claim(actor)
    for value in (1, 5):
        put_review(actor, claim, url=f"https://checkers.example/{value}", rating=_rated(value, 5, 1))


def test_changes_are_logged_and_checked_for_their_version(registry: str, actor: Actor) -> None:
    id = put_review(actor, put_claim(actor))
    reviews.change(by=actor, id=id, version=1, publisher={"name": "Others", "site": None}, title="Anew")
    whole = seen(reviews.get(id=id, viewer=PUBLIC))
    assert (whole["publisher"], whole["rating"]["label"], whole["version"]) == (
        {"name": "Others", "site": None},
        "False",
        2,
    )
    line = lines_of("reviews", id)[-1]
    assert (line["before"]["publisher_name"], line["after"]["publisher_name"]) == ("Checkers", "Others")
    with pytest.raises(Stale):
        reviews.change(by=actor, id=id, version=1, title="Late")


def test_a_retracted_one_leaves_a_tombstone(registry: str, actor: Actor) -> None:
    claim = put_claim(actor)
    id = put_review(actor, claim)
    reviews.retract(by=actor, id=id, version=1, reason="Withdrawn.")
    with pytest.raises(Gone) as gone:
        reviews.get(id=id, viewer=PUBLIC)
    assert gone.value.more["reason"] == "Withdrawn."
    assert _ids() == []
    assert put_review(actor, claim) != id


def test_a_review_is_seen_where_its_claim_is(registry: str, actor: Actor) -> None:
    said = put_charge(actor, status="candidate")
    id = put_review(actor, statements.claim_of(id=said))
    for viewer in (PUBLIC, READER):
        assert _ids(viewer) == []
        with pytest.raises(NotFound):
            reviews.get(id=id, viewer=viewer)
    assert _ids(REVIEWER) == [id]
    statements.change(by=actor, id=said, version=1, status="accepted")
    assert _ids() == [id]


def test_lists_by_claim_and_publisher(registry: str, actor: Actor) -> None:
    one, two = put_claim(actor), put_claim(actor)
    first = put_review(actor, one)
    second = put_review(actor, two, publisher={"name": "Others", "site": "others.example"})
    assert _ids() == [second, first]
    assert _ids(claim=one) == _ids(publisher="checkers.example") == [first]
    assert _ids(claim=one, publisher="others.example") == []
    assert [id for id, _ in reviews.listed(viewer=PUBLIC, past=second, limit=9)] == [first]


def test_one_query_reads_one_or_many(registry: str, actor: Actor, queries: list[str]) -> None:
    claim = put_claim(actor)
    for number in range(4):
        put_review(actor, claim, url=f"https://checkers.example/{number}")
    queries.clear()
    assert len(_ids()) == 4
    assert reviews.get(id=1, viewer=PUBLIC)
    assert len(queries) == 2
    assert Claim.select().count() == 1


def test_rating_and_publisher_are_replaced_whole(registry: str, actor: Actor) -> None:
    id = put_review(actor, put_claim(actor))
    reviews.change(by=actor, id=id, version=1, rating={"label": "True"}, publisher={"name": "Others"})
    whole = seen(reviews.get(id=id, viewer=PUBLIC))
    assert whole["rating"] == {"label": "True", "value": None, "best": None, "worst": None}
    assert whole["publisher"] == {"name": "Others", "site": None}


def test_a_writer_does_not_touch_a_review_of_a_claim_that_only_candidates_state(registry: str, actor: Actor) -> None:
    id = put_review(actor, statements.claim_of(id=put_charge(actor, status="candidate")))
    writer = Actor(reviews=False)
    with pytest.raises(NotFound):
        reviews.change(by=writer, id=id, version=1, title="Mine.")
    with pytest.raises(NotFound):
        reviews.retract(by=writer, id=id, version=1, reason=None)
    reviews.change(by=actor, id=id, version=1, title="Reviewed.")


def test_a_writer_reviews_no_hidden_claim(registry: str, actor: Actor) -> None:
    hidden = statements.claim_of(id=put_charge(actor, status="candidate"))
    for id in (hidden, 99):
        with pytest.raises(Conflict) as refused:
            put_review(Actor(reviews=False), id)
        assert (refused.value.detail, refused.value.field) == (f"There is no claim {id}.", "/claim/id")
    assert Review.select().count() == 0
    assert put_review(actor, hidden)
