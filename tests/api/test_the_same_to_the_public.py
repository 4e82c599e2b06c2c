"""What was never public changes no answer that the public gets: each is that of a registry that never held it."""

import json
import re
from collections.abc import Callable
from itertools import product
from random import Random
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.settings import Settings
from models.access import keys
from models.storage import database
from models.vocabulary import COUNTER_KINDS, FACETS, FORMS, ORIGINS, SPEAKER_KINDS
from tests.api.histories import PLACES, SPEAKERS, TOPICS, WORDS, History, Registry
from tests.checked import CheckedClient

pytestmark = pytest.mark.slow

Urls = Callable[[], str]
#: An address, its parameters, and the noun and key of the one thing that is read; (noun, key) stands for an id.
Question = tuple[str, dict[str, Any], tuple[str, Any] | None]

#: The noun of what stands under a member.
NOUNS = {
    **dict.fromkeys(("speaker", "on_behalf_of", "part_of", "about", "by", "against"), "speakers"),
    **dict.fromkeys(("claim", "answer", "claims", "claim_id", "answer_id"), "claims"),
    **dict.fromkeys(("statement", "statements", "first_statement", "statement_id", "target_id"), "statements"),
    "original_id": "statements",
    **dict.fromkeys(("counterclaims", "counters", "attribution_answers"), "counterclaims"),
    "document": "documents",
    "sentence": "sentences",
    **dict.fromkeys(("review", "reviews"), "reviews"),
    "topics": "topics",
}
#: How many lists are read of the some 1,200 that there are.
SAMPLE = 200
#: An id that nothing has.
NOTHING = 999_999_999
ORDERS = ("id", "-id", "day", "-day")
DAYS = ("2026-01-01", "2026-01-05", "2026-02-01")


def told(url: str, steps: list[Any], asked: list[Question] | None, random: Random, *, unseen: bool) -> Any:
    """Play `steps` to a fresh registry and ask it as the public; return the questions, and what each was answered."""
    app = create_app(Settings(DATABASE_URL=url, REQUESTS_PER_MINUTE=0, KEY_REQUESTS_PER_MINUTE=0))
    app.test_client_class = CheckedClient
    reviewer, public = app.test_client(), app.test_client()
    reviewer.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {keys.create(name='test', scope='review')[1]}"
    registry = Registry(reviewer)
    registry.play(steps, unseen=unseen)
    if asked is None:
        asked = [*wholes(registry), *random.sample([*lists(registry, random), *others(registry)], SAMPLE)]
    answers = [answer(public, registry, *question) for question in asked]
    database.close()
    return asked, answers


def wholes(registry: Registry) -> list[Question]:
    """Read each thing that there is, also what only one of the registries holds."""
    extras = {"claims": ({"include": "first_statement,answered"},), "counterclaims": ({"include": "days"},)}
    return [
        (f"/v1/{noun}/", more, (noun, key))
        for noun, ids in registry.ids.items()
        for key in ids
        for more in ({}, *extras.get(noun, ()))
    ]


def lists(registry: Registry, random: Random) -> list[Question]:
    """Read the lists of claims, statements and counterclaims, and their exports, by each filter and by pairs."""
    found: list[Question] = []
    extras = {"claims": "first_statement,answered", "statements": None, "counterclaims": "days"}
    for noun, include in extras.items():
        some = values(registry, noun)
        every = ",".join((*FACETS, "kind" if noun == "counterclaims" else "counter_kind"))
        shown = {"facets": every, "total": "true", "include": include}
        for narrowed in [{name: value} for name, of_all in some.items() for value in of_all]:
            order = random.choice(ORDERS)
            found.append((f"/v1/{noun}", {**shown, **narrowed, "sort": order}, None))
            found.append((f"/v1/exports/{noun}", {**narrowed, "include": include if noun == "claims" else None}, None))
            if noun == "claims":
                found.append((f"/v1/{noun}", {**shown, **narrowed, "stated": "first", "sort": order}, None))
        for _ in range(60):
            pair = {name: random.choice(some[name]) for name in random.sample(sorted(some), 2)}
            found.append((f"/v1/{noun}", {**shown, **pair, "sort": random.choice(ORDERS), "limit": 3}, None))
        orders = (*ORDERS, "-statement_count") if noun == "claims" else ORDERS
        found += [(f"/v1/{noun}", {**shown, "sort": order, "limit": 2}, None) for order in orders]
        found.append((f"/v1/exports/{noun}", {"format": "csv"}, None))
        snippets = {"include": "snippets" if noun != "counterclaims" else None}
        for word in (*WORDS, "speaker", "quote1", "water war", "water OR tax -rail"):
            found += [(f"/v1/{noun}", {"q": word, **snippets, "sort": sort}, None) for sort in (None, "id", "-day")]
    return found + [("/v1/claims", {"q": word, "in": "text"}, None) for word in WORDS]


def others(registry: Registry) -> list[Question]:
    """Read charges, positions and disputes, and the lists that few filters narrow."""
    found: list[Question] = []
    for name, (flag, sort) in product(SPEAKERS, (("true", "day"), ("false", "-day"))):
        one = ("speakers", name)
        found.append(("/v1/speakers//charges", {"answered": flag, "sort": sort}, one))
        found.append(("/v1/speakers//charges", {"sort": sort, "include": "first_statement"}, one))
        found.append(("/v1/speakers//positions", {"parts": flag, "sort": sort}, one))
        found.append(("/v1/speakers//positions", {"prints": flag, "sort": sort}, one))
        found += [("/v1/disputes", {side: one, "limit": 2}, None) for side in ("by", "against")]
        found += [("/v1/exports/positions", {side: one}, None) for side in ("speaker", "part_of")]
    found += [("/v1/charges", {"answered": flag, "include": "answered"}, None) for flag in ("true", "false", None)]
    narrowed: list[dict[str, Any]] = [{}, *({"kind": kind} for kind in COUNTER_KINDS)]
    narrowed += [{"topic": slug} for slug in TOPICS]
    narrowed += [{bound: day} for bound in ("said_from", "said_to") for day in DAYS]
    found += [(f"/v1/{path}", more, None) for path in ("disputes", "exports/disputes") for more in narrowed]
    found += [("/v1/exports/positions", more, None) for more in narrowed if "kind" not in more]
    claims = [("claims", key) for key in registry.ids["claims"]]
    found += [("/v1/claims//exchange", {}, claim) for claim in claims]
    plain: dict[str, dict[str, Any]] = {
        "documents": {
            "url": PLACES,
            "kind": ["article", "memo"],
            "publisher": ["Press 0", "Press 1"],
            "published_from": DAYS,
        },
        "speakers": {"name": list(SPEAKERS), "kind": list(SPEAKER_KINDS)},
        "sentences": {"document": [("documents", url) for url in PLACES]},
        "reviews": {"claim": claims, "publisher": ["checks.example"], "rating_from": ["0.5"], "rating_to": ["0.5"]},
        "topics": {},
    }
    for noun, some in plain.items():
        some["q"] = [*WORDS, "speaker", "title", "quote1"]
        for more in ({"total": "true"}, *({name: value} for name, of_all in some.items() for value in of_all)):
            found.append((f"/v1/{noun}", {**more, "limit": 3}, None))
            more.pop("total", None)
            if noun != "sentences":
                found.append((f"/v1/exports/{noun}", more, None))
    return found


def values(registry: Registry, noun: str) -> dict[str, list[Any]]:
    """Some values of each filter that the list of `noun` takes; (noun, key) for an id."""
    claims = [("claims", key) for key in registry.ids["claims"]]
    speakers, flags = [("speakers", name) for name in SPEAKERS], ["true", "false"]
    of_prints = {"original": [("statements", key) for key in registry.ids["statements"]], "prints": flags}
    of_answers = {"answered_by": speakers, "answered": flags, "disputed": flags, "counter_kind": list(COUNTER_KINDS)}
    return {
        **(of_answers if noun != "counterclaims" else {"kind": list(COUNTER_KINDS)}),
        **({"claim": claims} if noun != "claims" else {}),
        **(of_prints if noun == "statements" else {}),
        **dict.fromkeys(("speaker", "on_behalf_of", "part_of", "about", "accused", "via_speaker"), speakers),
        "via_document": [("documents", url) for url in PLACES],
        **({"answered_in_document": flags} if noun != "statements" else {}),
        "reviewed": flags,
        **{name: list(DAYS) for name in ("said_from", "said_to", "said_before", "published_from", "published_to")},
        "document": [("documents", url) for url in PLACES],
        "url": PLACES,
        "domain": [url.split("/")[2] for url in PLACES],
        "publisher": ["Press 0", "Press 1"],
        "document_kind": ["article", "release"],
        "document_language": ["en", "de"],
        "cue": ["tells", "tells of"],
        "speaker_kind": list(SPEAKER_KINDS),
        "form": list(FORMS),
        "origin": list(ORIGINS),
        "min_confidence": ["0.4", "0.9"],
        "status": ["accepted"],
        "recorded_by": [1],
        "topic": list(TOPICS),
        "language": ["en", "de"],
        "review_publisher": ["Checks"],
        "rating": ["True", "False"],
        "rating_from": ["0", "0.5", "1"],
        "rating_to": ["0", "0.5", "1"],
        "conflicting": flags,
    }


def answer(public: FlaskClient, registry: Registry, path: str, params: dict[str, Any], one: Any) -> Any:
    """Ask a question, all pages of a list, and write what is answered without ids and times."""

    def id_of(value: Any) -> Any:
        return registry.ids[value[0]].get(value[1], NOTHING) if isinstance(value, tuple) else value

    if one:
        path = path.replace("//", f"/{id_of(one)}/") if "//" in path else f"{path}{id_of(one)}"
    query = {name: id_of(value) for name, value in params.items() if value is not None}
    noun = {"charges": "claims", "positions": "statements"}.get(
        path.rpartition("/")[2], path.split("/")[-1 - bool(one)]
    )
    pages = []
    while True:
        got = public.get(path, query_string=query)
        pages.append(plain(got, registry, noun, by_rank="q" in query and "sort" not in query))
        following = got.json.get("next") if got.is_json else None
        if not following:
            return pages
        query["cursor"] = following


def plain(got: Any, registry: Registry, noun: str, *, by_rank: bool) -> Any:
    """Write an answer with keys for ids."""
    if got.status_code != 200:
        into = got.headers.get("Location")
        known = {name: value for name, value in (got.json or {}).items() if name not in ("instance", "retracted_at")}
        return got.status_code, into, re.sub(r"\d+", "N", json.dumps(known))
    if got.mimetype == "text/csv":
        rows = [line.split(",", 1) for line in got.text.splitlines()]
        return [re.sub(r"\d{4}-\d\d-\d\dT[^,]*|\b\d{1,4}\b(?=,)", "T", row[-1]) for row in rows]
    if not got.is_json:
        return [keyed(json.loads(line), noun, registry) for line in got.text.splitlines()]
    whole = dict(got.json)
    if "items" not in whole:
        return keyed(whole, noun, registry)
    items = [keyed(item, noun, registry) for item in whole["items"]]
    place = whole["next"] and whole["next"].rpartition("-")[0].rpartition("_")[0]
    facets = {
        name: sorted((one["label"], one["count"]) for one in some["values"])
        for name, some in (whole.get("facets") or {}).items()
    }
    if by_rank and database.on_sqlite():  # its bm25 counts how many rows there ever were, those taken back too
        items.sort(key=json.dumps)
    return items, place, whole.get("total"), facets


def keyed(value: Any, noun: str, registry: Registry) -> Any:
    """Replace the ids in a JSON value by keys, and leave out addresses and when things were stored."""
    if isinstance(value, list):
        return [keyed(part, noun, registry) for part in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for name, part in value.items():
        if name == "id":
            found[name] = registry.keys[noun][part]
        elif name in ("statement_id", "claim_id", "answer_id", "target_id", "original_id"):
            found[name] = part and registry.keys[NOUNS[name]][part]
        elif name in ("statement_ids", "joint_ids"):
            found[name] = [registry.keys["statements"][id] for id in part]
        elif name not in ("created_at", "updated_at", "changed_at", "href", "uri"):
            found[name] = keyed(part, NOUNS.get(name, noun), registry)
    return found


@pytest.mark.no_cover  # thousands of requests, through code that other tests cover
@pytest.mark.parametrize("seed", range(2))
def test_no_answer_to_the_public_tells_of_what_was_never_public(urls: Urls, seed: int) -> None:
    random = Random(seed)  # noqa: S311 (a test that can be repeated)
    steps = History(random).draw(60)
    assert sum(step.unseen for step in steps) > 15
    asked, answers = told(urls(), steps, None, random, unseen=True)
    _, clean = told(urls(), steps, asked, random, unseen=False)
    for question, one, other in zip(asked, answers, clean, strict=True):
        assert one == other, question
