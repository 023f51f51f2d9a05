CREATE TYPE "public"."dispute_state" AS ENUM('open', 'won', 'lost');--> statement-breakpoint
CREATE TYPE "public"."refund_state" AS ENUM('requested', 'submitting', 'unknown', 'pending', 'succeeded', 'failed');--> statement-breakpoint
CREATE TYPE "public"."top_up_state" AS ENUM('created', 'pending', 'requiresAction', 'processing', 'failed', 'expired', 'cancelled', 'succeeded', 'partiallyRefunded', 'refunded', 'disputed', 'disputeWon', 'disputeLost', 'reorged');--> statement-breakpoint
CREATE TYPE "public"."payout_state" AS ENUM('held', 'reserved', 'signing', 'submitting', 'unknown', 'submitted', 'unclaimed', 'paid', 'returned', 'failed', 'cancelled');--> statement-breakpoint
CREATE SEQUENCE "public"."address_indexes" INCREMENT BY 1 MINVALUE 0 MAXVALUE 2147483647 START WITH 0 CACHE 1;--> statement-breakpoint
CREATE TABLE "chain_blocks" (
	"chain" text NOT NULL,
	"height" integer NOT NULL,
	"hash" text NOT NULL,
	"read_at" timestamp with time zone NOT NULL,
	CONSTRAINT "chain_blocks_chain_height_pk" PRIMARY KEY("chain","height")
);
--> statement-breakpoint
CREATE TABLE "deposits" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "deposits_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"chain" text NOT NULL,
	"reference" text NOT NULL,
	"address" text NOT NULL,
	"amount" bigint NOT NULL,
	"height" integer,
	"block_hash" text,
	"seen_at" timestamp with time zone NOT NULL,
	CONSTRAINT "deposits_reference" UNIQUE("chain","reference")
);
--> statement-breakpoint
CREATE TABLE "prices" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "prices_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"currency" text NOT NULL,
	"dollars" bigint NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "letterheads" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"address" text NOT NULL,
	"tax_id" text
);
--> statement-breakpoint
CREATE TABLE "papers" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"user_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"year" integer NOT NULL,
	"number" integer NOT NULL,
	"about" text NOT NULL,
	"period_from" date,
	"period_to" date,
	"total" bigint NOT NULL,
	"content" jsonb NOT NULL,
	"issued_at" timestamp with time zone NOT NULL,
	CONSTRAINT "papers_number" UNIQUE("kind","year","number")
);
--> statement-breakpoint
CREATE TABLE "reconciliations" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"provider" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"ledger" jsonb NOT NULL,
	"reported" jsonb NOT NULL,
	"differences" jsonb NOT NULL,
	"problem" text
);
--> statement-breakpoint
CREATE TABLE "allotments" (
	"name" text PRIMARY KEY NOT NULL,
	"charge_id" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "auto_top_ups" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"saved_method_id" uuid NOT NULL,
	"threshold" bigint NOT NULL,
	"amount" bigint NOT NULL,
	"monthly_cap" bigint NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp with time zone DEFAULT now() NOT NULL,
	"stopped_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "disputes" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"payment_id" uuid NOT NULL,
	"reference" text NOT NULL,
	"state" "dispute_state" NOT NULL,
	"amount" bigint NOT NULL,
	"fee" bigint NOT NULL,
	"from_wallet" bigint NOT NULL,
	"opened_at" timestamp with time zone NOT NULL,
	"closed_at" timestamp with time zone,
	CONSTRAINT "disputes_reference" UNIQUE("payment_id","reference")
);
--> statement-breakpoint
CREATE TABLE "earnings" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "earnings_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"owner_id" uuid NOT NULL,
	"lot_id" bigint,
	"day" date NOT NULL,
	"gross" bigint NOT NULL,
	"earned" bigint NOT NULL,
	"taken_back" bigint DEFAULT 0 NOT NULL,
	"matures_at" timestamp with time zone NOT NULL,
	"matured_at" timestamp with time zone,
	CONSTRAINT "earnings_part" UNIQUE NULLS NOT DISTINCT("owner_id","lot_id","day")
);
--> statement-breakpoint
CREATE TABLE "funding_lots" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "funding_lots_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"user_id" uuid NOT NULL,
	"source" text NOT NULL,
	"payment_id" uuid,
	"amount" bigint NOT NULL,
	"spent" bigint DEFAULT 0 NOT NULL,
	"taken_back" bigint DEFAULT 0 NOT NULL,
	"frozen" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "funding_lots_sum" CHECK (spent >= 0 and taken_back >= 0 and spent + taken_back <= amount)
);
--> statement-breakpoint
CREATE TABLE "payments" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"top_up_id" uuid NOT NULL,
	"reference" text NOT NULL,
	"currency" text NOT NULL,
	"received" bigint NOT NULL,
	"credited" bigint NOT NULL,
	"fee" bigint,
	"refunded" bigint DEFAULT 0 NOT NULL,
	"round" integer DEFAULT 1 NOT NULL,
	"reversed_at" timestamp with time zone,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "payments_reference" UNIQUE("top_up_id","reference"),
	CONSTRAINT "payments_refunded" CHECK (refunded between 0 and credited)
);
--> statement-breakpoint
CREATE TABLE "refunds" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"payment_id" uuid NOT NULL,
	"amount" bigint NOT NULL,
	"state" "refund_state" DEFAULT 'requested' NOT NULL,
	"state_since" timestamp with time zone DEFAULT now() NOT NULL,
	"reference" text,
	"requested_by" uuid,
	"reason" text NOT NULL,
	"problem" text,
	"check_at" timestamp with time zone,
	"checks" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "refunds_amount" CHECK (amount > 0)
);
--> statement-breakpoint
CREATE TABLE "saved_methods" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"user_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"reference" text NOT NULL,
	"label" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"forgotten_at" timestamp with time zone,
	CONSTRAINT "saved_methods_reference" UNIQUE("provider","reference")
);
--> statement-breakpoint
CREATE TABLE "top_ups" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"user_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"state" "top_up_state" DEFAULT 'created' NOT NULL,
	"state_since" timestamp with time zone DEFAULT now() NOT NULL,
	"amount" bigint NOT NULL,
	"automatic" boolean DEFAULT false NOT NULL,
	"save_method" boolean DEFAULT false NOT NULL,
	"saved_method_id" uuid,
	"reference" text,
	"action" jsonb,
	"address_index" integer,
	"quote_amount" bigint,
	"quoted_until" timestamp with time zone,
	"problem" text,
	"check_at" timestamp with time zone,
	"checks" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "top_ups_amount" CHECK (amount > 0)
);
--> statement-breakpoint
CREATE TABLE "unapplied" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"provider" text NOT NULL,
	"reference" text NOT NULL,
	"currency" text,
	"amount" bigint,
	"reason" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"resolved_at" timestamp with time zone,
	"resolved_by" uuid,
	"resolution" text,
	CONSTRAINT "unapplied_reference" UNIQUE("provider","reference","reason")
);
--> statement-breakpoint
CREATE TABLE "wallet_alerts" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"level" bigint,
	"told_level_at" timestamp with time zone,
	"told_day_at" timestamp with time zone,
	"told_hour_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "webhook_events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "webhook_events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"provider" text NOT NULL,
	"event_id" text NOT NULL,
	"type" text NOT NULL,
	"references" text[] NOT NULL,
	"payout_keys" text[] NOT NULL,
	"received_at" timestamp with time zone DEFAULT now() NOT NULL,
	"processed_at" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp with time zone DEFAULT now() NOT NULL,
	"problem" text,
	"dead_at" timestamp with time zone,
	CONSTRAINT "webhook_events_event" UNIQUE("provider","event_id")
);
--> statement-breakpoint
CREATE TABLE "payout_batches" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"provider" text NOT NULL,
	"outputs" jsonb NOT NULL,
	"file_name" text NOT NULL,
	"media_type" text NOT NULL,
	"unsigned" "bytea" NOT NULL,
	"fee" bigint NOT NULL,
	"signed_at" timestamp with time zone,
	"signed_by" uuid,
	"transactions" jsonb,
	"abandoned_at" timestamp with time zone,
	"created_by" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "payout_destinations" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"user_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"destination" text NOT NULL,
	"ready" boolean DEFAULT true NOT NULL,
	"missing" text[] DEFAULT '{}' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"usable_at" timestamp with time zone NOT NULL,
	"removed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "payout_plans" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"weekly" boolean NOT NULL,
	"frozen_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "payouts" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"owner_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"destination_id" uuid NOT NULL,
	"amount" bigint NOT NULL,
	"state" "payout_state" NOT NULL,
	"state_since" timestamp with time zone DEFAULT now() NOT NULL,
	"held_for" text,
	"called_at" timestamp with time zone,
	"reference" text,
	"units" bigint,
	"batch_id" uuid,
	"fee" bigint,
	"problem" text,
	"approved_by" uuid,
	"check_at" timestamp with time zone,
	"checks" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "payouts_amount" CHECK (amount > 0)
);
--> statement-breakpoint
ALTER TABLE "letterheads" ADD CONSTRAINT "letterheads_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "papers" ADD CONSTRAINT "papers_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auto_top_ups" ADD CONSTRAINT "auto_top_ups_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auto_top_ups" ADD CONSTRAINT "auto_top_ups_saved_method_id_saved_methods_id_fk" FOREIGN KEY ("saved_method_id") REFERENCES "public"."saved_methods"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "disputes" ADD CONSTRAINT "disputes_payment_id_payments_id_fk" FOREIGN KEY ("payment_id") REFERENCES "public"."payments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "earnings" ADD CONSTRAINT "earnings_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "earnings" ADD CONSTRAINT "earnings_lot_id_funding_lots_id_fk" FOREIGN KEY ("lot_id") REFERENCES "public"."funding_lots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "funding_lots" ADD CONSTRAINT "funding_lots_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "funding_lots" ADD CONSTRAINT "funding_lots_payment_id_payments_id_fk" FOREIGN KEY ("payment_id") REFERENCES "public"."payments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payments" ADD CONSTRAINT "payments_top_up_id_top_ups_id_fk" FOREIGN KEY ("top_up_id") REFERENCES "public"."top_ups"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refunds" ADD CONSTRAINT "refunds_payment_id_payments_id_fk" FOREIGN KEY ("payment_id") REFERENCES "public"."payments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refunds" ADD CONSTRAINT "refunds_requested_by_users_id_fk" FOREIGN KEY ("requested_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "saved_methods" ADD CONSTRAINT "saved_methods_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "top_ups" ADD CONSTRAINT "top_ups_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "top_ups" ADD CONSTRAINT "top_ups_saved_method_id_saved_methods_id_fk" FOREIGN KEY ("saved_method_id") REFERENCES "public"."saved_methods"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "unapplied" ADD CONSTRAINT "unapplied_resolved_by_users_id_fk" FOREIGN KEY ("resolved_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "wallet_alerts" ADD CONSTRAINT "wallet_alerts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payout_batches" ADD CONSTRAINT "payout_batches_signed_by_users_id_fk" FOREIGN KEY ("signed_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payout_batches" ADD CONSTRAINT "payout_batches_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payout_destinations" ADD CONSTRAINT "payout_destinations_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payout_plans" ADD CONSTRAINT "payout_plans_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payouts" ADD CONSTRAINT "payouts_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payouts" ADD CONSTRAINT "payouts_destination_id_payout_destinations_id_fk" FOREIGN KEY ("destination_id") REFERENCES "public"."payout_destinations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payouts" ADD CONSTRAINT "payouts_batch_id_payout_batches_id_fk" FOREIGN KEY ("batch_id") REFERENCES "public"."payout_batches"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payouts" ADD CONSTRAINT "payouts_approved_by_users_id_fk" FOREIGN KEY ("approved_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "deposits_address" ON "deposits" USING btree ("chain","address");--> statement-breakpoint
CREATE INDEX "prices_currency" ON "prices" USING btree ("currency","at");--> statement-breakpoint
CREATE UNIQUE INDEX "papers_about" ON "papers" USING btree ("user_id","kind","about");--> statement-breakpoint
CREATE INDEX "papers_user" ON "papers" USING btree ("user_id","id");--> statement-breakpoint
CREATE INDEX "reconciliations_provider" ON "reconciliations" USING btree ("provider","at");--> statement-breakpoint
CREATE INDEX "earnings_due" ON "earnings" USING btree ("matures_at") WHERE matured_at is null;--> statement-breakpoint
CREATE INDEX "earnings_lot" ON "earnings" USING btree ("lot_id");--> statement-breakpoint
CREATE UNIQUE INDEX "funding_lots_payment" ON "funding_lots" USING btree ("payment_id");--> statement-breakpoint
CREATE INDEX "funding_lots_open" ON "funding_lots" USING btree ("user_id","id") WHERE spent + taken_back < amount;--> statement-breakpoint
CREATE UNIQUE INDEX "refunds_reference" ON "refunds" USING btree ("payment_id","reference");--> statement-breakpoint
CREATE INDEX "refunds_due" ON "refunds" USING btree ("check_at") WHERE check_at is not null;--> statement-breakpoint
CREATE INDEX "saved_methods_user" ON "saved_methods" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "top_ups_reference" ON "top_ups" USING btree ("provider","reference");--> statement-breakpoint
CREATE UNIQUE INDEX "top_ups_address" ON "top_ups" USING btree ("address_index");--> statement-breakpoint
CREATE INDEX "top_ups_user" ON "top_ups" USING btree ("user_id","id");--> statement-breakpoint
CREATE INDEX "top_ups_due" ON "top_ups" USING btree ("check_at") WHERE check_at is not null;--> statement-breakpoint
CREATE INDEX "webhook_events_due" ON "webhook_events" USING btree ("next_attempt_at") WHERE processed_at is null and dead_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "payout_destinations_one" ON "payout_destinations" USING btree ("user_id") WHERE removed_at is null;--> statement-breakpoint
CREATE INDEX "payouts_owner" ON "payouts" USING btree ("owner_id","id");--> statement-breakpoint
CREATE INDEX "payouts_due" ON "payouts" USING btree ("check_at") WHERE check_at is not null;--> statement-breakpoint
CREATE INDEX "payouts_state" ON "payouts" USING btree ("state") WHERE state not in ('paid', 'returned', 'failed', 'cancelled');