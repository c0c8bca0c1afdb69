-- The index of search, in partitions: by kind, and an eighth of each kind's documents (by a hash of their ids) apart.
ALTER TABLE search_documents RENAME TO search_documents_before;--> statement-breakpoint
ALTER TABLE search_documents_before DROP CONSTRAINT search_documents_kind_id_pk;--> statement-breakpoint
DROP INDEX search_documents_terms_idx;--> statement-breakpoint
DROP INDEX search_documents_title_idx;--> statement-breakpoint
DROP INDEX search_documents_newest_idx;--> statement-breakpoint
CREATE TABLE search_documents (
	"kind" text NOT NULL,
	"bucket" smallint NOT NULL,
	"id" uuid NOT NULL,
	"published_at" timestamp with time zone NOT NULL,
	"valid_until" timestamp with time zone,
	"version" integer NOT NULL,
	"trl" integer,
	"technology_fields" text NOT NULL,
	"industries" text NOT NULL,
	"cooperation_modes" text NOT NULL,
	"ipr_kinds" text NOT NULL,
	"region_code" text NOT NULL,
	"money_band" text,
	"activity_type" text,
	"stage" text,
	"language" text NOT NULL,
	"title" text NOT NULL,
	"keywords" text NOT NULL,
	"body" text NOT NULL,
	"terms" "tsvector" NOT NULL,
	CONSTRAINT "search_documents_kind_id_bucket_pk" PRIMARY KEY("kind","id","bucket")
) PARTITION BY LIST (kind);--> statement-breakpoint
-- In a schema of their own: nobody reads or writes them by name.
CREATE SCHEMA search_parts;--> statement-breakpoint
GRANT USAGE ON SCHEMA search_parts TO duijie_app;--> statement-breakpoint
CREATE TABLE search_parts.demands PARTITION OF search_documents FOR VALUES IN ('demand') PARTITION BY RANGE (bucket);--> statement-breakpoint
CREATE TABLE search_parts.results PARTITION OF search_documents FOR VALUES IN ('result') PARTITION BY RANGE (bucket);--> statement-breakpoint
-- Only the long values (text, vector) go apart; without it, rows that hold a compressed text are three times as wide.
CREATE TABLE search_parts.demands_eighth PARTITION OF search_parts.demands FOR VALUES FROM (0) TO (8) WITH (toast_tuple_target = 640);--> statement-breakpoint
CREATE TABLE search_parts.demands_rest PARTITION OF search_parts.demands FOR VALUES FROM (8) TO (64) WITH (toast_tuple_target = 640);--> statement-breakpoint
CREATE TABLE search_parts.results_eighth PARTITION OF search_parts.results FOR VALUES FROM (0) TO (8) WITH (toast_tuple_target = 640);--> statement-breakpoint
CREATE TABLE search_parts.results_rest PARTITION OF search_parts.results FOR VALUES FROM (8) TO (64) WITH (toast_tuple_target = 640);--> statement-breakpoint
-- For the statistics of terms, which say how common a word is.
GRANT SELECT ON ALL TABLES IN SCHEMA search_parts TO duijie_app;--> statement-breakpoint
INSERT INTO search_documents (kind, bucket, id, published_at, valid_until, version, trl, technology_fields, industries,
    cooperation_modes, ipr_kinds, region_code, money_band, activity_type, stage, language, title, keywords, body, terms)
  SELECT kind, uuid_hash(id) & 63, id, published_at, valid_until, version, trl, coalesce(',' || nullif(array_to_string(technology_fields, ','), '') || ',', ''),
    coalesce(',' || nullif(array_to_string(industries, ','), '') || ',', ''), coalesce(',' || nullif(array_to_string(cooperation_modes, ','), '') || ',', ''),
    coalesce(',' || nullif(array_to_string(ipr_kinds, ','), '') || ',', ''), region_code, money_band, activity_type, stage, language, title,
    array_to_string(ARRAY(SELECT translate(keyword, E'\n', ' ') FROM unnest(keywords) WITH ORDINALITY one (keyword, place) ORDER BY place), E'\n'), body, terms
  FROM search_documents_before;--> statement-breakpoint
DROP TABLE search_documents_before;--> statement-breakpoint
CREATE INDEX "search_documents_terms_idx" ON "search_documents" USING gin ("terms");--> statement-breakpoint
CREATE INDEX "search_documents_title_idx" ON "search_documents" USING gin ("title" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "search_documents_newest_idx" ON "search_documents" USING btree ("kind","published_at","id");--> statement-breakpoint
-- What is pending is read by every search, and taken into the index by one unlucky writer within its statement timeout.
DO $$ DECLARE part text; BEGIN
  FOREACH part IN ARRAY ARRAY['demands_eighth', 'demands_rest', 'results_eighth', 'results_rest'] LOOP
    EXECUTE format('ALTER INDEX search_parts.%I SET (gin_pending_list_limit = 1024)', part || '_terms_idx');
  END LOOP;
END $$;--> statement-breakpoint
ANALYZE search_documents;--> statement-breakpoint
-- Of the index that a reader fills in another server.
ALTER TABLE "cursors" ADD COLUMN "target_identity" text;
