"""Agreement: what several coded in one document, compared."""

import random
from collections import Counter
from functools import partial
from typing import Any

import pytest
from nltk.metrics.agreement import AnnotationTask

from models import agreement, claims, counterclaims, documents, speakers, statements
from models.access import keys
from models.history.changes import Actor
from models.refusals import Gone, NotFound
from models.storage import database
from models.tables import Counterclaim, Statement
from models.transfer.imports import Import
from models.transfer.lines import Line
from models.upkeep import erasures
from tests.factories import put_charge, put_claim, put_plain
from tests.work import count_anew, spent_by, steps_of

#: How many stretches two coders find who agree on nothing.
STRETCHES = 400


@pytest.fixture
def coders(registry: str) -> list[Actor]:
    """Three who code independently."""
    return [Actor(keys.create(name=name, scope="review")[0].id) for name in ("one", "two", "three")]


def _code(by: Actor, word: str, who: str, **other: Any) -> int:
    return put_plain(by, word, speaker={"name": who}, status="candidate", **other)


def test_alpha_is_that_of_the_textbook() -> None:
    # Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), A and C: two observers, and four with gaps.
    two = zip("0100000010", "1110010000", strict=True)
    assert agreement.nominal_alpha([Counter(pair) for pair in two]) == pytest.approx(0.095, abs=0.001)
    four = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
    coding = [Counter(value for value in values if value != ".") for values in zip(*four, strict=True)]
    assert agreement.nominal_alpha(coding) == pytest.approx(0.743, abs=0.001)


@pytest.mark.parametrize("seed", range(20))
def test_alpha_is_that_of_others_who_compute_it(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - it is to be the same every time
    coders, values = dice.randint(2, 5), "abcde"[: dice.randint(2, 5)]
    units = [[dice.choice(values) for _ in range(dice.randint(2, coders))] for _ in range(dice.randint(2, 30))]
    data = [(coder, unit, value) for unit, given in enumerate(units) for coder, value in enumerate(given)]
    expected = AnnotationTask(data=data).alpha()
    assert agreement.nominal_alpha([Counter(given) for given in units]) == pytest.approx(expected)


def test_compares_who_said_it_in_which_form_and_against_what(coders: list[Actor]) -> None:
    one, two, three = coders
    charged = put_claim(one)
    for by, words in (
        (one, {"first": ("Ann", "direct"), "second": ("Ann", "direct"), "third": ("Bob", "indirect")}),
        (two, {"first": ("Ann", "direct"), "second": ("Bob", "indirect"), "fourth": ("Ann", "direct")}),
    ):
        for word, (who, form) in words.items():
            _code(by, word, who, form=form)
    found = agreement.of_document(id=1)
    assert (found["keys"], found["units"], found["shared"]) == ([one.key_id, two.key_id], 4, 2)
    half = {"units": 2, "agreement": 0.5, "alpha": pytest.approx(0.0)}
    assert (found["speaker"], found["form"]) == (half, half)
    nothing = {"units": 0, "agreement": None, "alpha": None}
    assert (found["counter_kind"], found["about_role"]) == (nothing, nothing)

    counters = [{"claim": charged, "kind": "denies"}]
    accused = {"text": "It is so.", "language": "en", "about": [{"name": "Accused"}]}
    denial = _code(three, "first", "Ann", form="direct", counters=counters, claim=accused)
    found = agreement.of_document(id=1, keys=[one.key_id or 0, three.key_id or 0])
    assert (found["units"], found["shared"]) == (3, 1)
    assert found["speaker"] == {"units": 1, "agreement": 1.0, "alpha": None}
    differing = {"units": 1, "agreement": 0.0, "alpha": pytest.approx(0.0)}
    assert (found["counter_kind"], found["about_role"]) == (differing, differing)
    assert agreement.of_document(id=1)["speaker"]["agreement"] == 0.75, "of four pairs, three agree"

    statements.change(by=one, id=denial, version=1, status="accepted")
    assert agreement.of_document(id=1)["counter_kind"]["units"] == 1, "whatever was decided about it"
    statements.retract(by=one, id=denial, version=2, reason=None)
    assert agreement.of_document(id=1)["counter_kind"]["units"] == 0


def _denied(by: Actor, charged: int, word: str = "first", **other: Any) -> int:
    """Code that a word denies a charge against somebody."""
    about = [{"name": "Accused", "role": "accused"}]
    claim = {"text": f"Not so, says {by.key_id}.", "language": "en", "about": about}
    return _code(by, word, "Ann", counters=[{"claim": charged, "kind": "denies"}], **({"claim": claim} | other))


def test_what_was_decided_since_does_not_count(coders: list[Actor]) -> None:
    one, two, reviewer = coders
    charged = put_claim(reviewer)
    a, b = (_denied(by, charged) for by in (one, two))
    found = agreement.of_document(id=1)
    whole = {"units": 1, "agreement": 1.0, "alpha": None}
    assert [found[name] for name in ("speaker", "form", "counter_kind", "about_role")] == [whole] * 4

    def decide(id: int, **new: Any) -> None:
        statements.change(by=reviewer, id=id, version=Statement.get_by_id(id).version, **new)

    def claim_of(id: int) -> int:
        return statements.claim_of(id=id)

    other = {"name": "Somebody else"}
    other_claim = {"text": "It is otherwise.", "language": "en"}
    elsewhere = {"text": "Not so, says first.", "language": "en"}
    decisions = [
        lambda: decide(a, status="accepted"),
        lambda: decide(b, status="rejected"),
        lambda: claims.merge(by=reviewer, id=claim_of(b), into=claim_of(a)),
        lambda: counterclaims.change(by=one, id=1, version=None, kind="disputes"),
        lambda: decide(a, form="direct", speaker=other, content=[{"text": "paragraph says first"}]),
        lambda: claims.change(by=reviewer, id=claim_of(a), version=None, about=[other]),
        # Its counterclaim rests on the other statement of its claim from now on.
        lambda: put_plain(reviewer, "first", claim={"id": claim_of(a)}, document=elsewhere),
        lambda: decide(a, status="rejected"),
        lambda: [
            counterclaims.change(by=reviewer, id=edge.id, version=edge.version, kind="qualifies")
            for edge in Counterclaim.select().where(Counterclaim.retracted_at.is_null())
        ],
        lambda: counterclaims.create(by=reviewer, claim=put_claim(one, "And."), answer=claim_of(b), kind="confirms"),
        lambda: counterclaims.create(
            by=reviewer, claim=put_claim(one, "Or."), answer=claim_of(b), kind="confirms", statement=b
        ),
        *(partial(decide, id, claim=other_claim) for id in (b, a)),
    ]
    for number, done in enumerate(decisions):
        done()
        now = agreement.of_document(id=1, keys=[one.key_id or 0, two.key_id or 0])
        assert now == found, f"after decision {number}"
    assert not Counterclaim.select().where(Counterclaim.statement == a).exists()


def test_what_a_claim_was_about_when_it_was_chosen_counts(coders: list[Actor]) -> None:
    one, two, three = coders
    charged = put_claim(three, about=[{"name": "Accused"}])
    claims.change(by=three, id=charged, version=1, about=[{"name": "Accused", "role": "accused"}])
    claims.change(by=three, id=charged, version=2, text="It is so.")
    _code(one, "first", "Ann", claim={"id": charged})
    claims.change(by=three, id=charged, version=3, about=[{"name": "Other"}])
    accused = {"text": "It is so.", "language": "en", "about": [{"name": "Accused", "role": "accused"}]}
    _code(two, "first", "Ann", claim=accused)
    found = agreement.of_document(id=1)["about_role"]
    assert found == {"units": 1, "agreement": 1.0, "alpha": None}


def test_speakers_who_were_merged_are_one(coders: list[Actor]) -> None:
    for by, who in zip(coders, ("Jon Smyth", "John Smith"), strict=False):
        about = [{"name": f"Accused by {who}"}]
        _code(by, "first", who, claim={"text": "It is so.", "language": "en", "about": about})
    compared = ("speaker", "about_role")
    assert [agreement.of_document(id=1)[name]["agreement"] for name in compared] == [0, 0]
    for prefix in ("", "Accused by "):
        one, other = (speakers.named(f"{prefix}{who}")[0] for who in ("Jon Smyth", "John Smith"))
        speakers.merge(by=coders[2], id=one, into=other)
    found = agreement.of_document(id=1)
    assert [(found[name]["units"], found[name]["agreement"]) for name in compared] == [(1, 1), (1, 1)]


def test_what_an_erasure_left_in_the_log_counts(coders: list[Actor]) -> None:
    one, two, reviewer = coders
    charged = put_claim(reviewer)
    elsewhere = {"document": {"text": "Said to be so, says first.", "language": "en"}}
    shared = {"text": "Shared.", "language": "en", "about": [{"name": "Accused"}]}
    lent = put_plain(reviewer, "first", claim=shared, **elsewhere)
    a = _denied(one, charged, claim={"id": statements.claim_of(id=lent)})
    _denied(two, charged)
    statements.change(by=reviewer, id=a, version=1, claim={"text": "Another.", "language": "en"})
    document = Statement.get_by_id(a).document_id
    before = agreement.of_document(id=document)
    assert [before[name]["agreement"] for name in ("counter_kind", "about_role")] == [1, 0]
    erasures.document(id=Statement.get_by_id(lent).document_id, reason="By order of a court.", by=reviewer)
    after = agreement.of_document(id=document)
    assert after == before, "the claim that the first was of is erased"
    erasures.speaker(id=speakers.named("Accused")[0], reason="By order of a court.", by=reviewer)
    assert agreement.of_document(id=document)["counter_kind"] == before["counter_kind"]
    erasures.speaker(id=speakers.named("Ann")[0], reason="By order of a court.", by=reviewer)
    assert agreement.of_document(id=document)["units"] == 0


def test_a_document_that_nobody_coded_has_no_units(coders: list[Actor]) -> None:
    put_charge(Actor())
    found = agreement.of_document(id=1)
    assert (found["keys"], found["units"], found["shared"]) == ([], 0, 0)
    with pytest.raises(NotFound):
        agreement.of_document(id=9)
    gone = documents.create(by=Actor(), text="Gone.", language="en")
    documents.retract(by=Actor(), id=gone, version=1, reason=None)
    with pytest.raises(Gone):
        agreement.of_document(id=gone)


@pytest.mark.slow
def test_takes_work_in_proportion_to_what_was_coded(registry: str, coders: list[Actor]) -> None:
    count_anew()  # PostgreSQL plans as for the few rows that are there now: so it took 8 s for 1,500
    compare = partial(agreement.of_document, id=_coded_apart(coders[:2], STRETCHES))
    assert steps_of(compare) < 1_000 * STRETCHES
    assert spent_by(registry, compare) < (1_000 if database.on_sqlite() else 60) * STRETCHES
    found = compare()
    assert (found["shared"], found["speaker"]["agreement"], found["about_role"]["units"]) == (
        STRETCHES,
        0,
        4 * STRETCHES,
    )


def _coded_apart(coders: list[Actor], stretches: int) -> int:
    """A document in which each coder has said each stretch by somebody of its own, and the first by as many again."""
    document = {"text": " ".join(f"Word{at:04} is said." for at in range(stretches)), "language": "en"}
    id = documents.create(by=coders[0], **document)
    for by in coders:
        said = [(at, f"{at}") for at in range(stretches)] + [(0, f"also {at}") for at in range(stretches)]
        lines = [_line(f"Word{at:04}", {"name": f"{who} by {by.key_id}"}, id) for at, who in said]
        outcomes = Import(by).store([Line(number, "statement", line) for number, line in enumerate(lines)])
        assert not [one for one in outcomes if one.errors]
    return id


def _line(word: str, who: dict[str, str], document: int) -> dict[str, Any]:
    return {
        "speaker": who,
        "document": {"id": document},
        "content": [{"text": word}],
        "form": "direct",
        "claim": {"text": "It is so.", "language": "en", "about": [who]},
        "status": "candidate",
    }
