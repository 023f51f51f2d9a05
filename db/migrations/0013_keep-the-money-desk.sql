CREATE TABLE "fault_credit_charges" (
	"credit_id" uuid NOT NULL,
	"charge_id" bigint NOT NULL,
	"amount" bigint NOT NULL,
	CONSTRAINT "fault_credit_charges_credit_id_charge_id_pk" PRIMARY KEY("credit_id","charge_id")
);
--> statement-breakpoint
CREATE TABLE "fault_credits" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"key" text NOT NULL,
	"rental_id" uuid NOT NULL,
	"amount" bigint NOT NULL,
	"from_owner" bigint NOT NULL,
	"reason" text NOT NULL,
	"admin_id" uuid NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "fault_credits_key_unique" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "provider_checks" (
	"provider" text PRIMARY KEY NOT NULL,
	"asked_at" timestamp with time zone NOT NULL,
	"milliseconds" integer NOT NULL,
	"balances" jsonb,
	"problem" text
);
--> statement-breakpoint
ALTER TABLE "fault_credit_charges" ADD CONSTRAINT "fault_credit_charges_credit_id_fault_credits_id_fk" FOREIGN KEY ("credit_id") REFERENCES "public"."fault_credits"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "fault_credit_charges" ADD CONSTRAINT "fault_credit_charges_charge_id_usage_charges_id_fk" FOREIGN KEY ("charge_id") REFERENCES "public"."usage_charges"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "fault_credits" ADD CONSTRAINT "fault_credits_rental_id_rentals_id_fk" FOREIGN KEY ("rental_id") REFERENCES "public"."rentals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "fault_credits" ADD CONSTRAINT "fault_credits_admin_id_users_id_fk" FOREIGN KEY ("admin_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "fault_credit_charges_charge" ON "fault_credit_charges" USING btree ("charge_id");--> statement-breakpoint
CREATE INDEX "fault_credits_rental" ON "fault_credits" USING btree ("rental_id","id");