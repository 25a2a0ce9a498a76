// A service's link to the mesh: what its passages need of the connection.
import type { Cancellations, Control, Forwarder, NatsConnection } from '@router-mesh/wire';
import type { Logger } from 'pino';
import type { Beats } from './beats.ts';
import type { Flight } from './flight.ts';
import type { Counts } from './metrics.ts';
import type { Tracer } from './tracing.ts';

export interface Link {
  readonly nc: NatsConnection;
  readonly log: Logger;
  /** Names this process in trails, records and logs. */
  readonly instance: string;
  readonly control: Control;
  readonly forwarder: Forwarder;
  readonly cancellations: Cancellations;
  readonly beats: Beats;
  readonly flight: Flight;
  readonly counts: Counts;
  /** Undefined unless the environment asks for traces. */
  readonly tracer?: Tracer | undefined;
  /** Aborts when the process is stopping and can wait no longer. */
  readonly interrupted: AbortSignal;
}
