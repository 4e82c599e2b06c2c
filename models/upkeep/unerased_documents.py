"""What an erased document leaves elsewhere, for a person to decide: copies, prints of its acts, and whom it named."""

import orjson

from models.addresses import normalize
from models.tables import Claim, ClaimAbout, Document, Review, Speaker, Statement
from models.upkeep.redaction import ids_of, parts, rows_with
from models.upkeep.unerased_names import LISTED, listed

#: The columns by which a statement names a speaker.
_NAMING = (Statement.speaker, Statement.via_speaker, Statement.on_behalf_of)


def copies(document: Document) -> list[str]:
    """List what has its address, its text or acts that it prints, in other documents."""
    return _same_as(document) + _printed_elsewhere(document.id)


def at_address(document: Document) -> list[str]:
    """List the reviews at its address, and the speakers who are said to be whom that address is of."""
    address = document.url_normalized
    if address is None:
        return []
    held = Speaker.same_as.contains(address) | Speaker.same_as.contains(document.url)
    speakers = Speaker.select(Speaker.id, Speaker.same_as).where(held).tuples()
    same = {id for id, urls in speakers if address in map(normalize, orjson.loads(urls))}
    reviews = ids_of(Review.select(Review.id).where(Review.url_normalized == address))
    return [*listed("review", reviews, " (at its address)"), *listed("speaker", same, " (with its address)")]


def named_in(document: int) -> set[int]:
    """Find whom the statements of a document name, and whom the claims that they state are about."""
    here = Statement.document == document
    stated = ClaimAbout.claim.in_(Statement.select(Statement.claim).where(here))
    named = [Statement.select(column).where(here, column.is_null(False)) for column in _NAMING]
    return set().union(*map(ids_of, (ClaimAbout.select(ClaimAbout.speaker).where(stated), *named)))


def named_nowhere(speakers: set[int]) -> list[str]:
    """Find those of some speakers who stand, and whom no standing statement or claim names."""
    left: set[int] = set()
    for part in parts(speakers):
        subjects = ClaimAbout.select(ClaimAbout.speaker).join(Claim).where(Claim.retracted_at.is_null())
        named = [Statement.select(one).where(one.in_(part), Statement.retracted_at.is_null()) for one in _NAMING]
        standing = Speaker.select(Speaker.id).where(Speaker.id.in_(part), Speaker.retracted_at.is_null())
        left |= ids_of(standing).difference(*map(ids_of, (subjects.where(ClaimAbout.speaker.in_(part)), *named)))
    return [f"speaker {id}" for id in sorted(left)]


def _same_as(document: Document) -> list[str]:
    """Find the documents that are not erased and have the same address, or the same text."""
    others = Document.select(Document.id).where(Document.id != document.id)
    address = document.url_normalized
    same = ids_of(others.where(Document.url_normalized == address)) if address else set()
    equal = ids_of(others.where(Document.sha256 == document.sha256)) - same if document.length else set()
    return [
        f"document {id} ({what}: `counterclaim erase document {id}`)"
        for what, ids in (("the same address", same), ("the same text", equal))
        for id in sorted(ids)
    ]


def _printed_elsewhere(document: int) -> list[str]:
    """Find the statements in other documents that print one of this again, or that one of this prints again."""
    here = Statement.select(Statement.id, Statement.original).where(Statement.document == document).tuples()
    acts = {id for pair in here for id in pair if id}
    found = rows_with(Statement.original, acts) | acts
    elsewhere = Statement.document != document, Statement.retracted_at.is_null()
    others = Statement.select(Statement.id, Statement.document).where(*elsewhere).order_by(Statement.id)
    left = [one for part in parts(found) for one in others.where(Statement.id.in_(part)).tuples()]
    more = [f"{len(left) - LISTED} more prints of its acts"] if len(left) > LISTED else []
    return [f"statement {id} (another print of an act, in document {where})" for id, where in left[:LISTED]] + more
