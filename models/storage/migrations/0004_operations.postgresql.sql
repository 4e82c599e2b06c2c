ALTER TABLE "keys" ADD COLUMN "previous_hash" TEXT;

ALTER TABLE "keys" ADD COLUMN "previous_until" TEXT CHECK (previous_until LIKE '____-__-__T__:__:__Z');

CREATE UNIQUE INDEX "keys_previous_hash" ON "keys" ("previous_hash");

CREATE TABLE "key_uses" (
  "key_id" BIGINT NOT NULL,
  "day" TEXT NOT NULL CHECK (day LIKE '____-__-__'),
  "requests" BIGINT NOT NULL,
  "last_at" TEXT NOT NULL CHECK (last_at LIKE '____-__-__T__:__:__Z'),
  PRIMARY KEY ("key_id", "day"),
  FOREIGN KEY ("key_id") REFERENCES "keys" ("id")
);

ALTER TABLE "changes" DROP CONSTRAINT "changes_action_check";

ALTER TABLE "changes" ADD CONSTRAINT "changes_action_check" CHECK (action IN ('create', 'change', 'retract', 'merge', 'unmerge', 'erase')) NOT VALID;

ALTER TABLE "changes" VALIDATE CONSTRAINT "changes_action_check";
