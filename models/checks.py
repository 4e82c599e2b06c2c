"""Checks: whether a registry is whole, and still says what it said when it was stored."""

import hashlib
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NamedTuple

import orjson
from peewee import SQL, ForeignKeyField
from playhouse.schema_diff import diff_models

from models import derived
from models.db import behind, db, fetch, on_sqlite
from models.tables import ALL, Retractable, Sentence, Table

#: What a check names at most: the rest is for after these are mended.
SHOWN = 10

#: Documents read at once: a text may have a million characters.
_AT_ONCE = 50


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
    """See that each row's lines go on from one another, and that rows and lines know of one another."""
    version = "(after::json ->> 'version')::bigint"
    if on_sqlite():
        version = "json_extract(after, '$.version')"
    lines = f"SELECT sequence, noun, noun_id, {version} AS version FROM changes"
    for sequence, noun, id in fetch(
        f"SELECT sequence, noun, noun_id FROM (SELECT l.*, lag(version) OVER (PARTITION BY noun, noun_id"
        f" ORDER BY sequence) AS earlier FROM ({lines}) AS l) AS l WHERE version <= earlier LIMIT {SHOWN}"
    ):
        yield f"line {sequence} of the log tells of a version of {noun} {id} that an earlier line already told of"
    for model in ALL:
        if not issubclass(model, Retractable):
            continue
        table = model._meta.table_name
        for id in fetch(
            f"SELECT l.noun_id FROM (SELECT noun_id, max(version) AS version FROM ({lines} WHERE noun = '{table}') AS n"
            f" GROUP BY noun_id) AS l LEFT JOIN {table} r ON r.id = l.noun_id"
            f" WHERE r.id IS NULL OR r.version < l.version LIMIT {SHOWN}"
        ):
            yield f"the log knows more of {table} {id[0]} than the table does"
        # The sentences that a document is cut into follow from it, and have no lines. Rows that were there
        # before the log's first line about their kind were loaded in bulk, past it.
        if model is not Sentence:
            for id in fetch(
                f"SELECT r.id FROM {table} r WHERE r.id > (SELECT min(noun_id) FROM changes WHERE noun = '{table}')"
                f" AND NOT EXISTS (SELECT 1 FROM changes l WHERE l.noun = '{table}' AND l.noun_id = r.id) LIMIT {SHOWN}"
            ):
                yield f"the log knows nothing of {table} {id[0]}"


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
