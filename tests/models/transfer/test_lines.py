"""Lines of an import, before they are stored."""

from collections.abc import Callable
from typing import Any

import pytest

from models.transfer import lines


def test_a_document_of_too_many_sentences_holds_none_of_them_until_it_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lines, "MOST", 3)
    few, many = ({"text": "It rains. " * number} for number in (3, 4))
    lines.cut_documents([few, many])
    assert [len(document["sentence_offsets"]) for document in (few, many)] == [3, 4]
    assert [len(set(map(id, document["sentence_offsets"]))) for document in (few, many)] == [3, 1]


def test_each_text_is_cut_in_a_place_of_its_own_and_equal_ones_once() -> None:
    cuts: list[int] = []

    def in_place(work: Callable[[], Any]) -> Any:
        cuts.append(len(found := work()))
        return found

    documents: list[dict[str, Any]] = [{"text": "It rains. " * number} for number in (1, 2, 2)]
    lines.cut_documents(documents, in_place)
    assert cuts == [1, 2]
    assert [len(document["sentence_offsets"]) for document in documents] == [1, 2, 2]


def test_groups_have_so_many_members_or_bytes_and_the_first_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "GROUP_BYTES", 8)
    sized = [(number, 3) for number in range(12)]
    assert [len(some) for some in lines.grouped(sized, 10, 2)] == [1, 2, 3, 3, 3]
    assert [len(some) for some in lines.grouped(sized, 2, 8)] == [2] * 6
    assert list(lines.grouped([], 10)) == []
