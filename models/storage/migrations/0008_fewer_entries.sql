DROP INDEX "claims_merged_into_id";

CREATE INDEX "claims_merged_into_id" ON "claims" ("merged_into_id") WHERE merged_into_id IS NOT NULL;

DROP INDEX "statements_via_speaker_id";

CREATE INDEX "statements_via_speaker_id" ON "statements" ("via_speaker_id") WHERE via_speaker_id IS NOT NULL;

DROP INDEX "statements_via_document_id";

CREATE INDEX "statements_via_document_id" ON "statements" ("via_document_id") WHERE via_document_id IS NOT NULL;

DROP INDEX "statements_speaker_id_said_on";
