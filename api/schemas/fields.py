"""The field classes that every schema is made of: strict where marshmallow's own are lax.

What each accepts is exactly what its JSON Schema in `openapi.yaml` says, so that a client that
follows the contract is never refused for the shape of what it sends.
"""

import math
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any, TypeVar

from marshmallow import Schema, ValidationError, fields, missing
from marshmallow.validate import Length, OneOf, Range, Regexp

from api.schemas.marks import refuse_heaps_of_marks

T = TypeVar("T")

#: Integers that JavaScript, and so any JSON client, keeps exactly (RFC 8259, section 6).
BIGGEST = 2**53 - 1

#: Character classes without their brackets. White space is spelled out, because Python, ECMAScript and
#: others each mean something else by \\s (Unicode's White_Space, and the byte order mark).
_CONTROLS = r"\u0000-\u0008\u000b\u000c\u000e-\u001f"
_ALL_CONTROLS = r"\u0000-\u001f\u007f"
BLANKS = r"\u0000-\u0020\u007f\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_SURROGATE = re.compile("[\ud800-\udfff]")
#: Characters that nobody sees: blanks, Unicode's Default_Ignorable_Code_Point, Braille's blank, and noncharacters.
#: Those from U+10000 on, which Python and ECMAScript spell otherwise, are refused, though a pattern takes them.
_UNSEEN = rf"{BLANKS}\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
_UNSEEN += r"\u2800\u3164\ufdd0-\ufdef\ufe00-\ufe0f\uffa0\ufff0-\ufff8\ufffe\uffff"
_INK = re.compile(f"[^{_UNSEEN}\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]")
#: The longest name for which a similar one is looked for.
_LONGEST_NAME = 40

#: What no database keeps, or nobody types: control characters and halves of surrogate pairs.
_NO_TEXT = re.compile(f"[{_ALL_CONTROLS}\ud800-\udfff]")


class Field(fields.Field[T]):
    """A field that takes no steps before and after: with marshmallow's for the items of lists, 0.34 s become 0.36."""

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        """Deserialize a value that is there and ask its validators; leave null and a missing one to marshmallow."""
        if value is None or value is missing:
            return super().deserialize(value, attr, data, **kwargs)
        loaded = self._deserialize(value, attr, data, **kwargs)
        try:
            for validator in self.validators:
                validator(loaded)
        except ValidationError:
            self._validate(loaded)  # it names all that is wrong
        return loaded


class Text(Field[str]):
    """A string, kept to the letter: never trimmed, cut or normalised.

    Refuses control characters, lone surrogates, more than MOST_MARKS combining marks in a row, and what holds only
    white space or what nobody sees. With `lines` it may hold tabs and line ends.
    """

    def __init__(self, *, longest: int, lines: bool = False, **kwargs: Any) -> None:
        controls = _CONTROLS if lines else _ALL_CONTROLS
        # Two searches take time in proportion to the text, where the one pattern would take its square.
        self._refused = re.compile(f"[{controls}\ud800-\udfff]")
        pattern = f"^[^{controls}]*[^{_UNSEEN}][^{controls}]*$"
        kwargs["metadata"] = {"pattern": pattern, **kwargs.get("metadata", {})}
        self._longest = longest
        super().__init__(validate=Length(1, longest), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("Give a string.")
        if len(value) > self._longest:
            self._validate(value)
        # What can be printed holds none of these: telling that takes a fifth of the time of searching.
        if not value.isprintable() and self._refused.search(value):
            _refuse_no_text(value)
            raise ValidationError("This holds a control character: leave it out.")
        if value and not _INK.search(value):
            raise ValidationError("This holds only white space, or what nobody sees: give words.")
        if not value.isascii():
            refuse_heaps_of_marks(value)
        return value


#: What ends a prefix in a query, and how many of these there may be: SQLite gathers all rows with such a word in one
#: step, 0.3 s for one letter, which no deadline ends.
_PREFIX, MOST_PREFIXES = re.compile(r"\*(?=\s|$)"), 4


class Search(Field[str]):
    """What somebody typed to find something, in a query string: any text at all.

    What no text holds, a NUL say, parts words as white space does. At most MOST_PREFIXES words may be beginnings.
    """

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        typed = _NO_TEXT.sub(" ", value)
        if len(_PREFIX.findall(typed)) > MOST_PREFIXES:
            raise ValidationError(f"Only {MOST_PREFIXES} words may end with `*`: give the others whole.")
        return typed


def _refuse_no_text(value: str) -> None:
    """Refuse what no database can keep and no client can show."""
    if _SURROGATE.search(value):
        raise ValidationError("This holds half of a surrogate pair, which is no text: send whole characters.")
    if "\0" in value:
        raise ValidationError("This holds a NUL character, which is no text: leave it out.")


class Matching(Field[str]):
    """A string of one form; `form` says which in an error."""

    def __init__(self, pattern: str, *, form: str, longest: int, **kwargs: Any) -> None:
        kwargs["metadata"] = {"pattern": pattern, **kwargs.get("metadata", {})}
        self._form, self._longest = form, longest
        super().__init__(validate=[Length(1, longest), Regexp(f"{pattern[:-1]}\\Z", error=f"Give {form}.")], **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError(f"Give {self._form}.")
        if len(value) > self._longest:
            self._validate(value)  # before anything else is asked of it, which may take the square of its length
        _refuse_no_text(value)
        return value


class Slug(Matching):
    """A name in URLs."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            r"^[a-z0-9]+(-[a-z0-9]+)*$", form="lower-case letters, digits and single hyphens", longest=80, **kwargs
        )


class WholeNumber(Field[int]):
    """A whole number; 5.0 is one (JSON Schema), "5" and true are none."""

    def __init__(self, *, least: int = 0, most: int = BIGGEST, **kwargs: Any) -> None:
        super().__init__(validate=Range(least, most), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
            raise ValidationError("Give a whole number.")
        return int(value)


class Id(WholeNumber):
    """The id of something in the registry."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(least=1, **kwargs)


class QueryWholeNumber(WholeNumber):
    """A whole number in a query string: digits and nothing else."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not re.fullmatch(r"[0-9]{1,16}", value, re.ASCII):
            raise ValidationError("Give a whole number.")
        return int(value)


class QueryId(QueryWholeNumber):
    """An id in a query string."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(least=1, **kwargs)


class Number(Field[float]):
    """A finite number, to the 15 digits with which SQLite writes one."""

    def __init__(self, *, least: float = -1e9, most: float = 1e9, **kwargs: Any) -> None:
        super().__init__(validate=Range(least, most), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ValidationError("Give a number.")
        return float(f"{value:.15g}") + 0.0  # of a zero, SQLite keeps no sign


class QueryNumber(Number):
    """A number in a query string, as JSON writes it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        if not re.fullmatch(r"-?[0-9]{1,16}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?", value, re.ASCII):
            raise ValidationError("Give a number, such as 0.5.")
        return float(value)


class Flag(Field[bool]):
    """true or false, and nothing that only looks like it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("Give true or false.")
        return value


class QueryFlag(Flag):
    """true or false in a query string, or what marshmallow takes for one of them, such as True and 1."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if value not in fields.Boolean.truthy | fields.Boolean.falsy:
            raise ValidationError("Give true or false.")
        return bool(value in fields.Boolean.truthy)


class Choice(Field[str]):
    """One of a few words."""

    def __init__(self, words: tuple[str, ...], **kwargs: Any) -> None:
        self._words, self._otherwise = words, f"give one of {', '.join(words)}"
        super().__init__(validate=OneOf(words), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError(f"Give one of {', '.join(self._words)}.")
        if value not in self._words:
            raise ValidationError(f"{_named(value)} is not known{hint(value, self._words, self._otherwise)}")
        return value


class Either(Field[dict[str, Any]]):
    """An object of one of several shapes, told apart by a member, or by its value, that only one of them has."""

    def __init__(self, shapes: Mapping[str, type[Schema]], **kwargs: Any) -> None:
        """`shapes`: "member" or "member=value" -> schema; the first whose sign is there is taken."""
        self.shapes = shapes
        self._signs = [(*sign.partition("=")[::2], schema) for sign, schema in shapes.items()]
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValidationError("Give an object.")
        for member, wanted, schema in self._signs:
            if member in value and (not wanted or value[member] == wanted):
                shape = made(schema)
                if not value.keys() <= shape.load_fields.keys():
                    shape = self._meant(shape, value)
                loaded: dict[str, Any] = shape.load(value)
                return loaded
        members = dict.fromkeys(member for member, _, _ in self._signs)
        raise ValidationError(f"Give {'one of ' if len(members) > 1 else ''}{', '.join(members)}.")

    def _meant(self, schema: Schema, value: dict[str, Any]) -> Schema:
        """Return the shape that has all members of `value`, which `schema` has not: it says what is missing."""
        others = (made(one) for sign, one in self.shapes.items() if "=" not in sign)
        return next((one for one in others if value.keys() <= one.load_fields.keys()), schema)


@cache
def made(schema: type[Schema]) -> Schema:
    """Make a schema once: making one copies every field, which costs more than most requests."""
    return schema()


class QueryIds(Field[list[Any]]):
    """Ids in a query string, a comma between two."""

    _ID = "[1-9][0-9]{0,14}"

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        self._most = most
        kwargs["metadata"] = {"pattern": f"^{self._ID}(,{self._ID}){{0,{most - 1}}}$", **kwargs["metadata"]}
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if not re.fullmatch(f"{self._ID}(,{self._ID})*", value, re.ASCII):
            raise ValidationError("Give ids with commas between them, such as 1,2,3.")
        if (count := value.count(",") + 1) > self._most:
            raise ValidationError(f"These are {count} ids: ask for {self._most} at most, then for the others.")
        return list(dict.fromkeys(map(self._read, value.split(","))))

    def _read(self, one: str) -> Any:
        return int(one)


class QueryNames(Field[tuple[str, ...]]):
    """Some of a few words in a query string, a comma between two."""

    def __init__(self, words: tuple[str, ...], **kwargs: Any) -> None:
        self._words, self._otherwise = words, f"give one of {', '.join(words)}"
        one = "|".join(words)
        kwargs["metadata"] = {"pattern": f"^({one})(,({one})){{0,{len(words) - 1}}}$", **kwargs["metadata"]}
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[str, ...]:
        names = value.split(",")
        unknown = next((name for name in names if name not in self._words), None)
        if unknown is not None:
            raise ValidationError(f"{_named(unknown)} is not known{hint(unknown, self._words, self._otherwise)}")
        if len(names) > len(self._words):
            raise ValidationError(f"Give at most {len(self._words)} names, each once.")
        return tuple(dict.fromkeys(names))


class QueryMembers(Field[tuple[Any, ...]]):
    """Members of an answer in a query string: names with commas between them, dots for what is inside one."""

    #: What a list of members looks like; 60 paths of at most 6 names.
    FORM = r"[a-z0-9_]{1,40}(\.[a-z0-9_]{1,40}){0,5}(,[a-z0-9_]{1,40}(\.[a-z0-9_]{1,40}){0,5}){0,59}"

    def __init__(self, schema: type[Schema], *, without: tuple[str, ...] = (), **kwargs: Any) -> None:
        """`without`: members of the answer that cannot be in this one."""
        self._schema, self._without = schema, without
        kwargs["metadata"] = {"pattern": f"^{self.FORM}$", **kwargs["metadata"]}
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[Any, ...]:
        return members_from(self._schema, value, self._without)


@cache
def light(schema: type[Schema]) -> tuple[Any, ...]:
    """Name the members of `schema` that are there without being asked for, as `members_from` does; () is all."""
    inner = {name: inside(field) for name, field in schema._declared_fields.items() if field.required}
    members = tuple((name, light(below) if below else ()) for name, below in inner.items())
    return members if len(members) < len(schema._declared_fields) or any(below for _, below in members) else ()


@lru_cache(maxsize=512)
def members_from(schema: type[Schema], value: str, without: tuple[str, ...] = ()) -> tuple[Any, ...]:
    """Read a list of members of `schema`, as the parameter `fields` does; clients send the same few again and again."""
    if not re.fullmatch(QueryMembers.FORM, value, re.ASCII):
        for path in value.split(","):
            _refuse_unknown(schema, path, without)
        raise ValidationError("Give at most 60 names of members, such as id,statements.speaker.name.")
    wanted: dict[str, Any] = {}
    whole: set[str] = set()
    for path in value.split(","):
        _refuse_unknown(schema, path, without)
        steps, inner = path.split("."), wanted
        for depth, name in enumerate(steps, 1):
            if ".".join(steps[:depth]) in whole:
                break
            inner = inner.setdefault(name, {})
        else:
            inner.clear()
            whole.add(path)
    return _frozen(wanted)


def chosen_paths(members: tuple[Any, ...]) -> list[str]:
    """Write what `members_from` read as paths again, in their order."""
    return [f"{name}.{path}" if path else name for name, inner in members for path in (chosen_paths(inner) or [""])]


def _frozen(wanted: dict[str, Any]) -> tuple[Any, ...]:
    return tuple((name, _frozen(inner)) for name, inner in wanted.items())


def _refuse_unknown(schema: type[Schema] | None, path: str, without: tuple[str, ...]) -> None:
    for name in path.split("."):
        members = schema._declared_fields if schema else {}
        known = {field.data_key or member: field for member, field in members.items() if member not in without}
        without = ()
        if name not in known:
            where = f"{schema.__name__} in /v1/openapi.json has the names" if schema else "nothing is inside this"
            raise ValidationError(f"There is no member {_named(path)}{hint(name, known, where)}")
        schema = inside(known[name])


def _named(value: str) -> str:
    """Write the beginning of what was sent into a sentence; what nobody could read there stands for itself."""
    return value[:80] if value.strip() and value[:80].isprintable() else repr(value[:80])


def hint(name: str, known: Iterable[str], otherwise: str = "leave it out") -> str:
    """Go on from "is not known": with the name that was probably meant, else with what to do `otherwise`."""
    # A name that no parameter has the length of is not compared, for that takes time in proportion to its length.
    nearest = get_close_matches(name.lower(), known, 1) if len(name) <= _LONGEST_NAME else []
    return f": did you mean {nearest[0]}?" if nearest else f": {otherwise}."


def inside(field: Any) -> type[Schema] | None:
    """Return the schema of the objects that `field` holds; None where it holds none."""
    field = field.inner if isinstance(field, fields.List) else field
    return field.nested if isinstance(field, fields.Nested) else None  # type: ignore[return-value]


class Many(Field[Any], fields.List[Any]):
    """A list of at most `most` things."""

    def __init__(self, inner: fields.Field[Any], *, least: int | None = None, most: int = 100, **kwargs: Any) -> None:
        self._most = most
        super().__init__(inner, validate=Length(least, most), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if isinstance(value, list) and len(value) > self._most:
            self._validate(value)  # before each is read: what is wrong with a million would be told of each
        return super()._deserialize(value, attr, data, **kwargs)
