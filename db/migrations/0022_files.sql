CREATE TABLE "files" (
	"id" uuid PRIMARY KEY NOT NULL,
	"media_type" text NOT NULL,
	"size_bytes" integer NOT NULL,
	"sha256" text NOT NULL,
	"storage_key" text,
	"content" "bytea",
	"created_by_user_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"released_at" timestamp with time zone,
	CONSTRAINT "files_bytes_are_in_one_place" CHECK (("files"."storage_key" is null) <> ("files"."content" is null))
);
--> statement-breakpoint
ALTER TABLE "attachments" ADD COLUMN "file_id" uuid;--> statement-breakpoint
-- The owner of the tables sees its rows only while row-level security is not forced on it.
ALTER TABLE "attachments" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
INSERT INTO "files" ("id", "media_type", "size_bytes", "sha256", "content", "created_by_user_id", "created_at")
	SELECT "id", "media_type", "size_bytes", "sha256", "content", "created_by_user_id", "created_at" FROM "attachments";--> statement-breakpoint
UPDATE "attachments" SET "file_id" = "id";--> statement-breakpoint
ALTER TABLE "attachments" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "attachments" ALTER COLUMN "file_id" SET NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "files_storage_key_key" ON "files" USING btree ("storage_key");--> statement-breakpoint
CREATE INDEX "files_released_at_idx" ON "files" USING btree ("released_at") WHERE "files"."released_at" is not null;--> statement-breakpoint
CREATE INDEX "files_content_idx" ON "files" USING btree ("id") WHERE "files"."storage_key" is null;--> statement-breakpoint
ALTER TABLE "attachments" ADD CONSTRAINT "attachments_file_id_files_id_fk" FOREIGN KEY ("file_id") REFERENCES "public"."files"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "attachments_file_id_idx" ON "attachments" USING btree ("file_id");--> statement-breakpoint
ALTER TABLE "attachments" DROP COLUMN "media_type";--> statement-breakpoint
ALTER TABLE "attachments" DROP COLUMN "size_bytes";--> statement-breakpoint
ALTER TABLE "attachments" DROP COLUMN "sha256";--> statement-breakpoint
ALTER TABLE "attachments" DROP COLUMN "content";--> statement-breakpoint
ALTER TABLE "attachments" DROP COLUMN "created_by_user_id";
