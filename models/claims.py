"""Claims: the propositions, apart from who put them forward."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import orjson
from peewee import SQL, fn

from models import speakers, topics
from models.history import changes, merged
from models.history.changes import Actor
from models.queries import derived, lists, shapes
from models.queries.members import Chosen
from models.queries.results import Whole
from models.queries.visibility import Viewer, claim_seen
from models.refusals import Conflict, Moved, Refusal
from models.storage.database import fetch
from models.storage.transactions import transaction
from models.tables import (
    Change,
    Claim,
    ClaimAbout,
    ClaimTopic,
    Counterclaim,
    Review,
    Statement,
)

_EVERYTHING = Viewer(texts=True, unreviewed=True)


def create(
    *,
    by: Actor,
    text: str,
    language: str,
    topics: list[str] | None = None,
    about: list[dict[str, Any]] | None = None,
    charged: Sequence[int] = (),
    standalone: bool = True,
) -> int:
    """Add a claim and return its id; the same words may be another claim, so nothing is looked up.

    `topics` are slugs, `about` speakers by id or name, `charged` the ids of more of them. `standalone` is
    false for one that is made with a statement: the public then sees it through that. Raises Conflict for
    topics and speakers.
    """
    with transaction():
        claim = Claim.create(text=text, language=language, standalone=standalone)
        more = _file(by, claim.id, topics, about, hidden=not standalone, anew=False)
        if charged:
            more["about"] = [*more.get("about", []), *charged]
            ClaimAbout.insert_many([{"claim": claim.id, "speaker": speaker} for speaker in charged]).execute()
        changes.log(by, "create", claim, more=more)
        return int(claim.id)


def find(*, by: Actor, given: dict[str, Any], field: str, standalone: bool = True) -> int:
    """Find the claim that `given` names by `id`, or make one of its `text`, `standalone` as in `create`; return its id.

    With `reuse` the oldest standing claim with the same text and language is taken where there is one.
    """
    if "id" in given:
        return referred(by=by, id=given["id"], field=f"{field}/id")
    new = dict(given)
    if new.pop("reuse", False):
        viewer = Viewer(texts=True, unreviewed=by.reviews)
        twin = twins(text=given["text"], language=given["language"], limit=1, viewer=viewer)
        if twin:
            return int(changes.referred(Claim, twin[0], field).id)
    try:
        return create(by=by, **({"standalone": standalone} | new))
    except Refusal as refusal:
        raise refusal.under(field) from None


def referred(*, by: Actor, id: int, field: str) -> int:
    """Find the id of the claim that a request's `field` names, or of the survivor where it was merged.

    Raises Conflict where there is none that the actor may see.
    """
    return int(changes.referred_seen(by, Claim, whole, id, field).id)


def twins(*, text: str, language: str, limit: int = 10, viewer: Viewer = _EVERYTHING, alone: bool = False) -> list[int]:
    """List the ids of standing claims with exactly this text and language, oldest first.

    With `alone` only those that were put in by themselves.
    """
    among, params = derived.same_words(text)
    by_itself = " AND c.standalone" if alone else ""
    sql = (
        f"SELECT c.id FROM claims c WHERE c.id IN ({among}) AND c.text = ? AND c.language = ?"  # noqa: S608 (our SQL)
        f" AND {shapes.text(claim_seen, viewer)}{by_itself} ORDER BY c.id LIMIT ?"
    )
    return [id for (id,) in fetch(sql, (*params, text, language, limit))]


def change(*, by: Actor, id: int, version: int, **new: Any) -> None:
    """Change text, language, topics or whom it is about; the two lists are replaced whole."""
    with transaction():
        changes.refuse_unseen(by, whole, id)
        claim = changes.standing(Claim, id, version)
        more = _file(by, id, new.pop("topics", None), new.pop("about", None))
        changes.amend(by, claim, more=more, **new)


def worded_by_hand(*, id: int) -> bool:
    """Tell whether somebody has changed the text of a claim, other than by mending the words that it was read from."""
    lines = Change.select(Change.before, Change.after).where(
        Change.noun == "claims", Change.noun_id == id, Change.action == "change"
    )
    pairs = ((orjson.loads(before), orjson.loads(after)) for before, after in lines.tuples())
    return any(before["text"] != after["text"] and "followed" not in after for before, after in pairs)


#: What whoever does not review will find when the statements of a claim are retracted.
_AFTER = " With the last of them the claim goes out of sight, and nothing is left to retract."


def retract(*, by: Actor, id: int, version: int, reason: str | None) -> None:
    """Take a claim back. Raises Conflict while statements of it stand."""
    with transaction():
        changes.refuse_unseen(by, whole, id)
        claim = changes.standing(Claim, id, version)
        changes.refuse_while_used(by, "A claim", Statement.claim, id, "" if by.reviews or claim.standalone else _AFTER)
        changes.retract(by, claim, reason)


def merge(*, by: Actor, id: int, into: int) -> int:
    """Let the claim `id` be one with `into`, which takes over its statements, exchanges and reviews.

    Edges and reviews that both had become one: the merged claim's is retracted. All of it is in the
    log, and `unmerge` takes it back. Raises Conflict where the two answer one another.
    """
    with transaction():
        changes.refuse_unseen(by, whole, id)
        changes.refuse_to_name(by, Claim, whole, into, "/into")
        claim, survivor = changes.pair(Claim, id, into)
        into = survivor.id
        _refuse_opponents(id, into)
        doubled = _doubled(id, into)
        stay = _ids(doubled, Counterclaim) + _between(id, into)
        for row in doubled:
            changes.retract(by, row, f"Claim {id} was merged into {into}, which has the same.")
        moved = {
            "statements": changes.move(Statement.claim, id, into),
            "answered": changes.move(Counterclaim.claim, id, into, apart_from=stay),
            "answers": changes.move(Counterclaim.answer, id, into, apart_from=stay),
            "reviews": changes.move(Review.claim, id, into, apart_from=_ids(doubled, Review)),
            "retracted_edges": _ids(doubled, Counterclaim),
            "retracted_reviews": _ids(doubled, Review),
        }
        if claim.standalone and not survivor.standalone:
            moved["standalone"] = [into]
        # A new version, too: who read the survivor before must read it again before changing it.
        changes.update(by, survivor, standalone=survivor.standalone or claim.standalone)
        changes.update(by, claim, "merge", {"moved": moved}, merged_into=into)
        return into


def unmerge(*, by: Actor, id: int) -> None:
    """Undo the merge of a claim: what moved and is still there moves back."""
    with transaction():
        with suppress(Moved):
            changes.refuse_unseen(by, whole, id)
        claim = Claim.get_or_none(Claim.id == id)
        into, moved = changes.merged(Claim, claim, id)
        changes.update(by, claim, "unmerge", merged_into=None)
        for column, part in (
            (Statement.claim, "statements"),
            (Counterclaim.claim, "answered"),
            (Counterclaim.answer, "answers"),
            (Review.claim, "reviews"),
        ):
            changes.move_back(column, moved[part], into, id)
        changes.restore(by, Counterclaim, moved["retracted_edges"])
        changes.restore(by, Review, moved["retracted_reviews"])
        survivor = Claim.get_by_id(into)
        changes.update(by, survivor, standalone=survivor.standalone and not moved.get("standalone"))


def whole(*, id: int, viewer: Viewer, fields: Chosen | None = None, include: tuple[str, ...] = ()) -> Whole:
    """Read a claim with everything linked, or with the members `fields` alone.

    Raises NotFound, also where it has only candidates that the viewer may not see, Gone or Moved.
    """
    found = lists.one("claims", viewer=viewer, id=id, fields=fields, include=include)
    return changes.found(Claim, id, found, lambda: viewer.unreviewed or merged.claim_known(id))


def listed(**asked: Any) -> lists.Page:
    """Read a page of claims; what may be asked stands in `lists.page`."""
    return merged.page("claims", **asked)


def _file(
    by: Actor,
    claim: int,
    slugs: list[str] | None,
    about: list[dict[str, Any]] | None,
    *,
    hidden: bool = False,
    anew: bool = True,
) -> dict[str, list[Any]]:
    """Put in topics and subjects where they are given, `anew` where there may be others; return what the log keeps.

    Lists that stand there already are left as they are.

    Subjects that are new are `hidden` until the claim is public.
    """
    more: dict[str, list[Any]] = {}
    if slugs is not None:
        chosen = dict.fromkeys(topics.ids(slugs, field="/topics"))
        if not anew or _held(ClaimTopic.topic, claim) != chosen.keys():
            more["topics"] = slugs
            if anew:
                ClaimTopic.delete().where(ClaimTopic.claim == claim).execute()
            for topic in chosen:
                fetch("INSERT INTO claim_topics (claim_id, topic_id) VALUES (?, ?)", (claim, topic))
    if about is not None:
        subjects = [
            speakers.find(by=by, given=who, field=f"/about/{place}", hidden=hidden) for place, who in enumerate(about)
        ]
        if not anew or _held(ClaimAbout.speaker, claim) != set(subjects):
            more["about"] = subjects
            if anew:
                ClaimAbout.delete().where(ClaimAbout.claim == claim).execute()
            for speaker in dict.fromkeys(subjects):
                ClaimAbout.insert(claim=claim, speaker=speaker).execute()
    return more


def _held(column: Any, claim: int) -> set[int]:
    """Find the ids that a claim is linked to already."""
    return {id for (id,) in column.model.select(column).where(column.model.claim == claim).tuples()}


def _between(id: int, into: int) -> list[int]:
    """Find the edges between the two, retracted ones too: moved, they would answer themselves."""
    edges = Counterclaim.select(Counterclaim.id).where(
        ((Counterclaim.claim == id) & (Counterclaim.answer == into))
        | ((Counterclaim.claim == into) & (Counterclaim.answer == id))
    )
    return [edge for (edge,) in edges.tuples()]


def _refuse_opponents(id: int, into: int) -> None:
    standing = Counterclaim.id.in_(_between(id, into)), Counterclaim.retracted_at.is_null()
    edge = Counterclaim.select(Counterclaim.id).where(*standing).scalar()
    if edge:
        raise Conflict(
            f"The two claims answer one another (counterclaim {edge}), so they cannot be one: "
            "retract the counterclaim first if it is wrong.",
            field="/into",
            id=edge,
        )


def _doubled(id: int, into: int) -> list[Any]:
    """Find the standing edges and reviews of `id` that `into` has as well."""
    rows: list[Any] = []
    for mine, other in (("claim", "answer"), ("answer", "claim")):
        twin = Counterclaim.alias("twin")
        same = twin.select(SQL("1")).where(
            getattr(twin, mine) == into,
            getattr(twin, other) == getattr(Counterclaim, other),
            twin.kind == Counterclaim.kind,
            twin.retracted_at.is_null(),
        )
        of_it = Counterclaim.select().where(getattr(Counterclaim, mine) == id, Counterclaim.retracted_at.is_null())
        rows.extend(of_it.where(fn.EXISTS(same)))
    theirs = Review.alias("twin")
    same = theirs.select(SQL("1")).where(theirs.claim == into, theirs.url == Review.url, theirs.retracted_at.is_null())
    rows.extend(Review.select().where(Review.claim == id, Review.retracted_at.is_null(), fn.EXISTS(same)))
    return rows


def _ids(rows: list[Any], model: Any) -> list[int]:
    return [row.id for row in rows if isinstance(row, model)]
