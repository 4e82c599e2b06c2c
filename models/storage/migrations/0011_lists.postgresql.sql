DROP TABLE "claim_cards";

CREATE TABLE "claim_cards" (
  "claim_id" BIGINT NOT NULL PRIMARY KEY,
  "text" TEXT NOT NULL,
  "language" TEXT NOT NULL,
  "topic_slugs" TEXT NOT NULL,
  "alone" BOOLEAN NOT NULL,
  "statement_id" BIGINT,
  "status" TEXT,
  "cue" TEXT,
  "cue_start" BIGINT,
  "cue_end" BIGINT,
  "content" TEXT,
  "form" TEXT,
  "said_on" TEXT,
  "speaker_id" BIGINT,
  "speaker_name" TEXT,
  "speaker_kind" TEXT,
  "speaker_description" TEXT,
  "speaker_wikidata_id" TEXT,
  "sentence_id" BIGINT,
  "sentence_position" BIGINT,
  "sentence_start" BIGINT,
  "sentence_end" BIGINT,
  "sentence_text" TEXT,
  "document_id" BIGINT,
  "document_url" TEXT,
  "document_title" TEXT,
  "document_publisher" TEXT,
  "document_published_at" TEXT,
  "document_language" TEXT
);

INSERT INTO claim_cards (claim_id, text, language, topic_slugs, alone, statement_id, status, cue, cue_start, cue_end, content, form, said_on, speaker_id, speaker_name, speaker_kind, speaker_description, speaker_wikidata_id, sentence_id, sentence_position, sentence_start, sentence_end, sentence_text, document_id, document_url, document_title, document_publisher, document_published_at, document_language) SELECT c.claim_id, k.text, k.language, ((SELECT coalesce(json_agg(j), '[]'::json) FROM (SELECT json_build_object('slug', t.slug) AS j FROM claim_topics ct JOIN topics t ON t.id = ct.topic_id WHERE ct.claim_id = c.claim_id AND t.retracted_at IS NULL ORDER BY t.slug) AS a))::text, coalesce(s.status = 'accepted', FALSE) AND NOT EXISTS (SELECT 1 FROM statements v WHERE v.claim_id = c.claim_id AND v.retracted_at IS NULL AND v.id <> s.id), s.id, s.status, s.cue, s.cue_start, s.cue_end, s.content, s.form, s.said_on, sp.id, sp.name, sp.kind, sp.description, sp.wikidata_id, se.id, se.position, se.start, se."end", se.text, d.id, d.url, d.title, d.publisher, d.published_at, d.language FROM claim_summaries c JOIN claims k ON k.id = c.claim_id LEFT JOIN statements s ON s.id = c.statement_id LEFT JOIN speakers sp ON sp.id = s.speaker_id LEFT JOIN sentences se ON se.id = s.sentence_id LEFT JOIN documents d ON d.id = s.document_id WHERE TRUE;

DROP INDEX IF EXISTS "claim_summaries_said_on_claim_id";

CREATE INDEX "claim_summaries_said_on_claim_id_public_answered" ON "claim_summaries" ("said_on", "claim_id", "public", "answered");

DROP INDEX IF EXISTS "claim_summaries_answered_said_on_claim_id";

CREATE INDEX "claim_summaries_answered_said_on_claim_id_public" ON "claim_summaries" ("answered", "said_on", "claim_id", "public");

DROP INDEX IF EXISTS "claim_summaries_speaker_id_said_on_claim_id";

CREATE INDEX "claim_summaries_speaker_id_said_on_claim_id_public_answered" ON "claim_summaries" ("speaker_id", "said_on", "claim_id", "public", "answered");

DROP INDEX IF EXISTS "claim_topic_index_topic_id_said_on_claim_id";

CREATE INDEX "claim_topic_index_topic_id_said_on_claim_id_public_answered" ON "claim_topic_index" ("topic_id", "said_on", "claim_id", "public", "answered");

DROP INDEX IF EXISTS "claim_topic_index_topic_id_answered_said_on_claim_id";

CREATE INDEX "claim_topic_index_topic_id_answered_said_on_claim_id_public" ON "claim_topic_index" ("topic_id", "answered", "said_on", "claim_id", "public");

CREATE INDEX "claim_summaries_hidden" ON "claim_summaries" ("claim_id") WHERE NOT public;
