"""Inside, pure: query and candidates -> scores with reasons. No tables, no web."""

from models.matching.overlap import NAME, VERSION, Match, Reason, score, stems

__all__ = ["NAME", "VERSION", "Match", "Reason", "score", "stems"]
