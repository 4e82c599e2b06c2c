"""Charges on the wire: claims in which somebody is accused."""

from typing import Any

from marshmallow import validates_schema

from api.schemas.claims import ClaimQuery
from api.schemas.fields import QueryFlag


class ChargeQuery(ClaimQuery):
    """Which charges to list."""

    answered = QueryFlag(
        metadata={
            "description": "Whether one of the accused, or of their parts, or somebody on their behalf, has answered "
            "the charge or admitted it; of the charges against a speaker, one of its own.",
            "example": False,
        }
    )

    @validates_schema
    def _refuse_contradicted_answers(self, data: dict[str, Any], **kwargs: Any) -> None:
        # What the accused never answered, others may have.
        self._refuse_undisputed(data)
