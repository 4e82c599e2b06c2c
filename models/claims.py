"""Claims: the propositions, apart from who put them forward."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from models import evidence, restored_links, speakers, tables, topics
from models.history import (
    changes,
    large,
    locks,
    merge_scope,
    merged_filters,
    merges,
    restores,
    standalone_claims,
    standing_rows,
    subjects,
    suggested,
)
from models.history.changes import Actor
from models.history.notes import ClaimMerge
from models.history.session import SESSION, Session
from models.history.standing_rows import Version
from models.queries import exchanges, lists
from models.queries.members import Fields
from models.queries.results import Item
from models.queries.visibility import REVIEWER, Viewer
from models.refusals import Conflict, Gone, Moved, Refusal
from models.storage.database import fetch
from models.storage.transactions import transaction
from models.tables import Claim, ClaimTopic, Counterclaim, Review, Statement, Topic

#: Topics under which a claim is filed, at most: each is a row, written anew with whatever is counted of the claim.
MOST_TOPICS = 20


def create(
    *,
    by: Actor,
    text: str,
    language: str,
    topics: list[str] | None = None,
    about: list[dict[str, Any]] | None = None,
    accused: Sequence[int] = (),
    standalone: bool = True,
    session: Session = SESSION,
) -> int:
    """Add a claim and return its id; the same words may be another claim, so nothing is looked up.

    `topics` are slugs, `about` speakers by id or name, each with a `role`, `accused` the ids of more who are accused.
    `standalone` is false for one that is made with a statement: the public then sees it through that. Raises Conflict
    for topics and speakers.
    """
    with session.transaction():
        more: dict[str, Any] = {}
        headings: list[int] = []
        if topics is not None:
            more["topics"], headings = list(dict.fromkeys(topics)), _headings(topics, session)
        roles = _subjects(by, about or [], hidden=not standalone, session=session)
        roles |= dict.fromkeys(accused, "accused")
        more["about"] = subjects.as_logged(roles)
        claim = session.create(by, Claim, more, text=text, language=language, standalone=standalone)
        for topic in headings:
            session.insert(ClaimTopic, claim=claim.id, topic=topic)
        subjects.give(claim.id, roles, session)
        return int(claim.id)


def find_or_make(
    *, by: Actor, reference: dict[str, Any], field: str, standalone: bool = True, session: Session = SESSION
) -> int:
    """Find the claim with the `id` of a reference, or make one of its `text`, as `create` does; return its id.

    With `reuse` the oldest standing claim with the same text and language is taken where there is one.
    """
    if "id" in reference:
        return referred(by=by, id=reference["id"], field=f"{field}/id", session=session)
    new = {"standalone": standalone} | reference
    if new.pop("reuse", False):
        session.lock_words([new["text"]])
        viewer = Viewer(texts=True, unreviewed=by.reviews)
        if same := session.same_claim(text=new["text"], language=new["language"], viewer=viewer):
            return int(session.referred(Claim, same, field).id)
    try:
        return create(by=by, session=session, **new)
    except Refusal as refusal:
        raise refusal.under(field) from None


def lock_named(claim: dict[str, Any] | None, *named: dict[str, Any] | None, session: Session = SESSION) -> None:
    """Lock what a request names that may have no row yet: speakers, whom the claim is about too, and its words.

    Before any row, as locks.py has it; the words of a claim that is to be reused, which two at once would both make.
    """
    claim = claim or {}
    speakers.lock_names_of(*named, *claim.get("about", ()), session=session)
    if claim.get("reuse"):
        session.lock_words([claim["text"]])


def referred(*, by: Actor, id: int, field: str, session: Session = SESSION) -> int:
    """Find the id of the claim that a `field` names, or of its survivor. Raises Conflict where the actor sees none."""
    return int(session.referred_seen(by, Claim, get, id, field).id)


def same_text(
    *,
    text: str,
    language: str,
    limit: int = 10,
    viewer: Viewer = REVIEWER,
    standalone: bool = False,
    past: int = 0,
    session: Session = SESSION,
) -> list[int]:
    """List ids of standing claims with this text and language, oldest first.

    With `standalone`, only those that were put in by themselves. Only ids greater than `past` are listed.
    """
    return session.same_claims(
        text=text, language=language, limit=limit, viewer=viewer, standalone=standalone, past=past
    )


def change(*, by: Actor, id: int, version: Version, **new: Any) -> None:
    """Change text, language, topics or whom it is about; the two lists are replaced whole."""
    with transaction():
        speakers.lock_names_of(*(new.get("about") or ()))
        wanted = partial(merge_scope.of_relinked_claim, id) if {"topics", "about"} & new.keys() else tuple
        claim = standing_rows.lock_seen(by, Claim, get, id, version, wanted=wanted)
        large.refuse(by, Claim, id)
        links = _links(id)
        more = _relink(by, id, new.pop("topics", None), new.pop("about", None))
        changes.amend(by, claim, more=more, was={name: links[name] for name in more}, **new)


def worded_by_hand(*, id: int) -> bool:
    """Tell whether somebody has changed the text of a claim, other than by mending the words that it was read from."""
    worded = f"SELECT 1 FROM changes WHERE {tables.lines(tables.WORDED)} AND noun_id = ? LIMIT 1"  # noqa: S608 (our SQL)
    return bool(fetch(worded, (id,)))


#: What whoever does not review will find when the statements of a claim are retracted.
_AFTER = " With the last of them the claim goes out of sight, and nothing is left to retract."


def retract(*, by: Actor, id: int, version: Version, reason: str | None) -> None:
    """Take a claim back. Raises Conflict while statements of it stand."""
    with transaction():
        claim = standing_rows.lock_seen(by, Claim, get, id, version)
        standing_rows.refuse_while_used(
            by, "A claim", Statement.claim, id, "" if by.reviews or claim.standalone else _AFTER
        )
        large.refuse(by, Claim, id)
        changes.retract(by, claim, reason)


def restore(*, by: Actor, id: int) -> None:
    """Let a retracted claim stand again: by itself, where the actor does not review and would not see it otherwise.

    Such an actor has seen it go. It has no statement: one was moved to another claim, and can be moved back.
    """
    with restores.restoring():
        locks.hold(lambda: merge_scope.of_restored_claim(id))
        if claim := restores.retracted(by, Claim, id, get):
            large.refuse(by, Claim, id)
            restores.refuse_changed_out_of_sight(by, id)
            restores.restore(by, claim, standalone=claim.standalone or not by.reviews)


def merge(*, by: Actor, id: int, into: int) -> int:
    """Let the claim `id` be one with `into`, which takes over its statements, counterclaims, reviews and suggestions.

    It is about whom either was about, and accuses whom either accused.
    Counterclaims and reviews that both had become one: the merged claim's is retracted, or the counterclaim of the two
    that the public does not see. All of it is in the log, and `unmerge` takes it back. Raises Conflict where the two
    answer one another.
    """
    with transaction():
        locks.hold(lambda: merge_scope.subjects_of(id, into))
        claim, survivor = merges.pair(by, Claim, id, into, get)
        into = survivor.id
        large.refuse_to_join(by, id, into)
        locks.hold(lambda: merge_scope.of_merged_claims(id, into))
        _refuse_opponents(by, id, into)
        doubled = _doubled(id, into)
        between = _between(id, into)
        for noun in (Counterclaim, Review):
            gone = [row for row, _ in doubled if isinstance(row, noun)]
            changes.retract_all(by, gone, f"Claim {id} was merged into {into}, which has the same.")
        subjects.lend(id, into)
        moved: ClaimMerge = {
            "statements": merges.move(Statement.claim, id, into),
            "answered": merges.move(Counterclaim.claim, id, into, apart_from=between),
            "answers": merges.move(Counterclaim.answer, id, into, apart_from=between),
            "reviews": merges.move(Review.claim, id, into),
            "retracted_edges": [(row.id, kept) for row, kept in doubled if isinstance(row, Counterclaim)],
            "retracted_reviews": [(row.id, kept) for row, kept in doubled if isinstance(row, Review)],
        }
        if moved["answered"] or moved["answers"]:
            large.refuse_attributions(by, [into], "/into")
        if claim.standalone and (not survivor.standalone or standalone_claims.by_merges([into])):
            moved["standalone"] = [into]
        told = {"about": subjects.as_logged(subjects.of(into))}
        # A new version, too: who read the survivor before must read it again before changing it.
        changes.update(by, survivor, more=told, standalone=survivor.standalone or claim.standalone)
        changes.update(by, claim, "merge", {"moved": moved}, merged_into=into)
        suggested.settle(into)
        return into


def unmerge(*, by: Actor, id: int) -> None:
    """Undo the merge of a claim: what moved and is still there moves back.

    Counterclaims hang on what their evidence states then, also where that was retracted since. What the merge retracted
    stands again where all that it names still stands, and nobody has retracted its double since; what another merge
    did, where it has no double any more.
    """
    with transaction():
        with suppress(Moved, Gone):
            standing_rows.lock_seen(by, Claim, get, id, wanted=partial(merge_scope.of_unmerged_claim, id))
        claim = Claim.get_or_none(Claim.id == id)
        moved: ClaimMerge
        into, moved = merges.last_merge(by, Claim, claim, id, merges.known_claims)
        standing = merges.merges_into(Claim, into)
        edges = merge_scope.given_back(Counterclaim, standing, id, "retracted_edges")
        doubled_reviews = merge_scope.given_back(Review, standing, id, "retracted_reviews")
        hidden = standalone_claims.is_by_merge(id, into, standing)
        changes.update(by, claim, "unmerge", merged_into=None)
        for column, ids in (
            (Statement.claim, moved["statements"]),
            (Counterclaim.claim, moved["answered"]),
            (Counterclaim.answer, moved["answers"]),
            (Review.claim, moved["reviews"]),
        ):
            merges.move_rows(column, ids, into, id)
        suggested.settle(id, into)
        since = next(one.sequence for one in standing if one.id == id)
        restored_links.settle(by=by, claims=(id, into), since=since)
        for may in (_may_be_shown_again, merge_scope.may_stand):
            for merge, ids in edges:
                restored_links.give_back(by=by, ids=ids, merge=merge, may=may)
        restored_links.give_back(by=by, ids=merge_scope.taken_back_of(id, into))
        for merge, ids in doubled_reviews:
            merges.restore(by, Review, ids, may=merge_scope.may_stand, merge=merge)
        restored_links.settle_reviews(by=by, claims=(id, into))
        restores.refuse_changed_out_of_sight(by, id)
        survivor, had = Claim.get_by_id(into), subjects.of(into)
        subjects.take_back(id, into)
        about, standalone = subjects.of(into), survivor.standalone and not hidden
        # One that was retracted gives back what it had from the other as well: it may be restored.
        if survivor.retracted_at is None or (about, standalone) != (had, survivor.standalone):
            changes.update(by, survivor, more={"about": subjects.as_logged(about)}, standalone=standalone)


def get(
    *, id: int, viewer: Viewer, just_written: bool = False, fields: Fields | None = None, include: tuple[str, ...] = ()
) -> Item:
    """Read a claim, or its members `fields`; one that was `just_written` though no statement shows it.

    Raises NotFound, also for what the viewer may not see, Gone or Moved.
    """
    read = partial(lists.one, "claims", viewer=viewer, id=id, fields=fields, include=include)
    return _item_or_refuse(id, viewer, partial(read, just_written=just_written))


def exchange(*, id: int, viewer: Viewer) -> Item:
    """Read all that answers a claim and that it answers, step by step, by day. Raises what `get` raises."""
    return _item_or_refuse(id, viewer, partial(exchanges.one, viewer=viewer, id=id))


def listed(**parameters: Any) -> lists.Page:
    """Read a page of claims; the parameters are those of `lists.page`."""
    return merged_filters.page("claims", model=Claim, may_know=merges.known_claims, **parameters)


def _item_or_refuse(id: int, viewer: Viewer, read: Callable[[], tuple[int, str] | None]) -> Item:
    return standing_rows.item_or_refuse(Claim, id, read, partial(merges.known_claims, viewer))


def _headings(slugs: list[str], session: Session) -> list[int]:
    return list(dict.fromkeys(topics.ids(slugs, field="/topics", session=session)))


def _subjects(by: Actor, about: list[dict[str, Any]], *, hidden: bool, session: Session) -> dict[int, str]:
    """Find the speakers whom a claim is about, each with their role; new ones are `hidden` until it is public.

    Who is named twice is accused where one of the two says so.
    """
    roles: dict[int, str] = {}
    for index, who in enumerate(about):
        reference = {name: value for name, value in who.items() if name != "role"}
        speaker = speakers.find_or_make(
            by=by, reference=reference, field=f"/about/{index}", hidden=hidden, session=session
        )
        if roles.get(speaker) != "accused":
            roles[speaker] = who.get("role", "mentioned")
    return roles


def _relink(by: Actor, claim: int, slugs: list[str] | None, about: list[dict[str, Any]] | None) -> dict[str, list[Any]]:
    """Replace the topics and subjects of a claim by others; return of them what the log keeps."""
    more: dict[str, list[Any]] = {}
    if slugs is not None and _file(claim, _headings(slugs, SESSION)):
        more["topics"] = list(dict.fromkeys(slugs))
    if about is not None:
        roles = _subjects(by, about, hidden=not evidence.public_claims([claim]), session=SESSION)
        if subjects.replace(claim, roles):
            more["about"] = subjects.as_logged(subjects.of(claim))
    return more


def _links(claim: int) -> dict[str, list[Any]]:
    """Read the topics and subjects of a claim as the log keeps them."""
    return {"topics": sorted(_topics(claim).values()), "about": subjects.as_logged(subjects.of(claim))}


def _topics(claim: int) -> dict[int, str]:
    """Read the topics that a claim is filed under, by id; not those that were retracted, which it does not show."""
    filed = Topic.select(Topic.id, Topic.slug).join(ClaimTopic).where(ClaimTopic.claim == claim)
    return dict(filed.where(Topic.retracted_at.is_null()).tuples())


def _file(claim: int, headings: list[int]) -> bool:
    """File a claim under these topics, and tell whether it was not already; retracted ones stay, for a restore.

    Raises Conflict where there would be more than MOST_TOPICS with those.
    """
    filed = [*_topics(claim)]
    if {*filed} == {*headings}:
        return False
    retracted = ClaimTopic.select().where(ClaimTopic.claim == claim).count() - len(filed)
    if len(headings) + retracted > MOST_TOPICS:
        detail = f"With those that were retracted it would be filed under more than {MOST_TOPICS} topics: name fewer."
        raise Conflict(detail, field="/topics")
    ClaimTopic.delete().where(ClaimTopic.claim == claim, ClaimTopic.topic.in_(filed)).execute()
    for topic in headings:
        SESSION.insert(ClaimTopic, claim=claim, topic=topic)
    return True


def _may_be_shown_again(counterclaims: list[Counterclaim]) -> list[Counterclaim]:
    """List those that may stand again of whose evidence the public sees: they come before their doubles."""
    return merge_scope.may_stand(evidence.shown(counterclaims))


def _between(id: int, into: int) -> list[int]:
    """Find the counterclaims between the two, retracted ones too: moved, they would answer themselves."""
    counterclaims = Counterclaim.select(Counterclaim.id).where(
        ((Counterclaim.claim == id) & (Counterclaim.answer == into))
        | ((Counterclaim.claim == into) & (Counterclaim.answer == id))
    )
    return [counterclaim for (counterclaim,) in counterclaims.tuples()]


def _refuse_opponents(by: Actor, id: int, into: int) -> None:
    standing = Counterclaim.id.in_(_between(id, into)), Counterclaim.retracted_at.is_null()
    counterclaim = Counterclaim.select(Counterclaim.id).where(*standing).scalar()
    if counterclaim and evidence.out_of_sight(by=by, id=counterclaim):
        raise Conflict("Whether one of them answers the other waits for review: merge them after that.", field="/into")
    if counterclaim:
        raise Conflict(
            f"The two claims answer one another (counterclaim {counterclaim}), so they cannot be one: "
            "retract the counterclaim first if it is wrong.",
            field="/into",
            id=counterclaim,
        )


def _doubled(id: int, into: int) -> list[tuple[Any, int]]:
    """Find of the standing counterclaims and reviews that both have the one to take back, and the id of the other."""
    doubled: list[tuple[Any, int]] = []
    for mine, other in (("claim", "answer"), ("answer", "claim")):
        twin = Counterclaim.alias("twin")
        same = (getattr(twin, other) == getattr(Counterclaim, other)) & (twin.kind == Counterclaim.kind)
        same &= (twin.of == Counterclaim.of) & ((twin.of == "claim") | (twin.target == Counterclaim.target))
        both = changes.short(Counterclaim) + changes.short(Counterclaim, twin)
        pairs = Counterclaim.select(*both).join(twin, on=same, attr="twin")
        pairs = pairs.where(getattr(Counterclaim, mine) == id, getattr(twin, mine) == into)
        pairs = pairs.where(Counterclaim.retracted_at.is_null(), twin.retracted_at.is_null())
        found = [(counterclaim, counterclaim.twin) for counterclaim in pairs]
        for gone, (one, double) in zip(evidence.to_take_back(found), found, strict=True):
            doubled.append((gone, one.id if gone is double else double.id))
    theirs = Review.alias("twin")
    reviews = Review.select(*changes.short(Review), theirs.id).join(
        theirs, on=theirs.url_normalized == Review.url_normalized, attr="twin"
    )
    standing = Review.retracted_at.is_null(), theirs.retracted_at.is_null()
    doubled.extend((one, one.twin.id) for one in reviews.where(Review.claim == id, theirs.claim == into, *standing))
    return doubled
