"""The hinge of the outside: one decorator says what a route takes, gives and refuses; it runs and describes it.

Above each route stands what comes in, what goes out and what may be refused; the function below is
only the deed, and its docstring is public: it becomes summary and description in `openapi.yaml`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request
from marshmallow import Schema

from api.contract import answers, auth, bodies
from api.contract.problems import Problem
from api.middleware.middleware import OPERATION
from models.access import keys, replies
from models.storage import database, transactions

#: What was done: its answer is made when all is stored.
Done = Response | answers.Created | replies.Answer
View = Callable[..., Response | answers.Created]


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    id: str
    method: str
    rule: str
    view: View
    #: The scope that it takes; None for what the public may do.
    scope: str | None
    query: type[Schema] | None
    body: type[Schema] | None
    #: The shape of the answer; None where it has no body.
    gives: type[Schema] | None
    status: HTTPStatus
    #: What it refuses besides what follows from the above.
    refuses: tuple[HTTPStatus, ...]
    #: Whether it changes a version that the caller must have read.
    matches: bool = field(default=False)
    #: The media types of an answer that is streamed, and so has neither shape nor ETag.
    streams: tuple[str, ...] = ()
    #: The media type of a body that is read line by line, as it comes.
    takes: str | None = None
    #: What it works out of the request before its transaction begins, because it takes long; what that returns is
    #: given to the view.
    ahead: Callable[..., dict[str, Any]] | None = field(default=None)

    @property
    def sparse(self) -> bool:
        """Whether the caller may choose the members of the answer."""
        return self.query is not None and "members" in self.query._declared_fields

    @property
    def writes(self) -> bool:
        """Whether it changes anything."""
        return self.method != "GET"

    @property
    def creates(self) -> bool:
        """Whether it makes something new, so that a retry needs an Idempotency-Key."""
        return self.status == HTTPStatus.CREATED

    def run(self, **given: Any) -> Response:
        """Let the caller in, read the request, do the deed in one transaction if it writes."""
        request.environ[OPERATION] = self.id
        auth.admit(self.scope)
        if self.query is not None:
            given["query"] = bodies.query(self.query)
        elif request.query_string:
            given |= bodies.query(Schema.from_dict({}, name="NoQuery"))
        if self.matches:
            given["version"] = answers.matched_version(given["id"])
        if self.body is not None:
            # The connection that the key was looked up with shall not wait for a slow sender.
            database.release()
            given["body"] = bodies.body(self.body)
        if self.takes is not None:
            given["lines"] = bodies.lines(self.takes)
        once = self._idempotent() if self.creates and "Idempotency-Key" in request.headers else None
        if self.ahead is not None:
            # A retry is answered before anything is worked out for it anew.
            if once and (reply := replies.kept(**once)):
                return answers.again(reply)
            given |= self.ahead(**given)
        if not self.writes:
            return answers.made(transactions.read(lambda: self.view(**given), key_id=auth.caller().key_id))
        return answers.made(transactions.write(lambda: self._written(once, given)))

    def _written(self, once: dict[str, Any] | None, given: dict[str, Any]) -> Done:
        if once:
            return replies.once(**once, work=lambda: answers.kept(self.view(**given)))
        return self.view(**given)

    def _idempotent(self) -> dict[str, Any]:
        """Name this request as `replies` does, by its key, its token and what must be equal in a retry."""
        # Two headers arrive as one, with a comma between: as a name of its own it would be no retry of either.
        token = request.headers["Idempotency-Key"]
        if not re.fullmatch(r"[!-+\--~]{1,255}", token):
            detail = (
                "Send one Idempotency-Key of 1 to 255 visible ASCII characters without a comma, a UUID for example."
            )
            raise Problem(HTTPStatus.BAD_REQUEST, detail, [{"header": "Idempotency-Key", "detail": detail}])
        if keys.PREFIX in token:
            detail = "This Idempotency-Key holds an API key, and would be stored: send a UUID, and the key as a Bearer."
            raise Problem(HTTPStatus.BAD_REQUEST, detail, [{"header": "Idempotency-Key", "detail": detail}])
        sent = b"\n".join([request.method.encode(), request.full_path.encode(), request.get_data()])
        return {"key_id": auth.key_id(), "token": token, "request": sent}


class Routes(Blueprint):
    """The routes of one noun, and the operations that they are."""

    def __init__(self, noun: str, description: str) -> None:
        """Take what stands above the noun's operations in the contract as `description`."""
        super().__init__(noun, __name__, url_prefix="/v1")
        self.description = description
        self.operations: list[Operation] = []

    def operation(
        self,
        method: str,
        rule: str,
        *,
        scope: str | None = None,
        query: type[Schema] | None = None,
        body: type[Schema] | None = None,
        gives: type[Schema] | None = None,
        status: HTTPStatus = HTTPStatus.OK,
        refuses: tuple[HTTPStatus, ...] = (),
        matches: bool = False,
        streams: tuple[str, ...] = (),
        takes: str | None = None,
        ahead: Callable[..., dict[str, Any]] | None = None,
    ) -> Callable[[View], View]:
        """Make a route of the function below. Its name is the operationId.

        The function is called with the path's variables, and with `query`, `body` and `version` (of
        If-Match) where these are asked for. `ahead` is called with the same before the transaction, and
        what it returns is handed on.
        """

        def register(view: View) -> View:
            made = Operation(
                id=view.__name__,
                method=method,
                rule=rule,
                view=view,
                scope=scope,
                query=query,
                body=body,
                gives=gives,
                status=status,
                refuses=refuses,
                matches=matches,
                streams=streams,
                takes=takes,
                ahead=ahead,
            )
            self.operations.append(made)
            self.add_url_rule(rule, view.__name__, made.run, methods=[method])
            return view

        return register
