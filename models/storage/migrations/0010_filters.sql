CREATE INDEX "statements_form" ON "statements" (form);

CREATE INDEX "statements_origin" ON "statements" (origin);

CREATE INDEX "statements_confidence" ON "statements" (coalesce(confidence, 1));

CREATE INDEX "claims_language" ON "claims" ("language");

CREATE INDEX "speakers_kind" ON "speakers" ("kind");

CREATE INDEX "counterclaims_kind" ON "counterclaims" ("kind");

CREATE INDEX "reviews_rating" ON "reviews" (lower(rating_label));
