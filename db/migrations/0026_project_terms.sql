CREATE TABLE "milestone_evidence" (
	"submission_id" uuid PRIMARY KEY NOT NULL,
	"statement" text,
	"documents" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "milestone_submissions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"milestone_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"organization_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"submitted_at" timestamp with time zone NOT NULL,
	"verdict" text,
	"judged_at" timestamp with time zone,
	"judged_by_user_id" uuid,
	"rework_reason" text
);
--> statement-breakpoint
CREATE TABLE "project_change_answers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"change_id" uuid NOT NULL,
	"organization_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"answer" text NOT NULL,
	"comment" text,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "project_changes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"status" text NOT NULL,
	"reason" text NOT NULL,
	"organization_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"before" jsonb NOT NULL,
	"after" jsonb NOT NULL,
	"decided_at" timestamp with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "project_payment_confidential" (
	"payment_id" uuid PRIMARY KEY NOT NULL,
	"reference" text,
	"note" text,
	"dispute_reason" text
);
--> statement-breakpoint
CREATE TABLE "project_payments" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"milestone_id" uuid NOT NULL,
	"status" text NOT NULL,
	"amount_cny" bigint NOT NULL,
	"paid_on" date NOT NULL,
	"payer_organization_id" uuid NOT NULL,
	"payee_organization_id" uuid,
	"recorded_by_user_id" uuid,
	"decided_by_user_id" uuid,
	"decided_at" timestamp with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "project_budget_items" (
	"project_id" uuid NOT NULL,
	"category" text NOT NULL,
	"position" integer NOT NULL,
	"amount_cny" bigint NOT NULL,
	CONSTRAINT "project_budget_items_project_id_category_pk" PRIMARY KEY("project_id","category")
);
--> statement-breakpoint
CREATE TABLE "project_institutions" (
	"project_id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"region_code" text NOT NULL,
	"founded_on" date NOT NULL,
	"term_years" integer NOT NULL,
	"headcount" integer,
	"governance" text
);
--> statement-breakpoint
ALTER TABLE "project_milestones" ADD COLUMN "starts_on" date;--> statement-breakpoint
ALTER TABLE "project_milestones" ADD COLUMN "amount_cny" bigint;--> statement-breakpoint
-- Shares of the budget in whole yuan, rounded as they add up, so that those of a project make up its budget.
WITH shares AS (
  SELECT m.id, m.project_id, m.position, p.budget_cny,
    sum(m.payment_share) OVER (PARTITION BY m.project_id ORDER BY m.position) AS so_far,
    row_number() OVER (PARTITION BY m.project_id ORDER BY m.position DESC) AS from_end
  FROM project_milestones m JOIN projects p ON p.id = m.project_id
), sums AS (
  SELECT id, project_id, position,
    CASE WHEN from_end = 1 THEN budget_cny ELSE least(budget_cny, round(budget_cny * so_far / 100)::bigint) END AS so_far_cny
  FROM shares
), amounts AS (
  SELECT id, so_far_cny - coalesce(lag(so_far_cny) OVER (PARTITION BY project_id ORDER BY position), 0) AS amount_cny FROM sums
)
UPDATE project_milestones m SET amount_cny = a.amount_cny FROM amounts a WHERE a.id = m.id;--> statement-breakpoint
ALTER TABLE "project_milestones" ALTER COLUMN "amount_cny" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "project_parties" ADD COLUMN "contributions" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "kind" text DEFAULT 'joint_project' NOT NULL;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "starts_on" date;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "activated_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "suspended_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "suspension_reason" text;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "termination_code" text;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "ended_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "milestone_evidence" ADD CONSTRAINT "milestone_evidence_submission_id_milestone_submissions_id_fk" FOREIGN KEY ("submission_id") REFERENCES "public"."milestone_submissions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "milestone_submissions" ADD CONSTRAINT "milestone_submissions_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "milestone_submissions" ADD CONSTRAINT "milestone_submissions_milestone_id_project_milestones_id_fk" FOREIGN KEY ("milestone_id") REFERENCES "public"."project_milestones"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "milestone_submissions" ADD CONSTRAINT "milestone_submissions_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_change_answers" ADD CONSTRAINT "project_change_answers_change_id_project_changes_id_fk" FOREIGN KEY ("change_id") REFERENCES "public"."project_changes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_change_answers" ADD CONSTRAINT "project_change_answers_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_changes" ADD CONSTRAINT "project_changes_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_changes" ADD CONSTRAINT "project_changes_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_payment_confidential" ADD CONSTRAINT "project_payment_confidential_payment_id_project_payments_id_fk" FOREIGN KEY ("payment_id") REFERENCES "public"."project_payments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_payments" ADD CONSTRAINT "project_payments_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_payments" ADD CONSTRAINT "project_payments_milestone_id_project_milestones_id_fk" FOREIGN KEY ("milestone_id") REFERENCES "public"."project_milestones"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_payments" ADD CONSTRAINT "project_payments_payer_organization_id_organizations_id_fk" FOREIGN KEY ("payer_organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_payments" ADD CONSTRAINT "project_payments_payee_organization_id_organizations_id_fk" FOREIGN KEY ("payee_organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_budget_items" ADD CONSTRAINT "project_budget_items_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_institutions" ADD CONSTRAINT "project_institutions_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "milestone_submissions_key" ON "milestone_submissions" USING btree ("milestone_id","number");--> statement-breakpoint
CREATE INDEX "milestone_submissions_project_id_idx" ON "milestone_submissions" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "milestone_submissions_organization_id_idx" ON "milestone_submissions" USING btree ("organization_id");--> statement-breakpoint
CREATE UNIQUE INDEX "project_change_answers_key" ON "project_change_answers" USING btree ("change_id","organization_id");--> statement-breakpoint
CREATE INDEX "project_change_answers_organization_id_idx" ON "project_change_answers" USING btree ("organization_id");--> statement-breakpoint
CREATE UNIQUE INDEX "project_changes_key" ON "project_changes" USING btree ("project_id","number");--> statement-breakpoint
CREATE UNIQUE INDEX "project_changes_proposed_key" ON "project_changes" USING btree ("project_id") WHERE status = 'proposed';--> statement-breakpoint
CREATE INDEX "project_changes_organization_id_idx" ON "project_changes" USING btree ("organization_id");--> statement-breakpoint
CREATE INDEX "project_payments_project_id_idx" ON "project_payments" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "project_payments_milestone_id_idx" ON "project_payments" USING btree ("milestone_id");--> statement-breakpoint
CREATE INDEX "project_payments_payer_organization_id_idx" ON "project_payments" USING btree ("payer_organization_id");--> statement-breakpoint
CREATE INDEX "project_payments_payee_organization_id_idx" ON "project_payments" USING btree ("payee_organization_id");--> statement-breakpoint
-- What was paid before payments were kept: released by the lead, by whom the trail says.
INSERT INTO project_payments (id, project_id, milestone_id, status, amount_cny, paid_on, payer_organization_id, payee_organization_id, created_at)
SELECT gen_random_uuid(), m.project_id, m.id, 'released', m.amount_cny, (coalesce(m.paid_at, p.updated_at) AT TIME ZONE 'Asia/Shanghai')::date, l.organization_id,
  CASE WHEN (SELECT count(*) FROM project_parties x WHERE x.project_id = p.id AND x.role = 'partner') = 1
    THEN (SELECT x.organization_id FROM project_parties x WHERE x.project_id = p.id AND x.role = 'partner') END,
  coalesce(m.paid_at, p.updated_at)
FROM project_milestones m JOIN projects p ON p.id = m.project_id JOIN project_parties l ON l.project_id = p.id AND l.role = 'lead'
WHERE m.status = 'paid' AND m.amount_cny > 0;
--> statement-breakpoint
CREATE FUNCTION duijie_in_project(project uuid) RETURNS boolean LANGUAGE sql STABLE
  RETURN EXISTS (SELECT 1 FROM projects p WHERE p.id = project AND p.market_id = ANY (duijie_actor_markets()))
    OR EXISTS (SELECT 1 FROM project_parties x WHERE x.project_id = project AND x.organization_id = duijie_actor_organization());
--> statement-breakpoint
-- Evidence: the parties and the staff of the market read it; who hands in writes it, and nobody changes it.
ALTER TABLE milestone_evidence ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE milestone_evidence FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY milestone_evidence_read ON milestone_evidence FOR SELECT USING (EXISTS (
  SELECT 1 FROM milestone_submissions s WHERE s.id = submission_id AND duijie_in_project(s.project_id)));
--> statement-breakpoint
CREATE POLICY milestone_evidence_insert ON milestone_evidence FOR INSERT WITH CHECK (EXISTS (
  SELECT 1 FROM milestone_submissions s WHERE s.id = submission_id AND s.organization_id = duijie_actor_organization()));
--> statement-breakpoint
-- References of payments: payer, payee and the staff of the market; all parties where the payee is the partners together.
ALTER TABLE project_payment_confidential ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE project_payment_confidential FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY project_payment_confidential_read ON project_payment_confidential FOR SELECT USING (EXISTS (
  SELECT 1 FROM project_payments x JOIN projects p ON p.id = x.project_id WHERE x.id = payment_id
  AND (duijie_actor_organization() IN (x.payer_organization_id, x.payee_organization_id)
    OR p.market_id = ANY (duijie_actor_markets())
    OR (x.payee_organization_id IS NULL AND duijie_in_project(p.id)))));
--> statement-breakpoint
CREATE POLICY project_payment_confidential_insert ON project_payment_confidential FOR INSERT WITH CHECK (EXISTS (
  SELECT 1 FROM project_payments x WHERE x.id = payment_id AND x.payer_organization_id = duijie_actor_organization()));
--> statement-breakpoint
CREATE POLICY project_payment_confidential_update ON project_payment_confidential FOR UPDATE USING (EXISTS (
  SELECT 1 FROM project_payments x WHERE x.id = payment_id AND x.payee_organization_id = duijie_actor_organization()));
--> statement-breakpoint
REVOKE DELETE, TRUNCATE ON milestone_submissions, project_payments, project_payment_confidential, project_changes FROM duijie_app;
--> statement-breakpoint
REVOKE UPDATE, DELETE, TRUNCATE ON milestone_evidence, project_change_answers FROM duijie_app;
