"""The routes by which programs find the contract (RFC 9727), and its text; generated clients need none of them."""

from http import HTTPStatus

import orjson
from flask import Blueprint, Response, current_app

from api.contract import openapi, responses

routes = Blueprint("discovery", __name__)

_CATALOG = "/.well-known/api-catalog"
_YAML, _LINKSET = "application/yaml", "application/linkset+json"
_PROFILED = f'{_LINKSET}; profile="https://www.rfc-editor.org/info/rfc9727"'


@routes.get("/openapi.json")
def lead_to_openapi() -> Response:
    """Lead to the contract, which lives under the version that it describes."""
    return responses.bare(Response(status=HTTPStatus.PERMANENT_REDIRECT, headers={"Location": "/v1/openapi.json"}))


@routes.get("/v1/openapi.yaml")
def get_openapi_yaml() -> Response:
    """Give the contract as YAML."""
    responses.acceptable(_YAML)
    return Response(openapi.as_yaml(current_app), content_type=_YAML)


@routes.get(_CATALOG)
def get_catalog() -> Response:
    """List the APIs that this server has, and where each is described."""
    # JSON is what a linkset is written in (RFC 9264): who takes no more than that gets it, too.
    chosen = responses.acceptable(_LINKSET, responses.MEDIA_TYPE)
    v1 = {
        "anchor": "/v1",
        "service-desc": [
            {"href": "/v1/openapi.json", "type": "application/json"},
            {"href": "/v1/openapi.yaml", "type": _YAML},
        ],
        "service-doc": [{"href": "/problems", "type": "text/html"}],
        "status": [{"href": "/healthz", "type": "application/json"}],
    }
    media_type = _PROFILED if chosen == _LINKSET else chosen
    response = Response(orjson.dumps({"linkset": [v1]}), content_type=media_type)
    response.headers["Link"] = f'<{_CATALOG}>; rel="api-catalog"'
    return response
