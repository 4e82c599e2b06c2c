"""What an exchange says is what a model in memory says: who said it first, how often, what answers what, and whom."""

import itertools
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from models.vocabulary import COUNTER_KINDS, DISPUTING_KINDS
from tests.faults import audit
from tests.faults.client import Client
from tests.faults.server import Server

#: Days on which something is said: in full, in part, or not known.
DAYS = st.sampled_from(["2026-03-02", "2026-03-09", "2026-03", "2026", None])
PUBLISHED = st.sampled_from(["2026-03-05", "2026-03-10", None])
#: A body, and persons of whom the first two are part of it.
BODY, PERSONS = 0, range(1, 5)
PICK = st.integers(0, 10_000)


@dataclass
class Said:
    """A statement, as the model knows it."""

    id: int
    claim: int
    speaker: int
    behalf: int | None
    day: str | None
    original: "Said | None" = None
    retracted: bool = False

    @property
    def order(self) -> tuple[str, int]:
        """The earliest comes first; what has no day, last."""
        return self.day or "9999", self.id

    def by(self, speaker: int) -> bool:
        """Whether this speaker said it, or somebody for them."""
        return speaker in (self.speaker, self.behalf)


@dataclass
class Edge:
    """A counterclaim, as the model knows it."""

    id: int
    claim: int
    answer: int
    kind: str
    of: str
    target: Said | None


class Exchanges(RuleBasedStateMachine):
    """The server beside the model."""

    client: Client
    #: Told to all runs.
    steps = 0
    runs = itertools.count(1)

    def __init__(self) -> None:
        super().__init__()
        self.run = f"{next(self.runs)}-{uuid.uuid4().hex[:6]}"
        self.said: list[Said] = []
        self.edges: list[Edge] = []
        self.accused: dict[int, set[int]] = {}
        self.speakers = [self._speaker(BODY, kind="government")]
        for number in PERSONS:
            member = {"part_of": self.speakers[BODY]} if number in PERSONS[:2] else {}
            self.speakers.append(self._speaker(number, kind="person", **member))
        self.words = itertools.count(1)

    def _speaker(self, number: int, **more: Any) -> int:
        answer = self.client.post("/v1/speakers", {"name": f"Speaker {number} of {self.run}", **more})
        assert answer.status == 201, answer.text
        return int(answer.json["id"])

    @property
    def standing(self) -> list[Said]:
        """The statements that stand."""
        return [one for one in self.said if not one.retracted]

    @property
    def claims(self) -> list[int]:
        """The claims that stand: whoever takes the last statement of one back, takes the claim back."""
        return sorted({one.claim for one in self.standing})

    def _record(self, speaker: int, claim: Any, day: str | None, published: str | None, **more: Any) -> Said:
        type(self).steps += 1
        words = f"the {next(self.words)}. bridge is shut"
        body = {
            "speaker": {"id": self.speakers[speaker]},
            "document": {"text": f"Run {self.run}: {words}.", "language": "en"},
            "content": [{"text": words}],
            "form": "indirect",
            "claim": claim,
            "said_on": day,
        }
        if published:
            body["document"] |= {"published_at": f"{published}T08:00:00Z"}
        answer = self.client.post("/v1/statements", body | more)
        assert answer.status == 201, answer.text
        behalf = BODY if speaker in PERSONS[:2] else None
        if "on_behalf_of" in more:
            behalf = more["on_behalf_of"] and self.speakers.index(more["on_behalf_of"]["id"])
        made = Said(answer.json["id"], answer.json["claim"]["id"], speaker, behalf, day or published)
        self.said.append(made)
        return made

    @rule(speaker=st.sampled_from((BODY, *PERSONS)), day=DAYS, published=PUBLISHED, pick=PICK, new=st.booleans())
    def say(self, speaker: int, day: str | None, published: str | None, pick: int, new: bool) -> None:
        """Somebody states a claim; a member of the body speaks for it, where nothing else is said."""
        claims = self.claims
        claim = {"id": claims[pick % len(claims)]} if claims and not new else {"text": f"{self.run}?", "language": "en"}
        self._record(speaker, claim, day, published)

    @rule(speaker=st.sampled_from(PERSONS), behalf=st.sampled_from([None, BODY, 4]), day=DAYS, pick=PICK)
    def say_for(self, speaker: int, behalf: int | None, day: str | None, pick: int) -> None:
        """Somebody speaks for another, or for themselves alone."""
        if behalf != speaker and (claims := self.claims):
            whom = None if behalf is None else {"id": self.speakers[behalf]}
            self._record(speaker, {"id": claims[pick % len(claims)]}, day, None, on_behalf_of=whom)

    @rule(pick=PICK, day=DAYS, published=PUBLISHED)
    def print_again(self, pick: int, day: str | None, published: str | None) -> None:
        """Another document prints the same act."""
        if some := self.standing:
            act = some[pick % len(some)]
            again = self._record(act.speaker, {"id": act.claim}, day, published, original=act.id)
            again.original = act.original or act

    @rule(
        one=PICK, other=PICK, kind=st.sampled_from(COUNTER_KINDS), of=st.sampled_from(["claim", "attribution", "any"])
    )
    def answer(self, one: int, other: int, kind: str, of: str) -> None:
        """A claim answers another: a statement of that, its attribution, or whoever states it."""
        type(self).steps += 1
        claims = self.claims
        if len(claims) < 2:
            return
        claim, answer = claims[one % len(claims)], claims[other % len(claims)]
        aimed = [said for said in self.standing if said.claim == claim]
        target = None if of == "any" else aimed[other % len(aimed)]
        body: dict[str, Any] = {"claim": claim, "answer": answer, "kind": kind}
        if target:
            body |= {"target": target.id, "of": of}
        made = self.client.post("/v1/counterclaims", body)
        about = of if of == "attribution" else "claim"
        known = any(
            (edge.claim, edge.answer, edge.kind, edge.of) == (claim, answer, kind, about)
            and (about == "claim" or edge.target is target)
            for edge in self.edges
        )
        if claim == answer or known:
            assert made.status in (409, 422), made.text
            return
        assert made.status == 201, made.text
        self.edges.append(Edge(made.json["id"], claim, answer, kind, about, target))

    @rule(pick=PICK, whom=st.sampled_from((BODY, *PERSONS)), kind=st.sampled_from(COUNTER_KINDS))
    def answer_an_attribution(self, pick: int, whom: int, kind: str) -> None:
        """Somebody says of a statement that its speaker did, or did not, make it."""
        if some := self.standing:
            target = some[pick % len(some)]
            answer = self._record(whom, {"text": f"Not so, {self.run}.", "language": "en"}, None, None).claim
            body = {"claim": target.claim, "answer": answer, "kind": kind, "target": target.id, "of": "attribution"}
            made = self.client.post("/v1/counterclaims", body)
            assert made.status == 201, made.text
            self.edges.append(Edge(made.json["id"], target.claim, answer, kind, "attribution", target))

    @rule(pick=PICK, whom=st.sampled_from((BODY, *PERSONS)))
    def accuse(self, pick: int, whom: int) -> None:
        """A claim accuses somebody."""
        type(self).steps += 1
        if claims := self.claims:
            claim = claims[pick % len(claims)]
            accused = self.accused.setdefault(claim, set())
            accused.add(whom)
            etag = self.client.get(f"/v1/claims/{claim}").headers["ETag"]
            about = [{"id": self.speakers[one], "role": "accused"} for one in sorted(accused)]
            answer = self.client.patch(f"/v1/claims/{claim}", {"about": about}, etag)
            assert answer.status == 200, answer.text

    @rule(pick=PICK)
    def take_back(self, pick: int) -> None:
        """A statement that nothing answers, of a claim that others state, is taken back; a print takes its place."""
        type(self).steps += 1
        aimed = [edge.target for edge in self.edges]
        free = [
            one
            for one in self.standing
            if one not in aimed and sum(other.claim == one.claim for other in self.standing) > 1
        ]
        if not free:
            return
        gone = free[pick % len(free)]
        path = f"/v1/statements/{gone.id}"
        answer = self.client.delete(path, self.client.get(path).headers["ETag"])
        assert answer.status == 204, answer.text
        gone.retracted = True
        prints = sorted((one for one in self.standing if one.original is gone), key=lambda one: one.order)
        for one in prints:
            one.original = prints[0] if one is not prints[0] else None

    def _answers(self, claim: int) -> Iterator[Edge]:
        return (edge for edge in self.edges if edge.claim == claim and edge.of == "claim")

    def _replied(self, claim: int) -> bool:
        """Whether one of the accused has stated the claim, or what answers it; of the body, also who spoke for it."""
        told = {claim, *(edge.answer for edge in self._answers(claim))}
        return any(one.by(whom) for whom in self.accused[claim] for one in self.standing if one.claim in told)

    def _disowned(self, said: Said) -> bool:
        """Whether whom a statement is attributed to answers that."""
        answers = {
            edge.answer
            for edge in self.edges
            if edge.target is said and edge.of == "attribution" and edge.kind in (*DISPUTING_KINDS, "corrects")
        }
        return any(one.by(said.speaker) for one in self.standing if one.claim in answers)

    @invariant()
    def an_exchange_is_told_as_it_was(self) -> None:
        """Each claim has its first statement, its acts and its answers; lists find what is disputed and charged."""
        claims = self.claims
        if not claims or len(self.said) % 2:
            return
        for claim in claims:
            mine = sorted((one for one in self.standing if one.claim == claim), key=lambda one: one.order)
            shown = self.client.get(f"/v1/claims/{claim}?include=first_statement,answered").json
            assert shown["first_statement"]["id"] == mine[0].id
            assert shown["statement_count"] == sum(one.original is None for one in mine)
            answers = list(self._answers(claim))
            assert [one["id"] for one in shown["counterclaims"]] == [edge.id for edge in answers]
            assert shown["answered"] == bool(answers)
            assert {one["id"]: one["attribution_disputed"] for one in shown["statements"]} == {
                one.id: self._disowned(one) for one in mine
            }
        disputed = [one for one in claims if any(edge.kind in DISPUTING_KINDS for edge in self._answers(one))]
        charged = [one for one in claims if one in self.accused]
        assert self._listed("claims", "disputed=true", claims) == disputed
        for answered in (False, True):
            found = [one for one in charged if self._replied(one) == answered]
            assert self._listed("charges", f"answered={str(answered).lower()}", claims) == found

    def _listed(self, path: str, query: str, mine: list[int]) -> list[int]:
        items = self.client.get(f"/v1/{path}?{query}&fields=id&limit=100").json["items"]
        return sorted({item["id"] for item in items} & {*mine})


def test_an_exchange_is_what_a_model_in_memory_says(
    url: str,
    served: Callable[..., Server],
    key: Callable[..., str],
    scale: Callable[[int, int], int],
    play: Callable[..., None],
    tell: Callable[[str], None],
) -> None:
    server = served()
    Exchanges.client = server.client(key("admin"))
    Exchanges.steps = 0
    play(Exchanges, examples=scale(6, 100), steps=scale(20, 40))
    tell(f"{Exchanges.steps} steps, the server and the model tell the same exchange after each")
    server.kill()
    audit.whole(url)
