"""Statements: the acts of attribution, recorded whole in one transaction."""

from collections.abc import Collection
from functools import partial
from typing import Any

import orjson

from models import claim_text, claims, documents, evidence, hierarchy, prints, restored_links, sentences, speakers
from models.history import changes, large, locks, merge_scope, merged_filters, restores, same_words, standing_rows
from models.history.changes import Actor
from models.history.locks import Rows, to_change, to_name
from models.history.session import SESSION, Session
from models.history.standing_rows import Version
from models.queries import lists
from models.queries.days import stored_day
from models.queries.members import Fields
from models.queries.results import Item
from models.queries.visibility import Viewer
from models.refusals import Conflict, Forbidden
from models.spans import locate_content
from models.statement_columns import (
    PASSED_ON,
    STANDS_ON,
    offsets,
    origin_columns,
    print_columns,
    refuse_long_content,
    words,
)
from models.storage import rows
from models.storage.transactions import transaction
from models.tables import Claim, Document, Review, Speaker, Statement

#: For whom a statement was made where nobody says: for the body that its speaker, a person, is part of at that moment.
LEFT_OUT: dict[str, Any] = {}


def record(
    *,
    by: Actor,
    speaker: dict[str, Any] | None = None,
    together: list[dict[str, Any]] | None = None,
    document: dict[str, Any],
    content: list[dict[str, Any]],
    claim: dict[str, Any],
    form: str,
    sentence: dict[str, Any] | None = None,
    mention: dict[str, Any] | None = None,
    role: str | None = None,
    on_behalf_of: dict[str, Any] | None = LEFT_OUT,
    cue: dict[str, Any] | None = None,
    said_on: str | None = None,
    at: float | None = None,
    via: dict[str, Any] | None = None,
    status: str | None = None,
    origin: dict[str, Any] | None = None,
    counters: list[dict[str, Any]] | None = None,
    original: int | None = None,
    coding: int | None = None,
    session: Session = SESSION,
) -> int:
    """Record one act of attribution with all that it needs, and return the statement's id.

    `speaker`: {id} or {name, …}; `together`: those who said it jointly, each of whom gets a statement, and the first
    one's id is returned. `on_behalf_of`: a speaker likewise, None for nobody else. `document`: {id}, {url} or
    {text, …}. `sentence`: {id}, {start, end} or {text}; None takes the one that the content starts in. `content`,
    `mention` and `cue` are given by {start, end} or by exact {text}. `claim`: {id} or {text, …, reuse}. `counters`: a
    list of {claim} or {target} with kind and note; the latter is aimed at that statement, and may be `of` its
    attribution. `original`: the id of the statement that this one prints again, or of another print of that. `coding`
    is as in `same_words.refuse_known`. What is new is made, in one transaction.

    Raises Conflict with the pointer of the member that is wrong.
    """
    with session.transaction():
        source = origin_columns(by, origin, status)
        named_by = {f"/speakers/{index}": one for index, one in enumerate(together or ())} or {
            "/speaker": speaker or {}
        }
        via_speaker, hidden = (via or {}).get("speaker"), source["status"] != "accepted"
        claims.lock_named(claim, *named_by.values(), via_speaker, on_behalf_of, session=session)
        printed = documents.find_or_make(by=by, reference=document, field="/document", hidden=hidden, session=session)
        session.lock_recorded(by.key_id, printed.id)
        sentence_span = sentences.find(
            document=printed, reference=sentence, content=content, field="/sentence", session=session
        )
        spans = locate_content(content, printed, sentence_span)
        refuse_long_content(spans)
        near = partial(
            sentences.around, document=printed.id, sentence=sentence_span, end=spans[-1].end, session=session
        )
        row = {
            **print_columns(printed, sentence_span.id, spans, said_on),
            **words("mention", mention, printed, sentence_span, near),
            **words("cue", cue, printed, sentence_span, near),
            **_via(by, via, hidden, session),
            **source,
            "role": role,
            "form": form,
            "at": at,
        }
        said_by = _found(by, named_by, hidden, session)
        spoken_for = [_spoken_for(by, on_behalf_of, who, hidden, session) for who in said_by.values()]
        for field, who in said_by.items():
            where = field if together else "/content"
            same_words.refuse_known(by, row | {"speaker": who}, session, coding, field=where)
        if counters or original:
            session.hold(partial(_answered, claim, counters or [], original, session))
        if original:
            print_of = referred(by=by, id=original, field="/original", session=session)
            who, more = said_by["/speaker"], prints.one_more(row)
            row["original"] = prints.original_of(print_of, more, speaker=who, session=session).id
        row["claim"] = claims.find_or_make(by=by, reference=claim, field="/claim", standalone=False, session=session)
        coded = {"coding": coding} if coding else None
        statement, *_ = [
            session.create(by, Statement, coded, speaker=who, on_behalf_of=whom, **row)
            for who, whom in zip(said_by.values(), spoken_for, strict=True)
        ]
        for index, answered in enumerate(counters or ()):
            _counter(by, statement, answered, f"/counters/{index}", session)
        return int(statement.id)


def change(*, by: Actor, id: int, version: Version, **new: Any) -> None:
    """Change anything but the document and the origin, with the members of `record`.

    Raises Forbidden where the status changes and the actor does not review.
    """
    with transaction():
        via_speaker = (new.get("via") or {}).get("speaker")
        claims.lock_named(new.get("claim"), new.get("speaker"), via_speaker, new.get("on_behalf_of"))
        if {"speaker", "content"} & new.keys():
            same_words.lock_beside(id, by.key_id)
        statement = standing_rows.lock_seen(by, Statement, get, id, version, wanted=partial(used, id, new))
        large.refuse(by, Statement, id, changed=new)
        left, was = statement.claim_id, statement.status
        if new.get("status", statement.status) != statement.status and not by.reviews:
            raise Forbidden("Accepting or rejecting a statement takes a key with the review scope.")
        is_accepted = new.get("status", was) == "accepted"
        hidden = not is_accepted
        row: dict[str, Any] = {}
        if {"sentence", "content", "mention", "cue"} & new.keys():
            row |= offsets(statement, new)
        for name in ("sentence", "content", "mention", "cue"):
            new.pop(name, None)
        row |= _other_speakers(by, statement, new, hidden)
        if "claim" in new:
            row["claim"] = claims.find_or_make(by=by, reference=new.pop("claim"), field="/claim", standalone=False)
        if "via" in new:
            row |= _via(by, new.pop("via"), hidden, SESSION)
        original = new.pop("original") if "original" in new else 0
        if "said_on" in new:
            row["day"] = stored_day(new["said_on"], statement.document.published_at)
        row |= new
        same_words.refuse_collision(by, statement, row, SESSION)
        row |= prints.settle(
            by=by,
            statement=statement,
            new=row,
            named=referred(by=by, id=original, field="/original") if original else None,
            clear=original is None,
        )
        _update_claim_text(by, statement, row)
        changes.amend(by, statement, **row)
        if was == "accepted" and not is_accepted:
            evidence.reassign_evidence(by=by, statements=[id])
        if "claim" in row:
            evidence.move_answers(by=by, statement=id, claim=row["claim"])
            evidence.unlink_reviews(by=by, statement=id, claim=row["claim"])
            _retract_orphan_claim(by, id, left, row["claim"], is_accepted)


def retract(*, by: Actor, id: int, version: Version, reason: str | None) -> None:
    """Take a statement back, with the counterclaims of which it is the only evidence, and those to its attribution.

    Its claim stays, and the public sees it while another statement of it stands. The earliest of its prints takes its
    place.
    """
    with transaction():
        statement = standing_rows.lock_seen(by, Statement, get, id, version, wanted=partial(used, id))
        large.refuse(by, Statement, id)
        accepted = statement.status == "accepted"
        reassigned = evidence.reassign_evidence(by=by, statements=[id]) if accepted else {}
        more = evidence.retract_with(by=by, statement=id)
        more |= {"reassigned": reassigned.get(id, []), "heir": prints.succeed(by=by, id=id)}
        more |= {"unlinked_reviews": evidence.unlink_reviews(by=by, statement=id)}
        changes.retract(by, statement, reason, more)


def restore(*, by: Actor, id: int) -> None:
    """Let a retracted statement stand again, with what was taken back or unlinked for its sake, where that may be.

    It is of the same act again as the statements that print it. Raises Conflict where something that it names does not
    stand, or where the same words were recorded since.
    """
    with restores.restoring():
        same_words.lock_beside(id)
        locks.hold(lambda: merge_scope.of_restored_statement(id, prints.act_of(id)))
        statement = restores.retracted(by, Statement, id, get)
        if statement is None:
            return
        large.refuse(by, Statement, id)
        restores.refuse_changed_out_of_sight(by, statement.claim_id)
        for column, model in (STANDS_ON | PASSED_ON).items():
            restores.require(by, model, statement.__data__[column], unless_erased=column in PASSED_ON)
        same_words.refuse_known_beside(by, statement, SESSION)
        if not statement.sentence.start <= statement.content_start < statement.sentence.end:
            raise Conflict(f"Statement {id} does not start in its sentence any more: move the edges of that first.")
        restores.restore(by, statement, original=prints.original_again(by=by, statement=statement))
        restored_links.restore_with(by=by, statement=statement)


def get(
    *, id: int, viewer: Viewer, just_written: bool = False, fields: Fields | None = None, include: tuple[str, ...] = ()
) -> Item:
    """Read a statement with everything linked; one that was `just_written` whatever its status.

    Raises NotFound, also for one that the viewer may not see, or Gone.
    """
    one = partial(lists.one, "statements", viewer=viewer, id=id)
    read = partial(one, just_written=just_written, fields=fields, include=include)
    return standing_rows.item_or_refuse(Statement, id, read, partial(_may_know, viewer))


def listed(**parameters: Any) -> lists.Page:
    """Read a page of statements; the parameters are those of `lists.page`."""
    return merged_filters.page("statements", model=Statement, may_know=_may_know, **parameters)


def referred(*, by: Actor, id: int, field: str, session: Session = SESSION) -> Statement:
    """Find the statement that a request's `field` names. Raises Conflict where there is none that the actor may see."""
    statement: Statement = session.referred_seen(by, Statement, get, id, field)
    return statement


def refuse_other_claim(*, by: Actor, id: int | None, claim: int, which: str, field: str, session: Session) -> None:
    """Refuse that a request's `field` names a statement of another claim than `claim`, called `which`; None passes."""
    if id is None:
        return
    stated = referred(by=by, id=id, field=field, session=session).claim_id
    if stated != claim:
        detail = f"Statement {id} states claim {stated}, not {which} {claim}: name a statement of that."
        raise Conflict(detail, field=field)


def used(id: int, new: dict[str, Any] | None = None) -> list[Rows]:
    """Find what the rules read of a statement that is changed: all that it names, and what else its claim has."""
    statement = rows.by_id(Statement, id)
    if statement is None:
        return []
    other = {name: (new or {}).get(name) or {} for name in ("speaker", "on_behalf_of", "claim")}
    return [
        to_name(Document, statement.document_id),
        to_name(Speaker, statement.speaker_id, other["speaker"].get("id"), other["on_behalf_of"].get("id")),
        to_change(Claim, statement.claim_id, other["claim"].get("id")),
        to_change(Statement, *prints.group(id, (new or {}).get("original"))),
    ]


def _found(by: Actor, named_by: dict[str, dict[str, Any]], hidden: bool, session: Session) -> dict[str, int]:
    """Find or make those who said something, by the field that names each; refuse that one is named twice."""
    found: dict[str, int] = {}
    for field, reference in named_by.items():
        id = speakers.find_or_make(by=by, reference=reference, field=field, hidden=hidden, session=session)
        if id in found.values():
            raise Conflict("This speaker is named before already: name each once.", field=field)
        found[field] = id
    return found


def _answered(
    claim: dict[str, Any], counters: list[dict[str, Any]], original: int | None, session: Session
) -> list[Rows]:
    """Find what a new statement answers or prints again: claims, and statements with the claims that they state."""
    statements = [session.by_id(Statement, one["target"], locked=False) for one in counters if "target" in one]
    stated = [statement.claim_id for statement in statements if statement]
    answered = [one["claim"] for one in counters if "claim" in one]
    printed = session.by_id(Statement, original, locked=False) if original else None
    stated += [printed.claim_id] if printed else []  # which the print may come to state by its words
    return [
        to_name(Claim, claim.get("id"), *answered, *stated),
        to_name(Statement, *(statement.id for statement in statements if statement)),
        *([to_name(Statement, printed.id, printed.original_id)] if printed else []),
    ]


def rows_to_hold(*, id: int, session: Session = SESSION) -> list[Rows]:
    """Find what has to stay as it is while a counterclaim is rested on a statement: that and its claim."""
    statement = session.by_id(Statement, id, locked=False)
    return [to_name(Claim, statement.claim_id), to_name(Statement, id)] if statement else []


def claim_of(*, id: int, session: Session = SESSION) -> int:
    """Return the id of the claim that a statement states."""
    return int(session.by_id(Statement, id, locked=False).claim_id)


def _other_speakers(by: Actor, statement: Statement, new: dict[str, Any], hidden: bool) -> dict[str, int | None]:
    """Take from a change who said it, and for whom; find or make them.

    For whom another speaker spoke is what it is in a new statement, unless it was said otherwise of the one before.
    """
    row: dict[str, int | None] = {}
    speaker = statement.speaker_id
    if "speaker" in new:
        if statement.on_behalf_of_id == hierarchy.body_of(id=speaker):
            new.setdefault("on_behalf_of", LEFT_OUT)
        row["speaker"] = speaker = _renamed(by, statement, new.pop("speaker"), hidden)
    if "on_behalf_of" in new:
        row["on_behalf_of"] = _spoken_for(by, new.pop("on_behalf_of"), speaker, hidden, SESSION)
    return row


def _renamed(by: Actor, statement: Statement, speaker: dict[str, Any], hidden: bool) -> int:
    """Find or make the speaker who takes the place of another: of the same kind, unless the request says otherwise.

    An unnamed source that gets a name is a person, unless the request says otherwise.
    """
    kind = None if statement.speaker.kind == "unnamed" else statement.speaker.kind
    return speakers.find_or_make(by=by, reference=speaker, field="/speaker", hidden=hidden, kind=kind)


def _update_claim_text(by: Actor, statement: Statement, row: dict[str, Any]) -> None:
    """Rewrite the claim as its words are now, where a machine wrote it and nobody else states it or changed it."""
    if "content" not in row or "claim" in row or statement.origin != "extractor":
        return
    claim = Claim.get_by_id(statement.claim_id)
    if not _is_only_of(statement.id, claim):
        return
    before, after = ([span["text"] for span in orjson.loads(spans)] for spans in (statement.content, row["content"]))
    text = claim_text.rewrite(claim.text, before=before, after=after)
    if text not in (None, claim.text) and not claims.worded_by_hand(id=claim.id):
        changes.update(by, claim, more={"followed": statement.id}, text=text)


def _retract_orphan_claim(by: Actor, statement: int, left: int, taken: int, accepted: bool) -> None:
    """Retract a claim that came with the statement that has left it, and move what it was linked to.

    Otherwise a charge whose words a reviewer mends would lose the denials of it. The claim stands on, out of sight,
    where a statement that is not `accepted` would show the public what was linked to it.
    """
    claim = Claim.get_by_id(left)
    if left == taken or not _is_only_of(statement, claim):
        return
    if evidence.move_counterclaims(by=by, left=left, taken=taken, accepted=accepted):
        public = evidence.public_claims([taken])
        changes.retract(by, claim, f"{f'Claim {taken}' if public else 'Another claim'} is stated instead.")


def _is_only_of(statement: int, claim: Claim) -> bool:
    """Tell whether a claim came with a statement, and no other statement or review of it stands."""
    if claim.standalone or claim.retracted_at or claim.merged_into_id:
        return False
    others = Statement.select().where(Statement.claim == claim.id, Statement.retracted_at.is_null())
    reviews = Review.select().where(Review.claim == claim.id, Review.retracted_at.is_null())
    return not (others.where(Statement.id != statement).exists() or reviews.exists())


def _may_know(viewer: Viewer, ids: Collection[int]) -> Collection[int]:
    """Find those of some statements of which the viewer may hear what became of them: that were accepted."""
    accepted = Statement.select(Statement.id).where(Statement.id.in_(list(ids)), Statement.status == "accepted")
    return ids if viewer.unreviewed else {id for (id,) in accepted.tuples()}


def _via(by: Actor, via: dict[str, Any] | None, hidden: bool, session: Session) -> dict[str, int | None]:
    row: dict[str, int | None] = {"via_speaker": None, "via_document": None}
    if not via:
        return row
    new: dict[str, Any] = {"by": by, "hidden": hidden, "session": session}
    if via.get("speaker"):
        row["via_speaker"] = speakers.find_or_make(reference=via["speaker"], field="/via/speaker", **new)
    if via.get("document"):
        row["via_document"] = documents.find_or_make(reference=via["document"], field="/via/document", **new).id
    return row


def _spoken_for(by: Actor, body: dict[str, Any] | None, speaker: int, hidden: bool, session: Session) -> int | None:
    """Find or make the speaker for whom `speaker` spoke; where that is LEFT_OUT, who it is at this moment."""
    if body is LEFT_OUT:
        return hierarchy.body_of(id=speaker, session=session)
    if body is None:
        return None
    return speakers.find_or_make(by=by, reference=body, field="/on_behalf_of", hidden=hidden, session=session)


def _counter(by: Actor, statement: Statement, answered: dict[str, Any], field: str, session: Session) -> None:
    """Create the counterclaim from the new statement's claim to what it answers: a claim, or a statement of one."""
    target = answered.get("target")
    if target:
        other = referred(by=by, id=target, field=f"{field}/target", session=session).claim_id
    else:
        other = claims.referred(by=by, id=answered["claim"], field=f"{field}/claim", session=session)
    if other == statement.claim_id:
        raise Conflict("A claim cannot answer itself.", field=field)
    attribution = target if answered.get("of") == "attribution" else None
    one = evidence.Answer(other, statement.claim_id, answered["kind"], attribution)
    note = answered.get("note")
    new: dict[str, Any] = {"statement": statement, "target": target, "note": note}
    evidence.create_or_support(by=by, one=one, **new, field=field, session=session)
