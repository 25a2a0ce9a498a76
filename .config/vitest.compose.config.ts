// What `npm run test:compose` runs: the tests that start containers. Without Docker each of them is reported as skipped, by name.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const dockerAnswers = spawnSync('docker', ['info'], { timeout: 10_000 }).status === 0;
if (!dockerAnswers) console.error('docker info does not answer: the compose tests are skipped');

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('..', import.meta.url)),
    include: ['deploy/**/*.compose.test.ts'],
    exclude: ['**/node_modules/**', '**/.nx/**', '**/dist/**'],
    passWithNoTests: true,
    pool: 'forks',
    maxWorkers: 1, // the stacks would share ports and two cores
    testTimeout: 60_000,
    hookTimeout: 60_000,
    ...(dockerAnswers ? {} : { testNamePattern: /(?!)/ }), // matches nothing
  },
});
