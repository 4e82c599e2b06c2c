"""A claim follows the words it was read from."""

from collections.abc import Callable

import pytest

from models.claim_text import LONGEST, rewrite
from tests.timing import QUADRATIC, growth


@pytest.mark.parametrize(
    ("claim", "before", "after", "followed"),
    [
        (
            "The bridge was safe, and the road.",
            ["that the bridge was safe, and the road"],
            ["that the bridge was safe"],
            "The bridge was safe.",
        ),
        ("Olga Fenn would go.", ["she would go"], ["she would go in May"], "Olga Fenn would go in May."),
        (
            "The exports did not feed it.",
            ["that the exports fed it"],
            ["that the exports fed it twice"],
            "The exports did not feed it twice.",
        ),
        (
            "The bank had not sold it on Monday.",
            ["that it had sold it on Monday"],
            ["that it had sold it"],
            "The bank had not sold it.",
        ),
        ("Olga Fenn praised the plan.", ["the plan"], ["the plan for May"], "Olga Fenn praised the plan for May."),
        ("Anna Weiß praised the plan.", ["the plan"], ["the plan for May"], "Anna Weiß praised the plan for May."),
        ("We need proof.", ["“We need", "proof”"], ["“We need", "much proof,”"], "We need much proof."),
        ("An aide said: “We go.”", ["“We go,”"], ["“We go now,”"], "An aide said: “We go now.”"),
        ("Will it hold?", ["“Will it hold?”"], ["“Will it hold in May?”"], "Will it hold in May?"),
        ("The exports do not sustain it.", ["a charge"], ["the charge"], None),
        ("Some other words.", ["that it was safe"], ["it was so safe"], None),
        ("It was safe.", ["that it was safe"], ["it was safe."], None),
    ],
)
def test_a_claim_follows_its_words_where_they_show_how(
    claim: str, before: list[str], after: list[str], followed: str | None
) -> None:
    assert rewrite(claim, before=before, after=after) == followed


def test_the_words_are_looked_for_in_linear_time() -> None:
    def made(size: int) -> Callable[[], str | None]:
        claim, old = "b" + "a" * size + "c", "a" * (size // 2) + "b"
        return lambda: rewrite(claim, before=[old], after=["other words"])

    assert made(LONGEST - 10)() is None
    assert growth(made, LONGEST // 8) < QUADRATIC


def test_a_claim_does_not_grow_past_what_an_import_takes() -> None:
    claim = "a" * (LONGEST - 13) + " plans fail."
    assert rewrite(claim, before=["plans"], after=["plans for May"]) is None
    assert rewrite(claim, before=["plans"], after=["plans,"]) is None, "nothing new"
    assert len(rewrite(claim, before=["plans"], after=["planes"]) or "") == LONGEST


def test_capital_letters_are_found() -> None:
    assert rewrite("İzmir praised THE PLAN.", before=["the plan"], after=["the plan for May"]) == (
        "İzmir praised the plan for May."
    )
