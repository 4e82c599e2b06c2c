"""Documents: the articles, transcripts, broadcasts and releases that printed what was said."""

import hashlib
from functools import partial
from typing import Any

from models.addresses import host, normalize
from models.extraction.segmentation import MOST, cut
from models.history import changes, large, locks, merged_filters, restores, standing_rows
from models.history.changes import Actor
from models.history.hidden import flag, shown_ids, unflag
from models.history.locks import to_change
from models.history.session import SESSION, Session
from models.history.standing_rows import Version
from models.queries import simple_lists
from models.queries.days import stored_day
from models.queries.lists import Page
from models.queries.results import Item
from models.queries.visibility import Viewer
from models.refusals import AlreadyKnown, Conflict, Refusal, TooLong
from models.storage.columns import comparison_key, now
from models.storage.transactions import Unprepared, transaction
from models.tables import Document, Statement


def create(
    *, by: Actor, language: str, text: str = "", url: str | None = None, session: Session = SESSION, **rest: Any
) -> int:
    """Store a document and return its id; `rest` is what else `_put` takes. Raises Conflict where it is known.

    One without a text, of which nobody has read more than the address, holds no statement.
    """
    with session.transaction():
        address, sha256 = normalize(url), digest(text)
        _refuse_edition(url, address, sha256, session)
        return int(_put(by, address, sha256, session, text=text, language=language, url=url, **rest).id)


def prepared(document: dict[str, Any], *, anyway: bool = False) -> dict[str, Any]:
    """Cut a document that comes whole into sentences: that takes long, and no transaction.

    One that is `known` is only marked as such, unless it is to be cut `anyway`.
    """
    text = document.get("text")
    if text is None or "sentence_offsets" in document:
        return document
    if not anyway and edition(normalize(document.get("url")), digest(text)):
        return document | {"known": True}
    return document | {"sentence_offsets": cut(text, MOST)}


def _put(
    by: Actor,
    address: str | None,
    sha256: str,
    session: Session,
    *,
    text: str,
    language: str,
    url: str | None = None,
    kind: str | None = None,
    title: str | None = None,
    publisher: str | None = None,
    published_at: str | None = None,
    retrieved_at: str | None = None,
    licence: str | None = None,
    text_public: bool = False,
    hidden: bool = False,
    sentence_offsets: list[tuple[int, int]] | None = None,
    known: bool = False,
) -> Document:
    """Store a document that is not known, cut into sentences; `address` is its URL, normalised.

    `retrieved_at` is now where it is not given. One that comes with candidates alone is `hidden` from the public
    until one of them is accepted, unless its text is public. It is cut now where `sentence_offsets` are not given.
    Raises TooLong where it has too many sentences, and Unprepared where it was `known` as it was `prepared`: others
    would wait while it is cut.
    """
    if sentence_offsets is None:
        if known:
            raise Unprepared
        sentence_offsets = cut(text, MOST)
    if len(sentence_offsets) > MOST:
        detail = f"The text falls into more than {MOST:,} sentences, the most that a document may have: part it."
        raise TooLong(detail, field="/text")
    document: Document = session.create(
        by,
        Document,
        url=url,
        url_normalized=address,
        domain=host(address),
        kind=kind,
        title=title,
        publisher=publisher,
        publisher_key=publisher and comparison_key(publisher),
        published_at=published_at,
        language=language,
        retrieved_at=retrieved_at or now()[:19] + "Z",
        licence=licence,
        text_public=text_public,
        length=len(text),
        sha256=sha256,
        text=text,
    )
    session.insert_sentences(document, sentence_offsets)
    if hidden and not text_public:
        flag(noun="documents", id=document.id, session=session)
    return document


def refuse_known(*, url: str | None, text: str) -> None:
    """Raise Conflict where the edition of `url` with this text is known; one without an address, by its text."""
    _refuse_edition(url, normalize(url), digest(text), SESSION)


def find_or_make(
    *, by: Actor, reference: dict[str, Any], field: str, hidden: bool = False, session: Session = SESSION
) -> Document:
    """Find the document with the `id` of a reference, its `url` (the newest edition), or its `text` and the rest.

    A whole that is not known yet is stored, `hidden` as in `_put`; so is one of which the language is given with the
    address, without a text. Raises Conflict under `field`.
    """
    if "id" in reference:
        return session.referred(Document, reference["id"], f"{field}/id")  # type: ignore[no-any-return]
    if "text" in reference:
        address, sha256 = normalize(reference.get("url")), digest(reference["text"])
        known = edition(address, sha256, session)
        if known:
            return session.referred(Document, known, field)  # type: ignore[no-any-return]
        try:
            with session.transaction():
                return _put(by, address, sha256, session, **({"hidden": hidden} | reference))
        except Refusal as refusal:  # somebody else stored it at the same moment
            raise refusal.under(field) from None
    newest_edition = session.newest_edition(normalize(reference["url"]))
    if newest_edition is None and "language" in reference:
        return find_or_make(by=by, reference=reference | {"text": ""}, field=field, hidden=hidden, session=session)
    if newest_edition is None:
        raise Conflict(
            f"No document with the address {reference['url']} is known: post it to /v1/documents first, "
            f"or give its {'language' if field.startswith('/via') else 'text'} here.",
            field=f"{field}/url",
        )
    return session.referred(Document, newest_edition, f"{field}/url")  # type: ignore[no-any-return]


def change(*, by: Actor, id: int, version: Version, **new: Any) -> None:
    """Change what is said about the document; its address and text never change.

    The day of its statements follows the day on which it was published.
    """
    # Of these the document tells the day, be they retracted.
    undated = (Statement.document == id) & Statement.said_on.is_null()
    with transaction():
        if "published_at" in new:
            dated = Statement.select(Statement.id).where(undated)
            locks.hold(lambda: [to_change(Document, id), to_change(Statement, *(found for (found,) in dated.tuples()))])
        if "publisher" in new:
            new["publisher_key"] = new["publisher"] and comparison_key(new["publisher"])
        document = standing_rows.lock_standing(Document, id, version)
        large.refuse(by, Document, id, changed=new)
        changes.amend(by, document, **new)
        if "published_at" in new:
            day = stored_day(None, new["published_at"])
            Statement.update(day=day).where(undated).execute()
        if new.get("text_public"):
            unflag(noun="documents", id=id)


def retract(*, by: Actor, id: int, version: Version, reason: str | None) -> None:
    """Take a document back. Raises Conflict while statements stand in it, or were reported by it."""
    with transaction():
        document = standing_rows.lock_standing(Document, id, version)
        standing_rows.refuse_while_used(by, "A document", Statement.document, id)
        standing_rows.refuse_while_used(by, "A document", Statement.via_document, id)
        large.refuse(by, Document, id)
        changes.retract(by, document, reason)


def restore(*, by: Actor, id: int) -> None:
    """Let a retracted document stand again. Raises Conflict where the same edition was stored since."""
    with restores.restoring():
        if document := restores.retracted(by, Document, id):
            _refuse_edition(document.url, document.url_normalized, document.sha256, SESSION)
            large.refuse(by, Document, id)
            restores.restore(by, document)


def get(*, id: int, viewer: Viewer) -> Item:
    """Read a document with its statements. Raises NotFound, also where the viewer may not see it, or Gone."""
    read = partial(simple_lists.one, "documents", viewer=viewer, id=id)
    return standing_rows.item_or_refuse(Document, id, read, partial(_may_know, viewer))


def listed(**parameters: Any) -> Page:
    """Read a page of documents; the parameters are those of `simple_lists.page`."""
    return merged_filters.page("documents", model=Document, may_know=_may_know, **parameters)


_may_know = partial(shown_ids, "documents")


def any_stored() -> bool:
    """Tell whether the registry holds any document, be it a retracted one."""
    return bool(Document.select(Document.id).limit(1).scalar())


def _refuse_edition(url: str | None, address: str | None, sha256: str, session: Session) -> None:
    known = edition(address, sha256, session)
    if known:
        raise AlreadyKnown(
            f"This edition is known: it is document {known}. Change it, or record statements in it.",
            field="/url" if url else "/text",
            known=known,
        )


def edition(address: str | None, sha256: str, session: Session = SESSION) -> int | None:
    """Find the id of the document with this normalised address and digest of its text."""
    if address:
        return session.find(Document, url_normalized=address, sha256=sha256)
    return session.find(Document, sha256=sha256, url_normalized=None)


def digest(text: str) -> str:
    """Hash a text: SHA-256 of its UTF-8, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()
