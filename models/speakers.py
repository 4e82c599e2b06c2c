"""Speakers: who can be quoted, under which names, and who turned out to be the same."""

from typing import Any

from peewee import SQL

from models.history import changes, merged
from models.history import hidden as unseen
from models.history.changes import Actor
from models.queries import lists, shapes
from models.queries.results import Whole, newest
from models.queries.visibility import Viewer, shown
from models.refusals import Conflict, Refusal
from models.storage.columns import dumps, folded
from models.storage.transactions import advisory_lock, transaction
from models.tables import Alias, ClaimAbout, Counterclaim, Speaker, Statement

#: The lock under which names are given, each for itself: "ccname" in ASCII. A name in one table and an alias in
#: another must not meet.
_NAMES = int.from_bytes(b"ccname")


def create(
    *,
    by: Actor,
    name: str,
    kind: str = "person",
    description: str | None = None,
    aliases: list[str] | None = None,
    wikidata_id: str | None = None,
    same_as: list[str] | None = None,
    part_of: int | None = None,
    hidden: bool = False,
) -> int:
    """Add a speaker and return their id.

    One whom only a candidate names is `hidden` from the public until a statement of theirs is accepted.
    Raises Conflict where the Wikidata id or the name is taken, be it as an alias, and where an alias is
    another's name: a name means one speaker.
    """
    with transaction():
        _take_turns([name, *(aliases or [])])
        _refuse_name(name, None)
        _refuse_aliases(aliases or [], None)
        if wikidata_id:
            _refuse_taken(Speaker.wikidata_id, wikidata_id, "/wikidata_id", wikidata_id)
        if part_of is not None:
            part_of = _parent(part_of, None)
        speaker = Speaker.create(
            name=name,
            name_key=key(name),
            kind=kind,
            description=description,
            wikidata_id=wikidata_id,
            same_as=dumps(same_as or []),
            part_of=part_of,
        )
        _set_aliases(speaker.id, aliases or [])
        changes.log(by, "create", speaker, more={"aliases": aliases or []})
        if hidden:
            unseen.flag(noun="speakers", id=speaker.id)
        return int(speaker.id)


def change(*, by: Actor, id: int, version: int, **new: Any) -> None:
    """Change what is known of a speaker; `aliases` and `same_as` replace the whole list."""
    with transaction():
        speaker = changes.standing(Speaker, id, version)
        more: dict[str, Any] = {}
        _take_turns([*([new["name"]] if "name" in new else []), *new.get("aliases", [])])
        if "name" in new:
            new["name_key"] = key(new["name"])
            if new["name_key"] != speaker.name_key:
                _refuse_name(new["name"], id)
        if new.get("wikidata_id") and new["wikidata_id"] != speaker.wikidata_id:
            _refuse_taken(Speaker.wikidata_id, new["wikidata_id"], "/wikidata_id", new["wikidata_id"])
        if new.get("part_of") is not None:
            new["part_of"] = _parent(new["part_of"], id)
        if "same_as" in new:
            new["same_as"] = dumps(new["same_as"])
        if "aliases" in new:
            aliases = new.pop("aliases")
            _refuse_aliases(aliases, id)
            if aliases != _aliases(id):
                more["aliases"] = aliases
                _set_aliases(id, aliases)
        changes.amend(by, speaker, more=more, **new)


def retract(*, by: Actor, id: int, version: int, reason: str | None) -> None:
    """Take a speaker back. Raises Conflict while statements of theirs stand."""
    with transaction():
        speaker = changes.standing(Speaker, id, version)
        changes.refuse_while_used(by, "A speaker", Statement.speaker, id)
        changes.refuse_while_used(by, "A speaker", Statement.via_speaker, id)
        changes.retract(by, speaker, reason)


def find(*, by: Actor, given: dict[str, Any], field: str, hidden: bool = False, kind: str | None = None) -> int:
    """Find the id of the speaker that `given` names by `id`, or by `name`, their own or an alias.

    A name that nobody has becomes a new speaker with the rest of `given`, `hidden` as in `create`, and of the
    kind `kind` where `given` tells none. Raises
    Conflict for an unknown id, one that lists the speakers who share an alias, and one for a kind or
    Wikidata id that says otherwise than what is known.
    """
    if "id" in given:
        return int(changes.referred(Speaker, given["id"], f"{field}/id", shared=True).id)
    known = named(given["name"])
    if len(known) > 1:
        raise Conflict(
            f"{given['name']!r} is an alias of several speakers: choose by id.",
            field=f"{field}/name",
            candidates=[{"id": id, "name": name} for id, name in known],
        )
    if known:
        speaker = changes.referred(Speaker, known[0][0], f"{field}/name", shared=True)
        refuse_contradiction(speaker, given, field)
        return int(speaker.id)
    try:
        return create(by=by, **({"hidden": hidden} | ({"kind": kind} if kind else {}) | given))
    except Refusal as refusal:
        raise refusal.under(field) from None


def named(name: str) -> list[tuple[int, str]]:
    """Find the speakers called that, as (id, name): the one whose own name it is, else all whose alias it is."""
    own = bearing(name)
    if own:
        return own
    stands = Speaker.retracted_at.is_null(), Speaker.merged_into.is_null()
    other = Speaker.select(Speaker.id, Speaker.name).join(Alias, on=Alias.speaker == Speaker.id)
    return list(other.where(Alias.alias_key == key(name), *stands).order_by(Speaker.id).distinct().tuples())


def bearing(name: str) -> list[tuple[int, str]]:
    """Find the speaker whose own name that is, as (id, name); none or one."""
    query = Speaker.select(Speaker.id, Speaker.name).where(
        Speaker.name_key == key(name), Speaker.retracted_at.is_null(), Speaker.merged_into.is_null()
    )
    return list(query.tuples())


def take_names() -> None:
    """Let nobody else give names until this transaction ends."""
    advisory_lock(_NAMES)


def take_turns_for(*given: dict[str, Any] | None) -> None:
    """Wait for the names of several speakers whom one request gives by name, before the first of them is made.

    Two requests that make the same two in another order would wait for one another.
    """
    names = [one["name"] for one in given if one and "name" in one]
    if len(names) > 1:
        _take_turns(names)


def _take_turns(names: list[str]) -> None:
    """Let nobody else give one of these `names`, as a speaker's own or as an alias, until this transaction ends."""
    if names:
        advisory_lock(_NAMES, [key(name) for name in names])


def merge(*, by: Actor, id: int, into: int) -> int:
    """Let the speaker `id` be one with `into`, which takes over statements and names.

    Statements of both over the same words become one: the merged speaker's is retracted, unless it
    alone is accepted. A survivor that was part of the other is part of nothing any more. All of it is
    in the log, and `unmerge` takes it back. Returns the survivor's id. Raises Conflict where both are
    the same already.
    """
    with transaction():
        speaker, survivor = changes.pair(Speaker, id, into)
        into = survivor.id
        dropped = [_drop(by, statement, kept) for statement, kept in _doubled_statements(id, into)]
        cut = survivor.part_of_id if id in _line(into) else None
        if cut:
            changes.update(by, survivor, part_of=None)
        moved = {
            "statements": changes.move(Statement.speaker, id, into),
            "via": changes.move(Statement.via_speaker, id, into),
            "about": _move_about(id, into),
            "parts": changes.move(Speaker.part_of, id, into),
            "cut": cut,
            "aliases": _lend_names(speaker, survivor),
            "dropped": dropped,
        }
        if not unseen.is_hidden(noun="speakers", id=id):
            unseen.unflag(noun="speakers", id=into)
        # A new version, too: who read the survivor before must read it again before changing it.
        changes.update(by, survivor)
        changes.update(by, speaker, "merge", {"moved": moved}, merged_into=into)
        return into


def unmerge(*, by: Actor, id: int) -> None:
    """Undo the merge of a speaker: what moved and is still there moves back."""
    with transaction():
        speaker = Speaker.get_or_none(Speaker.id == id)
        into, moved = changes.merged(Speaker, speaker, id)
        own = Alias.select(Alias.alias).where(Alias.speaker == id).order_by(Alias.id)
        aliases = [alias for (alias,) in own.tuples()]
        _take_turns([speaker.name, *aliases])
        Alias.delete().where(Alias.alias_key.in_(moved["aliases"]), Alias.speaker == into).execute()
        _refuse_name(speaker.name, id)
        _refuse_aliases(aliases, id)
        if speaker.wikidata_id:
            _refuse_taken(Speaker.wikidata_id, speaker.wikidata_id, "/wikidata_id", speaker.wikidata_id)
        changes.update(by, speaker, "unmerge", merged_into=None)
        for column, ids in (
            (Statement.speaker, moved["statements"]),
            (Statement.via_speaker, moved["via"]),
            (Speaker.part_of, moved["parts"]),
        ):
            changes.move_back(column, ids, into, id)
        for claim in moved["about"]:
            ClaimAbout.insert(claim=claim, speaker=id).on_conflict_ignore().execute()
            ClaimAbout.delete().where(ClaimAbout.claim == claim, ClaimAbout.speaker == into).execute()
        for drop in moved["dropped"]:
            changes.restore(by, Statement, [drop["statement"]])
            changes.move_back(Counterclaim.statement, drop["edges"], drop["kept"], drop["statement"])
            changes.restore(by, Counterclaim, drop["retracted_edges"])
        survivor = Speaker.get_by_id(into)
        again = moved["cut"] and survivor.part_of_id is None and into not in _line(moved["cut"])
        changes.update(by, survivor, **({"part_of": moved["cut"]} if again else {}))


def whole(*, id: int, viewer: Viewer) -> Whole:
    """Read a speaker with the newest statements. Raises NotFound, also for one that is hidden, Gone or Moved."""
    return _found(id, viewer, shapes.text(shapes.speaker, viewer))


def _found(id: int, viewer: Viewer, column: str) -> Whole:
    """Read `column` of the speaker `p`. Raises NotFound, Gone or Moved."""
    p = Speaker.alias("p")
    query = p.select(p.version, SQL(column)).where(p.id == id, p.retracted_at.is_null(), p.merged_into.is_null())
    found = query.where(SQL(shapes.text(shown, viewer, "speakers", "p"))).tuples().first()
    return changes.found(Speaker, id, found, lambda: viewer.texts or not unseen.is_hidden(noun="speakers", id=id))


def charges(*, id: int, viewer: Viewer, asked: lists.Asked, **chosen: Any) -> lists.Page:
    """Read a page of the claims that others put forward against a speaker and all who are part of it.

    `asked` may hold `answered`: whether one of them answered. Raises NotFound, Gone or Moved.
    """
    _found(id, viewer, "p.name")
    replied = {"replied": asked["answered"]} if "answered" in asked else {}
    rest = {name: value for name, value in asked.items() if name != "answered"}
    return merged.page("claims", viewer=viewer, asked={**rest, **replied, "against": id}, **chosen)


def positions(*, id: int, viewer: Viewer, asked: lists.Asked, **chosen: Any) -> lists.Page:
    """Read a page of the statements of a speaker; with `parts`, of all who are part of it too.

    Raises NotFound, Gone or Moved.
    """
    _found(id, viewer, "p.name")
    rest = {name: value for name, value in asked.items() if name != "parts"}
    whose = "of_all" if asked.get("parts") else "of"
    return merged.page("statements", viewer=viewer, asked={**rest, whose: id}, **chosen)


def listed(*, viewer: Viewer, past: int | None, limit: int, **asked: Any) -> list[tuple[int, str]]:
    """List at most `limit` speakers past the id `past`, newest first, as (id, JSON); `asked` as in `ids`."""
    p, query = _asked(viewer, **asked)
    return newest(query.select(p.id, SQL(shapes.text(shapes.speaker, viewer))), p.id, past, limit)


def ids(*, viewer: Viewer, **asked: Any) -> Any:
    """Build the query of the ids of the speakers for which all that is `asked` holds.

    `name` is a name or an alias, whole, in any case.
    """
    p, query = _asked(viewer, **asked)
    return query.order_by(p.id)


def _asked(viewer: Viewer, *, name: str | None = None, kind: str | None = None) -> tuple[Any, Any]:
    p = Speaker.alias("p")
    query = p.select(p.id).where(
        p.retracted_at.is_null(), p.merged_into.is_null(), SQL(shapes.text(shown, viewer, "speakers", "p"))
    )
    if kind is not None:
        query = query.where(p.kind == kind)
    if name is not None:
        also = Alias.select(Alias.speaker).where(Alias.alias_key == key(name))
        query = query.where((p.name_key == key(name)) | p.id.in_(also))
    return p, query


def key(name: str) -> str:
    """Write a name as it is looked up."""
    return folded(name)


def _refuse_taken(column: Any, value: str, field: str, shown: str) -> None:
    holder = (
        Speaker.select(Speaker.id)
        .where(column == value, Speaker.retracted_at.is_null(), Speaker.merged_into.is_null())
        .scalar()
    )
    if holder:
        raise Conflict(
            f"{shown!r} is taken by speaker {holder}: use that one, or tell the two apart in the name.",
            field=field,
            known=holder,
        )


def _refuse_name(name: str, bearer: int | None) -> None:
    """Refuse a name that another speaker has, as theirs or as an alias; `bearer` is who is to have it."""
    if not key(name):
        raise Conflict("This name holds nothing that can be read.", field="/name")
    _refuse_taken(Speaker.name_key, key(name), "/name", name)
    for id, other in named(name):
        if id != bearer:
            raise Conflict(
                f"{name!r} is an alias of speaker {id}, {other}: use that one, or tell the two apart in the name.",
                field="/name",
                known=id,
            )


def _refuse_aliases(aliases: list[str], bearer: int | None) -> None:
    """Refuse an alias that is another speaker's name; an alias may be shared."""
    keys = [key(alias) for alias in aliases]
    if "" in keys:
        raise Conflict("This alias holds nothing that can be read.", field=f"/aliases/{keys.index('')}")
    query = Speaker.select(Speaker.id, Speaker.name, Speaker.name_key).where(
        Speaker.name_key.in_(keys), Speaker.retracted_at.is_null(), Speaker.merged_into.is_null()
    )
    for id, name, name_key in query.tuples():
        if id != bearer:
            raise Conflict(
                f"{name!r} is the name of speaker {id}: a name means one speaker.",
                field=f"/aliases/{keys.index(name_key)}",
                id=id,
            )


def refuse_contradiction(speaker: Any, given: dict[str, Any], field: str) -> None:
    """Refuse what a request says of a known speaker where the registry says otherwise."""
    for name in ("kind", "wikidata_id"):
        held = getattr(speaker, name)
        if given.get(name) and held and given[name] != held:
            raise Conflict(
                f"{given['name']!r} is speaker {speaker.id}, whose {name} is {held}: leave it out, "
                "change the speaker, or tell the two apart in the name.",
                field=f"{field}/{name}",
                id=speaker.id,
            )


def _parent(part_of: int, child: int | None) -> int:
    """Find the id of the parent, a survivor's where it was merged; refuse one that is itself part of the child."""
    parent = int(changes.referred(Speaker, part_of, "/part_of").id)
    if child in _line(parent):
        raise Conflict("A speaker cannot be part of itself, not even by a detour.", field="/part_of")
    unseen.unflag(noun="speakers", id=parent)
    return parent


def _line(id: int | None) -> list[int]:
    """List a speaker and all that they are part of, nearest first."""
    line: list[int] = []
    while id is not None and id not in line:
        line.append(id)
        id = Speaker.select(Speaker.part_of).where(Speaker.id == id).scalar()
    return line


def _set_aliases(speaker: int, aliases: list[str]) -> None:
    Alias.delete().where(Alias.speaker == speaker).execute()
    for alias in aliases:
        Alias.insert(speaker=speaker, alias=alias, alias_key=key(alias)).on_conflict_ignore().execute()


def _aliases(speaker: int) -> list[str]:
    return [alias for (alias,) in Alias.select(Alias.alias).where(Alias.speaker == speaker).order_by(Alias.id).tuples()]


def _move_about(from_: int, to: int) -> list[int]:
    """Let what claims are about move too; where a claim names both, the link of the merged one is only hidden."""
    mine = [claim for (claim,) in ClaimAbout.select(ClaimAbout.claim).where(ClaimAbout.speaker == from_).tuples()]
    theirs = {claim for (claim,) in ClaimAbout.select(ClaimAbout.claim).where(ClaimAbout.speaker == to).tuples()}
    moved = [claim for claim in mine if claim not in theirs]
    ClaimAbout.update(speaker=to).where(ClaimAbout.speaker == from_, ClaimAbout.claim.in_(moved)).execute()
    return moved


def _lend_names(speaker: Speaker, survivor: Speaker) -> list[str]:
    """Give the survivor the other's names as aliases; return the keys of those that are new.

    Keys, because a change of the aliases gives all of them new ids.
    """
    names = [speaker.name]
    names += [alias for (alias,) in Alias.select(Alias.alias).where(Alias.speaker == speaker.id).tuples()]
    known = {k for (k,) in Alias.select(Alias.alias_key).where(Alias.speaker == survivor.id).tuples()}
    known.add(survivor.name_key)
    lent = []
    for name in names:
        if key(name) not in known:
            known.add(key(name))
            Alias.insert(speaker=survivor.id, alias=name, alias_key=key(name)).execute()
            lent.append(key(name))
    return lent


def _doubled_statements(id: int, into: int) -> list[tuple[Statement, Statement]]:
    """Find the standing statements of both over the same words, as (the one to drop, the one to keep)."""
    theirs = Statement.alias()
    same = (theirs.document == Statement.document) & (theirs.spans == Statement.spans)
    query = Statement.select(Statement, theirs).join(theirs, on=same, attr="twin")
    query = query.where(Statement.speaker == id, theirs.speaker == into)
    pairs = [(mine, mine.twin) for mine in query.where(Statement.retracted_at.is_null(), theirs.retracted_at.is_null())]
    return [
        (twin, mine) if mine.status == "accepted" and twin.status != "accepted" else (mine, twin)
        for mine, twin in pairs
    ]


def _drop(by: Actor, statement: Statement, kept: Statement) -> dict[str, Any]:
    """Take back a statement that `kept` doubles; return what the log keeps of it.

    Edges that rest on it rest on the other, or go with it where the other states another claim.
    """
    reason = f"The same words stand as statement {kept.id}."
    edges: list[int] = []
    retracted: list[int] = []
    if kept.claim_id == statement.claim_id:
        edges = changes.move(Counterclaim.statement, statement.id, kept.id)
    else:
        standing = Counterclaim.statement == statement.id, Counterclaim.retracted_at.is_null()
        for edge in Counterclaim.select().where(*standing):
            changes.retract(by, edge, reason)
            retracted.append(edge.id)
    changes.retract(by, statement, reason)
    return {"statement": statement.id, "kept": kept.id, "edges": edges, "retracted_edges": retracted}
