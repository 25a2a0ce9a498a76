// The results file of a suite: what a run measured, and where and on what it ran.
import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import type { NatsServer } from '../src/index.ts';
import type { Size } from './rounds.ts';

/** Where and on what something was measured. */
export interface Heading extends Size {
  readonly at: string;
  readonly node: string;
  readonly nats: string;
  readonly cores: number;
  /** The machine's load average before the start. */
  readonly loadBefore: number;
}

/** @param server one of those that were measured */
export async function headingOf({ rounds, seconds }: Size, server: NatsServer, loadBefore: number): Promise<Heading> {
  const nc = await server.connect();
  const nats = nc.info?.version ?? '';
  await nc.close();
  return {
    at: new Date().toISOString(),
    node: process.versions.node,
    nats,
    cores: availableParallelism(),
    rounds,
    seconds,
    loadBefore,
  };
}

/** The load average of the last minute. */
export function machineLoad(): number {
  return loadavg()[0] ?? 0;
}

/** Write results as JSON that is small and can be compared line by line: numbers of five digits, rows of numbers on one line. */
export function writeResults(file: string, results: object): void {
  const short = (_key: string, value: unknown): unknown =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
  // Matches an array of numbers over several lines.
  const rows = /\[\n\s+(-?[\d.e-]+,?\s+)+\]/g;
  const text = JSON.stringify(results, short, 2).replace(rows, (row) => row.replace(/\s+/g, ' '));
  writeFileSync(file, `${text}\n`);
}
