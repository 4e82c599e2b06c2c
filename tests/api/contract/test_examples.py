"""The contract's examples are what the API really answers over the sample data.

`pytest tests/api/contract/test_examples.py --update-examples` writes them anew.
"""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.contract.openapi import EXAMPLES
from api.formats import ndjson
from models.history.changes import Actor
from models.storage import database
from models.tables import ALL
from tests.checked import ROOT, contract


class Example(NamedTuple):
    """One request, and whether its answer is long enough to be shown once more."""

    method: str
    path: str
    request: dict[str, Any] | None = None
    shows_answer: bool = False
    #: The body of an import.
    lines: str | None = None


#: One for each operation with a body, a path variable or a JSON answer; each runs over a fresh registry.
REQUESTS = {
    # First, because PostgreSQL does not give back the ids that an undone request used.
    "create_statement": Example(
        "POST",
        "/v1/statements",
        {
            "speaker": {"name": "Lena Ortmann", "kind": "person", "description": "A trade lawyer."},
            "document": {
                "url": "https://example.org/letters/ortmann",
                "title": "A lawyer answers",
                "language": "en",
                "text": "“These exports,” Lena Ortmann wrote, “sustain no war industry.”",
            },
            "mention": {"text": "Lena Ortmann"},
            "role": "trade lawyer",
            "cue": {"text": "wrote"},
            "content": [{"text": "These exports,"}, {"text": "sustain no war industry."}],
            "form": "direct",
            "said_on": "2026-03-16",
            "claim": {
                "text": "Chinese exports of dual-use goods sustain no war industry.",
                "language": "en",
                "topics": ["dual-use-exports"],
            },
            "counters": [{"target": 1, "kind": "disputes"}],
        },
        shows_answer=True,
    ),
    "list_claims": Example("GET", "/v1/claims?ids=62", shows_answer=True),
    "create_claim": Example(
        "POST",
        "/v1/claims",
        {
            "text": "Export licences for machine tools are checked twice.",
            "language": "en",
            "topics": ["dual-use-exports"],
            "about": [{"name": "US Department of Commerce", "role": "mentioned"}],
        },
    ),
    "get_claim": Example("GET", "/v1/claims/57", shows_answer=True),
    "get_exchange": Example("GET", "/v1/claims/57/exchange", shows_answer=True),
    "change_claim": Example("PATCH", "/v1/claims/1", {"topics": ["dual-use-exports", "rail-costs"]}),
    "retract_claim": Example("DELETE", "/v1/claims/99"),
    "merge_claim": Example("POST", "/v1/claims/6/merge", {"into": 3}),
    "unmerge_claim": Example("POST", "/v1/claims/6/unmerge"),
    "list_all_charges": Example("GET", "/v1/charges?ids=62", shows_answer=True),
    "list_counterclaims": Example("GET", "/v1/counterclaims?ids=21", shows_answer=True),
    "create_counterclaim": Example(
        "POST", "/v1/counterclaims", {"claim": 5, "answer": 3, "kind": "disputes", "note": "Said on the same day."}
    ),
    "get_counterclaim": Example("GET", "/v1/counterclaims/16", shows_answer=True),
    "change_counterclaim": Example("PATCH", "/v1/counterclaims/1", {"note": "In the same sentence."}),
    "retract_counterclaim": Example("DELETE", "/v1/counterclaims/1?reason=Entered+twice"),
    "list_disputes": Example("GET", "/v1/disputes?limit=2", shows_answer=True),
    "list_statements": Example("GET", "/v1/statements?ids=3", shows_answer=True),
    "get_statement": Example("GET", "/v1/statements/16", shows_answer=True),
    "change_statement": Example("PATCH", "/v1/statements/1", {"role": "officials of the export office"}),
    "retract_statement": Example("DELETE", "/v1/statements/53?reason=Entered+twice"),
    "list_documents": Example("GET", "/v1/documents?kind=memo", shows_answer=True),
    "create_document": Example(
        "POST",
        "/v1/documents",
        {
            "url": "https://example.org/notes/visit",
            "title": "After the visit",
            "publisher": "Example Notes",
            "published_at": "2026-03-16T09:00:00+01:00",
            "language": "en",
            "text": "The delegation left on Monday.\n\n“We will meet again,” its leader said.",
            "licence": "CC0-1.0",
            "text_public": True,
        },
    ),
    "get_document": Example("GET", "/v1/documents/7", shows_answer=True),
    "change_document": Example("PATCH", "/v1/documents/1", {"publisher": "Halden Courier", "licence": "CC0-1.0"}),
    "retract_document": Example("DELETE", "/v1/documents/99"),
    "get_agreement": Example("GET", "/v1/documents/1/agreement", shows_answer=True),
    "extract_document": Example("POST", "/v1/documents/1/extract"),
    "list_sentences": Example("GET", "/v1/sentences?limit=1&document=1", shows_answer=True),
    "create_sentence": Example("POST", "/v1/sentences", {"document": 1, "start": 162, "end": 234}),
    "get_sentence": Example("GET", "/v1/sentences/1", shows_answer=True),
    "change_sentence": Example("PATCH", "/v1/sentences/2", {"end": 233}),
    "retract_sentence": Example("DELETE", "/v1/sentences/2?reason=Joined+to+the+one+before"),
    "list_speakers": Example("GET", "/v1/speakers?name=washington", shows_answer=True),
    "create_speaker": Example(
        "POST",
        "/v1/speakers",
        {
            "name": "Ministry of Commerce of China",
            "kind": "government",
            "description": "The ministry in charge of China's foreign trade.",
            "aliases": ["MOFCOM"],
            "part_of": 5,
        },
    ),
    "get_speaker": Example("GET", "/v1/speakers/5", shows_answer=True),
    "list_statements_of_speaker": Example("GET", "/v1/speakers/6/statements?ids=3", shows_answer=True),
    "list_charges": Example("GET", "/v1/speakers/35/charges?ids=62", shows_answer=True),
    "list_positions": Example("GET", "/v1/speakers/6/positions?ids=3", shows_answer=True),
    "change_speaker": Example("PATCH", "/v1/speakers/2", {"aliases": ["American officials", "Washington officials"]}),
    "retract_speaker": Example("DELETE", "/v1/speakers/99"),
    "merge_speaker": Example("POST", "/v1/speakers/4/merge", {"into": 2}),
    "unmerge_speaker": Example("POST", "/v1/speakers/4/unmerge"),
    "list_reviews": Example("GET", "/v1/reviews?limit=1&claim=1", shows_answer=True),
    "create_review": Example(
        "POST",
        "/v1/reviews",
        {
            "claim": {"id": 2},
            "publisher": {"name": "Example Checks", "site": "checks.example.org"},
            "url": "https://checks.example.org/denial",
            "title": "What the customs figures say",
            "rating": {"label": "Mostly false", "value": 2, "best": 5, "worst": 1},
            "reviewed_at": "2026-03-20T00:00:00Z",
            "language": "en",
        },
    ),
    "get_review": Example("GET", "/v1/reviews/1", shows_answer=True),
    "change_review": Example("PATCH", "/v1/reviews/1", {"title": "What is known of the exports"}),
    "retract_review": Example("DELETE", "/v1/reviews/1?reason=Withdrawn+by+its+publisher"),
    "list_topics": Example("GET", "/v1/topics?ids=2,1,99", shows_answer=True),
    "create_topic": Example("POST", "/v1/topics", {"slug": "sanctions", "label": "Sanctions"}),
    "get_topic": Example("GET", "/v1/topics/dual-use-exports", shows_answer=True),
    "change_topic": Example("PATCH", "/v1/topics/1", {"label": "Exports of dual-use goods"}),
    "retract_topic": Example("DELETE", "/v1/topics/4?reason=Too+narrow"),
    "list_suggestions": Example("GET", "/v1/suggestions?limit=1&status=open"),
    "get_suggestion": Example("GET", "/v1/suggestions/99"),
    "decide_suggestion": Example("PATCH", "/v1/suggestions/99", {"status": "accepted"}),
    "export_claims": Example(
        "GET", "/v1/exports/claims?fields=id,text,statements.speaker.name&ids=1,2", shows_answer=True
    ),
    "export_statements": Example(
        "GET", "/v1/exports/statements?format=csv&fields=id,speaker.name,cue.text,claim.text&ids=1,2", shows_answer=True
    ),
    "export_counterclaims": Example(
        "GET", "/v1/exports/counterclaims?fields=kind,claim.text,answer.text&ids=1", shows_answer=True
    ),
    "export_documents": Example("GET", "/v1/exports/documents?fields=id,title&language=es", shows_answer=True),
    "export_speakers": Example("GET", "/v1/exports/speakers?format=csv&fields=id,name&name=beijing", shows_answer=True),
    "export_reviews": Example("GET", "/v1/exports/reviews?fields=id,url,rating&claim=1", shows_answer=True),
    "export_disputes": Example("GET", "/v1/exports/disputes?format=graphml&topic=drinking-water", shows_answer=True),
    "export_positions": Example("GET", "/v1/exports/positions?speaker=5&topic=dual-use-exports", shows_answer=True),
    "export_topics": Example("GET", "/v1/exports/topics?format=csv&fields=slug,label", shows_answer=True),
    "import_lines": Example(
        "POST",
        "/v1/imports?dry_run=true",
        lines="".join(
            json.dumps(line) + "\n"
            for line in (
                {"document": {"id": "d1", "text": "It will rain, the mayor said.", "language": "en"}},
                {"claim": {"id": "c1", "text": "It will rain.", "language": "en", "topics": ["rail-costs"]}},
                {
                    "statement": {
                        "speaker": {"name": "The mayor", "kind": "person"},
                        "document": {"document": "d1"},
                        "content": [{"text": "It will rain"}],
                        "cue": {"text": "said"},
                        "form": "indirect",
                        "claim": {"claim": "c1"},
                    }
                },
                {"counterclaim": {"claim": {"claim": "c1"}, "answer": {"claim": "c9"}, "kind": "denies"}},
            )
        ),
        shows_answer=True,
    ),
    # What stands stays as it is.
    **{
        f"restore_{noun}": Example("POST", f"/v1/{noun}s/1/restore")
        for noun in ("claim", "counterclaim", "statement", "document", "sentence", "speaker", "review", "topic")
    },
    "list_changes": Example("GET", "/v1/changes?limit=1&noun=topics", shows_answer=True),
}

#: What the sample cannot show done is shown refused, as the contract describes it.
_REFUSED = {
    "retract_claim": 404,
    "retract_document": 404,
    "retract_speaker": 404,
    "get_suggestion": 404,
    "decide_suggestion": 404,
}
_PRECEDED_BY = {
    "create_sentence": Example("DELETE", "/v1/sentences/2"),
    "unmerge_claim": REQUESTS["merge_claim"],
    "unmerge_speaker": REQUESTS["merge_speaker"],
}


@pytest.fixture
def sampled(caller: Callable[[str | None], FlaskClient]) -> FlaskClient:
    """A reviewer over a registry that holds the sample data."""
    client = caller("review")
    with (ROOT / "examples" / "sample.ndjson").open("rb") as lines:
        assert all(outcome.outcome == "new" for outcome in ndjson.read(lines, by=Actor()))
    if not database.on_sqlite():  # ids that an import reserved are gaps, and the examples are the same on both
        for model in filter(lambda model: "id" in model._meta.fields, ALL):
            table = model._meta.table_name
            database.fetch(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")  # noqa: S608 (our names)
    return client


def test_every_operation_has_one() -> None:
    described = {
        operation["operationId"] for operations in contract()["paths"].values() for operation in operations.values()
    }
    assert described == REQUESTS.keys() | {"get_index", "get_openapi"}


def test_they_are_what_the_api_answers(sampled: FlaskClient, request: pytest.FixtureRequest) -> None:
    update = request.config.getoption("--update-examples")
    wrong = []
    for name, example in REQUESTS.items():
        made = _made(sampled, name, example)
        path = EXAMPLES / f"{name}.json"
        if not made:
            assert not path.exists(), f"{name} shows nothing"
        elif update:
            path.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        elif json.loads(path.read_text(encoding="utf-8")) != made:
            wrong.append(name)
    assert not wrong, "these examples are out of date: run pytest tests/api/contract/test_examples.py --update-examples"


def _made(client: FlaskClient, name: str, example: Example) -> dict[str, Any]:
    """Send the example's request inside a transaction that is undone, and tell what is to be shown."""
    with database.db.atomic() as transaction:
        if name in _PRECEDED_BY:
            assert _sent(client, _PRECEDED_BY[name]).status_code < 300
        answer = _sent(client, example)
        transaction.rollback()
    done = answer.status_code == _REFUSED[name] if name in _REFUSED else answer.status_code < 300
    assert done, (name, answer.status_code, answer.json)
    made: dict[str, Any] = {}
    if example.request is not None:
        made["request"] = example.request
    if example.lines is not None:
        made["lines"] = example.lines
    if example.shows_answer and answer.mimetype == "application/json":
        made["asked"] = f"{example.method} {example.path}"
        made["response"] = _timeless(answer.json)
    elif example.shows_answer:
        # Of numbers SQLite writes 4.0 where PostgreSQL writes 4, and PostgreSQL puts blanks between.
        text = answer.get_data(as_text=True)
        if answer.mimetype == "application/x-ndjson":
            lines = [json.dumps(_timeless(json.loads(line)), ensure_ascii=False) for line in text.splitlines()]
            text = "".join(f"{line}\n" for line in lines)
        made[answer.mimetype.rpartition("/")[2].removeprefix("x-")] = text
    return made


def _sent(client: FlaskClient, example: Example) -> TestResponse:
    headers = {}
    if example.method in ("PATCH", "DELETE"):
        read = client.get(example.path.split("?")[0])
        headers["If-Match"] = read.headers.get("ETag", '"99-1-0123456789abcdef"')
    if example.lines is not None:
        return client.post(example.path, data=example.lines, content_type="application/x-ndjson")
    return client.open(example.path, method=example.method, json=example.request, headers=headers)


def _timeless(node: Any, key: str = "") -> Any:
    """The same answer as if everything had been put in at one moment."""
    if isinstance(node, dict):
        return {name: _timeless(part, name) for name, part in node.items()}
    if isinstance(node, list):
        return [_timeless(part, key) for part in node]
    if isinstance(node, float) and node.is_integer():
        return int(node)  # SQLite writes 4.0 where PostgreSQL writes 4
    if key in ("created_at", "updated_at", "changed_at", "made_at"):
        return "2026-11-25T09:00:00.000000Z"
    return "2026-11-25T09:00:00Z" if key == "retrieved_at" else node
