CREATE TABLE "agreement_acceptances" (
	"id" uuid PRIMARY KEY NOT NULL,
	"introduction_id" uuid NOT NULL,
	"side" text NOT NULL,
	"organization_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"text_version" text NOT NULL,
	"text_sha256" text NOT NULL,
	"accepted_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "conversation_files" (
	"id" uuid PRIMARY KEY NOT NULL,
	"message_id" uuid NOT NULL,
	"name" text NOT NULL,
	"file_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "conversation_messages" (
	"id" uuid PRIMARY KEY NOT NULL,
	"introduction_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"author_user_id" uuid NOT NULL,
	"author_organization_id" uuid NOT NULL,
	"author_side" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "conversation_reads" (
	"introduction_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"up_to_number" integer NOT NULL,
	"read_at" timestamp with time zone NOT NULL,
	CONSTRAINT "conversation_reads_introduction_id_user_id_pk" PRIMARY KEY("introduction_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "conversation_texts" (
	"message_id" uuid PRIMARY KEY NOT NULL,
	"text" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "disclosures" ADD COLUMN "files_opened_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "agreement_acceptances" ADD CONSTRAINT "agreement_acceptances_introduction_id_introductions_id_fk" FOREIGN KEY ("introduction_id") REFERENCES "public"."introductions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "agreement_acceptances" ADD CONSTRAINT "agreement_acceptances_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "agreement_acceptances" ADD CONSTRAINT "agreement_acceptances_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversation_files" ADD CONSTRAINT "conversation_files_message_id_conversation_messages_id_fk" FOREIGN KEY ("message_id") REFERENCES "public"."conversation_messages"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversation_files" ADD CONSTRAINT "conversation_files_file_id_files_id_fk" FOREIGN KEY ("file_id") REFERENCES "public"."files"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversation_messages" ADD CONSTRAINT "conversation_messages_introduction_id_introductions_id_fk" FOREIGN KEY ("introduction_id") REFERENCES "public"."introductions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversation_messages" ADD CONSTRAINT "conversation_messages_author_user_id_users_id_fk" FOREIGN KEY ("author_user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversation_messages" ADD CONSTRAINT "conversation_messages_author_organization_id_organizations_id_fk" FOREIGN KEY ("author_organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversation_reads" ADD CONSTRAINT "conversation_reads_introduction_id_introductions_id_fk" FOREIGN KEY ("introduction_id") REFERENCES "public"."introductions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversation_reads" ADD CONSTRAINT "conversation_reads_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversation_texts" ADD CONSTRAINT "conversation_texts_message_id_conversation_messages_id_fk" FOREIGN KEY ("message_id") REFERENCES "public"."conversation_messages"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "agreement_acceptances_side_key" ON "agreement_acceptances" USING btree ("introduction_id","side");--> statement-breakpoint
CREATE INDEX "agreement_acceptances_organization_id_idx" ON "agreement_acceptances" USING btree ("organization_id");--> statement-breakpoint
CREATE INDEX "agreement_acceptances_user_id_idx" ON "agreement_acceptances" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "conversation_files_message_id_name_key" ON "conversation_files" USING btree ("message_id","name");--> statement-breakpoint
CREATE INDEX "conversation_files_file_id_idx" ON "conversation_files" USING btree ("file_id");--> statement-breakpoint
CREATE UNIQUE INDEX "conversation_messages_number_key" ON "conversation_messages" USING btree ("introduction_id","number");--> statement-breakpoint
CREATE INDEX "conversation_messages_author_user_id_idx" ON "conversation_messages" USING btree ("author_user_id");--> statement-breakpoint
CREATE INDEX "conversation_messages_author_organization_id_idx" ON "conversation_messages" USING btree ("author_organization_id");--> statement-breakpoint
CREATE INDEX "conversation_reads_user_id_idx" ON "conversation_reads" USING btree ("user_id");--> statement-breakpoint
-- What is said in an introduction is for its two parties and the staff of their markets; the policies in TypeScript are
-- narrower (at a university those whose record it is). Nobody changes or deletes it: not even its author.
CREATE FUNCTION duijie_in_introduction(introduction uuid) RETURNS boolean LANGUAGE sql STABLE
  RETURN EXISTS (
    SELECT 1 FROM introductions i JOIN demands d ON d.id = i.demand_id JOIN results r ON r.id = i.result_id
    WHERE i.id = introduction AND (
      duijie_actor_organization() IN (i.demand_organization_id, i.result_organization_id)
      OR d.home_market_id = ANY (duijie_actor_markets()) OR r.home_market_id = ANY (duijie_actor_markets())));
--> statement-breakpoint
CREATE FUNCTION duijie_in_conversation(message uuid) RETURNS boolean LANGUAGE sql STABLE
  RETURN EXISTS (SELECT 1 FROM conversation_messages m WHERE m.id = message AND duijie_in_introduction(m.introduction_id));
--> statement-breakpoint
ALTER TABLE conversation_texts ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE conversation_texts FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY conversation_texts_read ON conversation_texts FOR SELECT USING (duijie_in_conversation(message_id));
--> statement-breakpoint
CREATE POLICY conversation_texts_insert ON conversation_texts FOR INSERT WITH CHECK (duijie_in_conversation(message_id));
--> statement-breakpoint
ALTER TABLE conversation_files ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE conversation_files FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY conversation_files_read ON conversation_files FOR SELECT USING (duijie_in_conversation(message_id));
--> statement-breakpoint
CREATE POLICY conversation_files_insert ON conversation_files FOR INSERT WITH CHECK (duijie_in_conversation(message_id));
--> statement-breakpoint
REVOKE UPDATE, DELETE, TRUNCATE ON conversation_texts, conversation_files, conversation_messages FROM duijie_app;
--> statement-breakpoint
-- Files of a record, besides its owner's organization and its market: to whom an agreement that both accepted opened them.
CREATE FUNCTION duijie_files_open(record uuid) RETURNS boolean LANGUAGE sql STABLE
  RETURN EXISTS (
    SELECT 1 FROM disclosures x
    WHERE x.record_id = record AND x.organization_id = duijie_actor_organization() AND x.files_opened_at IS NOT NULL);
--> statement-breakpoint
ALTER POLICY attachments_read ON attachments USING (
  duijie_owns_record(record_type, record_id) OR duijie_brokers_record(record_type, record_id)
  OR duijie_files_open(record_id));
--> statement-breakpoint
REVOKE UPDATE, DELETE, TRUNCATE ON agreement_acceptances FROM duijie_app;
