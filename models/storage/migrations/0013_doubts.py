"""Why it is not sure that a denial answers a claim of its own document."""

from typing import Any

_DOUBTS = (
    "'told_later', 'no_common_words', 'others_between', 'another_matter', 'too_far', 'nested', 'a_denial',"
    " 'not_said_to_answer'"
)


def up(_migrator: Any, db: Any) -> None:
    """Add the column."""
    db.execute_sql(f'ALTER TABLE "suggestions" ADD COLUMN "doubt" TEXT CHECK (doubt IN ({_DOUBTS}))')
