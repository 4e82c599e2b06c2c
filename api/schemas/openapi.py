"""The OpenAPI document on the wire."""

from marshmallow import INCLUDE, fields

from api.schemas.base import Output, shown


class Description(Output):
    """An OpenAPI document."""

    class Meta:
        unknown = INCLUDE

    openapi = shown(fields.String, "The version of OpenAPI.")
