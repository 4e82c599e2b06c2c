"""Contract: what an operation takes, gives and refuses. Begin with operation.py."""
