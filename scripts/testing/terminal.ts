import { execFile, spawn } from 'node:child_process';

/** How a command ended, and what it said. */
export type Ended = { code: number; output: string; complaints: string };

/** Runs a line in a shell, as somebody at a terminal would; never throws for a command that fails. */
export function sh(line: string, { timeoutSeconds = 60 } = {}): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      'sh',
      ['-c', line],
      { timeout: timeoutSeconds * 1000, maxBuffer: 1 << 26 },
      (error, output, complaints) => {
        const code = error ? (typeof error.code === 'number' ? error.code : 124) : 0;
        resolve({ code, output: output.trim(), complaints: complaints.trim() });
      },
    );
  });
}

/** Runs a line that must succeed and answers what it printed. */
export async function shOk(line: string, options?: { timeoutSeconds: number }): Promise<string> {
  const { code, output, complaints } = await sh(line, options);
  if (code !== 0) throw new Error(`"${line}" ended with ${code}: ${complaints || output}`);
  return output;
}

/** Starts a line that goes on by itself; `ended` resolves with its exit code. */
export function inBackground(line: string): { ended: Promise<number>; kill: () => void } {
  const child = spawn('sh', ['-c', `exec ${line}`], { stdio: 'ignore' });
  const ended = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 255)));
  return { ended, kill: () => child.kill('SIGKILL') };
}
