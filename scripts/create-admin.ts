import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { pool } from '../db/client.ts';
import { createAdmin } from '../lib/accounts/administration.ts';
import { emailField } from '../lib/accounts/fields.ts';
import { webConfig } from '../lib/config/web.ts';

// Makes somebody an admin: `npm run create-admin -- ada@example.com [name]`; asks for the address when it is not given.
const { positionals } = parseArgs({ allowPositionals: true });
const email = emailField.safeParse(positionals[0] ?? (await ask('E-mail address of the admin: ')));
if (email.success) {
  const token = await createAdmin({ email: email.data, name: positionals[1] ?? 'Admin', at: new Date() });
  say(
    token
      ? `${email.data} is an admin now. Within one hour, choose the password here, once:\n${webConfig().PUBLIC_URL}/reset?token=${token}`
      : `${email.data} had an account and is an admin now; the password stays as it was.`,
  );
} else {
  say('That is not an e-mail address.');
  process.exitCode = 1;
}
await pool.end();

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(question);
  terminal.close();
  return answer;
}

function say(text: string) {
  process.stdout.write(`${text}\n`);
}
