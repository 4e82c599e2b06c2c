"""How many characters the JSON of what items embed has, near enough: found without reading what is long in it."""

from typing import Any

from peewee import fn

from models.queries.members import Rows
from models.queries.nodes import Aliased
from models.queries.table_aliases import s, se
from models.tables import Sentence

_b = Aliased(Sentence, "bz")
#: What all that is short comes to, or seldom long.
_SHORT = 1_000


def statement_size() -> Any:
    """Count the characters of a statement `s` in a sentence `se`, with those beside it."""
    near = (_b.document_id == s.document_id, _b.position.between(se.position - 1, se.position + 1))
    quoted = Rows(_b, (*near, _b.retracted_at.is_null())).select(fn.sum(_b.end - _b.start))
    return fn.length(s.content) + fn.coalesce(quoted, 0) + _SHORT
