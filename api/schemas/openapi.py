"""The index of the API, and the OpenAPI document, on the wire."""

from marshmallow import INCLUDE, fields

from api.schemas.base import Output, listed, shown


class Description(Output):
    """An OpenAPI document."""

    class Meta:
        unknown = INCLUDE

    openapi = shown(fields.String, "The version of OpenAPI.")


class Address(Output):
    """An address that can be read."""

    href = shown(fields.String, "The address.")
    description = shown(fields.String, "What it answers.")


class Index(Output):
    """What there is."""

    title = shown(fields.String, "The name of the API.")
    version = shown(fields.String, "The version that serves it.")
    addresses = listed(Address, "What can be read, but for what has an id in its address.")
