"""What lines of the log note beside the row, so that a merge or a retraction can be undone: the shape of their JSON.

Lines of earlier versions lack what is `NotRequired`.
"""

from typing import NotRequired, TypedDict

#: A statement, the original that it had, and the one that it has since.
Relinked = list[tuple[int, int | None, int | None]]


class Dropped(TypedDict):
    """A statement that a merge of speakers retracted, and the one that was kept for it; of all others the ids."""

    statement: int
    kept: int
    #: Counterclaims that rest on the other now, and those that are aimed at it.
    edges: list[int]
    targets: NotRequired[list[int]]
    #: Counterclaims that are aimed at none any more.
    untargeted: NotRequired[list[int]]
    #: Reviews of the wording of the other now, and those that name no wording any more.
    reviews: NotRequired[list[int]]
    unlinked_reviews: NotRequired[list[int]]
    retracted_edges: list[int]


class SpeakerMerge(TypedDict):
    """What a merge of speakers moved."""

    statements: list[int]
    via: list[int]
    on_behalf_of: NotRequired[list[int]]
    #: The claims that are about the survivor now, and those that accuse the survivor since.
    about: list[int]
    accused: NotRequired[list[int]]
    #: The claims that are about both, and name or accuse the survivor by other merges alone.
    shared: NotRequired[list[int]]
    parts: list[int]
    #: Whom the survivor was part of.
    cut: int | None
    #: The names that the survivor has by merges alone, as they are looked up.
    aliases: list[str]
    dropped: list[Dropped]
    originals: NotRequired[Relinked]


class ClaimMerge(TypedDict):
    """What a merge of claims moved or retracted."""

    statements: list[int]
    answered: list[int]
    answers: list[int]
    reviews: list[int]
    retracted_edges: list[int]
    retracted_reviews: list[int]
    #: The survivor, where it is standalone by this merge.
    standalone: NotRequired[list[int]]
    #: The speakers whom the survivor is about, and whom it accuses, by merges alone.
    about: NotRequired[list[int]]
    accused: NotRequired[list[int]]


class Retraction(TypedDict, total=False):
    """What went with a statement that was retracted."""

    retracted_edges: list[int]
    untargeted: list[int]
    unlinked_reviews: list[int]
    #: The print that took its place.
    heir: int | None
