"""History: the log of changes, row access, locks, merges, and what is hidden; may import queries and below.

Begin with changes.py (the log), session.py and standing_rows.py: how the nouns' rules find, lock and insert rows.
Which answers a change makes others, and for whom, is told from reach.py on.
"""
