"""Fewer entries in indexes for each statement: none for what few have, nor for what another index answers."""

from pathlib import Path
from typing import Any


def up(migrator: Any, db: Any) -> None:
    """Run the statements of the file beside this one, the same on both databases; a blank line parts them."""
    for statement in Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").split("\n\n"):
        db.execute_sql(statement.strip().removesuffix(";"))
