const RENTALS = 100_000;

/** 20,000 renters, 30,000 owners; each rental has a stretch of proof from last week and one that goes on. */
export const seed = [
  `insert into users (email, name, password_hash) select 'u' || n, 'u', '' from generate_series(1, 50000) n`,
  `create table people as select id, row_number() over (order by email) as n from users`,
  `insert into relays (name, host, device_host, ssh_port, ssh_user, host_key, rent_domain, http_port, https_port, first_port, last_port)
    values ('r', 'r', 'r', 1, 'r', '', 'r', 1, 1, 1, 1)`,
  `insert into contracts values ('h', '1', '')`,
  `insert into devices (owner_id, relay_id, name, country, rate, disk_gigabytes, listed)
    select p.id, r.id, 'd', 'NO', 100 + g.n % 90000, 8, true
    from generate_series(1, ${RENTALS}) g(n) join people p on p.n = 20001 + g.n % 30000 cross join relays r`,
  `insert into rentals (renter_id, device_id, owner_id, relay_id, state, rate, fee_basis_points, contract_hash, name, port, password, authorized_keys)
    select p.id, d.id, d.owner_id, d.relay_id, 'active', d.rate, 1000, 'h', 'n' || d.number, d.number, '', '{}'
    from devices d join people p on p.n = 1 + d.number % 20000`,
  `insert into ledger_accounts (party_id, kind, currency, normal, floor)
    select id, 'wallet', 'USD', -1, 0 from people where n <= 20000
    union all select id, 'earnPending', 'USD', -1, null from people where n > 20000 union all select null, 'psp:manual', 'USD', 1, null`,
  `with t as (insert into ledger_transactions (kind, key, occurred_at) values ('manualCredit', 'seed', now()) returning id)
    insert into ledger_entries (transaction_id, account_id, amount, currency)
    select t.id, a.id, case kind when 'wallet' then -10000000 else 200000000000 end, 'USD' from t, ledger_accounts a where kind <> 'earnPending'`,
  `insert into funding_lots (user_id, source, amount) select party_id, 'manual', 10000000 from ledger_accounts where kind = 'wallet'`,
  `insert into rental_meters (rental_id, renter_account_id, owner_account_id, rate, fee_basis_points, started_at, seen_at)
    select r.id, w.id, e.id, r.rate, 1000, now() - interval '8 days', now() - interval '1 hour'
    from rentals r join ledger_accounts w on w.party_id = r.renter_id and w.kind = 'wallet'
    join ledger_accounts e on e.party_id = r.owner_id and e.kind = 'earnPending'`,
  `insert into proof_intervals (rental_id, from_at, to_at) select id, now() - interval '7 days', now() - interval '6 days' from rentals
    union all select id, now() - interval '1 day', now() - interval '1 hour' from rentals`,
  `create table bare_meters as select * from rental_meters`,
  `create table bare_charges (id bigint, billable_ms bigint, rate bigint, seen_at timestamptz)`,
  `vacuum analyze`,
];

/** What tick and posting are compared with: one statement that writes as many rows and decides nothing. */
export const bare = {
  update: 'update bare_meters set billable_ms = billable_ms + 60000, seen_at = now()',
  insert: 'insert into bare_charges select id, billable_ms, rate, seen_at from bare_meters',
};
