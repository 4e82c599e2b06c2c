"""How many characters the JSON of what items embed has, near enough: found without reading what is long in it."""

from functools import reduce
from operator import add
from typing import Any

from peewee import fn

from models.queries.attributions import aa
from models.queries.members import Rows
from models.queries.nodes import Aliased
from models.queries.table_aliases import s, se
from models.tables import Sentence, Speaker

_b, _p = Aliased(Sentence, "bz"), Aliased(Speaker, "pz")
#: What all that is short comes to, or seldom long.
_SHORT = 1_000


def statement_size() -> Any:
    """Count the characters of a statement `s` in a sentence `se`, with those beside it."""
    near = (_b.document_id == s.document_id, _b.position.between(se.position - 1, se.position + 1))
    quoted = Rows(_b, (*near, _b.retracted_at.is_null())).select(fn.sum(_b.end - _b.start))
    answers = Rows(aa, (aa.statement_id == s.id,)).select(fn.octet_length(aa.answers))
    people = Rows(_p, (_p.id.in_((s.speaker_id, s.on_behalf_of_id, s.via_speaker_id)),)).select(
        fn.sum(fn.length(_p.description))
    )
    return fn.length(s.content) + reduce(add, (fn.coalesce(size, 0) for size in (quoted, answers, people)), _SHORT)
