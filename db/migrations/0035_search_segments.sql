-- The index of search in segments (ADR 34). It is a copy: the reader that keeps it starts anew, which fills it from the records.
DROP TABLE "search_documents" CASCADE;--> statement-breakpoint
DROP SCHEMA search_parts;--> statement-breakpoint
TRUNCATE search_phrases;--> statement-breakpoint
DELETE FROM cursors WHERE name = 'search-index';--> statement-breakpoint
CREATE TABLE "search_documents" (
	"kind" text NOT NULL,
	"id" uuid NOT NULL,
	"version" integer NOT NULL,
	"segment_id" uuid NOT NULL,
	"place" integer NOT NULL,
	"title" text NOT NULL,
	"keywords" text NOT NULL,
	"body" text NOT NULL,
	CONSTRAINT "search_documents_kind_id_pk" PRIMARY KEY("kind","id")
);
--> statement-breakpoint
CREATE TABLE "search_postings" (
	"segment_id" uuid NOT NULL,
	"shard" integer NOT NULL,
	"data" "bytea" NOT NULL,
	CONSTRAINT "search_postings_segment_id_shard_pk" PRIMARY KEY("segment_id","shard")
);
--> statement-breakpoint
CREATE TABLE "search_segments" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"documents" integer NOT NULL,
	"dead_documents" integer NOT NULL,
	"dead" "bytea",
	"columns" "bytea" NOT NULL,
	"shards" integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX "search_segments_kind_idx" ON "search_segments" USING btree ("kind");--> statement-breakpoint
-- Read whole and often, and hardly smaller when compressed.
ALTER TABLE search_segments ALTER COLUMN "columns" SET STORAGE EXTERNAL;--> statement-breakpoint
ALTER TABLE search_postings ALTER COLUMN "data" SET STORAGE EXTERNAL;
