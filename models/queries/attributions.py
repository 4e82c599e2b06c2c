"""What answers the attribution of a statement: "I never said that", or a correction by whoever printed it."""

from collections.abc import Callable
from typing import Any

from peewee import SQL, Cast, Select, fn

from models.queries import dialects
from models.queries.dialects import exists_by_row, is_one, more_than, true
from models.queries.embedded import EMBEDDED, embedded
from models.queries.members import Array, Boolean, Member, Object, Scalar, Subquery, scalars
from models.queries.nodes import Aliased, case, differing
from models.queries.parts import claim_part, record, speaker_part
from models.queries.selection import Rows
from models.queries.table_aliases import s
from models.queries.visibility import Viewer, claim_seen, evidence_seen, statement_seen_of_claim
from models.tables import Alias, AnsweredAttribution, Claim, Counterclaim, Document, Speaker, Statement

#: A counterclaim to an attribution, its answer, and a statement of that with its speaker and their other names; and the
#: document of the statement that was attributed.
ea, ao, at = Aliased(Counterclaim, "ea"), Aliased(Claim, "ao"), Aliased(Statement, "at")
asp, aal, vd = Aliased(Speaker, "asp"), Aliased(Alias, "aal"), Aliased(Document, "vd")

#: What is seen of the answers to the attribution of a statement: their ids, and whether it is disputed.
aa = Aliased(AnsweredAttribution, "aa")
#: What takes a statement from its speaker; what confirms or qualifies an attribution does not.
_DISOWNING = ("denies", "disputes", "corrects")
#: Speakers of one alias, each of whom is looked for among those who state a claim; of more, each statement of the claim
#: is looked at.
MANY = 50


def attribution_members(viewer: Viewer) -> dict[str, Member]:
    """Build the node of whether the attribution of the statement `s` is disputed, and of what answers it.

    Both are told by answered_attributions: PostgreSQL would plan a read of eight tables for each statement in an item,
    4 ms for a list of claims, and most statements have no answer. How many there are, too: one statement may stand on a
    page two thousand times, and its answers would be counted each time.
    """
    row = aa.statement_id == s.id
    known, told = exists_by_row(aa.select(1).where(row)), aa.select(_length(_as_seen(viewer, "answers"))).where(row)
    members = embedded(
        "attribution_answers",
        _answers(viewer),
        "/v1/counterclaims?of=attribution&target=",
        s.id,
        known=known,
        told={"attribution_answer_count": told},
    )
    return {"attribution_disputed": Boolean(attribution_disputed(viewer)), **members}


def _as_seen(viewer: Viewer, name: str) -> Any:
    """Give the column of answered_attributions that says it of what the viewer sees."""
    return getattr(aa, f"reviewer_{name}" if viewer.unreviewed else name)


def attribution_disputed(viewer: Viewer) -> Any:
    """Build the condition that the attribution of the statement `s` is disputed."""
    return exists_by_row(aa.select(1).where(aa.statement_id == s.id, true(_as_seen(viewer, "disputed"))))


def of_attribution(viewer: Viewer, *, disputed: bool) -> Any:
    """Build the condition of lists that the attribution of the statement `s` is disputed, or is not."""
    found = aa.select(aa.statement_id).where(true(_as_seen(viewer, "disputed")))
    return dialects.among(s.id, found) if disputed else ~attribution_disputed(viewer)


def disowned(viewer: Viewer, published: Callable[[Any], Any] | None = None) -> Any:
    """Build the condition that the speaker of the statement `s`, or whoever published it, answers its attribution.

    Either does with a statement of the answer, or somebody on their behalf; who published it is the speaker of whom the
    document's publisher is a name. What anybody else says of it disputes it not, wherever that is printed.

    `published` makes the condition that the publisher of a document states the answer of `ea`, where that is known.
    """
    by_publisher = published(vd) if published else stated_by_publisher(viewer, ea.answer_id, vd)
    outlet = exists_by_row(vd.select(1).where(vd.id == s.document_id, by_publisher))
    # One in another, not joined: PostgreSQL would weigh every order of six tables for each statement in an item.
    seen = exists_by_row(ao.select(1).where(ao.id == ea.answer_id, claim_seen(viewer, ao)))
    answered = (ea.target_id == s.id, ea.of == "attribution", ea.kind.in_(_DISOWNING), evidence_seen(viewer, ea))
    theirs = _stated_by(viewer, ea.answer_id, s.speaker_id) | outlet
    return exists_by_row(ea.select(1).where(*answered, seen, theirs))


def _stated_by(viewer: Viewer, claim: Any, speaker: Any) -> Any:
    """Build the condition that a speaker states a claim, or somebody on their behalf: a look-up by either index."""
    stated = at.select(1).where(at.claim_id == claim, statement_seen_of_claim(viewer, at))
    own, for_them = (exists_by_row(stated.where(is_one(by, speaker))) for by in (at.speaker_id, at.on_behalf_of_id))
    return own | for_them


def stated_by_publisher(viewer: Viewer, claim: Any, document: Any) -> Any:
    """Build the condition that a speaker of whom the publisher of a document is a name states a claim.

    One bears the name; where it is an alias of more than MANY, the statements of the claim are looked through instead.
    """
    bearer = asp.select(1).where(asp.name_key == document.publisher_key, asp.name == document.publisher)
    bearer = bearer.where(asp.retracted_at.is_null(), asp.merged_into_id.is_null(), _stated_by(viewer, claim, asp.id))
    alias = aal.select(1).where(aal.alias_key == document.publisher_key)
    called = alias.where(aal.alias == document.publisher)
    stated = at.select(1).where(at.claim_id == claim, statement_seen_of_claim(viewer, at))
    own, for_them = (exists_by_row(called.where(aal.speaker_id == by)) for by in (at.speaker_id, at.on_behalf_of_id))
    by_statement = exists_by_row(stated.where(own | for_them))
    by_alias = exists_by_row(called.where(_stated_by(viewer, claim, aal.speaker_id)))
    many = more_than(MANY, aal, aal.alias_key, document.publisher_key)
    return exists_by_row(bearer) | case(many, by_statement, by_alias)


def answer_ids(viewer: Viewer) -> Array:
    """Build the node of the ids of what the viewer sees of what answers the attribution of the statement `s`.

    Nothing does of most statements: that is found before what is read of one is made ready.
    """
    aimed = (ea.target_id == s.id, ea.of == "attribution")
    seen = (*aimed, evidence_seen(viewer, ea), claim_seen(viewer, ao))
    return Array(Scalar(ea.id), Rows(ea, seen, {ao: ea.answer_id}, (ea.id,)), exists_by_row(ea.select(1).where(*aimed)))


def _answers(viewer: Viewer) -> Array:
    """Build the node of what answers the attribution of the statement `s`, each with who gave the answer."""
    evidence = Subquery(Object(speaker_part(asp)), Rows(at, (at.id == ea.statement_id,), {asp: at.speaker_id}))
    answered = record("counterclaims", ea.id) | scalars(ea, "kind", "note", "statement_id")
    answered |= {"answer": claim_part(ao), "speaker": evidence}
    known = aa.statement_id == s.id
    among = dialects.among(ea.id, _known_ids(_as_seen(viewer, "answers"), known))
    rows = Rows(ea, (among,), {ao: ea.answer_id}, (ea.id,), EMBEDDED)
    return Array(Object(answered), rows, exists_by_row(aa.select(1).where(known)))


@differing
def _known_ids(sqlite: bool, answers: Any, known: Any) -> Any:
    """Read the ids of the first answers that are known to be seen, as many as are shown; they stand in their order."""
    listed = fn.json_each(answers) if sqlite else fn.json_array_elements_text(Cast(answers, "json"))
    return Select([aa, listed], [Cast(SQL("value"), "bigint")]).where(known).limit(EMBEDDED)


@differing
def _length(sqlite: bool, array: Any) -> Any:
    """Count the elements of a JSON array that is stored as text."""
    return fn.json_array_length(array if sqlite else Cast(array, "json"))
