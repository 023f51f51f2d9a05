import { pool } from '../db/client.ts';
import { migrateDatabase } from '../db/migrate.ts';
import { fillWallet } from './fund.ts';

// A database with as many devices on the market as its argument says, and a renter who can afford them.
const [devices = '1'] = process.argv.slice(2);
await migrateDatabase();
const client = await pool.connect();
// The same devices in every run.
await client.query('select setseed(0.5)');
for (const statement of statements(Number(devices))) await client.query(statement);
client.release();
await fillWallet('user1@rpibroker.localhost');
await pool.end();

/** Device number n has the token `agent-n`. It polled in the future, as its relay did: both stay while nobody plays them. */
function statements(count: number): string[] {
  return [
    `insert into users (email, name, password_hash, is_admin, email_verified_at)
      select 'user' || n || '@rpibroker.localhost', 'User ' || n, '', n = 1, now() from generate_series(1, 1000) n`,
    `create table people as select id, row_number() over (order by email) as place from users`,
    `insert into relays (name, host, device_host, ssh_port, ssh_user, host_key, rent_domain, http_port, https_port, first_port, last_port, seen_at)
      values ('bench', 'localhost', 'localhost', 2222, 'tunnel', 'ssh-ed25519 ${'A'.repeat(68)}', 'rent.localhost', 80, 443, 20000, 29999, now() + interval '1 day')`,
    `insert into devices (owner_id, relay_id, name, country, rate, disk_gigabytes, listed, state, token_hash, tunnel_fingerprint,
        last_poll_at, tunnel_up_since, measured_at, proved_at, architecture, cores, memory_bytes, cpu_score, disk_bytes,
        round_trip_ms, download_mbps, upload_mbps, uptime30, hardware)
      select people.id, relays.id, 'Device ' || n, (array['DE','NO','FR','US','GB','IN','BR','JP','PL','ZA'])[1 + floor(10 * power(random(), 2))],
        100 * (1 + floor(1000 * power(random(), 3))), (array[8,16,32,64,128,256,1000])[1 + floor(7 * random())], true, 'ready',
        encode(sha256(('agent-' || n)::bytea), 'hex'), 'SHA256:' || n, now() + interval '1 day', now(), now(), now(),
        (case when random() < 0.85 then 'arm64' else 'amd64' end)::architecture, (array[1,4,4,4,8,16])[1 + floor(6 * random())],
        (array[1,2,4,4,8,8,16,32])[1 + floor(8 * random())] * 1000000000::bigint, 100 + 900 * random(), 32000000000,
        1 + 250 * power(random(), 2), 10 + 900 * random(), 5 + 300 * random(), 1 - 0.5 * power(random(), 4),
        jsonb_build_object('model', 'Raspberry Pi 5 Model B Rev 1.0', 'kernel', '6.12.34+rpt-rpi-2712', 'cores', 4)
      from generate_series(1, ${count}) n join people on place = 2 + n % 999 cross join relays`,
    'drop table people',
    'vacuum analyze',
  ];
}
