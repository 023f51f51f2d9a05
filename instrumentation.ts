/** Called by Next once in each server process, before it answers; a build is not one. */
export async function register() {
  const { isServing } = await import('./lib/config/web.ts');
  if (!isServing()) return;
  const { startWebJobs } = await import('./instrumentation-node.ts');
  startWebJobs();
}
