"""Suggest: find stored claims that a denial may answer, by its rarest words, and score them by all (`matching/`)."""

from typing import NamedTuple

from models import matching
from models.history import locks, merge_scope
from models.matching import Reason
from models.queries.dialects import in_ids
from models.queries.search import LONGEST_WORD, Query, Term
from models.queries.word_tables import claim_search, search_words
from models.storage.columns import dumps
from models.storage.database import fetch
from models.tables import Claim

#: The least score of a suggestion: below it, by eye, words agree by chance.
LEAST = 0.3
#: How many claims are scored, and how many are suggested at most.
_SCORED, MOST = 50, 3
#: How many of the rarest words find candidates, and up to how many claims a word is counted: one of more is common.
_RAREST, COMMON = 8, 2000
#: How many words a claim has all of where every word is common, and how many claims are ranked: with 19,000 of 100,000
#: for each denial, a document of a hundred was refused after three seconds in which nobody else wrote.
_TOGETHER, _RANKED = 3, 4000
#: How many of those are read at most, of which others are in another language, or of the speaker or the document.
_READ = 500
#: How many stems are counted: a denial of 1,300 short words took 60 ms over 30,000 claims, while nobody else wrote.
_MOST_STEMS = 80
#: How many bytes a claim has at most that is compared, and how many times those of the denial: what has six times as
#: many words as all that both share scores less than LEAST. With 60 claims of 20,000 letters that share what is common,
#: a denial took 0.45 s.
_LONGEST, _TIMES_AS_LONG = 2500, 12


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
    rare = [stem for stem in rarest if known[stem] < COMMON]
    if not rare and len(rarest) < _TOGETHER:
        return []  # one common word or two are shared by chance
    query = _query([rare]) if rare else _query([[stem] for stem in rarest[:_TOGETHER]])
    # The greatest id estimates their number, and costs nothing to read.
    total = max(int(fetch("SELECT coalesce(max(id), 0) FROM claims")[0][0]), 1)
    found = []
    longest = min(_LONGEST, _TIMES_AS_LONG * len(text.encode()))
    for id, claim in _candidates(query, language, speaker, document, longest):
        match = matching.score(text, claim, known, total)
        if match.score >= LEAST:
            found.append(Suggested(int(id), match.score, match.reasons))
    best = sorted(found, key=lambda one: (-one.score, one.claim))[:MOST]
    locks.hold(lambda: [locks.to_name(Claim, *(one.claim for one in best))])
    # Who takes one back, or erases it, may have been first.
    return [one for one in best if merge_scope.stand(Claim, one.claim)]


def _query(groups: list[list[str]]) -> str:
    """Write the search for claims with a word of one of the stems of each group."""
    return search_words(Query(wanted=tuple(tuple(map(_term, stems)) for stems in groups), unwanted=()))


def _term(stem: str) -> Term:
    """Look for words that begin with a stem; a short one is a word itself."""
    return Term((stem[:LONGEST_WORD],), prefix=len(stem) >= matching.SHORTEST)


def _count(stem: str) -> int:
    """Count the claims with a word of `stem`, up to a bound: beyond it, it is common."""
    _, matches = claim_search()
    sql = f"SELECT count(*) FROM (SELECT 1 FROM {matches} LIMIT {COMMON}) AS k"  # noqa: S608
    return int(fetch(sql, (_query([[stem]]),))[0][0])


def _candidates(query: str, language: str, speaker: int, document: int, longest: int) -> list[tuple[int, str]]:
    """Read id and text of the claims that a search ranks highest, of those that a denial may answer.

    None of them has more bytes than `longest`.
    """
    columns, matches = claim_search()
    # In two queries: as one, SQLite searches anew for each claim.
    ranked = f"SELECT m.id FROM (SELECT {columns} FROM {matches} LIMIT {_RANKED}) m ORDER BY m.rank, m.id"  # noqa: S608
    places = {id: place for place, (id,) in enumerate(fetch(f"{ranked} LIMIT {_READ}", (query,)))}
    sql = (
        f"SELECT c.id, c.text FROM claims c JOIN claim_summaries l ON l.claim_id = c.id WHERE {in_ids('c.id')}"  # noqa: S608
        " AND octet_length(c.text) <= ? AND c.language = ? AND l.public AND NOT EXISTS (SELECT 1 FROM statements s"
        " WHERE s.claim_id = c.id AND s.retracted_at IS NULL AND (s.speaker_id = ? OR s.document_id = ?))"
    )
    found = fetch(sql, (dumps([*places]), longest, language, speaker, document))
    return sorted(found, key=lambda claim: places[claim[0]])[:_SCORED]
