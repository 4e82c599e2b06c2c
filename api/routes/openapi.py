"""The routes that lead to the contract: /v1, /v1/openapi.json, /v1/openapi.yaml."""

from importlib import metadata

from flask import Response, current_app

from api.contract import openapi, responses
from api.contract.operation import Routes
from api.schemas.openapi import Description, Index

routes = Routes("contract", "What there is, and this description of it; nothing here needs a key.")

YAML = "application/yaml"


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
    """Fetch this description as JSON."""
    return responses.json(openapi.description(current_app))


@routes.operation("GET", "/openapi.yaml", stream_media_types=(YAML,), open=True)
def get_openapi_yaml() -> Response:
    """Fetch this description as YAML."""
    return Response(openapi.as_yaml(current_app), content_type=YAML)
