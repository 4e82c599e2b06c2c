"""A few nouns that hang on one another, and every change that may be made of them, for tests that mix these."""

import json
import random
from collections.abc import Callable
from typing import Any, NamedTuple

from flask.testing import FlaskClient

from models import claims, documents, reviews, speakers, statements, topics
from models.extraction.findings import Finding
from models.extraction.findings import Speaker as FoundSpeaker
from models.history.changes import Actor
from models.ingest import candidates
from models.refusals import Refusal
from models.storage import transactions
from models.storage.database import fetch
from models.tables import Claim, Counterclaim, Document, Review, Sentence, Speaker, Statement, Suggestion, Topic
from models.upkeep import erasures
from models.vocabulary import ABOUT_ROLES, ANSWERED
from tests.factories import MACHINE, put_review, put_suggestion, review

#: What a change is answered where it came too late: the contract lists these, `CheckedClient` holds each operation to
#: its own.
REFUSED = (308, 404, 409, 410, 412, 422)

#: Few, so that answers are often the same.
KINDS = ("denies", "confirms")
#: A year, a month and a day.
DAYS = ("2026", "2026-02", "2026-02-03")
MOMENTS = ("2026-01-02T00:00:00Z", "2026-05-01T12:00:00Z")

WORDS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")


class World:
    """A few nouns that hang on one another, which no other round touches."""

    def __init__(self, number: int, by: Actor, coders: list[Actor], rng: random.Random) -> None:
        """Store them, and the same words by each of `coders`; `rng` chooses where the changes of a round meet."""
        self.number = number
        self.url = f"https://example.org/{number}"
        self.text = text = "\n\n".join(f"The {word} paragraph of {number} says {word}." for word in WORDS)
        self.names = [f"{name} {number}" for name in ("One", "Two", "Three", "Gone")]
        with transactions.transaction():
            named = {"url": self.url, "publisher": self.names[0]}
            self.document = documents.create(by=by, text=text, language="en", **named)
            self.topic = topics.create(by=by, slug=f"topic-{number}", label="Topic")
            self.speakers = [speakers.create(by=by, name=name) for name in self.names]
            one, two, three, gone = self.speakers
            speakers.change(by=by, id=three, version=1, part_of=one)
            filed: dict[str, Any] = {"topics": [f"topic-{number}"]}
            filed["about"] = [{"id": id, "role": role} for id, role in zip((one, two), ABOUT_ROLES, strict=False)]
            self.claims = [
                claims.create(
                    by=by, text=f"Claim {part} of {number}.", language="en", standalone=part == "alone", **filed
                )
                for part in ("a", "b", "c", "d", "alone", "gone")
            ]
            a, b, c, d, _, merged = self.claims
            candidate = {"origin": MACHINE, "speaker": {"name": f"Hidden {number}"}}
            self.statements = [
                self._record(by, "first", one, a),
                self._record(by, "fourth", two, a),
                self._record(by, "second", two, b, counters=[{"claim": a, "kind": "denies"}]),
                self._record(by, "third", one, c),
                self._record(by, "fourth", one, d, **candidate, counters=[{"claim": c, "kind": "disputes"}]),
                self._record(by, "fifth", gone, merged, counters=[{"claim": a, "kind": "denies"}]),
                self._record(by, "sixth", three, b),
            ]
            self.counterclaims = [
                id for (id,) in fetch("SELECT id FROM counterclaims WHERE claim_id IN (?, ?)", (a, c))
            ]
            self.suggestion = put_suggestion(self.statements[6], a)
            reprinted = {"document": {"text": text, "language": "de"}, "original": self.statements[0]}
            self.statements += [self._record(by, word, one, c, **reprinted) for word in ("sixth", "seventh")]
            self.review = put_review(by, a, statement=self.statements[0])
            self.retracted = self._retract(by)
            claims.merge(by=by, id=merged, into=b)
            speakers.merge(by=by, id=gone, into=three)
        # Each may be accepted, but not both.
        self.coded = [self._record(coder, "seventh", three, c, status="candidate") for coder in coders]
        self.choose(rng)

    def choose(self, rng: random.Random) -> None:
        """Let `rng` choose where the changes of a round meet, and what they say."""
        self.rng = rng
        self.focus = {Claim: rng.sample(self.claims[:5], 2), Statement: rng.sample(self.statements, 2)}
        self.focus |= {Speaker: rng.sample(self.speakers[:3], 2), Counterclaim: self.counterclaims}

    def _record(self, by: Actor, word: str, who: int, claim: int, **other: Any) -> int:
        body = {"speaker": {"id": who}, "document": {"id": self.document}, "form": "indirect"}
        content = [{"text": f"says {word}"}]
        return statements.record(by=by, **(body | {"content": content, "claim": {"id": claim}} | other))

    def _retract(self, by: Actor) -> list[tuple[Any, int]]:
        """Take back what restores meet: an answer with its statement, and what else may hang on the rest."""
        a, b, *_ = self.claims
        one, two, *_ = self.speakers
        self.taken_back = self._record(
            by, "sixth", two, b, counters=[{"target": self.statements[0], "kind": "confirms"}]
        )
        (counterclaim,) = fetch("SELECT id FROM counterclaims WHERE statement_id = ?", (self.taken_back,))[0]
        lone = claims.create(
            by=by, text=f"Lone claim of {self.number}.", language="en", topics=[f"topic-{self.number}"]
        )
        review = put_review(by, a, url=f"https://checkers.example/taken/{self.number}")
        who = speakers.create(by=by, name=f"Taken {self.number}")
        sentence = Statement.get_by_id(self.taken_back).sentence_id
        print_of = self._record(by, "fourth", one, a, original=self.statements[0])
        retracted = [
            *((statements, Statement, id) for id in (print_of, self.taken_back)),
            *((claims, Claim, lone), (reviews, Review, review), (speakers, Speaker, who)),
        ]
        for noun, _, id in retracted:
            noun.retract(by=by, id=id, version=None, reason="Taken back")
        return [(model, id) for _, model, id in retracted] + [(Counterclaim, counterclaim), (Sentence, sentence)]

    def any(self, model: Any) -> int:
        """One of the two of a noun on which this round's changes meet."""
        return int(self.rng.choice(self.focus[model]))

    def two(self, model: Any) -> list[int]:
        """Both, in either order."""
        return self.rng.sample(self.focus[model], 2)


class Request(NamedTuple):
    """One change, as a client sends it."""

    method: str
    path: str
    body: Any = None
    version: str = ""

    def send(self, client: FlaskClient) -> int:
        """Send it; return the status of the answer."""
        headers = {"If-Match": self.version} if self.version else {}
        if isinstance(self.body, bytes):
            sent = client.post(self.path, data=self.body, content_type="application/x-ndjson")
            for line in sent.json["listed"]:
                assert all("shape" not in error["detail"] for error in line["errors"]), line
            return sent.status_code
        return client.open(self.path, method=self.method, json=self.body, headers=headers).status_code


def _restore(world: World) -> Request:
    model, id = world.rng.choice(world.retracted)
    return Request("POST", f"/v1/{model._meta.table_name}/{id}/restore")


def _match(model: Any, id: int) -> str:
    """The ETag that a client has just read."""
    return f'"{id}-{model.get_by_id(id).version}-0000000000000000"'


def _patch(model: Any, id: int, **new: Any) -> Request:
    return Request("PATCH", f"/v1/{model._meta.table_name}/{id}", new, _match(model, id))


def _delete(model: Any, id: int) -> Request:
    return Request("DELETE", f"/v1/{model._meta.table_name}/{id}", None, _match(model, id))


def _record(world: World, **other: Any) -> Request:
    word = world.rng.choice(("sixth", "seventh"))
    body = {
        "speaker": {"id": world.any(Speaker)},
        "document": {"url": world.url},
        "content": [{"text": f"says {word}"}],
        "form": "indirect",
        "claim": {"id": world.any(Claim)},
    }
    return Request("POST", "/v1/statements", body | other)


def _record_jointly(world: World) -> Request:
    request = _record(world, speakers=[{"id": id} for id in world.two(Speaker)])
    del request.body["speaker"]
    return request


def _of(world: World, claim: int) -> int | None:
    """A statement of a claim."""
    found = fetch("SELECT id FROM statements WHERE claim_id = ? AND retracted_at IS NULL ORDER BY id", (claim,))
    return world.rng.choice(found)[0] if found else None


def _counter(world: World) -> Request:
    claim, answer = world.two(Claim)
    counterclaim = {"claim": claim, "answer": answer, "kind": world.rng.choice(("denies", "disputes"))}
    return Request("POST", "/v1/counterclaims", counterclaim | {"statement": _of(world, answer)})


def _disown(world: World) -> Request:
    """Answer the attribution of a statement."""
    target = world.any(Statement)
    counterclaim = {"claim": Statement.get_by_id(target).claim_id, "target": target, "of": "attribution"}
    answer = world.any(Claim)
    return Request(
        "POST",
        "/v1/counterclaims",
        counterclaim | {"answer": answer, "kind": world.rng.choice(KINDS), "statement": _of(world, answer)},
    )


def _aim(world: World) -> Request:
    """Aim an answer at another statement of what it answers, or at none, or let it answer the attribution."""
    counterclaim = Counterclaim.get_by_id(world.any(Counterclaim))
    target = world.rng.choice((None, _of(world, counterclaim.claim_id)))
    return _patch(Counterclaim, counterclaim.id, target=target, of=world.rng.choice(ANSWERED) if target else "claim")


def _evidence(world: World) -> Request:
    counterclaim = Counterclaim.get_by_id(world.any(Counterclaim))
    return _patch(
        Counterclaim,
        counterclaim.id,
        statement=_of(world, counterclaim.answer_id),
        kind=world.rng.choice(("denies", "corrects")),
    )


def _review(world: World) -> Request:
    claim = world.any(Claim)
    return Request("POST", "/v1/reviews", review(claim, statement=_of(world, claim)))


def _lines(world: World) -> Request:
    """A line that is new, and one that is known, on which a counterclaim rests."""
    (known,) = fetch(
        "SELECT s.spans, p.name FROM statements s JOIN speakers p ON p.id = s.speaker_id WHERE s.id = ?",
        (world.any(Statement),),
    )
    text = Claim.get_by_id(world.any(Claim)).text
    start, end = map(int, known[0].split("-"))
    said = {"document": {"url": world.url}, "form": "indirect"}
    new = {"speaker": {"name": world.rng.choice(world.names)}, "content": [{"text": "says seventh"}]}
    old = {"id": "s", "speaker": {"name": known[1]}, "content": [{"start": start, "end": end}]}
    own = {"text": f"Another claim of {world.number}.", "language": "en"}
    counterclaim = {
        "claim": {"claim": "c"},
        "answer": {"statement": "s"},
        "kind": "qualifies",
        "statement": "s",
    }
    lines = [
        {"statement": said | old | {"claim": own}},
        {"statement": said | new | {"claim": own | {"reuse": True}, "counters": [{"target": "s", "kind": "confirms"}]}},
        {"claim": {"id": "c", "text": text, "language": "en"}},
        {"counterclaim": counterclaim},
    ]
    return Request("POST", "/v1/imports", b"".join(json.dumps(line).encode() + b"\n" for line in lines))


def _reuse(world: World) -> Request:
    return _record(world, claim={"text": f"Reused in {world.number}.", "language": "en", "reuse": True})


def _part(world: World) -> Request:
    child, parent = world.two(Speaker)
    return _patch(Speaker, child, part_of=parent)


def _alias(world: World) -> Request:
    return _patch(Speaker, world.any(Speaker), aliases=[f"Taken {world.number}", world.rng.choice(world.names)])


def _merge(model: Any) -> Callable[[World], Request]:
    def request(world: World) -> Request:
        one, other = world.two(model)
        return Request("POST", f"/v1/{model._meta.table_name}/{one}/merge", {"into": other})

    return request


def _unmerge(world: World, model: Any, id: int) -> Request:
    return Request("POST", f"/v1/{model._meta.table_name}/{id}/unmerge")


def _sentence(world: World) -> int:
    return int(Statement.get_by_id(world.any(Statement)).sentence_id)


def _edge(world: World) -> Request:
    """Leave the full stop out of a sentence, or what stands before it, too."""
    id = _sentence(world)
    sentence = Sentence.get_by_id(id)
    return _patch(Sentence, id, end=sentence.end - 1) if sentence.retracted_at is None else _delete(Sentence, id)


def _found(world: World) -> Callable[[], Any]:
    """Find a charge where a statement is recorded already, and a denial of it."""

    def finding(id: str, word: str, who: str, **other: Any) -> Finding:
        start = world.text.index(f"says {word}")
        contents = ((start, start + len(f"says {word}")),)
        speaker = FoundSpeaker(who, "person")
        return Finding(id, None, speaker, None, contents, "indirect", "say", 0, 0.5, claim=f"It is {word}.", **other)

    name = world.rng.choice(world.names)
    findings = [
        finding("charge", world.rng.choice(("first", "second", "third")), name),
        finding("denial", "seventh", world.rng.choice(world.names), polarity="deny", denies="charge"),
    ]
    return lambda: candidates.store(by=Actor(), document=world.document, findings=findings)


def _erase(erase: Callable[..., Any], id: int) -> Callable[[], Any]:
    return lambda: erase(id=id, reason="At their request", by=Actor())


#: Name -> the request that does it, or what a command calls.
CHANGES: dict[str, Callable[[World], Request | Callable[[], Any]]] = {
    "record": _record,
    "record by name": lambda w: _record(
        w, speaker={"name": w.rng.choice(w.names)}, via={"speaker": {"id": w.any(Speaker)}}
    ),
    "record an answer": lambda w: _record(w, counters=[{"target": w.any(Statement), "kind": "denies"}]),
    "record who disowns": lambda w: _record(
        w, counters=[{"target": w.any(Statement), "kind": w.rng.choice(KINDS), "of": "attribution"}]
    ),
    "record jointly": _record_jointly,
    "reuse": _reuse,
    "move": lambda w: _patch(Statement, w.any(Statement), claim={"id": w.any(Claim)}),
    "move to new": lambda w: _patch(Statement, w.any(Statement), claim={"text": "New.", "language": "en"}),
    "give to another": lambda w: _patch(Statement, w.any(Statement), speaker={"id": w.any(Speaker)}),
    "say for whom": lambda w: _patch(Statement, w.any(Statement), on_behalf_of={"id": w.any(Speaker)}),
    "say when": lambda w: _patch(Statement, w.any(Statement), said_on=w.rng.choice((None, *DAYS))),
    "requote": lambda w: _patch(Statement, w.any(Statement), content=[{"text": "says sixth"}]),
    "reprint": lambda w: _patch(Statement, w.any(Statement), original=w.any(Statement)),
    "record a print": lambda w: _record(w, original=w.any(Statement)),
    "retract": lambda w: _delete(Statement, w.any(Statement)),
    "accept": lambda w: _patch(Statement, w.any(Statement), status="accepted"),
    "code": lambda w: _record(w, status="candidate"),
    "accept what was coded": lambda w: _patch(Statement, w.rng.choice(w.coded), status="accepted"),
    "reject": lambda w: _patch(Statement, w.any(Statement), status="rejected"),
    "merge claims": _merge(Claim),
    "unmerge claims": lambda w: _unmerge(w, Claim, w.claims[-1]),
    "retract a claim": lambda w: _delete(Claim, w.any(Claim)),
    "change a claim": lambda w: _patch(
        Claim, w.any(Claim), about=[{"id": id, "role": w.rng.choice(ABOUT_ROLES)} for id in w.two(Speaker)]
    ),
    "counter": _counter,
    "disown": _disown,
    "aim": _aim,
    "rest on another": _evidence,
    "retract a counterclaim": lambda w: _delete(Counterclaim, w.any(Counterclaim)),
    "restore": _restore,
    "restore a statement": lambda w: Request("POST", f"/v1/statements/{w.taken_back}/restore"),
    "review": _review,
    "check another wording": lambda w: _patch(Review, w.review, statement=_of(w, w.claims[0])),
    "merge speakers": _merge(Speaker),
    "unmerge speakers": lambda w: _unmerge(w, Speaker, w.speakers[-1]),
    "retract a speaker": lambda w: _delete(Speaker, w.any(Speaker)),
    "rename": lambda w: _patch(Speaker, w.any(Speaker), name=f"Renamed {w.rng.choice(w.names)}"),
    "part of": _part,
    "take an alias": _alias,
    "take a name": lambda w: Request("POST", "/v1/speakers", {"name": f"Taken {w.number}", "part_of": w.any(Speaker)}),
    "publish on another day": lambda w: _patch(Document, w.document, published_at=w.rng.choice((None, *MOMENTS))),
    "retitle": lambda w: _patch(Document, w.document, title="Another title", publisher=w.rng.choice(w.names)),
    "retract a document": lambda w: _delete(Document, w.document),
    "move an edge": _edge,
    "retract a sentence": lambda w: _delete(Sentence, _sentence(w)),
    "rename a topic": lambda w: _patch(Topic, w.topic, slug=f"renamed-{w.number}", label="Renamed"),
    "import": _lines,
    "accept a suggestion": lambda w: _patch(Suggestion, w.suggestion, status="accepted"),
    "extract": _found,
    "erase a document": lambda w: _erase(erasures.document, w.document),
    "erase a speaker": lambda w: _erase(erasures.speaker, w.any(Speaker)),
}


def do(change: Request | Callable[[], Any], client: FlaskClient) -> int:
    """Do a change; return the status of its answer, or one for what a command's refuses."""
    if isinstance(change, Request):
        return change.send(client)
    try:
        transactions.write(change)
    except Refusal:
        return 409
    return 200
