"""Ingest: texts to candidates, and corrections of them; may import the nouns and below. Begin with candidates.py."""
