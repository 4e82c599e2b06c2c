"""Search finds the same on both databases, takes any text for a query, and says where it found it."""

import random
import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from models import claims, counterclaims, documents, sentences, speakers, statements, topics
from models.history.changes import Actor
from models.queries import derived, list_ids, lists, nodes, search, snippets
from models.queries.filter_sets import Order
from models.queries.visibility import Viewer
from models.storage.database import db
from models.storage.transactions import transaction
from models.tables import Statement
from tests.factories import (
    MACHINE,
    PUBLIC,
    REVIEWER,
    charge,
    items_of,
    listed_ids,
    listed_items,
    put_charge,
    put_claim,
    put_plain,
)

#: The fixed set: claims by their number, from 1.
TEXTS = (
    "The water in Mill Lane is safe to drink.",
    "The drinking water of Mill Lane holds lead.",
    "Lead pipes in Müller Lane were replaced in 2025.",
    "Exports of dual-use goods sustain the war.",
    "The war is sustained by nobody's exports.",
    "Çeşme's mayor said: “L’État, c’est moi.”",
    "Цены на воду выросли вдвое.",
    "Wateringen lies in the west.",
    "A safe was found in the lane by the mill.",
    "Die Straße ist gesperrt, sagte O'Brien.",
    "Российский экспорт: ёлки и во\u0301дка.",
    "Ο Σίσυφος μίλησε.",
    "한국어 기사와 ガス",
    "हिन्दी में दावा किया",
    "الحَرْب مستمرة",
    "Tiếng Việt, Łódź, Cœur",
)

#: (what is typed, the claims that are found).
FOUND = (
    ("water", {1, 2}),
    ("WATER lane", {1, 2}),
    ("water*", {1, 2, 8}),
    ('"mill lane"', {1, 2}),
    ("mill lane", {1, 2, 9}),
    ("lane -water", {3, 9}),
    ('lane -"mill lane"', {3, 9}),
    ("exports", {4, 5}),
    ("lead OR exports", {2, 3, 4, 5}),
    ("war lead OR exports", {4, 5}),
    ("muller", {3}),
    ("MÜLLER", {3}),
    ("Mu\u0308ller", {3}),
    ("dual-use", {4}),
    ("dual use", {4}),
    ("cesme", {6}),
    ("l'etat", {6}),
    ("воду", {7}),
    ("ВОДУ", {7}),
    ("o'brien", {10}),
    ("2025", {3}),
    ("российский", {11}),
    ("РОССИЙСК*", {11}),
    ("россиискии", set()),
    ("ёлки", {11}),
    ("елки", set()),
    ("водка", {11}),
    ('"экспорт ёлки"', {11}),
    ("σίσυφος", {12}),
    ("ΣΊΣΥΦΟΣ", {12}),
    ("한국어", {13}),
    ("한국*", {13}),
    ("ガス", {13}),
    ("カス", set()),
    ("हिन्दी", {14}),
    ("दावा -हिन्दी", set()),
    ("الحَرْب", {15}),
    ("مستمرة OR ガス", {13, 15}),
    ("tieng viet", {16}),
    ("“mill lane”", {1, 2}),
    ("„mill lane“ -«drinking water»", {1}),
    ("safe -“mill lane”", {9}),
    ("l’etat", {6}),
    ("ŁÓDŹ", {16}),
    ("-water", set()),
    ("", set()),
    ("  \t\n ", set()),
    ('"', set()),
    ('""', set()),
    ("*", set()),
    ("- -", set()),
    ("OR", set()),
    ("AND", set()),
    ("NOT water", set()),
    ("water OR", {1, 2}),
    ("OR water", {1, 2}),
    ('water "', {1, 2}),
    ('"mill', {1, 2, 9}),
    ("water:lead", set()),
    ("water & lead", {2}),
    ("water | lead", {2}),
    ("!water", {1, 2}),
    ("(water)", {1, 2}),
    ("water) OR (lead", {1, 2, 3}),
    ("text:water", set()),
    ("NEAR(water lane)", set()),
    ("water:*", {1, 2, 8}),
    ("^water", {1, 2}),
    ("wat%", set()),
    ("'; DROP TABLE claims; --", set()),
)


@pytest.fixture
def shelf(registry: str, actor: Actor) -> None:
    with transaction():
        for text in TEXTS:
            put_claim(actor, text)


@pytest.mark.usefixtures("shelf")
def test_finds_what_people_type() -> None:
    wrong = {}
    for typed, wanted in FOUND:
        found = set(listed_ids(claims, PUBLIC, q=typed))
        if found != wanted:
            wrong[typed] = found
    assert not wrong


@pytest.mark.usefixtures("shelf")
def test_any_text_is_a_query() -> None:
    dice = random.Random(20261125)  # noqa: S311
    alphabet = [
        "water",
        "lane",
        '"',
        "'",
        "-",
        "*",
        "OR",
        "AND",
        "NOT",
        "NEAR",
        "(",
        ")",
        "^",
        ":",
        "&",
        "|",
        "!",
        "<->",
    ]
    alphabet += ["\\", "%", "_", "?", "@q", "$1", "\u0000"[:0], "é", "😀", "\u202e", "{", "}", "+", "~", "\u0301", " "]
    for _ in range(400):
        typed = "".join(dice.choice(alphabet) + dice.choice(["", " "]) for _ in range(dice.randint(1, 12)))
        for noun in (claims, statements):
            listed_ids(noun, PUBLIC, q=typed)


def test_finds_a_claim_by_the_sentence_and_by_the_speakers_names(registry: str, actor: Actor) -> None:
    put_charge(actor, speaker={"name": "Government of China", "aliases": ["Beijing"]}, mention=None)
    for typed in ("exports", "visit", "warned", "beijing", "china warned", '"government of china"'):
        assert listed_ids(claims, PUBLIC, q=typed) == ([] if typed == "visit" else [1]), typed
        assert listed_ids(statements, PUBLIC, q=typed) == ([] if typed == "visit" else [1]), typed
    assert listed_ids(claims, PUBLIC, q="warned", in_="text") == []
    assert listed_ids(claims, PUBLIC, q="exports", in_="text") == [1]


def test_a_statement_is_found_by_the_first_words_of_long_claims_and_names(registry: str, actor: Actor) -> None:
    put_charge(actor, claim={"text": f"head {'far ' * 125}tail", "language": "en"}, speaker={"name": "Ann"})
    speakers.change(by=actor, id=1, version=1, aliases=["first", *(f"n{one} {'far ' * 70}" for one in range(8)), "zz"])
    found = [("head", [1]), ("first", [1]), ("ann", [1]), ("tail", []), ("zz", [])]
    assert [(typed, listed_ids(statements, PUBLIC, q=typed)) for typed, _ in found] == found
    assert (listed_ids(claims, PUBLIC, q="tail"), listed_ids(speakers, PUBLIC, q="zz")) == ([1], [1])
    assert derived.differences() == []


def test_a_statement_in_a_long_sentence_is_found_by_the_words_about_its_content(registry: str, actor: Actor) -> None:
    text = f"Zero {'far ' * 50}before {'near ' * 30}Ann says so {'near ' * 100}after {'far ' * 50}last."
    document = {"text": text, "language": "en"}
    said = put_plain(actor, "so", document=document, content=[{"text": "says so"}])
    found = [("before", []), ("near", [said]), ("after", []), ("zero", []), ("last", [])]
    assert [(typed, listed_ids(statements, PUBLIC, q=typed)) for typed, _ in found] == found
    moved = [(text.index("after"), text.index("after") + 5)]
    statements.change(by=actor, id=said, version=1, content=[{"start": start, "end": end} for start, end in moved])
    found = [("before", []), ("near", [said]), ("after", [said]), ("zero", []), ("last", [said])]
    assert [(typed, listed_ids(statements, PUBLIC, q=typed)) for typed, _ in found] == found
    assert listed_ids(sentences, PUBLIC, q="last") == [1]
    assert derived.differences() == []


def test_finds_at_once_what_was_written_and_no_more_what_was_taken_back(registry: str, actor: Actor) -> None:
    id = put_claim(actor, "The bridge is open.")
    assert listed_ids(claims, PUBLIC, q="bridge") == [id]
    claims.change(by=actor, id=id, version=1, text="The tunnel is open.")
    assert listed_ids(claims, PUBLIC, q="bridge") == []
    assert listed_ids(claims, PUBLIC, q="tunnel") == [id]
    claims.retract(by=actor, id=id, version=2, reason=None)
    assert listed_ids(claims, PUBLIC, q="tunnel") == []


def test_shows_the_public_no_claim_by_the_words_of_a_candidate(registry: str, actor: Actor) -> None:
    put_charge(actor, status="candidate")
    assert listed_ids(claims, PUBLIC, q="warned") == []
    assert listed_ids(claims, REVIEWER, q="warned") == [1]


def test_ranks_for_the_public_no_claim_that_only_a_candidate_states(registry: str, actor: Actor) -> None:
    def ranked(viewer: Viewer, **more: Any) -> list[int]:
        order, asked = Order("relevance", descending=False), {"q": "exports sustain", **more}
        return [
            item["id"] for item in items_of(lists.page("claims", viewer=viewer, filters=asked, limit=9, order=order))
        ]

    id = put_charge(actor, status="candidate")
    for more in ({}, {"in_": "text"}, {"language": "en"}):
        assert (ranked(PUBLIC, **more), ranked(REVIEWER, **more)) == ([], [1])
    statements.change(by=actor, id=id, version=1, status="accepted")
    for more in ({}, {"in_": "text"}, {"language": "en"}):
        assert ranked(PUBLIC, **more) == [1]


def ranked(viewer: Viewer, q: str) -> list[int]:
    """The ids of the claims that a search finds, best first."""
    page = lists.page("claims", viewer=viewer, filters={"q": q}, limit=9, order=Order("relevance", descending=False))
    return [item["id"] for item in items_of(page)]


#: Two guesses at the words of what is hidden, and public claims that hold one each.
GUESSED, GUESSES = ("The mayor took it.", "The mayor paid it."), '"mayor took" OR "mayor paid"'


@pytest.mark.slow
@pytest.mark.parametrize("guess", [0, 1])
@pytest.mark.parametrize("status", ["candidate", "rejected", "retracted", "undone", "moved", "merged"])
def test_orders_what_the_public_finds_by_no_word_of_what_is_hidden(
    registry: str, actor: Actor, guess: int, status: str
) -> None:
    one, other = (put_claim(actor, text) for text in GUESSED)
    for word in ("rain", "snow", "hail", "wind"):
        put_claim(actor, f"It brought {word}.")
    before = ranked(PUBLIC, GUESSES)
    assert set(before) == {one, other}
    for number in range(4):
        text = f"{GUESSED[guess]} {'Number ' * number}"
        said = charge(speaker={"name": f"Ann {number}"}, claim={"text": text, "language": "en"})
        given = status if status in ("candidate", "rejected") else "candidate"
        id = statements.record(by=actor, **said | {"status": given})
        claim = Statement.get_by_id(id).claim_id
        if status == "retracted":
            statements.retract(by=actor, id=id, version=1, reason=None)
        if status == "undone":
            statements.change(by=actor, id=id, version=1, status="accepted")
            statements.change(by=actor, id=id, version=2, status="rejected")
        if status == "moved":
            statements.change(by=actor, id=id, version=1, claim={"id": put_claim(actor, "It rains.")})
        if status == "merged":
            claims.merge(by=actor, id=claim, into=one)
    assert ranked(PUBLIC, GUESSES) == before
    assert derived.differences() == []


@pytest.mark.usefixtures("shelf")
def test_puts_first_what_fits_best() -> None:
    put_claim(Actor(), "Water, water everywhere: water.")
    put_claim(
        Actor(), "On the long road to the west there is, by the old mill, a little water for the horses and the carts."
    )
    page = lists.page(
        "claims", viewer=PUBLIC, filters={"q": "water"}, limit=10, order=Order("relevance", descending=False)
    )
    ids = [item["id"] for item in items_of(page)]
    assert (ids[0], ids[-1]) == (len(TEXTS) + 1, len(TEXTS) + 2)
    assert set(ids) == {1, 2, len(TEXTS) + 1, len(TEXTS) + 2}


@pytest.mark.usefixtures("shelf")
def test_marks_where_the_words_stand() -> None:
    items: list[Any] = [
        item for typed in ("mill* lane", "muller", "etat") for item in listed_items_with_snippets(typed)
    ]
    assert len(items) >= 5
    for item in items:
        for snippet in item["snippets"]:
            assert snippet["text"] in item["text"]
            for mark in snippet["marks"]:
                word = search.fold(snippet["text"][mark["start"] : mark["end"]])
                assert re.fullmatch("mill.*|lane|muller|etat", word)


def listed_items_with_snippets(typed: str) -> list[Any]:
    page = lists.page(
        "claims",
        viewer=PUBLIC,
        filters={"q": typed},
        limit=10,
        order=Order("id", descending=True),
        include=("snippets",),
    )
    return items_of(page)


def test_cuts_a_snippet_between_words() -> None:
    text = "word " * 100 + "needle " + "word " * 100
    query = search.parse("needle")
    assert query is not None
    cut = search.snippet(text, query)
    assert cut is not None
    shown = str(cut["text"])
    assert len(shown) <= search.SNIPPET
    assert set(shown.split()) == {"word", "needle"}


@pytest.mark.parametrize(
    ("text", "typed"),
    [("x" * 9_000 + " needle", "needle"), ("no " * 99 + "y" * 9_000 + " needle", "needle " + "y" * 300)],
)
def test_a_snippet_shows_no_long_word_whole(text: str, typed: str) -> None:
    query = search.parse(typed)
    assert query is not None
    cut = search.snippet(text, query)
    assert cut is not None
    shown, ((start, end), *_) = str(cut["text"]), [(mark["start"], mark["end"]) for mark in cut["marks"]]  # type: ignore[attr-defined]
    assert len(shown) <= search.SNIPPET
    assert set(shown[start:end]) in ({*"needle"}, {"y"})


@pytest.mark.alone
def test_looks_less_far_into_the_texts_of_a_page_the_more_there_are() -> None:
    def found(texts: int) -> int:
        rows = [("{}", id, "far " * 4_000 + "needle", None) for id in range(texts)]
        return snippets.items_with_snippets("statements", PUBLIC, rows, "needle", None).count(b'"text":"far')

    assert (found(10), found(20)) == (10, 0)
    query = search.parse("needle")
    assert query is not None
    assert [search.snippet("a needle or needles", query, within) is None for within in (8, 9, 18)] == [
        True,
        False,
        False,
    ]
    assert search.snippet("an or needles", query, 12) is None, "the word goes on"


def test_a_phrase_is_found_at_the_first_places_of_its_words_alone(registry: str, actor: Actor) -> None:
    """Of 31 times the same word, SQLite compared the 10,000 places of a claim for 12 ms."""
    for number in (search.MOST_PLACES, search.MOST_PLACES + 1):
        put_claim(actor, f"{'ab ' * number}cd ef.")
    for typed, ids in (('"ab cd"', {1}), ('"ab cd ef"', {1}), ('"cd ef"', {1, 2}), ("ab cd", {1, 2}), ("\x80", set())):
        assert set(listed_ids(claims, PUBLIC, q=typed)) == ids, typed


def _seconds(text: str, typed: str) -> float:
    """How much of the processor's time a snippet takes, at best of twenty."""
    query = search.parse(typed)
    assert query is not None
    taken = []
    for _ in range(20):
        begun = time.process_time()
        assert search.snippet(text, query)
        taken.append(time.process_time() - begun)
    return min(taken)


@pytest.mark.parametrize("before", range(220, 262))
def test_marks_a_phrase_wherever_in_a_text_it_stands(before: int) -> None:
    query = search.parse('"a b c d" OR b* OR "d e"')
    assert query is not None
    text = "A " * before + "\u0301 á B c d, bc E"
    found = [text[start:end] for start, end in search.marks(text, query)]
    assert found == ["á B c d", "B", "bc"]


@pytest.mark.parametrize(
    "typed",
    [" OR ".join(f'"a z{number}"' for number in range(16)), "a-a-a-a-a-a-a-zq* OR a-a-a-a-a-zx* OR zz"],
)
def test_phrases_that_begin_as_a_text_goes_on_cost_little_more_than_a_word(typed: str) -> None:
    text = "a " * 9_980 + "z0 a z1 zz"
    assert _seconds(text, typed) < 2.5 * _seconds(text, "zz")


def test_looks_for_no_more_words_of_a_sentence_than_a_snippet_shows() -> None:
    assert _seconds("zebra " * 3_300, "zebra") * 10 < _seconds("a " * 9_990 + "zebra", "zebra")


def test_many_words_are_looked_for_in_little_more_time_than_one() -> None:
    text = "a " * 9_990 + "zebra"
    many = " ".join(f"word{number}" for number in range(31))
    assert _seconds(text, f"{many} zebra") < 4 * _seconds(text, "zebra")


@pytest.mark.usefixtures("shelf")
def test_the_index_is_rebuilt_from_the_nouns_alone() -> None:
    before = listed_items(claims, PUBLIC, q="water")
    for table in ("claim_summaries", "claim_cards", "claim_topic_index", "claim_search", "statement_search"):
        db.execute_sql(f"DELETE FROM {table}")  # noqa: S608
    assert listed_ids(claims, PUBLIC, q="water") == []
    assert set(derived.differences()) >= {"claim_summaries", "claim_search"}
    with transaction():
        derived.rebuild()
    assert derived.differences() == []
    assert listed_items(claims, PUBLIC, q="water") == before


def test_a_search_that_finds_more_than_are_ranked_leads_to_all_of_them_once(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_ids, "RANKED", 3)
    nodes.clear_caches()
    try:
        with transaction():
            for count in range(9):
                put_claim(actor, "The river rose" + "".join(f" word{n}" for n in range((9 - count) * 6)) + ".")
        put_charge(
            actor, claim={"text": "The river is a river.", "language": "en"}, speaker={"name": "The river board"}
        )
        for asked in ({"q": "river"}, {"q": "river", "in_": "text"}):
            walked = _walked(asked)
            assert sorted(walked) == list(range(1, 11)), asked
            # The shortest are ranked, whenever they were put in.
            assert set(walked[:3]) >= {8, 9, 10} if "in_" in asked else walked[0] == 10, asked
    finally:
        nodes.clear_caches()


def _walked(asked: dict[str, Any], meanwhile: Callable[[], Any] = lambda: None) -> list[int]:
    """The ids of all claims that are found, two a page, by relevance; `meanwhile` is done between two pages."""
    walked, past = list[int](), None
    for _ in range(20):
        order = Order("relevance", descending=False)
        page = lists.page("claims", viewer=PUBLIC, filters=asked, limit=2, order=order, past=past)
        walked += [item["id"] for item in items_of(page)]
        if page.following is None:
            break
        at, _, id = page.following.rpartition("_")
        past = (at, int(id))
        meanwhile()
    return walked


def test_pages_of_a_search_show_each_match_once_though_better_ones_come_meanwhile(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_ids, "RANKED", 5)
    nodes.clear_caches()
    try:
        for word in range(12):
            put_claim(actor, f"The river rose by {word:02} feet.")
        for asked in ({"q": "river", "in_": "text"}, {"q": "river"}):
            # Shorter than all that were ranked.
            walked = _walked(asked, meanwhile=lambda: put_claim(actor, "The river."))
            assert len(walked) == len(set(walked)), asked
            assert set(walked) >= set(range(1, 13)), asked
    finally:
        nodes.clear_caches()


def test_filters_come_before_the_bound_of_what_is_ranked(
    registry: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_ids, "RANKED", 2)
    nodes.clear_caches()
    try:
        topics.create(by=actor, slug="war", label="War")
        long = claims.create(by=actor, text="The river rose" + " again" * 30 + ".", language="en", topics=["war"])
        for _ in range(4):
            put_claim(actor, "The river rose.")
        page = lists.page(
            "claims",
            viewer=PUBLIC,
            filters={"q": "river", "in_": "text", "topic": "war"},
            limit=5,
            order=Order("relevance", descending=False),
        )
        assert [item["id"] for item in items_of(page)] == [long]
    finally:
        nodes.clear_caches()


def test_every_change_keeps_what_is_derived_in_step(registry: str, actor: Actor) -> None:
    topic = topics.create(by=actor, slug="war", label="War")
    statement = put_charge(actor, claim={"text": "It is so.", "language": "en", "topics": ["war"]})
    steps = [
        lambda: statements.record(by=actor, **charge(content=[{"text": "the war"}], speaker={"name": "Ann"})),
        lambda: claims.change(by=actor, id=1, version=1, text="It is otherwise.", topics=[]),
        lambda: statements.change(by=actor, id=statement, version=1, said_on="2026-01-01"),
        lambda: counterclaims.create(by=actor, claim=1, answer=2, kind="denies"),
        lambda: speakers.change(by=actor, id=1, version=1, name="American officials"),
        lambda: claims.merge(by=actor, id=2, into=put_claim(actor, "Third.")),
        lambda: claims.unmerge(by=actor, id=2),
        lambda: statements.retract(by=actor, id=statement, version=2, reason=None),
        lambda: topics.retract(by=actor, id=topic, version=1, reason=None),
        lambda: documents.change(by=actor, id=1, version=1, publisher="Press"),
    ]
    for number, step in enumerate(steps):
        step()
        assert derived.differences() == [], number


def test_a_statement_is_no_more_found_by_the_words_of_a_claim_that_it_left_for_a_new_one(
    registry: str, actor: Actor
) -> None:
    id = put_charge(actor, claim={"text": "Zebras graze.", "language": "en"})

    def found(words: str) -> list[int]:
        return listed_ids(statements, PUBLIC, q=words)

    assert (found("zebras"), found("lions")) == ([id], [])
    statements.change(by=actor, id=id, version=1, claim={"text": "Lions roam.", "language": "en"})
    assert (found("zebras"), found("lions")) == ([], [id])
    assert derived.differences() == []


def _snippets(viewer: Viewer, typed: str, *, by: str = "id", **more: Any) -> dict[int, list[str]]:
    """Of each claim that is found, the parts that it shows, each after where it is cut from."""
    asked, order = {"q": typed, **more}, Order(by, descending=by == "id")
    page = lists.page("claims", viewer=viewer, filters=asked, limit=50, order=order, include=("snippets",))
    return {item["id"]: [f"{part['in']}: {part['text']}" for part in item["snippets"]] for item in items_of(page)}


def _put_said(actor: Actor, claim: dict[str, Any], sentence: str, **other: Any) -> int:
    """Record that somebody stated `claim` in a document of this one `sentence`."""
    row = {
        "speaker": {"name": "The keeper"},
        "document": {"text": sentence, "language": "en"},
        "content": [{"text": sentence}],
        "form": "direct",
        "claim": claim,
    } | other
    return statements.record(by=actor, **row)


def test_a_snippet_is_cut_from_the_statement_by_which_a_claim_was_found(registry: str, actor: Actor) -> None:
    claim = put_claim(actor, "They are many.")
    for sentence in (
        "We have plenty.",
        "Stripes are plenty.",
        "The zebra has stripes.",
        "Zébras graze, and lions too.",
    ):
        _put_said(actor, {"id": claim}, sentence)
    _put_said(actor, {"id": claim}, "Herds of gnus graze.", origin=MACHINE, status="candidate")
    for by in ("id", "relevance"):
        for typed, wanted in (
            ("many", ["text: They are many."]),
            ("plenty", ["sentence: We have plenty."]),
            ("many plenty", ["text: They are many.", "sentence: We have plenty."]),
            ("stripes", ["sentence: Stripes are plenty."]),
            ("zebra", ["sentence: The zebra has stripes."]),
            # Not from the one before, in which not all that is asked stands.
            ("zebra stripes", ["sentence: The zebra has stripes."]),
            ("stripes -plenty", ["sentence: The zebra has stripes."]),
            ("zébras", ["sentence: Zébras graze, and lions too."]),
            ('"graze and lions"', ["sentence: Zébras graze, and lions too."]),
            ("zeb* lions", ["sentence: Zébras graze, and lions too."]),
            ("lions OR gnus", ["sentence: Zébras graze, and lions too."]),
            ("graze keeper", ["sentence: Zébras graze, and lions too."]),
            ("keeper", []),
        ):
            assert _snippets(PUBLIC, typed, by=by) == {claim: wanted}, (typed, by)
        assert _snippets(PUBLIC, "gnus", by=by) == {}
        assert _snippets(REVIEWER, "gnus", by=by) == {claim: ["sentence: Herds of gnus graze."]}


def test_a_snippet_of_a_public_claim_shows_no_sentence_of_a_candidate(registry: str, actor: Actor) -> None:
    claim = put_claim(actor, "The zebra grazes.")
    _put_said(actor, {"id": claim}, "No zebra is to be seen.", origin=MACHINE, status="candidate")
    for by in ("id", "relevance"):
        for viewer in (PUBLIC, REVIEWER):
            assert _snippets(viewer, "zebra", by=by) == {claim: ["text: The zebra grazes."]}


def test_snippets_take_one_more_query_for_a_page_and_none_where_each_item_has_one(
    registry: str, actor: Actor, queries: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_ids, "RANKED", 3)
    nodes.clear_caches()
    try:
        for number in range(5):
            claim = put_claim(actor, f"It is so, {number}.")
            for sentence in ("We have none.", "The zebra grazes.", "Zebras are many."):
                _put_said(actor, {"id": claim}, sentence[:-1] + f" {number}.")

        def asked(typed: str, by: str) -> int:
            queries.clear()
            shown = _snippets(PUBLIC, typed, by=by)
            assert (len(shown), all(shown.values())) == (5, True)
            return len(queries)

        # By relevance, what is not ranked is found by a second.
        for by, least in (("id", 1), ("relevance", 2)):
            assert (asked("so", by), asked("none", by), asked("zebra", by)) == (least, least, least + 1), by
    finally:
        nodes.clear_caches()


def test_what_is_typed_again_counts_once() -> None:
    for typed, once in (
        ("a a A “a”", "a"),
        ("a OR a OR a", "a"),
        ("a OR b a OR b -c -c", "a OR b -c"),
        ('"a b" OR "a b" a*', '"a b" a*'),
    ):
        assert search.parse(typed) == search.parse(once), typed
    assert search.parse("a a*") != search.parse("a")


def test_a_name_is_looked_for_by_the_beginnings_of_few_words() -> None:
    query = search.parse("a b c d e f")
    assert query is not None
    assert sum(term.prefix for group in query.begun().wanted for term in group) == search.MOST_PREFIXES
