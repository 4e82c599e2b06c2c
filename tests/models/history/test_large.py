"""What very much hangs on, or would, is changed, linked and merged by reviewers alone."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import pytest

from models import claims, counterclaims, documents, sentences, speakers, statements, topics
from models.history import large
from models.history.changes import Actor
from models.history.session import Session
from models.ingest import candidates
from models.refusals import Conflict
from models.storage import database
from models.storage.rows import row
from models.tables import Claim, ClaimCard, Counterclaim, Sentence, Statement
from models.transfer.imports import Import
from models.transfer.lines import Line
from tests.at_once import while_open
from tests.factories import PLAIN, document, put_claim, put_plain, put_review, put_suggestion

WRITER = Actor(reviews=False)


@pytest.fixture
def twice(registry: str, actor: Actor) -> Statement:
    """A statement, whose speaker, sentence and claim another has too, and whose claim is one of two of the topic 1."""
    topics.create(by=actor, slug="trade", label="Trade")
    claim = put_claim(actor, topics=["trade"])
    put_claim(actor, "It shrank.", topics=["trade"])
    first = put_plain(actor, "first", claim={"id": claim})
    put_plain(actor, "first", claim={"id": claim}, content=[{"text": "says first."}])
    return Statement.get_by_id(first)


def test_a_writer_changes_nothing_that_much_hangs_on(
    twice: Statement, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = Sentence.get_by_id(twice.sentence_id).end
    unused = Sentence.select(Sentence.id).order_by(-Sentence.start).scalar()
    changes = [
        lambda by: claims.change(by=by, id=twice.claim_id, version=None, language="de"),
        lambda by: documents.change(by=by, id=twice.document_id, version=None, title="Another"),
        lambda by: sentences.change(by=by, id=twice.sentence_id, version=None, end=end),
        lambda by: sentences.retract(by=by, id=unused, version=None, reason=None),
        lambda by: sentences.restore(by=by, id=unused),
        lambda by: sentences.create(by=by, document=twice.document_id, start=end, end=end + 1),
        lambda by: speakers.change(by=by, id=twice.speaker_id, version=None, name="Another"),
        lambda by: documents.retract(by=by, id=twice.document_id, version=None, reason=None),
        lambda by: documents.restore(by=by, id=twice.document_id),
        lambda by: topics.change(by=by, id=1, version=None, label="Commerce"),
        lambda by: topics.retract(by=by, id=1, version=None, reason=None),
        lambda by: topics.restore(by=by, id=1),
    ]
    monkeypatch.setattr(large, "MOST", 1)
    for change in changes:
        if change is changes[7]:  # while statements stand in it, nobody takes a document back
            for statement in Statement.select():
                statements.retract(by=actor, id=statement.id, version=None, reason=None)
        with pytest.raises(Conflict, match="review scope"):
            change(WRITER)
        change(actor)


def test_a_writer_moves_no_sentence_beside_many(registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    put = documents.create(by=actor, text="One.\n\nTwo.\n\nThree.", language="en")
    monkeypatch.setattr(large, "MOST", 2)
    documents.change(by=WRITER, id=put, version=None, title="Three")
    with pytest.raises(Conflict, match="review scope"):
        sentences.retract(by=WRITER, id=1, version=None, reason=None)
    sentences.retract(by=actor, id=1, version=None, reason=None)


def test_a_writer_moves_no_edge_of_a_sentence_in_which_many_statements_stand(
    twice: Statement, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = Sentence.get_by_id(twice.sentence_id).end
    monkeypatch.setattr(large, "MOST_IN_SENTENCE", 1)
    with pytest.raises(Conflict, match="review scope"):
        sentences.change(by=WRITER, id=twice.sentence_id, version=None, end=end)
    sentences.change(by=actor, id=twice.sentence_id, version=None, end=end)


@pytest.mark.parametrize("hanging", ["aimed at it", "attribution", "evidence", "print", "at its claim"])
def test_a_writer_changes_no_statement_that_much_hangs_on(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch, hanging: str
) -> None:
    id, other = put_plain(actor, "first"), put_claim(actor, "It stood still.")
    claim = statements.claim_of(id=id)
    for word in ("second", "third"):
        answer = put_claim(actor, f"It is {word}, or is it?")
        if hanging == "print":
            put_plain(actor, word, original=id)
        elif hanging == "evidence":
            counterclaims.create(by=actor, claim=answer, answer=claim, kind="denies", statement=id)
        else:
            of = "attribution" if hanging == "attribution" else "claim"
            target = None if hanging == "at its claim" else id
            counterclaims.create(by=actor, claim=claim, answer=answer, kind="denies", target=target, of=of)
    changes = [lambda by: statements.change(by=by, id=id, version=None, claim={"id": other})]
    if hanging != "at its claim":  # they stay where they are
        changes.append(lambda by: statements.retract(by=by, id=id, version=None, reason=None))
    if hanging in {"attribution", "evidence"}:  # nothing names it any more else
        changes.append(lambda by: statements.restore(by=by, id=id))
    monkeypatch.setattr(large, "MOST", 1)
    for change in changes:
        with pytest.raises(Conflict, match="review scope"):
            change(WRITER)
        change(actor)


@pytest.mark.parametrize("changed", ["original", "evidence", "review", "claim", "merge", "unmerge"])
def test_a_writer_changes_nothing_with_which_many_words_are_logged(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    id, other = put_plain(actor, "first"), put_claim(actor, "It stood still.")
    claim = statements.claim_of(id=id)
    if changed == "original":
        put_plain(actor, "second", original=id)
    elif changed in {"merge", "unmerge"}:
        put_review(actor, claim, title="t" * 40)
    elif changed == "review":
        put_review(actor, claim, statement=id, title="t" * 40)
    else:
        evidence = id if changed == "evidence" else None
        counterclaims.create(by=actor, claim=other, answer=claim, kind="denies", statement=evidence, note="n" * 40)
    if changed == "unmerge":
        claims.merge(by=actor, id=claim, into=other)

    def change() -> None:
        if changed == "claim":
            claims.retract(by=WRITER, id=other, version=None, reason=None)
        elif changed == "merge":
            claims.merge(by=WRITER, id=claim, into=other)
        elif changed == "unmerge":
            claims.unmerge(by=WRITER, id=claim)
        else:
            statements.retract(by=WRITER, id=id, version=None, reason=None)

    monkeypatch.setattr(large, "MOST_BYTES", 30)
    with pytest.raises(Conflict, match="MB of words"):
        change()
    statements.change(by=WRITER, id=id, version=None, role="aide")  # nothing is logged with it
    monkeypatch.setattr(large, "MOST_BYTES", 300)
    change()


@pytest.mark.parametrize("noun", ["topic", "document", "sentence", "speaker", "merge", "unmerge"])
def test_a_writer_changes_nothing_with_which_many_words_are_shown_anew(
    twice: Statement, actor: Actor, monkeypatch: pytest.MonkeyPatch, noun: str
) -> None:
    other = speakers.create(by=actor, name="Other")
    if noun == "unmerge":
        speakers.merge(by=actor, id=other, into=twice.speaker_id)
    changes = {
        "topic": lambda by, new: topics.change(by=by, id=1, version=None, slug=new),
        "document": lambda by, new: documents.change(by=by, id=twice.document_id, version=None, title=new),
        "sentence": lambda by, _: sentences.change(by=by, id=twice.sentence_id, version=None, end=twice.sentence.end),
        "speaker": lambda by, new: speakers.change(by=by, id=twice.speaker_id, version=None, description=new),
        "merge": lambda by, _: speakers.merge(by=by, id=twice.speaker_id, into=other),
        "unmerge": lambda by, _: speakers.unmerge(by=by, id=other),
    }
    change = changes[noun]
    monkeypatch.setattr(large, "MOST_SHOWN", 20_000)
    if noun in {"topic", "document", "speaker"}:
        with pytest.raises(Conflict, match="MB of words"):
            change(WRITER, "n" * 20_000)
    ClaimCard.update(text="c" * 20_000).where(ClaimCard.claim_id == twice.claim_id).execute()
    with pytest.raises(Conflict, match="MB of words"):
        change(WRITER, "new")
    ClaimCard.update(text="c" * 18_000).where(ClaimCard.claim_id == twice.claim_id).execute()
    change(WRITER, "new")


def test_a_writer_takes_no_original_back_whose_prints_state_what_many_answer(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = put_plain(actor, "first")
    printed = put_plain(actor, "second", original=original, claim={"text": "It is another.", "language": "en"})
    for text in ("It grew.", "It shrank."):
        _answer(actor, statements.claim_of(id=printed), text)
    monkeypatch.setattr(large, "MOST", 2)
    with pytest.raises(Conflict, match="review scope"):
        statements.retract(by=WRITER, id=original, version=None, reason=None)
    statements.retract(by=actor, id=original, version=None, reason=None)


def test_a_writer_merges_nothing_that_much_hangs_on(
    twice: Statement, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large, "MOST", 1)
    still = put_claim(actor, "It stood still.")
    somebody = speakers.create(by=actor, name="Another")
    for noun, id, into in ((claims, twice.claim_id, still), (speakers, twice.speaker_id, somebody)):
        for one, other in ((id, into), (into, id)):  # all that the survivor has is written anew, too
            with pytest.raises(Conflict, match="review scope"):
                noun.merge(by=WRITER, id=one, into=other)
            noun.merge(by=actor, id=one, into=other)
            with pytest.raises(Conflict, match="review scope"):
                noun.unmerge(by=WRITER, id=one)
            noun.unmerge(by=actor, id=one)


@pytest.mark.parametrize("answered", [False, True])
def test_a_writer_changes_nothing_whose_claims_are_linked_with_many(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch, answered: bool
) -> None:
    statement = Statement.get_by_id(put_plain(actor, "first"))
    for text in ("It grew.", "It shrank."):
        ends = [put_claim(actor, text), statement.claim_id]
        claim, answer = reversed(ends) if answered else ends
        counterclaims.create(by=actor, claim=claim, answer=answer, kind="denies")
    monkeypatch.setattr(large, "MOST", 2)
    other = speakers.create(by=actor, name="Another")
    changes = [
        lambda by: speakers.change(by=by, id=statement.speaker_id, version=None, name="Anna"),
        lambda by: documents.change(by=by, id=statement.document_id, version=None, title="Another"),
        lambda by: speakers.merge(by=by, id=other, into=statement.speaker_id),
    ]
    for change in changes:
        with pytest.raises(Conflict, match="review scope"):
            change(WRITER)
        change(actor)


def test_a_writer_changes_nothing_whose_claims_have_many_topics(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    slugs = ["air", "rail", "trade"]
    for slug in slugs:
        topics.create(by=actor, slug=slug, label=slug.title())
    filed = {"text": "It is first.", "language": "en", "topics": slugs}
    statement = Statement.get_by_id(put_plain(actor, "first", claim=filed))
    subject, other = (speakers.create(by=actor, name=name) for name in ("Accused", "Another"))
    claims.change(by=actor, id=statement.claim_id, version=None, about=[{"id": subject, "role": "accused"}])
    dating = {"id": statement.document_id, "version": None}
    for most, refused in ((2, True), (4, False)):
        monkeypatch.setattr(large, "MOST", most)
        changes: list[Callable[[Actor], Any]] = [
            lambda by, most=most: documents.change(by=by, **dating, published_at=f"2026-01-0{most}T00:00:00Z"),  # type: ignore[misc]
            lambda by: topics.retract(by=by, id=1, version=None, reason=None),
            lambda by: topics.restore(by=by, id=1),
        ]
        for change in changes:
            if refused:
                with pytest.raises(Conflict, match=r"topics or subjects of claims.*review scope"):
                    change(WRITER)
                change(actor)
            else:
                change(WRITER)
    for one, into in ((statement.speaker_id, other), (other, statement.speaker_id), (subject, other), (other, subject)):
        for most in (3, 5):
            monkeypatch.setattr(large, "MOST", most)
            if most == 3:
                with pytest.raises(Conflict, match=r"topics or subjects of claims.*review scope"):
                    speakers.merge(by=WRITER, id=one, into=into)
            else:
                speakers.merge(by=WRITER, id=one, into=into)
                speakers.unmerge(by=WRITER, id=one)


def test_a_writer_merges_no_claims_with_many_reviews(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large, "MOST", 3)
    reviewed, other = put_claim(actor), put_claim(actor, "It shrank.")
    for claim in (reviewed, other):
        put_review(actor, claim)
    claims.merge(by=WRITER, id=reviewed, into=other)
    claims.unmerge(by=WRITER, id=reviewed)
    put_review(actor, reviewed, url="https://checkers.example/2")
    claims.change(by=WRITER, id=reviewed, version=None, language="de")
    for one, into in ((reviewed, other), (other, reviewed)):
        with pytest.raises(Conflict, match="review scope"):
            claims.merge(by=WRITER, id=one, into=into)
        claims.merge(by=actor, id=one, into=into)
        with pytest.raises(Conflict, match="review scope"):
            claims.unmerge(by=WRITER, id=one)
        claims.unmerge(by=actor, id=one)


def test_a_writer_changes_no_claim_that_was_often_said_to_be_about_somebody(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = [{"id": speakers.create(by=actor, name=name)} for name in ("First", "Second")]
    one, other, third = (put_claim(actor, f"Number {number}.", about=about) for number in range(3))
    monkeypatch.setattr(large, "MOST", 5)
    claims.merge(by=WRITER, id=one, into=other)  # two each, and the claim that was merged
    claims.unmerge(by=WRITER, id=one)
    claims.merge(by=actor, id=one, into=other)
    claims.merge(by=actor, id=third, into=other)
    for change in (
        lambda by: claims.unmerge(by=by, id=third),
        lambda by: claims.merge(by=by, id=third, into=other),
        lambda by: claims.change(by=by, id=other, version=None, about=about[:1]),
    ):
        with pytest.raises(Conflict, match=r"subjects of claims.*review scope"):
            change(WRITER)
        change(actor)


def test_a_writer_merges_no_claims_of_many_suggestions(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    suggested, other = put_claim(actor), put_claim(actor, "It shrank.")
    for word in ("first", "second"):
        put_suggestion(put_plain(actor, word), suggested)
    monkeypatch.setattr(large, "MOST", 2)
    claims.change(by=WRITER, id=suggested, version=None, language="de")
    for one, into in ((suggested, other), (other, suggested)):
        with pytest.raises(Conflict, match=r"suggestions hang on this.*review scope"):
            claims.merge(by=WRITER, id=one, into=into)
        claims.merge(by=actor, id=one, into=into)
        with pytest.raises(Conflict, match=r"suggestions hang on this.*review scope"):
            claims.unmerge(by=WRITER, id=one)
        claims.unmerge(by=actor, id=one)


def test_a_writer_merges_nothing_into_what_many_were_merged_into(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large, "MOST", 2)
    for noun, ids in (
        (claims, [put_claim(actor, f"Number {number}.") for number in range(4)]),
        (speakers, [speakers.create(by=actor, name=f"Number {number}") for number in range(4)]),
    ):
        first, second, third, last = ids
        noun.merge(by=WRITER, id=first, into=last)
        noun.merge(by=WRITER, id=second, into=last)
        with pytest.raises(Conflict, match="review scope"):
            noun.merge(by=WRITER, id=third, into=last)
        noun.unmerge(by=WRITER, id=second)
        noun.merge(by=WRITER, id=third, into=last)


def test_a_writer_takes_back_nothing_that_many_claims_hang_on(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large, "MOST", 1)
    accused = speakers.create(by=actor, name="The accused")
    answer = put_claim(actor, "No comment.")
    for text in ("It grew.", "It shrank."):
        claim = put_claim(actor, text, about=[{"id": accused, "accused": True}])
        counterclaims.create(by=actor, claim=claim, answer=answer, kind="denies")
    for noun, id in ((speakers, accused), (claims, answer)):
        with pytest.raises(Conflict, match="review scope"):
            noun.retract(by=WRITER, id=id, version=None, reason=None)
        noun.retract(by=actor, id=id, version=None, reason=None)
        with pytest.raises(Conflict, match="review scope"):
            noun.restore(by=WRITER, id=id)
        noun.restore(by=actor, id=id)


@pytest.fixture
def full(registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> int:
    """A claim that has as many counterclaims as a writer may give one: one, which was taken back."""
    claim = put_claim(actor, "No comment.")
    counterclaims.retract(by=actor, id=_answer(actor, claim, "It grew."), version=None, reason=None)
    monkeypatch.setattr(large, "MOST_COUNTERCLAIMS", 1)
    return claim


def _answer(actor: Actor, claim: int, text: str, **other: Any) -> int:
    return counterclaims.create(by=actor, claim=claim, answer=put_claim(actor, text), kind="denies", **other)


def _refuses_writers(change: Callable[[Actor], Any], field: str | None) -> None:
    with pytest.raises(Conflict, match=r"1 counterclaims.*review scope") as refused:
        change(WRITER)
    assert refused.value.field == field


def test_a_writer_gives_no_claim_more_counterclaims_than_some(full: int, actor: Actor) -> None:
    one, other = put_claim(actor, "It shrank."), put_claim(actor, "It sank.")
    new = {"text": "It stood still.", "language": "en"}
    target = put_plain(actor, "first", claim={"id": full})
    link: dict[str, Any] = {"kind": "denies"}
    changes = {
        "/claim": lambda by: counterclaims.create(by=by, claim=full, answer=one, **link),
        "/answer": lambda by: counterclaims.create(by=by, claim=other, answer=full, **link),
        "/counters/0/claim": lambda by: put_plain(by, "second", claim=new, counters=[link | {"claim": full}]),
        "/counters/0/target": lambda by: put_plain(by, "third", claim=new, counters=[link | {"target": target}]),
    }
    for field, change in changes.items():
        _refuses_writers(change, field)
        change(actor)
    link["claim"] = put_claim(actor, "It fell.")
    _refuses_writers(lambda by: put_plain(by, "fourth", claim={"id": full}, counters=[link]), "/claim")
    assert counterclaims.create(by=WRITER, claim=put_claim(actor, "It rose."), answer=link["claim"], kind="denies")


@pytest.mark.parametrize("named", ["target", "statement", None])
def test_a_writer_moves_no_more_counterclaims_to_a_claim(full: int, actor: Actor, named: str | None) -> None:
    id = put_plain(actor, "first")
    claim = statements.claim_of(id=id)
    if named == "statement":
        counterclaims.create(by=actor, claim=put_claim(actor, "It rose."), answer=claim, kind="denies", statement=id)
    else:
        _answer(actor, claim, "It rose.", **({"target": id} if named else {}))
    _refuses_writers(lambda by: statements.change(by=by, id=id, version=None, claim={"id": full}), "/claim")
    statements.change(by=actor, id=id, version=None, claim={"id": full})
    alone = put_plain(actor, "second")
    statements.change(by=WRITER, id=alone, version=None, claim={"id": full})


def test_a_writer_merges_no_claims_that_have_many_counterclaims_together(full: int, actor: Actor) -> None:
    another = put_claim(actor, "It rose.")
    _answer(actor, another, "It fell.")
    _refuses_writers(lambda by: claims.merge(by=by, id=another, into=full), "/into")
    _refuses_writers(lambda by: claims.merge(by=by, id=full, into=another), "/into")
    claims.merge(by=WRITER, id=put_claim(actor, "It stood still."), into=full)
    claims.merge(by=actor, id=another, into=full)
    claims.unmerge(by=WRITER, id=another)


def test_an_import_of_a_writer_counts_the_counterclaims_of_claims_once_for_many_lines(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large, "MOST_COUNTERCLAIMS", 3)
    counted: list[set[int]] = []
    count = Session.count_counterclaims

    def remembered(session: Session, claims: Iterable[int], most: int) -> dict[int, int]:
        counted.append({*claims})
        return count(session, counted[-1], most)

    monkeypatch.setattr(Session, "count_counterclaims", remembered)
    words = ("No comment.", "It grew.", "It shrank.", "It rose.", "It fell.", "It stood still.")
    for text in words:
        put_claim(actor, text)
    named = [{"id": f"c{at}", "text": text, "language": "en"} for at, text in enumerate(words)]
    links = [{"claim": {"claim": f"c{at}"}, "answer": {"claim": "c0"}, "kind": "denies"} for at in range(1, 6)]
    lines = [*(("claim", one) for one in named), *(("counterclaim", one) for one in links)]
    for by, outcomes in ((WRITER, ["new", "new", "new", "refused", "refused"]), (actor, ["known"] * 3 + ["new"] * 2)):
        one = Import(by)
        one.store([Line(number, noun, members) for number, (noun, members) in enumerate(lines)])
        assert [line.outcome for line in one.finish() if line.noun == "counterclaim"] == outcomes
        assert len(counted) == 1


def test_an_extraction_links_no_denial_to_a_charge_that_has_many(
    full: int, actor: Actor, parse: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = document(text="US officials warned that the exports sustain the war. Beijing denies the charge.")
    findings = candidates.read(text=body["text"], language="en", parse=parse)
    stored = candidates.create(by=WRITER, findings=findings, **body)
    assert (len(stored.statements), Counterclaim.select().count()) == (2, 2), "one, and one that was taken back"
    monkeypatch.setattr(large, "MOST_COUNTERCLAIMS", 0)
    stored = candidates.create(by=WRITER, findings=findings, **body | {"url": "https://example.org/2"})
    assert (len(stored.statements), Counterclaim.select().count()) == (2, 2)


@pytest.fixture
def aimed(registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """A claim that answers attributions of as many claims as a writer may let it, one, and a statement of that one."""
    answer, target = put_claim(actor, "No comment."), put_plain(actor, "first")
    _disown(actor, target, answer)
    monkeypatch.setattr(large, "MOST_ATTRIBUTED", 1)
    return answer, target


def _disown(by: Actor, target: int, answer: int, **other: Any) -> int:
    link: dict[str, Any] = {"kind": "denies", "target": target, "of": "attribution"}
    return counterclaims.create(by=by, claim=statements.claim_of(id=target), answer=answer, **link | other)


def test_a_writer_lets_no_claim_answer_attributions_of_more_claims_than_some(
    aimed: tuple[int, int], actor: Actor
) -> None:
    answer, target = aimed
    second, third = put_plain(actor, "second"), put_plain(actor, "third")
    of_claim = _disown(actor, third, answer, of="claim")
    of_another = put_claim(actor, "I never said so.")
    _disown(WRITER, second, of_another)
    also = put_plain(actor, "fourth", claim={"id": statements.claim_of(id=target)})
    _disown(WRITER, also, answer)
    evidence = put_plain(actor, "fifth")
    _disown(WRITER, second, statements.claim_of(id=evidence), statement=evidence, kind="qualifies")
    counters = [{"kind": "disputes", "of": "attribution", "target": second}]
    stated = {"claim": {"id": answer}, "speaker": {"name": "Another"}, "counters": counters}
    moves = [(also, {"id": put_claim(actor, "It stood still.")}), (evidence, {"id": answer})]
    changes: list[tuple[str, Callable[..., Any]]] = [
        ("/answer", partial(_disown, target=second, answer=answer, kind="corrects")),
        ("/of", partial(counterclaims.change, id=of_claim, version=None, of="attribution")),
        ("/into", partial(claims.merge, id=of_another, into=answer)),
        ("/claim", partial(put_plain, word="first", **stated)),
        *(("/claim", partial(statements.change, id=one, version=None, claim=claim)) for one, claim in moves),
    ]
    for field, change in changes:
        with pytest.raises(Conflict, match=r"1 claims.*review scope") as told:
            change(by=WRITER)
        assert told.value.field == field
    for _, change in changes:
        change(by=actor)


def test_a_writer_moves_no_answers_to_attributions_with_the_last_statement_of_a_claim(
    aimed: tuple[int, int], actor: Actor
) -> None:
    answer, _ = aimed
    statement = put_plain(actor, "second", claim={"text": "It is new.", "language": "en"})
    _disown(WRITER, put_plain(actor, "third"), statements.claim_of(id=statement))
    change = {"id": statement, "version": None, "claim": {"id": answer}}
    with pytest.raises(Conflict, match=r"1 claims.*review scope"):
        statements.change(by=WRITER, **change)
    statements.change(by=actor, **change)


def test_a_writer_undoes_no_merge_that_parts_claims_whose_attributions_are_answered(
    aimed: tuple[int, int], actor: Actor
) -> None:
    answer, target = aimed
    second = put_plain(actor, "second")
    merged, into = statements.claim_of(id=second), statements.claim_of(id=target)
    claims.merge(by=WRITER, id=merged, into=into)
    _disown(WRITER, second, answer)
    with pytest.raises(Conflict, match=r"1 claims.*review scope") as told:
        claims.unmerge(by=WRITER, id=merged)
    assert told.value.field is None
    assert statements.claim_of(id=second) == into
    claims.unmerge(by=actor, id=merged)


def test_an_import_of_a_writer_lets_a_claim_answer_attributions_of_so_many_claims(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large, "MOST_ATTRIBUTED", 2)
    put_claim(actor, "No comment.")
    lines: list[tuple[str, dict[str, Any]]] = [
        ("document", {"id": "d", "text": PLAIN, "language": "en"}),
        ("claim", {"id": "a", "text": "No comment.", "language": "en"}),
    ]
    for at, word in enumerate(("first", "second", "third")):
        stated = {"speaker": {"name": "Somebody"}, "document": {"document": "d"}, "form": "indirect"}
        stated |= {"content": [{"text": f"says {word}"}], "claim": {"text": f"It is {word}.", "language": "en"}}
        link = {"claim": {"statement": f"s{at}"}, "answer": {"claim": "a"}, "kind": "denies", "of": "attribution"}
        lines += [("statement", {"id": f"s{at}"} | stated), ("counterclaim", link | {"target": f"s{at}"})]
    for by, outcomes in ((WRITER, ["new", "new", "refused"]), (actor, ["known", "known", "new"])):
        one = Import(by)
        one.store([Line(number, noun, members) for number, (noun, members) in enumerate(lines)])
        assert [line.outcome for line in one.finish() if line.noun == "counterclaim"] == outcomes


def test_an_import_of_a_writer_waits_once_for_others_who_answer_attributions(
    registry: str, actor: Actor, queries: list[str]
) -> None:
    if database.on_sqlite():
        pytest.skip("who writes on SQLite is alone")
    known: list[tuple[str, dict[str, Any]]] = [("document", {"id": "d", "text": PLAIN, "language": "en"})]
    for word in ("first", "second", "third"):
        stated = {"speaker": {"name": "Somebody"}, "document": {"document": "d"}, "form": "indirect"}
        stated |= {"content": [{"text": f"says {word}"}], "claim": {"text": f"It is {word}.", "language": "en"}}
        known.append(("statement", {"id": word} | stated))
    waits = []
    for kind, of in (("confirms", "claim"), ("denies", "claim"), ("disputes", "attribution")):
        lines = [*known]
        for word in ("first", "second", "third"):
            answer = {"id": put_claim(actor, f"{kind.title()} the {word}.")}
            link = {"claim": {"statement": word}, "target": word, "of": of}
            lines.append(("counterclaim", link | {"answer": answer, "kind": kind}))
        del queries[:]
        outcomes = Import(WRITER).store([Line(number, *line) for number, line in enumerate(lines)])
        assert [line.outcome for line in outcomes[-3:]] == ["new"] * 3
        waits.append(sum("pg_advisory_xact_lock" in sql for sql in queries))
    assert waits[2] == waits[1] + 1


def test_a_writer_changes_nothing_of_which_many_claims_away_would_tell(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, target = Statement.get_by_id(put_plain(actor, "first")), put_plain(actor, "second", speaker={"name": "B"})
    _disown(actor, target, answer.claim_id)
    change = {"by": WRITER, "id": answer.speaker_id, "version": None}
    monkeypatch.setattr(large, "MOST", 4)
    speakers.change(**change, name="Anna")
    for text in ("It grew.", "It shrank."):
        _answer(actor, statements.claim_of(id=target), text)
    with pytest.raises(Conflict, match="review scope"):
        speakers.change(**change, name="Berta")


def test_no_answer_to_an_attribution_keeps_others_from_the_claim_of_that(registry: str, actor: Actor) -> None:
    answer, targets = put_claim(actor, "No comment."), [put_plain(actor, word) for word in ("first", "second")]
    crowded, other = (statements.claim_of(id=target) for target in targets)
    edge, claim = row(Counterclaim.get_by_id(_answer(actor, crowded, "It grew."))), row(Claim.get_by_id(answer))
    places = range(1000, 1000 + large.MOST_COUNTERCLAIMS - 50)
    Claim.insert_many([claim | {"id": id} for id in places]).execute()
    Counterclaim.insert_many([edge | {"id": id, "answer": id} for id in places]).execute()
    Counterclaim.insert_many([edge | {"id": id + 5000, "claim": other, "answer": id} for id in places[:120]]).execute()
    for target in targets:
        _disown(actor, target, answer)
    with pytest.raises(Conflict, match="2,000 counterclaims"):
        large.refuse_counterclaims(WRITER, {crowded: "/claim"}, 50)
    _answer(WRITER, other, "It rose.")


def test_what_was_taken_back_keeps_no_claim_from_answering_attributions(aimed: tuple[int, int], actor: Actor) -> None:
    answer, _ = aimed
    second = put_plain(actor, "second")
    counterclaims.retract(by=WRITER, id=Counterclaim.get().id, version=None, reason=None)
    put_plain(WRITER, "third", counters=[], claim={"id": answer})
    link = _disown(WRITER, second, answer)
    refused = pytest.raises(Conflict, match=r"1 claims.*review scope")
    with refused:
        counterclaims.restore(by=WRITER, id=link - 1)
    statements.retract(by=WRITER, id=second, version=None, reason=None)
    counterclaims.restore(by=WRITER, id=link - 1)
    with refused:
        statements.restore(by=WRITER, id=second)
    assert Statement.get_by_id(second).retracted_at
    statements.restore(by=actor, id=second)


def test_two_writers_at_once_let_no_claim_answer_attributions_of_too_many(
    aimed: tuple[int, int], actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large, "MOST_ATTRIBUTED", 2)
    answer, _ = aimed
    second, third = put_plain(actor, "second"), put_plain(actor, "third")
    outcome = while_open(lambda: _disown(WRITER, second, answer), lambda: _disown(WRITER, third, answer))
    assert isinstance(outcome, Conflict)
    assert "2 claims" in outcome.detail
