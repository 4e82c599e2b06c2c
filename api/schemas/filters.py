"""What lists of claims, statements and counterclaims are narrowed, sorted and counted by; one parameter a line."""

from typing import Any

from marshmallow import ValidationError, fields, missing, validates_schema
from marshmallow.validate import Length

from api.schemas.base import Output, PageQuery, Query, shown
from api.schemas.days import Day, FirstDay, Instant, LastDay
from api.schemas.fields import (
    Choice,
    QueryFlag,
    QueryIds,
    QueryMembers,
    QueryNames,
    QueryNumber,
    Search,
    light,
)
from api.schemas.indexed import Host, QueryUrl
from api.schemas.several import AnyOf, language_of, one_id, one_of, one_speaker, topic_of, values_of, words_of
from models.vocabulary import (
    COUNTER_KINDS,
    DISPUTING_KINDS,
    DOCUMENT_KINDS,
    FACETS,
    FORMS,
    ORIGINS,
    SPEAKER_KINDS,
    STATUSES,
)

#: What the parameters by the id of a speaker or a claim say of one that was merged.
MERGED = "One that was merged stands for its survivor."

#: What the parameters by an address say.
SPELLED = "With or without scheme, `www.`, a last slash and tracking parameters, it is the same."

#: How many things may be asked for at once by their ids.
MOST_IDS = 100

IDS = (
    f"Only these, at most {MOST_IDS}, in this order unless `sort` is given. In the place of one that was merged stands "
    "its survivor; `absent` says what became of those that are no items."
)

SNIPPETS = (
    "Where words of `q` stand: {}. Empty where only names of speakers hold them, and where they stand further on in "
    "long texts than is looked: 2,000 characters of each at the least. With `include=snippets`."
)


def _day(description: str, example: str, kind: type[Day] = FirstDay) -> Day:
    return kind(metadata={"description": description, "example": example})


def _flag(description: str) -> QueryFlag:
    return QueryFlag(metadata={"description": description, "example": True})


def fields_of(schema: Any, *, searched: bool = False, listed: bool = False) -> QueryMembers:
    """Make the parameter `fields` for answers of the shape `schema`; only of what is `searched` are there snippets.

    Where it is left out, what `schema` requires is written; of what is `listed`, models are told which that is.
    """
    return QueryMembers(
        schema,
        without=() if searched else ("snippets",),
        attribute="fields",
        data_key="fields",
        load_default=light(schema) if listed else missing,
        metadata={
            "description": f"The members of `{schema.__name__}` to write, with commas between them and dots for what "
            "is inside one; all that it requires where left out. Members that were not asked for are absent, required "
            "ones too: generated clients read the answer as JSON. Those of a page are always there.",
            "example": "id",
        },
    )


def extras(words: tuple[str, ...]) -> QueryNames:
    """Make the parameter `include` for members that are only written on request."""
    told = f"Members to write besides, with commas between them: {', '.join(f'`{word}`' for word in words)}."
    return QueryNames(words, metadata={"description": told, "example": words[0]})


class Mark(Output):
    """A place in a snippet's text, in code points, half-open."""

    start = shown(fields.Integer, "Where the words start.", minimum=0)
    end = shown(fields.Integer, "Where they end, exclusive.", minimum=1)


class Snippet(Output):
    """A part of a text in which words of `q` stand."""

    in_ = fields.String(
        data_key="in",
        required=True,
        metadata={
            "description": "Which text it is cut from: the claim's, or the sentence of a statement.",
            "enum": ["text", "sentence"],
        },
    )
    text = shown(fields.String, "The part, to the letter; at most about 200 characters.")
    marks = fields.List(
        fields.Nested(Mark), required=True, metadata={"description": "Where the words stand in `text`."}
    )


def rating_bounds(review: str) -> tuple[QueryNumber, QueryNumber]:
    """Make the parameters `rating_from` and `rating_to`."""

    def bound(description: str, example: float) -> QueryNumber:
        return QueryNumber(least=0, most=1, metadata={"description": description, "example": example})

    compared = (
        f"The least rating of {review}, as (value - worst) / (best - worst): 0 is the worst of its scale, 1 the best"
    )
    return (
        bound(f"{compared}, and one of which a number is unknown passes no bound.", 0.5),
        bound("The greatest; compared likewise.", 0.9),
    )


def search(where: str = "") -> Search:
    """Make the parameter `q`; `where` says in which texts it finds words, if not in what the list is of."""
    return Search(
        validate=Length(max=500),
        metadata={
            "description": 'Words to find: all of them, a "phrase", `prefix*`, `-excluded`, one `OR` other. Case '
            "does not count, nor do the diacritics of Latin letters (ł is l, ß is ss). At most 4 may be prefixes. "
            "Where a script sets no spaces between words, as Chinese does, what stands between two signs of "
            f"punctuation is one word: find it by its beginning, `prefix*`.{where}",
            "example": "water",
        },
    )


def domain(description: str) -> AnyOf:
    """Make the parameter `domain`."""
    return AnyOf(Host(metadata={"description": description, "example": "example.org"}))


class ItemQuery(PageQuery):
    """What every list of things that have ids takes; `sort` and `fields` are the noun's own."""

    ids = QueryIds(most=MOST_IDS, metadata={"description": IDS, "example": "2,1"})
    total = _flag("Whether to count all items found.")


class WholesQuery(ItemQuery):
    """What every list of wholes takes."""

    changed_since = Instant(
        metadata={
            "description": "Only those of which anything shown changed then or later (`changed_at`). To miss nothing, "
            "go on from the greatest that was read, or read `/v1/changes`.",
            "example": "2026-03-14T08:00:00Z",
        }
    )


#: Which day of a statement its bounds compare.
_DAY = "The day is when it was said, or else when its document was published, in UTC."


class StatementConditions(Query):
    """What may be asked of a statement."""

    speaker = one_speaker(f"The id of the speaker who stated it. {MERGED}")
    speaker_kind = one_of(SPEAKER_KINDS, "The kind of the speaker who stated it.", "government")
    on_behalf_of = one_speaker(f"The id of a speaker on whose behalf it was stated. {MERGED}")
    part_of = one_speaker(
        "The id of a speaker; it and all that is part of it, down to the last, may have stated it, or somebody on "
        f"their behalf. A person counts for whom they spoke at the time, not for what they are part of now. {MERGED}"
    )
    document = one_id("The id of the document that printed it.")
    via_speaker = one_speaker(f"The id of a speaker who passed it on. {MERGED}")
    via_document = one_id("The id of a document that passed it on.")
    publisher = words_of("Who published the document, in any case.", "Example Press")
    url = AnyOf(
        QueryUrl(
            metadata={
                "description": f"The address of the document; every edition counts. {SPELLED}",
                "example": "https://example.org/article",
            }
        )
    )
    domain = domain("The host of the document's address, without `www.`.")
    document_kind = one_of(DOCUMENT_KINDS, "What the document is.", "transcript")
    document_language = language_of("The document's language")
    form = one_of(FORMS, "Whether print quotes, reports, or mixes both.", "direct")
    cue = words_of("The words that mark the act, in any case.", "denied")
    status = one_of(STATUSES, "Its status; other than `accepted` takes the review scope.", "accepted")
    origin = one_of(ORIGINS, "Who put it in.", "person")
    recorded_by = one_id("The id of the key that recorded it; takes the review scope.")
    min_confidence = QueryNumber(
        least=0,
        most=1,
        metadata={
            "description": "How sure an extractor was at least; what a person or an import put in counts as 1.",
            "example": 0.5,
        },
    )
    said_from = _day(f"The first day that counts; of a month or year, its first. {_DAY}", "2026-01-01")
    said_to = _day("The last day that counts; of a month or year, its last.", "2026-12-31", LastDay)
    said_before = _day("The first day that no longer counts; instead of `said_to`.", "2027-01-01")
    published_from = _day("The first day on which the document was published that counts.", "2026-01-01")
    published_to = _day("The last day that counts.", "2026-12-31", LastDay)


#: What is asked of one review.
_OF_A_REVIEW = ("review_publisher", "rating", "rating_from", "rating_to")


def refuse_crossed_bounds(data: dict[str, Any]) -> None:
    """Refuse a `rating_to` below `rating_from`."""
    if data.get("rating_from", 0) > data.get("rating_to", 1):
        raise ValidationError("This is below rating_from.", "rating_to")


def facets_of(kind: str) -> QueryNames:
    """Make the parameter `facets`, with the filter `kind` of the kinds of answers."""
    description = "The filters whose values to count among all that is found, and `month`."
    return QueryNames((*FACETS, kind), metadata={"description": description, "example": "topic,speaker"})


class ListQuery(StatementConditions, WholesQuery):
    """What the lists of claims, statements and counterclaims have in common."""

    q = search(
        " Each statement is found by 500 characters of its sentence, of which at most 100 stand before its content, by"
        " the first 500 of its claim and of its mention, and by 1,000 of its speaker's names."
    )
    topic = topic_of("The slug of a topic the claim is filed under.")
    about = one_speaker(f"The id of a speaker whom the claim is about, accused or mentioned. {MERGED}")
    accused = one_speaker(f"The id of a speaker; the claim accuses it, or what is part of it. {MERGED}")
    language = language_of("The claim's language")
    reviewed = _flag("Whether a fact-checker's review of the claim is known.")
    review_publisher = words_of(
        "Name or site of a fact-checker who reviewed the claim, in any case.", "checks.example.org"
    )
    rating = words_of("The verdict of that review, in any case.", "False")
    rating_from, rating_to = rating_bounds("that review")
    conflicting = _flag(
        "Whether two reviews of the claim conflict: the rating of one, compared as `rating_from` says, is below 0.5, "
        "and the rating of another above it; one of exactly 0.5 conflicts with none."
    )
    facets = facets_of("counter_kind")

    @validates_schema
    def _refuse_contradictions(self, data: dict[str, Any], **kwargs: Any) -> None:
        for first, last in (
            ("said_from", "said_to"),
            ("published_from", "published_to"),
        ):
            if first in data and last in data and data[first] > data[last]:
                raise ValidationError(f"This is before {first}.", last)
        if "said_before" in data and data.get("said_from", "") >= data["said_before"]:
            raise ValidationError("This is not after said_from.", "said_before")
        if "said_to" in data and "said_before" in data:
            raise ValidationError("Give said_to or said_before, not both.", "said_before")
        if data.get("sort") == "relevance" and "q" not in data:
            raise ValidationError("Only what is found with q has a relevance.", "sort")
        refuse_crossed_bounds(data)
        of_reviews = [name for name in _OF_A_REVIEW if name in data]
        of_reviews += ["conflicting"] if data.get("conflicting") else []
        if data.get("reviewed") is False and of_reviews:
            raise ValidationError(f"This contradicts {' and '.join(of_reviews)}.", "reviewed")


#: What only claims have that were answered, where it is asked for.
_OF_ANSWERS = ("disputed", "answered_by", "counter_kind", "answered_in_document")


class OfAnswers(Query):
    """What may be asked of the answers to a claim."""

    answered = _flag("Whether the claim has been answered at all.")
    disputed = _flag("Whether an answer denies or disputes it; `false` excludes these as its `counter_kind`.")
    answered_by = one_speaker(
        "The id of a speaker who stated an answer to it, or on whose behalf, or of which these are a part; with "
        "`disputed=true` or `counter_kind`, one that is so. "
        f"{MERGED}"
    )
    counter_kind = one_of(
        COUNTER_KINDS, "The kind of an answer to it; with `disputed`, it may be another answer.", "denies"
    )

    @validates_schema
    def _refuse_contradicted_answers(self, data: dict[str, Any], **kwargs: Any) -> None:
        of_answers = [name for name in _OF_ANSWERS if data.get(name)]
        if data.get("answered") is False and of_answers:
            raise ValidationError(f"This contradicts {' and '.join(of_answers)}.", "answered")
        self._refuse_undisputed(data)

    def _refuse_undisputed(self, data: dict[str, Any]) -> None:
        kinds = values_of(data.get("counter_kind"))
        if data.get("disputed") is False and kinds and set(kinds) <= set(DISPUTING_KINDS):
            raise ValidationError(f"This contradicts counter_kind={','.join(kinds)}.", "disputed")


#: What each order is that lists may be sorted by.
_ORDERS = {
    "day": "`day` is that of a statement: when it was said, or else when its document was published, in UTC. "
    "For a claim it is that of its first statement, the accepted one of the earliest day, and for a counterclaim that "
    "of its evidence, or else of its answer; what has none counts as the earliest, and a month or year as its first "
    "day.",
    "published_at": "`published_at` is when it was published; what has none counts as the earliest.",
    "reviewed_at": "`reviewed_at` is when it was published; what has none counts as the earliest.",
    "changed_at": "`changed_at` is when anything that it shows last changed.",
    "statement_count": "`statement_count` is how often it was stated: accepted statements count, or all of a claim "
    "that only the review scope sees; what prints a statement again does not.",
    "print": "`print` is the order of print: by document, and in one by the place.",
    "id": "`id` is the order in which they were put in.",
    "relevance": "`relevance` ranks the 200 shortest of the claims and the 200 newest of the statements that match, "
    "and lets the others follow, the newest first.",
}


def sort_by(*orders: str, default: str = "-id") -> Choice:
    """Make the parameter `sort`: a minus sorts the greatest first.

    Where it is left out, `page_sorted` of contract/paging.py chooses, by the same `default`.
    """
    told = [text for name, text in _ORDERS.items() if name in orders]
    searched = "`relevance` with `q`, else " if "relevance" in orders and default == "-id" else ""
    left_out = f"Left out: as `ids` are given, else {searched}`{default}`."
    description = " ".join(["`-` puts the greatest first.", *told, left_out])
    return Choice(orders, metadata={"description": description, "example": orders[0]})
