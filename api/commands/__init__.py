"""Commands: those of `counterclaim`, a file for each group; `api/cli.py` lists them. Begin with shared.py."""
