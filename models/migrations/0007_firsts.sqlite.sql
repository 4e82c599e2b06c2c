CREATE TABLE "firsts" (
  "claim_id" INTEGER NOT NULL PRIMARY KEY,
  "statement_id" INTEGER NOT NULL,
  "status" TEXT NOT NULL,
  "said_on" TEXT,
  "speaker_id" INTEGER NOT NULL,
  "speaker_name" TEXT NOT NULL,
  "speaker_kind" TEXT NOT NULL,
  "speaker_description" TEXT,
  "speaker_wikidata_id" TEXT,
  "sentence_id" INTEGER NOT NULL,
  "sentence_position" INTEGER NOT NULL,
  "sentence_start" INTEGER NOT NULL,
  "sentence_end" INTEGER NOT NULL,
  "sentence_text" TEXT NOT NULL,
  "document_id" INTEGER NOT NULL,
  "document_url" TEXT,
  "document_title" TEXT,
  "document_publisher" TEXT,
  "document_published_at" TEXT,
  "document_language" TEXT NOT NULL,
  FOREIGN KEY ("claim_id") REFERENCES "claims" ("id")
) STRICT;

INSERT INTO firsts (claim_id, statement_id, status, said_on, speaker_id, speaker_name, speaker_kind, speaker_description, speaker_wikidata_id, sentence_id, sentence_position, sentence_start, sentence_end, sentence_text, document_id, document_url, document_title, document_publisher, document_published_at, document_language) SELECT c.claim_id, s.id, s.status, s.said_on, sp.id, sp.name, sp.kind, sp.description, sp.wikidata_id, se.id, se.position, se.start, se."end", se.text, d.id, d.url, d.title, d.publisher, d.published_at, d.language FROM leads c JOIN statements s ON s.id = c.statement_id JOIN speakers sp ON sp.id = s.speaker_id JOIN sentences se ON se.id = s.sentence_id JOIN documents d ON d.id = s.document_id WHERE TRUE;
