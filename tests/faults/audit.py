"""An audit of a registry that has been through something: it is whole, and holds what was acknowledged, once."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from models.queries import derived
from models.storage import database
from models.upkeep import seal_check, verify
from tests.faults.traffic import Writers

#: What bears the name that a writer gave it: noun -> column.
NAMED = {"claims": "text", "speakers": "name", "topics": "label"}

#: The nouns whose every version has a line in the log.
LOGGED = ("claims", "speakers", "topics", "statements", "documents", "counterclaims", "reviews")


@contextmanager
def bound(url: str) -> Iterator[None]:
    """Ask the database at `url` from this process."""
    database.connect(url)
    try:
        yield
    finally:
        hang_up()


def hang_up() -> None:
    """Close every connection of this process: the server under test shall be alone with its database."""
    database.close()
    database.disconnect()


def whole(url: str) -> None:
    """Raise AssertionError where pages, references, rules, derived tables, index, log or seals are not whole."""
    with bound(url):
        if database.on_sqlite():
            assert database.fetch("PRAGMA integrity_check") == [("ok",)]
            assert database.fetch("PRAGMA foreign_key_check") == []
            _words_are_whole(url)
        assert (wrong := [*derived.differences(), *verify.broken_rules(), *seal_check.problems()]) == [], wrong
        for noun in LOGGED:
            wrong = database.fetch(
                f"SELECT n.id, n.version, count(c.sequence) FROM {noun} n"
                f" LEFT JOIN changes c ON c.noun = '{noun}' AND c.noun_id = n.id"
                " GROUP BY n.id, n.version HAVING count(c.sequence) <> n.version LIMIT 5"
            )
            assert not wrong, f"{noun} whose versions are not those of the log (id, version, lines): {wrong}"
            lost = database.fetch(
                f"SELECT c.sequence FROM changes c LEFT JOIN {noun} n ON n.id = c.noun_id"
                f" WHERE c.noun = '{noun}' AND n.id IS NULL LIMIT 5"
            )
            assert not lost, f"lines about {noun} that are not there: {lost}"
        halves = database.fetch(
            "SELECT c.text FROM claims c LEFT JOIN statements s ON s.claim_id = c.id JOIN changes h"
            " ON h.noun = 'claims' AND h.noun_id = c.id WHERE s.id IS NULL AND h.sequence IN"
            " (SELECT sequence - 1 FROM changes WHERE noun = 'statements') LIMIT 5"
        )
        assert not halves, f"claims without the statement that they came with: {halves}"


def _words_are_whole(url: str) -> None:
    # FTS5's own check compares its index with what it was given; a rowid check alone would miss lost words.
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        for table in ("claim_search", "statement_search", "hidden_claim_search", "hidden_statement_search"):
            connection.execute(f"INSERT INTO {table}({table}) VALUES ('integrity-check')")
        connection.rollback()
    connection.close()


def held_once(url: str, writers: Writers, *, also_maybe: bool = False) -> None:
    """Raise AssertionError where an acknowledged create is lost, doubled or another row, or an unknown one is there.

    With `also_maybe` rows may be there whose answer was cut.
    """
    with bound(url):
        for noun, column in NAMED.items():
            rows = dict[str, list[int]]()
            mark = f"%{writers.run_id}w%"
            for id, text in database.fetch(f"SELECT id, {column} FROM {noun} WHERE {column} LIKE ?", (mark,)):
                rows.setdefault(text.partition(" ")[2], []).append(id)
            doubled = {name: ids for name, ids in rows.items() if len(ids) > 1}
            assert not doubled, f"{len(doubled)} {noun} are there more than once: {list(doubled.items())[:3]}"
            told = {name: id for name, (of, id) in writers.acknowledged.items() if of == noun}
            lost = [name for name, id in told.items() if rows.get(name) != [id]]
            assert not lost, f"{len(lost)} of {len(told)} acknowledged {noun} are lost: {lost[:3]}"
            with_them = {name for name, (of, _) in writers.acknowledged.items() if of == "statements"}
            extra = rows.keys() - told.keys() - with_them - (set(writers.cut) if also_maybe else set())
            assert not extra, f"{len(extra)} {noun} are there that nobody was told of: {sorted(extra)[:3]}"
        stated = Counter(
            dict(
                database.fetch(
                    "SELECT c.text, count(*) FROM statements s JOIN claims c ON c.id = s.claim_id"
                    " WHERE c.text LIKE ? GROUP BY c.text",
                    (f"%{writers.run_id}w%",),
                )
            )
        )
        for name, (of, _) in writers.acknowledged.items():
            if of == "statements":
                assert stated[f"Claim {name}"] == 1, f"{stated[f'Claim {name}']} statements of {name}"
        ids = {id for of, id in writers.acknowledged.values() if of == "statements"}
        assert len(ids) == sum(of == "statements" for of, _ in writers.acknowledged.values()), "an id was given twice"


def rows(sql: str, *params: object) -> list[tuple[Any, ...]]:
    """Ask the bound database."""
    return database.fetch(sql, params)


def count(noun: str) -> int:
    """How many rows of a noun the bound database holds."""
    return int(rows(f"SELECT count(*) FROM {noun}")[0][0])
