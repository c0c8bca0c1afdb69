ALTER TABLE "project_milestones" ADD COLUMN "due_told_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "project_milestones" ADD COLUMN "overdue_told_at" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "project_milestones_untold_idx" ON "project_milestones" USING btree ("due_on") WHERE overdue_told_at is null and status in ('planned', 'rework');