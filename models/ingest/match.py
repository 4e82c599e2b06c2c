"""Match: a denial -> stored claims that it may answer; the one place where matching meets tables.

Few words lead to candidates by the search index, and all words weigh them (`matching/`).
"""

from typing import NamedTuple

from models import matching
from models.matching import Reason
from models.queries.derived import CLAIM_OF_PLACE, asking
from models.queries.search import Query, Term
from models.queries.shapes import true
from models.storage.database import fetch, on_sqlite

#: A claim that shares less than this with the denial is not suggested: below it, by eye, words agree by chance.
LEAST = 0.3
#: How many claims are weighed, and how many are suggested at most.
_WEIGHED, MOST = 50, 3
#: How many of the rarest words lead to candidates, and up to how many claims a word is counted.
_LEADING, _COUNTED = 8, 2000


class Suggested(NamedTuple):
    """A stored claim, how well it fits, 0 to 1, and why."""

    claim: int
    score: float
    reasons: list[Reason]


def charges(*, text: str, language: str, speaker: int, document: int) -> list[Suggested]:
    """Find public claims that a denial with the words `text` may answer, the best first, at most MOST.

    Not those that its `speaker` states, for nobody answers himself, nor those that its `document` holds.
    """
    stems = list(matching.stems(text))
    known = {stem: _count(stem) for stem in stems}
    leading = sorted((stem for stem in stems if known[stem]), key=lambda stem: known[stem])[:_LEADING]
    if not leading:
        return []
    total = max(_total(), 1)
    found = []
    for id, claim in fetch(*_candidates(leading, language, speaker, document)):
        match = matching.score(text, claim, known, total)
        if match.score >= LEAST:
            found.append(Suggested(int(id), match.score, match.reasons))
    return sorted(found, key=lambda one: (-one.score, one.claim))[:MOST]


def _query(stems: list[str]) -> str:
    """Write the search for claims with a word that begins with one of `stems`."""
    return asking(Query(wanted=(tuple(Term(stem, (stem,), prefix=True) for stem in stems),), unwanted=()))


def _count(stem: str) -> int:
    """Count the claims with a word that begins with `stem`, up to a bound: beyond it, it is common."""
    matches = "claim_search MATCH ?" if on_sqlite() else "words @@ to_tsquery('simple', ?)"
    sql = f"SELECT count(*) FROM (SELECT 1 FROM claim_search WHERE {matches} LIMIT {_COUNTED}) AS k"  # noqa: S608
    return int(fetch(sql, (_query([stem]),))[0][0])


def _total() -> int:
    """Tell how many claims there are; ids are near enough, and cost nothing to count."""
    return int(fetch("SELECT coalesce(max(id), 0) FROM claims")[0][0])


def _candidates(stems: list[str], language: str, speaker: int, document: int) -> tuple[str, tuple[object, ...]]:
    if on_sqlite():
        found = f"SELECT {CLAIM_OF_PLACE} AS id, bm25(claim_search) AS rank FROM claim_search"  # noqa: S608
        found += " WHERE claim_search MATCH ?"
    else:
        found = (
            "SELECT claim_id AS id, -ts_rank(words, y, 1) AS rank FROM claim_search, to_tsquery('simple', ?) y"
            " WHERE words @@ y"
        )
    sql = (
        f"SELECT c.id, c.text FROM ({found}) m JOIN claims c ON c.id = m.id JOIN claim_summaries l ON l.claim_id = c.id"  # noqa: S608
        f" WHERE c.language = ? AND {true('l.public')} AND NOT EXISTS (SELECT 1 FROM statements s"
        " WHERE s.claim_id = c.id AND s.retracted_at IS NULL AND (s.speaker_id = ? OR s.document_id = ?))"
        f" ORDER BY m.rank, c.id LIMIT {_WEIGHED}"
    )
    return sql, (_query(stems), language, speaker, document)
