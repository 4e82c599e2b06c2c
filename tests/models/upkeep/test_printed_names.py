"""What print calls an erased speaker: taken out of the documents that quote them where it is sure, and else listed."""

import json
from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from random import Random
from typing import Any

import pytest

from models import claims, speakers, statements, suggestions
from models.extraction import Speaker as SpeakerFound
from models.history.changes import Actor
from models.ingest import speaker_lookup
from models.refusals import Conflict
from models.storage import database
from models.storage.transactions import transaction
from models.tables import Claim, Document, Speaker, Suggestion
from models.upkeep import erasures, unerased_names, verify
from models.upkeep.name_matcher import NameMatcher
from models.upkeep.printed_names import without_overlaps
from models.upkeep.redaction import REDACTED
from tests.at_once import meanwhile, while_open
from tests.factories import lines_of, put_charge, put_claim, put_document, put_plain, put_suggestion
from tests.work import growth

REASON = "At their request"
TEXT = "{0} said the plan failed. The crowd then cheered {0} for an hour."


def put_quoted(
    by: Actor, name: str, mention: str | None, text: str = "", aliases: Sequence[str] = (), **document: Any
) -> int:
    """Record what somebody of this name says in a document of its own, and return that document's id."""
    text = text or TEXT.format(mention or name)
    charge: dict[str, Any] = {
        "speaker": {"name": name, "aliases": list(aliases)},
        "document": {"text": text, "language": "en"} | document,
        "content": [{"text": "the plan failed"}],
        "claim": {"text": "It failed.", "language": "en"},
        "mention": mention and {"start": 0, "end": len(mention)},
    }
    put_charge(by, sentence=None, cue=None, **charge)
    return int(Document.select().order_by(Document.id.desc()).get().id)


def erased(by: Actor, *, id: int = 1) -> list[str]:
    """Erase a speaker, and return what is listed for a person to decide on."""
    left = erasures.speaker(id=id, reason=REASON, by=by).left
    assert not [check for check in verify.run() if check.problems]
    return left


@pytest.mark.parametrize("mention", ["John Smith", "he", None])
def test_a_shared_name_as_extraction_tells_it_apart_is_redacted_where_it_is_printed(
    registry: str, actor: Actor, mention: str | None
) -> None:
    for place in ("Ohio", "Kent"):
        speakers.create(by=actor, name=f"John Smith of {place}", aliases=["John Smith"])
    who = speaker_lookup.find(actor, 1, SpeakerFound("John Smith", "person"), "John Smith")
    text = TEXT.format("John Smith") if mention == "John Smith" else "he said the plan failed: John Smith."
    called = Speaker.get_by_id(who).name
    assert called == "John Smith (document 1)"
    put_quoted(actor, called, mention, text, title="Who is john smith?")
    elsewhere = put_document(actor, url=None, text="They met John Smith.")
    claim = put_claim(actor, "John Smith owns the hall.")
    left = erased(actor, id=who)
    one = Document.get_by_id(1)
    assert ("Smith" in one.text, one.title) == (False, "[erased]")
    assert {f"document {elsewhere}", f"claim {claim}", "speaker 1", "speaker 2"} <= set(left)
    assert "document 1" not in left


def test_a_name_that_a_person_told_apart_is_redacted_as_it_is_mentioned_and_else_listed(
    registry: str, actor: Actor
) -> None:
    mentioned = put_quoted(actor, "John Smith (politician)", "John Smith")
    unsure = put_quoted(actor, "John Smith (politician)", None, "The plan: “the plan failed”. John Smith was there.")
    left = erased(actor)
    assert "John Smith" not in Document.get_by_id(mentioned).text
    assert "John Smith was there" in Document.get_by_id(unsure).text
    assert [one for one in left if one.startswith("document")] == [f"document {unsure}"]


def test_what_is_redacted_as_a_name_is_told_and_an_ordinary_word_can_be_kept(registry: str, actor: Actor) -> None:
    document = put_quoted(actor, "Jana Dorn", None, aliases=["the", "hour"])
    claim = put_claim(actor, "The dam broke within the hour.")
    told = erasures.speaker(id=1, reason=REASON, by=actor, dry_run=True)
    assert told.names == {"Jana Dorn": 2, "the": 1, "The": 1, "hour": 1}
    assert f"claim {claim}" in told.left
    told = erasures.speaker(id=1, reason=REASON, by=actor, keep=["The", "hour"])
    assert (told.names, told.left) == ({"Jana Dorn": 2}, [])
    kept = TEXT.format(REDACTED * 9).replace("the plan failed", REDACTED * 15)
    assert Document.get_by_id(document).text == kept
    assert speakers.create(by=actor, name="the") != 1
    assert not [check for check in verify.run() if check.problems]


def test_a_name_that_is_given_besides_is_taken_as_an_alias_is(registry: str, actor: Actor) -> None:
    text = "Jana Dorn said the plan failed. The crowd cheered ŽEBBIE  Quux (and quuxes)."
    for name in ("Jana Dorn", "Bo Low"):
        document = put_quoted(actor, name, name, text.replace("Jana Dorn", name))
    elsewhere = put_claim(actor, "Zebbie Quux owns the hall.")
    put_suggestion(put_plain(actor, "second"), elsewhere, "Quux")
    with pytest.raises(Conflict):
        erasures.speaker(id=1, reason="Zebbie Quux asked", by=actor, also=["Zebbie Quux"])
    told = erasures.speaker(id=1, reason=REASON, by=actor, also=["Zebbie Quux", "Zebbie Quux"])
    assert told.names == {"Jana Dorn": 1, "ŽEBBIE  Quux": 1}
    assert "Quux" not in Document.get_by_id(1).text
    assert {f"claim {elsewhere}", f"document {document}"} <= set(told.left)
    assert Suggestion.get().reasons == "[]"
    assert not [check for check in verify.run() if check.problems]


def test_the_mention_of_a_speaker_is_redacted_wherever_their_document_has_it(registry: str, actor: Actor) -> None:
    one = put_quoted(actor, "Jana Dorn", "President Dorn")
    other = put_document(actor, url=None, text="There was President Dorn.")
    left = erased(actor)
    assert "Dorn" not in Document.get_by_id(one).text
    assert f"document {other}" in left


def test_who_else_is_called_so_in_a_document_keeps_the_name_which_is_listed(registry: str, actor: Actor) -> None:
    text = "John Smith said the plan failed. John Smith of Kent said it worked. Later John Smith left."
    one = put_quoted(actor, "John Smith (document 1)", "John Smith", text)
    put_charge(
        actor,
        speaker={"name": "John Smith of Kent"},
        document={"id": one},
        sentence=None,
        cue=None,
        mention={"text": "John Smith of Kent"},
        content=[{"text": "it worked"}],
        claim={"text": "It worked.", "language": "en"},
    )
    left = erased(actor)
    marks = REDACTED * len("John Smith")
    text = Document.get_by_id(one).text
    assert text.endswith(f"John Smith of Kent said it worked. Later {marks} left.")
    assert f"document {one}" in left


@pytest.mark.parametrize("mention", ["An aide to Jane Doe", "The aide to Jane Doe"])
def test_a_description_that_names_somebody_is_listed_in_its_document_alone(
    registry: str, actor: Actor, mention: str
) -> None:
    one = put_quoted(
        actor,
        "an aide to Jane Doe (document 1)",
        mention,
        f"{mention} said the plan failed. Then an aide to Jane Doe wept.",
    )
    put_document(actor, url=None, text="An aide to Jane Doe left.")
    left = erased(actor)
    assert "an aide to Jane Doe wept" in Document.get_by_id(one).text
    assert [which for which in left if which.startswith("document")] == [f"document {one}"]


@pytest.mark.parametrize("name", ["an official (document 1)", "I (document 1)", "officials (document 1)"])
def test_common_words_stay_and_are_not_listed(registry: str, actor: Actor, name: str) -> None:
    mention = name.partition(" (")[0].capitalize()
    one = put_quoted(actor, name, mention, f"{mention} said the plan failed. {mention} wept. I saw an official.")
    left = erased(actor)
    assert Document.get_by_id(one).text.endswith(f"{mention} wept. I saw an official.")
    assert not [which for which in left if which.startswith("document")]


def test_a_part_of_a_name_that_is_mentioned_is_listed(registry: str, actor: Actor) -> None:
    one = put_quoted(actor, "Jana Dorn", "Dorn", "Dorn said the plan failed. Otto Dorn wept.")
    assert f"document {one}" in erased(actor)
    assert "Otto Dorn wept" in Document.get_by_id(one).text


@pytest.mark.parametrize(
    "name",
    ["von der Leyen", "bin Salman", "eBay", "Abu al-Sadr", "Nobody’s wife", "გიორგი მელაძე", "محمد علي", "习近平"],
)
@pytest.mark.parametrize("bracket", ["document 1", "politician"])
def test_a_name_with_small_letters_or_of_a_script_without_capitals_is_redacted_and_listed(
    registry: str, actor: Actor, name: str, bracket: str
) -> None:
    one = put_quoted(actor, f"{name} ({bracket})", name, title=f"Who is {name}?")
    other = put_document(actor, url=None, text=f"They met {name} in May.")
    claim = put_claim(actor, f"Crowds met {name} in May.")
    left = erased(actor)
    assert {f"document {other}", f"claim {claim}"} <= set(left)
    if bracket == "document 1" or " " in name:  # one word is sure only where extraction says so
        assert name not in Document.get_by_id(one).text
        assert Document.get_by_id(one).title == "[erased]"
    else:
        assert f"document {one}" in left


@pytest.mark.parametrize("name", ["bell hooks", "an official", "a US aide"])
def test_what_a_person_told_apart_is_listed_whatever_its_letters(registry: str, actor: Actor, name: str) -> None:
    one = put_quoted(actor, f"{name} (writer)", name)
    other = put_document(actor, url=None, text=f"They met {name}.")
    assert {f"document {one}", f"document {other}"} <= set(erased(actor))


@pytest.mark.parametrize(
    ("name", "mention"),
    [
        ("Ursula von der Leyen", "von der Leyen"),
        ("Mohammed bin Salman", "Prince bin Salman"),
        ("გიორგი მელაძე", "მერი მელაძე"),
        ("ჯაბა (მერი)", "მერი ჯაბა"),
    ],
)
def test_a_mention_may_begin_with_small_letters_of_the_name_or_have_no_capitals(
    registry: str, actor: Actor, name: str, mention: str
) -> None:
    one = put_quoted(actor, name, mention)
    assert f"document {one}" not in erased(actor)
    assert mention not in Document.get_by_id(one).text


@pytest.mark.parametrize(
    ("name", "mention"),
    [("Jana Dorn", "aide to Dorn"), ("Hillary Rodham", "HRC"), ("United Mills", "the mills"), ("习近平", "习主席")],
)
def test_what_may_be_a_name_in_its_document_is_listed(registry: str, actor: Actor, name: str, mention: str) -> None:
    one = put_quoted(actor, name, mention)
    other = put_document(actor, url=None, text=f"There was {mention}.")
    left = erased(actor)
    assert mention in Document.get_by_id(one).text
    assert (f"document {one}" in left, f"document {other}" in left) == (True, False)


def test_an_erasure_looks_at_a_suggestion_that_is_being_stored(registry: str, actor: Actor) -> None:
    who = speakers.create(by=actor, name="Zebulon Quackenbush")
    claim, said = put_claim(actor, "Whales sing, says Quackenbush."), put_plain(actor, "first")
    while_open(lambda: put_suggestion(said, claim, "quackenbush", "whales"), lambda: erased(actor, id=who), 2)
    assert Suggestion.get().reasons == '[{"word":"whales","weight":0.5}]'
    (line,) = lines_of("suggestions", 1)
    assert "quackenbush" not in json.dumps(line)


def test_reasons_for_suggestions_lose_the_words_of_names_alone(registry: str, actor: Actor) -> None:
    put_quoted(actor, "Jana Dorn (senator)", "Foreign Minister Dorn")
    put_quoted(actor, "Jana Dorn (senator)", "an ally of exports")
    reasons = {"foreign": 1, "ministers": 1, "senator": 1, "exports": 1, "the minister’s claim": 1, "dorn": 0}
    reasons |= {"what Minister Dorn said": 0, "jana-like": 0}
    put_plain(actor, "first")
    with transaction():
        more: dict[str, Any] = {"score": 0.5, "matcher": "words", "matcher_version": "1"}
        more["reasons"] = [{"word": word, "weight": 0.1} for word in reasons]
        suggestions.create(by=actor, statement=3, claim=put_claim(actor, "A minister."), **more)
    erased(actor)
    left = [reason["word"] for reason in json.loads(Suggestion.get().reasons)]
    assert left == [word for word, stays in reasons.items() if stays]


@pytest.mark.parametrize("while_gathering", [True, False])
def test_what_others_record_before_an_erasure_and_once_its_texts_were_read_is_listed(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch, while_gathering: bool
) -> None:
    who, bearer = (speakers.create(by=actor, name=name) for name in ("Zebulon Quackenbush", "Another"))
    worded, reworded, said = put_claim(actor, "They left."), put_claim(actor, "It rains."), put_charge(actor)
    find = unerased_names.find_candidates

    def name_them() -> None:
        put_claim(actor, "They met Zebulon Quackenbush.")
        claims.change(by=actor, id=worded, version=None, text="Zebulon Quackenbush left.")
        for text in ("It rains on Zebulon Quackenbush.", "It rains."):
            claims.change(by=actor, id=reworded, version=None, text=text)
        speakers.change(by=actor, id=bearer, version=None, aliases=["Friend of Zebulon Quackenbush"])
        statements.change(by=actor, id=said, version=None, role="Aide to Zebulon Quackenbush")

    def find_and_name(names: Any) -> Any:
        found = find(names)
        name_them()
        return found

    if not while_gathering:
        monkeypatch.setattr(unerased_names, "find_candidates", find_and_name)
    with meanwhile("FROM topics WHERE id >", name_them) if while_gathering else nullcontext():
        left = erased(actor, id=who)
    new = Claim.select().order_by(Claim.id.desc()).get().id
    named = {f"claim {worded}", f"claim {new}", f"speaker {bearer}", f"statement {said}"}
    assert set(left) == named | {f"the log of claim {reworded}"}


def test_what_looks_for_names_is_made_before_others_have_to_wait(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for mention in ("President Dorn", "Foreign Minister Dorn", "an aide to Ann Roe"):
        put_quoted(actor, "Jana Dorn", mention)
    made: list[bool] = []
    make = NameMatcher.__init__

    def noted(self: NameMatcher, names: Any) -> None:
        made.append(database.db.in_transaction())
        make(self, names)

    monkeypatch.setattr(NameMatcher, "__init__", noted)
    assert erased(actor) == ["document 3"]
    assert made == [False] * len(made) != []


def test_places_are_compared_with_those_of_others_in_time_by_their_number() -> None:
    random = Random(1)  # noqa: S311 (no secret)

    def some(count: int, longest: int) -> list[tuple[int, int]]:
        return [(at, at + random.randint(1, longest)) for at in random.choices(range(count * 5), k=count)]

    for _ in range(200):
        places, others = some(random.randint(0, 9), 5), some(random.randint(0, 5), 20)
        apart = [(at, end) for at, end in places if not any(at < last and first < end for first, last in others)]
        assert without_overlaps(places, others) == apart
    assert growth(lambda count: partial(without_overlaps, some(count, 5), some(count, 5)), 200) < 3
