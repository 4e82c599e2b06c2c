"""Topics: the subject headings that claims are filed under."""

from functools import partial
from typing import Any

from models.history import changes, large, merged_filters, restores, standing_rows
from models.history.changes import Actor
from models.history.locks import to_name
from models.history.session import SESSION, Session
from models.history.standing_rows import Version
from models.queries import simple_lists
from models.queries.lists import Page
from models.queries.results import Item
from models.queries.visibility import PUBLIC, Viewer
from models.refusals import AlreadyKnown, Conflict, NotFound
from models.storage.transactions import transaction
from models.tables import Topic


def create(*, by: Actor, slug: str, label: str, session: Session = SESSION) -> int:
    """Add a heading and return its id. Raises Conflict where the slug is taken."""
    with session.transaction():
        _refuse_taken(slug, session)
        return int(session.create(by, Topic, slug=slug, label=label).id)


def change(*, by: Actor, id: int, version: Version, **new: Any) -> None:
    """Change slug or label. Raises Conflict where it is too large for a writer, or the slug is taken."""
    with transaction():
        topic = standing_rows.lock_standing(Topic, id, version)
        large.refuse(by, Topic, id, changed=new)
        if new.get("slug", topic.slug) != topic.slug:
            _refuse_taken(new["slug"], SESSION)
        changes.amend(by, topic, **new)


def retract(*, by: Actor, id: int, version: Version, reason: str | None) -> None:
    """Take a heading back; claims filed under it lose it. Raises Conflict where it is too large for a writer."""
    with transaction():
        topic = standing_rows.lock_standing(Topic, id, version)
        large.refuse(by, Topic, id)
        changes.retract(by, topic, reason)


def restore(*, by: Actor, id: int) -> None:
    """Let a retracted heading stand again. Raises Conflict where it is too large for a writer, or its slug is taken."""
    with restores.restoring():
        if topic := restores.retracted(by, Topic, id):
            large.refuse(by, Topic, id)
            _refuse_taken(topic.slug, SESSION)
            restores.restore(by, topic)


def get(*, id: int | str, viewer: Viewer = PUBLIC) -> Item:
    """Read the heading with this id or slug, which is the same for every viewer. Raises NotFound or Gone."""
    id = _bearing(id) if isinstance(id, str) else id
    return standing_rows.item_or_refuse(Topic, id, partial(simple_lists.one, "topics", viewer=viewer, id=id))


def _bearing(slug: str) -> int:
    id = SESSION.find(Topic, slug=slug)
    if id is None:
        raise NotFound(f"There is no topic {slug!r}.")
    return id


def listed(**parameters: Any) -> Page:
    """Read a page of headings; the parameters are those of `simple_lists.page`."""
    return merged_filters.page("topics", model=Topic, **parameters)


def ids(slugs: list[str], *, field: str, session: Session = SESSION) -> list[int]:
    """Find the ids of these headings, which stand under these slugs until the commit.

    Raises Conflict that names the first unknown one under `field`.
    """
    session.hold(lambda: [to_name(Topic, *(session.find(Topic, slug=slug) for slug in slugs))])
    found = []
    for index, slug in enumerate(slugs):
        id = session.find(Topic, slug=slug)
        if id is None:
            raise Conflict(
                f"There is no topic {slug!r}: list them at /v1/topics, or create it first.", field=f"{field}/{index}"
            )
        found.append(id)
    return found


def _refuse_taken(slug: str, session: Session) -> None:
    holder = session.find(Topic, slug=slug)
    if holder:
        raise AlreadyKnown(f"The topic {slug!r} exists: it is {holder}.", field="/slug", known=holder)
