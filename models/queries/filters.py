"""Filters that compose: which claims, statements and counterclaims are asked for, as SQL.

Each filter is a piece of SQL with `@name` for the value of the filter `name`. A flag's value is a part of
the filter's name (`answered=true`), because it is a part of the SQL.
"""

import re
from functools import cache
from typing import NamedTuple

from models.queries import derived, shapes
from models.queries.shapes import Viewer, true
from models.storage.database import on_sqlite

_MARK = re.compile(r"@(\w+)")


def compiled(sql: str) -> tuple[str, tuple[str, ...]]:
    """Write the values' places as `db.fetch` wants them, and name the values in their order."""
    return _MARK.sub("?", sql), tuple(_MARK.findall(sql))


def within(name: str, sqlite: bool) -> str:
    """Write that what stands before is the speaker `@name` or one who is part of it, down to the last."""
    ids = (
        f"WITH RECURSIVE within(id) AS (SELECT x.id FROM speakers x WHERE x.id = @{name}"
        " UNION SELECT x.id FROM speakers x JOIN within w ON x.part_of_id = w.id"
        " WHERE x.retracted_at IS NULL AND x.merged_into_id IS NULL) SELECT id FROM within"
    )
    # PostgreSQL takes what is recursive for long, and an array for short.
    return f"IN ({ids})" if sqlite else f"= ANY (ARRAY({ids}))"


@cache
def _of_a_statement(sqlite: bool) -> dict[str, str]:
    """Write the filters on one statement `s`. A part of a claim's list, all of them must hold for one and the same."""
    # Keeps SQLite from an index that would find half of all statements for each claim.
    unindexed = "+" if sqlite else ""
    return {
        "speaker": "s.speaker_id = @speaker",
        "part_of": f"s.speaker_id {within('part_of', sqlite)}",
        # Whose positions are asked for, whatever else is.
        "of": "s.speaker_id = @of",
        "of_all": f"s.speaker_id {within('of_all', sqlite)}",
        "document": "s.document_id = @document",
        "publisher": "s.document_id IN (SELECT x.id FROM documents x WHERE x.publisher = @publisher)",
        "url": (
            "s.document_id IN (SELECT x.id FROM documents x WHERE x.url_normalized = @url AND x.retracted_at IS NULL)"
        ),
        "domain": "s.document_id IN (SELECT x.id FROM documents x WHERE x.domain = @domain)",
        "cue": f"{unindexed}s.cue_key = @cue",
        "speaker_kind": "EXISTS (SELECT 1 FROM speakers x WHERE x.id = s.speaker_id AND x.kind = @speaker_kind)",
        "published_from": (
            "EXISTS (SELECT 1 FROM documents x WHERE x.id = s.document_id AND x.published_at >= @published_from)"
        ),
        "published_to": (
            "EXISTS (SELECT 1 FROM documents x WHERE x.id = s.document_id AND x.published_at <= @published_to)"
        ),
        "form": f"{unindexed}s.form = @form",
        "status": "s.status = @status",
        "origin": f"{unindexed}s.origin = @origin",
        "said_from": f"{unindexed}coalesce(s.said_on, '') >= @said_from",
        "said_to": f"{unindexed}coalesce(s.said_on, '') BETWEEN '0' AND @said_to",
        "said_before": f"{unindexed}coalesce(s.said_on, '') > '' AND {unindexed}coalesce(s.said_on, '') < @said_before",
        # What a person put in is as sure as can be.
        "min_confidence": f"{unindexed}coalesce(s.confidence, 1) >= @min_confidence",
    }


_OF_A_STATEMENT = _of_a_statement(True).keys()
#: Those that few statements pass: the database begins with them.
_NARROW = {"speaker", "of", "of_all", "part_of", "document", "publisher", "url", "domain"}
#: Those that `claim_summaries` can answer for the first statement of a claim.
_OF_A_LEAD = {
    "speaker": "l.speaker_id = @speaker",
    "document": "l.document_id = @document",
    "said_from": "k.said_on >= @said_from",
    "said_to": "k.said_on <= @said_to AND k.said_on <> ''",
    "said_before": "k.said_on < @said_before AND k.said_on <> ''",
}
#: Filters on one review `r` of a claim.
_OF_A_REVIEW = {
    "review_publisher": "(r.publisher_name = @review_publisher OR r.publisher_site = @review_publisher)",
    "rating": "r.rating_key = @rating",
}
#: The topic `@topic`, and the claims that are filed under it.
_TOPIC = "(SELECT t.id FROM topics t WHERE t.slug = @topic AND t.retracted_at IS NULL)"
OF_TOPIC = f"(SELECT f.claim_id FROM claim_topic_index f WHERE f.topic_id = {_TOPIC})"
_SAID = "s.claim_id FROM statements s INDEXED BY statements_said_on_id WHERE coalesce(s.said_on, '')"
_ANSWERED = "e.claim_id FROM counterclaims e WHERE e.retracted_at IS NULL"
_REVIEWED = "r.claim_id FROM reviews r WHERE r.retracted_at IS NULL"
_PUBLISHED = "s.claim_id FROM documents x CROSS JOIN statements s WHERE s.document_id = x.id AND x.published_at"
#: Filters whose value few rows may have, or most: the claims of all rows that have it, found by an index.
#: It is named for SQLite, to which one in which half the rows have the same value looks useless.
_ALL_WITH = {
    "cue": "s.claim_id FROM statements s INDEXED BY statements_cue_key WHERE s.cue_key = @cue",
    "form": "s.claim_id FROM statements s INDEXED BY statements_form WHERE s.form = @form",
    "origin": "s.claim_id FROM statements s INDEXED BY statements_origin WHERE s.origin = @origin",
    "status": "s.claim_id FROM statements s INDEXED BY statements_status_id WHERE s.status = @status",
    "said_from": f"{_SAID} >= @said_from",
    "said_to": f"{_SAID} BETWEEN '0' AND @said_to",
    "said_before": f"{_SAID} BETWEEN '0' AND @said_before",
    "min_confidence": (
        "s.claim_id FROM statements s INDEXED BY statements_confidence"
        " WHERE coalesce(s.confidence, 1) >= @min_confidence"
    ),
    "speaker_kind": (
        "s.claim_id FROM speakers x CROSS JOIN statements s WHERE s.speaker_id = x.id AND x.kind = @speaker_kind"
    ),
    "published_from": f"{_PUBLISHED} >= @published_from",
    "published_to": f"{_PUBLISHED} <= @published_to",
    "language": "x.id FROM claims x INDEXED BY claims_language WHERE x.language = @language",
    **{name: f"{_REVIEWED} AND {of_it}" for name, of_it in _OF_A_REVIEW.items()},
    "topic": f"f.claim_id FROM claim_topic_index f WHERE f.topic_id = {_TOPIC}",
    "reviewed=true": _REVIEWED,
    "answered=true": _ANSWERED,
    "disputed=true": f"{_ANSWERED} AND e.kind IN ('denies', 'disputes')",
    "counter_kind": f"{_ANSWERED.replace(' e ', ' e INDEXED BY counterclaims_kind ')} AND e.kind = @counter_kind",
    "kind": f"{_ANSWERED.replace(' e ', ' e INDEXED BY counterclaims_kind ')} AND e.kind = @kind",
}
_INDEXED_BY = re.compile(r" INDEXED BY \w+")
#: How many rows are few: their claims are sorted in the time in which a page is written.
_FEW = 2000
#: Marks the name of a filter that few pass, beside the name itself.
_MARKED = "few "
#: Filters that bound a list by themselves.
_BOUNDING = {*_NARROW, "topic", "about", "ids", "q", "claim", "answered_by", "against"}


def counting(names: tuple[str, ...]) -> tuple[str, tuple[str, ...]] | None:
    """Write the query that counts, up to a bound, the rows that have the value of each filter returned beside it.

    What it counted goes to `marked`. None where a list is bounded anyway. A list is walked in its order, and each item
    looked at, unless few are known to pass: what SQLite cannot know, and PostgreSQL not of a value from another table.
    """
    asked = tuple(name for name in names if name in _ALL_WITH)
    bounding = _BOUNDING if on_sqlite() else _BOUNDING - {"topic"}  # which SQLite begins with by itself
    if not asked or bounding.intersection(names):
        return None
    counts = (f"(SELECT count(*) FROM (SELECT {_all_with(name)} LIMIT {_FEW}) AS n)" for name in asked)
    return f"SELECT {', '.join(counts)}", asked


def marked(names: tuple[str, ...], counted: tuple[str, ...], counts: tuple[int, ...]) -> tuple[str, ...]:
    """Add to `names` a mark for each of those `counted` that few pass."""
    few = (_MARKED + name for name, count in zip(counted, counts, strict=True) if count < _FEW)
    return (*names, *few)


def _all_with(name: str) -> str:
    query = _ALL_WITH[name]
    return query if on_sqlite() else _INDEXED_BY.sub("", query)


def _few(names: set[str], claim: str) -> list[str]:
    """Write for each mark that `claim` is among the few that it is about."""
    few = sorted(name.removeprefix(_MARKED) for name in names if name.startswith(_MARKED))
    return [f"{claim} {_among(_all_with(name))}" for name in few]


def _among(query: str) -> str:
    return f"IN (SELECT {query})" if on_sqlite() else f"= ANY (ARRAY(SELECT {query}))"


#: What the JSON of each noun reads from, and the alias of the noun itself.
TABLES = {
    "claims": ("FROM claims c", "c"),
    "statements": (shapes.STATEMENT_FROM, "s"),
    "counterclaims": (
        (
            "FROM counterclaims e JOIN claims charge ON charge.id = e.claim_id"
            " JOIN claims answer ON answer.id = e.answer_id"
        ),
        "e",
    ),
}


class Order(NamedTuple):
    """How a list is sorted."""

    #: "id", "said_on" or "relevance"; or, of what a search finds, "given": the ids `@given` in their order, or "rest":
    #: all others by id.
    by: str
    descending: bool


def found(noun: str, viewer: Viewer, names: tuple[str, ...], order: Order, continued: bool) -> tuple[str, str]:
    """Write the query of (id, at) without its order, and the SQL of what it is ordered by before the id."""
    if order.by == "relevance":
        return _ranked(noun, viewer, set(names), order), "at"
    find = {"claims": _claims, "statements": _statements, "counterclaims": _counterclaims}[noun]
    source, id, conditions = find(viewer, set(names), order, continued)
    at = "at" if order.by in ("said_on", "given") else ""
    value = {"said_on": _DAYS[noun], "given": "g.key"}.get(order.by, "NULL")
    if order.by == "given":
        source = f"FROM {given('g')} CROSS JOIN {source.removeprefix('FROM ')}"
        conditions.append(f"{id} = g.id")
    if order.by == "rest":
        conditions.append(f"{id} NOT IN (SELECT g.id FROM {given('g')})")
    if continued:
        sign = "<" if order.descending else ">"
        conditions.append(f"({value}, {id}) {sign} (@at, @past)" if at else f"{id} {sign} @past")
    answered = ", k.answered" if knows_answered(noun, viewer, order) else ""
    return f"SELECT {id} AS id, {value} AS at{answered} {source} WHERE {' AND '.join(conditions or ['TRUE'])}", at


def given(alias: str) -> str:
    """Write the ids `@given` as a table of (key, id): their places from 0, and themselves."""
    if on_sqlite():
        return f"(SELECT key, value AS id FROM json_each(@given)) AS {alias}"
    ids = "json_array_elements_text(@given::json) WITH ORDINALITY AS j(value, place)"
    return f"(SELECT place - 1 AS key, value::bigint AS id FROM {ids}) AS {alias}"


def knows_answered(noun: str, viewer: Viewer, order: Order) -> bool:
    """Tell whether `found` says of each item in a column `answered` whether the viewer sees an answer to it."""
    return noun == "claims" and not viewer.unreviewed and order.by != "relevance"


#: What each noun is sorted by as its day.
_DAYS = {"claims": "k.said_on", "statements": "coalesce(s.said_on, '')", "counterclaims": "l.said_on"}


def _claims(viewer: Viewer, names: set[str], order: Order, continued: bool) -> tuple[str, str, list[str]]:
    first = "stated" in names
    conditions = [] if viewer.unreviewed else [true("k.public")]
    source = "FROM claim_summaries k"
    if "topic" in names:
        source = "FROM claim_topic_index k"
        conditions.append(f"k.topic_id = {_TOPIC}")
    if "q" in names and order.by in ("id", "said_on", "rest"):
        conditions.append(f"k.claim_id {_matching('claims', viewer, names)}")
    of_it = names & _OF_A_STATEMENT
    if first and of_it:
        if of_it - {"said_from", "said_to", "said_before"}:
            source += " JOIN claim_summaries l ON l.claim_id = k.claim_id" if "topic" in names else ""
        conditions += _of_the_first(of_it, _bound(order, continued), "l" if "topic" in names else "k")
        if not viewer.unreviewed:
            # A claim that was put in by itself may have a first statement that is not everybody's to find.
            index = " INDEXED BY claim_cards_unaccepted" if on_sqlite() else ""  # few, and most registries have none
            other = f"FROM claim_cards a{index} WHERE a.claim_id = k.claim_id AND a.status IS DISTINCT FROM 'accepted'"
            conditions.append(f"NOT EXISTS (SELECT 1 {other}{shapes.fence()})")
    elif of_it:
        conditions.append(_of_any(viewer, of_it, "k.claim_id"))
    conditions += _of_a_claim(viewer, names - {"topic", "q"}, "k.claim_id", "k")
    conditions += _few(names, "k.claim_id")
    return source, "k.claim_id", conditions


def _bound(order: Order, continued: bool) -> set[str]:
    """Name the bounds of days that a cursor replaces: with both, the database would start at the wider one."""
    if not continued or order.by != "said_on":
        return set()
    return {"said_to", "said_before"} if order.descending else {"said_from"}


def _of_the_first(names: set[str], replaced: set[str], lead: str) -> list[str]:
    """Write what is asked of the claim's first statement."""
    known = names & _OF_A_LEAD.keys()
    conditions = [_OF_A_LEAD[name].replace("l.", f"{lead}.") for name in sorted(known - replaced)]
    if others := names - known:
        conditions.append(f"EXISTS (SELECT 1 FROM statements s WHERE s.id = {lead}.statement_id AND {_all(others)})")
    return conditions


def _all(names: set[str]) -> str:
    """Write that the statement `s` passes all that is asked."""
    written = _of_a_statement(on_sqlite())
    return " AND ".join(written[name] for name in sorted(names))


def _of_any(viewer: Viewer, names: set[str], claim: str) -> str:
    """Write that one and the same statement of `claim` passes all that is asked."""
    of_it = f"{shapes.statement_seen(viewer)} AND {_all(names)}"
    if names & _NARROW:
        return f"{claim} IN (SELECT s.claim_id FROM statements s WHERE {of_it})"
    return f"EXISTS (SELECT 1 FROM statements s WHERE s.claim_id = {claim} AND {of_it}{_one_by_one(claim)})"


def _one_by_one(claim: str) -> str:
    """Write the end of an EXISTS about `claim`: one of a counterclaim's two, about which PostgreSQL plans apart."""
    return shapes.fence() if claim.startswith("e.") else ""


def _of_a_claim(viewer: Viewer, names: set[str], claim: str, lead: str | None = None) -> list[str]:
    """Write what is asked of the claim with the id `claim`; `lead` is the alias of its derived row."""
    conditions = []
    if "ids" in names:
        ids = (
            "SELECT value FROM json_each(@ids)"
            if on_sqlite()
            else "SELECT value::bigint FROM json_array_elements_text(@ids::json)"
        )
        conditions.append(f"{claim} IN ({ids})")
    if "topic" in names:
        conditions.append(f"{claim} IN {OF_TOPIC}")
    if "about" in names:
        conditions.append(f"{claim} IN (SELECT x.claim_id FROM claim_about x WHERE x.speaker_id = @about)")
    end = _one_by_one(claim)
    if "language" in names:
        conditions.append(f"EXISTS (SELECT 1 FROM claims x WHERE x.id = {claim} AND x.language = @language{end})")
    if "against" in names:
        conditions += _is_charge(viewer, names, claim)
    answered = sorted(names & {"answered=true", "answered=false"})
    conditions += [_is_answered(viewer, asked.endswith("true"), claim, lead) for asked in answered]
    conditions += _of_its_answers(viewer, names, claim)
    of_reviews = [_OF_A_REVIEW[name] for name in sorted(names & _OF_A_REVIEW.keys())]
    standing = f"SELECT 1 FROM reviews r WHERE r.claim_id = {claim} AND r.retracted_at IS NULL"
    if of_reviews or "reviewed=true" in names:
        conditions.append(f"EXISTS ({' AND '.join([standing, *of_reviews])}{end})")
    if "reviewed=false" in names:
        conditions.append(f"NOT EXISTS ({standing})")
    return conditions


def _is_charge(viewer: Viewer, names: set[str], claim: str) -> list[str]:
    """Write that `claim` is a charge against the speaker `@against`, and whether they replied to it.

    It is about them, or an answer of theirs says so; and none of them ever stated it. An answer is theirs if one of
    them states it, whoever the edge rests on. They are the speaker and all who are part of it.
    """
    accused, seen = within("against", on_sqlite()), shapes.statement_seen(viewer)
    reply = "SELECT e.claim_id FROM counterclaims e JOIN statements s ON s.claim_id = e.answer_id"
    reply += f" JOIN claims o ON o.id = e.answer_id WHERE s.speaker_id {accused} AND {seen}"
    reply += f" AND {shapes.edge_seen(viewer)} AND {shapes.claim_seen(viewer, 'o')}"
    about = f"SELECT x.claim_id FROM claim_about x WHERE x.speaker_id {accused}"
    own = f"SELECT s.claim_id FROM statements s WHERE s.speaker_id {accused} AND {seen}"
    conditions = [f"{claim} NOT IN ({own})"]
    if "replied=true" in names:
        return [*conditions, f"{claim} IN ({reply})"]
    if "replied=false" in names:
        return [*conditions, f"{claim} IN ({about})", f"{claim} NOT IN ({reply})"]
    return [*conditions, f"{claim} IN ({about} UNION {reply})"]


def edges(viewer: Viewer) -> str:
    """Write FROM and WHERE of the edges `e` with their answers `o` that the viewer may see."""
    return (
        "FROM counterclaims e JOIN claims o ON o.id = e.answer_id"
        f" WHERE {shapes.edge_seen(viewer)} AND {shapes.claim_seen(viewer, 'o')}"
    )


def _is_answered(viewer: Viewer, yes: bool, claim: str, lead: str | None) -> str:
    if lead and not viewer.unreviewed:
        return f"{'' if yes else 'NOT '}{lead}.answered"  # as the index of those that are says it
    return f"{'' if yes else 'NOT '}EXISTS (SELECT 1 {edges(viewer)} AND e.claim_id = {claim})"


def _of_its_answers(viewer: Viewer, names: set[str], claim: str) -> list[str]:
    """Write what is asked of the answers to `claim`.

    The one of `@counter_kind` may be another than the one that disputes it; by `@answered_by` must be both.
    """
    kinds = []
    if "counter_kind" in names:
        kinds.append(" AND e.kind = @counter_kind")
    if "disputed=true" in names:
        kinds.append(" AND e.kind IN ('denies', 'disputes')")
    if "answered_by" in names:
        by = f"s.speaker_id = @answered_by AND {shapes.statement_seen(viewer)}"
        theirs = f"{edges(viewer)} AND e.answer_id IN (SELECT s.claim_id FROM statements s WHERE {by})"
        conditions = [f"{claim} IN (SELECT e.claim_id {theirs}{kind})" for kind in kinds or [""]]
    else:
        conditions = [f"EXISTS (SELECT 1 {edges(viewer)} AND e.claim_id = {claim}{kind})" for kind in kinds]
    if "disputed=false" in names:
        against = f"e.claim_id = {claim} AND e.kind IN ('denies', 'disputes')"
        conditions.append(f"NOT EXISTS (SELECT 1 {edges(viewer)} AND {against})")
    return conditions


def _statements(viewer: Viewer, names: set[str], order: Order, continued: bool) -> tuple[str, str, list[str]]:
    conditions = [shapes.statement_seen(viewer)]
    source = "FROM statements s"
    if "q" in names and order.by in ("id", "said_on", "rest"):
        conditions.append(f"s.id {_matching('statements', viewer, names)}")
    if "claim" in names:
        conditions.append("s.claim_id = @claim")
    if "ids" in names:
        conditions += _of_a_claim(viewer, {"ids"}, "s.id")
    asked = names & _OF_A_STATEMENT - _bound(order, continued)
    if asked:
        conditions.append(_all(asked))
    conditions += _few(names, "s.claim_id")
    return source, "s.id", conditions + _of_a_claim(viewer, names - {"q", "ids"}, "s.claim_id")


def _counterclaims(viewer: Viewer, names: set[str], order: Order, continued: bool) -> tuple[str, str, list[str]]:
    edge = TABLES["counterclaims"][0].removeprefix("FROM ")
    conditions = [seen("counterclaims", viewer)]
    source = f"FROM {edge}"
    few = _few_sides(names)
    if order.by == "said_on":
        source = f"FROM {_with_days(edge, walked=not few and not names & _BOUNDING)}"
        conditions.insert(0, "e.answer_id = l.claim_id")
    if "ids" in names:
        conditions += _of_a_claim(viewer, {"ids"}, "e.id")
    if "kind" in names:
        conditions.append("e.kind = @kind")
    if "claim" in names:
        conditions.append("(e.claim_id = @claim OR e.answer_id = @claim)")
    # What is asked of a claim or of a statement may hold on either side, but all of it on one.
    whole = _either_side(viewer, names - {"ids"})
    # By what few pass, asked by itself too, the database finds the edges by an index.
    bounding = _either_side(viewer, names & _BOUNDING - {"ids"})
    conditions += dict.fromkeys((*bounding, *whole))
    return source, "e.id", conditions + few


def _either_side(viewer: Viewer, names: set[str]) -> list[str]:
    """Write that all that is asked of a claim and its statements holds on one and the same side of `e`; none or one."""
    sides = [" AND ".join(_of_a_side(viewer, names, f"e.{end}")) for end in ("claim_id", "answer_id")]
    return ["({})".format(" OR ".join(f"({side})" for side in sides))] if any(sides) else []


def _of_a_side(viewer: Viewer, names: set[str], claim: str) -> list[str]:
    """Write what is asked of one side of an exchange, whose claim has the id `claim`."""
    conditions = _of_a_claim(viewer, names - {"q"}, claim)
    if "q" in names:
        conditions.append(f"{claim} {_matching('claims', viewer, names)}")
    if of_it := names & _OF_A_STATEMENT:
        conditions.append(_of_any(viewer, of_it, claim))
    return conditions


def _few_sides(names: set[str]) -> list[str]:
    """Write for each mark that a claim on either side of `e` is among the few that it is about."""
    both = zip(_few(names, "e.claim_id"), _few(names, "e.answer_id"), strict=True)
    return [
        f"e.id {_among(f'e.id FROM counterclaims e WHERE {one} UNION SELECT e.id FROM counterclaims e WHERE {other}')}"
        for one, other in both
    ]


def _with_days(edge: str, *, walked: bool) -> str:
    """Write `edge` beside the lead `l` of its answer: all claim_summaries `walked` by their day, or each looked up."""
    if on_sqlite():
        return f"claim_summaries l CROSS JOIN {edge}" if walked else f"claim_summaries l, {edge}"
    if walked:
        # Else PostgreSQL compares each lead with each edge that passes, where it expects few to.
        its = "LATERAL (SELECT * FROM counterclaims e WHERE e.answer_id = l.claim_id OFFSET 0) AS e"
        return f"claim_summaries l CROSS JOIN {edge.replace('counterclaims e', its, 1)}"
    return f"{edge} CROSS JOIN LATERAL (SELECT * FROM claim_summaries l WHERE l.claim_id = e.answer_id OFFSET 0) AS l"


# -- search --------------------------------------------------------------------------------------------

#: How many matches are ranked before the others are looked at: the shortest claims, the newest statements
#: (docs/decisions/0022).
RANKED = 200
#: Stands before the ids of those that were ranked where others may have matched.
OTHERS = "o"

#: How much a word counts in the claim, in the sentence and in the speaker's names.
_WEIGHTS = "4.0, 1.0, 2.0"
#: Weights of D, C, B and A; divided by the logarithm of the length, as bm25 does in its way.
_RANK = "(-ts_rank('{0.1, 0.25, 0.5, 1.0}', words, y, 1))::float8"


#: That the public sees the claim `m`, written for SQLite, which would sooner look it up among all.
_NOT_HIDDEN = (
    "NOT EXISTS (SELECT 1 FROM claim_summaries k"
    " INDEXED BY claim_summaries_hidden WHERE k.claim_id = m.id AND NOT k.public)"
)


def _ranked(noun: str, viewer: Viewer, names: set[str], order: Order) -> str:
    """Write the query of (id, at, ranked) of the first RANKED of what `@q` finds and the filters leave.

    The lowest rank fits best. `ranked` are the ids of all in their order, hexadecimal, with dots between, after OTHERS
    where the bound was met. No more are ranked, so that a page costs the same however many match.
    """
    find = {"claims": _claims, "statements": _statements}[noun]
    source, id, conditions = find(viewer, names, order, False)
    if on_sqlite() and (source, conditions) == ("FROM claim_summaries k", [true("k.public")]):
        # Nothing else is asked of a claim, so it is not looked up among all, but among those that are not public.
        source, id, conditions = "", "m.id", [_NOT_HIDDEN]
    else:
        source, conditions = source.replace("FROM", " CROSS JOIN", 1), [f"{id} = m.id", *conditions]
    condition = " AND ".join(conditions)
    rank = "rank" if on_sqlite() else _RANK
    nearest = {}
    for number, (match, first) in enumerate(_matches(noun, viewer, names)):
        # On PostgreSQL the rank is worked out of what is left; SQLite works it out for nothing else anyway.
        of_it = "m.rank" if on_sqlite() else "m.words, m.y"
        part = f"SELECT {id} AS id, {of_it} FROM ({match}) m{source} WHERE {condition}"
        nearest[f"n{number}"] = f"SELECT id, {rank} AS at FROM ({part} ORDER BY m.key {first} LIMIT {RANKED}) AS n"
    ranked = " UNION ALL ".join(f"SELECT id, at FROM {part}" for part in nearest)
    if len(nearest) > 1:
        ranked = f"SELECT id, min(at) AS at FROM ({ranked}) AS g GROUP BY id"
    # Not as a window over all: that takes a sixth of a page.
    ids = "group_concat(printf('%x', id)" if on_sqlite() else "string_agg(to_hex(id)"
    # Several of those nearest may be of one claim: how many are ranked does not tell whether there are others.
    full = " OR ".join(f"(SELECT count(*) FROM {part}) = {RANKED}" for part in nearest)
    together = f"CASE WHEN {full} THEN '{OTHERS}' ELSE '' END || (SELECT {ids}, '.' ORDER BY at, id) FROM c)"
    tables = ", ".join(f"{name} AS MATERIALIZED ({query})" for name, query in {**nearest, "c": ranked}.items())
    return f"SELECT * FROM (WITH {tables} SELECT id, at, {together} AS ranked FROM c) AS d"


def _matches(noun: str, viewer: Viewer, names: set[str]) -> list[tuple[str, str]]:
    """Write the queries of (key, id, and what the rank is made of) of what `@q` finds among `noun`.

    With each goes whether the lowest key is first (ASC) or the highest.
    Claims begin with the shortest, in which the words count for most; statements with the newest.
    """
    stated = _found("statement_search", "statement_id", "rowid", f"bm25(statement_search, {_WEIGHTS})")
    if noun == "statements":
        return [(stated, "DESC")]
    worded = _found("claim_search", "claim_id", derived.CLAIM_OF_PLACE, "bm25(claim_search)")
    if not on_sqlite():
        worded = f"SELECT length(w.words) AS key, w.id, w.words, w.y FROM ({worded}) w"
    if "in_" in names:
        return [(worded, "ASC")]
    fit = "w.rank" if on_sqlite() else "w.words, w.y"
    stated = (
        f"SELECT w.key, s.claim_id AS id, {fit} FROM ({stated}) w"
        f" CROSS JOIN statements s WHERE s.id = w.key AND {shapes.statement_seen(viewer)}"
    )
    return [(worded, "ASC"), (stated, "DESC")]


def _matching(noun: str, viewer: Viewer, names: set[str]) -> str:
    """Write that what stands before is the id of something that `@q` finds among `noun`."""
    return _among(" UNION ALL SELECT ".join(f"m.id FROM ({match}) AS m" for match, _ in _matches(noun, viewer, names)))


def _found(table: str, id: str, of_row: str, rank: str) -> str:
    """Write the query of what `@q` finds in `table`; on SQLite the id is made `of_row`, else it is the column `id`."""
    if on_sqlite():
        return f"SELECT rowid AS key, {of_row} AS id, {rank} AS rank FROM {table} WHERE {table} MATCH @q"
    return f"SELECT {id} AS key, {id} AS id, words, y FROM {table}, to_tsquery('simple', @q) y WHERE words @@ y"


def seen(noun: str, viewer: Viewer) -> str:
    """Write the condition that the viewer may see an item of `noun`, under the aliases of TABLES."""
    if noun == "claims":
        return shapes.claim_seen(viewer)
    if noun == "statements":
        return shapes.statement_seen(viewer)
    sides = (shapes.claim_seen(viewer, "charge"), shapes.claim_seen(viewer, "answer"))
    return " AND ".join((shapes.edge_seen(viewer), *sides))
