-- Papers stay as they were issued.
CREATE TRIGGER papers_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON papers
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- What wallets held before there were lots: one lot each, of what was credited by hand, less what was spent.
INSERT INTO funding_lots (user_id, source, amount, spent)
SELECT a.party_id, 'manual', sum(-e.amount) FILTER (WHERE e.amount < 0), coalesce(sum(e.amount) FILTER (WHERE e.amount > 0), 0)
FROM ledger_accounts a JOIN ledger_entries e ON e.account_id = a.id
WHERE a.kind = 'wallet' GROUP BY a.party_id HAVING sum(-e.amount) FILTER (WHERE e.amount < 0) > 0;
--> statement-breakpoint
INSERT INTO allotments (name, charge_id) SELECT 'charges', coalesce(max(id), 0) FROM usage_charges;
--> statement-breakpoint
INSERT INTO earnings (owner_id, day, gross, earned, matures_at)
SELECT party_id, current_date, -balance, -balance, now() + interval '14 days'
FROM ledger_accounts WHERE kind = 'earnPending' AND balance < 0;
