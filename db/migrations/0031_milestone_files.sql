CREATE TABLE "milestone_files" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"milestone_id" uuid NOT NULL,
	"submission_id" uuid,
	"organization_id" uuid NOT NULL,
	"name" text NOT NULL,
	"file_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "milestone_files" ADD CONSTRAINT "milestone_files_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "milestone_files" ADD CONSTRAINT "milestone_files_milestone_id_project_milestones_id_fk" FOREIGN KEY ("milestone_id") REFERENCES "public"."project_milestones"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "milestone_files" ADD CONSTRAINT "milestone_files_submission_id_milestone_submissions_id_fk" FOREIGN KEY ("submission_id") REFERENCES "public"."milestone_submissions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "milestone_files" ADD CONSTRAINT "milestone_files_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "milestone_files" ADD CONSTRAINT "milestone_files_file_id_files_id_fk" FOREIGN KEY ("file_id") REFERENCES "public"."files"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "milestone_files_ready_key" ON "milestone_files" USING btree ("milestone_id","name") WHERE submission_id is null;--> statement-breakpoint
CREATE UNIQUE INDEX "milestone_files_submission_id_name_key" ON "milestone_files" USING btree ("submission_id","name");--> statement-breakpoint
CREATE INDEX "milestone_files_milestone_id_idx" ON "milestone_files" USING btree ("milestone_id");--> statement-breakpoint
CREATE INDEX "milestone_files_project_id_idx" ON "milestone_files" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "milestone_files_organization_id_idx" ON "milestone_files" USING btree ("organization_id");--> statement-breakpoint
CREATE INDEX "milestone_files_file_id_idx" ON "milestone_files" USING btree ("file_id");--> statement-breakpoint
-- Files of milestones: what is ready is written by partners, what was handed in stands. All parties and the staff of the
-- market read them here; the policies in TypeScript are narrower (what is ready: the partners).
CREATE FUNCTION duijie_partner_in(project uuid) RETURNS boolean LANGUAGE sql STABLE
  RETURN EXISTS (
    SELECT 1 FROM project_parties x
    WHERE x.project_id = project AND x.role = 'partner' AND x.organization_id = duijie_actor_organization());
--> statement-breakpoint
ALTER TABLE milestone_files ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE milestone_files FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY milestone_files_read ON milestone_files FOR SELECT USING (duijie_in_project(project_id));
--> statement-breakpoint
CREATE POLICY milestone_files_insert ON milestone_files FOR INSERT WITH CHECK (
  submission_id IS NULL AND organization_id = duijie_actor_organization() AND duijie_partner_in(project_id));
--> statement-breakpoint
CREATE POLICY milestone_files_hand_in ON milestone_files FOR UPDATE
  USING (submission_id IS NULL AND duijie_partner_in(project_id))
  WITH CHECK (submission_id IS NOT NULL AND duijie_partner_in(project_id));
--> statement-breakpoint
-- By any party: the last that agrees to a change drops the milestones that it does away with, and what was ready for them.
CREATE POLICY milestone_files_delete ON milestone_files FOR DELETE
  USING (submission_id IS NULL AND duijie_in_project(project_id));
--> statement-breakpoint
REVOKE TRUNCATE ON milestone_files FROM duijie_app;
