"""Every word that a person who records chooses is explained, in the contract and in the codebook."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from models import vocabulary
from tests.checked import ROOT, contract

LISTS = ("COUNTER_KINDS", "ANSWERED", "FORMS", "SPEAKER_KINDS", "ABOUT_ROLES", "DOCUMENT_KINDS")


def descriptions(node: Any, words: set[str]) -> Iterator[str]:
    """The descriptions of the members that take exactly these words."""
    if isinstance(node, dict):
        if isinstance(node.get("enum"), list) and set(node["enum"]) - {None} == words:
            yield node.get("description", "")
        for part in node.values():
            yield from descriptions(part, words)
    elif isinstance(node, list):
        for part in node:
            yield from descriptions(part, words)


@pytest.mark.parametrize("name", LISTS)
def test_a_closed_list_is_explained_word_for_word(name: str) -> None:
    words = getattr(vocabulary, name)
    explained = [text for text in descriptions(contract()["components"], set(words)) if "`: " in text]
    assert explained, "no member of the contract says what its words mean"
    for text in explained:
        assert tuple(re.findall(r"`(\w+)`: [^`]+\([^`)]+\)", text)) == words
    codebook = (ROOT / "docs" / "codebook.md").read_text(encoding="utf-8")
    assert [word for word in words if not re.search(rf"[`\"]{word}[`\"]", codebook)] == []
