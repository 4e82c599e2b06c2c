ALTER TABLE "documents" ADD COLUMN "domain" TEXT;

UPDATE documents SET domain = domain_of(url_normalized) WHERE url_normalized IS NOT NULL;

CREATE TABLE "claim_summaries" (
  "claim_id" INTEGER NOT NULL PRIMARY KEY,
  "public" INTEGER NOT NULL,
  "answered" INTEGER NOT NULL,
  "statement_id" INTEGER,
  "speaker_id" INTEGER,
  "document_id" INTEGER,
  "said_on" TEXT NOT NULL
) STRICT;

CREATE TABLE "claim_topic_index" (
  "claim_id" INTEGER NOT NULL,
  "topic_id" INTEGER NOT NULL,
  "public" INTEGER NOT NULL,
  "answered" INTEGER NOT NULL,
  "said_on" TEXT NOT NULL,
  PRIMARY KEY ("claim_id", "topic_id")
) STRICT;

CREATE INDEX "documents_publisher" ON "documents" ("publisher");

CREATE INDEX "documents_domain" ON "documents" ("domain");

DROP INDEX "statements_claim_id";

CREATE INDEX "statements_claim_id_document_id_content_start" ON "statements" ("claim_id", "document_id", "content_start");

CREATE INDEX "statements_said_on_id" ON "statements" (coalesce(said_on, ''), id);

CREATE INDEX "statements_speaker_said_on_id" ON "statements" (speaker_id, coalesce(said_on, ''), id);

CREATE INDEX "statements_cue" ON "statements" (lower(cue));

CREATE INDEX "reviews_publisher_name" ON "reviews" ("publisher_name");

CREATE INDEX "reviews_publisher_site" ON "reviews" ("publisher_site");

CREATE VIRTUAL TABLE "claim_search" USING fts5(text, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 2");

CREATE VIRTUAL TABLE "statement_search" USING fts5(claim, sentence, speaker, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 2");

INSERT INTO claim_summaries (claim_id, public, answered, statement_id, speaker_id, document_id, said_on) SELECT c.id, c.retracted_at IS NULL AND c.merged_into_id IS NULL AND (c.standalone = 1 OR EXISTS (SELECT 1 FROM statements v WHERE v.claim_id = c.id AND v.status = 'accepted' AND v.retracted_at IS NULL)), EXISTS (SELECT 1 FROM counterclaims e JOIN claims o ON o.id = e.answer_id WHERE e.claim_id = c.id AND e.retracted_at IS NULL AND (e.statement_id IS NULL OR EXISTS (SELECT 1 FROM statements w WHERE w.id = e.statement_id AND w.retracted_at IS NULL AND w.status = 'accepted')) AND o.retracted_at IS NULL AND o.merged_into_id IS NULL AND (o.standalone = 1 OR EXISTS (SELECT 1 FROM statements v WHERE v.claim_id = o.id AND v.status = 'accepted' AND v.retracted_at IS NULL))), s.id, s.speaker_id, s.document_id, coalesce(s.said_on, '') FROM claims c LEFT JOIN statements s ON s.id = coalesce((SELECT min(+v.id) FROM statements v WHERE v.claim_id = c.id AND v.retracted_at IS NULL AND v.status = 'accepted'), (SELECT min(+v.id) FROM statements v WHERE v.claim_id = c.id AND v.retracted_at IS NULL)) WHERE c.retracted_at IS NULL AND c.merged_into_id IS NULL;

INSERT INTO claim_topic_index (claim_id, topic_id, public, answered, said_on) SELECT c.claim_id, ct.topic_id, c.public, c.answered, c.said_on FROM claim_summaries c JOIN claim_topics ct ON ct.claim_id = c.claim_id WHERE TRUE;

INSERT INTO statement_search (rowid, claim, sentence, speaker) SELECT s.id, c.text, se.text, sp.name || ' ' || coalesce(s.mention, '') || ' ' || coalesce((SELECT group_concat(al.alias, ' ') FROM aliases al WHERE al.speaker_id = sp.id), '') FROM statements s JOIN claims c ON c.id = s.claim_id JOIN sentences se ON se.id = s.sentence_id JOIN speakers sp ON sp.id = s.speaker_id WHERE s.retracted_at IS NULL ORDER BY s.id;

CREATE INDEX "claim_summaries_document_id_claim_id" ON "claim_summaries" ("document_id", "claim_id");

CREATE INDEX "claim_topic_index_topic_id_claim_id" ON "claim_topic_index" ("topic_id", "claim_id");
