"""What lines of the log note beside the row, so that a merge or a retraction can be undone: the shape of their JSON."""

from typing import NotRequired, TypedDict

#: Counterclaims or reviews that a merge retracted, each with the one of the same that was kept for it.
Doubled = list[tuple[int, int]]

#: Counterclaims that rested on a statement, each with the one of the same claim that it rests on instead.
Reassigned = list[tuple[int, int]]


class SpeakerMerge(TypedDict):
    """What a merge of speakers moved."""

    statements: list[int]
    via: list[int]
    on_behalf_of: list[int]
    parts: list[int]
    #: Whom the survivor was part of.
    cut: int | None
    #: The names that the survivor has by merges alone, as they are looked up.
    aliases: list[str]


class ClaimMerge(TypedDict):
    """What a merge of claims moved or retracted."""

    statements: list[int]
    answered: list[int]
    answers: list[int]
    reviews: list[int]
    retracted_edges: Doubled
    retracted_reviews: Doubled
    #: The survivor, where it is standalone by this merge.
    standalone: NotRequired[list[int]]


class Retraction(TypedDict, total=False):
    """What went with a statement that was retracted."""

    retracted_edges: list[int]
    untargeted: list[int]
    unlinked_reviews: list[int]
    reassigned: Reassigned
    #: The print that took its place.
    heir: int | None
