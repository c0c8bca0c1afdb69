CREATE TABLE "restriction_confidential" (
	"restriction_id" uuid PRIMARY KEY NOT NULL,
	"evidence" text NOT NULL,
	"evidence_references" jsonb NOT NULL,
	"appeal_grounds" text,
	"decision_reason" text,
	"lift_reason" text
);
--> statement-breakpoint
CREATE TABLE "restrictions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"legal_basis" text NOT NULL,
	"starts_at" timestamp with time zone NOT NULL,
	"ends_at" timestamp with time zone NOT NULL,
	"status" text NOT NULL,
	"appeal" text NOT NULL,
	"imposed_by_user_id" uuid NOT NULL,
	"imposed_by_organization_id" uuid,
	"lifted_at" timestamp with time zone,
	"appealed_at" timestamp with time zone,
	"decided_at" timestamp with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "restriction_confidential" ADD CONSTRAINT "restriction_confidential_restriction_id_restrictions_id_fk" FOREIGN KEY ("restriction_id") REFERENCES "public"."restrictions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "restrictions" ADD CONSTRAINT "restrictions_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "restrictions" ADD CONSTRAINT "restrictions_imposed_by_organization_id_organizations_id_fk" FOREIGN KEY ("imposed_by_organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "restrictions_organization_id_idx" ON "restrictions" USING btree ("organization_id");--> statement-breakpoint
CREATE INDEX "restrictions_imposed_by_organization_id_idx" ON "restrictions" USING btree ("imposed_by_organization_id");--> statement-breakpoint
CREATE INDEX "restrictions_in_force_idx" ON "restrictions" USING btree ("ends_at") WHERE status = 'in_force';--> statement-breakpoint
REVOKE DELETE, TRUNCATE ON restrictions FROM duijie_app;
--> statement-breakpoint
REVOKE DELETE, TRUNCATE ON restriction_confidential FROM duijie_app;
--> statement-breakpoint
CREATE FUNCTION duijie_actor_administers() RETURNS boolean LANGUAGE sql STABLE
  RETURN EXISTS (SELECT 1 FROM users u WHERE u.administrator
    AND u.id = substring(current_setting('duijie.actor', true) from '^user:([0-9a-f-]{36})$')::uuid);
--> statement-breakpoint
-- Whether the actor's organization is a bureau whose region contains this one; region codes end in the zeros of what they leave open.
CREATE FUNCTION duijie_actor_bureau_of(region text) RETURNS boolean LANGUAGE sql STABLE
  RETURN EXISTS (SELECT 1 FROM organizations b WHERE b.id = duijie_actor_organization() AND b.kind = 'government'
    AND b.status = 'verified' AND region LIKE regexp_replace(b.region_code, '(00){1,2}$', '') || '%');
--> statement-breakpoint
-- The organization, the staff of its market, bureaus of its region and the administrator. Written by those who decide; the
-- organization adds its grounds.
ALTER TABLE restriction_confidential ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE restriction_confidential FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY restriction_confidential_read ON restriction_confidential FOR SELECT USING (
  duijie_actor_administers() OR EXISTS (
    SELECT 1 FROM restrictions r JOIN organizations o ON o.id = r.organization_id WHERE r.id = restriction_id
    AND (o.id = duijie_actor_organization() OR o.home_market_id = ANY (duijie_actor_markets())
      OR duijie_actor_bureau_of(o.region_code))));
--> statement-breakpoint
CREATE POLICY restriction_confidential_insert ON restriction_confidential FOR INSERT WITH CHECK (
  duijie_actor_administers() OR EXISTS (
    SELECT 1 FROM restrictions r JOIN organizations o ON o.id = r.organization_id WHERE r.id = restriction_id
    AND duijie_actor_bureau_of(o.region_code)));
--> statement-breakpoint
CREATE POLICY restriction_confidential_update ON restriction_confidential FOR UPDATE USING (
  duijie_actor_administers() OR EXISTS (
    SELECT 1 FROM restrictions r JOIN organizations o ON o.id = r.organization_id WHERE r.id = restriction_id
    AND (o.id = duijie_actor_organization() OR duijie_actor_bureau_of(o.region_code))));
