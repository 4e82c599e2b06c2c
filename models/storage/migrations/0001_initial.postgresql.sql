CREATE TABLE "topics" (
  "id" BIGSERIAL NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" BIGINT NOT NULL,
  "retracted_at" TEXT CHECK (retracted_at LIKE '____-__-__T__:__:__.______Z'), "retracted_reason" TEXT,
  "slug" TEXT NOT NULL, "label" TEXT NOT NULL
);
CREATE UNIQUE INDEX "topics_slug" ON "topics" ("slug") WHERE retracted_at IS NULL;

CREATE TABLE "documents" (
  "id" BIGSERIAL NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" BIGINT NOT NULL,
  "retracted_at" TEXT CHECK (retracted_at LIKE '____-__-__T__:__:__.______Z'), "retracted_reason" TEXT,
  "url" TEXT, "url_normalized" TEXT, "title" TEXT, "publisher" TEXT,
  "published_at" TEXT CHECK (published_at LIKE '____-__-__T__:__:__Z'),
  "language" TEXT NOT NULL,
  "retrieved_at" TEXT NOT NULL CHECK (retrieved_at LIKE '____-__-__T__:__:__Z'),
  "licence" TEXT, "text_public" BOOLEAN NOT NULL, "length" BIGINT NOT NULL, "sha256" TEXT NOT NULL,
  "text" TEXT NOT NULL CHECK (length > 0 AND length(text) = length),
  "domain" TEXT
);
CREATE UNIQUE INDEX "documents_sha256" ON "documents" ("sha256") WHERE retracted_at IS NULL AND url_normalized IS NULL;
CREATE INDEX "documents_publisher" ON "documents" ("publisher") WHERE publisher IS NOT NULL;
CREATE INDEX "documents_published_at" ON "documents" ("published_at") WHERE published_at IS NOT NULL;
CREATE INDEX "documents_domain" ON "documents" ("domain") WHERE domain IS NOT NULL;
CREATE UNIQUE INDEX "documents_url_sha256" ON "documents" ("url_normalized", "sha256") WHERE retracted_at IS NULL AND url_normalized IS NOT NULL;

CREATE TABLE "sentences" (
  "id" BIGSERIAL NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" BIGINT NOT NULL,
  "retracted_at" TEXT CHECK (retracted_at LIKE '____-__-__T__:__:__.______Z'), "retracted_reason" TEXT,
  "document_id" BIGINT NOT NULL,
  "position" BIGINT NOT NULL CHECK (position >= 0),
  "start" BIGINT NOT NULL CHECK (start >= 0),
  "end" BIGINT NOT NULL, "text" TEXT NOT NULL,
  FOREIGN KEY ("document_id") REFERENCES "documents" ("id"),
  CHECK ("end" > start AND length(text) = "end" - start)
);
CREATE INDEX "sentences_document_id_position" ON "sentences" ("document_id", "position");
CREATE UNIQUE INDEX "sentences_document_start" ON "sentences" ("document_id", "start") WHERE retracted_at IS NULL;

CREATE TABLE "speakers" (
  "id" BIGSERIAL NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" BIGINT NOT NULL,
  "retracted_at" TEXT CHECK (retracted_at LIKE '____-__-__T__:__:__.______Z'), "retracted_reason" TEXT,
  "name" TEXT NOT NULL, "name_key" TEXT NOT NULL,
  "kind" TEXT NOT NULL CHECK (kind IN ('person', 'organization', 'government', 'group', 'unnamed')),
  "description" TEXT, "wikidata_id" TEXT, "same_as" TEXT NOT NULL, "part_of_id" BIGINT, "merged_into_id" BIGINT,
  FOREIGN KEY ("part_of_id") REFERENCES "speakers" ("id"), FOREIGN KEY ("merged_into_id") REFERENCES "speakers" ("id"),
  CHECK (part_of_id <> id), CHECK (merged_into_id <> id)
);
CREATE INDEX "speakers_part_of_id" ON "speakers" ("part_of_id");
CREATE INDEX "speakers_merged_into_id" ON "speakers" ("merged_into_id");
CREATE UNIQUE INDEX "speakers_name_key" ON "speakers" ("name_key") WHERE retracted_at IS NULL AND merged_into_id IS NULL;
CREATE UNIQUE INDEX "speakers_wikidata_id" ON "speakers" ("wikidata_id") WHERE retracted_at IS NULL AND merged_into_id IS NULL;
CREATE INDEX "speakers_kind" ON "speakers" ("kind");

CREATE TABLE "aliases" (
  "id" BIGSERIAL NOT NULL PRIMARY KEY, "speaker_id" BIGINT NOT NULL, "alias" TEXT NOT NULL, "alias_key" TEXT NOT NULL,
  FOREIGN KEY ("speaker_id") REFERENCES "speakers" ("id")
);
CREATE INDEX "aliases_alias_key" ON "aliases" ("alias_key");
CREATE UNIQUE INDEX "aliases_speaker_id_alias_key" ON "aliases" ("speaker_id", "alias_key");

CREATE TABLE "claims" (
  "id" BIGSERIAL NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" BIGINT NOT NULL,
  "retracted_at" TEXT CHECK (retracted_at LIKE '____-__-__T__:__:__.______Z'), "retracted_reason" TEXT,
  "text" TEXT NOT NULL, "language" TEXT NOT NULL, "standalone" BOOLEAN NOT NULL, "merged_into_id" BIGINT,
  FOREIGN KEY ("merged_into_id") REFERENCES "claims" ("id"),
  CHECK (merged_into_id <> id)
);
CREATE INDEX "claims_merged_into_id" ON "claims" ("merged_into_id") WHERE merged_into_id IS NOT NULL;
CREATE INDEX "claims_language" ON "claims" ("language");

CREATE TABLE "claim_topics" (
  "claim_id" BIGINT NOT NULL, "topic_id" BIGINT NOT NULL,
  PRIMARY KEY ("claim_id", "topic_id"),
  FOREIGN KEY ("claim_id") REFERENCES "claims" ("id"), FOREIGN KEY ("topic_id") REFERENCES "topics" ("id")
);

CREATE TABLE "claim_about" (
  "claim_id" BIGINT NOT NULL, "speaker_id" BIGINT NOT NULL,
  PRIMARY KEY ("claim_id", "speaker_id"),
  FOREIGN KEY ("claim_id") REFERENCES "claims" ("id"), FOREIGN KEY ("speaker_id") REFERENCES "speakers" ("id")
);
CREATE INDEX "claim_about_speaker_id" ON "claim_about" ("speaker_id");

CREATE TABLE "statements" (
  "id" BIGSERIAL NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" BIGINT NOT NULL,
  "retracted_at" TEXT CHECK (retracted_at LIKE '____-__-__T__:__:__.______Z'), "retracted_reason" TEXT,
  "claim_id" BIGINT NOT NULL, "speaker_id" BIGINT NOT NULL, "document_id" BIGINT NOT NULL,
  "sentence_id" BIGINT NOT NULL, "mention" TEXT, "mention_start" BIGINT, "mention_end" BIGINT, "role" TEXT, "cue" TEXT,
  "cue_start" BIGINT, "cue_end" BIGINT, "content" TEXT NOT NULL, "content_start" BIGINT NOT NULL,
  "spans" TEXT NOT NULL,
  "form" TEXT NOT NULL CHECK (form IN ('direct', 'indirect', 'mixed')),
  "said_on" TEXT CHECK (said_on LIKE '____-__-__'),
  "via_speaker_id" BIGINT, "via_document_id" BIGINT,
  "status" TEXT NOT NULL CHECK (status IN ('candidate', 'accepted', 'rejected')),
  "origin" TEXT NOT NULL CHECK (origin IN ('person', 'import', 'extractor')),
  "extractor" TEXT, "extractor_version" TEXT,
  "confidence" DOUBLE PRECISION CHECK (confidence BETWEEN 0 AND 1),
  FOREIGN KEY ("claim_id") REFERENCES "claims" ("id"), FOREIGN KEY ("speaker_id") REFERENCES "speakers" ("id"),
  FOREIGN KEY ("document_id") REFERENCES "documents" ("id"), FOREIGN KEY ("sentence_id") REFERENCES "sentences" ("id"),
  FOREIGN KEY ("via_speaker_id") REFERENCES "speakers" ("id"),
  FOREIGN KEY ("via_document_id") REFERENCES "documents" ("id"),
  CHECK ((mention IS NULL) = (mention_start IS NULL)), CHECK ((mention IS NULL) = (mention_end IS NULL)),
  CHECK (mention_start >= 0 AND mention_end - mention_start = length(mention)),
  CHECK ((cue IS NULL) = (cue_start IS NULL)), CHECK ((cue IS NULL) = (cue_end IS NULL)),
  CHECK (cue_start >= 0 AND cue_end - cue_start = length(cue)), CHECK (content_start >= 0),
  CHECK ((origin = 'extractor') = (extractor IS NOT NULL))
);
CREATE INDEX "statements_sentence_id" ON "statements" ("sentence_id");
CREATE INDEX "statements_document_id_content_start" ON "statements" ("document_id", "content_start");
CREATE INDEX "statements_status_id" ON "statements" ("status", "id");
CREATE UNIQUE INDEX "statements_document_speaker_spans" ON "statements" ("document_id", "speaker_id", "spans") WHERE retracted_at IS NULL;
CREATE INDEX "statements_claim_id_document_id_content_start" ON "statements" ("claim_id", "document_id", "content_start");
CREATE INDEX "statements_said_on_id" ON "statements" (coalesce(said_on, ''), id);
CREATE INDEX "statements_speaker_said_on_id" ON "statements" (speaker_id, coalesce(said_on, ''), id);
CREATE INDEX "statements_cue" ON "statements" (lower(cue));
CREATE INDEX "statements_via_speaker_id" ON "statements" ("via_speaker_id") WHERE via_speaker_id IS NOT NULL;
CREATE INDEX "statements_via_document_id" ON "statements" ("via_document_id") WHERE via_document_id IS NOT NULL;
CREATE INDEX "statements_of_speaker" ON "statements" ("speaker_id", "id") WHERE retracted_at IS NULL;
CREATE INDEX "statements_form" ON "statements" (form);
CREATE INDEX "statements_origin" ON "statements" (origin);
CREATE INDEX "statements_confidence" ON "statements" (coalesce(confidence, 1));

CREATE TABLE "counterclaims" (
  "id" BIGSERIAL NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" BIGINT NOT NULL,
  "retracted_at" TEXT CHECK (retracted_at LIKE '____-__-__T__:__:__.______Z'), "retracted_reason" TEXT,
  "claim_id" BIGINT NOT NULL, "answer_id" BIGINT NOT NULL,
  "kind" TEXT NOT NULL CHECK (kind IN ('denies', 'disputes', 'qualifies', 'corrects')),
  "statement_id" BIGINT, "note" TEXT,
  FOREIGN KEY ("claim_id") REFERENCES "claims" ("id"), FOREIGN KEY ("answer_id") REFERENCES "claims" ("id"),
  FOREIGN KEY ("statement_id") REFERENCES "statements" ("id"),
  CHECK (claim_id <> answer_id)
);
CREATE INDEX "counterclaims_answer_id" ON "counterclaims" ("answer_id");
CREATE INDEX "counterclaims_statement_id" ON "counterclaims" ("statement_id");
CREATE UNIQUE INDEX "counterclaims_claim_answer_kind" ON "counterclaims" ("claim_id", "answer_id", "kind") WHERE retracted_at IS NULL;
CREATE INDEX "counterclaims_kind" ON "counterclaims" ("kind");

CREATE TABLE "reviews" (
  "id" BIGSERIAL NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" BIGINT NOT NULL,
  "retracted_at" TEXT CHECK (retracted_at LIKE '____-__-__T__:__:__.______Z'), "retracted_reason" TEXT,
  "claim_id" BIGINT NOT NULL, "publisher_name" TEXT NOT NULL, "publisher_site" TEXT, "url" TEXT NOT NULL, "title" TEXT,
  "rating_label" TEXT NOT NULL, "rating_value" DOUBLE PRECISION, "rating_best" DOUBLE PRECISION,
  "rating_worst" DOUBLE PRECISION,
  "reviewed_at" TEXT CHECK (reviewed_at LIKE '____-__-__T__:__:__Z'),
  "language" TEXT NOT NULL, "licence" TEXT,
  FOREIGN KEY ("claim_id") REFERENCES "claims" ("id")
);
CREATE INDEX "reviews_claim_id" ON "reviews" ("claim_id");
CREATE UNIQUE INDEX "reviews_url_claim" ON "reviews" ("url", "claim_id") WHERE retracted_at IS NULL;
CREATE INDEX "reviews_publisher_name" ON "reviews" ("publisher_name");
CREATE INDEX "reviews_publisher_site" ON "reviews" ("publisher_site");
CREATE INDEX "reviews_rating" ON "reviews" (lower(rating_label));

CREATE TABLE "suggestions" (
  "id" BIGSERIAL NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" BIGINT NOT NULL,
  "statement_id" BIGINT NOT NULL, "claim_id" BIGINT NOT NULL,
  "kind" TEXT NOT NULL CHECK (kind IN ('denies', 'disputes', 'qualifies', 'corrects')),
  "score" DOUBLE PRECISION NOT NULL CHECK (score BETWEEN 0 AND 1),
  "reasons" TEXT NOT NULL, "matcher" TEXT NOT NULL, "matcher_version" TEXT NOT NULL,
  "status" TEXT NOT NULL CHECK (status IN ('open', 'accepted', 'dismissed')),
  FOREIGN KEY ("statement_id") REFERENCES "statements" ("id"), FOREIGN KEY ("claim_id") REFERENCES "claims" ("id")
);
CREATE INDEX "suggestions_claim_id" ON "suggestions" ("claim_id");
CREATE UNIQUE INDEX "suggestions_statement_id_claim_id" ON "suggestions" ("statement_id", "claim_id");
CREATE INDEX "suggestions_status_id" ON "suggestions" ("status", "id");

CREATE TABLE "hidden" (
  "noun" TEXT NOT NULL CHECK (noun IN ('speakers', 'documents')),
  "noun_id" BIGINT NOT NULL,
  PRIMARY KEY ("noun", "noun_id")
);

CREATE TABLE "keys" (
  "id" BIGSERIAL NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" BIGINT NOT NULL,
  "name" TEXT NOT NULL,
  "scope" TEXT NOT NULL CHECK (scope IN ('read', 'write', 'review', 'admin')),
  "secret_hash" TEXT NOT NULL, "hint" TEXT NOT NULL,
  "expires_at" TEXT CHECK (expires_at LIKE '____-__-__T__:__:__Z'),
  "revoked_at" TEXT CHECK (revoked_at LIKE '____-__-__T__:__:__.______Z'),
  "previous_hash" TEXT,
  "previous_until" TEXT CHECK (previous_until LIKE '____-__-__T__:__:__Z')
);
CREATE UNIQUE INDEX "keys_secret_hash" ON "keys" ("secret_hash");
CREATE UNIQUE INDEX "keys_previous_hash" ON "keys" ("previous_hash");

CREATE TABLE "key_uses" (
  "key_id" BIGINT NOT NULL,
  "day" TEXT NOT NULL CHECK (day LIKE '____-__-__'),
  "requests" BIGINT NOT NULL,
  "last_at" TEXT NOT NULL CHECK (last_at LIKE '____-__-__T__:__:__Z'),
  PRIMARY KEY ("key_id", "day"),
  FOREIGN KEY ("key_id") REFERENCES "keys" ("id")
);

CREATE TABLE "changes" (
  "sequence" BIGSERIAL NOT NULL PRIMARY KEY,
  "made_at" TEXT NOT NULL CHECK (made_at LIKE '____-__-__T__:__:__.______Z'),
  "noun" TEXT NOT NULL, "noun_id" BIGINT NOT NULL,
  "action" TEXT NOT NULL CHECK (action IN ('create', 'change', 'retract', 'merge', 'unmerge', 'erase')),
  "key_id" BIGINT, "before" TEXT, "after" TEXT NOT NULL,
  FOREIGN KEY ("key_id") REFERENCES "keys" ("id")
);
CREATE INDEX "changes_key_id" ON "changes" ("key_id");
CREATE INDEX "changes_noun_noun_id_sequence" ON "changes" ("noun", "noun_id", "sequence");

CREATE TABLE "replies" (
  "id" BIGSERIAL NOT NULL PRIMARY KEY, "key_id" BIGINT NOT NULL, "token" TEXT NOT NULL, "request_hash" TEXT NOT NULL,
  "status" BIGINT, "headers" TEXT, "body" TEXT,
  "made_at" TEXT NOT NULL CHECK (made_at LIKE '____-__-__T__:__:__.______Z'),
  FOREIGN KEY ("key_id") REFERENCES "keys" ("id")
);
CREATE INDEX "replies_made_at" ON "replies" ("made_at");
CREATE UNIQUE INDEX "replies_key_id_token" ON "replies" ("key_id", "token");

CREATE TABLE "claim_summaries" (
  "claim_id" BIGINT NOT NULL PRIMARY KEY, "public" BOOLEAN NOT NULL, "answered" BOOLEAN NOT NULL,
  "statement_id" BIGINT, "speaker_id" BIGINT, "document_id" BIGINT, "said_on" TEXT NOT NULL
);
CREATE INDEX "claim_summaries_document_id_claim_id" ON "claim_summaries" ("document_id", "claim_id");
CREATE INDEX "claim_summaries_said_on_claim_id_public_answered" ON "claim_summaries" ("said_on", "claim_id", "public", "answered");
CREATE INDEX "claim_summaries_speaker_id_said_on_claim_id_public_answered" ON "claim_summaries" ("speaker_id", "said_on", "claim_id", "public", "answered");
CREATE INDEX "claim_summaries_hidden" ON "claim_summaries" ("claim_id") WHERE NOT public;
CREATE INDEX "claim_summaries_answered" ON "claim_summaries" ("said_on", "claim_id", "public", "answered") WHERE answered;

CREATE TABLE "claim_cards" (
  "claim_id" BIGINT NOT NULL PRIMARY KEY, "text" TEXT NOT NULL, "language" TEXT NOT NULL, "topic_slugs" TEXT NOT NULL,
  "alone" BOOLEAN NOT NULL, "statement_id" BIGINT, "status" TEXT, "cue" TEXT, "cue_start" BIGINT, "cue_end" BIGINT,
  "content" TEXT, "form" TEXT, "said_on" TEXT, "speaker_id" BIGINT, "speaker_name" TEXT, "speaker_kind" TEXT,
  "speaker_description" TEXT, "speaker_wikidata_id" TEXT, "sentence_id" BIGINT, "sentence_position" BIGINT,
  "sentence_start" BIGINT, "sentence_end" BIGINT, "sentence_text" TEXT, "document_id" BIGINT, "document_url" TEXT,
  "document_title" TEXT, "document_publisher" TEXT, "document_published_at" TEXT, "document_language" TEXT
);
CREATE INDEX "claim_cards_unaccepted" ON "claim_cards" ("claim_id") WHERE status IS DISTINCT FROM 'accepted';

CREATE TABLE "claim_topic_index" (
  "claim_id" BIGINT NOT NULL, "topic_id" BIGINT NOT NULL, "public" BOOLEAN NOT NULL, "answered" BOOLEAN NOT NULL,
  "said_on" TEXT NOT NULL,
  PRIMARY KEY ("claim_id", "topic_id")
);
CREATE INDEX "claim_topic_index_topic_id_claim_id" ON "claim_topic_index" ("topic_id", "claim_id");
CREATE INDEX "claim_topic_index_topic_id_said_on_claim_id_public_answered" ON "claim_topic_index" ("topic_id", "said_on", "claim_id", "public", "answered");
CREATE INDEX "claim_topic_index_answered" ON "claim_topic_index" ("topic_id", "said_on", "claim_id", "public", "answered") WHERE answered;

CREATE TABLE "claim_search" (
  "claim_id" BIGINT NOT NULL PRIMARY KEY, "words" TSVECTOR NOT NULL
);
CREATE INDEX "claim_search_words" ON "claim_search" USING gin ("words");

CREATE TABLE "statement_search" (
  "statement_id" BIGINT NOT NULL PRIMARY KEY, "words" TSVECTOR NOT NULL
);
CREATE INDEX "statement_search_words" ON "statement_search" USING gin ("words");

CREATE FUNCTION sentences_inside_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW."end" > (SELECT length FROM documents WHERE id = NEW.document_id) THEN
    RAISE check_violation USING MESSAGE = 'a sentence ends inside its document';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER "sentences_inside_document" BEFORE INSERT OR UPDATE OF "document_id", "start", "end" ON "sentences"
  FOR EACH ROW EXECUTE FUNCTION sentences_inside_document();

CREATE FUNCTION statements_spans() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  span record;
  document_length bigint := (SELECT length FROM documents WHERE id = NEW.document_id);
  reached bigint := 0;
  spelled text := '';
BEGIN
  FOR span IN SELECT * FROM json_to_recordset(NEW.content::json) AS s("text" text, "start" bigint, "end" bigint) LOOP
    spelled := spelled || CASE WHEN spelled = '' THEN '' ELSE ',' END || span.start || '-' || span."end";
    IF span.start < reached OR span."end" <= span.start OR span."end" > document_length
        OR length(span.text) IS DISTINCT FROM span."end" - span.start THEN
      spelled := NULL;
      EXIT;
    END IF;
    reached := span."end";
  END LOOP;
  IF greatest(NEW.mention_end, NEW.cue_end, 0) > document_length OR spelled IS DISTINCT FROM NEW.spans
      OR spelled = '' OR NEW.content_start IS DISTINCT FROM (NEW.content::json -> 0 ->> 'start')::bigint THEN
    RAISE check_violation
      USING MESSAGE = 'a statement''s spans lie inside its document, in order, and are as long as their words';
  END IF;
  IF NOT EXISTS (
    SELECT 1 FROM sentences WHERE id = NEW.sentence_id AND document_id = NEW.document_id
      AND NEW.content_start >= start AND NEW.content_start < "end") THEN
    RAISE check_violation
      USING MESSAGE = 'a statement''s sentence is the one in its document that its content starts in';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER "statements_spans" BEFORE INSERT OR UPDATE OF "document_id", "sentence_id", "mention_end", "cue_end", "content", "content_start", "spans" ON "statements"
  FOR EACH ROW EXECUTE FUNCTION statements_spans();
