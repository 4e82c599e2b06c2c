"""Extraction: who said what in a text, and who denies it. Pure: it imports nothing of ours, no tables and no web.

The stages, one a file: sentences and quotes cut the text, units are parsed, cues finds attributing words, contents and
speakers their spans, coreference says who the speakers are, denials who answers whom. Begin with assemble.py.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.extraction.assemble import extract
    from models.extraction.findings import NAME, VERSION, Finding, Speaker
    from models.extraction.parser import ParserMissing, load_parser

__all__ = ["NAME", "VERSION", "Finding", "ParserMissing", "Speaker", "extract", "load_parser"]

_FILES = {"extract": "assemble", "ParserMissing": "parser", "load_parser": "parser"}


def __getattr__(name: str) -> Any:
    """Import what is asked for: who only cuts sentences need not wait for all of the rules."""
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_FILES.get(name, 'findings')}"), name)
