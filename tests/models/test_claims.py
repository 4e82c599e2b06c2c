"""Claims: never identified by their words, merged by a person's act, seen once something accepted states them."""

from typing import Any

import pytest

from models import claims, counterclaims, reviews, speakers, statements, topics
from models.history import standing_rows
from models.history.changes import Actor
from models.refusals import Conflict, Gone, Moved, NotFound, Stale
from models.storage import database, transactions
from models.storage.database import on_sqlite
from models.tables import Claim, Counterclaim, Review, Statement
from models.upkeep import verify
from tests.factories import (
    PUBLIC,
    READER,
    REVIEWER,
    charge,
    lines_of,
    listed_ids,
    put_charge,
    put_claim,
    put_denial,
    put_plain,
    put_review,
    seen,
)


def _read(id: int, viewer: Any = REVIEWER) -> Any:
    return seen(claims.get(id=id, viewer=viewer))


def _ids(viewer: Any = PUBLIC, **filters: Any) -> list[int]:
    return listed_ids(claims, viewer, **filters)


def _states(actor: Actor, word: str, claim: int, **other: Any) -> int:
    return put_plain(actor, word, claim={"id": claim}, **other)


def _answers(actor: Actor, claim: int, answer: int, kind: str = "denies", **other: Any) -> int:
    return counterclaims.create(by=actor, claim=claim, answer=answer, kind=kind, **other)


def test_the_same_words_may_be_another_claim(registry: str, actor: Actor) -> None:
    assert put_claim(actor, "The call has not been planned.") != put_claim(actor, "The call has not been planned.")


def test_a_claim_by_text_is_new_unless_reuse_is_asked_for(registry: str, actor: Actor) -> None:
    oldest, second = put_claim(actor, "A."), put_claim(actor, "A.")
    given = {"text": "A.", "language": "en"}
    new = claims.find_or_make(by=actor, reference=given, field="/claim")
    assert new not in (oldest, second)
    assert claims.find_or_make(by=actor, reference=given | {"reuse": False}, field="/claim") not in (
        oldest,
        second,
        new,
    )
    assert claims.find_or_make(by=actor, reference=given | {"reuse": True}, field="/claim") == oldest
    for other in ({"text": "a."}, {"text": "A. "}, {"language": "fr"}):
        assert claims.find_or_make(by=actor, reference=given | {"reuse": True} | other, field="/claim") > new


@pytest.mark.parametrize(
    "text",
    [
        "The exports sustain the war.",
        "Ærøskøbing, Łódź and İstanbul.",
        "Cafe\u0301 or caf\u00e9?",
        "ﬁne print: ½ of Ⅷ, ① and 𝒜lpha",
        "Σίσυφος ΣΊΣΥΦΟΣ ς",
        "foo_bar x\u200dy naïve—dash 1,000.5%",
        "中国的出口支持了战争。",
        "हिन्दी में दावा किया गया",
        "ข้อกล่าวหาเรื่องการส่งออก",
        "الصادرات تدعم الحَرْب",
        "Straße, ẞ and ŉ",
        "?!",
        "①②",
        "½ ¾",
        "a",
        "word " * 400,
        "à,b," * 400,
        "a,b," * 3000,
        '"q" & | ! :* b:c <-> d',
    ],
)
def test_a_claim_is_found_by_its_very_words_in_any_script(registry: str, actor: Actor, text: str) -> None:
    id = claims.create(by=actor, text=text, language="en")
    claims.create(by=actor, text=f"{text}.", language="en")
    assert claims.same_text(text=text, language="en") == [id]
    assert claims.same_text(text=text, language="de") == []


def test_a_claim_that_the_same_transaction_makes_or_rewords_is_found_by_its_words(registry: str, actor: Actor) -> None:
    before = claims.create(by=actor, text="Before.", language="en")
    with transactions.transaction():
        new = claims.create(by=actor, text="After.", language="en")
        claims.change(by=actor, id=before, version=1, text="After.")
        assert claims.same_text(text="After.", language="en") == [before, new]
        assert claims.same_text(text="Before.", language="en") == []


def test_a_claim_is_found_by_its_words_without_a_look_at_all(registry: str, actor: Actor, queries: list[str]) -> None:
    claims.create(by=actor, text="The exports sustain the war.", language="en")
    del queries[:]
    claims.same_text(text="The exports sustain the war.", language="en")
    if database.on_sqlite():
        plan = [
            step for *_, step in database.fetch(f"EXPLAIN QUERY PLAN {queries[-1]}", (None,) * queries[-1].count("?"))
        ]
        assert [step for step in plan if step.startswith("SEARCH c USING") and "rowid=?" in step], plan


def test_what_was_retracted_or_merged_is_not_reused(registry: str, actor: Actor) -> None:
    gone, merged, stands = (put_claim(actor, "A.") for _ in range(3))
    claims.retract(by=actor, id=gone, version=1, reason=None)
    claims.merge(by=actor, id=merged, into=put_claim(actor, "B."))
    assert claims.same_text(text="A.", language="en") == [stands]
    assert (
        claims.find_or_make(by=actor, reference={"text": "A.", "language": "en", "reuse": True}, field="/claim")
        == stands
    )


def test_is_filed_under_topics_and_about_speakers(registry: str, actor: Actor) -> None:
    for slug in ("war", "trade"):
        topics.create(by=actor, slug=slug, label=slug.title())
    id = put_claim(actor, topics=["war", "trade", "war"], about=[{"name": "Beijing"}, {"name": "BEIJING"}])
    assert [topic["slug"] for topic in _read(id)["topics"]] == ["trade", "war"]
    assert [who["name"] for who in _read(id)["about"]] == ["Beijing"]
    claims.change(by=actor, id=id, version=1, topics=["war"], text="Better words.")
    assert [topic["slug"] for topic in _read(id)["topics"]] == ["war"]
    assert [who["name"] for who in _read(id)["about"]] == ["Beijing"], "what is left out stays"
    claims.change(by=actor, id=id, version=2, topics=[], about=[])
    assert (_read(id)["topics"], _read(id)["about"], _read(id)["version"]) == ([], [], 3)
    created, changed, emptied = lines_of("claims", id)
    assert created["after"]["topics"] == ["war", "trade"]
    assert (changed["before"]["text"], changed["after"]["text"]) == ("The exports sustain the war.", "Better words.")
    assert (emptied["after"]["topics"], emptied["after"]["about"]) == ([], [])


def test_refuses_an_unknown_topic_or_subject_at_its_place(registry: str, actor: Actor) -> None:
    topics.create(by=actor, slug="war", label="War")
    given = {"text": "A.", "language": "en"}
    for wrong, field in (
        ({"topics": ["war", "peace"]}, "/claim/topics/1"),
        ({"about": [{"name": "Beijing"}, {"id": 99}]}, "/claim/about/1/id"),
    ):
        with pytest.raises(Conflict) as refused:
            claims.find_or_make(by=actor, reference=given | wrong, field="/claim")
        assert refused.value.field == field
    assert Claim.select().count() == 0
    assert speakers.named("Beijing") == [], "a refused write leaves nothing behind"


def test_refuses_a_change_of_an_older_version(registry: str, actor: Actor) -> None:
    id = put_claim(actor)
    claims.change(by=actor, id=id, version=1, text="Mine.")
    with pytest.raises(Stale):
        claims.change(by=actor, id=id, version=1, text="Theirs.")


# -- who sees it --------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["candidate", "rejected"])
def test_a_claim_with_nothing_accepted_takes_the_review_scope(registry: str, actor: Actor, status: str) -> None:
    said = put_charge(actor, status=status)
    id = statements.claim_of(id=said)
    for viewer in (PUBLIC, READER):
        with pytest.raises(NotFound):
            claims.get(id=id, viewer=viewer)
        assert _ids(viewer) == []
    assert [statement["status"] for statement in _read(id)["statements"]] == [status]
    statements.change(by=actor, id=said, version=1, status="accepted")
    assert _ids() == [id]


def test_the_public_sees_only_the_accepted_statements_of_a_claim(registry: str, actor: Actor) -> None:
    id = put_claim(actor)
    accepted = _states(actor, "first", id)
    for word, status in (("second", "candidate"), ("third", "rejected")):
        _states(actor, word, id, status=status)
    public, reviewer = _read(id, PUBLIC), _read(id)
    assert [statement["id"] for statement in public["statements"]] == [accepted]
    assert (public["statement_count"], reviewer["statement_count"]) == (1, 3)


def test_the_public_sees_a_claim_that_was_put_in_alone(registry: str, actor: Actor) -> None:
    alone = put_claim(actor)
    assert _ids() == [alone]


def test_the_public_no_longer_sees_a_claim_whose_statements_were_taken_back(registry: str, actor: Actor) -> None:
    said = put_charge(actor)
    statements.retract(by=actor, id=said, version=1, reason=None)
    assert _ids() == []
    assert _ids(REVIEWER) == [statements.claim_of(id=said)]


def test_an_answer_that_is_only_a_candidate_is_not_shown(registry: str, actor: Actor) -> None:
    charge = put_charge(actor)
    denial = put_denial(actor, charge, status="candidate")
    id = statements.claim_of(id=charge)
    assert _read(id, PUBLIC)["counterclaims"] == []
    assert _ids(answered=True) == []
    (counterclaim,) = _read(id)["counterclaims"]
    assert counterclaim["answer"]["statements"][0]["id"] == denial
    statements.change(by=actor, id=denial, version=1, status="accepted")
    assert len(_read(id, PUBLIC)["counterclaims"]) == 1
    assert _ids(answered=True) == [id]


# -- lists --------------------------------------------------------------------------------------


def test_lists_by_what_must_hold_for_one_and_the_same_statement(registry: str, actor: Actor) -> None:
    id = put_claim(actor)
    _states(actor, "first", id, speaker={"name": "A"}, said_on="2026-03-12")
    _states(actor, "second", id, speaker={"name": "B"}, said_on="2026-03-14")
    a, b = speakers.named("A")[0], speakers.named("B")[0]
    assert _ids(speaker=a) == _ids(speaker=b) == [id]
    assert _ids(speaker=a, said_from="2026-03-12", said_to="2026-03-12") == [id]
    assert _ids(speaker=a, said_from="2026-03-13") == []
    assert _ids(said_from="2026-03-13", said_to="2026-03-13") == []
    assert _ids(speaker=99) == _ids(document=99) == []
    assert _ids(REVIEWER, status="candidate") == []


def test_lists_by_topic_subject_and_counterclaim(registry: str, actor: Actor) -> None:
    topics.create(by=actor, slug="war", label="War")
    filed = put_claim(actor, topics=["war"], about=[{"name": "Beijing"}])
    other = put_claim(actor)
    _answers(actor, claim=filed, answer=other)
    assert _ids(topic="war") == _ids(about=speakers.named("Beijing")[0]) == _ids(answered=True) == [filed]
    assert _ids(answered=False) == [other]
    assert _ids(topic="peace") == _ids(topic="war", answered=False) == []
    topics.retract(by=actor, id=1, version=1, reason=None)
    assert _ids(topic="war") == []
    assert _read(filed)["topics"] == []


def test_one_query_reads_a_whole_however_much_hangs_on_it(registry: str, actor: Actor, queries: list[str]) -> None:
    id = put_claim(actor)
    _states(actor, "first", id)
    queries.clear()
    claims.get(id=id, viewer=PUBLIC)
    _ids(answered=False, topic="war")
    # PostgreSQL is asked first whether the topic is a small one.
    asked = 2 if on_sqlite() else 3
    assert len(queries) == asked
    topics.create(by=actor, slug="war", label="War")
    claims.change(by=actor, id=id, version=1, topics=["war"], about=[{"name": "A"}, {"name": "B"}])
    for number, word in enumerate(("second", "third", "fourth", "fifth")):
        answer = put_claim(actor)
        _states(actor, word, answer)
        _answers(actor, claim=id, answer=answer)
        _answers(actor, claim=answer, answer=id, kind="disputes")
        put_review(actor, id, url=f"https://checkers.example/{number}")
    queries.clear()
    whole = _read(id, PUBLIC)
    assert [len(whole[part]) for part in ("counterclaims", "counters", "reviews", "about")] == [4, 4, 4, 2]
    assert len(_ids()) == 5
    assert len(queries) == 2


# -- retracting ---------------------------------------------------------------------------------


def test_is_not_retracted_while_statements_state_it(registry: str, actor: Actor) -> None:
    said = put_charge(actor, status="candidate")
    id = statements.claim_of(id=said)
    with pytest.raises(Conflict) as refused:
        claims.retract(by=actor, id=id, version=1, reason=None)
    assert refused.value.more == {"ids": [said]}
    statements.retract(by=actor, id=said, version=1, reason=None)
    claims.retract(by=actor, id=id, version=1, reason="A duplicate.")
    with pytest.raises(Gone) as gone:
        claims.get(id=id, viewer=REVIEWER)
    assert gone.value.more["reason"] == "A duplicate."
    assert lines_of("claims", id)[-1]["after"]["retracted_reason"] == "A duplicate."


def test_the_public_hears_what_became_of_a_claim_that_it_could_see(registry: str, actor: Actor) -> None:
    alone, merged, into = put_claim(actor), put_claim(actor), put_claim(actor)
    claims.retract(by=actor, id=alone, version=1, reason="A duplicate.")
    with pytest.raises(Gone) as gone:
        claims.get(id=alone, viewer=PUBLIC)
    assert gone.value.more["reason"] == "A duplicate."
    claims.merge(by=actor, id=merged, into=into)
    with pytest.raises(Moved) as moved:
        claims.get(id=merged, viewer=PUBLIC)
    assert moved.value.more == {"id": into}


@pytest.mark.parametrize("status", ["candidate", "rejected"])
def test_the_public_hears_nothing_of_a_claim_that_it_never_saw(registry: str, actor: Actor, status: str) -> None:
    retracted, merged = (put_plain(actor, word, status=status) for word in ("first", "second"))
    gone, moved, into = statements.claim_of(id=retracted), statements.claim_of(id=merged), put_claim(actor)
    statements.retract(by=actor, id=retracted, version=1, reason=None)
    claims.retract(by=actor, id=gone, version=1, reason="Private.")
    claims.merge(by=actor, id=moved, into=into)
    for id, reason in ((gone, Gone), (moved, Moved)):
        for viewer in (PUBLIC, READER):
            with pytest.raises(NotFound) as unknown:
                claims.get(id=id, viewer=viewer)
            assert (unknown.value.detail, unknown.value.more) == (f"There is no claim {id}.", {})
        with pytest.raises(reason):
            claims.get(id=id, viewer=REVIEWER)


@pytest.mark.parametrize(("then", "now"), [("accepted", "rejected"), ("candidate", "accepted")])
def test_who_is_led_on_from_a_merged_claim_is_known_as_it_is_merged(
    registry: str, actor: Actor, then: str, now: str
) -> None:
    # Read from the statements that merges moved, a hundred merges of one claim with 30,000 took 330 MB and 1.2 s.
    said = put_plain(actor, "first", status=then)
    merged, into = statements.claim_of(id=said), put_claim(actor)
    claims.merge(by=actor, id=merged, into=into)
    statements.change(by=actor, id=said, version=2, status=now)
    with pytest.raises(Moved if then == "accepted" else NotFound):
        claims.get(id=merged, viewer=PUBLIC)
    with pytest.raises(Moved):
        claims.get(id=merged, viewer=REVIEWER)


def test_a_retracted_claim_takes_no_part_in_counterclaims(registry: str, actor: Actor) -> None:
    charge, answer = put_claim(actor), put_claim(actor)
    counterclaim = _answers(actor, claim=charge, answer=answer)
    claims.retract(by=actor, id=answer, version=1, reason=None)
    assert _read(charge)["counterclaims"] == []
    assert _ids(answered=True) == []
    with pytest.raises(NotFound):
        counterclaims.get(id=counterclaim, viewer=REVIEWER)
    with pytest.raises(Conflict) as refused:
        _answers(actor, claim=charge, answer=answer, kind="disputes")
    assert refused.value.field == "/answer"


# -- merging ------------------------------------------------------------------------------------


def _everything() -> list[Any]:
    """What a merge may touch, apart from versions and dates."""

    def rows(model: Any, *names: str) -> list[str]:
        return sorted(str([row.__data__.get(name) for name in ("id", *names)]) for row in model.select())

    return [
        rows(Claim, "merged_into", "retracted_reason"),
        rows(Statement, "claim", "retracted_reason"),
        rows(Counterclaim, "claim", "answer", "statement", "retracted_reason"),
        rows(Review, "claim", "retracted_reason"),
    ]


def test_the_survivor_takes_over_statements_counterclaims_and_reviews(registry: str, actor: Actor) -> None:
    old, new, third = (put_claim(actor, text) for text in ("Old.", "New.", "Third."))
    said = _states(actor, "first", old)
    answered = _answers(actor, claim=old, answer=third)
    answers = _answers(actor, claim=third, answer=old, kind="disputes", statement=said)
    review = put_review(actor, old)
    before = _everything()
    assert claims.merge(by=actor, id=old, into=new) == new
    whole = _read(new, PUBLIC)
    assert [statement["id"] for statement in whole["statements"]] == [said]
    assert [counterclaim["id"] for counterclaim in whole["counterclaims"]] == [answered]
    assert [counterclaim["id"] for counterclaim in whole["counters"]] == [answers]
    assert [row["id"] for row in whole["reviews"]] == [review]
    with pytest.raises(Moved) as moved:
        claims.get(id=old, viewer=PUBLIC)
    assert moved.value.more == {"id": new}
    assert seen(counterclaims.get(id=answers, viewer=PUBLIC))["answer"]["id"] == new
    claims.unmerge(by=actor, id=old)
    assert _everything() == before


def test_counterclaims_and_reviews_that_both_had_become_one(registry: str, actor: Actor) -> None:
    old, new, third = (put_claim(actor, text) for text in ("Old.", "New.", "Third."))
    for claim in (old, new):
        _answers(actor, claim=claim, answer=third)
        _answers(actor, claim=third, answer=claim)
        put_review(actor, claim)
    own = _answers(actor, claim=old, answer=third, kind="qualifies")
    before = _everything()
    claims.merge(by=actor, id=old, into=new)
    whole = _read(new, PUBLIC)
    assert [len(whole[part]) for part in ("counterclaims", "counters", "reviews")] == [2, 1, 1]
    assert own in [counterclaim["id"] for counterclaim in whole["counterclaims"]]
    assert Counterclaim.select().where(Counterclaim.retracted_at.is_null(False)).count() == 2
    claims.unmerge(by=actor, id=old)
    assert _everything() == before


@pytest.mark.parametrize("side", ["charge", "answer"])
def test_of_two_counterclaims_that_become_one_the_public_keeps_the_one_that_it_sees(
    registry: str, actor: Actor, side: str
) -> None:
    third, old, new = (put_claim(actor, text) for text in ("Third.", "Old.", "New."))
    pairs = [
        {"claim": one, "answer": third} if side == "charge" else {"claim": third, "answer": one} for one in (old, new)
    ]
    said = _states(actor, "first", pairs[0]["answer"])
    waiting = _states(actor, "second", pairs[1]["answer"], status="candidate")
    shown, hidden = _answers(actor, **pairs[0], statement=said), _answers(actor, **pairs[1], statement=waiting)
    before = _everything()
    for id, into in ((old, new), (new, old)):
        claims.merge(by=actor, id=id, into=into)
        assert listed_ids(counterclaims, PUBLIC) == [shown]
        with pytest.raises(Gone):
            counterclaims.get(id=hidden, viewer=REVIEWER)
        claims.unmerge(by=actor, id=id)
        assert _everything() == before


@pytest.mark.parametrize("turned", [False, True])
def test_opponents_are_not_one(registry: str, actor: Actor, turned: bool) -> None:
    charge, answer = put_claim(actor, "A."), put_claim(actor, "Not A.")
    counterclaim = _answers(actor, claim=charge, answer=answer)
    id, into = (answer, charge) if turned else (charge, answer)
    with pytest.raises(Conflict) as refused:
        claims.merge(by=actor, id=id, into=into)
    assert (refused.value.field, refused.value.more) == ("/into", {"id": counterclaim})

    counterclaims.retract(by=actor, id=counterclaim, version=1, reason="A mistake.")
    before = _everything()
    assert claims.merge(by=actor, id=id, into=into) == into
    claims.unmerge(by=actor, id=id)
    assert _everything() == before


def test_a_claim_is_not_merged_into_itself_or_into_nothing(registry: str, actor: Actor) -> None:
    a, b = put_claim(actor), put_claim(actor)
    for into in (a, 99):
        with pytest.raises(Conflict) as refused:
            claims.merge(by=actor, id=a, into=into)
        assert refused.value.field == "/into"
    claims.merge(by=actor, id=a, into=b)
    with pytest.raises(Conflict, match="into itself"):
        claims.merge(by=actor, id=b, into=a)
    with pytest.raises(Conflict, match="not merged"):
        claims.unmerge(by=actor, id=b)
    with pytest.raises(NotFound):
        claims.unmerge(by=actor, id=99)


def test_a_chain_is_undone_in_the_reverse_order(registry: str, actor: Actor) -> None:
    a, b, c = (put_claim(actor, text) for text in "ABC")
    said = _states(actor, "first", a)
    start = _everything()
    claims.merge(by=actor, id=a, into=b)
    middle = _everything()
    claims.merge(by=actor, id=b, into=c)
    assert Statement.get_by_id(said).claim_id == c
    with pytest.raises(Moved) as moved:
        claims.get(id=a, viewer=PUBLIC)
    assert moved.value.more == {"id": c}
    assert claims.find_or_make(by=actor, reference={"id": a}, field="/claim") == c
    with pytest.raises(Conflict, match="undo that first"):
        claims.unmerge(by=actor, id=a)
    claims.unmerge(by=actor, id=b)
    assert _everything() == middle
    claims.unmerge(by=actor, id=a)
    assert _everything() == start


def test_only_what_is_still_there_moves_back(registry: str, actor: Actor) -> None:
    old, new, other = (put_claim(actor, text) for text in ("Old.", "New.", "Other."))
    stays, goes = _states(actor, "first", old), _states(actor, "second", old)
    claims.merge(by=actor, id=old, into=new)
    late = _states(actor, "third", old)
    statements.change(by=actor, id=goes, version=2, claim={"id": other})
    claims.unmerge(by=actor, id=old)
    assert [Statement.get_by_id(id).claim_id for id in (stays, goes, late)] == [old, other, new]


def test_a_merge_holds_in_the_log_what_moved(registry: str, actor: Actor) -> None:
    old, new, third = (put_claim(actor, text) for text in ("Old.", "New.", "Third."))
    said = _states(actor, "first", old)
    doubled, kept = _answers(actor, claim=old, answer=third), _answers(actor, claim=new, answer=third)
    review = put_review(actor, old)
    claims.merge(by=actor, id=old, into=new)
    line = lines_of("claims", old)[-1]
    assert (line["action"], line["before"]["merged_into_id"], line["after"]["merged_into_id"]) == ("merge", None, new)
    assert line["after"]["moved"] == {
        "statements": [said],
        "answered": [doubled],
        "answers": [],
        "reviews": [review],
        "retracted_edges": [[doubled, kept]],
        "retracted_reviews": [],
    }
    assert lines_of("counterclaims", doubled)[-1]["action"] == "retract"
    claims.unmerge(by=actor, id=old)
    assert lines_of("claims", old)[-1]["action"] == "unmerge"


def test_what_was_written_to_the_survivor_is_stale_after_a_merge(registry: str, actor: Actor) -> None:
    old, new = put_claim(actor), put_claim(actor)
    said = _states(actor, "first", old)
    claims.merge(by=actor, id=old, into=new)
    with pytest.raises(Stale):
        statements.change(by=actor, id=said, version=1, role="minister")
    assert listed_ids(reviews, PUBLIC) == []


def test_a_writer_does_not_touch_a_claim_that_only_candidates_state(registry: str, actor: Actor) -> None:
    writer = Actor(reviews=False)
    id = statements.claim_of(id=put_charge(actor, status="candidate"))
    other = put_claim(actor)
    for refused in (
        lambda: claims.change(by=writer, id=id, version=1, text="Mine now."),
        lambda: claims.retract(by=writer, id=id, version=1, reason=None),
        lambda: claims.merge(by=writer, id=id, into=other),
    ):
        with pytest.raises(NotFound):
            refused()
    assert _read(id)["version"] == 1
    claims.change(by=writer, id=other, version=1, text="Mine.")
    claims.change(by=actor, id=id, version=1, text="Reviewed.")


def test_a_candidate_does_not_hide_a_claim_that_was_put_in_by_itself(registry: str, actor: Actor) -> None:
    claim = claims.create(by=actor, text="The bridge is safe.", language="en")
    origin = {"kind": "extractor", "extractor": "rules", "extractor_version": "1", "confidence": 0.5}
    statements.record(by=actor, **charge(claim={"id": claim}, origin=origin))
    assert claims.get(id=claim, viewer=PUBLIC).version == 1


def test_a_survivor_is_shown_where_the_merged_claim_was(registry: str, actor: Actor) -> None:
    shown = claims.create(by=actor, text="The bridge is safe.", language="en")
    hidden = claims.create(by=actor, text="The bridge holds.", language="en", standalone=False)
    claims.merge(by=actor, id=shown, into=hidden)
    assert claims.get(id=hidden, viewer=PUBLIC)
    claims.unmerge(by=actor, id=shown)
    with pytest.raises(NotFound):
        claims.get(id=hidden, viewer=PUBLIC)


def test_a_merge_and_its_undoing_give_the_survivor_a_new_version(registry: str, actor: Actor) -> None:
    old, new = put_claim(actor), put_claim(actor)
    claims.merge(by=actor, id=old, into=new)
    assert _read(new)["version"] == 2
    with pytest.raises(Stale):
        claims.change(by=actor, id=new, version=1, text="Late.")
    claims.unmerge(by=actor, id=old)
    assert _read(new)["version"] == 3
    with pytest.raises(Stale):
        claims.change(by=actor, id=new, version=2, text="Late.")
    assert [line["after"]["version"] for line in lines_of("claims", new)] == [1, 2, 3]


def test_a_merge_that_shows_the_survivor_leaves_it_shown_only_until_it_is_undone(registry: str, actor: Actor) -> None:
    shown, hidden = put_claim(actor), put_claim(actor, standalone=False)
    for _ in range(2):
        claims.merge(by=actor, id=shown, into=hidden)
        assert Claim.get_by_id(hidden).standalone
        claims.unmerge(by=actor, id=shown)
        assert not Claim.get_by_id(hidden).standalone
    claims.merge(by=actor, id=hidden, into=shown)
    claims.unmerge(by=actor, id=hidden)
    assert Claim.get_by_id(shown).standalone


def test_a_survivor_that_is_retracted_gives_back_what_showed_it_and_whom_it_accused(
    registry: str, actor: Actor
) -> None:
    shown = put_claim(actor, about=[{"name": "Innocent", "role": "accused"}])
    hidden = put_claim(actor, standalone=False)
    claims.merge(by=actor, id=shown, into=hidden)
    claims.retract(by=actor, id=hidden, version=_read(hidden)["version"], reason=None)
    claims.unmerge(by=actor, id=shown)
    claims.restore(by=actor, id=hidden)
    assert _read(hidden)["about"] == []
    with pytest.raises(NotFound):
        _read(hidden, PUBLIC)
    assert [who["name"] for who in _read(shown, PUBLIC)["about"]] == ["Innocent"]


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_survivor_keeps_what_a_second_claim_brought_where_the_first_is_parted(
    registry: str, actor: Actor, by_hand: bool
) -> None:
    first, second, into, answer = (put_claim(actor, f"Claim {number}.") for number in range(4))
    _, denial = (_answers(actor, id, answer) for id in (first, second))
    for id in (first, second):
        put_review(actor, id)
        claims.merge(by=actor, id=id, into=into)

    def told() -> list[tuple[int, int]]:
        wholes = [_read(id, PUBLIC) for id in (first, second, into) if Claim.get_by_id(id).merged_into_id is None]
        return [(whole["counterclaim_count"], whole["review_count"]) for whole in wholes]

    assert told() == [(1, 1)]
    claims.unmerge(by=actor, id=first)
    assert told() == [(1, 1), (1, 1)]
    if by_hand:  # what somebody has taken back since stays so
        version = Counterclaim.get_by_id(denial).version
        counterclaims.retract(by=actor, id=denial, version=version, reason=None)
    claims.unmerge(by=actor, id=second)
    assert told() == [(1, 1), (0 if by_hand else 1, 1), (0, 0)]
    assert list(verify.broken_rules()) == []


@pytest.mark.parametrize("same", [False, True])
def test_what_was_withdrawn_stays_so_where_the_merge_of_a_third_is_undone(
    registry: str, actor: Actor, same: bool
) -> None:
    old, new, third, charge = (put_claim(actor, f"Claim {number}.") for number in range(4))
    _, kept = (_answers(actor, charge, id) for id in (old, new))
    _, review = put_review(actor, old), put_review(actor, new)
    claims.merge(by=actor, id=old, into=new)
    counterclaims.retract(by=actor, id=kept, version=None, reason=None)
    reviews.retract(by=actor, id=review, version=None, reason=None)
    others = ([_answers(actor, charge, third)], [put_review(actor, third)]) if same else ([], [])
    for merged in (third, old):
        if merged == third:
            claims.merge(by=actor, id=third, into=new)
        claims.unmerge(by=actor, id=merged)
        assert (listed_ids(counterclaims, PUBLIC), listed_ids(reviews, PUBLIC)) == others


def test_an_answer_that_was_moved_is_not_given_back_where_the_merge_of_a_third_is_undone(
    registry: str, actor: Actor
) -> None:
    old, new, third, charge, other = (put_claim(actor, f"Claim {number}.") for number in range(5))
    first = _answers(actor, charge, old)
    said = _states(actor, "first", new)
    second = _answers(actor, charge, new, statement=said)
    claims.merge(by=actor, id=old, into=new)
    statements.change(by=actor, id=said, version=None, claim={"id": other})
    claims.merge(by=actor, id=third, into=new)
    claims.unmerge(by=actor, id=third)
    assert listed_ids(counterclaims, PUBLIC) == [second]
    claims.unmerge(by=actor, id=old)
    assert sorted(listed_ids(counterclaims, PUBLIC)) == [first, second]


# -- what a writer may name ---------------------------------------------------------------------


@pytest.mark.parametrize("first", [0, 1])
def test_a_survivor_of_several_is_shown_until_the_last_merge_that_shows_it_is_undone(
    registry: str, actor: Actor, first: int
) -> None:
    shown = [put_claim(actor), put_claim(actor)]
    into = statements.claim_of(id=put_plain(actor, "first", status="candidate"))
    for id in shown:
        claims.merge(by=actor, id=id, into=into)
    claims.unmerge(by=actor, id=shown[first])
    assert _read(into, PUBLIC)
    claims.unmerge(by=actor, id=shown[1 - first])
    with pytest.raises(NotFound):
        _read(into, PUBLIC)


@pytest.mark.parametrize("status", ["candidate", "rejected"])
def test_a_writer_names_no_hidden_claim(registry: str, actor: Actor, status: str) -> None:
    writer = Actor(reviews=False)
    hidden, shown = statements.claim_of(id=put_charge(actor, status=status)), put_claim(actor, "Shown.")
    for id in (hidden, 99):
        for refused, field in (
            (lambda it=id: claims.find_or_make(by=writer, reference={"id": it}, field="/claim"), "/claim/id"),
            (lambda it=id: claims.referred(by=writer, id=it, field="/counters/0/claim"), "/counters/0/claim"),
            (lambda it=id: claims.merge(by=writer, id=shown, into=it), "/into"),
        ):
            with pytest.raises(Conflict) as conflict:
                refused()
            assert (conflict.value.detail, conflict.value.field, conflict.value.more) == (
                f"There is no claim {id}.",
                field,
                {},
            )
    assert Claim.get_by_id(shown).merged_into_id is None
    assert claims.find_or_make(by=actor, reference={"id": hidden}, field="/claim") == hidden
    assert claims.find_or_make(by=writer, reference={"id": shown}, field="/claim") == shown
    assert claims.merge(by=actor, id=shown, into=hidden) == hidden


def test_a_writer_names_the_survivor_of_what_was_merged_only_where_it_is_shown(registry: str, actor: Actor) -> None:
    writer = Actor(reviews=False)
    merged, other = put_claim(actor, standalone=False), put_claim(actor)
    hidden = statements.claim_of(id=put_charge(actor, status="candidate"))
    claims.merge(by=actor, id=merged, into=hidden)
    with pytest.raises(Conflict, match=f"There is no claim {merged}"):
        claims.find_or_make(by=writer, reference={"id": merged}, field="/claim")
    shown = put_claim(actor)
    claims.merge(by=actor, id=shown, into=other)
    assert claims.find_or_make(by=writer, reference={"id": shown}, field="/claim") == other


def test_a_hidden_claim_is_a_twin_only_to_who_sees_it(registry: str, actor: Actor) -> None:
    text = "The exports sustain the war."
    hidden = statements.claim_of(id=put_charge(actor, status="candidate"))
    assert claims.same_text(text=text, language="en") == [hidden]
    for viewer in (PUBLIC, READER):
        assert claims.same_text(text=text, language="en", viewer=viewer) == []
    shown = put_claim(actor)
    assert claims.same_text(text=text, language="en", viewer=PUBLIC) == [shown]
    assert claims.same_text(text=text, language="en", viewer=REVIEWER) == [hidden, shown]


def test_a_writer_does_not_reuse_a_hidden_claim(registry: str, actor: Actor) -> None:
    writer = Actor(reviews=False)
    again = {"text": "The exports sustain the war.", "language": "en", "reuse": True}
    hidden = statements.claim_of(id=put_charge(actor, status="candidate"))
    new = claims.find_or_make(by=writer, reference=again, field="/claim")
    assert new != hidden
    assert claims.find_or_make(by=writer, reference=again, field="/claim") == new
    assert claims.find_or_make(by=actor, reference=again, field="/claim") == hidden


def test_says_of_each_speaker_whether_it_accuses_or_mentions_them(registry: str, actor: Actor) -> None:
    roles = {"Ann": "accused", "Bob": "mentioned"}
    id = put_claim(actor, about=[{"name": "Ann", "role": "accused"}, {"name": "Bob"}, {"name": "Ann"}])

    def told() -> dict[str, str]:
        return {who["name"]: who["role"] for who in seen(claims.get(id=id, viewer=PUBLIC))["about"]}

    assert told() == roles
    assert lines_of("claims", id)[0]["after"]["about"] == [
        {"id": 1, "role": "accused"},
        {"id": 2, "role": "mentioned"},
    ]
    claims.change(by=actor, id=id, version=1, about=[{"name": "Bob"}, {"name": "Ann", "role": "accused"}])
    assert claims.get(id=id, viewer=PUBLIC).version == 1
    claims.change(by=actor, id=id, version=1, about=[{"name": "Bob", "role": "accused"}, {"name": "Ann"}])
    assert told() == {"Ann": "mentioned", "Bob": "accused"}
    assert lines_of("claims", id)[1]["after"]["about"] == [
        {"id": 1, "role": "mentioned"},
        {"id": 2, "role": "accused"},
    ]


def test_of_merged_answers_to_one_attribution_one_is_left_until_they_are_parted(registry: str, actor: Actor) -> None:
    target = put_charge(actor)
    one, other = put_claim(actor, "I never said so."), put_claim(actor, "I have never said so.")
    aimed: dict[str, Any] = {"claim": Statement.get_by_id(target).claim_id, "target": target, "of": "attribution"}
    first, second = (counterclaims.create(by=actor, answer=answer, kind="denies", **aimed) for answer in (one, other))
    claims.merge(by=actor, id=other, into=one)
    assert listed_ids(counterclaims, PUBLIC) == [first]
    claims.unmerge(by=actor, id=other)
    assert listed_ids(counterclaims, PUBLIC) == [second, first]


def _about(id: int) -> dict[str, str]:
    return {who["name"]: who["role"] for who in seen(claims.get(id=id, viewer=PUBLIC))["about"]}


def test_a_survivor_is_about_whom_the_merged_claims_were_about_until_they_are_parted(
    registry: str, actor: Actor
) -> None:
    roles = (
        {"A": "mentioned", "B": "accused"},
        {"A": "accused", "C": "mentioned"},
        {"A": "accused", "C": "accused", "D": "accused"},
    )
    ids = [
        put_claim(actor, f"Claim {n}.", about=[{"name": name, "role": role} for name, role in some.items()])
        for n, some in enumerate(roles)
    ]
    for id in ids[1:]:
        claims.merge(by=actor, id=id, into=ids[0])
    assert _about(ids[0]) == dict.fromkeys("ABCD", "accused")
    assert [problem for check in verify.run() for problem in check.problems] == []
    claims.unmerge(by=actor, id=ids[1])
    assert _about(ids[0]) == dict.fromkeys("ABCD", "accused")
    assert _about(ids[1]) == roles[1]
    speakers.merge(by=actor, id=speakers.named("D")[0], into=speakers.create(by=actor, name="E"))
    claims.unmerge(by=actor, id=ids[2])
    assert _about(ids[0]) == roles[0]
    assert _about(ids[2]) == {"A": "accused", "C": "accused", "E": "accused"}
    assert [problem for check in verify.run() for problem in check.problems] == []


def test_whether_somebody_sees_a_claim_is_asked_without_reading_its_statements(
    registry: str, actor: Actor, queries: list[str]
) -> None:
    said = put_charge(actor)
    for get, id in ((claims.get, 1), (statements.get, said)):
        del queries[:]
        standing_rows.refuse_to_name(Actor(reviews=False), Claim, get, id, "/claim")
        (asked,) = queries
        assert "sentences" not in asked
