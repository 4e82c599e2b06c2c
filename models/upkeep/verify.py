"""Checks: whether a registry is whole, and still says what it said when it was stored."""

import hashlib
import re
from collections.abc import Callable, Iterator
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, NamedTuple

import orjson
from peewee import SQL, ForeignKeyField
from playhouse.schema_diff import diff_models

from models.history import changes
from models.queries import derived
from models.storage.database import db, fetch, on_sqlite
from models.storage.schema import behind
from models.tables import ALL, Retractable, Sentence, Table

#: What a check names at most: the rest is for after these are mended.
SHOWN = 10

#: Documents read at once: a text may have a million characters.
_AT_ONCE = 50

#: Rows that are held against the log at once.
_ROWS_AT_ONCE = 500

#: Columns that the log does not keep, by the table, or that change without a line.
_UNSAID = {**{table: {*names} for table, names in changes.UNLOGGED.items()}, "sentences": {"position"}}
#: Columns that a merge changes in rows that follow it, and an erasure in the sentences of a document.
_MOVED = {
    "speakers": {"part_of"},
    "statements": {"claim", "speaker", "via_speaker"},
    "counterclaims": {"claim", "answer", "statement"},
    "reviews": {"claim"},
    "sentences": {"retracted_at", "retracted_reason"},
}


class Check(NamedTuple):
    """One thing that was looked at, and what is wrong with it."""

    name: str
    #: Sentences, at most SHOWN; empty where all is well.
    problems: list[str]


def run() -> Iterator[Check]:
    """Look at everything in the bound database, one check after the other; nothing is changed.

    A schema that is older than the code ends it after the checks that need no table of ours.
    """
    yield Check("file", _first(_integrity()))
    yield Check("foreign keys", _first(_foreign_keys()))
    older = behind()
    schema = (
        [f"it lacks the migrations {', '.join(older)}: `counterclaim migrate` applies them"] if older else _schema()
    )
    yield Check("schema", schema)
    if older:
        return
    for name, look in CHECKS.items():
        yield Check(name, _first(look()))


def _first(problems: Iterator[str]) -> list[str]:
    return list(islice(problems, SHOWN))


def _integrity() -> Iterator[str]:
    """Let SQLite read every page and every index, those of words too; PostgreSQL has checksums of its own."""
    if on_sqlite():
        yield from (line for (line,) in fetch(f"PRAGMA integrity_check({SHOWN})") if line != "ok")


def _foreign_keys() -> Iterator[str]:
    if on_sqlite():
        for table, row, parent, _ in fetch("PRAGMA foreign_key_check"):
            yield f"{table} {row} points at {parent} that are not there"
        return
    present = set(db.get_tables())
    for model in ALL:
        table = model._meta.table_name
        for field in model._meta.sorted_fields:
            if isinstance(field, ForeignKeyField) and table in present:
                parent, column = field.rel_model._meta.table_name, field.column_name
                for (value,) in fetch(
                    f"SELECT r.{column} FROM {table} r LEFT JOIN {parent} p ON p.id = r.{column}"
                    f" WHERE r.{column} IS NOT NULL AND p.id IS NULL LIMIT {SHOWN}"
                    if field.rel_field.name == "id"
                    else f"SELECT r.{column} FROM {table} r WHERE FALSE"
                ):
                    yield f"{table}.{column} points at {parent} {value}, which is not there"


def _schema() -> list[str]:
    """Hold the tables against the models; peewee cannot read indexes of expressions, so those are left out."""
    found = diff_models(db.obj, list(ALL))
    expressions = {
        name
        for model in ALL
        for index in model._meta.indexes
        if isinstance(index, SQL)
        for name in re.findall(r'INDEX "(\w+)"', index.sql)
    }
    found.drop_indexes[:] = [index for index in found.drop_indexes if index.name not in expressions]
    return [line.strip() for line in str(found).splitlines() if line.strip()][:SHOWN] if found else []


# -- what the tables hold ------------------------------------------------------------------------


def _texts() -> Iterator[str]:
    """Hold lengths and sha256 against the texts, and sentences and quoted words, to the letter, too."""
    last = 0
    while rows := fetch(
        f"SELECT id, text, length, sha256 FROM documents WHERE id > ? ORDER BY id LIMIT {_AT_ONCE}", (last,)
    ):
        texts = {id: text for id, text, _, _ in rows}
        for id, text, length, digest in rows:
            if len(text) != length:
                yield f"document {id} has {len(text)} code points, and says {length}"
            if hashlib.sha256(text.encode()).hexdigest() != digest:
                yield f"document {id} is not the text whose sha256 it holds"
        first, last = rows[0][0], rows[-1][0]
        for id, document, start, end, words in fetch(
            'SELECT id, document_id, start, "end", text FROM sentences WHERE document_id BETWEEN ? AND ?', (first, last)
        ):
            if texts[document][start:end] != words:
                yield f"sentence {id} is not what document {document} holds at {start} to {end}"
        for id, document, content, *words in fetch(
            "SELECT id, document_id, content, mention, mention_start, mention_end, cue, cue_start, cue_end"
            " FROM statements WHERE document_id BETWEEN ? AND ?",
            (first, last),
        ):
            spans = [(span["text"], span["start"], span["end"]) for span in orjson.loads(content)]
            for said, start, end in (*spans, words[:3], words[3:]):
                if said is not None and texts[document][start:end] != said:
                    yield f"statement {id} quotes what document {document} does not hold at {start} to {end}"


def _derived() -> Iterator[str]:
    for table in derived.differences():
        yield f"{table} does not hold what the nouns say: `counterclaim rebuild` writes it anew"


def _log() -> Iterator[str]:
    """See that rows stand as the log's last lines say, that the lines go on from one another, and that none is missing.

    Who can write to the database can make rows and lines agree on something else: no line seals those before it.
    """
    yield from _gaps()
    for model in ALL:
        if issubclass(model, Retractable):
            yield from _unknown_to_the_table(model._meta.table_name)
            yield from _lines(model)


def _gaps() -> Iterator[str]:
    """Count the lines. PostgreSQL leaves numbers out where a commit fails or the server dies, SQLite never does."""
    ((count, last),) = fetch("SELECT count(*), coalesce(max(sequence), 0) FROM changes")
    if on_sqlite() and count < last:
        yield f"{last - count} of the log's {last} lines are missing"


def _unknown_to_the_table(table: str) -> Iterator[str]:
    for (id,) in fetch(
        f"SELECT l.noun_id FROM changes l WHERE l.noun = ? AND NOT EXISTS (SELECT 1 FROM {table} r"
        f" WHERE r.id = l.noun_id) LIMIT {SHOWN}",
        (table,),
    ):
        yield f"the log knows more of {table} {id} than the table does"


def _lines(model: Any) -> Iterator[str]:
    """Hold the rows of a noun against the lines about them, some hundreds at once."""
    table = model._meta.table_name
    fields = [field for field in model._meta.sorted_fields if field.name not in _UNSAID.get(table, ())]
    names = [field.name for field in fields]
    columns = ", ".join(f'r."{field.column_name}"' for field in fields)
    # The sentences that a document is cut into follow from it, and have no lines. Rows that were there before the
    # first that the log saw made were loaded in bulk, past it.
    ((first,),) = fetch("SELECT min(noun_id) FROM changes WHERE noun = ? AND action = 'create'", (table,))
    blackened = table == "documents" and bool(fetch("SELECT 1 FROM changes WHERE action = 'erase' LIMIT 1"))
    at = names.index("id")
    last = 0
    # One statement, as others write meanwhile.
    while found := fetch(
        f"SELECT {columns}, l.sequence, l.action, l.before, l.after FROM (SELECT * FROM {table} WHERE id > ?"
        f" ORDER BY id LIMIT {_ROWS_AT_ONCE}) AS r LEFT JOIN changes l ON l.noun = '{table}' AND l.noun_id = r.id"
        " ORDER BY r.id, l.sequence",
        (last,),
    ):
        for id, lines in groupby(found, itemgetter(at)):
            row: dict[str, Any] = {}
            last, history = id, []
            for *values, sequence, action, before, after in lines:
                row = row or dict(zip(names, values, strict=True))
                if sequence is not None:
                    history.append((sequence, action, before and orjson.loads(before), orjson.loads(after)))
            made = model is not Sentence and first is not None and id >= first
            if made and not history:
                yield f"the log knows nothing of {table} {id}"
            elif made and history[0][1] != "create":
                yield f"the log does not know how {table} {id} was made"
            yield from _history(model, id, row, history, blackened)


def _history(model: Any, id: int, row: dict[str, Any], history: list[Any], blackened: bool) -> Iterator[str]:
    """Hold each line about a row against the one before it, and the row against the last."""
    table = model._meta.table_name
    erased = blackened or any(action == "erase" for _, action, _, _ in history)
    earlier: dict[str, Any] | None = None
    for sequence, action, before, after in history:
        if "version" not in after:
            yield f"line {sequence} of the log does not tell how {table} {id} stood"
            return
        if earlier is not None and after["version"] <= earlier["version"]:
            yield f"line {sequence} of the log tells of a version of {table} {id} that an earlier line already told of"
        if earlier is not None and before and (name := _differing(model, earlier, before, erased)):
            yield f"line {sequence} of the log knows of another {name} of {table} {id} than the line before it"
        if (action == "create") != (before is None) and action != "erase":
            yield f"line {sequence} of the log does not tell how {table} {id} stood before"
        earlier = after
    if earlier is not None and row["version"] < earlier["version"]:
        yield f"the log knows more of {table} {id} than the table does"
    elif earlier is not None and (name := _differing(model, earlier, row, erased)):
        yield f"{table} {id} has another {name} than the log says"


def _differing(model: Any, said: dict[str, Any], stands: dict[str, Any], erased: bool) -> str | None:
    """Name the first column of `stands` that is not as `said`.

    The first line about a row leaves out what is null or as the table has it where nothing is said. What a merge moves
    gets another version without a line, and an erasure takes words out of lines.
    """
    table = model._meta.table_name
    apart = {"version", "updated_at", *_MOVED.get(table, ())} if said["version"] != stands.get("version") else ()
    for name, value in stands.items():
        if name in said:
            if value != said[name] and name not in apart and not (erased and said[name] is None):
                return name
        elif value is not None and name not in apart and not _is_default(model, name, value):
            return name
    return None


def _is_default(model: Any, name: str, value: Any) -> bool:
    return bool(value == model._meta.fields[name].default)


def _numbers() -> Iterator[str]:
    """See that the next id and the next line come after all that there are; SQLite does so itself."""
    if on_sqlite():
        return
    for model in ALL:
        table, column = model._meta.table_name, "id" if issubclass(model, Table) else "sequence"
        if column not in {field.column_name for field in model._meta.sorted_fields}:
            continue
        ((name,),) = fetch("SELECT pg_get_serial_sequence(?, ?)", (table, column))
        if name:
            ((last, called, most),) = fetch(
                f"SELECT last_value, is_called, (SELECT coalesce(max({column}), 0) FROM {table}) FROM {name}"
            )
            if last + called <= most:
                yield f"the next number of {table} would be one that there already is"


#: Name -> what it looks at, in the order in which they are told; each yields what is wrong.
CHECKS: dict[str, Callable[[], Iterator[Any]]] = {
    "texts": _texts,
    "derived tables": _derived,
    "log": _log,
    "numbering": _numbers,
}
