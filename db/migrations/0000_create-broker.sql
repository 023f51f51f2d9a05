CREATE TYPE "public"."mail_token_purpose" AS ENUM('verifyEmail', 'resetPassword');--> statement-breakpoint
CREATE TYPE "public"."architecture" AS ENUM('arm64', 'amd64');--> statement-breakpoint
CREATE TYPE "public"."device_state" AS ENUM('awaitingAgent', 'verifying', 'rejected', 'ready', 'rented', 'wiping', 'quarantined', 'retired');--> statement-breakpoint
CREATE TYPE "public"."rental_state" AS ENUM('preparing', 'active', 'suspended', 'ended', 'cancelled');--> statement-breakpoint
CREATE TABLE "mail_tokens" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"user_id" uuid NOT NULL,
	"purpose" "mail_token_purpose" NOT NULL,
	"token_hash" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "rate_limits" (
	"key" text PRIMARY KEY NOT NULL,
	"window_started_at" timestamp with time zone NOT NULL,
	"tries" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"user_id" uuid NOT NULL,
	"user_agent" text NOT NULL,
	"address" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"authenticated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "ssh_keys" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"user_id" uuid NOT NULL,
	"name" text NOT NULL,
	"public_key" text NOT NULL,
	"fingerprint" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"password_hash" text NOT NULL,
	"is_admin" boolean DEFAULT false NOT NULL,
	"email_verified_at" timestamp with time zone,
	"suspended_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_log" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"actor_id" uuid,
	"action" text NOT NULL,
	"object_kind" text NOT NULL,
	"object_id" text NOT NULL,
	"detail" text,
	"address" text
);
--> statement-breakpoint
CREATE TABLE "settings" (
	"key" text PRIMARY KEY NOT NULL,
	"value" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "device_events" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"device_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"detail" text
);
--> statement-breakpoint
CREATE TABLE "devices" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"number" integer GENERATED ALWAYS AS IDENTITY (sequence name "devices_number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"owner_id" uuid NOT NULL,
	"relay_id" uuid,
	"name" text NOT NULL,
	"country" text NOT NULL,
	"rate" bigint NOT NULL,
	"disk_gigabytes" integer NOT NULL,
	"listed" boolean NOT NULL,
	"suspended_at" timestamp with time zone,
	"state" "device_state" DEFAULT 'awaitingAgent' NOT NULL,
	"state_since" timestamp with time zone DEFAULT now() NOT NULL,
	"job_id" uuid,
	"problem" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"token_hash" text,
	"tunnel_public_key" text,
	"tunnel_fingerprint" text,
	"program" text,
	"last_poll_at" timestamp with time zone,
	"tunnel_up_since" timestamp with time zone,
	"verify_password" text,
	"verify_host_key" text,
	"metrics" jsonb,
	"last_wipe" jsonb,
	"measured_at" timestamp with time zone,
	"hardware" jsonb,
	"probes" jsonb,
	"architecture" "architecture",
	"cores" integer,
	"cpu_score" real,
	"memory_bytes" bigint,
	"disk_bytes" bigint,
	"round_trip_ms" real,
	"download_mbps" real,
	"upload_mbps" real,
	"proved_at" timestamp with time zone,
	"uptime30" real DEFAULT 0 NOT NULL,
	CONSTRAINT "devices_rate" CHECK (rate between 100 and 100000000),
	CONSTRAINT "devices_disk" CHECK (disk_gigabytes between 1 and 100000)
);
--> statement-breakpoint
CREATE TABLE "registration_keys" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"device_id" uuid NOT NULL,
	"key_hash" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	"used_by" text,
	"revoked_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "tunnel_intervals" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"device_id" uuid NOT NULL,
	"from_at" timestamp with time zone NOT NULL,
	"to_at" timestamp with time zone NOT NULL,
	CONSTRAINT "tunnel_intervals_order" CHECK (to_at >= from_at)
);
--> statement-breakpoint
CREATE TABLE "holds" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account_id" bigint NOT NULL,
	"rental_id" uuid NOT NULL,
	"amount" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"released_at" timestamp with time zone,
	CONSTRAINT "holds_amount" CHECK (amount > 0)
);
--> statement-breakpoint
CREATE TABLE "ledger_accounts" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "ledger_accounts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"party_id" uuid,
	"kind" text NOT NULL,
	"currency" text NOT NULL,
	"normal" smallint NOT NULL,
	"balance" bigint DEFAULT 0 NOT NULL,
	"held" bigint DEFAULT 0 NOT NULL,
	"floor" bigint,
	"version" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "ledger_accounts_party_kind_currency" UNIQUE NULLS NOT DISTINCT("party_id","kind","currency"),
	CONSTRAINT "ledger_accounts_normal" CHECK (normal in (1, -1)),
	CONSTRAINT "ledger_accounts_held" CHECK (held >= 0),
	CONSTRAINT "ledger_accounts_floor" CHECK (floor is null or normal * balance >= floor)
);
--> statement-breakpoint
CREATE TABLE "ledger_entries" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "ledger_entries_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"transaction_id" bigint NOT NULL,
	"account_id" bigint NOT NULL,
	"amount" bigint NOT NULL,
	"currency" text NOT NULL,
	CONSTRAINT "ledger_entries_amount" CHECK (amount <> 0)
);
--> statement-breakpoint
CREATE TABLE "ledger_transactions" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "ledger_transactions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"key" text NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"posted_at" timestamp with time zone DEFAULT now() NOT NULL,
	"reverses_id" bigint,
	"about" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "ledger_transactions_key_unique" UNIQUE("key"),
	CONSTRAINT "ledger_transactions_reversesId_unique" UNIQUE("reverses_id")
);
--> statement-breakpoint
CREATE TABLE "rental_meters" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "rental_meters_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"rental_id" uuid NOT NULL,
	"renter_account_id" bigint NOT NULL,
	"owner_account_id" bigint NOT NULL,
	"rate" bigint NOT NULL,
	"fee_basis_points" integer NOT NULL,
	"open" boolean DEFAULT true NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"seen_at" timestamp with time zone NOT NULL,
	"billable_ms" bigint DEFAULT 0 NOT NULL,
	"posted_gross" bigint DEFAULT 0 NOT NULL,
	"posted_fee" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "usage_charges" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "usage_charges_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"transaction_id" bigint NOT NULL,
	"meter_id" bigint NOT NULL,
	"rental_id" uuid NOT NULL,
	"upto_at" timestamp with time zone NOT NULL,
	"upto_ms" bigint NOT NULL,
	"gross" bigint NOT NULL,
	"fee" bigint NOT NULL,
	"uncollected" bigint NOT NULL,
	CONSTRAINT "usage_charges_meter_upto" UNIQUE("meter_id","upto_ms")
);
--> statement-breakpoint
CREATE TABLE "mails" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"recipient" text NOT NULL,
	"subject" text NOT NULL,
	"body" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"sent_at" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_problem" text
);
--> statement-breakpoint
CREATE TABLE "relays" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"name" text NOT NULL,
	"host" text NOT NULL,
	"device_host" text NOT NULL,
	"ssh_port" integer NOT NULL,
	"ssh_user" text NOT NULL,
	"host_key" text NOT NULL,
	"rent_domain" text NOT NULL,
	"http_port" integer NOT NULL,
	"https_port" integer NOT NULL,
	"first_port" integer NOT NULL,
	"last_port" integer NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "relays_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "contracts" (
	"hash" text PRIMARY KEY NOT NULL,
	"version" text NOT NULL,
	"body" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "proof_intervals" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"rental_id" uuid NOT NULL,
	"from_at" timestamp with time zone NOT NULL,
	"to_at" timestamp with time zone NOT NULL,
	"proofs" integer DEFAULT 1 NOT NULL,
	"handshake_at" timestamp with time zone,
	CONSTRAINT "proof_intervals_order" CHECK (to_at >= from_at)
);
--> statement-breakpoint
CREATE TABLE "rental_events" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"rental_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"detail" text
);
--> statement-breakpoint
CREATE TABLE "rentals" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"renter_id" uuid NOT NULL,
	"device_id" uuid NOT NULL,
	"owner_id" uuid NOT NULL,
	"relay_id" uuid NOT NULL,
	"state" "rental_state" DEFAULT 'preparing' NOT NULL,
	"state_since" timestamp with time zone DEFAULT now() NOT NULL,
	"rate" bigint NOT NULL,
	"fee_basis_points" integer NOT NULL,
	"contract_hash" text NOT NULL,
	"name" text NOT NULL,
	"port" integer NOT NULL,
	"password" text NOT NULL,
	"authorized_keys" text[] NOT NULL,
	"tls_passthrough" boolean DEFAULT false NOT NULL,
	"host_key" text,
	"environment_ready_at" timestamp with time zone,
	"environment_steps" jsonb,
	"active_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"end_event" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "mail_tokens" ADD CONSTRAINT "mail_tokens_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ssh_keys" ADD CONSTRAINT "ssh_keys_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_log" ADD CONSTRAINT "audit_log_actor_id_users_id_fk" FOREIGN KEY ("actor_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "device_events" ADD CONSTRAINT "device_events_device_id_devices_id_fk" FOREIGN KEY ("device_id") REFERENCES "public"."devices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "devices" ADD CONSTRAINT "devices_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "devices" ADD CONSTRAINT "devices_relay_id_relays_id_fk" FOREIGN KEY ("relay_id") REFERENCES "public"."relays"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registration_keys" ADD CONSTRAINT "registration_keys_device_id_devices_id_fk" FOREIGN KEY ("device_id") REFERENCES "public"."devices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tunnel_intervals" ADD CONSTRAINT "tunnel_intervals_device_id_devices_id_fk" FOREIGN KEY ("device_id") REFERENCES "public"."devices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "holds" ADD CONSTRAINT "holds_account_id_ledger_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."ledger_accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "holds" ADD CONSTRAINT "holds_rental_id_rentals_id_fk" FOREIGN KEY ("rental_id") REFERENCES "public"."rentals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ledger_accounts" ADD CONSTRAINT "ledger_accounts_party_id_users_id_fk" FOREIGN KEY ("party_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ledger_entries" ADD CONSTRAINT "ledger_entries_transaction_id_ledger_transactions_id_fk" FOREIGN KEY ("transaction_id") REFERENCES "public"."ledger_transactions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ledger_entries" ADD CONSTRAINT "ledger_entries_account_id_ledger_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."ledger_accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ledger_transactions" ADD CONSTRAINT "ledger_transactions_reverses_id_ledger_transactions_id_fk" FOREIGN KEY ("reverses_id") REFERENCES "public"."ledger_transactions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rental_meters" ADD CONSTRAINT "rental_meters_rental_id_rentals_id_fk" FOREIGN KEY ("rental_id") REFERENCES "public"."rentals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rental_meters" ADD CONSTRAINT "rental_meters_renter_account_id_ledger_accounts_id_fk" FOREIGN KEY ("renter_account_id") REFERENCES "public"."ledger_accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rental_meters" ADD CONSTRAINT "rental_meters_owner_account_id_ledger_accounts_id_fk" FOREIGN KEY ("owner_account_id") REFERENCES "public"."ledger_accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_charges" ADD CONSTRAINT "usage_charges_transaction_id_ledger_transactions_id_fk" FOREIGN KEY ("transaction_id") REFERENCES "public"."ledger_transactions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_charges" ADD CONSTRAINT "usage_charges_meter_id_rental_meters_id_fk" FOREIGN KEY ("meter_id") REFERENCES "public"."rental_meters"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_charges" ADD CONSTRAINT "usage_charges_rental_id_rentals_id_fk" FOREIGN KEY ("rental_id") REFERENCES "public"."rentals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "proof_intervals" ADD CONSTRAINT "proof_intervals_rental_id_rentals_id_fk" FOREIGN KEY ("rental_id") REFERENCES "public"."rentals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rental_events" ADD CONSTRAINT "rental_events_rental_id_rentals_id_fk" FOREIGN KEY ("rental_id") REFERENCES "public"."rentals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rentals" ADD CONSTRAINT "rentals_renter_id_users_id_fk" FOREIGN KEY ("renter_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rentals" ADD CONSTRAINT "rentals_device_id_devices_id_fk" FOREIGN KEY ("device_id") REFERENCES "public"."devices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rentals" ADD CONSTRAINT "rentals_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rentals" ADD CONSTRAINT "rentals_relay_id_relays_id_fk" FOREIGN KEY ("relay_id") REFERENCES "public"."relays"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rentals" ADD CONSTRAINT "rentals_contract_hash_contracts_hash_fk" FOREIGN KEY ("contract_hash") REFERENCES "public"."contracts"("hash") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "mail_tokens_hash" ON "mail_tokens" USING btree ("token_hash");--> statement-breakpoint
CREATE INDEX "sessions_user" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "ssh_keys_user_fingerprint" ON "ssh_keys" USING btree ("user_id","fingerprint");--> statement-breakpoint
CREATE UNIQUE INDEX "users_email" ON "users" USING btree ("email");--> statement-breakpoint
CREATE INDEX "audit_log_object" ON "audit_log" USING btree ("object_kind","object_id");--> statement-breakpoint
CREATE INDEX "device_events_device" ON "device_events" USING btree ("device_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "devices_number" ON "devices" USING btree ("number");--> statement-breakpoint
CREATE UNIQUE INDEX "devices_token" ON "devices" USING btree ("token_hash");--> statement-breakpoint
CREATE UNIQUE INDEX "devices_fingerprint" ON "devices" USING btree ("tunnel_fingerprint");--> statement-breakpoint
CREATE INDEX "devices_owner" ON "devices" USING btree ("owner_id");--> statement-breakpoint
CREATE INDEX "devices_market" ON "devices" USING btree ("rate","id") WHERE state = 'ready' and listed and suspended_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "registration_keys_hash" ON "registration_keys" USING btree ("key_hash");--> statement-breakpoint
CREATE INDEX "registration_keys_device" ON "registration_keys" USING btree ("device_id");--> statement-breakpoint
CREATE UNIQUE INDEX "tunnel_intervals_device" ON "tunnel_intervals" USING btree ("device_id","from_at");--> statement-breakpoint
CREATE UNIQUE INDEX "holds_rental" ON "holds" USING btree ("rental_id");--> statement-breakpoint
CREATE INDEX "ledger_entries_account" ON "ledger_entries" USING btree ("account_id","id");--> statement-breakpoint
CREATE INDEX "ledger_entries_transaction" ON "ledger_entries" USING btree ("transaction_id");--> statement-breakpoint
CREATE UNIQUE INDEX "rental_meters_open" ON "rental_meters" USING btree ("rental_id") WHERE open;--> statement-breakpoint
CREATE INDEX "rental_meters_renter" ON "rental_meters" USING btree ("renter_account_id");--> statement-breakpoint
CREATE INDEX "usage_charges_rental" ON "usage_charges" USING btree ("rental_id","id");--> statement-breakpoint
CREATE INDEX "usage_charges_transaction" ON "usage_charges" USING btree ("transaction_id");--> statement-breakpoint
CREATE INDEX "mails_unsent" ON "mails" USING btree ("next_attempt_at") WHERE sent_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "proof_intervals_rental" ON "proof_intervals" USING btree ("rental_id","from_at");--> statement-breakpoint
CREATE INDEX "proof_intervals_to" ON "proof_intervals" USING btree ("to_at");--> statement-breakpoint
CREATE INDEX "rental_events_rental" ON "rental_events" USING btree ("rental_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "rentals_name" ON "rentals" USING btree ("name");--> statement-breakpoint
CREATE UNIQUE INDEX "rentals_open_device" ON "rentals" USING btree ("device_id") WHERE state in ('preparing', 'active', 'suspended');--> statement-breakpoint
CREATE UNIQUE INDEX "rentals_open_port" ON "rentals" USING btree ("relay_id","port") WHERE state in ('preparing', 'active', 'suspended');--> statement-breakpoint
CREATE INDEX "rentals_renter" ON "rentals" USING btree ("renter_id","id");--> statement-breakpoint
CREATE INDEX "rentals_owner" ON "rentals" USING btree ("owner_id","id");--> statement-breakpoint
CREATE INDEX "rentals_device" ON "rentals" USING btree ("device_id","id");