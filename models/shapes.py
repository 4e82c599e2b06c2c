"""The linked wholes as JSON, written once in SQL for both databases.

A read is one SELECT whose single column is the JSON text that the caller gets: the database joins
the nouns and writes the JSON, and nothing is parsed or rebuilt on the way out (why:
docs/decisions/0003). Each function here returns a piece of SQL text for one viewer; the aliases it
expects in the FROM clause stand in its docstring. `api/schemas/` describes the same shapes, and
tests prove them equal.
"""

from functools import cache
from typing import NamedTuple

from models.db import on_sqlite

#: How many statements, edges or reviews one whole embeds; the rest is reached through the lists.
EMBEDDED = 100
#: How many statements of the other side an exchange embeds.
BESIDE = 10


class Viewer(NamedTuple):
    """What the caller may see beyond the public's share."""

    #: Whole texts of documents that are not marked text_public (the read scope).
    texts: bool = False
    #: Candidates, rejected statements and claims that have no accepted one (the review scope).
    unreviewed: bool = False


# -- the two databases' words for the same thing ------------------------------------------------


def object_(**members: str) -> str:
    """Write a JSON object; each value is SQL."""
    name = "json_object" if on_sqlite() else "json_build_object"
    pairs = ", ".join(f"'{key}', {value}" for key, value in members.items())
    return f"{name}({pairs})"


def array(item: str, source: str, limit: int | None = None) -> str:
    """Write a JSON array of `item` for each row of `source`, a FROM clause with its WHERE and ORDER BY."""
    rows = f"SELECT {item} AS j {source}" + (f" LIMIT {limit}" if limit else "")
    if on_sqlite():
        return f"json((SELECT json_group_array(json(j)) FROM ({rows}) AS a))"
    return f"(SELECT coalesce(json_agg(j), '[]'::json) FROM ({rows}) AS a)"


def json_(column: str) -> str:
    """Write a text column that holds JSON as JSON; null stays null."""
    return f"json({column})" if on_sqlite() else f"({column})::json"


def string(column: str) -> str:
    """Write a text column as a JSON string."""
    return f"json_quote({column})" if on_sqlite() else f"to_json({column})"


def _true(column: str) -> str:
    """Hold a column of booleans as a condition; SQLite keeps them as 0 and 1."""
    return f"{column} = 1" if on_sqlite() else column


def flag(condition: str) -> str:
    """Write a condition as true or false."""
    return f"json(CASE WHEN {condition} THEN 'true' ELSE 'false' END)" if on_sqlite() else f"({condition})"


def maybe(condition: str, value: str) -> str:
    """Write `value`, which is JSON, where `condition` holds, else null."""
    chosen = f"CASE WHEN {condition} THEN {value} END"
    return f"json({chosen})" if on_sqlite() else chosen


def one(item: str, source: str) -> str:
    """Write the JSON of one row of `source`, null where there is none."""
    selected = f"(SELECT {item} {source})"
    return f"json({selected})" if on_sqlite() else selected


def as_text(json: str) -> str:
    """Write JSON as the text that is sent; a driver would parse it otherwise."""
    return json if on_sqlite() else f"({json})::text"


# -- who may see which row ----------------------------------------------------------------------


def claim_seen(viewer: Viewer, c: str = "c") -> str:
    """Write the condition that the viewer may see the claim `c`.

    It stands, and it was put in by itself or has an accepted statement.
    """
    stands = f"{c}.retracted_at IS NULL AND {c}.merged_into_id IS NULL"
    if viewer.unreviewed:
        return stands
    return (
        f"{stands} AND ({_true(f'{c}.standalone')} OR EXISTS (SELECT 1 FROM statements v"
        f" WHERE v.claim_id = {c}.id AND v.status = 'accepted' AND v.retracted_at IS NULL))"
    )


def claim_known(c: str) -> str:
    """Build the condition that the public could once see the claim `c`, and so may hear what became of it."""
    return (
        f"({_true(f'{c}.standalone')} OR EXISTS (SELECT 1 FROM statements v"
        f" WHERE v.claim_id = {c}.id AND v.status = 'accepted'))"
    )


def statement_seen(viewer: Viewer, s: str = "s") -> str:
    """Write the condition that the viewer may see the statement `s`."""
    stands = f"{s}.retracted_at IS NULL"
    return stands if viewer.unreviewed else f"{stands} AND {s}.status = 'accepted'"


def edge_seen(viewer: Viewer, e: str = "e") -> str:
    """Write the condition that the viewer may see the edge `e`: it stands, and so does the evidence it may have."""
    return (
        f"{e}.retracted_at IS NULL AND ({e}.statement_id IS NULL OR EXISTS (SELECT 1 FROM statements w"
        f" WHERE w.id = {e}.statement_id AND {statement_seen(viewer, 'w')}))"
    )


def sentence_seen(viewer: Viewer, se: str = "se") -> str:
    """Write the condition that the viewer may read the sentence `se` of the document `d`.

    The public reads sentences that carry accepted statements and one on either side: other
    people's articles are quoted, not republished.
    """
    stands = f"{se}.retracted_at IS NULL AND d.retracted_at IS NULL"
    if viewer.texts:
        return stands
    return (
        f"{stands} AND ({_true('d.text_public')} OR EXISTS (SELECT 1 FROM statements v"
        f" JOIN sentences vs ON vs.id = v.sentence_id WHERE v.document_id = {se}.document_id"
        f" AND v.status = 'accepted' AND v.retracted_at IS NULL"
        f" AND vs.position BETWEEN {se}.position - 1 AND {se}.position + 1))"
    )


# -- parts --------------------------------------------------------------------------------------


def _neighbour(step: str, seen: str = "b.retracted_at IS NULL") -> str:
    return (
        f"(SELECT b.text FROM sentences b WHERE b.document_id = se.document_id"
        f" AND b.position = se.position {step} AND {seen})"
    )


def sentence_part() -> str:
    """Write a sentence `se` with one sentence of context on either side."""
    return object_(
        id="se.id",
        position="se.position",
        start="se.start",
        end='se."end"',
        text="se.text",
        before=_neighbour("- 1"),
        after=_neighbour("+ 1"),
    )


def document_part(d: str = "d") -> str:
    """Write a document `d` as statements name it."""
    columns = ("id", "url", "title", "publisher", "published_at", "language")
    return object_(**{column: f"{d}.{column}" for column in columns})


def speaker_part(sp: str = "sp") -> str:
    """Write a speaker `sp` as statements and claims name them."""
    columns = ("id", "name", "kind", "description", "wikidata_id")
    return object_(**{column: f"{sp}.{column}" for column in columns})


def claim_part(c: str = "c") -> str:
    """Write a claim `c` as its statements name it."""
    return object_(id=f"{c}.id", text=f"{c}.text", language=f"{c}.language")


def topic_part() -> str:
    """Write a topic `t` as claims name it."""
    return object_(id="t.id", slug="t.slug", label="t.label")


def _words(name: str) -> str:
    return maybe(
        f"s.{name} IS NOT NULL",
        object_(text=f"s.{name}", start=f"s.{name}_start", end=f"s.{name}_end"),
    )


def _statement_members() -> dict[str, str]:
    via_speaker = one(speaker_part("vs"), "FROM speakers vs WHERE vs.id = s.via_speaker_id")
    via_document = one(document_part("vd"), "FROM documents vd WHERE vd.id = s.via_document_id")
    return {
        "id": "s.id",
        "speaker": speaker_part(),
        "mention": _words("mention"),
        "role": "s.role",
        "cue": _words("cue"),
        "content": json_("s.content"),
        "form": "s.form",
        "said_on": "s.said_on",
        "via": maybe(
            "s.via_speaker_id IS NOT NULL OR s.via_document_id IS NOT NULL",
            object_(speaker=via_speaker, document=via_document),
        ),
        "sentence": sentence_part(),
        "document": document_part(),
        "status": "s.status",
        "origin": object_(
            kind="s.origin",
            extractor="s.extractor",
            extractor_version="s.extractor_version",
            confidence="s.confidence",
        ),
    }


def _stamps(alias: str) -> dict[str, str]:
    return {name: f"{alias}.{name}" for name in ("created_at", "updated_at", "version")}


#: What every statement's JSON reads from.
STATEMENT_FROM = (
    "FROM statements s"
    " JOIN speakers sp ON sp.id = s.speaker_id"
    " JOIN sentences se ON se.id = s.sentence_id"
    " JOIN documents d ON d.id = s.document_id"
)
_IN_PRINT_ORDER = "ORDER BY s.document_id, s.content_start, s.id"


def _statements_of(viewer: Viewer, condition: str, limit: int, order: str = _IN_PRINT_ORDER) -> str:
    """Write the statements for which `condition` holds, without their claim."""
    members = _statement_members() | _stamps("s")
    source = f"{STATEMENT_FROM} WHERE {condition} AND {statement_seen(viewer)} {order}"
    return array(object_(**members), source, limit)


def _linked_statements(viewer: Viewer, condition: str, order: str = _IN_PRINT_ORDER) -> str:
    """Write the statements for which `condition` holds, each with its claim."""
    members = _statement_members() | {"claim": claim_part("sc")} | _stamps("s")
    source = f"{STATEMENT_FROM} JOIN claims sc ON sc.id = s.claim_id WHERE {condition} AND {statement_seen(viewer)}"
    return array(object_(**members), f"{source} {order}", EMBEDDED)


def _count(source: str) -> str:
    return f"(SELECT count(*) {source})"


def _topics(claim: str) -> str:
    return array(
        topic_part(),
        f"FROM claim_topics ct JOIN topics t ON t.id = ct.topic_id WHERE ct.claim_id = {claim}"
        " AND t.retracted_at IS NULL ORDER BY t.slug",
    )


def _about(claim: str) -> str:
    return array(
        speaker_part("ab"),
        f"FROM claim_about ca JOIN speakers ab ON ab.id = ca.speaker_id WHERE ca.claim_id = {claim}"
        " AND ab.retracted_at IS NULL AND ab.merged_into_id IS NULL ORDER BY ab.id",
    )


def _side(viewer: Viewer, claim: str) -> str:
    """Write one side of an exchange: the claim under the alias `claim` with the first of its statements."""
    return object_(
        id=f"{claim}.id",
        text=f"{claim}.text",
        language=f"{claim}.language",
        statements=_statements_of(viewer, f"s.claim_id = {claim}.id", BESIDE),
    )


def _edges(viewer: Viewer, mine: str, theirs: str, claim: str) -> str:
    """Write the edges whose column `mine` is the claim id `claim`, each with the claim at the other end."""
    return array(
        object_(id="e.id", kind="e.kind", note="e.note", statement_id="e.statement_id", claim=_side(viewer, "o")),
        f"FROM counterclaims e JOIN claims o ON o.id = e.{theirs} WHERE e.{mine} = {claim}"
        f" AND {edge_seen(viewer)} AND {claim_seen(viewer, 'o')} ORDER BY e.id",
        EMBEDDED,
    )


def _both_directions(viewer: Viewer, claim: str) -> dict[str, str]:
    return {
        "counterclaims": _edges(viewer, "claim_id", "answer_id", claim),
        "counters": _edges(viewer, "answer_id", "claim_id", claim),
    }


# -- wholes -------------------------------------------------------------------------------------


@cache
def _claim(sqlite: bool, viewer: Viewer) -> str:
    return object_(
        id="c.id",
        text="c.text",
        language="c.language",
        topics=_topics("c.id"),
        about=_about("c.id"),
        statements=_statements_of(viewer, "s.claim_id = c.id", EMBEDDED),
        statement_count=_count(f"FROM statements s WHERE s.claim_id = c.id AND {statement_seen(viewer)}"),
        **_both_directions(viewer, "c.id"),
        reviews=array(
            object_(**_review_members(), **_stamps("r")),
            "FROM reviews r WHERE r.claim_id = c.id AND r.retracted_at IS NULL ORDER BY r.id",
            EMBEDDED,
        ),
        **_stamps("c"),
    )


def claim(viewer: Viewer) -> str:
    """Write a claim `c` with its statements, both directions of its exchanges and its reviews."""
    return as_text(_claim(on_sqlite(), viewer))


@cache
def _statement(sqlite: bool, viewer: Viewer) -> str:
    its_claim = object_(
        id="sc.id", text="sc.text", language="sc.language", topics=_topics("sc.id"), about=_about("sc.id")
    )
    return one(
        object_(
            **_statement_members(),
            claim=its_claim,
            **_both_directions(viewer, "s.claim_id"),
            **_stamps("s"),
        ),
        "FROM speakers sp, sentences se, documents d, claims sc WHERE sp.id = s.speaker_id"
        " AND se.id = s.sentence_id AND d.id = s.document_id AND sc.id = s.claim_id",
    )


def statement(viewer: Viewer) -> str:
    """Write a statement `s` with its speaker, sentence, document, claim and that claim's exchanges."""
    return as_text(_statement(on_sqlite(), viewer))


@cache
def _document(sqlite: bool, viewer: Viewer) -> str:
    public = _true("doc.text_public")
    return object_(
        id="doc.id",
        url="doc.url",
        url_normalized="doc.url_normalized",
        title="doc.title",
        publisher="doc.publisher",
        published_at="doc.published_at",
        language="doc.language",
        retrieved_at="doc.retrieved_at",
        licence="doc.licence",
        text_public=flag(public),
        text="doc.text" if viewer.texts else f"CASE WHEN {public} THEN doc.text END",
        length="doc.length",
        sha256="doc.sha256",
        sentence_count=_count("FROM sentences se WHERE se.document_id = doc.id AND se.retracted_at IS NULL"),
        statements=_linked_statements(viewer, "s.document_id = doc.id"),
        statement_count=_count(f"FROM statements s WHERE s.document_id = doc.id AND {statement_seen(viewer)}"),
        **_stamps("doc"),
    )


def document(viewer: Viewer) -> str:
    """Write a document `doc` with its statements in the order of print; the text where the viewer may read it."""
    return as_text(_document(on_sqlite(), viewer))


@cache
def _speaker(sqlite: bool, viewer: Viewer) -> str:
    return object_(
        id="p.id",
        name="p.name",
        kind="p.kind",
        description="p.description",
        aliases=array(string("al.alias"), "FROM aliases al WHERE al.speaker_id = p.id ORDER BY al.id"),
        wikidata_id="p.wikidata_id",
        same_as=json_("p.same_as"),
        part_of=one(speaker_part("up"), "FROM speakers up WHERE up.id = p.part_of_id AND up.retracted_at IS NULL"),
        statements=_linked_statements(viewer, "s.speaker_id = p.id", "ORDER BY s.id DESC"),
        statement_count=_count(f"FROM statements s WHERE s.speaker_id = p.id AND {statement_seen(viewer)}"),
        **_stamps("p"),
    )


def speaker(viewer: Viewer) -> str:
    """Write a speaker `p` with the newest of their statements."""
    return as_text(_speaker(on_sqlite(), viewer))


@cache
def _sentence(sqlite: bool, viewer: Viewer) -> str:
    # A neighbour's own neighbour is two away from the quote, and not for everybody.
    seen = sentence_seen(viewer, "b")
    return object_(
        id="se.id",
        document=document_part(),
        position="se.position",
        start="se.start",
        end='se."end"',
        text="se.text",
        before=_neighbour("- 1", seen),
        after=_neighbour("+ 1", seen),
        statement_ids=array(
            "s.id", f"FROM statements s WHERE s.sentence_id = se.id AND {statement_seen(viewer)} ORDER BY s.id"
        ),
        **_stamps("se"),
    )


def sentence(viewer: Viewer) -> str:
    """Write a sentence `se` of a document `d`, with its context and the ids of its statements."""
    return as_text(_sentence(on_sqlite(), viewer))


@cache
def _counterclaim(sqlite: bool, viewer: Viewer) -> str:
    return object_(
        id="e.id",
        kind="e.kind",
        note="e.note",
        statement_id="e.statement_id",
        claim=_side(viewer, "charge"),
        answer=_side(viewer, "answer"),
        **_stamps("e"),
    )


def counterclaim(viewer: Viewer) -> str:
    """Write an edge `e` with the claims `charge` and `answer` side by side, each with speakers and sentences."""
    return as_text(_counterclaim(on_sqlite(), viewer))


def _review_members() -> dict[str, str]:
    return {
        "id": "r.id",
        "publisher": object_(name="r.publisher_name", site="r.publisher_site"),
        "url": "r.url",
        "title": "r.title",
        "rating": object_(label="r.rating_label", value="r.rating_value", best="r.rating_best", worst="r.rating_worst"),
        "reviewed_at": "r.reviewed_at",
        "language": "r.language",
        "licence": "r.licence",
    }


def review() -> str:
    """Write a review `r` with the claim `c` it is about."""
    return as_text(object_(**_review_members(), claim=claim_part(), **_stamps("r")))


def topic() -> str:
    """Write a topic `t`."""
    return as_text(object_(id="t.id", slug="t.slug", label="t.label", **_stamps("t")))


def change() -> str:
    """Write a line `l` of the log."""
    columns = {name: f"l.{name}" for name in ("sequence", "made_at", "noun", "noun_id", "action", "key_id")}
    return as_text(object_(**columns, before=json_("l.before"), after=json_("l.after")))
