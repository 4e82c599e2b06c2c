"""Titles and names are found by their words, and sentences by theirs, by whoever may read them; so are they counted."""

from typing import Any

import pytest

from models import documents, reviews, sentences, speakers, statements, topics
from models.history.changes import Actor
from models.queries import derived, names, simple_lists
from tests.factories import (
    NEWEST,
    PLAIN,
    PUBLIC,
    READER,
    REVIEWER,
    listed_ids,
    put_claim,
    put_document,
    put_plain,
    put_review,
)

pytestmark = pytest.mark.usefixtures("sound")


def _count(noun: str, viewer: Any, q: str) -> int | None:
    page = simple_lists.page(noun, viewer=viewer, filters={"q": q}, limit=1, order=NEWEST, total=True)
    return page.total


def test_what_has_a_title_or_a_name_is_found_by_its_words(registry: str, actor: Actor) -> None:
    document = put_document(actor, title="Élection in the «Grand» Duchy")
    review = put_review(actor, put_claim(actor), title="Did the river rise?")
    topic = topics.create(by=actor, slug="drinking-water", label="Water for all")
    speaker = speakers.create(by=actor, name="Government of China", kind="government", aliases=["Beijing", "PRC"])
    for module, found, queries in (
        (documents, document, ("election", "DUCHY grand", '"grand duchy"', "duch*", "duchy -river", "river OR duchy")),
        (reviews, review, ("river", "did rise", "ris*")),
        (topics, topic, ("water all", "drinking", '"drinking water"')),
        (speakers, speaker, ("china", "beijing", "prc government", "gov*")),
    ):
        for q in queries:
            assert listed_ids(module, PUBLIC, q=q) == [found], q
        assert listed_ids(module, PUBLIC, q="zorblax") == listed_ids(module, PUBLIC, q="!?") == []


def test_one_noun_is_not_found_among_another(registry: str, actor: Actor) -> None:
    for number in range(3):
        put_document(actor, title="Water", text=f"{number}.", url=None)
    topics.create(by=actor, slug="water", label="Water")
    assert listed_ids(topics, PUBLIC, q="water") == [1]
    assert listed_ids(documents, PUBLIC, q="water") == [3, 2, 1]
    assert listed_ids(documents, PUBLIC, past=3, q="water", limit=1) == [2]
    assert _count("documents", PUBLIC, "water") == 3
    assert listed_ids(speakers, PUBLIC, q="water") == listed_ids(reviews, PUBLIC, q="water") == []


def test_a_change_is_found_and_what_it_replaced_is_not(registry: str, actor: Actor) -> None:
    document = put_document(actor, title="Old")
    documents.change(by=actor, id=document, version=1, title="New")
    assert (listed_ids(documents, PUBLIC, q="old"), listed_ids(documents, PUBLIC, q="new")) == ([], [document])
    documents.retract(by=actor, id=document, version=2, reason=None)
    assert listed_ids(documents, PUBLIC, q="new") == []
    documents.restore(by=actor, id=document)
    assert listed_ids(documents, PUBLIC, q="new") == [document]
    one, two = (speakers.create(by=actor, name=name, kind="person") for name in ("Ann Smith", "A. Smith"))
    speakers.change(by=actor, id=one, version=1, aliases=["Annie"])
    assert listed_ids(speakers, PUBLIC, q="annie") == [one]
    speakers.merge(by=actor, id=one, into=two)
    assert listed_ids(speakers, PUBLIC, q="ann") == listed_ids(speakers, PUBLIC, q="annie") == [two]
    speakers.unmerge(by=actor, id=one)
    assert listed_ids(speakers, PUBLIC, q="ann") == listed_ids(speakers, PUBLIC, q="annie") == [one]


def test_the_public_finds_only_sentences_that_it_may_read_by_what_was_quoted(registry: str, actor: Actor) -> None:
    accepted = put_plain(actor, "second")
    document = statements.Statement.get_by_id(accepted).document_id
    put_plain(actor, "fourth", status="candidate", document={"id": document})
    quoted = [statements.Statement.get_by_id(id).sentence_id for id in (accepted, accepted + 1)]
    for module, found in ((sentences, quoted), (documents, [document, document])):
        assert listed_ids(module, PUBLIC, q="paragraph says second") == [found[0]]
        assert listed_ids(module, PUBLIC, q="fourth") == listed_ids(module, READER, q="fourth") == []
        assert listed_ids(module, REVIEWER, q="fourth") == [found[1]]
        # Nobody finds a sentence that carries no statement, and no word of the claim or the speaker is one of it.
        assert listed_ids(module, REVIEWER, q="fifth") == listed_ids(module, REVIEWER, q="somebody") == []
        assert listed_ids(module, PUBLIC, q="second -somebody") == [found[0]]
        assert listed_ids(module, PUBLIC, q="second -paragraph") == []
    for noun in ("documents", "sentences"):
        assert [_count(noun, viewer, "fourth") for viewer in (PUBLIC, READER, REVIEWER)] == [0, 0, 1]
    statements.retract(by=actor, id=accepted, version=1, reason=None)
    assert listed_ids(documents, PUBLIC, q="second") == listed_ids(sentences, PUBLIC, q="second") == []


def test_what_only_candidates_name_is_not_found_by_the_public(registry: str, actor: Actor) -> None:
    put_plain(actor, "first", status="candidate", document={"text": PLAIN, "language": "en", "title": "Secret plan"})
    assert (listed_ids(documents, PUBLIC, q="secret"), listed_ids(speakers, PUBLIC, q="somebody")) == ([], [])
    assert (_count("documents", PUBLIC, "secret"), _count("speakers", PUBLIC, "somebody")) == (0, 0)
    assert (listed_ids(documents, READER, q="secret"), listed_ids(speakers, READER, q="somebody")) == ([1], [1])


def test_a_rebuild_finds_the_same(registry: str, actor: Actor) -> None:
    put_plain(actor, "first", document={"text": PLAIN, "language": "en", "title": "A title"})
    topics.create(by=actor, slug="rail", label="Rail")
    derived.rebuild()
    assert derived.differences() == []
    assert listed_ids(documents, PUBLIC, q="title") == listed_ids(topics, PUBLIC, q="rail") == [1]
    assert set(names.NAMED) == {"documents", "reviews", "topics", "speakers"}
