"""Operations: one decorator says what a route takes, gives and refuses; requests and openapi.yaml are made from it.

Above each route stands what comes in, what goes out and what may be refused; the function below is
the models call, and its docstring is public: it becomes summary and description in `openapi.yaml`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request
from marshmallow import Schema

from api.contract import auth, bodies, places, problem_types, responses, wikidata_items
from api.contract.problems import Problem
from api.middleware.slow_clients import SLOT
from api.middleware.wsgi import OPERATION
from models.access import keys, replies
from models.storage import database, transactions

View = Callable[..., Response]

#: The query string of an operation that takes no parameters.
NoQuery = Schema.from_dict({}, name="NoQuery")


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    id: str
    method: str
    rule: str
    view: View
    #: The scope that it takes; None for what the public may do.
    scope: str | None = None
    query: type[Schema] | None = None
    body: type[Schema] | None = None
    #: The shape of the response; None where it has no body.
    response: type[Schema] | None = None
    status: HTTPStatus = HTTPStatus.OK
    #: What it refuses besides what follows from the above.
    refuses: tuple[HTTPStatus, ...] = ()
    #: Whether it changes a version that the caller must have read.
    needs_if_match: bool = False
    #: The media types of a response that is streamed, and so has neither shape nor ETag.
    stream_media_types: tuple[str, ...] = ()
    #: Whether it needs no key even where reads do.
    open: bool = False
    #: The media type of a body that is read line by line, as it comes.
    line_media_type: str | None = None
    #: The shape in which the same lines may come as one JSON body.
    line_body: type[Schema] | None = None
    #: Called with the view's arguments before the transaction, for what takes long, or is many transactions of its own;
    #: returns more arguments. It is called again, with these and `anyway`, where the transaction is Unprepared.
    before_transaction: Callable[..., dict[str, Any]] | None = None

    @property
    def address(self) -> str:
        """Write its address, with what a request puts in between braces."""
        return "/v1" + re.sub(r"<\w+:(\w+)>", r"{\1}", self.rule)

    @property
    def summary(self) -> str:
        """Say in a sentence what it does: the first line of its function's docstring."""
        return (self.view.__doc__ or "").partition("\n")[0].strip()

    @property
    def writes(self) -> bool:
        """Whether it changes anything."""
        return self.method != "GET"

    @property
    def creates(self) -> bool:
        """Whether it makes something new, so that a retry needs an Idempotency-Key."""
        return self.status == HTTPStatus.CREATED

    def run(self, **arguments: Any) -> Response:
        """Respond to one request: admit the caller, read what it takes, call the view; to write in a transaction."""
        environ = request.environ
        environ[OPERATION] = self.id
        auth.admit(self.scope, open=self.open)
        if self.response is not None:
            responses.acceptable(responses.MEDIA_TYPE)
        if self.query is not None:
            arguments["query"] = bodies.query(self.query)
        elif request.query_string:
            bodies.query(NoQuery)
        if self.needs_if_match:
            responses.if_match()
        if not self.writes:
            reader = auth.caller().key_id
            return places.in_a_place(lambda: transactions.read(lambda: self._viewed(arguments), key_id=reader))
        return self._write(arguments)

    def _write(self, arguments: dict[str, Any]) -> Response:
        request.environ[SLOT].require()
        if self.body is not None:
            # The connection that the key was looked up with shall not wait for a slow sender.
            database.release()
            arguments["body"] = bodies.body(self.body)
        if self.line_media_type is not None and self.line_body is not None:
            arguments["lines"] = bodies.lines(self.line_media_type, self.line_body)
        retry = self._retry() if self.creates and "Idempotency-Key" in request.headers else None
        if self.before_transaction is not None:
            # A retry is answered before anything is worked out for it anew.
            if retry and (reply := replies.stored(**retry)):
                return responses.from_stored(reply)
            database.release()
            arguments |= self.before_transaction(**arguments)
        try:
            return self._stored(arguments, retry)
        except transactions.Unprepared:
            if self.before_transaction is None:
                raise
        database.release()
        arguments |= self.before_transaction(**arguments, anyway=True)
        return self._stored(arguments, retry)

    def _stored(self, arguments: dict[str, Any], retry: dict[str, Any] | None) -> Response:
        """Call the view in a transaction, or send what it responded to the same request before."""
        if retry is None:
            return places.in_a_place_to_write(lambda: transactions.write(lambda: self._viewed(arguments)))
        once = partial(replies.once, **retry, work=lambda: responses.to_store(self._viewed(arguments)))
        return responses.from_stored(places.in_a_place_to_write(lambda: transactions.write(once)))

    def _viewed(self, arguments: dict[str, Any]) -> Response:
        """Call the view, and look up where it reads whom Wikidata items name: what a key wrote is known there."""
        named = dict(arguments)
        if "id" in named:
            named["id"] = wikidata_items.in_path(named["id"])
        if "query" in named:
            named["query"] = wikidata_items.in_query(named["query"])
        if "body" in named:
            named["body"] = wikidata_items.in_body(named["body"])
        if self.needs_if_match:
            named["version"] = responses.matched_versions(named["id"])
        return self.view(**named)

    def _retry(self) -> dict[str, Any]:
        """Return what tells a retry: the caller's key, the Idempotency-Key, and what must be equal."""
        # Two headers arrive as one, with a comma between: as a name of its own it would be no retry of either.
        token = request.headers["Idempotency-Key"]
        if not re.fullmatch(r"[!-+\--~]{1,255}", token):
            detail = (
                "Send one Idempotency-Key of 1 to 255 visible ASCII characters without a comma, a UUID for example."
            )
            raise Problem(problem_types.MALFORMED_REQUEST, detail, [{"header": "Idempotency-Key", "detail": detail}])
        if keys.PREFIX in token:
            detail = "This Idempotency-Key holds an API key, and would be stored: send a UUID, and the key as a Bearer."
            raise Problem(problem_types.MALFORMED_REQUEST, detail, [{"header": "Idempotency-Key", "detail": detail}])
        sent = b"\n".join([request.method.encode(), request.full_path.encode(), request.get_data()])
        return {"key_id": auth.key_id(), "token": token, "request": sent}


class Routes(Blueprint):
    """The routes of one noun, and the operations that they are."""

    def __init__(self, noun: str, description: str) -> None:
        """Take what stands above the noun's operations in the contract as `description`."""
        super().__init__(noun, __name__, url_prefix="/v1")
        self.description = description
        self.operations: list[Operation] = []

    def operation(self, method: str, rule: str, **contract: Any) -> Callable[[View], View]:
        """Make a route of the function below, with what else `Operation` holds; its name is the operationId.

        The function is called with the path's variables, and with `query`, `body`, `lines` and `version` (of
        If-Match) where the operation takes these, and with what `before_transaction` returns.
        """

        def register(view: View) -> View:
            operation = Operation(view.__name__, method, rule, view, **contract)
            self.operations.append(operation)
            self.add_url_rule(rule, view.__name__, operation.run, methods=[method])
            return view

        return register
