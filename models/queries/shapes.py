"""The items with everything linked as JSON, composed once for both databases.

A read is one SELECT whose single column is the JSON text that the caller gets: the database joins the nouns and writes
the JSON, and nothing is parsed or rebuilt on the way out (why: docs/decisions/0003). Each function here makes a tree of
members for one viewer (`members.py`); the aliases it expects in the FROM clause stand in its docstring. `api/schemas/`
describes the same shapes, and tests prove them equal.
"""

from collections.abc import Callable
from typing import Any

from peewee import SQL, Select, fn

from models.queries import members, page_counts
from models.queries.attributions import attribution_members
from models.queries.days import day_of, may_answer
from models.queries.dialects import among, exists_by_row, true
from models.queries.embedded import BESIDE, EMBEDDED, MOST_JOINT, embedded
from models.queries.members import (
    Array,
    Member,
    Nullable,
    Number,
    Object,
    Precomputed,
    RawJson,
    Scalar,
    Subquery,
    Wanted,
    scalars,
)
from models.queries.nodes import NULL, Aliased, Part, cached, case
from models.queries.parts import (
    around,
    claim_part,
    document_part,
    jointly,
    record,
    speaker_part,
    stamps,
    suggestion_changed,
    uri,
    whole,
    words,
)
from models.queries.selection import Rows
from models.queries.table_aliases import answer, c, charge, d, e, f, o, r, s, sc, se, sp, su, t
from models.queries.visibility import (
    Viewer,
    claim_seen,
    counterclaim_seen,
    evidence_seen,
    of_the_claim,
    statement_seen,
    statement_seen_of_claim,
    target_seen,
)
from models.tables import Change, ClaimAbout, ClaimTopic, Document, Speaker, Statement

ct, ca = Aliased(ClaimTopic, "ct"), Aliased(ClaimAbout, "ca")
ab, vs, ob = (Aliased(Speaker, alias) for alias in ("ab", "vsp", "ob"))
s1, s2 = Aliased(Statement, "s1"), Aliased(Statement, "s2")
js, rs, recorder = Aliased(Statement, "js"), Aliased(Statement, "rs"), Aliased(Change, "rl")
vd = Aliased(Document, "vd")
#: The condition that the line `recorder` of the log says who recorded the statement `s`.
RECORDED = (recorder.noun == "statements") & (recorder.action == "create") & (recorder.noun_id == s.id)


@cached(512)
def text(make: Callable[..., Any], *args: Any) -> str:
    """Compile to SQL text the JSON or condition that `make(*args)` builds; it may have no parameters."""
    node = make(*args)
    return members.text(node) if isinstance(node, Member) else Part(node).sql


# -- statements -----------------------------------------------------------------------------------


def _statement_members(viewer: Viewer) -> dict[str, Member]:
    # Ids come from the statement itself: who wants no more of the other side then needs no join.
    via_speaker = Subquery(Object(speaker_part(vs)), Rows(links={vs: s.via_speaker_id}))
    via_document = Subquery(Object(document_part(vd.id, vd)), Rows(links={vd: s.via_document_id}))
    sentence = scalars(se, "position", "start", "end", "text") | around(se.document_id, se.position)
    return record("statements", s.id) | {
        "speaker": Object(speaker_part() | record("speakers", s.speaker_id)),
        "mention": words("mention"),
        "role": Scalar(s.role),
        "on_behalf_of": Nullable(
            Subquery(Object(speaker_part(ob)), Rows(links={ob: s.on_behalf_of_id})), s.on_behalf_of_id.is_null(False)
        ),
        "cue": words("cue"),
        "content": RawJson(s.content),
        "form": Scalar(s.form),
        "said_on": Scalar(s.said_on),
        "day": Scalar(day_of(s)),
        "at": Number(s.at),
        "via": Nullable(
            Object({"speaker": via_speaker, "document": via_document}),
            s.via_speaker_id.is_null(False) | s.via_document_id.is_null(False),
        ),
        "original_id": Scalar(s.original_id),
        "sentence": Object(record("sentences", s.sentence_id) | sentence),
        "document": Object(document_part(s.document_id)),
        "status": Scalar(s.status),
        "origin": Object(
            {"kind": Scalar(s.origin)}
            | scalars(s, "extractor", "extractor_version")
            | {"confidence": Number(s.confidence)}
        ),
        **attribution_members(viewer),
        "recorded_by": Scalar(recorder.select(fn.min(recorder.key_id)).where(RECORDED) if viewer.unreviewed else NULL),
    }


def _joint(viewer: Viewer) -> dict[str, Member]:
    """Build the nodes of the ids of the statements by which others say with `s`, in the same words, the same."""
    rows = Rows(js, (jointly(js, s), statement_seen_of_claim(viewer, js)), order=(js.id,), limit=EMBEDDED)
    listed, address = Array(Scalar(js.id), rows), ("/v1/statements?joint=", s.id, "&sort=id")
    ids = embedded("ids", listed, *address, count={"count": None}, most=MOST_JOINT)
    return {f"joint_{name.removeprefix('ids_')}": member for name, member in ids.items()}


def statement_part(viewer: Viewer) -> Object:
    """Build the node of a statement `s`, with STATEMENT_LINKS, as claims show it."""
    return Object(_statement_members(viewer) | stamps(s))


#: What every statement's JSON reads from beside the statement itself.
STATEMENT_LINKS = {sp: s.speaker_id, se: s.sentence_id, d: s.document_id}
WITH_CLAIM = {**STATEMENT_LINKS, sc: s.claim_id}
IN_PRINT_ORDER = (s.document_id, s.content_start, s.id)


def _statements_of(
    viewer: Viewer,
    claim: Any,
    limit: int,
    *,
    single: Any = None,
    told: dict[str, Any] | None = None,
    found: Any = None,
) -> dict[str, Member]:
    """Build the nodes of the statements of a claim, or of those that are `found` otherwise, without their claim.

    `told` is how many there are, where what is read from says that.
    """
    seen = (s.claim_id == claim, statement_seen(viewer)) if found is None else (found,)
    rows = Rows(s, seen, STATEMENT_LINKS, IN_PRINT_ORDER, limit)
    listed = Array(statement_part(viewer), rows, single=single)
    return embedded(
        "statements", listed, "/v1/statements?claim=", claim, "&sort=print", count=page_counts.COUNTS, told=told
    )


def linked_statement(viewer: Viewer) -> Object:
    """Build the node of a statement with its claim."""
    return Object(_statement_members(viewer) | {"claim": claim_part(sc)} | stamps(s))


def _topics(claim: Any) -> Array:
    rows = Rows(ct, (ct.claim_id == claim, t.retracted_at.is_null()), {t: ct.topic_id}, (t.slug,))
    return Array(Object(record("topics", t.id) | scalars(t, "slug", "label")), rows)


#: The members of a topic that most lists show.
_SLUGS: Wanted = {"slug": {}}


def topic_slugs(claim: Any) -> Member:
    """Build the node of the topics of the claim with the id `claim`, of each the slug alone."""
    return _topics(claim).only(_SLUGS)


def _about(claim: Any) -> Array:
    stands = (ca.claim_id == claim, ab.retracted_at.is_null(), ab.merged_into_id.is_null())
    return Array(Object(speaker_part(ab) | scalars(ca, "role")), Rows(ca, stands, {ab: ca.speaker_id}, (ab.name_key,)))


def _side(viewer: Viewer, claim: Any, *, told: dict[str, Any] | None = None, found: Any = None) -> Object:
    """Build the node of one side of a counterclaim: a claim with its first statements, or those `found` otherwise.

    How many there are is `told`, or by the claim's summary: one of thousands may stand at many places of a page.
    """
    told = told or page_counts.of_summary(viewer, claim.id)
    return Object({**claim_part(claim).members, **_statements_of(viewer, claim.id, BESIDE, told=told, found=found)})


def _counterclaim_members(viewer: Viewer) -> dict[str, Member]:
    """Build the node of what a counterclaim `e` says itself; a target that the viewer does not see is none."""
    own = record("counterclaims", e.id) | scalars(e, "kind", "of")
    return own | {"target_id": Scalar(target_seen(viewer))} | scalars(e, "note", "statement_id")


def _both_directions(
    viewer: Viewer,
    claim: Any,
    answers: tuple[Any, ...],
    answered: Any = None,
    *,
    found: tuple[Any, ...] | None = None,
    told: dict[str, Any] | None = None,
) -> dict[str, Member]:
    """Build the node of the counterclaims of the claim with the id `claim`, each with the other claim whole.

    Those to it answer what it claims, or are `found` by other conditions, and are listed at the address `answers`; what
    answers the attribution of a statement is shown with that. `told` is how many there are in both directions, where
    what is read from says that.
    """

    def directed(other: str, *conditions: Any, if_any: Any) -> Array:
        ids = {"claim": e.claim_id, "answer": e.answer_id}
        sides = {name: _side(viewer, o) if name == other else Object(record("claims", id)) for name, id in ids.items()}
        rows = Rows(e, (*conditions, claim_seen(viewer, o)), {o: ids[other]}, (e.id,), EMBEDDED)
        return Array(Object(_counterclaim_members(viewer) | sides), rows, if_any)

    def any_of(condition: Any) -> Any:
        return exists_by_row(e.select(1).where(condition, e.retracted_at.is_null()))

    # Most claims have none: that is found before all that is read of one is made ready.
    answering, answered_by_it = e.claim_id == claim, e.answer_id == claim
    to_it = (answering, of_the_claim(), evidence_seen(viewer)) if found is None else found
    to_claim = directed("answer", *to_it, if_any=any_of(answering) if answered is None else answered)
    by_claim = directed("claim", answered_by_it, counterclaim_seen(viewer), if_any=any_of(answered_by_it))
    return {
        **embedded("counterclaims", to_claim, *answers, "&sort=id", known=answered, told=told),
        **embedded("counters", by_claim, "/v1/counterclaims?answer=", claim, "&sort=id", told=told),
    }


# -- items --------------------------------------------------------------------------------------


def claim(viewer: Viewer, answered: Any = None, *, listed: bool = False) -> Object:
    """Build the node of a claim `c` with its statements, its counterclaims in both directions and its reviews.

    `answered` is the condition that the viewer sees an answer to it, where what is read from knows that. Where it is
    `listed`, its row `f` of claim_cards is read from too, and for what stands there instead of the claim.
    """
    own, id = (f, f.claim_id) if listed else (c, c.id)
    topics, single = _topics(id), (true(f.alone), Object(_card_members())) if listed else None
    reviews = Rows(r, (r.claim_id == id, r.retracted_at.is_null()), order=(r.id.desc(),), limit=EMBEDDED)
    return Object(
        {**record("claims", id), "uri": uri("claims", id), **scalars(own, "text", "language")}
        | {
            "topics": Precomputed(topics, _SLUGS, f.topic_slugs) if listed else topics,
            "about": _about(id),
            **_statements_of(viewer, id, EMBEDDED, single=single),
            **_both_directions(viewer, id, ("/v1/counterclaims?of=claim&claim=", id), answered),
            **embedded("reviews", Array(review_part(viewer), reviews), "/v1/reviews?claim=", id, "&sort=-id"),
        }
        | whole(viewer, c, "claims", id)
    )


def first_statement(viewer: Viewer, *, listed: bool = False) -> Member:
    """Build the node of the statement that put the claim `c` forward first; null where its summary has none.

    What lists show of it stands in one row of `claim_cards`, which where the claim is `listed` is read already as `f`;
    only who asks for more of it has the statement looked up.
    """
    link = {s: f.statement_id}
    rows = Rows(links=link) if listed else Rows(f, (f.claim_id == c.id, f.statement_id.is_null(False)), link)
    return Subquery(Object(_statement_members(viewer) | _card_members() | stamps(s)), rows)


def _card_members() -> dict[str, Member]:
    """Build the node of the members of a claim's first statement that its row `f` of claim_cards holds."""

    def part(noun: str, names: Any) -> dict[str, Member]:
        own = record(f"{noun}s", getattr(f, f"{noun}_id"))
        return own | {name: Scalar(getattr(f, f"{noun}_{name}")) for name in names if name not in own}

    sentence = part("sentence", ("position", "start", "end", "text"))
    return record("statements", f.statement_id) | {
        "speaker": Object(part("speaker", speaker_part())),
        "cue": words("cue", f),
        "content": RawJson(f.content),
        "form": Scalar(f.form),
        "said_on": Scalar(f.said_on),
        "day": Scalar(day_of(f)),
        "sentence": Object(sentence | around(f.document_id, f.sentence_position)),
        "document": Object(part("document", document_part(f.document_id))),
        "status": Scalar(f.status),
    }


def statement(viewer: Viewer, *, listed: bool = False) -> Object:
    """Build the node of a statement `s`, with STATEMENT_LINKS, and with its claim and that claim's counterclaims.

    Answers that are known to have been given before it was said do not answer it. Where it is `listed`, they are read
    from the tables of page_counts.
    """
    address = ("/v1/counterclaims?to_statement=", s.id)
    told = {"counterclaim_count": page_counts.ANSWERS, "counter_count": page_counts.COUNTERS} if listed else None
    answering = (e.claim_id == s.claim_id, of_the_claim(), evidence_seen(viewer), may_answer(e, s))
    found = (page_counts.first_answers(EMBEDDED),) if listed else answering
    its_claim = {**claim_part(sc).members, "topics": _topics(s.claim_id), "about": _about(s.claim_id)}
    return Object(
        _statement_members(viewer)
        | {"uri": uri("statements", s.id)}
        | {"claim": Subquery(Object(its_claim), Rows(links={sc: s.claim_id})), **_joint(viewer)}
        | _both_directions(viewer, s.claim_id, address, found=found, told=told)
        | whole(viewer, s, "claims", s.claim_id)
    )


#: The claims on the two sides of the counterclaim `e`.
SIDES = {charge: e.claim_id, answer: e.answer_id}


def _beside_answer(viewer: Viewer) -> Select:
    """Find the ids of the statements of the `charge` beside the counterclaim `e`: or the one at which it is aimed.

    By its id: as one condition with the first of the claim, all before it were read in print order.
    """
    first = s1.select(s1.id).where(s1.claim_id == charge.id, statement_seen(viewer, s1), of_the_claim())
    first = first.order_by(s1.document_id, s1.content_start, s1.id).limit(BESIDE).alias("fb")
    of_it = (s2.claim_id + 0 == charge.id, statement_seen(viewer, s2), ~of_the_claim())
    aimed_at = s2.select(s2.id).where(s2.id == e.target_id, *of_it)
    return Select([first], [SQL("id")]).union_all(aimed_at)


def counterclaim(viewer: Viewer) -> Object:
    """Build the node of a counterclaim `e` with the claims of SIDES side by side, each with speakers and sentences.

    Of a claim whose attribution is answered, the one statement that this is about.
    """
    of_one = page_counts.of_target(viewer, charge.id)
    of_all = page_counts.of_summary(viewer, charge.id)
    counts = {name: case(of_the_claim(), of_all[name], of_one[name]) for name in of_all}
    charged = _side(viewer, charge, told=counts, found=among(s.id, _beside_answer(viewer)))
    sides = {"claim": charged, "answer": _side(viewer, answer)}
    own = _counterclaim_members(viewer) | {"uri": uri("counterclaims", e.id)}
    return Object(own | sides | whole(viewer, e, "claims", *SIDES.values()))


def suggestion(viewer: Viewer) -> Object:
    """Build the node of a suggestion `su` of a statement `s` with the claim `o` that it may answer."""
    return Object(
        record("suggestions", su.id)
        | {"uri": uri("suggestions", su.id)}
        | scalars(su, "status", "kind")
        | {"score": Number(su.score)}
        | {"reasons": RawJson(su.reasons)}
        | scalars(su, "doubt", "matcher", "matcher_version")
        | {
            "statement": Subquery(linked_statement(viewer), Rows(s, (s.id == su.statement_id,), WITH_CLAIM)),
            "claim": _side(viewer, o),
        }
        | (stamps(su) | {"changed_at": Scalar(suggestion_changed(viewer))})
    )


def _review_members(viewer: Viewer) -> dict[str, Member]:
    # What a review names stands, but not everybody may see it.
    checked = Subquery(Scalar(rs.id), Rows(rs, (rs.id == r.statement_id, statement_seen(viewer, rs))))
    numbers = {name: Number(getattr(r, f"rating_{name}")) for name in ("value", "best", "worst")}
    return record("reviews", r.id) | {
        "publisher": Object({"name": Scalar(r.publisher_name), "site": Scalar(r.publisher_site)}),
        "url": Scalar(r.url),
        "title": Scalar(r.title),
        "rating": Object({"label": Scalar(r.rating_label)} | numbers),
        "statement_id": Scalar(r.statement_id) if viewer.unreviewed else checked,
        **scalars(r, "reviewed_at", "language", "licence"),
    }


def review_part(viewer: Viewer) -> Object:
    """Build the node of a review `r` as claims show it."""
    return Object(_review_members(viewer) | stamps(r))


def review(viewer: Viewer) -> Object:
    """Build the node of a review `r` with the claim `c` it is about."""
    own = _review_members(viewer) | {"uri": uri("reviews", r.id)}
    return Object(own | {"claim": claim_part()} | whole(viewer, r, "claims", r.claim_id))


def is_answered(viewer: Viewer, claim: Any, *conditions: Any) -> Any:
    """Build the condition that the viewer sees a counterclaim `e` to a claim for which all hold; claim by claim.

    Joined with all claims, as in `answers`, PostgreSQL would walk them up to the answer: 2.9 s for 1,000 claims that
    one of 8,000 answers.
    """
    shown = exists_by_row(o.select(1).where(o.id == e.answer_id, claim_seen(viewer, o)))
    return exists_by_row(
        e.select(1).where(e.claim_id == claim, of_the_claim(), evidence_seen(viewer), shown, *conditions)
    )


def answers(viewer: Viewer, *conditions: Any) -> Select:
    """Find the counterclaims `e` to claims, with their answers `o`, that the viewer sees and for which all hold."""
    query = e.select(1).join(o, on=o.id == e.answer_id)
    return query.where(of_the_claim(), evidence_seen(viewer), claim_seen(viewer, o), *conditions)
