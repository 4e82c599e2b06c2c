"""Subjects: whom claims are about, and as what, while claims and speakers are merged and their merges are undone.

`given_subjects` holds whom each claim was said to be about: by itself, and by each claim that was merged into it. Whom
it shows follows from that, and stands in `claim_about`: each as the one into whom they were merged in the end, and
accused where anybody says so. See docs/decisions/0076.
"""

from collections.abc import Iterable
from typing import Any

from models.history import standing_rows
from models.history.session import SESSION, Session
from models.queries import derived
from models.refusals import Conflict
from models.storage import bulk
from models.storage.database import fetch
from models.storage.transactions import takes_locks
from models.tables import ClaimAbout, GivenSubject, Speaker

#: How many speakers a claim is about at most, as one may be given: wherever it is shown, all of them are.
MOST = 100

#: SQL that selects (claim, speaker) of all who are shown or were given.
ALL = "SELECT claim_id, speaker_id FROM claim_about UNION ALL SELECT claim_id, speaker_id FROM given_subjects"
#: SQL that selects (speaker, role) of those whom a claim was said to be about: accused comes before mentioned.
GIVEN = "SELECT speaker_id, min(role) AS role FROM given_subjects WHERE claim_id = {} GROUP BY speaker_id"
#: SQL that selects (claim, speaker, role) of those whom all claims have to show.
SHOWN = (
    "SELECT g.claim_id, coalesce(e.at, g.speaker_id) AS speaker_id, min(g.role) AS role FROM given_subjects g LEFT JOIN"
    " (WITH RECURSIVE up(id, at) AS (SELECT id, merged_into_id FROM speakers WHERE merged_into_id IS NOT NULL UNION"
    " SELECT up.id, p.merged_into_id FROM up JOIN speakers p ON p.id = up.at WHERE p.merged_into_id IS NOT NULL)"
    " SELECT up.id, up.at FROM up JOIN speakers p ON p.id = up.at WHERE p.merged_into_id IS NULL) e"
    " ON e.id = g.speaker_id GROUP BY g.claim_id, coalesce(e.at, g.speaker_id)"
)

#: What begins SQL of a merge that is undone: who was merged into the one who is parted, and who into the other, these
#: two included, and the claims that were said to be about anybody of the former. Its parameters are the two.
_PARTED = (
    "WITH RECURSIVE parted(id) AS (SELECT CAST(? AS bigint) UNION SELECT p.id FROM parted JOIN speakers p ON"
    " p.merged_into_id = parted.id), others(id) AS (SELECT CAST(? AS bigint) UNION SELECT p.id FROM others JOIN"
    " speakers p ON p.merged_into_id = others.id), touched(id) AS (SELECT DISTINCT g.claim_id FROM parted"
    " CROSS JOIN given_subjects g WHERE g.speaker_id = parted.id) "
)


def of(claim: int) -> dict[int, str]:
    """Read whom a claim was said to be about, and as what: merged and retracted speakers as well, as the log tells."""
    return dict(fetch(GIVEN.format("?") + " ORDER BY speaker_id", (claim,)))


def as_logged(subjects: dict[int, str]) -> list[dict[str, Any]]:
    """Write whom a claim is about as the log keeps it."""
    return [{"id": speaker, "role": role} for speaker, role in subjects.items()]


# -- what a claim says itself --------------------------------------------------------------------


def give(claim: int, roles: dict[int, str], session: Session = SESSION) -> None:
    """Let a new claim be about these standing speakers, each in a role."""
    for speaker, role in roles.items():
        session.insert(GivenSubject, claim=claim, speaker=speaker, by=claim, role=role)
        session.insert(ClaimAbout, claim=claim, speaker=speaker, role=role)


def replace(claim: int, roles: dict[int, str]) -> bool:
    """Let a claim be about these standing speakers, each in a role, and tell whether it was not already.

    Whom it shows no more, or accuses no more, no claim that was merged into it lends it either. Whoever was retracted
    stays, for a restore to show. Raises Conflict where there would be more than MOST, merged ones included.
    """
    shown = ClaimAbout.select(ClaimAbout.speaker, ClaimAbout.role).join(Speaker)
    had = dict(shown.where(ClaimAbout.claim == claim, Speaker.retracted_at.is_null()).tuples())
    if roles == had:
        return False
    given = of(claim)
    ends = _ends(given)
    gone = [id for id in given if ends[id] in had and ends[id] not in roles]
    milder = [id for id in given if roles.get(ends[id]) == "mentioned" and had.get(ends[id]) == "accused"]
    new = {id: role for id, role in roles.items() if id not in had or role < had[id]}
    if len({*given, *new}.difference(gone)) > MOST:
        detail = f"With those who were merged or retracted it would be about more than {MOST} speakers: name fewer."
        raise Conflict(detail, field="/about")
    here = GivenSubject.claim == claim
    own = here & (GivenSubject.by == claim) & GivenSubject.speaker.in_([*new])
    GivenSubject.delete().where((here & GivenSubject.speaker.in_(gone)) | own).execute()
    GivenSubject.update(role="mentioned").where(here, GivenSubject.speaker.in_(milder)).execute()
    _insert(claim, claim, new)
    _show(claim)
    return True


# -- merges of claims ----------------------------------------------------------------------------


def lend(from_: int, to: int) -> None:
    """Let the survivor be about whom the merged claim was said to be about too; the merged one keeps them.

    Raises Conflict where there would be more than MOST.
    """
    lent = of(from_)
    if len(lent.keys() | of(to).keys()) > MOST:
        detail = (
            f"Together they are about more than {MOST} speakers, merged ones included: let either be about fewer first."
        )
        raise Conflict(detail, field="/into")
    _insert(to, from_, lent)
    _show(to)


def take_back(from_: int, to: int) -> None:
    """Undo what `lend` did."""
    GivenSubject.delete().where(GivenSubject.claim == to, GivenSubject.by == from_).execute()
    _show(to)


def _insert(claim: int, by: int, roles: dict[int, str]) -> None:
    rows = [(claim, speaker, by, role) for speaker, role in roles.items()]
    bulk.insert(GivenSubject, ("claim_id", "speaker_id", "by_id", "role"), rows)


def _show(claim: int) -> None:
    """Let a claim show whom it was said to be about."""
    given = of(claim)
    ends, roles = _ends(given), dict[int, str]()
    for speaker, role in given.items():
        roles[ends[speaker]] = min(role, roles.get(ends[speaker], role))
    ClaimAbout.delete().where(ClaimAbout.claim == claim).execute()
    rows = [(claim, speaker, role) for speaker, role in roles.items()]
    bulk.insert(ClaimAbout, ("claim_id", "speaker_id", "role"), rows)


def _ends(speakers: Iterable[int]) -> dict[int, int]:
    return standing_rows.survivors(Speaker, [*speakers])


# -- merges of speakers --------------------------------------------------------------------------


def join(speaker: int, survivor: int) -> None:
    """Let claims that show a speaker show the survivor instead."""
    fetch(
        "INSERT INTO claim_about (claim_id, speaker_id, role) SELECT claim_id, CAST(? AS bigint), role FROM claim_about"
        " WHERE speaker_id = ? ON CONFLICT (claim_id, speaker_id) DO UPDATE SET role = 'accused'"
        " WHERE excluded.role = 'accused'",
        (survivor, speaker),
    )
    _refresh(fetch("DELETE FROM claim_about WHERE speaker_id = ? RETURNING claim_id", (speaker,)))


def part(speaker: int, survivor: int) -> None:
    """Undo what `join` did, once the speaker is merged no more."""
    touched = " WHERE speaker_id = ? AND claim_id IN (SELECT id FROM touched)"
    fetch(f"{_PARTED}DELETE FROM claim_about{touched}", (speaker, survivor, survivor))  # noqa: S608 (our SQL)
    either = "SELECT id, CAST(? AS bigint) AS shown FROM parted UNION ALL SELECT id, CAST(? AS bigint) FROM others"
    shown = fetch(
        f"{_PARTED}INSERT INTO claim_about (claim_id, speaker_id, role) SELECT g.claim_id, e.shown, min(g.role)"  # noqa: S608 (our SQL)
        f" FROM touched CROSS JOIN given_subjects g CROSS JOIN ({either}) e"
        " WHERE g.claim_id = touched.id AND e.id = g.speaker_id GROUP BY g.claim_id, e.shown RETURNING claim_id",
        (speaker, survivor, speaker, survivor),
    )
    _refresh(shown)


def rebuild() -> None:
    """Let all claims show whom they were said to be about; inside a transaction, in which it comes first.

    Who changes that at the same moment would find what is shown gone, and leave what is written anew as it is.
    """
    if takes_locks():
        fetch("LOCK TABLE claim_about IN SHARE ROW EXCLUSIVE MODE")
    fetch("DELETE FROM claim_about")
    fetch(f"INSERT INTO claim_about (claim_id, speaker_id, role) {SHOWN}")


def refresh_about(speaker: int) -> None:
    """Have the claims that are about a speaker refreshed, so that whom a public one is about is hidden no more."""
    _refresh(fetch("SELECT claim_id FROM claim_about WHERE speaker_id = ?", (speaker,)))


def _refresh(claims: Iterable[tuple[int]]) -> None:
    for (claim,) in claims:
        derived.mark_for_refresh("claims", {"id": claim}, members={"about"})  # it may become public just now
