"""What is kept of the answers to an attribution names the address of each record in it, as every answer does."""

import re
from typing import Any

#: Where a record begins: after the name of the member that holds it, or as one of a list. No text looks like that:
#: its quotes are escaped.
_RECORD = re.compile(r'(?:"(answer|speaker)"( ?): ?)?\{"id"( ?): ?(\d+)')
_NOUNS = {"answer": "claims", "speaker": "speakers", None: "counterclaims"}


def up(migrator: Any, db: Any) -> None:
    """Write the address of each record behind its id."""
    place = "?" if db.param == "?" else "%s"
    rows = db.execute_sql("SELECT statement_id, answers FROM answered_attributions").fetchall()
    for id, answers in rows:
        new = _RECORD.sub(_with_address, answers)
        db.execute_sql(f"UPDATE answered_attributions SET answers = {place} WHERE statement_id = {place}", (new, id))


def _with_address(record: re.Match[str]) -> str:
    noun, _, space, id = record.groups()
    comma = ", " if space else ","
    return f'{record[0]}{comma}"href"{space}:{space}"/v1/{_NOUNS[noun]}/{id}"'
