CREATE TABLE "topics" (
  "id" INTEGER NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" INTEGER NOT NULL,
  "retracted_at" TEXT CHECK (retracted_at LIKE '____-__-__T__:__:__.______Z'), "retracted_reason" TEXT,
  "slug" TEXT NOT NULL, "label" TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX "topics_slug" ON "topics" ("slug") WHERE retracted_at IS NULL;

CREATE TABLE "documents" (
  "id" INTEGER NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" INTEGER NOT NULL,
  "retracted_at" TEXT CHECK (retracted_at LIKE '____-__-__T__:__:__.______Z'), "retracted_reason" TEXT,
  "url" TEXT, "url_normalized" TEXT, "title" TEXT, "publisher" TEXT,
  "published_at" TEXT CHECK (published_at LIKE '____-__-__T__:__:__Z'),
  "language" TEXT NOT NULL,
  "retrieved_at" TEXT NOT NULL CHECK (retrieved_at LIKE '____-__-__T__:__:__Z'),
  "licence" TEXT, "text_public" INTEGER NOT NULL, "length" INTEGER NOT NULL, "sha256" TEXT NOT NULL,
  "text" TEXT NOT NULL CHECK (length > 0 AND length(text) = length),
  "domain" TEXT
) STRICT;
CREATE UNIQUE INDEX "documents_sha256" ON "documents" ("sha256") WHERE retracted_at IS NULL AND url_normalized IS NULL;
CREATE INDEX "documents_publisher" ON "documents" ("publisher") WHERE publisher IS NOT NULL;
CREATE INDEX "documents_published_at" ON "documents" ("published_at") WHERE published_at IS NOT NULL;
CREATE INDEX "documents_domain" ON "documents" ("domain") WHERE domain IS NOT NULL;
CREATE UNIQUE INDEX "documents_url_sha256" ON "documents" ("url_normalized", "sha256") WHERE retracted_at IS NULL AND url_normalized IS NOT NULL;

CREATE TABLE "sentences" (
  "id" INTEGER NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" INTEGER NOT NULL,
  "retracted_at" TEXT CHECK (retracted_at LIKE '____-__-__T__:__:__.______Z'), "retracted_reason" TEXT,
  "document_id" INTEGER NOT NULL,
  "position" INTEGER NOT NULL CHECK (position >= 0),
  "start" INTEGER NOT NULL CHECK (start >= 0),
  "end" INTEGER NOT NULL, "text" TEXT NOT NULL,
  FOREIGN KEY ("document_id") REFERENCES "documents" ("id"),
  CHECK ("end" > start AND length(text) = "end" - start)
) STRICT;
CREATE INDEX "sentences_document_id_position" ON "sentences" ("document_id", "position");
CREATE UNIQUE INDEX "sentences_document_start" ON "sentences" ("document_id", "start") WHERE retracted_at IS NULL;

CREATE TABLE "speakers" (
  "id" INTEGER NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" INTEGER NOT NULL,
  "retracted_at" TEXT CHECK (retracted_at LIKE '____-__-__T__:__:__.______Z'), "retracted_reason" TEXT,
  "name" TEXT NOT NULL, "name_key" TEXT NOT NULL,
  "kind" TEXT NOT NULL CHECK (kind IN ('person', 'organization', 'government', 'group', 'unnamed')),
  "description" TEXT, "wikidata_id" TEXT, "same_as" TEXT NOT NULL, "part_of_id" INTEGER, "merged_into_id" INTEGER,
  FOREIGN KEY ("part_of_id") REFERENCES "speakers" ("id"), FOREIGN KEY ("merged_into_id") REFERENCES "speakers" ("id"),
  CHECK (part_of_id <> id), CHECK (merged_into_id <> id)
) STRICT;
CREATE INDEX "speakers_part_of_id" ON "speakers" ("part_of_id");
CREATE INDEX "speakers_merged_into_id" ON "speakers" ("merged_into_id");
CREATE UNIQUE INDEX "speakers_name_key" ON "speakers" ("name_key") WHERE retracted_at IS NULL AND merged_into_id IS NULL;
CREATE UNIQUE INDEX "speakers_wikidata_id" ON "speakers" ("wikidata_id") WHERE retracted_at IS NULL AND merged_into_id IS NULL;
CREATE INDEX "speakers_kind" ON "speakers" ("kind");

CREATE TABLE "aliases" (
  "id" INTEGER NOT NULL PRIMARY KEY, "speaker_id" INTEGER NOT NULL, "alias" TEXT NOT NULL, "alias_key" TEXT NOT NULL,
  FOREIGN KEY ("speaker_id") REFERENCES "speakers" ("id")
) STRICT;
CREATE INDEX "aliases_alias_key" ON "aliases" ("alias_key");
CREATE UNIQUE INDEX "aliases_speaker_id_alias_key" ON "aliases" ("speaker_id", "alias_key");

CREATE TABLE "claims" (
  "id" INTEGER NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" INTEGER NOT NULL,
  "retracted_at" TEXT CHECK (retracted_at LIKE '____-__-__T__:__:__.______Z'), "retracted_reason" TEXT,
  "text" TEXT NOT NULL, "language" TEXT NOT NULL, "standalone" INTEGER NOT NULL, "merged_into_id" INTEGER,
  FOREIGN KEY ("merged_into_id") REFERENCES "claims" ("id"),
  CHECK (merged_into_id <> id)
) STRICT;
CREATE INDEX "claims_merged_into_id" ON "claims" ("merged_into_id") WHERE merged_into_id IS NOT NULL;
CREATE INDEX "claims_language" ON "claims" ("language");
CREATE INDEX "claims_beginning" ON "claims" (substr(text, 1, 60));

CREATE TABLE "claim_topics" (
  "claim_id" INTEGER NOT NULL, "topic_id" INTEGER NOT NULL,
  PRIMARY KEY ("claim_id", "topic_id"),
  FOREIGN KEY ("claim_id") REFERENCES "claims" ("id"), FOREIGN KEY ("topic_id") REFERENCES "topics" ("id")
) STRICT;

CREATE TABLE "claim_about" (
  "claim_id" INTEGER NOT NULL, "speaker_id" INTEGER NOT NULL,
  PRIMARY KEY ("claim_id", "speaker_id"),
  FOREIGN KEY ("claim_id") REFERENCES "claims" ("id"), FOREIGN KEY ("speaker_id") REFERENCES "speakers" ("id")
) STRICT;
CREATE INDEX "claim_about_speaker_id" ON "claim_about" ("speaker_id");

CREATE TABLE "statements" (
  "id" INTEGER NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" INTEGER NOT NULL,
  "retracted_at" TEXT CHECK (retracted_at LIKE '____-__-__T__:__:__.______Z'), "retracted_reason" TEXT,
  "claim_id" INTEGER NOT NULL, "speaker_id" INTEGER NOT NULL, "document_id" INTEGER NOT NULL,
  "sentence_id" INTEGER NOT NULL, "mention" TEXT, "mention_start" INTEGER, "mention_end" INTEGER, "role" TEXT,
  "cue" TEXT, "cue_start" INTEGER, "cue_end" INTEGER, "content" TEXT NOT NULL, "content_start" INTEGER NOT NULL,
  "spans" TEXT NOT NULL,
  "form" TEXT NOT NULL CHECK (form IN ('direct', 'indirect', 'mixed')),
  "said_on" TEXT CHECK (said_on LIKE '____-__-__'),
  "via_speaker_id" INTEGER, "via_document_id" INTEGER,
  "status" TEXT NOT NULL CHECK (status IN ('candidate', 'accepted', 'rejected')),
  "origin" TEXT NOT NULL CHECK (origin IN ('person', 'import', 'extractor')),
  "extractor" TEXT, "extractor_version" TEXT,
  "confidence" REAL CHECK (confidence BETWEEN 0 AND 1),
  FOREIGN KEY ("claim_id") REFERENCES "claims" ("id"), FOREIGN KEY ("speaker_id") REFERENCES "speakers" ("id"),
  FOREIGN KEY ("document_id") REFERENCES "documents" ("id"), FOREIGN KEY ("sentence_id") REFERENCES "sentences" ("id"),
  FOREIGN KEY ("via_speaker_id") REFERENCES "speakers" ("id"),
  FOREIGN KEY ("via_document_id") REFERENCES "documents" ("id"),
  CHECK ((mention IS NULL) = (mention_start IS NULL)), CHECK ((mention IS NULL) = (mention_end IS NULL)),
  CHECK (mention_start >= 0 AND mention_end - mention_start = length(mention)),
  CHECK ((cue IS NULL) = (cue_start IS NULL)), CHECK ((cue IS NULL) = (cue_end IS NULL)),
  CHECK (cue_start >= 0 AND cue_end - cue_start = length(cue)), CHECK (content_start >= 0),
  CHECK ((origin = 'extractor') = (extractor IS NOT NULL))
) STRICT;
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
  "id" INTEGER NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" INTEGER NOT NULL,
  "retracted_at" TEXT CHECK (retracted_at LIKE '____-__-__T__:__:__.______Z'), "retracted_reason" TEXT,
  "claim_id" INTEGER NOT NULL, "answer_id" INTEGER NOT NULL,
  "kind" TEXT NOT NULL CHECK (kind IN ('denies', 'disputes', 'qualifies', 'corrects')),
  "statement_id" INTEGER, "note" TEXT,
  FOREIGN KEY ("claim_id") REFERENCES "claims" ("id"), FOREIGN KEY ("answer_id") REFERENCES "claims" ("id"),
  FOREIGN KEY ("statement_id") REFERENCES "statements" ("id"),
  CHECK (claim_id <> answer_id)
) STRICT;
CREATE INDEX "counterclaims_answer_id" ON "counterclaims" ("answer_id");
CREATE INDEX "counterclaims_statement_id" ON "counterclaims" ("statement_id");
CREATE UNIQUE INDEX "counterclaims_claim_answer_kind" ON "counterclaims" ("claim_id", "answer_id", "kind") WHERE retracted_at IS NULL;
CREATE INDEX "counterclaims_kind" ON "counterclaims" ("kind");

CREATE TABLE "reviews" (
  "id" INTEGER NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" INTEGER NOT NULL,
  "retracted_at" TEXT CHECK (retracted_at LIKE '____-__-__T__:__:__.______Z'), "retracted_reason" TEXT,
  "claim_id" INTEGER NOT NULL, "publisher_name" TEXT NOT NULL, "publisher_site" TEXT, "url" TEXT NOT NULL,
  "title" TEXT, "rating_label" TEXT NOT NULL, "rating_value" REAL, "rating_best" REAL, "rating_worst" REAL,
  "reviewed_at" TEXT CHECK (reviewed_at LIKE '____-__-__T__:__:__Z'),
  "language" TEXT NOT NULL, "licence" TEXT,
  FOREIGN KEY ("claim_id") REFERENCES "claims" ("id")
) STRICT;
CREATE INDEX "reviews_claim_id" ON "reviews" ("claim_id");
CREATE UNIQUE INDEX "reviews_url_claim" ON "reviews" ("url", "claim_id") WHERE retracted_at IS NULL;
CREATE INDEX "reviews_publisher_name" ON "reviews" ("publisher_name");
CREATE INDEX "reviews_publisher_site" ON "reviews" ("publisher_site");
CREATE INDEX "reviews_rating" ON "reviews" (lower(rating_label));

CREATE TABLE "suggestions" (
  "id" INTEGER NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" INTEGER NOT NULL,
  "statement_id" INTEGER NOT NULL, "claim_id" INTEGER NOT NULL,
  "kind" TEXT NOT NULL CHECK (kind IN ('denies', 'disputes', 'qualifies', 'corrects')),
  "score" REAL NOT NULL CHECK (score BETWEEN 0 AND 1),
  "reasons" TEXT NOT NULL, "matcher" TEXT NOT NULL, "matcher_version" TEXT NOT NULL,
  "status" TEXT NOT NULL CHECK (status IN ('open', 'accepted', 'dismissed')),
  FOREIGN KEY ("statement_id") REFERENCES "statements" ("id"), FOREIGN KEY ("claim_id") REFERENCES "claims" ("id")
) STRICT;
CREATE INDEX "suggestions_claim_id" ON "suggestions" ("claim_id");
CREATE UNIQUE INDEX "suggestions_statement_id_claim_id" ON "suggestions" ("statement_id", "claim_id");
CREATE INDEX "suggestions_status_id" ON "suggestions" ("status", "id");

CREATE TABLE "hidden" (
  "noun" TEXT NOT NULL CHECK (noun IN ('speakers', 'documents')),
  "noun_id" INTEGER NOT NULL,
  PRIMARY KEY ("noun", "noun_id")
) STRICT;

CREATE TABLE "keys" (
  "id" INTEGER NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" INTEGER NOT NULL,
  "name" TEXT NOT NULL,
  "scope" TEXT NOT NULL CHECK (scope IN ('read', 'write', 'review', 'admin')),
  "secret_hash" TEXT NOT NULL, "hint" TEXT NOT NULL,
  "expires_at" TEXT CHECK (expires_at LIKE '____-__-__T__:__:__Z'),
  "revoked_at" TEXT CHECK (revoked_at LIKE '____-__-__T__:__:__.______Z'),
  "previous_hash" TEXT,
  "previous_until" TEXT CHECK (previous_until LIKE '____-__-__T__:__:__Z')
) STRICT;
CREATE UNIQUE INDEX "keys_secret_hash" ON "keys" ("secret_hash");
CREATE UNIQUE INDEX "keys_previous_hash" ON "keys" ("previous_hash");

CREATE TABLE "key_uses" (
  "key_id" INTEGER NOT NULL,
  "day" TEXT NOT NULL CHECK (day LIKE '____-__-__'),
  "requests" INTEGER NOT NULL,
  "last_at" TEXT NOT NULL CHECK (last_at LIKE '____-__-__T__:__:__Z'),
  PRIMARY KEY ("key_id", "day"),
  FOREIGN KEY ("key_id") REFERENCES "keys" ("id")
) STRICT;

CREATE TABLE "changes" (
  "sequence" INTEGER NOT NULL PRIMARY KEY,
  "made_at" TEXT NOT NULL CHECK (made_at LIKE '____-__-__T__:__:__.______Z'),
  "noun" TEXT NOT NULL, "noun_id" INTEGER NOT NULL,
  "action" TEXT NOT NULL CHECK (action IN ('create', 'change', 'retract', 'merge', 'unmerge', 'erase')),
  "key_id" INTEGER, "before" TEXT, "after" TEXT NOT NULL,
  FOREIGN KEY ("key_id") REFERENCES "keys" ("id")
) STRICT;
CREATE INDEX "changes_key_id" ON "changes" ("key_id");
CREATE INDEX "changes_noun_noun_id_sequence" ON "changes" ("noun", "noun_id", "sequence");

CREATE TABLE "replies" (
  "id" INTEGER NOT NULL PRIMARY KEY, "key_id" INTEGER NOT NULL, "token" TEXT NOT NULL, "request_hash" TEXT NOT NULL,
  "status" INTEGER, "headers" TEXT, "body" TEXT,
  "made_at" TEXT NOT NULL CHECK (made_at LIKE '____-__-__T__:__:__.______Z'),
  FOREIGN KEY ("key_id") REFERENCES "keys" ("id")
) STRICT;
CREATE INDEX "replies_made_at" ON "replies" ("made_at");
CREATE UNIQUE INDEX "replies_key_id_token" ON "replies" ("key_id", "token");

CREATE TABLE "claim_summaries" (
  "claim_id" INTEGER NOT NULL PRIMARY KEY, "public" INTEGER NOT NULL, "answered" INTEGER NOT NULL,
  "statement_id" INTEGER, "speaker_id" INTEGER, "document_id" INTEGER, "said_on" TEXT NOT NULL
) STRICT;
CREATE INDEX "claim_summaries_document_id_claim_id" ON "claim_summaries" ("document_id", "claim_id");
CREATE INDEX "claim_summaries_said_on_claim_id_public_answered" ON "claim_summaries" ("said_on", "claim_id", "public", "answered");
CREATE INDEX "claim_summaries_speaker_id_said_on_claim_id_public_answered" ON "claim_summaries" ("speaker_id", "said_on", "claim_id", "public", "answered");
CREATE INDEX "claim_summaries_hidden" ON "claim_summaries" ("claim_id") WHERE NOT public;
CREATE INDEX "claim_summaries_answered" ON "claim_summaries" ("said_on", "claim_id", "public", "answered") WHERE answered;

CREATE TABLE "claim_cards" (
  "claim_id" INTEGER NOT NULL PRIMARY KEY, "text" TEXT NOT NULL, "language" TEXT NOT NULL, "topic_slugs" TEXT NOT NULL,
  "alone" INTEGER NOT NULL, "statement_id" INTEGER, "status" TEXT, "cue" TEXT, "cue_start" INTEGER, "cue_end" INTEGER,
  "content" TEXT, "form" TEXT, "said_on" TEXT, "speaker_id" INTEGER, "speaker_name" TEXT, "speaker_kind" TEXT,
  "speaker_description" TEXT, "speaker_wikidata_id" TEXT, "sentence_id" INTEGER, "sentence_position" INTEGER,
  "sentence_start" INTEGER, "sentence_end" INTEGER, "sentence_text" TEXT, "document_id" INTEGER, "document_url" TEXT,
  "document_title" TEXT, "document_publisher" TEXT, "document_published_at" TEXT, "document_language" TEXT
) STRICT;

CREATE TABLE "claim_topic_index" (
  "claim_id" INTEGER NOT NULL, "topic_id" INTEGER NOT NULL, "public" INTEGER NOT NULL, "answered" INTEGER NOT NULL,
  "said_on" TEXT NOT NULL,
  PRIMARY KEY ("claim_id", "topic_id")
) STRICT;
CREATE INDEX "claim_topic_index_topic_id_claim_id" ON "claim_topic_index" ("topic_id", "claim_id");
CREATE INDEX "claim_topic_index_topic_id_said_on_claim_id_public_answered" ON "claim_topic_index" ("topic_id", "said_on", "claim_id", "public", "answered");
CREATE INDEX "claim_topic_index_answered" ON "claim_topic_index" ("topic_id", "said_on", "claim_id", "public", "answered") WHERE answered;

CREATE VIRTUAL TABLE "claim_search" USING fts5(text, content='', contentless_delete=1, tokenize="ascii");

CREATE VIRTUAL TABLE "statement_search" USING fts5(claim, sentence, speaker, content='', contentless_delete=1, tokenize="ascii");

CREATE TRIGGER "sentences_inside_document_insert" BEFORE INSERT ON "sentences" BEGIN
  SELECT RAISE(ABORT, 'a sentence ends inside its document')
    WHERE NEW."end" > (SELECT length FROM documents WHERE id = NEW.document_id);
END;

CREATE TRIGGER "sentences_inside_document_update" BEFORE UPDATE OF "document_id", "start", "end" ON "sentences" BEGIN
  SELECT RAISE(ABORT, 'a sentence ends inside its document')
    WHERE NEW."end" > (SELECT length FROM documents WHERE id = NEW.document_id);
END;

CREATE TRIGGER "statements_spans_insert" BEFORE INSERT ON "statements" BEGIN
  SELECT RAISE(ABORT, 'a statement''s spans lie inside its document, in order, and are as long as their words')
    FROM documents d WHERE d.id = NEW.document_id AND (
      max(coalesce(NEW.mention_end, 0), coalesce(NEW.cue_end, 0)) > d.length
      OR CASE WHEN json_array_length(NEW.content) = 1
        AND NEW.spans = json_extract(NEW.content, '$[0].start') || '-' || json_extract(NEW.content, '$[0].end')
        AND NEW.content_start = json_extract(NEW.content, '$[0].start')
        AND json_extract(NEW.content, '$[0].end') > NEW.content_start
        AND json_extract(NEW.content, '$[0].end') <= d.length
        AND length(json_extract(NEW.content, '$[0].text')) = json_extract(NEW.content, '$[0].end') - NEW.content_start
      THEN FALSE ELSE
        json_array_length(NEW.content) = 0
        OR EXISTS (
          SELECT 1 FROM json_each(NEW.content) s
          WHERE json_extract(s.value, '$.start') < coalesce(
              (SELECT max(json_extract(b.value, '$.end')) FROM json_each(NEW.content) b WHERE b.key < s.key), 0)
            OR json_extract(s.value, '$.end') <= json_extract(s.value, '$.start')
            OR json_extract(s.value, '$.end') > d.length
            OR length(json_extract(s.value, '$.text'))
              IS NOT json_extract(s.value, '$.end') - json_extract(s.value, '$.start'))
        OR NEW.content_start IS NOT json_extract(NEW.content, '$[0].start')
        OR NEW.spans IS NOT (
          SELECT group_concat(json_extract(s.value, '$.start') || '-' || json_extract(s.value, '$.end'))
          FROM json_each(NEW.content) s)
      END);
  SELECT RAISE(ABORT, 'a statement''s sentence is the one in its document that its content starts in')
    WHERE NOT EXISTS (
      SELECT 1 FROM sentences WHERE id = NEW.sentence_id AND document_id = NEW.document_id
        AND NEW.content_start >= start AND NEW.content_start < "end");
END;

CREATE TRIGGER "statements_spans_update" BEFORE UPDATE OF "document_id", "sentence_id", "mention_end", "cue_end", "content", "content_start", "spans" ON "statements" BEGIN
  SELECT RAISE(ABORT, 'a statement''s spans lie inside its document, in order, and are as long as their words')
    FROM documents d WHERE d.id = NEW.document_id AND (
      max(coalesce(NEW.mention_end, 0), coalesce(NEW.cue_end, 0)) > d.length
      OR json_array_length(NEW.content) = 0
      OR EXISTS (
        SELECT 1 FROM json_each(NEW.content) s
        WHERE json_extract(s.value, '$.start') < coalesce(
            (SELECT max(json_extract(b.value, '$.end')) FROM json_each(NEW.content) b WHERE b.key < s.key), 0)
          OR json_extract(s.value, '$.end') <= json_extract(s.value, '$.start')
          OR json_extract(s.value, '$.end') > d.length
          OR length(json_extract(s.value, '$.text'))
            IS NOT json_extract(s.value, '$.end') - json_extract(s.value, '$.start'))
      OR NEW.content_start IS NOT json_extract(NEW.content, '$[0].start')
      OR NEW.spans IS NOT (
        SELECT group_concat(json_extract(s.value, '$.start') || '-' || json_extract(s.value, '$.end'))
        FROM json_each(NEW.content) s));
  SELECT RAISE(ABORT, 'a statement''s sentence is the one in its document that its content starts in')
    WHERE NOT EXISTS (
      SELECT 1 FROM sentences WHERE id = NEW.sentence_id AND document_id = NEW.document_id
        AND NEW.content_start >= start AND NEW.content_start < "end");
END;
