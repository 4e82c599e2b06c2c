"""The tables: every noun's columns and the rules that the database itself holds.

All in one file because they point at one another; what may be asked of a noun, and what may be
changed, stands in the noun's own module. Triggers hold the rules that no CHECK can state, and only
refuse: they change nothing (`migrations/`).
"""

from typing import Any

from peewee import (
    SQL,
    BigAutoField,
    BigIntegerField,
    BooleanField,
    Check,
    CompositeKey,
    DoubleField,
    ForeignKeyField,
    Model,
    TextField,
)

from models.storage import rows
from models.storage.columns import now
from models.storage.database import as_json, db, index_key
from models.storage.transactions import NATURAL_KEYS
from models.vocabulary import (
    ABOUT_ROLES,
    ACTIONS,
    ANSWERED,
    COUNTER_KINDS,
    DOCUMENT_KINDS,
    DOUBTS,
    EFFECTS,
    FORMS,
    HIDEABLE,
    ORIGINS,
    SCOPES,
    SPEAKER_KINDS,
    STAMPED,
    STATUSES,
    SUGGESTION_STATUSES,
)

#: Timestamps as `now` writes them, as callers give them, and full dates (RFC 3339); LIKE works on both databases.
_MICROSECONDS, _SECONDS, _DAY = "____-__-__T__:__:__.______Z", "____-__-__T__:__:__Z", "____-__-__"
_MONTH, _YEAR = "____-__", "____"


def check_timestamp(column: str) -> Any:
    """Write a CHECK that `column` holds a timestamp as `now` writes it, or null."""
    return Check(f"{column} LIKE '{_MICROSECONDS}'")


def check_second(column: str) -> Any:
    """Write a CHECK that `column` holds an RFC 3339 timestamp in UTC, to the second, or null."""
    return Check(f"{column} LIKE '{_SECONDS}'")


def check_day(column: str) -> Any:
    """Write a CHECK that `column` holds a full date (RFC 3339) or null."""
    return Check(f"{column} LIKE '{_DAY}'")


def check_partial_day(column: str) -> Any:
    """Write a CHECK that `column` holds a full date, its month or its year, or null."""
    return Check(f"{column} LIKE '{_DAY}' OR {column} LIKE '{_MONTH}' OR {column} LIKE '{_YEAR}'")


def one_of(column: str, values: tuple[str, ...]) -> Any:
    """Write a CHECK that `column` is one of `values`."""
    return Check(f"{column} IN ({', '.join(repr(value) for value in values)})")


def words(name: str) -> list[Any]:
    """Write the CHECKs of an optional stretch of print: text and offsets are all there or all null, and agree."""
    return [
        Check(f"({name} IS NULL) = ({name}_start IS NULL)"),
        Check(f"({name} IS NULL) = ({name}_end IS NULL)"),
        Check(f"{name}_start >= 0 AND {name}_end - {name}_start = length({name})"),
    ]


def _natural_key(name: str, *columns: Any, field: str, where: str = "retracted_at IS NULL") -> None:
    """Let the database hold `columns` unique, over the rows that stand unless `where` says otherwise."""
    columns[0].model.add_index(*columns, unique=True, where=SQL(where), name=name)
    NATURAL_KEYS[name] = field


def _partial_index(name: str, *columns: Any, where: str) -> None:
    """Index the rows for which `where` holds."""
    columns[0].model.add_index(*columns, where=SQL(where), name=name)


def _index_where_set(key: Any) -> None:
    """Index a column that not every row has: an entry for each that has none would cost as much as another."""
    column = key.column_name
    _partial_index(f"{key.model._meta.table_name}_{column}", key, where=f"{column} IS NOT NULL")


class BaseModel(Model):
    """What every table shares: the database, and how strict it is."""

    class Meta:
        database = db
        legacy_table_names = False
        # SQLite then refuses a value of the wrong type, as PostgreSQL does.
        strict_tables = True


class Versioned(BaseModel):
    """A row with an id, its times and a version: what every noun holds."""

    #: Assigned by the database.
    id = BigAutoField()
    #: When the row was written; RFC 3339, UTC, microseconds.
    created_at = TextField(default=now, constraints=[check_timestamp("created_at")])
    #: When the row was last changed.
    updated_at = TextField(default=now, constraints=[check_timestamp("updated_at")])
    #: 1 when new, one more with every change; what If-Match is compared with.
    version = BigIntegerField(default=1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if "__no_default__" not in kwargs:  # peewee's mark of a row that comes from the database
            kwargs.setdefault("created_at", now())
            kwargs.setdefault("updated_at", kwargs["created_at"])
        super().__init__(*args, **kwargs)

    @classmethod
    def create(cls, **values: Any) -> Any:
        """Store a new row, and return it with its id; as peewee's own, which adds a quarter to a whole POST."""
        row = rows.new(cls, values)
        rows.put(row)
        return row


class Retractable(Versioned):
    """What every noun holds that can be taken back but never vanishes."""

    #: When it was taken back; null while it stands.
    retracted_at = TextField(null=True, constraints=[check_timestamp("retracted_at")])
    #: Why, in the words of who took it back; null where none were given.
    retracted_reason = TextField(null=True)


class Topic(Retractable):
    """A subject heading."""

    #: Its name in URLs: lower-case letters, digits and hyphens.
    slug = TextField()
    #: Its name for people.
    label = TextField()

    class Meta:
        table_name = "topics"


_natural_key("topics_slug", Topic.slug, field="/slug")


class Document(Retractable):
    """One edition of an article, transcript or press release; a changed article is a new edition."""

    #: Where it was published, as given; null for what has no address.
    url = TextField(null=True)
    #: The same as it is looked up: without scheme, "www.", last slash and tracking parameters.
    url_normalized = TextField(null=True)
    title = TextField(null=True)
    publisher = TextField(null=True)
    #: When it was published; RFC 3339, UTC, to the second.
    published_at = TextField(null=True, constraints=[check_second("published_at")])
    #: BCP 47.
    language = TextField()
    #: When its text was read; RFC 3339, UTC, to the second.
    retrieved_at = TextField(constraints=[check_second("retrieved_at")])
    #: Under which licence the text stands (an SPDX id or a sentence); null where unknown.
    licence = TextField(null=True)
    #: Whether everybody may read the whole text.
    text_public = BooleanField(default=False)
    #: Code points in the text: where the last offset may end; 0 for one of which no text is known.
    length = BigIntegerField()
    #: SHA-256 of the text's UTF-8, in hex.
    sha256 = TextField()
    #: The text exactly as read; never altered.
    text = TextField(constraints=[Check("length >= 0 AND length(text) = length")])
    #: The host of its address, without "www."; null for what has no address.
    domain = TextField(null=True)
    #: What it is; null where nobody has said.
    kind = TextField(null=True, constraints=[one_of("kind", DOCUMENT_KINDS)])
    #: The publisher as it is looked up, like the name of a speaker.
    publisher_key = TextField(null=True)

    class Meta:
        table_name = "documents"
        indexes = ((("language",), False),)


for _column in (Document.publisher_key, Document.published_at, Document.domain, Document.kind):
    _index_where_set(_column)
# What a document is, beside its id: SQLite would read through the text, 110 us of a million characters, for the column.
_partial_index("documents_id_kind", Document.id, Document.kind, where="kind IS NOT NULL")
_WITH_URL = "retracted_at IS NULL AND url_normalized IS NOT NULL"
_WITHOUT_URL = "retracted_at IS NULL AND url_normalized IS NULL"
_natural_key("documents_url_sha256", Document.url_normalized, Document.sha256, field="/url", where=_WITH_URL)
_natural_key("documents_sha256", Document.sha256, field="/text", where=_WITHOUT_URL)


class Sentence(Retractable):
    """One sentence of one document. A trigger refuses one that ends after its document."""

    document = ForeignKeyField(Document, index=False)
    #: Its place among the document's sentences that stand, from 0.
    position = BigIntegerField(constraints=[Check("position >= 0")])
    #: Where it starts in the document's text.
    start = BigIntegerField(constraints=[Check("start >= 0")])
    #: Where it ends.
    end = BigIntegerField()
    #: document text[start:end].
    text = TextField()

    class Meta:
        table_name = "sentences"
        constraints = (Check('"end" > start AND length(text) = "end" - start'),)
        indexes = ((("document", "position"), False),)


_natural_key("sentences_document_start", Sentence.document, Sentence.start, field="/start")


class Speaker(Retractable):
    """Who can be quoted: a person, organization, government, group or unnamed source."""

    name = TextField()
    #: The name as it is looked up: NFKC, case folded, single spaces. Unique among those that stand.
    name_key = TextField()
    kind = TextField(constraints=[one_of("kind", SPEAKER_KINDS)])
    #: Who that is, in a sentence.
    description = TextField(null=True)
    #: Q and digits; unique among those that stand. That of one who was merged leads to the survivor (wikidata.py).
    wikidata_id = TextField(null=True)
    #: A JSON array of addresses of the same speaker elsewhere.
    same_as = TextField(default="[]")
    #: The speaker that this one belongs to: a minister to a government.
    part_of = ForeignKeyField("self", null=True)
    #: The survivor, where this one was merged.
    merged_into = ForeignKeyField("self", null=True)

    class Meta:
        table_name = "speakers"
        constraints = (Check("part_of_id <> id"), Check("merged_into_id <> id"))
        indexes = ((("kind",), False),)


_STANDS = "retracted_at IS NULL AND merged_into_id IS NULL"
_natural_key("speakers_name_key", Speaker.name_key, field="/name", where=_STANDS)
_natural_key("speakers_wikidata_id", Speaker.wikidata_id, field="/wikidata_id", where=_STANDS)
# Who was merged or retracted is found by it too, and that nobody is an item.
_partial_index("speakers_any_wikidata_id", Speaker.wikidata_id, where="wikidata_id IS NOT NULL")


class Alias(BaseModel):
    """Another name of a speaker; two speakers may share one, and then it finds neither."""

    id = BigAutoField()
    speaker = ForeignKeyField(Speaker, index=False)
    alias = TextField()
    #: The alias as it is looked up, like name_key.
    alias_key = TextField()

    class Meta:
        table_name = "aliases"
        indexes = ((("speaker", "alias_key"), True), (("alias_key", "speaker"), False))


class Claim(Retractable):
    """A proposition, apart from who put it forward."""

    #: Normalised, readable alone; never what identifies the claim.
    text = TextField()
    #: BCP 47.
    language = TextField()
    #: Whether it was put in without a statement: then the public sees it, whatever its statements are.
    standalone = BooleanField(default=False)
    #: The survivor, where this one was merged.
    merged_into = ForeignKeyField("self", null=True, index=False)

    class Meta:
        table_name = "claims"
        indexes = ((("language",), False),)
        constraints = (Check("merged_into_id <> id"),)


_index_where_set(Claim.merged_into)


class ClaimTopic(BaseModel):
    """A claim is filed under a topic."""

    claim = ForeignKeyField(Claim, index=False)
    #: Which claims a topic has is found in `claim_topic_index`.
    topic = ForeignKeyField(Topic, index=False)

    class Meta:
        table_name = "claim_topics"
        primary_key = CompositeKey("claim", "topic")


class ClaimAbout(BaseModel):
    """A claim is about a speaker: what follows from `given_subjects` and merges of speakers."""

    claim = ForeignKeyField(Claim, index=False)
    speaker = ForeignKeyField(Speaker)
    #: Whether it accuses the speaker: then it is a charge against them.
    role = TextField(default="mentioned", constraints=[SQL("DEFAULT 'mentioned'"), one_of("role", ABOUT_ROLES)])

    class Meta:
        table_name = "claim_about"
        primary_key = CompositeKey("claim", "speaker")


_partial_index("claim_about_accused", ClaimAbout.claim, where="role = 'accused'")


class GivenSubject(BaseModel):
    """A claim was said to be about a speaker: `claim_about` shows it, as whom merges made of them."""

    claim = ForeignKeyField(Claim, index=False)
    speaker = ForeignKeyField(Speaker)
    #: What says so: the claim itself, or one that was merged into it.
    by = ForeignKeyField(Claim)
    role = TextField(constraints=[one_of("role", ABOUT_ROLES)])

    class Meta:
        table_name = "given_subjects"
        primary_key = CompositeKey("claim", "speaker", "by")


class Statement(Retractable):
    """One act of attribution.

    Triggers refuse spans outside the document and a sentence that is not the one in which the content starts.
    """

    claim = ForeignKeyField(Claim, index=False)
    speaker = ForeignKeyField(Speaker, index=False)
    document = ForeignKeyField(Document, index=False)
    sentence = ForeignKeyField(Sentence)
    #: The words that name the speaker in print, with their offsets; null where print names nobody.
    mention = TextField(null=True)
    mention_start = BigIntegerField(null=True)
    mention_end = BigIntegerField(null=True)
    #: What the speaker was at the time ("trade minister").
    role = TextField(null=True)
    #: The words that mark the act, with their offsets; null where there are none.
    cue = TextField(null=True)
    cue_start = BigIntegerField(null=True)
    cue_end = BigIntegerField(null=True)
    #: What was said, as printed: a JSON array of {text, start, end} in order, without overlap.
    content = TextField()
    #: Where the first span starts.
    content_start = BigIntegerField()
    #: The same spans as "start-end,start-end": part of the natural key.
    spans = TextField()
    form = TextField(constraints=[one_of("form", FORMS)])
    #: The day it was said, or the month or year where the document tells no more; null where it does not tell.
    said_on = TextField(null=True, constraints=[check_partial_day("said_on")])
    #: Who reported it, where the attribution is nested; null where the document itself does.
    via_speaker = ForeignKeyField(Speaker, null=True, index=False)
    #: What reported it, likewise.
    via_document = ForeignKeyField(Document, null=True, index=False)
    status = TextField(constraints=[one_of("status", STATUSES)])
    origin = TextField(constraints=[one_of("origin", ORIGINS)])
    #: The extractor's name; null unless origin is extractor.
    extractor = TextField(null=True)
    extractor_version = TextField(null=True)
    #: How sure the extractor was, 0 to 1; null unless origin is extractor.
    confidence = DoubleField(null=True, constraints=[Check("confidence BETWEEN 0 AND 1")])
    #: For whom the speaker spoke: a spokesman for a ministry; null where for nobody else.
    on_behalf_of = ForeignKeyField(Speaker, null=True, index=False)
    #: The statement of the same act that this one prints again, as a translation or wire copy does; null where none.
    original = ForeignKeyField("self", null=True, index=False)
    #: Seconds into a broadcast; null where the document has no timecode.
    at = DoubleField(null=True, constraints=[Check("at >= 0")])
    #: said_on, or else the day on which the document was published; empty where neither is known, before every day.
    day = TextField(default="", constraints=[SQL("DEFAULT ''")])
    #: The cue as it is looked up, like name_key; null where there is none.
    cue_key = TextField(null=True)

    class Meta:
        table_name = "statements"
        constraints = (
            *words("mention"),
            *words("cue"),
            Check("content_start >= 0"),
            Check("(origin = 'extractor') = (extractor IS NOT NULL)"),
        )
        indexes = (
            # In the order in which a claim shows them.
            (("claim", "document", "content_start", "id"), False),
            (("document", "content_start"), False),
            (("status", "id"), False),
            (("day", "id"), False),
            (("speaker", "day", "id"), False),
        )


for _column in (
    Statement.via_speaker,
    Statement.via_document,
    Statement.cue_key,
    Statement.on_behalf_of,
    Statement.original,
):
    _index_where_set(_column)

#: Indexes of expressions, which peewee cannot read back from a database: name -> the table, and what is indexed of it.
EXPRESSION_INDEXES: dict[str, tuple[type[Model], str]] = {}


def _index_expression(name: str, model: type[Model], columns: str, node: type[SQL] = SQL) -> None:
    EXPRESSION_INDEXES[name] = (model, columns)
    model.add_index(node(f'CREATE INDEX "{name}" ON "{model._meta.table_name}" ({columns})'))


def wording(text: str, language: str) -> str:
    """Write what tells the wording of a claim from all others, as it is indexed; no language has a space."""
    return index_key(f"{language} || ' ' || {text}")


class _ByWording(SQL):
    """An index whose columns begin with the wording; only when it is made is known for which database."""

    def __sql__(self, ctx: Any) -> Any:
        return ctx.literal(self.sql.format(wording("text", "language")))


# Not by how they begin: 80,000 claims of one beginning cost each further line of an import 36 ms.
_index_expression("claims_wording", Claim, "{}, id", _ByWording)
_index_expression("statements_form", Statement, "form")
_index_expression("statements_origin", Statement, "origin")
_index_expression("statements_confidence", Statement, "coalesce(confidence, 1)")
_index_expression("documents_published_at_id", Document, "coalesce(published_at, ''), id")
# Else SQLite, where nothing was counted, walks all accepted statements for the newest few of one speaker.
_partial_index("statements_of_speaker", Statement.speaker, Statement.id, where="retracted_at IS NULL")
# Whether somebody states a claim, or another on their behalf, is one look-up each, however many statements it has.
_STATED_BY = (Statement.claim, Statement.speaker, Statement.status)
_STATED_FOR = (Statement.claim, Statement.on_behalf_of, Statement.status)
_partial_index("statements_stated_by", *_STATED_BY, where="retracted_at IS NULL")
_partial_index("statements_stated_for", *_STATED_FOR, where="retracted_at IS NULL AND on_behalf_of_id IS NOT NULL")

# What extraction finds is looked for by its place in the document, as it stands and as it was before it was changed.
_partial_index("statements_document_cue", Statement.document, Statement.cue_start, where="cue_start IS NOT NULL")
_partial_index("statements_changed", Statement.document, where="version > 1")

_SPANS = (Statement.document, Statement.speaker, Statement.spans)
# Several people may code the same words, each as a candidate of their own (models/history/same_words.py).
_ACCEPTED = "retracted_at IS NULL AND status = 'accepted'"
# No query can read by that index, as none has this condition: without statistics PostgreSQL takes few statements to be
# accepted, and read all of those to find one of a claim, 14 s for the 3,000 claims of a document whose title changed.
_ONE = "retracted_at IS NULL AND '' || status = 'accepted'"
_natural_key("statements_document_speaker_spans", *_SPANS, field="/content", where=_ONE)
_partial_index("statements_same_words", *_SPANS, where="retracted_at IS NULL")
# And so is whether all see it, or where it is printed: of those that nobody accepted there may be as many. Who says it
# jointly is found by its words and in the order of the ids, whatever else one document prints of one claim. Between
# equals SQLite chooses the one that was made last: for the public, that of the accepted ones.
_JOINT = (Statement.claim, Statement.document, Statement.spans, Statement.id)
_partial_index("statements_joint", *_JOINT, where="retracted_at IS NULL")
_partial_index("statements_accepted", *_JOINT, where=_ACCEPTED)


class Counterclaim(Retractable):
    """A directed link: the claim `answer` answers the claim `claim`."""

    #: The claim that is answered.
    claim = ForeignKeyField(Claim)
    #: The claim that answers.
    answer = ForeignKeyField(Claim)
    kind = TextField(constraints=[one_of("kind", COUNTER_KINDS)])
    #: The statement that is the evidence: in it the answer was given. Null where a person created it without one.
    statement = ForeignKeyField(Statement, null=True)
    note = TextField(null=True)
    #: The statement of the claim at which the answer was aimed; null where it was aimed at none alone.
    target = ForeignKeyField(Statement, null=True, index=False)
    #: Whether what was claimed is answered, or that the target was rightly attributed to its speaker.
    of = TextField(default="claim", constraints=[SQL("DEFAULT 'claim'"), one_of("of", ANSWERED)])

    class Meta:
        table_name = "counterclaims"
        constraints = (Check("claim_id <> answer_id"), Check("of = 'claim' OR target_id IS NOT NULL"))
        indexes = ((("kind",), False), (("of", "target"), False))


_index_where_set(Counterclaim.target)
# A claim is answered once in the same way, whatever the answer was aimed at; attributions, each for itself.
EXPRESSION_INDEXES["counterclaims_claim_answer_kind"] = (
    Counterclaim,
    "claim_id, answer_id, kind, (CASE WHEN of = 'attribution' THEN target_id ELSE 0 END)",
)
NATURAL_KEYS["counterclaims_claim_answer_kind"] = "/kind"
Counterclaim.add_index(
    SQL(
        'CREATE UNIQUE INDEX "counterclaims_claim_answer_kind" ON "counterclaims"'
        f" ({EXPRESSION_INDEXES['counterclaims_claim_answer_kind'][1]}) WHERE retracted_at IS NULL"
    )
)


class Review(Retractable):
    """What a fact-checker published about a claim."""

    claim = ForeignKeyField(Claim)
    publisher_name = TextField()
    #: The host of the publisher's site, without protocol and "www.".
    publisher_site = TextField(null=True)
    url = TextField()
    title = TextField(null=True)
    #: The verdict in the publisher's own words.
    rating_label = TextField()
    #: The verdict as a number between worst and best; null where the publisher gives none.
    rating_value = DoubleField(null=True)
    rating_best = DoubleField(null=True)
    rating_worst = DoubleField(null=True)
    #: When it was published; RFC 3339, UTC, to the second.
    reviewed_at = TextField(null=True, constraints=[check_second("reviewed_at")])
    #: BCP 47.
    language = TextField()
    licence = TextField(null=True)
    #: The statement whose wording was checked; null where the claim as such was.
    statement = ForeignKeyField(Statement, null=True, index=False)
    #: The address as it is looked up, like that of a document.
    url_normalized = TextField(null=True)
    #: The publisher's name as it is looked up, like name_key.
    publisher_key = TextField(null=True)
    #: The rating's label as it is looked up, like name_key.
    rating_key = TextField(null=True)

    class Meta:
        table_name = "reviews"
        indexes = (
            (("language",), False),
            (("publisher_key",), False),
            (("publisher_site",), False),
            (("rating_key",), False),
        )


_index_where_set(Review.statement)
_natural_key("reviews_url_claim", Review.url_normalized, Review.claim, field="/url")
_index_expression("reviews_reviewed_at_id", Review, "coalesce(reviewed_at, ''), id")


class ClaimSummary(BaseModel):
    """What a standing claim's first statement and its answers give it: derived, so that lists are fast.

    All who see the claim may know its summary, but for reviewers' counts (docs/decisions/0036): the first statement is
    the accepted one of the earliest day (docs/decisions/0040); where there is none, the first at all of a claim that
    only reviewers see. Derived rows have no foreign keys: on PostgreSQL their checks would wait for whoever changes the
    claim, who waits for the rows.
    """

    claim_id = BigIntegerField(primary_key=True)
    #: Whether the public sees the claim.
    public = BooleanField()
    #: Whether the public sees an answer to it.
    answered = BooleanField()
    #: The first statement with its speaker and document; null where there is none.
    statement_id = BigIntegerField(null=True)
    speaker_id = BigIntegerField(null=True)
    document_id = BigIntegerField(null=True)
    #: The day of the first statement; empty where nobody knows it.
    day = TextField()
    #: How many statements like the first there are, accepted or not; one that prints another again does not count.
    statement_count = BigIntegerField(constraints=[SQL("DEFAULT 0")])
    #: How many of the others there are, each of which prints one again.
    print_count = BigIntegerField(constraints=[SQL("DEFAULT 0")])
    #: How many there are of each in all, accepted or not, as reviewers see them.
    reviewer_statement_count = BigIntegerField(constraints=[SQL("DEFAULT 0")])
    reviewer_print_count = BigIntegerField(constraints=[SQL("DEFAULT 0")])

    class Meta:
        table_name = "claim_summaries"
        indexes = (
            # Each ends with what a page reads of a row beside its order: fifty rows are not looked up for it.
            (("day", "claim_id", "public", "answered"), False),
            (("speaker_id", "day", "claim_id", "public", "answered"), False),
            (("document_id", "claim_id"), False),
        )


_COUNTED = ("statement_count", "claim_id", "public", "answered")
ClaimSummary.add_index(*(getattr(ClaimSummary, name) for name in _COUNTED), name="claim_summaries_statement_count")
# Most have no answer yet: those that have none are found among all. What a page reads ends it, as above.
_READ = (ClaimSummary.day, ClaimSummary.claim_id, ClaimSummary.public, ClaimSummary.answered)
_partial_index("claim_summaries_answered", *_READ, where="answered")


class ClaimCard(BaseModel):
    """What lists show of a standing claim and its first statement, side by side: derived, to be found at once.

    Without it a page of fifty claims looks into seven other tables for each. Where its summary has no statement, all
    from `statement_id` on is null.
    """

    claim_id = BigIntegerField(primary_key=True)
    text = TextField()
    language = TextField()
    #: Its topics as JSON: an array of objects with the slug alone.
    topic_slugs = TextField()
    #: Whether it has one statement and no other, and that is accepted.
    alone = BooleanField()
    statement_id = BigIntegerField(null=True)
    status = TextField(null=True)
    cue = TextField(null=True)
    cue_start = BigIntegerField(null=True)
    cue_end = BigIntegerField(null=True)
    content = TextField(null=True)
    form = TextField(null=True)
    said_on = TextField(null=True)
    speaker_id = BigIntegerField(null=True)
    speaker_name = TextField(null=True)
    speaker_kind = TextField(null=True)
    speaker_description = TextField(null=True)
    speaker_wikidata_id = TextField(null=True)
    sentence_id = BigIntegerField(null=True)
    sentence_position = BigIntegerField(null=True)
    sentence_start = BigIntegerField(null=True)
    sentence_end = BigIntegerField(null=True)
    sentence_text = TextField(null=True)
    document_id = BigIntegerField(null=True)
    document_url = TextField(null=True)
    document_title = TextField(null=True)
    document_publisher = TextField(null=True)
    document_published_at = TextField(null=True)
    document_language = TextField(null=True)
    document_kind = TextField(null=True)
    day = TextField(null=True)

    class Meta:
        table_name = "claim_cards"


class ClaimTopicIndex(BaseModel):
    """A standing claim under one of its topics, with what it is narrowed and sorted by: derived."""

    claim_id = BigIntegerField()
    topic_id = BigIntegerField()
    public = BooleanField()
    answered = BooleanField()
    day = TextField()
    statement_count = BigIntegerField(constraints=[SQL("DEFAULT 0")])

    class Meta:
        table_name = "claim_topic_index"
        primary_key = CompositeKey("claim_id", "topic_id")
        indexes = (
            (("topic_id", "day", "claim_id", "public", "answered"), False),
            (("topic_id", "claim_id"), False),
        )


ClaimTopicIndex.add_index(
    *(getattr(ClaimTopicIndex, name) for name in ("topic_id", *_COUNTED)), name="claim_topic_index_statement_count"
)
_READ = tuple(getattr(ClaimTopicIndex, name) for name in ("topic_id", "day", "claim_id", "public", "answered"))
_partial_index("claim_topic_index_answered", *_READ, where="answered")


class AnsweredAttribution(BaseModel):
    """A statement whose attribution is answered, with what the public and a reviewer are shown of that: derived."""

    statement_id = BigIntegerField(primary_key=True)
    #: The claim of the statement.
    claim_id = BigIntegerField(index=True)
    #: Whether its speaker, or who published it, takes it back.
    disputed = BooleanField()
    #: The ids of the counterclaims that answer it, as a JSON array.
    answers = TextField()
    reviewer_disputed = BooleanField()
    reviewer_answers = TextField()

    class Meta:
        table_name = "answered_attributions"


class Suggestion(Versioned):
    """A stored claim that a statement may answer: found by a machine, for a reviewer to decide; no counterclaim yet."""

    #: The denial, whose charge its document does not hold or leaves in doubt.
    statement = ForeignKeyField(Statement, index=False)
    #: The claim that it may answer.
    claim = ForeignKeyField(Claim)
    kind = TextField(constraints=[one_of("kind", COUNTER_KINDS)])
    #: How much the two have in common, 0 to 1.
    score = DoubleField(constraints=[Check("score BETWEEN 0 AND 1")])
    #: Why: a JSON array of {word, weight}, the heaviest first.
    reasons = TextField()
    #: What found it, and its version.
    matcher = TextField()
    matcher_version = TextField()
    status = TextField(constraints=[one_of("status", SUGGESTION_STATUSES)])
    #: Why it is not sure that a denial answers a claim of its own document; null for a claim of another, and for what
    #: was found before this was noted.
    doubt = TextField(null=True, constraints=[one_of("doubt", DOUBTS)])

    class Meta:
        table_name = "suggestions"
        indexes = ((("statement", "claim"), True), (("status", "id"), False))


class Hidden(BaseModel):
    """A speaker or document that only candidates have named so far: not for the public."""

    #: Its table.
    noun = TextField(constraints=[one_of("noun", HIDEABLE)])
    #: Its id there.
    noun_id = BigIntegerField()

    class Meta:
        table_name = "hidden"
        primary_key = CompositeKey("noun", "noun_id")


class Key(Versioned):
    """One API key. Of its secret only the hash is known."""

    #: What its owner calls it; for people, not unique.
    name = TextField()
    #: The widest thing it may do.
    scope = TextField(constraints=[one_of("scope", SCOPES)])
    #: SHA-256 of the secret, in hex.
    secret_hash = TextField(unique=True)
    #: The secret's first characters, to tell keys apart in a list.
    hint = TextField()
    #: When it stops working; null for never.
    expires_at = TextField(null=True, constraints=[check_second("expires_at")])
    #: When it was revoked; null while it works.
    revoked_at = TextField(null=True, constraints=[check_timestamp("revoked_at")])
    #: SHA-256 of the secret before the last rotation, in hex; null where it was never rotated.
    previous_hash = TextField(null=True, unique=True)
    #: Until when that one works too.
    previous_until = TextField(null=True, constraints=[check_second("previous_until")])

    class Meta:
        table_name = "keys"


class KeyUse(BaseModel):
    """How often a key was used on one day."""

    key = ForeignKeyField(Key, index=False)
    #: In UTC.
    day = TextField(constraints=[check_day("day")])
    requests = BigIntegerField()
    #: When the last of them came; RFC 3339, UTC, to the second.
    last_at = TextField(constraints=[check_second("last_at")])

    class Meta:
        table_name = "key_uses"
        primary_key = CompositeKey("key", "day")


def lines(condition: str) -> str:
    """Write a condition of lines of the log for the bound database; `{before}` and `{after}` are JSON in it."""
    return condition.format(before=as_json("before"), after=as_json("after"))


class _Lines(SQL):
    """Such a condition, of an index or a CHECK; only when it is made is known for which database."""

    def __sql__(self, ctx: Any) -> Any:
        return ctx.literal(lines(self.sql))


#: What a line notes that moved by a merge, which has it; of others nothing.
_MOVED = "CASE WHEN action = 'merge' THEN coalesce(CAST({after} -> 'moved' AS TEXT), '') ELSE '' END"


class Change(BaseModel):
    """One line of the append-only log."""

    #: Grows with every line; gaps are possible.
    sequence = BigAutoField()
    #: When it was done; RFC 3339, UTC, microseconds.
    made_at = TextField(default=now, constraints=[check_timestamp("made_at")])
    #: The table of what was changed.
    noun = TextField()
    #: Its id there.
    noun_id = BigIntegerField()
    action = TextField(constraints=[one_of("action", ACTIONS)])
    #: Whose key did it; null for the command line.
    key = ForeignKeyField(Key, null=True, index=False)
    #: What moved by a merge, as `after` notes it, so that who undoes one of many reads no words of the others. It
    #: stands before these: SQLite reads a row up to the column that it looks for.
    moved = TextField(null=True, constraints=[_Lines(f"CHECK (coalesce(moved, '') = {_MOVED})")])
    #: The row before, as JSON; null for a creation.
    before = TextField(null=True)
    #: The row after, as JSON; for a merge also what moved, so that it can be undone.
    after = TextField()
    #: What it did to what the public sees; null where the public saw the row neither before nor after.
    effect = TextField(null=True, constraints=[one_of("effect", EFFECTS)])
    #: The claims whose whole it changed, as JSON (models/history/reach.py); null where there are none.
    claims = TextField(null=True)

    class Meta:
        table_name = "changes"
        # By the key alone, PostgreSQL looks for what one wrote last through all that others wrote since.
        indexes = (
            (("key", "sequence"), False),
            (("noun", "noun_id", "sequence"), False),
            (("noun", "sequence"), False),
        )


# Most lines are of creations.
_partial_index("changes_action", Change.action, Change.sequence, where="action <> 'create'")
# Who coded what is looked for among all that a key ever did.
_partial_index("changes_recorded", Change.key, Change.noun_id, where="noun = 'statements' AND action = 'create'")


#: The lines that tell whom a speaker is still cut from. All that ever changed a row together may be hundreds of
#: megabytes: these are found by an index, so whoever asks writes this very condition. What is cheap stands first: a new
#: line that creates something, as most do, is compared with that alone.
CUT = "action = 'change' AND noun || '' = 'speakers' AND ({after} -> 'cut') IS NOT NULL"
Change.add_index(Change.noun_id, Change.sequence, where=_Lines(CUT), name="changes_cut")
#: And those by which somebody changed the text of a claim, other than by mending the words that it was read from.
WORDED = (
    "action = 'change' AND noun || '' = 'claims' AND ({before} ->> 'text') <> ({after} ->> 'text')"
    " AND ({after} ->> 'followed') IS NULL"
)
Change.add_index(Change.noun_id, where=_Lines(WORDED), name="changes_worded")
#: And those that tell that a claim was put in by itself (models/history/standalone_claims.py). No index of
#: actions fits it.
PUT_IN = "action || '' = 'change' AND noun || '' = 'claims' AND ({after} -> 'put_in') IS NOT NULL"
Change.add_index(Change.noun_id, where=_Lines(PUT_IN), name="changes_put_in")


class SealedLine(BaseModel):
    """The digest of a line of the log as it was sealed (models/history/seals.py)."""

    #: The line.
    sequence = BigIntegerField(primary_key=True)
    #: SHA-256 of the line, in hex; it stays as it is where an erasure takes words out of the line.
    digest = TextField()
    #: Random, in hex, and hashed with the line's words, so that nobody can find erased ones by trying; null after that.
    salt = TextField(null=True)
    #: SHA-256 of salt, `before` and `after` of a line from which an erasure took words; else null.
    words_digest = TextField(null=True, constraints=[Check("(words_digest IS NULL) <> (salt IS NULL)")])

    class Meta:
        table_name = "sealed_lines"


class Redaction(BaseModel):
    """The digest of a sealed line's words as an erasure left them (models/history/seals.py)."""

    #: The line.
    sequence = BigIntegerField()
    #: The line of the erasure, which is sealed with the digest.
    redacted_by = BigIntegerField()
    #: SHA-256 of salt, `before` and `after`, in hex.
    words_digest = TextField()
    #: Random, in hex; null where another erasure has taken more words out of the line since.
    salt = TextField(null=True)

    class Meta:
        table_name = "redactions"
        primary_key = CompositeKey("sequence", "redacted_by")
        indexes = ((("redacted_by", "sequence"), False),)


class Seal(BaseModel):
    """A hash of all lines of the log up to one of them, and of the seal before."""

    #: The last line that it seals.
    through = BigIntegerField(primary_key=True)
    #: When it was made; RFC 3339, UTC, microseconds.
    made_at = TextField(default=now, constraints=[check_timestamp("made_at")])
    #: How many lines it seals: those past the seal before.
    lines = BigIntegerField()
    #: SHA-256, in hex.
    hash = TextField()
    #: The last line up to `through` that the public is told; 0 where there is none.
    public_through = BigIntegerField()
    #: SHA-256, in hex, of all lines up to there as the public is told them; empty where there are none.
    public_hash = TextField()

    class Meta:
        table_name = "seals"
        indexes = ((("public_through", "through"), False),)


class LastChange(BaseModel):
    """When anything that a whole shows last changed: the `made_at` of a line of the log.

    A statement and a review change with their claim, and a counterclaim with either of its two.
    """

    #: Its table.
    noun = TextField(constraints=[one_of("noun", STAMPED)])
    #: Its id there.
    noun_id = BigIntegerField()
    #: When what reviewers are shown of it last changed.
    changed_at = TextField(constraints=[check_timestamp("changed_at")])
    #: When what the public is shown of it last changed; as of its creation where that never saw it.
    public_changed_at = TextField(constraints=[check_timestamp("public_changed_at")])
    #: Whether the public may have seen it at any time, and may hear of it: `undone` of last_changes.py.
    public = BooleanField()
    #: Whether it is a claim that the public sees.
    visible = BooleanField()

    class Meta:
        table_name = "last_changes"
        primary_key = CompositeKey("noun", "noun_id")
        constraints = (Check("visible <= public"),)
        indexes = (
            (("noun", "changed_at", "noun_id"), False),
            (("noun", "public_changed_at", "noun_id"), False),
        )


#: Bytes beyond which the answer to a create is long: few of these are kept.
LONG_REPLY = 16_384


class Reply(BaseModel):
    """The answer to a create that carried an Idempotency-Key, for as long as a retry may come."""

    id = BigAutoField()
    #: Whose key sent it.
    key = ForeignKeyField(Key, index=False)
    #: The Idempotency-Key.
    token = TextField()
    #: SHA-256 of method, path and body, in hex: another request under the same token is refused. Empty, as headers and
    #: body are null, where what it tells of was erased; the body alone is null where it was long.
    request_hash = TextField()
    status = BigIntegerField(null=True)
    #: A JSON object of the headers that a retry gets again.
    headers = TextField(null=True)
    body = TextField(null=True)
    made_at = TextField(default=now, constraints=[check_timestamp("made_at")], index=True)

    class Meta:
        table_name = "replies"
        indexes = ((("key", "token"), True),)


_partial_index("replies_long", Reply.key, Reply.made_at, where=f"octet_length(body) > {LONG_REPLY}")


#: Every table, in an order in which each comes after those it points at, and in which rows are locked
#: (models/history/locks.py).
ALL: tuple[type[Model], ...] = (
    Topic,
    Document,
    Sentence,
    Speaker,
    Alias,
    Claim,
    ClaimTopic,
    ClaimAbout,
    GivenSubject,
    Statement,
    Counterclaim,
    Review,
    Suggestion,
    Hidden,
    ClaimSummary,
    ClaimCard,
    ClaimTopicIndex,
    AnsweredAttribution,
    Key,
    KeyUse,
    Change,
    SealedLine,
    Redaction,
    Seal,
    LastChange,
    Reply,
)

#: Those that are written anew from the others (models/queries/derived.py).
DERIVED: tuple[type[Model], ...] = (ClaimSummary, ClaimCard, ClaimTopicIndex, AnsweredAttribution)
