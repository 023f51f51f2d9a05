/** Called by Next once in each server process, before it answers; a build is not one. */
export async function register() {
  const { isServing } = await import('./lib/config/web.ts');
  if (!isServing()) return;
  const { startWebJobs } = await import('./instrumentation-node.ts');
  startWebJobs();
}

/** Called by Next with what a page, an action or an endpoint threw, before it answers. */
export async function onRequestError(error: unknown) {
  if (process.env.NEXT_RUNTIME === 'edge') return;
  const [{ sayUnavailable }, { isOutage }] = await Promise.all([
    import('./lib/web/answering.ts'),
    import('./lib/web/outage.ts'),
  ]);
  if (isOutage(error)) sayUnavailable();
}
