"""Erasures: no word is left in any row, index, log line, stored response or file, and a tombstone says why."""

import fcntl
import json
import os
import re
import sqlite3
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from models import claims, counterclaims, documents, reviews, sentences, speakers, statements, suggestions, topics
from models.access import keys, replies
from models.access.replies import StoredResponse
from models.history import changes, feed, locks, seals
from models.history.changes import Actor
from models.queries import derived
from models.refusals import Conflict, Gone, NotFound
from models.storage import database, transactions
from models.tables import ALL, Alias, Change, Counterclaim, Document, Review, Sentence, Speaker, Statement, Suggestion
from models.upkeep import backups, erasures, redaction, unerased_files, unerased_names, verify
from models.upkeep.name_matcher import NameMatcher, NameParts
from tests.at_once import while_open
from tests.factories import (
    MACHINE,
    PUBLIC,
    REVIEWER,
    lines_of,
    listed_ids,
    put_charge,
    put_claim,
    put_denial,
    put_document,
    put_plain,
    put_review,
    seen,
)
from tests.work import sent_by, steps_of

REASON = "Court order 17/2026"

#: Words that stand nowhere but in what the tests erase.
SECRET = "Quibblewick"
TEXT = (
    f"The visit to {SECRET} Hall ended on Friday.\n\n"
    f"Ann {SECRET} warned that the Zanzivarian fleet sustains the war, a charge Beijing denies.\n\n"
    "Talks go on."
)


def put_secret(by: Actor) -> int:
    """Record a charge in words that stand nowhere else, by a speaker with a telling name; the statement's id."""
    return put_charge(
        by,
        speaker={
            "name": f"Ann {SECRET}",
            "kind": "person",
            "aliases": [f"{SECRET} A."],
            "description": f"Heir of {SECRET} Hall.",
        },
        document={"url": f"https://example.org/{SECRET}", "title": f"At {SECRET} Hall", "text": TEXT, "language": "en"},
        sentence=None,
        mention={"text": f"Ann {SECRET}"},
        role=f"warden of {SECRET}",
        content=[{"text": "the Zanzivarian fleet sustains the war"}],
        claim={"text": "The Zanzivarian fleet sustains the war.", "language": "en"},
    )


def put_answer(by: Actor, statement: int) -> int:
    """Record the denial of `statement` in the same document."""
    return put_denial(
        by,
        statement,
        document={"url": f"https://example.org/{SECRET}"},
        sentence=None,
        content=[{"text": "a charge"}],
        claim={"text": "The fleet sustains nothing.", "language": "en"},
    )


def everywhere() -> str:
    """Every value of every row, as one text."""
    return "\n".join(str(row) for model in ALL for row in model.select().tuples())


def whole_is_sound() -> bool:
    """Whether every check passes."""
    return [check for check in verify.run() if check.problems] == []


def test_the_words_of_a_document_are_nowhere_any_more(registry: str, actor: Actor) -> None:
    charge = put_secret(actor)
    put_answer(actor, charge)
    rating = {"label": "The Zanzivarian fleet sustains none."}
    publisher = {"name": "Checkers", "site": "zanzivarian.example"}
    checked = {"title": "Does the Zanzivarian fleet sustain it?", "url": "https://checkers.example/Zanzivarian"}
    put_review(actor, 1, **checked, rating=rating, publisher=publisher)
    other = put_claim(actor, "Something else.")
    outcome = erasures.document(id=1, reason=REASON, by=actor)
    assert "zanzivarian" not in everywhere().lower()
    assert "Talks go on" not in everywhere()
    assert f"example.org/{SECRET}" not in everywhere()
    assert {key for (key,) in Statement.select(Statement.cue_key).tuples()} == {"██████"}
    assert whole_is_sound()
    assert outcome.counts["documents"] == 1
    assert outcome.counts["claims"] == 2
    assert outcome.counts["statements"] == 2
    for noun, id in ((documents, 1), (statements, charge), (claims, 1)):
        with pytest.raises(Gone) as gone:
            noun.get(id=id, viewer=REVIEWER)
        assert gone.value.more["reason"] == REASON
    assert seen(claims.get(id=other, viewer=PUBLIC))["text"] == "Something else."
    assert Counterclaim.get().retracted_reason == Review.get().retracted_reason == REASON


def test_the_names_and_words_of_a_speaker_are_nowhere_any_more(registry: str, actor: Actor) -> None:
    charge = put_secret(actor)
    put_plain(
        actor,
        "first",
        speaker={"id": 1},
        origin=MACHINE | dict.fromkeys(("extractor", "extractor_version"), f"Ann {SECRET}"),
    )
    denial = put_answer(actor, charge)
    who = Statement.get_by_id(charge).speaker_id
    erasures.speaker(id=who, reason=REASON, by=actor)
    left = everywhere()
    assert f"Ann {SECRET}" not in left
    assert f"{SECRET} A." not in left
    assert "Zanzivarian" not in left
    assert whole_is_sound()
    text = seen(documents.get(id=1, viewer=REVIEWER))["text"]
    assert len(text) == len(TEXT)
    assert text.endswith("sustains the war, a charge Beijing denies.\n\nTalks go on.".removeprefix("sustains the war"))
    assert redaction.REDACTED * len(f"Ann {SECRET}") + " warned that " + redaction.REDACTED in text
    assert seen(statements.get(id=denial, viewer=PUBLIC))["mention"]["text"] == "Beijing"
    with pytest.raises(Gone):
        speakers.get(id=who, viewer=PUBLIC)


def test_the_publisher_of_an_erased_review_is_nowhere_any_more(registry: str, actor: Actor) -> None:
    put_charge(actor, speaker={"name": "Torvald Quux"})
    review = put_review(actor, 1, publisher={"name": "Quuxes"})
    reviews.change(by=actor, id=review, version=None, publisher={"name": "torvald quux", "site": None})
    seals.seal_all()
    left = erasures.speaker(id=1, reason=REASON, by=actor).left
    assert "quux" not in everywhere().lower()
    assert not [one for one in left if "review" in one]
    assert whole_is_sound()


def test_a_publisher_who_is_erased_after_their_review_is_nowhere_any_more(registry: str, actor: Actor) -> None:
    put_secret(actor)
    put_review(actor, 1, publisher={"name": "Torvald Checker"})
    torvald = speakers.create(by=actor, name="Torvald Checker")
    seals.seal_all()
    erasures.document(id=1, reason=REASON, by=actor)
    assert erasures.speaker(id=torvald, reason=REASON, by=actor).left == []
    assert "torvald" not in everywhere().lower()
    assert whole_is_sound()


def test_texts_are_read_before_others_have_to_wait_and_again_where_a_name_came_meanwhile(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[bool] = []
    places, hold = NameMatcher.places, locks.hold

    def counted(names: NameMatcher, text: str) -> Iterator[tuple[int, int]]:
        if text != REASON:
            read.append(database.db.in_transaction())
        return places(names, text)

    monkeypatch.setattr(NameMatcher, "places", counted)
    who = Statement.get_by_id(put_secret(actor)).speaker_id
    erasures.speaker(id=who, reason=REASON, by=actor, dry_run=True)
    assert False in read
    assert read.count(True) == 1  # of the title, of a few words

    def named_meanwhile(rows: Any) -> Any:
        Alias.create(speaker=who, alias="Beijing", alias_key="beijing")
        return hold(rows)

    monkeypatch.setattr(locks, "hold", named_meanwhile)
    erasures.speaker(id=who, reason=REASON, by=actor)
    assert "Beijing" not in Document.get_by_id(1).text


@pytest.mark.parametrize("noun", ["speaker", "document"])
def test_a_retracted_statement_whose_sentence_was_cut_since_is_erased_too(
    registry: str, actor: Actor, noun: str
) -> None:
    said = Statement.get_by_id(put_secret(actor))
    statements.retract(by=actor, id=said.id, version=said.version, reason=None)
    cut = Sentence.get_by_id(said.sentence_id)
    sentences.change(by=actor, id=cut.id, version=cut.version, end=said.content_start)
    erase: Any = getattr(erasures, noun)
    erase(id=getattr(said, f"{noun}_id"), reason=REASON, by=actor)
    assert "sustains the war" not in everywhere()
    assert whole_is_sound()


def test_everyone_merged_into_a_speaker_is_erased_with_them(registry: str, actor: Actor) -> None:
    put_secret(actor)
    other = speakers.create(by=actor, name="Zebedee Original", kind="person")
    speakers.merge(by=actor, id=1, into=other)
    with pytest.raises(Conflict, match=str(other)):
        erasures.speaker(id=1, reason=REASON, by=actor)
    erasures.speaker(id=other, reason=REASON, by=actor)
    assert "Zebedee" not in everywhere()
    assert f"Ann {SECRET}" not in everywhere()
    assert f"ann {SECRET.lower()}" not in everywhere()
    assert whole_is_sound()
    for id in (1, other):
        with pytest.raises(Gone):
            speakers.get(id=id, viewer=PUBLIC)
        with pytest.raises((Conflict, Gone)):
            speakers.unmerge(by=actor, id=id)


@pytest.mark.parametrize("noun", ["document", "speaker"])
def test_the_reasons_for_which_parts_were_retracted_are_nowhere_any_more(
    registry: str, actor: Actor, noun: str
) -> None:
    charge = put_secret(actor)
    denial = put_answer(actor, charge)
    statements.retract(by=actor, id=charge, version=1, reason="No Quarrelgrave ever said so")
    if noun == "document":
        statements.retract(by=actor, id=denial, version=1, reason="Nor did any Quarrelgrave")
    for id in (1, 2, 3) if noun == "document" else ():
        sentences.retract(by=actor, id=id, version=1, reason="Cut by Quarrelgrave")
    {"document": erasures.document, "speaker": erasures.speaker}[noun](id=1, reason=REASON, by=actor)
    assert "Quarrelgrave" not in everywhere()
    assert whole_is_sound()


@pytest.mark.parametrize("noun", ["document", "speaker"])
@pytest.mark.parametrize("column", ["statement", "target"])
def test_the_reason_for_which_a_statement_was_retracted_is_in_no_line_of_an_answer_that_hangs_on_another_since(
    registry: str, actor: Actor, noun: str, column: str
) -> None:
    secret, other = put_secret(actor), put_claim(actor, "Talks go on.")
    said = statements.claim_of(id=secret)
    ends = {"claim": other, "answer": said} if column == "statement" else {"claim": said, "answer": other}
    of = "claim" if column == "statement" else "attribution"
    answer = counterclaims.create(by=actor, kind="denies", of=of, **ends, **{column: secret})
    statements.retract(by=actor, id=secret, version=None, reason="No Quarrelgrave ever said so")
    statements.restore(by=actor, id=secret)
    counterclaims.change(by=actor, id=answer, version=None, **{column: put_plain(actor, "first", claim={"id": said})})
    {"document": erasures.document, "speaker": erasures.speaker}[noun](id=1, reason=REASON, by=actor)
    assert Counterclaim.get_by_id(answer).retracted_at is None
    assert "Quarrelgrave" not in everywhere()
    assert whole_is_sound()


def test_a_claim_that_somebody_else_states_too_stays(registry: str, actor: Actor) -> None:
    put_secret(actor)
    put_charge(actor, claim={"id": 1})
    erasures.document(id=1, reason=REASON, by=actor)
    assert seen(claims.get(id=1, viewer=PUBLIC))["text"] == "The Zanzivarian fleet sustains the war."
    assert whole_is_sound()


def test_a_claim_that_was_merged_away_goes_too(registry: str, actor: Actor) -> None:
    put_secret(actor)
    kept = put_claim(actor, "The fleet does.")
    claims.merge(by=actor, id=1, into=kept)
    erasures.document(id=1, reason=REASON, by=actor)
    assert "Zanzivarian" not in everywhere()
    assert seen(claims.get(id=kept, viewer=PUBLIC))["text"] == "The fleet does."
    assert whole_is_sound()


def test_the_reasons_for_suggestions_go_too(registry: str, actor: Actor) -> None:
    charge = put_secret(actor)
    other = put_claim(actor, "Something else.")
    reasons = json.dumps([{"word": "zanzivarian", "weight": 1.0}])
    row = {"kind": "denies", "score": 0.5, "reasons": reasons, "matcher": "overlap", "matcher_version": "1"}
    with transactions.transaction():
        changes.log(actor, "create", Suggestion.create(statement=charge, claim=other, status="open", **row))
    erasures.document(id=1, reason=REASON, by=actor)
    assert "anzivarian" not in everywhere()
    assert Suggestion.get().status == "dismissed"
    assert whole_is_sound()


def test_the_words_of_names_go_from_the_reasons_for_what_others_said(registry: str, actor: Actor) -> None:
    named = put_claim(actor, f"The ministry paid Jana {SECRET}.")
    denial = put_plain(actor, "first")
    shared = ("jana", SECRET.lower(), f"{SECRET.lower()}s", "janata", "paid")
    reasons = [{"word": word, "weight": 0.2} for word in shared]
    with transactions.transaction():
        more = {"score": 0.9, "matcher": "overlap", "matcher_version": "0.1.0"}
        suggestions.create(by=actor, statement=denial, claim=named, reasons=reasons, **more)
    erased = speakers.create(by=actor, name=f"Jana {SECRET}")
    outcome = erasures.speaker(id=erased, reason=REASON, by=actor)
    assert outcome.counts["suggestions"] == 1
    left = Suggestion.get()
    assert ([reason["word"] for reason in json.loads(left.reasons)], left.status) == (["janata", "paid"], "open")
    (line,) = lines_of("suggestions", left.id)
    assert line["after"]["reasons"] == json.loads(left.reasons)


def test_a_phrase_that_holds_a_name_goes_from_the_reasons_for_what_others_said(registry: str, actor: Actor) -> None:
    phrases = {
        "the claim of Marta Low was false": False,
        "“Low’s” claim": False,
        "what MARTA\u00a0LOW said": False,
        "marta’s claims": False,
        "the tide was low": True,
        "it": True,
    }
    reasons = [{"word": phrase, "weight": 0.5} for phrase in phrases]
    named, denial = put_claim(actor, "The dam leaked."), put_plain(actor, "first")
    with transactions.transaction():
        more = {"score": 0.5, "matcher": "extraction", "matcher_version": "0.1.0"}
        suggestions.create(by=actor, statement=denial, claim=named, reasons=reasons, **more)
    erasures.speaker(id=speakers.create(by=actor, name="Marta Low"), reason=REASON, by=actor)
    left = json.loads(Suggestion.get().reasons)
    assert [reason["word"] for reason in left] == [phrase for phrase, stays in phrases.items() if stays]
    (line,) = lines_of("suggestions", 1)
    assert line["after"]["reasons"] == left
    assert whole_is_sound()


def test_names_other_prints_of_the_acts_of_an_erased_document(registry: str, actor: Actor) -> None:
    put_plain(actor, "first")
    printed = {"original": 1, "document": {"text": "It says first.", "language": "en"}}
    again = put_plain(actor, "first", **printed)
    third = put_plain(actor, "first", **printed | {"document": {"text": "So it says first.", "language": "en"}})
    outcome = erasures.document(id=2, reason=REASON, by=actor, dry_run=True)
    assert [one for one in outcome.left if one.startswith("statement")] == [
        f"statement {id} (another print of an act, in document {document})" for id, document in ((1, 1), (third, 3))
    ]
    outcome = erasures.document(id=1, reason=REASON, by=actor, dry_run=True)
    assert {one.split()[1] for one in outcome.left if one.startswith("statement")} == {str(again), str(third)}


def test_names_what_others_say_and_leaves_it(registry: str, actor: Actor) -> None:
    put_secret(actor)
    about = put_claim(actor, f"Ann {SECRET} owns the hall.")
    elsewhere = put_document(actor, url=None, text=f"They met Ann {SECRET}.")
    outcome = erasures.speaker(id=1, reason=REASON, by=actor)
    assert f"claim {about}" in outcome.left
    assert f"document {elsewhere}" in outcome.left


@pytest.mark.parametrize(
    "other", ["ŽOFIÉ LÖWE", unicodedata.normalize("NFD", "Žofié Löwe"), "Žofié\u00a0 Löwe", "Žofié\nLöwe", "Zofie Lowe"]
)
def test_a_name_in_another_spelling_is_redacted_too_and_offsets_hold(registry: str, actor: Actor, other: str) -> None:
    name = "Žofié Löwe"
    text = f"{other}: a profile of a mayor. Later {name} said that the bridge is unsafe. So {other}’s “bridge”."
    put_charge(
        actor,
        speaker={"name": name, "kind": "person"},
        document={"url": "https://example.org/9", "title": f"{other} under fire", "text": text, "language": "en"},
        sentence=None,
        mention={"text": name},
        cue=None,
        content=[{"text": "the bridge is unsafe"}],
        claim={"text": "The bridge is unsafe.", "language": "en"},
    )
    erasures.speaker(id=1, reason=REASON, by=actor)
    black = text.replace(other, redaction.REDACTED * len(other)).replace(name, redaction.REDACTED * len(name))
    black = black.replace("the bridge is unsafe", redaction.REDACTED * len("the bridge is unsafe"))
    whole = seen(documents.get(id=1, viewer=REVIEWER))
    assert (whole["text"], whole["title"]) == (black, "[erased]")
    assert other not in everywhere()
    assert json.dumps(other, ensure_ascii=False)[1:-1] not in everywhere()
    assert whole_is_sound()


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Bjørn Wałęsa861", "Bjorn Walesa861"),
        ("Bjorn Walesa861", "Bjørn Wałęsa861"),
        ("Łukász Großmøn", "LUKÁSZ GROẞMØN"),
        ("Łukász Großmøn", "Lukasz Grossmon"),
        ("Łukasz Grossmon", "ßæ Łukász Großmøn"),
    ],
)
def test_a_name_as_who_has_no_key_for_its_letters_types_it_is_erased_or_named(
    registry: str, actor: Actor, name: str, other: str
) -> None:
    said = put_claim(actor, f"{other} has a friend.")
    text = f"ßœ {name} said that the bridge is unsafe. {other} was there, and {other}."
    put_charge(
        actor,
        speaker={"name": name, "kind": "person"},
        document={"url": "https://example.org/9", "title": f"About {other}", "text": text, "language": "en"},
        sentence=None,
        mention={"text": name},
        cue=None,
        content=[{"text": "the bridge is unsafe"}],
        claim={"text": "The bridge is unsafe.", "language": "en"},
    )
    assert erasures.speaker(id=1, reason=REASON, by=actor).left == [f"claim {said}"]
    black = text
    for words in (other.removeprefix("ßæ "), name, "the bridge is unsafe"):
        black = black.replace(words, redaction.REDACTED * len(words))
    whole = seen(documents.get(id=1, viewer=REVIEWER))
    assert (whole["text"], whole["title"]) == (black, "[erased]")
    assert whole_is_sound()


def test_names_what_others_say_in_whatever_spelling_and_wherever(registry: str, actor: Actor) -> None:
    put_secret(actor)
    loud, small = f"ANN {SECRET.upper()}", f"ann-{SECRET.lower()}"
    left = [f"claim {put_claim(actor, f'{loud} took it.')}"]
    left.append(f"document {put_document(actor, url=None, text=f'They met {loud}.')}")
    left.append(f"document {put_document(actor, url=f'https://example.org/{small}', text='They met.', title=None)}")
    left.append(f"speaker {speakers.create(by=actor, name='Bob', description=f'Brother of {loud}.')}")
    left.append(f"speaker {speakers.create(by=actor, name='Eve', aliases=[f'{loud} II'])}")
    gone = speakers.create(by=actor, name="Tom")
    speakers.retract(by=actor, id=gone, version=1, reason=f"It was {loud}")
    left.append(f"speaker {gone}")
    left.append(f"topic {topics.create(by=actor, slug=small, label='Her')}")
    aide = put_plain(actor, "first", role=f"aide of {loud}")
    left.append(f"statement {aide}")
    for member in ("extractor", "extractor_version"):
        tool = put_plain(actor, "second", origin=MACHINE | {member: loud}, speaker={"name": f"Tool of {member}"})
        left.append(f"statement {tool}")
    claim = Statement.get_by_id(aide).claim_id
    left.append(f"review {put_review(actor, claim, title=f'Is it {loud}?')}")
    other = put_claim(actor, f"It was {loud}.")
    counterclaim = counterclaims.create(by=actor, claim=claim, answer=other, kind="denies", note=f"So {loud}")
    left.append(f"counterclaim {counterclaim}")
    claims.change(by=actor, id=other, version=1, text="It was her.")
    left.append(f"the log of claim {other}")
    put_claim(actor, "Government of the fleet.")
    assert sorted(erasures.speaker(id=1, reason=REASON, by=actor).left) == sorted(left)


@pytest.mark.parametrize("restored", [False, True])
def test_the_reason_for_which_a_sentence_of_a_speaker_was_retracted_is_nowhere_any_more(
    registry: str, actor: Actor, restored: bool
) -> None:
    charge = put_secret(actor)
    sentence = Statement.get_by_id(charge).sentence_id
    statements.retract(by=actor, id=charge, version=1, reason=None)
    sentences.retract(by=actor, id=sentence, version=1, reason="No Quarrelgrave")
    sentences.retract(by=actor, id=1, version=1, reason="A headline")
    if restored:
        sentences.restore(by=actor, id=sentence)
    erasures.speaker(id=1, reason=REASON, by=actor)
    assert "Quarrelgrave" not in everywhere()
    assert "A headline" in everywhere()
    assert whole_is_sound()


def test_the_reason_for_which_a_sentence_was_retracted_goes_though_it_holds_none_of_their_words_now(
    registry: str, actor: Actor
) -> None:
    said = Statement.get_by_id(put_secret(actor))
    statements.retract(by=actor, id=said.id, version=said.version, reason=None)
    cut = Sentence.get_by_id(said.sentence_id)
    sentences.change(by=actor, id=cut.id, version=cut.version, end=said.mention_start + 1)
    sentences.change(by=actor, id=cut.id, version=cut.version + 1, start=cut.start - 1, end=cut.start)
    sentences.retract(by=actor, id=cut.id, version=cut.version + 2, reason="No Quarrelgrave")
    sentences.restore(by=actor, id=cut.id)
    seals.seal_all()  # a line that loses nothing but such a reason is none that was altered
    erasures.speaker(id=1, reason=REASON, by=actor)
    assert "Quarrelgrave" not in everywhere()
    assert whole_is_sound()


@pytest.mark.parametrize("restored", [False, True])
def test_the_reason_for_which_a_sentence_was_retracted_into_which_their_words_run_is_nowhere_any_more(
    registry: str, actor: Actor, restored: bool
) -> None:
    text = "It is the first. And it is the second."
    put_plain(actor, "", document={"text": text, "language": "en"}, content=[{"text": "first. And it is the second"}])
    sentences.retract(by=actor, id=2, version=1, reason="No Quarrelgrave")
    if restored:
        sentences.restore(by=actor, id=2)
    erasures.speaker(id=1, reason=REASON, by=actor)
    assert "Quarrelgrave" not in everywhere()
    assert whole_is_sound()


@pytest.mark.parametrize("erase", [erasures.document, erasures.speaker])
def test_a_sentence_that_was_added_by_itself_is_erased_too(
    registry: str, actor: Actor, erase: Callable[..., erasures.Outcome]
) -> None:
    charge = put_secret(actor)
    statements.retract(by=actor, id=charge, version=1, reason=None)
    found = Statement.get_by_id(charge).sentence
    sentences.retract(by=actor, id=found.id, version=1, reason=None)
    added = sentences.create(by=actor, document=1, start=found.start, end=found.end)
    put_secret(actor)
    assert Statement.get(Statement.sentence == added)
    erase(id=1, reason=REASON, by=actor)
    assert "zanzivarian fleet" not in everywhere().lower()
    assert whole_is_sound()


def test_names_what_calls_them_as_they_were_called_before(registry: str, actor: Actor) -> None:
    put_secret(actor)
    speakers.change(by=actor, id=1, version=1, name="Ann Newname", aliases=[])
    about = put_claim(actor, f"ANN {SECRET} took it.")
    assert erasures.speaker(id=1, reason=REASON, by=actor).left == [f"claim {about}"]


def test_a_word_that_may_be_no_name_is_left_and_named(registry: str, actor: Actor) -> None:
    text = "The premier, May, said that it may rain. MAY was right."
    put_charge(
        actor,
        speaker={"name": "Theresa May", "kind": "person", "aliases": ["May"]},
        document={"text": text, "language": "en"},
        sentence=None,
        mention={"text": "May"},
        cue=None,
        content=[{"text": "rain"}],
        claim={"text": "It will rain.", "language": "en"},
    )
    assert erasures.speaker(id=1, reason=REASON, by=actor).left == ["document 1"]
    assert (
        seen(documents.get(id=1, viewer=REVIEWER))["text"] == "The premier, ███, said that it may ████. ███ was right."
    )


def test_a_sign_that_shows_nothing_hides_no_name(registry: str, actor: Actor) -> None:
    name, marked = f"Ann {SECRET}", f"Ann {SECRET[:4]}\u180b{SECRET[4:]}"
    put_charge(
        actor,
        speaker={"name": name, "kind": "person"},
        document={"text": f"{name} said it rains. Then {marked} left.", "language": "en"},
        sentence=None,
        mention={"text": name},
        cue=None,
        content=[{"text": "it rains"}],
        claim={"text": "It rains.", "language": "en"},
    )
    left = put_claim(actor, f"{marked} took it.")
    assert erasures.speaker(id=1, reason=REASON, by=actor).left == [f"claim {left}"]
    text = seen(documents.get(id=1, viewer=REVIEWER))["text"]
    assert text == f"{'█' * len(name)} said {'█' * 8}. Then {'█' * len(marked)} left."


def test_lists_fifty_of_a_noun_and_counts_the_rest(registry: str, actor: Actor) -> None:
    put_secret(actor)
    for number in range(53):
        put_claim(actor, f"Ann {SECRET} took {number}.")
    left = erasures.speaker(id=1, reason=REASON, by=actor).left
    assert (len(left), left[-1]) == (51, "3 more of claim")


def test_a_reason_that_names_who_is_erased_is_refused(registry: str, actor: Actor) -> None:
    put_secret(actor)
    with pytest.raises(Conflict, match="names who is erased"):
        erasures.speaker(id=1, reason=f"At the request of ANN {SECRET}", by=actor)
    speakers.change(by=actor, id=1, version=1, name="A. Q.", aliases=[])
    with pytest.raises(Conflict, match="names who is erased"):
        erasures.speaker(id=1, reason=f"At the request of {SECRET} A.", by=actor)


def test_names_other_documents_with_the_same_address_or_text(registry: str, actor: Actor) -> None:
    url, text = "https://example.org/visit", "The hall is unsafe."
    first = put_document(actor, url=url, text=text)
    second = put_document(actor, url="HTTPS://EXAMPLE.org:443/visit#top", text=f"{text} (Updated.)")
    third = put_document(actor, url="https://example.net/copy", text=text)
    put_document(actor, url="https://example.net/other", text="Something else.")
    left = erasures.document(id=first, reason=REASON, by=actor).left
    assert left == [
        f"document {second} (the same address: `counterclaim erase document {second}`)",
        f"document {third} (the same text: `counterclaim erase document {third}`)",
    ]
    assert erasures.document(id=second, reason=REASON, by=actor).left == []


def test_names_reviews_and_speakers_with_the_address_of_an_erased_document(registry: str, actor: Actor) -> None:
    put_secret(actor)
    url = f"https://example.org/{SECRET}"
    put_review(actor, 1, url=url)
    review = put_review(actor, put_claim(actor, "Something else."), url=f"{url}#top")
    who = speakers.create(by=actor, name="Its author", same_as=[f"https://EXAMPLE.org/{SECRET}"])
    speakers.create(by=actor, name="Another", same_as=[f"{url}/2"])
    put_plain(actor, "first", speaker={"id": 1})
    left = erasures.document(id=1, reason=REASON, by=actor).left
    assert left == [f"review {review} (at its address)", f"speaker {who} (with its address)"]


def test_names_whom_no_other_document_quotes_and_leaves_them(registry: str, actor: Actor) -> None:
    charge = put_secret(actor)
    denial = put_answer(actor, charge)
    put_plain(actor, "first", speaker={"id": Statement.get_by_id(denial).speaker_id})
    outcome = erasures.document(id=Statement.get_by_id(charge).document_id, reason=REASON, by=actor)
    assert outcome.left == [f"speaker {Statement.get_by_id(charge).speaker_id}"]


def test_a_dry_run_tells_the_same_and_changes_nothing(registry: str, actor: Actor) -> None:
    put_answer(actor, put_secret(actor))
    before = everywhere()
    told = erasures.document(id=1, reason=REASON, by=actor, dry_run=True)
    assert everywhere() == before
    assert whole_is_sound()
    assert erasures.document(id=1, reason=REASON, by=actor) == told


def test_the_log_says_that_and_by_whom_it_was_erased(registry: str) -> None:
    key = keys.create(name="ours", scope="admin")[0].id
    put_secret(Actor())
    erasures.document(id=1, reason=REASON, by=Actor(key_id=key))
    first, last = lines_of("documents", 1)[0], lines_of("documents", 1)[-1]
    assert (last["action"], last["key_id"], last["after"]["retracted_reason"]) == ("erase", key, REASON)
    assert (first["action"], first["after"]["id"], first["after"]["title"]) == ("create", 1, None)
    its = feed.listed(viewer=REVIEWER, past=None, limit=100, key=key)
    assert [json.loads(line)["action"] for _, line in its].count("erase") >= 3


def test_who_was_merged_meanwhile_is_not_erased_and_says_into_whom(registry: str, actor: Actor) -> None:
    put_plain(actor, "first", speaker={"name": "Jana Dorn"})
    jana, other = speakers.bearing("Jana Dorn"), speakers.create(by=actor, name="Ada Vance")
    refused = while_open(
        lambda: speakers.merge(by=actor, id=jana, into=other),
        lambda: erasures.speaker(id=jana, reason="At their request", by=actor),
    )
    assert str(refused).startswith(
        f"Speaker {jana} was merged into {other}: erase that one, if both are the same person"
    )
    assert str(refused).endswith(f"POST /v1/speakers/{jana}/unmerge.")
    speakers.unmerge(by=actor, id=jana)
    assert erasures.speaker(id=jana, reason="At their request", by=actor).counts["statements"] == 1


def test_who_was_merged_is_refused_before_all_texts_are_read(registry: str, actor: Actor) -> None:
    jana, other = (speakers.create(by=actor, name=name) for name in ("Jana Dorn", "Ada Vance"))
    speakers.merge(by=actor, id=jana, into=other)
    with sent_by() as sent, pytest.raises(Conflict, match=f"Speaker {jana} was merged into {other}"):
        erasures.speaker(id=jana, reason="At their request", by=actor)
    assert not [sql for sql, _ in sent if "FROM claims" in sql]


def test_an_answer_that_was_stored_during_the_erasure_is_emptied(registry: str, actor: Actor) -> None:
    key = keys.create(name="ours", scope="admin")[0].id
    claim = statements.claim_of(id=put_secret(actor))
    stored = {"key_id": key, "token": "late", "request": b""}
    while_open(
        lambda: replies.once(**stored, work=lambda: StoredResponse(201, {}, claims.get(id=claim, viewer=PUBLIC).json)),
        lambda: erasures.document(id=1, reason=REASON, by=actor),
    )
    assert database.fetch("SELECT body FROM replies") == [(None,)]


def store(token: str, body: str, location: str = "") -> None:
    """Store a response for retries, to the first key."""
    headers = {"Location": location} if location else {}
    replies.once(key_id=1, token=token, request=b"", work=lambda: StoredResponse(201, headers, body))


def stored() -> list[str]:
    """List which stored responses are not emptied."""
    return [token for (token,) in database.fetch("SELECT token FROM replies WHERE body IS NOT NULL ORDER BY id")]


def test_stored_responses_are_emptied_where_they_show_what_is_erased_and_retries_are_refused(
    registry: str, actor: Actor
) -> None:
    keys.create(name="ours", scope="admin")
    put_answer(actor, put_secret(actor))
    other = put_claim(actor, "The fleet.")
    for noun, id in ((claims, 1), (statements, 1), (counterclaims, 1), (documents, 1), (sentences, 2)):
        store(noun.__name__, noun.get(id=id, viewer=REVIEWER).json)
    store("made it", '{"findings": 7}', "/v1/documents/1")
    store("another", claims.get(id=other, viewer=PUBLIC).json)
    erasures.document(id=1, reason=REASON, by=actor)
    assert stored() == ["another"]
    store("another", "")
    with pytest.raises(Conflict, match="was erased since"):
        store("made it", "")
    assert database.fetch("SELECT count(*) FROM replies WHERE request_hash = ''") == [(6,)]


@pytest.mark.parametrize(
    "body",
    [
        {"about": [{"id": 7, "name": "Wu72"}]},
        {"part_of": {"id": 7, "name": "WU72"}},
        {"via": {"speaker": {"href": "/v1/speakers/1", "name": "A name from before"}, "document": None}},
        {"sentence": {"text": "It was so."}, "document": {"href": "/v1/documents/1"}},
        {"title": "What Wu72 said"},
        {"url": "https://example.org/wu72.html"},
        {"same_as": ["https://www.wikidata.org/wiki/Q4242"]},
    ],
)
def test_a_stored_response_that_has_a_name_or_the_id_of_who_is_erased_is_emptied(
    registry: str, actor: Actor, body: Any
) -> None:
    keys.create(name="ours", scope="admin")
    put_charge(
        actor,
        speaker={"name": "Wu72", "wikidata_id": "Q4242"},
        document={"text": "No, said Wu72. Talks go on.", "language": "en"},
        sentence=None,
        mention=None,
        cue=None,
        content=[{"text": "No"}],
        claim={"text": "No.", "language": "en"},
    )
    store("tells", json.dumps({"id": 3} | body), "/v1/claims/3")
    other = {"text": "No Wu721, nor 1.", "version": 1, "topics": [{"href": "/v1/topics/1"}], "standalone": True}
    store("tells not", json.dumps(other), "/v1/claims/11")
    erasures.speaker(id=1, reason=REASON, by=actor)
    assert stored() == ["tells not"]


def test_what_others_said_and_stored_responses_are_read_while_others_may_write(registry: str, actor: Actor) -> None:
    keys.create(name="ours", scope="admin")
    who = Statement.get_by_id(put_secret(actor)).speaker_id
    put_claim(actor, f"Ann {SECRET} is rich.")
    store("shows", speakers.get(id=who, viewer=PUBLIC).json)
    read: dict[str, list[bool]] = {"replies": [], "claims": []}

    def note(event: Any) -> None:
        if found := re.match(r"SELECT id, .*(?:text|body)\b.* FROM (replies|claims)", event.sql):
            read[found[1]].append(database.db.in_transaction())

    database.db.query_hooks.append(note)
    try:
        told = erasures.speaker(id=who, reason=REASON, by=actor, dry_run=True)
        assert (told.counts["stored responses"], told.left, stored()) == (1, ["claim 2"], ["shows"])
        read["claims"].clear()
        assert erasures.speaker(id=who, reason=REASON, by=actor) == told
    finally:
        database.db.query_hooks.remove(note)
    assert stored() == []
    assert all(read.values())
    assert not any(read["replies"] + read["claims"])


def test_what_was_erased_is_not_found(registry: str, actor: Actor) -> None:
    put_secret(actor)
    assert listed_ids(claims, REVIEWER, q="zanzivarian") == [1]
    erasures.speaker(id=1, reason=REASON, by=actor)
    for noun in (claims, statements):
        for words in ("zanzivarian", SECRET, "fleet"):
            assert listed_ids(noun, REVIEWER, q=words) == []
    assert derived.differences() == []


def test_is_done_once_and_to_what_there_is(registry: str, actor: Actor) -> None:
    with pytest.raises(NotFound):
        erasures.document(id=1, reason=REASON, by=actor)
    put_secret(actor)
    erasures.document(id=1, reason=REASON, by=actor)
    with pytest.raises(Conflict, match=REASON):
        erasures.document(id=1, reason="Again", by=actor)
    erasures.speaker(id=1, reason=REASON, by=actor)


def test_no_byte_of_the_file_holds_the_words(registry: str, actor: Actor) -> None:
    if not database.on_sqlite():
        pytest.skip("PostgreSQL's files are VACUUM FULL's to write anew")
    put_answer(actor, put_secret(actor))
    for number in range(20):
        put_claim(actor, f"Something else {number}.")
    seals.seal_all()
    salts = dict(database.fetch("SELECT sequence, salt FROM sealed_lines"))
    erasures.document(id=1, reason=REASON, by=actor)
    gone = [salts[line].encode() for (line,) in database.fetch("SELECT sequence FROM sealed_lines WHERE salt IS NULL")]
    path = Path(database.db.database)
    assert b"Zanzivarian" in held(path)  # in free space or in the WAL
    assert unerased_files.sweep()
    assert gone
    for words in (*gone, b"Zanzivarian", b"zanzivarian", b"Talks go on", f"example.org/{SECRET}".encode()):
        assert words not in held(path)
    database.close()
    with closing(sqlite3.connect(path)) as connection:
        words = []
        for table in ("claim_search", "statement_search", "hidden_claim_search", "hidden_statement_search"):
            connection.execute(f"CREATE VIRTUAL TABLE temp.words_{table} USING fts5vocab(main, '{table}', 'row')")
            words += connection.execute(f"SELECT term FROM temp.words_{table}").fetchall()  # noqa: S608
    assert ("something",) in words
    assert ("zanzivarian",) not in words


def test_writers_go_on_while_a_sweep_waits_for_who_reads(registry: str, actor: Actor) -> None:
    if not database.on_sqlite():
        pytest.skip("PostgreSQL's files are VACUUM FULL's to write anew")
    put_secret(actor)
    erasures.document(id=1, reason=REASON, by=actor)
    swept: list[bool] = []
    sweep = threading.Thread(target=lambda: swept.append(unerased_files.sweep()))
    with closing(sqlite3.connect(database.db.database)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM topics").fetchone()
        sweep.start()
        while not database.db.obj.wal.is_rewritten():
            time.sleep(0.01)
        for number in range(5):
            began = time.monotonic()
            topics.create(by=actor, slug=f"topic-{number}", label="x")
            assert time.monotonic() - began < 5, "it held the lock of the writer for 60 s"
    sweep.join(60)
    assert swept == [True]


def held(path: Path) -> bytes:
    """What the database's files hold."""
    return b"".join(Path(f"{path}{end}").read_bytes() for end in ("", "-wal") if Path(f"{path}{end}").exists())


def test_says_which_backups_still_hold_the_words(
    registry: str, actor: Actor, tmp_path: Path, postgres: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(postgres.binaries), prepend=":")
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "notes.txt").write_text("no backup")
    (folder / "older").mkdir()
    sqlite3.connect(folder / "another.db").executescript("CREATE TABLE mine (id)").connection.close()
    backups.write(file=folder / "before first")
    put_secret(actor)
    backups.write(file=folder / "before")
    (folder / "broken off").write_bytes((folder / "before").read_bytes()[:10_000])
    erasures.document(id=1, reason=REASON, by=actor)
    backups.write(file=folder / "after")
    # A dump ends later than it is begun, and a copy may be younger than what it is of.
    for name, at in (("before", 2**32), ("after", 0)):
        os.utime(folder / name, (at, at))
    held = [file.name for file in unerased_files.backups_with(folder=folder, noun="document", id=1)]
    assert held == ["before", *(["before first"] if not database.on_sqlite() else []), "broken off"]
    assert [path.name for path in unerased_files.not_looked_into(folder)] == ["notes.txt", "older"]
    with pytest.raises(NotFound):
        unerased_files.backups_with(folder=folder, noun="speaker", id=1)


def test_the_search_for_backups_looks_for_whatever_lost_words(registry: str, actor: Actor, tmp_path: Path) -> None:
    if not database.on_sqlite():
        pytest.skip("a dump of PostgreSQL is judged by its log alone")
    first, second, other = (speakers.create(by=actor, name=name) for name in ("First", "Second", "Other"))
    backups.write(file=tmp_path / "old.backup")
    last = speakers.create(by=actor, name="Last")
    speakers.merge(by=actor, id=first, into=second)
    speakers.merge(by=actor, id=second, into=last)
    put_document(actor, url=f"https://example.org/{SECRET}", text=TEXT)
    backups.write(file=tmp_path / "with the document.backup")
    who = Statement.get_by_id(put_secret(actor)).speaker_id
    for id in (other, last, who):
        erasures.speaker(id=id, reason=REASON, by=actor)
    backups.write(file=tmp_path / "new.backup")
    for id, held in ((last, ["old", "with the document"]), (who, ["with the document"])):
        found = unerased_files.backups_with(folder=tmp_path, noun="speaker", id=id)
        assert [file.stem for file in found] == held


def test_a_sweep_removes_the_drafts_that_killed_processes_left(registry: str, actor: Actor, tmp_path: Path) -> None:
    if not database.on_sqlite():
        pytest.skip("a trial on PostgreSQL copies nothing")
    file = Path(registry.removeprefix("sqlite:///"))
    left, working, broken_off = (file.with_name(f".{file.name}.{name}.draft") for name in ("left", "works", "broken"))
    put_secret(actor)
    for draft in (left, working):
        backups.write(file=draft)
    with closing(sqlite3.connect(broken_off)) as first_pages:
        first_pages.execute("CREATE TABLE topics (id)")
    erasures.document(id=1, reason=REASON, by=actor)
    found = unerased_files.backups_with(folder=file.parent, noun="document", id=1)
    assert {left, working, broken_off} <= set(found)
    with working.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # as who works on it does
        assert unerased_files.sweep()
    assert [draft.exists() for draft in (left, working, broken_off)] == [False, True, False]


def test_a_print_of_what_is_erased_stands_alone(registry: str, actor: Actor) -> None:
    original = put_secret(actor)
    other = {"text": "Ann said it again.", "language": "en"}
    body = {"speaker": {"id": 1}, "document": other, "content": [{"text": "said it again"}], "form": "indirect"}
    id = statements.record(by=actor, claim={"text": "Again.", "language": "en"}, original=original, **body)
    erasures.document(id=1, reason=REASON, by=actor)
    assert seen(statements.get(id=id, viewer=PUBLIC))["original_id"] is None
    assert list(verify.broken_rules()) == []


def test_no_successor_is_looked_for_where_no_print_stands(registry: str, actor: Actor) -> None:
    speaker, text = {"name": f"Ann {SECRET}"}, f"Ann {SECRET} said one, two, three, four and five."
    document = {"text": text, "language": "en"}
    for word in ("one", "two", "three", "four", "five"):
        quoted = {"content": [{"text": word}], "claim": {"text": f"It is {word}.", "language": "en"}}
        put_charge(actor, speaker=speaker, document=document, sentence=None, mention=None, cue=None, **quoted)
    original = {"original": 1, "document": {"text": "So one.", "language": "en"}, "content": [{"text": "one"}]}
    put_charge(actor, speaker=speaker, sentence=None, mention=None, cue=None, **quoted | original)
    asked: list[str] = []

    def note(event: Any) -> None:
        if re.search(r'"original_id" = ', event.sql):
            asked.append(event.sql)

    database.db.query_hooks.append(note)
    try:
        erasures.speaker(id=1, reason=REASON, by=actor)
    finally:
        database.db.query_hooks.remove(note)
    assert asked == []
    assert whole_is_sound()


@pytest.mark.parametrize("address", [{}, {"url": "https://example.org/live"}])
def test_editions_that_differ_in_the_erased_words_alone_stay_apart(
    sound: None, actor: Actor, address: dict[str, str]
) -> None:
    for word in ("go", "do", "be", "up", "in"):
        said = f"I will {word}"
        text = {"text": f"{SECRET} said: {said}.", "language": "en", **address}
        put_plain(actor, "", speaker={"name": SECRET}, document=text, content=[{"text": said}])
    erasures.speaker(id=1, reason=REASON, by=actor)
    texts = [document.text for document in Document.select().order_by(Document.id)]
    assert texts[0] == f"{redaction.REDACTED * len(SECRET)} said: {redaction.REDACTED * len('I will go')}."
    assert {re.sub("[▀-▟]", redaction.REDACTED, text) for text in texts} == {texts[0]}
    assert len(set(texts)) == 5
    assert [check for check in verify.run() if check.problems] == []


def test_nobody_prevents_an_erasure_by_documents_with_what_it_may_leave(
    sound: None, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"{SECRET} said no."
    put_plain(actor, "", speaker={"name": SECRET}, document={"text": text, "language": "en"}, content=[{"text": "no"}])
    put_document(actor, url=None, text="█" * len(SECRET) + " said ██.")
    monkeypatch.setattr(redaction, "SHADES", redaction.REDACTED)
    with pytest.raises(Conflict, match=r"that document 1 could have .* beginning with document 2\."):
        erasures.speaker(id=1, reason=REASON, by=actor)
    assert Document.get_by_id(1).text == text
    monkeypatch.undo()
    erasures.speaker(id=1, reason=REASON, by=actor)
    assert re.fullmatch("[▀-▟]+ said [▀-▟]{2}\\.", Document.get_by_id(1).text)


def test_documents_without_a_text_have_no_text_in_common(registry: str, actor: Actor) -> None:
    for number in (1, 2):
        release = {"url": f"https://example.org/{number}", "language": "en", "kind": "release"}
        put_plain(actor, ("first", "second")[number - 1], via={"document": release})
    assert erasures.document(id=2, reason=REASON, by=actor).left == []
    assert [line["after"]["kind"] for line in lines_of("documents", 2)] == ["release", "release"]


def test_names_that_undone_merges_lent_others_are_taken_out_of_their_lines(registry: str, actor: Actor) -> None:
    """Names pass from one survivor to the next; an unmerge lists all that are left, a change those before it, too."""
    first = speakers.create(by=actor, name=SECRET, aliases=[f"Ann {SECRET}"])
    own = {"wikidata_id": "Q42", "aliases": ["Number two"]}
    second, third = speakers.create(by=actor, name="Second", **own), speakers.create(by=actor, name="Third")
    for id in (speakers.create(by=actor, name=f"Other {survivor}") for survivor in (second, third)):
        speakers.merge(by=actor, id=first, into=second)
        if id % 2:
            speakers.merge(by=actor, id=second, into=third)
        speakers.merge(by=actor, id=id, into=third if id % 2 else second)
        speakers.unmerge(by=actor, id=id)
        if id % 2:
            speakers.unmerge(by=actor, id=second)
        kept = ["Number two", SECRET, f"Ann {SECRET}", f"By hand {id}"]
        speakers.change(by=actor, id=second, version=Speaker.get_by_id(second).version, aliases=kept)
        speakers.unmerge(by=actor, id=first)
    told = str([lines_of("speakers", id) for id in (second, third)])
    assert told.count(SECRET) > told.count(f"Ann {SECRET}") > 5
    seals.seal_all()
    outcome = erasures.speaker(id=first, reason=REASON, by=actor)
    assert outcome.left == []
    states = str(list(Change.select(Change.before, Change.after).tuples()))
    assert (SECRET.lower() in states.lower(), states.count("Number two") > 5) == (False, True)
    assert [problem for check in verify.run() for problem in check.problems] == []


def test_a_name_that_a_merge_lent_and_that_another_bears_since_stays_in_their_lines(
    registry: str, actor: Actor
) -> None:
    first, second = (speakers.create(by=actor, name=name) for name in (f"Ann {SECRET}", "Second"))
    speakers.merge(by=actor, id=first, into=second)
    speakers.unmerge(by=actor, id=first)
    version = Speaker.get_by_id(first).version
    speakers.change(by=actor, id=first, version=version, name=SECRET, aliases=[])
    version = Speaker.get_by_id(second).version
    speakers.change(by=actor, id=second, version=version, aliases=[f"Ann {SECRET}"])
    assert erasures.speaker(id=first, reason=REASON, by=actor).left == [f"speaker {second}"]
    assert lines_of("speakers", second)[-1]["after"]["aliases"] == [f"Ann {SECRET}"]
    assert [problem for check in verify.run() for problem in check.problems] == []


def test_the_wikidata_id_that_undone_merges_gave_others_is_taken_out_of_their_lines(
    registry: str, actor: Actor
) -> None:
    first = speakers.create(by=actor, name=SECRET, wikidata_id="Q48525")
    second, third = (speakers.create(by=actor, name=name) for name in ("Second", "Third"))
    other = speakers.create(by=actor, name="Other", wikidata_id="Q485252")
    speakers.merge(by=actor, id=first, into=second)
    speakers.merge(by=actor, id=second, into=third)
    speakers.unmerge(by=actor, id=second)
    speakers.unmerge(by=actor, id=first)
    for id in (second, third):
        assert "Q48525" in [line["after"]["wikidata_id"] for line in lines_of("speakers", id)]
    erasures.speaker(id=first, reason=REASON, by=actor)
    assert '"Q48525"' not in str(list(Change.select(Change.before, Change.after).tuples()))
    assert lines_of("speakers", other)[0]["after"]["wikidata_id"] == "Q485252"
    assert [problem for check in verify.run() for problem in check.problems] == []


def test_a_site_of_reviews_that_bears_the_name_is_listed(registry: str, actor: Actor) -> None:
    speaker = speakers.create(by=actor, name=f"Ann {SECRET}")
    site = {"name": "A blog", "site": f"ann-{SECRET.lower()}.example"}
    review = put_review(actor, put_claim(actor), publisher=site, url="https://example.org/review")
    assert erasures.speaker(id=speaker, reason=REASON, by=actor).left == [f"review {review}"]


def test_names_all_whom_nothing_else_names(registry: str, actor: Actor) -> None:
    about = [{"name": "Accused", "role": "accused"}, {"name": "Known"}]
    named = {"via": {"speaker": {"name": "Teller"}}, "on_behalf_of": {"name": "Body"}}
    said = put_plain(actor, "first", claim={"text": "They did it.", "language": "en", "about": about}, **named)
    row = Statement.get_by_id(said)
    claims.create(by=actor, text="It is about them, too.", language="en", about=about[1:])
    put_charge(actor, via={"speaker": {"name": "Teller"}})
    left = erasures.document(id=row.document_id, reason=REASON, by=actor).left
    expected = [*speakers.named("Accused"), row.speaker_id, row.on_behalf_of_id]
    assert left == [f"speaker {id}" for id in sorted(expected)]


def test_an_erasure_reads_the_log_once_however_many_wikidata_ids_the_speaker_had(
    registry: str, actor: Actor, queries: list[str]
) -> None:
    asked = []
    for count in (2, 5):
        who = speakers.create(by=actor, name=f"Who had {count}")
        for number in range(count):
            speakers.change(by=actor, id=who, version=None, wikidata_id=f"Q{count}{number}")
        queries.clear()
        erasures.speaker(id=who, reason=REASON, by=actor)
        asked.append(len([sql for sql in queries if "wikidata_id" in sql and "FROM changes" in sql]))
    assert asked[0] == asked[1] > 0, "of 6,000 ids it took 22 s, while nobody else could write"


def test_what_bears_a_name_that_the_speaker_got_meanwhile_is_listed(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = Statement.get_by_id(put_secret(actor)).speaker_id
    claim = put_claim(actor, "Nightingale is rich.")
    find = unerased_names.find_candidates

    def find_and_name(names: Any) -> Any:
        found = find(names)
        speakers.change(by=actor, id=who, version=None, aliases=["Nightingale"])
        monkeypatch.undo()
        return found

    monkeypatch.setattr(unerased_names, "find_candidates", find_and_name)
    assert f"claim {claim}" in erasures.speaker(id=who, reason=REASON, by=actor).left


def test_beginnings_of_long_words_are_looked_for_in_time_in_proportion_to_them() -> None:
    parts = NameParts(["Jana Dornbusch"])
    assert parts.stand_in("Dornbuschs")
    short, long = (steps_of(partial(parts.stand_in, "x" * length)) for length in (20, 2_000))
    assert short == long, "each was hashed"
