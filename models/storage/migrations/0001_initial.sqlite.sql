CREATE VIRTUAL TABLE "claim_search" USING fts5(text, content='', contentless_delete=1, tokenize="ascii");
CREATE VIRTUAL TABLE "hidden_claim_search" USING fts5(text, content='', contentless_delete=1, tokenize="ascii");
CREATE VIRTUAL TABLE "statement_search" USING fts5(claim, sentence, speaker, content='', contentless_delete=1, tokenize="ascii");
CREATE VIRTUAL TABLE "hidden_statement_search" USING fts5(claim, sentence, speaker, content='', contentless_delete=1, tokenize="ascii");
CREATE VIRTUAL TABLE "name_search" USING fts5(words, content='', contentless_delete=1, tokenize="ascii");

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

CREATE TRIGGER "statements_spans_update"
BEFORE UPDATE OF "document_id", "sentence_id", "mention_end", "cue_end", "content", "content_start", "spans"
ON "statements" BEGIN
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
    WHERE NEW.retracted_at IS NULL AND NOT EXISTS (
      SELECT 1 FROM sentences WHERE id = NEW.sentence_id AND document_id = NEW.document_id
        AND NEW.content_start >= start AND NEW.content_start < "end");
END;
