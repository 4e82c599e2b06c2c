CREATE TABLE "suggestions" (
  "id" INTEGER NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" INTEGER NOT NULL,
  "statement_id" INTEGER NOT NULL,
  "claim_id" INTEGER NOT NULL,
  "kind" TEXT NOT NULL CHECK (kind IN ('denies', 'disputes', 'qualifies', 'corrects')),
  "score" REAL NOT NULL CHECK (score BETWEEN 0 AND 1),
  "reasons" TEXT NOT NULL,
  "matcher" TEXT NOT NULL,
  "matcher_version" TEXT NOT NULL,
  "status" TEXT NOT NULL CHECK (status IN ('open', 'accepted', 'dismissed')),
  FOREIGN KEY ("statement_id") REFERENCES "statements" ("id"),
  FOREIGN KEY ("claim_id") REFERENCES "claims" ("id")
) STRICT;

CREATE INDEX "suggestions_claim_id" ON "suggestions" ("claim_id");

CREATE UNIQUE INDEX "suggestions_statement_id_claim_id" ON "suggestions" ("statement_id", "claim_id");

CREATE INDEX "suggestions_status_id" ON "suggestions" ("status", "id");

CREATE TABLE "hidden" (
  "noun" TEXT NOT NULL CHECK (noun IN ('speakers', 'documents')),
  "noun_id" INTEGER NOT NULL,
  PRIMARY KEY ("noun", "noun_id")
) STRICT;
