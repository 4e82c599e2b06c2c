"""Commands: those of `counterclaim`, most of them in a file of their own. Begin with shared.py.

`COMMANDS` of api/cli.py says in which file each is. upkeep holds backup, restore, verify and rebuild, serving serve,
migrating migrate, erasing erase, extraction extract; importing and exporting also move whole registries.
"""
