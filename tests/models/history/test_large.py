"""What very much hangs on is changed and merged by reviewers alone."""

import pytest

from models import claims, counterclaims, documents, sentences, speakers, statements, topics
from models.history import large
from models.history.changes import Actor
from models.refusals import Conflict
from models.tables import Sentence, Statement
from tests.factories import put_claim, put_plain

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
        lambda by: topics.change(by=by, id=1, version=None, label="Commerce"),
        lambda by: topics.retract(by=by, id=1, version=None, reason=None),
        lambda by: topics.restore(by=by, id=1),
    ]
    monkeypatch.setattr(large, "MOST", 1)
    for change in changes:
        with pytest.raises(Conflict, match="review scope"):
            change(WRITER)
        change(actor)


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
