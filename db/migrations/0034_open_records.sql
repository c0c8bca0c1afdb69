DROP INDEX "demands_published_idx";--> statement-breakpoint
DROP INDEX "results_published_idx";--> statement-breakpoint
CREATE INDEX "demands_open_idx" ON "demands" USING btree ("published_at","id") WHERE status in ('published', 'in_negotiation');--> statement-breakpoint
CREATE INDEX "results_open_idx" ON "results" USING btree ("published_at","id") WHERE status in ('published', 'in_negotiation');