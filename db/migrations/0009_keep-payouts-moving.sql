ALTER TABLE "payout_batches" ADD COLUMN "price" bigint NOT NULL;--> statement-breakpoint
ALTER TABLE "payout_plans" ADD COLUMN "ran_at" timestamp with time zone;--> statement-breakpoint
CREATE UNIQUE INDEX "payout_batches_open" ON "payout_batches" USING btree (substring("provider" from '^[^:]+(?::[^:]+)?')) WHERE signed_at is null and abandoned_at is null;--> statement-breakpoint
CREATE INDEX "payouts_batch" ON "payouts" USING btree ("batch_id");--> statement-breakpoint
CREATE FUNCTION tell_payout() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Pages show all payouts of one owner, also those that are yet to come.
  PERFORM pg_notify('payout', NEW.owner_id::text);
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER payouts_told AFTER INSERT OR UPDATE ON payouts FOR EACH ROW EXECUTE FUNCTION tell_payout();--> statement-breakpoint
CREATE FUNCTION tell_payout_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_notify('payout', NEW.user_id::text); RETURN NULL; END $$;--> statement-breakpoint
CREATE TRIGGER payout_destinations_told AFTER INSERT OR UPDATE ON payout_destinations
  FOR EACH ROW EXECUTE FUNCTION tell_payout_terms();--> statement-breakpoint
CREATE TRIGGER payout_plans_told AFTER INSERT OR UPDATE OF weekly, frozen_at ON payout_plans
  FOR EACH ROW EXECUTE FUNCTION tell_payout_terms();
