// What the load generator is told to do, and what it tells of it.
import type { Percentiles } from '../statistics.ts';

/** One thing to do over and over; it counts as done when its answer is whole and says what was expected. */
export type Task =
  | { readonly kind: 'http'; readonly url: string; readonly body: string; readonly expected: string }
  | {
      readonly kind: 'request';
      readonly server: Server;
      readonly subject: string;
      readonly body: string;
      readonly expected: string;
    }
  | {
      readonly kind: 'stream';
      readonly server: Server;
      readonly subject: string;
      readonly body: string;
      readonly frames: FrameHeaders;
      readonly deltas: number;
    };

export interface Server {
  readonly url: string;
  /** Absent: a client without credentials. Its password is its name. */
  readonly user?: string;
}

/** The headers in which frames say their kind and their place in the stream. */
export interface FrameHeaders {
  readonly kind: string;
  readonly sequence: string;
}

/** A closed loop: so many at once, each replaced as soon as it ends. */
export interface Order {
  readonly task: Task;
  readonly inFlight: number;
  readonly seconds: number;
  /** Start the first ones so far apart: tasks that all take the same time would else begin together again and again. */
  readonly spreadMs?: number;
}

/** What came of an order. */
export interface Report {
  readonly count: number;
  readonly errors: number;
  /** What the errors said, each once, the first few. */
  readonly faults: readonly string[];
  /** From the first start to the last end. */
  readonly seconds: number;
  readonly latencyMs: Percentiles;
  readonly stream?: StreamReport;
}

export interface StreamReport {
  /** From the request to the first delta. */
  readonly firstMs: Percentiles;
  /** Between two deltas; those that come in one frame come together. */
  readonly gapMs: Percentiles;
  readonly framesAStream: number;
  /** Deltas that the model sent and no frame brought. */
  readonly lost: number;
}
