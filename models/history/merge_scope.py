"""What a merge and its undoing touch: the rows that are locked for them, and which of those may stand again."""

from collections.abc import Iterable
from hashlib import blake2b
from itertools import chain
from typing import Any

from models.history import changes, merges, restores, same_words, subjects
from models.history.edits import stands
from models.history.locks import Rows, to_change, to_name
from models.history.merges import Merge
from models.history.notes import ClaimMerge, Doubled, SpeakerMerge
from models.queries.dialects import in_ids
from models.storage import rows
from models.storage.columns import dumps
from models.storage.database import fetch
from models.tables import Claim, ClaimTopic, Counterclaim, Document, Review, Speaker, Statement, Topic

# -- rows to lock --------------------------------------------------------------------------------


def of_merged_claims(id: int, into: int) -> list[Rows]:
    """Find what a merge of these claims moves or compares."""
    return [*subjects_of(id, into), to_change(Statement, *_ids(Statement, Statement.claim == id)), *_links(id, into)]


def subjects_of(*claims: int) -> list[Rows]:
    """Find whom claims are about: merges and erasures of these move that without a line of the log about the claims."""
    sql = f"SELECT DISTINCT speaker_id FROM ({subjects.ALL}) a WHERE {in_ids('claim_id')}"  # noqa: S608 (our SQL)
    return [to_name(Speaker, *(speaker for (speaker,) in fetch(sql, (dumps(claims),))))]


def of_relinked_claim(id: int) -> list[Rows]:
    """Find what a change of a claim's topics and subjects reads to tell what it had."""
    return [*subjects_of(id), *of_restored_claim(id)]


def of_restored_claim(id: int) -> list[Rows]:
    """Find what a restore of this claim changes, and its topics: a new slug reaches the claims that stand under it."""
    filed = ClaimTopic.select(ClaimTopic.topic).where(ClaimTopic.claim == id)
    return [to_name(Topic, *(topic for (topic,) in filed.tuples())), to_change(Claim, id)]


def of_unmerged_claim(id: int) -> list[Rows]:
    """Find what an unmerge of this claim changes, and what has to stand for what it restores."""
    claim = rows.by_id(Claim, id)
    if claim is None or claim.merged_into_id is None:
        return [to_change(Claim, id)]
    standing = merges.merges_into(Claim, claim.merged_into_id)
    moved: ClaimMerge = next(one.moved for one in standing if one.id == id)
    edges, reviews = (_doubled(standing, name) for name in ("retracted_edges", "retracted_reviews"))
    back = taken_back_of(id, claim.merged_into_id)
    counterclaims = merges.rows_with(Counterclaim, [*(id for id, _ in edges), *back])
    return [
        *of_restored_claim(id),
        *subjects_of(claim.merged_into_id),
        to_change(Claim, claim.merged_into_id, *_ends(counterclaims)),
        to_change(Statement, *moved["statements"], *_stated_by(counterclaims)),
        to_change(Counterclaim, *chain.from_iterable(edges), *back),
        to_change(Review, *chain.from_iterable(reviews)),
        *_links(id, claim.merged_into_id),
    ]


def of_merged_speakers(id: int, into: int) -> list[Rows]:
    """Find what a merge of these speakers moves, and the claims of which it takes statements away."""
    columns = (Statement.speaker, Statement.via_speaker, Statement.on_behalf_of)
    said = {statement for column in columns for statement in _ids(Statement, column == id)}
    return [
        to_change(Speaker, *_ids(Speaker, Speaker.part_of == id)),
        to_change(Statement, *said, *(statement.id for statement in same_words.of_both(id, into))),
    ]


def of_unmerged_speaker(id: int, cut: int | None) -> list[Rows]:
    """Find what an unmerge of this speaker changes, and what has to stand for what it restores.

    `cut` is what the survivor is still cut from by others.
    """
    speaker = rows.by_id(Speaker, id)
    if speaker is None or speaker.merged_into_id is None:
        return [to_change(Speaker, id)]
    moved: SpeakerMerge = merges.moved_by_last_merge(Speaker, id)
    into = speaker.merged_into_id
    return [
        to_change(Speaker, id, into, moved["cut"], cut, *moved["parts"]),
        to_change(Statement, *moved["via"], *moved["on_behalf_of"], *_same_acts(moved["statements"])),
    ]


def of_restored_statement(id: int, original: int | None) -> list[Rows]:
    """Find what a restore of this statement changes, and what has to stand for it; `original` is that of its act."""
    statement = rows.by_id(Statement, id)
    if statement is None or statement.retracted_at is None:
        return [to_change(Statement, id)]
    more = restores.noted(id)
    reassigned = [counterclaim for counterclaim, _ in more.get("reassigned", [])]
    lost = taken_back_at(id) + more.get("untargeted", []) + reassigned
    counterclaims = merges.rows_with(Counterclaim, lost)
    return [
        to_name(Document, statement.document_id, statement.via_document_id),
        to_name(Speaker, statement.speaker_id, statement.via_speaker_id, statement.on_behalf_of_id),
        to_change(Claim, statement.claim_id, *_ends(counterclaims)),
        to_change(Statement, *_same_acts(one for one in (id, original) if one), *_stated_by(counterclaims)),
        to_change(Counterclaim, *(counterclaim.id for counterclaim in counterclaims)),
        to_change(Review, *more.get("unlinked_reviews", [])),
    ]


def taken_back_at(statement: int) -> list[int]:
    """List the counterclaims at a statement that were taken back with it, or with the other one at which they hang.

    Or by a merge that was undone since, or as that was undone. One that somebody took back by itself since is none.
    """
    return _taken_back("(statement_id = ? OR target_id = ?)", (statement, statement))


def taken_back_of(*claims: int) -> list[int]:
    """List those of two claims, which were parted."""
    return _taken_back("(claim_id IN (?, ?) OR answer_id IN (?, ?))", (*claims, *claims))


def _taken_back(at: str, params: tuple[int, ...]) -> list[int]:
    known = ("id", "statement", "target", "claim", "answer")
    hanging = rows.where(Counterclaim, f"{at} AND retracted_at IS NOT NULL", params, only=known)
    retractions = restores.retractions(set(filter(None, _stated_by(hanging))), ["retracted_edges"])
    line = {id: sequence for sequence, note in retractions for id in note.get("retracted_edges", ())}
    parted = "SELECT id FROM claims WHERE {} AND merged_into_id IS NULL AND retracted_at IS NULL"
    ends = fetch(parted.format(in_ids("id")), (dumps(sorted({*_ends(hanging)})),))
    undone = [
        (pair, one.sequence)
        for one in merges.last_merges(Claim, [id for (id,) in ends])
        for pair in one.moved["retracted_edges"]
    ]
    stand = {id for (id,) in _standing(Counterclaim, "id", {kept for (_, kept), _ in undone})}
    for (gone, kept), sequence in undone:
        if kept in stand or kept in line:
            line[gone] = max(line.get(gone, 0), sequence)
    last = f"SELECT max(sequence) FROM changes WHERE noun = 'counterclaims' AND {in_ids('noun_id')} GROUP BY noun_id"  # noqa: S608 (our SQL)
    lines = f"SELECT l.noun_id, l.sequence, {merges.lost_evidence()} FROM changes l WHERE l.sequence IN ({last})"  # noqa: S608 (our SQL)
    found = fetch(lines, (dumps([one.id for one in hanging]),))
    return [id for id, sequence, parted in found if parted or sequence < line.get(id, 0)]


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
    return [to_change(Counterclaim, *_ids(Counterclaim, ends)), to_change(Review, *reviews)]


def _ids(model: Any, condition: Any) -> list[int]:
    return [id for (id,) in model.select(model.id).where(condition).tuples()]


def _stated_by(counterclaims: list[Any]) -> list[int | None]:
    """List the statements that these counterclaims rest on or were aimed at."""
    return [id for counterclaim in counterclaims for id in (counterclaim.statement_id, counterclaim.target_id)]


def _ends(links: list[Any]) -> list[int]:
    """List the claims of some counterclaims, or of some reviews."""
    return [end for row in links for end in (row.claim_id, row.__data__.get("answer")) if end]


# -- what may stand again ------------------------------------------------------------------------


def may_stand(taken: list[Any]) -> list[Any]:
    """List those of some counterclaims, or reviews, whose claims and evidence stand, and of the same ones the first.

    Evidence and target have to state the claims. What stands already leaves none of the same.
    """
    # A query for each table however many: with four for each, an unmerge that gave back 4,000 took 10 s on PostgreSQL.
    claims, keys = _standing(Claim, "id", _ends(taken)), _keys(taken)
    stated = dict(_standing(Statement, "id, claim_id", _stated_by([row for row in taken if _is_edge(row)])))
    known, found = _standing_keys(taken), []
    for row in taken:
        named = ((row.statement_id, row.answer_id), (row.target_id, row.claim_id)) if _is_edge(row) else ()
        states = all(stated.get(statement) == claim for statement, claim in named if statement)
        if states and claims.issuperset((end,) for end in _ends([row])) and keys[row.id] not in known:
            known.add(keys[row.id])
            found.append(row)
    return found


def given_back(model: Any, standing: list[Merge], id: int, name: str) -> list[tuple[Merge, list[int]]]:
    """List what merges into one claim took back that an unmerge of `id` may let stand again, what `id` had first.

    Where the one that was kept in the end was retracted since, the other stays so: whoever took that back meant both.
    What other merges took back has to have a double that stands until now, before anything moves.
    """
    last: dict[int, int] = {}
    for gone, kept in reversed(_doubled(standing, name)):
        last.setdefault(gone, last.get(kept, kept))
    own = {gone for one in standing if one.id == id for gone, _ in one.moved[name]}
    found = {row.id: row for row in merges.rows_with(model, sorted({*last, *last.values()}))}
    free = {gone for gone, kept in last.items() if found[kept].retracted_at is None}
    keys, doubled = _keys(found.values()), _standing_keys(list(found.values()))
    may = {gone for gone in free if gone in own or keys[gone] in doubled}
    own_first = sorted(standing, key=lambda one: one.id != id)
    return [(one, [gone for gone, _ in one.moved[name] if gone in may]) for one in own_first]


def _doubled(standing: list[Merge], name: str) -> Doubled:
    """List what merges took back of one noun, and for what, the first merge first."""
    return [pair for one in sorted(standing, key=lambda one: one.sequence) for pair in one.moved[name]]


def stand(model: Any, *ids: int | None) -> bool:
    """Tell whether rows were neither retracted nor merged; null names none, and lacks nothing."""
    return all(stands(rows.row(rows.by_id(model, id))) for id in ids if id is not None)


def _is_edge(row: Counterclaim | Review) -> bool:
    return isinstance(row, Counterclaim)


def _keys(some: Iterable[Any]) -> dict[int, tuple[Any, ...]]:
    """Map the ids of counterclaims, or of reviews, to what no two standing ones have in common."""
    found, reviews = dict[int, tuple[Any, ...]](), dict[int, int]()
    for row in some:
        if _is_edge(row):
            aimed_at = row.target_id if row.of == "attribution" else None
            found[row.id] = row.claim_id, row.answer_id, row.kind, row.of, aimed_at
        else:
            reviews[row.id] = row.claim_id
    for part in merges.in_parts([*reviews]):
        addresses = f"SELECT id, url_normalized FROM reviews WHERE {in_ids('id')}"  # noqa: S608 (our SQL)
        for id, address in fetch(addresses, (dumps(part),)):  # of 20,000 long ones the digests alone are held
            found[id] = reviews[id], blake2b((address or "").encode(), digest_size=16).digest()
    return found


def _standing_keys(some: list[Any]) -> set[tuple[Any, ...]]:
    """List the keys of those that stand of the same claims as some counterclaims, or some reviews."""
    if not some:
        return set()
    model: Any = type(some[0])
    among = {"claim_id": [row.claim_id for row in some]}
    if _is_edge(some[0]):
        among["answer_id"] = [row.answer_id for row in some]
    condition = " AND ".join([rows.standing(model), *map(in_ids, among)])
    return set(_keys(changes.read(model, condition, [dumps(ids) for ids in among.values()])).values())


def _standing(model: Any, columns: str, ids: Iterable[int | None]) -> set[tuple[Any, ...]]:
    """Read columns of those of some rows that stand."""
    sql = f"SELECT {columns} FROM {model._meta.table_name} WHERE {in_ids('id')} AND {rows.standing(model)}"  # noqa: S608 (our SQL)
    return set(fetch(sql, (dumps([id for id in ids if id]),)))
