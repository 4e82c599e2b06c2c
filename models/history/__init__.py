"""History: the log of changes, merges, and what is hidden; may import queries and below. Begin with changes.py."""
