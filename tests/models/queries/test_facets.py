"""What a facet counts of languages."""

from functools import partial

from models.queries import facets
from tests.work import growth


def test_a_tag_counts_what_its_range_finds_and_an_item_once() -> None:
    found = [("en", "en", 3), ("en-gb", "en-gb", 2), ("en", "en-gb", 1), ("de", "en", 1), ("sr-latn", "sr-latn", 1)]
    assert facets.ranges(found) == [
        ("en", "en", 7, 4),
        ("en-gb", "en-GB", 3, 4),
        ("de", "de", 1, 4),
        ("sr-latn", "sr-Latn", 1, 4),
    ]


def test_labels_are_written_as_tags_are() -> None:
    tags = ("zh-hant-tw", "de-1996", "en-a-bb-x-ab", "x-ab-abcd")
    labels = [label for _, label, *_ in facets.ranges([(tag, tag, 9 - at) for at, tag in enumerate(tags)])]
    assert labels == ["zh-Hant-TW", "de-1996", "en-a-bb-x-ab", "x-ab-abcd"]


def test_tags_are_counted_in_time_in_proportion_to_them() -> None:
    def tags(count: int) -> list[tuple[str, str, int]]:
        return [(f"x-{number:x}", f"x-{number:x}", 1) for number in range(count)]

    found = facets.ranges(tags(1_000))
    assert (len(found), found[0][-1]) == (facets.FACET_VALUES, 1_000)
    assert growth(lambda count: partial(facets.ranges, tags(count)), 200) < 3
