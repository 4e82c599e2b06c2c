"""Lines of an import, before they are stored."""

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
