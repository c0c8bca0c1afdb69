ALTER TABLE "search_documents" ADD COLUMN "keywords" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "search_documents" ADD COLUMN "money_band" text;--> statement-breakpoint
ALTER TABLE "search_documents" ADD COLUMN "activity_type" text;--> statement-breakpoint
ALTER TABLE "search_documents" ADD COLUMN "stage" text;--> statement-breakpoint
ALTER TABLE "search_documents" ADD COLUMN "ipr_kinds" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "search_documents" ADD COLUMN "language" text DEFAULT 'zh' NOT NULL;--> statement-breakpoint
ALTER TABLE "search_documents" ADD COLUMN "valid_until" timestamp with time zone;