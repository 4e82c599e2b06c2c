"""Disputes: who answers whom, how often, and after how many days; counted over the exchanges that the public sees."""

from functools import lru_cache
from typing import Any

from models.history import merged
from models.queries import members, shapes
from models.queries.filters import OF_TOPIC, compiled, within
from models.queries.members import Object, Value, values
from models.queries.shapes import Viewer, true
from models.storage.database import fetch, on_sqlite
from models.vocabulary import COUNTER_KINDS

_PUBLIC = Viewer()


def _filters(sqlite: bool) -> dict[str, str]:
    """Write what may be asked of an exchange `y`; `topic` of the charge or of the answer."""
    return {
        "by": f"y.by_id {within('by', sqlite)}",
        "against": f"y.against_id {within('against', sqlite)}",
        "kind": "y.kind = @kind",
        "topic": f"(y.claim_id IN {OF_TOPIC} OR y.answer_id IN {OF_TOPIC})",
        "said_from": "y.answered_on >= @said_from",
        "said_to": "y.answered_on <= @said_to",
    }


def listed(*, past: tuple[int, int, int] | None, limit: int, **asked: Any) -> list[tuple[str, str]]:
    """Read at most `limit` pairs of speakers with their exchanges counted, the most frequent first, as (cursor, JSON).

    `past` is the (count, by, against) of the last pair of the page before. `asked` may hold `by` and
    `against` (a speaker with all who are part of it), `kind`, `topic`, and `said_from` and `said_to`, the
    days between which the answer was given.
    """
    sql, names = _pairs(on_sqlite(), tuple(sorted(asked)), past is not None)
    given = {**asked, "limit": limit, **dict(zip(("count", "by_id", "against_id"), past or (), strict=False))}
    found = fetch(sql, tuple(given[name] for name in names))
    if renamed := merged.instead("disputes", asked, len(found), _PUBLIC):
        return listed(past=past, limit=limit, **renamed)
    return found


@lru_cache(maxsize=256)
def _pairs(sqlite: bool, asked: tuple[str, ...], continued: bool) -> tuple[str, tuple[str, ...]]:
    conditions = " AND ".join(["y.by_id <> y.against_id", *(_filters(sqlite)[name] for name in asked)])
    # The middle one of the days that are known, or the mean of the middle two: no aggregate that both databases have.
    ranked = (
        "SELECT y.*, row_number() OVER (PARTITION BY y.by_id, y.against_id, y.days IS NULL ORDER BY y.days) AS place,"
        " count(y.days) OVER (PARTITION BY y.by_id, y.against_id) AS known"
        f" FROM ({_exchanges()}) AS y WHERE {conditions}"
    )
    kinds = ", ".join(f"sum(CASE WHEN kind = '{kind}' THEN 1 ELSE 0 END) AS {kind}" for kind in COUNTER_KINDS)
    median = "avg(CASE WHEN days IS NOT NULL AND place IN ((known + 1) / 2, (known + 2) / 2) THEN days END)"
    after = "HAVING (count(*), -by_id, -against_id) < (@count, -@by_id, -@against_id)" if continued else ""
    counted = (
        f"SELECT by_id, against_id, count(*) AS exchanges, {kinds}, min(answered_on) AS first_on,"
        f" max(answered_on) AS last_on, max(known) AS known, min(days) AS least, {median} AS median, max(days) AS most"
        f" FROM ({ranked}) AS r GROUP BY by_id, against_id {after} ORDER BY exchanges DESC, by_id, against_id"
        " LIMIT @limit"
    )
    return compiled(
        f"SELECT p.exchanges || '_' || p.by_id || '_' || p.against_id, {members.text(_pair())} FROM ({counted}) AS p"
        " JOIN speakers a ON a.id = p.by_id JOIN speakers b ON b.id = p.against_id"
        " ORDER BY p.exchanges DESC, p.by_id, p.against_id"
    )


def _exchanges() -> str:
    """Write the exchanges, each once with everybody who answered, and whom: who put the charge forward first."""
    return (
        "SELECT x.kind, x.claim_id, x.answer_id, lc.speaker_id AS against_id, x.by_id,"
        f" {shapes.ANSWERED_ON} AS answered_on, {shapes.days_to_answer()} AS days"
        f" FROM ({_answers()}) AS x {shapes.EXCHANGE_LINKS} WHERE {true('lc.public')} AND {true('la.public')}"
    )


def _answers() -> str:
    """Write the edges, each once with everybody who states its answer, and with their statement of it.

    That is the evidence where it is theirs, else the one of theirs that was recorded first.
    """
    theirs = "coalesce(max(CASE WHEN s.id = x.statement_id THEN s.id END), min(s.id))"
    return (
        f"SELECT x.kind, x.claim_id, x.answer_id, s.speaker_id AS by_id, {theirs} AS statement_id"
        " FROM counterclaims x JOIN statements s ON s.claim_id = x.answer_id"
        f" WHERE {shapes.edge_seen(_PUBLIC, 'x')} AND {shapes.statement_seen(_PUBLIC)} GROUP BY x.id, s.speaker_id"
    )


def _pair() -> Object:
    days = {"known": Value("p.known"), **values("p", "least", "median", "most")}
    return Object(
        {
            "by": shapes.speaker_part("a"),
            "against": shapes.speaker_part("b"),
            "count": Value("p.exchanges"),
            "kinds": Object(values("p", *COUNTER_KINDS)),
            **values("p", "first_on", "last_on"),
            "days": Object(days),
        }
    )
