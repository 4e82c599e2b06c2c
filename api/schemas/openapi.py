"""The index of the API, and the OpenAPI document, on the wire."""

from marshmallow import INCLUDE, fields

from api.schemas.base import Output, listed, shown


class Description(Output):
    """An OpenAPI document."""

    class Meta:
        unknown = INCLUDE

    openapi = shown(fields.String, "The version of OpenAPI.")


class Address(Output):
    """An address, and what can be done there."""

    href = shown(
        fields.String,
        "The address. In the place of `{id}` goes the id of one record, of a topic its slug too, of a speaker its "
        "Wikidata id.",
        example="/v1/claims/{id}/exchange",
    )
    methods = fields.List(
        fields.String(), required=True, metadata={"description": "The methods that it takes.", "example": ["GET"]}
    )
    description = shown(fields.String, "What the first of the methods does.")


class Index(Output):
    """What there is."""

    title = shown(fields.String, "The name of the API.")
    version = shown(fields.String, "The version that serves it.")
    addresses = listed(Address, "All addresses, in the order of the contract.")
