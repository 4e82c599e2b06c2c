ALTER TABLE "keys" ADD COLUMN "previous_hash" TEXT;

ALTER TABLE "keys" ADD COLUMN "previous_until" TEXT CHECK (previous_until LIKE '____-__-__T__:__:__Z');

CREATE UNIQUE INDEX "keys_previous_hash" ON "keys" ("previous_hash");

CREATE TABLE "key_uses" (
  "key_id" INTEGER NOT NULL,
  "day" TEXT NOT NULL CHECK (day LIKE '____-__-__'),
  "requests" INTEGER NOT NULL,
  "last_at" TEXT NOT NULL CHECK (last_at LIKE '____-__-__T__:__:__Z'),
  PRIMARY KEY ("key_id", "day"),
  FOREIGN KEY ("key_id") REFERENCES "keys" ("id")
) STRICT;
