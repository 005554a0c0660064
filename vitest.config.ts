// How the tests run: each file in a process of its own, with TypeScript loaded in the worker threads that a test starts too.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: [
      { find: /^graft-ml$/, replacement: fileURLToPath(new URL('src/index.ts', import.meta.url)) },
      { find: /^graft-ml\/options$/, replacement: fileURLToPath(new URL('src/options.ts', import.meta.url)) },
    ],
  },
  test: {
    include: ['src/**/*.test.ts', 'examples/**/*.test.ts', 'tests/**/*.test.ts'],
    pool: 'forks',
    execArgv: ['--import', new URL('scripts/typescript.mjs', import.meta.url).href],
    // The linter's rule against `test.only` takes a call of our `fit` for one.
    allowOnly: false,
    // Most files wait for processes or read files half of the time.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['default', './scripts/closing-line.ts'],
  },
});
