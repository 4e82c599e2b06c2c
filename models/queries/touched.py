"""What of the derived tables hangs on a row that has changed: which claims, and how much that is shown of them."""

from collections.abc import Collection
from typing import Any

from models.storage.database import fetch

#: Which claims, and which of their statements, each noun's change touches: SQL that takes the noun's id at each mark.
_CLAIMS = {
    # For whom an answer to an attribution was given tells by their names whether it disputes that (attributions.py).
    "speakers": (
        "SELECT claim_id, id FROM statements WHERE speaker_id = ? UNION ALL"
        " SELECT s.claim_id, NULL FROM statements s WHERE s.on_behalf_of_id = ? AND EXISTS (SELECT 1"
        " FROM counterclaims e WHERE e.answer_id = s.claim_id AND e.of || '' = 'attribution')"
    ),
    "documents": "SELECT claim_id, id FROM statements WHERE document_id = ?",
    "sentences": "SELECT claim_id, id FROM statements WHERE sentence_id = ?",
    "topics": "SELECT claim_id, NULL FROM claim_topic_index WHERE topic_id = ?",
}
NOUNS = tuple(_CLAIMS)

_TITLES = {"title", "publisher", "publisher_key", "kind", "licence"}
_NOTES = {"description", "kind", "wikidata_id"}
#: What may change of a row while the words of its statements stay the same.
_UNSAID = {"speakers": _NOTES, "documents": _TITLES | {"published_at"}, "topics": {"slug", "label"}}
#: What may change of a row while all that claims are found and counted by stays the same: only cards and answers to
#: attributions show it. Of a speaker that is everything but who is first to state a claim (derived.py).
_UNCOUNTED = {"documents": _TITLES, "topics": {"slug", "label"}}
#: What may change of a row while no derived table but that of names holds it.
_UNSHOWN = {"topics": {"label"}}


def claims(noun: str, row: dict[str, Any]) -> tuple[set[int], set[int]]:
    """Find the claims whose derived rows depend on a `row` of the table `noun`, and the statements whose words do."""
    if noun == "claims":
        return {row["id"]}, set()
    if noun == "statements":
        return {row["claim"]}, {row["id"]}
    sql = _CLAIMS.get(noun)
    found = fetch(sql, (row["id"],) * sql.count("?")) if sql else []
    return {claim for claim, _ in found}, {id for _, id in found if id is not None}


def keeps_words(noun: str, members: Collection[str]) -> bool:
    """Tell whether a change of these members, none for all, leaves the full-text index of statements as it is."""
    return bool(members) and _UNSAID.get(noun, set()).issuperset(members)


def keeps_summaries(noun: str, members: Collection[str]) -> bool:
    """Tell whether such a change leaves the summaries of claims as they are, and their rows by topic."""
    return bool(members) and _UNCOUNTED.get(noun, set()).issuperset(members)


def keeps_all(noun: str, members: Collection[str]) -> bool:
    """Tell whether such a change leaves all derived rows of claims as they are."""
    return bool(members) and _UNSHOWN.get(noun, set()).issuperset(members)
