import { getHealth } from '#lib/web/health';

/** For whoever watches over this process: 200 while it can do its work, else 503. */
export async function GET() {
  const health = await getHealth();
  const well = health.database === 'up' && health.schema === 'current';
  return Response.json(health, { status: well ? 200 : 503, headers: { 'cache-control': 'no-store' } });
}
