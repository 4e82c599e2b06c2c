"""Ingest: from a text to stored candidates, and reviewers' corrections of them.

It may import the nouns and what is below them. Begin with candidates.py.
"""
