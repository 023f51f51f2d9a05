/** Called by Next once in each server process, before it answers; a build is not one. */
export async function register() {
  const { isServing } = await import('./lib/config/web.ts');
  if (!isServing()) return;
  const { startWebJobs } = await import('./instrumentation-node.ts');
  startWebJobs();
}

/** Called by Next with what a page, an action or an endpoint threw, before it answers. */
export async function onRequestError(error: unknown) {
  const { isOutage } = await import('./lib/web/outage.ts');
  const { sayUnavailable } = await import('./lib/web/answering.ts');
  if (isOutage(error)) sayUnavailable();
}
