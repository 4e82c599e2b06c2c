"""Inside, pure: text -> findings. No tables, no web.

The stages, one a file: sentences and quotes cut the text, units are parsed,
cues finds attributing words, contents and speakers their spans, coreference
says who the speakers are, denials who answers whom.
"""

from models.extraction.assemble import extract
from models.extraction.findings import NAME, VERSION, Finding, Speaker
from models.extraction.parser import ParserMissing, load_parser

__all__ = ["NAME", "VERSION", "Finding", "ParserMissing", "Speaker", "extract", "load_parser"]
