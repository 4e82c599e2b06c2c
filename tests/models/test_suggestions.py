"""Denials that find their charge among stored claims: suggested with reasons, linked only where a person says so."""

from collections.abc import Callable

import pytest

from models import claims, counterclaims, matching, statements, suggestions
from models.extraction.parser import Parser
from models.history.changes import Actor
from models.ingest import candidates, suggest
from models.refusals import Conflict, NotFound, Stale
from models.storage import database, transactions
from models.tables import Counterclaim, Statement, Suggestion
from models.upkeep import erasures, verify
from tests import factories
from tests.at_once import while_open
from tests.factories import PUBLIC, REVIEWER, document, lines_of, listed_ids, put_claim, put_plain, seen
from tests.faults.filling import fill

CHARGE = "Smuggled drones from Ruritania crossed the river Oder in March."
DENIAL = "The talks went on.\n\nRuritania denied that its drones had crossed the Oder."


def put_denial_of(by: Actor, parse: Parser, text: str = DENIAL) -> int:
    """Store a document that denies what it does not hold; the id of the denial."""
    stored = candidates.create(
        by=by, findings=candidates.read(text=text, language="en", parse=parse), **document(text=text, url=None)
    )
    denial, *_ = stored.statements
    return denial


def edges_of(claim: int) -> int:
    """Count the counterclaims of a stored claim; a denial has one of its own charge besides."""
    return Counterclaim.select().where(Counterclaim.claim == claim).count()


def put_suggestion(by: Actor, parse: Parser) -> tuple[int, int, int]:
    """Make a suggestion; its id, the denial's and the charge's claim."""
    charge = put_claim(by, CHARGE)
    denial = put_denial_of(by, parse)
    return Suggestion.get().id, denial, charge


def test_a_denial_without_a_charge_is_shown_the_stored_claim_that_fits(
    registry: str, actor: Actor, parse: Parser
) -> None:
    put_claim(actor, "Water from the river is safe to drink.")
    charge = put_claim(actor, CHARGE)
    denial = put_denial_of(actor, parse)
    (id,) = listed_ids(suggestions, REVIEWER)
    told = seen(suggestions.get(id=id))
    assert (told["statement"]["id"], told["claim"]["id"]) == (denial, charge)
    assert (told["status"], told["kind"], told["matcher"]) == ("open", "denies", "counterclaim-overlap")
    assert told["score"] >= suggest.LEAST
    assert {"drones", "oder", "crossed"} <= {reason["word"] for reason in told["reasons"]}
    assert sum(reason["weight"] for reason in told["reasons"]) == pytest.approx(told["score"], abs=0.01)
    assert edges_of(charge) == 0


def test_a_denial_that_only_points_back_is_matched_by_its_sentence(registry: str, actor: Actor, parse: Parser) -> None:
    charge = put_claim(actor, CHARGE)
    put_denial_of(actor, parse, "After the drones had crossed the Oder in March, Ruritania denied the allegation.")
    assert [one.claim_id for one in Suggestion.select()] == [charge]


def test_a_claim_that_is_erased_at_the_same_moment_is_not_suggested(registry: str, actor: Actor) -> None:
    put_plain(actor, "first", claim={"text": CHARGE, "language": "en"})
    asked = {"text": "Drones crossed the river Oder.", "language": "en", "speaker": 0, "document": 0}
    assert suggest.suggested_claims(**asked)

    def suggested() -> list[suggest.Suggested]:
        with transactions.transaction():
            return suggest.suggested_claims(**asked)

    assert while_open(lambda: erasures.speaker(id=1, reason="Court order.", by=actor), suggested) == []


def test_the_longest_words_of_a_long_denial_find_what_it_may_answer(
    registry: str, actor: Actor, queries: list[str]
) -> None:
    telling = " ".join(f"smuggler{number:02}" for number in range(60))
    charge = put_claim(actor, telling)
    del queries[:]
    text = " ".join(f"a{number}" for number in range(500)) + f" {telling}"
    found = suggest.suggested_claims(text=text, language="en", speaker=0, document=0)
    assert [one.claim for one in found] == [charge]
    assert len([sql for sql in queries if "count(*)" in sql]) == 80


@pytest.mark.parametrize("word", ["a" * 2_047, "水" * 683])
def test_a_word_that_is_longer_than_an_index_takes_finds_what_has_it(registry: str, actor: Actor, word: str) -> None:
    charge = put_claim(actor, f"The {word} is missing.")
    found = suggest.suggested_claims(text=f"The {word} is missing.", language="en", speaker=0, document=0)
    assert [one.claim for one in found] == [charge]


def test_of_a_denial_in_common_words_no_claim_is_compared_that_has_one_of_them_alone(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ("Drones crossed the river.", "Drones slept.", "A bear crossed.", "The river froze.")
    charge, *_ = (put_claim(actor, text) for text in texts)
    compared, score = list[str](), matching.score
    monkeypatch.setattr(matching, "score", lambda *some: compared.append(some[1]) or score(*some))
    monkeypatch.setattr(suggest, "COMMON", 2)
    found = suggest.suggested_claims(text="Drones crossed that river.", language="en", speaker=0, document=0)
    assert ([one.claim for one in found], compared) == ([charge], [texts[0]])


def test_a_short_word_of_a_denial_finds_no_word_that_begins_with_it(registry: str, actor: Actor) -> None:
    put_claim(actor, "The warden of Carpathia left.")
    assert not suggest.suggested_claims(text="No war in car.", language="en", speaker=0, document=0)
    charge = put_claim(actor, "The war in that car.")
    found = suggest.suggested_claims(text="No war in car.", language="en", speaker=0, document=0)
    assert [one.claim for one in found] == [charge]


def test_no_claim_is_compared_that_is_too_long_to_be_what_is_denied(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    denial = "Drones crossed the river Oder."
    charge = put_claim(actor, denial)
    for number in range(60):
        put_claim(actor, f"{denial} {' '.join(f'word{number}x{other}' for other in range(50))}")
    compared, score = list[str](), matching.score
    monkeypatch.setattr(matching, "score", lambda *some: compared.append(some[1]) or score(*some))
    found = suggest.suggested_claims(text=denial, language="en", speaker=0, document=0)
    assert ([one.claim for one in found], compared) == ([charge], [denial])
    long = " ".join(f"crossing{number}" for number in range(80))
    del compared[:]
    for number in range(60):
        put_claim(actor, f"{long} {number} {'crossings ' * 200}")
    assert not suggest.suggested_claims(text=long, language="en", speaker=0, document=0)
    assert not compared


def test_what_a_denial_is_compared_with_takes_no_more_than_in_line_with_the_claims(
    urls: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggest, "COMMON", 100)
    steps = [0]

    def count() -> None:
        steps[-1] += 1

    for size in (1_000, 4_000):
        url = urls()
        if not url.startswith("sqlite"):
            pytest.skip("nothing counts on PostgreSQL")
        fill(url, size)
        database.connect(url)
        database.db.connection().set_progress_handler(count, 100)
        text = "The harbour plan will cost rail users more."
        assert suggest.suggested_claims(text=text, language="en", speaker=0, document=0)
        steps.append(0)
    assert 0 < steps[1] < 8 * steps[0], steps


def test_what_its_own_document_charges_is_linked_and_not_suggested(registry: str, actor: Actor, parse: Parser) -> None:
    put_claim(actor, CHARGE)
    text = "Poland said that drones from Ruritania had crossed the Oder. Ruritania denied that."
    stored = candidates.create(
        by=actor, findings=candidates.read(text=text, language="en", parse=parse), **document(text=text, url=None)
    )
    assert len(stored.statements) == 2
    assert (Counterclaim.select().count(), Suggestion.select().count()) == (1, 0)


def test_accepting_creates_the_counterclaim_that_the_public_sees_with_the_denial(
    registry: str, actor: Actor, parse: Parser
) -> None:
    id, denial, charge = put_suggestion(actor, parse)
    suggestions.decide(by=actor, id=id, version=1, status="accepted")
    assert seen(suggestions.get(id=id))["status"] == "accepted"
    assert seen(claims.get(id=charge, viewer=PUBLIC))["counterclaims"] == []
    statements.change(by=actor, id=denial, version=1, status="accepted")
    (counterclaim,) = seen(claims.get(id=charge, viewer=PUBLIC))["counterclaims"]
    assert (counterclaim["kind"], counterclaim["statement_id"]) == ("denies", denial)
    assert [line["action"] for line in lines_of("suggestions", id)] == ["create", "change"]


def test_dismissing_creates_none_and_can_be_thought_over(registry: str, actor: Actor, parse: Parser) -> None:
    id, _, charge = put_suggestion(actor, parse)
    suggestions.decide(by=actor, id=id, version=1, status="dismissed")
    assert edges_of(charge) == 0
    assert listed_ids(suggestions, REVIEWER, status="open") == []
    with pytest.raises(Stale):
        suggestions.decide(by=actor, id=id, version=1, status="accepted")
    suggestions.decide(by=actor, id=id, version=2, status="accepted")
    assert edges_of(charge) == 1
    with pytest.raises(Conflict) as refused:
        suggestions.decide(by=actor, id=id, version=3, status="dismissed")
    assert refused.value.field == "/status"


def test_accepting_what_is_linked_already_creates_no_second_counterclaim(
    registry: str, actor: Actor, parse: Parser
) -> None:
    id, denial, charge = put_suggestion(actor, parse)
    answer = Statement.get_by_id(denial).claim_id
    counterclaims.create(by=actor, claim=charge, answer=answer, kind="denies")
    suggestions.decide(by=actor, id=id, version=1, status="accepted")
    assert edges_of(charge) == 1


def test_accepting_follows_a_merge_and_refuses_what_would_answer_itself(
    registry: str, actor: Actor, parse: Parser
) -> None:
    id, denial, charge = put_suggestion(actor, parse)
    other = put_claim(actor, "Drones crossed the Oder.")
    claims.merge(by=actor, id=charge, into=other)
    suggestions.decide(by=actor, id=id, version=2, status="accepted")
    assert edges_of(other) == 1
    second = Suggestion.create(
        **{name: value for name, value in Suggestion.get_by_id(id).__data__.items() if name != "id"}
        | {"claim": Statement.get_by_id(denial).claim_id, "status": "open", "version": 1}
    )
    with pytest.raises(Conflict, match="cannot answer itself"):
        suggestions.decide(by=actor, id=second.id, version=1, status="accepted")


def _shown(*of: int) -> list[list[int]]:
    """The suggestions that each of these claims has, all of which are listed."""
    found = [listed_ids(suggestions, REVIEWER, claim=claim) for claim in of]
    told = [seen(suggestions.get(id=id))["claim"]["id"] for each in found for id in each]
    assert sorted(told) == sorted(claim for claim, each in zip(of, found, strict=True) for _ in each)
    assert sorted(listed_ids(suggestions, REVIEWER)) == sorted(id for each in found for id in each)
    return found


def test_a_merged_claim_lends_its_suggestions_and_an_unmerge_gives_them_back(sound: None, actor: Actor) -> None:
    first, second = (Statement.get_by_id(put_plain(actor, word)) for word in ("first", "second"))
    one, two, three = (put_claim(actor, f"{word} it is.") for word in ("So", "Thus", "Therefore"))
    of_one, also_of_one = (factories.put_suggestion(said.id, one) for said in (first, second))
    of_two = factories.put_suggestion(first.id, two)
    assert _shown(one, two, three) == [[also_of_one, of_one], [of_two], []]
    # The survivor has one of the same already.
    claims.merge(by=actor, id=one, into=two)
    assert _shown(two, three) == [[of_two, also_of_one], []]
    assert listed_ids(suggestions, REVIEWER, claim=one) == [of_two, also_of_one]
    assert listed_ids(suggestions, REVIEWER, claim=(one, three)) == [of_two, also_of_one]
    with pytest.raises(NotFound):
        suggestions.get(id=of_one)
    with pytest.raises(Conflict, match="decide that"):
        suggestions.decide(by=actor, id=of_one, version=None, status="dismissed")
    claims.merge(by=actor, id=two, into=three)
    assert _shown(three) == [[of_two, also_of_one]]
    with pytest.raises(Stale):  # what it was read of is another claim by now
        suggestions.decide(by=actor, id=of_two, version=1, status="dismissed")
    suggestions.decide(by=actor, id=of_two, version=2, status="dismissed")
    claims.unmerge(by=actor, id=two)
    assert _shown(two, three) == [[of_two, also_of_one], []]
    claims.unmerge(by=actor, id=one)
    assert _shown(one, two, three) == [[also_of_one, of_one], [of_two], []]
    assert [seen(suggestions.get(id=id))["status"] for id in (of_one, of_two)] == ["open", "dismissed"]
    assert not [problem for check in verify.run() for problem in check.problems]


def test_of_two_merged_claims_with_the_same_suggestion_the_other_lends_its_own_when_one_goes(
    sound: None, actor: Actor
) -> None:
    said = put_plain(actor, "first")
    one, two, into = (put_claim(actor, f"{word} it is.") for word in ("So", "Thus", "Therefore"))
    of_one, of_two = (factories.put_suggestion(said, claim) for claim in (one, two))
    for merged in (two, one):
        claims.merge(by=actor, id=merged, into=into)
    assert _shown(into) == [[of_two]]
    claims.unmerge(by=actor, id=two)
    assert _shown(two, into) == [[of_two], [of_one]]
    claims.unmerge(by=actor, id=one)
    assert _shown(one, two, into) == [[of_one], [of_two], []]
    for merged in (one, two):
        claims.merge(by=actor, id=merged, into=into)
    assert _shown(into) == [[of_one]]
    erasures.document(id=Statement.get_by_id(said).document_id, reason="Court order.", by=actor)
    assert _shown(into) == [[]]
    assert not [problem for check in verify.run() for problem in check.problems]


def test_nobody_is_shown_their_own_claims_nor_what_is_not_public(registry: str, actor: Actor, parse: Parser) -> None:
    claim = {"text": CHARGE, "language": "en"}
    put_plain(actor, "first", speaker={"name": "Ruritania", "kind": "government"}, claim=claim)
    put_plain(actor, "second", claim=claim, status="candidate")
    put_claim(actor, CHARGE, language="de")
    put_denial_of(actor, parse)
    assert Suggestion.select().count() == 0


def test_one_whose_statement_or_claim_is_gone_is_not_listed(registry: str, actor: Actor, parse: Parser) -> None:
    id, _, charge = put_suggestion(actor, parse)
    claims.retract(by=actor, id=charge, version=1, reason=None)
    assert listed_ids(suggestions, REVIEWER) == []
    with pytest.raises(Conflict):
        suggestions.decide(by=actor, id=id, version=1, status="accepted")
    with pytest.raises(NotFound):
        suggestions.get(id=99)


def test_lists_newest_first_by_what_is_asked(registry: str, actor: Actor, parse: Parser) -> None:
    charge, denial = put_claim(actor, CHARGE), put_denial_of(actor, parse)
    later = put_claim(actor, f"In the night {CHARGE}")
    second = put_denial_of(actor, parse, "Moravia denied that drones had crossed the Oder in March.")
    ids = listed_ids(suggestions, REVIEWER)
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 3
    assert listed_ids(suggestions, REVIEWER, ids[0], limit=1) == [ids[1]]
    assert len(listed_ids(suggestions, REVIEWER, statement=denial)) == 1
    assert len(listed_ids(suggestions, REVIEWER, statement=second)) == 2
    assert len(listed_ids(suggestions, REVIEWER, claim=charge)) == 2
    assert len(listed_ids(suggestions, REVIEWER, claim=later)) == 1
