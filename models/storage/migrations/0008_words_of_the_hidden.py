"""Search on SQLite: the words of what only reviewers see, in tables that the public's ranks do not read."""

from typing import Any

from peewee import SqliteDatabase

_PUBLIC = (
    "SELECT 1 FROM statements v WHERE v.claim_id = c.id AND v.retracted_at IS NULL AND v.status || '' = 'accepted'"
)
_STANDS = "c.retracted_at IS NULL AND c.merged_into_id IS NULL"
#: Rows as `claim_words` and `statement_words` of queries made them when this was written.
_CLAIMS = (
    "SELECT min(length(c.text) / 16, 31) << 40 | c.id, words_of(c.text) FROM claims c"
    f" WHERE {_STANDS} AND c.standalone = 0 AND NOT EXISTS ({_PUBLIC}) ORDER BY 1"
)
_NAMES = (
    "substr(sp.name || ' ' || coalesce(s.mention, '') || ' ' || coalesce((SELECT group_concat(al.alias, ' '"
    " ORDER BY al.alias_key) FROM aliases al WHERE al.speaker_id = sp.id), ''), 1, 100000)"
)
_STATEMENTS = (
    f"SELECT s.id, words_of(c.text), words_of(se.text), words_of({_NAMES}) FROM statements s"
    " JOIN claims c ON c.id = s.claim_id JOIN sentences se ON se.id = s.sentence_id"
    " JOIN speakers sp ON sp.id = s.speaker_id WHERE s.retracted_at IS NULL AND s.status <> 'accepted' ORDER BY 1"
)
_MOVED = (("claim_search", "text", _CLAIMS), ("statement_search", "claim, sentence, speaker", _STATEMENTS))


def up(migrator: Any, db: Any) -> None:
    """Make the tables and move the rows; the index that told which claims a search may not show has no more use."""
    db.execute_sql('DROP INDEX "claim_summaries_hidden"')
    if not isinstance(db, SqliteDatabase):
        return
    for table, columns, rows in _MOVED:
        db.execute_sql(
            f"CREATE VIRTUAL TABLE \"hidden_{table}\" USING fts5({columns}, content='', contentless_delete=1,"
            ' tokenize="ascii")'
        )
        if db.execute_sql(f"SELECT EXISTS (SELECT 1 FROM {table}_docsize)").fetchone()[0]:
            db.execute_sql(f"INSERT INTO hidden_{table} (rowid, {columns}) {rows}")
            db.execute_sql(f"DELETE FROM {table} WHERE rowid IN (SELECT id FROM hidden_{table}_docsize)")
