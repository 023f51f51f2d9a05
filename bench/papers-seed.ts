/** A month ago, a renter's rental was charged so many times: each a transaction of its own. */
export function papersSeed(lines: number): string[] {
  const month = `date_trunc('month', now() at time zone 'UTC') at time zone 'UTC' - interval '20 days'`;
  return [
    `insert into contracts values ('h', '1', '')`,
    `insert into rentals (renter_id, device_id, owner_id, relay_id, state, rate, fee_basis_points, contract_hash, name, port, password, authorized_keys)
      select u.id, d.id, d.owner_id, d.relay_id, 'ended', 14000, 1000, 'h', 'amber-otter-42', 20000, '', '{}'
      from devices d, users u where u.email = 'user1@rpibroker.localhost' limit 1`,
    `insert into ledger_accounts (party_id, kind, currency, normal, floor)
      select renter_id, 'wallet', 'USD', -1, 0::bigint from rentals
      union all select owner_id, 'earnPending', 'USD', -1, null from rentals
      union all select null, 'platformFee', 'USD', -1, null on conflict do nothing`,
    `insert into rental_meters (rental_id, renter_account_id, owner_account_id, rate, fee_basis_points, open, started_at, seen_at)
      select r.id, w.id, e.id, rate, 1000, false, ${month}, now() from rentals r
      join ledger_accounts w on w.party_id = renter_id and w.kind = 'wallet'
      join ledger_accounts e on e.party_id = owner_id and e.kind = 'earnPending'`,
    `insert into ledger_transactions (kind, key, occurred_at)
      select 'usage', 'bench:' || n, ${month} + n * interval '60 seconds' from generate_series(1, ${lines}) n`,
    `insert into usage_charges (transaction_id, meter_id, rental_id, upto_at, upto_ms, gross, fee, uncollected)
      select t.id, m.id, m.rental_id, t.occurred_at, substr(key, 7)::bigint * 60000, 233, 23, 0
      from ledger_transactions t, rental_meters m where t.kind = 'usage'`,
    `insert into ledger_entries (transaction_id, account_id, amount, currency)
      select t.id, account, amount, 'USD' from ledger_transactions t, rental_meters m, ledger_accounts fee,
        lateral (values (renter_account_id, 233), (owner_account_id, -210), (fee.id, -23)) line(account, amount)
      where t.kind = 'usage' and fee.kind = 'platformFee'`,
    'vacuum analyze',
  ];
}
