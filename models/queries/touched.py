"""What of the derived tables hangs on a row that has changed: which claims, and how much that is shown of them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from models.storage.database import fetch

#: Which claims, and which of their statements, each noun's change touches: SQL that takes the noun's id at each mark.
#: The third column is false where that claim shows nothing of it, but may once it is locked.
_CLAIMS = {
    # For whom an answer to an attribution was given tells by their names whether it disputes that (attributions.py).
    "speakers": (
        "SELECT claim_id, id, TRUE FROM statements WHERE speaker_id = ? UNION ALL"
        " SELECT s.claim_id, NULL, EXISTS (SELECT 1 FROM counterclaims e WHERE e.answer_id = s.claim_id"
        " AND e.of || '' = 'attribution') FROM statements s WHERE s.on_behalf_of_id = ?"
    ),
    "documents": "SELECT claim_id, id, TRUE FROM statements WHERE document_id = ?",
    "sentences": "SELECT claim_id, id, TRUE FROM statements WHERE sentence_id = ?",
    "topics": "SELECT claim_id, NULL, TRUE FROM claim_topic_index WHERE topic_id = ?",
}
NOUNS = tuple(_CLAIMS)

#: Of a document, `positions` are those of its sentences.
_TITLES = {"title", "publisher", "publisher_key", "kind", "licence", "positions"}
_NOTES = {"description", "kind", "wikidata_id"}
#: What may change of a row while the words of its statements stay the same.
_UNSAID = {
    "claims": {"about", "put_in"},
    "statements": {"original"},
    "speakers": _NOTES,
    "documents": _TITLES | {"published_at"},
    "topics": {"slug", "label"},
}
#: What may change of a row while all that claims are found and counted by stays the same: only cards and answers to
#: attributions show it. Of a speaker that is everything but who is first to state a claim (derived.py).
_UNCOUNTED = {"documents": _TITLES, "topics": {"slug", "label"}}
#: What may change of a row while no derived table but that of names holds it.
_UNSHOWN = {"topics": {"label"}}


class Noted(NamedTuple):
    """A row that has changed, as it was or is, and what of the derived rows of its claims stays."""

    noun: str
    row: dict[str, Any]
    new: bool
    keeps_words: bool
    keeps_summaries: bool


@dataclass
class Touched:
    """What some changes touch: each claim once, and what goes out of the indexes of words before they are written."""

    #: Claims that are new, those that changed or got a new statement or the like, and those that were linked.
    made: set[int] = field(default_factory=set)
    changed: set[int] = field(default_factory=set)
    linked: set[int] = field(default_factory=set)
    #: Claims of which less is written anew: rows without words, cards alone, what names their speakers.
    shown: set[int] = field(default_factory=set)
    cards_only: set[int] = field(default_factory=set)
    respoken: set[int] = field(default_factory=set)
    #: Claims that are locked alone, as what is committed meanwhile may put them among the others.
    locked_only: set[int] = field(default_factory=set)
    #: Claims whose words go out with those of all their statements, statements whose words do, and whose names do.
    reworded: set[int] = field(default_factory=set)
    restated: set[int] = field(default_factory=set)
    with_names: set[int] = field(default_factory=set)

    def locked(self) -> set[int]:
        """Return the claims that others may refresh at the same moment."""
        return self.changed | self.shown | self.linked | self.cards_only | self.respoken | self.locked_only


def by(noted: Iterable[Noted]) -> Touched:
    """Read what these changes touch by now."""
    touched = Touched()
    claims, changed = set[int](), set[int]()  # the latter with statements that have words in the index already
    for noun, row, new, same_words, same_summaries in noted:
        if new and noun == "claims":
            touched.made.add(row["id"])
            continue
        if noun == "counterclaims":
            touched.linked |= {row["claim"], row["answer"]}
            continue
        of, said, not_yet = _hanging_on(noun, row)
        touched.locked_only |= not_yet
        if noun == "speakers":
            touched.respoken |= of
            touched.with_names |= set() if same_words else said
            continue
        into = touched.cards_only if same_summaries else touched.shown if same_words else claims if new else changed
        into.update(of)
        if not new and not same_words:
            touched.restated |= said
            touched.reworded |= of if noun == "claims" else set()
    touched.made -= changed
    touched.changed = (claims | changed) - touched.made
    touched.shown -= touched.made | touched.changed
    touched.cards_only -= touched.changed
    touched.respoken -= touched.changed
    touched.linked -= touched.made | touched.changed | touched.shown
    return touched


def _hanging_on(noun: str, row: dict[str, Any]) -> tuple[set[int], set[int], set[int]]:
    """Find the claims whose derived rows depend on a row, the statements whose words do, and claims that may yet."""
    if noun == "claims":
        return {row["id"]}, set(), set()
    if noun == "statements":
        return {row["claim"]}, {row["id"]}, set()
    sql = _CLAIMS.get(noun)
    found = fetch(sql, (row["id"],) * sql.count("?")) if sql else []
    shown = {claim for claim, _, shows in found if shows}
    return shown, {id for _, id, _ in found if id is not None}, {claim for claim, _, _ in found} - shown


def keeps_words(noun: str, members: Collection[str]) -> bool:
    """Tell whether a change of these members, none for all, leaves the full-text index of statements as it is."""
    return bool(members) and _UNSAID.get(noun, set()).issuperset(members)


def keeps_summaries(noun: str, members: Collection[str]) -> bool:
    """Tell whether such a change leaves the summaries of claims as they are, and their rows by topic."""
    return bool(members) and _UNCOUNTED.get(noun, set()).issuperset(members)


def keeps_all(noun: str, members: Collection[str]) -> bool:
    """Tell whether such a change leaves all derived rows of claims as they are."""
    return bool(members) and _UNSHOWN.get(noun, set()).issuperset(members)
