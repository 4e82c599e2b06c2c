"""Two changes at the same moment: lists and searches show what both have stored."""

from collections.abc import Callable
from typing import Any

import pytest

from models import claims, counterclaims, documents, sentences, speakers, topics
from models.history.changes import Actor
from models.queries import derived
from models.tables import Sentence, Statement
from tests.at_once import meanwhile
from tests.factories import PLAIN, put_charge, put_claim, put_plain

pytestmark = pytest.mark.parametrize("url", ["postgresql"], indirect=True)

#: A change of what the claims of a statement show -> how it is done.
CHANGES: dict[str, Callable[[Actor, Any], None]] = {
    "renamed speaker": lambda by, it: speakers.change(by=by, id=it.speaker_id, version=None, name="New name"),
    "retitled document": lambda by, it: documents.change(by=by, id=it.document_id, version=None, title="New title"),
    "moved edge": lambda by, it: sentences.change(
        by=by, id=it.sentence_id, version=None, end=Sentence.get_by_id(it.sentence_id).end - 1
    ),
}


@pytest.mark.parametrize("undoing", [False, True], ids=["merge", "unmerge"])
@pytest.mark.parametrize("what", CHANGES)
def test_what_a_claim_shows_may_change_while_it_is_merged(
    registry: str, actor: Actor, what: str, undoing: bool
) -> None:
    said = Statement.get_by_id(put_charge(actor))
    other = put_claim(actor, "Another claim.")
    if undoing:
        claims.merge(by=actor, id=said.claim_id, into=other)
    with meanwhile("INSERT INTO claim_summaries", lambda: CHANGES[what](actor, said)):
        if undoing:
            claims.unmerge(by=actor, id=said.claim_id)
        else:
            claims.merge(by=actor, id=said.claim_id, into=other)
    assert derived.differences() == []


@pytest.mark.parametrize("merged", [False, True], ids=["restored", "unmerged"])
def test_a_topic_may_get_another_slug_while_a_claim_under_it_comes_back(
    registry: str, actor: Actor, merged: bool
) -> None:
    topic = topics.create(by=actor, slug="war", label="War")
    claim, other = put_claim(actor, topics=["war"]), put_claim(actor, "Another claim.")
    if merged:
        claims.merge(by=actor, id=claim, into=other)
    else:
        claims.retract(by=actor, id=claim, version=None, reason=None)
    with meanwhile(
        "INSERT INTO answered_attributions", lambda: topics.change(by=actor, id=topic, version=None, slug="peace")
    ):
        if merged:
            claims.unmerge(by=actor, id=claim)
        else:
            claims.restore(by=actor, id=claim)
    assert derived.differences() == []


def test_whom_an_answer_is_given_for_may_be_renamed_while_it_disowns(registry: str, actor: Actor) -> None:
    said = put_plain(actor, "first", document={"text": PLAIN, "language": "en", "publisher": "The Courier"})
    outlet = speakers.create(by=actor, name="Paper House")
    denied = put_plain(actor, "second", speaker={"name": "A lawyer"}, on_behalf_of={"id": outlet})
    claim, answer = Statement.get_by_id(said).claim_id, Statement.get_by_id(denied).claim_id

    def rename() -> None:
        speakers.change(by=actor, id=outlet, version=None, name="The Courier")

    with meanwhile("UPDATE claim_topic_index SET answered", rename):
        counterclaims.create(
            by=actor, claim=claim, answer=answer, kind="denies", target=said, of="attribution", statement=denied
        )
    assert derived.differences() == []
