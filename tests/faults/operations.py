"""The operations of the contract, as the tests of faults walk through them; and one of each noun to walk over."""

import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from tests import factories
from tests.checked import contract
from tests.faults import audit
from tests.faults.client import Client


class Operation(NamedTuple):
    """One method of one address."""

    name: str
    method: str
    #: With {id} where it has one.
    path: str
    described: dict[str, Any]

    @property
    def scope(self) -> str | None:
        """The scope that it takes; None where the public may do it."""
        security = self.described.get("security", [])
        return None if {} in security else next(iter(next(iter(security)).values()))[0] if security else None

    @property
    def matches(self) -> bool:
        """Whether it takes If-Match."""
        return "428" in self.described["responses"]

    @property
    def takes(self) -> Literal[True] | None:
        """Whether it takes a body; None where not, so that `operation.takes and body` is one to send."""
        return True if "requestBody" in self.described else None

    @property
    def noun(self) -> str:
        """The plural that its address starts with."""
        return self.path.split("/")[2]

    def at(self, id: int) -> str:
        """Its address for this id."""
        return re.sub(r"\{\w+\}", str(id), self.path)


def operations() -> Iterator[Operation]:
    """Every operation of openapi.yaml under /v1."""
    for path, methods in contract()["paths"].items():
        for method, described in methods.items():
            if path.startswith("/v1/"):
                yield Operation(described["operationId"], method.upper(), path, described)


def one_of_each(client: Client, url: str) -> dict[str, int]:
    """Put in a counterclaim with a review and a topic, and what a machine suggests about it; an id of each noun.

    Suggestions are made by extraction alone: that one is put in at the database, whose address is `url`.
    """

    def made(noun: str, body: dict[str, Any]) -> Any:
        answer = client.post(f"/v1/{noun}", body)
        assert answer.status == 201, answer.text
        return answer.json

    topic = made("topics", factories.topic())
    charge = made("statements", factories.charge())
    denial = made("statements", factories.denial(charge["id"]))
    review = made("reviews", factories.review(charge["claim"]["id"]))
    other = made("claims", factories.claim(text="What else the denial may answer."))
    with audit.bound(url):
        suggestion = factories.put_suggestion(denial["id"], other["id"])
    return {
        "topics": topic["id"],
        "statements": charge["id"],
        "documents": charge["document"]["id"],
        "sentences": charge["sentence"]["id"],
        "speakers": charge["speaker"]["id"],
        "claims": charge["claim"]["id"],
        "counterclaims": denial["counters"][0]["id"],
        "reviews": review["id"],
        "suggestions": suggestion,
    }
