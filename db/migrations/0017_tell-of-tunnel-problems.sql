ALTER TABLE "devices" ADD COLUMN "tunnel_problem" text;
--> statement-breakpoint
-- Every poll writes the column: only what is new is told.
CREATE TRIGGER devices_tunnel_told AFTER UPDATE OF tunnel_problem ON devices
  FOR EACH ROW WHEN (OLD.tunnel_problem IS DISTINCT FROM NEW.tunnel_problem) EXECUTE FUNCTION tell_device();
