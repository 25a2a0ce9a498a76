// What METER says of the calls, held against itself, the clients and the model. Pure.
import type { Ledger } from '../meter.ts';

export interface Audit {
  /** Every call that METER knows of, each once. */
  readonly calls: ReadonlySet<string>;
  /** Ended by who made them. */
  readonly finished: ReadonlySet<string>;
  /** Started and not finished, and closed by the sweep. */
  readonly swept: ReadonlySet<string>;
  /** Started, and neither finished nor swept. */
  readonly open: ReadonlySet<string>;
  /** Calls that were finished more than once, or swept more than once; a real end after a swept one is neither. */
  readonly endedTwice: readonly string[];
  /** Finished with an answer. */
  readonly answered: ReadonlySet<string>;
  /** How many calls of each request are `answered`. */
  readonly answeredCalls: ReadonlyMap<string, number>;
  /** How many records were stored late. */
  readonly late: number;
}

export function auditOf({ started, finished: ends }: Pick<Ledger, 'started' | 'finished'>): Audit {
  const finished = new Set<string>();
  const closed = new Set<string>();
  const endedTwice: string[] = [];
  const answered = new Set<string>();
  const answeredCalls = new Map<string, number>();
  for (const { call, request, outcome, swept } of ends) {
    const alike = swept === true ? closed : finished;
    if (alike.has(call)) endedTwice.push(call);
    alike.add(call);
    if (outcome !== 'answered') continue;
    answered.add(call);
    answeredCalls.set(request, (answeredCalls.get(request) ?? 0) + 1);
  }
  const begun = new Set(started.map(({ call }) => call));
  const calls = new Set([...begun, ...finished, ...closed]);
  const swept = new Set([...closed].filter((call) => !finished.has(call)));
  const open = new Set([...begun].filter((call) => !finished.has(call) && !closed.has(call)));
  const late = ends.filter((record) => record.late === true).length;
  return { calls, finished, swept, open, endedTwice, answered, answeredCalls, late };
}

/** What METER has come to know since an earlier audit. */
export function auditSince(audit: Audit, { calls, answeredCalls, endedTwice, late }: Audit): Audit {
  const later = (of: ReadonlySet<string>): Set<string> => new Set([...of].filter((call) => !calls.has(call)));
  return {
    calls: later(audit.calls),
    finished: later(audit.finished),
    swept: later(audit.swept),
    open: later(audit.open),
    endedTwice: audit.endedTwice.filter((call) => !endedTwice.includes(call)),
    answered: later(audit.answered),
    answeredCalls: new Map([...audit.answeredCalls].filter(([request]) => !answeredCalls.has(request))),
    late: audit.late - late,
  };
}

/** The requests of which more than one call is `answered`. */
export function answeredTwice({ answeredCalls }: Audit): string[] {
  return [...answeredCalls].filter(([, count]) => count > 1).map(([request]) => request);
}

/** The requests that got their answer and of which METER has no `answered` call. */
export function unaccounted({ answeredCalls }: Audit, answered: Iterable<string>): string[] {
  return [...answered].filter((request) => !answeredCalls.has(request));
}

/** The calls that the model served and METER does not know. */
export function unknownTo({ calls }: Audit, served: Iterable<string>): string[] {
  return [...served].filter((call) => !calls.has(call));
}

/** The calls that the model served and nobody has ended but the sweep. */
export function unfinished({ finished }: Audit, served: Iterable<string>): string[] {
  return [...served].filter((call) => !finished.has(call));
}
