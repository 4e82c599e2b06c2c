"""Rows of the log as reads show them: members with the names of the API, what is linked by its id."""

from collections.abc import Callable
from typing import Any

import orjson

Row = dict[str, Any]
Members = dict[str, Any]

#: The columns of which members are made, by the names of these; others are called as they are.
COLUMNS = {
    "mention": "mention_start",
    "cue": "cue_start",
    "original_id": "original",
    "statement_id": "statement",
    "target_id": "target",
    "publisher": "publisher_name",
    "rating": "rating_label",
    "merged_into_id": "merged_into",
}


def as_shown(noun: str, row: Row) -> Members:
    """Write a row of the table `noun` as the log keeps it with the members of the API.

    What a line notes besides (what a merge moved, topics, aliases) stands as it was noted.
    """
    members = {"id": row["id"], **_OF[noun](row)}
    members |= {name: row.get(name) for name in ("created_at", "updated_at", "version")}
    members |= {name: row.get(name) for name in ("retracted_at", "retracted_reason") if noun != "suggestions"}
    if noun in ("claims", "speakers"):
        members["merged_into_id"] = row.get("merged_into")
    return members | {name: row[name] for name in _NOTED if name in row and name not in members}


#: What lines note besides the row.
_NOTED = (
    *("moved", "followed", "put_in", "topics", "about", "aliases"),
    *("retracted_edges", "untargeted", "unlinked_reviews", "reassigned", "heir"),
)


def _named(row: Row, *names: str) -> Members:
    return {name: row.get(name) for name in names}


def _by_id(row: Row, *names: str) -> Members:
    return {name: None if row.get(name) is None else {"id": row[name]} for name in names}


def _json(row: Row, name: str) -> Members:
    """Read a column of JSON; an erasure leaves null of it."""
    value = row.get(name)
    return {name: orjson.loads(value) if isinstance(value, str) else value}


def _words(row: Row, name: str) -> Members:
    if row.get(f"{name}_start") is None:
        return {name: None}
    return {name: {"text": row.get(name), "start": row[f"{name}_start"], "end": row.get(f"{name}_end")}}


def _statement(row: Row) -> Members:
    via = {name: row.get(f"via_{name}") for name in ("speaker", "document")}
    passed_on = {name: id and {"id": id} for name, id in via.items()}
    return {
        **_by_id(row, "speaker"),
        **_words(row, "mention"),
        **_named(row, "role"),
        **_by_id(row, "on_behalf_of"),
        **_words(row, "cue"),
        **_json(row, "content"),
        **_named(row, "form", "said_on", "at"),
        "via": passed_on if any(via.values()) else None,
        "original_id": row.get("original"),
        **_by_id(row, "sentence", "document"),
        **_named(row, "status"),
        "origin": {"kind": row.get("origin"), **_named(row, "extractor", "extractor_version", "confidence")},
        **_by_id(row, "claim"),
    }


def _document(row: Row) -> Members:
    names = ("kind", "url", "title", "publisher", "published_at", "language", "retrieved_at")
    return _named(row, *names, "licence", "text_public", "length", "sha256")


def _speaker(row: Row) -> Members:
    names = _named(row, "name", "kind", "description", "wikidata_id")
    return {**names, **_json(row, "same_as"), **_by_id(row, "part_of")}


def _counterclaim(row: Row) -> Members:
    return {
        **_named(row, "kind"),
        "of": row.get("of", "claim"),
        "target_id": row.get("target"),
        **_named(row, "note"),
        "statement_id": row.get("statement"),
        **_by_id(row, "claim", "answer"),
    }


def _review(row: Row) -> Members:
    return {
        "publisher": {"name": row.get("publisher_name"), "site": row.get("publisher_site")},
        **_named(row, "url", "title"),
        "rating": {name: row.get(f"rating_{name}") for name in ("label", "value", "best", "worst")},
        "statement_id": row.get("statement"),
        **_named(row, "reviewed_at", "language", "licence"),
        **_by_id(row, "claim"),
    }


def _suggestion(row: Row) -> Members:
    names = _named(row, "status", "kind", "score", "doubt", "matcher", "matcher_version")
    return {**names, **_json(row, "reasons"), **_by_id(row, "statement", "claim")}


_OF: dict[str, Callable[[Row], Members]] = {
    "claims": lambda row: _named(row, "text", "language", "standalone"),
    "counterclaims": _counterclaim,
    "documents": _document,
    "reviews": _review,
    "sentences": lambda row: {**_by_id(row, "document"), **_named(row, "position", "start", "end", "text")},
    "speakers": _speaker,
    "statements": _statement,
    "suggestions": _suggestion,
    "topics": lambda row: _named(row, "slug", "label"),
}
