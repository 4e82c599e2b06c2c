"""Ingest: extract statements from texts, store them as candidates, and export reviewers' corrections of them.

It may import the nouns and what is below them. Begin with candidates.py.
"""
