"""The linked wholes as JSON, written once in SQL for both databases.

A read is one SELECT whose single column is the JSON text that the caller gets: the database joins
the nouns and writes the JSON, and nothing is parsed or rebuilt on the way out (why:
docs/decisions/0003). Each function here makes a tree of members for one viewer (`jsonsql.py`); the aliases it
expects in the FROM clause stand in its docstring. `api/schemas/` describes the same shapes, and
tests prove them equal.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from models.queries import members
from models.queries.members import (
    Array,
    Flag,
    Json,
    Maybe,
    Node,
    Object,
    SingleItem,
    Stored,
    Subquery,
    Value,
    Wanted,
    values,
)
from models.storage.database import on_sqlite

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


# -- who may see which row ----------------------------------------------------------------------


def true(column: str) -> str:
    """Hold a column of booleans as a condition; SQLite keeps them as 0 and 1."""
    return f"{column} = 1" if on_sqlite() else column


def claim_seen(viewer: Viewer, c: str = "c") -> str:
    """Write the condition that the viewer may see the claim `c`.

    It stands, and it was put in by itself or has an accepted statement.
    """
    stands = f"{c}.retracted_at IS NULL AND {c}.merged_into_id IS NULL"
    if viewer.unreviewed:
        return stands
    return (
        f"{stands} AND ({true(f'{c}.standalone')} OR EXISTS (SELECT 1 FROM statements v"
        f" WHERE v.claim_id = {c}.id AND v.status = 'accepted' AND v.retracted_at IS NULL{fence()}))"
    )


def fence() -> str:
    """Write the end of an EXISTS that is looked up for each row.

    PostgreSQL would sooner read all statements beforehand, although a page asks about fifty rows.
    """
    return "" if on_sqlite() else " OFFSET 0"


def claim_known(c: str) -> str:
    """Build the condition that the public could once see the claim `c`, and so may hear what became of it."""
    return (
        f"({true(f'{c}.standalone')} OR EXISTS (SELECT 1 FROM statements v"
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
        f" WHERE w.id = {e}.statement_id AND {statement_seen(viewer, 'w')}{fence()}))"
    )


def shown(viewer: Viewer, noun: str, alias: str) -> str:
    """Write the condition that the viewer may hear of the speaker or document `alias`: not what only candidates name.

    Who has a key may: a writer could not help meeting them.
    """
    if viewer.texts:
        return "TRUE"
    return f"NOT EXISTS (SELECT 1 FROM hidden h WHERE h.noun = '{noun}' AND h.noun_id = {alias}.id)"


def sentence_seen(viewer: Viewer, se: str = "se") -> str:
    """Write the condition that the viewer may read the sentence `se` of the document `d`.

    The public reads sentences that carry accepted statements and one on either side: other
    people's articles are quoted, not republished.
    """
    stands = f"{se}.retracted_at IS NULL AND d.retracted_at IS NULL"
    if viewer.texts:
        return stands
    return (
        f"{stands} AND ({true('d.text_public')} OR EXISTS (SELECT 1 FROM statements v"
        f" JOIN sentences vs ON vs.id = v.sentence_id WHERE v.document_id = {se}.document_id"
        f" AND v.status = 'accepted' AND v.retracted_at IS NULL"
        f" AND vs.position BETWEEN {se}.position - 1 AND {se}.position + 1))"
    )


# -- parts --------------------------------------------------------------------------------------


def _neighbour(
    step: str, seen: str = "b.retracted_at IS NULL", document: str = "se.document_id", position: str = "se.position"
) -> Node:
    return Subquery(
        Value("b.text"),
        f"FROM sentences b WHERE b.document_id = {document} AND b.position = {position} {step} AND {seen}",
    )


def sentence_part() -> Object:
    """Make a sentence `se` with one sentence of context on either side."""
    return Object(
        values("se", "id", "position", "start")
        | {"end": Value('se."end"'), "text": Value("se.text"), "before": _neighbour("- 1"), "after": _neighbour("+ 1")}
    )


def document_part(d: str = "d") -> Object:
    """Make a document `d` as statements name it."""
    return Object(values(d, "id", "url", "title", "publisher", "published_at", "language"))


def speaker_part(sp: str = "sp") -> Object:
    """Make a speaker `sp` as statements and claims name them."""
    return Object(values(sp, "id", "name", "kind", "description", "wikidata_id"))


def claim_part(c: str = "c") -> Object:
    """Make a claim `c` as its statements name it."""
    return Object(values(c, "id", "text", "language"))


def topic_part() -> Object:
    """Make a topic `t` as claims name it."""
    return Object(values("t", "id", "slug", "label"))


def _words(name: str, s: str = "s") -> Node:
    span = {"text": Value(f"{s}.{name}"), "start": Value(f"{s}.{name}_start"), "end": Value(f"{s}.{name}_end")}
    return Maybe(f"{s}.{name} IS NOT NULL", Object(span))


def _statement_members() -> dict[str, Node]:
    # Ids come from the statement itself: who wants no more of the other side then needs no join.
    via_speaker = Subquery(speaker_part("vs"), "FROM speakers vs WHERE vs.id = s.via_speaker_id")
    via_document = Subquery(document_part("vd"), "FROM documents vd WHERE vd.id = s.via_document_id")
    return {
        "id": Value("s.id"),
        "speaker": Object({**speaker_part().members, "id": Value("s.speaker_id")}),
        "mention": _words("mention"),
        "role": Value("s.role"),
        "cue": _words("cue"),
        "content": Json("s.content"),
        "form": Value("s.form"),
        "said_on": Value("s.said_on"),
        "via": Maybe(
            "s.via_speaker_id IS NOT NULL OR s.via_document_id IS NOT NULL",
            Object({"speaker": via_speaker, "document": via_document}),
        ),
        "sentence": Object({**sentence_part().members, "id": Value("s.sentence_id")}),
        "document": Object({**document_part().members, "id": Value("s.document_id")}),
        "status": Value("s.status"),
        "origin": Object({"kind": Value("s.origin"), **values("s", "extractor", "extractor_version", "confidence")}),
    }


def _stamps(alias: str) -> dict[str, Node]:
    return values(alias, "created_at", "updated_at", "version")


#: What every statement's JSON reads from.
STATEMENT_FROM = (
    "FROM statements s"
    " JOIN speakers sp ON sp.id = s.speaker_id"
    " JOIN sentences se ON se.id = s.sentence_id"
    " JOIN documents d ON d.id = s.document_id"
)
_LINKED = f"{STATEMENT_FROM} JOIN claims sc ON sc.id = s.claim_id"
_IN_PRINT_ORDER = "ORDER BY s.document_id, s.content_start, s.id"


def _statements_of(viewer: Viewer, condition: str, limit: int, order: str = _IN_PRINT_ORDER) -> Array:
    """Make the statements for which `condition` holds, without their claim."""
    source = f"{STATEMENT_FROM} WHERE {condition} AND {statement_seen(viewer)} {order}"
    return Array(Object(_statement_members() | _stamps("s")), source, limit)


def _linked_statements(viewer: Viewer, condition: str, order: str = _IN_PRINT_ORDER) -> Node:
    """Make the statements for which `condition` holds, each with its claim."""
    source = f"{_LINKED} WHERE {condition} AND {statement_seen(viewer)}"
    return Array(_linked_statement(), f"{source} {order}", EMBEDDED)


def _linked_statement() -> Object:
    """Make a statement with its claim; reads from _LINKED."""
    return Object(_statement_members() | {"claim": claim_part("sc")} | _stamps("s"))


def _count(source: str) -> Node:
    return Value(f"(SELECT count(*) {source})")


def _topics(claim: str) -> Node:
    return Array(
        topic_part(),
        f"FROM claim_topics ct JOIN topics t ON t.id = ct.topic_id WHERE ct.claim_id = {claim}"
        " AND t.retracted_at IS NULL ORDER BY t.slug",
    )


#: The members of a topic that most lists show.
_SLUGS: Wanted = {"slug": {}}


def topic_slugs(claim: str) -> Node:
    """Make the topics of the claim with the id `claim`, of each the slug alone."""
    return _topics(claim).only(_SLUGS)


def _about(claim: str) -> Node:
    return Array(
        speaker_part("ab"),
        f"FROM claim_about ca JOIN speakers ab ON ab.id = ca.speaker_id WHERE ca.claim_id = {claim}"
        " AND ab.retracted_at IS NULL AND ab.merged_into_id IS NULL ORDER BY ab.id",
    )


def _side(viewer: Viewer, claim: str) -> Object:
    """Make one side of an exchange: the claim under the alias `claim` with the first of its statements."""
    statements = _statements_of(viewer, f"s.claim_id = {claim}.id", BESIDE)
    return Object(values(claim, "id", "text", "language") | {"statements": statements})


def _edges(viewer: Viewer, mine: str, theirs: str, claim: str, if_any: str | None = None) -> Node:
    """Make the edges whose column `mine` is the claim id `claim`, each with the claim at the other end."""
    return Array(
        Object(values("e", "id", "kind", "note", "statement_id") | {"claim": _side(viewer, "o")}),
        f"FROM counterclaims e JOIN claims o ON o.id = e.{theirs} WHERE e.{mine} = {claim}"
        f" AND {edge_seen(viewer)} AND {claim_seen(viewer, 'o')} ORDER BY e.id",
        EMBEDDED,
        if_any,
    )


def _both_directions(viewer: Viewer, claim: str, answered: str | None = None) -> dict[str, Node]:
    return {
        "counterclaims": _edges(viewer, "claim_id", "answer_id", claim, answered),
        "counters": _edges(viewer, "answer_id", "claim_id", claim),
    }


def text(shape: Callable[..., Object], *viewer: Viewer) -> str:
    """Write a whole as the SQL of its JSON text; `shape` is one of the functions below."""
    return _text(shape, viewer, on_sqlite())


@cache
def _text(shape: Callable[..., Object], viewer: tuple[Viewer, ...], sqlite: bool) -> str:
    return members.text(shape(*viewer))


# -- wholes -------------------------------------------------------------------------------------


def claim(viewer: Viewer, answered: str | None = None, *, listed: bool = False) -> Object:
    """Make a claim `c` with its statements, both directions of its exchanges and its reviews.

    `answered` is the condition that the viewer sees an answer to it, where what is read from knows that. Where it is
    `listed`, its row `f` of claim_cards is read from too, and for what stands there instead of the claim.
    """
    own, id = ("f", "f.claim_id") if listed else ("c", "c.id")
    statements = _statements_of(viewer, f"s.claim_id = {id}", EMBEDDED)
    return Object(
        {"id": Value(id), **values(own, "text", "language")}
        | {
            "topics": Stored(_topics(id), _SLUGS, "f.topic_slugs") if listed else _topics(id),
            "about": _about(id),
            "statements": SingleItem(statements, true("f.alone"), Object(_first_members())) if listed else statements,
            "statement_count": _count(f"FROM statements s WHERE s.claim_id = {id} AND {statement_seen(viewer)}"),
            **_both_directions(viewer, id, answered),
            "reviews": Array(
                Object(_review_members() | _stamps("r")),
                f"FROM reviews r WHERE r.claim_id = {id} AND r.retracted_at IS NULL ORDER BY r.id",
                EMBEDDED,
            ),
        }
        | _stamps("c")
    )


def first_statement(viewer: Viewer, *, listed: bool = False) -> Node:
    """Make the statement that put the claim `c` forward first; null where the viewer sees none.

    What lists show of it stands in one row of `claim_cards`, which where the claim is `listed` is read already as `f`;
    only who asks for more of it has the statement looked up.
    """
    seen = "TRUE" if viewer.unreviewed else "f.status = 'accepted'"
    source = "FROM claim_cards f JOIN statements s ON s.id = f.statement_id WHERE f.claim_id = c.id"
    if listed:
        source = "FROM statements s WHERE s.id = f.statement_id"
    return Subquery(Object(_statement_members() | _first_members() | _stamps("s")), f"{source} AND {seen}")


def _first_members() -> dict[str, Node]:
    """Make the members of a first statement that its row `f` of claim_cards holds."""

    def part(noun: str, *names: str) -> dict[str, Node]:
        return {name: Value(f"f.{noun}_{name}") for name in names}

    place = {"document": "f.document_id", "position": "f.sentence_position"}
    around = {"before": _neighbour("- 1", **place), "after": _neighbour("+ 1", **place)}
    return {
        "id": Value("f.statement_id"),
        "speaker": Object(part("speaker", *speaker_part().members)),
        "cue": _words("cue", "f"),
        "content": Json("f.content"),
        "form": Value("f.form"),
        "said_on": Value("f.said_on"),
        "sentence": Object(part("sentence", *sentence_part().members) | around),
        "document": Object(part("document", *document_part().members)),
        "status": Value("f.status"),
    }


def statement(viewer: Viewer) -> Object:
    """Make a statement `s` with its claim and that claim's exchanges; reads from STATEMENT_FROM."""
    its_claim = Object(
        values("sc", "id", "text", "language") | {"topics": _topics("s.claim_id"), "about": _about("s.claim_id")}
    )
    return Object(
        _statement_members()
        | {"claim": Subquery(its_claim, "FROM claims sc WHERE sc.id = s.claim_id")}
        | _both_directions(viewer, "s.claim_id")
        | _stamps("s")
    )


def document(viewer: Viewer) -> Object:
    """Make a document `doc` with its statements in the order of print; the text where the viewer may read it."""
    public = true("doc.text_public")
    return Object(
        values("doc", "id", "url", "url_normalized", "title", "publisher", "published_at", "language")
        | values("doc", "retrieved_at", "licence")
        | {
            "text_public": Flag(public),
            "text": Value("doc.text" if viewer.texts else f"CASE WHEN {public} THEN doc.text END"),
            **values("doc", "length", "sha256"),
            "sentence_count": _count("FROM sentences se WHERE se.document_id = doc.id AND se.retracted_at IS NULL"),
            "statements": _linked_statements(viewer, "s.document_id = doc.id"),
            "statement_count": _count(f"FROM statements s WHERE s.document_id = doc.id AND {statement_seen(viewer)}"),
        }
        | _stamps("doc")
    )


def speaker(viewer: Viewer) -> Object:
    """Make a speaker `p` with the newest of their statements."""
    return Object(
        values("p", "id", "name", "kind", "description")
        | {
            "aliases": Array(Value("al.alias"), "FROM aliases al WHERE al.speaker_id = p.id ORDER BY al.id"),
            "wikidata_id": Value("p.wikidata_id"),
            "same_as": Json("p.same_as"),
            "part_of": Subquery(
                speaker_part("up"), "FROM speakers up WHERE up.id = p.part_of_id AND up.retracted_at IS NULL"
            ),
            "statements": _linked_statements(viewer, "s.speaker_id = p.id", "ORDER BY s.id DESC"),
            "statement_count": _count(f"FROM statements s WHERE s.speaker_id = p.id AND {statement_seen(viewer)}"),
        }
        | _stamps("p")
    )


def sentence(viewer: Viewer) -> Object:
    """Make a sentence `se` of a document `d`, with its context and the ids of its statements."""
    # A neighbour's own neighbour is two away from the quote, and not for everybody.
    seen = sentence_seen(viewer, "b")
    ids = f"FROM statements s WHERE s.sentence_id = se.id AND {statement_seen(viewer)} ORDER BY s.id"
    return Object(
        {
            "id": Value("se.id"),
            "document": document_part(),
            **values("se", "position", "start"),
            "end": Value('se."end"'),
            "text": Value("se.text"),
            "before": _neighbour("- 1", seen),
            "after": _neighbour("+ 1", seen),
            "statement_ids": Array(Value("s.id"), ids),
        }
        | _stamps("se")
    )


def counterclaim(viewer: Viewer) -> Object:
    """Make an edge `e` with the claims `charge` and `answer` side by side, each with speakers and sentences."""
    sides = {"claim": _side(viewer, "charge"), "answer": _side(viewer, "answer")}
    return Object(values("e", "id", "kind", "note", "statement_id") | sides | _stamps("e"))


def suggestion(viewer: Viewer) -> Object:
    """Make a suggestion `su` of a statement `s` with the claim `o` that it may answer."""
    return Object(
        values("su", "id", "status", "kind", "score")
        | {"reasons": Json("su.reasons")}
        | values("su", "matcher", "matcher_version")
        | {
            "statement": Subquery(_linked_statement(), f"{_LINKED} WHERE s.id = su.statement_id"),
            "claim": _side(viewer, "o"),
        }
        | _stamps("su")
    )


#: The exchanges `x` with the summaries `lc` of the charge and `la` of the answer, the evidence `w`, and the documents
#: that printed the charge (`dc`) and the answer (`da`).
EXCHANGE_LINKS = (
    "JOIN claim_summaries lc ON lc.claim_id = x.claim_id JOIN claim_summaries la ON la.claim_id = x.answer_id"
    " LEFT JOIN statements w ON w.id = x.statement_id LEFT JOIN documents dc ON dc.id = lc.document_id"
    " LEFT JOIN documents da ON da.id = coalesce(w.document_id, la.document_id)"
)
#: The days of an exchange: when it was said, else when the document that printed it was published; null if unknown.
CHARGED_ON = "coalesce(nullif(lc.said_on, ''), substr(dc.published_at, 1, 10))"
ANSWERED_ON = (
    "coalesce(w.said_on, CASE WHEN w.id IS NULL THEN nullif(la.said_on, '') END, substr(da.published_at, 1, 10))"
)


def days_to_answer() -> str:
    """Write how many days passed in an exchange from the charge to its answer; null where a day is unknown."""
    if on_sqlite():
        return f"CAST(julianday({ANSWERED_ON}) - julianday({CHARGED_ON}) AS INTEGER)"
    return f"({ANSWERED_ON}::date - {CHARGED_ON}::date)"


def days() -> Node:
    """Make how many days passed from the charge of the edge `e` to its answer."""
    return Subquery(Value(days_to_answer()), f"FROM counterclaims x {EXCHANGE_LINKS} WHERE x.id = e.id")


def _review_members() -> dict[str, Node]:
    rating = {name: Value(f"r.rating_{name}") for name in ("label", "value", "best", "worst")}
    return {
        "id": Value("r.id"),
        "publisher": Object({"name": Value("r.publisher_name"), "site": Value("r.publisher_site")}),
        "url": Value("r.url"),
        "title": Value("r.title"),
        "rating": Object(rating),
        **values("r", "reviewed_at", "language", "licence"),
    }


def review() -> Object:
    """Make a review `r` with the claim `c` it is about."""
    return Object(_review_members() | {"claim": claim_part()} | _stamps("r"))


def topic() -> Object:
    """Make a topic `t`."""
    return Object(values("t", "id", "slug", "label") | _stamps("t"))


def change() -> Object:
    """Make a line `l` of the log."""
    columns = values("l", "sequence", "made_at", "noun", "noun_id", "action", "key_id")
    return Object(columns | {"before": Json("l.before"), "after": Json("l.after")})
