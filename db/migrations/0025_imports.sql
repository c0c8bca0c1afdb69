CREATE TABLE "import_keys" (
	"kind" text NOT NULL,
	"organization_id" uuid NOT NULL,
	"row_key" text NOT NULL,
	"record_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "import_keys_organization_id_kind_row_key_pk" PRIMARY KEY("organization_id","kind","row_key")
);
--> statement-breakpoint
CREATE TABLE "import_rows" (
	"import_id" uuid NOT NULL,
	"row_number" integer NOT NULL,
	"status" text NOT NULL,
	"cells" jsonb NOT NULL,
	"input" jsonb NOT NULL,
	"owner_id" uuid,
	"row_key" text NOT NULL,
	"problems" jsonb NOT NULL,
	"record_id" uuid,
	CONSTRAINT "import_rows_import_id_row_number_pk" PRIMARY KEY("import_id","row_number")
);
--> statement-breakpoint
CREATE TABLE "imports" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"status" text NOT NULL,
	"organization_id" uuid NOT NULL,
	"market_id" uuid NOT NULL,
	"requested_by_user_id" uuid NOT NULL,
	"name" text NOT NULL,
	"format" text NOT NULL,
	"encoding" text,
	"sheet" text,
	"header_row" integer NOT NULL,
	"columns" jsonb NOT NULL,
	"total" integer NOT NULL,
	"ready" integer NOT NULL,
	"faulty" integer NOT NULL,
	"existing" integer NOT NULL,
	"created" integer DEFAULT 0 NOT NULL,
	"verify" boolean DEFAULT false NOT NULL,
	"job_id" uuid,
	"expires_at" timestamp with time zone NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
DROP INDEX "jobs_open_key";--> statement-breakpoint
ALTER TABLE "import_keys" ADD CONSTRAINT "import_keys_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_rows" ADD CONSTRAINT "import_rows_import_id_imports_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."imports"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_market_id_organizations_id_fk" FOREIGN KEY ("market_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."jobs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "imports_organization_id_idx" ON "imports" USING btree ("organization_id","id");--> statement-breakpoint
CREATE INDEX "imports_market_id_idx" ON "imports" USING btree ("market_id");--> statement-breakpoint
CREATE INDEX "imports_job_id_idx" ON "imports" USING btree ("job_id");--> statement-breakpoint
CREATE INDEX "imports_expires_at_idx" ON "imports" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "jobs_open_key" ON "jobs" USING btree ("kind","market_id") WHERE status in ('queued', 'running') and kind <> 'import';--> statement-breakpoint
-- What stood in the rows is for the organization that sent the file. They go with their import, by the hand of the tables' owner.
ALTER TABLE import_rows ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE import_rows FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY import_rows_own ON import_rows USING (EXISTS (
  SELECT 1 FROM imports i WHERE i.id = import_id AND i.organization_id = duijie_actor_organization()));
--> statement-breakpoint
-- Staff of an organization's home market enter records for it: the first row of each, and with it what is confidential.
DROP POLICY demand_confidential_insert ON demand_confidential;
--> statement-breakpoint
CREATE POLICY demand_confidential_insert ON demand_confidential FOR INSERT WITH CHECK (EXISTS (
  SELECT 1 FROM demands d JOIN organizations o ON o.id = d.organization_id WHERE d.id = demand_id
  AND (d.organization_id = duijie_actor_organization() OR o.home_market_id = ANY (duijie_actor_markets()))));
--> statement-breakpoint
DROP POLICY result_confidential_insert ON result_confidential;
--> statement-breakpoint
CREATE POLICY result_confidential_insert ON result_confidential FOR INSERT WITH CHECK (EXISTS (
  SELECT 1 FROM results r JOIN organizations o ON o.id = r.organization_id WHERE r.id = result_id
  AND (r.organization_id = duijie_actor_organization() OR o.home_market_id = ANY (duijie_actor_markets()))));
