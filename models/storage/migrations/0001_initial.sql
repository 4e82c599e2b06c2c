-- The order of a table's indexes counts: of two that cost the same, SQLite takes the one that was made later.

CREATE TABLE "topics" (
  "id" {id} NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" {integer} NOT NULL,
  "retracted_at" TEXT CHECK (retracted_at LIKE '____-__-__T__:__:__.______Z'),
  "retracted_reason" TEXT, "slug" TEXT NOT NULL, "label" TEXT NOT NULL
){strict};
CREATE UNIQUE INDEX "topics_slug" ON "topics" ("slug") WHERE retracted_at IS NULL;

CREATE TABLE "documents" (
  "id" {id} NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" {integer} NOT NULL,
  "retracted_at" TEXT CHECK (retracted_at LIKE '____-__-__T__:__:__.______Z'),
  "retracted_reason" TEXT, "url" TEXT, "url_normalized" TEXT, "title" TEXT, "publisher" TEXT,
  "published_at" TEXT CHECK (published_at LIKE '____-__-__T__:__:__Z'),
  "language" TEXT NOT NULL,
  "retrieved_at" TEXT NOT NULL CHECK (retrieved_at LIKE '____-__-__T__:__:__Z'),
  "licence" TEXT, "text_public" {boolean} NOT NULL, "length" {integer} NOT NULL, "sha256" TEXT NOT NULL,
  "text" TEXT NOT NULL CHECK (length >= 0 AND length(text) = length),
  "domain" TEXT,
  "kind" TEXT CHECK (kind IN ('article', 'transcript', 'broadcast', 'post', 'release', 'memo')),
  "publisher_key" TEXT
){strict};
CREATE UNIQUE INDEX "documents_sha256" ON "documents" ("sha256") WHERE retracted_at IS NULL AND url_normalized IS NULL;
CREATE INDEX "documents_published_at" ON "documents" ("published_at") WHERE published_at IS NOT NULL;
CREATE INDEX "documents_domain" ON "documents" ("domain") WHERE domain IS NOT NULL;
CREATE UNIQUE INDEX "documents_url_sha256" ON "documents" ("url_normalized", "sha256") WHERE retracted_at IS NULL AND url_normalized IS NOT NULL;
CREATE INDEX "documents_language" ON "documents" ("language");
CREATE INDEX "documents_kind" ON "documents" ("kind") WHERE kind IS NOT NULL;
CREATE INDEX "documents_id_kind" ON "documents" ("id", "kind") WHERE kind IS NOT NULL;
CREATE INDEX "documents_published_at_id" ON "documents" (coalesce(published_at, ''), id);
CREATE INDEX "documents_publisher_key" ON "documents" ("publisher_key") WHERE publisher_key IS NOT NULL;

CREATE TABLE "sentences" (
  "id" {id} NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" {integer} NOT NULL,
  "retracted_at" TEXT CHECK (retracted_at LIKE '____-__-__T__:__:__.______Z'),
  "retracted_reason" TEXT, "document_id" {integer} NOT NULL,
  "position" {integer} NOT NULL CHECK (position >= 0),
  "start" {integer} NOT NULL CHECK (start >= 0),
  "end" {integer} NOT NULL, "text" TEXT NOT NULL,
  FOREIGN KEY ("document_id") REFERENCES "documents" ("id"), CHECK ("end" > start AND length(text) = "end" - start)
){strict};
CREATE INDEX "sentences_document_id_position" ON "sentences" ("document_id", "position");
CREATE UNIQUE INDEX "sentences_document_start" ON "sentences" ("document_id", "start") WHERE retracted_at IS NULL;

CREATE TABLE "speakers" (
  "id" {id} NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" {integer} NOT NULL,
  "retracted_at" TEXT CHECK (retracted_at LIKE '____-__-__T__:__:__.______Z'),
  "retracted_reason" TEXT, "name" TEXT NOT NULL, "name_key" TEXT NOT NULL,
  "kind" TEXT NOT NULL CHECK (kind IN ('person', 'organization', 'government', 'group', 'unnamed', 'document')),
  "description" TEXT, "wikidata_id" TEXT, "same_as" TEXT NOT NULL, "part_of_id" {integer}, "merged_into_id" {integer},
  FOREIGN KEY ("part_of_id") REFERENCES "speakers" ("id"),
  FOREIGN KEY ("merged_into_id") REFERENCES "speakers" ("id"), CHECK (part_of_id <> id), CHECK (merged_into_id <> id)
){strict};
CREATE INDEX "speakers_part_of_id" ON "speakers" ("part_of_id");
CREATE INDEX "speakers_merged_into_id" ON "speakers" ("merged_into_id");
CREATE UNIQUE INDEX "speakers_name_key" ON "speakers" ("name_key") WHERE retracted_at IS NULL AND merged_into_id IS NULL;
CREATE UNIQUE INDEX "speakers_wikidata_id" ON "speakers" ("wikidata_id") WHERE retracted_at IS NULL AND merged_into_id IS NULL;
CREATE INDEX "speakers_any_wikidata_id" ON "speakers" ("wikidata_id") WHERE wikidata_id IS NOT NULL;
CREATE INDEX "speakers_kind" ON "speakers" ("kind");

CREATE TABLE "aliases" (
  "id" {id} NOT NULL PRIMARY KEY, "speaker_id" {integer} NOT NULL, "alias" TEXT NOT NULL, "alias_key" TEXT NOT NULL,
  FOREIGN KEY ("speaker_id") REFERENCES "speakers" ("id")
){strict};
CREATE UNIQUE INDEX "aliases_speaker_id_alias_key" ON "aliases" ("speaker_id", "alias_key");
CREATE INDEX "aliases_alias_key_speaker_id" ON "aliases" ("alias_key", "speaker_id");

CREATE TABLE "claims" (
  "id" {id} NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" {integer} NOT NULL,
  "retracted_at" TEXT CHECK (retracted_at LIKE '____-__-__T__:__:__.______Z'),
  "retracted_reason" TEXT, "text" TEXT NOT NULL, "language" TEXT NOT NULL, "standalone" {boolean} NOT NULL,
  "merged_into_id" {integer},
  FOREIGN KEY ("merged_into_id") REFERENCES "claims" ("id"), CHECK (merged_into_id <> id)
){strict};
CREATE INDEX "claims_merged_into_id" ON "claims" ("merged_into_id") WHERE merged_into_id IS NOT NULL;
CREATE INDEX "claims_language" ON "claims" ("language");
CREATE INDEX "claims_wording" ON "claims" ({wording}, id);

CREATE TABLE "claim_topics" (
  "claim_id" {integer} NOT NULL, "topic_id" {integer} NOT NULL,
  PRIMARY KEY ("claim_id", "topic_id"), FOREIGN KEY ("claim_id") REFERENCES "claims" ("id"),
  FOREIGN KEY ("topic_id") REFERENCES "topics" ("id")
){strict};

CREATE TABLE "claim_about" (
  "claim_id" {integer} NOT NULL, "speaker_id" {integer} NOT NULL,
  "role" TEXT NOT NULL DEFAULT 'mentioned' CHECK (role IN ('accused', 'mentioned')),
  PRIMARY KEY ("claim_id", "speaker_id"), FOREIGN KEY ("claim_id") REFERENCES "claims" ("id"),
  FOREIGN KEY ("speaker_id") REFERENCES "speakers" ("id")
){strict};
CREATE INDEX "claim_about_speaker_id" ON "claim_about" ("speaker_id");
CREATE INDEX "claim_about_accused" ON "claim_about" ("claim_id") WHERE role = 'accused';

CREATE TABLE "given_subjects" (
  "claim_id" {integer} NOT NULL, "speaker_id" {integer} NOT NULL, "by_id" {integer} NOT NULL,
  "role" TEXT NOT NULL CHECK (role IN ('accused', 'mentioned')),
  PRIMARY KEY ("claim_id", "speaker_id", "by_id"), FOREIGN KEY ("claim_id") REFERENCES "claims" ("id"),
  FOREIGN KEY ("speaker_id") REFERENCES "speakers" ("id"), FOREIGN KEY ("by_id") REFERENCES "claims" ("id")
){strict};
CREATE INDEX "given_subjects_speaker_id" ON "given_subjects" ("speaker_id");
CREATE INDEX "given_subjects_by_id" ON "given_subjects" ("by_id");

CREATE TABLE "statements" (
  "id" {id} NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" {integer} NOT NULL,
  "retracted_at" TEXT CHECK (retracted_at LIKE '____-__-__T__:__:__.______Z'),
  "retracted_reason" TEXT, "claim_id" {integer} NOT NULL, "speaker_id" {integer} NOT NULL,
  "document_id" {integer} NOT NULL, "sentence_id" {integer} NOT NULL, "mention" TEXT, "mention_start" {integer},
  "mention_end" {integer}, "role" TEXT, "cue" TEXT, "cue_start" {integer}, "cue_end" {integer},
  "content" TEXT NOT NULL, "content_start" {integer} NOT NULL, "spans" TEXT NOT NULL,
  "form" TEXT NOT NULL CHECK (form IN ('direct', 'indirect', 'mixed')),
  "said_on" TEXT CHECK (said_on LIKE '____-__-__' OR said_on LIKE '____-__' OR said_on LIKE '____'),
  "via_speaker_id" {integer}, "via_document_id" {integer},
  "status" TEXT NOT NULL CHECK (status IN ('candidate', 'accepted', 'rejected')),
  "origin" TEXT NOT NULL CHECK (origin IN ('person', 'import', 'extractor')),
  "extractor" TEXT, "extractor_version" TEXT,
  "confidence" {real} CHECK (confidence BETWEEN 0 AND 1),
  "on_behalf_of_id" {integer}, "original_id" {integer},
  "at" {real} CHECK (at >= 0),
  "day" TEXT NOT NULL DEFAULT '',
  FOREIGN KEY ("claim_id") REFERENCES "claims" ("id"), FOREIGN KEY ("speaker_id") REFERENCES "speakers" ("id"),
  FOREIGN KEY ("document_id") REFERENCES "documents" ("id"),
  FOREIGN KEY ("sentence_id") REFERENCES "sentences" ("id"),
  FOREIGN KEY ("via_speaker_id") REFERENCES "speakers" ("id"),
  FOREIGN KEY ("via_document_id") REFERENCES "documents" ("id"),
  FOREIGN KEY ("on_behalf_of_id") REFERENCES "speakers" ("id"),
  FOREIGN KEY ("original_id") REFERENCES "statements" ("id"), CHECK ((mention IS NULL) = (mention_start IS NULL)),
  CHECK ((mention IS NULL) = (mention_end IS NULL)),
  CHECK (mention_start >= 0 AND mention_end - mention_start = length(mention)),
  CHECK ((cue IS NULL) = (cue_start IS NULL)), CHECK ((cue IS NULL) = (cue_end IS NULL)),
  CHECK (cue_start >= 0 AND cue_end - cue_start = length(cue)), CHECK (content_start >= 0),
  CHECK ((origin = 'extractor') = (extractor IS NOT NULL))
){strict};
CREATE INDEX "statements_cue" ON "statements" (lower(cue));
CREATE INDEX "statements_sentence_id" ON "statements" ("sentence_id");
CREATE INDEX "statements_document_cue" ON "statements" ("document_id", "cue_start") WHERE cue_start IS NOT NULL;
CREATE INDEX "statements_changed" ON "statements" ("document_id") WHERE version > 1;
CREATE INDEX "statements_document_id_content_start" ON "statements" ("document_id", "content_start");
CREATE INDEX "statements_status_id" ON "statements" ("status", "id");
CREATE INDEX "statements_claim_id_document_id_content_start_id" ON "statements" ("claim_id", "document_id", "content_start", "id");
CREATE INDEX "statements_via_speaker_id" ON "statements" ("via_speaker_id") WHERE via_speaker_id IS NOT NULL;
CREATE INDEX "statements_via_document_id" ON "statements" ("via_document_id") WHERE via_document_id IS NOT NULL;
CREATE INDEX "statements_of_speaker" ON "statements" ("speaker_id", "id") WHERE retracted_at IS NULL;
CREATE INDEX "statements_stated_by" ON "statements" ("claim_id", "speaker_id", "status") WHERE retracted_at IS NULL;
CREATE INDEX "statements_stated_for" ON "statements" ("claim_id", "on_behalf_of_id", "status") WHERE retracted_at IS NULL AND on_behalf_of_id IS NOT NULL;
CREATE INDEX "statements_joint" ON "statements" ("claim_id", "document_id", "spans", "id") WHERE retracted_at IS NULL;
CREATE INDEX "statements_accepted" ON "statements" ("claim_id", "document_id", "spans", "id") WHERE retracted_at IS NULL AND status = 'accepted';
CREATE INDEX "statements_form" ON "statements" (form);
CREATE INDEX "statements_origin" ON "statements" (origin);
CREATE INDEX "statements_confidence" ON "statements" (coalesce(confidence, 1));
CREATE UNIQUE INDEX "statements_document_speaker_spans" ON "statements" ("document_id", "speaker_id", "spans") WHERE retracted_at IS NULL AND '' || status = 'accepted';
CREATE INDEX "statements_same_words" ON "statements" ("document_id", "speaker_id", "spans") WHERE retracted_at IS NULL;
CREATE INDEX "statements_on_behalf_of_id" ON "statements" ("on_behalf_of_id") WHERE on_behalf_of_id IS NOT NULL;
CREATE INDEX "statements_original_id" ON "statements" ("original_id") WHERE original_id IS NOT NULL;
CREATE INDEX "statements_day_id" ON "statements" ("day", "id");
CREATE INDEX "statements_speaker_id_day_id" ON "statements" ("speaker_id", "day", "id");

CREATE TABLE "counterclaims" (
  "id" {id} NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" {integer} NOT NULL,
  "retracted_at" TEXT CHECK (retracted_at LIKE '____-__-__T__:__:__.______Z'),
  "retracted_reason" TEXT, "claim_id" {integer} NOT NULL, "answer_id" {integer} NOT NULL,
  "kind" TEXT NOT NULL CHECK (kind IN ('denies', 'disputes', 'qualifies', 'corrects', 'confirms')),
  "statement_id" {integer}, "note" TEXT, "target_id" {integer},
  "of" TEXT NOT NULL DEFAULT 'claim' CHECK (of IN ('claim', 'attribution')),
  FOREIGN KEY ("claim_id") REFERENCES "claims" ("id"), FOREIGN KEY ("answer_id") REFERENCES "claims" ("id"),
  FOREIGN KEY ("statement_id") REFERENCES "statements" ("id"),
  FOREIGN KEY ("target_id") REFERENCES "statements" ("id"), CHECK (claim_id <> answer_id),
  CHECK (of = 'claim' OR target_id IS NOT NULL)
){strict};
CREATE INDEX "counterclaims_answer_id" ON "counterclaims" ("answer_id");
CREATE INDEX "counterclaims_statement_id" ON "counterclaims" ("statement_id");
CREATE INDEX "counterclaims_kind" ON "counterclaims" ("kind");
CREATE UNIQUE INDEX "counterclaims_claim_answer_kind" ON "counterclaims" (claim_id, answer_id, kind, (CASE WHEN of = 'attribution' THEN target_id ELSE 0 END)) WHERE retracted_at IS NULL;
CREATE INDEX "counterclaims_of_target_id" ON "counterclaims" ("of", "target_id");
CREATE INDEX "counterclaims_target_id" ON "counterclaims" ("target_id") WHERE target_id IS NOT NULL;
CREATE INDEX "counterclaims_claim_id" ON "counterclaims" ("claim_id");

CREATE TABLE "reviews" (
  "id" {id} NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" {integer} NOT NULL,
  "retracted_at" TEXT CHECK (retracted_at LIKE '____-__-__T__:__:__.______Z'),
  "retracted_reason" TEXT, "claim_id" {integer} NOT NULL, "publisher_name" TEXT NOT NULL, "publisher_site" TEXT,
  "url" TEXT NOT NULL, "title" TEXT, "rating_label" TEXT NOT NULL, "rating_value" {real}, "rating_best" {real},
  "rating_worst" {real},
  "reviewed_at" TEXT CHECK (reviewed_at LIKE '____-__-__T__:__:__Z'),
  "language" TEXT NOT NULL, "licence" TEXT, "statement_id" {integer}, "url_normalized" TEXT, "publisher_key" TEXT,
  FOREIGN KEY ("claim_id") REFERENCES "claims" ("id"), FOREIGN KEY ("statement_id") REFERENCES "statements" ("id")
){strict};
CREATE INDEX "reviews_rating" ON "reviews" (lower(rating_label));
CREATE INDEX "reviews_claim_id" ON "reviews" ("claim_id");
CREATE INDEX "reviews_language" ON "reviews" ("language");
CREATE INDEX "reviews_publisher_site" ON "reviews" ("publisher_site");
CREATE INDEX "reviews_statement_id" ON "reviews" ("statement_id") WHERE statement_id IS NOT NULL;
CREATE INDEX "reviews_reviewed_at_id" ON "reviews" (coalesce(reviewed_at, ''), id);
CREATE UNIQUE INDEX "reviews_url_claim" ON "reviews" ("url_normalized", "claim_id") WHERE retracted_at IS NULL;
CREATE INDEX "reviews_publisher_key" ON "reviews" ("publisher_key");

CREATE TABLE "suggestions" (
  "id" {id} NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" {integer} NOT NULL, "statement_id" {integer} NOT NULL, "claim_id" {integer} NOT NULL,
  "kind" TEXT NOT NULL CHECK (kind IN ('denies', 'disputes', 'qualifies', 'corrects', 'confirms')),
  "score" {real} NOT NULL CHECK (score BETWEEN 0 AND 1),
  "reasons" TEXT NOT NULL, "matcher" TEXT NOT NULL, "matcher_version" TEXT NOT NULL,
  "status" TEXT NOT NULL CHECK (status IN ('open', 'accepted', 'dismissed')),
  "doubt" TEXT CHECK (doubt IN ('told_later', 'no_common_words', 'others_between', 'another_matter', 'too_far', 'nested', 'a_denial', 'not_said_to_answer')),
  FOREIGN KEY ("statement_id") REFERENCES "statements" ("id"), FOREIGN KEY ("claim_id") REFERENCES "claims" ("id")
){strict};
CREATE INDEX "suggestions_claim_id" ON "suggestions" ("claim_id");
CREATE UNIQUE INDEX "suggestions_statement_id_claim_id" ON "suggestions" ("statement_id", "claim_id");
CREATE INDEX "suggestions_status_id" ON "suggestions" ("status", "id");

CREATE TABLE "hidden" (
  "noun" TEXT NOT NULL CHECK (noun IN ('speakers', 'documents')),
  "noun_id" {integer} NOT NULL,
  PRIMARY KEY ("noun", "noun_id")
){strict};

CREATE TABLE "claim_summaries" (
  "claim_id" {integer} NOT NULL PRIMARY KEY, "public" {boolean} NOT NULL, "answered" {boolean} NOT NULL,
  "statement_id" {integer}, "speaker_id" {integer}, "document_id" {integer}, "day" TEXT NOT NULL,
  "statement_count" {integer} NOT NULL DEFAULT 0, "print_count" {integer} NOT NULL DEFAULT 0,
  "reviewer_statement_count" {integer} NOT NULL DEFAULT 0, "reviewer_print_count" {integer} NOT NULL DEFAULT 0
){strict};
CREATE INDEX "claim_summaries_document_id_claim_id" ON "claim_summaries" ("document_id", "claim_id");
CREATE INDEX "claim_summaries_statement_count" ON "claim_summaries" ("statement_count", "claim_id", "public", "answered");
CREATE INDEX "claim_summaries_day_claim_id_public_answered" ON "claim_summaries" ("day", "claim_id", "public", "answered");
CREATE INDEX "claim_summaries_speaker_id_day_claim_id_public_answered" ON "claim_summaries" ("speaker_id", "day", "claim_id", "public", "answered");
CREATE INDEX "claim_summaries_answered" ON "claim_summaries" ("day", "claim_id", "public", "answered") WHERE answered;

CREATE TABLE "claim_cards" (
  "claim_id" {integer} NOT NULL PRIMARY KEY, "text" TEXT NOT NULL, "language" TEXT NOT NULL,
  "topic_slugs" TEXT NOT NULL, "alone" {boolean} NOT NULL, "statement_id" {integer}, "status" TEXT, "cue" TEXT,
  "cue_start" {integer}, "cue_end" {integer}, "content" TEXT, "form" TEXT, "said_on" TEXT, "speaker_id" {integer},
  "speaker_name" TEXT, "speaker_kind" TEXT, "speaker_description" TEXT, "speaker_wikidata_id" TEXT,
  "sentence_id" {integer}, "sentence_position" {integer}, "sentence_start" {integer}, "sentence_end" {integer},
  "sentence_text" TEXT, "document_id" {integer}, "document_url" TEXT, "document_title" TEXT,
  "document_publisher" TEXT, "document_published_at" TEXT, "document_language" TEXT, "document_kind" TEXT, "day" TEXT
){strict};

CREATE TABLE "claim_topic_index" (
  "claim_id" {integer} NOT NULL, "topic_id" {integer} NOT NULL, "public" {boolean} NOT NULL,
  "answered" {boolean} NOT NULL, "day" TEXT NOT NULL, "statement_count" {integer} NOT NULL DEFAULT 0,
  PRIMARY KEY ("claim_id", "topic_id")
){strict};
CREATE INDEX "claim_topic_index_topic_id_claim_id" ON "claim_topic_index" ("topic_id", "claim_id");
CREATE INDEX "claim_topic_index_statement_count" ON "claim_topic_index" ("topic_id", "statement_count", "claim_id", "public", "answered");
CREATE INDEX "claim_topic_index_topic_id_day_claim_id_public_answered" ON "claim_topic_index" ("topic_id", "day", "claim_id", "public", "answered");
CREATE INDEX "claim_topic_index_answered" ON "claim_topic_index" ("topic_id", "day", "claim_id", "public", "answered") WHERE answered;

CREATE TABLE "answered_attributions" (
  "statement_id" {integer} NOT NULL PRIMARY KEY, "claim_id" {integer} NOT NULL, "disputed" {boolean} NOT NULL,
  "answers" TEXT NOT NULL, "reviewer_disputed" {boolean} NOT NULL, "reviewer_answers" TEXT NOT NULL
){strict};
CREATE INDEX "answered_attributions_claim_id" ON "answered_attributions" ("claim_id");

CREATE TABLE "keys" (
  "id" {id} NOT NULL PRIMARY KEY,
  "created_at" TEXT NOT NULL CHECK (created_at LIKE '____-__-__T__:__:__.______Z'),
  "updated_at" TEXT NOT NULL CHECK (updated_at LIKE '____-__-__T__:__:__.______Z'),
  "version" {integer} NOT NULL, "name" TEXT NOT NULL,
  "scope" TEXT NOT NULL CHECK (scope IN ('read', 'write', 'review', 'admin')),
  "secret_hash" TEXT NOT NULL, "hint" TEXT NOT NULL,
  "expires_at" TEXT CHECK (expires_at LIKE '____-__-__T__:__:__Z'),
  "revoked_at" TEXT CHECK (revoked_at LIKE '____-__-__T__:__:__.______Z'),
  "previous_hash" TEXT,
  "previous_until" TEXT CHECK (previous_until LIKE '____-__-__T__:__:__Z')
){strict};
CREATE UNIQUE INDEX "keys_secret_hash" ON "keys" ("secret_hash");
CREATE UNIQUE INDEX "keys_previous_hash" ON "keys" ("previous_hash");

CREATE TABLE "key_uses" (
  "key_id" {integer} NOT NULL,
  "day" TEXT NOT NULL CHECK (day LIKE '____-__-__'),
  "requests" {integer} NOT NULL,
  "last_at" TEXT NOT NULL CHECK (last_at LIKE '____-__-__T__:__:__Z'),
  PRIMARY KEY ("key_id", "day"), FOREIGN KEY ("key_id") REFERENCES "keys" ("id")
){strict};

CREATE TABLE "changes" (
  "sequence" {id} NOT NULL PRIMARY KEY,
  "made_at" TEXT NOT NULL CHECK (made_at LIKE '____-__-__T__:__:__.______Z'),
  "noun" TEXT NOT NULL, "noun_id" {integer} NOT NULL,
  "action" TEXT NOT NULL CHECK (action IN ('create', 'change', 'retract', 'restore', 'merge', 'unmerge', 'erase')),
  "key_id" {integer},
  "moved" TEXT CHECK (coalesce(moved, '') = CASE WHEN action = 'merge' THEN coalesce(CAST({after} -> 'moved' AS TEXT), '') ELSE '' END),
  "before" TEXT, "after" TEXT NOT NULL,
  "effect" TEXT CHECK (effect IN ('appeared', 'changed', 'gone')),
  "claims" TEXT,
  FOREIGN KEY ("key_id") REFERENCES "keys" ("id")
){strict};
CREATE INDEX "changes_key_id_sequence" ON "changes" ("key_id", "sequence");
CREATE INDEX "changes_noun_noun_id_sequence" ON "changes" ("noun", "noun_id", "sequence");
CREATE INDEX "changes_action" ON "changes" ("action", "sequence") WHERE action <> 'create';
CREATE INDEX "changes_recorded" ON "changes" ("key_id", "noun_id") WHERE noun = 'statements' AND action = 'create';
CREATE INDEX "changes_cut" ON "changes" ("noun_id", "sequence") WHERE action = 'change' AND noun || '' = 'speakers' AND ({after} -> 'cut') IS NOT NULL;
CREATE INDEX "changes_worded" ON "changes" ("noun_id") WHERE action = 'change' AND noun || '' = 'claims' AND ({before} ->> 'text') <> ({after} ->> 'text') AND ({after} ->> 'followed') IS NULL;
CREATE INDEX "changes_put_in" ON "changes" ("noun_id") WHERE action || '' = 'change' AND noun || '' = 'claims' AND ({after} -> 'put_in') IS NOT NULL;
CREATE INDEX "changes_noun_sequence" ON "changes" ("noun", "sequence");

CREATE TABLE "sealed_lines" (
  "sequence" {integer} NOT NULL PRIMARY KEY, "digest" TEXT NOT NULL, "salt" TEXT,
  "words_digest" TEXT CHECK ((words_digest IS NULL) <> (salt IS NULL))
){strict};

CREATE TABLE "redactions" (
  "sequence" {integer} NOT NULL, "redacted_by" {integer} NOT NULL, "words_digest" TEXT NOT NULL, "salt" TEXT,
  PRIMARY KEY ("sequence", "redacted_by")
){strict};
CREATE INDEX "redactions_redacted_by_sequence" ON "redactions" ("redacted_by", "sequence");

CREATE TABLE "seals" (
  "through" {integer} NOT NULL PRIMARY KEY,
  "made_at" TEXT NOT NULL CHECK (made_at LIKE '____-__-__T__:__:__.______Z'),
  "lines" {integer} NOT NULL, "hash" TEXT NOT NULL, "public_through" {integer} NOT NULL, "public_hash" TEXT NOT NULL
){strict};
CREATE INDEX "seals_public_through_through" ON "seals" ("public_through", "through");

CREATE TABLE "last_changes" (
  "noun" TEXT NOT NULL CHECK (noun IN ('claims', 'documents', 'speakers', 'topics')),
  "noun_id" {integer} NOT NULL,
  "changed_at" TEXT NOT NULL CHECK (changed_at LIKE '____-__-__T__:__:__.______Z'),
  "public_changed_at" TEXT NOT NULL CHECK (public_changed_at LIKE '____-__-__T__:__:__.______Z'),
  "public" {boolean} NOT NULL, "visible" {boolean} NOT NULL,
  PRIMARY KEY ("noun", "noun_id"),
  CHECK (visible <= public)
){strict};
CREATE INDEX "last_changes_noun_changed_at_noun_id" ON "last_changes" ("noun", "changed_at", "noun_id");
CREATE INDEX "last_changes_noun_public_changed_at_noun_id" ON "last_changes" ("noun", "public_changed_at", "noun_id");

CREATE TABLE "replies" (
  "id" {id} NOT NULL PRIMARY KEY, "key_id" {integer} NOT NULL, "token" TEXT NOT NULL, "request_hash" TEXT NOT NULL,
  "status" {integer}, "headers" TEXT, "body" TEXT,
  "made_at" TEXT NOT NULL CHECK (made_at LIKE '____-__-__T__:__:__.______Z'),
  FOREIGN KEY ("key_id") REFERENCES "keys" ("id")
){strict};
CREATE INDEX "replies_made_at" ON "replies" ("made_at");
CREATE UNIQUE INDEX "replies_key_id_token" ON "replies" ("key_id", "token");
CREATE INDEX "replies_long" ON "replies" ("key_id", "made_at") WHERE octet_length(body) > 16384;
