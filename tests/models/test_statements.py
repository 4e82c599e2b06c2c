"""Statements: the whole act of attribution in one write, seen by those who may, changed and taken back."""

from typing import Any

import pytest

from models import claims, counterclaims, documents, reviews, sentences, speakers, statements
from models.history.changes import Actor
from models.refusals import Conflict, Forbidden, Gone, NotFound, Stale
from models.tables import ALL, Claim, Counterclaim, Document, Review, Speaker, Statement
from models.upkeep import verify
from tests.factories import (
    MACHINE,
    PLAIN,
    PUBLIC,
    READER,
    REVIEWER,
    SENTENCE,
    TEXT,
    charge,
    denial,
    lines_of,
    listed_ids,
    listed_items,
    put_charge,
    put_claim,
    put_denial,
    put_document,
    put_plain,
    put_review,
    seen,
)

#: Who writes without the review scope.
WRITER = Actor(reviews=False)
#: Why a counterclaim is taken back with a statement: in words that an erasure of that may leave.
TAKEN_WITH_IT = "Its evidence or its target was retracted."


def _read(id: int, viewer: Any = PUBLIC) -> Any:
    return seen(statements.get(id=id, viewer=viewer))


def _ids(viewer: Any = PUBLIC, **filters: Any) -> list[int]:
    return listed_ids(statements, viewer, **filters)


def _refused(**body: Any) -> Conflict:
    """The refusal of a record, which leaves nothing behind."""
    before = [model.select().count() for model in ALL]
    with pytest.raises(Conflict) as refused:
        statements.record(by=Actor(), **body)
    assert [model.select().count() for model in ALL] == before
    return refused.value


def test_one_write_makes_all_that_is_new(registry: str, actor: Actor) -> None:
    whole = _read(put_charge(actor, role="officials at the time"))
    assert (whole["speaker"]["name"], whole["speaker"]["kind"]) == ("US officials", "group")
    start = TEXT.index("US officials")
    assert whole["mention"] == {"text": "US officials", "start": start, "end": start + 12}
    assert whole["cue"]["text"] == TEXT[whole["cue"]["start"] : whole["cue"]["end"]] == "warned"
    (span,) = whole["content"]
    assert span["text"] == TEXT[span["start"] : span["end"]] == "the exports sustain the war"
    assert whole["sentence"]["text"] == SENTENCE
    assert whole["document"]["title"] == "A visit"
    assert whole["claim"]["text"] == "The exports sustain the war."
    assert (whole["form"], whole["said_on"], whole["status"]) == ("indirect", "2026-03-13", "accepted")
    assert (whole["role"], whole["via"], whole["version"]) == ("officials at the time", None, 1)
    assert whole["origin"] == {"kind": "person", "extractor": None, "extractor_version": None, "confidence": None}


def test_one_get_of_either_side_shows_the_counterclaim(registry: str, actor: Actor) -> None:
    charged = put_charge(actor)
    denied = put_denial(actor, charged)
    (answer,) = _read(charged)["counterclaims"]
    assert (answer["kind"], answer["statement_id"]) == ("denies", denied)
    assert answer["answer"]["statements"][0]["mention"]["text"] == "Beijing"
    assert answer["answer"]["statements"][0]["sentence"]["text"] == SENTENCE
    (counter,) = _read(denied)["counters"]
    assert counter["claim"]["statements"][0]["speaker"]["name"] == "US officials"
    assert _read(charged)["counters"] == _read(denied)["counterclaims"] == []


def test_a_quote_that_is_split_keeps_both_spans(registry: str, actor: Actor) -> None:
    body = charge(
        sentence=None,
        mention={"text": "an aide"},
        cue={"text": "said"},
        content=[{"text": "We need proof,"}, {"text": "There is none."}],
        form="direct",
    )
    whole = _read(statements.record(by=actor, **body))
    assert [span["text"] for span in whole["content"]] == ["We need proof,", "There is none."]
    assert whole["sentence"]["text"] == "“We need proof,” an aide said."
    assert Statement.get().spans == ",".join(f"{span['start']}-{span['end']}" for span in whole["content"])


def test_attribution_is_nested(registry: str, actor: Actor) -> None:
    by_speaker = _read(put_charge(actor, via={"speaker": {"name": "White House"}}))
    assert (by_speaker["via"]["speaker"]["name"], by_speaker["via"]["document"]) == ("White House", None)
    release = {"text": "A statement.", "language": "en", "title": "Readout"}
    by_document = _read(put_denial(actor, by_speaker["id"], via={"document": release}))
    assert (by_document["via"]["speaker"], by_document["via"]["document"]["title"]) == (None, "Readout")


def test_offsets_name_what_words_name(registry: str, actor: Actor) -> None:
    document = put_document(actor)
    at = {
        words: {"start": TEXT.index(words), "end": TEXT.index(words) + len(words)}
        for words in (SENTENCE, "US officials", "warned", "the exports sustain the war")
    }
    body = charge(
        document={"id": document},
        sentence=at[SENTENCE],
        mention=at["US officials"],
        cue=at["warned"],
        content=[at["the exports sustain the war"]],
    )
    whole = _read(statements.record(by=actor, **body))
    assert (whole["mention"]["text"], whole["cue"]["text"]) == ("US officials", "warned")
    assert whole["content"][0]["text"] == "the exports sustain the war"
    assert "statement 1" in _refused(**charge()).detail


def test_the_same_words_of_the_same_speaker_are_refused_and_named(registry: str, actor: Actor) -> None:
    id = put_charge(actor)
    refused = _refused(**charge(claim={"text": "In other words.", "language": "en"}))
    assert (refused.field, refused.more) == ("/content", {"known": id})
    assert put_charge(actor, speaker={"name": "Somebody else"}) != id
    statements.retract(by=actor, id=id, version=1, reason=None)
    assert put_charge(actor) != id, "what was taken back may be put in again"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"speaker": {"id": 99}}, "/speaker/id"),
        ({"document": {"id": 99}}, "/document/id"),
        ({"document": {"url": "https://example.org/unknown"}}, "/document/url"),
        ({"sentence": {"text": "No such sentence."}}, "/sentence/text"),
        ({"sentence": {"id": 99}}, "/sentence/id"),
        ({"sentence": {"text": "The visit ended on Friday."}}, "/content/0/text"),
        ({"content": [{"text": "nowhere"}]}, "/content/0/text"),
        ({"content": [{"start": 5, "end": len(TEXT) + 1}]}, "/content/0/end"),
        ({"mention": {"text": "nobody"}}, "/mention/text"),
        ({"cue": {"start": 5, "end": 5}}, "/cue/end"),
        ({"claim": {"id": 99}}, "/claim/id"),
        ({"claim": {"text": "A.", "language": "en", "topics": ["no"]}}, "/claim/topics/0"),
        ({"via": {"speaker": {"id": 99}}}, "/via/speaker/id"),
        ({"via": {"document": {"id": 99}}}, "/via/document/id"),
        ({"counters": [{"claim": 99, "kind": "denies"}]}, "/counters/0/claim"),
        ({"counters": [{"target": 99, "kind": "denies"}]}, "/counters/0/target"),
    ],
)
def test_a_wrong_member_is_refused_by_name_and_nothing_is_stored(
    registry: str, wrong: dict[str, Any], field: str
) -> None:
    assert _refused(**charge(**wrong)).field == field


def test_words_that_stand_twice_are_refused_with_their_places(registry: str, actor: Actor) -> None:
    text = "He said no, and no it was. No."
    body = charge(document={"text": text, "language": "en"}, sentence=None, mention=None, cue=None)
    refused = _refused(**(body | {"content": [{"text": "no"}]}))
    assert refused.field == "/content/0/text"
    assert refused.more["candidates"] == [{"start": at, "end": at + 2, "text": text} for at in (8, 16)]


def test_words_are_looked_for_from_the_sentence_before_to_the_one_after(registry: str, actor: Actor) -> None:
    for member in ("mention", "cue"):
        far = put_plain(actor, "third", speaker={"name": f"One with a {member}"}, **{member: {"text": "paragraph"}})
        assert _read(far)[member]["start"] == PLAIN.index("third") + 6, "the one in the sentence comes first"
        for place, word in enumerate(("second", "fourth")):
            near = put_plain(actor, "third", speaker={"name": f"{member} {place}"}, **{member: {"text": f"The {word}"}})
            assert _read(near)[member]["start"] == PLAIN.index(f"The {word}")
        for word in ("first", "fifth"):
            with pytest.raises(Conflict) as refused:
                put_plain(actor, "third", speaker={"name": "Nobody"}, **{member: {"text": f"The {word}"}})
            assert refused.value.field == f"/{member}/text"
    start = PLAIN.index("The fifth")
    by_offsets = put_plain(actor, "third", mention={"start": start, "end": start + 9})
    assert _read(by_offsets)["mention"]["text"] == "The fifth"


def test_words_are_looked_for_after_the_last_of_the_contents_spans(registry: str, actor: Actor) -> None:
    content = [{"text": "says third"}, {"text": "says fourth"}]
    id = put_plain(actor, "third", content=content, mention={"text": "The fifth"})
    assert _read(id)["mention"]["start"] == PLAIN.index("The fifth")


def test_changed_words_are_looked_for_around_the_content_as_it_then_is(registry: str, actor: Actor) -> None:
    id = put_plain(actor, "third")
    with pytest.raises(Conflict) as refused:
        statements.change(by=actor, id=id, version=1, mention={"text": "The fifth"})
    assert refused.value.field == "/mention/text"
    content = [{"text": "says third"}, {"text": "says fourth"}]
    statements.change(by=actor, id=id, version=1, content=content, mention={"text": "The fifth"})
    statements.change(by=actor, id=id, version=2, cue={"text": "The fifth paragraph"})
    assert (_read(id)["mention"]["text"], _read(id)["cue"]["text"]) == ("The fifth", "The fifth paragraph")


def test_words_inside_a_word_are_no_words(registry: str, actor: Actor) -> None:
    for wrong, field in (
        ({"cue": {"text": "warn"}}, "/cue/text"),
        ({"mention": {"text": "US official"}}, "/mention/text"),
        ({"content": [{"text": "the exports sustain the wa"}]}, "/content/0/text"),
    ):
        assert _refused(**charge(**wrong)).field == field


def test_a_content_without_a_sentence_may_run_on_into_the_next(registry: str, actor: Actor) -> None:
    id = put_plain(actor, "third", content=[{"text": "says third.\n\nThe fourth paragraph"}])
    assert _read(id)["sentence"]["text"] == "The third paragraph says third."
    assert _read(id)["content"][0]["text"] == "says third.\n\nThe fourth paragraph"


def test_a_statement_does_not_answer_its_own_claim(registry: str, actor: Actor) -> None:
    claim = put_claim(actor)
    body = charge(claim={"id": claim}, counters=[{"claim": claim, "kind": "denies"}])
    assert _refused(**body).field == "/counters/0"


def test_answers_by_claim_or_by_statement_with_kind_and_note(registry: str, actor: Actor) -> None:
    charged = put_charge(actor)
    other = put_claim(actor, "Another.")
    counters = [
        {"target": charged, "kind": "denies"},
        {"claim": other, "kind": "qualifies", "note": "Only in part."},
    ]
    denied = put_denial(actor, charged, counters=counters)
    counterclaims = [
        (counterclaim.claim_id, counterclaim.kind, counterclaim.note, counterclaim.statement_id)
        for counterclaim in Counterclaim.select().order_by(Counterclaim.id)
    ]
    assert counterclaims == [
        (statements.claim_of(id=charged), "denies", None, denied),
        (other, "qualifies", "Only in part.", denied),
    ]


def test_a_known_counterclaim_stays_with_its_first_evidence(registry: str, actor: Actor) -> None:
    charged = put_charge(actor)
    first = put_denial(actor, charged)
    again = {"id": statements.claim_of(id=first)}
    put_denial(actor, charged, speaker={"name": "A spokesman"}, claim=again)
    (counterclaim,) = Counterclaim.select()
    assert counterclaim.statement_id == first


@pytest.mark.parametrize("status", ["candidate", "rejected"])
def test_a_counterclaim_that_the_public_cannot_see_rests_on_the_accepted_statement(
    registry: str, actor: Actor, status: str
) -> None:
    charged = put_charge(actor)
    hidden = put_denial(actor, charged, status=status)
    again = {"id": statements.claim_of(id=hidden)}
    assert listed_items(counterclaims, PUBLIC) == []
    shown = put_denial(actor, charged, speaker={"name": "A spokesman"}, claim=again)
    (counterclaim,) = Counterclaim.select()
    assert counterclaim.statement_id == shown
    assert len(listed_items(counterclaims, PUBLIC)) == 1
    assert [line["action"] for line in lines_of("counterclaims", counterclaim.id)] == ["create", "change"]


def test_a_writer_answers_nothing_hidden(registry: str, actor: Actor) -> None:
    hidden = put_charge(actor, status="candidate")
    answered = (("target", "statement", hidden), ("claim", "claim", statements.claim_of(id=hidden)))
    for member, noun, unseen in answered:
        ids = (unseen, 99)
        for id in ids:
            with pytest.raises(Conflict) as refused:
                put_plain(WRITER, "first", counters=[{member: id, "kind": "denies"}])
            assert (refused.value.detail, refused.value.field, refused.value.more) == (
                f"There is no {noun} {id}.",
                f"/counters/0/{member}",
                {},
            )
        assert put_plain(actor, "first", speaker={"name": noun}, counters=[{member: ids[0], "kind": "denies"}])
    assert statements.referred(by=actor, id=hidden, field="/statement").id == hidden
    shown = put_plain(actor, "second")
    assert statements.referred(by=WRITER, id=shown, field="/statement").id == shown


def test_a_writer_neither_states_nor_reuses_a_hidden_claim(registry: str, actor: Actor) -> None:
    hidden = statements.claim_of(id=put_charge(actor, status="candidate"))
    for id in (hidden, 99):
        with pytest.raises(Conflict) as refused:
            put_plain(WRITER, "first", claim={"id": id})
        assert (refused.value.detail, refused.value.field) == (f"There is no claim {id}.", "/claim/id")
    again = {"text": "The exports sustain the war.", "language": "en", "reuse": True}
    assert statements.claim_of(id=put_plain(WRITER, "first", claim=again)) != hidden
    with pytest.raises(Conflict) as refused:
        statements.change(by=WRITER, id=put_plain(actor, "second"), version=1, claim={"id": hidden})
    assert refused.value.field == "/claim/id"


# -- candidates and who sees them ---------------------------------------------------------------


def test_what_an_extractor_found_starts_as_a_candidate(registry: str, actor: Actor) -> None:
    whole = _read(put_charge(actor, origin=dict(MACHINE)), REVIEWER)
    assert (whole["status"], whole["origin"]) == ("candidate", MACHINE)
    assert _read(put_plain(actor, "first", origin={"kind": "import"}))["status"] == "accepted"


def test_accepting_what_an_extractor_found_takes_the_review_scope(registry: str, actor: Actor) -> None:
    with pytest.raises(Forbidden):
        put_charge(WRITER, origin=dict(MACHINE), status="accepted")
    assert Statement.select().count() == Document.select().count() == 0
    assert put_charge(WRITER, origin=dict(MACHINE), status="candidate")
    assert put_plain(actor, "first", origin=dict(MACHINE), status="accepted")


@pytest.mark.parametrize("origin", [None, {"kind": "person"}, {"kind": "import"}, MACHINE])
def test_recording_what_is_rejected_takes_the_review_scope(
    registry: str, actor: Actor, origin: dict[str, Any] | None
) -> None:
    with pytest.raises(Forbidden):
        put_charge(WRITER, origin=origin and dict(origin), status="rejected")
    assert Statement.select().count() == Document.select().count() == 0
    id = put_charge(actor, origin=origin and dict(origin), status="rejected")
    assert _read(id, REVIEWER)["status"] == "rejected"


def test_whoever_is_unsure_of_their_own_finding_records_a_candidate(registry: str) -> None:
    assert _read(put_charge(WRITER, status="candidate"), REVIEWER)["status"] == "candidate"


@pytest.mark.parametrize("status", ["candidate", "rejected"])
def test_the_public_hears_nothing_of_a_statement_that_it_never_saw(registry: str, actor: Actor, status: str) -> None:
    id = put_charge(actor, status=status)
    statements.retract(by=actor, id=id, version=1, reason="Private.")
    for viewer in (PUBLIC, READER):
        with pytest.raises(NotFound) as unknown:
            statements.get(id=id, viewer=viewer)
        assert (unknown.value.detail, unknown.value.more) == (f"There is no statement {id}.", {})
    with pytest.raises(Gone) as gone:
        statements.get(id=id, viewer=REVIEWER)
    assert gone.value.more["reason"] == "Private."


def test_the_public_hears_why_what_it_saw_is_gone(registry: str, actor: Actor) -> None:
    id = put_charge(actor)
    statements.retract(by=actor, id=id, version=1, reason="Misread.")
    with pytest.raises(Gone) as gone:
        statements.get(id=id, viewer=PUBLIC)
    assert gone.value.more["reason"] == "Misread."


@pytest.mark.parametrize("status", ["candidate", "rejected"])
def test_only_the_review_scope_sees_what_is_not_accepted(registry: str, actor: Actor, status: str) -> None:
    id = put_charge(actor, status=status)
    for viewer in (PUBLIC, READER):
        with pytest.raises(NotFound):
            statements.get(id=id, viewer=viewer)
        assert _ids(viewer) == _ids(viewer, status=status) == []
        assert statements.get(id=id, viewer=viewer, just_written=True), "whoever has just written it sees it once"
    assert seen(documents.get(id=1, viewer=READER))["statements"] == []
    assert seen(documents.get(id=1, viewer=READER))["statement_count"] == 0
    assert seen(speakers.get(id=1, viewer=READER))["statements"] == []
    assert _ids(REVIEWER) == _ids(REVIEWER, status=status) == [id]
    assert _read(id, REVIEWER)["status"] == status


def test_a_writer_neither_decides_on_candidates_nor_touches_them(registry: str, actor: Actor) -> None:
    candidate, accepted = put_charge(actor, status="candidate"), put_plain(actor, "first")
    with pytest.raises(Forbidden):
        statements.change(by=WRITER, id=accepted, version=1, status="rejected")
    for version in (1, 7):
        with pytest.raises(NotFound):
            statements.change(by=WRITER, id=candidate, version=version, status="accepted")
        with pytest.raises(NotFound):
            statements.change(by=WRITER, id=candidate, version=version, role="minister")
        with pytest.raises(NotFound):
            statements.retract(by=WRITER, id=candidate, version=version, reason=None)
    statements.change(by=WRITER, id=accepted, version=1, role="minister", status="accepted")
    statements.change(by=actor, id=candidate, version=1, status="accepted")
    assert _ids() == [accepted, candidate]


# -- lists --------------------------------------------------------------------------------------


def test_lists_by_everything_at_once(registry: str, actor: Actor) -> None:
    charged = put_charge(actor)
    denied = put_denial(actor, charged)
    plain = put_plain(actor, "first", said_on="2026-03-14")
    assert _ids() == [plain, denied, charged]
    assert _ids(answered=True) == [charged]
    assert _ids(answered=False) == [plain, denied]
    assert _ids(said_from="2026-03-14") == [plain]
    assert _ids(said_to="2026-03-13") == [denied, charged]
    assert _ids(claim=statements.claim_of(id=denied)) == [denied]
    assert _ids(document=1) == [denied, charged]
    assert _ids(speaker=1) == _ids(speaker=1, document=1, answered=True, said_to="2026-03-13") == [charged]
    assert _ids(speaker=1, answered=False) == _ids(topic="war") == []
    first, *rest = _ids()
    assert listed_ids(statements, PUBLIC, past=first) == rest


def test_one_query_reads_a_whole_however_much_hangs_on_it(registry: str, actor: Actor, queries: list[str]) -> None:
    charged = put_charge(actor)
    queries.clear()
    statements.get(id=charged, viewer=PUBLIC)
    _ids(answered=False)
    assert len(queries) == 2
    for number in range(4):
        put_denial(actor, charged, speaker={"name": f"Denier {number}"})
    queries.clear()
    assert len(_read(charged)["counterclaims"]) == 4
    assert len(_ids()) == 5
    assert len(queries) == 2


# -- changes ------------------------------------------------------------------------------------


def test_changes_words_and_keeps_the_rest(registry: str, actor: Actor) -> None:
    id = put_charge(actor)
    statements.change(
        by=actor, id=id, version=1, cue={"text": "long warned"}, role="officials", mention=None, said_on=None
    )
    whole = _read(id)
    assert (whole["cue"]["text"], whole["mention"], whole["role"], whole["said_on"]) == (
        "long warned",
        None,
        "officials",
        None,
    )
    assert (whole["content"][0]["text"], whole["version"]) == ("the exports sustain the war", 2)
    created, changed = lines_of("statements", id)
    assert (created["action"], created["before"], created["after"]["cue"]["text"]) == ("create", None, "warned")
    assert (changed["before"]["cue"]["text"], changed["after"]["cue"]["text"]) == ("warned", "long warned")
    assert changed["before"]["version"] == 1


def test_a_new_content_takes_its_sentence_with_it(registry: str, actor: Actor) -> None:
    id = put_charge(actor)
    statements.change(by=actor, id=id, version=1, content=[{"text": "We need proof,"}])
    assert _read(id)["sentence"]["text"] == "“We need proof,” an aide said."
    with pytest.raises(Conflict) as refused:
        statements.change(by=actor, id=id, version=2, sentence={"text": SENTENCE})
    assert refused.value.field == "/sentence"
    statements.change(
        by=actor, id=id, version=2, sentence={"text": SENTENCE}, content=[{"text": "a charge Beijing denies"}]
    )
    assert (_read(id)["sentence"]["text"], _read(id)["version"]) == (SENTENCE, 3)


def test_changes_speaker_claim_and_via(registry: str, actor: Actor) -> None:
    id = put_charge(actor)
    statements.change(
        by=actor,
        id=id,
        version=1,
        speaker={"name": "Officials"},
        claim={"text": "Anew.", "language": "en"},
        via={"speaker": {"name": "White House"}},
    )
    whole = _read(id)
    assert (whole["speaker"]["name"], whole["claim"]["text"]) == ("Officials", "Anew.")
    statements.change(by=actor, id=id, version=2, via=None)
    assert _read(id)["via"] is None


def test_refuses_a_change_into_what_another_statement_is(registry: str, actor: Actor) -> None:
    mine = put_charge(actor)
    theirs = put_charge(actor, speaker={"name": "Others"})
    with pytest.raises(Conflict) as refused:
        statements.change(by=actor, id=theirs, version=1, speaker={"name": "US officials"})
    assert refused.value.more == {"known": mine}
    statements.change(by=actor, id=mine, version=1, content=[{"text": "the exports sustain the war"}])


def test_refuses_a_change_of_an_older_version(registry: str, actor: Actor) -> None:
    id = put_charge(actor)
    statements.change(by=actor, id=id, version=1, role="mine")
    for old in (
        lambda: statements.change(by=actor, id=id, version=1, role="theirs"),
        lambda: statements.retract(by=actor, id=id, version=1, reason=None),
    ):
        with pytest.raises(Stale):
            old()
    assert _read(id)["role"] == "mine"
    with pytest.raises(NotFound):
        statements.change(by=actor, id=99, version=1, role="nobody's")


def test_a_counterclaim_follows_its_evidence_to_another_claim(registry: str, actor: Actor) -> None:
    charged = put_charge(actor)
    denied = put_denial(actor, charged)
    new = put_claim(actor, "A better one.")
    statements.change(by=actor, id=denied, version=1, claim={"id": new})
    (counterclaim,) = Counterclaim.select()
    assert (counterclaim.answer_id, counterclaim.statement_id, counterclaim.version) == (new, denied, 2)
    with pytest.raises(Conflict) as refused:
        statements.change(by=actor, id=denied, version=2, claim={"id": statements.claim_of(id=charged)})
    assert refused.value.more == {"id": counterclaim.id}


# -- retracting ---------------------------------------------------------------------------------


def test_takes_the_counterclaims_that_rest_on_it_and_leaves_a_tombstone(registry: str, actor: Actor) -> None:
    charged = put_charge(actor)
    denied = put_denial(actor, charged)
    answer = statements.claim_of(id=denied)
    counterclaims.create(by=actor, claim=statements.claim_of(id=charged), answer=answer, kind="disputes")
    statements.retract(by=actor, id=denied, version=1, reason="Misread.")
    with pytest.raises(Gone) as gone:
        statements.get(id=denied, viewer=REVIEWER)
    assert gone.value.more == {"retracted_at": Statement.get_by_id(denied).retracted_at, "reason": "Misread."}
    denies, disputes = Counterclaim.select().order_by(Counterclaim.id)
    assert (denies.retracted_reason, disputes.retracted_at) == (TAKEN_WITH_IT, None)
    assert [line["action"] for line in lines_of("counterclaims", denies.id)] == ["create", "retract"]
    assert Claim.get_by_id(answer).retracted_at is None
    with pytest.raises(Gone):
        statements.retract(by=actor, id=denied, version=2, reason=None)
    assert denied not in _ids(REVIEWER)


def _evidence_and_more(actor: Actor, *statuses: str) -> tuple[int, list[int]]:
    """A denial that is the evidence of its counterclaim, and others of the same claim with these statuses."""
    denied = put_denial(actor, put_charge(actor))
    again = {"claim": {"id": statements.claim_of(id=denied)}, "counters": []}
    others = [
        put_denial(actor, 1, speaker={"name": f"Spokesman {place}"}, status=status, **again)
        for place, status in enumerate(statuses)
    ]
    return denied, others


def test_the_counterclaims_of_what_is_retracted_rest_on_the_next_accepted_statement(
    registry: str, actor: Actor
) -> None:
    denied, (_, gone, heir, _) = _evidence_and_more(actor, "candidate", "accepted", "accepted", "accepted")
    statements.retract(by=actor, id=gone, version=1, reason=None)
    statements.retract(by=actor, id=denied, version=1, reason="Misread.")
    counterclaim = Counterclaim.get()
    assert (counterclaim.statement_id, counterclaim.retracted_at, counterclaim.version) == (heir, None, 2)
    assert [line["action"] for line in lines_of("counterclaims", counterclaim.id)] == ["create", "change"]
    assert len(listed_items(counterclaims, PUBLIC)) == 1


def _denies_many(actor: Actor, statement: int) -> None:
    """Let a statement be the evidence of thirty counterclaims more."""
    answer = statements.claim_of(id=statement)
    for at in range(30):
        counterclaims.create(
            by=actor, claim=put_claim(actor, f"{at}"), answer=answer, kind="denies", statement=statement
        )


def test_what_counterclaims_rest_on_instead_is_looked_for_once_however_many(
    registry: str, actor: Actor, queries: list[str]
) -> None:
    # For each of them anew, all other statements of the answer were read: 13 s for 1,000 and 10,000.
    denied, (heir,) = _evidence_and_more(actor, "accepted")
    _denies_many(actor, denied)
    queries.clear()
    statements.retract(by=actor, id=denied, version=1, reason=None)
    assert len(queries) < 60
    assert {(one.statement_id, one.retracted_at) for one in Counterclaim.select()} == {(heir, None)}


def test_all_counterclaims_that_rest_on_what_is_retracted_are_taken_back_at_once(
    registry: str, actor: Actor, queries: list[str]
) -> None:
    denied = put_denial(actor, put_charge(actor))
    _denies_many(actor, denied)
    queries.clear()
    statements.retract(by=actor, id=denied, version=1, reason="Misread.")
    assert len(queries) < 60
    taken = Counterclaim.select().where(Counterclaim.retracted_reason == TAKEN_WITH_IT)
    assert [[line["action"] for line in lines_of("counterclaims", one.id)] for one in taken] == [
        ["create", "retract"]
    ] * 31
    statements.restore(by=actor, id=denied)
    assert not Counterclaim.select().where(Counterclaim.retracted_at.is_null(False))


@pytest.mark.parametrize("of", ["claim", "attribution"])
def test_no_evidence_moves_to_a_claim_that_answers_the_same_in_the_same_way(
    registry: str, actor: Actor, of: str
) -> None:
    charged, other = put_charge(actor), put_claim(actor, "Another.")
    aimed = {"claim": statements.claim_of(id=charged), "kind": "disputes", "target": charged, "of": of}
    denied = put_denial(actor, charged)
    answer = statements.claim_of(id=denied)
    counterclaims.create(by=actor, answer=answer, statement=denied, **aimed)
    known = counterclaims.create(by=actor, answer=other, **aimed)
    with pytest.raises(Conflict, match=f"already: counterclaim {known}"):
        statements.change(by=actor, id=denied, version=1, claim={"id": other})


def test_all_counterclaims_follow_their_evidence_to_another_claim_at_once(
    registry: str, actor: Actor, queries: list[str]
) -> None:
    denied = put_denial(actor, put_charge(actor))
    _denies_many(actor, denied)
    other = put_claim(actor, "Another.")
    queries.clear()
    statements.change(by=actor, id=denied, version=1, claim={"id": other})
    assert len(queries) < 80
    assert {(one.answer_id, one.version) for one in Counterclaim.select()} == {(other, 2)}


@pytest.mark.parametrize("status", ["candidate", "rejected"])
def test_the_counterclaims_of_what_is_retracted_rest_on_nothing_hidden(
    registry: str, actor: Actor, status: str
) -> None:
    denied, _ = _evidence_and_more(actor, status)
    put_plain(actor, "first")
    statements.retract(by=actor, id=denied, version=1, reason="Misread.")
    counterclaim = Counterclaim.get()
    assert (counterclaim.statement_id, counterclaim.retracted_reason) == (denied, TAKEN_WITH_IT)


@pytest.mark.parametrize("status", ["candidate", "rejected"])
def test_the_counterclaims_of_what_is_no_longer_accepted_rest_on_the_next_accepted_statement(
    registry: str, actor: Actor, status: str
) -> None:
    denied, (heir,) = _evidence_and_more(actor, "accepted")
    statements.change(by=actor, id=denied, version=1, status=status)
    counterclaim = Counterclaim.get()
    assert (counterclaim.statement_id, counterclaim.retracted_at) == (heir, None)
    assert len(listed_items(counterclaims, PUBLIC)) == 1


def test_the_counterclaim_of_what_alone_is_evidence_is_hidden_while_that_is_rejected(
    registry: str, actor: Actor
) -> None:
    denied, _ = _evidence_and_more(actor, "candidate")
    statements.change(by=actor, id=denied, version=1, status="rejected")
    counterclaim = Counterclaim.get()
    assert (counterclaim.statement_id, counterclaim.retracted_at) == (denied, None)
    assert listed_items(counterclaims, PUBLIC) == []
    statements.change(by=actor, id=denied, version=2, status="accepted")
    assert len(listed_items(counterclaims, PUBLIC)) == 1


@pytest.mark.parametrize("status", ["candidate", "accepted"])
def test_a_tombstone_names_no_claim_that_the_public_does_not_see(registry: str, actor: Actor, status: str) -> None:
    said = put_plain(actor, "first")
    left = statements.claim_of(id=said)
    other = {"text": "Not yet seen.", "language": "en"}
    statements.change(by=actor, id=said, version=1, claim=other, status=status)
    with pytest.raises(Gone) as gone:
        claims.get(id=left, viewer=PUBLIC)
    taken = statements.claim_of(id=said)
    told = "Another claim" if status == "candidate" else f"Claim {taken}"
    assert gone.value.more["reason"] == f"{told} is stated instead."


def test_a_public_answer_does_not_go_with_a_candidate_at_which_it_was_aimed(registry: str, actor: Actor) -> None:
    charged = statements.claim_of(id=put_plain(actor, "first"))
    unseen = put_plain(actor, "second", claim={"id": charged}, origin=MACHINE, status="candidate")
    put_plain(actor, "third", counters=[{"target": unseen, "kind": "denies"}])
    (before,) = listed_items(counterclaims, PUBLIC)
    statements.change(by=actor, id=unseen, version=1, claim={"text": "It is another.", "language": "en"})
    assert listed_items(counterclaims, PUBLIC) == [before]
    assert (Counterclaim.get().claim_id, Counterclaim.get().target_id) == (charged, None)


def test_the_public_is_not_told_that_a_candidate_was_retracted_and_restored(registry: str, actor: Actor) -> None:
    charged = statements.claim_of(id=put_plain(actor, "first"))
    unseen = put_plain(actor, "second", claim={"id": charged}, origin=MACHINE, status="candidate")
    put_plain(actor, "third", counters=[{"target": unseen, "kind": "denies"}])
    review = put_review(actor, charged, statement=unseen)
    before = listed_items(counterclaims, PUBLIC), seen(reviews.get(id=review, viewer=PUBLIC))
    statements.retract(by=actor, id=unseen, version=1, reason=None)
    statements.restore(by=actor, id=unseen)
    assert (Counterclaim.get().target_id, Review.get().statement_id) == (unseen, unseen)
    assert (listed_items(counterclaims, PUBLIC), seen(reviews.get(id=review, viewer=PUBLIC))) == before
    assert not [check for check in verify.run() if check.problems]


def test_a_refused_retraction_leaves_the_counterclaims(registry: str, actor: Actor) -> None:
    denied = put_denial(actor, put_charge(actor))
    with pytest.raises(Stale):
        statements.retract(by=actor, id=denied, version=7, reason=None)
    assert Counterclaim.get().retracted_at is None


def test_every_speaker_and_sentence_named_by_id_is_taken(registry: str, actor: Actor) -> None:
    first = put_charge(actor)
    row = Statement.get_by_id(first)
    body = denial(
        first, sentence={"id": row.sentence_id}, speaker={"id": row.speaker_id}, document={"id": row.document_id}
    )
    second = Statement.get_by_id(statements.record(by=actor, **body))
    assert (second.sentence_id, second.speaker_id) == (row.sentence_id, row.speaker_id)
    assert Speaker.select().count() == 1
    assert sentences.Sentence.get_by_id(second.sentence_id).text == SENTENCE


def test_a_claim_that_was_merged_stands_for_its_survivor(registry: str, actor: Actor) -> None:
    old, new = put_claim(actor, "Old."), put_claim(actor, "New.")
    claims.merge(by=actor, id=old, into=new)
    charged = put_charge(actor, counters=[{"claim": old, "kind": "denies"}])
    assert Counterclaim.get().claim_id == new
    assert statements.claim_of(id=put_plain(actor, "first", claim={"id": old})) == new
    assert charged


def test_mending_the_claim_of_a_charge_keeps_the_denial_of_it(registry: str, actor: Actor) -> None:
    charge = put_charge(actor, status="candidate")
    denial = put_denial(actor, charge, status="candidate")
    left = Statement.get_by_id(charge).claim_id
    mended = {"text": "Exports of machine tools sustain the war.", "language": "en"}
    statements.change(by=actor, id=charge, version=1, claim=mended, status="accepted")
    statements.change(by=actor, id=denial, version=1, status="accepted")
    shown = seen(claims.get(id=Statement.get_by_id(charge).claim_id, viewer=PUBLIC))
    assert shown["text"] == mended["text"]
    assert shown["counterclaims"][0]["answer"]["statements"][0]["id"] == denial
    with pytest.raises(Gone, match=f"claim {left} was retracted"):
        claims.get(id=left, viewer=REVIEWER)


def test_a_claim_that_others_state_too_stays_when_one_leaves_it(registry: str, actor: Actor) -> None:
    charge = put_charge(actor)
    shared = Statement.get_by_id(charge).claim_id
    denial = put_denial(actor, charge, counters=[{"claim": shared, "kind": "denies"}])
    put_charge(actor, speaker={"name": "An aide"}, claim={"id": shared})
    statements.change(by=actor, id=charge, version=1, claim={"text": "They sustain it.", "language": "en"})
    (counterclaim,) = seen(claims.get(id=shared, viewer=PUBLIC))["counterclaims"]
    assert counterclaim["statement_id"] == denial


def test_mending_a_claim_into_its_own_answer_takes_the_counterclaim_back(registry: str, actor: Actor) -> None:
    charge = put_charge(actor)
    denial = put_denial(actor, charge)
    answer = Statement.get_by_id(denial).claim_id
    statements.change(by=actor, id=charge, version=1, claim={"id": answer})
    shown = seen(claims.get(id=answer, viewer=PUBLIC))
    assert (shown["counterclaims"], shown["counters"], shown["statement_count"]) == ([], [], 2)


def test_mending_a_claim_into_one_with_the_same_denial_keeps_the_denial_that_the_public_sees(
    registry: str, actor: Actor
) -> None:
    other, answer = put_claim(actor, "The exports do sustain it."), put_claim(actor, "They do not.")
    charged = put_charge(actor)
    shown = put_denial(actor, charged, claim={"id": answer})
    put_plain(actor, "first", claim={"id": answer}, status="candidate", counters=[{"claim": other, "kind": "denies"}])
    statements.change(by=actor, id=charged, version=1, claim={"id": other})
    (kept,) = Counterclaim.select().where(Counterclaim.retracted_at.is_null())
    assert (kept.claim_id, kept.answer_id, kept.statement_id) == (other, answer, shown)
    assert listed_ids(counterclaims, PUBLIC) == [kept.id]


@pytest.mark.parametrize("targeted", [False, True])
@pytest.mark.parametrize("answering", [False, True])
@pytest.mark.parametrize("status", ["candidate", "rejected", "accepted"])
def test_a_candidate_that_states_another_claim_shows_the_public_no_counterclaim_of_the_one_it_left(
    registry: str, actor: Actor, status: str, targeted: bool, answering: bool
) -> None:
    statement = put_charge(actor, status="candidate", claim={"text": "It was said.", "language": "en"})
    left = Statement.get_by_id(statement).claim_id
    taken, other = put_claim(actor, "It is known."), put_claim(actor, "It is not so.")
    linked = (other, left) if answering else (left, other)
    target = statement if targeted and not answering else None
    id = counterclaims.create(by=actor, claim=linked[0], answer=linked[1], kind="denies", target=target)
    statements.change(by=actor, id=statement, version=1, claim={"id": taken}, status=status)
    drawn = (other, taken) if answering else (taken, other)
    row = Counterclaim.get_by_id(id)
    accepted = status == "accepted"
    assert row.retracted_at is None
    assert (row.claim_id, row.answer_id) == (drawn if accepted else linked)
    assert listed_ids(counterclaims, PUBLIC) == ([id] if accepted else [])
    assert (Claim.get_by_id(left).retracted_at is None) == (not accepted)
