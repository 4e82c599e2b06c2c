"""Language tags (BCP 47) on the wire."""

import re
from typing import Any

from api.schemas.fields import Matching

#: The tags that were registered before RFC 4646 and are not formed as others (RFC 5646, section 2.2.8).
_REGISTERED = (
    "i-(ami|bnn|default|enochian|hak|klingon|lux|mingo|navajo|pwn|tao|tay|tsu)|en-gb-oed|sgn-(be-fr|be-nl|ch-de)"
)
_ANY_CASE = re.sub("[a-z]", lambda letter: f"[{letter[0].upper()}{letter[0]}]", _REGISTERED)


class Language(Matching):
    """A language tag (BCP 47), well-formed by RFC 5646: language, script, region, variants, extensions, private use.

    Or private use alone, or one of the tags that were registered before and have another form.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            r"^([A-Za-z]{2,3}(-[A-Za-z]{3}){0,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?"
            r"(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(-[0-9A-WY-Za-wy-z](-[A-Za-z0-9]{2,8})+)*"
            r"(-[Xx](-[A-Za-z0-9]{1,8})+)?|[Xx](-[A-Za-z0-9]{1,8})+"
            rf"|{_ANY_CASE})$",
            form="a language tag (BCP 47) such as en or sr-Latn",
            longest=35,
            **kwargs,
        )
