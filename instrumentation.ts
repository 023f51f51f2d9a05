/** Called by Next once in each server process, before it answers; a build is not one. */
export async function register() {
  if (process.env.NEXT_RUNTIME !== 'nodejs' || process.env.NEXT_PHASE === 'phase-production-build') return;
  const { startWebJobs } = await import('./instrumentation-node.ts');
  startWebJobs();
}
