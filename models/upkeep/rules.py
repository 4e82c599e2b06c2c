"""The rules of the data that no constraint of a database can hold: for each, a query of what breaks it.

`verify` runs them, and so do the tests in which changes meet one another.
"""

from typing import NamedTuple


class Rule(NamedTuple):
    """One rule, what breaks it, and how a person is told of one such row."""

    name: str
    sql: str
    told: str


_STATED = "FROM statements s JOIN {} n ON n.id IN ({}) WHERE s.retracted_at IS NULL AND n.retracted_at IS NOT NULL"
_MERGED = "SELECT '{0}', n.id, m.id FROM {0}s n JOIN {1} m ON m.id IN ({2}) WHERE m.merged_into_id IS NOT NULL"
_HIDDEN = (
    "SELECT h.noun, h.noun_id, n.id FROM hidden h CROSS JOIN statements n WHERE h.noun = '{}' AND h.noun_id IN ({})"
    " AND n.status = 'accepted' AND n.retracted_at IS NULL"
)
_ERASED = (
    "SELECT l.noun, l.noun_id FROM changes l JOIN {0} n ON n.id = l.noun_id"
    " WHERE l.noun = '{0}' AND l.action = 'erase' AND n.retracted_at IS NULL"
)
_CIRCLE = (
    "WITH RECURSIVE up(first, id) AS (SELECT id, {1} FROM {0} WHERE {1} IS NOT NULL UNION SELECT up.first, n.{1}"
    " FROM up JOIN {0} n ON n.id = up.id WHERE n.{1} IS NOT NULL) SELECT first FROM up WHERE first = id"
)


def _each(*queries: str) -> str:
    return " UNION ALL ".join(queries)


RULES = (
    Rule(
        "statements stand on what stands",
        _each(
            *(
                f"SELECT s.id, '{table[:-1]}', n.id {_STATED.format(table, columns)}"
                for table, columns in (
                    ("claims", "s.claim_id"),
                    ("documents", "s.document_id, s.via_document_id"),
                    ("sentences", "s.sentence_id"),
                    ("speakers", "s.speaker_id, s.via_speaker_id"),
                )
            )
        ),
        "statement {} stands, and its {} {} was retracted",
    ),
    Rule(
        "nothing hangs on what was merged",
        _each(
            *(
                f"{_MERGED.format(noun, table, columns)} AND n.retracted_at IS NULL"
                for noun, table, columns in (
                    ("statement", "claims", "n.claim_id"),
                    ("statement", "speakers", "n.speaker_id, n.via_speaker_id"),
                    ("counterclaim", "claims", "n.claim_id, n.answer_id"),
                    ("review", "claims", "n.claim_id"),
                    ("speaker", "speakers", "n.part_of_id"),
                )
            )
        ),
        "{} {} hangs on {}, which was merged into another",
    ),
    Rule(
        "evidence states the answer",
        "SELECT e.id, s.id FROM counterclaims e JOIN statements s ON s.id = e.statement_id WHERE e.retracted_at IS NULL"
        " AND (s.retracted_at IS NOT NULL OR s.claim_id <> e.answer_id)",
        "counterclaim {} rests on statement {}, which was retracted or states another claim than the answer",
    ),
    Rule("nobody is part of themselves", _CIRCLE.format("speakers", "part_of_id"), "speaker {} is part of itself"),
    Rule(
        "what is public is not hidden",
        _each(
            _HIDDEN.format("speakers", "n.speaker_id, n.via_speaker_id"),
            _HIDDEN.format("documents", "n.document_id, n.via_document_id"),
        ),
        "{} {} is hidden, though statement {} of it is accepted",
    ),
    Rule(
        "a name means one speaker",
        "SELECT n.id, a.alias, b.id FROM aliases a JOIN speakers b ON b.id = a.speaker_id JOIN speakers n ON"
        " n.name_key = a.alias_key AND n.id <> b.id WHERE n.retracted_at IS NULL AND n.merged_into_id IS NULL"
        " AND b.retracted_at IS NULL AND b.merged_into_id IS NULL",
        "the name of speaker {}, {!r}, is an alias of speaker {}",
    ),
    Rule(
        "what was erased does not come back",
        _each(
            *(
                _ERASED.format(f"{noun}s")
                for noun in ("document", "speaker", "claim", "statement", "counterclaim", "review")
            )
        ),
        "{} {} was erased, and stands",
    ),
)
