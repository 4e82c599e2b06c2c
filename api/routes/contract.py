"""/v1/openapi.yaml and /v1/openapi.json"""

from flask import Response, current_app
from marshmallow import Schema

from api import openapi
from api.contract import Routes

routes = Routes("contract", "This description of the API.")


class Description(Schema):
    """An OpenAPI document."""


@routes.operation("GET", "/openapi.yaml", gives=Description, media_type="application/yaml")
def get_openapi_yaml() -> Response:
    """Fetch this description as YAML."""
    return Response(openapi.as_yaml(current_app), content_type="application/yaml")


@routes.operation("GET", "/openapi.json", gives=Description)
def get_openapi_json() -> Response:
    """Fetch this description as JSON."""
    return Response(openapi.as_json(current_app), content_type="application/json")
