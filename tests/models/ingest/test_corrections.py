"""What reviewers made of findings: before and after, in offsets of the text that goes with them."""

import tracemalloc
from typing import Any

import pytest

from models import claims, speakers, statements
from models.extraction.parser import Parser
from models.history import changes
from models.history.changes import Actor
from models.ingest import candidates, corrections
from models.storage import snapshots
from models.tables import Statement
from models.upkeep import erasures
from tests.factories import MACHINE, TEXT, document, put_charge, put_claim, put_plain, put_review


@pytest.fixture
def found(registry: str, actor: Actor, parse: Parser) -> list[int]:
    """The candidates of the charge, the denial and the aide's words."""
    findings = candidates.read(text=TEXT, language="en", parse=parse)
    return candidates.create(by=actor, findings=findings, **document()).statements


def _corrections() -> list[Any]:
    return [one for told in corrections.documents() for one in told["corrections"]]


def test_nothing_is_told_before_it_is_decided(found: list[int], actor: Actor) -> None:
    statements.change(by=actor, id=found[0], version=1, role="officials")
    assert list(corrections.documents()) == []


def test_tells_what_was_mended_with_the_text_that_the_offsets_count_in(found: list[int], actor: Actor) -> None:
    statements.change(
        by=actor,
        id=found[0],
        version=1,
        status="accepted",
        speaker={"name": "American officials", "kind": "group"},
        cue={"text": "warned"},
        content=[{"text": "the exports sustain the war"}],
        claim={"text": "Exports sustain the war.", "language": "en"},
    )
    (told,) = corrections.documents()
    assert (told["doc_id"], told["text"], told["language"]) == (1, TEXT, "en")
    (one,) = told["corrections"]
    assert (one["id"], one["verdict"], one["extractor"]) == (found[0], "corrected", candidates.NAME)
    assert one["changed"] == ["speaker", "cue", "content", "claim"]
    before, after = one["before"], one["after"]
    assert (before["speaker"]["name"], after["speaker"]["name"]) == ("US officials", "American officials")
    assert [TEXT[slice(*one["cue"])] for one in (before, after)] == ["have long warned", "warned"]
    assert [TEXT[slice(*one["content"][0])] for one in (before, after)] == [
        "that the exports sustain the war",
        "the exports sustain the war",
    ]
    assert before["source"] == after["source"]
    assert (before["claim"], after["claim"]) == ("The exports sustain the war.", "Exports sustain the war.")


def test_a_claim_of_a_sign_alone_is_no_erased_one(found: list[int], actor: Actor) -> None:
    claim = {"text": "👎", "language": "en"}
    statements.change(by=actor, id=found[0], version=1, status="accepted", claim=claim)
    assert [one["after"]["claim"] for one in _corrections()] == ["👎"]


def test_tells_what_was_right_wrong_and_taken_back(found: list[int], actor: Actor) -> None:
    statements.change(by=actor, id=found[0], version=1, status="accepted")
    statements.change(by=actor, id=found[1], version=1, status="rejected", cue=None)
    statements.retract(by=actor, id=found[2], version=1, reason="Misread.")
    told = _corrections()
    assert [(one["id"], one["verdict"], one["changed"]) for one in told] == [
        (found[0], "accepted", []),
        (found[1], "rejected", []),
        (found[2], "retracted", []),
    ]
    assert told[0]["after"] == told[0]["before"]
    assert (told[1]["after"], told[2]["after"]) == (None, None)
    assert TEXT[slice(*told[1]["before"]["cue"])] == "denies"
    assert len(told[2]["before"]["content"]) == 2


def test_a_claim_that_is_mended_in_its_place_and_a_speaker_who_is_merged_are_told_too(
    found: list[int], actor: Actor
) -> None:
    charge = Statement.get_by_id(found[0])
    claims.change(by=actor, id=charge.claim_id, version=1, text="They do.")
    other = speakers.create(by=actor, name="Officials of the US", kind="group")
    speakers.merge(by=actor, id=charge.speaker_id, into=other)
    statements.change(by=actor, id=found[0], version=Statement.get_by_id(found[0]).version, status="accepted")
    (one,) = _corrections()
    assert one["changed"] == ["speaker", "claim"]
    assert (one["before"]["claim"], one["after"]["claim"]) == ("The exports sustain the war.", "They do.")
    assert (one["before"]["speaker"]["name"], one["after"]["speaker"]["name"]) == (
        "US officials",
        "Officials of the US",
    )


def test_a_finding_of_a_claim_that_was_reworded_before_it_is_not_corrected_by_that(registry: str, actor: Actor) -> None:
    claim = put_claim(actor, "The exports sustain the war.")
    claims.change(by=actor, id=claim, version=1, text="The exports keep the war going.")
    found = put_charge(actor, claim={"id": claim}, origin=dict(MACHINE))
    statements.change(by=actor, id=found, version=1, status="accepted")
    (told,) = _corrections()
    assert (told["verdict"], told["before"]) == ("accepted", told["after"])


def test_a_speaker_and_a_reporter_who_are_renamed_are_told_with_the_names_found(registry: str, actor: Actor) -> None:
    via = {"speaker": {"name": "The Herald", "kind": "organization"}}
    found = put_charge(actor, origin=dict(MACHINE), via=via)
    statements.change(by=actor, id=found, version=1, status="accepted")
    row = Statement.get_by_id(found)
    speakers.change(by=actor, id=row.speaker_id, version=1, name="American officials")
    speakers.change(by=actor, id=row.via_speaker_id, version=1, kind="government")
    (one,) = _corrections()
    assert (one["verdict"], one["changed"]) == ("corrected", ["speaker", "via"])
    assert [told["speaker"]["name"] for told in (one["before"], one["after"])] == ["US officials", "American officials"]
    assert [told["via"]["kind"] for told in (one["before"], one["after"])] == ["organization", "government"]
    put_charge(
        actor, document=document(url="https://example.org/later"), speaker={"id": row.speaker_id}, origin=MACHINE
    )
    statements.change(by=actor, id=found + 1, version=1, status="accepted")
    assert [told["verdict"] for told in _corrections()] == ["corrected", "accepted"]


def test_what_an_erased_document_printed_is_neither_a_finding_nor_decided_on(registry: str, actor: Actor) -> None:
    accepted, waiting, elsewhere = (
        put_plain(actor, word, origin=MACHINE, claim={"text": "It is so.", "language": "en", "reuse": True}, **other)
        for word, other in (
            ("first", {}),
            ("second", {}),
            ("third", {"document": {"text": "Said to be so, says third.", "language": "en"}}),
        )
    )
    for id in (accepted, elsewhere):
        statements.change(by=actor, id=id, version=1, status="accepted")
    assert [one["id"] for one in _corrections()] == [accepted, elsewhere]
    assert Statement.get_by_id(waiting).claim_id == Statement.get_by_id(elsewhere).claim_id
    erasures.document(id=1, reason="By order of a court.", by=actor)
    (told,) = corrections.documents()
    assert (told["doc_id"], [one["id"] for one in told["corrections"]]) == (2, [elsewhere])


@pytest.mark.parametrize("part", ["speaker", "via", "via since", "content"])
def test_what_an_erased_speaker_was_found_to_say_or_report_is_left_out(registry: str, actor: Actor, part: str) -> None:
    erased, other = {"name": "Ann Quibblewick"}, {"name": "Bob Bay"}
    own = put_plain(actor, "first", speaker=erased, origin=MACHINE, claim={"text": "It is so.", "language": "en"})
    told = put_plain(
        actor,
        *("first" if part == "content" else "second",),
        speaker=erased if part == "speaker" else other,
        origin=MACHINE,
        claim={"id": Statement.get_by_id(own).claim_id},
        via={"speaker": erased} if part == "via" else None,
    )
    put_plain(actor, "third", speaker=other, claim={"id": Statement.get_by_id(own).claim_id})
    mended: dict[str, Any] = {
        "speaker": {"speaker": other},
        "via": {"via": None},
        "via since": {"via": {"speaker": erased}},
        "content": {"content": [{"text": "says second"}], "sentence": {"text": "The second paragraph says second."}},
    }[part]
    statements.change(by=actor, id=told, version=1, status="accepted", **mended)
    assert [one["id"] for one in _corrections()] == [told]
    erasures.speaker(id=Statement.get_by_id(own).speaker_id, reason="By order of a court.", by=actor)
    assert Statement.get_by_id(told).retracted_at is None
    assert _corrections() == []


def test_a_rejected_finding_that_is_erased_is_not_retracted_for_that(registry: str, actor: Actor) -> None:
    found = put_plain(actor, "first", origin=MACHINE)
    put_plain(actor, "first", speaker={"name": "Bob Bay"}, claim={"id": Statement.get_by_id(found).claim_id})
    statements.change(by=actor, id=found, version=1, speaker={"name": "Ann Quibblewick"}, status="rejected")
    assert [one["verdict"] for one in _corrections()] == ["rejected"]
    erasures.speaker(id=Statement.get_by_id(found).speaker_id, reason="By order of a court.", by=actor)
    assert "first" in Statement.get_by_id(found).content
    assert _corrections() == []


def test_leaves_out_what_people_recorded(registry: str, actor: Actor) -> None:
    put_charge(actor)
    assert list(corrections.documents()) == []


def test_tells_of_many_documents_in_their_order(registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "ROWS", 2)
    origin = {"kind": "extractor", "extractor": "rules", "extractor_version": "1.0", "confidence": 0.75}
    for number in range(5):
        printed = document(url=f"https://example.org/{number}")
        put_charge(actor, document=printed, origin=origin, status="rejected" if number != 3 else "candidate")
    assert [told["doc_id"] for told in corrections.documents()] == [1, 2, 3, 5]


def _claim(id: int) -> Any:
    return Statement.get_by_id(id).claim


def _mend(by: Actor, id: int, *content: str, **other: Any) -> None:
    """Mend where the words of a statement begin and end."""
    version = Statement.get_by_id(id).version
    statements.change(by=by, id=id, version=version, content=[{"text": text} for text in content], **other)


def test_a_claim_follows_its_words_time_and_again(found: list[int], actor: Actor) -> None:
    _mend(actor, found[0], "that the exports sustain")
    assert (_claim(found[0]).text, _claim(found[0]).version) == ("The exports sustain.", 2)
    _mend(actor, found[0], "the exports")
    assert _claim(found[0]).text == "The exports."
    _mend(actor, found[1], "charge")
    assert _claim(found[1]).text == "The exports do not sustain the war."


def test_a_claim_that_was_worded_by_hand_is_shared_or_reviewed_stays(found: list[int], actor: Actor) -> None:
    charge, denial, aide = found
    claims.change(by=actor, id=_claim(charge).id, version=1, text="The exports, they say, sustain the war.")
    _mend(actor, charge, "that the exports sustain")
    assert _claim(charge).text == "The exports, they say, sustain the war."
    put_review(actor, _claim(aide).id)
    before = _claim(aide).text
    _mend(actor, aide, "“We need proof,”")
    assert _claim(aide).text == before
    statements.change(by=actor, id=denial, version=1, claim={"id": _claim(aide).id})


def test_of_a_long_claim_that_was_changed_often_no_history_is_held(found: list[int], actor: Actor) -> None:
    charge, claim = found[0], _claim(found[0])
    changes.update(actor, claim, more={"followed": charge}, text=claim.text[:-1] + ", 🙂" * 6_000)
    for _ in range(30):
        for language in ("de", "en"):
            claims.change(by=actor, id=claim.id, version=_claim(charge).version, language=language)
    tracemalloc.start()
    try:
        assert not claims.worded_by_hand(id=claim.id)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000
    claims.change(by=actor, id=claim.id, version=_claim(charge).version, text="They do.")
    assert claims.worded_by_hand(id=claim.id)


def test_a_claim_that_somebody_else_states_too_stays(found: list[int], actor: Actor) -> None:
    put_charge(actor, speaker={"name": "Olga Fenn"}, claim={"id": _claim(found[0]).id})
    _mend(actor, found[0], "that the exports sustain")
    assert _claim(found[0]).text == "The exports sustain the war."


def test_a_claim_that_is_given_with_the_words_is_taken(found: list[int], actor: Actor) -> None:
    _mend(actor, found[0], "that the exports sustain", claim={"text": "They do.", "language": "en"})
    assert _claim(found[0]).text == "They do."


def test_a_speaker_who_is_only_renamed_keeps_their_kind(found: list[int], actor: Actor) -> None:
    statements.change(by=actor, id=found[0], version=1, speaker={"name": "American officials"})
    statements.change(by=actor, id=found[1], version=1, speaker={"name": "Ministry of Trade", "kind": "organization"})
    statements.change(by=actor, id=found[2], version=1, speaker={"name": "Olga Fenn"})
    assert [Statement.get_by_id(id).speaker.kind for id in found] == ["group", "organization", "person"]
