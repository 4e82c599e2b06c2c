"""From a text to stored candidates: once, linked, and never over what people decided."""

import json
import re
import sys
import threading
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from peewee import chunked

from models import claims, counterclaims, documents, sentences, speakers, statements, suggestions
from models.extraction import Finding
from models.extraction import Speaker as SpeakerFound
from models.extraction.parser import MODELS, Parser
from models.history.changes import Actor
from models.ingest import candidates, parser_queue, speaker_lookup
from models.ingest.recorded import Place, Recorded
from models.refusals import Busy, Conflict, Gone, Lacking, TooLong
from models.storage import database
from models.storage.columns import LONGEST_KEY
from models.tables import Counterclaim, Document, Sentence, Speaker, Statement, Suggestion
from models.upkeep import erasures, verify
from tests.api.steps import together
from tests.factories import PUBLIC, REVIEWER, SENTENCE, TEXT, document, put_charge, put_document, seen

pytestmark = pytest.mark.usefixtures("sound")

ExtractionResult = candidates.ExtractionResult


def put(by: Actor, parse: Parser, text: str = TEXT, **other: str) -> ExtractionResult:
    """Store the document with what is found in it."""
    body = document(text=text, **other)
    return candidates.create(by=by, findings=candidates.read(text=text, language="en", parse=parse), **body)


def read_stored(*, id: int, parse: Parser) -> list[Finding]:
    """What is found in a stored document."""
    return candidates.read(text=Document.get_by_id(id).text, language="en", parse=parse)


def again(by: Actor, parse: Parser, id: int) -> ExtractionResult:
    """Find and store once more what is in a stored document."""
    return candidates.store(by=by, document=id, findings=read_stored(id=id, parse=parse))


def statement(id: int) -> Statement:
    """The row of a statement."""
    return Statement.get_by_id(id)


def named(*called: str) -> list[str]:
    """The names of the speakers who are called that."""
    return [Speaker.get_by_id(id).name for one in called for id in speakers.named(one)]


class _Using:
    """A parser beside which another thread uses the one connection to the database."""

    def __init__(self, parse: Parser) -> None:
        self.make_doc, self._pipe = parse.make_doc, parse.pipe

    def pipe(self, texts: Any, *, batch_size: int) -> Any:
        together(1, lambda _: database.fetch("SELECT 1"))
        return self._pipe(texts, batch_size=batch_size)


def test_no_connection_is_held_while_a_text_is_read(registry: str, actor: Actor, parse: Parser) -> None:
    id = put_document(actor, text=TEXT)
    database.close()
    database.connect(registry, limits=database.Limits(connections=1, deadline=3))
    assert len(candidates.read_new(document=document(text=f"{TEXT} More."), parse=_Using(parse))) == 3
    assert len(read_stored(id=id, parse=_Using(parse))) == 3


def test_stores_what_is_found_as_candidates_with_everything_linked(registry: str, actor: Actor, parse: Parser) -> None:
    stored = put(actor, parse, published_at="2026-03-01T08:00:00Z")
    assert (stored.found, len(stored.statements), stored.known, stored.left_out) == (3, 3, 0, 0)
    charge = seen(statements.get(id=stored.statements[0], viewer=REVIEWER))
    assert charge["speaker"]["name"] == "US officials"
    assert charge["speaker"]["kind"] == "group"
    assert (charge["mention"]["text"], charge["cue"]["text"]) == ("US officials", "have long warned")
    assert charge["content"] == [{"text": "that the exports sustain the war", "start": 58, "end": 90}]
    assert (charge["form"], charge["status"], charge["day"]) == ("indirect", "candidate", "2026-03-01")
    assert charge["sentence"]["text"] == SENTENCE
    assert charge["claim"]["text"] == "The exports sustain the war."
    assert charge["origin"]["kind"] == "extractor"
    assert charge["origin"]["extractor"] == candidates.NAME
    assert 0 < charge["origin"]["confidence"] <= 1
    aide = seen(statements.get(id=stored.statements[2], viewer=REVIEWER))
    assert [span["text"] for span in aide["content"]] == ["“We need proof,”", "“There is none.”"]
    assert aide["claim"]["text"] == "An aide said: “We need proof. There is none.”"


def test_a_denial_is_a_claim_of_its_own_linked_to_the_charge(registry: str, actor: Actor, parse: Parser) -> None:
    charge, denial, _ = put(actor, parse).statements
    answer = seen(statements.get(id=denial, viewer=REVIEWER))
    assert answer["claim"]["text"] == "The exports do not sustain the war."
    (counterclaim,) = Counterclaim.select()
    assert (counterclaim.claim_id, counterclaim.answer_id) == (statement(charge).claim_id, statement(denial).claim_id)
    assert (counterclaim.kind, counterclaim.statement_id) == ("denies", denial)


def test_a_charge_is_about_who_is_accused_and_who_denies_it(registry: str, actor: Actor, parse: Parser) -> None:
    text = (
        "Ona Reik accused the Harbor Authority of theft. Diplomats say that Chinese exports sustain the war, "
        "a charge that Beijing denies."
    )
    stored = put(actor, parse, text=text)
    about = [
        [(who["name"], who["role"]) for who in seen(statements.get(id=id, viewer=REVIEWER))["claim"]["about"]]
        for id in stored.statements
    ]
    assert about == [[("Harbor Authority", "accused")], [("Chinese government", "accused")], []]


def test_a_denial_accuses_nobody_and_a_person_speaks_for_their_body(registry: str, actor: Actor, parse: Parser) -> None:
    harbor = speakers.create(by=actor, name="Harbor Authority", kind="organization")
    speakers.create(by=actor, name="Ona Reik", part_of=harbor)
    text = "Ona Reik accused the Treasury of theft."
    (charge,) = candidates.read(text=text, language="en", parse=parse)
    assert charge.about
    body = document(text=text)
    stored = candidates.create(by=actor, findings=[replace(charge, polarity="deny")], **body)
    said = seen(statements.get(id=stored.statements[0], viewer=REVIEWER))
    assert said["claim"]["about"] == []
    assert said["on_behalf_of"]["id"] == harbor


UNOWNED = "Beijing rejected claims that its exports feed the war. The ferry is thought to be late."


def test_a_charge_that_print_lays_to_nobody_is_stored_with_its_denial(
    registry: str, actor: Actor, parse: Parser
) -> None:
    stored = put(actor, parse, text=UNOWNED)
    denial, charge = stored.statements
    answer = seen(statements.get(id=denial, viewer=REVIEWER))
    assert [counterclaim["claim"]["text"] for counterclaim in answer["counters"]] == ["Its exports feed the war."]
    said = answer["counters"][0]["claim"]["statements"][0]
    assert (said["id"], said["mention"], said["cue"]["text"]) == (charge, None, "claims")
    assert (said["speaker"]["name"], said["speaker"]["kind"]) == ("source not named (document 1, at 17)", "unnamed")
    for id in (denial, charge):
        statements.change(by=actor, id=id, version=1, status="accepted")
    shown = seen(claims.get(id=statement(charge).claim_id, viewer=PUBLIC))
    assert shown["counterclaims"][0]["answer"]["statements"][0]["mention"]["text"] == "Beijing"
    assert (len(again(actor, parse, 1).statements), Counterclaim.select().count()) == (0, 1)


@pytest.mark.parametrize(("that", "at"), [("that ", 63), ("", 58)])
def test_a_charge_that_only_its_denial_tells_is_stored_with_it(
    that: str, at: int, registry: str, actor: Actor, parse: Parser
) -> None:
    text = f"Police said 40 people were fined.\n\nMayor Ina Brand denied {that}she planned to leave."
    _, denial, charge = put(actor, parse, text=text).statements
    (counterclaim,) = Counterclaim.select()
    assert (counterclaim.claim.text, counterclaim.answer.text) == (
        "Ina Brand planned to leave.",
        "Ina Brand did not plan to leave.",
    )
    assert (counterclaim.claim_id, counterclaim.statement_id) == (statement(charge).claim_id, denial)
    said = seen(statements.get(id=charge, viewer=REVIEWER))
    assert (said["speaker"]["name"], said["cue"]) == (f"source not named (document 1, at {at})", None)
    assert [who["name"] for who in said["claim"]["about"]] == ["Ina Brand"]
    assert (len(again(actor, parse, 1).statements), Counterclaim.select().count()) == (0, 1)


@pytest.mark.parametrize("retracted", [False, True])
@pytest.mark.parametrize("that", ["that ", ""])
def test_what_stands_with_a_cue_already_is_not_found_again_without_one(
    that: str, retracted: bool, registry: str, actor: Actor, parse: Parser
) -> None:
    document = put_document(actor, text=f"Mayor Bela Kun denied {that}he planned to resign.")
    said = {"text": "he planned to resign"}
    at = Document.get_by_id(document).text.index(said["text"])
    id = statements.record(
        by=actor,
        document={"id": document},
        speaker={"name": f"source not named (document {document}, at {at})", "kind": "unnamed"},
        content=[said],
        cue={"text": "denied"},
        form="indirect",
        claim={"text": "He plans to resign.", "language": "en"},
    )
    if retracted:
        statements.retract(by=actor, id=id, version=1, reason=None)
    assert again(actor, parse, document).statements == []
    assert [check.name for check in verify.run() if check.problems] == []


def test_an_owned_charge_inside_its_denial_is_linked_in_parts_too(
    registry: str, actor: Actor, parse: Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "PART", 1)
    id = put_document(actor, text="Kyiv rejected Reik's claim that the bridge was unsafe.")
    candidates.extract_stored(by=actor, id=id, parse=parse)
    (counterclaim,) = Counterclaim.select()
    assert (counterclaim.claim.text, counterclaim.answer.text) == (
        "The bridge was unsafe.",
        "The bridge was not unsafe.",
    )


def test_few_denials_are_stored_at_once_since_claims_are_looked_for_to_each(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = " ".join(f"Ann denied matter {number}." for number in range(41))
    findings = [
        Finding(
            str(at), None, SpeakerFound("Ann", "person"), None, ((at, at + 6),), "indirect", "deny", 0, 0.5, claim="It."
        )
        for at in (found.start() for found in re.finditer("matter", words))
    ]
    findings = [replace(finding, polarity="deny") for finding in findings]
    monkeypatch.setattr(candidates, "read", lambda **_: findings)
    with pytest.raises(TooLong, match="41 statements are found here, 41 of them denials, and 200 and 40 at most"):
        candidates.read_new(document=document(text=words))
    id, stored = put_document(actor, text=words), list[int]()

    def in_place(work: Callable[[], Any]) -> Any:
        try:
            return work()
        finally:
            stored.append(Statement.select().count())

    candidates.extract_stored(by=actor, id=id, in_place=in_place)
    assert stored == [0, 20, 40, 41]


@pytest.mark.parametrize(("status", "counterclaims"), [("accepted", 1), ("rejected", 0)])
def test_a_denial_that_stands_there_already_gets_the_charge_that_was_left_out(
    status: str, counterclaims: int, registry: str, actor: Actor, parse: Parser
) -> None:
    id = put_document(actor, text=UNOWNED)
    denial, charge, _ = read_stored(id=id, parse=parse)
    (known,) = candidates.store(by=actor, document=id, findings=[denial]).statements
    statements.change(by=actor, id=known, version=1, status=status)
    candidates.store(by=actor, document=id, findings=[denial, charge])
    assert Counterclaim.select().count() == counterclaims


@pytest.mark.parametrize("text", ["Ann said no. Bob denied it.", "Bob denied it. Ann said no."])
def test_a_denial_that_a_person_recorded_answers_what_is_found(registry: str, actor: Actor, text: str) -> None:
    def found(name: str, words: str, **other: Any) -> Finding:
        start = text.index(words)
        who, span = SpeakerFound(name, "person"), (start, start + len(words))
        return Finding(name, None, who, None, (span,), "indirect", "say", 0, 0.5, claim=f"{words}.", **other)

    id = put_document(actor, text=text)
    put_charge(actor, document={"id": id}, sentence=None, mention=None, cue=None, content=[{"text": "denied it"}])
    findings = [found("Ann", "said no"), found("Bob", "denied it", polarity="deny", denies="Ann")]
    stored = candidates.store(by=actor, document=id, findings=sorted(findings, key=lambda one: one.contents))
    assert (stored.known, Counterclaim.select().count()) == (1, 1)


@pytest.mark.parametrize("number", [1, 10**12])
def test_the_longest_name_of_somebody_in_one_document_is_no_longer_than_a_name_may_be(number: int) -> None:
    name = speaker_lookup.name_of(number, SpeakerFound("an official " * 30, "person", described=True))
    assert len(name) == 200
    assert name.endswith(f" (document {number})")


def test_a_long_name_that_two_share_is_no_longer_in_the_document(registry: str, actor: Actor) -> None:
    shared = "N" * 200
    for name in ("Ann", "Bob"):
        speakers.create(by=actor, name=name, aliases=[shared])
    found = speaker_lookup.find(actor, 7, SpeakerFound(shared, "person"), shared)
    assert Speaker.get_by_id(found).name == "N" * 187 + " (document 7)"


def test_the_public_sees_charge_and_denial_once_both_are_accepted(registry: str, actor: Actor, parse: Parser) -> None:
    charge, denial, _ = put(actor, parse).statements
    statements.change(by=actor, id=charge, version=1, status="accepted")
    shown = seen(claims.get(id=statement(charge).claim_id, viewer=PUBLIC))
    assert shown["counterclaims"] == []
    statements.change(by=actor, id=denial, version=1, status="accepted")
    shown = seen(claims.get(id=statement(charge).claim_id, viewer=PUBLIC))
    assert shown["counterclaims"][0]["answer"]["statements"][0]["mention"]["text"] == "Beijing"
    assert seen(counterclaims.get(id=1, viewer=PUBLIC))["kind"] == "denies"


def test_a_second_run_changes_nothing(registry: str, actor: Actor, parse: Parser) -> None:
    first = put(actor, parse)
    second = again(actor, parse, first.document)
    assert (second.found, second.statements, second.known) == (3, [], 3)
    assert (Statement.select().count(), Counterclaim.select().count(), Speaker.select().count()) == (3, 1, 3)


@pytest.mark.parametrize("status", ["accepted", "rejected"])
def test_what_was_decided_is_not_touched(status: str, registry: str, actor: Actor, parse: Parser) -> None:
    first = put(actor, parse)
    charge = first.statements[0]
    statements.change(by=actor, id=charge, version=1, status=status)
    before = statement(charge).__data__
    assert again(actor, parse, first.document).statements == []
    assert statement(charge).__data__ == before


def test_what_was_corrected_is_not_found_a_second_time(registry: str, actor: Actor, parse: Parser) -> None:
    first = put(actor, parse)
    statements.change(
        by=actor,
        id=first.statements[0],
        version=1,
        speaker={"name": "American officials", "kind": "group"},
        cue={"text": "warned"},
        content=[{"text": "the exports sustain the war"}],
    )
    assert again(actor, parse, first.document).statements == []


def test_what_was_retracted_stays_so(registry: str, actor: Actor, parse: Parser) -> None:
    first = put(actor, parse)
    for id in first.statements:
        statements.retract(by=actor, id=id, version=1, reason="Misread.")
    assert again(actor, parse, first.document).statements == []


def test_a_denial_answers_the_charge_that_a_person_recorded(registry: str, actor: Actor, parse: Parser) -> None:
    cue = {"text": "have long warned"}
    charge = put_charge(actor, cue=cue)
    stored = again(actor, parse, statement(charge).document_id)
    assert stored.known == 1
    assert statement(charge).version == 1
    (counterclaim,) = Counterclaim.select()
    assert counterclaim.claim_id == statement(charge).claim_id


def test_speakers_are_found_by_name_alias_spelling_and_mention(registry: str, actor: Actor, parse: Parser) -> None:
    speakers.create(by=actor, name="US officials", kind="group")
    speakers.create(by=actor, name="Government of China", kind="government", aliases=["Beijing"])
    text = "The U.S. officials warned that the exports sustain the war. Beijing denies the charge."
    stored = put(actor, parse, text)
    assert [statement(id).speaker.name for id in stored.statements] == ["US officials", "Government of China"]
    assert Speaker.select().count() == 2


def test_who_means_somebody_in_this_document_only_is_named_with_it(registry: str, actor: Actor, parse: Parser) -> None:
    for number in (1, 2):
        put(actor, parse, "Both sides said the talks would go on.", url=f"https://example.org/{number}")
    assert sorted(speaker.name for speaker in Speaker.select()) == [
        "both sides (document 1)",
        "both sides (document 2)",
    ]


def test_who_is_described_is_somebody_else_in_another_document(registry: str, actor: Actor, parse: Parser) -> None:
    text = (
        "A US official said the talks would go on. Two Harbor Authority clerks said that the door was open. "
        "Residents said that the water was cold. The mayor urged calm, according to a White House statement. "
        "US officials said the ice was thin. The Chinese government said that it was thick. "
        "Democrats said the boat was old. The Danish official said the boat was new. The US official said it was his."
    )
    for number in (1, 2):
        put(actor, parse, text, url=f"https://example.org/{number}")
    names = sorted(speaker.name for speaker in Speaker.select())
    apart = ["a US official", "a White House statement", "residents", "the Danish official", "the mayor"]
    apart.append("two Harbor Authority clerks")
    assert [name for name in names if "document 1" in name] == [f"{name} (document 1)" for name in apart]
    assert [name for name in names if "document 2" in name] == [f"{name} (document 2)" for name in apart]
    assert [name for name in names if "document" not in name] == ["Chinese government", "Democrats", "US officials"]


def test_a_name_that_two_share_makes_a_speaker_of_this_document(registry: str, actor: Actor, parse: Parser) -> None:
    for name in ("Secretariat of Trade", "Secretariat of Defence"):
        speakers.create(by=actor, name=name, kind="government", aliases=["Secretariat"])
    stored = put(actor, parse, "The Secretariat said the talks would go on.")
    assert statement(stored.statements[0]).speaker.name == "Secretariat (document 1)"


def test_ministries_of_two_countries_are_two_speakers(registry: str, actor: Actor, parse: Parser) -> None:
    for number, owner in ((1, "Norway’s"), (2, "Sweden's")):
        text = f"The Health Ministry said the ward was open. {owner} health ministry said a nurse was ill."
        put(actor, parse, text, url=f"https://example.org/{number}")
    assert sorted(speaker.name for speaker in Speaker.select()) == [
        "Norway’s health ministry",
        "Sweden’s health ministry",
        "the health ministry (document 1)",
        "the health ministry (document 2)",
    ]


def test_a_statement_goes_to_the_sentence_as_people_have_cut_it(registry: str, actor: Actor, parse: Parser) -> None:
    id = put_document(actor)
    whole = Sentence.get(Sentence.text == SENTENCE)
    sentences.change(by=actor, id=whole.id, version=1, end=whole.end - 1)
    gone = Sentence.get(Sentence.text.startswith("“We need"))
    sentences.retract(by=actor, id=gone.id, version=1, reason=None)
    stored = again(actor, parse, id)
    assert {statement(one).sentence_id for one in stored.statements} == {whole.id}
    assert (len(stored.statements), stored.left_out) == (2, 1)


def test_two_extractions_at_once_store_one(registry: str, actor: Actor, parse: Parser) -> None:
    from tests.api.steps import together

    id = put_document(actor)
    findings = read_stored(id=id, parse=parse)
    stored = together(4, lambda _: candidates.store(by=actor, document=id, findings=findings))
    assert sorted(len(one.statements) for one in stored) == [0, 0, 0, 3]


def test_reads_no_other_language(registry: str) -> None:
    with pytest.raises(Conflict) as refused:
        candidates.read(text="Peking bestreitet das.", language="de")
    assert refused.value.field == "/language"


def test_does_not_read_what_is_known_or_gone(registry: str, actor: Actor) -> None:
    id = put_document(actor)
    with pytest.raises(Conflict) as refused:
        candidates.read_new(document=document())
    assert refused.value.more == {"known": id}
    documents.retract(by=actor, id=id, version=1, reason=None)
    with pytest.raises(Gone):
        candidates.extract_stored(by=actor, id=id)
    assert Document.select().count() == 1


def test_says_that_the_parser_is_missing(registry: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parser_queue.loaded.cache_clear()
    for name in MODELS:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(Lacking, match="extra `extraction`"):
        candidates.read(text=TEXT, language="en")


def test_does_not_wait_for_ever_for_other_texts(registry: str, parse: Parser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "PARSER_TIMEOUT", 0.01)
    reading, done = threading.Event(), threading.Event()

    class Slow:
        """A parser that is at it until the test is done."""

        def pipe(self, texts: object, *, batch_size: int) -> None:
            reading.set()
            done.wait(60)
            raise InterruptedError

    def read() -> None:
        with pytest.raises(InterruptedError):
            candidates.read(text=TEXT, language="en", parse=Slow())  # type: ignore[arg-type]

    other = threading.Thread(target=read)
    other.start()
    assert reading.wait(60)
    with pytest.raises(Busy):
        candidates.read(text=TEXT, language="en", parse=parse)
    done.set()
    other.join()
    assert len(candidates.read(text=TEXT, language="en", parse=parse)) == 3


def test_what_is_erased_while_a_text_is_read_is_not_stored_again(registry: str, actor: Actor, parse: Parser) -> None:
    said = put_charge(actor)
    speaker, document = Statement.get_by_id(said).speaker_id, Statement.get_by_id(said).document_id

    class Erasing:
        """A parser during which the speaker is erased."""

        make_doc = staticmethod(parse.make_doc)

        def pipe(self, texts: Any, *, batch_size: int) -> Any:
            together(1, lambda _: erasures.speaker(id=speaker, reason="Court order.", by=actor))
            return parse.pipe(texts, batch_size=batch_size)

    with pytest.raises(Conflict, match="were erased while it was read"):
        candidates.extract_stored(by=actor, id=document, parse=Erasing())  # type: ignore[arg-type]
    assert named("US officials") == []


def test_reading_holds_no_transaction(registry: str, actor: Actor, parse: Parser) -> None:
    id = put_document(actor)

    class Watching:
        """A parser during which another writer gets its turn."""

        def make_doc(self, text: str) -> object:
            return parse.make_doc(text)

        def pipe(self, texts: object, *, batch_size: int) -> object:
            from tests.api.steps import together

            if Document.get_by_id(id).version == 1:
                together(1, lambda _: documents.change(by=actor, id=id, version=1, title="Meanwhile"))
            return parse.pipe(texts, batch_size=batch_size)  # type: ignore[arg-type]

    assert read_stored(id=id, parse=Watching())  # type: ignore[arg-type]
    assert Document.get_by_id(id).title == "Meanwhile"


def test_a_long_document_is_stored_in_parts_and_linked_all_the_same(
    registry: str, actor: Actor, parse: Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "PART", 1)
    id = put_document(actor)
    stored = candidates.extract_stored(by=actor, id=id, parse=parse)
    assert (stored.found, len(stored.statements), stored.known) == (3, 3, 0)
    charge, denial, _ = stored.statements
    (counterclaim,) = Counterclaim.select()
    assert (counterclaim.claim_id, counterclaim.statement_id) == (statement(charge).claim_id, denial)
    assert candidates.extract_stored(by=actor, id=id, parse=parse)[2:] == ([], 3, 0)


def test_a_doubtful_answer_is_suggested_and_not_linked(registry: str, actor: Actor, parse: Parser) -> None:
    text = "The union said the dam leaked. Work began in May. The hall was full. Olga Fenn rejected that account."
    charge, denial = put(actor, parse, text).statements
    assert not Counterclaim.select().exists()
    (suggestion,) = Suggestion.select()
    assert (suggestion.statement_id, suggestion.claim_id) == (denial, statement(charge).claim_id)
    assert "that account" in suggestion.reasons
    assert suggestion.doubt == "too_far"
    assert seen(suggestions.get(id=suggestion.id))["doubt"] == "too_far"
    assert again(actor, parse, Document.get().id).statements == []
    assert Suggestion.select().count() == 1


def test_the_words_of_a_doubtful_answer_are_cut_between_words(registry: str, actor: Actor) -> None:
    denial = "the claim of the union of all the workers who had once built that dam for"
    text = f"Ann said no. Bob said {denial} Wilhelmina was false."

    def found(name: str, words: str, **other: Any) -> Finding:
        start = text.index(words)
        who, span = SpeakerFound(name, "person"), (start, start + len(words))
        return Finding(name, None, who, None, (span,), "indirect", "say", 0, 0.5, claim=f"{words}.", **other)

    findings = [found("Ann", "no"), found("Bob", text[text.index(denial) : -1], may_deny="Ann", doubt="too_far")]
    candidates.store(by=actor, document=put_document(actor, text=text), findings=findings)
    (suggestion,) = Suggestion.select()
    assert [reason["word"] for reason in json.loads(suggestion.reasons)] == [denial]


BRIDGE = "The bridge collapsed after heavy flooding"


def extracted_while(
    by: Actor, monkeypatch: pytest.MonkeyPatch, charge_first: bool, change: Callable[[int], None]
) -> Statement:
    """Extract a doubtful denial of a charge that a person recorded, which others change before its second part.

    Its words are claim 1, which is also stated elsewhere; the charge, as it is by then.
    """

    def put(name: str, stored: dict[str, Any], claim: str) -> int:
        words = {"mention": {"text": name}, "content": [{"start": 9, "end": 9 + len(BRIDGE)}], "sentence": None}
        body = {"speaker": {"name": name}, "document": stored, "claim": {"text": claim, "language": "en"}}
        return put_charge(by, cue=None, **words, **body)

    text = f"Ann said {BRIDGE}. Bob said it is false that {BRIDGE}."
    put("Cid", document(text=f"Cid said {BRIDGE}."), f"{BRIDGE}.")
    stored = put_document(by, text=text)
    charge = put("Ann", {"id": stored}, f"{BRIDGE}, Ann said.")
    findings = [
        Finding(name, None, SpeakerFound(name, "person"), None, (at,), "indirect", "say", 0, 0.5, claim=BRIDGE, **more)
        for name, at, more in (
            ("Ann", (9, 9 + len(BRIDGE)), {}),
            ("Bob", (text.rindex(BRIDGE), len(text) - 1), {"polarity": "deny", "may_deny": "Ann", "doubt": "too_far"}),
        )
    ]
    monkeypatch.setattr(candidates, "read", lambda **_: findings if charge_first else findings[::-1])
    monkeypatch.setattr(candidates, "PART", 1)
    done: list[None] = []

    def in_place(work: Callable[[], Any]) -> Any:
        if len(done) == 2:
            change(charge)
        done.append(None)
        return work()

    candidates.extract_stored(by=by, id=stored, in_place=in_place)
    return statement(charge)


def suggested() -> set[tuple[int, str | None]]:
    """The claims that are suggested, and why they are in doubt."""
    return {(one.claim_id, one.doubt) for one in Suggestion.select()}


def test_a_doubtful_answer_is_suggested_for_what_its_charge_states_by_then(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def moved(charge: int) -> None:
        new = {"text": "A bridge over the Elm fell.", "language": "en"}
        statements.change(by=actor, id=charge, version=None, claim=new)

    charge = extracted_while(actor, monkeypatch, True, moved)
    assert suggested() == {(1, None), (charge.claim_id, "too_far")}


@pytest.mark.parametrize("status", ["retracted", "rejected"])
def test_a_doubtful_answer_is_not_suggested_for_a_charge_that_was_taken_back(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    def taken_back(charge: int) -> None:
        if status == "retracted":
            statements.retract(by=actor, id=charge, version=None, reason="Misread.")
        else:
            statements.change(by=actor, id=charge, version=None, status=status)

    extracted_while(actor, monkeypatch, True, taken_back)
    assert suggested() == {(1, None)}


def test_a_doubtful_answer_is_suggested_once_though_its_charge_states_what_was_suggested(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def moved(charge: int) -> None:
        assert suggested() == {(1, None)}
        statements.change(by=actor, id=charge, version=None, claim={"id": 1})

    charge = extracted_while(actor, monkeypatch, False, moved)
    assert (charge.claim_id, suggested()) == (1, {(1, None)})


def test_an_extraction_reads_no_words_of_what_is_recorded(
    registry: str, actor: Actor, parse: Parser, queries: list[str]
) -> None:
    one = put(actor, parse).document
    queries.clear()
    assert again(actor, parse, one).known
    assert not [sql for sql in queries if '"content"' in sql and re.search(r'document_id"? = ', sql)]


def test_an_extraction_keeps_nothing_of_what_is_recorded_between_its_parts(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = SpeakerFound("Ann", "person")
    one = Finding("Ann", None, who, None, ((9, 17),), "indirect", "say", 0, 0.5, claim="It is so.")
    monkeypatch.setattr(candidates, "read", lambda **_: [one, replace(one, id="again")])
    monkeypatch.setattr(candidates, "PART", 1)
    (first,) = candidates.store(
        by=actor, document=put_document(actor, text="Ann said it is so."), findings=[one]
    ).statements
    row = statement(first).__data__ | {"version": 2, "retracted_at": statement(first).created_at}
    for some in chunked(range(first + 1, first + 3_000), 30):
        Statement.insert_many(row | {"id": id} for id in some).execute()
    held: list[int] = []

    def in_place(work: Callable[[], Any]) -> Any:
        held.append(tracemalloc.get_traced_memory()[0])
        return work()

    tracemalloc.start()
    try:
        assert candidates.extract_stored(by=actor, id=1, in_place=in_place).known == 2
    finally:
        tracemalloc.stop()
    assert held[-1] - held[1] < 500_000, "all 3,000 were kept, 2 kB each"


def test_what_is_corrected_or_retracted_is_known_by_where_it_was_found_and_where_it_is(
    registry: str, actor: Actor, parse: Parser
) -> None:
    stored = put(actor, parse)
    first, second, _ = stored.statements
    found = [_place(statement(first)), _place(statement(second))]
    statements.change(by=actor, id=first, version=1, content=[{"text": "the exports sustain"}], cue=None)
    statements.retract(by=actor, id=second, version=1, reason="Misread.")
    now = _place(statement(first))
    assert now not in found
    recorded = Recorded(stored.document, [*found, now])
    assert [recorded.get(place) for place in (*found, now)] == [first, second, first]


def _place(row: Statement) -> Place:
    return Place(row.spans, None if row.cue_start is None else (row.cue_start, row.cue_end))


def test_what_a_statement_may_not_have_is_left_out(registry: str, actor: Actor) -> None:
    text = "Beijing (publisher of “" + "\ufdfa" * 3_000 + "”) " + "㌀㌁㌂㌃" * 70 + " it is so."
    mention, cue = (0, text.index(")") + 1), (text.index("㌀"), text.index(" it"))
    content = (text.index("it is"), len(text) - 1)
    who = SpeakerFound("Beijing", "government")
    found = Finding("a", mention, who, cue, (content,), "indirect", "say", 0, 0.5, claim="It is so.")
    id = put_document(actor, text=text)
    for _ in range(2):
        candidates.store(by=actor, document=id, findings=[found])
    stored = [(row.mention, row.cue) for row in Statement.select()]
    assert stored == [(None, None)]


def test_the_name_of_a_speaker_who_is_found_is_no_longer_than_one_may_be(registry: str, actor: Actor) -> None:
    text = "It is so, said Anna."
    for name in ("Anna " + "\ufdfa" * 193, "a spokesman of " + "\ufdfa" * 193):
        who = SpeakerFound(name, "person", described=name[0] == "a")
        found = Finding(name, None, who, None, ((0, 8),), "indirect", "say", 0, 0.5, claim="It is so.")
        candidates.store(by=actor, document=put_document(actor, text=name[:1] + text), findings=[found])
    keys = [key for (key,) in Speaker.select(Speaker.name_key).tuples()]
    assert [len(key.encode()) <= LONGEST_KEY for key in keys] == [True, True]
    assert keys[1].endswith("(document 2)")


def test_a_name_that_is_shared_with_each_document_as_well_keeps_no_document_out(registry: str, actor: Actor) -> None:
    aliases = ["Anna Holt", *(f"Anna Holt (document {number})" for number in range(1, 9))]
    for name in ("One", "Two"):
        speakers.create(by=actor, name=name, aliases=aliases)
    found = Finding(
        "a", None, SpeakerFound("Anna Holt", "person"), None, ((0, 8),), "indirect", "say", 0, 0.5, claim="It is."
    )
    id = put_document(actor, text="It is so, said Anna Holt.")
    (said,) = candidates.store(by=actor, document=id, findings=[found]).statements
    assert re.fullmatch(r"Anna Holt \(document 1, [0-9a-f]{8}\)", statement(said).speaker.name)
