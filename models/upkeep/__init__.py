"""Upkeep: verify, back up, restore and erase a registry.

It may import the nouns and what is below them. Begin with verify.py; what differs between the databases stands in
sqlite.py and postgres.py.
"""
