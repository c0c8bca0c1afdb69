CREATE TABLE "saved_search_matches" (
	"saved_search_id" uuid NOT NULL,
	"record_id" uuid NOT NULL,
	"published_at" timestamp with time zone NOT NULL,
	CONSTRAINT "saved_search_matches_saved_search_id_record_id_published_at_pk" PRIMARY KEY("saved_search_id","record_id","published_at")
);
--> statement-breakpoint
CREATE TABLE "saved_searches" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"organization_id" uuid NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"q" text NOT NULL,
	"filters" jsonb NOT NULL,
	"looked_at" timestamp with time zone NOT NULL,
	"noticed_at" timestamp with time zone,
	"noticed_count" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "search_phrases" (
	"kind" text NOT NULL,
	"key" text collate "C" NOT NULL,
	"document_id" uuid NOT NULL,
	"text" text NOT NULL,
	CONSTRAINT "search_phrases_kind_key_document_id_pk" PRIMARY KEY("kind","key","document_id")
);
--> statement-breakpoint
ALTER TABLE "saved_search_matches" ADD CONSTRAINT "saved_search_matches_saved_search_id_saved_searches_id_fk" FOREIGN KEY ("saved_search_id") REFERENCES "public"."saved_searches"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "saved_searches" ADD CONSTRAINT "saved_searches_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "saved_searches" ADD CONSTRAINT "saved_searches_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "saved_searches_user_id_idx" ON "saved_searches" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "saved_searches_organization_id_idx" ON "saved_searches" USING btree ("organization_id");--> statement-breakpoint
CREATE INDEX "saved_searches_looked_at_idx" ON "saved_searches" USING btree ("looked_at");--> statement-breakpoint
-- Only the long values (text, vector) go apart; without it, rows that hold a compressed text are three times as wide.
ALTER TABLE search_documents SET (toast_tuple_target = 640);
--> statement-breakpoint
-- What is pending is read by every search, and taken into the index by one unlucky writer within its statement timeout:
-- with the default of 4 MB that took more than 20 s on a busy machine, and each try began anew.
ALTER INDEX search_documents_terms_idx SET (gin_pending_list_limit = 1024);
--> statement-breakpoint
-- Rewrites what is there: narrow, with the first levels of the technology fields, and with the kind's letter on every term.
UPDATE search_documents SET
  technology_fields = ARRAY(
    SELECT DISTINCT code FROM unnest(technology_fields) field, unnest(ARRAY[field, left(field, 1)]) code),
  terms = coalesce((
    SELECT string_agg(
      $$'$$ || left(kind, 1) || replace(replace(lexeme, $$\$$, $$\\$$), $$'$$, $$''$$) || $$'$$ || coalesce(':1' || weights[1], ''), ' ')
    FROM unnest(terms)), '')::tsvector;
--> statement-breakpoint
INSERT INTO search_phrases (kind, key, document_id, text)
  SELECT d.kind, lower(left(phrase, 60)), d.id, min(phrase)
  FROM search_documents d, unnest(d.keywords || d.title) phrase
  WHERE phrase <> '' GROUP BY d.kind, d.id, lower(left(phrase, 60));
--> statement-breakpoint
ALTER TABLE saved_searches ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE saved_searches FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
-- The owner's own; jobs look for their owners.
CREATE POLICY saved_searches_own ON saved_searches USING (
  current_setting('duijie.actor', true) = 'user:' || user_id OR current_setting('duijie.actor', true) LIKE 'system:%');
--> statement-breakpoint
ALTER TABLE saved_search_matches ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE saved_search_matches FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY saved_search_matches_own ON saved_search_matches USING (EXISTS (
  SELECT 1 FROM saved_searches s WHERE s.id = saved_search_id));
