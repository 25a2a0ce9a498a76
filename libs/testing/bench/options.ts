// What `npm run bench -- …` may be told.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { suites, type Suite, type SuiteName } from './suites.ts';

const names = Object.keys(suites) as SuiteName[];

export const usage = `npm run bench -- [suite] [options]

${names.map((name, index) => `  ${(index === 0 ? `(${name})` : name).padEnd(15)} ${suites[name].about}`).join('\n')}

  --quick         fewer and shorter rounds; results go to results*-quick.json, so that those of a full run stay
  --rounds <n>    how often everything is measured
  --seconds <s>   how long each measurement takes; one in an open loop takes twice, one of wend a tenth of it
  --minutes <m>   how long memory is looked at
  --only <regex>  only works whose names match, as "ours 32", "bare open"; of wend also "linking", "holds", "heap" and "publish";
                  of scaling "costs", "replicas", "cluster" and "tenants"
  --json          print JSON instead of tables
  --out <file>    where the results are written
  --help          this
`;

export interface Options {
  /** What is measured. */
  readonly suite: SuiteName;
  /** What is named after the suite. */
  readonly named: string | undefined;
  /** Only say what there is. */
  readonly help: boolean;
  /** Print the results as JSON instead of tables. */
  readonly json: boolean;
  /** How often everything is measured. */
  readonly rounds: number;
  /** How long each measurement of a round takes. */
  readonly seconds: number;
  readonly minutes: number;
  /** Only works whose names match are measured; rows without them are left out. */
  readonly only: RegExp;
  /** Where the results are written. */
  readonly out: string;
}

const minutes = { full: 10, quick: 0.5 };

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
      minutes: { type: 'string' },
      only: { type: 'string', default: '' },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const [suite, named] = suiteOf(positionals);
  const size = values.quick ? 'quick' : 'full';
  return {
    suite,
    named,
    help: values.help,
    json: values.json,
    rounds: positive('rounds', values.rounds, suites[suite][size].rounds),
    seconds: positive('seconds', values.seconds, suites[suite][size].seconds),
    minutes: positive('minutes', values.minutes, minutes[size]),
    only: new RegExp(values.only),
    // What is committed, and stands in docs/performance.md, is of a full run.
    out: values.out ?? resultsFile(suite, values.quick || values.only !== '' ? '-quick' : ''),
  };
}

/** Where the results of a suite are. */
export function resultsFile(suite: SuiteName, ending = ''): string {
  return join(import.meta.dirname, `results${suite === names[0] ? '' : `-${suite}`}${ending}.json`);
}

function suiteOf([name = 'mesh', named, ...rest]: readonly string[]): readonly [SuiteName, string | undefined] {
  const suite = names.find((known) => known === name);
  if (suite === undefined) throw new Error(`there is no suite "${name}": name none, or one of ${names.join(', ')}`);
  const { takes }: Suite = suites[suite];
  const [tooMuch] = takes === undefined ? [named, ...rest] : rest;
  if (tooMuch !== undefined) throw new Error(`"${tooMuch}" is too much after the suite "${suite}"`);
  return [suite, named];
}

function positive(name: string, text: string | undefined, fallback: number): number {
  const value = Number(text ?? fallback);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new Error(`--${name} "${text ?? ''}" must be a number above 0`);
}
