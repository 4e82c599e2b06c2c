"""Reasons that an erasure takes: of suggestions, which repeat words of what is said, and of retracted sentences."""

from models.storage.columns import now
from models.tables import Sentence, Suggestion
from models.upkeep.redaction import Erasure, ids_of, parts, rows_with, set_columns, without_words


def dismiss_suggestions(erasure: Erasure, statements: set[int], claims: set[int]) -> None:
    """Dismiss the suggestions about these, and take their reasons away: words."""
    suggestions = rows_with(Suggestion.statement, statements) | rows_with(Suggestion.claim, claims)
    erasure.rows.setdefault("suggestions", set()).update(suggestions)
    erasure.counts["suggestions"] += len(suggestions)
    for id in sorted(suggestions):
        set_columns(Suggestion, id, now(), reasons="[]", status="dismissed")


def take_words_from_suggestions(erasure: Erasure, statements: set[int]) -> None:
    """Empty the reasons for which these statements may answer a claim, or any one of `last_alone`.

    They may repeat words that are taken. Out of the reasons for which other denials may, take the words of names.
    """
    erasure.unreasoned = rows_with(Suggestion.statement, statements) | rows_with(Suggestion.claim, erasure.last_alone)
    reasoned = Suggestion.select(Suggestion.id, Suggestion.reasons).where(Suggestion.reasons != "[]")
    for id, reasons in list(reasoned.tuples()):
        if (kept := without_words(erasure, id, reasons)) != reasons:
            set_columns(Suggestion, id, now(), reasons=kept)
            erasure.reworded.add(id)
    erasure.counts["suggestions"] += len(erasure.reworded)


def take_from_sentences(erasure: Erasure, sentences: set[int]) -> None:
    """Replace the reasons for which these sentences, which quote who is erased, were ever retracted."""
    erasure.rows["sentences"] = sentences
    for part in parts(sentences):
        gone = Sentence.select(Sentence.id).where(Sentence.id.in_(part), Sentence.retracted_at.is_null(False))
        for id in ids_of(gone):
            set_columns(Sentence, id, now(), retracted_reason=erasure.reason)
