"""The routes under /v1/openapi.json."""

from flask import Response, current_app

from api.contract import openapi, responses
from api.contract.operation import Routes
from api.schemas.openapi import Description

routes = Routes("contract", "This description of the API.")


@routes.operation("GET", "/openapi.json", response=Description)
def get_openapi() -> Response:
    """Fetch this description as JSON."""
    return responses.json(openapi.description(current_app))
