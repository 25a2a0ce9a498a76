// What the load generator is told to do, and what it tells of it.
import type { Spread } from './distribution.ts';

/** One thing to do over and over; it counts as done when its answer is whole and says what was expected. */
export type Task =
  | { readonly kind: 'http'; readonly url: string; readonly body: string; readonly expected: string }
  | (Request & { readonly kind: 'request' })
  | (Request & {
      readonly kind: 'frames';
      readonly frames: FrameHeaders;
      /** How many the model sends; none where the answer comes whole in the last frame. */
      readonly deltas: number;
    });

interface Request {
  readonly server: Server;
  readonly subject: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** `uniqueMark` in it is another text in each request. */
  readonly body: string;
  /** Of a row of frames: in the last one. */
  readonly expected: string;
}

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

/** Stands in a body for what is different in each request. */
export const uniqueMark = '<unique>';

/** When requests are sent. */
export type Loop = ClosedLoop | OpenLoop;

/** So many at once, each replaced as soon as it ends: tells throughput. */
export interface ClosedLoop {
  readonly kind: 'closed';
  readonly inFlight: number;
  /** Start the first ones so far apart: tasks that all take the same time would else begin together again and again. */
  readonly spreadMs?: number;
}

/** So many a second, whether earlier ones were answered or not: tells latency. */
export interface OpenLoop {
  readonly kind: 'open';
  readonly ratePerSecond: number;
  /** The same number is the same schedule. */
  readonly seed: number;
}

export interface Order {
  readonly task: Task;
  readonly loop: Loop;
  readonly seconds: number;
  /** Orders of the same name are pooled: each report has the times of all of them so far. Absent: of this one alone. */
  readonly series?: string;
}

/** What came of an order. */
export interface Report {
  /** Whole answers. */
  readonly count: number;
  readonly errors: number;
  /** What the errors said, each once, the first few. */
  readonly faults: readonly string[];
  /** From the first start to the last end. */
  readonly seconds: number;
  readonly times: Times;
  /** Of all orders of the series so far. */
  readonly pooled?: Times;
  readonly stream?: StreamReport;
  readonly open?: OpenReport;
}

/** What was timed, ms. */
export interface Times {
  /** From the moment when a request was sent (closed loop) or was due (open loop) to its whole answer. */
  readonly latency: Spread;
  /** From the same moment to the first delta. */
  readonly first?: Spread;
  /** Between two deltas; those that come in one frame come together. */
  readonly gap?: Spread;
}

export interface StreamReport {
  readonly framesAStream: number;
  /** Deltas that the model sent and no frame brought. */
  readonly lost: number;
}

export interface OpenReport {
  readonly ratePerSecond: number;
  /** How many were due, and sent. */
  readonly sent: number;
  /** How many of them were sent more than a millisecond after they were due: the generator's own fault. Their latency counts from when they were due. */
  readonly late: number;
  /** How many had no end when it was no longer waited for. They are errors too, and stand among the latencies with the time they had taken so far. */
  readonly unanswered: number;
}
