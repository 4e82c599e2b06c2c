"""An index for each filter that few may pass, the same on both databases."""

from pathlib import Path
from typing import Any


def up(migrator: Any, db: Any) -> None:
    """Run the statements of the file beside this one, a blank line between two."""
    for statement in Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").split("\n\n"):
        db.execute_sql(statement.strip().removesuffix(";"))
