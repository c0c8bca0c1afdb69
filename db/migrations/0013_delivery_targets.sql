DROP INDEX "deliveries_message_id_idx";--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "target_id" uuid;--> statement-breakpoint
CREATE INDEX "deliveries_target_id_idx" ON "deliveries" USING btree ("target_id") WHERE target_id is not null;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_owed_once" UNIQUE NULLS NOT DISTINCT("message_id","handler","target_id");