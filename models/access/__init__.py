"""Access: API keys, their usage, and idempotent replies; may import the nouns and below. Begin with keys.py."""
