// The balance of a soak: what was sent, what came back, what METER holds and what the model served. Pure.
import { answeredTwice, unaccounted, unknownTo, type Audit, type Ended } from '../src/index.ts';

/** What was killed, when, and how much was under way. */
export interface Kill {
  /** Since the start of the soak, ms. */
  readonly atMs: number;
  readonly name: string;
  readonly signal: 'SIGKILL' | 'SIGTERM';
  readonly inFlight: number;
}

/** What the clients saw. */
export interface Seen {
  readonly sent: number;
  readonly answered: number;
  readonly unanswered: readonly Ended[];
  readonly requests: ReadonlySet<string>;
  readonly unstored: ReadonlySet<string>;
  readonly untold: ReadonlySet<string>;
  readonly slowestSdkMs: number;
}

/** One line of the balance. */
export interface Claim {
  readonly claim: string;
  readonly found: string;
  readonly holds: boolean;
}

/** Errors that a client may get when something under its request is killed. */
const documented = new Set(['unavailable', 'stream_interrupted', 'deadline_exceeded', 'provider_failed']);

export function balanceOf(
  seen: Seen,
  audit: Audit,
  served: ReadonlySet<string>,
  kills: readonly Kill[],
  longestMs: number,
): Claim[] {
  const count = (matches: (ended: Ended) => boolean): number => seen.unanswered.filter(matches).length;
  const ofSdk = ({ way }: Ended): boolean => way.startsWith('sdk');
  const refused = count(({ ending }) => ending.kind === 'refused');
  const unheard = count(({ ending }) => ending.kind === 'unanswered');
  const wrong = count(({ ending }) => ending.kind === 'wrong');
  const undocumented = count(({ ending }) => ending.kind === 'refused' && !documented.has(ending.code));
  // A SIGKILL takes with it what was under way; a SIGTERM takes nothing.
  const underWay = kills.reduce((sum, { signal, inFlight }) => sum + (signal === 'SIGKILL' ? inFlight : 0), 0);
  const inFlight = `${underWay} in flight at the kills`;
  const unknown = unknownTo(audit, served).length;
  const invented = [...audit.finished].filter((call) => audit.answered.has(call) && !served.has(call)).length;
  const lost = unaccounted(audit, seen.requests, new Set([...seen.unstored, ...seen.untold])).length;
  return [
    claim(
      'sent = answered + refused + not heard to the end',
      `${seen.sent} = ${seen.answered} + ${refused} + ${unheard}`,
      seen.sent === seen.answered + refused + unheard + wrong,
    ),
    claim(
      'every SDK request ended',
      `${count((ended) => ofSdk(ended) && ended.ending.kind === 'unanswered')} did not`,
      !seen.unanswered.some((ended) => ofSdk(ended) && ended.ending.kind === 'unanswered'),
    ),
    claim(
      'within its time',
      `slowest ${(seen.slowestSdkMs / 1000).toFixed(1)} s, at most ${longestMs / 1000} s`,
      seen.slowestSdkMs <= longestMs,
    ),
    claim('no answer was wrong', `${wrong} were`, wrong === 0),
    claim('every refusal is a documented one', `${undocumented} are not`, undocumented === 0),
    claim('plain clients that heard nothing more', `${unheard} ≤ ${inFlight}`, unheard <= underWay),
    claim(
      'distinct calls in METER = finished + open',
      `${audit.calls.size} = ${audit.finished.size} + ${audit.open.size}`,
      audit.calls.size === audit.finished.size + audit.open.size,
    ),
    claim('open calls', `${audit.open.size} ≤ ${inFlight}`, audit.open.size <= underWay),
    claim('no call was finished twice', `${audit.finishedTwice.length} were`, audit.finishedTwice.length === 0),
    claim(
      'no request has two answered calls',
      `${answeredTwice(audit).length} have`,
      answeredTwice(audit).length === 0,
    ),
    claim('every answer that says so is in METER', `${lost} are not`, lost === 0),
    claim('every answered call in METER was served by the model', `${invented} were not`, invented === 0),
    claim('served by the model and unknown to METER', `${unknown} ≤ ${inFlight}`, unknown <= underWay),
  ];
}

function claim(text: string, found: string, holds: boolean): Claim {
  return { claim: text, found, holds };
}
