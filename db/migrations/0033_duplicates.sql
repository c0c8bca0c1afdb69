CREATE TABLE "duplicate_links" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"first_id" uuid NOT NULL,
	"second_id" uuid NOT NULL,
	"reason" text NOT NULL,
	"linked_by_user_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "demands" ADD COLUMN "merged_into_id" uuid;--> statement-breakpoint
ALTER TABLE "results" ADD COLUMN "merged_into_id" uuid;--> statement-breakpoint
CREATE UNIQUE INDEX "duplicate_links_pair_key" ON "duplicate_links" USING btree ("first_id","second_id");--> statement-breakpoint
CREATE INDEX "duplicate_links_second_id_idx" ON "duplicate_links" USING btree ("second_id");--> statement-breakpoint
ALTER TABLE "demands" ADD CONSTRAINT "demands_merged_into_id_demands_id_fk" FOREIGN KEY ("merged_into_id") REFERENCES "public"."demands"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "results" ADD CONSTRAINT "results_merged_into_id_results_id_fk" FOREIGN KEY ("merged_into_id") REFERENCES "public"."results"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "demands_merged_into_id_idx" ON "demands" USING btree ("merged_into_id") WHERE merged_into_id is not null;--> statement-breakpoint
CREATE INDEX "results_merged_into_id_idx" ON "results" USING btree ("merged_into_id") WHERE merged_into_id is not null;