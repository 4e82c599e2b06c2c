"""Store a line of an import, whole or not at all, by the functions that any other change of its noun calls."""

from collections.abc import Callable
from typing import Any, NamedTuple

from models import claims, counterclaims, documents, reviews, speakers, statements, topics
from models.addresses import normalize
from models.documents import digest, edition
from models.history import merges, same_words, standing_rows
from models.history.changes import Actor
from models.history.session import Session
from models.queries.visibility import Viewer
from models.refusals import AlreadyKnown, Conflict, Refusal, StoredMeanwhile
from models.storage.spilled import SpilledDict
from models.tables import Claim
from models.transfer.claim_texts import of_line
from models.transfer.lines import Line, Outcome, claims_named, is_unbound_claim
from models.transfer.local_ids import LocalIds, unknown_name


def store_line(line: Line, *, by: Actor, names: LocalIds, session: Session) -> Outcome:
    """Store a line, or nothing of it where it is refused; return what became of it.

    Raises StoredMeanwhile where somebody else was first: with what they stored, the line is likely to be known.
    """
    mark = names.mark()
    try:
        with session.savepoint():
            id, what = _STORE[line.noun](_Work(by, names, session, line), dict(line.members))
    except StoredMeanwhile:  # told as its refusal, it would be that of a line to be mended
        raise
    except Refusal as refusal:
        names.undo(mark)
        if isinstance(refusal, _Ambiguous):
            names.put(names.ambiguous, (line.noun, line.members["id"]), line.number)
        elif isinstance(refusal, _Torn):
            names.put(names.torn, refusal.name, f"Line {line.number} tells why: {refusal.detail}")
        return refused_line(line, refusal, names)
    return Outcome(line.number, line.noun, what, id)


def refused_line(line: Line, refusal: Refusal, names: LocalIds) -> Outcome:
    """Tell why a line is refused, of which nothing is stored; what that means for claims is noted."""
    if line.noun == "statement":
        names.pass_over(line.number, line.noun, claims_named(line.members))
    elif line.noun == "claim":
        claim = names.unbound(line.members["claim"]) if is_unbound_claim(line) else line.members
        names.refuse_text(claim["text"] if claim else "", line.number)
    why = f"{refusal.field or 'the line'}: {refusal.detail}"
    errors = ({"pointer": refusal.field or "", "detail": refusal.detail},)
    return Outcome(line.number, line.noun, "refused", None, why, errors)


class _Work(NamedTuple):
    """What storing a line takes besides what it says."""

    by: Actor
    names: LocalIds
    session: Session
    line: Line


class _Ambiguous(Conflict):
    """A line gives itself a name that stands for what an earlier one brought."""

    def __init__(self, name: str, earlier: str) -> None:
        super().__init__(
            f"{earlier} is called {name!r} too: give each line its own id, and import two files one after the other.",
            field="/id",
        )


class _Torn(Conflict):
    """A statement is known, of another claim than the one that earlier lines of the same name are of."""

    def __init__(self, name: str, statement: int, theirs: int, others: int) -> None:
        super().__init__(
            f"Its statement is known as {statement}, of claim {theirs}, and earlier lines of {name!r} are of claim "
            f"{others}: have the two merged, or leave this line out, and send the lines again.",
            field="/claim/claim",
        )
        self.name = name


#: The id of what a line says, and what became of it.
LineResult = tuple[int | None, str]


def _topic(work: _Work, new: dict[str, Any]) -> LineResult:
    return _unless_known(work, lambda: topics.create(by=work.by, session=work.session, **new))


def _speaker(work: _Work, new: dict[str, Any]) -> LineResult:
    bearer = speakers.bearing(new["name"], work.session)
    if bearer:
        return bearer, "known"
    if new.get("part_of"):
        new["part_of"] = speakers.find_or_make(
            by=work.by, reference=new["part_of"], field="/part_of", session=work.session
        )
    return speakers.create(by=work.by, session=work.session, shows_body=False, **new), "new"


def _document(work: _Work, new: dict[str, Any]) -> LineResult:
    name = new.pop("id", None)
    id, what = _unless_known(work, lambda: documents.create(by=work.by, session=work.session, **new))
    if name:
        _call(work.names, work.names.documents, name, id, "document")
    _give_edition(work, new, id)
    return id, what


def _call(names: LocalIds, some: SpilledDict[str, int], name: str, id: int, noun: str) -> None:
    """Let `name` stand for a row, unless it stands for another."""
    if name in some and some[name] != id:
        raise _Ambiguous(name, f"An earlier line, that of {noun} {some[name]},")
    names.put(some, name, id)


def _claim(work: _Work, new: dict[str, Any]) -> LineResult:
    if is_unbound_claim(work.line):
        return _settled(work, new["claim"]), "new"
    name = new.pop("id")
    if not work.names.defer_claim(name, work.line.number, new):
        raise _Ambiguous(name, f"Line {work.names.claim_lines[name][0]}")
    return None, "noted"


def _statement(work: _Work, new: dict[str, Any]) -> LineResult:
    name, claim, names = new.pop("id", None), new["claim"], work.names
    new["document"] = _known_document(names, new["document"], "/document")
    if (new.get("via") or {}).get("document"):
        new["via"] = {"document": _known_document(names, new["via"]["document"], "/via/document")}
    if new.get("counters"):
        new["counters"] = [
            counter | {"target": names.known("statement", counter["target"], f"/counters/{index}/target")}
            for index, counter in enumerate(new["counters"])
        ]
    if new.get("original"):
        new["original"] = names.known("statement", new["original"], "/original")
    mark = names.mark()
    id, what = _unless_known(work, lambda: _recorded(work, new, claim))
    if what == "known":
        names.undo(mark)
        _bind_known(work, claim.get("claim", ""), id)
    if name:
        _call(names, names.statements, name, id, "statement")
    for reference in (new["document"], (new.get("via") or {}).get("document") or {}):
        _give_edition(work, reference)
    return id, what


def _recorded(work: _Work, new: dict[str, Any], claim: dict[str, Any]) -> int:
    """Record a statement; a claim that nothing has pointed at yet is its own, whatever other has the same words."""
    name = claim.get("claim", "")
    work.names.refuse_ambiguous("claim", name, "/claim/claim")
    unbound = work.names.unbound(name)
    new["claim"] = unbound or _meant(work, claim)
    id = statements.record(by=work.by, session=work.session, **new)
    if unbound:
        if refused := work.names.refused_before(name, work.line.number):
            raise Conflict(
                f"Line {refused}, which states this claim too, was refused, and would bring it along another time once "
                "it is mended: mend that line, and send it again with this one.",
                field="/claim/claim",
            )
        work.names.bind(name, statements.claim_of(id=id, session=work.session))
    return id


def _bind_known(work: _Work, name: str, statement: int) -> None:
    """Let a line's claim be that of a statement which is known; refuse that where earlier lines are of another."""
    names = work.names
    if names.unbound(name):
        names.bind(name, same_words.known_claim(work.by, statement, work.session))
    elif name in names.claims:
        theirs, others = same_words.known_claim(work.by, statement, work.session), names.claims[name]
        if theirs != others and not _are_one(work.by, theirs, others):
            raise _Torn(name, statement, theirs, others)


def _are_one(by: Actor, *claims: int) -> bool:
    """Tell whether claims were merged into one, as far as the actor may know that."""
    known = merges.known_claims(Viewer(unreviewed=by.reviews), claims)
    into = standing_rows.survivors(Claim, known)
    return len({into.get(claim, claim) for claim in claims}) == 1


def _counterclaim(work: _Work, new: dict[str, Any]) -> LineResult:
    for name in ("statement", "target"):
        if new.get(name):
            new[name] = work.names.known("statement", new[name], f"/{name}")
    if _waits(work, new, "claim", "answer"):
        return None, "noted"
    new["claim"], new["answer"] = (_meant(work, new[side], f"/{side}")["id"] for side in ("claim", "answer"))
    return _unless_known(work, lambda: counterclaims.create(by=work.by, session=work.session, **new))


def _review(work: _Work, new: dict[str, Any]) -> LineResult:
    if new.get("statement"):
        new["statement"] = work.names.known("statement", new["statement"], "/statement")
    if _waits(work, new, "claim"):
        return None, "noted"
    new["claim"] = _meant(work, new["claim"])
    return _unless_known(work, lambda: reviews.create(by=work.by, session=work.session, **new))


def _waits(work: _Work, new: dict[str, Any], *sides: str) -> bool:
    """Let a line wait to the end of the file where a statement may still bring one of its claims along.

    Stored at once, the claim would stand though its statement is refused, and be there twice once that was mended.
    """
    if work.line.waited:
        return False
    names = work.names
    for side in sides:
        if "statement" in new[side]:
            names.known("statement", new[side]["statement"], f"/{side}/statement")
        elif name := new[side].get("claim"):
            names.refuse_ambiguous("claim", name, f"/{side}/claim")
            if name not in names.claim_lines:
                raise unknown_name(name, f"/{side}/claim")
    waits = any(names.unbound(new[side].get("claim", "")) for side in sides)
    if waits:
        names.defer_line(work.line.number, work.line.noun, work.line.members)
    return waits


_STORE: dict[str, Callable[[_Work, dict[str, Any]], LineResult]] = {
    "topic": _topic,
    "speaker": _speaker,
    "document": _document,
    "claim": _claim,
    "statement": _statement,
    "counterclaim": _counterclaim,
    "review": _review,
}


def _unless_known(work: _Work, create: Callable[[], int]) -> tuple[int, str]:
    """Return the id of what `create` makes as "new"; what is "known" under its natural key stays.

    A speaker or document that the line names may be known as another one: then the line is refused.
    """
    try:
        with work.session.savepoint():
            return create(), "new"
    except AlreadyKnown as refusal:
        if (refusal.field or "").count("/") > 1:
            raise
        return int(refusal.more["known"]), "known"


def _meant(work: _Work, claim: dict[str, Any], field: str = "/claim") -> dict[str, Any]:
    """Name a claim as the nouns take it: by id where the file names an earlier line."""
    if "statement" in claim:
        statement = work.names.known("statement", claim["statement"], f"{field}/statement")
        return {"id": same_words.known_claim(work.by, statement, work.session)}
    if "claim" in claim:
        work.names.refuse_ambiguous("claim", claim["claim"], f"{field}/claim")
        return {"id": _bound(work, claim["claim"], field)}
    return claim


def _bound(work: _Work, name: str, field: str) -> int:
    """Return the id of the claim of a line: that of a statement, or one that was settled at the end of the file."""
    names = work.names
    if name in names.claims:
        return names.claims[name]
    refused = names.refused_for(name)
    if not refused or name not in names.claim_lines:
        raise unknown_name(name, f"{field}/claim")
    why = f", the claim {name!r}, was refused"
    if refused != names.claim_lines[name][0]:
        why = f" was refused, and a statement of the claim {name!r} is missing with it"
    raise Conflict(
        f"Line {refused}{why}, so that claim is not stored: mend that line, and send it again with this one.",
        field=f"{field}/claim",
    )


def _settled(work: _Work, name: str) -> int:
    """Return the id of the claim of a line that no statement brings along; it is stored if it is not yet.

    It is the oldest identical one that the public sees, where no other line means that; where the line says that it was
    put in by itself, one that is standalone, and stays so (docs/decisions/0077). A new one is put in by itself. Where
    the line says otherwise, it is one that only reviewers see, and theirs to put in (docs/decisions/0037).

    All such lines are settled in their order (docs/decisions/0080): whatever points where, the same lines mean the same
    claims when they come again, and of a claim that was refused nobody could say which it means by then.
    """
    names = work.names
    line = names.unbound(name)
    if line is None:
        raise unknown_name(name, "/claim")
    if pointing := names.refused_for(name):
        points = "may point" if pointing == names.unread else "points"
        raise Conflict(
            f"Line {pointing}, which {points} at this claim, was refused, so it is not stored: mend that line first."
        )
    refused = names.refused_alike(line)
    if refused not in (0, work.line.number):  # as where this one was tried before
        raise Conflict(
            f"Line {refused}, of a claim of the same text, was refused, and without it nobody could tell which of them "
            "this is: mend that line, and send it again with this one."
        )
    if line.get("standalone") is False and not work.by.reviews:
        raise Conflict(
            "A claim that no statement brings along and only reviewers see takes the review scope: leave "
            "`standalone` out to let everybody see it.",
            field="/standalone",
        )
    work.session.lock_words([line["text"]])
    twin = _free_twin(work, line)
    if not twin:
        work.session.number_after(Claim, names.last_alike(line))
    claim = twin or claims.create(by=work.by, session=work.session, **line)
    if twin and line.get("standalone"):
        names.put(names.put_in, twin, None)
    names.take(line, claim)
    names.bind(name, claim)
    return claim


def _free_twin(work: _Work, line: dict[str, Any]) -> int | None:
    """Find the oldest identical claim that no line means."""
    wording, past = of_line(line), work.names.taken(line)
    while twins := claims.same_text(
        text=wording.text,
        language=wording.language,
        limit=wording.limit,
        viewer=Viewer(unreviewed=wording.unreviewed),
        standalone=wording.standalone,
        past=past,
        session=work.session,
    ):
        if free := next((twin for twin in twins if twin not in work.names.bound), None):
            return free
        past = twins[-1]
    return None


def _known_document(names: LocalIds, reference: dict[str, Any], field: str) -> dict[str, Any]:
    if "document" in reference:
        return {"id": names.known("document", reference["document"], f"{field}/document")}
    address = None if "text" in reference else normalize(reference.get("url"))
    return {"id": names.editions[address]} if address and address in names.editions else reference


def _give_edition(work: _Work, document: dict[str, Any], id: int | None = None) -> None:
    """Let the address of a document that a line gives with its text mean this edition, with its `id`, from now on."""
    address = normalize(document.get("url"))
    if not address or not document.get("text"):
        return
    if id := id or edition(address, digest(document["text"]), work.session):
        work.names.give_edition(address, id)
