-- The application's role is neither owner nor superuser from the first migration on, so row-level security binds it.
-- Whoever migrates may act as it; the pool in db/client.ts does nothing else.
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'duijie_app') THEN
    CREATE ROLE duijie_app NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
--> statement-breakpoint
DO $$ BEGIN EXECUTE format('GRANT duijie_app TO %I', current_user); END $$;
--> statement-breakpoint
GRANT USAGE ON SCHEMA public TO duijie_app;
--> statement-breakpoint
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO duijie_app;
--> statement-breakpoint
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO duijie_app;
--> statement-breakpoint
CREATE EXTENSION IF NOT EXISTS pg_trgm;
--> statement-breakpoint
CREATE SEQUENCE "public"."demand_codes" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE SEQUENCE "public"."project_codes" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE SEQUENCE "public"."result_codes" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "attachments" (
	"id" uuid PRIMARY KEY NOT NULL,
	"record_type" text NOT NULL,
	"record_id" uuid NOT NULL,
	"name" text NOT NULL,
	"media_type" text NOT NULL,
	"size_bytes" integer NOT NULL,
	"sha256" text NOT NULL,
	"content" "bytea" NOT NULL,
	"created_by_user_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"name" text NOT NULL,
	"prefix" text NOT NULL,
	"key_hash" text NOT NULL,
	"scopes" text[] NOT NULL,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "mail_tokens" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"purpose" text NOT NULL,
	"token_hash" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "members" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"role" text NOT NULL,
	"removed_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"token_hash" text NOT NULL,
	"user_id" uuid NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sign_in_failures" (
	"id" uuid PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"password_hash" text,
	"locale" text DEFAULT 'zh-CN' NOT NULL,
	"administrator" boolean DEFAULT false NOT NULL,
	"email_verified_at" timestamp with time zone,
	"erased_at" timestamp with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "demand_confidential" (
	"demand_id" uuid PRIMARY KEY NOT NULL,
	"contact" jsonb,
	"detail" text,
	"decision_owner" text,
	"budget_min_cny" bigint,
	"budget_max_cny" bigint,
	"budget_negotiable" boolean DEFAULT true NOT NULL,
	"revision" jsonb
);
--> statement-breakpoint
CREATE TABLE "demands" (
	"id" uuid PRIMARY KEY NOT NULL,
	"code" text NOT NULL,
	"title" text NOT NULL,
	"summary" text NOT NULL,
	"keywords" text[] NOT NULL,
	"technology_fields" text[] NOT NULL,
	"cooperation_modes" text[] NOT NULL,
	"region_code" text NOT NULL,
	"language" text NOT NULL,
	"source" text NOT NULL,
	"valid_until" timestamp with time zone,
	"published_at" timestamp with time zone,
	"expiry_notice_at" timestamp with time zone,
	"content_version" integer DEFAULT 1 NOT NULL,
	"revision" jsonb,
	"return_reason" text,
	"outcome" text,
	"created_by_user_id" uuid NOT NULL,
	"status" text NOT NULL,
	"organization_id" uuid NOT NULL,
	"home_market_id" uuid NOT NULL,
	"problem" text,
	"key_technology" text,
	"expected_outcome" text,
	"indicators" jsonb NOT NULL,
	"already_tried" text,
	"not_acceptable" text,
	"industry" text,
	"activity_type" text,
	"target_trl" integer,
	"needed_by" timestamp with time zone,
	"preferred_partners" text[] NOT NULL,
	"budget_band" text,
	"budget_negotiable" boolean DEFAULT true NOT NULL,
	"anonymous" boolean DEFAULT false NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "disclosures" (
	"id" uuid PRIMARY KEY NOT NULL,
	"record_id" uuid NOT NULL,
	"organization_id" uuid NOT NULL,
	"introduction_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "introduction_answers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"introduction_id" uuid NOT NULL,
	"side" text NOT NULL,
	"answer" text NOT NULL,
	"reason" text,
	"comment" text,
	"answered_by_user_id" uuid NOT NULL,
	"answered_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "introductions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"match_id" uuid NOT NULL,
	"demand_id" uuid NOT NULL,
	"result_id" uuid NOT NULL,
	"demand_organization_id" uuid NOT NULL,
	"result_organization_id" uuid NOT NULL,
	"market_id" uuid NOT NULL,
	"result_market_id" uuid NOT NULL,
	"status" text NOT NULL,
	"message" text,
	"opened_by_user_id" uuid NOT NULL,
	"requested_by_side" text,
	"due_at" timestamp with time zone,
	"remind_at" timestamp with time zone,
	"reminded_at" timestamp with time zone,
	"escalate_at" timestamp with time zone,
	"escalated_at" timestamp with time zone,
	"opened_at" timestamp with time zone,
	"closed_at" timestamp with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "matches" (
	"id" uuid PRIMARY KEY NOT NULL,
	"demand_id" uuid NOT NULL,
	"result_id" uuid NOT NULL,
	"status" text NOT NULL,
	"score" double precision NOT NULL,
	"gates" jsonb NOT NULL,
	"contributions" jsonb NOT NULL,
	"explanation" jsonb NOT NULL,
	"indicators" jsonb NOT NULL,
	"near_miss" jsonb,
	"demand_version" integer NOT NULL,
	"result_version" integer NOT NULL,
	"model_version" text NOT NULL,
	"dismiss_reason" text,
	"dismiss_comment" text,
	"dismissed_at" timestamp with time zone,
	"shortlisted_at" timestamp with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "notifications" (
	"id" uuid PRIMARY KEY NOT NULL,
	"message_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"organization_id" uuid,
	"type" text NOT NULL,
	"subject_type" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"params" jsonb NOT NULL,
	"read_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "organization_contacts" (
	"organization_id" uuid PRIMARY KEY NOT NULL,
	"name" text,
	"phone" text,
	"email" text,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "organization_tiers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"tier" text NOT NULL,
	"level" text NOT NULL,
	"number" text,
	"issued_on" date NOT NULL,
	"expires_on" date,
	"revoked_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "organizations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"status" text NOT NULL,
	"region_code" text NOT NULL,
	"industry" text,
	"size_band" text,
	"credit_code" text,
	"market_kind" text,
	"parent_id" uuid,
	"technology_fields" text[] DEFAULT '{}' NOT NULL,
	"home_market_id" uuid,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_entries" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"actor" text NOT NULL,
	"actor_organization_id" uuid,
	"request_id" text NOT NULL,
	"action" text NOT NULL,
	"subject_type" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"market_id" uuid,
	"from_status" text,
	"to_status" text,
	"details" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "cursors" (
	"name" text PRIMARY KEY NOT NULL,
	"xid" "xid8" NOT NULL,
	"message_id" uuid NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"id" uuid PRIMARY KEY NOT NULL,
	"message_id" uuid NOT NULL,
	"handler" text NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"not_before" timestamp with time zone NOT NULL,
	"lease_until" timestamp with time zone,
	"done_at" timestamp with time zone,
	"last_error" text,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"actor" text NOT NULL,
	"route" text NOT NULL,
	"key" text NOT NULL,
	"body_hash" text NOT NULL,
	"response" jsonb,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "idempotency_keys_actor_route_key_pk" PRIMARY KEY("actor","route","key")
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"id" uuid PRIMARY KEY NOT NULL,
	"xid" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"type" text NOT NULL,
	"subject_type" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"actor_organization_id" uuid,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "project_milestones" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"title" text NOT NULL,
	"due_on" date NOT NULL,
	"acceptance_criteria" text NOT NULL,
	"payment_share" double precision NOT NULL,
	"status" text NOT NULL,
	"rework_reason" text,
	"submitted_at" timestamp with time zone,
	"accepted_at" timestamp with time zone,
	"paid_at" timestamp with time zone,
	"version" integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "project_parties" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"organization_id" uuid NOT NULL,
	"role" text NOT NULL,
	"responsible_user_id" uuid,
	"work_share" double precision,
	"benefit_share" double precision
);
--> statement-breakpoint
CREATE TABLE "projects" (
	"id" uuid PRIMARY KEY NOT NULL,
	"code" text NOT NULL,
	"title" text NOT NULL,
	"status" text NOT NULL,
	"introduction_id" uuid,
	"demand_id" uuid,
	"result_id" uuid,
	"market_id" uuid NOT NULL,
	"budget_cny" bigint NOT NULL,
	"funding_mode" text NOT NULL,
	"termination_reason" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "result_confidential" (
	"result_id" uuid PRIMARY KEY NOT NULL,
	"contact" jsonb,
	"detail" text,
	"inventor_contacts" jsonb NOT NULL,
	"price_min_cny" bigint,
	"price_max_cny" bigint,
	"price_negotiable" boolean DEFAULT true NOT NULL,
	"revision" jsonb
);
--> statement-breakpoint
CREATE TABLE "results" (
	"id" uuid PRIMARY KEY NOT NULL,
	"code" text NOT NULL,
	"title" text NOT NULL,
	"summary" text NOT NULL,
	"keywords" text[] NOT NULL,
	"technology_fields" text[] NOT NULL,
	"cooperation_modes" text[] NOT NULL,
	"region_code" text NOT NULL,
	"language" text NOT NULL,
	"source" text NOT NULL,
	"valid_until" timestamp with time zone,
	"published_at" timestamp with time zone,
	"expiry_notice_at" timestamp with time zone,
	"content_version" integer DEFAULT 1 NOT NULL,
	"revision" jsonb,
	"return_reason" text,
	"outcome" text,
	"created_by_user_id" uuid NOT NULL,
	"status" text NOT NULL,
	"organization_id" uuid NOT NULL,
	"home_market_id" uuid NOT NULL,
	"description" text,
	"advantages" text,
	"indicators" jsonb NOT NULL,
	"application_industries" text[] NOT NULL,
	"trl" integer,
	"stage" text,
	"ipr" jsonb NOT NULL,
	"owners" jsonb NOT NULL,
	"inventors" jsonb NOT NULL,
	"completed_on" text,
	"funding_source" text,
	"awards" text[] NOT NULL,
	"price_band" text,
	"price_negotiable" boolean DEFAULT true NOT NULL,
	"exclusivity" text,
	"evaluation_form" text,
	"registration" jsonb,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "search_documents" (
	"kind" text NOT NULL,
	"id" uuid NOT NULL,
	"version" integer NOT NULL,
	"title" text NOT NULL,
	"body" text NOT NULL,
	"terms" "tsvector" NOT NULL,
	"technology_fields" text[] NOT NULL,
	"industries" text[] NOT NULL,
	"cooperation_modes" text[] NOT NULL,
	"region_code" text NOT NULL,
	"trl" integer,
	"published_at" timestamp with time zone NOT NULL,
	CONSTRAINT "search_documents_kind_id_pk" PRIMARY KEY("kind","id")
);
--> statement-breakpoint
CREATE TABLE "seed_digests" (
	"name" text PRIMARY KEY NOT NULL,
	"digest" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "vocabulary_terms" (
	"vocabulary" text NOT NULL,
	"code" text NOT NULL,
	"parent_code" text,
	"zh" text NOT NULL,
	"en" text,
	"position" integer NOT NULL,
	"retired" boolean DEFAULT false NOT NULL,
	"local" boolean DEFAULT false NOT NULL,
	CONSTRAINT "vocabulary_terms_vocabulary_code_pk" PRIMARY KEY("vocabulary","code")
);
--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mail_tokens" ADD CONSTRAINT "mail_tokens_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "demand_confidential" ADD CONSTRAINT "demand_confidential_demand_id_demands_id_fk" FOREIGN KEY ("demand_id") REFERENCES "public"."demands"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "demands" ADD CONSTRAINT "demands_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "demands" ADD CONSTRAINT "demands_home_market_id_organizations_id_fk" FOREIGN KEY ("home_market_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "disclosures" ADD CONSTRAINT "disclosures_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "disclosures" ADD CONSTRAINT "disclosures_introduction_id_introductions_id_fk" FOREIGN KEY ("introduction_id") REFERENCES "public"."introductions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "introduction_answers" ADD CONSTRAINT "introduction_answers_introduction_id_introductions_id_fk" FOREIGN KEY ("introduction_id") REFERENCES "public"."introductions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "introductions" ADD CONSTRAINT "introductions_match_id_matches_id_fk" FOREIGN KEY ("match_id") REFERENCES "public"."matches"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "introductions" ADD CONSTRAINT "introductions_demand_id_demands_id_fk" FOREIGN KEY ("demand_id") REFERENCES "public"."demands"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "introductions" ADD CONSTRAINT "introductions_result_id_results_id_fk" FOREIGN KEY ("result_id") REFERENCES "public"."results"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "introductions" ADD CONSTRAINT "introductions_demand_organization_id_organizations_id_fk" FOREIGN KEY ("demand_organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "introductions" ADD CONSTRAINT "introductions_result_organization_id_organizations_id_fk" FOREIGN KEY ("result_organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "introductions" ADD CONSTRAINT "introductions_market_id_organizations_id_fk" FOREIGN KEY ("market_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "introductions" ADD CONSTRAINT "introductions_result_market_id_organizations_id_fk" FOREIGN KEY ("result_market_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "matches" ADD CONSTRAINT "matches_demand_id_demands_id_fk" FOREIGN KEY ("demand_id") REFERENCES "public"."demands"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "matches" ADD CONSTRAINT "matches_result_id_results_id_fk" FOREIGN KEY ("result_id") REFERENCES "public"."results"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organization_contacts" ADD CONSTRAINT "organization_contacts_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organization_tiers" ADD CONSTRAINT "organization_tiers_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organizations" ADD CONSTRAINT "organizations_parent_id_organizations_id_fk" FOREIGN KEY ("parent_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organizations" ADD CONSTRAINT "organizations_home_market_id_organizations_id_fk" FOREIGN KEY ("home_market_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_message_id_messages_id_fk" FOREIGN KEY ("message_id") REFERENCES "public"."messages"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_milestones" ADD CONSTRAINT "project_milestones_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_parties" ADD CONSTRAINT "project_parties_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_parties" ADD CONSTRAINT "project_parties_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_introduction_id_introductions_id_fk" FOREIGN KEY ("introduction_id") REFERENCES "public"."introductions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_market_id_organizations_id_fk" FOREIGN KEY ("market_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "result_confidential" ADD CONSTRAINT "result_confidential_result_id_results_id_fk" FOREIGN KEY ("result_id") REFERENCES "public"."results"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "results" ADD CONSTRAINT "results_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "results" ADD CONSTRAINT "results_home_market_id_organizations_id_fk" FOREIGN KEY ("home_market_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "attachments_record_id_name_key" ON "attachments" USING btree ("record_id","name");--> statement-breakpoint
CREATE UNIQUE INDEX "api_keys_key_hash_key" ON "api_keys" USING btree ("key_hash");--> statement-breakpoint
CREATE INDEX "api_keys_user_id_idx" ON "api_keys" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "mail_tokens_token_hash_key" ON "mail_tokens" USING btree ("token_hash");--> statement-breakpoint
CREATE INDEX "mail_tokens_user_id_idx" ON "mail_tokens" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "members_organization_id_idx" ON "members" USING btree ("organization_id");--> statement-breakpoint
CREATE UNIQUE INDEX "members_user_id_key" ON "members" USING btree ("user_id") WHERE removed_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "sessions_token_hash_key" ON "sessions" USING btree ("token_hash");--> statement-breakpoint
CREATE INDEX "sessions_user_id_idx" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "sign_in_failures_email_idx" ON "sign_in_failures" USING btree ("email","at");--> statement-breakpoint
CREATE UNIQUE INDEX "users_email_key" ON "users" USING btree ("email");--> statement-breakpoint
CREATE UNIQUE INDEX "demands_code_key" ON "demands" USING btree ("code");--> statement-breakpoint
CREATE INDEX "demands_organization_id_idx" ON "demands" USING btree ("organization_id","id");--> statement-breakpoint
CREATE INDEX "demands_home_market_id_idx" ON "demands" USING btree ("home_market_id","status");--> statement-breakpoint
CREATE INDEX "demands_published_idx" ON "demands" USING btree ("status","published_at","id");--> statement-breakpoint
CREATE INDEX "demands_valid_until_idx" ON "demands" USING btree ("valid_until");--> statement-breakpoint
CREATE UNIQUE INDEX "disclosures_record_key" ON "disclosures" USING btree ("record_id","organization_id","introduction_id");--> statement-breakpoint
CREATE INDEX "disclosures_organization_id_idx" ON "disclosures" USING btree ("organization_id");--> statement-breakpoint
CREATE INDEX "disclosures_introduction_id_idx" ON "disclosures" USING btree ("introduction_id");--> statement-breakpoint
CREATE UNIQUE INDEX "introduction_answers_side_key" ON "introduction_answers" USING btree ("introduction_id","side");--> statement-breakpoint
CREATE INDEX "introductions_match_id_idx" ON "introductions" USING btree ("match_id");--> statement-breakpoint
CREATE UNIQUE INDEX "introductions_open_key" ON "introductions" USING btree ("match_id") WHERE status in ('requested', 'open');--> statement-breakpoint
CREATE INDEX "introductions_demand_id_idx" ON "introductions" USING btree ("demand_id");--> statement-breakpoint
CREATE INDEX "introductions_result_id_idx" ON "introductions" USING btree ("result_id");--> statement-breakpoint
CREATE INDEX "introductions_demand_organization_id_idx" ON "introductions" USING btree ("demand_organization_id");--> statement-breakpoint
CREATE INDEX "introductions_result_organization_id_idx" ON "introductions" USING btree ("result_organization_id");--> statement-breakpoint
CREATE INDEX "introductions_market_id_idx" ON "introductions" USING btree ("market_id","status");--> statement-breakpoint
CREATE INDEX "introductions_result_market_id_idx" ON "introductions" USING btree ("result_market_id","status");--> statement-breakpoint
CREATE INDEX "introductions_due_idx" ON "introductions" USING btree ("due_at") WHERE status in ('requested', 'open');--> statement-breakpoint
CREATE UNIQUE INDEX "matches_pair_key" ON "matches" USING btree ("demand_id","result_id");--> statement-breakpoint
CREATE INDEX "matches_demand_id_idx" ON "matches" USING btree ("demand_id","score");--> statement-breakpoint
CREATE INDEX "matches_result_id_idx" ON "matches" USING btree ("result_id","score");--> statement-breakpoint
CREATE INDEX "matches_status_idx" ON "matches" USING btree ("status","score");--> statement-breakpoint
CREATE UNIQUE INDEX "notifications_message_key" ON "notifications" USING btree ("message_id","user_id");--> statement-breakpoint
CREATE INDEX "notifications_user_id_idx" ON "notifications" USING btree ("user_id","id");--> statement-breakpoint
CREATE INDEX "notifications_unread_idx" ON "notifications" USING btree ("user_id") WHERE read_at is null;--> statement-breakpoint
CREATE INDEX "notifications_organization_id_idx" ON "notifications" USING btree ("organization_id","type","created_at");--> statement-breakpoint
CREATE INDEX "organization_tiers_organization_id_idx" ON "organization_tiers" USING btree ("organization_id");--> statement-breakpoint
CREATE INDEX "organizations_parent_id_idx" ON "organizations" USING btree ("parent_id");--> statement-breakpoint
CREATE INDEX "organizations_home_market_id_idx" ON "organizations" USING btree ("home_market_id","status");--> statement-breakpoint
CREATE INDEX "organizations_kind_idx" ON "organizations" USING btree ("kind","id");--> statement-breakpoint
CREATE UNIQUE INDEX "organizations_credit_code_key" ON "organizations" USING btree ("credit_code");--> statement-breakpoint
CREATE UNIQUE INDEX "organizations_territory_key" ON "organizations" USING btree ("region_code") WHERE market_kind = 'territorial';--> statement-breakpoint
CREATE UNIQUE INDEX "organizations_root_key" ON "organizations" USING btree ("market_kind") WHERE market_kind = 'root';--> statement-breakpoint
CREATE INDEX "audit_entries_subject_idx" ON "audit_entries" USING btree ("subject_id","id");--> statement-breakpoint
CREATE INDEX "audit_entries_market_id_idx" ON "audit_entries" USING btree ("market_id");--> statement-breakpoint
CREATE INDEX "deliveries_message_id_idx" ON "deliveries" USING btree ("message_id");--> statement-breakpoint
CREATE INDEX "deliveries_pending_idx" ON "deliveries" USING btree ("not_before") WHERE status = 'pending';--> statement-breakpoint
CREATE INDEX "deliveries_published_idx" ON "deliveries" USING btree ("lease_until") WHERE status = 'published';--> statement-breakpoint
CREATE INDEX "deliveries_dead_idx" ON "deliveries" USING btree ("created_at") WHERE status = 'dead';--> statement-breakpoint
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "messages_xid_id_idx" ON "messages" USING btree ("xid","id");--> statement-breakpoint
CREATE INDEX "messages_created_at_idx" ON "messages" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "project_milestones_position_key" ON "project_milestones" USING btree ("project_id","position");--> statement-breakpoint
CREATE UNIQUE INDEX "project_parties_key" ON "project_parties" USING btree ("project_id","organization_id");--> statement-breakpoint
CREATE INDEX "project_parties_organization_id_idx" ON "project_parties" USING btree ("organization_id");--> statement-breakpoint
CREATE UNIQUE INDEX "projects_code_key" ON "projects" USING btree ("code");--> statement-breakpoint
CREATE UNIQUE INDEX "projects_introduction_id_key" ON "projects" USING btree ("introduction_id");--> statement-breakpoint
CREATE INDEX "projects_market_id_idx" ON "projects" USING btree ("market_id");--> statement-breakpoint
CREATE UNIQUE INDEX "results_code_key" ON "results" USING btree ("code");--> statement-breakpoint
CREATE INDEX "results_organization_id_idx" ON "results" USING btree ("organization_id","id");--> statement-breakpoint
CREATE INDEX "results_home_market_id_idx" ON "results" USING btree ("home_market_id","status");--> statement-breakpoint
CREATE INDEX "results_published_idx" ON "results" USING btree ("status","published_at","id");--> statement-breakpoint
CREATE INDEX "results_valid_until_idx" ON "results" USING btree ("valid_until");--> statement-breakpoint
CREATE INDEX "search_documents_terms_idx" ON "search_documents" USING gin ("terms");--> statement-breakpoint
CREATE INDEX "search_documents_title_idx" ON "search_documents" USING gin ("title" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "search_documents_newest_idx" ON "search_documents" USING btree ("kind","published_at","id");--> statement-breakpoint
CREATE INDEX "vocabulary_terms_parent_idx" ON "vocabulary_terms" USING btree ("vocabulary","parent_code");