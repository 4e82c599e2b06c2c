"""Words, phrases, prefixes and exclusions find the same on both databases, in every script."""

import random
import sqlite3
import unicodedata
from contextlib import closing
from typing import Any

import pytest

from models import claims, speakers
from models.history.changes import Actor
from models.queries import derived_rows, search
from models.storage.columns import dumps
from models.storage.database import db, on_sqlite
from models.storage.transactions import transaction
from tests.factories import PUBLIC, listed_ids, put_charge, put_claim, put_plain

#: Letters, marks and digits of twenty scripts, and others that are no letters.
SCRIPTS = {
    "Latin": "aäeéiïoőuxzßæłİı",
    "Greek": "αάβσςώΏΣ",
    "Cyrillic": "аеёийжЖЪі",
    "Armenian": "աբգԱԲ",
    "Hebrew": "אבגשׁ",
    "Arabic": "ابتَُّ٠١٢۱۴",
    "Devanagari": "हिन्दीक०१२",
    "Bengali": "বাংলা০১২",
    "Gurmukhi": "ਪੰਜਾਬੀ੦੧",
    "Gujarati": "ગુજરાતી૦૧",
    "Tamil": "தமிழ்௦௧",
    "Telugu": "తెలుగు౦౧",
    "Kannada": "ಕನ್ನಡ೦೧",
    "Malayalam": "മലയാളം൦൧",
    "Thai": "ภาษาไทย๐๑",
    "Tibetan": "བོདཡིག༠༡",
    "Georgian": "ქართულიᲥ",
    "Ethiopic": "አማርኛ፩፪",
    "Khmer": "ភាសាខ្មែរ០១",
    "Hangul": "한국어가각",
    "Kana": "カガがひらｱﾞ",
    "Han": "战争戰一〇",
    "none": "0129½²³①Ⅻ㊿",
}
BETWEEN = (" ", " ", " ", ", ", "-", " “", "” ", "। ", "。", "؟ ", "\u200c", " — ", "_", "'", "\n")


def _made(dice: random.Random) -> list[str]:
    """Words of one script, few enough that they come again."""
    letters = SCRIPTS[dice.choice(sorted(SCRIPTS))]
    return ["".join(dice.choices(letters, k=dice.randint(1, 4))) for _ in range(6)]


def _typed(dice: random.Random, every: list[str]) -> str:
    pieces = []
    for _ in range(dice.randint(1, 3)):
        word = dice.choice(every)
        kind = dice.randrange(5)
        pieces.append(
            f'"{word} {dice.choice(every)}"'
            if kind == 0
            else f"{word[:2]}*"
            if kind == 1
            else f"-{word}"
            if kind == 2
            else f"{word} OR {dice.choice(every)}"
            if kind == 3
            else word.upper()
        )
    return " ".join(pieces)


def _found(typed: str, texts: list[str]) -> list[int]:
    """The numbers of the texts that a query finds, by the words of both alone."""
    query = search.parse(typed)
    if query is None:
        return []

    def stands(term: search.Term, words: list[str]) -> bool:
        *first, last = term.words
        return any(
            words[at : at + len(first)] == first
            and (words[at + len(first)].startswith(last) if term.prefix else words[at + len(first)] == last)
            for at in range(len(words) - len(first))
        )

    every = [search.words(text) for text in texts]
    return [
        number
        for number, words in enumerate(every, 1)
        if all(any(stands(term, words) for term in group) for group in query.wanted)
        and not any(stands(term, words) for term in query.unwanted)
    ]


@pytest.mark.slow
def test_both_databases_find_the_same_in_every_script(registry: str, actor: Actor) -> None:
    dice = random.Random(20261127)  # noqa: S311
    shelves = [_made(dice) for _ in range(60)]
    texts = [
        "".join(word + dice.choice(BETWEEN) for word in dice.choices(every, k=dice.randint(2, 6))) + "x"
        for every in shelves
        for _ in range(3)
    ]
    with transaction():
        for text in texts:
            put_claim(actor, text)
    some, wrong = 0, {}
    for every in shelves:
        for _ in range(6):
            typed = _typed(dice, every)
            wanted = _found(typed, texts)
            found = sorted({id for past in (None, 101) for id in listed_ids(claims, PUBLIC, q=typed, past=past)})
            some += bool(wanted)
            if found != wanted:
                wrong[typed] = (found, wanted)
    assert some > 100
    assert not wrong


@pytest.mark.parametrize(
    ("text", "finds", "not_"),
    [
        ("در سال ۱۴۰۲ گفت", ["۱۴۰۲", '"سال ۱۴۰۲"', "۱۴*", "سال"], ["۱۳۹۹", '"سال ۱۳۹۹"', "سال -۱۴۰۲"]),
        ("हिन्दी में दावा", ["हिन्दी", "हिन्*"], ["हिन्द", "ह", "दावा -हिन्दी"]),
        ("½ of it, 10²³, ①", ["½", "10²³", "①", '"½ of"'], ["²³", "10", "of -½"]),
        (
            "Wałęsa und Søren, Straße des Đoković: İşık Ørsted, Ægir, ǾL, œuvre, ﬁn",
            ["walesa", "Wałesa", "walę*", "SØREN soren", "strasse", "STRAẞE", '"strasse des dokovic"', "isik", "IŞIK"],
            ["walensa", "strase", "egir"],
        ),
        ("I ❤️ it: 葛\U000e0100 1️⃣", ["葛", '"i it"'], ["❤"]),
        ("یک می\u200cخواهم", ["می\u200cخواهم", '"می خواهم"', "خواهم"], ["میخواهم"]),
    ],
)
def test_finds_marks_and_digits_of_every_script(
    registry: str, actor: Actor, text: str, finds: list[str], not_: list[str]
) -> None:
    id = put_claim(actor, text)
    assert {typed: listed_ids(claims, PUBLIC, q=typed) for typed in finds} == {typed: [id] for typed in finds}
    assert {typed: listed_ids(claims, PUBLIC, q=typed) for typed in not_} == {typed: [] for typed in not_}


def test_a_word_longer_than_what_is_kept_of_it_is_found(registry: str, actor: Actor) -> None:
    for number, letter in enumerate("aж战", 1):
        word = letter * 5_000
        assert put_claim(actor, f"{word} {word}") == number
        for typed in (letter * 500, f'"{letter * 240} {letter * 240}"', f"{letter * 200}*"):
            assert listed_ids(claims, PUBLIC, q=typed) == ([] if typed.startswith('"') else [number]), typed[:3]


def test_a_phrase_does_not_go_on_from_a_claim_to_its_sentence(registry: str, actor: Actor) -> None:
    put_charge(actor, claim={"text": "The war is long.", "language": "en"})
    assert listed_ids(claims, PUBLIC, q='"war is long"') == [1]
    assert listed_ids(claims, PUBLIC, q='"long us officials"') == []


@pytest.mark.slow
def test_both_databases_cut_every_character_alike(registry: str) -> None:
    # What Unicode 3.2 knew: later letters are unknown to one or the other, as time goes by.
    known = [
        chr(point) for point in range(1, 0x110000) if unicodedata.ucd_3_2_0.category(chr(point)) not in {"Cn", "Cs"}
    ]
    known = [letter for letter in known if unicodedata.category(letter) != "Co"]
    wrong: dict[str, Any] = {}
    for start in range(0, len(known), 200):
        texts = [f"a{letter}b {letter}" for letter in known[start : start + 200]]
        wrong |= {text: words for text, words in _indexed(texts) if words != sorted(set(search.words(text)))}
    assert not wrong


def _indexed(texts: list[str]) -> list[tuple[str, list[str]]]:
    """The words of each text, as the database makes them."""
    if on_sqlite():
        index = "INSERT INTO claim_search (rowid, text) SELECT key, words_of(value) FROM json_each(?)"
        with transaction():
            db.execute_sql(index, (dumps(texts),))
            db.execute_sql("CREATE VIRTUAL TABLE temp.indexed USING fts5vocab(main, claim_search, instance)")
            found = set(db.execute_sql("SELECT doc, term FROM indexed").fetchall())
            db.execute_sql("DROP TABLE temp.indexed")
            db.execute_sql("DELETE FROM claim_search")
        return [(text, sorted(term for doc, term in found if doc == key)) for key, text in enumerate(texts)]
    sql = "SELECT t, tsvector_to_array(words_of(t)) FROM unnest(%s::text[]) AS x(t)"
    return [(text, sorted(words)) for text, words in db.execute_sql(sql, (texts,)).fetchall()]


def test_the_names_of_a_speaker_are_read_once_for_all_statements(registry: str, actor: Actor) -> None:
    speakers.create(by=actor, name="Somebody", aliases=[f"Alias {number}" for number in range(50)])
    for word in ("first", "second", "third", "fourth"):
        put_plain(actor, word)
    (filling,) = (one.selecting() for one in derived_rows.word_sources() if one.table == "statement_search")
    if on_sqlite():
        read: list[str] = []
        with closing(sqlite3.connect(registry.removeprefix("sqlite:///"))) as connection:
            connection.create_function("words_of", 1, read.append)
            assert len(connection.execute(filling).fetchall()) == 4
        assert sum("Alias 49" in text for text in read) == 1
    else:
        ((plan,),) = db.execute_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {filling}").fetchall()
        nodes = [plan[0]["Plan"]]
        for node in nodes:
            nodes += node.get("Plans", [])
        assert [node["Actual Loops"] for node in nodes if node.get("Relation Name") == "aliases"] == [1]
