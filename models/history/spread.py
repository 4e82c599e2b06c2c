"""Which claims an edit reaches by links: part of step 5 of the walk in reach.py, which defines the words."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from models.history.direct_reach import Claims, Link, Whole


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
    #: Whom claims are about that may have become visible; of the others that are visible, speakers flagged as hidden.
    about: Mapping[int, Sequence[int]] = field(default_factory=dict)
    #: Of the speakers and documents that may be visible now those that never were before.
    never_visible: set[Whole] = field(default_factory=set)
    #: Who is part of a speaker that may be reached: the speaker, the part, and whether the public ever saw the part.
    parts: Sequence[tuple[int, int, bool]] = ()
    _followed: dict[tuple[int, bool], "Followed"] = field(default_factory=dict, init=False)

    @cached_property
    def once_visible(self) -> set[int]:
        """The claims that are visible, or were."""
        return self.visible | self.was_visible

    def follow(self, claim: int, *, public: bool) -> "Followed":
        """Follow the links of a claim that is reached; once, as edits of thousands of its statements reach it."""
        key = claim, public
        if key not in self._followed:
            self._followed[key] = _followed(self.links.get(claim, ()), self, claim, public=public)
        return self._followed[key]


class Reached:
    """The claims that are reached, with documents and speakers by links; and what of that is for the public."""

    def __init__(self) -> None:
        self.claims: set[int] = set()
        self.public_claims: set[int] = set()
        self.wholes: set[Whole] = set()
        self.public_wholes: set[Whole] = set()

    def add(self, *claims: int, public: bool) -> None:
        """Note claims; by one way that the public sees, they are reached for the public."""
        self.claims.update(claims)
        if public:
            self.public_claims.update(claims)

    def add_wholes(self, wholes: Sequence[Whole], *, public: bool) -> None:
        """Do the same with documents and speakers."""
        self.wholes.update(wholes)
        if public:
            self.public_wholes.update(wholes)

    def add_all(self, more: "Reached") -> None:
        """Note what else is reached."""
        self.claims |= more.claims
        self.public_claims |= more.public_claims
        self.wholes |= more.wholes
        self.public_wholes |= more.public_wholes


class Followed(NamedTuple):
    """What links reach, and the claims whose attribution is answered there, some for the public."""

    reached: Reached
    aimed: set[tuple[int, bool]]


def ends(direct: Claims, far: Far) -> Followed:
    """Find what an edit reaches before links are followed further."""
    reached = Reached()
    aimed: set[tuple[int, bool]] = set()
    for id, public in direct.alone.items():
        reached.add(id, public=public)
    for link in direct.links:
        aimed |= _follow(link, far, reached, aims=True, public=True)
    return Followed(reached, aimed)


def alike(direct: Claims, near: Followed, far: Far) -> Hashable:
    """Return what is equal for edits that reach the same claims, whose `ends` are `near`.

    What answers the attributions of one claim reaches all that its links do: the ends of each are among these.
    """
    further = [far.follow(id, public=public).reached for id, public in near.aimed]
    seen = all(any(id in one.claims for one in further) for id in near.reached.claims)
    public = all(any(id in one.public_claims for one in further) for id in near.reached.public_claims)
    return direct.as_key() if direct.shared or not (seen and public) else frozenset(near.aimed)


def spread(direct: Claims, near: Followed, far: Far) -> Reached:
    """Follow the links from its `ends`, `near`: find all that an edit reaches.

    Of the statement whose attribution is answered, the answer is shown, and so by the links of its claim.
    """
    reached, aimed = Reached(), set(near.aimed)
    reached.add_all(near.reached)
    for id, public in direct.shared.items():
        reached.add(id, public=public)
        followed = far.follow(id, public=public)
        reached.add_all(followed.reached)
        aimed |= followed.aimed
    for id, public in aimed:
        further = far.follow(id, public=public).reached
        reached.claims |= further.claims
        reached.public_claims |= further.public_claims
    return reached


def _followed(links: Iterable[Link], far: Far, claim: int, *, public: bool) -> Followed:
    followed = Followed(Reached(), set())
    for link in links:
        aims = link.answer == claim
        followed.aimed.update(_follow(link, far, followed.reached, aims=aims, public=public))
    return followed


def _follow(link: Link, far: Far, reached: Reached, *, aims: bool, public: bool) -> set[tuple[int, bool]]:
    """Reach both ends of a link, for the public if it sees both, and what it `aims` at; return whose attribution."""
    public = public and link.public and link.claim in far.once_visible and link.answer in far.once_visible
    reached.add(link.claim, link.answer, public=public)
    if not (aims and link.target):
        return set()
    reached.add_wholes([*zip(("documents", "speakers"), link.target, strict=True)], public=public)
    return {(link.claim, public)}
