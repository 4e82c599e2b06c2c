"""The bench's own SQL for each question, one statement that writes the JSON: what LIMIT and Datasette answer with.

It reads the tables of a registry as this project makes them, the derived ones too, and holds what the members hold
that `servers.py` asks ours for.
"""

SPEAKER = "json_object('id', sp.id, 'name', sp.name, 'kind', sp.kind)"
FIRST = """json_object('said_on', s.said_on,
 'speaker', json_object('id', sp.id, 'name', sp.name, 'kind', sp.kind),
 'sentence', json_object('id', se.id, 'position', se.position, 'start', se.start, 'end', se."end", 'text', se.text),
 'document', json_object('id', d.id, 'title', d.title, 'publisher', d.publisher, 'url', d.url,
  'published_at', d.published_at))"""
TOPICS = """(SELECT json_group_array(t.slug) FROM claim_topics ct JOIN topics t ON t.id = ct.topic_id
 WHERE ct.claim_id = c.id)"""
STATEMENTS = f"""(SELECT json_group_array(json_object('id', x.id, 'speaker', {SPEAKER}, 'sentence', x.sentence_id,
 'cue', x.cue, 'content', json(x.content), 'form', x.form, 'said_on', x.said_on))
 FROM statements x JOIN speakers sp ON sp.id = x.speaker_id WHERE x.claim_id = c.id)"""
COUNTERCLAIMS = """(SELECT json_group_array(json_object('id', e.id, 'kind', e.kind,
 'answer', json_object('id', o.id, 'text', o.text)))
 FROM counterclaims e JOIN claims o ON o.id = e.answer_id WHERE e.claim_id = c.id AND e.retracted_at IS NULL)"""

#: The columns of a claim in short, and in full, as names and SQL.
SHORT = {"id": "c.id", "text": "c.text", "language": "c.language", "topics": TOPICS, "first_statement": FIRST}
FULL = SHORT | {"statements": STATEMENTS, "counterclaims": COUNTERCLAIMS}

#: What they read from; `k` holds the ids, in any order.
JOINED = """JOIN claims c ON c.id = k.claim_id JOIN claim_summaries l ON l.claim_id = c.id
 JOIN statements s ON s.id = l.statement_id JOIN speakers sp ON sp.id = s.speaker_id
 JOIN sentences se ON se.id = s.sentence_id JOIN documents d ON d.id = s.document_id"""

#: A row of claim_search has its claim's length in front of its id (docs/decisions/0022).
CLAIM = "rowid & 1099511627775"
PLACE = "min(length(:text) / 16, 31) << 40 | (SELECT max(id) FROM claims)"

ONE = "(SELECT :id AS claim_id)"
OF_SPEAKER = """(SELECT claim_id, day AS at FROM claim_summaries WHERE speaker_id = :speaker
 ORDER BY day DESC, claim_id DESC LIMIT 50)"""
SEARCH = f"""(SELECT {CLAIM} AS claim_id, rank AS at FROM claim_search WHERE claim_search MATCH :q
 ORDER BY rank LIMIT 20)"""
FILTER = """(SELECT claim_id, day AS at FROM claim_topic_index WHERE topic_id =
 (SELECT id FROM topics WHERE slug = :topic)
 AND answered = {answered} AND day >= :since AND {until} ORDER BY day DESC, claim_id DESC LIMIT 20)"""
ANSWERED = FILTER.format(answered=1, until="day < :until")
DEEP = FILTER.format(answered=0, until="(day, claim_id) < (:after_day, CAST(:after_id AS INTEGER))")

NEWEST = "ORDER BY k.at DESC, c.id DESC"


def json(columns: dict[str, str]) -> str:
    """Write the columns as one JSON object."""
    return f"json_object({', '.join(f'{name!r}, {sql}' for name, sql in columns.items())})"


def select(columns: dict[str, str], found: str, order: str = "") -> str:
    """Write a query of the columns of what is found."""
    chosen = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
    return f"SELECT {chosen} FROM {found} AS k {JOINED} {order}"


#: Recording a statement, a statement of SQL each; Datasette runs them as a trigger, where `new.` stands for `:`.
RECORD = (
    """INSERT INTO claims (created_at, updated_at, version, text, language, standalone)
 VALUES ('2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z', 1, :text, 'en', 0)""",
    """INSERT INTO claim_topics (claim_id, topic_id)
 SELECT (SELECT max(id) FROM claims), id FROM topics WHERE slug = :topic""",
    """INSERT INTO statements (created_at, updated_at, version, claim_id, speaker_id, document_id, sentence_id, content,
 content_start, spans, form, said_on, day, status, origin)
 VALUES ('2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z', 1, (SELECT max(id) FROM claims), :speaker,
 :document, :sentence, json_array(json_object('text', :content, 'start', :start, 'end', :end)), :start,
 :start || '-' || :end, 'indirect', :said_on, :said_on, 'accepted', 'person')""",
    """INSERT INTO claim_summaries (claim_id, public, answered, statement_id, speaker_id, document_id, day)
 SELECT claim_id, 1, 0, id, speaker_id, document_id, day FROM statements
 WHERE id = (SELECT max(id) FROM statements)""",
    """INSERT INTO claim_topic_index (claim_id, topic_id, public, answered, day)
 SELECT (SELECT max(id) FROM claims), id, 1, 0, :said_on FROM topics WHERE slug = :topic""",
    f"INSERT INTO claim_search (rowid, text) VALUES ({PLACE}, :text)",
    """INSERT INTO statement_search (rowid, claim, sentence, speaker) SELECT s.id, :text, se.text, sp.name
 FROM statements s JOIN sentences se ON se.id = s.sentence_id JOIN speakers sp ON sp.id = s.speaker_id
 WHERE s.id = (SELECT max(id) FROM statements)""",
)
#: What a recorded statement is made of.
RECORDED = ("text", "topic", "speaker", "document", "sentence", "content", "start", "end", "said_on")
