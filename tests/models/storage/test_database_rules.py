"""The rules that the databases hold themselves: whoever writes past the models is refused all the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from peewee import DataError, IntegrityError

from models import topics
from models.access import keys
from models.history import seals
from models.history.changes import Actor
from models.storage import columns, database
from models.storage.transactions import NATURAL_KEYS
from models.tables import (
    ALL,
    DERIVED,
    Alias,
    Change,
    ClaimAbout,
    Counterclaim,
    Document,
    Key,
    KeyUse,
    Redaction,
    Reply,
    Review,
    Sentence,
    Speaker,
    Statement,
    Topic,
)
from tests.factories import TEXT, put_charge, put_claim, put_denial, put_review, put_suggestion

LENGTH = len(TEXT)

#: The tables that hold what nothing else says: the derived ones repeat it, and are written anew.
HELD = [model for model in ALL if model not in DERIVED]


@pytest.fixture
def full(registry: str, actor: Actor) -> None:
    """A registry with at least one row in every table."""
    put_denial(actor, put_charge(actor))
    topics.create(by=actor, slug="trade", label="Trade")
    claim = put_claim(actor, topics=["trade"], about=[{"name": "Beijing"}])
    put_review(actor, claim)
    put_suggestion(1, claim)
    key, _ = keys.create(name="ours", scope="write")
    Reply.create(key=key, token="a", request_hash="b")
    KeyUse.create(key=key, day="2026-03-13", requests=1, last_at="2026-03-13T10:00:00Z")
    seals.seal_all()
    Redaction.create(sequence=1, redacted_by=2, words_digest="a")


@contextmanager
def _refused(words: str | None = None) -> Iterator[None]:
    with pytest.raises((IntegrityError, DataError), match=words), database.db.atomic():
        yield


def _first(model: Any, **new: Any) -> dict[str, Any]:
    """The first row of a table as a new row, with `new` in it."""
    row: dict[str, Any] = model.select().order_by(model.id).dicts().first()
    del row["id"]
    return row | new


def _spans(*spans: tuple[int, int], **new: Any) -> dict[str, Any]:
    """The first statement, as one about other spans."""
    content = [{"text": TEXT[start:end].ljust(end - start), "start": start, "end": end} for start, end in spans]
    values = {
        "content": columns.dumps(content),
        "content_start": spans[0][0],
        "spans": ",".join(f"{start}-{end}" for start, end in spans),
    }
    return _first(Statement, **(values | new))


def _stores(model: Any, row: dict[str, Any]) -> None:
    """The row is good: what is refused beside it is refused for its one difference."""
    with database.db.atomic() as transaction:
        assert model.insert(**row).execute()
        transaction.rollback()


def test_refuses_a_sentence_outside_its_document(full: None) -> None:
    free = LENGTH - 3
    _stores(Sentence, _first(Sentence, start=free, end=LENGTH, text="on."))
    with _refused("ends inside its document"):
        Sentence.insert(**_first(Sentence, start=free, end=LENGTH + 1, text="on.!")).execute()
    with _refused("ends inside its document"):
        Sentence.update(end=LENGTH + 5, start=LENGTH, text="xxxxx").where(Sentence.position == 0).execute()
    with _refused():
        Sentence.insert(**_first(Sentence, start=-1, end=2, text="The")).execute()


def test_refuses_a_sentence_that_is_not_as_long_as_its_words(full: None) -> None:
    for start, end, text in ((1, 4, "xx"), (1, 4, "xxxx"), (4, 4, ""), (4, 1, "xxx")):
        with _refused():
            Sentence.insert(**_first(Sentence, start=start, end=end, text=text)).execute()
    with _refused():
        Sentence.insert(**_first(Sentence, start=1, end=4, text="xxx", position=-1)).execute()
    _stores(Sentence, _first(Sentence, start=1, end=4, text="xxx"))


def test_refuses_a_span_outside_the_document(full: None) -> None:
    start = Statement.get_by_id(1).content_start
    _stores(Statement, _spans((start, LENGTH)))
    with _refused("inside its document"):
        Statement.insert(**_spans((start, LENGTH + 1))).execute()
    with _refused("inside its document"):
        Statement.insert(**_spans((start, start + 1), (LENGTH, LENGTH + 1))).execute()
    with _refused():
        Statement.insert(**_spans((-1, 1))).execute()


def test_refuses_a_change_that_moves_a_span_outside(full: None) -> None:
    outside = _spans((Statement.get_by_id(1).content_start, LENGTH + 1))
    names = ("content", "content_start", "spans")
    with _refused("inside its document"):
        Statement.update(**{name: outside[name] for name in names}).where(Statement.id == 1).execute()


def test_refuses_spans_that_overlap_or_run_backwards(full: None) -> None:
    start = Statement.get_by_id(1).content_start
    _stores(Statement, _spans((start, start + 5), (start + 5, start + 9)))
    for spans in (
        [(start, start + 5), (start + 4, start + 9)],
        [(start + 5, start + 9), (start, start + 5)],
        [(start, start + 5), (start, start + 5)],
        [(start, start)],
        [(start + 5, start)],
    ):
        with _refused("in order"):
            Statement.insert(**_spans(*spans)).execute()


def test_refuses_a_span_that_is_not_as_long_as_its_words(full: None) -> None:
    row = _spans((Statement.get_by_id(1).content_start, Statement.get_by_id(1).content_start + 5))
    for text in ("four", "sixsix", ""):
        content = [{"text": text, "start": row["content_start"], "end": row["content_start"] + 5}]
        with _refused("as long as their words"):
            Statement.insert(**(row | {"content": columns.dumps(content)})).execute()
    _stores(Statement, row)


def test_refuses_columns_that_do_not_agree_with_the_content(full: None) -> None:
    start = Statement.get_by_id(1).content_start
    good = _spans((start, start + 5))
    for wrong in ({"spans": f"{start}-{start + 6}"}, {"content_start": start + 1}, {"content": "[]", "spans": ""}):
        with _refused():
            Statement.insert(**(good | wrong)).execute()
    _stores(Statement, good)


def test_refuses_a_sentence_in_which_the_content_does_not_start(full: None) -> None:
    mine = Statement.get_by_id(1).sentence
    other = Sentence.get(Sentence.position == mine.position + 1)
    inside = _spans((mine.end - 1, mine.end + 4), sentence=mine.id)
    _stores(Statement, inside)
    for row in (
        _spans((mine.end, mine.end + 4), sentence=mine.id),
        _spans((mine.start - 1, mine.start + 4), sentence=mine.id),
        inside | {"sentence": other.id},
    ):
        with _refused("sentence is the one"):
            Statement.insert(**row).execute()
    with _refused("sentence is the one"):
        Statement.update(sentence=other.id).where(Statement.id == 1).execute()


def test_refuses_a_sentence_of_another_document(full: None) -> None:
    new = _first(Document, sha256="0" * 64)
    other = Document.insert(**new).execute()
    start = Statement.get_by_id(1).content_start
    with _refused("sentence is the one"):
        Statement.insert(**_spans((start, start + 5), document=other)).execute()


@pytest.mark.parametrize("name", ["mention", "cue"])
def test_refuses_a_mention_or_cue_outside_the_document_or_unlike_its_offsets(full: None, name: str) -> None:
    start = Statement.get_by_id(1).content_start

    def with_words(text: str | None, first: int | None, last: int | None) -> dict[str, Any]:
        return _spans((start, start + 5), **{name: text, f"{name}_start": first, f"{name}_end": last})

    _stores(Statement, with_words("on.", LENGTH - 3, LENGTH))
    _stores(Statement, with_words(None, None, None))
    with _refused("inside its document"):
        Statement.insert(**with_words("on.!", LENGTH - 3, LENGTH + 1)).execute()
    for wrong in (("on.", None, None), ("on.", 0, None), (None, 0, 3), ("on.", 0, 4), ("on.", -1, 2)):
        with _refused():
            Statement.insert(**with_words(*wrong)).execute()


def test_refuses_a_confidence_beyond_one_and_an_extractor_without_a_name(full: None) -> None:
    start = Statement.get_by_id(1).content_start
    machine = {"origin": "extractor", "extractor": "rules", "extractor_version": "1", "confidence": 1.0}
    _stores(Statement, _spans((start, start + 5), **machine))
    for wrong in ({"confidence": 1.01}, {"confidence": -0.01}, {"extractor": None}, {"origin": "person"}):
        with _refused():
            Statement.insert(**_spans((start, start + 5), **(machine | wrong))).execute()


def test_refuses_a_claim_that_answers_itself(full: None) -> None:
    with _refused():
        Counterclaim.insert(**_first(Counterclaim, answer=1, claim=1)).execute()
    with _refused():
        Counterclaim.update(claim=Counterclaim.answer).execute()


def test_refuses_what_is_part_of_itself_or_merged_into_itself(full: None) -> None:
    for column in ("part_of", "merged_into"):
        with _refused():
            Speaker.update(**{column: 1}).where(Speaker.id == 1).execute()
        Speaker.update(**{column: 2}).where(Speaker.id == 1).execute()


#: Index name -> the table and the columns whose change makes the row another one.
KEYS = {
    "topics_slug": (Topic, {"slug": "war"}),
    "documents_url_sha256": (Document, {"sha256": "0" * 64}),
    "documents_sha256": (Document, {"sha256": "0" * 64}),
    "sentences_document_start": (Sentence, {"start": 1, "text": None}),
    "speakers_name_key": (Speaker, {"name_key": "nobody"}),
    "speakers_wikidata_id": (Speaker, {"wikidata_id": "Q2"}),
    "statements_document_speaker_spans": (Statement, {"speaker": 2}),
    "counterclaims_claim_answer_kind": (Counterclaim, {"kind": "disputes"}),
    "reviews_url_claim": (Review, {"claim": 1}),
}


def test_every_natural_key_is_tried_below() -> None:
    assert KEYS.keys() == NATURAL_KEYS.keys()


@pytest.mark.parametrize("index", KEYS)
def test_refuses_a_second_row_with_the_same_natural_key(full: None, index: str) -> None:
    model, other = KEYS[index]
    if index == "documents_sha256":
        Document.update(url=None, url_normalized=None).execute()
    if index == "speakers_wikidata_id":
        Speaker.update(wikidata_id="Q1").where(Speaker.id == 1).execute()
    row = _first(model)
    if index == "speakers_wikidata_id":
        row["name_key"] = "nobody"
    different = row | other
    if index == "sentences_document_start":
        different["text"] = TEXT[1 : different["end"]]
    _stores(model, different)
    with _refused("(?i)unique"):
        model.insert(**row).execute()
    model.update(retracted_at=columns.now()).where(model.id == 1).execute()
    _stores(model, row)


def test_a_merged_speaker_gives_the_name_free(full: None) -> None:
    Speaker.update(merged_into=2).where(Speaker.id == 1).execute()
    _stores(Speaker, _first(Speaker, merged_into=None))


def test_refuses_a_second_alias_key_token_or_secret(full: None) -> None:
    for model, other in ((Alias, {"alias_key": "pekin"}), (Reply, {"token": "b"}), (Key, {"secret_hash": "0"})):
        _stores(model, _first(model, **other))
        with _refused("(?i)unique"):
            model.insert(**_first(model)).execute()
    with _refused("(?i)unique"):
        ClaimAbout.insert(**ClaimAbout.select().dicts().first()).execute()


@pytest.mark.parametrize(
    ("model", "column"),
    [
        (Speaker, "kind"),
        (Statement, "form"),
        (Statement, "status"),
        (Statement, "origin"),
        (Counterclaim, "kind"),
        (Key, "scope"),
        (Change, "action"),
    ],
)
def test_refuses_a_word_that_is_not_in_the_list(full: None, model: Any, column: str) -> None:
    for wrong in ("", "Accepted", "robot"):
        with _refused():
            model.update(**{column: wrong}).execute()


def test_the_day_of_a_statement_may_be_a_month_or_a_year(full: None) -> None:
    for known in ("2026", "2026-03", "2026-03-13", None):
        Statement.update(said_on=known).execute()
    for wrong in ("", "26", "2026-3", "2026-03-1", "2026-03-13T", "March"):
        with _refused():
            Statement.update(said_on=wrong).execute()


def test_refuses_timestamps_of_another_form(full: None) -> None:
    forms = {"___T_.Z": "2026-03-13T10:00:00.123456Z", "___T_Z": "2026-03-13T10:00:00Z", "___": "2026-03-13"}
    wanted = {"made_at": "___T_.Z", "published_at": "___T_Z", "retrieved_at": "___T_Z", "reviewed_at": "___T_Z"}
    wanted |= {"expires_at": "___T_Z", "last_at": "___T_Z", "said_on": "___"}
    tried = 0
    for model in HELD:
        for name in model._meta.fields:
            if not name.endswith(("_at", "_on")):
                continue
            right = wanted.get(name, "___T_.Z")
            tried += 1
            with database.db.atomic() as transaction:
                assert model.update(**{name: forms[right]}).execute()
                transaction.rollback()
            for form, value in forms.items():
                if form != right:
                    with _refused():
                        model.update(**{name: value}).execute()
            with _refused():
                model.update(**{name: forms[right].replace("Z", "+01:00") + " "}).execute()
    assert tried > 30


def test_refuses_a_value_of_the_wrong_type(full: None) -> None:
    for table, column in (("documents", "length"), ("sentences", "start"), ("statements", "confidence")):
        with _refused():
            database.db.execute_sql(f"UPDATE {table} SET {column} = 'many'")  # noqa: S608 (words of this test)
    with _refused():
        database.db.execute_sql("UPDATE documents SET title = NULL, language = NULL")


def test_refuses_a_pointer_to_nothing(full: None) -> None:
    tried = 0
    for model in HELD:
        for field in model._meta.refs:
            tried += 1
            with _refused("(?i)foreign key|in its document"):
                model.update(**{field.name: 987654}).execute()
    assert tried > 15


def test_refuses_a_document_whose_length_is_not_that_of_its_text(full: None) -> None:
    for wrong in (LENGTH - 1, LENGTH + 1, len(TEXT.encode())):
        with _refused():
            Document.update(length=wrong).execute()
