"""How two texts are weighed: by what they share, and by how rare that is."""

import pytest

from models.matching import score, stems

KNOWN = {"dron": 3, "drone": 3, "cross": 40, "river": 400}


def test_leaves_out_what_says_nothing_and_cuts_endings() -> None:
    assert list(stems("It is not true that the Exporters were exporting 5 drónes.")) == ["dron", "5", "export"]
    assert stems("The allegation is false.") == {}


def test_the_same_words_weigh_one_and_strangers_nothing() -> None:
    assert score("Drones crossed the river.", "The river was crossed by drones.", KNOWN, 1000).score == 1
    assert score("Drones crossed the river.", "Water is safe.", KNOWN, 1000).score == 0


def test_a_rare_word_in_common_weighs_more_than_a_frequent_one() -> None:
    rare = score("Drones crossed the river.", "Drones were sold.", KNOWN, 1000)
    frequent = score("Drones crossed the river.", "The river was sold.", KNOWN, 1000)
    assert rare.score > frequent.score > 0


def test_the_reasons_are_the_words_and_add_up_to_the_score() -> None:
    match = score("Drones crossed the river.", "In March drones crossed it.", KNOWN, 1000)
    assert [reason.word for reason in match.reasons] == ["drones", "crossed"]
    assert sum(reason.weight for reason in match.reasons) == pytest.approx(match.score, abs=0.002)


def test_nothing_to_compare_is_no_match() -> None:
    for query, candidate in (("", "Drones."), ("Drones.", ""), ("Not true.", "False.")):
        assert score(query, candidate, {}, 1000) == (0.0, [])
