// What a bench tells people while and after it runs.
import { styleText } from 'node:util';
import type { Sample, Told, Work } from './rounds.ts';
import { formatValue } from './table.ts';
import { rate } from './readings.ts';
import type { Heading } from './results.ts';

/** Tell how it goes: not part of the output. */
export function say(line: string): void {
  process.stderr.write(`${process.stderr.isTTY ? styleText('dim', line) : line}\n`);
}

/** Tell each measurement as it ends. */
export function sayRounds(rounds: number): Told {
  return (round: number, { name }: Work, sample: Sample) => {
    const head = round === 0 ? 'warm-up' : `round ${round}/${rounds}`;
    const bad = sample.errors === 0 ? '' : `  ${sample.errors} errors: ${sample.faults[0] ?? ''}`;
    const { p50, p999 } = sample.times.latency;
    say(
      `${head.padEnd(10)}  ${name.padEnd(24)}  ${formatValue(rate(sample), '/s').padStart(9)}  p50 ${formatValue(p50, 'ms')}  p99.9 ${formatValue(p999, 'ms')}${bad}`,
    );
  };
}

/** Colours whether a target is met, where there are colours. */
export function paintMet(text: string, met: boolean): string {
  return process.stdout.isTTY ? styleText(met ? 'green' : 'yellow', text) : text;
}

/** Where and on what it ran, in one sentence. */
export function formatHeading({ at, rounds, seconds, node, nats, cores, loadBefore }: Heading): string {
  const size = rounds > 0 ? `medians of ${rounds} rounds of ${seconds} s; ` : '';
  return `${at.slice(0, 10)}: ${size}${cores} cores shared by everything in the run (services, nats-servers, demo model, load generator), load average before the start ${loadBefore.toFixed(2)}; Node ${node}, nats-server ${nats}`;
}
