CREATE TABLE "digest_runs" (
	"mode" text NOT NULL,
	"up_to_at" timestamp with time zone NOT NULL,
	"digests" integer NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "digest_runs_mode_up_to_at_pk" PRIMARY KEY("mode","up_to_at")
);
--> statement-breakpoint
CREATE TABLE "mail_digests" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"mode" text NOT NULL,
	"from_at" timestamp with time zone NOT NULL,
	"up_to_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "notification_preferences" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"modes" jsonb NOT NULL,
	"quiet_start" text,
	"quiet_end" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "signing_keys" (
	"name" text PRIMARY KEY NOT NULL,
	"secret" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "mail_digests" ADD CONSTRAINT "mail_digests_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notification_preferences" ADD CONSTRAINT "notification_preferences_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "mail_digests_period_key" ON "mail_digests" USING btree ("user_id","mode","up_to_at");--> statement-breakpoint
CREATE INDEX "mail_digests_created_at_idx" ON "mail_digests" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "notifications_created_at_idx" ON "notifications" USING brin ("created_at");
--> statement-breakpoint
ALTER TABLE notification_preferences ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE notification_preferences FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
-- The person's own; jobs and the link in a mail act for them.
CREATE POLICY notification_preferences_own ON notification_preferences USING (
  current_setting('duijie.actor', true) = 'user:' || user_id OR current_setting('duijie.actor', true) LIKE 'system:%');
--> statement-breakpoint
ALTER TABLE signing_keys ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE signing_keys FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY signing_keys_read ON signing_keys FOR SELECT USING (current_setting('duijie.actor', true) LIKE 'system:%');
--> statement-breakpoint
-- Once per installation: two UUIDs hold 244 bits of PostgreSQL's strong random source.
CREATE POLICY signing_keys_made_here ON signing_keys FOR INSERT WITH CHECK (true);
--> statement-breakpoint
INSERT INTO signing_keys (name, secret, created_at) VALUES (
  'unsubscribe', encode(sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')), 'hex'), now());
--> statement-breakpoint
DROP POLICY signing_keys_made_here ON signing_keys;
