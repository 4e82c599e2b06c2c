"""Schemas -> the components of openapi.yaml: each noun, and each form that many members have, stated once."""

from typing import Any

import orjson
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin, OpenAPIConverter
from marshmallow import Schema

from api.schemas import days, fields, several, speaker_ids
from api.schemas.base import Input, Output
from api.schemas.shared import SHARED

#: The order in which a reader wants an object's keys; others keep theirs in between.
_FIRST, _LAST = ("id",), ("created_at", "updated_at", "version")

#: What a member says of itself beside a form that it shares with others.
_OWN = ("description", "example", "default")

#: The JSON types of our field classes.
_TYPES = {
    fields.Text: "string",
    fields.Search: "string",
    fields.Matching: "string",
    fields.Choice: "string",
    days.Instant: "string",
    days.Moment: "string",
    days.Day: "string",
    fields.QueryIds: "string",
    fields.QueryNames: "string",
    fields.QueryMembers: "string",
    fields.WholeNumber: "integer",
    fields.Number: "number",
    fields.Flag: "boolean",
    fields.Either: None,
    several.AnyOf: "array",
    speaker_ids.SpeakerId: None,
}


class Converter(OpenAPIConverter):
    """Teaches apispec our field classes, the forms that they share, and what schemas inherit."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.field_mapping |= {kind: (name, None) for kind, name in _TYPES.items()}
        self.add_attribute_function(type(self).either)
        self.add_attribute_function(type(self).any_of)
        self.add_attribute_function(type(self).speaker)
        self.add_parameter_attribute_function(type(self).parted)
        self._shared: dict[bytes, str] = {}

    def share_forms(self) -> None:
        """Make components of the forms that many members have, each of those that stand before it in `SHARED` too."""
        for name, field in SHARED.items():
            described = super().field2property(field)
            self._shared[_form(described)] = name
            self.spec.components.schema(name, described)

    def field2property(self, field: Any) -> dict[str, Any]:
        """Describe a member; where it has the form of a component, by a reference to that."""
        made: dict[str, Any] = super().field2property(field)
        if isinstance(field, fields.QueryMembers):
            # What the schema requires is its default, which typed clients would send along.
            made.pop("default", None)
        name = self._shared.get(_form(made))
        if name is None:
            return made
        reference = {"$ref": f"#/components/schemas/{name}"}
        own = {key: made[key] for key in _OWN if key in made and made[key] != SHARED[name].metadata.get(key)}
        return own | ({"anyOf": [reference, {"type": "null"}]} if field.allow_none else reference)

    def field2required(self, field: Any, **_kwargs: Any) -> dict[str, Any]:
        """Tell that a parameter is required; where it is not, nothing has to be told."""
        return {"required": True} if field.required else {}

    def schema2jsonschema(self, schema: Any) -> dict[str, Any]:
        """Describe a schema in its docstring's words; an answer as what it inherits and what it adds."""
        made: dict[str, Any] = super().schema2jsonschema(schema)
        for member in made["properties"].values():
            # A member with a default is one that typed clients have to send: the words tell what one left out means.
            member.pop("default", None)
        words = paragraphs(type(schema).__doc__ or "")
        description = {"description": words} if words else {}
        inherited = _inherited(type(schema))
        if not inherited:
            return {"type": made.pop("type")} | description | _in_order(made)
        members = {field.data_key or name for base in inherited for name, field in base._declared_fields.items()}
        added = {name: member for name, member in made["properties"].items() if name not in members}
        needed = [name for name in made.get("required", []) if name not in members]
        parts = [self.resolve_nested_schema(base) for base in inherited]
        if added:
            parts.append(_in_order({"type": "object", "properties": added} | ({"required": needed} if needed else {})))
        return description | {"allOf": parts}

    def either(self, field: Any, **_kwargs: Any) -> dict[str, Any]:
        """Describe a member of several shapes by oneOf, and one of a single shape by that."""
        if not isinstance(field, fields.Either):
            return {}
        shapes = [self.resolve_nested_schema(shape) for shape in field.shapes.values()]
        if len(shapes) == 1 and not field.allow_none:
            return dict(shapes[0])
        return {"oneOf": shapes + ([{"type": "null"}] if field.allow_none else [])}

    def any_of(self, field: Any, **_kwargs: Any) -> dict[str, Any]:
        """Describe the values of a filter that takes several."""
        if not isinstance(field, several.AnyOf):
            return {}
        return {"items": self.field2property(field.inner), "minItems": 1, "maxItems": several.MOST}

    def speaker(self, field: Any, **_kwargs: Any) -> dict[str, Any]:
        """Describe how a request names a speaker."""
        if not isinstance(field, speaker_ids.SpeakerId):
            return {}
        return {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in ("Id", "WikidataId")]}

    def parted(self, field: Any, **_kwargs: Any) -> dict[str, Any]:
        """Tell that a comma stands between the values of a parameter."""
        return {"style": "form", "explode": False} if isinstance(field, several.AnyOf) else {}


class _Plugin(MarshmallowPlugin):
    Converter = Converter


def converter() -> tuple[APISpec, Converter]:
    """Make what collects the components, and what describes schemas and adds them to those."""
    plugin = _Plugin(schema_name_resolver=_name)
    spec = APISpec("", "", "3.1.0", plugins=[plugin])
    shapes: Converter = plugin.converter
    shapes.share_forms()
    return spec, shapes


def paragraphs(text: str) -> str:
    """Set a docstring's paragraphs, each on one line."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n") if part.strip())


def _name(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return kind.__name__.lstrip("_")


def _form(described: dict[str, Any]) -> bytes:
    """Return what is equal for two members that take the same values, apart from null."""
    form = {key: value for key, value in described.items() if key not in _OWN}
    if isinstance(form.get("type"), list):
        (form["type"],) = (name for name in form["type"] if name != "null")
    for key in ("enum", "oneOf"):
        if key in form:
            form[key] = [one for one in form[key] if one not in (None, {"type": "null"})]
    return orjson.dumps(form, option=orjson.OPT_SORT_KEYS)


def _inherited(schema: type[Schema]) -> list[type[Schema]]:
    """List the schemas that this one consists of; none where it describes a member of theirs anew.

    What a request holds states all members that it adds to another's, since each takes no others.
    """
    bases: list[type[Schema]] = [
        base for base in schema.__bases__ if base not in (Input, Output) and base.__name__ != schema.__name__
    ]
    members = {name: field for base in bases for name, field in base._declared_fields.items()}
    if any(schema._declared_fields.get(name) is not field for name, field in members.items()):
        return []
    if issubclass(schema, Output):
        return bases
    return [base for base in bases if len(base._declared_fields) == len(schema._declared_fields)]


def _in_order(schema: dict[str, Any]) -> dict[str, Any]:
    """Put a schema's properties in reading order: first what names it, then what is required."""
    if "properties" in schema:
        needed = schema.get("required", [])
        rest = [key for key in schema["properties"] if key not in _FIRST + _LAST]
        rest.sort(key=lambda key: key not in needed)
        keys = [key for key in (*_FIRST, *rest, *_LAST) if key in schema["properties"]]
        schema["properties"] = {key: schema["properties"][key] for key in keys}
        if "required" in schema:
            schema["required"] = [key for key in keys if key in schema["required"]]
    return schema
