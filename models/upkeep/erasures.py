"""Erasures: the one exception to nothing being deleted. For legal reasons the words go, and a tombstone says why.

Words are redacted where they stand, a code point for a code point: every offset keeps its meaning and
every rule of the data holds. Whatever repeats them goes too: quotations, claims that nobody else
states, the lines of the log, the responses stored for retries, and what searches read. Rows, ids, times
and who did what stay.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from peewee import chunked

from models import prints, suggestions
from models.addresses import normalize
from models.history import changes, locks, restores, seals
from models.history.changes import Actor
from models.queries.nodes import case
from models.refusals import Conflict, NotFound
from models.spans import REDACTED
from models.storage import rows
from models.storage.columns import comparison_key, now
from models.storage.rows import row
from models.storage.transactions import advisory_lock, attempt, savepoint, write
from models.tables import (
    Alias,
    Claim,
    ClaimAbout,
    Counterclaim,
    Document,
    GivenSubject,
    Review,
    Sentence,
    Speaker,
    Statement,
)
from models.upkeep import (
    erased_claims,
    erased_reasons,
    printed_names,
    said_words,
    stored_responses,
    unerased_documents,
    unerased_links,
    unerased_names,
)
from models.upkeep.engine import engine
from models.upkeep.name_matcher import NameMatcher, NameMatchers
from models.upkeep.printed_names import Names
from models.upkeep.redaction import (
    Erasure,
    ids_of,
    parts,
    redact,
    redact_log,
    rows_with,
    sentences_at,
    set_columns,
)
from models.upkeep.said_words import Said
from models.upkeep.unerased_names import Suspects, listed

#: Documents whose texts are read at once, each of a million characters at most.
_DOCUMENTS = 20

#: What stands for a name that may not be empty.
NAMELESS = "[erased]"


class Outcome(NamedTuple):
    """What an erasure did, or would do."""

    #: What -> how many.
    counts: dict[str, int]
    #: What stays, for a person to decide: claims that were merged into erased ones, and counterclaims that were moved
    #: from them; whatever still names an erased speaker, in other people's words, and claims stated in words that are
    #: redacted; or speakers whom the erased document alone named, what has its address or text, and other prints of its
    #: acts.
    left: list[str]
    #: What names an erased speaker, as it is spelled -> in how many places of the documents that quote them.
    names: dict[str, int]


class _Undo(Exception):
    """Rolls a dry run back."""


#: What an erased statement has in the place of its words that stand in no document. Whoever records it names what found
#: it as they like.
_WORDS_OF_STATEMENTS: dict[str, Any] = {
    "role": None,
    "extractor": case(Statement.extractor.is_null(False), REDACTED),
    "extractor_version": case(Statement.extractor_version.is_null(False), REDACTED),
}
#: What an erased review has in the place of its words. Its publisher may be who is erased, now or later, when nobody
#: can change the review any more.
_UNREVIEWED: dict[str, Any] = {
    "publisher_name": NAMELESS,
    "publisher_key": comparison_key(NAMELESS),
    "url": "about:erased",
    "url_normalized": normalize("about:erased"),
    "rating_label": NAMELESS,
    "rating_key": comparison_key(NAMELESS),
    **dict.fromkeys(("title", "publisher_site", "licence")),
}


def document(*, id: int, reason: str, by: Actor, dry_run: bool = False) -> Outcome:
    """Erase a document: its text, its address, what was quoted from it and the claims that only it printed.

    A dry run only returns what it would do. Raises NotFound, or Conflict where it was erased before.
    """

    def work(erasure: Erasure) -> None:
        locks.hold(lambda: _reached(rows_with(Statement.document, {id}), documents={id}))
        document = _present(Document, id)
        statements = rows_with(Statement.document, {id})
        claims = erased_claims.find(statements)
        erasure.last_alone = erased_claims.last_alone(claims)
        erasure.left = erased_claims.undo_merges(by, claims)
        erased_claims.retract_rejected(by, claims, reason)
        named, left = unerased_documents.named_in(id), unerased_documents.copies(document)
        redact(erasure, document, [(0, document.length)])
        gone: dict[str, Any] = dict.fromkeys(
            ("url", "url_normalized", "domain", "title", "publisher", "licence", "publisher_key")
        )
        _erase(erasure, Statement, statements, **_WORDS_OF_STATEMENTS)
        _erase_what_rests_on(erasure, statements, claims.ids)
        erasure.left += erased_claims.list_moved_away(claims, erasure.rows["counterclaims"])
        erasure.left += erased_claims.list_stated_in(statements, claims)
        if erasure.last_alone:
            erased_reasons.take_words_from_suggestions(erasure, set())
        sentences = rows_with(Sentence.document, {id})
        # Like the sentences that it was cut into, they follow from the document: the log has no lines for them.
        _erase(erasure, Sentence, sentences, logged=False)
        _erase(erasure, Document, {id}, **gone)
        erasure.left += unerased_documents.named_nowhere(named) + left + unerased_documents.at_address(document)

    return _done(work, by, reason, dry_run)


def speaker(
    *,
    id: int,
    reason: str,
    by: Actor,
    dry_run: bool = False,
    keep: Collection[str] = (),
    also: Collection[str] = (),
) -> Outcome:
    """Erase a speaker: all their names, what they said, and the claims that only they stated.

    Those who were merged into them are the same person, and are erased with them. In the documents
    that quote them their names and words are redacted; the rest of those stays. What others state there in their words
    alone goes too, as said_words.py says. A name that is one of `keep` is an ordinary word, which somebody gave them as
    an alias: it is not looked for. One of `also` is taken as if it were an alias of theirs. Raises as `document`, and
    Conflict where they were themselves merged into another, or where the reason, which everybody is told, names them.
    """

    def work(erasure: Erasure) -> None:
        locks.hold(lambda: _reached_with_speaker(id))
        _refuse_merged(id)
        people = _merged_into(id)
        said = _said(people)
        ids = rows_with(Statement.speaker, people) | said.covered
        claims = erased_claims.find(ids)
        erasure.last_alone = erased_claims.last_alone(claims)
        erasure.left = erased_claims.undo_merges(by, claims)
        erased_claims.retract_rejected(by, claims, reason)
        names = printed_names.read(people, keep, also)
        erasure.names, erasure.name_parts, erasure.described = matchers.of(names.anywhere), names.parts, names.described
        erasure.items = unerased_names.all_items(people)
        if any(erasure.names.places(reason)):
            raise Conflict("This reason names who is erased, and everybody is told of it: give another.")
        quoting, again = _redact_documents(erasure, said, names, matchers, people)
        _erase(erasure, Statement, ids, **_WORDS_OF_STATEMENTS)
        _erase_what_rests_on(erasure, ids, claims.ids)
        erasure.left += erased_claims.list_moved_away(claims, erasure.rows["counterclaims"])
        erasure.left += erased_claims.list_stated_in(ids | said.partly, claims)
        erasure.left += listed(
            "statement", said.spared, " (rejected or retracted: what others state of its words stays)"
        )
        erasure.left += listed("document", again, " (prints words of theirs again)")
        erased_reasons.take_from_sentences(erasure, _sentences_of(ids) | quoting)
        erased_reasons.take_words_from_suggestions(erasure, said.partly)
        Alias.delete().where(Alias.speaker.in_(people)).execute()
        for claim in sorted(ids_of(ClaimAbout.select(ClaimAbout.claim).where(ClaimAbout.speaker.in_(people)))):
            changes.note_unlogged("claims", {"id": claim})
        _unlink_subjects("speaker", people)
        gone: dict[str, Any] = {"name": NAMELESS, "name_key": NAMELESS, "description": None, "wikidata_id": None}
        _erase(erasure, Speaker, people, **gone, same_as="[]", merged_into=None)

    _refuse_merged(id)
    people = _merged_into(id)
    # Nobody else could write to SQLite while all texts are read: what was found is good where nothing changed since.
    matchers, names = NameMatchers(), printed_names.read(people, keep, also)
    suspects = unerased_names.find_candidates(matchers.of(names.anywhere))
    for document in _documents(_quoting(people)):
        for some in names.redacted(document.id):
            matchers.places(some, document.text, document.sha256)
    return _done(work, by, reason, dry_run, (matchers.of(names.anywhere), suspects))


def _done(
    work: Callable[[Erasure], None],
    by: Actor,
    reason: str,
    dry_run: bool,
    found: tuple[NameMatcher, Suspects] | None = None,
) -> Outcome:
    """Do `work` and what follows from it in one transaction, which a dry run rolls back.

    It is tried again where PostgreSQL undid it in favour of who wrote at the same moment. Stored responses are emptied
    after it, and what is left is listed: of what was `found` beforehand, unless the speaker has got other names since.
    """

    def list_remaining(erasure: Erasure) -> None:
        sought, suspects = found or (erasure.names, unerased_names.NOTHING)
        suspects = suspects if erasure.names is sought else unerased_names.find_candidates(erasure.names)
        erasure.left += unerased_links.list_ever_linked(erasure)
        erasure.left += unerased_names.list_remaining(erasure.names, suspects, erasure.described)

    def erase() -> Erasure:
        erasure = Erasure(by, reason)
        with suppress(_Undo), savepoint():
            for lock in (seals.LOCK, suggestions.LOCK):  # the first, for all others are held until the end
                advisory_lock(lock)
            work(erasure)
            redact_log(erasure)
            if dry_run:
                list_remaining(erasure)
                raise _Undo
        return erasure

    engine().overwrite_freed()
    erasure = attempt(erase)
    if not dry_run:
        list_remaining(erasure)
        write(engine().wait_for_replies)  # who has read the words before the commit may be storing a response
    stored_responses.redact(erasure, dry_run=dry_run)
    return Outcome(dict(erasure.counts), erasure.left, dict(erasure.named.most_common()))


def _reached(statements: set[int], *, documents: Iterable[int] = (), speakers: Iterable[int] = ()) -> list[locks.Rows]:
    """Find what an erasure of these statements changes, with the documents and speakers that it erases."""
    quoting = (ids_of(Statement.select(Statement.document).where(Statement.id.in_(part))) for part in parts(statements))
    return [
        locks.to_change(Document, *set(documents).union(*quoting)),
        locks.to_change(Speaker, *speakers),
        locks.to_change(Statement, *statements, *rows_with(Statement.original, statements)),
        *erased_claims.rows_to_hold(statements),
    ]


def _reached_with_speaker(id: int) -> list[locks.Rows]:
    people = _merged_into(id)
    said = _said(people)
    return _reached(rows_with(Statement.speaker, people) | said.covered | said.partly, speakers=people)


def _redact_documents(
    erasure: Erasure, said: Said, names: Names, matchers: NameMatchers, people: set[int]
) -> tuple[set[int], set[int]]:
    """Redact what these speakers said, and what names them, in the documents that quote them.

    Return the sentences that quote them, and the documents that print something of theirs again.
    """
    sentences, again = set[int](), set[int]()
    for document in _documents(said.places):
        was, places = row(document), said.places[document.id]
        sentences |= sentences_at(document.id, places)
        sets = names.redacted(document.id)
        named, called = (matchers.places(some, document.text, document.sha256) for some in sets)
        called = printed_names.without_others(called, document.id, people)
        erasure.named.update(document.text[start:end] for start, end in (*named, *called))
        redact(erasure, document, [*places, *named, *called])
        title = document.title
        if title and any(any(matchers.of(some).places(title)) for some in sets if some):
            title = NAMELESS
            set_columns(Document, document.id, now(), title=title)
        phrases = [document.text[start:end] for start, end in said.contents[document.id]]
        if said_words.printed_again(phrases, erasure.texts[document.id], title):
            again.add(document.id)
        _log_redacted(erasure, document.id, was)
    return sentences, again


def _log_redacted(erasure: Erasure, id: int, was: dict[str, Any]) -> None:
    """Write a line of the log about a document in which words were redacted, without what it had of them before."""
    document = rows.by_id(Document, id)
    if document.version != was["version"]:
        changes.log(erasure.by, "change", document, was | {"title": None, "sha256": None})


# -- rows ----------------------------------------------------------------------------------------


def _present(model: Any, id: int) -> Any:
    found = model.get_or_none(model.id == id)
    noun = model.__name__.lower()
    if found is None:
        raise NotFound(f"There is no {noun} {id}.")
    if restores.was_erased(model, id):
        raise Conflict(
            f"The {noun} {id} was erased already, for this reason: {found.retracted_reason}. Where that was"
            " interrupted, `counterclaim erase sweep` does the rest."
        )
    return found


def _refuse_merged(id: int) -> None:
    """Raise Conflict where a speaker was merged into another, and what `_present` raises."""
    if (into := _present(Speaker, id).merged_into_id) is not None:
        raise Conflict(
            f"Speaker {id} was merged into {into}: erase that one, if both are the same person, with all that they "
            f"said. If not, undo the merge first: POST /v1/speakers/{id}/unmerge."
        )


def _erase(erasure: Erasure, model: Any, ids: set[int], *, logged: bool = True, **gone: Any) -> None:
    """Take the words out of these rows, retract them, and write a line of the log for each."""
    table = model._meta.table_name
    erasure.rows.setdefault(table, set()).update(ids)
    erasure.counts[table] += len(ids)
    stamp = now()
    for part in parts(ids):
        was = {one.id: row(one) for one in (model.select().where(model.id.in_(part)) if logged else ())}
        model.update(
            retracted_at=stamp, retracted_reason=erasure.reason, updated_at=stamp, version=model.version + 1, **gone
        ).where(model.id.in_(part)).execute()
        for erased in model.select().where(model.id.in_(part)).order_by(model.id) if logged else ():
            changes.log(erasure.by, "erase", erased, was[erased.id])


def _erase_what_rests_on(erasure: Erasure, statements: set[int], claims: set[int]) -> None:
    """Erase `claims`, which nobody else states, with their counterclaims and reviews; prints get another original.

    Other reviews name no wording, and answers no target.
    """
    printed = Statement.select(Statement.original).where(Statement.retracted_at.is_null())
    originals = (ids_of(printed.where(Statement.original.in_(part))) for part in parts(statements))
    for id in sorted(set[int]().union(*originals)):
        prints.succeed(by=erasure.by, id=id)
    counters = rows_with(Counterclaim.claim, claims) | rows_with(Counterclaim.answer, claims)
    counters |= rows_with(Counterclaim.statement, statements)
    aimed = rows_with(Counterclaim.target, statements)
    counters |= {id for id in aimed if Counterclaim.get_by_id(id).of == "attribution"}
    reviews = rows_with(Review.claim, claims)
    unerased_links.take_links(erasure, statements, counters, reviews)
    erased_reasons.dismiss_suggestions(erasure, statements, claims)
    _erase(erasure, Counterclaim, counters, note=None)
    _erase(erasure, Review, reviews, **_UNREVIEWED)
    for part in parts(claims):
        _unlink_subjects("claim", part)
    _erase(erasure, Claim, claims, text=NAMELESS, merged_into=None)


def _unlink_subjects(name: str, ids: Iterable[int]) -> None:
    """Let no claim be about any of these speakers, or none of these claims about anybody."""
    for links in (ClaimAbout, GivenSubject):
        links.delete().where(getattr(links, name).in_(ids)).execute()


def _documents(ids: Iterable[int]) -> Iterator[Document]:
    """Read documents, a few at once."""
    for part in chunked(sorted(ids), _DOCUMENTS):
        yield from Document.select().where(Document.id.in_(part))


def _quoting(people: set[int]) -> set[int]:
    """Find the documents that quote these speakers."""
    return ids_of(Statement.select(Statement.document).where(Statement.speaker.in_(people)))


def _said(people: set[int]) -> Said:
    return said_words.find(people, _quoting(people))


def _sentences_of(statements: set[int]) -> set[int]:
    sentences = (Statement.select(Statement.sentence).where(Statement.id.in_(part)) for part in parts(statements))
    return set[int]().union(*map(ids_of, sentences))


def _merged_into(speaker: int) -> set[int]:
    """Find the speakers who were merged into this one, by however many merges, and this one."""
    people, new = {speaker}, {speaker}
    while new:
        new = rows_with(Speaker.merged_into, new) - people
        people |= new
    return people
