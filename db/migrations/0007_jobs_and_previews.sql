CREATE TABLE "jobs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"status" text NOT NULL,
	"market_id" uuid NOT NULL,
	"requested_by_user_id" uuid NOT NULL,
	"progress_done" integer DEFAULT 0 NOT NULL,
	"progress_total" integer NOT NULL,
	"place" jsonb,
	"result" jsonb NOT NULL,
	"problem" jsonb,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "match_previews" (
	"id" uuid PRIMARY KEY NOT NULL,
	"actor" text NOT NULL,
	"draft" jsonb NOT NULL,
	"answer" jsonb,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_market_id_organizations_id_fk" FOREIGN KEY ("market_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "jobs_open_key" ON "jobs" USING btree ("kind","market_id") WHERE status in ('queued', 'running');--> statement-breakpoint
CREATE INDEX "jobs_market_id_idx" ON "jobs" USING btree ("market_id");--> statement-breakpoint
CREATE INDEX "match_previews_created_at_idx" ON "match_previews" USING btree ("created_at");