-- The same promises as before, one row after the other by its key: plans over whole tables, kept from a large posting
-- or from when the ledger was young, made small ones read every account and every entry. Accounts are locked in the
-- order of their ids, as everywhere.

CREATE OR REPLACE FUNCTION post_ledger_entries() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  part record;
BEGIN
  IF EXISTS (SELECT 1 FROM posted GROUP BY transaction_id, currency HAVING sum(amount) <> 0) THEN
    RAISE EXCEPTION 'unbalanced ledger transaction' USING ERRCODE = '23514';
  END IF;
  FOR part IN SELECT transaction_id, min(id) AS first FROM posted GROUP BY transaction_id LOOP
    IF EXISTS (SELECT 1 FROM ledger_entries WHERE transaction_id = part.transaction_id AND id < part.first) THEN
      RAISE EXCEPTION 'transaction is sealed' USING ERRCODE = '23514';
    END IF;
  END LOOP;
  FOR part IN SELECT account_id, currency, sum(amount)::bigint AS moved FROM posted GROUP BY 1, 2 ORDER BY 1 LOOP
    UPDATE ledger_accounts SET balance = balance + part.moved, version = version + 1
      WHERE id = part.account_id AND currency = part.currency;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'currency mismatch' USING ERRCODE = '23514';
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
