"""The registry as the lines that import takes: all that stands, each line after those that it points at."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import orjson
from peewee import JOIN, Case, Cast, Query, Select, fn

from models import tables
from models.storage.database import on_sqlite
from models.storage.snapshots import Snapshot, snapshot
from models.tables import Alias, Claim, Counterclaim, Document, Review, Speaker, Statement, Topic

Row = dict[str, Any]


def rows() -> Iterator[tuple[str, Row]]:
    """Yield (noun, members of an import line of that noun), all from one snapshot, lowest id first.

    api/schemas/lines.py describes the members. A speaker comes after the one that it is part of.
    """
    with snapshot() as reader:
        for noun, read in (
            *(("topic", _topics), ("speaker", _speakers), ("document", _documents), ("claim", _claims)),
            *(("statement", _statements), ("counterclaim", _counterclaims), ("review", _reviews)),
        ):
            yield from ((noun, row) for row in read(reader))


def _topics(reader: Snapshot) -> Iterator[Row]:
    return _read(reader, _standing(Topic), {"slug": Topic.slug, "label": Topic.label})


def _speakers(reader: Snapshot) -> Iterator[Row]:
    above = Speaker.alias()
    aliases = Alias.select(Alias.alias.alias("each")).where(Alias.speaker == Speaker.id).order_by(Alias.id)
    members = {
        "id": Speaker.id,
        "above": above.id,
        **_columns(Speaker, "name", "kind", "description", "wikidata_id"),
        "aliases": _array(aliases),
        "same_as": _Made(Speaker.same_as, orjson.loads),
        "part_of": {"name": above.name},
        "hidden": _hidden(Speaker),
    }
    stands_above = (above.id == Speaker.part_of) & above.retracted_at.is_null()
    query = _standing(Speaker).join(above, JOIN.LEFT_OUTER, on=stands_above).where(Speaker.merged_into.is_null())
    early: set[int] = set()  # parents that were yielded before their turn
    for speaker in _read(reader, query, members):
        if speaker["id"] in early:
            early.remove(speaker["id"])
            continue
        line = [speaker]
        while (parent := line[-1]["above"]) and parent > speaker["id"] and parent not in early:
            line += _read(reader, query.where(Speaker.id == parent), members)
            early.add(parent)
        for row in reversed(line):
            del row["id"], row["above"]
            yield _unless_hidden(row)


def _documents(reader: Snapshot) -> Iterator[Row]:
    members = {
        "id": _called("d", Document.id),
        **_columns(
            Document, "kind", "url", "title", "publisher", "published_at", "language", "retrieved_at", "licence"
        ),
        "text_public": _Made(Document.text_public, bool),
        "text": Document.text,
        "hidden": _hidden(Document),
    }
    for row in _read(reader, _standing(Document), members):
        if not row["text"]:
            del row["text"]
        yield _unless_hidden(row)


def _claims(reader: Snapshot) -> Iterator[Row]:
    filed, named = tables.ClaimTopic, tables.ClaimAbout
    topics = Topic.select(Topic.slug.alias("each")).join(filed).order_by(Topic.slug)
    about = (
        Speaker.select(named.role.concat(" ").concat(Speaker.name).alias("each")).join(named).order_by(Speaker.name_key)
    )
    stands = Speaker.retracted_at.is_null(), Speaker.merged_into.is_null()
    members = {
        "id": _called("c", Claim.id),
        **_columns(Claim, "text", "language"),
        "standalone": _Made(Claim.standalone, bool),
        "topics": _array(topics.where(filed.claim == Claim.id, Topic.retracted_at.is_null())),
        "about": _array(about.where(named.claim == Claim.id, *stands)),
    }
    for row in _read(reader, _standing(Claim).where(Claim.merged_into.is_null()), members):
        row["about"] = [{"name": name, "role": role} for role, _, name in (one.partition(" ") for one in row["about"])]
        yield row


def _statements(reader: Snapshot) -> Iterator[Row]:
    teller, body, release, s = Speaker.alias(), Speaker.alias(), Document.alias(), Statement
    members = {
        "number": s.id,
        "first": s.original,
        "shared": _shared_words(s),
        "id": _called("s", s.id),
        "speaker": {"name": Speaker.name},
        "on_behalf_of": {"name": body.name},
        "document": {"document": _called("d", s.document)},
        "content": _Made(s.content, orjson.loads),
        "mention": {"start": s.mention_start, "end": s.mention_end},
        "role": s.role,
        "cue": {"start": s.cue_start, "end": s.cue_end},
        **_columns(s, "form", "said_on", "at"),
        "via": {"speaker": {"name": teller.name}, "document": {"document": _called("d", release.id)}},
        "original": _called("s", s.original),
        "claim": {"claim": _called("c", s.claim)},
        "status": s.status,
        "origin": {"kind": s.origin, **_columns(s, "extractor", "extractor_version", "confidence")},
    }
    # What was erased is left out: an import would make somebody called so, or find nothing.
    told = (teller.id == s.via_speaker) & teller.retracted_at.is_null()
    released = (release.id == s.via_document) & release.retracted_at.is_null()
    spoken_for = (body.id == s.on_behalf_of) & body.retracted_at.is_null()
    query = _standing(s).join(Speaker, on=Speaker.id == s.speaker)
    query = query.join_from(s, teller, JOIN.LEFT_OUTER, on=told).join_from(s, release, JOIN.LEFT_OUTER, on=released)
    query = query.join_from(s, body, JOIN.LEFT_OUTER, on=spoken_for)
    codings: Counter[int] = Counter()
    for row in _originals_first(reader, query, members):
        yield _statement_line(row, codings)


def _originals_first(reader: Snapshot, query: Any, members: Row) -> Iterator[Row]:
    """Yield statements, the lowest id first, but originals before their prints."""
    early: set[int] = set()  # originals that were yielded before their turn
    for row in _read(reader, query, members):
        if row["number"] in early:
            early.remove(row["number"])
            continue
        if row["first"] and row["first"] > row["number"] and row["first"] not in early:
            early.add(row["first"])
            yield from _read(reader, query.where(Statement.id == row["first"]), members)
        yield row


def _statement_line(row: Row, codings: Counter[int]) -> Row:
    """Make the line of a statement; `codings` counts those of the same words that were written before it."""
    line = {name: value for name, value in row.items() if name not in ("number", "first", "shared")}
    line["content"] = [{"start": span["start"], "end": span["end"]} for span in line["content"]]
    line["via"] = line["via"] and {name: part for name, part in line["via"].items() if part}
    if line["origin"]["kind"] != "extractor":
        line["origin"] = {"kind": line["origin"]["kind"]}
    if row["shared"]:
        codings[row["shared"]] += 1
    # Without it, who imports this by a key would make anew what another key coded or somebody rejected.
    line["coding"] = codings[row["shared"]] if row["shared"] else 1
    return line


def _shared_words(s: Any) -> Query:
    """Find the lowest id of the statements of the same words as one; null where that is the only one."""
    twin = Statement.alias()
    same = (twin.document == s.document, twin.speaker == s.speaker, twin.spans == s.spans, twin.retracted_at.is_null())
    shared: Query = twin.select(Case(None, ((fn.COUNT(twin.id) > 1, fn.MIN(twin.id)),))).where(*same)
    return shared


def _counterclaims(reader: Snapshot) -> Iterator[Row]:
    answer, counterclaim, target = Claim.alias(), Counterclaim, Statement.alias()
    members = {
        "claim": {"claim": _called("c", counterclaim.claim)},
        "answer": {"claim": _called("c", counterclaim.answer)},
        **_columns(counterclaim, "kind", "note"),
        "statement": _called("s", counterclaim.statement),
        "target": _called("s", target.id),
        "of": counterclaim.of,
    }
    aimed = (target.id == counterclaim.target) & target.retracted_at.is_null()
    query = (
        _standing(counterclaim)
        .join(Claim, on=Claim.id == counterclaim.claim)
        .join_from(counterclaim, answer, on=answer.id == counterclaim.answer)
    )
    query = query.join_from(counterclaim, Statement, JOIN.LEFT_OUTER)
    query = query.join_from(counterclaim, target, JOIN.LEFT_OUTER, on=aimed)
    return _read(reader, query.where(*(each.retracted_at.is_null() for each in (Claim, answer, Statement))), members)


def _reviews(reader: Snapshot) -> Iterator[Row]:
    rating = {name: getattr(Review, f"rating_{name}") for name in ("label", "value", "best", "worst")}
    members = {
        "claim": {"claim": _called("c", Review.claim)},
        "publisher": {"name": Review.publisher_name, "site": Review.publisher_site},
        "rating": rating,
        "statement": _called("s", Review.statement),
        **_columns(Review, "url", "title", "reviewed_at", "language", "licence"),
    }
    return _read(reader, _standing(Review).join(Claim).where(Claim.retracted_at.is_null()), members)


def _standing(model: Any) -> Any:
    return model.select().where(model.retracted_at.is_null()).order_by(model.id)


# -- members ------------------------------------------------------------------------------------


class _Made(NamedTuple):
    """What is made of the value of a column, unless that is null."""

    column: Any
    make: Callable[[Any], Any]


def _called(letter: str, column: Any) -> _Made:
    """Make the name by which other lines point at a row: a letter and its id."""
    return _Made(column, lambda value: f"{letter}{value}")


def _columns(model: Any, *names: str) -> Row:
    return {name: getattr(model, name) for name in names}


def _hidden(model: Any) -> _Made:
    kept = tables.Hidden.select().where(tables.Hidden.noun == model._meta.table_name)
    return _Made(fn.EXISTS(kept.where(tables.Hidden.noun_id == model.id)), bool)


def _unless_hidden(row: Row) -> Row:
    if not row["hidden"]:
        del row["hidden"]
    return row


def _array(query: Query) -> _Made:
    """Make a list of the column `each` of a query, in its order."""
    each = query.c.each
    array = fn.json_group_array(each) if on_sqlite() else fn.coalesce(fn.json_agg(each), Cast("[]", "JSON"))
    return _Made(Select([query], [Cast(array, "TEXT")]), orjson.loads)


def _read(reader: Snapshot, query: Any, members: Row) -> Iterator[Row]:
    """Yield the rows of a query with these members: columns, and objects of them, which are null where all in it is."""
    for values in reader.rows(query.select(*_selected(members))):
        yield _built(members, iter(values)) or {}


def _selected(members: Row) -> Iterator[Any]:
    for member in members.values():
        if isinstance(member, dict):
            yield from _selected(member)
        else:
            yield member.column if isinstance(member, _Made) else member


def _built(members: Row, values: Iterator[Any]) -> Row | None:
    row = {}
    for name, member in members.items():
        if isinstance(member, dict):
            row[name] = _built(member, values)
        else:
            value = next(values)
            row[name] = member.make(value) if isinstance(member, _Made) and value is not None else value
    return row if any(value is not None for value in row.values()) else None
