"""How many characters the JSON of what items embed has, near enough: found without reading what is long in it."""

from functools import reduce
from operator import add
from typing import Any

from peewee import fn

from models.queries.attributions import ao, ea
from models.queries.nodes import Aliased
from models.queries.selection import Rows
from models.queries.table_aliases import s, se
from models.tables import Document, Sentence, Speaker

_b, _p, _d = Aliased(Sentence, "bz"), Aliased(Speaker, "pz"), Aliased(Document, "dz")
#: What all that is short comes to, or seldom long.
_SHORT = 1_000


def statement_size() -> Any:
    """Count the characters of a statement `s` in a sentence `se`, with those beside it."""
    near = (_b.document_id == s.document_id, _b.position.between(se.position - 1, se.position + 1))
    quoted = Rows(_b, (*near, _b.retracted_at.is_null())).select(fn.sum(_b.end - _b.start))
    aimed = (ea.target_id == s.id, ea.of == "attribution")
    answers = Rows(ea, aimed, {ao: ea.answer_id}).select(fn.sum(fn.octet_length(ao.text)))
    people = _together(_p, ("name", "description"), s.speaker_id, s.on_behalf_of_id, s.via_speaker_id)
    printed = _together(_d, ("url", "title", "publisher"), s.document_id, s.via_document_id)
    found = (fn.coalesce(size, 0) for size in (quoted, answers, people, printed))
    return reduce(add, found, _SHORT + _characters(s, "content", "mention", "cue", "role"))


def _together(table: Any, columns: tuple[str, ...], *ids: Any) -> Any:
    """Count the characters of columns in the rows with some ids."""
    return Rows(table, (table.id.in_(ids),)).select(fn.sum(_characters(table, *columns)))


def _characters(table: Any, *columns: str) -> Any:
    return reduce(add, (fn.coalesce(fn.length(getattr(table, name)), 0) for name in columns))
