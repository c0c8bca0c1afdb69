CREATE TABLE "introduction_rounds" (
	"id" uuid PRIMARY KEY NOT NULL,
	"introduction_id" uuid NOT NULL,
	"round" integer NOT NULL,
	"outcome" text NOT NULL,
	"opened_at" timestamp with time zone,
	"due_at" timestamp with time zone,
	"escalated_at" timestamp with time zone,
	"closed_at" timestamp with time zone,
	"reopened_at" timestamp with time zone NOT NULL,
	"reopened_by_user_id" uuid NOT NULL,
	"reopen_reason" text NOT NULL
);
--> statement-breakpoint
DROP INDEX "demands_home_market_id_idx";--> statement-breakpoint
DROP INDEX "introduction_answers_side_key";--> statement-breakpoint
ALTER TABLE "demands" ADD COLUMN "assigned_to_user_id" uuid;--> statement-breakpoint
ALTER TABLE "introduction_answers" ADD COLUMN "round" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "introductions" ADD COLUMN "round" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "introductions" ADD COLUMN "assigned_to_user_id" uuid;--> statement-breakpoint
ALTER TABLE "results" ADD COLUMN "assigned_to_user_id" uuid;--> statement-breakpoint
ALTER TABLE "introduction_rounds" ADD CONSTRAINT "introduction_rounds_introduction_id_introductions_id_fk" FOREIGN KEY ("introduction_id") REFERENCES "public"."introductions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "introduction_rounds_key" ON "introduction_rounds" USING btree ("introduction_id","round");--> statement-breakpoint
CREATE INDEX "contracts_submitted_idx" ON "contracts" USING btree ("submitted_at") WHERE status = 'submitted';--> statement-breakpoint
CREATE INDEX "demands_in_review_idx" ON "demands" USING btree ("home_market_id","id") WHERE status = 'submitted' or revision is not null;--> statement-breakpoint
CREATE INDEX "demands_assigned_to_user_id_idx" ON "demands" USING btree ("assigned_to_user_id") WHERE assigned_to_user_id is not null;--> statement-breakpoint
CREATE INDEX "introductions_assigned_to_user_id_idx" ON "introductions" USING btree ("assigned_to_user_id") WHERE assigned_to_user_id is not null and status in ('requested', 'open');--> statement-breakpoint
CREATE INDEX "project_milestones_open_idx" ON "project_milestones" USING btree ("due_on") WHERE status in ('planned', 'rework');--> statement-breakpoint
CREATE INDEX "results_in_review_idx" ON "results" USING btree ("home_market_id","id") WHERE status = 'submitted' or revision is not null;--> statement-breakpoint
CREATE INDEX "results_assigned_to_user_id_idx" ON "results" USING btree ("assigned_to_user_id") WHERE assigned_to_user_id is not null;--> statement-breakpoint
CREATE INDEX "demands_home_market_id_idx" ON "demands" USING btree ("home_market_id","status","id");--> statement-breakpoint
CREATE UNIQUE INDEX "introduction_answers_side_key" ON "introduction_answers" USING btree ("introduction_id","round","side");--> statement-breakpoint
-- What was is added and never changed.
REVOKE UPDATE, DELETE, TRUNCATE ON introduction_rounds FROM duijie_app;
