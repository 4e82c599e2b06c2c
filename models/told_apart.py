"""Names that are made longer to tell speakers apart: by extraction with the document's id, by people with a bracket."""

import re

_OF_DOCUMENT = re.compile(r"(?: \(document [0-9]+(?:, (?:at )?[0-9a-f]+)?\))+$")
_BRACKET = re.compile(r"\s*[(\[（【][^()\[\]（）【】]*[)\]）】]\s*$")


def of_document(document: int, more: str = "") -> str:
    """Write what is added to the name of somebody whom only this document names so, and `more` where that is taken."""
    return f" (document {document}{more and f', {more}'})"


def without_document(name: str) -> str:
    """Leave out of a name what `of_document` added."""
    return _OF_DOCUMENT.sub("", name)


def without_brackets(name: str) -> str:
    """Leave out of a name each bracket at its end, whoever added it."""
    while (shorter := _BRACKET.sub("", name)) not in ("", name):
        name = shorter
    return name
