// `npm run bench -- wend`: the policy language beside others, and what its limits hold. Prints a table; fails on nothing but a crash.
import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { styleText } from 'node:util';
import type { Options } from '../options.ts';
import { formatRows } from '../table.ts';
import { contenders, disagreements } from './contenders.ts';
import { measureHeap } from './heap.ts';
import { measureHolds } from './holds.ts';
import { timeLinking } from './linking.ts';
import { publishToDecision } from './publish-to-decision.ts';
import { requests } from './representative.ts';
import { contenderRows, heapRows, holdRows, linkRows, manyRulesRows, publishRows } from './rows.ts';
import { timeRounds } from './timing.ts';
import { places } from './works.ts';

/** Of what a measurement of the mesh takes: here one is a loop in this process. */
const share = 0.1;
/** In a round. */
const publications = 20;

export async function benchWend({ rounds, seconds, only, out, json }: Options): Promise<void> {
  const [loadBefore = 0] = loadavg();
  const all = contenders();
  say('asking everybody: all must answer alike');
  const wrong = await disagreements(all, requests);
  const timed = places.filter(({ work }) => only.test(work));
  say(`timing ${timed.length} works in ${rounds} rounds`);
  const { ns, errors } = await timeRounds(timed, { rounds, seconds: seconds * share });
  say('linking, the longest holds of the event loop, the heap of many policies');
  const links = only.test('linking') ? timeLinking(rounds) : {};
  const holds = only.test('holds') ? await measureHolds() : {};
  const heap = only.test('heap') ? await measureHeap() : undefined;
  say('publishing, with two replicas of policy');
  const published = only.test('publish') ? await publishToDecision({ rounds: rounds * publications }) : undefined;

  const failures = errors + wrong.length;
  const results = {
    at: new Date().toISOString(),
    node: process.versions.node,
    cores: availableParallelism(),
    rounds,
    seconds: seconds * share,
    loadBefore,
    rows: [
      ...contenderRows(ns, failures),
      ...manyRulesRows(ns, failures),
      ...linkRows(links),
      ...holdRows(holds),
      ...(heap === undefined ? [] : heapRows(heap)),
      ...(published === undefined ? [] : publishRows(published)),
    ],
    lacks: Object.fromEntries(all.map(({ name, lacks }) => [name, lacks])),
    holdsMs: holds,
    errors: { thrown: errors, disagreements: wrong },
    samples: { ns: Object.fromEntries(ns), linkMs: links },
  };
  writeFileSync(out, `${JSON.stringify(results, undefined, 2)}\n`);
  process.stdout.write(json ? `${JSON.stringify(results)}\n` : `${report()}\n`);

  function report(): string {
    const paint = (text: string, met: boolean): string =>
      process.stdout.isTTY ? styleText(met ? 'green' : 'yellow', text) : text;
    const lacking = all.filter(({ lacks }) => lacks !== '').map(({ name, lacks }) => `  ${name}: ${lacks}`);
    return [
      '',
      formatRows(results.rows, paint),
      '',
      'not expressed, and so not done or done by a host in JavaScript:',
      ...lacking,
      `errors: ${failures}`,
      ...wrong.map((one) => `  ${one}`),
      `medians of ${rounds} rounds of ${results.seconds.toFixed(2)} s; ns are CPU time of a thread, ms and MB of one process; Node ${results.node}`,
      `${results.cores} cores; load average before the start ${loadBefore.toFixed(2)}`,
    ].join('\n');
  }
}

function say(line: string): void {
  process.stderr.write(`${process.stderr.isTTY ? styleText('dim', line) : line}\n`);
}
