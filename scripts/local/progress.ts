/** Runs one step of a long start and tells when it is done, and how long it took. */
export async function step<Value>(name: string, work: () => Promise<Value>): Promise<Value> {
  const started = performance.now();
  const hint = setTimeout(() => say(`  … ${name}`), 2000);
  try {
    const value = await work();
    say(`  ✓ ${name.padEnd(48)} ${((performance.now() - started) / 1000).toFixed(1)} s`);
    return value;
  } catch (error) {
    say(`  ✗ ${name}`);
    throw error;
  } finally {
    clearTimeout(hint);
  }
}

/** A line for the person at the terminal. */
export function say(line = '') {
  process.stdout.write(`${line}\n`);
}
