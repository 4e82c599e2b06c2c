"""The columns of a statement that are filled from what a caller says of its words and of where it comes from."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from models import sentences
from models.history.changes import Actor
from models.queries.days import stored_day
from models.refusals import Conflict, Forbidden, TooLong
from models.spans import SentenceSpan, Span, Stretch, locate, locate_content
from models.storage.columns import LONGEST_KEY, comparison_key, dumps
from models.tables import Claim, Document, Sentence, Speaker, Statement

#: The columns that name what a statement stands on, each with the table of that.
STANDS_ON = {"document": Document, "sentence": Sentence, "speaker": Speaker, "claim": Claim}
#: Those that name who passed it on and for whom it was said: where these were erased, it stands all the same.
PASSED_ON = {"via_document": Document, "via_speaker": Speaker, "on_behalf_of": Speaker}
#: Code points that a statement quotes in all: each answer that shows it repeats them.
LONGEST_CONTENT = 10_000
#: Code points of a mention, and of a cue, which is looked up by its words.
LONGEST = {"mention": 2_000, "cue": 300}
#: What is to be given of what is longer.
_ALONE = {"mention": "the words that name the speaker", "cue": "the words that mark the act"}


def content_columns(spans: Sequence[Span]) -> dict[str, Any]:
    """Fill the columns of the content."""
    return {
        "content": dumps([{"text": text, "start": start, "end": end} for text, start, end in spans]),
        "content_start": spans[0].start,
        "spans": spelled_spans((start, end) for _, start, end in spans),
    }


def spelled_spans(offsets: Iterable[tuple[int, int]]) -> str:
    """Spell the offsets of a content as they are compared."""
    return ",".join([f"{start}-{end}" for start, end in offsets])


def print_columns(
    document: Document, sentence: int, spans: Sequence[Span], said_on: str | None = None
) -> dict[str, Any]:
    """Fill the columns of a new statement that say where it is printed, and of which day it is."""
    return {
        "document": document.id,
        "sentence": sentence,
        **content_columns(spans),
        "said_on": said_on,
        "day": stored_day(said_on, document.published_at),
    }


def refuse_long_content(spans: Sequence[Span]) -> None:
    """Raise TooLong for a content of more than LONGEST_CONTENT."""
    if is_too_long(spans):
        detail = f"A content has at most {LONGEST_CONTENT:,} characters in all: give the words of this claim alone."
        raise TooLong(detail, field="/content")


def is_too_long(spans: Sequence[Span]) -> bool:
    """Tell whether a content quotes more than a statement may."""
    return sum(len(span.text) for span in spans) > LONGEST_CONTENT


def exceeds(name: str, text: str) -> bool:
    """Tell whether a mention or a cue is longer than one may be; a cue also once it is written as it is looked up."""
    return len(text) > LONGEST[name] or (name == "cue" and len(comparison_key(text).encode()) > LONGEST_KEY)


def words(
    name: str, words: dict[str, Any] | None, document: Document, sentence: SentenceSpan, near: Stretch
) -> dict[str, Any]:
    """Fill the columns of the stretch of print `name`, "mention" or "cue". Raises TooLong for longer words."""
    text = start = end = None
    if words is not None:
        text, start, end = locate(words, document, sentence, near, f"/{name}")
        if exceeds(name, text):
            fewer = "" if len(text) > LONGEST[name] else ", and fewer where ligatures stand"
            detail = f"A {name} has at most {LONGEST[name]:,} characters{fewer}: give only {_ALONE[name]}."
            raise TooLong(detail, field=f"/{name}")
    columns: dict[str, Any] = {name: text, f"{name}_start": start, f"{name}_end": end}
    if name == "cue":
        columns["cue_key"] = text and comparison_key(text)
    return columns


def offsets(statement: Statement, new: dict[str, Any]) -> dict[str, Any]:
    """Fill the columns of sentence, content, mention and cue after a change to any of them."""
    document = statement.document
    content = new.get("content") or [{"start": statement.content_start}]
    reference = new.get("sentence")
    if reference is None and "content" not in new:
        reference = {"id": statement.sentence_id}
    sentence = sentences.find(document=document, reference=reference, content=content, field="/sentence")
    row: dict[str, Any] = {"sentence": sentence.id}
    end = int(statement.spans.rpartition("-")[2])
    if "content" in new:
        spans = locate_content(content, document, sentence)
        refuse_long_content(spans)
        end = spans[-1].end
        row |= content_columns(spans)
    elif not sentence.start <= statement.content_start < sentence.end:
        raise Conflict("The content does not start in this sentence: give both.", field="/sentence")
    near = partial(sentences.around, document=document.id, sentence=sentence, end=end)
    for name in ("mention", "cue"):
        if name in new:
            row |= words(name, new[name], document, sentence, near)
    return row


def origin_columns(by: Actor, origin: dict[str, Any] | None, status: str | None) -> dict[str, Any]:
    """Fill the columns that say where the statement comes from; what a machine found starts as a candidate.

    Raises Forbidden for a status that takes the review scope.
    """
    columns = dict(origin or {"kind": "person"})
    columns["origin"] = kind = columns.pop("kind")
    status = status or ("candidate" if kind == "extractor" else "accepted")
    if status == "rejected" and not by.reviews:
        raise Forbidden("Rejecting a statement takes a key with the review scope.")
    if kind == "extractor" and status != "candidate" and not by.reviews:
        raise Forbidden("What an extractor found starts as a candidate; deciding on it takes the review scope.")
    return columns | {"status": status}
