"""The parts that several items share: each noun's JSON as the others show it, as api/schemas/parts.py describes it."""

from functools import reduce
from operator import and_
from typing import Any

from peewee import JOIN, SQL, Join, Select, fn

from models.queries.dialects import any_id, indexed_by, later, looked_up
from models.queries.members import Member, Nullable, Object, Scalar, Subquery, scalars
from models.queries.nodes import Aliased, P, clear_caches
from models.queries.selection import Rows
from models.queries.table_aliases import c, d, s, sp, su, t
from models.queries.visibility import Viewer, statement_seen, statement_seen_of_claim
from models.tables import Change, Document, LastChange, Sentence, Statement

b, dk, last = Aliased(Sentence, "b"), Aliased(Document, "dk"), Aliased(LastChange, "lc")
_recent, _line = Aliased(LastChange, "lr"), Aliased(Change, "ln")
#: A statement that a filter names, and those that others made jointly with it.
_one, _other = Aliased(Statement, "n"), Aliased(Statement, "j")
#: What is the same of statements that are made jointly.
_WORDS = ("claim_id", "document_id", "spans")


def around(document: Any, position: Any, *seen: Any) -> dict[str, Member]:
    """Build the node of the sentences `before` and `after` the one at a position of a document."""

    def text_at(place: Any) -> Member:
        here = (b.document_id == document, b.position == place)
        return Subquery(Scalar(b.text), Rows(b, (*here, *(seen or (b.retracted_at.is_null(),)))))

    return {"before": text_at(position - 1), "after": text_at(position + 1)}


#: What the `uri` of every record begins with, where this registry is served; `serve_from` sets it.
_origin = ""


def serve_from(origin: str) -> None:
    """Let every `uri` begin with an origin, such as https://registry.example.org."""
    global _origin  # noqa: PLW0603
    if origin != _origin:
        _origin = origin
        clear_caches()


def record(noun: str, id: Any) -> dict[str, Member]:
    """Build the node of the id and the path of a record of `noun`."""
    return {"id": Scalar(id), "href": Scalar(_address(noun, id))}


def uri(noun: str, id: Any) -> Member:
    """Build the node of the absolute address of a record of `noun`, which no header of a request changes."""
    return Scalar(_address(noun, id, _origin))


def _address(noun: str, id: Any, origin: str = "") -> Any:
    return SQL(f"'{origin}/v1/{noun}/'").concat(id)


def document_part(id: Any, d: Any = d) -> dict[str, Member]:
    """Build the node of a document `d`, whose id stands in the column `id`, as statements name it."""
    part = record("documents", id) | {"kind": _kind_of_document(id)}
    return part | scalars(d, "url", "title", "publisher", "published_at", "language")


def _kind_of_document(id: Any) -> Member:
    known = Select([indexed_by(dk, "documents_id_kind")], [dk.kind])
    return Scalar(known.where(dk.id == id, dk.kind.is_null(False)))


def speaker_part(sp: Any = sp) -> dict[str, Member]:
    """Build the node of a speaker `sp` as statements and claims name them."""
    return record("speakers", sp.id) | scalars(sp, "name", "kind", "description", "wikidata_id")


def claim_part(c: Any = c) -> Object:
    """Build the node of a claim `c` as its statements name it."""
    return Object(record("claims", c.id) | scalars(c, "text", "language"))


def jointly(one: Any, other: Any) -> Any:
    """Build the condition that two statements say, in the same words, the same."""
    return _in_the_same_words(one, other) & (one.id != other.id)


def _in_the_same_words(one: Any, other: Any) -> Any:
    # An index has these alone, in the order of the ids: not where the words begin, which the spans tell.
    return reduce(and_, (getattr(one, name) == getattr(other, name) for name in _WORDS))


def joint_with(viewer: Viewer, name: str) -> Any:
    """Find the ids of the statements that the viewer sees and that say jointly the same as those of the value `name`.

    The same words of several of these are looked up once.
    """
    ends = fn.min(_one.id).alias("first"), fn.max(_one.id).alias("last")
    words = [getattr(_one, column) for column in _WORDS]
    named = _one.select(*words, *ends).where(any_id(_one.id, name), statement_seen(viewer, _one))
    named = named.group_by(*words).alias("ng")
    others = (_other.id != named.c.first) | (named.c.first != named.c.last)
    its = _in_the_same_words(_other, named.c) & others & statement_seen_of_claim(viewer, _other)
    return Select([Join(named, looked_up(_other, its), JOIN.CROSS)], [_other.id]).where(its)


def words(name: str, s: Any = s) -> Member:
    """Build the node of a stretch of print of the statement `s`: its mention or its cue; null where there is none."""
    words, start, end = (getattr(s, name + part) for part in ("", "_start", "_end"))
    return Nullable(Object({"text": Scalar(words), "start": Scalar(start), "end": Scalar(end)}), words.is_null(False))


def stamps(table: Any) -> dict[str, Member]:
    """Build the node of the times and the version of a row."""
    return scalars(table, "created_at", "updated_at", "version")


def told_at(viewer: Viewer, last: Any = last) -> Any:
    """Name the column of `last` that says when what the viewer is shown changed."""
    return last.changed_at if viewer.unreviewed else last.public_changed_at


#: Beside `changed_since` where few changed since: by their ids, as a condition of its own, the items are found.
FEW_CHANGED = "few_changed"


def changed_since(viewer: Viewer, noun: str) -> Select:
    """Find the ids of those wholes of which anything that the viewer is shown changed since the value `changed_since`.

    They are found by the index of their times.
    """
    return _recent.select(_recent.noun_id).where(_recent.noun == noun, told_at(viewer, _recent) >= P.changed_since)


def last_changed(viewer: Viewer, noun: str, id: Any, own: Any) -> Any:
    """Build the time when anything last changed that the viewer is shown of the whole with this id.

    It is the `own` time of a row that was loaded in bulk.
    To the public nothing changed where only reviewers are shown it (models/history/reach.py).
    """
    return fn.coalesce(last.select(told_at(viewer)).where(last.noun == noun, last.noun_id == id), own)


def whole(viewer: Viewer, table: Any, noun: str, *ids: Any) -> dict[str, Member]:
    """Build the node of the times and the version of a whole; it changes with those of `noun` that have these ids."""
    own = stamps(table)
    changed = reduce(later, (last_changed(viewer, noun, id, table.updated_at) for id in ids))
    return {"created_at": own["created_at"], "updated_at": own["updated_at"], "changed_at": Scalar(changed)} | own


def suggestion_changed(viewer: Viewer) -> Any:
    """Build the time when a suggestion `su` of a statement `s` last changed: it, or either of the claims it shows."""
    line = _line.select(fn.max(_line.made_at)).where(_line.noun == "suggestions", _line.noun_id == su.id)
    claims = (last_changed(viewer, "claims", id, su.updated_at) for id in (s.claim_id, su.claim_id))
    return reduce(later, claims, fn.coalesce(line, su.updated_at))


def topic(viewer: Viewer) -> Object:
    """Build the node of a topic `t`."""
    own = record("topics", t.id) | {"uri": uri("topics", t.id)} | scalars(t, "slug", "label")
    return Object(own | whole(viewer, t, "topics", t.id))


def as_written(item: Object) -> Object:
    """Let a whole that is read in the transaction which writes it say when that changes it: its commit is to come."""
    changed = item.members.get("changed_at")
    if not isinstance(changed, Scalar):
        return item
    return Object({**item.members, "changed_at": Scalar(later(changed.column, P.written_at))})
