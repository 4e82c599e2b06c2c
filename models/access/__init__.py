"""Access: API keys, their usage, and idempotent replies.

It may import the nouns and what is below them. Begin with keys.py.
"""
