"""History: the log of changes, row access, locks, merges, and what is hidden; may import queries and below.

Begin with changes.py (the log) and session.py (how the nouns' rules look up and insert rows).
"""
