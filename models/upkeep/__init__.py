"""Upkeep: verify, back up, restore and erase a registry, and tell whether it is healthy.

It may import the nouns and what is below them. Begin with verify.py (the rules that it holds are in rules.py),
backups.py and erasures.py. An erasure finds the claims that it takes with erased_claims.py, takes words away by
redaction.py, and finds with unerased_names.py and unerased_files.py what may still hold them; health.py answers probes.
What differs between the databases stands in sqlite.py and postgres.py.
"""
