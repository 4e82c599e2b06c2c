"""Sentences: cut with their document, mended by hand, and read by the public around what is quoted."""

import json
from typing import Any

import pytest

from models import documents, sentences, statements
from models.history.changes import Actor
from models.refusals import Conflict, Gone, NotFound, Stale, TooLong
from models.storage import database
from models.tables import Document, Sentence
from models.upkeep import erasures
from tests.factories import (
    OLDEST,
    PLAIN,
    PUBLIC,
    READER,
    REVIEWER,
    TEXT,
    charge,
    lines_of,
    listed_ids,
    listed_items,
    put_charge,
    put_document,
    put_plain,
    seen,
)
from tests.work import work


def _all(document: int) -> list[Sentence]:
    standing = Sentence.select().where(Sentence.document == document, Sentence.retracted_at.is_null())
    return list(standing.order_by(Sentence.position))


@pytest.mark.parametrize(
    "text",
    [
        "He waved 👋🏽.\r\nShe left 👩‍👩‍👧.\r\n\r\nCafe\u0301s closed.",
        "“We need proof,” an aide said. “There is none.” Gen. Smith left the U.S. on Friday.",
        "Trade talks resume\n\nBy Jane Doe\n\n𝒯alks go on.\u2028Nobody knew.",
        TEXT,
    ],
)
def test_a_sentence_is_the_slice_of_its_document(registry: str, actor: Actor, text: str) -> None:
    id = put_document(actor, text=text)
    rows = _all(id)
    assert len(rows) > 1
    assert Document.get_by_id(id).text == text
    for row in rows:
        whole = seen(sentences.get(id=row.id, viewer=READER))
        assert whole["text"] == row.text == text[whole["start"] : whole["end"]]


def test_a_document_has_only_so_many_sentences(registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (documents, sentences):
        monkeypatch.setattr(module, "MOST", 3)
    with pytest.raises(TooLong, match="falls into more than 3 sentences"):
        put_document(actor, text="One. Two. Three. Four.\n\nFive.")
    assert not Document.select().exists()
    id = put_document(actor, text="One. Two. Three is the last one.")
    last = _all(id)[-1]
    sentences.change(by=actor, id=last.id, version=None, end=last.end - 9)
    with pytest.raises(Conflict, match="at most 3 sentences"):
        sentences.create(by=actor, document=id, start=last.end - 8, end=last.end)
    sentences.retract(by=actor, id=last.id, version=None, reason=None)
    sentences.create(by=actor, document=id, start=last.end - 3, end=last.end)
    with pytest.raises(Conflict, match="at most 3 sentences"):
        sentences.restore(by=actor, id=last.id)


def test_sentences_are_numbered_anew_by_one_statement_however_many(registry: str, actor: Actor) -> None:
    id = put_document(actor, text="It rains. " * 200)
    written: list[str] = []
    database.db.obj.query_hooks.append(lambda event: written.append(event.sql))
    sentences.retract(by=actor, id=_all(id)[-2].id, version=None, reason=None)
    sentences.change(by=actor, id=_all(id)[0].id, version=None, end=5)
    database.db.obj.query_hooks.pop()
    assert len([sql for sql in written if sql.startswith("UPDATE") and "position" in sql]) == 2, "one for each change"
    assert [row.position for row in _all(id)] == list(range(199))


def test_shows_the_sentences_before_and_after(registry: str, actor: Actor) -> None:
    rows = _all(put_document(actor, text=PLAIN))
    first, second, last = (seen(sentences.get(id=rows[place].id, viewer=READER)) for place in (0, 1, -1))
    assert (first["before"], first["after"]) == (None, rows[1].text)
    assert (second["before"], second["after"]) == (rows[0].text, rows[2].text)
    assert (last["before"], last["after"]) == (rows[3].text, None)


def _read_by_public(document: int) -> str:
    return json.dumps(listed_items(sentences, PUBLIC, document=document))


def test_the_public_reads_what_carries_a_statement_and_one_on_either_side(registry: str, actor: Actor) -> None:
    put_plain(actor, "third")
    rows = _all(Document.get().id)
    readable = listed_ids(sentences, PUBLIC, order=OLDEST)
    assert readable == [rows[1].id, rows[2].id, rows[3].id]
    for row in (rows[0], rows[4]):
        with pytest.raises(NotFound):
            sentences.get(id=row.id, viewer=PUBLIC)
        assert sentences.get(id=row.id, viewer=READER)


def test_a_neighbour_does_not_give_its_own_neighbour_away(registry: str, actor: Actor) -> None:
    put_plain(actor, "third")
    rows = _all(Document.get().id)
    neighbour = seen(sentences.get(id=rows[1].id, viewer=PUBLIC))
    assert (neighbour["before"], neighbour["after"]) == (None, rows[2].text)
    told = _read_by_public(Document.get().id)
    assert "says fourth" in told
    assert "says first" not in told
    assert "says fifth" not in told
    assert seen(sentences.get(id=rows[1].id, viewer=READER))["before"] == rows[0].text


@pytest.mark.parametrize("status", ["candidate", "rejected"])
def test_a_statement_that_is_not_accepted_opens_nothing(registry: str, actor: Actor, status: str) -> None:
    id = put_plain(actor, "third", status=status)
    assert listed_ids(sentences, PUBLIC) == []
    holding = statements.Statement.get_by_id(id).sentence_id
    assert seen(sentences.get(id=holding, viewer=READER))["statement_ids"] == []
    assert seen(sentences.get(id=holding, viewer=REVIEWER))["statement_ids"] == [id]


def test_a_retracted_statement_closes_what_it_opened(registry: str, actor: Actor) -> None:
    statements.retract(by=actor, id=put_plain(actor, "third"), version=1, reason=None)
    assert listed_ids(sentences, PUBLIC) == []


def test_everybody_reads_a_public_text(registry: str, actor: Actor) -> None:
    id = put_document(actor, text=PLAIN, text_public=True)
    assert len(listed_ids(sentences, PUBLIC, document=id)) == 5
    assert seen(sentences.get(id=_all(id)[0].id, viewer=PUBLIC))["after"]


def test_what_became_of_a_sentence_is_found_whatever_was_done_to_its_document_since(
    registry: str, actor: Actor
) -> None:
    id = put_document(actor, text=PLAIN, text_public=True)
    gone = _all(id)[0].id
    sentences.retract(by=actor, id=gone, version=1, reason="A heading")
    documents.change(by=actor, id=id, version=1, text_public=False, title="0")
    with pytest.raises(Gone):
        sentences.get(id=gone, viewer=PUBLIC)
    asked: list[Any] = []
    database.db.query_hooks.append(asked.append)
    sentences.listed(viewer=PUBLIC, filters={"ids": [gone]}, limit=1, order=OLDEST)
    database.db.query_hooks.pop()
    reads = [event for event in asked if event.sql.startswith("SELECT")]
    spent = []
    for number in range(2, 402):
        if number in (2, 202, 401):
            spent.append(sum(work(registry, one.sql, one.params) for one in reads))
        documents.change(by=actor, id=id, version=number, title=str(number))
    assert spent[2] < spent[0] + 200, spent


def test_a_sentence_that_was_erased_with_a_public_text_is_gone_though_its_edges_were_mended_before(
    registry: str, actor: Actor
) -> None:
    id = put_document(actor, text=PLAIN)
    one = _all(id)[0]
    sentences.change(by=actor, id=one.id, version=1, end=one.end - 1)
    documents.change(by=actor, id=id, version=1, text_public=True)
    erasures.document(id=id, reason="Court order.", by=actor)
    with pytest.raises(Gone):
        sentences.get(id=one.id, viewer=PUBLIC)


def test_moves_the_edges_and_takes_the_words_from_the_document(registry: str, actor: Actor) -> None:
    id = put_document(actor, text="👋 One two. Three.")
    first = _all(id)[0]
    sentences.change(by=actor, id=first.id, version=1, start=2, end=9)
    whole = seen(sentences.get(id=first.id, viewer=READER))
    assert (whole["text"], whole["start"], whole["end"], whole["version"]) == ("One two", 2, 9, 2)
    (line,) = lines_of("sentences", first.id)
    assert (line["before"]["text"], line["after"]["text"]) == ("👋 One two.", "One two")


def test_adds_a_missed_sentence_and_numbers_them_anew(registry: str, actor: Actor) -> None:
    id = put_document(actor, text="One two three. Four.")
    first = _all(id)[0]
    sentences.change(by=actor, id=first.id, version=1, end=3)
    added = sentences.create(by=actor, document=id, start=4, end=7)
    assert [(row.position, row.text) for row in _all(id)] == [(0, "One"), (1, "two"), (2, "Four.")]
    assert [line["action"] for line in lines_of("sentences", added)] == ["create"]


def test_retracts_one_and_numbers_the_others_anew(registry: str, actor: Actor) -> None:
    id = put_document(actor, text=PLAIN)
    gone = _all(id)[1]
    sentences.retract(by=actor, id=gone.id, version=1, reason="A caption.")
    assert [row.position for row in _all(id)] == [0, 1, 2, 3]
    assert "third" in seen(sentences.get(id=_all(id)[0].id, viewer=READER))["after"]
    with pytest.raises(Gone) as tombstone:
        sentences.get(id=gone.id, viewer=READER)
    assert tombstone.value.more["reason"] == "A caption."


@pytest.mark.parametrize(("start", "end"), [(0, 999), (5, 5), (5, 4)])
def test_refuses_a_sentence_outside_its_document(registry: str, actor: Actor, start: int, end: int) -> None:
    id = put_document(actor, text="One two. Three.")
    for refused in (
        lambda: sentences.create(by=actor, document=id, start=start, end=end),
        lambda: sentences.change(by=actor, id=_all(id)[0].id, version=1, start=start, end=end),
    ):
        with pytest.raises(Conflict) as error:
            refused()
        assert error.value.field == "/end"


def test_refuses_a_sentence_over_another(registry: str, actor: Actor) -> None:
    id = put_document(actor, text="One two. Three.")
    first, second = _all(id)
    with pytest.raises(Conflict) as error:
        sentences.create(by=actor, document=id, start=0, end=3)
    assert error.value.more == {"id": first.id}
    with pytest.raises(Conflict) as error:
        sentences.change(by=actor, id=first.id, version=1, end=second.start + 1)
    assert error.value.more == {"id": second.id}
    with pytest.raises(Conflict) as error:
        sentences.create(by=actor, document=99, start=0, end=3)
    assert error.value.field == "/document"


def test_refuses_to_leave_a_statement_outside_its_sentence(registry: str, actor: Actor) -> None:
    id = put_plain(actor, "third")
    row = statements.Statement.get_by_id(id)
    with pytest.raises(Conflict) as error:
        sentences.change(by=actor, id=row.sentence_id, version=1, start=row.content_start + 1)
    assert error.value.more == {"id": id}
    with pytest.raises(Conflict):
        sentences.change(by=actor, id=row.sentence_id, version=1, end=row.content_start)
    sentences.change(by=actor, id=row.sentence_id, version=1, end=row.content_start + 1)
    with pytest.raises(Conflict) as error:
        sentences.retract(by=actor, id=row.sentence_id, version=2, reason=None)
    assert error.value.more == {"ids": [id]}


def test_refuses_a_change_of_an_older_version(registry: str, actor: Actor) -> None:
    first = _all(put_document(actor))[0]
    sentences.change(by=actor, id=first.id, version=1, end=3)
    with pytest.raises(Stale):
        sentences.change(by=actor, id=first.id, version=1, end=4)


def _find(actor: Actor, **given: object) -> Sentence:
    document = Document.get()
    named = {"reference": None, "content": [{"text": "says third"}]} | given
    return sentences.find(document=document, field="/sentence", **named)  # type: ignore[arg-type]


def test_is_found_by_id_by_offsets_by_words_and_by_its_content(registry: str, actor: Actor) -> None:
    third = _all(put_document(actor, text=PLAIN))[2]
    assert _find(actor, reference={"id": third.id}).id == third.id
    assert _find(actor, reference={"start": third.start, "end": third.end}).id == third.id
    assert _find(actor, reference={"text": f" {third.text}\n"}).id == third.id
    assert _find(actor).id == third.id
    assert _find(actor, content=[{"start": third.start + 1, "end": third.end}]).id == third.id


def test_a_content_that_no_sentence_holds_is_refused_by_the_offset_that_was_given(registry: str, actor: Actor) -> None:
    put_document(actor, text="First.\n\nSecond.")
    for start, end in ((6, 7), (100, 104)):
        with pytest.raises(Conflict, match=f"holds the offset {start},") as refused:
            _find(actor, content=[{"start": start, "end": end}])
        assert refused.value.field == "/content/0/start"
    assert _find(actor, content=[{"start": 6, "end": 14}]).start == 8


def test_several_that_fit_are_listed_to_choose_from(registry: str, actor: Actor) -> None:
    rows = _all(put_document(actor, text="No.\n\nYes.\n\nNo."))
    places = [{"id": row.id, "start": row.start, "end": row.end, "text": "No."} for row in (rows[0], rows[2])]
    for given, content, field in (
        ({"text": "No."}, [{"text": "No"}], "/sentence/text"),
        (None, [{"text": "No"}], "/content/0/text"),
    ):
        with pytest.raises(Conflict) as error:
            _find(actor, reference=given, content=content)
        assert (error.value.field, error.value.more) == (field, {"candidates": places})


@pytest.mark.parametrize("reference", [{"text": "No."}, None])
def test_of_many_that_fit_the_first_are_listed(registry: str, actor: Actor, reference: dict[str, str] | None) -> None:
    rows = _all(put_document(actor, text="\n\n".join(["No."] * 30)))
    with pytest.raises(Conflict, match="The first 20 are listed") as refused:
        _find(actor, reference=reference, content=[{"text": "No"}])
    assert [one["id"] for one in refused.value.more["candidates"]] == [row.id for row in rows[:20]]


def test_its_content_may_run_on_into_the_next(registry: str, actor: Actor) -> None:
    third = _all(put_document(actor, text=PLAIN))[2]
    assert _find(actor, content=[{"text": "says third.\n\nThe fourth paragraph"}]).id == third.id


def test_its_content_is_made_of_whole_words(registry: str, actor: Actor) -> None:
    _, second, _ = _all(put_document(actor, text="He understands.\n\nIt stands.\n\nShe withstands."))
    assert _find(actor, content=[{"text": "stands"}]).id == second.id
    with pytest.raises(Conflict) as refused:
        _find(actor, content=[{"text": "tands"}])
    assert (refused.value.field, refused.value.more) == ("/content/0/text", {})


def test_the_stretch_around_reaches_one_further_on_either_side(registry: str, actor: Actor) -> None:
    rows = _all(put_document(actor, text=PLAIN))
    for place, end, first, last in (
        (2, rows[2].end, 1, 3),
        (2, rows[2].start + 1, 1, 3),
        (0, rows[0].end, 0, 1),
        (4, rows[4].end, 3, 4),
        (1, rows[3].start + 1, 0, 4),
        (1, rows[4].end, 0, 4),
    ):
        assert sentences.around(document=rows[place].document_id, sentence=rows[place], end=end) == (
            rows[first].start,
            rows[last].end,
        )
    sentences.retract(by=actor, id=rows[1].id, version=1, reason="A caption.")
    assert sentences.around(document=rows[2].document_id, sentence=rows[2], end=rows[2].end) == (
        rows[0].start,
        rows[3].end,
    )


def test_lists_the_lowest_id_first(registry: str, actor: Actor) -> None:
    other = _all(put_document(actor))
    rows = _all(put_document(actor, text=PLAIN, url=None))

    def ids(past: int | None, limit: int, document: int | None = None) -> list[int]:
        return listed_ids(sentences, READER, past, limit=limit, order=OLDEST, document=document)

    assert ids(None, 100) == [row.id for row in other + rows]
    document = rows[0].document_id
    assert ids(None, 2, document) == [rows[0].id, rows[1].id]
    assert ids(rows[1].id, 100, document) == [row.id for row in rows[2:]]
    assert ids(rows[4].id, 100) == []


def test_none_that_fits_is_refused_at_what_was_given(registry: str, actor: Actor) -> None:
    other = _all(put_document(actor, text="Elsewhere."))[0].id
    put_document(actor, text=PLAIN)
    document = Document.select().order_by(Document.id.desc()).first()
    for given, content, field in (
        ({"id": other}, [{"text": "x"}], "/sentence/id"),
        ({"start": 1, "end": 4}, [{"text": "x"}], "/sentence"),
        ({"text": "says third"}, [{"text": "x"}], "/sentence/text"),
        (None, [{"text": "nowhere"}], "/content/0/text"),
        (None, [{"start": document.length, "end": document.length + 1}], "/content/0/start"),
    ):
        with pytest.raises(Conflict) as error:
            sentences.find(document=document, reference=given, content=content, field="/sentence")
        assert error.value.field == field


def test_a_retracted_sentence_is_found_no_more(registry: str, actor: Actor) -> None:
    third = _all(put_document(actor, text=PLAIN))[2]
    sentences.retract(by=actor, id=third.id, version=1, reason=None)
    for given in ({"id": third.id}, {"text": third.text}, {"start": third.start, "end": third.end}):
        with pytest.raises(Conflict):
            _find(actor, reference=given)


def test_one_query_reads_one_or_many(registry: str, actor: Actor, queries: list[str]) -> None:
    put_charge(actor)
    id = put_document(actor, text=" ".join(f"Sentence number {number} stands here." for number in range(60)))
    row = _all(id)[1]
    queries.clear()
    sentences.get(id=row.id, viewer=READER)
    assert len(listed_ids(sentences, READER, limit=2)) == 2
    assert len(listed_ids(sentences, READER, limit=60)) == 60
    assert len(queries) == 3


def test_a_statement_shows_its_sentence_with_the_neighbours(registry: str, actor: Actor) -> None:
    whole = seen(statements.get(id=statements.record(by=actor, **charge()), viewer=PUBLIC))
    assert whole["sentence"]["before"] == "The visit ended on Friday."
    assert whole["sentence"]["after"] == "“We need proof,” an aide said."
