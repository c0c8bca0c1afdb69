CREATE TABLE "demand_exclusions" (
	"demand_id" uuid NOT NULL,
	"organization_id" uuid NOT NULL,
	CONSTRAINT "demand_exclusions_demand_id_organization_id_pk" PRIMARY KEY("demand_id","organization_id")
);
--> statement-breakpoint
ALTER TABLE "demands" ADD COLUMN "exclusivity" text;--> statement-breakpoint
ALTER TABLE "demand_exclusions" ADD CONSTRAINT "demand_exclusions_demand_id_demands_id_fk" FOREIGN KEY ("demand_id") REFERENCES "public"."demands"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "demand_exclusions" ADD CONSTRAINT "demand_exclusions_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "demand_exclusions_organization_id_idx" ON "demand_exclusions" USING btree ("organization_id");