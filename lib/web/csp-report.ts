import { databaseTime } from '#lib/clock';
import 'server-only';
import { z } from 'zod';
import { createLog } from '#lib/process/log';
import { allow } from '#lib/rate-limits/commands';
import { networkOf } from '#lib/rate-limits/networks';
import { readJson } from './body.ts';
import { clientAddress } from './client.ts';
import { refusal } from './endpoint.ts';

const log = createLog('web');
const text = z.string().max(2000).optional();
const report = z.object({
  'csp-report': z.object({
    'document-uri': text,
    'violated-directive': text,
    'blocked-uri': text,
    'source-file': text,
  }),
});

/** Notes what a browser refused to run on a page of ours: a sign that somebody tries to put something into it. */
export async function receiveCspReport(request: Request): Promise<Response> {
  const key = `cspReport:network:${networkOf(clientAddress(request.headers))}`;
  if (!(await allow({ key, limit: 30, windowSeconds: 60, at: databaseTime() }))) return refusal('tooManyTries');

  const body = await readJson(request, { maxBytes: 16_384, maxDepth: 8 });
  const parsed = report.safeParse(body.ok ? body.value : null);
  if (!parsed.success) return refusal('malformed');
  log.warn(parsed.data['csp-report'], 'a browser refused to run something on a page');
  return new Response(null, { status: 204 });
}
