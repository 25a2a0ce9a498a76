// Sum vitest's JSON reports: names what was skipped, prints `N passed, N failed, N skipped`, fails when a test failed or none ran.
//
//   node .ci/totals.mjs <report.json>…

import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const total = { passed: 0, failed: 0, skipped: 0 };
for (const path of process.argv.slice(2)) {
  for (const file of filesOf(path)) count(file);
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

/** A run that ended without a report failed, whatever it had run until then. */
function filesOf(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).testResults;
  } catch (error) {
    console.log(`no report: ${error.message}`);
    total.failed += 1;
    return [];
  }
}

function count({ name, status, assertionResults }) {
  const failed = assertionResults.filter((test) => test.status === 'failed').length;
  // A file that cannot be loaded, or whose hook fails, has no failed test of its own.
  total.failed += status === 'failed' ? Math.max(failed, 1) : failed;
  for (const test of assertionResults) {
    if (test.status === 'passed') total.passed += 1;
    else if (test.status !== 'failed') skip(name, test.fullName);
  }
}

function skip(file, test) {
  total.skipped += 1;
  console.log(`skipped: ${relative('.', file)} > ${test}`);
}
