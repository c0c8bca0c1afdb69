CREATE SEQUENCE "public"."contract_codes" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "contract_approvals" (
	"id" uuid PRIMARY KEY NOT NULL,
	"contract_id" uuid NOT NULL,
	"submission" integer NOT NULL,
	"user_id" uuid NOT NULL,
	"organization_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "contract_confidential" (
	"contract_id" uuid PRIMARY KEY NOT NULL,
	"buyer_contact" jsonb,
	"seller_contact" jsonb,
	"buyer_bank" jsonb,
	"seller_bank" jsonb,
	"inventor_shares" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "contract_serials" (
	"region_code" text NOT NULL,
	"year" integer NOT NULL,
	"last_serial" integer NOT NULL,
	CONSTRAINT "contract_serials_region_code_year_pk" PRIMARY KEY("region_code","year")
);
--> statement-breakpoint
CREATE TABLE "contracts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"code" text NOT NULL,
	"status" text NOT NULL,
	"project_id" uuid NOT NULL,
	"market_id" uuid NOT NULL,
	"buyer_organization_id" uuid NOT NULL,
	"buyer_responsible_user_id" uuid,
	"seller_organization_id" uuid NOT NULL,
	"seller_responsible_user_id" uuid,
	"title" text NOT NULL,
	"contract_number" text,
	"type" text,
	"subtype" text,
	"exclusivity" text,
	"total_amount_cny" bigint,
	"technical_amount_cny" bigint,
	"signed_on" date,
	"starts_on" date,
	"ends_on" date,
	"payment_mode" text,
	"technology_field" text,
	"contract_field" text,
	"industry" text,
	"socioeconomic_goal" text,
	"plan_source" text,
	"ipr_kinds" text[] NOT NULL,
	"buyer" jsonb NOT NULL,
	"seller" jsonb NOT NULL,
	"reward_percent" double precision,
	"submissions" integer DEFAULT 0 NOT NULL,
	"submitted_at" timestamp with time zone,
	"return_reason" text,
	"registration_number" text,
	"registered_at" timestamp with time zone,
	"revocation_reason" text,
	"revoked_at" timestamp with time zone,
	"created_by_user_id" uuid NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "contract_approvals" ADD CONSTRAINT "contract_approvals_contract_id_contracts_id_fk" FOREIGN KEY ("contract_id") REFERENCES "public"."contracts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contract_approvals" ADD CONSTRAINT "contract_approvals_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contract_confidential" ADD CONSTRAINT "contract_confidential_contract_id_contracts_id_fk" FOREIGN KEY ("contract_id") REFERENCES "public"."contracts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contracts" ADD CONSTRAINT "contracts_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contracts" ADD CONSTRAINT "contracts_market_id_organizations_id_fk" FOREIGN KEY ("market_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contracts" ADD CONSTRAINT "contracts_buyer_organization_id_organizations_id_fk" FOREIGN KEY ("buyer_organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contracts" ADD CONSTRAINT "contracts_seller_organization_id_organizations_id_fk" FOREIGN KEY ("seller_organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "contract_approvals_key" ON "contract_approvals" USING btree ("contract_id","submission","user_id");--> statement-breakpoint
CREATE INDEX "contract_approvals_organization_id_idx" ON "contract_approvals" USING btree ("organization_id");--> statement-breakpoint
CREATE UNIQUE INDEX "contracts_code_key" ON "contracts" USING btree ("code");--> statement-breakpoint
CREATE UNIQUE INDEX "contracts_registration_number_key" ON "contracts" USING btree ("registration_number");--> statement-breakpoint
CREATE INDEX "contracts_project_id_idx" ON "contracts" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "contracts_market_id_idx" ON "contracts" USING btree ("market_id","id");--> statement-breakpoint
CREATE INDEX "contracts_buyer_organization_id_idx" ON "contracts" USING btree ("buyer_organization_id","id");--> statement-breakpoint
CREATE INDEX "contracts_seller_organization_id_idx" ON "contracts" USING btree ("seller_organization_id","id");--> statement-breakpoint
-- The two sides and the staff of the market that registers. Written by the sides alone: staff return a form, they do not change it.
ALTER TABLE contract_confidential ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE contract_confidential FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY contract_confidential_read ON contract_confidential FOR SELECT USING (EXISTS (
  SELECT 1 FROM contracts c WHERE c.id = contract_id
  AND (duijie_actor_organization() IN (c.buyer_organization_id, c.seller_organization_id)
    OR c.market_id = ANY (duijie_actor_markets()))));
--> statement-breakpoint
CREATE POLICY contract_confidential_insert ON contract_confidential FOR INSERT WITH CHECK (EXISTS (
  SELECT 1 FROM contracts c WHERE c.id = contract_id
  AND duijie_actor_organization() IN (c.buyer_organization_id, c.seller_organization_id)));
--> statement-breakpoint
CREATE POLICY contract_confidential_update ON contract_confidential FOR UPDATE USING (EXISTS (
  SELECT 1 FROM contracts c WHERE c.id = contract_id
  AND duijie_actor_organization() IN (c.buyer_organization_id, c.seller_organization_id)));
--> statement-breakpoint
REVOKE UPDATE, DELETE, TRUNCATE ON contract_approvals FROM duijie_app;
