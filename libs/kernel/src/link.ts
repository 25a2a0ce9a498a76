// A service's link to the mesh: what its passages need of the connection.
import type { Cancellations, Control, Forwarder, NatsConnection } from '@router-mesh/wire';
import type { Logger } from 'pino';
import type { Flight } from './flight.ts';
import type { Counts } from './metrics.ts';

export interface Link {
  readonly nc: NatsConnection;
  readonly log: Logger;
  /** Names this process in trails, records and logs. */
  readonly instance: string;
  readonly control: Control;
  readonly forwarder: Forwarder;
  readonly cancellations: Cancellations;
  readonly flight: Flight;
  readonly counts: Counts;
  /** Aborts when the process is stopping and can wait no longer. */
  readonly interrupted: AbortSignal;
}
