CREATE TABLE "parked_documents" (
	"engine" text NOT NULL,
	"kind" text NOT NULL,
	"id" uuid NOT NULL,
	"reason" text NOT NULL,
	"parked_at" timestamp with time zone NOT NULL,
	CONSTRAINT "parked_documents_engine_kind_id_pk" PRIMARY KEY("engine","kind","id")
);
