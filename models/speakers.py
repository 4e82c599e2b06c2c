"""Speakers: who can be quoted, under which names, and who turned out to be the same."""

from functools import partial
from typing import Any

from models import hierarchy, prints, wikidata
from models.history import (
    changes,
    large,
    locks,
    merge_scope,
    merged_filters,
    merges,
    restores,
    same_words,
    standing_rows,
    subjects,
)
from models.history.changes import Actor
from models.history.first_rows import LISTED
from models.history.hidden import flag, is_hidden, shown_ids, unflag
from models.history.locks import to_change
from models.history.notes import SpeakerMerge
from models.history.session import SESSION, Session
from models.history.standing_rows import Version
from models.queries import derived, lists, simple_lists
from models.queries.results import Item
from models.queries.visibility import Viewer
from models.refusals import AlreadyKnown, Ambiguous, Conflict, Refusal
from models.storage.columns import comparison_key, dumps
from models.storage.transactions import takes_locks, transaction
from models.tables import Alias, Speaker, Statement


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
    shows_body: bool = True,
    session: Session = SESSION,
) -> int:
    """Add a speaker and return their id.

    One whom only a candidate names is `hidden` from the public until a statement of theirs is accepted. Whom they are
    part of is shown with them, unless a file says of that body by itself whether it is hidden: then not `shows_body`.
    Raises Conflict where the Wikidata id or the name is taken, be it as an alias, and where an alias is
    another's name: a name means one speaker.
    """
    with session.transaction():
        aliases = _once(aliases or [])
        if part_of is not None:
            locks.lock_parts(new=True)
        session.lock_names(_keys(name, *aliases, item=wikidata_id))
        _refuse_name(name, None, session)
        _refuse_aliases(aliases, None, session)
        if wikidata_id:
            _refuse_taken_item(wikidata_id, session)
        if part_of is not None:
            part_of = hierarchy.parent(part_of, None, session, hidden=hidden or not shows_body)
        speaker = session.create(
            by,
            Speaker,
            {"aliases": aliases},
            name=name,
            name_key=name_key(name),
            kind=kind,
            description=description,
            wikidata_id=wikidata_id,
            same_as=dumps(same_as or []),
            part_of=part_of,
        )
        _put_aliases(speaker.id, aliases, session)
        if hidden:
            flag(noun="speakers", id=speaker.id, session=session)
        return int(speaker.id)


def change(*, by: Actor, id: int, version: Version, **new: Any) -> None:
    """Change what is known of a speaker; `aliases` and `same_as` replace the whole list."""
    with transaction():
        if new.get("part_of") is not None:
            locks.lock_parts()
        SESSION.lock_names(_keys(new.get("name"), *new.get("aliases", ()), item=new.get("wikidata_id")))
        locks.hold(lambda: [to_change(Speaker, id, new.get("part_of"))])
        speaker = standing_rows.lock_standing(Speaker, id, version)
        large.refuse(by, Speaker, id, changed=new)
        more, was = dict[str, Any](), dict[str, Any]()
        if "name" in new:
            new["name_key"] = name_key(new["name"])
            if new["name_key"] != speaker.name_key:
                _refuse_name(new["name"], id, SESSION)
        if new.get("wikidata_id"):
            _refuse_taken_item(new["wikidata_id"], SESSION, id)
        if new.get("part_of") is not None:
            new["part_of"] = hierarchy.parent(new["part_of"], id, SESSION, hidden=is_hidden(noun="speakers", id=id))
        if "same_as" in new:
            new["same_as"] = dumps(new["same_as"])
        if "aliases" in new:
            aliases, known = _once(new.pop("aliases")), _aliases(id)
            _refuse_aliases(aliases, id, SESSION)
            if aliases != known:
                more["aliases"], was["aliases"] = aliases, known
                Alias.delete().where(Alias.speaker == id).execute()
                _put_aliases(id, aliases, SESSION)
        changes.amend(by, speaker, more=more, was=was, **new)


def retract(*, by: Actor, id: int, version: Version, reason: str | None) -> None:
    """Take a speaker back. Raises Conflict while statements of theirs stand."""
    with transaction():
        speaker = standing_rows.lock_standing(Speaker, id, version)
        for column in (Statement.speaker, Statement.via_speaker, Statement.on_behalf_of):
            standing_rows.refuse_while_used(by, "A speaker", column, id)
        large.refuse(by, Speaker, id)
        changes.retract(by, speaker, reason)


def restore(*, by: Actor, id: int) -> None:
    """Let a retracted speaker stand again. Raises Conflict where a name or the Wikidata item is another's by now."""
    with restores.restoring():
        names = [name for (name,) in Speaker.select(Speaker.name).where(Speaker.id == id).tuples()]
        aliases = _aliases(id)
        SESSION.lock_names(_keys(*names, *aliases) + wikidata.items_of(id))
        if speaker := restores.retracted(by, Speaker, id):
            _refuse_name(speaker.name, id, SESSION)
            _refuse_aliases(aliases, id, SESSION)
            for item in wikidata.items_of(id):
                _refuse_taken_item(item, SESSION)
            large.refuse(by, Speaker, id)
            restores.restore(by, speaker)
            if is_hidden(noun="speakers", id=id):
                subjects.refresh_about(id)


def find_or_make(
    *,
    by: Actor,
    reference: dict[str, Any],
    field: str,
    hidden: bool = False,
    kind: str | None = None,
    session: Session = SESSION,
) -> int:
    """Find the id of the speaker with the `id` or Wikidata id of a reference, or with its `name`, be it an alias.

    A name that nobody has becomes a new speaker with the rest of the reference, `hidden` as in `create`, and of
    the kind `kind` where the reference has none. Raises Conflict for an unknown id, one that lists the speakers who
    share an alias, and one for a kind or Wikidata id that says otherwise than what is known.
    """
    if "id" in reference:
        id = wikidata.named(reference["id"], f"{field}/id", session)
        return int(session.referred(Speaker, id, f"{field}/id").id)
    known = named(reference["name"], session)
    if not known:  # somebody may put the name in just now
        session.lock_names(_keys_of(reference))
        known = named(reference["name"], session)
    if len(known) > 1:
        more = f" The first {LISTED} are listed." if len(known) > LISTED else ""
        raise Ambiguous(
            f"{reference['name']!r} is an alias of several speakers: choose by id.{more}",
            field=f"{field}/name",
            candidates=[{"id": id, "name": session.by_id(Speaker, id, locked=False).name} for id in known[:LISTED]],
        )
    if known:
        speaker = session.referred(Speaker, known[0], f"{field}/name")
        _refuse_contradiction(speaker, reference, field, session)
        return int(speaker.id)
    try:
        return create(by=by, session=session, **({"hidden": hidden} | ({"kind": kind} if kind else {}) | reference))
    except Refusal as refusal:
        raise refusal.under(field) from None


def named(name: str, session: Session = SESSION) -> list[int]:
    """Find the ids of the speakers called that: the one whose own name it is, else the first whose alias it is."""
    own = bearing(name, session)
    return [own] if own else session.aliased(name_key(name))


def bearing(name: str, session: Session = SESSION) -> int | None:
    """Find the id of the speaker whose own name that is."""
    return session.find(Speaker, name_key=name_key(name))


def lock_names_of(*references: dict[str, Any] | None, session: Session = SESSION) -> None:
    """Lock the names of the speakers of one request, before the first of them is made, and what they are part of.

    Two requests that make the same two in another order would wait for one another. One who is known needs no lock.
    """
    by_name = [one for one in references if one and "name" in one]
    if any(one.get("part_of") is not None for one in by_name):
        locks.lock_parts(new=True)
    if len(by_name) > 1 or (by_name and takes_locks() and not named(by_name[0]["name"], session)):
        session.lock_names([key for one in by_name for key in _keys_of(one)])


def merge(*, by: Actor, id: int, into: int) -> int:
    """Let the speaker `id` be one with `into`, which takes over statements and names.

    A survivor without a Wikidata id gets the other's; to one that has another, both lead. One that was part of the
    other is part of nothing any more. All of it is in the log, and `unmerge` takes it back. Returns the survivor's id.
    Raises Conflict where both are the same already, or are recorded with the same words, as `same_words` has it.
    """
    with transaction():
        locks.lock_parts()
        speaker, survivor = merges.pair(by, Speaker, id, into)
        into = survivor.id
        locks.hold(lambda: merge_scope.of_merged_speakers(id, into))
        hierarchy.refuse_long(id, into)
        same_words.refuse_merge(by, id, into)
        cut = survivor.part_of_id if id in hierarchy.ancestors(into) else None
        if cut:
            changes.update(by, survivor, part_of=None)
        subjects.join(id, into)
        moved: SpeakerMerge = {
            "statements": merges.move(Statement.speaker, id, into),
            "via": merges.move(Statement.via_speaker, id, into),
            "on_behalf_of": merges.move(Statement.on_behalf_of, id, into),
            "parts": merges.move(Speaker.part_of, id, into),
            "cut": cut,
            "aliases": merges.copy_names(speaker, survivor),
        }
        if not is_hidden(noun="speakers", id=id):
            unflag(noun="speakers", id=into)
        changes.update(by, speaker, "merge", {"moved": moved}, merged_into=into)
        # A new version, too: who read the survivor before must read it again before changing it.
        changes.update(by, survivor, wikidata_id=survivor.wikidata_id or speaker.wikidata_id)
        # Whatever of the row has changed, what moved has another speaker, and other names among its words.
        derived.mark_for_refresh("speakers", {"id": into})
        return into


def unmerge(*, by: Actor, id: int) -> None:
    """Undo the merge of a speaker: what moved and is still there moves back.

    A speaker who would be part of themselves by now is part of nothing.
    """
    with transaction():
        locks.lock_parts()
        aliases = _aliases(id)
        found = [*Speaker.select(Speaker.name, Speaker.merged_into).where(Speaker.id == id).tuples()]
        SESSION.lock_names(_keys(*(name for name, _ in found), *aliases) + wikidata.items_of(id))
        still_cut = next((merges.still_cut(into) for _, into in found if into), None)
        locks.hold(lambda: merge_scope.of_unmerged_speaker(id, still_cut))
        speaker = Speaker.get_or_none(Speaker.id == id)
        moved: SpeakerMerge
        into, moved = merges.last_merge(by, Speaker, speaker, id, _may_know)
        had = _aliases(into)
        merges.take_back_names(moved, speaker, into)
        _refuse_name(speaker.name, id, SESSION)
        _refuse_aliases(aliases, id, SESSION)
        survivor = Speaker.get_by_id(into)
        if speaker.wikidata_id and survivor.wikidata_id == speaker.wikidata_id:
            changes.update(by, survivor, wikidata_id=_lent_item(into, id))
        for item in wikidata.items_of(id):
            _refuse_taken_item(item, SESSION, into)
        for column, ids in (
            (Statement.speaker, moved["statements"]),
            (Statement.via_speaker, moved["via"]),
            (Statement.on_behalf_of, moved["on_behalf_of"]),
            (Speaker.part_of, moved["parts"]),
        ):
            merges.move_rows(column, ids, into, id)
        merges.refresh_claims_of(moved["via"] + moved["on_behalf_of"])
        cut: dict[str, Any] = {} if hierarchy.fits(id, speaker.part_of_id) else {"part_of": None}
        changes.update(by, speaker, "unmerge", merged_into=None, **cut)
        subjects.part(id, into)
        prints.part(by=by, speakers=(id, into))
        survivor = Speaker.get_by_id(into)
        whole = moved["cut"] or still_cut
        again = hierarchy.whole_again(survivor, whole)
        # No other line tells which aliases others still lend, and what a later unmerge may make whole.
        told = {"aliases": _aliases(into), "cut": None if again or survivor.part_of_id else whole}
        if survivor.retracted_at is None:
            changes.update(by, survivor, more=told, **again)
        elif told["aliases"] != had:
            changes.update(by, survivor, more=told)


def get(*, id: int, viewer: Viewer, bare: bool = False) -> Item:
    """Read a speaker, a `bare` one without its JSON. Raises NotFound, also for one that is hidden, Gone or Moved."""
    read = partial(simple_lists.one, "speakers", viewer=viewer, id=id, bare=bare)
    return standing_rows.item_or_refuse(Speaker, id, read, partial(_may_know, viewer))


def listed(**parameters: Any) -> lists.Page:
    """Read a page of speakers; the parameters are those of `simple_lists.page`."""
    return merged_filters.page("speakers", model=Speaker, may_know=_may_know, **parameters)


_may_know = partial(shown_ids, "speakers")


def name_key(name: str) -> str:
    """Write a name as it is looked up."""
    return comparison_key(name)


def _keys(*names: str | None, item: str | None = None) -> list[str]:
    """Write the names to lock for a speaker, and the item: where one who bears it is merged, no index refuses it."""
    return [*(name_key(name) for name in names if name), *([item] if item else [])]


def _keys_of(reference: dict[str, Any]) -> list[str]:
    """Write what to lock for a speaker whom a request names, and who may be new."""
    return _keys(reference["name"], *reference.get("aliases") or (), item=reference.get("wikidata_id"))


def _refuse_taken(holder: int | None, field: str, value: str) -> None:
    if holder:
        raise AlreadyKnown(
            f"{value!r} is taken by speaker {holder}: use that one, or tell the two apart in the name.",
            field=field,
            known=holder,
        )


def _refuse_taken_item(item: str, session: Session, may_bear: int | None = None) -> None:
    """Refuse a Wikidata id that a speaker bears, unless that is the one who `may_bear` it."""
    bearer = wikidata.bearer(item, session)
    if bearer != may_bear:
        _refuse_taken(bearer, "/wikidata_id", item)


def _refuse_name(name: str, bearer: int | None, session: Session) -> None:
    """Refuse a name that another speaker has, as theirs or as an alias; `bearer` is who is to have it."""
    if not name_key(name):
        raise Conflict("This name holds nothing that can be read.", field="/name")
    _refuse_taken(bearing(name, session), "/name", name)
    for id in session.aliased(name_key(name)):
        if id != bearer:
            other = session.by_id(Speaker, id, locked=False).name
            raise AlreadyKnown(
                f"{name!r} is an alias of speaker {id}, {other}: use that one, or tell the two apart in the name.",
                field="/name",
                known=id,
            )


def _refuse_aliases(aliases: list[str], bearer: int | None, session: Session) -> None:
    """Refuse an alias that is another speaker's name; an alias may be shared."""
    keys = [name_key(alias) for alias in aliases]
    if "" in keys:
        raise Conflict("This alias holds nothing that can be read.", field=f"/aliases/{keys.index('')}")
    bearers = session.bearers(keys) if keys else {}
    for index, key in enumerate(keys):
        id = bearers.get(key)
        if id and id != bearer:
            name = session.by_id(Speaker, id, locked=False).name
            raise Conflict(
                f"{name!r} is the name of speaker {id}: a name means one speaker.", field=f"/aliases/{index}", id=id
            )


def _refuse_contradiction(speaker: Speaker, reference: dict[str, Any], field: str, session: Session) -> None:
    """Refuse what a request says of a known speaker where the registry says otherwise."""
    for name in ("kind", "wikidata_id"):
        wanted = reference.get(name)
        if wanted and (stored := getattr(speaker, name)) and wanted != stored:
            if name == "wikidata_id" and wikidata.bearer(wanted, session) == speaker.id:
                continue  # it is that of one who was merged into them
            raise Conflict(
                f"{reference['name']!r} is speaker {speaker.id}, whose {name} is {stored}: leave it out, "
                "change the speaker, or tell the two apart in the name.",
                field=f"{field}/{name}",
                id=speaker.id,
            )


def _lent_item(survivor: int, apart_from: int) -> str | None:
    """Find the Wikidata id of another who is merged into a survivor, the first of several."""
    merged = Speaker.select(Speaker.wikidata_id).where(Speaker.merged_into == survivor, Speaker.id != apart_from)
    item: str | None = merged.where(Speaker.wikidata_id.is_null(False)).order_by(Speaker.id).limit(1).scalar()
    return item


def _put_aliases(speaker: int, aliases: list[str], session: Session) -> None:
    """Give a speaker who has none these aliases."""
    session.insert_all(Alias, [{"speaker": speaker, "alias": one, "alias_key": name_key(one)} for one in aliases])


def _once(aliases: list[str]) -> list[str]:
    """Keep of two aliases that are looked up alike the first."""
    first: dict[str, str] = {}
    for alias in aliases:
        first.setdefault(name_key(alias), alias)
    return list(first.values())


def _aliases(speaker: int) -> list[str]:
    return [alias for (alias,) in Alias.select(Alias.alias).where(Alias.speaker == speaker).order_by(Alias.id).tuples()]
