"""The commands of `counterclaim`, a file for each group; `api/cli.py` hangs them up."""
