ALTER TABLE "devices" ADD COLUMN "absence_told_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "rentals" ADD COLUMN "untold" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "rentals_untold" ON "rentals" USING btree ("id") WHERE untold;