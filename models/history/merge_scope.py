"""What a merge and its undoing touch: the rows that are locked for them, and which of those may stand again."""

from collections.abc import Iterable
from typing import Any

from models.history import changes, merges, restores, same_words, subjects
from models.history.changes import Actor
from models.history.edits import stands
from models.history.locks import Rows, changed, named
from models.history.merges import Merge
from models.history.notes import ClaimMerge, Dropped, SpeakerMerge
from models.history.session import SESSION
from models.queries.dialects import in_ids
from models.storage import rows
from models.storage.columns import dumps
from models.storage.database import fetch
from models.tables import Claim, ClaimAbout, Counterclaim, Document, Review, Sentence, Speaker, Statement

# -- rows to lock --------------------------------------------------------------------------------


def of_merged_claims(id: int, into: int) -> list[Rows]:
    """Find what a merge of these claims moves or compares."""
    return [*subjects_of(id), changed(Statement, *_ids(Statement, Statement.claim == id)), *_links(id, into)]


def subjects_of(claim: int) -> list[Rows]:
    """Find whom a claim is about: a merge of theirs would move that at the same moment."""
    return [named(Speaker, *subjects.of(claim))]


def of_unmerged_claim(id: int) -> list[Rows]:
    """Find what an unmerge of this claim changes, and what has to stand for what it restores."""
    claim = rows.by_id(Claim, id)
    if claim is None or claim.merged_into_id is None:
        return []
    moved: ClaimMerge = merges.moved_by_last_merge(Claim, id)
    standing = merges.merges_into(Claim, claim.merged_into_id)
    counterclaims = merges.rows_with(Counterclaim, [id for one in standing for id in one.moved["retracted_edges"]])
    return [
        *subjects_of(claim.merged_into_id),
        changed(Claim, id, claim.merged_into_id, *_ends(counterclaims)),
        changed(Statement, *moved["statements"], *_stated_by(counterclaims)),
        changed(Counterclaim, *(counterclaim.id for counterclaim in counterclaims)),
        *_links(id, claim.merged_into_id),
    ]


def of_merged_speakers(id: int, into: int) -> list[Rows]:
    """Find what a merge of these speakers moves, and the claims of which it takes statements away."""
    doubled = [statement for pair in merges.doubled_statements(id, into) for statement in pair]
    columns = (Statement.speaker, Statement.via_speaker, Statement.on_behalf_of)
    said = {statement for column in columns for statement in _ids(Statement, column == id)}
    return [
        changed(Speaker, *_ids(Speaker, Speaker.part_of == id)),
        changed(Claim, *(statement.claim_id for statement in doubled)),
        changed(Statement, *said, *_same_acts([statement.id for statement in doubled])),
        changed(Counterclaim, *_ids(Counterclaim, _at([statement.id for statement in doubled]))),
        changed(Review, *_ids(Review, Review.statement.in_([one.id for one in doubled]))),
    ]


def of_unmerged_speaker(id: int) -> list[Rows]:
    """Find what an unmerge of this speaker changes, and what has to stand for what it restores."""
    speaker = rows.by_id(Speaker, id)
    if speaker is None or speaker.merged_into_id is None:
        return []
    moved: SpeakerMerge = merges.moved_by_last_merge(Speaker, id)
    standing = merges.merges_into(Speaker, speaker.merged_into_id)
    drops = [drop for _, drop in drops_undone(id, standing)]
    others = [one.id for one in standing if one.id != id]
    links = {claim for (claim,) in ClaimAbout.select(ClaimAbout.claim).where(ClaimAbout.speaker.in_(others)).tuples()}
    shared = set(moved.get("shared", []))
    links = links & {*moved["about"], *moved.get("accused", [])} | shared
    dropped = merges.rows_with(Statement, [drop["statement"] for drop in drops])
    kept = merges.rows_with(Statement, [drop["kept"] for drop in drops])
    counterclaims = merges.rows_with(
        Counterclaim, [counterclaim for drop in drops for counterclaim in drop["retracted_edges"]]
    )
    speakers = (speaker.merged_into_id, moved["cut"], *moved["parts"], *(one.via_speaker_id for one in dropped))
    speakers += tuple(one.on_behalf_of_id for one in dropped)
    relinked = (id for ids in moved.get("originals", []) for id in ids if id)
    said = (*moved["statements"], *(one.id for one in (*dropped, *kept)), *relinked)
    passed_on = (*moved["via"], *moved.get("on_behalf_of", ()))
    return [
        named(Document, *(one.document_id for one in dropped), *(one.via_document_id for one in dropped)),
        changed(Speaker, id, *speakers),
        changed(Claim, *(one.claim_id for one in (*dropped, *kept)), *_ends(counterclaims), *links),
        changed(Statement, *passed_on, *_same_acts(said), *_stated_by(counterclaims)),
        changed(
            Counterclaim,
            *(counterclaim.id for counterclaim in counterclaims),
            *(
                counterclaim
                for drop in drops
                for counterclaim in (*drop["edges"], *drop.get("targets", ()), *drop.get("untargeted", ()))
            ),
        ),
        changed(
            Review, *(id for drop in drops for id in (*drop.get("reviews", ()), *drop.get("unlinked_reviews", ())))
        ),
    ]


def drops_undone(id: int, standing: list[Merge]) -> list[tuple[Merge, Dropped]]:
    """Find what the merge of a speaker dropped, and the others that are `standing` over words that are theirs.

    What was dropped for words of theirs, or these for another's, may have no double any more. Of two that are alike the
    accepted one comes first, and else theirs: of the other a merge that stands still knows.
    """
    dropped = [(one, drop) for one in standing for drop in one.moved["dropped"]]
    own = {statement for one in standing if one.id == id for statement in one.moved["statements"]}
    found = {row[0]: row[1:] for row in _words_of([*own, *(drop["statement"] for _, drop in dropped)])}
    words = {found[statement][:2] for statement in own}
    wanted = [(one, drop) for one, drop in dropped if one.id == id or found[drop["statement"]][:2] in words]
    return sorted(wanted, key=lambda pair: (found[pair[1]["statement"]][2] != "accepted", pair[0].id != id))


def _words_of(statements: list[int]) -> list[tuple[int, int, str, str]]:
    """Read of statements (id, document, spans, status)."""
    sql = f"SELECT id, document_id, spans, status FROM statements WHERE {in_ids('id')}"  # noqa: S608 (our SQL)
    return [tuple(row) for row in fetch(sql, (dumps(statements),))]


def of_restored_statement(id: int, original: int | None) -> list[Rows]:
    """Find what a restore of this statement changes, and what has to stand for it; `original` is that of its act."""
    statement = rows.by_id(Statement, id)
    if statement is None or statement.retracted_at is None:
        return []
    more = restores.noted(id)
    counterclaims = merges.rows_with(Counterclaim, more.get("retracted_edges", []) + more.get("untargeted", []))
    return [
        named(Document, statement.document_id, statement.via_document_id),
        named(Speaker, statement.speaker_id, statement.via_speaker_id, statement.on_behalf_of_id),
        changed(Claim, statement.claim_id, *_ends(counterclaims)),
        changed(Statement, *_same_acts(one for one in (id, original) if one), *_stated_by(counterclaims)),
        changed(Counterclaim, *(counterclaim.id for counterclaim in counterclaims)),
        changed(Review, *more.get("unlinked_reviews", [])),
    ]


def _same_acts(statements: Iterable[int]) -> set[int]:
    """Find these statements, those that they print again, and the prints of either."""
    # Two queries however many: with one for each act, the unmerge of a speaker with 50,000 statements took 40 s.
    named, printing = (f"SELECT id, original_id FROM statements WHERE {in_ids(one)}" for one in ("id", "original_id"))  # noqa: S608 (our SQL)
    acts = {id for pair in fetch(named, (dumps(list(statements)),)) for id in pair if id}
    return acts | {id for id, _ in fetch(printing, (dumps(list(acts)),))}


def _links(*claims: int) -> list[Rows]:
    """Find the counterclaims and reviews of these claims."""
    ends = Counterclaim.claim.in_(claims) | Counterclaim.answer.in_(claims)
    reviews = _ids(Review, Review.claim.in_(claims))
    return [changed(Counterclaim, *_ids(Counterclaim, ends)), changed(Review, *reviews)]


def _at(statements: list[int]) -> Any:
    return Counterclaim.statement.in_(statements) | Counterclaim.target.in_(statements)


def _ids(model: Any, condition: Any) -> list[int]:
    return [id for (id,) in model.select(model.id).where(condition).tuples()]


def _stated_by(counterclaims: list[Any]) -> list[int | None]:
    """List the statements that these counterclaims rest on or were aimed at."""
    return [id for counterclaim in counterclaims for id in (counterclaim.statement_id, counterclaim.target_id)]


def _ends(counterclaims: list[Any]) -> list[int]:
    return [end for counterclaim in counterclaims for end in (counterclaim.claim_id, counterclaim.answer_id)]


# -- what may stand again ------------------------------------------------------------------------


def statement_may_stand(statement: Statement) -> bool:
    """Tell whether all that a statement names stands, and no other statement of the same words.

    Its document does: the statement that was kept for it stands there. Its sentence may have been moved or taken back.
    """
    sentence = rows.by_id(Sentence, statement.sentence_id)
    return (
        stand(Claim, statement.claim_id)
        and sentence.retracted_at is None
        and sentence.start <= statement.content_start < sentence.end
        and stand(Document, statement.via_document_id)
        and stand(Speaker, statement.speaker_id, statement.via_speaker_id, statement.on_behalf_of_id)
        and not _collides(statement)
    )


def counterclaim_may_stand(counterclaim: Counterclaim) -> bool:
    """Tell whether both ends of a counterclaim stand, evidence and target state them, and no other is the same."""
    stated = ((counterclaim.statement_id, counterclaim.answer_id), (counterclaim.target_id, counterclaim.claim_id))
    alike = ("claim", "answer", "kind", "of", *(("target",) if counterclaim.of == "attribution" else ()))
    return (
        all(_states(statement, claim) for statement, claim in stated if statement)
        and stand(Claim, counterclaim.claim_id, counterclaim.answer_id)
        and _is_free(counterclaim, *alike)
    )


def _states(statement: int, claim: int) -> bool:
    found = rows.by_id(Statement, statement)
    return found.retracted_at is None and found.claim_id == claim


def review_may_stand(review: Review) -> bool:
    """Tell whether the claim of a review stands, and has no other from the same address."""
    return stand(Claim, review.claim_id) and _is_free(review, "claim", "url_normalized")


def stand(model: Any, *ids: int | None) -> bool:
    """Tell whether rows were neither retracted nor merged; null names none, and lacks nothing."""
    return all(stands(rows.row(rows.by_id(model, id))) for id in ids if id is not None)


def _collides(statement: Statement) -> bool:
    """Tell whether a statement of the same words stands beside which this one may not."""
    ids = SESSION.same_words(statement.document_id, statement.speaker_id, statement.spans)
    coded = same_words.coded([statement, *merges.rows_with(Statement, ids)])
    return any(same_words.collide(coded[statement.id], coded[id]) for id in ids)


def _is_free(row: Any, *key: str) -> bool:
    return SESSION.find(type(row), **{name: row.__data__[name] for name in key}) is None


def take_up(by: Actor, drops: list[tuple[Merge, Dropped]]) -> None:
    """Let statements that merges retracted for others' sake stand again, and what rested on them rest on them again.

    Where the other one was retracted since, one stays retracted: whoever took that back meant these words.
    """
    # All of them first, and what was aimed at them last: a counterclaim may have lost both its evidence and its target.
    again: list[tuple[Merge, Dropped, int]] = []
    for merge, drop in [one for one in drops if not Statement.get_by_id(one[1]["kept"]).retracted_at]:
        restored = merges.restore(by, Statement, [drop["statement"]], may=statement_may_stand, merge=merge)
        again += [(merge, drop, id) for id in restored]
    claims = {id: Statement.get_by_id(id).claim_id for *_, id in again}
    for _, drop, id in again:
        edges, targets = drop["edges"], drop.get("targets", [])
        for ids, at, end in ((edges, Counterclaim.statement, "answer_id"), (targets, Counterclaim.target, "claim_id")):
            there = [one.id for one in merges.rows_with(Counterclaim, ids) if getattr(one, end) == claims[id]]
            merges.move_back(at, there, drop["kept"], id)
        merges.give_back_reviews(by, drop, claims[id])
    for merge, drop, _ in again:
        merges.restore(by, Counterclaim, drop["retracted_edges"], may=counterclaim_may_stand, merge=merge)
    for _, drop, id in again:
        for one in merges.rows_with(Counterclaim, drop.get("untargeted", [])):
            if (one.claim_id, one.target_id, one.retracted_at) == (claims[id], None, None):
                changes.relink(by, one, "target", id)
