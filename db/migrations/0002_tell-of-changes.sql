-- One channel per noun, the row's id as payload. A notification is a hint: whoever listens also looks by itself.

CREATE FUNCTION tell_device() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_notify('device', NEW.id::text); RETURN NULL; END $$;
--> statement-breakpoint
CREATE TRIGGER devices_told AFTER UPDATE OF state, job_id, listed, suspended_at, rate, disk_gigabytes, relay_id,
  tunnel_fingerprint, tunnel_up_since, verify_host_key, measured_at, token_hash ON devices
  FOR EACH ROW EXECUTE FUNCTION tell_device();
--> statement-breakpoint
CREATE FUNCTION tell_device_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_notify('device', NEW.device_id::text); RETURN NULL; END $$;
--> statement-breakpoint
CREATE TRIGGER device_events_told AFTER INSERT ON device_events FOR EACH ROW EXECUTE FUNCTION tell_device_event();
--> statement-breakpoint
CREATE FUNCTION tell_rental() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('rental', NEW.id::text);
  -- The device's order follows from its rental.
  PERFORM pg_notify('device', NEW.device_id::text);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER rentals_told AFTER INSERT OR UPDATE OF state, environment_ready_at, host_key, tls_passthrough ON rentals
  FOR EACH ROW EXECUTE FUNCTION tell_rental();
--> statement-breakpoint
CREATE FUNCTION tell_rental_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_notify('rental', NEW.rental_id::text); RETURN NULL; END $$;
--> statement-breakpoint
CREATE TRIGGER rental_events_told AFTER INSERT ON rental_events FOR EACH ROW EXECUTE FUNCTION tell_rental_event();
--> statement-breakpoint
CREATE FUNCTION tell_session() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_notify('session', NEW.id::text); RETURN NULL; END $$;
--> statement-breakpoint
CREATE TRIGGER sessions_told AFTER UPDATE OF ended_at ON sessions FOR EACH ROW EXECUTE FUNCTION tell_session();
--> statement-breakpoint
CREATE FUNCTION tell_mail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_notify('mail', NEW.id::text); RETURN NULL; END $$;
--> statement-breakpoint
CREATE TRIGGER mails_told AFTER INSERT ON mails FOR EACH ROW EXECUTE FUNCTION tell_mail();
