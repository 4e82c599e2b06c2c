"""What stands around edits, as plain values: `Near` and `Far`, steps 2 and 4 of the walk in reach.py.

Each kind of thing is one query for all edits, under the lock of the log, when all else of the transaction is written.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from models.history import last_changes
from models.history.direct_reach import DirectReach, Link, Near, Statement, Whole
from models.history.edits import Edit, accepted, edited, is_accepted, states
from models.history.spread import Far
from models.queries.dialects import in_ids
from models.queries.nodes import Part, cached
from models.queries.visibility import PUBLIC, claim_seen
from models.storage.columns import dumps
from models.storage.database import fetch
from models.vocabulary import HIDEABLE

#: The columns by which statements name a row, and the noun of that.
_NAMING = (
    ("claims", "statements.claim_id"),
    ("speakers", "statements.speaker_id"),
    ("speakers", "via_speaker_id"),
    ("speakers", "on_behalf_of_id"),
    ("documents", "document_id"),
    ("documents", "via_document_id"),
)
#: The tables that hang claims on a row, the column that names the row, and its noun. Of a topic all `claim_topics`
#: would be read; a claim that the index lacks, as it is written at the commit's end, has a change of its own in that.
_HANGING = (("topics", "claim_topic_index", "topic_id"), ("speakers", "claim_about", "claim_about.speaker_id"))


# -- near ----------------------------------------------------------------------------------------


def near(edits: Sequence[Edit]) -> Near:
    """Read what stands on the rows of the edits, and what these rest on."""
    ids: dict[str, set[int]] = defaultdict(set)
    changed: dict[str, set[int]] = defaultdict(set)
    for edit in edits:
        ids[edit.noun].add(edit.id)
        if edit.noun == "sentences":
            ids["documents"].add(edit.after["document"])
            changed["documents"].add(edit.after["document"])
        elif edit.action != "create":  # nothing stands on a new row but what has an edit of its own
            changed[edit.noun].add(edit.id)
        if edit.noun == "speakers" and edit.after.get("part_of"):
            ids["speakers"].add(edit.after["part_of"])
    targets, visible = _named_statements(edits)
    statements = (edit for edit in edits if edit.noun == "statements")
    once_visible = visible | {edit.id for edit in statements if any(map(is_accepted, states(edit)))}
    return Near(
        targets=targets,
        visible_statements=visible,
        once_visible_statements=once_visible,
        hidden={whole for noun in HIDEABLE if noun in ids for whole in _hidden(noun, ids[noun])},
        statements={column: _statements(column, changed[noun]) for noun, column in _NAMING if noun in changed},
        claims={column: _claims(table, column, changed[noun]) for noun, table, column in _HANGING if noun in changed},
    )


def _named_statements(edits: Sequence[Edit]) -> tuple[dict[int, tuple[int, int]], set[int]]:
    """Read document and speaker of the statements that counterclaims of the edits name, and which are visible."""
    named = {
        state[column]
        for edit in edits
        if edit.noun == "counterclaims"
        for state in states(edit)
        for column in ("statement", "target")
        if state.get(column)
    }
    if not named:
        return {}, set()
    read = f"SELECT id, document_id, speaker_id, {accepted('statements')} FROM statements"  # noqa: S608 (our SQL)
    found = fetch(f"{read} WHERE {in_ids('id')}", (dumps(sorted(named)),))
    return {id: (document, speaker) for id, document, speaker, _ in found}, {id for id, *_, seen in found if seen}


def _hidden(noun: str, ids: set[int]) -> list[Whole]:
    """Read which of these speakers or documents only candidates name."""
    sql = f"SELECT noun, noun_id FROM hidden WHERE noun = ? AND {in_ids('noun_id')}"  # noqa: S608 (our SQL)
    return fetch(sql, (noun, dumps(sorted(ids))))


def _statements(column: str, ids: set[int]) -> dict[int, list[Statement]]:
    """Read the standing statements that name these rows in a column."""
    found: dict[int, list[Statement]] = defaultdict(list)
    read = f"SELECT {column}, claim_id, document_id, speaker_id, {accepted('statements')} FROM statements"  # noqa: S608
    sql = f"{read} WHERE retracted_at IS NULL AND {in_ids(column)}"
    for id, claim, document, speaker, seen in fetch(sql, (dumps(sorted(ids)),)):
        found[id].append(Statement(claim, document, speaker, bool(seen)))
    return found


def _claims(table: str, column: str, ids: set[int]) -> dict[int, list[int]]:
    """Read the claims that a table hangs on these rows."""
    found: dict[int, list[int]] = defaultdict(list)
    sql = f"SELECT {column}, claim_id FROM {table} WHERE {in_ids(column)}"  # noqa: S608 (our SQL)
    for id, claim in fetch(sql, (dumps(sorted(ids)),)):
        found[id].append(claim)
    return found


# -- far -----------------------------------------------------------------------------------------


def far(edits: Sequence[Edit], direct: DirectReach, near: Near) -> Far:
    """Read what stands around that which edits reach directly."""
    links = _links_around(edits, direct, near)
    ends = [link for some in links.values() for link in some]
    ends += [link for reached in direct.claims for link in reached.links]
    claims = {end for link in ends for end in (link.claim, link.answer)}
    claims |= {id for reached in direct.claims for id in (*reached.shared, *reached.alone)}
    seen = _visibility(claims)
    visible = {id for id, now, *_ in seen if now}
    was_visible = {id for id, _, was, *_ in seen if was}
    ended = {id for id, *_, stands, _ in seen if not stands}
    about_somebody = {id for id, *_, about in seen if about}
    newly = (visible - was_visible) | (visible & edited("claims", edits))
    about = _about(newly & about_somebody)
    # Of the others no more: 1,900 that a statement reaches, each about 100, took 0.7 s for each candidate.
    if hidden := {id for noun, id in near.hidden if noun == "speakers"}:
        about |= _about((visible - newly) & about_somebody, hidden)
    never_visible = _never_visible(direct, ends, about)
    wholes = edited("speakers", edits) | {id for noun, id in never_visible if noun == "speakers"}
    return Far(
        links=links,
        visible=visible,
        was_visible=was_visible,
        ended=ended,
        about=about,
        never_visible=never_visible,
        parts=_parts(wholes),
    )


def _links_around(edits: Sequence[Edit], direct: DirectReach, near: Near) -> dict[int, list[Link]]:
    """Read the links of claims that are reached directly, and of those that a link to an attribution reaches."""
    created = {edit.id for edit in edits if edit.noun == "claims" and edit.action == "create"}
    claims = {id for reached in direct.claims for id in reached.shared if id not in created}
    claims |= {link.claim for reached in direct.claims for link in reached.links if link.target}
    first = _links(claims, near)
    beyond = {link.claim for link in first if link.target} - claims
    around: dict[int, list[Link]] = defaultdict(list)
    for ends, links in ((claims, first), (beyond, _links(beyond, near))):
        for link in links:
            for end in ends & {link.claim, link.answer}:
                around[end].append(link)
    return around


def _links(claims: set[int], near: Near) -> list[Link]:
    """Read the standing counterclaims of these claims, on either side."""
    if not claims:
        return []
    links, ids = [], dumps(sorted(claims))
    for claim, answer, of, evidence, target, supported, aimed, document, speaker in fetch(_linking(), (ids, ids)):
        has_evidence = supported or evidence is None or evidence in near.once_visible_statements
        public = has_evidence and (aimed or of == "claim" or target in near.once_visible_statements)
        links.append(Link(claim, answer, bool(public), None if of == "claim" else (document, speaker)))
    return links


@cached(2)
def _linking() -> str:
    side = "SELECT id FROM counterclaims WHERE "
    sides = f"{side}{in_ids('claim_id')} UNION {side}{in_ids('answer_id')}"
    return (
        "SELECT e.claim_id, e.answer_id, e.of, e.statement_id, e.target_id,"  # noqa: S608 (our SQL)
        f" coalesce({accepted('v')}, FALSE), coalesce({accepted('w')}, FALSE), w.document_id, w.speaker_id"
        " FROM counterclaims e"
        " LEFT JOIN statements v ON v.id = e.statement_id LEFT JOIN statements w ON w.id = e.target_id"
        f" WHERE e.id IN ({sides}) AND e.retracted_at IS NULL"
    )


def _visibility(claims: set[int]) -> list[tuple[int, bool, bool, bool, bool]]:
    """Read of claims (id, visible, was visible, stands, is about somebody)."""
    return fetch(_seeing(), (dumps(sorted(claims)),)) if claims else []


@cached(2)
def _seeing() -> str:
    return (
        f"SELECT c.id, {Part(claim_seen(PUBLIC)).sql}, coalesce(l.visible, FALSE),"  # noqa: S608 (our SQL)
        " c.retracted_at IS NULL AND c.merged_into_id IS NULL,"
        " EXISTS (SELECT 1 FROM claim_about a WHERE a.claim_id = c.id) FROM claims c"
        f" LEFT JOIN last_changes l ON l.noun = 'claims' AND l.noun_id = c.id WHERE {in_ids('c.id')}"
    )


def _about(claims: set[int], among: set[int] | None = None) -> dict[int, list[int]]:
    """Read whom claims are about, and show that; or which of these speakers."""
    about: dict[int, list[int]] = defaultdict(list)
    read = "SELECT a.claim_id, a.speaker_id FROM claim_about a JOIN speakers p ON p.id = a.speaker_id"
    which = f" AND {in_ids('a.speaker_id')}" if among else ""
    sql = f"{read} WHERE {in_ids('a.claim_id')}{which} AND p.retracted_at IS NULL"
    ids = [dumps(sorted(some)) for some in (claims, among) if some]
    for claim, speaker in fetch(sql, ids) if claims else ():
        about[claim].append(speaker)
    return about


def _never_visible(direct: DirectReach, links: Iterable[Link], about: Mapping[int, list[int]]) -> set[Whole]:
    """Read which of the speakers and documents that may be visible now never were before."""
    reached = {whole for whole, public in direct.wholes.items() if public}
    speakers = {id for noun, id in direct.named | reached if noun == "speakers"}
    speakers.update(*about.values(), (link.target[1] for link in links if link.target))
    # Documents that are reached are stamped anyway, and none is part of another.
    documents = {id for noun, id in direct.named - reached if noun == "documents"}
    return {
        (noun, id)
        for noun, ids in (("speakers", speakers), ("documents", documents))
        if ids
        for id in last_changes.never_visible(noun, ids)
    }


def _parts(speakers: set[int]) -> list[tuple[int, int, bool]]:
    """Read who is part of some speakers, as (whole, part, whether the public ever saw the part)."""
    if not speakers:
        return []
    found = fetch(_parting(), (dumps(sorted(speakers)),))
    return [(whole, part, bool(seen)) for whole, part, seen in found]


@cached(2)
def _parting() -> str:
    return (
        # Else SQLite begins with what is noted of all speakers.
        "SELECT p.part_of_id, p.id, l.public FROM speakers p CROSS JOIN last_changes l"  # noqa: S608 (our SQL)
        f" WHERE l.noun = 'speakers' AND l.noun_id = p.id AND {in_ids('p.part_of_id')}"
    )
