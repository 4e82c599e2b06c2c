"""The log against its seals: whatever was altered, removed or put in is named, and an erasure is no such thing."""

from itertools import islice
from typing import Any

import pytest

from models import statements
from models.history import seals
from models.history.changes import Actor
from models.queries.visibility import PUBLIC
from models.storage import transactions
from models.storage.database import fetch
from models.upkeep import erasures, seal_check
from tests.at_once import while_open
from tests.factories import put_charge, put_claim, put_denial, put_document

#: What is done to the log -> what is said of it, where nothing else is.
MANIPULATIONS = {
    "UPDATE changes SET after = replace(after, 'sustain', 'end') WHERE sequence = 4": "line 4 was altered",
    "UPDATE changes SET effect = NULL WHERE sequence = 4": "line 4 was altered",
    "UPDATE changes SET made_at = '2026-03-14T08:00:00.000000Z' WHERE sequence = 1": "line 1 was altered",
    "DELETE FROM changes WHERE sequence = 2": "line 2 was removed",
    "UPDATE changes SET sequence = 99 WHERE sequence = 2": "line 2 was removed",
    "DELETE FROM sealed_lines WHERE sequence = 2": "line 2 was put in",
    "UPDATE sealed_lines SET digest = salt WHERE sequence = 2": "line 2 was altered",
    "UPDATE sealed_lines SET salt = NULL, words_digest = salt WHERE sequence = 2": "line 2 is marked as redacted",
    "DELETE FROM seals WHERE through = 4": "does not follow",
    "DELETE FROM seals WHERE through > 4": "its seal is missing",
    "UPDATE seals SET hash = public_hash WHERE through = 4": "the seal of line 8 does not follow",
    "UPDATE seals SET public_hash = hash WHERE through = 4": "the seal of line 4 does not follow",
}


def problems(kept: str | None = None) -> list[str]:
    """What does not agree with the seals."""
    return list(seal_check.problems(kept=kept))


@pytest.fixture
def sealed(registry: str, actor: Actor) -> int:
    """A registry with two seals; how many lines the log has."""
    charge = put_charge(actor)
    seals.seal_all()
    put_denial(actor, charge)
    seals.seal_all()
    return seals.last().through


def test_each_manipulation_is_found_and_the_line_named(sealed: int) -> None:
    assert (sealed, problems()) == (8, [])
    for sql, told in MANIPULATIONS.items():
        with transactions.undone():
            fetch(sql)
            assert told in " ".join(problems()), sql
    with transactions.undone():
        fetch(
            "INSERT INTO changes (sequence, made_at, noun, noun_id, action, after) SELECT -1, made_at, noun, noun_id,"
            " action, after FROM changes WHERE sequence = 1"
        )
        assert problems() == ["line -1 was put in after the lines around it were sealed"]
    assert problems() == []


def test_who_seals_the_altered_log_anew_is_found_by_a_hash_that_was_kept(sealed: int, actor: Actor) -> None:
    kept = seals.last()
    put_claim(actor)
    seals.seal_all()
    for hash in (kept.hash, kept.public_hash, seals.last().hash):
        assert problems(hash) == []
    with transactions.undone():
        fetch("UPDATE changes SET after = replace(after, 'denies', 'confirms')")
        fetch("DELETE FROM sealed_lines")
        fetch("DELETE FROM seals")
        seals.seal_all()
        assert problems() == []
        assert problems(kept.public_hash) == []  # only reviewers are told how rows stood
        assert "nothing has the hash" in problems(kept.hash)[0]
    fetch("DELETE FROM changes WHERE sequence > 4")
    fetch("DELETE FROM sealed_lines WHERE sequence > 4")
    fetch("DELETE FROM seals WHERE through > 4")
    assert problems() == []
    assert "nothing has the hash" in problems(kept.hash)[0]


def test_an_erasure_leaves_the_chain_whole(sealed: int, actor: Actor) -> None:
    kept, told = seals.last(), seals.page(viewer=PUBLIC, past=None, limit=8)
    salts = dict(fetch("SELECT sequence, salt FROM sealed_lines"))
    erasures.speaker(id=1, reason="At their request", by=actor)
    assert problems(kept.hash) == []
    seals.seal_all()
    assert problems(kept.hash) == []
    assert seals.page(viewer=PUBLIC, past=None, limit=8).lines[:8] == told.lines
    # What was redacted can be proved no longer by trying words: its salt is gone, and only that of what was.
    left = dict(fetch("SELECT sequence, salt FROM sealed_lines WHERE sequence <= 8"))
    gone = [sequence for sequence, salt in left.items() if salt is None]
    assert gone
    assert left == salts | dict.fromkeys(gone)
    # A second one redacts some lines again.
    erasures.document(id=1, reason="Court order", by=actor)
    seals.seal_all()
    assert problems(kept.hash) == []


def test_nobody_hides_a_change_behind_an_erasure(sealed: int, actor: Actor) -> None:
    erasures.speaker(id=1, reason="At their request", by=actor)
    seals.seal_all()
    ((redacted, erasure),) = fetch("SELECT sequence, redacted_by FROM redactions ORDER BY sequence LIMIT 1")
    ((other, salt, before, after),) = fetch(
        "SELECT s.sequence, s.salt, l.before, l.after FROM sealed_lines s JOIN changes l ON l.sequence = s.sequence"
        " WHERE s.sequence < ? AND s.salt IS NOT NULL LIMIT 1",
        (sealed,),
    )
    words = seals.words_digest(salt, before, after)
    with transactions.undone():
        fetch("UPDATE changes SET noun_id = 77 WHERE sequence = ?", (redacted,))
        assert problems() == [f"line {redacted} was altered after it was sealed"]
    for by, wrong in ((erasure, f"line {erasure} was altered"), (1, f"line {other} is marked as redacted")):
        with transactions.undone():
            fetch("UPDATE sealed_lines SET salt = NULL, words_digest = ? WHERE sequence = ?", (words, other))
            fetch("UPDATE changes SET before = NULL, after = '{}' WHERE sequence = ?", (other,))
            left = (other, by, seals.words_digest("a", None, "{}"), "a")
            fetch("INSERT INTO redactions (sequence, redacted_by, words_digest, salt) VALUES (?, ?, ?, ?)", left)
            (problem,) = problems()
            assert problem.startswith(wrong)
    with transactions.undone():
        fetch("DELETE FROM changes WHERE sequence = ?", (erasure,))
        assert f"line {erasure} was removed after it was sealed" in problems()


def test_nobody_puts_other_words_into_a_line_by_an_erasure(sealed: int, actor: Actor) -> None:
    kept = seals.last()
    nouns = ("claims", "counterclaims", "statements", "documents")
    other = put_document(actor, text="Throw this away.", url="https://example.org/other")
    erasures.document(id=other, reason="At their request", by=actor)
    seals.seal_all()
    for noun in nouns:
        ((line, salt, before, after),) = fetch(
            "SELECT l.sequence, s.salt, l.before, l.after FROM sealed_lines s JOIN changes l ON l.sequence = s.sequence"
            " WHERE l.noun = ? AND s.salt IS NOT NULL ORDER BY 1 LIMIT 1",
            (noun,),
        )
        with transactions.undone():
            # Somebody writes the line of another erasure, and notes that it left this line as they would like it.
            fetch(
                "INSERT INTO changes (made_at, noun, noun_id, action, after)"
                " SELECT made_at, noun, noun_id, action, after FROM changes WHERE action = 'erase'"
            )
            ((erasure,),) = fetch("SELECT max(sequence) FROM changes")
            forged = after.replace("sustain", "end").replace("denies", "confirms")
            fetch("UPDATE changes SET after = ? WHERE sequence = ?", (forged, line))
            gone = seals.words_digest(salt, before, after)
            fetch("UPDATE sealed_lines SET salt = NULL, words_digest = ? WHERE sequence = ?", (gone, line))
            left = (line, erasure, seals.words_digest("a", before, forged), "a")
            fetch("INSERT INTO redactions (sequence, redacted_by, words_digest, salt) VALUES (?, ?, ?, ?)", left)
            seals.seal_all()
            told = problems(kept.hash)
            words = f"line {line} holds words that the erasure of line {erasure} would have taken out of it"
            whole = f"line {line} lost words to an erasure, and what it tells of was not erased"
            assert (words in told) == (noun in ("claims", "documents")), noun
            assert (whole in told) == (noun != "documents"), noun


def test_an_erasure_may_leave_lines_of_words_that_were_corrected_before(registry: str, actor: Actor) -> None:
    said = put_charge(actor, mention=None)
    statements.change(by=actor, id=said, version=1, content=[{"text": "a charge"}])
    seals.seal_all()
    erasures.speaker(id=1, reason="At their request", by=actor)
    seals.seal_all()
    assert fetch("SELECT 1 FROM redactions r JOIN changes l ON l.sequence = r.sequence WHERE l.noun = 'statements'")
    assert problems() == []


def test_what_an_erasure_left_is_sealed_with_its_line(sealed: int, actor: Actor) -> None:
    ((made, salt, before, after),) = fetch(
        "SELECT l.sequence, s.salt, l.before, l.after FROM sealed_lines s JOIN changes l ON l.sequence = s.sequence"
        " WHERE l.noun = 'statements' AND l.noun_id = 1 AND l.action = 'create'"
    )
    erasures.speaker(id=1, reason="At their request", by=actor)
    seals.seal_all()
    left = "SELECT redacted_by, salt FROM redactions WHERE sequence = ? ORDER BY redacted_by"
    ((first, first_salt),) = fetch(left, (made,))
    ((_, after_first),) = fetch("SELECT before, after FROM changes WHERE sequence = ?", (made,))
    erasures.document(id=1, reason="Court order", by=actor)
    seals.seal_all()
    (_, none), (last, last_salt) = fetch(left, (made,))
    assert (none, len({salt, first_salt, last_salt}), problems()) == (None, 3, [])

    alter = "UPDATE changes SET after = replace(after, '\"claim\":1', '\"claim\":2') WHERE sequence = ?"
    altered = f"line {made} was altered after an erasure had taken words out of it"
    with transactions.undone():
        fetch(alter, (made,))
        assert problems() == [altered]
        # Whoever makes the digest anew contradicts the seal of the erasure.
        ((_, other),) = fetch("SELECT before, after FROM changes WHERE sequence = ?", (made,))
        anew = "UPDATE redactions SET words_digest = ?, salt = ? WHERE sequence = ? AND redacted_by = ?"
        fetch(anew, (seals.words_digest("a", None, other), "a", made, last))
        (problem,) = problems()
        assert problem.startswith(f"line {last} was altered")
    with transactions.undone():  # the words of before the last erasure, as it found them
        fetch("UPDATE changes SET after = ? WHERE sequence = ?", (after_first, made))
        fetch("UPDATE redactions SET salt = ? WHERE sequence = ? AND redacted_by = ?", (first_salt, made, first))
        assert problems() == [altered]
    with transactions.undone():  # and those of before any
        fetch("UPDATE changes SET before = ?, after = ? WHERE sequence = ?", (before, after, made))
        fetch("UPDATE sealed_lines SET words_digest = NULL, salt = ? WHERE sequence = ?", (salt, made))
        assert problems() == [altered]


def test_the_next_erasure_does_not_cover_what_was_altered_before_it(sealed: int, actor: Actor) -> None:
    erasures.speaker(id=1, reason="At their request", by=actor)
    seals.seal_all()
    ((erasure,),) = fetch("SELECT DISTINCT redacted_by FROM redactions")
    fetch("UPDATE changes SET after = replace(after, '\"claim\":1', '\"claim\":2') WHERE noun = 'statements'")
    erasures.document(id=1, reason="Court order", by=actor)
    seals.seal_all()
    assert f"line {erasure} was altered" in " ".join(problems())


def test_what_is_sealed_meanwhile_is_left_for_the_next_time(
    sealed: int, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = iter("abc")

    def fetch_late(sql: str, *values: Any) -> Any:
        if "FROM seals WHERE" in sql:
            for text in islice(texts, 1):
                put_claim(actor, text)
                seals.seal_all()
        return fetch(sql, *values)

    monkeypatch.setattr(seal_check, "fetch", fetch_late)
    assert problems() == []


def test_who_seals_waits_for_an_erasure(registry: str, actor: Actor) -> None:
    put_charge(actor)
    while_open(lambda: erasures.speaker(id=1, reason="At their request", by=actor), seals.seal_all)
    seals.seal_all()
    assert problems() == []
