DROP INDEX "introductions_due_idx";--> statement-breakpoint
ALTER TABLE "matches" ADD COLUMN "dismiss_comment" text;--> statement-breakpoint
CREATE INDEX "notifications_unread_idx" ON "notifications" USING btree ("user_id") WHERE read_at is null;--> statement-breakpoint
CREATE INDEX "introductions_due_idx" ON "introductions" USING btree ("due_at") WHERE status in ('requested', 'open');