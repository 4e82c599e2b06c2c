"""Erasures: the one exception to nothing being deleted. For legal reasons the words go, and a tombstone says why.

Words are blackened where they stand, a code point for a code point: every offset keeps its meaning and
every rule of the data holds. Whatever repeats them goes too: quotations, claims that nobody else
states, the lines of the log, the answers kept for retries, and what searches read. Rows, ids, times
and who did what stay.
"""

import hashlib
import re
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import orjson

from models.history import changes
from models.history.changes import Actor
from models.queries import derived
from models.refusals import Conflict, NotFound
from models.storage.columns import dumps, folded, now
from models.storage.database import close, db, fetch, on_sqlite
from models.storage.rows import row
from models.storage.transactions import savepoint
from models.tables import (
    Alias,
    Change,
    Claim,
    ClaimAbout,
    Counterclaim,
    Document,
    Reply,
    Review,
    Sentence,
    Speaker,
    Statement,
    Suggestion,
)
from models.upkeep.name_variants import Names

#: What stands for a code point that was erased.
BLACK = "█"

#: What stands for a name that may not be empty.
NAMELESS = "[erased]"

#: Words shorter than this are looked for in kept answers as a member's whole text alone: "he" is in all of them.
_TELLING = 5

#: A member of a kept answer -> the table of what its id, or the ids in it, are of.
_REFERS = {
    "speaker": "speakers",
    "part_of": "speakers",
    "about": "speakers",
    "claim": "claims",
    "document": "documents",
    "sentence": "sentences",
    "statement_id": "statements",
    "statements": "statements",
    "counterclaims": "counterclaims",
    "counters": "counterclaims",
    "reviews": "reviews",
}

#: Table -> the columns in which somebody may be named in other people's words, beside the reason of a retraction.
_TELLS: dict[str, tuple[str, ...]] = {
    "claims": ("text",),
    "documents": ("text", "title", "url", "publisher", "licence"),
    "speakers": ("name", "description", "same_as"),
    "statements": ("role",),
    "counterclaims": ("note",),
    "reviews": ("title", "url", "publisher_name", "rating_label", "licence"),
    "topics": ("slug", "label"),
    "sentences": (),
}
#: Rows that may hold a name: table -> their keys.
_Suspects = dict[str, list[int]]
#: How many of each noun are listed.
_LISTED = 50
#: Rows that are looked into at once: a document may have a million characters.
_ROWS, _DOCUMENTS = 2_000, 50

#: Ids that one statement names.
_AT_ONCE = 400

#: How often, and with how many seconds between, emptying the WAL is tried while others read.
_TRIES, _PAUSE = 20, 0.5
#: Seconds for which exports that go on are waited for before that, and new ones wait.
_LONGEST = 60

#: The members of a log line that hold no words, by the table; all others of an erased row become null.
_WORDLESS = {
    "documents": {"published_at", "language", "retrieved_at", "text_public", "length"},
    "speakers": {"kind", "part_of", "merged_into"},
    "claims": {"language", "standalone", "merged_into", "topics"},
    "counterclaims": {"claim", "answer", "kind", "statement"},
    "suggestions": {"statement", "claim", "kind", "score", "matcher", "matcher_version", "status"},
    "reviews": {"claim", "rating_value", "rating_best", "rating_worst", "reviewed_at", "language", "publisher_name"},
}
_OF_EVERY_ROW = {"id", "created_at", "updated_at", "version", "retracted_at"}


class Outcome(NamedTuple):
    """What an erasure did, or would do."""

    #: What -> how many.
    counts: dict[str, int]
    #: What stays, for a person to decide: whatever still names an erased speaker, in other people's words; or speakers
    #: who are quoted in the erased document alone, and documents with its address or text.
    left: list[str]


class _Undo(Exception):
    """Takes a dry run back."""


class _Erasure:
    """What one erasure takes away."""

    def __init__(self, by: Actor, reason: str) -> None:
        self.by = by
        self.reason = reason
        self.counts: Counter[str] = Counter()
        #: Words that must not stand in an answer that was kept for a retry.
        self.words: set[str] = set()
        #: Document -> its text from now on, for the documents in which something was blackened.
        self.texts: dict[int, str] = {}
        #: Table -> the ids of the rows that are erased.
        self.rows: dict[str, set[int]] = {}
        self.left: list[str] = []
        #: The names that who is erased has, or had.
        self.names = Names(())


def document(*, id: int, reason: str, by: Actor, dry_run: bool = False) -> Outcome:
    """Erase a document: its text, its address, what was quoted from it and the claims that only it printed.

    A dry run only tells what it would do. Raises NotFound, or Conflict where it was erased before.
    """

    def work(erasure: _Erasure) -> None:
        document = _present(Document, id)
        erasure.left = _quoted_only_in(id) + _same_as(document)
        statements = _ids(Statement.select(Statement.id).where(Statement.document == id))
        erasure.words |= {document.title or "", document.url or "", document.url_normalized or ""}
        _blacken(erasure, document, [(0, document.length)])
        gone: dict[str, Any] = {
            "url": None,
            "url_normalized": None,
            "title": None,
            "publisher": None,
            "licence": None,
            "domain": None,
        }
        _erase(erasure, Statement, statements, role=None)
        _erase_what_rests_on(erasure, statements)
        sentences = _ids(Sentence.select(Sentence.id).where(Sentence.document == id))
        # Like the sentences that it was cut into, they follow from the document: the log has no lines for them.
        _erase(erasure, Sentence, sentences, logged=False)
        _erase(erasure, Document, {id}, **gone)

    return _done(work, _Erasure(by, reason), dry_run)


def speaker(*, id: int, reason: str, by: Actor, dry_run: bool = False) -> Outcome:
    """Erase a speaker: all their names, what they said, and the claims that only they stated.

    Those who were merged into them are the same person, and are erased with them. In the documents
    that quote them their names and words are blackened; the rest of those stays. Raises as `document`,
    and Conflict where they were themselves merged into another, or where the reason, which everybody is told, names
    them.
    """

    def work(erasure: _Erasure) -> None:
        if _present(Speaker, id).merged_into_id:
            raise Conflict(f"Speaker {id} was merged into {Speaker.get_by_id(id).merged_into_id}: erase that one.")
        people = _merged_into(id)
        statements = list(Statement.select().where(Statement.speaker.in_(people)))
        names, erasure.names = Names(_names(people)), Names(_names(people) | _former_names(people))
        if any(names.places(reason)):
            raise Conflict("This reason names who is erased, and everybody is told of it: give another.")
        for document in Document.select().where(Document.id.in_({one.document_id for one in statements})):
            quoted = [one for one in statements if one.document_id == document.id]
            _blacken(erasure, document, [*_quoted(quoted), *names.places(document.text)])
            if document.title and any(names.places(document.title)):
                erasure.words.add(document.title)
                _set(Document, document.id, now(), title=NAMELESS)
                derived.note("documents", row(document))
        said = {one.id for one in statements}
        _erase(erasure, Statement, said, role=None)
        _erase_what_rests_on(erasure, said)
        _take_reasons(erasure, {one.sentence_id for one in statements})
        Alias.delete().where(Alias.speaker.in_(people)).execute()
        ClaimAbout.delete().where(ClaimAbout.speaker.in_(people)).execute()
        gone: dict[str, Any] = {"name": NAMELESS, "name_key": NAMELESS, "description": None, "wikidata_id": None}
        _erase(erasure, Speaker, people, **gone, same_as="[]", merged_into=None)

    _present(Speaker, id)
    people = _merged_into(id)
    return _done(work, _Erasure(by, reason), dry_run, _suspected(Names(_names(people) | _former_names(people))))


def _done(
    work: Callable[[_Erasure], None], erasure: _Erasure, dry_run: bool, suspects: _Suspects | None = None
) -> Outcome:
    """Do `work` and what follows from it in one transaction, or see what it would do."""
    if on_sqlite():
        # What is freed is overwritten with zeros (sqlite.org/pragma.html#pragma_secure_delete).
        db.execute_sql("PRAGMA secure_delete = ON")
    with suppress(_Undo), savepoint():
        work(erasure)
        _scrub_log(erasure)
        _scrub_replies(erasure)
        erasure.left += _naming(erasure.names, suspects or {})
        if dry_run:
            raise _Undo
    return Outcome(dict(erasure.counts), erasure.left)


# -- rows ----------------------------------------------------------------------------------------


def _present(model: Any, id: int) -> Any:
    found = model.get_or_none(model.id == id)
    noun = model.__name__.lower()
    if found is None:
        raise NotFound(f"There is no {noun} {id}.")
    table = model._meta.table_name
    if Change.select().where(Change.noun == table, Change.noun_id == id, Change.action == "erase").exists():
        raise Conflict(f"The {noun} {id} was erased already, for this reason: {found.retracted_reason}")
    return found


def _ids(query: Any) -> set[int]:
    return {id for (id,) in query.tuples()}


def _parts(ids: Iterable[int]) -> Iterator[list[int]]:
    every = sorted(ids)
    for first in range(0, len(every), _AT_ONCE):
        yield every[first : first + _AT_ONCE]


def _erase(erasure: _Erasure, model: Any, ids: set[int], *, logged: bool = True, **gone: Any) -> None:
    """Take the words of these rows away, let tombstones stand for them, and write a line of the log for each."""
    table = model._meta.table_name
    erasure.rows.setdefault(table, set()).update(ids)
    erasure.counts[table] += len(ids)
    stamp = now()
    for part in _parts(ids):
        model.update(
            retracted_at=stamp,
            retracted_reason=erasure.reason,
            updated_at=stamp,
            version=model.version + 1,
            **gone,
        ).where(model.id.in_(part)).execute()
        for erased in model.select().where(model.id.in_(part)).order_by(model.id) if logged else ():
            changes.log(erasure.by, "erase", erased)


def _erase_what_rests_on(erasure: _Erasure, statements: set[int]) -> None:
    """Erase the claims that nobody else states, and the edges and reviews that fall with them or their evidence."""
    claims = {claim for claim in _ever_stated(statements) if not _stated_otherwise(claim, statements)}
    erasure.words |= {text for part in _parts(claims) for (text,) in _texts_of(part)}
    edges = set()
    for part in _parts(claims):
        edges |= _ids(
            Counterclaim.select(Counterclaim.id).where(Counterclaim.claim.in_(part) | Counterclaim.answer.in_(part))
        )
    for part in _parts(statements):
        edges |= _ids(Counterclaim.select(Counterclaim.id).where(Counterclaim.statement.in_(part)))
    reviews = set()
    for part in _parts(claims):
        reviews |= _ids(Review.select(Review.id).where(Review.claim.in_(part)))
    _dismiss_suggestions(erasure, statements, claims)
    _erase(erasure, Counterclaim, edges, note=None)
    _erase(erasure, Review, reviews, title=None, url="about:erased", licence=None)
    for claim in claims:
        ClaimAbout.delete().where(ClaimAbout.claim == claim).execute()
    _erase(erasure, Claim, claims, text=NAMELESS, merged_into=None)


def _dismiss_suggestions(erasure: _Erasure, statements: set[int], claims: set[int]) -> None:
    """Take from what a machine suggested about these the words for which it did, and its place in the queue."""
    suggestions: set[int] = set()
    for column, ids in ((Suggestion.statement, statements), (Suggestion.claim, claims)):
        for part in _parts(ids):
            suggestions |= _ids(Suggestion.select(Suggestion.id).where(column.in_(part)))
    erasure.rows.setdefault("suggestions", set()).update(suggestions)
    erasure.counts["suggestions"] += len(suggestions)
    for id in sorted(suggestions):
        _set(Suggestion, id, now(), reasons="[]", status="dismissed")


def _take_reasons(erasure: _Erasure, sentences: set[int]) -> None:
    """Take away why these sentences, in which somebody who is erased was quoted, were retracted."""
    for part in _parts(sentences):
        gone = _ids(Sentence.select(Sentence.id).where(Sentence.id.in_(part), Sentence.retracted_at.is_null(False)))
        erasure.rows.setdefault("sentences", set()).update(gone)
        for id in gone:
            _set(Sentence, id, now(), retracted_reason=erasure.reason)


def _texts_of(claims: list[int]) -> Any:
    return Claim.select(Claim.text).where(Claim.id.in_(claims)).tuples()


def _ever_stated(statements: set[int]) -> set[int]:
    """Find the claims that these statements put forward, now or at any time that the log knows of."""
    found: set[int] = set()
    for part in _parts(statements):
        found |= _ids(Statement.select(Statement.claim).where(Statement.id.in_(part)))
        lines = Change.select(Change.after).where(Change.noun == "statements", Change.noun_id.in_(part))
        found |= {orjson.loads(after)["claim"] for (after,) in lines.tuples()}
    return found


def _stated_otherwise(claim: int, statements: set[int]) -> bool:
    """Tell whether the claim has other legs to stand on: it was put in by itself, or another statement has it."""
    standing = Claim.select(Claim.standalone).where(Claim.id == claim).scalar()
    others = Statement.select(Statement.id).where(Statement.claim == claim, Statement.retracted_at.is_null())
    return bool(standing) or any(id not in statements for (id,) in others.tuples())


def _merged_into(speaker: int) -> set[int]:
    people, new = {speaker}, {speaker}
    while new:
        new = _ids(Speaker.select(Speaker.id).where(Speaker.merged_into.in_(new))) - people
        people |= new
    return people


def _suspected(names: Names) -> _Suspects:
    """Find the rows that may hold one of `names`, by the table; as every text is read, before others have to wait."""
    found: _Suspects = {}
    for table, (key, _, columns) in _texts().items() if names else ():
        some = " OR ".join(f"{column} IS NOT NULL" for column in columns)
        query = f"SELECT {key}, {', '.join(columns)} FROM {table} WHERE {key} > ? AND ({some}) ORDER BY {key} LIMIT ?"
        last, limit = 0, _DOCUMENTS if table == "documents" else _ROWS
        while rows := fetch(query, (last, limit)):
            last = rows[-1][0]
            held = (key for key, *texts in rows if any(text and names.stand_in(_spelled(text)) for text in texts))
            found.setdefault(table, []).extend(held)
    return found


def _naming(names: Names, suspects: _Suspects) -> list[str]:
    """Find which of the suspects still hold one of `names`, be it taken back: a person says whether it is to go.

    Where the log alone holds it, that is what is named.
    """
    found: dict[str, set[int]] = {table: set() for table in _TELLS}
    logged: dict[str, set[int]] = {table: set() for table in _TELLS}
    for table, (_, told, columns) in _texts().items():
        for *of, texts in _again(table, told, columns, suspects.get(table, [])):
            if table == "changes":
                noun, id = of
                if noun in _TELLS and any(names.stand_in(text) for state in texts for text in _told(noun, state)):
                    logged[noun].add(id)
            elif any(text and names.stand_in(text) for text in texts):
                found["speakers" if table == "aliases" else table].add(of[0])
    left = [part for table, ids in found.items() for part in _listed(table[:-1], ids)]
    for table, ids in logged.items():
        left += _listed(f"the log of {table[:-1]}", ids - found[table])
    return left


def _texts() -> dict[str, tuple[str, list[str], list[str]]]:
    """Name of each table that may name somebody its key, the columns that say what it is about, and the texts."""
    nouns = {table: ("id", ["id"], [*columns, "retracted_reason"]) for table, columns in _TELLS.items()}
    return {
        **nouns,
        "aliases": ("id", ["speaker_id"], ["alias"]),
        "changes": ("sequence", ["noun", "noun_id"], ["before", "after"]),
    }


def _again(table: str, told: list[str], columns: list[str], keys: list[int]) -> Iterator[tuple[Any, ...]]:
    key = _texts()[table][0]
    for part in _parts(keys):
        of_these = ", ".join("?" * len(part))
        for held in fetch(f"SELECT {', '.join(told + columns)} FROM {table} WHERE {key} IN ({of_these})", part):
            yield (*held[: len(told)], held[len(told) :])


def _told(noun: str, state: str | None) -> Iterator[str]:
    """Go through the texts of a line's state in which somebody may be named."""
    held = orjson.loads(state or "{}")
    for name in (*_TELLS[noun], "retracted_reason", "aliases"):
        yield from _strings(held.get(name))


def _spelled(text: str) -> str:
    """Let the signs for white space in JSON be white space."""
    return re.sub(r"\\[bfnrt]", " ", text) if "\\" in text else text


def _listed(what: str, ids: set[int]) -> list[str]:
    more = [f"{len(ids) - _LISTED} more of {what}"] if len(ids) > _LISTED else []
    return [f"{what} {id}" for id in sorted(ids)[:_LISTED]] + more


def _same_as(document: Document) -> list[str]:
    """Find the documents that are not erased and have the same address, or the same text."""
    others = Document.select(Document.id).where(Document.id != document.id)
    address = document.url_normalized
    same = _ids(others.where(Document.url_normalized == address)) if address else set()
    equal = _ids(others.where(Document.sha256 == document.sha256)) - same
    return [
        f"document {id} ({what}: `counterclaim erase document {id}`)"
        for what, ids in (("the same address", same), ("the same text", equal))
        for id in sorted(ids)
    ]


def _quoted_only_in(document: int) -> list[str]:
    """Find the standing speakers whom no other document quotes."""
    quoted = Statement.select(Statement.speaker).where(Statement.document == document)
    elsewhere = Statement.select(Statement.speaker).where(
        Statement.document != document, Statement.retracted_at.is_null()
    )
    left = Speaker.select(Speaker.id).where(
        Speaker.id.in_(quoted), Speaker.id.not_in(elsewhere), Speaker.retracted_at.is_null()
    )
    return [f"speaker {id}" for id in sorted(_ids(left))]


def _names(people: set[int]) -> set[str]:
    own = {name for (name,) in Speaker.select(Speaker.name).where(Speaker.id.in_(people)).tuples()}
    return own | {alias for (alias,) in Alias.select(Alias.alias).where(Alias.speaker.in_(people)).tuples()}


def _former_names(people: set[int]) -> set[str]:
    """Read from the log what these were called at any time."""
    lines = Change.select(Change.before, Change.after).where(Change.noun == "speakers", Change.noun_id.in_(people))
    states = [orjson.loads(state) for line in lines.tuples() for state in line if state]
    return {name for state in states for key in ("name", "aliases") for name in _strings(state.get(key))}


# -- texts ---------------------------------------------------------------------------------------


def _quoted(statements: list[Statement]) -> Iterator[tuple[int, int]]:
    """Find where statements name their speaker and what they say."""
    for statement in statements:
        if statement.mention is not None:
            yield statement.mention_start, statement.mention_end
        yield from ((span["start"], span["end"]) for span in orjson.loads(statement.content))


def _blacken(erasure: _Erasure, document: Document, places: Iterable[tuple[int, int]]) -> None:
    """Blacken `places` in a document's text, and whatever repeats that text: sentences and quoted words."""
    old = document.text
    marks = list(old)
    for start, end in places:
        if end - start < document.length:
            erasure.words.add(old[start:end])
        marks[start:end] = BLACK * (end - start)
    new = "".join(marks)
    erasure.texts[document.id] = new
    if new == old:
        return
    stamp = now()
    derived.note("documents", row(document))
    _set(Document, document.id, stamp, text=new, sha256=hashlib.sha256(new.encode()).hexdigest())
    erasure.counts["documents blackened"] += 1
    for sentence in Sentence.select().where(Sentence.document == document.id):
        if new[sentence.start : sentence.end] != sentence.text:
            erasure.words.add(sentence.text)
            _set(Sentence, sentence.id, stamp, text=new[sentence.start : sentence.end])
    for statement in Statement.select().where(Statement.document == document.id):
        printed = _printed(row(statement), new)
        if "cue" in printed:
            printed["cue_key"] = folded(printed["cue"])
        if any(getattr(statement, name) != words for name, words in printed.items()):
            _set(Statement, statement.id, stamp, **printed)
            derived.note("statements", row(statement))


def _set(model: Any, id: int, stamp: str, **new: Any) -> None:
    model.update(updated_at=stamp, version=model.version + 1, **new).where(model.id == id).execute()


def _printed(statement: dict[str, Any], text: str) -> dict[str, Any]:
    """Read the words of a statement's row, or of a line about it, out of its document's `text`."""
    printed: dict[str, Any] = {}
    for name in ("mention", "cue"):
        if statement[name] is not None:
            printed[name] = text[statement[f"{name}_start"] : statement[f"{name}_end"]]
    spans = orjson.loads(statement["content"])
    printed["content"] = dumps([span | {"text": text[span["start"] : span["end"]]} for span in spans])
    return printed


# -- what repeats rows: the log and kept answers -------------------------------------------------


def _scrub_log(erasure: _Erasure) -> None:
    """Take the words out of every line about a row that was erased or stands in a document that was blackened."""
    rows = {table: set(ids) for table, ids in erasure.rows.items()}
    for model in (Sentence, Statement):
        for part in _parts(erasure.texts):
            rows.setdefault(model._meta.table_name, set()).update(
                _ids(model.select(model.id).where(model.document.in_(part)))
            )
    rows.setdefault("documents", set()).update(erasure.texts)
    for table, ids in rows.items():
        for part in _parts(ids):
            lines = Change.select(Change.sequence, Change.noun_id, Change.before, Change.after)
            for sequence, id, *states in lines.where(Change.noun == table, Change.noun_id.in_(part)).tuples():
                before, after = (
                    state and dumps(_without_words(erasure, table, id, orjson.loads(state))) for state in states
                )
                if [before, after] != states:
                    Change.update(before=before, after=after).where(Change.sequence == sequence).execute()
                    erasure.counts["lines of the log"] += 1


def _without_words(erasure: _Erasure, table: str, id: int, state: dict[str, Any]) -> dict[str, Any]:
    erased = id in erasure.rows.get(table, ())
    if table == "sentences":
        text = erasure.texts[state["document"]][state["start"] : state["end"]]
        state |= {"text": text} | ({"retracted_reason": None} if erased else {})
    elif table == "statements":
        gone = {"role": None, "retracted_reason": None} if erased else {}
        state |= _printed(state, erasure.texts[state["document"]]) | gone
    elif table == "documents" and not erased:
        state |= {"sha256": None, "title": None}
    elif erased:
        kept = _WORDLESS[table] | _OF_EVERY_ROW
        state = {
            name: value if name in kept or not isinstance(value, str | list | dict) else None
            for name, value in state.items()
        }
    return state


def _scrub_replies(erasure: _Erasure) -> None:
    """Empty the kept answers that hold any of the words or tell of what was erased.

    A retry is refused, or it would bring them back; rather one too many than one too few.
    """
    long = sorted({words for words in erasure.words if len(words) >= _TELLING}, key=len)
    pattern = re.compile("|".join(map(re.escape, long)) or r"(?!)")

    def tells(text: str) -> bool:
        return text in erasure.words or erasure.names.stand_in(text) or bool(pattern.search(text))

    kept = Reply.select(Reply.id, Reply.headers, Reply.body).where(Reply.body.is_null(False))
    held = []
    for id, headers, body in kept.tuples():
        answer = {_made(headers): orjson.loads(body or "null")}
        if _tells_of(erasure.rows, answer) or any(text and tells(text) for text in _strings(answer)):
            held.append(id)
    for part in _parts(held):
        Reply.update(headers=None, body=None).where(Reply.id.in_(part)).execute()
    erasure.counts["kept answers"] += len(held)


def _made(headers: str | None) -> str:
    """Read the table of what a create made from its address, "/v1/claims/5"."""
    return str(orjson.loads(headers or "{}").get("Location", "")).removeprefix("/v1/").split("/")[0]


def _strings(value: Any) -> Iterator[str]:
    """Go through the texts in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)


def _tells_of(rows: dict[str, set[int]], value: Any, table: str = "") -> bool:
    """Tell whether a JSON value has the id of one of `rows`, by the table; its own ids are of `table`."""
    if isinstance(value, dict):
        of = {**_REFERS, "id": table}
        return any(_tells_of(rows, part, of.get(name, str(name))) for name, part in value.items())
    if isinstance(value, list):
        return any(_tells_of(rows, part, table) for part in value)
    return isinstance(value, int) and not isinstance(value, bool) and value in rows.get(table, ())


# -- what no row holds any more: free space, and backups -----------------------------------------


def sweep() -> bool:
    """Write the database file anew, so that no free space, index of words or WAL holds what was erased.

    Needs the space of a second copy for a while, and writers wait. False where others read all the
    time, so that the WAL could not be emptied. Raises Conflict where there is no room. PostgreSQL is left alone:
    see docs/operations.md.
    """
    if not on_sqlite():
        return True
    close()
    try:
        with closing(sqlite3.connect(db.database, isolation_level=None, timeout=60)) as connection:
            return _written_anew(connection)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_FULL:
            raise
        raise Conflict(
            "The words are erased, but the free space of the database file may still hold them: writing it anew needs"
            " room for a second copy. Make room, then run `counterclaim erase sweep`."
        ) from error


def _written_anew(connection: sqlite3.Connection) -> bool:
    connection.execute("PRAGMA secure_delete = ON")
    indexes = "SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE%fts5%'"
    for (name,) in connection.execute(indexes).fetchall():
        # An entry that was deleted leaves the index when its parts are merged (sqlite.org/fts5.html, 6.9).
        connection.execute(f"INSERT INTO {name} ({name}) VALUES ('optimize')")
    connection.execute("VACUUM")
    with db.obj.wal.closed_gate(_LONGEST):
        for _ in range(_TRIES):
            if not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                return True
            time.sleep(_PAUSE)
    return False


def held_by(*, folder: Path, noun: str, id: int) -> list[Path]:
    """Find the files in `folder` that are older than the erasure of this row, and so hold its words.

    A SQLite backup is looked into; a dump of PostgreSQL is judged by its time.
    """
    table = {"document": "documents", "speaker": "speakers"}[noun]
    erased = (
        Change.select(Change.made_at)
        .where(Change.noun == table, Change.noun_id == id, Change.action == "erase")
        .scalar()
    )
    if erased is None:
        raise NotFound(f"The {noun} {id} was not erased.")
    made = datetime.fromisoformat(erased).timestamp()
    return [file for file in sorted(folder.iterdir()) if file.is_file() and _holds(file, table, id, made)]


def _holds(file: Path, table: str, id: int, made: float) -> bool:
    with file.open("rb") as stream:
        start = stream.read(16)
    if start.startswith(b"PGDMP"):
        return file.stat().st_mtime < made
    if start != b"SQLite format 3\0":
        return False
    address = f"file:{quote(str(file.absolute()))}?mode=ro"
    question = (
        f"SELECT EXISTS (SELECT 1 FROM {table} WHERE id = ?) AND NOT EXISTS"
        " (SELECT 1 FROM changes WHERE noun = ? AND noun_id = ? AND action = 'erase')"
    )
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            return bool(connection.execute(question, (id, table, id)).fetchone()[0])
    except sqlite3.DatabaseError:
        return False
