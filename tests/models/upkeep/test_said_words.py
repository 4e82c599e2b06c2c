"""What an erased speaker said: others' statements in these words go where no word is left, and mistakes take none."""

from itertools import chain
from typing import Any

import pytest

from models import claims, statements, suggestions
from models.access import keys
from models.history import restores
from models.history.changes import Actor
from models.refusals import Gone
from models.storage.transactions import transaction
from models.tables import Claim, Document, Statement, Suggestion
from models.upkeep import erasures, verify
from models.upkeep.unerased_names import LISTED
from tests.at_once import while_open
from tests.factories import PUBLIC, lines_of, put_claim, put_plain, seen
from tests.models.upkeep.test_erasures import everywhere, store, stored

REASON = "At their request"
CHARGE = "pumps were Quibblewick"
DENIAL = f"that Peter Holt denies that {CHARGE}."
TEXT = f"Jane Dorn said {DENIAL} Talks go on."


def put(by: Actor, who: str, words: str, claim: str, **other: Any) -> tuple[int, int]:
    """Record that somebody said these words of TEXT; the statement, and the claim that it states."""
    row: dict[str, Any] = {"speaker": {"name": who}, "content": [{"text": words}]}
    row |= {"document": {"text": TEXT, "language": "en"}, "claim": {"text": claim, "language": "en"}} | other
    statement = put_plain(by, "", **row)
    return statement, statements.claim_of(id=statement)


def put_nested(by: Actor) -> list[tuple[int, int]]:
    """Record what Dorn says (speaker 1) that Holt denies (speaker 2), and the charge: each with its claim."""
    said = put(by, "Jane Dorn", DENIAL, f"He denies that {CHARGE}.")
    denied = put(by, "Peter Holt", f"that {CHARGE}", "No pumps were Quibblewick.")
    return [said, denied, put(by, "source not named", CHARGE, "Pumps were Quibblewick.")]


def erase(by: Actor, id: int) -> list[str]:
    """Erase a speaker; what is left."""
    left = erasures.speaker(id=id, reason=REASON, by=by).left
    assert not [check for check in verify.run() if check.problems]
    return left


def redacted(claim: int) -> str:
    return f"claim {claim} (stated in words that are redacted)"


def test_what_others_state_within_the_words_of_the_erased_goes(registry: str, actor: Actor) -> None:
    nested = put_nested(actor)
    assert erase(actor, 1) == []
    assert "Quibblewick" not in everywhere()
    for noun, id in chain.from_iterable([(statements, one), (claims, claim)] for one, claim in nested):
        with pytest.raises(Gone) as gone:
            noun.get(id=id, viewer=PUBLIC)
        assert gone.value.more["reason"] == REASON


def test_what_loses_a_part_of_its_words_stays_and_its_claim_is_listed(registry: str, actor: Actor) -> None:
    (said, claim), (denied, _), (charged, _) = put_nested(actor)
    assert erase(actor, 2) == [redacted(claim)]
    stands = {one.id: one.retracted_at is None for one in Statement.select()}
    assert stands == {said: True, denied: False, charged: False}
    assert seen(statements.get(id=said, viewer=PUBLIC))["content"][0]["text"].startswith("that ██████████ denies ███")


def test_a_claim_that_others_state_elsewhere_stays_and_is_listed(registry: str, actor: Actor) -> None:
    *_, (charged, claim) = put_nested(actor)
    again = put_plain(actor, "first", claim={"id": claim})
    assert erase(actor, 1) == [redacted(claim)]
    assert [one["id"] for one in seen(claims.get(id=claim, viewer=PUBLIC))["statements"]] == [again]
    assert Statement.get_by_id(charged).retracted_reason == REASON


def test_signs_and_what_an_earlier_erasure_left_keep_no_statement(registry: str, actor: Actor) -> None:
    text = "“Pumps were Quibblewick”, “and more”, they say."
    words = {"document": {"text": text, "language": "en"}}
    for who, quoted in (("Jane Dorn", "Pumps were Quibblewick"), ("Peter Holt", "and more")):
        put(actor, who, quoted, f"{who}’s claim.", **words)
    statement, claim = put(actor, "Ada Vance", "“Pumps were Quibblewick”, “and more”", "Both are Quibblewick.", **words)
    assert erase(actor, 1) == [redacted(claim)]
    assert erase(actor, 2) == []
    assert "Quibblewick" not in everywhere()
    assert Statement.get_by_id(statement).retracted_reason == Claim.get_by_id(claim).retracted_reason == REASON


def test_a_claim_that_was_erased_before_is_not_listed(registry: str, actor: Actor) -> None:
    _, (denied, denial), (_, charge) = put_nested(actor)
    said = put_plain(actor, "first", claim={"id": denial})
    statements.change(by=actor, id=denied, version=None, claim={"id": charge})
    erase(actor, Statement.get_by_id(said).speaker_id)
    assert restores.was_erased(Claim, denial)
    assert redacted(denial) not in erase(actor, 1)


def test_words_that_only_touch_those_of_the_erased_are_not_theirs(registry: str, actor: Actor) -> None:
    put(actor, "Jane Dorn", CHARGE, "Pumps were Quibblewick.")
    beside, _ = put(actor, "Peter Holt", TEXT[: TEXT.index(CHARGE)], "He said so.")
    assert erase(actor, 1) == []
    assert Statement.get_by_id(beside).retracted_at is None


def test_fifty_claims_in_redacted_words_are_listed_and_the_rest_counted(registry: str, actor: Actor) -> None:
    put(actor, "Jane Dorn", CHARGE, "Pumps were Quibblewick.")
    for number in range(LISTED + 2):
        put(actor, f"Speaker {number}", DENIAL, f"Number {number}.")
    left = erase(actor, 1)
    assert (len(left), left[-1]) == (LISTED + 1, "2 more of claim (stated in words that are redacted)")


def test_what_is_stated_in_their_words_while_they_are_erased_goes_too(registry: str, actor: Actor) -> None:
    put(actor, "Jane Dorn", DENIAL, "He denies it.")
    statement, _ = put(actor, "Peter Holt", "Talks go on", "Talks go on.")
    named = {"claim": {"id": put_claim(actor, "Pumps were Quibblewick.")}}
    while_open(
        lambda: statements.change(by=actor, id=statement, version=None, content=[{"text": CHARGE}], **named),
        lambda: erasures.speaker(id=1, reason=REASON, by=actor),
    )
    assert Statement.get_by_id(statement).retracted_reason == REASON


def test_the_reason_of_a_suggestion_repeats_no_words_that_were_redacted(registry: str, actor: Actor) -> None:
    (said, _), (denied, _), _ = put_nested(actor)
    other = put_claim(actor, "Pumps are gone.")
    reasons = [{"word": CHARGE, "weight": 0.5}]
    with transaction():
        more = {"claim": other, "score": 0.5, "reasons": reasons, "matcher": "extraction", "matcher_version": "1.0"}
        outer, inner = (suggestions.create(by=actor, statement=one, **more) for one in (said, denied))
    suggestions.decide(by=actor, id=outer, version=None, status="dismissed")
    suggestions.decide(by=actor, id=outer, version=None, status="open")
    keys.create(name="ours", scope="admin")
    store("decided", "{}", f"/v1/suggestions/{outer}")
    erase(actor, 2)
    assert {one.id: (one.reasons, one.status) for one in Suggestion.select()} == {
        outer: ("[]", "open"),
        inner: ("[]", "dismissed"),
    }
    states = [
        state["reasons"]
        for line in lines_of("suggestions", outer)
        for state in (line["before"], line["after"])
        if state
    ]
    assert states == [[]] * 5
    assert CHARGE not in str(lines_of("suggestions", inner))
    assert stored() == []


@pytest.mark.parametrize("mistake", ["rejected", "retracted"])
def test_what_was_wrongly_said_to_be_theirs_stays_with_who_did_say_it(
    registry: str, actor: Actor, mistake: str
) -> None:
    said = {"mention": {"text": "Peter Holt"}}
    right, _ = put(actor, "Peter Holt", f"that {CHARGE}", f"No {CHARGE}.", **said)
    wrong, own = put(actor, "Jane Dorn", DENIAL.removeprefix("that Peter Holt "), "It is Quibblewick.", **said)
    if mistake == "rejected":
        statements.change(by=actor, id=wrong, version=None, status="rejected")
    else:
        statements.retract(by=actor, id=wrong, version=None, reason="A mistake.")
    before = seen(statements.get(id=right, viewer=PUBLIC))
    why = "rejected or retracted: what others state of its words stays"
    assert erase(actor, Statement.get_by_id(wrong).speaker_id) == [f"statement {wrong} ({why})", "document 1"]
    assert Document.get().text == f"█████████ said that Peter Holt ███████that {CHARGE}█ Talks go on."
    after = seen(statements.get(id=right, viewer=PUBLIC))
    assert [after[name] for name in ("content", "mention")] == [before[name] for name in ("content", "mention")]
    assert Claim.get_by_id(own).retracted_reason == REASON


def test_what_others_did_not_say_either_goes(registry: str, actor: Actor) -> None:
    wrong, _ = put(actor, "Jane Dorn", f"that {CHARGE}", "No pumps.")
    other, _ = put(actor, "Peter Holt", CHARGE, "Pumps were Quibblewick.")
    for one in (wrong, other):
        statements.retract(by=actor, id=one, version=None, reason="A mistake.")
    assert erase(actor, 1) == []
    assert "Quibblewick" not in everywhere()


@pytest.mark.parametrize(
    ("text", "title", "listed"),
    [
        ("“The pumps are\ngone, nobody cares”, says Dorn. ", None, True),
        ("", "THE PUMPS ARE GONE – NOBODY CARES", True),
        ("The pumps are gone where nobody cares. ", "The pumps are gone", False),
    ],
)
def test_a_document_that_prints_their_words_again_is_listed(
    registry: str, actor: Actor, text: str, title: str | None, listed: bool
) -> None:
    text += "He said: “The pumps are gone; nobody cares.”"
    words = {"start": text.rindex("The pumps"), "end": len(text) - 1}
    document = {"text": text, "language": "en", "title": title}
    put(actor, "Jane Dorn", "", "No pumps.", document=document, content=[words])
    assert erase(actor, 1) == (["document 1 (prints words of theirs again)"] if listed else [])


def test_one_word_of_theirs_may_be_anybodys(registry: str, actor: Actor) -> None:
    document = {"text": "It is Quibblewick. Quibblewick!", "language": "en"}
    put(actor, "Jane Dorn", "", "It is.", document=document, content=[{"start": 6, "end": 17}])
    assert erase(actor, 1) == []
