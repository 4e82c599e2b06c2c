"""When anything that a whole shows last changed, and what each line of the log did to what the public sees."""

from functools import reduce
from typing import Any

from peewee import SqliteDatabase

_STAMP = "LIKE '____-__-__T__:__:__.______Z'"
_COLUMNS = (
    """ALTER TABLE "changes" ADD COLUMN "effect" TEXT CHECK (effect IN ('appeared', 'changed', 'gone'))""",
    'ALTER TABLE "changes" ADD COLUMN "claims" TEXT',
)
_TABLE = f"""CREATE TABLE "last_changes" (
"noun" TEXT NOT NULL CHECK (noun IN ('claims', 'documents', 'speakers', 'topics')), "noun_id" {{integer}} NOT NULL,
"changed_at" TEXT NOT NULL CHECK (changed_at {_STAMP}),
"public_changed_at" TEXT NOT NULL CHECK (public_changed_at {_STAMP}), "public" {{boolean}} NOT NULL,
PRIMARY KEY ("noun", "noun_id")){{strict}}"""
_INDEXES = tuple(
    f'CREATE INDEX "last_changes_noun_{column}_noun_id" ON "last_changes" ("noun", "{column}", "noun_id")'
    for column in ("changed_at", "public_changed_at")
)

_ACCEPTED = "{0}.status = 'accepted' AND {0}.retracted_at IS NULL"
_SEEN = (
    "{0}.retracted_at IS NULL AND {0}.merged_into_id IS NULL AND ({0}.standalone = {true} OR EXISTS"
    f" (SELECT 1 FROM statements v WHERE v.claim_id = {{0}}.id AND {_ACCEPTED.format('v')}))"
)
_RESTS = (
    "e.retracted_at IS NULL AND (e.statement_id IS NULL OR EXISTS"
    f" (SELECT 1 FROM statements w WHERE w.id = e.statement_id AND {_ACCEPTED.format('w')}))"
    " AND (e.of = 'claim' OR EXISTS"
    f" (SELECT 1 FROM statements w WHERE w.id = e.target_id AND {_ACCEPTED.format('w')}))"
)
_SHOWN = (
    "retracted_at IS NULL{merged} AND NOT EXISTS (SELECT 1 FROM hidden h WHERE h.noun = '{noun}' AND h.noun_id = n.id)"
)

#: What the public sees now, as (noun, id, claim or null): of that, and of nothing else, the old lines tell it. They
#: name a claim as changed, so that who reads the feed from its beginning fetches each that is there.
_PUBLIC = f"""CREATE TEMPORARY TABLE shown AS
SELECT 'claims' AS noun, c.id AS id, c.id AS claim FROM claims c WHERE {_SEEN.format("c", true="{true}")}
UNION ALL SELECT 'statements', s.id, s.claim_id FROM statements s WHERE {_ACCEPTED.format("s")}
UNION ALL SELECT 'reviews', r.id, r.claim_id FROM reviews r JOIN claims c ON c.id = r.claim_id
WHERE r.retracted_at IS NULL AND {_SEEN.format("c", true="{true}")}
UNION ALL SELECT 'counterclaims', e.id, e.claim_id FROM counterclaims e JOIN claims c ON c.id = e.claim_id
JOIN claims a ON a.id = e.answer_id
WHERE {_RESTS} AND {_SEEN.format("c", true="{true}")} AND {_SEEN.format("a", true="{true}")}
UNION ALL SELECT 'topics', n.id, NULL FROM topics n WHERE n.retracted_at IS NULL
UNION ALL SELECT 'speakers', n.id, NULL FROM speakers n
WHERE {_SHOWN.format(noun="speakers", merged=" AND merged_into_id IS NULL")}
UNION ALL SELECT 'documents', n.id, NULL FROM documents n WHERE {_SHOWN.format(noun="documents", merged="")}"""

_FILLING = (
    _PUBLIC,
    "CREATE INDEX shown_noun_id ON shown (noun, id)",
    """UPDATE changes SET effect = CASE WHEN action = 'create' THEN 'appeared' ELSE 'changed' END, claims =
(SELECT '{"changed":[' || x.claim || ']}' FROM shown x
WHERE x.noun = changes.noun AND x.id = changes.noun_id)
WHERE EXISTS (SELECT 1 FROM shown x WHERE x.noun = changes.noun AND x.id = changes.noun_id)""",
    # When what is shown of each statement changed; and whether the public sees it.
    f"""CREATE TEMPORARY TABLE told AS
SELECT s.claim_id, s.document_id, s.speaker_id, {{later}}(s.updated_at, p.updated_at, d.updated_at) AS at,
{_ACCEPTED.format("s")} AS public FROM statements s
JOIN speakers p ON p.id = s.speaker_id JOIN documents d ON d.id = s.document_id""",
    "CREATE INDEX told_claim_id ON told (claim_id)",
    """CREATE TEMPORARY TABLE linked AS SELECT e.id, claim_id, answer_id, updated_at,
EXISTS (SELECT 1 FROM shown x WHERE x.noun = 'counterclaims' AND x.id = e.id) AS public FROM counterclaims e""",
    # What wholes show by themselves, their lines, and the parts that the public is shown of them.
    """CREATE TEMPORARY TABLE parts AS
SELECT 'claims' AS noun, id, updated_at AS at, TRUE AS public FROM claims
UNION ALL SELECT 'documents', id, updated_at, TRUE FROM documents
UNION ALL SELECT 'speakers', id, updated_at, TRUE FROM speakers
UNION ALL SELECT 'speakers', n.id, u.updated_at, TRUE FROM speakers n JOIN speakers u ON u.id = n.part_of_id
UNION ALL SELECT 'topics', id, updated_at, TRUE FROM topics
UNION ALL SELECT noun, noun_id, made_at, TRUE FROM changes WHERE noun IN ('claims', 'documents', 'speakers', 'topics')
UNION ALL SELECT 'claims', claim_id, at, public FROM told
UNION ALL SELECT 'documents', document_id, at, public FROM told
UNION ALL SELECT 'speakers', speaker_id, at, public FROM told
UNION ALL SELECT 'claims', claim_id, updated_at, TRUE FROM reviews
UNION ALL SELECT 'claims', h.claim_id, t.updated_at, TRUE FROM claim_topics h JOIN topics t ON t.id = h.topic_id
UNION ALL SELECT 'claims', h.claim_id, p.updated_at, TRUE FROM claim_about h JOIN speakers p ON p.id = h.speaker_id
UNION ALL SELECT 'claims', claim_id, updated_at, public FROM linked
UNION ALL SELECT 'claims', answer_id, updated_at, public FROM linked
UNION ALL SELECT 'claims', e.claim_id, t.at, e.public AND t.public FROM linked e JOIN told t ON t.claim_id = e.answer_id
UNION ALL SELECT 'claims', e.answer_id, t.at, e.public AND t.public FROM linked e
JOIN told t ON t.claim_id = e.claim_id""",
    """INSERT INTO last_changes (noun, noun_id, changed_at, public_changed_at, public)
SELECT noun, id, max(at), max(CASE WHEN public THEN at END),
EXISTS (SELECT 1 FROM shown x WHERE x.noun = p.noun AND x.id = p.id)
FROM parts p GROUP BY noun, id""",
    *(f"DROP TABLE {name}" for name in ("parts", "linked", "told")),
    "DROP TABLE shown",
)


def up(migrator: Any, db: Any) -> None:
    """Add the columns and the table, and fill in what is known."""
    sqlite = isinstance(db, SqliteDatabase)
    types = {"integer": "INTEGER", "boolean": "INTEGER", "strict": " STRICT"}
    if not sqlite:
        types = {"integer": "BIGINT", "boolean": "BOOLEAN", "strict": ""}
    for statement in (*_COLUMNS, _TABLE.format(**types), *_INDEXES):
        db.execute_sql(statement)
    words = {"{true}": "1", "{later}": "max"} if sqlite else {"{true}": "TRUE", "{later}": "greatest"}
    for statement in _FILLING:
        db.execute_sql(reduce(lambda sql, word: sql.replace(word, words[word]), words, statement))
