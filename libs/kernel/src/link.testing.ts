// A link in the tests' own process: everything that `run` puts around a connection, within reach.
import { Cancellations, Control, Forwarder, type NatsConnection } from '@router-mesh/wire';
import { pino } from 'pino';
import { Beats, type BeatTimes } from './beats.ts';
import { Flight } from './flight.ts';
import type { Link } from './link.ts';
import { Counts } from './metrics.ts';

export interface TestLink {
  readonly link: Link;
  /** What it has logged, with the level by pino's numbers: 40 is a warning, 50 an error. */
  readonly logged: readonly Logged[];
  /** Tell everything under way that the process can wait no longer. */
  interrupt(): void;
}

export interface Logged {
  readonly level: number;
  readonly msg: string;
  readonly err?: { readonly message: string };
  readonly [field: string]: unknown;
}

export function aLink(nc: NatsConnection, service: string, times?: Partial<BeatTimes>): TestLink {
  const logged: Logged[] = [];
  const control = new Control(nc, service);
  const interrupting = new AbortController();
  const link: Link = {
    nc,
    log: pino({ level: 'debug' }, { write: (line: string) => void logged.push(JSON.parse(line) as Logged) }),
    instance: `${service}-1`,
    control,
    forwarder: new Forwarder(nc, control),
    cancellations: new Cancellations(),
    beats: new Beats(times),
    flight: new Flight(),
    counts: new Counts(),
    interrupted: interrupting.signal,
  };
  return { link, logged, interrupt: () => interrupting.abort() };
}
