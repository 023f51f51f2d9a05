-- The ledger keeps itself: a transaction that does not sum to zero, a second set of lines for one transaction,
-- a line in another currency than its account's, any change and any deletion are refused by the database.

CREATE FUNCTION post_ledger_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM posted GROUP BY transaction_id, currency HAVING sum(amount) <> 0) THEN
    RAISE EXCEPTION 'unbalanced ledger transaction' USING ERRCODE = '23514';
  END IF;
  IF EXISTS (SELECT 1 FROM posted p JOIN ledger_accounts a ON a.id = p.account_id WHERE a.currency <> p.currency) THEN
    RAISE EXCEPTION 'currency mismatch' USING ERRCODE = '23514';
  END IF;
  IF EXISTS (SELECT 1 FROM ledger_entries e
             WHERE e.transaction_id IN (SELECT transaction_id FROM posted) AND e.id < (SELECT min(id) FROM posted)) THEN
    RAISE EXCEPTION 'transaction is sealed' USING ERRCODE = '23514';
  END IF;
  -- NO KEY: the foreign key already holds a share lock on these rows; a plain FOR UPDATE deadlocks two writers.
  PERFORM 1 FROM ledger_accounts WHERE id IN (SELECT account_id FROM posted) ORDER BY id FOR NO KEY UPDATE;
  UPDATE ledger_accounts a SET balance = a.balance + d.moved, version = a.version + 1
    FROM (SELECT account_id, sum(amount)::bigint AS moved FROM posted GROUP BY account_id) d
    WHERE a.id = d.account_id;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER ledger_entries_post AFTER INSERT ON ledger_entries
  REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION post_ledger_entries();
--> statement-breakpoint
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '23514';
END $$;
--> statement-breakpoint
CREATE TRIGGER ledger_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER ledger_transactions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transactions
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER usage_charges_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON usage_charges
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
