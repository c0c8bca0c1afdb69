CREATE TABLE "match_observations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"action" text NOT NULL,
	"actor" text NOT NULL,
	"organization_id" uuid,
	"side" text,
	"reason" text,
	"match_id" uuid NOT NULL,
	"demand_id" uuid NOT NULL,
	"result_id" uuid NOT NULL,
	"introduction_id" uuid,
	"project_id" uuid,
	"market_id" uuid NOT NULL,
	"match_status" text NOT NULL,
	"demand_version" integer NOT NULL,
	"result_version" integer NOT NULL,
	"model_version" text NOT NULL,
	"score" double precision NOT NULL,
	"contributions" jsonb NOT NULL,
	"gates" jsonb NOT NULL,
	"near_miss_gate" text,
	"demand_position" integer,
	"demand_list_length" integer,
	"result_position" integer,
	"result_list_length" integer,
	"list" text,
	"list_position" integer,
	"list_length" integer
);
--> statement-breakpoint
CREATE INDEX "match_observations_at_idx" ON "match_observations" USING btree ("at","id");--> statement-breakpoint
CREATE INDEX "match_observations_match_id_idx" ON "match_observations" USING btree ("match_id","at");--> statement-breakpoint
CREATE UNIQUE INDEX "match_observations_seen_key" ON "match_observations" USING btree ("organization_id","match_id","action",coalesce(list, ''),"model_version","demand_version","result_version",((at at time zone 'Asia/Shanghai')::date)) WHERE action in ('shown', 'viewed');