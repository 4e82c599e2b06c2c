INSERT INTO claim_search (claim_search) VALUES ('delete-all');

INSERT INTO claim_search (rowid, text) SELECT min(length(c.text) / 16, 31) << 40 | c.id, c.text FROM claims c WHERE c.retracted_at IS NULL AND c.merged_into_id IS NULL ORDER BY 1;
