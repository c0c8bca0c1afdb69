CREATE TABLE "campaign_answers_confidential" (
	"entry_id" uuid PRIMARY KEY NOT NULL,
	"answers" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "campaign_entries" (
	"id" uuid PRIMARY KEY NOT NULL,
	"campaign_id" uuid NOT NULL,
	"demand_id" uuid NOT NULL,
	"organization_id" uuid NOT NULL,
	"district_code" text NOT NULL,
	"created_by_user_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "campaign_selections" (
	"id" uuid PRIMARY KEY NOT NULL,
	"entry_id" uuid NOT NULL,
	"list" text NOT NULL,
	"reason" text NOT NULL,
	"selected_by_user_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "campaigns" (
	"id" uuid PRIMARY KEY NOT NULL,
	"status" text NOT NULL,
	"organization_id" uuid NOT NULL,
	"market_id" uuid NOT NULL,
	"title" text NOT NULL,
	"text" text NOT NULL,
	"region_code" text NOT NULL,
	"technology_fields" text[] NOT NULL,
	"activity_types" text[] NOT NULL,
	"required_fields" text[] NOT NULL,
	"questions" jsonb NOT NULL,
	"quotas" jsonb NOT NULL,
	"lists" jsonb NOT NULL,
	"opens_at" timestamp with time zone,
	"deadline" timestamp with time zone NOT NULL,
	"reminder_days" integer NOT NULL,
	"reminded_at" timestamp with time zone,
	"closed_at" timestamp with time zone,
	"cancel_reason" text,
	"numbers" jsonb,
	"created_by_user_id" uuid NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "campaign_answers_confidential" ADD CONSTRAINT "campaign_answers_confidential_entry_id_campaign_entries_id_fk" FOREIGN KEY ("entry_id") REFERENCES "public"."campaign_entries"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_entries" ADD CONSTRAINT "campaign_entries_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_entries" ADD CONSTRAINT "campaign_entries_demand_id_demands_id_fk" FOREIGN KEY ("demand_id") REFERENCES "public"."demands"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_entries" ADD CONSTRAINT "campaign_entries_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_selections" ADD CONSTRAINT "campaign_selections_entry_id_campaign_entries_id_fk" FOREIGN KEY ("entry_id") REFERENCES "public"."campaign_entries"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_market_id_organizations_id_fk" FOREIGN KEY ("market_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "campaign_entries_key" ON "campaign_entries" USING btree ("campaign_id","demand_id");--> statement-breakpoint
CREATE INDEX "campaign_entries_campaign_id_idx" ON "campaign_entries" USING btree ("campaign_id","id");--> statement-breakpoint
CREATE INDEX "campaign_entries_demand_id_idx" ON "campaign_entries" USING btree ("demand_id");--> statement-breakpoint
CREATE INDEX "campaign_entries_organization_id_idx" ON "campaign_entries" USING btree ("organization_id");--> statement-breakpoint
CREATE UNIQUE INDEX "campaign_selections_key" ON "campaign_selections" USING btree ("entry_id","list");--> statement-breakpoint
CREATE INDEX "campaigns_organization_id_idx" ON "campaigns" USING btree ("organization_id","id");--> statement-breakpoint
CREATE INDEX "campaigns_market_id_idx" ON "campaigns" USING btree ("market_id","id");--> statement-breakpoint
CREATE INDEX "campaigns_status_idx" ON "campaigns" USING btree ("status","id");--> statement-breakpoint
CREATE INDEX "campaigns_due_idx" ON "campaigns" USING btree ("deadline") WHERE status = 'open';--> statement-breakpoint
-- Answers are read by whose demand it is, by the staff of its market and of the campaign's, and by who runs the campaign.
ALTER TABLE campaign_answers_confidential ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE campaign_answers_confidential FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY campaign_answers_read ON campaign_answers_confidential FOR SELECT USING (EXISTS (
  SELECT 1 FROM campaign_entries e JOIN campaigns c ON c.id = e.campaign_id JOIN demands d ON d.id = e.demand_id
  WHERE e.id = entry_id AND (e.organization_id = duijie_actor_organization() OR c.organization_id = duijie_actor_organization()
    OR d.home_market_id = ANY (duijie_actor_markets()) OR c.market_id = ANY (duijie_actor_markets()))));
--> statement-breakpoint
CREATE POLICY campaign_answers_insert ON campaign_answers_confidential FOR INSERT WITH CHECK (EXISTS (
  SELECT 1 FROM campaign_entries e WHERE e.id = entry_id AND e.organization_id = duijie_actor_organization()));
--> statement-breakpoint
REVOKE UPDATE, DELETE, TRUNCATE ON campaign_answers_confidential FROM duijie_app;
