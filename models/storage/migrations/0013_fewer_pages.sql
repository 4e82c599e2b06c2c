DROP INDEX "documents_publisher";

CREATE INDEX "documents_publisher" ON "documents" ("publisher") WHERE publisher IS NOT NULL;

DROP INDEX "documents_published_at";

CREATE INDEX "documents_published_at" ON "documents" ("published_at") WHERE published_at IS NOT NULL;

DROP INDEX "documents_domain";

CREATE INDEX "documents_domain" ON "documents" ("domain") WHERE domain IS NOT NULL;

DROP INDEX "documents_url_sha256";

CREATE UNIQUE INDEX "documents_url_sha256" ON "documents" ("url_normalized", "sha256") WHERE retracted_at IS NULL AND url_normalized IS NOT NULL;

DROP INDEX "claim_topics_topic_id";

DROP INDEX "claim_summaries_answered_said_on_claim_id_public";

CREATE INDEX "claim_summaries_answered" ON "claim_summaries" ("said_on", "claim_id", "public", "answered") WHERE answered;

DROP INDEX "claim_topic_index_topic_id_answered_said_on_claim_id_public";

CREATE INDEX "claim_topic_index_answered" ON "claim_topic_index" ("topic_id", "said_on", "claim_id", "public", "answered") WHERE answered;
