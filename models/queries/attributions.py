"""What answers the attribution of a statement: "I never said that", or a correction by whoever printed it."""

from typing import Any

from peewee import fn

from models.queries.dialects import unindexed
from models.queries.members import Array, Object, Rows, Subquery, scalars
from models.queries.nodes import TRUE, Aliased
from models.queries.parts import EMBEDDED, claim_part, speaker_part
from models.queries.table_aliases import s
from models.queries.visibility import Viewer, claim_seen, counterclaim_seen
from models.tables import Claim, Counterclaim, Document, Speaker, Statement

#: A counterclaim to an attribution, its answer, and a statement of that with its speaker and document; and the document
#: of the statement that was attributed.
ea, ao, at = Aliased(Counterclaim, "ea"), Aliased(Claim, "ao"), Aliased(Statement, "at")
asp, ad, vd = Aliased(Speaker, "asp"), Aliased(Document, "ad"), Aliased(Document, "vd")

#: The statements whose attribution is answered.
ATTRIBUTED = ea.select(ea.target_id).where(ea.of == "attribution", ea.retracted_at.is_null())
#: What takes a statement from its speaker; what confirms or qualifies an attribution does not.
_DISOWNING = ("denies", "disputes", "corrects")


def _answering(viewer: Viewer, s: Any) -> tuple[Any, ...]:
    """Build the conditions that the viewer sees the counterclaim `ea`, its answer `ao`, to the attribution of `s`."""
    return ea.target_id == s.id, ea.of == "attribution", counterclaim_seen(viewer, ea), claim_seen(viewer, ao)


def attribution_disputed(viewer: Viewer, s: Any = s) -> Any:
    """Build the condition that the speaker of the statement `s`, or whoever published it, answers its attribution.

    The speaker does with a statement of the answer, or somebody on their behalf; the publisher, with one that it
    printed, or that it is itself the speaker of. What anybody else says of it disputes it not.
    """
    own = (at.speaker_id == s.speaker_id) | (at.on_behalf_of_id == s.speaker_id)
    published = (vd.publisher == ad.publisher) | (vd.domain == ad.domain) | (vd.publisher == asp.name)
    query = ea.select(1).join(ao, on=ao.id == ea.answer_id).join(at, on=at.claim_id == ao.id)
    query = query.join(ad, on=ad.id == at.document_id).join(asp, on=asp.id == at.speaker_id)
    query = query.join(vd, on=vd.id == s.document_id)
    # By its claim, not by the index of those of this status.
    stated = at.retracted_at.is_null() & (TRUE if viewer.unreviewed else unindexed(at.status) == "accepted")
    seen = (*_answering(viewer, s), stated, ea.kind.in_(_DISOWNING))
    return fn.EXISTS(query.where(*seen, own | published))


def attribution_answers(viewer: Viewer) -> Array:
    """Build the node of what answers the attribution of the statement `s`, each with who gave the answer."""
    evidence = Subquery(Object(speaker_part(asp)), Rows(at, (at.id == ea.statement_id,), {asp: at.speaker_id}))
    answered = scalars(ea, "id", "kind", "note", "statement_id") | {"answer": claim_part(ao), "speaker": evidence}
    rows = Rows(ea, _answering(viewer, s), {ao: ea.answer_id}, (ea.id,), EMBEDDED)
    return Array(Object(answered), rows)
