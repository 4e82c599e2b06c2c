"""Which claims an edit reaches by links: part of step 5 of the walk in reach.py, which defines the words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from models.history.direct_reach import Claims, Link, Whole, add


@dataclass(frozen=True)
class Far:
    """What stands around that which is reached directly."""

    #: Links by the claims at their ends.
    links: Mapping[int, Sequence[Link]] = field(default_factory=dict)
    #: The claims that are visible after the transaction, and those that were before it.
    visible: set[int] = field(default_factory=set)
    was_visible: set[int] = field(default_factory=set)
    #: The claims that are retracted or merged: no list has them.
    ended: set[int] = field(default_factory=set)
    #: Whom claims are about that may have become visible; where a speaker is hidden, of all that are visible.
    about: Mapping[int, Sequence[int]] = field(default_factory=dict)
    #: Of the speakers and documents that may be visible now those that never were before.
    never_visible: set[Whole] = field(default_factory=set)
    #: Who is part of a speaker that may be reached: the speaker, the part, and whether the public ever saw the part.
    parts: Sequence[tuple[int, int, bool]] = ()

    @cached_property
    def once_visible(self) -> set[int]:
        """The claims that are visible, or were."""
        return self.visible | self.was_visible


def spread(direct: Claims, far: Far) -> tuple[dict[int, bool], Mapping[Link, bool]]:
    """Follow the links: find all claims that an edit reaches, and the links whose targets it reaches."""
    claims = dict(direct.alone)
    aimed: dict[Link, bool] = {}
    for link in direct.links:
        followed = _follow(link, far, claims)
        if link.target:
            add(aimed, link, public=followed)
    for id, public in direct.shared.items():
        add(claims, id, public=public)
        for link in far.links.get(id, ()):
            followed = _follow(link, far, claims, public=public)
            if link.target and link.answer == id:
                add(aimed, link, public=followed)
    # Of the statement whose attribution is answered, the answer is shown, and so by the links of its claim.
    for aim, public in aimed.items():
        for link in far.links.get(aim.claim, ()):
            _follow(link, far, claims, public=public)
    return claims, aimed


def _follow(link: Link, far: Far, claims: dict[int, bool], *, public: bool = True) -> bool:
    """Reach the claims at both ends of a link; tell whether for the public, which sees it only with both."""
    public = public and link.public and link.claim in far.once_visible and link.answer in far.once_visible
    add(claims, link.claim, public=public)
    add(claims, link.answer, public=public)
    return public
