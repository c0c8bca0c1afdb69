CREATE TABLE "diagnoses" (
	"id" uuid PRIMARY KEY NOT NULL,
	"demand_id" uuid NOT NULL,
	"status" text NOT NULL,
	"opened_by_user_id" uuid NOT NULL,
	"expert_name" text,
	"expert_user_id" uuid,
	"expert_organization_id" uuid,
	"route" text,
	"closing_note" text,
	"closed_at" timestamp with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "diagnosis_version_confidential" (
	"version_id" uuid PRIMARY KEY NOT NULL,
	"decision_owner" text,
	"budget_min_cny" bigint,
	"budget_max_cny" bigint,
	"budget_negotiable" boolean
);
--> statement-breakpoint
CREATE TABLE "diagnosis_versions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"diagnosis_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"status" text NOT NULL,
	"content" jsonb NOT NULL,
	"score" integer NOT NULL,
	"score_model" text NOT NULL,
	"score_parts" jsonb NOT NULL,
	"note" text,
	"author_user_id" uuid NOT NULL,
	"author_as" text NOT NULL,
	"refusal_reason" text,
	"answered_by_user_id" uuid,
	"answered_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "diagnosis_visits" (
	"id" uuid PRIMARY KEY NOT NULL,
	"diagnosis_id" uuid NOT NULL,
	"visited_on" date NOT NULL,
	"mode" text NOT NULL,
	"minutes" integer NOT NULL,
	"note" text NOT NULL,
	"recorded_by_user_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "diagnoses" ADD CONSTRAINT "diagnoses_demand_id_demands_id_fk" FOREIGN KEY ("demand_id") REFERENCES "public"."demands"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "diagnoses" ADD CONSTRAINT "diagnoses_expert_organization_id_organizations_id_fk" FOREIGN KEY ("expert_organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "diagnosis_version_confidential" ADD CONSTRAINT "diagnosis_version_confidential_version_id_diagnosis_versions_id_fk" FOREIGN KEY ("version_id") REFERENCES "public"."diagnosis_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "diagnosis_versions" ADD CONSTRAINT "diagnosis_versions_diagnosis_id_diagnoses_id_fk" FOREIGN KEY ("diagnosis_id") REFERENCES "public"."diagnoses"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "diagnosis_visits" ADD CONSTRAINT "diagnosis_visits_diagnosis_id_diagnoses_id_fk" FOREIGN KEY ("diagnosis_id") REFERENCES "public"."diagnoses"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "diagnoses_open_key" ON "diagnoses" USING btree ("demand_id") WHERE status <> 'closed';--> statement-breakpoint
CREATE INDEX "diagnoses_demand_id_idx" ON "diagnoses" USING btree ("demand_id");--> statement-breakpoint
CREATE INDEX "diagnoses_expert_user_id_idx" ON "diagnoses" USING btree ("expert_user_id");--> statement-breakpoint
CREATE INDEX "diagnoses_expert_organization_id_idx" ON "diagnoses" USING btree ("expert_organization_id");--> statement-breakpoint
CREATE UNIQUE INDEX "diagnosis_versions_key" ON "diagnosis_versions" USING btree ("diagnosis_id","number");--> statement-breakpoint
CREATE INDEX "diagnosis_visits_diagnosis_id_idx" ON "diagnosis_visits" USING btree ("diagnosis_id","id");
--> statement-breakpoint
-- As the demand's confidential fields: its owner and the brokers of its home market and above; not the expert. Proposed by the
-- brokers; what a version says never changes.
ALTER TABLE diagnosis_version_confidential ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE diagnosis_version_confidential FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE FUNCTION duijie_demand_of_version(of_version uuid) RETURNS uuid LANGUAGE sql STABLE
  RETURN (SELECT d.demand_id FROM diagnosis_versions v JOIN diagnoses d ON d.id = v.diagnosis_id WHERE v.id = of_version);
--> statement-breakpoint
CREATE POLICY diagnosis_version_confidential_read ON diagnosis_version_confidential FOR SELECT USING (
  duijie_owns_record('demand', duijie_demand_of_version(version_id))
  OR duijie_brokers_record('demand', duijie_demand_of_version(version_id)));
--> statement-breakpoint
CREATE POLICY diagnosis_version_confidential_insert ON diagnosis_version_confidential FOR INSERT WITH CHECK (
  duijie_brokers_record('demand', duijie_demand_of_version(version_id)));
--> statement-breakpoint
REVOKE UPDATE, DELETE, TRUNCATE ON diagnosis_version_confidential FROM duijie_app;
