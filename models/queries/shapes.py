"""The items with everything linked as JSON, composed once for both databases.

A read is one SELECT whose single column is the JSON text that the caller gets: the database joins
the nouns and writes the JSON, and nothing is parsed or rebuilt on the way out (why:
docs/decisions/0003). Each function here makes a tree of members for one viewer (`members.py`); the aliases it
expects in the FROM clause stand in its docstring. `api/schemas/` describes the same shapes, and
tests prove them equal.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from peewee import Select, fn

from models.queries import members
from models.queries.dialects import true
from models.queries.members import (
    Array,
    Boolean,
    Member,
    Nullable,
    Object,
    Precomputed,
    RawJson,
    Rows,
    Scalar,
    Subquery,
    Wanted,
    scalars,
)
from models.queries.nodes import STAR, Aliased, Part, cached, case
from models.queries.table_aliases import al, answer, c, charge, d, doc, e, f, o, p, r, s, sc, se, sp, su, t
from models.queries.visibility import Viewer, claim_seen, counterclaim_seen, sentence_seen, statement_seen
from models.tables import Change, ClaimAbout, ClaimTopic, Document, Sentence, Speaker

#: How many statements, counterclaims or reviews one item embeds; the rest is reached through the lists.
EMBEDDED = 100
#: How many statements of the other side a counterclaim embeds.
BESIDE = 10

ct, ca, line = Aliased(ClaimTopic, "ct"), Aliased(ClaimAbout, "ca"), Aliased(Change, "l")
up, ab, vs = (Aliased(Speaker, alias) for alias in ("up", "ab", "vs"))
vd, b = Aliased(Document, "vd"), Aliased(Sentence, "b")


@cached(512)
def text(make: Callable[..., Any], *args: Any) -> str:
    """Compile to SQL text the JSON or condition that `make(*args)` builds; it may have no parameters."""
    node = make(*args)
    return members.text(node) if isinstance(node, Member) else Part(node).sql


# -- parts --------------------------------------------------------------------------------------


def _around(document: Any, position: Any, *seen: Any) -> dict[str, Member]:
    """Build the node of the sentences `before` and `after` the one at a position of a document."""

    def text_at(place: Any) -> Member:
        here = (b.document_id == document, b.position == place)
        return Subquery(Scalar(b.text), Rows(b, (*here, *(seen or (b.retracted_at.is_null(),)))))

    return {"before": text_at(position - 1), "after": text_at(position + 1)}


def _document_part(d: Any = d) -> dict[str, Member]:
    return scalars(d, "id", "url", "title", "publisher", "published_at", "language")


def speaker_part(sp: Any = sp) -> dict[str, Member]:
    """Build the node of a speaker `sp` as statements and claims name them."""
    return scalars(sp, "id", "name", "kind", "description", "wikidata_id")


def _claim_part(c: Any = c) -> Object:
    """Build the node of a claim `c` as its statements name it."""
    return Object(scalars(c, "id", "text", "language"))


def _words(name: str, s: Any = s) -> Member:
    words, start, end = (getattr(s, name + part) for part in ("", "_start", "_end"))
    return Nullable(Object({"text": Scalar(words), "start": Scalar(start), "end": Scalar(end)}), words.is_null(False))


def _statement_members() -> dict[str, Member]:
    # Ids come from the statement itself: who wants no more of the other side then needs no join.
    via_speaker = Subquery(Object(speaker_part(vs)), Rows(links={vs: s.via_speaker_id}))
    via_document = Subquery(Object(_document_part(vd)), Rows(links={vd: s.via_document_id}))
    sentence = scalars(se, "id", "position", "start", "end", "text") | _around(se.document_id, se.position)
    return {
        "id": Scalar(s.id),
        "speaker": Object({**speaker_part(), "id": Scalar(s.speaker_id)}),
        "mention": _words("mention"),
        "role": Scalar(s.role),
        "cue": _words("cue"),
        "content": RawJson(s.content),
        "form": Scalar(s.form),
        "said_on": Scalar(s.said_on),
        "via": Nullable(
            Object({"speaker": via_speaker, "document": via_document}),
            s.via_speaker_id.is_null(False) | s.via_document_id.is_null(False),
        ),
        "sentence": Object(sentence | {"id": Scalar(s.sentence_id)}),
        "document": Object({**_document_part(), "id": Scalar(s.document_id)}),
        "status": Scalar(s.status),
        "origin": Object({"kind": Scalar(s.origin), **scalars(s, "extractor", "extractor_version", "confidence")}),
    }


def _stamps(table: Any) -> dict[str, Member]:
    return scalars(table, "created_at", "updated_at", "version")


#: What every statement's JSON reads from beside the statement itself.
STATEMENT_LINKS = {sp: s.speaker_id, se: s.sentence_id, d: s.document_id}
_WITH_CLAIM = {**STATEMENT_LINKS, sc: s.claim_id}
_IN_PRINT_ORDER = (s.document_id, s.content_start, s.id)


def _statements_of(viewer: Viewer, claim: Any, limit: int) -> Array:
    """Build the node of the statements of a claim, without their claim."""
    rows = Rows(s, (s.claim_id == claim, statement_seen(viewer)), STATEMENT_LINKS, _IN_PRINT_ORDER, limit)
    return Array(Object(_statement_members() | _stamps(s)), rows)


def _linked_statements(viewer: Viewer, condition: Any, order: tuple[Any, ...] = _IN_PRINT_ORDER) -> dict[str, Member]:
    """Build the node of the statements for which `condition` holds, each with its claim, and their count."""
    rows = Rows(s, (condition, statement_seen(viewer)), _WITH_CLAIM, order, EMBEDDED)
    return {"statements": Array(_linked_statement(), rows), "statement_count": _count(s, *rows.where)}


def _linked_statement() -> Object:
    """Build the node of a statement with its claim."""
    return Object(_statement_members() | {"claim": _claim_part(sc)} | _stamps(s))


def _count(table: Any, *conditions: Any) -> Member:
    return Scalar(table.select(fn.count(STAR)).where(*conditions))


def _topics(claim: Any) -> Array:
    rows = Rows(ct, (ct.claim_id == claim, t.retracted_at.is_null()), {t: ct.topic_id}, (t.slug,))
    return Array(Object(scalars(t, "id", "slug", "label")), rows)


#: The members of a topic that most lists show.
_SLUGS: Wanted = {"slug": {}}


def topic_slugs(claim: Any) -> Member:
    """Build the node of the topics of the claim with the id `claim`, of each the slug alone."""
    return _topics(claim).only(_SLUGS)


def _about(claim: Any) -> Array:
    stands = (ca.claim_id == claim, ab.retracted_at.is_null(), ab.merged_into_id.is_null())
    return Array(Object(speaker_part(ab)), Rows(ca, stands, {ab: ca.speaker_id}, (ab.id,)))


def _side(viewer: Viewer, claim: Any) -> Object:
    """Build the node of one side of a counterclaim: a claim with the first of its statements."""
    return Object(scalars(claim, "id", "text", "language") | {"statements": _statements_of(viewer, claim.id, BESIDE)})


def _both_directions(viewer: Viewer, claim: Any, answered: Any = None) -> dict[str, Member]:
    """Build the node of the counterclaims of the claim with the id `claim`, each with the claim at the other end."""

    def directed(mine: Any, theirs: Any, if_any: Any = None) -> Member:
        counterclaim = scalars(e, "id", "kind", "note", "statement_id") | {"claim": _side(viewer, o)}
        seen = (mine == claim, counterclaim_seen(viewer), claim_seen(viewer, o))
        return Array(Object(counterclaim), Rows(e, seen, {o: theirs}, (e.id,), EMBEDDED), if_any)

    return {
        "counterclaims": directed(e.claim_id, e.answer_id, answered),
        "counters": directed(e.answer_id, e.claim_id),
    }


# -- items --------------------------------------------------------------------------------------


def claim(viewer: Viewer, answered: Any = None, *, listed: bool = False) -> Object:
    """Build the node of a claim `c` with its statements, its counterclaims in both directions and its reviews.

    `answered` is the condition that the viewer sees an answer to it, where what is read from knows that. Where it is
    `listed`, its row `f` of claim_cards is read from too, and for what stands there instead of the claim.
    """
    own, id = (f, f.claim_id) if listed else (c, c.id)
    topics, statements = _topics(id), _statements_of(viewer, id, EMBEDDED)
    if listed:
        statements = replace(statements, single=(true(f.alone), Object(_card_members())))
    reviews = Rows(r, (r.claim_id == id, r.retracted_at.is_null()), order=(r.id,), limit=EMBEDDED)
    return Object(
        {"id": Scalar(id), **scalars(own, "text", "language")}
        | {
            "topics": Precomputed(topics, _SLUGS, f.topic_slugs) if listed else topics,
            "about": _about(id),
            "statements": statements,
            "statement_count": _count(s, *statements.rows.where),
            **_both_directions(viewer, id, answered),
            "reviews": Array(Object(_review_members() | _stamps(r)), reviews),
        }
        | _stamps(c)
    )


def first_statement(*, listed: bool = False) -> Member:
    """Build the node of the statement that put the claim `c` forward first; null where its summary has none.

    What lists show of it stands in one row of `claim_cards`, which where the claim is `listed` is read already as `f`;
    only who asks for more of it has the statement looked up.
    """
    link = {s: f.statement_id}
    rows = Rows(links=link) if listed else Rows(f, (f.claim_id == c.id, f.statement_id.is_null(False)), link)
    return Subquery(Object(_statement_members() | _card_members() | _stamps(s)), rows)


def _card_members() -> dict[str, Member]:
    """Build the node of the members of a claim's first statement that its row `f` of claim_cards holds."""

    def part(noun: str, names: Any) -> dict[str, Member]:
        return {name: Scalar(getattr(f, f"{noun}_{name}")) for name in names}

    sentence = part("sentence", ("id", "position", "start", "end", "text"))
    return {
        "id": Scalar(f.statement_id),
        "speaker": Object(part("speaker", speaker_part())),
        "cue": _words("cue", f),
        "content": RawJson(f.content),
        "form": Scalar(f.form),
        "said_on": Scalar(f.said_on),
        "sentence": Object(sentence | _around(f.document_id, f.sentence_position)),
        "document": Object(part("document", _document_part())),
        "status": Scalar(f.status),
    }


def statement(viewer: Viewer) -> Object:
    """Build the node of a statement `s`, with STATEMENT_LINKS, and with its claim and that claim's counterclaims."""
    its_claim = scalars(sc, "id", "text", "language") | {"topics": _topics(s.claim_id), "about": _about(s.claim_id)}
    return Object(
        _statement_members()
        | {"claim": Subquery(Object(its_claim), Rows(links={sc: s.claim_id}))}
        | _both_directions(viewer, s.claim_id)
        | _stamps(s)
    )


def document(viewer: Viewer) -> Object:
    """Build the node of a document `doc` with its statements in the order of print; its text where that may be read."""
    public = true(doc.text_public)
    return Object(
        scalars(doc, "id", "url", "url_normalized", "title", "publisher", "published_at", "language")
        | scalars(doc, "retrieved_at", "licence")
        | {
            "text_public": Boolean(public),
            "text": Scalar(doc.text if viewer.texts else case(public, doc.text)),
            **scalars(doc, "length", "sha256"),
            "sentence_count": _count(se, se.document_id == doc.id, se.retracted_at.is_null()),
            **_linked_statements(viewer, s.document_id == doc.id),
        }
        | _stamps(doc)
    )


def speaker(viewer: Viewer) -> Object:
    """Build the node of a speaker `p` with the newest of their statements."""
    aliases = Rows(al, (al.speaker_id == p.id,), order=(al.id,))
    return Object(
        scalars(p, "id", "name", "kind", "description")
        | {
            "aliases": Array(Scalar(al.alias), aliases),
            "wikidata_id": Scalar(p.wikidata_id),
            "same_as": RawJson(p.same_as),
            "part_of": Subquery(Object(speaker_part(up)), Rows(up, (up.id == p.part_of_id, up.retracted_at.is_null()))),
            **_linked_statements(viewer, s.speaker_id == p.id, (s.id.desc(),)),
        }
        | _stamps(p)
    )


def sentence(viewer: Viewer) -> Object:
    """Build the node of a sentence `se` of a document `d`, with its context and the ids of its statements."""
    ids = Rows(s, (s.sentence_id == se.id, statement_seen(viewer)), order=(s.id,))
    return Object(
        {
            "id": Scalar(se.id),
            "document": Object(_document_part()),
            **scalars(se, "position", "start", "end", "text"),
            # A neighbour's own neighbour is two away from the quote, and not for everybody.
            **_around(se.document_id, se.position, sentence_seen(viewer, b)),
            "statement_ids": Array(Scalar(s.id), ids),
        }
        | _stamps(se)
    )


#: The claims on the two sides of the counterclaim `e`.
SIDES = {charge: e.claim_id, answer: e.answer_id}


def counterclaim(viewer: Viewer) -> Object:
    """Build the node of a counterclaim `e` with the claims of SIDES side by side, each with speakers and sentences."""
    sides = {"claim": _side(viewer, charge), "answer": _side(viewer, answer)}
    return Object(scalars(e, "id", "kind", "note", "statement_id") | sides | _stamps(e))


def suggestion(viewer: Viewer) -> Object:
    """Build the node of a suggestion `su` of a statement `s` with the claim `o` that it may answer."""
    return Object(
        scalars(su, "id", "status", "kind", "score")
        | {"reasons": RawJson(su.reasons)}
        | scalars(su, "matcher", "matcher_version")
        | {
            "statement": Subquery(_linked_statement(), Rows(s, (s.id == su.statement_id,), _WITH_CLAIM)),
            "claim": _side(viewer, o),
        }
        | _stamps(su)
    )


def _review_members() -> dict[str, Member]:
    rating = {name: Scalar(getattr(r, f"rating_{name}")) for name in ("label", "value", "best", "worst")}
    return {
        "id": Scalar(r.id),
        "publisher": Object({"name": Scalar(r.publisher_name), "site": Scalar(r.publisher_site)}),
        "url": Scalar(r.url),
        "title": Scalar(r.title),
        "rating": Object(rating),
        **scalars(r, "reviewed_at", "language", "licence"),
    }


def review() -> Object:
    """Build the node of a review `r` with the claim `c` it is about."""
    return Object(_review_members() | {"claim": _claim_part()} | _stamps(r))


def topic() -> Object:
    """Build the node of a topic `t`."""
    return Object(scalars(t, "id", "slug", "label") | _stamps(t))


def change() -> Object:
    """Build the node of a `line` of the log of changes."""
    columns = scalars(line, "sequence", "made_at", "noun", "noun_id", "action", "key_id")
    return Object(columns | {"before": RawJson(line.before), "after": RawJson(line.after)})


def answers(viewer: Viewer, *conditions: Any) -> Select:
    """Find the counterclaims `e` with their answers `o` that the viewer may see and for which `conditions` hold."""
    query = e.select(1).join(o, on=o.id == e.answer_id)
    return query.where(counterclaim_seen(viewer), claim_seen(viewer, o), *conditions)
