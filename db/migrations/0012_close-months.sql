CREATE TABLE "closed_months" (
	"month" date PRIMARY KEY NOT NULL,
	"last_transaction_id" bigint NOT NULL,
	"closed_at" timestamp with time zone NOT NULL,
	"issued_at" timestamp with time zone
);
