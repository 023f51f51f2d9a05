DROP INDEX "proof_intervals_to";--> statement-breakpoint
CREATE INDEX "proof_intervals_to" ON "proof_intervals" USING btree ("rental_id","to_at");--> statement-breakpoint
-- Every tick writes every running meter anew: with room in its page that touches no index, four times as fast.
ALTER TABLE "rental_meters" SET (fillfactor = 45);
