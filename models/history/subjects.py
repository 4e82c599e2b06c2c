"""Subjects: whom claims are about, and as what, while claims and speakers are merged and their merges are undone."""

from collections.abc import Iterable
from itertools import chain
from typing import Any, NamedTuple

from peewee import SQL, fn

from models.history import changes, standing_rows
from models.history.changes import Actor
from models.history.merges import Merge, in_parts, merges_into, rows_with
from models.history.notes import ClaimMerge, SpeakerMerge
from models.queries import derived
from models.refusals import Conflict
from models.tables import Claim, ClaimAbout, Speaker

#: How many speakers a claim is about at most, as one may be given: wherever it is shown, all of them are.
MOST = 100


def of(claim: int) -> dict[int, str]:
    """Read whom a claim is about, and as what."""
    links = ClaimAbout.select(ClaimAbout.speaker, ClaimAbout.role).where(ClaimAbout.claim == claim)
    return dict(links.order_by(ClaimAbout.speaker).tuples())


def copy(from_: int, to: int) -> tuple[list[int], list[int]]:
    """Let the survivor be about whom the merged claim is about too; return who is, and is accused, by merges alone.

    The merged claim keeps its own. Who was merged into another is not copied: that one is. Raises Conflict where there
    would be more than MOST.
    """
    mine, theirs, lent = of(from_), of(to), _speakers_lent(to)
    standing = Speaker.select(Speaker.id).where(Speaker.id.in_(list(mine)), Speaker.merged_into.is_null())
    here = [speaker for (speaker,) in standing.order_by(Speaker.id).tuples()]
    if len(theirs.keys() | here) > MOST:
        detail = (
            f"Together they are about more than {MOST} speakers, merged ones included: let either be about fewer first."
        )
        raise Conflict(detail, field="/into")
    for speaker in here:
        if speaker not in theirs:
            ClaimAbout.insert(claim=to, speaker=speaker, role=mine[speaker]).execute()
    accused = [one for one in here if mine[one] == "accused"]
    ClaimAbout.update(role="accused").where(ClaimAbout.claim == to, ClaimAbout.speaker.in_(accused)).execute()
    return (
        [one for one in here if one not in theirs or one in lent.about],
        [one for one in accused if theirs.get(one) == "mentioned" or one in lent.accused],
    )


def take_back(moved: ClaimMerge, claim: int) -> None:
    """Undo what `copy` did to a survivor, but for what another merge into it, which stands, did as well."""
    about, lent = of(claim), _speakers_lent(claim)
    # A speaker may have been merged since.
    gone = {
        speaker if speaker in about else standing_rows.survivor(Speaker, Speaker.get_by_id(speaker))
        for speaker in moved["about"]
        if speaker not in lent.about
    }
    ClaimAbout.delete().where(ClaimAbout.claim == claim, ClaimAbout.speaker.in_(gone)).execute()
    milder = [speaker for speaker in moved["accused"] if speaker not in lent.accused]
    ClaimAbout.update(role="mentioned").where(ClaimAbout.claim == claim, ClaimAbout.speaker.in_(milder)).execute()


class Lent(NamedTuple):
    """What merges gave a survivor: of a claim the speakers, of a speaker the claims."""

    about: set[int]
    accused: set[int]


def _speakers_lent(claim: int) -> Lent:
    """Find whom a claim is about, and whom it accuses, because others that were merged into it are and do."""
    lent: list[ClaimMerge] = [one.moved for one in merges_into(Claim, claim)]
    return Lent(
        {id for moved in lent for id in moved["about"]},
        {id for moved in lent for id in moved["accused"]},
    )


def as_logged(subjects: dict[int, str]) -> list[dict[str, Any]]:
    """Write whom a claim is about as the log keeps it."""
    return [{"id": speaker, "role": role} for speaker, role in subjects.items()]


def move(from_: int, to: int) -> tuple[list[int], list[int], list[int]]:
    """Let what claims are about move too; return the claims that did, and those that accuse the survivor by merges.

    Where a claim names both, the link of the merged one is only hidden, and accuses the survivor if it accused them.
    Such claims that name or accuse the survivor by other merges alone are returned as well.
    """
    mine, theirs = (
        dict(ClaimAbout.select(ClaimAbout.claim, ClaimAbout.role).where(ClaimAbout.speaker == speaker).tuples())
        for speaker in (from_, to)
    )
    lent, accused = _claims_lent(merges_into(Speaker, to))
    moved = _move_links([claim for claim in mine if claim not in theirs], from_, to)
    accusing = [claim for claim, role in mine.items() if role == "accused" and theirs.get(claim) == "mentioned"]
    for part in in_parts(accusing):
        ClaimAbout.update(role="accused").where(ClaimAbout.speaker == to, ClaimAbout.claim.in_(part)).execute()
    too = [claim for claim, role in mine.items() if role == "accused" and claim in accused.difference(accusing)]
    return moved, accusing + too, sorted((lent | {*too}) & mine.keys() & theirs.keys())


def _claims_lent(merges: list[Merge]) -> Lent:
    """Find the claims that are about a survivor, and accuse them, because merges let them."""
    moved: list[SpeakerMerge] = [one.moved for one in merges]
    return Lent(
        {id for one in moved for id in (*one["about"], *one["shared"])},
        {id for one in moved for id in one["accused"]},
    )


def _move_links(claims: list[int], from_: int, to: int) -> list[int]:
    """Let those of the claims that are about `from_`, and not about `to`, be about `to`; return them."""
    both = ClaimAbout.alias()
    about_both = fn.EXISTS(both.select(SQL("1")).where(both.claim == ClaimAbout.claim, both.speaker == to))
    moved: list[int] = []
    for part in in_parts(claims):
        links = ClaimAbout.update(speaker=to).where(ClaimAbout.speaker == from_, ClaimAbout.claim.in_(part))
        moved += sorted(claim for (claim,) in links.where(~about_both).returning(ClaimAbout.claim).tuples().execute())
    _refresh(moved)
    return moved


def refresh_about(speaker: int) -> None:
    """Have the claims that are about a speaker refreshed, so that whom a public one is about is hidden no more."""
    _refresh(claim for (claim,) in ClaimAbout.select(ClaimAbout.claim).where(ClaimAbout.speaker == speaker).tuples())


def _refresh(claims: Iterable[int]) -> None:
    for claim in claims:
        derived.mark_for_refresh("claims", {"id": claim})  # it may become public just now


def give_back(by: Actor, moved: SpeakerMerge, from_: int, to: int) -> None:
    """Let claims that are still about `from_` be about `to` again, in the role that they have now.

    A claim that accuses `from_` for the other's sake, and names both still, only mentions them again. Whoever else is
    merged into `from_` lends it their links, and keeps it accused. The log tells of claims that do not merely go back.
    """
    others, accused, shared = merges_into(Speaker, from_), set(moved["accused"]), moved["shared"]
    again = set(_move_links(shared, from_, to))
    back = again.union(_move_links(moved["about"], from_, to))
    theirs = _claims_lent(others).accused
    raised = (back & theirs) - accused
    _set_role(raised, to, "mentioned")
    columns = (ClaimAbout.claim, ClaimAbout.speaker, ClaimAbout.role)
    links = (
        ClaimAbout.select(*columns).where(ClaimAbout.speaker.in_(part)).tuples()
        for part in in_parts([one.id for one in others])
    )
    hidden = sorted(chain.from_iterable(links), key=lambda link: link[2])
    kept = accused & (theirs | {claim for claim, _, role in hidden if role == "accused"})
    both = ClaimAbout.select(ClaimAbout.claim).where(ClaimAbout.speaker == to)
    milder = {claim for part in in_parts(sorted(accused - kept)) for (claim,) in _of(both, part)}
    _set_role(milder, from_, "mentioned")
    lent = {claim for claim, speaker, _ in hidden if claim in back and _move_links([claim], speaker, from_)}
    for claim in rows_with(Claim, sorted(again | raised | kept | (milder & {*shared}) | lent)):
        changes.update(by, claim, more={"about": as_logged(of(claim.id))})


def _of(links: Any, claims: list[int]) -> Any:
    return links.where(ClaimAbout.claim.in_(claims)).tuples()


def _set_role(claims: set[int], speaker: int, role: str) -> None:
    for part in in_parts(sorted(claims)):
        ClaimAbout.update(role=role).where(ClaimAbout.speaker == speaker, ClaimAbout.claim.in_(part)).execute()
