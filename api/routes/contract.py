"""The routes under /v1/openapi.json."""

from flask import Response, current_app
from marshmallow import INCLUDE, fields

from api.contract import openapi, responses
from api.contract.operation import Routes
from api.schemas.base import Output, shown

routes = Routes("contract", "This description of the API.")


class Description(Output):
    """An OpenAPI document."""

    class Meta:
        unknown = INCLUDE

    openapi = shown(fields.String, "The version of OpenAPI.")


@routes.operation("GET", "/openapi.json", response=Description)
def get_openapi() -> Response:
    """Fetch this description as JSON."""
    return responses.json(openapi.description(current_app))
