"""The routes of the contract: /v1 and /v1/openapi.json."""

from importlib import metadata
from typing import Any

from flask import Response, current_app

from api.contract import openapi, responses
from api.contract.operation import Routes
from api.schemas.openapi import Description, Index

routes = Routes("contract", "What there is, and this description of it; nothing here needs a key.")


@routes.operation("GET", "", response=Index, open=True)
def get_index() -> Response:
    """List every address, with the methods that it takes.

    The contract describes each of them.
    """
    addresses: dict[str, dict[str, Any]] = {}
    for noun in openapi.routes_of(current_app):
        for operation in noun.operations:
            told = {"href": operation.address, "methods": [], "description": operation.summary}
            addresses.setdefault(operation.address, told)["methods"].append(operation.method)
    version = metadata.version("counterclaim")
    return responses.json({"title": "Counterclaim", "version": version, "addresses": [*addresses.values()]})


@routes.operation("GET", "/openapi.json", response=Description, open=True)
def get_openapi() -> Response:
    """Fetch this description as JSON; `/v1/openapi.yaml` gives it as YAML."""
    return responses.json(openapi.description(current_app))
