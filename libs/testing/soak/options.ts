// What `npm run soak -- …` may be told.
import { parseArgs } from 'node:util';

export interface Options {
  /** How long load is offered, ms. */
  readonly durationMs: number;
  /** How often something is killed, ms. */
  readonly killEveryMs: number;
  /** How much of the measured capacity is offered. */
  readonly share: number;
  /** How long capacity is measured beforehand, ms. */
  readonly measureMs: number;
  /** Whether nats-server is killed and started again too, in its turn. */
  readonly nats: boolean;
  /** Decides what is killed and who asks; the same number is the same soak, timing aside. */
  readonly seed: number;
  /** Print the result as JSON instead of text. */
  readonly json: boolean;
  /** Write docs/soak.md and docs/soak.svg. */
  readonly report: boolean;
}

export const usage =
  'npm run soak -- [--quick] [--minutes <n>] [--kill-every <n>s] [--nats] [--share <0 to 1>] [--seed <n>] [--json] [--report]';

const second = 1000;
const minute = 60 * second;

/** @throws Error naming an option that there is not, or a value without sense */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      minutes: { type: 'string' },
      'kill-every': { type: 'string' },
      share: { type: 'string', default: '0.5' },
      seed: { type: 'string', default: '1' },
      nats: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      report: { type: 'boolean', default: false },
    },
  });
  const quick = values.quick;
  const share = positive('share', values.share);
  if (share > 1) throw new Error(`--share "${values.share}" must be at most 1, all of the capacity`);
  return {
    durationMs: positive('minutes', values.minutes ?? (quick ? '0.3' : '15')) * minute,
    killEveryMs: seconds('kill-every', values['kill-every'] ?? (quick ? '4s' : '20s')),
    share,
    measureMs: quick ? 2 * second : 10 * second,
    nats: values.nats,
    seed: positive('seed', values.seed),
    json: values.json,
    report: values.report,
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new Error(`--${name} "${text}" must be a number above 0`);
}

/** `20s` → ms. */
function seconds(name: string, text: string): number {
  const digits = /^(\d+(?:\.\d+)?)s$/.exec(text)?.[1];
  if (digits === undefined) throw new Error(`--${name} "${text}" must be seconds, as "20s"`);
  return positive(name, digits) * second;
}
