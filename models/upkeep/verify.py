"""Checks: whether a registry is whole, and still holds what was stored."""

import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

import orjson
from peewee import DatabaseError

from models.addresses import normalize
from models.queries import derived
from models.queries.dialects import in_ids
from models.refusals import Conflict
from models.storage.columns import comparison_key, dumps
from models.storage.database import fetch
from models.storage.schema import behind
from models.tables import ALL, Retractable, Suggestion
from models.upkeep import row_check, seal_check
from models.upkeep.engine import engine
from models.upkeep.log_lines import PAGE_BYTES, PAGE_LINES
from models.upkeep.rules import RULES, Rule
from models.upkeep.schema_objects import PLAIN

#: What a check names at most: the rest is for after these are mended.
SHOWN = 10

#: What is to be done about an object of the schema that is gone or another.
_INSTEAD = "restore a backup that passes, or make it anew as models/storage/migrations do"

#: Characters that are shown of two definitions before and after the place where they part.
_BEFORE, _AFTER = 40, 60

#: Documents read at once: a text may have a million characters.
_DOCUMENTS_PER_BATCH = 50


class Check(NamedTuple):
    """One check, and what it found."""

    name: str
    #: Sentences, at most SHOWN; empty where nothing is wrong.
    problems: list[str]
    #: Whether a registry with such problems is damaged; else versions of before stored what is told of.
    damage: bool = True


def run(*, kept: str | None = None) -> Iterator[Check]:
    """Run every check on the bound database; where its schema is older, only those that need no table of ours.

    The log has to have a seal with the hash that was `kept`.
    """
    yield Check("file", _first(engine().integrity(SHOWN)))
    yield Check("foreign keys", _first(engine().foreign_keys(SHOWN)))
    older = behind()
    lacks = f"it lacks the migrations {', '.join(older)}: `counterclaim migrate` applies them"
    yield Check("schema", [lacks] if older else _first(schema_problems()))
    if older:
        return
    came_later = {rule.name for rule in RULES if rule.came_later}
    for name, check in (CHECKS | {"seals": partial(seal_check.problems, kept=kept)}).items():
        yield Check(name, _first(check()), damage=name not in came_later)


def last_seal() -> str:
    """Tell of the last seal what is to be kept elsewhere; nothing where it cannot be read, or the schema is older."""
    try:
        return "" if behind() else seal_check.last()
    except DatabaseError:
        return ""


def _first(problems: Iterator[str]) -> list[str]:
    found: list[str] = []
    try:
        found.extend(islice(problems, SHOWN))
    except DatabaseError as error:
        found.append(f"this cannot be read to its end: {str(error).splitlines()[0]}")
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        found.append(f"this cannot be read to its end, since a row holds what it should not: {error}")
    return found


def schema_problems() -> Iterator[str]:
    """Compare every object of the schema with what the migrations make of it: each may keep a rule, or break one."""
    try:
        made, found = engine().schema_objects()
    except Conflict as error:
        yield str(error)
        return
    for kind, name in sorted(made.keys() | found.keys()):
        wanted, there = made.get((kind, name)), found.get((kind, name))
        if wanted is None:
            if not str(there).startswith(PLAIN):
                article = "an" if kind[0] in "aei" else "a"
                yield f"it has {article} {kind} that no migration made, {name}: drop it, unless you know it"
        elif there is None:
            yield f"it lacks the {kind} {name}: {_INSTEAD}"
        elif there != wanted:
            yield f"its {kind} {name} is not as the migrations make it, but has {_from(there, wanted)}: {_INSTEAD}"


def _from(there: str, wanted: str) -> str:
    """Show where two definitions part."""
    there, wanted = there.removeprefix(PLAIN), wanted.removeprefix(PLAIN)
    place = next(at for at, (a, b) in enumerate(zip(there + "\0", wanted + "\1", strict=False)) if a != b)
    start = max(0, place - _BEFORE)
    texts = (" ".join(text[start : place + _AFTER].split()) for text in (there, wanted))
    return " instead of ".join(f"\u201c{text}\u201d" for text in texts)


# -- what the tables hold ------------------------------------------------------------------------


def _texts() -> Iterator[str]:
    """Compare lengths, sha256, sentences and quoted words with the texts of the documents."""
    last = 0
    while rows := fetch(
        f"SELECT id, text, length, sha256 FROM documents WHERE id > ? ORDER BY id LIMIT {_DOCUMENTS_PER_BATCH}", (last,)
    ):
        texts = {id: text for id, text, _, _ in rows}
        for id, text, length, digest in rows:
            if len(text) != length:
                yield f"document {id} has {len(text)} code points, and says {length}"
            if hashlib.sha256(text.encode()).hexdigest() != digest:
                yield f"document {id} is not the text whose sha256 it holds"
        last = rows[-1][0]
        yield from _sentences(texts, rows[0][0], last)
        yield from _quotes(texts, rows[0][0], last)


def _sentences(texts: dict[int, str], first: int, last: int) -> Iterator[str]:
    """Compare sentences with the texts of their documents, and count them: most have no line in the log."""
    counted = dict.fromkeys(texts, 0)
    for id, document, start, end, words, position, standing in fetch(
        'SELECT id, document_id, start, "end", text, position, retracted_at IS NULL FROM sentences'
        " WHERE document_id BETWEEN ? AND ? ORDER BY document_id, start",
        (first, last),
    ):
        if document not in texts:
            continue  # stored since they were read: an import takes ids long before
        if texts[document][start:end] != words:
            yield f"sentence {id} is not what document {document} holds at {start} to {end}"
        if standing:
            if position != counted[document]:
                yield f"sentence {id} of document {document} is number {counted[document]}, and says {position}"
            counted[document] = position + 1


def _quotes(texts: dict[int, str], first: int, last: int) -> Iterator[str]:
    """Compare the words that statements quote with the texts of their documents."""
    # Nothing bounds how many quote one document.
    sizes = fetch("SELECT id, octet_length(content) FROM statements WHERE document_id BETWEEN ? AND ?", (first, last))
    for ids in _pieces(sizes):
        for id, document, content, *words in fetch(
            "SELECT id, document_id, content, mention, mention_start, mention_end, cue, cue_start, cue_end"
            f" FROM statements WHERE {in_ids('id')}",
            (dumps(ids),),
        ):
            if document not in texts:
                continue
            try:
                spans = [(span["text"], span["start"], span["end"]) for span in orjson.loads(content)]
            except (orjson.JSONDecodeError, KeyError, TypeError):
                yield f"statement {id} has a content that is no list of spans"
                continue
            for quoted, start, end in (*spans, words[:3], words[3:]):
                if quoted is not None and texts[document][start:end] != quoted:
                    yield f"statement {id} quotes what document {document} does not hold at {start} to {end}"


def _pieces(sizes: list[tuple[int, int]]) -> Iterator[list[int]]:
    """Cut the ids of rows into pieces that have some MB together, and at least one row each."""
    ids: list[int] = []
    room = PAGE_BYTES
    for id, size in sizes:
        if ids and (room < size or len(ids) == PAGE_LINES):
            yield ids
            ids, room = [], PAGE_BYTES
        ids.append(id)
        room -= size
    if ids:
        yield ids


#: What is looked up however it is spelled: table, words, key, and how this is made of those.
_COMPARED: tuple[tuple[str, str, str, Callable[[str], str | None]], ...] = (
    ("speakers", "name", "name_key", comparison_key),
    ("aliases", "alias", "alias_key", comparison_key),
    ("statements", "cue", "cue_key", comparison_key),
    ("reviews", "rating_label", "rating_key", comparison_key),
    ("documents", "publisher", "publisher_key", comparison_key),
    ("reviews", "publisher_name", "publisher_key", comparison_key),
    ("documents", "url", "url_normalized", normalize),
    ("reviews", "url", "url_normalized", normalize),
)


def _keys() -> Iterator[str]:
    """Compare the keys by which names, addresses, cues and ratings are looked up with their words."""
    for table, words, key, made in _COMPARED:
        last = 0
        while rows := fetch(f"SELECT id, {words}, {key} FROM {table} WHERE id > ? ORDER BY id LIMIT 5000", (last,)):
            last = rows[-1][0]
            for id, text, stored in rows:
                # Of two rows that became the same address, the tenth migration left the later as it was spelled.
                wanted = None if text is None else made(text)
                if stored != wanted and (made is not normalize or normalize(stored) != wanted):
                    yield f"row {id} of {table} is looked up as {stored!r}, and its {words} is {text!r}"


def broken_rules() -> Iterator[str]:
    """Tell of the rows that break a rule of the data, each with the name of the rule."""
    for rule in RULES:
        yield from (f"{rule.name}: {problem}" for problem in _broken(rule))


def _broken(rule: Rule) -> Iterator[str]:
    for row in fetch(f"{rule.sql} LIMIT {SHOWN}"):
        yield rule.told.format(*row)


def _derived() -> Iterator[str]:
    for table in derived.differences():
        yield f"{table} does not hold what the nouns say: `counterclaim rebuild` writes it anew"


def _log() -> Iterator[str]:
    """Compare each row with the last line of the log about it, each line with the one before, and count the lines.

    Whoever can write to the database can make rows and lines agree on something else: see seal_check.py.
    """
    ((count, last),) = fetch("SELECT count(*), coalesce(max(sequence), 0) FROM changes")
    if engine().GAPLESS and count < last:
        yield f"{last - count} of the log's {last} lines are missing"
    for model in ALL:
        if issubclass(model, Retractable) or model is Suggestion:
            yield from _logged_but_absent(model._meta.table_name)
            yield from row_check.problems(model, SHOWN)


def _logged_but_absent(table: str) -> Iterator[str]:
    for (id,) in fetch(
        f"SELECT l.noun_id FROM changes l WHERE l.noun = ? AND NOT EXISTS (SELECT 1 FROM {table} r"
        f" WHERE r.id = l.noun_id) LIMIT {SHOWN}",
        (table,),
    ):
        yield f"the log knows more of {table} {id} than the table does"


#: Name -> check, in the order in which they run; each yields what is wrong.
CHECKS: dict[str, Callable[[], Iterator[Any]]] = {
    "texts": _texts,
    "keys": _keys,
    **{rule.name: partial(_broken, rule) for rule in RULES},
    "derived tables": _derived,
    "log": _log,
    "seals": seal_check.problems,
    "numbering": lambda: engine().used_numbers(),
}
