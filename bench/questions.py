"""What each server is asked in each work: the same questions, in each server's words.

A request is (method, path, headers, body); a server's requests are made from the workload that `generate.py` chose.
"""

import itertools
import json
import random
from typing import Any
from urllib.parse import urlencode

from rows import SECRET

Request = tuple[str, str, dict[str, str], str]
Works = dict[str, list[Request]]
#: Where the deep pages begin: topic, first day, day after the last, our cursor, and day and id of the item before.
Deep = list[tuple[str, str, str, str, str, int]]

#: What the works are, in the order in which they are shown.
TITLES = {
    "W1": "one claim with everything linked",
    "W2": "page of 50 claims of a speaker",
    "W3": "search for two words, 20 by relevance",
    "W4": "topic, dates, answered; the newest 20",
    "W4D": "the same, unanswered, 10,000 rows deep",
    "W8": "one claim that has not changed (304)",
    "MIX": "45/15/15/15 % W1 to W4, 10 % W5",
    "W5": "record a statement with its claim, durably",
}

_FIRST = (
    *("said_on", "speaker.id", "speaker.name", "speaker.kind", "sentence.id", "sentence.position", "sentence.start"),
    *("sentence.end", "sentence.text", "document.id", "document.title", "document.publisher", "document.url"),
    "document.published_at",
)
_STATEMENT = (
    "id",
    "speaker.id",
    "speaker.name",
    "speaker.kind",
    "sentence.id",
    "cue.text",
    "content",
    "form",
    "said_on",
)
_EDGE = ("id", "kind", "answer.id", "answer.text")
#: The members that hold what the others answer with (sql.py).
SHORT = ("id", "text", "language", "topics.slug", *(f"first_statement.{name}" for name in _FIRST))
FULL = (*SHORT, *(f"statements.{name}" for name in _STATEMENT), *(f"counterclaims.{name}" for name in _EDGE))
#: The export of all claims with them.
EXPORT = f"/v1/exports/claims?fields={','.join(FULL)}"


def _get(path: str, **asked: Any) -> Request:
    return "GET", f"{path}?{urlencode(asked, safe=',')}" if asked else path, {}, ""


def _post(path: str, body: Any, **headers: str) -> Request:
    return "POST", path, {"Content-Type": "application/json", **headers}, json.dumps(body)


def ours(workload: dict[str, Any], deep: Deep) -> Works:
    """Ask Counterclaim."""
    full, short = {"fields": ",".join(FULL)}, {"fields": ",".join(SHORT)}
    newest = {"stated": "first", "sort": "-day"}
    found = newest | {"limit": 20} | short
    return {
        "W1": [_get(f"/v1/claims/{id}", **full) for id in workload["ids"]],
        "W2": [_get("/v1/claims", speaker=id, limit=50, **newest, **full) for id in workload["speakers"]],
        "W3": [
            _get("/v1/claims", q=" ".join(words), sort="relevance", limit=20, **{"in": "text"}, **short)
            for words in workload["words"]
        ],
        "W4": [
            _get("/v1/claims", topic=topic, said_from=since, said_before=until, answered="true", **found)
            for topic, since, until in workload["filters"]
        ],
        "W4D": [
            _get(
                "/v1/claims", topic=topic, said_from=since, said_before=until, answered="false", cursor=cursor, **found
            )
            for topic, since, until, cursor, _, _ in deep
        ],
        "W5": [_post("/v1/statements", _statement(new), Authorization=f"Bearer {SECRET}") for new in workload["new"]],
    }


def _statement(new: dict[str, Any]) -> dict[str, Any]:
    return {
        "speaker": {"id": new["speaker"]},
        "document": {"id": new["document"]},
        "sentence": {"id": new["sentence"]},
        "content": [{"start": new["start"], "end": new["end"]}],
        "form": "indirect",
        "said_on": new["said_on"],
        "claim": {"text": new["content"] + ".", "language": "en", "topics": [new["topic"]]},
    }


def limit(workload: dict[str, Any], deep: Deep) -> Works:
    """Ask the bare app."""
    return {
        "W1": [_get(f"/claims/{id}") for id in workload["ids"]],
        "W2": [_get("/speaker", speaker=id) for id in workload["speakers"]],
        "W3": [_get("/search", q=" ".join(words)) for words in workload["words"]],
        "W4": [_get("/answered", topic=topic, since=since, until=until) for topic, since, until in workload["filters"]],
        "W4D": [
            _get("/deep", topic=topic, since=since, after_day=day, after_id=id) for topic, since, _, _, day, id in deep
        ],
        "W5": [_post("/record", new | {"text": new["content"] + "."}) for new in workload["new"]],
    }


def datasette(workload: dict[str, Any], deep: Deep) -> Works:
    """Ask Datasette."""
    short = {"_shape": "array", "_json": ("topics", "first_statement")}
    full = short | {"_json": (*short["_json"], "statements", "counterclaims")}
    wanted = {"Accept": "application/json"}

    def get(query: str, shape: dict[str, Any], **asked: Any) -> Request:
        return "GET", f"/registry/{query}.json?{urlencode({**asked, **shape}, doseq=True)}", {}, ""

    return {
        "W1": [get("claim", full, id=id) for id in workload["ids"]],
        "W2": [get("speaker", full, speaker=id) for id in workload["speakers"]],
        "W3": [get("search", short, q=" ".join(words)) for words in workload["words"]],
        "W4": [get("answered", short, topic=t, since=since, until=until) for t, since, until in workload["filters"]],
        "W4D": [
            get("deep", short, topic=topic, since=since, after_day=day, after_id=id)
            for topic, since, _, _, day, id in deep
        ],
        "W5": [
            _post("/registry/record?_json=1", new | {"text": new["content"] + "."}, **wanted) for new in workload["new"]
        ],
    }


def mixed(works: Works) -> list[Request]:
    """Mix reads and writes; what W5 records is left for W5."""
    chosen = random.Random(11).choices(("W1", "W2", "W3", "W4", "W5"), weights=(45, 15, 15, 15, 10), k=20_000)
    again = {work: itertools.cycle(works[work]) for work in set(chosen) - {"W5"}}
    again["W5"] = iter(works["W5"][len(works["W5"]) // 2 :])
    mix = []
    for work in chosen:
        request = next(again[work], None)
        if request is None:
            break
        mix.append(request)
    return mix
