CREATE TABLE "suggestions" (
  "id" BIGSERIAL NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" BIGINT NOT NULL,
  "statement_id" BIGINT NOT NULL,
  "claim_id" BIGINT NOT NULL,
  "kind" TEXT NOT NULL CHECK (kind IN ('denies', 'disputes', 'qualifies', 'corrects')),
  "score" DOUBLE PRECISION NOT NULL CHECK (score BETWEEN 0 AND 1),
  "reasons" TEXT NOT NULL,
  "matcher" TEXT NOT NULL,
  "matcher_version" TEXT NOT NULL,
  "status" TEXT NOT NULL CHECK (status IN ('open', 'accepted', 'dismissed')),
  FOREIGN KEY ("statement_id") REFERENCES "statements" ("id"),
  FOREIGN KEY ("claim_id") REFERENCES "claims" ("id")
);

CREATE INDEX "suggestions_claim_id" ON "suggestions" ("claim_id");

CREATE UNIQUE INDEX "suggestions_statement_id_claim_id" ON "suggestions" ("statement_id", "claim_id");

CREATE INDEX "suggestions_status_id" ON "suggestions" ("status", "id");

CREATE TABLE "hidden" (
  "noun" TEXT NOT NULL CHECK (noun IN ('speakers', 'documents')),
  "noun_id" BIGINT NOT NULL,
  PRIMARY KEY ("noun", "noun_id")
);
