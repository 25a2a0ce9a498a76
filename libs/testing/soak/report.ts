// The result of a soak for people: as text at the end of a run, and as docs/soak.md. Pure.
import type { Result } from './soak.ts';

/** Where and on what it ran. */
export interface Place {
  readonly at: string;
  readonly cores: number;
  readonly node: string;
}

export function formatResult(result: Result): string {
  const { claims, memory, failures } = result;
  const mark = (holds: boolean): string => (holds ? '  ✓' : '  ✗');
  return [
    headline(result),
    '',
    ...claims.map(({ claim, found, holds }) => `${mark(holds)} ${claim}: ${found}`),
    ...memory.map(({ name, before, after, flat }) => `${mark(flat)} memory of ${name}: ${mb(before)} → ${mb(after)}`),
    ...(memory.length === 0 ? ['  – memory: no process lived long enough to be judged'] : []),
    ...Object.entries(failures).map(([name, count]) => `    ${count} × ${name}`),
    '',
    result.holds ? 'the balance holds' : 'the balance does NOT hold',
  ].join('\n');
}

/** The page; its picture is soak.svg beside it. */
export function formatReport(result: Result, { at, cores, node }: Place): string {
  const { claims, memory, failures, kills, seed, capacity, offered } = result;
  const rows = (lines: readonly (readonly string[])[]): string[] => lines.map((cells) => `| ${cells.join(' | ')} |`);
  const kinds = [...new Set(kills.map(({ name, signal }) => `${signal} to a ${name}`))].map(
    (kind) => `${kills.filter(({ name, signal }) => kind === `${signal} to a ${name}`).length} × ${kind}`,
  );
  return [
    '# Soak',
    '',
    'Load for a long time, and something killed every now and then. Written by `npm run soak -- --report`; how to run one: [libs/testing](../libs/testing/README.md#soak).',
    '',
    `${headline(result)} ${at}, ${cores} cores shared by everything (load, services, nats-server, demo model), Node ${node}, seed ${seed}.`,
    '',
    `Capacity as measured before: ${capacity.toFixed(0)} answers a second; offered: ${offered.toFixed(0)} requests a second, a quarter each from the SDK and from a plain client, whole and streamed. Killed: ${kinds.join(', ')}; each was replaced at once.`,
    '',
    '| claim | found | holds |',
    '|---|---|---|',
    ...rows(claims.map(({ claim, found, holds }) => [claim, found, holds ? 'yes' : '**no**'])),
    '',
    '## What came instead of an answer',
    '',
    ...(Object.keys(failures).length === 0 ? ['Nothing: every request was answered.'] : ['| count | |', '|---|---|']),
    ...rows(Object.entries(failures).map(([name, count]) => [String(count), name])),
    '',
    '## Memory',
    '',
    '![memory of each process over time](soak.svg)',
    '',
    'Red ticks are kills. Judged are processes that lived two minutes or more: the median of the second half of their life, without the first minute, against the first half.',
    '',
    '| process | first half | second half | flat |',
    '|---|---|---|---|',
    ...rows(memory.map(({ name, before, after, flat }) => [name, mb(before), mb(after), flat ? 'yes' : '**no**'])),
    '',
  ].join('\n');
}

function headline({ minutes, sent, answered, kills, holds }: Result): string {
  const verdict = holds ? 'The balance holds' : 'The balance does not hold';
  return `${verdict}: ${minutes} minutes, ${sent} requests, ${answered} answered, ${kills.length} kills.`;
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
