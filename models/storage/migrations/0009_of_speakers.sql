CREATE INDEX "statements_of_speaker" ON "statements" ("speaker_id", "id") WHERE retracted_at IS NULL;
