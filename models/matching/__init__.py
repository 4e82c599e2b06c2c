"""Matching: scores, with reasons, how well stored claims fit a text.

Pure: it imports nothing of ours, no tables and no web. Begin with overlap.py.
"""

from models.matching.overlap import NAME, SHORTEST, VERSION, Match, Reason, score, stems

__all__ = ["NAME", "SHORTEST", "VERSION", "Match", "Reason", "score", "stems"]
