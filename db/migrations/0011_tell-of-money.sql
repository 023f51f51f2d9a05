-- Whose money moved: pages about a wallet look again.
CREATE FUNCTION tell_money() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_notify('money', NEW.user_id::text); RETURN NULL; END $$;
--> statement-breakpoint
CREATE TRIGGER top_ups_told AFTER INSERT OR UPDATE ON top_ups FOR EACH ROW EXECUTE FUNCTION tell_money();
--> statement-breakpoint
CREATE TRIGGER funding_lots_told AFTER INSERT OR UPDATE OF taken_back ON funding_lots
  FOR EACH ROW EXECUTE FUNCTION tell_money();
--> statement-breakpoint
CREATE TRIGGER auto_top_ups_told AFTER INSERT OR UPDATE ON auto_top_ups FOR EACH ROW EXECUTE FUNCTION tell_money();
