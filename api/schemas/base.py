"""What schemas share: strict input, complete output, and the members that every noun has."""

import sys
from copy import copy
from functools import cache
from typing import Any

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, missing

from api.schemas.fields import BIGGEST, Matching, QueryWholeNumber, Text

#: How many wrong members a refusal names one by one.
MOST_ERRORS = 100


class Unnamed(int):
    """How many more members are unknown, in the place of a message for each: 1.3 million of them took seconds."""


class Input(Schema):
    """What a caller sends; a member that it does not know is refused."""

    #: How many unknown members get a message of their own; where there are more, nothing else is looked at.
    _most_unknown = MOST_ERRORS

    class Meta:
        unknown = RAISE

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        members = {field.data_key or name: (field.attribute or name, field) for name, field in self.load_fields.items()}
        #: The members by the names that callers send: the name that each has inside, what reads it, what checks it.
        self._members = {
            key: (name, field._deserialize, field.validators, field.allow_none)
            for key, (name, field) in members.items()
        }
        self._required = {key for key, (_, field) in members.items() if field.required}
        self._defaults = {
            name: field.load_default for name, field in members.values() if field.load_default is not missing
        }
        self._only_fields = not any(self._hooks.values())

    def load(self, data: Any, **options: Any) -> Any:
        """Load the members that are given, each by its field; where one is refused, let marshmallow say why.

        Marshmallow's own loop goes through every member that the schema has: with it alone 26,895 lines are loaded in
        0.83 s of processor time, not 0.32.
        """
        loaded = self._loaded(data) if self._only_fields and not any(options.values()) else None
        if loaded is not None:
            return loaded
        try:
            return self._explained(data, options)
        except ValidationError as error:
            # Marshmallow's frame holds the error, and by its traceback the error that frame with all that was sent:
            # of a few refused lines of 4 MB, hundreds of MB would wait for Python's collector.
            raise error.with_traceback(None) from None

    def _explained(self, data: Any, options: dict[str, Any]) -> Any:
        """Load by marshmallow, which names all that is wrong; of very many unknown members only the first."""
        unknown = [key for key in data if key not in self._members] if isinstance(data, dict) else []
        if len(unknown) <= self._most_unknown:
            return super().load(data, **options)
        named = {key: ["Unknown field."] for key in unknown[: self._most_unknown]}
        rest = unknown[self._most_unknown :]
        raise ValidationError(named | {rest[0]: Unnamed(len(rest))})

    def _loaded(self, data: Any) -> dict[str, Any] | None:
        if not isinstance(data, dict) or not data.keys() >= self._required:
            return None
        loaded, members = self._defaults.copy(), self._members
        try:
            for key, value in data.items():
                name, deserialize, validators, allow_none = members[key]
                if value is None:
                    if not allow_none:
                        return None
                    loaded[name] = None
                    continue
                loaded[name] = deserialized = deserialize(value, key, data)
                for validator in validators:
                    validator(deserialized)
        except (KeyError, ValidationError):
            return None
        return loaded


class Query(Input):
    """What a query string may hold; it is short."""

    _most_unknown = sys.maxsize


#: How many items a page holds, at most and where nothing is said.
LARGEST_PAGE, USUAL_PAGE = 100, 20

#: How a cursor ends that belongs to one question.
OF_A_QUESTION = "-[0-9a-f]{12}"


#: A cursor of a list, as models/queries/cursors.py writes and reads it.
SORTED_CURSOR = (
    r"^(([0-9]{4}(-[0-9]{2}){0,2}(T[0-9]{2}(:[0-9]{2}){2}(\.[0-9]{6})?Z)?|[0-9]{15,16}|[or]?[0-9a-f]{1,14}"
    rf"(\.[0-9a-f]{{1,14}}){{0,399}})?_)?[1-9][0-9]{{0,15}}{OF_A_QUESTION}$"
)
#: How many characters such a cursor has at most: 400 ids, where claims and statements were ranked.
LONGEST_CURSOR = 6033
CURSOR = "The `next` of the page before, with the same filters and order; the first page where left out."


class PageQuery(Query):
    """What every list takes."""

    limit = QueryWholeNumber(
        least=1,
        most=LARGEST_PAGE,
        load_default=USUAL_PAGE,
        metadata={
            "description": "How many items the page holds at most; one of long items ends earlier, with a `next`."
        },
    )
    cursor = Matching(
        SORTED_CURSOR,
        form="the `next` of the page before",
        longest=LONGEST_CURSOR,
        metadata={"description": CURSOR},
    )


class RetractQuery(Query):
    """What a retraction takes."""

    reason = Text(longest=2000, metadata={"description": "Why; the tombstone shows it.", "example": "Entered twice"})


class Output(Schema):
    """What an answer holds: every key is always there, null where nothing is known.

    A later version may add a key, so that clients pass over what they do not know.
    """

    class Meta:
        unknown = EXCLUDE


def shown(kind: Any, description: str, *, null: bool = False, **more: Any) -> Any:
    """Make a member of an answer. `kind` is a marshmallow field class."""
    return kind(required=True, allow_none=null, metadata={"description": description, **more})


def nested(schema: type[Schema], description: str, *, null: bool = False) -> Any:
    """Make a member that is an object."""
    return fields.Nested(schema, required=True, allow_none=null, metadata={"description": description})


def listed(schema: type[Schema], description: str) -> Any:
    """Make a member that is a list of objects."""
    return fields.List(fields.Nested(schema), required=True, metadata={"description": description})


def count(of: str) -> Any:
    """Make the member that says how many there are of a list beside it."""
    return shown(fields.Integer, f"How many {of} there are, whether they are shown here or not.", minimum=0)


def print_count() -> Any:
    """Make the member that says how many statements of a list beside it print another again."""
    return shown(fields.Integer, "How many more statements there are that print another again.", minimum=0)


def rest() -> Any:
    """Make the member that says where all of a list beside it is."""
    return shown(
        fields.String,
        "The address where all of them are listed; null where nothing is cut here.",
        null=True,
        format="uri-reference",
    )


def identifier(description: str, *, null: bool = False) -> Any:
    """Make a member that is an id."""
    return shown(fields.Integer, description, null=null, minimum=1, maximum=BIGGEST)


def path_of(noun: str) -> Any:
    """Make a member that is the path of a record of `noun`."""
    return shown(
        fields.String, "Its address on this server.", pattern=f"^/v1/{noun}/[1-9][0-9]*$", example=f"/v1/{noun}/1"
    )


def uri_of(noun: str) -> Any:
    """Make a member that is the absolute address of a record of `noun`."""
    return shown(
        fields.String,
        "Its absolute address, the same whoever asks: cite it, and tell records of several registries apart by it.",
        format="uri",
        example=f"https://registry.example.org/v1/{noun}/1",
    )


def on_request(member: Any, description: str) -> Any:
    """Make a member that is only there when `include` or `fields` names it."""
    member.metadata = {"description": description}
    return member


def lighter(schema: type[Schema], name: str, doc: str, on_request: tuple[str, ...], **always: Any) -> type[Schema]:
    """Make a shape like `schema` with members that are only there on request, and others that `always` are."""
    requested = {member: copy(schema._declared_fields[member]) for member in on_request}
    for member in requested.values():
        member.required = False
    return type(name, (schema,), {"__doc__": doc, **requested, **always})


class Stamped(Output):
    """What every noun's answer ends with."""

    created_at = shown(fields.String, "When it was put in.", format="date-time")
    updated_at = shown(fields.String, "When it was last changed.", format="date-time")
    version = shown(fields.Integer, "1 when new, one more with every change; part of the ETag.", minimum=1)


class Whole(Stamped):
    """What the answer of one thing with everything linked ends with."""

    changed_at = shown(
        fields.String,
        "When anything that it shows the caller last changed, be it in something that is linked: what only reviewers "
        "are shown moves it for them alone. A statement, a review and a counterclaim change with their claims.",
        format="date-time",
    )


class Page(Output):
    """One page of a list."""

    next = shown(fields.String, "The cursor of the next page; null on the last one.", null=True)


class Absent(Output):
    """An id that was asked for and is no item of the list, and why: what `GET` of it would say, or `filtered`."""

    id = identifier("The id that was asked for.")
    state = shown(
        fields.String,
        "`missing`: there is nothing, or nothing that the caller may know of (404). `merged`: it became one with "
        "another, which is answered in its place (308). `retracted`: it was taken back (410). "
        "`filtered`: it stands, or its survivor does, but another filter leaves it out.",
        enum=["missing", "merged", "retracted", "filtered"],
    )
    merged_into = identifier("The id of the survivor; null where it was not merged.", null=True)
    retracted_at = shown(
        fields.String, "When it was taken back; null but for what was retracted.", null=True, format="date-time"
    )


def absent_of(schema: type[Schema]) -> fields.List[Any]:
    """Make the member that says what became of ids."""
    description = (
        "Those of the `ids` that are no items on any page, in the order in which they were asked for; with `ids`."
    )
    return fields.List(fields.Nested(schema), metadata={"description": description})


class ItemPage(Page):
    """One page of a list of things that have ids."""

    total = fields.Integer(metadata={"description": "How many items there are in all; with `total=true`."})
    absent = absent_of(Absent)


@cache
def page_of(schema: type[Schema], page: type[Page] = Page) -> type[Schema]:
    """Make the shape of a list's answer."""
    members = {"__doc__": f"One page of a list of {schema.__name__}.", "items": listed(schema, "The page.")}
    return type(f"{schema.__name__.removesuffix('Item')}Page", (page,), members)


class FacetValue(Output):
    """How many of the items found have one value."""

    value = shown(
        fields.String,
        "The value, as the filter of the facet's name takes it; a month, as `said_from` and `said_to` do.",
    )
    label = shown(fields.String, "The same for people.")
    count = shown(fields.Integer, "How many of the items found have it.", minimum=1)


class Facet(Output):
    """The most frequent values of one filter among all items found, those with the highest counts first.

    Of claims, any of their statements counts, while all filters of statements have to hold on one: with a value as a
    filter too, fewer may be found.
    """

    values = listed(FacetValue, "At most 20 of them; of months the latest 120, in the order of time.")
    not_shown = shown(fields.Integer, "How many more values the items found have.", minimum=0)


def _facet(description: str) -> fields.Nested:
    return fields.Nested(Facet, metadata={"description": description})


class Facets(Output):
    """Counts of values by the names of their filters; those that `facets` asks for."""

    topic = _facet("Slugs of topics.")
    speaker = _facet("Ids of speakers.")
    speaker_kind = _facet("What the speakers are.")
    publisher = _facet("Publishers of documents.")
    form = _facet("How print gives what was said.")
    language = _facet("Languages of claims.")
    kind = _facet("What the answers do; of counterclaims.")
    counter_kind = _facet("What the answers to the claims do; of claims and statements.")
    via_speaker = _facet("Ids of speakers who passed statements on.")
    via_document = _facet("Ids of documents that passed statements on.")
    review_publisher = _facet("Names of fact-checkers who reviewed the claims.")
    rating = _facet("Their verdicts.")
    month = _facet(
        "Months of the day that lists are sorted by; a year where print tells no month. Each is a value of `said_from` "
        "and `said_to`."
    )


class CountedPage(ItemPage):
    """One page of a list whose values may be counted."""

    facets = fields.Nested(Facets, metadata={"description": "Counts of values; with `facets`."})


def counted_page_of(schema: type[Schema]) -> type[Schema]:
    """Make the shape of a list's answer that may hold a total and facets."""
    return page_of(schema, CountedPage)
