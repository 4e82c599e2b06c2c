"""/v1/openapi.yaml and /v1/openapi.json"""

from flask import Response, current_app
from marshmallow import INCLUDE, fields

from api import openapi
from api.contract import Routes
from api.schemas.base import Output, shown

routes = Routes("contract", "This description of the API.")


class Description(Output):
    """An OpenAPI document."""

    class Meta:
        unknown = INCLUDE

    openapi = shown(fields.String, "The version of OpenAPI.")


@routes.operation("GET", "/openapi.yaml", gives=Description, media_type="application/yaml")
def get_openapi_yaml() -> Response:
    """Fetch this description as YAML."""
    return Response(openapi.as_yaml(current_app), content_type="application/yaml")


@routes.operation("GET", "/openapi.json", gives=Description)
def get_openapi_json() -> Response:
    """Fetch this description as JSON."""
    return Response(openapi.as_json(current_app), content_type="application/json")
