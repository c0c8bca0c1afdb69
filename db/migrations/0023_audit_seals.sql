CREATE TABLE "audit_seals" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"entry_id" uuid NOT NULL,
	"xid" "xid8" NOT NULL,
	"hash" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "audit_entries" ADD COLUMN "xid" "xid8" DEFAULT pg_current_xact_id() NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "audit_seals_entry_id_key" ON "audit_seals" USING btree ("entry_id");--> statement-breakpoint
CREATE INDEX "audit_entries_xid_id_idx" ON "audit_entries" USING btree ("xid","id");--> statement-breakpoint
-- What is sealed stays sealed; the owner, who can undo that, is what the chain is checked against (docs/adr/0028).
REVOKE UPDATE, DELETE, TRUNCATE ON audit_seals FROM duijie_app;
