ALTER TABLE "demand_confidential" ADD COLUMN "revision" jsonb;--> statement-breakpoint
ALTER TABLE "result_confidential" ADD COLUMN "revision" jsonb;