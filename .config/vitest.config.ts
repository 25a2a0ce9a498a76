// What `npm test` runs: every test beside the code, but not those that need Docker.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('..', import.meta.url)),
    include: ['{libs,services,deploy}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/.nx/**', '**/dist/**', '**/*.compose.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The tests remove their containers themselves; the one that would do it for them is one more image to fetch.
    env: { TESTCONTAINERS_RYUK_DISABLED: 'true' },
  },
});
