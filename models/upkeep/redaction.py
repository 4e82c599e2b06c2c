"""Redaction: take words out of texts, and out of what repeats them: sentences, quotations, the log, stored responses.

A code point is replaced by a code point, so that every offset keeps its meaning.
"""

import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from functools import cache, partial
from itertools import chain
from typing import Any

import orjson
from peewee import chunked

from models import documents
from models.history import restores, seals
from models.history.changes import Actor
from models.queries import derived
from models.queries.dialects import in_ids, json_of
from models.refusals import Conflict
from models.spans import REDACTED, SHADES
from models.storage.columns import comparison_key, dumps, now
from models.storage.database import fetch
from models.storage.rows import row, where
from models.storage.transactions import before_commit
from models.tables import Alias, Change, Document, Sentence, Statement
from models.upkeep import log_lines
from models.upkeep.name_matcher import NOBODY, NameParts

#: SHADES are drawn, this often at most: whoever knew them could put in what an erasure would leave, and so prevent it.
_DRAWS = 100

#: Ids that one statement names.
_IDS_PER_STATEMENT = 400

#: The members of a log line that hold no words, by the table; all others of an erased row become null.
_WORDLESS = {
    "documents": {"kind", "published_at", "language", "retrieved_at", "text_public", "length"},
    "speakers": {"kind", "part_of", "merged_into"},
    "claims": {"language", "standalone", "merged_into", "topics"},
    "counterclaims": {"claim", "answer", "kind", "statement", "target", "of"},
    "suggestions": {"statement", "claim", "kind", "score", "matcher", "matcher_version", "status", "doubt"},
    "reviews": {"claim", "statement", "rating_value", "rating_best", "rating_worst", "reviewed_at", "language"},
}
_OF_EVERY_ROW = {"id", "created_at", "updated_at", "version", "retracted_at"}


#: The tables whose lines lose words only where the row itself is erased, and those whose lines get marks otherwise.
ERASED_WHOLE, MARKED = ("counterclaims", "reviews"), ("claims", "sentences", "statements")


class Erasure:
    """What one erasure takes away."""

    def __init__(self, by: Actor, reason: str) -> None:
        self.by = by
        self.reason = reason
        self.counts: Counter[str] = Counter()
        #: Document -> its text from now on, for the documents in which something was redacted.
        self.texts: dict[int, str] = {}
        #: Table -> the ids of the rows that are erased, and of sentences that quote who is: these lose their reasons.
        self.rows: dict[str, set[int]] = {}
        self.left: list[str] = []
        #: Table and column -> the ids of the rows that are not erased, and named an erased statement there until now.
        self.linked: dict[tuple[str, str], set[int]] = {}
        #: The suggestions that are not erased, but lost reasons; and those of statements whose words were redacted.
        self.reworded: set[int] = set()
        self.unreasoned: set[int] = set()
        #: The names that the erased speaker has, or had, or has in print, and their Wikidata ids.
        self.names = NOBODY
        #: What of it is redacted in texts, as it is spelled -> in how many places.
        self.named: Counter[str] = Counter()
        #: The words of the names that they have or had.
        self.name_parts = NameParts(())
        #: Document -> words that may mean them in it, and others elsewhere.
        self.described: dict[int, frozenset[str]] = {}
        self.items: set[str] = set()
        #: Claim that stays -> its last line from before others stated it, and its words then.
        self.last_alone: dict[int, tuple[int, str]] = {}
        #: Speaker -> the keys of the names that merges of erased ones lent them.
        self.lent: dict[int, set[str]] = {}


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


def not_erased(table: str, ids: Iterable[int]) -> set[int]:
    """Find those of some rows that no erasure took before this one."""
    kept = f"{in_ids('n.id')} AND NOT {restores.erased(table, 'n.id')}"
    return {id for (id,) in fetch(f"SELECT n.id FROM {table} n WHERE {kept}", (dumps(sorted(ids)),))}


def set_columns(model: Any, id: int, stamp: str, **new: Any) -> None:
    """Give a row new values and a new version, without a line in the log."""
    fetch(_setting(model, tuple(new)), (stamp, *new.values(), id))


@cache
def _setting(model: Any, names: tuple[str, ...]) -> str:
    """Write it once: peewee takes nine tenths of the time, and a document may have 50,000 sentences."""
    columns = "".join(f', "{model._meta.fields[name].column_name}" = ?' for name in names)
    return f'UPDATE "{model._meta.table_name}" SET updated_at = ?, version = version + 1{columns} WHERE id = ?'


def strings(value: Any) -> Iterator[str]:
    """Yield the texts in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


# -- texts ---------------------------------------------------------------------------------------


def sentences_at(document: int, places: Collection[tuple[int, int]]) -> set[int]:
    """Find the sentences of a document, retracted ones too, that have a code point in common with any of `places`."""
    offsets = {at for start, end in places for at in range(start, end)}
    found = fetch('SELECT id, "start", "end" FROM sentences WHERE document_id = ?', (document,))
    return {id for id, start, end in found if not offsets.isdisjoint(range(start, end))}


def redact(erasure: Erasure, document: Document, places: Collection[tuple[int, int]]) -> None:
    """Redact `places` in a document's text, and whatever repeats that text: sentences and quoted words."""
    old = document.text
    new = _redacted(document, places)
    erasure.texts[document.id] = new
    if new == old:
        return
    stamp = now()
    derived.mark_for_refresh("documents", row(document))
    set_columns(Document, document.id, stamp, text=new, sha256=documents.digest(new))
    erasure.counts["documents redacted"] += 1
    for id, start, end, text in fetch(
        'SELECT id, "start", "end", text FROM sentences WHERE document_id = ?', (document.id,)
    ):
        if new[start:end] != text:
            set_columns(Sentence, id, stamp, text=new[start:end])
    for statement in where(Statement, "document_id = ?", (document.id,)):
        printed = _printed(row(statement), new)
        if "cue" in printed:
            printed["cue_key"] = comparison_key(printed["cue"])
        if any(getattr(statement, name) != words for name, words in printed.items()):
            set_columns(Statement, statement.id, stamp, **printed)
            derived.mark_for_refresh("statements", row(statement))


def _redacted(document: Document, places: Collection[tuple[int, int]]) -> str:
    """Write a document's text with `places` redacted, in shades in which no other edition has the same text.

    Raises Conflict where none of those that are drawn will do.
    """
    gone = {at for start, end in places for at in range(start, end)}
    marks, other = list(document.text), None
    for draw in range(1 + _DRAWS):
        for at in gone:
            marks[at] = secrets.choice(SHADES) if draw else REDACTED
        text = "".join(marks)
        other = documents.edition(document.url_normalized, documents.digest(text))
        if not gone or other in (None, document.id):
            return text
    raise Conflict(
        f"Documents have all texts that document {document.id} could have without these words: erase them first, "
        f"beginning with document {other}."
    )


def _printed(statement: dict[str, Any], text: str) -> dict[str, Any]:
    """Read the words of a statement's row, or of a line about it, out of its document's `text`."""
    printed: dict[str, Any] = {}
    for name in ("mention", "cue"):
        if statement[name] is not None:
            printed[name] = text[statement[f"{name}_start"] : statement[f"{name}_end"]]
    spans = orjson.loads(statement["content"])
    printed["content"] = dumps([span | {"text": text[span["start"] : span["end"]]} for span in spans])
    return printed


def without_words(erasure: Erasure, suggestion: int, reasons: str) -> str:
    """Take out the reasons for a suggestion, a JSON array of {word, weight}, in which a name or a word of one stands.

    Of any name, since words of several stand apart there; a machine chose them, and nobody can change them. Of what
    only print calls somebody ("Minister Dorn") the words by themselves stay. All go where its statement lost words.
    """
    if suggestion in erasure.unreasoned:
        return "[]"
    found = orjson.loads(reasons)
    kept = [reason for reason in found if not _names(erasure, reason["word"])]
    return reasons if kept == found else dumps(kept)


def _names(erasure: Erasure, reason: str) -> bool:
    return erasure.name_parts.stand_in(reason) or erasure.names.may_stand_in(reason)


# -- what repeats rows: the log ------------------------------------------------------------------


def redact_log(erasure: Erasure) -> None:
    """Take the words out of every line about a row that was erased or stands in a document that was redacted.

    What this transaction writes of such a row, as it undid merges before, loses them as it ends.
    """
    rows = {table: set(ids) for table, ids in erasure.rows.items()}
    for model in (Sentence, Statement):
        rows.setdefault(model._meta.table_name, set()).update(rows_with(model.document, erasure.texts))
    rows.setdefault("documents", set()).update(erasure.texts)
    rows.setdefault("suggestions", set()).update(erasure.reworded)
    rows.setdefault("claims", set()).update(erasure.last_alone)
    erasure.lent = _ever_lent(rows.get("speakers", set()))
    rows.setdefault("speakers", set()).update(_ever_given(erasure.items), erasure.lent)
    for table, ids in rows.items():
        for part in parts(ids):
            for line in log_lines.read_of(table, part):
                if words := _redact_line(erasure, line.sequence, table, line.noun_id, line.before, line.after):
                    seals.redact(line.sequence, *words)
                    erasure.counts["lines of the log"] += 1
    ((last,),) = fetch("SELECT coalesce(max(sequence), 0) FROM changes")
    before_commit(partial(_redact_new_lines, erasure, rows, last), last=True)


def _redact_new_lines(erasure: Erasure, rows: dict[str, set[int]], past: int) -> None:
    """Do so to the lines past a sequence, which are not sealed yet, but for those that tell of the erasure."""
    named = Change.noun.in_((*ERASED_WHOLE, "claims", "statements")), Change.action != "erase", Change.sequence > past
    lines = Change.select(Change.noun, Change.noun_id, Change.sequence, Change.before, Change.after).where(*named)
    for table, id, sequence, *states in list(lines.tuples()):
        if id in rows.get(table, ()):
            _redact_line(erasure, sequence, table, id, *states)


def _redact_line(
    erasure: Erasure, sequence: int, table: str, id: int, before: str | None, after: str
) -> tuple[seals.Words, seals.Words] | None:
    """Take the words out of a line; return those that it had and those that it has, None where they are the same."""
    was = before, after
    redacted = partial(_redacted_state, erasure, sequence, table, id)
    left = before and redacted(before), redacted(after)
    if left == was:
        return None
    moved = f"CASE WHEN action = 'merge' THEN {json_of('?', 'moved')} END"
    fetch(f"UPDATE changes SET before = ?, after = ?, moved = {moved} WHERE sequence = ?", (*left, left[1], sequence))
    return was, left


def _redacted_state(erasure: Erasure, sequence: int, table: str, id: int, state: str) -> str:
    return dumps(_without_words(erasure, sequence, table, id, orjson.loads(state)))


def _ever_given(items: set[str]) -> Iterator[int]:
    """Find the speakers who had one of these Wikidata ids: a merge gives its survivor that of the other."""
    # All lines are read once, in pages: for each of 6,000 ids that one speaker had had, it took 22 s.
    page = (
        f"SELECT sequence, noun_id, {json_of('after', 'wikidata_id')} FROM changes WHERE noun || '' = 'speakers' AND"
        """ sequence > ? AND after LIKE '%"wikidata_id":"Q%' ORDER BY sequence LIMIT 5000"""
    )
    last = 0 if items else log_lines.LAST
    while some := fetch(page, (last,)):
        last = some[-1][0]
        yield from (id for _, id, item in some if item and orjson.loads(item) in items)


def _ever_lent(people: set[int]) -> dict[int, set[str]]:
    """Find whom merges of these speakers ever lent names, and the keys of those that they do not bear now.

    Undone merges leave them in the log: lines of a survivor list all aliases, and merges into the next whose they were.
    """
    lent: dict[int, set[str]] = {}
    new = people
    while new:
        merged, new = new, set()
        for id, into, keys in _lending(merged):
            passed = keys if id in people else keys & lent[id]
            if into not in people and not passed <= lent.get(into, set()):
                lent.setdefault(into, set()).update(passed)
                new.add(into)
    for part in parts(lent):
        for id, key in Alias.select(Alias.speaker, Alias.alias_key).where(Alias.speaker.in_(part)).tuples():
            lent[id].discard(key)
    return lent


def _lending(people: set[int]) -> Iterator[tuple[int, int, set[str]]]:
    """Read who was ever merged, into whom, and the keys of the names that this lent: null where it was erased."""
    for part in parts(people):
        lines = Change.select(Change.noun_id, Change.after).where(Change.noun == "speakers", Change.action == "merge")
        for id, after in lines.where(Change.noun_id.in_(part)).tuples():
            state = orjson.loads(after)
            yield id, state["merged_into"], set((state["moved"] or {}).get("aliases", ()))


def _noted_names(state: dict[str, Any]) -> Iterator[list[str]]:
    """Yield the lists of names that a line about a speaker notes: aliases, and the keys of those that a merge lent."""
    yield from (names for names in (state.get("aliases"), (state.get("moved") or {}).get("aliases")) if names)


def _without_words(erasure: Erasure, sequence: int, table: str, id: int, state: dict[str, Any]) -> dict[str, Any]:
    erased = id in erasure.rows.get(table, ())
    if table == "sentences":
        text = erasure.texts[state["document"]][state["start"] : state["end"]]
        state |= {"text": text}
        # A mark and not null: the sentence may stand, as where only who is quoted there is erased (`MARKED`).
        if erased and state.get("retracted_reason"):  # the line that creates one has none
            state["retracted_reason"] = REDACTED
    elif table == "statements":
        state |= _printed(state, erasure.texts[state["document"]]) | (_without_own_words(state) if erased else {})
    elif table == "claims" and not erased:
        last, text = erasure.last_alone[id]
        state |= {"text": REDACTED * len(state["text"])} if sequence <= last and state["text"] != text else {}
    elif table == "suggestions" and not erased:
        state |= {"reasons": without_words(erasure, id, state["reasons"])}
    elif table == "speakers" and not erased:
        state |= {"wikidata_id": None} if state.get("wikidata_id") in erasure.items else {}
        lent = erasure.lent.get(id, set())
        for names in _noted_names(state):
            names[:] = [REDACTED * len(one) if {one, comparison_key(one)} & lent else one for one in names]
    elif table == "documents" and not erased:
        state |= {"sha256": None, "title": None}
    elif erased:
        state = _wordless(table, state)
    return state


def _without_own_words(state: dict[str, Any]) -> dict[str, Any]:
    """Replace the words of a statement that stand in no document."""
    found_by = {name: REDACTED for name in ("extractor", "extractor_version") if state.get(name)}
    return {"role": None, "retracted_reason": None} | found_by


def may_leave(table: str, before: str | None, after: str) -> bool:
    """Tell whether an erasure that takes words out of a line about a row of this table may leave it so.

    It leaves null, or marks where words stood (`MARKED`). What it does not take it leaves as it was, which cannot be
    told here.
    """
    states = [orjson.loads(state) for state in (before, after) if state]
    if table == "claims" and any(set(state["text"] or "") == {REDACTED} for state in states):
        return True
    if table in (*ERASED_WHOLE, "claims"):
        return all(_wordless(table, state) == state for state in states)
    taken = {"speakers": ["wikidata_id"], "documents": ["sha256", "title"]}.get(table, [])
    if any(all(state.get(name) is None for name in taken) for state in states):
        return True
    noted = chain.from_iterable(chain.from_iterable(map(_noted_names, states if table == "speakers" else [])))
    return any(set(name) == {REDACTED} for name in noted)


def _wordless(table: str, state: dict[str, Any]) -> dict[str, Any]:
    kept = _WORDLESS[table] | _OF_EVERY_ROW
    return {
        name: value if name in kept or not isinstance(value, str | list | dict) else None
        for name, value in state.items()
    }
