DROP INDEX "documents_publisher";

CREATE INDEX "documents_publisher" ON "documents" ("publisher") WHERE publisher IS NOT NULL;

DROP INDEX "documents_published_at";

CREATE INDEX "documents_published_at" ON "documents" ("published_at") WHERE published_at IS NOT NULL;

DROP INDEX "documents_domain";

CREATE INDEX "documents_domain" ON "documents" ("domain") WHERE domain IS NOT NULL;

DROP INDEX "documents_url_sha256";

CREATE UNIQUE INDEX "documents_url_sha256" ON "documents" ("url_normalized", "sha256") WHERE retracted_at IS NULL AND url_normalized IS NOT NULL;

DROP INDEX "claim_topics_topic_id";

DROP INDEX "leads_answered_said_on_claim_id_public";

CREATE INDEX "leads_answered" ON "leads" ("said_on", "claim_id", "public", "answered") WHERE answered;

DROP INDEX "filings_topic_id_answered_said_on_claim_id_public";

CREATE INDEX "filings_answered" ON "filings" ("topic_id", "said_on", "claim_id", "public", "answered") WHERE answered;
