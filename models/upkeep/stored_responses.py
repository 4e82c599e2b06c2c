"""Stored responses: emptied where they show what an erasure took."""

import re
from functools import partial

import orjson

from models.storage.database import fetch
from models.storage.transactions import write
from models.tables import Reply
from models.upkeep.redaction import Erasure, strings

#: The path of a record, as its `href` and `Location` have it.
_HREF = re.compile(r'"(/v1/[a-z]+/[0-9]+)"')
#: Reads some stored responses: a document's may have a million characters.
_REPLIES = "SELECT id, headers, body FROM replies WHERE id > ? AND body IS NOT NULL ORDER BY id LIMIT 50"
#: A Wikidata id in a text.
_ITEM = re.compile("Q[0-9]+")


def redact(erasure: Erasure, *, dry_run: bool) -> None:
    """Empty the stored responses that show a row that lost words, or name who is erased; their retries are refused.

    Outside of a transaction, a few at a time: all of them are too much to read while others wait to write.
    """
    gone = {f"/v1/{table}/{id}" for table, ids in erasure.rows.items() for id in ids}
    gone |= {f"/v1/documents/{id}" for id in erasure.texts} | {f"/v1/suggestions/{id}" for id in erasure.reworded}
    gone |= {f"/v1/claims/{id}" for id in erasure.last_alone}

    def shows(headers: str | None, body: str) -> bool:
        return not gone.isdisjoint(_HREF.findall(f"{headers} {body}")) or any(map(tells, strings(orjson.loads(body))))

    def tells(text: str) -> bool:
        return erasure.names.may_stand_in(text) or not erasure.items.isdisjoint(_ITEM.findall(text))

    last = 0
    while some := fetch(_REPLIES, (last,)):
        last = some[-1][0]
        found = [id for id, headers, body in some if shows(headers, body)]
        erasure.counts["stored responses"] += len(found)
        if found and not dry_run:
            write(partial(_empty, found))


def empty_all() -> None:
    """Empty every stored response: an erasure that was interrupted may have left some that show what it erased."""
    last = 0
    while some := fetch(_REPLIES, (last,)):
        last = some[-1][0]
        write(partial(_empty, [id for id, *_ in some]))


def _empty(replies: list[int]) -> None:
    """Leave of stored responses who sent which Idempotency-Key: a digest of the request would tell guesses of it."""
    Reply.update(headers=None, body=None, request_hash="").where(Reply.id.in_(replies)).execute()
