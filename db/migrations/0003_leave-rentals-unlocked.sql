ALTER TABLE "usage_charges" DROP CONSTRAINT "usage_charges_rental_id_rentals_id_fk";
--> statement-breakpoint
CREATE INDEX "rental_meters_rental" ON "rental_meters" USING btree ("rental_id");