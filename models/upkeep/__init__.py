"""Upkeep: verify, backup, restore and erase; may import the nouns and below. Begin with verify.py."""
