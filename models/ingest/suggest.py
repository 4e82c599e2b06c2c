"""Suggest: find stored claims that a denial may answer, by its rarest words, and score them by all (`matching/`)."""

from typing import NamedTuple

from models import matching
from models.history import locks, merge_scope
from models.matching import Reason
from models.queries.search import Query, Term
from models.queries.word_tables import claim_search, search_words
from models.storage.database import fetch
from models.tables import Claim

#: The least score of a suggestion: below it, by eye, words agree by chance.
LEAST = 0.3
#: How many claims are scored, and how many are suggested at most.
_SCORED, MOST = 50, 3
#: How many of the rarest words find candidates, and up to how many claims a word is counted.
_RAREST, _COUNTED = 8, 2000
#: How many stems are counted: a denial of 1,300 short words took 60 ms over 30,000 claims, while nobody else wrote.
_MOST_STEMS = 80


class Suggested(NamedTuple):
    """A stored claim, how well it fits, 0 to 1, and why."""

    claim: int
    score: float
    reasons: list[Reason]


def suggested_claims(*, text: str, language: str, speaker: int, document: int) -> list[Suggested]:
    """Find public claims that a denial with the words `text` may answer, the best first, at most MOST.

    Neither those that its `speaker` states, for nobody answers himself, nor those in its `document`.
    """
    stems = matching.stems(text)
    if len(stems) > _MOST_STEMS:  # the longest are likely the rarest
        stems = dict(sorted(stems.items(), key=lambda one: -len(one[0]))[:_MOST_STEMS])
        text = " ".join(stems.values())
    known = {stem: _count(stem) for stem in stems}
    rarest = sorted((stem for stem in stems if known[stem]), key=lambda stem: known[stem])[:_RAREST]
    if not rarest:
        return []
    # The greatest id estimates their number, and costs nothing to read.
    total = max(int(fetch("SELECT coalesce(max(id), 0) FROM claims")[0][0]), 1)
    found = []
    for id, claim in fetch(*_candidates(rarest, language, speaker, document)):
        match = matching.score(text, claim, known, total)
        if match.score >= LEAST:
            found.append(Suggested(int(id), match.score, match.reasons))
    best = sorted(found, key=lambda one: (-one.score, one.claim))[:MOST]
    locks.hold(lambda: [locks.named(Claim, *(one.claim for one in best))])
    # Who takes one back, or erases it, may have been first.
    return [one for one in best if merge_scope.stand(Claim, one.claim)]


def _query(stems: list[str]) -> str:
    """Write the search for claims with a word that begins with one of `stems`."""
    return search_words(Query(wanted=(tuple(Term((stem,), prefix=True) for stem in stems),), unwanted=()))


def _count(stem: str) -> int:
    """Count the claims with a word that begins with `stem`, up to a bound: beyond it, it is common."""
    _, matches = claim_search()
    sql = f"SELECT count(*) FROM (SELECT 1 FROM {matches} LIMIT {_COUNTED}) AS k"  # noqa: S608
    return int(fetch(sql, (_query([stem]),))[0][0])


def _candidates(stems: list[str], language: str, speaker: int, document: int) -> tuple[str, tuple[object, ...]]:
    columns, matches = claim_search()
    sql = (
        f"SELECT c.id, c.text FROM (SELECT {columns} FROM {matches}) m JOIN claims c ON c.id = m.id"  # noqa: S608
        " JOIN claim_summaries l ON l.claim_id = c.id"
        f" WHERE c.language = ? AND l.public AND NOT EXISTS (SELECT 1 FROM statements s"
        " WHERE s.claim_id = c.id AND s.retracted_at IS NULL AND (s.speaker_id = ? OR s.document_id = ?))"
        f" ORDER BY m.rank, c.id LIMIT {_SCORED}"
    )
    return sql, (_query(stems), language, speaker, document)
