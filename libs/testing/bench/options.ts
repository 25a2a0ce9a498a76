// What `npm run bench -- …` may be told.
import { join } from 'node:path';
import { parseArgs } from 'node:util';

export interface Options {
  /** Print the results as JSON instead of tables. */
  readonly json: boolean;
  /** How often everything is measured. */
  readonly rounds: number;
  /** How long each measurement of a round takes. */
  readonly seconds: number;
  /** Only works whose names match are measured; rows without them are left out. */
  readonly only: RegExp;
  /** Where the results are written. */
  readonly out: string;
}

const full = { rounds: 7, seconds: 2 };
const quick = { rounds: 3, seconds: 0.4 };

/** @throws Error naming an option that there is not, or a value that is no positive number */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      only: { type: 'string', default: '' },
      out: { type: 'string', default: join(import.meta.dirname, 'results.json') },
    },
  });
  const size = values.quick ? quick : full;
  return {
    json: values.json,
    rounds: positive('rounds', values.rounds, size.rounds),
    seconds: positive('seconds', values.seconds, size.seconds),
    only: new RegExp(values.only),
    out: values.out,
  };
}

function positive(name: string, text: string | undefined, fallback: number): number {
  const value = Number(text ?? fallback);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new Error(`--${name} "${text ?? ''}" must be a number above 0`);
}
