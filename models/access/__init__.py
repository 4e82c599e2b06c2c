"""Access: keys, their use, and idempotent replies; may import the nouns and below. Begin with keys.py."""
