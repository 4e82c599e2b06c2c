"""Unmerges: what moved moves back, and nothing comes back that was taken away since."""

import json
import re
import tracemalloc
from itertools import pairwise
from typing import Any

import pytest
from peewee import QueryEvent

from models import claims, counterclaims, documents, speakers, statements
from models.history import feed, merge_scope, merges, standing_rows, subjects
from models.history.changes import Actor
from models.history.hidden import is_hidden
from models.queries import derived
from models.refusals import Conflict, Moved, NotFound
from models.storage import bulk, database, transactions
from models.storage.transactions import transaction
from models.tables import Alias, Claim, ClaimAbout, Counterclaim, GivenSubject, Review, Speaker, Statement
from models.upkeep import erasures, verify
from tests.at_once import meanwhile, while_open
from tests.factories import MACHINE, MANY, PUBLIC, listed_ids, put_claim, put_plain, put_review, store
from tests.work import work_again

pytestmark = pytest.mark.usefixtures("sound")


def speaker(actor: Actor, name: str, **other: object) -> int:
    return speakers.create(by=actor, name=name, **other)


def said(actor: Actor, word: str, name: str, **other: object) -> int:
    return put_plain(actor, word, speaker={"name": name}, **other)


def claim_of(statement: int) -> int:
    return statements.claim_of(id=statement)


def retract(noun: object, model: object, id: int, actor: Actor) -> None:
    noun.retract(by=actor, id=id, version=model.get_by_id(id).version, reason="Not ours.")


def test_what_moved_is_found_by_the_survivor_who_gets_a_wikidata_id_with_it(registry: str, actor: Actor) -> None:
    one, two = speaker(actor, "Alphonse", wikidata_id="Q11"), speaker(actor, "Bertha")
    statement = said(actor, "first", "Alphonse")
    speakers.merge(by=actor, id=one, into=two)
    assert derived.differences() == []
    assert listed_ids(statements, PUBLIC, q="bertha") == [statement]
    speakers.unmerge(by=actor, id=one)
    assert derived.differences() == []
    assert listed_ids(statements, PUBLIC, q="bertha") == []


def test_a_claim_is_about_nobody_again_from_whom_it_was_taken(registry: str, actor: Actor) -> None:
    one, two = speaker(actor, "One"), speaker(actor, "Two")
    kept, changed = (put_claim(actor, text, about=[{"id": one}]) for text in ("Kept.", "Changed."))
    speakers.merge(by=actor, id=one, into=two)
    claims.change(by=actor, id=changed, version=Claim.get_by_id(changed).version, about=[])
    speakers.unmerge(by=actor, id=one)
    assert list(ClaimAbout.select(ClaimAbout.claim, ClaimAbout.speaker).tuples()) == [(kept, one)]


def test_whom_a_public_claim_is_about_again_is_shown(registry: str, actor: Actor) -> None:
    accused = {"text": "They are to blame.", "language": "en", "about": [{"name": "Accused"}]}
    found = put_plain(actor, "second", claim=accused, origin=MACHINE)
    (hidden,) = (id for (id,) in ClaimAbout.select(ClaimAbout.speaker).tuples())
    speakers.merge(by=actor, id=hidden, into=speaker(actor, "Shown"))
    statements.change(by=actor, id=found, version=1, status="accepted")
    speakers.unmerge(by=actor, id=hidden)
    assert [id for (id,) in ClaimAbout.select(ClaimAbout.speaker).tuples()] == [hidden]
    assert not is_hidden(noun="speakers", id=hidden)


def test_whom_a_claim_is_about_that_becomes_public_during_a_merge_is_shown(registry: str, actor: Actor) -> None:
    accused = {"text": "They are to blame.", "language": "en", "about": [{"name": "Accused"}]}
    found = put_plain(actor, "second", claim=accused, origin=MACHINE)
    into = Statement.get_by_id(put_plain(actor, "third", speaker={"name": "Other"}, origin=MACHINE)).speaker_id
    (merged,) = (id for (id,) in ClaimAbout.select(ClaimAbout.speaker).tuples())
    while_open(
        lambda: speakers.merge(by=actor, id=merged, into=into),
        lambda: statements.change(by=actor, id=found, version=1, status="accepted"),
    )
    assert not is_hidden(noun="speakers", id=into)


def test_whom_an_accepted_statement_names_again_is_shown(registry: str, actor: Actor) -> None:
    named = {"via": {"speaker": {"name": "Agency"}}, "on_behalf_of": {"name": "Ministry"}}
    statement = put_plain(actor, "first", status="candidate", **named)
    row = Statement.get_by_id(statement)
    hidden = row.via_speaker_id, row.on_behalf_of_id
    for id in hidden:
        assert is_hidden(noun="speakers", id=id)
        speakers.merge(by=actor, id=id, into=speaker(actor, f"Survivor of {id}"))
    version = Statement.get_by_id(statement).version
    statements.change(by=actor, id=statement, version=version, status="accepted")
    for id in hidden:
        speakers.unmerge(by=actor, id=id)
        assert speakers.get(id=id, viewer=PUBLIC)


def test_nobody_is_part_of_themselves_after_an_unmerge(registry: str, actor: Actor) -> None:
    government = speaker(actor, "Government")
    ministry = speaker(actor, "Ministry", part_of=government)
    office = speaker(actor, "Office", part_of=ministry)
    other = speaker(actor, "Other")
    speakers.merge(by=actor, id=ministry, into=other)
    speakers.change(by=actor, id=government, version=1, part_of=office)
    speakers.unmerge(by=actor, id=ministry)
    parents = {speaker.id: speaker.part_of_id for speaker in Speaker.select()}
    assert parents == {government: office, ministry: None, office: ministry, other: None}


def test_a_survivor_is_part_of_what_it_was_cut_from_whatever_that_is_called_now(registry: str, actor: Actor) -> None:
    whole, new = speaker(actor, "Whole"), speaker(actor, "New")
    middle = speaker(actor, "Middle", part_of=whole)
    part = speaker(actor, "Part", part_of=middle)
    speakers.merge(by=actor, id=whole, into=part)  # which was part of it, and is part of nothing now
    speakers.merge(by=actor, id=middle, into=new)
    speakers.unmerge(by=actor, id=whole)
    assert Speaker.get_by_id(part).part_of_id == new


def test_a_survivor_is_whole_again_in_whatever_order_merges_are_undone(registry: str, actor: Actor) -> None:
    whole = speaker(actor, "Whole")
    between = speaker(actor, "Between", part_of=whole)
    middle = speaker(actor, "Middle", part_of=between)
    part = speaker(actor, "Part", part_of=middle)
    parents = {part: middle, middle: between, between: whole, whole: None}

    def undo(*merged: int) -> dict[int, int | None]:
        for id in merged:
            speakers.unmerge(by=actor, id=id)
        return {one.id: one.part_of_id for one in Speaker.select()}

    for _ in range(2):
        for id in (middle, whole):
            speakers.merge(by=actor, id=id, into=part)
        speakers.change(by=actor, id=part, version=None, description="The middle is parted first.")
        assert undo(middle) == parents | {part: None, between: part}
        assert undo(whole) == parents
    # Who says since then that it is part of nothing is not overruled.
    speakers.change(by=actor, id=part, version=None, part_of=None)
    speakers.merge(by=actor, id=whole, into=part)
    assert undo(whole) == parents | {part: None}


def two_claims(actor: Actor) -> tuple[int, int, int, int]:
    """A charge, a claim that answers it, the statement by which it does, and a claim to merge the answer into."""
    charge = put_claim(actor, "The charge.")
    evidence = said(actor, "second", "One", counters=[{"claim": charge, "kind": "denies"}])
    other = claim_of(said(actor, "third", "Two"))
    return charge, claim_of(evidence), evidence, other


def test_a_counterclaim_that_was_created_after_a_merge_goes_with_its_evidence(registry: str, actor: Actor) -> None:
    charge, answer, evidence, other = two_claims(actor)
    claims.merge(by=actor, id=answer, into=other)
    counterclaim = counterclaims.create(by=actor, claim=charge, answer=other, kind="disputes", statement=evidence)
    claims.unmerge(by=actor, id=answer)
    assert (claim_of(evidence), Counterclaim.get_by_id(counterclaim).answer_id) == (answer, answer)


def test_a_counterclaim_whose_evidence_is_another_by_now_stays_with_that(registry: str, actor: Actor) -> None:
    charge, answer, _, other = two_claims(actor)
    (counterclaim,) = Counterclaim.select().where(Counterclaim.claim == charge)
    claims.merge(by=actor, id=answer, into=other)
    (own,) = (s.id for s in Statement.select().where(Statement.claim == other, Statement.speaker == 2))
    counterclaims.change(
        by=actor, id=counterclaim.id, version=Counterclaim.get_by_id(counterclaim.id).version, statement=own
    )
    claims.unmerge(by=actor, id=answer)
    found = Counterclaim.get_by_id(counterclaim.id)
    assert (found.answer_id, found.statement_id, found.retracted_at) == (other, own, None)


def doubled(actor: Actor) -> tuple[int, int, int, int, int]:
    """Two claims with one counterclaim and one review in common: charge, both claims, and what a merge retracted."""
    charge = put_claim(actor, "The charge.")
    answer = [{"claim": charge, "kind": "denies"}]
    one, other = put_claim(actor, "It is not so."), put_claim(actor, "It is not.")
    for word, claim in (("second", one), ("third", other)):
        said(actor, word, "One", claim={"id": claim}, counters=answer)
    put_review(actor, other, url="http://www.checkers.example/1/")
    review = put_review(actor, one)
    (counterclaim,) = (e.id for e in Counterclaim.select().where(Counterclaim.answer == one))
    claims.merge(by=actor, id=one, into=other)
    assert Counterclaim.get_by_id(counterclaim).retracted_at
    assert Review.get_by_id(review).retracted_at
    return charge, one, other, counterclaim, review


def test_counterclaims_and_reviews_that_both_had_stand_again(registry: str, actor: Actor) -> None:
    _, one, _, counterclaim, review = doubled(actor)
    claims.unmerge(by=actor, id=one)
    assert Counterclaim.get_by_id(counterclaim).retracted_at is None
    assert Review.get_by_id(review).retracted_at is None


def test_an_unmerge_asks_as_often_however_many_counterclaims_and_reviews_both_had(
    registry: str, actor: Actor, queries: list[str]
) -> None:
    asked = []
    for number in (2, 7):
        one, other = put_claim(actor), put_claim(actor)
        for at in range(number):
            evidence = said(actor, "second", f"Speaker {number} {at}")
            for claim in (one, other):
                answer = {"answer": claim_of(evidence), "statement": evidence, "kind": "denies"}
                counterclaims.create(by=actor, claim=claim, **answer)
                put_review(actor, claim, url=f"https://checkers.example/{number}/{at}")
        claims.merge(by=actor, id=one, into=other)
        assert Counterclaim.select().where(Counterclaim.claim == one, Counterclaim.retracted_at.is_null()).count() == 0
        queries.clear()
        claims.unmerge(by=actor, id=one)
        asked.append(len(queries))
        assert (
            Counterclaim.select().where(Counterclaim.claim == one, Counterclaim.retracted_at.is_null()).count()
            == number
        )
    assert asked[0] == asked[1], "10,000 took 35 s on PostgreSQL"


def test_answers_to_the_attribution_that_both_had_stand_again(registry: str, actor: Actor) -> None:
    target = said(actor, "first", "One")
    one, other = put_claim(actor, "I never said that."), put_claim(actor, "I did not say that.")
    row = {"claim": claim_of(target), "kind": "denies", "target": target, "of": "attribution"}
    merged, kept = (counterclaims.create(by=actor, answer=answer, **row) for answer in (one, other))
    claims.merge(by=actor, id=one, into=other)
    assert [bool(Counterclaim.get_by_id(id).retracted_at) for id in (merged, kept)] == [True, False]
    claims.unmerge(by=actor, id=one)
    assert [bool(Counterclaim.get_by_id(id).retracted_at) for id in (merged, kept)] == [False, False]


def test_a_counterclaim_whose_evidence_is_gone_stays_retracted(registry: str, actor: Actor) -> None:
    _, one, _, counterclaim, _ = doubled(actor)
    retract(statements, Statement, Counterclaim.get_by_id(counterclaim).statement_id, actor)
    claims.unmerge(by=actor, id=one)
    assert Counterclaim.get_by_id(counterclaim).retracted_at


def test_a_counterclaim_to_a_claim_that_is_gone_stays_retracted(registry: str, actor: Actor) -> None:
    charge, one, _, counterclaim, _ = doubled(actor)
    retract(claims, Claim, charge, actor)
    claims.unmerge(by=actor, id=one)
    assert Counterclaim.get_by_id(counterclaim).retracted_at


def test_a_counterclaim_that_was_erased_stays_erased(registry: str, actor: Actor) -> None:
    _, one, _, counterclaim, _ = doubled(actor)
    erasures.document(id=1, reason="By order of a court.", by=actor)
    claims.unmerge(by=actor, id=one)
    assert Counterclaim.get_by_id(counterclaim).retracted_reason == "By order of a court."


def test_a_tombstone_is_not_changed_by_an_unmerge(registry: str, actor: Actor) -> None:
    one, other = put_claim(actor, "One."), put_claim(actor, "Other.")
    claims.merge(by=actor, id=one, into=other)
    retract(claims, Claim, other, actor)
    version = Claim.get_by_id(other).version
    claims.unmerge(by=actor, id=one)
    assert Claim.get_by_id(other).version == version
    assert Claim.get_by_id(one).merged_into_id is None


@pytest.mark.usefixtures("old_limit")
def test_a_speaker_whom_any_number_of_claims_are_about_is_merged(registry: str, actor: Actor) -> None:
    one, two = speaker(actor, "One"), speaker(actor, "Two")
    about_one = {"language": "en", "about": [{"name": "One"}]}
    store(actor, [("claim", {"id": f"c{number}", "text": f"They did {number}."} | about_one) for number in range(MANY)])
    both, *others = (id for (id,) in Claim.select(Claim.id).tuples())
    assert len(others) == MANY - 1
    claims.change(by=actor, id=both, version=1, about=[{"id": one}, {"id": two}])
    before = about()
    speakers.merge(by=actor, id=one, into=two)
    assert about() == {(both, two), *((claim, two) for claim in others)}
    speakers.unmerge(by=actor, id=one)
    assert about() == before


def about() -> set[tuple[int, int]]:
    return set(ClaimAbout.select(ClaimAbout.claim, ClaimAbout.speaker).tuples())


@pytest.mark.usefixtures("old_limit")
def test_a_claim_that_any_number_of_statements_put_forward_is_merged(registry: str, actor: Actor) -> None:
    text, claim, into = "They did. " * MANY, put_claim(actor, standalone=False), put_claim(actor)
    document = documents.create(by=actor, text=text, language="en")
    said = {"speaker": {"name": "They"}, "document": {"id": document}, "claim": {"id": claim}, "form": "indirect"}
    places = ({"start": number * 10, "end": number * 10 + 8} for number in range(MANY))
    store(actor, [("statement", said | {"content": [place], "status": "candidate"}) for place in places])
    claims.merge(by=actor, id=claim, into=into)
    with pytest.raises(NotFound):
        claims.get(id=claim, viewer=PUBLIC)
    claims.unmerge(by=actor, id=claim)
    assert Statement.select().where(Statement.claim == claim).count() == MANY


def test_what_the_public_sees_of_neither_end_of_a_merge_raises_no_version(registry: str, actor: Actor) -> None:
    one, two = (
        Statement.get_by_id(said(actor, word, name, status="candidate")).speaker_id
        for word, name in (("first", "One"), ("second", "Two"))
    )
    part = speakers.create(by=actor, name="A part", hidden=True, part_of=one)

    def told() -> tuple[object, ...]:
        row = Speaker.get_by_id(part)
        return row.version, row.updated_at

    before = told()
    speakers.merge(by=actor, id=one, into=two)
    assert (Speaker.get_by_id(part).part_of_id, told()) == (two, before)
    assert [check.problems for check in verify.run() if check.name == "log"] == [[]]
    speakers.unmerge(by=actor, id=one)
    assert (Speaker.get_by_id(part).part_of_id, told()) == (one, before)


@pytest.mark.parametrize("role", ["accused", "mentioned"])
def test_a_survivor_keeps_what_a_second_speaker_brought_where_the_first_is_parted(
    registry: str, actor: Actor, role: str
) -> None:
    first, second = (
        speaker(actor, name, aliases=["Boss"], wikidata_id=item) for name, item in (("One", "Q1"), ("Two", "Q2"))
    )
    into = speaker(actor, "Both")
    other = "mentioned" if role == "accused" else "accused"
    put_claim(actor, about=[{"id": first, "role": role}, {"id": second, "role": other}])
    said(actor, "first", "One")
    said(actor, "second", "Two")

    def held() -> list[Any]:
        standing = Statement.select(Statement.speaker, Statement.id).where(Statement.retracted_at.is_null())
        names = Alias.select(Alias.speaker, Alias.alias).order_by(Alias.speaker, Alias.alias)
        items = Speaker.select(Speaker.id, Speaker.wikidata_id).order_by(Speaker.id)
        links = ClaimAbout.select(ClaimAbout.speaker, ClaimAbout.role).order_by(ClaimAbout.speaker)
        return [list(one.tuples()) for one in (standing.order_by(Statement.id), names, items, links)]

    before = held()
    for _ in range(2):
        for id in (first, second):
            speakers.merge(by=actor, id=id, into=into)
        speakers.unmerge(by=actor, id=first)
        said_by, names, items, links = held()
        assert said_by == [(first, 1), (into, 2)]
        assert [name for id, name in names if id == into] == ["Boss", "Two"]
        assert items == [(first, "Q1"), (second, "Q2"), (into, "Q2")]
        assert dict(links) == {first: role, into: other}
        speakers.unmerge(by=actor, id=second)
        assert held() == before
    for id in (first, second):
        speakers.merge(by=actor, id=id, into=into)
    for id in (second, first):
        speakers.unmerge(by=actor, id=id)
    assert held() == before


def test_a_claim_whose_answer_an_unmerge_hides_is_told_of(registry: str, actor: Actor) -> None:
    hidden = claim_of(said(actor, "first", "One", status="candidate"))
    shown, other = put_claim(actor), put_claim(actor)
    counterclaims.create(by=actor, claim=other, answer=hidden, kind="denies")
    claims.merge(by=actor, id=hidden, into=shown)

    def told() -> tuple[int, str]:
        found = json.loads(claims.get(id=other, viewer=PUBLIC).json)
        return found["counterclaim_count"], found["changed_at"]

    (before, was), sequence = told(), feed.listed(viewer=PUBLIC, past=None, limit=100)[-1][0]
    claims.unmerge(by=actor, id=hidden)
    (count, at) = told()
    assert (before, count, at > was) == (1, 0, True)
    lines = (json.loads(line) for _, line in feed.listed(viewer=PUBLIC, past=sequence, limit=100))
    assert other in {claim for line in lines for claim in line["claims"]}


def test_a_merge_and_its_undoing_ask_as_often_however_much_was_said(
    registry: str, actor: Actor, queries: list[str]
) -> None:
    asked = []
    for words in (("first",), ("second", "third")):
        one, two = speaker(actor, words[0]), speaker(actor, f"Other {words[0]}")
        for word in words:
            said(actor, word, words[0])
        queries.clear()
        speakers.merge(by=actor, id=one, into=two)
        speakers.unmerge(by=actor, id=one)
        asked.append(len(queries))
    assert asked[0] == asked[1], "50,000 statements take seconds"


def test_an_unmerge_holds_the_words_of_few_claims_at_once(registry: str, actor: Actor) -> None:
    one, lender, two = (speaker(actor, name) for name in ("One", "Lender", "Two"))
    both = [{"id": id, "role": "accused"} for id in (one, lender)]
    words = "🙂" * 19_000
    lines = ({"id": f"c{at}", "text": f"{at} {words}", "language": "en", "about": both} for at in range(100))
    store(actor, [("claim", line) for line in lines])
    for id in (one, lender):
        speakers.merge(by=actor, id=id, into=two)
    tracemalloc.start()
    try:
        speakers.unmerge(by=actor, id=one)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000, "of 4,500 claims it was 1.5 GB"
    assert about() == {(claim, id) for (claim,) in Claim.select(Claim.id).tuples() for id in (one, two)}


def test_a_merge_and_its_undoing_ask_as_often_however_many_claims_are_about_them(
    registry: str, actor: Actor, queries: list[str]
) -> None:
    asked = []
    for count in (5, 9):
        one, lender, two = (speaker(actor, f"{name} {count}") for name in ("One", "Lender", "Two"))
        both = [{"id": id, "role": "accused"} for id in (one, lender)]
        ids = [put_claim(actor, about=both) for _ in range(count)]
        queries.clear()
        speakers.merge(by=actor, id=one, into=two)
        speakers.merge(by=actor, id=lender, into=two)
        speakers.unmerge(by=actor, id=one)
        asked.append(len(queries))
        assert about() >= {(claim, id) for claim in ids for id in (one, two)}
    assert asked[0] == asked[1], "5,000 claims took 16 s"


def test_a_merge_compares_claims_that_accuse_both_in_time_in_proportion_to_them(registry: str, actor: Actor) -> None:
    for few, many in zip(_work_of_a_merge(actor, 1_000), _work_of_a_merge(actor, 2_000), strict=True):
        assert many < 3 * few, "of 20,000 each was compared with all others, in 9 s"


def _work_of_a_merge(actor: Actor, many: int) -> tuple[int, int]:
    """Count what the database does to merge and to unmerge speakers whom so many claims are about, both of them."""
    one, two = speaker(actor, f"One of {many}"), speaker(actor, f"Two of {many}")
    with transactions.undone():
        claim = put_claim(actor)
        copied, values = bulk.columns(Claim)[1:], Claim.select().where(Claim.id == claim).tuples()[0][1:]
        bulk.insert(Claim, copied, [values] * many)
        ids = [id for (id,) in Claim.select(Claim.id).tuples()]
        roles = ((one, "accused"), (two, "mentioned"))
        bulk.insert(ClaimAbout, bulk.columns(ClaimAbout), [(id, *role) for id in ids for role in roles])
        given = [(id, speaker, id, role) for id in ids for speaker, role in roles]
        bulk.insert(GivenSubject, bulk.columns(GivenSubject), given)
        if not database.on_sqlite():  # as a registry's own autovacuum does: else it plans as for what was there before
            database.db.execute_sql("ANALYZE")
        sent: list[tuple[str, Any]] = []
        database.db.query_hooks.append(lambda event: sent.append((event.sql, event.params)))
        subjects.join(one, two)
        joined = [*sent]
        assert about() == {(id, two) for id in ids}
        sent.clear()
        subjects.part(one, two)
        parted = [*sent]
        database.db.query_hooks.pop()
        assert about() == {(id, speaker) for id in ids for speaker in (one, two)}
        return work_again(joined), work_again(parted)


@pytest.mark.slow
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_postgresql_finds_what_moves_by_its_ids_whatever_it_has_counted(registry: str, actor: Actor) -> None:
    one, two, claim, other = speaker(actor, "One"), speaker(actor, "Two"), put_claim(actor, "Charge."), put_claim(actor)
    document = documents.create(by=actor, text="They did. " * MANY, language="en")
    said = {"speaker": {"name": "They"}, "via": {"speaker": {"id": one}}, "on_behalf_of": {"id": one}}
    said |= {"document": {"id": document}, "claim": {"id": claim}, "form": "indirect", "status": "candidate"}
    new = {"language": "en", "about": [{"id": one}]}
    lines: list[Any] = [("claim", new | {"id": "c", "text": "Charge."})]
    for number in range(MANY):
        lines += [
            ("statement", said | {"content": [{"start": number * 10, "end": number * 10 + 8}]}),
            ("claim", new | {"id": f"c{number}", "text": f"They did {number}."}),
            ("counterclaim", {"claim": {"claim": "c"}, "answer": {"claim": f"c{number}"}, "kind": "disputes"}),
        ]
    store(actor, lines)
    Counterclaim.update(claim=claim).execute()
    database.fetch("ANALYZE")
    wrong: list[str] = []

    def explain(event: QueryEvent) -> None:
        if re.match(
            r'UPDATE "?(claim_about|statements|counterclaims)|SELECT .* FROM "counterclaims" WHERE id = ', event.sql
        ):
            plan = [line for (line,) in database.db.execute_sql(f"EXPLAIN {event.sql}", event.params)]
            wrong.extend(event.sql for line in plan if re.search(r"Join Filter|Filter: .*= ANY", line))

    database.db.query_hooks.append(explain)
    speakers.merge(by=actor, id=one, into=two)
    speakers.unmerge(by=actor, id=one)
    claims.merge(by=actor, id=claim, into=other)
    claims.unmerge(by=actor, id=claim)
    assert wrong == []


@pytest.mark.parametrize("noun", [claims, speakers])
def test_a_merge_and_its_undoing_ask_as_often_however_many_were_merged_before(
    registry: str, actor: Actor, queries: list[str], noun: Any
) -> None:
    rows = [put_claim(actor) if noun is claims else speaker(actor, f"Speaker {number}") for number in range(5)]
    asked = []
    for id in rows[1:]:
        queries.clear()
        noun.merge(by=actor, id=id, into=rows[0])
        noun.unmerge(by=actor, id=id)
        asked.append(len(queries))
        noun.merge(by=actor, id=id, into=rows[0])
    assert asked[1] == asked[-1], "6,000 merged claims take seconds"


def test_a_survivor_is_found_by_as_many_queries_however_long_the_chain(
    registry: str, actor: Actor, queries: list[str]
) -> None:
    first, *others = (put_claim(actor) for _ in range(6))
    asked = []
    for claim, into in pairwise((first, *others)):
        claims.merge(by=actor, id=claim, into=into)
        queries.clear()
        with pytest.raises(Moved) as moved:
            claims.get(id=first, viewer=PUBLIC)
        assert moved.value.more["id"] == into
        asked.append(len(queries))
    assert len({*asked}) == 1, "20,000 steps take half a second"


def test_chains_of_merges_end_at_their_survivors_and_a_circle_where_it_begins(registry: str, actor: Actor) -> None:
    ids = [put_claim(actor) for _ in range(5)]
    for claim, into in pairwise(ids[:4]):
        claims.merge(by=actor, id=claim, into=into)
    assert standing_rows.survivors(Claim, ids) == dict(zip(ids, [*ids[3:4] * 4, ids[4]], strict=True))
    with transaction():
        Claim.update(merged_into=ids[0]).where(Claim.id == ids[3]).execute()
        assert standing_rows.survivors(Claim, [ids[1]]) == {ids[1]: ids[1]}
        Claim.update(merged_into=None).where(Claim.id == ids[3]).execute()


def test_a_claim_is_about_no_more_speakers_by_merges_than_by_hand(registry: str, actor: Actor) -> None:
    def about(first: int, last: int) -> list[dict[str, Any]]:
        return [{"name": f"Number {number}"} for number in range(first, last)]

    survivor, more = put_claim(actor, about=about(0, 60)), put_claim(actor, about=about(40, 100))
    claims.merge(by=actor, id=more, into=survivor)
    assert ClaimAbout.select().where(ClaimAbout.claim == survivor).count() == subjects.MOST == 100
    claims.merge(by=actor, id=put_claim(actor, about=about(0, 100)), into=survivor)
    other = put_claim(actor, about=about(100, 101))
    with pytest.raises(Conflict, match="more than 100 speakers"):
        claims.merge(by=actor, id=other, into=survivor)
    assert Claim.get_by_id(other).merged_into_id is None


def test_a_speaker_has_a_bounded_number_of_aliases(registry: str, actor: Actor) -> None:
    def named(number: int, aliases: int) -> int:
        return speaker(actor, f"Number {number}", aliases=[f"Alias {at} of {number}" for at in range(aliases)])

    survivor = named(0, 60)
    speakers.merge(by=actor, id=named(1, 39), into=survivor)
    assert Alias.select().where(Alias.speaker == survivor).count() == merges.MOST_ALIASES
    other = named(2, 0)
    with pytest.raises(Conflict, match="more than 100 names"):
        speakers.merge(by=actor, id=other, into=survivor)
    assert Speaker.get_by_id(other).merged_into_id is None


def test_a_merge_of_speakers_names_no_more_ids_in_one_query_than_databases_take(
    registry: str, actor: Actor, queries: list[str]
) -> None:
    text = " ".join(f"Word{number} is so." for number in range(40))
    for name in ("One", "Two"):
        for number in range(40):
            document = {"text": text, "language": "en"}
            said(actor, "", name, document=document, content=[{"text": f"Word{number} is"}])
    one, two = (speakers.named(name)[0] for name in ("One", "Two"))
    del queries[:]
    with transaction():
        locked = merge_scope.of_merged_speakers(one, two)
    assert {len({*rows.ids}) for rows in locked if rows.model is Statement} == {80}
    assert max(query.count("?") + query.count("%s") for query in queries) < 40


def test_a_claim_that_is_unmerged_while_it_is_read_is_found(registry: str, actor: Actor) -> None:
    claim, into = claim_of(said(actor, "first", "One")), put_claim(actor)
    claims.merge(by=actor, id=claim, into=into)
    with meanwhile('FROM "claims" AS "c"', lambda: claims.unmerge(by=actor, id=claim), seconds=30):
        assert claims.get(id=claim, viewer=PUBLIC).id == claim
