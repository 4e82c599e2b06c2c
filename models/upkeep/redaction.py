"""Redaction: take words out of texts, and out of what repeats them: sentences, quotations, the log, kept replies.

A code point is replaced by a code point, so that every offset keeps its meaning.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from itertools import product
from typing import Any

import orjson
from peewee import chunked

from models import documents
from models.history import seals
from models.history.changes import Actor
from models.queries import derived
from models.storage.columns import comparison_key, dumps, now
from models.storage.rows import row
from models.tables import Change, Document, Reply, Sentence, Statement
from models.upkeep.name_matcher import NameMatcher

#: What replaces a code point that is redacted.
REDACTED = "█"
#: The same where editions of one address, or texts without one, would become equal: each has to differ from the others.
_SHADES = (REDACTED, "▓", "▒", "░")
#: In how many code points they may differ, at most.
_SHADED = 8

#: Words shorter than this are looked for in stored responses as a member's whole text alone: "he" is in all of them.
_SHORTEST = 5

#: A member of a stored response -> the table of what its id, or the ids in it, are of.
_TABLES = {
    "speaker": "speakers",
    "part_of": "speakers",
    "on_behalf_of": "speakers",
    "about": "speakers",
    "claim": "claims",
    "document": "documents",
    "sentence": "sentences",
    "statement_id": "statements",
    "target_id": "statements",
    "attribution_answers": "counterclaims",
    "original_id": "statements",
    "joint_ids": "statements",
    "statements": "statements",
    "counterclaims": "counterclaims",
    "counters": "counterclaims",
    "reviews": "reviews",
}

#: Ids that one statement names.
_IDS_PER_STATEMENT = 400

#: The members of a log line that hold no words, by the table; all others of an erased row become null.
_WORDLESS = {
    "documents": {"kind", "published_at", "language", "retrieved_at", "text_public", "length"},
    "speakers": {"kind", "part_of", "merged_into"},
    "claims": {"language", "standalone", "merged_into", "topics"},
    "counterclaims": {"claim", "answer", "kind", "statement", "target", "of"},
    "suggestions": {"statement", "claim", "kind", "score", "matcher", "matcher_version", "status", "doubt"},
    "reviews": {
        "claim",
        "statement",
        "rating_value",
        "rating_best",
        "rating_worst",
        "reviewed_at",
        "language",
        "publisher_name",
    },
}
_OF_EVERY_ROW = {"id", "created_at", "updated_at", "version", "retracted_at"}


class Erasure:
    """What one erasure takes away."""

    def __init__(self, by: Actor, reason: str) -> None:
        self.by = by
        self.reason = reason
        self.counts: Counter[str] = Counter()
        #: Words that must not stand in an answer that was kept for a retry.
        self.words: set[str] = set()
        #: Document -> its text from now on, for the documents in which something was redacted.
        self.texts: dict[int, str] = {}
        #: Table -> the ids of the rows that are erased.
        self.rows: dict[str, set[int]] = {}
        self.left: list[str] = []
        #: The suggestions that are not erased, but lost reasons.
        self.reworded: set[int] = set()
        #: The names that the erased speaker has, or had, and their Wikidata ids.
        self.names = NameMatcher(())
        self.items: set[str] = set()


def ids_of(query: Any) -> set[int]:
    """Run a query of ids."""
    return {id for (id,) in query.tuples()}


def parts(ids: Iterable[int]) -> Iterator[list[int]]:
    """Cut ids into parts of which one statement may name each."""
    yield from chunked(sorted(ids), _IDS_PER_STATEMENT)


def rows_with(column: Any, ids: Iterable[int]) -> set[int]:
    """Find the ids of the rows whose `column` is one of `ids`."""
    model = column.model
    return {id for part in parts(ids) for (id,) in model.select(model.id).where(column.in_(part)).tuples()}


def set_columns(model: Any, id: int, stamp: str, **new: Any) -> None:
    """Give a row new values and a new version, without a line in the log."""
    model.update(updated_at=stamp, version=model.version + 1, **new).where(model.id == id).execute()


def strings(value: Any) -> Iterator[str]:
    """Yield the texts in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


# -- texts ---------------------------------------------------------------------------------------


def quoted(statements: list[Statement]) -> Iterator[tuple[int, int]]:
    """Find where statements name their speaker and what they say."""
    for statement in statements:
        if statement.mention is not None:
            yield statement.mention_start, statement.mention_end
        yield from ((span["start"], span["end"]) for span in orjson.loads(statement.content))


def redact(erasure: Erasure, document: Document, places: Collection[tuple[int, int]]) -> None:
    """Redact `places` in a document's text, and whatever repeats that text: sentences and quoted words."""
    old = document.text
    erasure.words |= {old[start:end] for start, end in places if end - start < document.length}
    new = _redacted(document, places)
    erasure.texts[document.id] = new
    if new == old:
        return
    stamp = now()
    derived.mark_for_refresh("documents", row(document))
    set_columns(Document, document.id, stamp, text=new, sha256=documents.digest(new))
    erasure.counts["documents redacted"] += 1
    for sentence in Sentence.select().where(Sentence.document == document.id):
        if new[sentence.start : sentence.end] != sentence.text:
            erasure.words.add(sentence.text)
            set_columns(Sentence, sentence.id, stamp, text=new[sentence.start : sentence.end])
    for statement in Statement.select().where(Statement.document == document.id):
        printed = _printed(row(statement), new)
        if "cue" in printed:
            printed["cue_key"] = comparison_key(printed["cue"])
        if any(getattr(statement, name) != words for name, words in printed.items()):
            set_columns(Statement, statement.id, stamp, **printed)
            derived.mark_for_refresh("statements", row(statement))


def _redacted(document: Document, places: Collection[tuple[int, int]]) -> str:
    """Write a document's text with `places` redacted, in shades in which no other edition has the same text."""
    gone = sorted({at for start, end in places for at in range(start, end)})
    marks = list(document.text)
    for at in gone:
        marks[at] = REDACTED
    for shades in product(_SHADES, repeat=min(len(gone), _SHADED)):
        for at, shade in zip(gone, shades, strict=False):
            marks[at] = shade
        text = "".join(marks)
        if documents.edition(document.url_normalized, documents.digest(text)) in (None, document.id):
            break
    return text


def _printed(statement: dict[str, Any], text: str) -> dict[str, Any]:
    """Read the words of a statement's row, or of a line about it, out of its document's `text`."""
    printed: dict[str, Any] = {}
    for name in ("mention", "cue"):
        if statement[name] is not None:
            printed[name] = text[statement[f"{name}_start"] : statement[f"{name}_end"]]
    spans = orjson.loads(statement["content"])
    printed["content"] = dumps([span | {"text": text[span["start"] : span["end"]]} for span in spans])
    return printed


def without_names(erasure: Erasure, reasons: str) -> str:
    """Take the words of names out of the reasons for a suggestion, a JSON array of {word, weight}.

    Of any name, since words of several stand apart there; a machine has found them, and nobody wrote them.
    """
    found = orjson.loads(reasons)
    kept = [reason for reason in found if not erasure.names.has_part(reason["word"])]
    return reasons if kept == found else dumps(kept)


# -- what repeats rows: the log and kept replies -------------------------------------------------


def redact_log(erasure: Erasure) -> None:
    """Take the words out of every line about a row that was erased or stands in a document that was redacted."""
    rows = {table: set(ids) for table, ids in erasure.rows.items()}
    for model in (Sentence, Statement):
        rows.setdefault(model._meta.table_name, set()).update(rows_with(model.document, erasure.texts))
    rows.setdefault("documents", set()).update(erasure.texts)
    rows.setdefault("suggestions", set()).update(erasure.reworded)
    rows.setdefault("speakers", set()).update(_ever_given(erasure.items))
    for table, ids in rows.items():
        for part in parts(ids):
            lines = Change.select(Change.sequence, Change.noun_id, Change.before, Change.after)
            for sequence, id, *states in lines.where(Change.noun == table, Change.noun_id.in_(part)).tuples():
                before, after = (
                    state and dumps(_without_words(erasure, table, id, orjson.loads(state))) for state in states
                )
                if [before, after] != states:
                    seals.redact(sequence, tuple(states), (before, after))
                    Change.update(before=before, after=after).where(Change.sequence == sequence).execute()
                    erasure.counts["lines of the log"] += 1


def _ever_given(items: set[str]) -> Iterator[int]:
    """Find the speakers who had one of these Wikidata ids: a merge gives its survivor that of the other."""
    for item in items:
        given = Change.after.contains(f'"wikidata_id":"{item}"')
        yield from (id for (id,) in Change.select(Change.noun_id).where(Change.noun == "speakers", given).tuples())


def _without_words(erasure: Erasure, table: str, id: int, state: dict[str, Any]) -> dict[str, Any]:
    erased = id in erasure.rows.get(table, ())
    if table == "sentences":
        text = erasure.texts[state["document"]][state["start"] : state["end"]]
        state |= {"text": text} | ({"retracted_reason": None} if erased else {})
    elif table == "statements":
        gone = {"role": None, "retracted_reason": None} if erased else {}
        state |= _printed(state, erasure.texts[state["document"]]) | gone
    elif table == "suggestions" and not erased:
        state |= {"reasons": without_names(erasure, state["reasons"])}
    elif table == "speakers" and not erased:
        state |= {"wikidata_id": None} if state.get("wikidata_id") in erasure.items else {}
    elif table == "documents" and not erased:
        state |= {"sha256": None, "title": None}
    elif erased:
        kept = _WORDLESS[table] | _OF_EVERY_ROW
        state = {
            name: value if name in kept or not isinstance(value, str | list | dict) else None
            for name, value in state.items()
        }
    return state


def redact_replies(erasure: Erasure) -> None:
    """Empty stored responses with words or ids of what was erased, rather too many than too few; their retries fail."""
    long = sorted({words for words in erasure.words if len(words) >= _SHORTEST}, key=len)
    pattern = re.compile("|".join(map(re.escape, long)) or r"(?!)")

    def repeats(text: str) -> bool:
        return text in erasure.words or erasure.names.may_stand_in(text) or bool(pattern.search(text))

    kept = Reply.select(Reply.id, Reply.headers, Reply.body).where(Reply.body.is_null(False))
    found = []
    for id, headers, body in kept.tuples():
        answer = {_created_table(headers): orjson.loads(body or "null")}
        if _refers_to(erasure.rows, answer) or any(text and repeats(text) for text in strings(answer)):
            found.append(id)
    for part in parts(found):
        Reply.update(headers=None, body=None).where(Reply.id.in_(part)).execute()
    erasure.counts["stored responses"] += len(found)


def _created_table(headers: str | None) -> str:
    """Read from its address the table of what was created, "/v1/claims/5"."""
    return str(orjson.loads(headers or "{}").get("Location", "")).removeprefix("/v1/").split("/")[0]


def _refers_to(rows: dict[str, set[int]], value: Any, table: str = "") -> bool:
    """Tell whether a JSON value holds the id of one of `rows`; an `id` in it is one of `table`."""
    if isinstance(value, dict):
        of = {**_TABLES, "id": table}
        return any(_refers_to(rows, part, of.get(name, str(name))) for name, part in value.items())
    if isinstance(value, list):
        return any(_refers_to(rows, part, table) for part in value)
    return isinstance(value, int) and not isinstance(value, bool) and value in rows.get(table, ())
