"""Subjects: whom claims are about, and as what, while claims and speakers are merged and their merges are undone."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from models.history import changes, standing_rows
from models.history.changes import Actor
from models.history.merges import Merge, merges_into
from models.history.notes import ClaimMerge, SpeakerMerge
from models.queries import derived
from models.queries.dialects import in_ids
from models.refusals import Conflict
from models.storage import bulk
from models.storage.columns import dumps
from models.storage.database import fetch
from models.tables import Claim, ClaimAbout, MergedSubject, Speaker

#: How many speakers a claim is about at most, as one may be given: wherever it is shown, all of them are.
MOST = 100

#: SQL that selects whom claims are about, and who was merged into one of these: the log tells of both.
ALL = " UNION ALL ".join(f"SELECT claim_id, speaker_id, role FROM {one}" for one in ("claim_about", "merged_subjects"))  # noqa: S608 (our names)


def of(claim: int) -> dict[int, str]:
    """Read whom a claim is about, and as what, with those who were merged into one of them."""
    return {speaker: role for _, speaker, role in _links(f"({ALL}) a", "claim_id", [claim])}


def of_merged(speakers: list[int]) -> list[tuple[int, int, str]]:
    """Read the links that wait for an unmerge of these speakers, as `_links` does."""
    return _links("merged_subjects", "speaker_id", speakers)


def replace(claim: int, roles: dict[int, str]) -> bool:
    """Let a claim be about these speakers, each in a role, and tell whether it was not already.

    Whoever was retracted stays, for a restore to show. So do those who were merged into one of these, and accuse them
    no more where the claim accuses the survivor no more. Raises Conflict where there would be more than MOST.
    """
    had = of(claim)
    rows = standing_rows.ends(Speaker, had)
    standing = [one.id for one in rows if one.retracted_at is None and one.merged_into_id is None]
    if roles == {id: had[id] for id in standing}:
        return False
    into = standing_rows.survivors(Speaker, [one for one in rows if one.merged_into_id])
    retracted = [one.id for one in rows if one.retracted_at]
    waiting = [id for id in into if into[id] in roles or into[id] in retracted]
    if len(roles) + len(retracted) + len(waiting) > MOST:
        detail = f"With those who were merged or retracted it would be about more than {MOST} speakers: name fewer."
        raise Conflict(detail, field="/about")
    ClaimAbout.delete().where(ClaimAbout.claim == claim, ClaimAbout.speaker.in_(standing)).execute()
    gone = [id for id in into if id not in waiting]
    milder = [id for id in waiting if roles.get(into[id]) == "mentioned"]
    MergedSubject.delete().where(MergedSubject.claim == claim, MergedSubject.speaker.in_(gone)).execute()
    _let_mention(MergedSubject, claim, milder)
    for speaker, role in roles.items():
        ClaimAbout.insert(claim=claim, speaker=speaker, role=role).execute()
    return True


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
    milder = [speaker for speaker in moved["accused"] if speaker not in lent.accused]
    for links in (ClaimAbout, MergedSubject):
        links.delete().where(links.claim == claim, links.speaker.in_(gone)).execute()
        _let_mention(links, claim, milder)


def _let_mention(links: Any, claim: int, speakers: list[int]) -> None:
    links.update(role="mentioned").where(links.claim == claim, links.speaker.in_(speakers)).execute()


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

    Where a claim names both, the link of the merged one waits for an unmerge, and accuses the survivor if it accused
    them. Such claims that name or accuse the survivor by other merges alone are returned as well.
    """
    mine, theirs = _claims_about(from_), _claims_about(to)
    lent, accused = _claims_lent(merges_into(Speaker, to))
    moved = _move_links(mine.keys() - theirs.keys(), from_, to)
    _take_links(ClaimAbout, mine.keys() & theirs.keys(), from_, to=MergedSubject)
    accusing = [claim for claim, role in mine.items() if role == "accused" and theirs.get(claim) == "mentioned"]
    _set_role(accusing, to, "accused")
    others = accused.difference(accusing)
    too = [claim for claim, role in mine.items() if role == "accused" and claim in others]
    return moved, accusing + too, sorted((lent | {*too}) & mine.keys() & theirs.keys())


def _claims_about(speaker: int) -> dict[int, str]:
    """Read the claims that are about a speaker, and as what."""
    return dict(ClaimAbout.select(ClaimAbout.claim, ClaimAbout.role).where(ClaimAbout.speaker == speaker).tuples())


def _claims_lent(merges: list[Merge]) -> Lent:
    """Find the claims that are about a survivor, and accuse them, because merges let them."""
    moved: list[SpeakerMerge] = [one.moved for one in merges]
    return Lent(
        {id for one in moved for id in (*one["about"], *one["shared"])},
        {id for one in moved for id in one["accused"]},
    )


def _move_links(claims: Iterable[int], from_: int, to: int) -> list[int]:
    """Let those of some claims that are about `from_` be about `to`, which none of them is yet; return them."""
    # No look at the links of `to`: PostgreSQL compared each with all that had moved, 12 s for 20,000.
    moved = sorted(claim for (claim,) in _set_on_links("speaker_id", to, claims, from_))
    _refresh(moved)
    return moved


def refresh_about(speaker: int) -> None:
    """Have the claims that are about a speaker refreshed, so that whom a public one is about is hidden no more."""
    _refresh(_claims_about(speaker))


def _refresh(claims: Iterable[int]) -> None:
    for claim in claims:
        derived.mark_for_refresh("claims", {"id": claim}, members={"about"})  # it may become public just now


def give_back(by: Actor, moved: SpeakerMerge, from_: int, to: int) -> None:
    """Let claims that are still about `from_` be about `to` again, in the role that they have now.

    A claim that accuses `from_` for the other's sake, and names both still, only mentions them again. Whoever else is
    merged into `from_` lends it their links, and keeps it accused. The log tells of claims that do not merely go back.
    """
    others, accused = merges_into(Speaker, from_), set(moved["accused"])
    own = _take_links(MergedSubject, [claim for claim, _, _ in of_merged([to])], to, to=ClaimAbout)
    _refresh(own)
    again = set(_move_links(set(moved["shared"]) - own, from_, to))
    back = again.union(_move_links(set(moved["about"]) - own, from_, to))
    theirs = _claims_lent(others).accused
    raised = (back & theirs) - accused
    _set_role(raised, to, "mentioned")
    # Whom others accused comes first: of several who lend it a claim, one that accused them does.
    waiting = sorted(of_merged([one.id for one in others]), key=lambda link: link[2])
    kept = accused & (theirs | {claim for claim, _, role in waiting if role == "accused"})
    milder = (accused - kept) & (own | back)
    _set_role(milder, from_, "mentioned")
    lenders = {claim: speaker for claim, speaker, _ in reversed(waiting) if claim in back}
    lent: dict[int, list[int]] = {}
    for claim, speaker in lenders.items():
        lent.setdefault(speaker, []).append(claim)
    for speaker, claims in lent.items():
        _refresh(_take_links(MergedSubject, claims, speaker, to=ClaimAbout, as_=from_))
    told = sorted(again | raised | kept | (milder & {*moved["shared"]}) | lenders.keys())
    about: dict[int, dict[int, str]] = {claim: {} for claim in told}
    for claim, speaker, role in _links(f"({ALL}) a", "claim_id", told):
        about[claim][speaker] = role
    more = {claim: {"about": as_logged(subjects)} for claim, subjects in about.items()}
    changes.update_all(by, changes.read(Claim, in_ids("id"), (dumps(told),)), more=more)


def _links(source: str, column: str, ids: list[int]) -> list[tuple[int, int, str]]:
    """Read (claim, speaker, role) of the links of some claims or speakers, the lowest speaker first."""
    sql = f"SELECT claim_id, speaker_id, role FROM {source} WHERE {in_ids(column)} ORDER BY speaker_id"  # noqa: S608 (our SQL)
    return fetch(sql, (dumps(ids),))


def _set_role(claims: Iterable[int], speaker: int, role: str) -> None:
    _set_on_links("role", role, claims, speaker)


def _set_on_links(column: str, value: int | str, claims: Iterable[int], speaker: int) -> list[Any]:
    """Give a column of the links of some claims to a speaker a value; return the claims that have such a link."""
    sql = f"UPDATE claim_about SET {column} = ? WHERE {_of_both()} RETURNING claim_id"  # noqa: S608 (our SQL)
    return fetch(sql, (value, dumps(list(claims)), speaker))


def _take_links(from_: Any, claims: Iterable[int], speaker: int, *, to: Any, as_: int | None = None) -> set[int]:
    """Move the links of some claims to a speaker to another table, `as_` another's; return the claims that had one."""
    sql = f"DELETE FROM {from_._meta.table_name} WHERE {_of_both()} RETURNING claim_id, role"  # noqa: S608 (our names)
    links = fetch(sql, (dumps(list(claims)), speaker))
    bulk.insert(to, ("claim_id", "speaker_id", "role"), [(claim, as_ or speaker, role) for claim, role in links])
    return {claim for claim, _ in links}


def _of_both() -> str:
    """Write the condition that a link is of one of some claims, and of a speaker."""
    # Not by the index of speakers, of whose links PostgreSQL may not have counted one: it would look for the claim of
    # each in the whole list, 8 s for 40,000.
    return f"{in_ids('claim_id')} AND speaker_id + 0 = ?"
