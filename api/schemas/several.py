"""Filters that take several values: one that an item has passes it."""

from typing import Any

from marshmallow import ValidationError

from api.schemas.fields import Choice, Field, QueryId, Slug, Text
from api.schemas.indexed import Url
from api.schemas.languages import Language
from api.schemas.speaker_ids import QuerySpeakerId

#: What the parameters by the id of a speaker say besides.
BY_ITEM = "A Wikidata id such as Q148 stands for the speaker who has it."

#: What the parameters of names and other words say besides.
_COMMA = " A comma parts two; send one that belongs to a value as `%2C`."

#: How many values one filter takes.
MOST = 50


class AnyOf(Field[Any]):
    """Values in a query string, each as `inner` reads it: a comma between two, or the parameter given again.

    One value is loaded as it is, several as a tuple without doubles. A comma inside a text is sent as %2C.
    """

    def __init__(self, inner: Field[Any]) -> None:
        self.inner = inner
        described = f"{inner.metadata['description']} Of several values, any.{_COMMA if self.is_of_words else ''}"
        super().__init__(metadata={"description": described, "example": [inner.metadata["example"]]})
        inner.metadata = {name: one for name, one in inner.metadata.items() if name not in self.metadata}

    def parted(self, sent: bytes) -> list[bytes]:
        """Part a value as it was sent, percent-encoded: only where it is no text, an encoded comma parts it, too."""
        return (sent if self.is_of_words else sent.replace(b"%2C", b",").replace(b"%2c", b",")).split(b",")

    @property
    def is_of_words(self) -> bool:
        """Whether a comma may belong to a value (docs/decisions/0054)."""
        return isinstance(self.inner, Text | Url)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        sent = value if isinstance(value, list) else [value]
        if len(sent) > MOST:
            raise ValidationError(f"Give at most {MOST} values.")
        values = tuple(dict.fromkeys(self.inner.deserialize(one, attr, data, **kwargs) for one in sent))
        return values[0] if len(values) == 1 else values


def values_of(value: Any) -> tuple[Any, ...]:
    """List the values that a filter was given, none where it is None."""
    return value if isinstance(value, tuple) else () if value is None else (value,)


def words_of(description: str, example: str) -> AnyOf:
    """Make a parameter of names or other words."""
    return AnyOf(Text(longest=300, metadata={"description": description, "example": example}))


def one_speaker(description: str, example: int = 1) -> AnyOf:
    """Make a parameter of ids of speakers."""
    described = f"{description} {BY_ITEM}"
    return AnyOf(QuerySpeakerId(metadata={"description": described, "example": example}))


def one_id(description: str, example: int = 1) -> AnyOf:
    """Make a parameter of ids."""
    return AnyOf(QueryId(metadata={"description": description, "example": example}))


def one_of(words: tuple[str, ...], description: str, example: str) -> AnyOf:
    """Make a parameter of some of a few words."""
    return AnyOf(Choice(words, metadata={"description": description, "example": example}))


def language_of(what: str) -> AnyOf:
    """Make a parameter that a language passes: of `what`."""
    described = f"{what} (BCP 47), by basic filtering (RFC 4647): `en` finds `en-GB` too, in any case."
    return AnyOf(Language(metadata={"description": described, "example": "en"}))


def topic_of(description: str) -> AnyOf:
    """Make a parameter of the slugs of topics."""
    return AnyOf(Slug(metadata={"description": description, "example": "drinking-water"}))
