CREATE TABLE "expert_assignments" (
	"id" uuid PRIMARY KEY NOT NULL,
	"expert_id" uuid NOT NULL,
	"demand_id" uuid NOT NULL,
	"purpose" text NOT NULL,
	"status" text NOT NULL,
	"message" text,
	"reason" text,
	"proposed_by_user_id" uuid NOT NULL,
	"accepted_at" timestamp with time zone,
	"closed_at" timestamp with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "expert_confidential" (
	"expert_id" uuid PRIMARY KEY NOT NULL,
	"phone" text,
	"email" text
);
--> statement-breakpoint
CREATE TABLE "expert_results" (
	"expert_id" uuid NOT NULL,
	"result_id" uuid NOT NULL,
	CONSTRAINT "expert_results_expert_id_result_id_pk" PRIMARY KEY("expert_id","result_id")
);
--> statement-breakpoint
CREATE TABLE "expert_services" (
	"id" uuid PRIMARY KEY NOT NULL,
	"assignment_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"served_on" date NOT NULL,
	"hours" double precision NOT NULL,
	"summary" text NOT NULL,
	"recorded_by_user_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "experts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"status" text NOT NULL,
	"organization_id" uuid NOT NULL,
	"user_id" uuid,
	"created_by_user_id" uuid NOT NULL,
	"name" text NOT NULL,
	"professional_title" text,
	"headline" text NOT NULL,
	"summary" text NOT NULL,
	"keywords" text[] NOT NULL,
	"technology_fields" text[] NOT NULL,
	"language" text NOT NULL,
	"days_per_month" integer NOT NULL,
	"available_from" date,
	"available_until" date,
	"served_regions" text[] NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "expert_assignments" ADD CONSTRAINT "expert_assignments_expert_id_experts_id_fk" FOREIGN KEY ("expert_id") REFERENCES "public"."experts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "expert_assignments" ADD CONSTRAINT "expert_assignments_demand_id_demands_id_fk" FOREIGN KEY ("demand_id") REFERENCES "public"."demands"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "expert_confidential" ADD CONSTRAINT "expert_confidential_expert_id_experts_id_fk" FOREIGN KEY ("expert_id") REFERENCES "public"."experts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "expert_results" ADD CONSTRAINT "expert_results_expert_id_experts_id_fk" FOREIGN KEY ("expert_id") REFERENCES "public"."experts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "expert_results" ADD CONSTRAINT "expert_results_result_id_results_id_fk" FOREIGN KEY ("result_id") REFERENCES "public"."results"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "expert_services" ADD CONSTRAINT "expert_services_assignment_id_expert_assignments_id_fk" FOREIGN KEY ("assignment_id") REFERENCES "public"."expert_assignments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "experts" ADD CONSTRAINT "experts_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "expert_assignments_expert_id_idx" ON "expert_assignments" USING btree ("expert_id");--> statement-breakpoint
CREATE INDEX "expert_assignments_demand_id_idx" ON "expert_assignments" USING btree ("demand_id");--> statement-breakpoint
CREATE INDEX "expert_results_result_id_idx" ON "expert_results" USING btree ("result_id");--> statement-breakpoint
CREATE INDEX "expert_services_assignment_id_idx" ON "expert_services" USING btree ("assignment_id");--> statement-breakpoint
CREATE INDEX "expert_services_served_on_idx" ON "expert_services" USING btree ("served_on");--> statement-breakpoint
CREATE INDEX "experts_organization_id_idx" ON "experts" USING btree ("organization_id");--> statement-breakpoint
CREATE INDEX "experts_user_id_idx" ON "experts" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "experts_status_idx" ON "experts" USING btree ("status","id");--> statement-breakpoint
REVOKE UPDATE, DELETE, TRUNCATE ON expert_services FROM duijie_app;
--> statement-breakpoint
-- The university, the staff of its market, and those whom an accepted assignment let in: the demand's owner and its market.
ALTER TABLE expert_confidential ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE expert_confidential FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY expert_confidential_read ON expert_confidential FOR SELECT USING (
  EXISTS (SELECT 1 FROM experts e JOIN organizations o ON o.id = e.organization_id WHERE e.id = expert_id
    AND (o.id = duijie_actor_organization() OR o.home_market_id = ANY (duijie_actor_markets())))
  OR EXISTS (SELECT 1 FROM expert_assignments a JOIN demands d ON d.id = a.demand_id WHERE a.expert_id = expert_confidential.expert_id
    AND a.accepted_at IS NOT NULL
    AND (d.organization_id = duijie_actor_organization() OR d.home_market_id = ANY (duijie_actor_markets()))));
--> statement-breakpoint
CREATE POLICY expert_confidential_insert ON expert_confidential FOR INSERT WITH CHECK (EXISTS (
  SELECT 1 FROM experts e WHERE e.id = expert_id AND e.organization_id = duijie_actor_organization()));
--> statement-breakpoint
CREATE POLICY expert_confidential_update ON expert_confidential FOR UPDATE USING (EXISTS (
  SELECT 1 FROM experts e WHERE e.id = expert_id AND e.organization_id = duijie_actor_organization()));
--> statement-breakpoint
-- A question about experts waits in the same table as a preview, for the handler of its own.
ALTER POLICY match_previews_own ON match_previews USING (
  actor = current_setting('duijie.actor', true)
  OR current_setting('duijie.actor', true) IN ('system:preview-matches', 'system:rank-experts', 'system:sweep-previews'));
