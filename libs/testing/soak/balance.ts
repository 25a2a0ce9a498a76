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
  readonly slowestSdkMs: number;
}

/** One line of the balance. */
export interface Claim {
  readonly claim: string;
  readonly found: string;
  readonly holds: boolean;
}

/** Errors that a client may get when something under its request is killed. */
const documented = new Set(['unavailable', 'stream_interrupted', 'deadline_exceeded']);

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
  // A SIGKILL takes with it what was under way, and nats-server takes the connections, however it ends; a SIGTERM takes nothing from a service.
  const underWay = sumOf(kills.filter(({ name, signal }) => signal === 'SIGKILL' || name === 'nats-server'));
  const inProviders = sumOf(kills.filter(({ name, signal }) => signal === 'SIGKILL' && name === 'provider'));
  const unknown = unknownTo(audit, served).length;
  const invented = [...audit.answered].filter((call) => !served.has(call)).length;
  const lost = unaccounted(audit, seen.requests).length;
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
    claim(
      'plain clients that heard nothing more',
      `${unheard} ≤ ${underWay} in flight at the kills`,
      unheard <= underWay,
    ),
    claim(
      'distinct calls in METER = finished + swept + open',
      `${audit.calls.size} = ${audit.finished.size} + ${audit.swept.size} + ${audit.open.size}`,
      audit.calls.size === audit.finished.size + audit.swept.size + audit.open.size,
    ),
    claim(
      'calls that the sweep closed',
      `${audit.swept.size} ≤ ${inProviders} in flight at the SIGKILLs of providers`,
      audit.swept.size <= inProviders,
    ),
    claim('no call is open after the sweep', `${audit.open.size} are`, audit.open.size === 0),
    claim(
      'no call was ended twice',
      `${audit.endedTwice.length} were; ${audit.late} ends came late`,
      audit.endedTwice.length === 0,
    ),
    claim(
      'no request has two answered calls',
      `${answeredTwice(audit).length} have`,
      answeredTwice(audit).length === 0,
    ),
    claim('every answer is in METER', `${lost} are not`, lost === 0),
    claim('every answered call in METER was served by the model', `${invented} were not`, invented === 0),
    claim('METER knows every call that the model served', `${unknown} it does not`, unknown === 0),
  ];
}

function sumOf(kills: readonly Kill[]): number {
  return kills.reduce((sum, { inFlight }) => sum + inFlight, 0);
}

function claim(text: string, found: string, holds: boolean): Claim {
  return { claim: text, found, holds };
}
