CREATE TABLE "attachments" (
	"id" uuid PRIMARY KEY NOT NULL,
	"record_type" text NOT NULL,
	"record_id" uuid NOT NULL,
	"name" text NOT NULL,
	"media_type" text NOT NULL,
	"size_bytes" integer NOT NULL,
	"sha256" text NOT NULL,
	"content" "bytea" NOT NULL,
	"created_by_user_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "attachments_record_id_name_key" ON "attachments" USING btree ("record_id","name");
--> statement-breakpoint
-- The owner's organization and the home market's brokers, as for demand_confidential and result_confidential; not a
-- counterparty to whom the record was disclosed: files come after a confidentiality agreement, which there is not yet.
CREATE FUNCTION duijie_owns_record(type text, record uuid) RETURNS boolean LANGUAGE sql STABLE
  RETURN CASE type
    WHEN 'demand' THEN EXISTS (
      SELECT 1 FROM demands d WHERE d.id = record AND d.organization_id = duijie_actor_organization())
    WHEN 'result' THEN EXISTS (
      SELECT 1 FROM results r WHERE r.id = record AND r.organization_id = duijie_actor_organization())
    ELSE false END;
--> statement-breakpoint
CREATE FUNCTION duijie_brokers_record(type text, record uuid) RETURNS boolean LANGUAGE sql STABLE
  RETURN CASE type
    WHEN 'demand' THEN EXISTS (
      SELECT 1 FROM demands d WHERE d.id = record AND d.home_market_id = ANY (duijie_actor_markets()))
    WHEN 'result' THEN EXISTS (
      SELECT 1 FROM results r WHERE r.id = record AND r.home_market_id = ANY (duijie_actor_markets()))
    ELSE false END;
--> statement-breakpoint
ALTER TABLE attachments ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE attachments FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY attachments_read ON attachments FOR SELECT USING (
  duijie_owns_record(record_type, record_id) OR duijie_brokers_record(record_type, record_id));
--> statement-breakpoint
CREATE POLICY attachments_insert ON attachments FOR INSERT WITH CHECK (duijie_owns_record(record_type, record_id));
--> statement-breakpoint
CREATE POLICY attachments_update ON attachments FOR UPDATE USING (duijie_owns_record(record_type, record_id));
--> statement-breakpoint
CREATE POLICY attachments_delete ON attachments FOR DELETE USING (duijie_owns_record(record_type, record_id));
