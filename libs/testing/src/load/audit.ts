// What METER says of the calls, held against itself, the clients and the model. Pure.
import type { Ledger } from '../meter.ts';

export interface Audit {
  /** Every call that METER knows of, each once. */
  readonly calls: ReadonlySet<string>;
  readonly finished: ReadonlySet<string>;
  /** Started and not finished. */
  readonly open: ReadonlySet<string>;
  /** Calls with more than one `finished`. */
  readonly finishedTwice: readonly string[];
  /** Finished with an answer. */
  readonly answered: ReadonlySet<string>;
  /** How many calls of each request are `answered`. */
  readonly answeredCalls: ReadonlyMap<string, number>;
}

export function auditOf({ started, finished }: Pick<Ledger, 'started' | 'finished'>): Audit {
  const ended = new Set<string>();
  const finishedTwice: string[] = [];
  const answered = new Set<string>();
  const answeredCalls = new Map<string, number>();
  for (const { call, request, outcome } of finished) {
    if (ended.has(call)) finishedTwice.push(call);
    ended.add(call);
    if (outcome !== 'answered') continue;
    answered.add(call);
    answeredCalls.set(request, (answeredCalls.get(request) ?? 0) + 1);
  }
  const begun = new Set(started.map(({ call }) => call));
  const open = new Set([...begun].filter((call) => !ended.has(call)));
  return { calls: new Set([...begun, ...ended]), finished: ended, open, finishedTwice, answered, answeredCalls };
}

/** The requests of which more than one call is `answered`. */
export function answeredTwice({ answeredCalls }: Audit): string[] {
  return [...answeredCalls].filter(([, count]) => count > 1).map(([request]) => request);
}

/** The requests that got their answer and of which METER has no `answered` call; `but` those whose answer said so itself. */
export function unaccounted({ answeredCalls }: Audit, answered: Iterable<string>, but: ReadonlySet<string>): string[] {
  return [...answered].filter((request) => !answeredCalls.has(request) && !but.has(request));
}

/** The calls that the model served and METER does not know. */
export function unknownTo({ calls }: Audit, served: Iterable<string>): string[] {
  return [...served].filter((call) => !calls.has(call));
}
