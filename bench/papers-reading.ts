import { createHash } from 'node:crypto';
import { encode } from 'next-auth/jwt';
import PDFDocument from 'pdfkit';
import { db, pool } from '../db/client.ts';
import { webConfig } from '../lib/config/web.ts';
import { invariant } from '../lib/errors.ts';
import { issueMonthlyPapers } from '../lib/papers/commands.ts';
import { createSession } from '../lib/sessions/commands.ts';
import type { Figure } from './figure.ts';
import { papersSeed } from './papers-seed.ts';
import { median } from './quantiles.ts';

const LINES = 10_000;
const TRIES = 5;

// Has a statement issued and reads it from the web process given, prints figures.
const [url = ''] = process.argv.slice(2);
for (const statement of papersSeed(LINES)) await pool.query(statement);
const at = new Date();
const issued = await seconds(() => issueMonthlyPapers({ providers: new Map(), at }));
const { rows } = await pool.query(
  `select id, user_id from papers where kind = 'statement' order by total desc limit 1`,
);
const headers = { cookie: `__Host-session=${await cookieOf(rows[0].user_id)}` };
const paper = `/wallet/papers/${rows[0].id}`;
const select = await median5(() => pool.query('select content from papers where id = $1', [rows[0].id]));
const still = await median5(() => read('/contract'));
const page = await median5(() => read(paper));
const pdf = await median5(() => read(`${paper}/paper.pdf`));
const csv = await median5(() => read(`${paper}/paper.csv`));
const bare = await median5(bareDocument);
await pool.end();

const figure = (name: string, value: number, beside: [string, number], target: Figure['target']): Figure => {
  const comparedWith = `${beside[0]}: ${beside[1].toFixed(3)} s`;
  return {
    name: `a statement of 10,000 lines: ${name}`,
    value,
    unit: 's',
    comparedWith,
    ratio: value / beside[1],
    target,
  };
};
process.stdout.write(
  JSON.stringify([
    figure('page, its first 250 lines', page, ['a page without SQL', still], { most: 1 }),
    figure('PDF, all lines', pdf, ['as many lines in a font that is not embedded, by pdfkit', bare], { most: 5 }),
    figure('CSV, all lines', csv, ['a page without SQL', still], null),
    figure('issued, with the earnings of its owner', issued, ['select of its content', select], null),
  ]),
);

/** The cookie of somebody who is signed in. */
async function cookieOf(userId: string): Promise<string> {
  const sessionId = await createSession(db, { userId, address: '127.0.0.1', userAgent: 'bench', at });
  const secret = createHash('sha256')
    .update(`cookie ${webConfig().BROKER_SECRETS.join(',')}`)
    .digest('hex');
  return encode({ token: { sessionId }, secret, salt: '__Host-session', maxAge: 3600 });
}

async function read(path: string) {
  const answer = await fetch(url + path, { headers, redirect: 'error' });
  const size = (await answer.arrayBuffer()).byteLength;
  invariant(answer.ok && size > 10_000, `${path} answered ${answer.status} with ${size} bytes`);
}

async function bareDocument() {
  const document = new PDFDocument({ font: 'Courier', size: 'A4', margin: 40 });
  const ended = new Promise((resolve) => document.on('end', resolve));
  document.on('data', () => {}).fontSize(6.9);
  for (let line = 0; line < LINES; line++)
    document.text(`amber-otter-42 ${line} `.padEnd(122, 'x'), { lineBreak: false }).moveDown();
  document.end();
  await ended;
}

async function median5(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < TRIES; round++) times.push(await seconds(work));
  return median(times);
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}
