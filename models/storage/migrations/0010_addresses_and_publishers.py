"""Addresses and publishers as they are looked up: without what does not tell pages apart, and in any case."""

import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from peewee import chunked
from url_normalize import url_normalize

#: What is known only once for each address: table, and the column beside the address.
_EDITIONS = (("documents", "sha256"), ("reviews", "claim_id"))
#: Table, the column of the publisher's name, and which rows have an entry in the index of its key.
_PUBLISHERS = (("documents", "publisher", " WHERE publisher_key IS NOT NULL"), ("reviews", "publisher_name", ""))


def up(migrator: Any, db: Any) -> None:
    """Write the address of each row anew; of two that became the same, the later stays as it was spelled."""
    db.execute_sql('ALTER TABLE "reviews" ADD COLUMN "url_normalized" TEXT')
    db.execute_sql("UPDATE reviews SET url_normalized = url")
    for table, beside in _EDITIONS:
        _write_keys(db, table, "url", _shortened)
        db.execute_sql("CREATE INDEX keys_key ON keys (key)")
        db.execute_sql(
            f"UPDATE {table} SET url_normalized = k.key FROM keys k WHERE k.id = {table}.id AND ("
            f"{table}.retracted_at IS NOT NULL OR NOT EXISTS (SELECT 1 FROM keys o JOIN {table} e ON e.id = o.id WHERE"
            f" o.key = k.key AND o.id < k.id AND e.{beside} = {table}.{beside} AND e.retracted_at IS NULL))"
        )
        db.execute_sql("DROP TABLE keys")
    db.execute_sql('DROP INDEX "reviews_url_claim"')
    db.execute_sql(
        'CREATE UNIQUE INDEX "reviews_url_claim" ON "reviews" ("url_normalized", "claim_id") WHERE retracted_at IS NULL'
    )
    for table, words, index in _PUBLISHERS:
        db.execute_sql(f'ALTER TABLE "{table}" ADD COLUMN "publisher_key" TEXT')
        _write_keys(db, table, words, _folded)
        db.execute_sql(f"UPDATE {table} SET publisher_key = k.key FROM keys k WHERE k.id = {table}.id")
        db.execute_sql("DROP TABLE keys")
        db.execute_sql(f'DROP INDEX "{table}_{words}"')
        db.execute_sql(f'CREATE INDEX "{table}_publisher_key" ON "{table}" ("publisher_key"){index}')


def _write_keys(db: Any, table: str, words: str, key: Callable[[str], str]) -> None:
    """Write the key of what stands in a column of each row into a temporary table, 1,000 rows at a time."""
    place = "(?, ?)" if db.param == "?" else "(%s, %s)"
    db.execute_sql("CREATE TEMPORARY TABLE keys (id BIGINT PRIMARY KEY, key TEXT)")
    found = db.execute_sql(f"SELECT id, {words} FROM {table} WHERE {words} IS NOT NULL").fetchall()
    for rows in chunked(found, 1000):
        values = [value for id, text in rows for value in (id, key(text))]
        db.execute_sql(f"INSERT INTO keys VALUES {', '.join([place] * len(rows))}", values)


_BEGINNING = re.compile(r"^https?://(www\.(?=[^/?]))?", re.IGNORECASE)
_TRACKING = re.compile(
    r"utm_\w+|_ga|_gl|gclid|gclsrc|gbraid|wbraid|dclid|fbclid|msclkid|twclid|igshid|igsh|yclid|mc_cid|mc_eid|epik"
)


def _shortened(url: str) -> str:
    """Write an address as `addresses.normalize` did when this was written."""
    address = url.split("#", 1)[0]
    with suppress(ValueError):
        address = url_normalize(address)
    page, _, query = _BEGINNING.sub("", address).partition("?")
    kept = "&".join(one for one in query.split("&") if not _TRACKING.fullmatch(one.partition("=")[0]))
    return page.rstrip("/") + (f"?{kept}" if kept else "")


def _folded(text: str) -> str:
    """Fold a name as `columns.comparison_key` did when this was written."""
    visible = "".join(mark for mark in text if unicodedata.category(mark) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).casefold()).split())
