import { defineConfig } from 'vitest/config';

const tests = (name: string, include: string[], more: object = {}) => ({ test: { name, include, ...more } });

export default defineConfig({
  test: {
    exclude: ['node_modules', '.next', '.data'],
    globalSetup: './scripts/testing/temp-folders.ts',
    // Half of what a test file does is to wait for PostgreSQL or for a child.
    maxWorkers: '100%',
    projects: [
      tests('unit', ['{app,lib,db,tunnel-daemon,pi-agent,scripts,bench}/**/*.test.ts'], {
        exclude: ['**/*.db.test.ts', '**/*.docker.test.ts'],
      }),
      tests('db', ['{app,lib,db,tunnel-daemon}/**/*.db.test.ts'], {
        globalSetup: './db/testing/server.ts',
        setupFiles: './db/testing/clone.ts',
        // So long that only what hangs runs over, also where many share a slow machine.
        testTimeout: 300_000,
        hookTimeout: 300_000,
      }),
      tests('docker', ['{tunnel-daemon,pi-agent}/**/*.docker.test.ts'], {
        globalSetup: './db/testing/server.ts',
        setupFiles: './db/testing/clone.ts',
        testTimeout: 180_000,
        hookTimeout: 600_000,
        fileParallelism: false,
      }),
    ],
  },
});
