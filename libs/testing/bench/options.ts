// What `npm run bench -- …` may be told.
import { join } from 'node:path';
import { parseArgs } from 'node:util';

export const usage = `npm run bench -- [wend] [options]

  (nothing)       the mesh beside the bare mesh: requests, streams, memory
  wend            the policy language: decisions beside other languages, linking, limits, memory

  --quick         fewer and shorter rounds
  --rounds <n>    how often everything is measured
  --seconds <s>   how long each measurement of the mesh takes; one of wend takes a tenth of it
  --only <regex>  only works whose names match; of wend also "linking", "holds", "heap" and "publish"
  --json          print JSON instead of tables
  --out <file>    where the results are written
  --help          this
`;

export interface Options {
  /** What is measured. */
  readonly suite: 'mesh' | 'wend';
  /** Only say what there is. */
  readonly help: boolean;
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

/** @throws Error naming a suite or an option that there is not, or a value that is no positive number */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      only: { type: 'string', default: '' },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const suite = suiteOf(positionals);
  const size = values.quick ? quick : full;
  return {
    suite,
    help: values.help,
    json: values.json,
    rounds: positive('rounds', values.rounds, size.rounds),
    seconds: positive('seconds', values.seconds, size.seconds),
    only: new RegExp(values.only),
    out: values.out ?? join(import.meta.dirname, suite === 'mesh' ? 'results.json' : `results-${suite}.json`),
  };
}

function suiteOf(named: readonly string[]): Options['suite'] {
  if (named.length === 0) return 'mesh';
  if (named.length === 1 && named[0] === 'wend') return 'wend';
  throw new Error(`there is no suite "${named.join(' ')}": name none, or "wend"`);
}

function positive(name: string, text: string | undefined, fallback: number): number {
  const value = Number(text ?? fallback);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new Error(`--${name} "${text ?? ''}" must be a number above 0`);
}
