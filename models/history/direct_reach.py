"""What edits reach directly, before links are followed: step 3 of the walk in reach.py, which defines the words."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from models.history.edits import Edit, Row, is_accepted, rests, stands, states

#: A whole: its noun and its id.
Whole = tuple[str, int]

Key = TypeVar("Key")


class Link(NamedTuple):
    """A counterclaim, which lets what is shown of the claim at one end reach the claim at the other."""

    claim: int
    answer: int
    #: Whether the public sees it, as far as itself and its statements decide that.
    public: bool
    #: The document and speaker of the statement whose attribution it answers; null where it answers the claim.
    target: tuple[int, int] | None


class Statement(NamedTuple):
    """A standing statement, by what shows it."""

    claim: int
    document: int
    speaker: int
    accepted: bool


@dataclass(frozen=True)
class Near:
    """What stands on the rows of the edits, and what these rest on."""

    #: Document and speaker of the statements that counterclaims among the edits name.
    targets: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    #: Those of these statements that are visible.
    visible_statements: set[int] = field(default_factory=set)
    #: The same, and those among the edits that were visible before or after.
    once_visible_statements: set[int] = field(default_factory=set)
    #: Of the speakers and documents of the edits, and of what these are part of, those that are flagged as hidden.
    hidden: set[Whole] = field(default_factory=set)
    #: The standing statements that name a row of the edits, by the column that names it and by its id.
    statements: Mapping[str, Mapping[int, Sequence[Statement]]] = field(default_factory=dict)
    #: The claims that hang on a row, likewise: those that have a topic, and those that are about a speaker.
    claims: Mapping[str, Mapping[int, Sequence[int]]] = field(default_factory=dict)


class Claims(NamedTuple):
    """The claims that one edit reaches directly; what is true of an id is that it is reached for the public."""

    #: Those that links carry further: other claims show what changed of them.
    shared: Mapping[int, bool] = {}
    #: Those that alone show what changed.
    alone: Mapping[int, bool] = {}
    #: The counterclaim that was edited, as it was and is.
    links: Sequence[Link] = ()

    def as_key(self) -> Hashable:
        """Return what is equal for edits that reach the same."""
        return frozenset(self.shared.items()), frozenset(self.alone.items()), tuple(self.links)


@dataclass(frozen=True)
class DirectReach:
    """What edits reach directly."""

    #: By edit, in their order.
    claims: list[Claims] = field(default_factory=list)
    #: Documents, speakers and topics, and whether they are reached for the public.
    wholes: dict[Whole, bool] = field(default_factory=dict)
    #: Speakers and documents that something visible names now: they are visible too.
    named: set[Whole] = field(default_factory=set)


def add(reached: dict[Key, bool], key: Key, *, public: bool) -> None:
    """Note what is reached; by one way that the public sees, it is reached for the public."""
    reached[key] = public or reached.get(key, False)


def add_all(reached: dict[Key, bool], more: Mapping[Key, bool]) -> None:
    """Note what else is reached."""
    for key, public in more.items():
        add(reached, key, public=public)


def direct_reach(edits: Iterable[Edit], near: Near) -> DirectReach:
    """Find what edits reach directly."""
    reach = DirectReach()
    for edit in edits:
        claims = _OF[edit.noun](edit, near, reach) if edit.noun in _OF else Claims()
        reach.claims.append(claims if edit.public else _for_reviewers(claims))
    return reach


def _for_reviewers(claims: Claims) -> Claims:
    links = [link._replace(public=False) for link in claims.links]
    return Claims(dict.fromkeys(claims.shared, False), dict.fromkeys(claims.alone, False), links)


def were_visible(edit: Edit, hidden: set[Whole]) -> tuple[bool, bool]:
    """Tell whether the speaker, document or sentence of an edit was visible before, and whether it is after."""
    if edit.noun == "sentences":
        shown = ("documents", edit.after["document"]) not in hidden
        return shown, shown
    shown = (edit.noun, edit.id) not in hidden
    return shown and edit.before is not None and stands(edit.before), shown and stands(edit.after)


# Each of these returns the claims that an edit reaches, and adds to `reach` what else it does.


def _statement(edit: Edit, _: Near, reach: DirectReach) -> Claims:
    claims: dict[int, bool] = {}
    for state in states(edit):
        public = is_accepted(state)
        add(claims, state["claim"], public=public)
        add(reach.wholes, ("documents", state["document"]), public=public)
        add(reach.wholes, ("speakers", state["speaker"]), public=public)
    if is_accepted(edit.after):
        for noun, columns in _NAMES:
            reach.named.update((noun, edit.after[column]) for column in columns if edit.after.get(column))
    return Claims(claims)


#: By noun, the columns by which a statement names one.
_NAMES = (("documents", ("document", "via_document")), ("speakers", ("speaker", "via_speaker", "on_behalf_of")))


def _claim(edit: Edit, near: Near, reach: DirectReach) -> Claims:
    if edit.action != "create":  # else nobody has stated it yet
        _stated(near, reach, edit.id, "statements.claim_id")
    return Claims({edit.id: True})


def _counterclaim(edit: Edit, near: Near, _: DirectReach) -> Claims:
    return Claims(links=[_link(state, near) for state in states(edit)])


def _link(state: Row, near: Near) -> Link:
    target = near.targets[state["target"]] if state.get("of") == "attribution" else None
    public = stands(state) and rests(state, near.once_visible_statements)
    return Link(state["claim"], state["answer"], public, target)


def _review(edit: Edit, _near: Near, _reach: DirectReach) -> Claims:
    return Claims(alone={state["claim"]: True for state in states(edit)})


def _topic(edit: Edit, near: Near, reach: DirectReach) -> Claims:
    reach.wholes["topics", edit.id] = True
    return Claims(alone=_hanging(near, "topic_id", edit.id))


def _speaker(edit: Edit, near: Near, reach: DirectReach) -> Claims:
    visible = any(were_visible(edit, near.hidden))
    add(reach.wholes, ("speakers", edit.id), public=visible)
    if visible and (body := edit.after.get("part_of")) and ("speakers", body) not in near.hidden:
        reach.named.add(("speakers", body))
    if edit.action == "create":
        return Claims()
    claims = _stated(near, reach, edit.id, "statements.speaker_id", "via_speaker_id", "on_behalf_of_id")
    if any(claims.values()):
        reach.named.add(("speakers", edit.id))
    return Claims(claims, _hanging(near, "claim_about.speaker_id", edit.id))


def _document(edit: Edit, near: Near, reach: DirectReach) -> Claims:
    """Let a change of a document, or of a sentence of it, reach whatever shows that."""
    id = edit.id if edit.noun == "documents" else edit.after["document"]
    add(reach.wholes, ("documents", id), public=any(were_visible(edit, near.hidden)))
    if edit.noun == "documents" and edit.action == "create":
        return Claims()
    claims = _stated(near, reach, id, "document_id", "via_document_id")
    if any(claims.values()):
        reach.named.add(("documents", id))
    return Claims(claims)


def _stated(near: Near, reach: DirectReach, id: int, *columns: str) -> dict[int, bool]:
    """Reach what shows the standing statements that name a row in one of these columns; return their claims."""
    claims: dict[int, bool] = {}
    for column in columns:
        for claim, document, speaker, accepted in near.statements.get(column, {}).get(id, ()):
            add(claims, claim, public=accepted)
            add(reach.wholes, ("documents", document), public=accepted)
            add(reach.wholes, ("speakers", speaker), public=accepted)
    return claims


def _hanging(near: Near, column: str, id: int) -> dict[int, bool]:
    return dict.fromkeys(near.claims.get(column, {}).get(id, ()), True)


_OF: dict[str, Callable[[Edit, Near, DirectReach], Claims]] = {
    "statements": _statement,
    "claims": _claim,
    "counterclaims": _counterclaim,
    "reviews": _review,
    "topics": _topic,
    "speakers": _speaker,
    "documents": _document,
    "sentences": _document,
}
