"""Who may see which row: the conditions that every query puts on claims, statements, sentences and the rest."""

from typing import Any, NamedTuple

from peewee import JOIN, SQL, Entity, fn

from models.queries.dialects import exists_by_row, holds, true, unindexed
from models.queries.nodes import TRUE, Aliased, kept
from models.queries.table_aliases import c, d, e, s, se
from models.tables import Change, Hidden, Sentence, Statement

_v, _w, _vs, _h = Aliased(Statement, "v"), Aliased(Statement, "w"), Aliased(Sentence, "vs"), Aliased(Hidden, "h")
#: Past every line of the log.
_NEVER = SQL(str(2**62))
_l, _m, _t, _u = (Aliased(Change, name) for name in ("lg", "lm", "lt", "lu"))


class Viewer(NamedTuple):
    """What the caller may see beyond the public's share."""

    #: Whole texts of documents that are not marked text_public (the read scope).
    texts: bool = False
    #: Candidates, rejected statements and claims that have no accepted one (the review scope).
    unreviewed: bool = False


#: Who has no key, a key without the review scope, and one with it.
PUBLIC, WRITER, REVIEWER = Viewer(), Viewer(texts=True), Viewer(texts=True, unreviewed=True)


@kept
def claim_seen(viewer: Viewer, c: Any = c) -> Any:
    """Build the condition that the viewer may see claim `c`: it stands, standalone or by an accepted statement."""
    stands = c.retracted_at.is_null() & c.merged_into_id.is_null()
    if viewer.unreviewed:
        return stands
    accepted = _v.select(1).where(_v.claim_id == c.id, _v.status == "accepted", _v.retracted_at.is_null())
    return stands & (true(c.standalone) | exists_by_row(accepted))


@kept
def of_the_claim(e: Any = e) -> Any:
    """Build the condition that the counterclaim `e` answers what is claimed, not that it was said by its speaker."""
    # Most do: either database may read all of these by an index of `of`, to find those of one claim.
    return e.of != "attribution"


@kept
def statement_seen(viewer: Viewer, s: Any = s) -> Any:
    """Build the condition that the viewer may see the statement `s`."""
    stands = s.retracted_at.is_null()
    # Most are accepted: without statistics SQLite would read all of these to find those of one day or publisher.
    return stands if viewer.unreviewed else stands & (unindexed(s.status) == "accepted")


@kept
def statement_seen_of_claim(viewer: Viewer, s: Any) -> Any:
    """Build the condition of `statement_seen` on the `s` of one claim: an index of claims holds those accepted."""
    stands = s.retracted_at.is_null()
    return stands if viewer.unreviewed else stands & (s.status == "accepted")


@kept
def counterclaim_seen(viewer: Viewer, e: Any = e) -> Any:
    """Build the condition that the viewer may see the counterclaim `e`: it stands, and so does any evidence it has.

    Where it answers an attribution, the viewer sees the statement that was attributed, too.
    """
    return evidence_seen(viewer, e) & (of_the_claim(e) | exists_by_row(target_seen(viewer, e)))


@kept
def evidence_seen(viewer: Viewer, e: Any = e) -> Any:
    """Build the condition of `counterclaim_seen` for an `e` to a claim, or to the attribution of what the viewer sees.

    PostgreSQL plans each condition for each place in an item: one that always holds is left out.
    """
    evidence = _w.select(1).where(_w.id == e.statement_id, statement_seen(viewer, _w))
    return e.retracted_at.is_null() & (e.statement_id.is_null() | exists_by_row(evidence))


def target_seen(viewer: Viewer, e: Any = e) -> Any:
    """Find the id of the statement that the counterclaim `e` was aimed at; nothing where the viewer sees none."""
    return _w.select(_w.id).where(_w.id == e.target_id, statement_seen(viewer, _w))


def not_hidden(viewer: Viewer, noun: str, alias: str) -> Any:
    """Build the condition that the viewer may hear of the speaker or document `alias`: not what only candidates name.

    Who has a key may: a writer could not help meeting them.
    """
    if viewer.texts:
        return TRUE
    return ~fn.EXISTS(_h.select(1).where(_h.noun == noun, _h.noun_id == Entity(alias, "id")))


@kept
def sentence_seen(viewer: Viewer, se: Any = se, d: Any = d) -> Any:
    """Build the condition that the viewer may read the sentence `se` of the document `d`.

    The public reads sentences that carry accepted statements and one on either side: other
    people's articles are quoted, not republished.
    """
    stands = se.retracted_at.is_null() & d.retracted_at.is_null()
    if viewer.texts:
        return stands
    # The two sentences first: a document may hold thousands of statements.
    near = _vs.select(1).join(_v, JOIN.CROSS).where(_v.sentence_id == _vs.id, _vs.document_id == se.document_id)
    # PostgreSQL expects one row for each place, and of a range a part of the document: it would read all statements.
    near = near.where(_vs.position.in_((se.position - 1, se.position, se.position + 1)))
    near = near.where(unindexed(_v.status) == "accepted", _v.retracted_at.is_null())
    return stands & (true(d.text_public) | fn.EXISTS(near))


def sentence_was_public(se: Any = se) -> Any:
    """Build the condition that the public could once read the sentence `se` of the document `d`, and so may hear of it.

    As a neighbour of what is quoted it may have read it too: which those were, nobody knows once sentences are numbered
    anew.
    """
    quoted = _v.select(1).where(_v.sentence_id == se.id, _v.status == "accepted")
    # As the last line about the document before that has it; where the sentence was erased with the document, the last.
    newest = _u.select(fn.MAX(_u.sequence)).where(_u.noun == "sentences", _u.noun_id == se.id)
    retracted = _t.select(_t.sequence).where(_t.sequence == newest, _t.action == "retract")
    before = _m.sequence < fn.COALESCE(retracted, _NEVER)
    last = _m.select(fn.MAX(_m.sequence)).where(_m.noun == "documents", _m.noun_id == d.id, before)
    lines = _l.select(1).where(_l.sequence == last)
    return fn.EXISTS(lines.where(holds(_l.after, '"text_public":true'))) | fn.EXISTS(quoted)
