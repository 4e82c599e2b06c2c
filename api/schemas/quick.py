"""Reading what schemas say without marshmallow's bookkeeping: for many lines, of which nearly all are right.

A reader is made of a schema's own fields. It gives what the schema gives, or None for what it does not take
at first sight: the schema then tells whether that is wrong, and why. A test holds the two equal.
"""

import math
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from marshmallow import Schema, ValidationError, fields, missing
from marshmallow.validate import Length, OneOf, Range

from api.schemas.fields import BIGGEST, Choice, Either, Flag, Many, Matching, Number, Text, Whole

Read = Callable[[Any], Any]


class _Unsure(Exception):
    """Only the schema can say."""


@cache
def reader(schema: type[Schema]) -> Callable[[Any], dict[str, Any] | None]:
    """Make a function that gives what `schema` loads of a value, or None where only the schema can say."""
    read = _object(schema)

    def quick(value: Any) -> dict[str, Any] | None:
        try:
            loaded: dict[str, Any] = read(value)
        except _Unsure:
            return None
        return loaded

    return quick


def _object(schema: type[Schema]) -> Read:
    made = schema()
    if any(made._hooks.values()):
        raise TypeError(f"{schema.__name__} has hooks, which a quick reader would pass over.")
    members: dict[str, tuple[str, Read]] = {}
    required: set[str] = set()
    defaults: dict[str, Any] = {}
    for name, field in made.load_fields.items():
        key = field.data_key or name
        members[key] = (field.attribute or name, _null(_value(field)) if field.allow_none else _value(field))
        if field.required:
            required.add(key)
        if field.load_default is not missing:
            defaults[field.attribute or name] = field.load_default

    def read(value: Any) -> dict[str, Any]:
        if type(value) is not dict or not value.keys() >= required:
            raise _Unsure
        loaded = defaults.copy()
        try:
            for key, given in value.items():
                name, inner = members[key]
                loaded[name] = inner(given)
        except KeyError:
            raise _Unsure from None
        return loaded

    return read


def _null(read: Read) -> Read:
    return lambda value: None if value is None else read(value)


def _value(field: fields.Field[Any]) -> Read:
    for kind, make in _READERS.items():
        if isinstance(field, kind):
            return make(field)
    raise TypeError(f"There is no quick reader for {type(field).__name__}.")


def _only(field: Any, kind: type) -> Any:
    """Return the one validator of a field, which has to be of this kind."""
    (validator,) = field.validators
    if type(validator) is not kind:
        raise TypeError(f"There is no quick reader for what {validator!r} holds.")
    return validator


def _text(field: Any) -> Read:
    length = _only(field, Length)
    longest, controls = length.max, field._controls.search

    def read(value: Any) -> str:
        if type(value) is not str or not 0 < len(value) <= longest:
            raise _Unsure
        # What can be printed holds no control character, and no white space but the space.
        if not value.isprintable() and (controls(value) or not value.strip(_UNSEEN) or _NO_TEXT.search(value)):
            raise _Unsure
        if value[0] == " " and not value.strip(_UNSEEN):
            raise _Unsure
        return value

    return read


#: As in fields.py.
_UNSEEN = (
    "".join(map(chr, range(33)))
    + "\x7f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff"
    + "\xad\u061c\u180e"
    + "".join(map(chr, (*range(0x2000, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070))))
)
_NO_TEXT = re.compile("[\ud800-\udfff\0]")


def _matching(field: Any) -> Read:
    length, form = field.validators
    longest, matches = length.max, form.regex.match

    def read(value: Any) -> str:
        if type(value) is not str or len(value) > longest or not matches(value) or _NO_TEXT.search(value):
            raise _Unsure
        return value

    return read


def _whole(field: Any) -> Read:
    least, most = (limits := _only(field, Range)).min, min(limits.max, BIGGEST)

    def read(value: Any) -> int:
        if type(value) is not int or not least <= value <= most:
            raise _Unsure
        return value

    return read


def _number(field: Any) -> Read:
    limits = _only(field, Range)

    def read(value: Any) -> float:
        if type(value) not in (int, float) or not math.isfinite(value) or not limits.min <= value <= limits.max:
            raise _Unsure
        return float(value)

    return read


def _choice(field: Any) -> Read:
    words = frozenset(_only(field, OneOf).choices)

    def read(value: Any) -> str:
        if type(value) is not str or value not in words:
            raise _Unsure
        return value

    return read


def _flag(field: Any) -> Read:
    if field.validators:
        raise TypeError("There is no quick reader for a flag with validators.")

    def read(value: Any) -> bool:
        if type(value) is not bool:
            raise _Unsure
        return value

    return read


def _list(field: Any) -> Read:
    length = _only(field, Length)
    least, most, read_one = length.min, length.max, _value(field.inner)
    if field.inner.allow_none:
        raise TypeError("There is no quick reader for a list of what may be null.")

    def read(value: Any) -> list[Any]:
        if type(value) is not list or not least <= len(value) <= most:
            raise _Unsure
        return [read_one(item) for item in value]

    return read


def _either(field: Any) -> Read:
    if field.validators:
        raise TypeError("There is no quick reader for a choice of shapes with validators.")
    shapes = [(*sign.partition("=")[::2], _object(schema)) for sign, schema in field.shapes.items()]

    def read(value: Any) -> Any:
        if type(value) is dict:
            for member, wanted, inner in shapes:
                if member in value and (not wanted or value[member] == wanted):
                    return inner(value)
        raise _Unsure

    return read


def _nested(field: Any) -> Read:
    if field.validators or field.many:
        raise TypeError("There is no quick reader for such an object.")
    return _object(field.nested)


def _other(field: Any) -> Read:
    """Read as the field itself does; what is left here has no validators."""
    if field.validators:
        raise TypeError(f"There is no quick reader for {type(field).__name__} with validators.")
    deserialize = field._deserialize

    def read(value: Any) -> Any:
        try:
            return deserialize(value, None, None)
        except ValidationError:
            raise _Unsure from None

    return read


_READERS: dict[type, Callable[[Any], Read]] = {
    Text: _text,
    Matching: _matching,
    Whole: _whole,
    Number: _number,
    Choice: _choice,
    Flag: _flag,
    Many: _list,
    Either: _either,
    fields.Nested: _nested,
    fields.Field: _other,
}
