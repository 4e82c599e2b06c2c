"""The routes of the contract: /v1 and /v1/openapi.json."""

from importlib import metadata

from flask import Response, current_app

from api.contract import openapi, responses
from api.contract.operation import Routes
from api.schemas.openapi import Description, Index

routes = Routes("contract", "What there is, and this description of it; nothing here needs a key.")


@routes.operation("GET", "", response=Index, open=True)
def get_index() -> Response:
    """List what can be asked for.

    Every address that can be read without an id in it; the contract describes those and all others.
    """
    addresses = [
        {"href": f"/v1{operation.rule}", "description": summary.strip()}
        for noun in openapi.routes_of(current_app)
        for operation in noun.operations
        if not operation.writes and operation.rule and "<" not in operation.rule
        for summary in [(operation.view.__doc__ or "").partition("\n")[0]]
    ]
    version = metadata.version("counterclaim")
    return responses.json({"title": "Counterclaim", "version": version, "addresses": addresses})


@routes.operation("GET", "/openapi.json", response=Description, open=True)
def get_openapi() -> Response:
    """Fetch this description as JSON; `/v1/openapi.yaml` gives it as YAML."""
    return responses.json(openapi.description(current_app))
