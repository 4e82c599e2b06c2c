"""The requests that growth.py asks: first pages, searches, wholes and writes."""

import json
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from generate import Chance

from api.app import create_app
from api.settings import Settings
from models.access import keys
from models.storage import database

#: What was measured: seconds of processor and clock, and more.
Result = dict[str, float]


def _reads(size: int) -> dict[str, str]:
    """List what is read, first as the public, then with a key."""
    rare = Chance(1).words[-1]
    return {
        "claims": "/v1/claims",
        "claims of a topic": "/v1/claims?topic=politics",
        "claims of a topic, newest": "/v1/claims?topic=politics&sort=-day",
        "claims, most stated": "/v1/claims?sort=-statement_count",
        "claims, answered": "/v1/claims?answered=true&sort=-day",
        "claims, reviewed": "/v1/claims?reviewed=true",
        "claims, rated": "/v1/claims?rating=False",
        "claims of an ordinary speaker": f"/v1/claims?speaker={size // 100}",
        "claims of a document": f"/v1/claims?document={size // 20}",
        "statements of a claim": f"/v1/statements?claim={size // 2}",
        "statements of a document": f"/v1/statements?document={size // 20}",
        "claims, of a publisher": "/v1/claims?publisher=Harbour+Herald",
        "claims, of a publisher, newest": "/v1/claims?publisher=Harbour+Herald&sort=-day",
        "claims, said in a month": "/v1/claims?said_from=2020-03-01&said_to=2020-03-31",
        "claims, denied": "/v1/claims?counter_kind=denies",
        "claims, of the most quoted": "/v1/claims?speaker=1",
        "claims, of the most quoted, newest": "/v1/claims?speaker=1&sort=-day",
        "claims, answered by the most quoted": "/v1/claims?answered_by=1",
        "claims, changed lately": "/v1/claims?sort=-changed_at",
        "claims, with a total": "/v1/claims?total=true",
        "claims of a topic, with a total": "/v1/claims?topic=politics&total=true",
        "claims, two facets": "/v1/claims?facets=topic,month&limit=1",
        "claims, all facets": f"/v1/claims?limit=1&facets={FACETS}",
        "claims of a topic, all facets": f"/v1/claims?topic=politics&limit=1&facets={FACETS}",
        "charges": "/v1/charges",
        "charges, unanswered": "/v1/charges?answered=false",
        "statements": "/v1/statements",
        "statements, newest": "/v1/statements?sort=-day",
        "statements with a cue": "/v1/statements?cue=warned",
        "statements of a publisher": "/v1/statements?publisher=Harbour+Herald",
        "statements of a topic": "/v1/statements?topic=politics",
        "statements of persons, newest": "/v1/statements?speaker_kind=person&sort=-day",
        "statements of the most quoted": "/v1/speakers/1/statements",
        "positions of the most quoted": "/v1/speakers/1/positions",
        "charges against the most quoted": "/v1/speakers/1/charges",
        "counterclaims": "/v1/counterclaims",
        "counterclaims of a kind": "/v1/counterclaims?kind=disputes",
        "counterclaims by the most quoted": "/v1/counterclaims?by=1",
        "counterclaims of a topic": "/v1/counterclaims?topic=politics",
        "counterclaims, said in a month": "/v1/counterclaims?said_from=2020-03-01&said_to=2020-03-31",
        "disputes": "/v1/disputes",
        "disputes of a topic": "/v1/disputes?topic=politics",
        "disputes by the most quoted": "/v1/disputes?by=1",
        "disputes by an ordinary speaker": f"/v1/disputes?by={size // 100}",
        "documents": "/v1/documents",
        "documents, newest": "/v1/documents?sort=-published_at",
        "documents of a publisher": "/v1/documents?publisher=Harbour+Herald",
        "documents of a publisher, newest": "/v1/documents?publisher=Harbour+Herald&sort=-published_at",
        "documents, found": "/v1/documents?q=minister",
        "sentences": "/v1/sentences",
        "sentences, found": "/v1/sentences?q=minister",
        "speakers": "/v1/speakers",
        "organizations": "/v1/speakers?kind=organization",
        "speakers, by name": "/v1/speakers?q=Ada",
        "speakers, of a name": "/v1/speakers?name=Ada",
        "reviews": "/v1/reviews",
        "reviews with a rating": "/v1/reviews?rating=False",
        "reviews, found": "/v1/reviews?q=checks",
        "topics": "/v1/topics",
        "suggestions": "/v1/suggestions",
        "suggestions, open": "/v1/suggestions?status=open",
        "changes": "/v1/changes",
        "changes of claims": "/v1/changes?noun=claims",
        "changes of an action": "/v1/changes?action=retract",
        "changes of a member": "/v1/changes?noun=claims&action=change&member=text",
        "changes, lately": "/v1/changes?since=2030-01-01T00:00:00Z",
        "the most quoted": "/v1/speakers/1",
        "an ordinary speaker": f"/v1/speakers/{size // 100}",
        "a claim": f"/v1/claims/{size // 2}",
        "an exchange": f"/v1/claims/{size // 2}/exchange",
        "a document": f"/v1/documents/{size // 20}",
        "agreement of codings": f"/v1/documents/{size // 20}/agreement",
        "search: the commonest word": "/v1/claims?q=the",
        "search: the commonest word, best": "/v1/claims?q=the&sort=relevance",
        "search: a common word, best": "/v1/claims?q=government&sort=relevance",
        "search: a rare word, best": f"/v1/claims?q={rare}&sort=relevance",
        "search: a phrase, best": "/v1/claims?q=%22the+government%22&sort=relevance",
        "search: a common phrase, best": "/v1/claims?q=%22of+the%22&sort=relevance",
        "search: a beginning, best": "/v1/claims?q=gov*&sort=relevance",
        "search: one letter, best": "/v1/claims?q=s*&sort=relevance",
        "search: two words, best": "/v1/claims?q=government+health&sort=relevance",
        "search: statements, common": "/v1/statements?q=government&sort=relevance",
        "search: statements, commonest": "/v1/statements?q=the&sort=relevance",
        "search with facets": f"/v1/claims?q=government&limit=1&facets={FACETS}",
        "search of a topic": "/v1/claims?q=government&topic=politics&sort=relevance",
        "counterclaims, found": "/v1/counterclaims?q=government",
        "candidates": "/v1/statements?status=candidate",
        "recorded by a key": "/v1/statements?recorded_by=1",
    }


FACETS = "topic,speaker,speaker_kind,publisher,form,language,review_publisher,rating,month,counter_kind"
#: How often each is asked, after once that does not count.
_TIMES = 3


class _Client:
    """Asks an app in this process, as the admin."""

    def __init__(self, folder: Path) -> None:
        settings = Settings(
            DATABASE_URL=f"sqlite:///{folder / 'registry.db'}",
            REQUESTS_PER_MINUTE=0,
            KEY_REQUESTS_PER_MINUTE=0,
            DEADLINE_SECONDS=600,
            LOG_LEVEL="error",
        )
        self._client = create_app(settings).test_client()
        self._headers = {"Authorization": f"Bearer {keys.create(name='growth', scope='admin')[1]}"}

    def ask(self, path: str, method: str = "GET", body: Any = None, *, key: bool = True) -> tuple[Any, Result]:
        """Send a request; return what it answered, and what it used."""
        headers = dict(self._headers) if key else {}
        if method in ("PATCH", "DELETE"):
            headers["If-Match"] = self._client.get(path.partition("?")[0], headers=headers).headers.get("ETag", "")
        used, began = time.process_time(), time.monotonic()
        answer = self._client.open(path, method=method, json=body, headers=headers)
        data = answer.get_data()
        result = {"cpu": time.process_time() - used, "clock": time.monotonic() - began, "status": answer.status_code}
        return json.loads(data) if data else None, result


@contextmanager
def _asking(folder: Path) -> Iterator[_Client]:
    try:
        yield _Client(folder)
    finally:
        database.close()
        database.disconnect()


def _median(results: list[Result]) -> Result:
    return {name: statistics.median(result[name] for result in results) for name in results[0]}


def read(folder: Path, size: int) -> dict[str, Result]:
    found = {}
    with _asking(folder) as client:
        for name, path in _reads(size).items():
            key = name in KEYED or path.startswith("/v1/suggestions")
            answers = [client.ask(path, key=key)[1] for _ in range(_TIMES + 1)]
            found[name] = _median(answers[1:]) | {"first": answers[0]["cpu"], "first_clock": answers[0]["clock"]}
            print(
                f"{found[name]['cpu']:9.4f} {answers[0]['clock']:9.3f} {answers[0]['status']} {name}", file=sys.stderr
            )
    return found


KEYED = ("candidates", "recorded by a key", "changes of a member")


def write(folder: Path, size: int) -> dict[str, Result]:
    """Write one of each, some times; merge two ordinary speakers, and undo that."""
    found: dict[str, list[Result]] = {}
    with _asking(folder) as client:
        for turn in range(_TIMES + 1):
            mark = f"{time.time_ns()}"
            document = size // 20 - turn
            text = client.ask(f"/v1/documents/{document}")[0]["text"]
            quoted = text[: text.index(".")]
            start, end = quoted.index(" ") + 1, len(quoted)
            one = size // 50 // 2 + 2 * turn
            place = time.time_ns() % (size // 10)  # another one each time, as what is retracted stays so
            charge, answer = size // 2 + place, size // 3 + place
            for name, method, path, body in (
                ("write a topic", "POST", "/v1/topics", {"slug": f"t{mark}", "label": mark}),
                ("write a speaker", "POST", "/v1/speakers", {"name": f"Growth {mark}", "kind": "person"}),
                ("write a claim", "POST", "/v1/claims", {"text": f"It grew {mark}.", "language": "en"}),
                (
                    "write a document",
                    "POST",
                    "/v1/documents",
                    {"title": mark, "text": f"Ann said that it grew {mark}. " * 25, "language": "en"},
                ),
                (
                    "write a statement",
                    "POST",
                    "/v1/statements",
                    {
                        "speaker": {"name": f"Growing {mark}", "kind": "person"},
                        "document": {"id": document},
                        "content": [{"start": start, "end": end}],
                        "form": "indirect",
                        "claim": {"text": f"It grew again {mark}.", "language": "en"},
                    },
                ),
                (
                    "write a counterclaim",
                    "POST",
                    "/v1/counterclaims",
                    {"claim": charge, "answer": answer, "kind": "qualifies"},
                ),
                ("change a claim", "PATCH", f"/v1/claims/{charge}", {"text": f"It changed {mark}."}),
                ("change a speaker", "PATCH", f"/v1/speakers/{one}", {"description": mark}),
                ("merge two speakers", "POST", f"/v1/speakers/{one}/merge", {"into": one + 1}),
                ("undo that merge", "POST", f"/v1/speakers/{one}/unmerge", {}),
                ("merge two claims", "POST", f"/v1/claims/{charge}/merge", {"into": charge + 1}),
                ("retract a statement", "DELETE", f"/v1/statements/{charge}?reason=growth", None),
            ):
                told, result = client.ask(path, method, body)
                if result["status"] >= 400:
                    print(name, told, file=sys.stderr)
                if turn:
                    found.setdefault(name, []).append(result)
    for name, results in found.items():
        print(f"{_median(results)['cpu']:9.4f} {_median(results)['clock']:9.3f} {name}", file=sys.stderr)
    return {name: _median(results) for name, results in found.items()}
