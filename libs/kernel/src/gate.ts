// The gate of one stop: who comes in, who is handed back or refused, and when the stop is away from its queue group.
import { RouterError } from '@router-mesh/contracts';
import { payloadLimit, type Subscription } from '@router-mesh/wire';
import type { Arrival } from './arrival.ts';
import { Cap, type CapLimits } from './cap.ts';
import type { HandBack } from './hand-back.ts';
import { judge } from './judge.ts';
import type { Link } from './link.ts';
import { Membership } from './membership.ts';
import type { Counts } from './metrics.ts';
import { recentTime, retryAfterMs } from './retry-after.ts';

/**
 * One stop's gate.
 *
 * At its cap the stop leaves its queue group by drain, so that members with room get what comes; at half of the cap it comes back. What was under way meanwhile is taken up to twice the cap;
 * above that a request is handed back once and, where nobody has room, refused: `unavailable`, reason `overloaded`, with `retry_after_ms`.
 * A handler that never settles keeps its place.
 */
export class Gate {
  readonly cap: Cap;
  readonly #link: Link;
  readonly #stop: string;
  #group: Membership | undefined;
  #steady: Membership | undefined;
  #recentMs: number | undefined;

  constructor(link: Link, stop: string, limits: CapLimits) {
    this.#link = link;
    this.#stop = stop;
    this.cap = new Cap(limits);
  }

  /** Whether the stop is served, be it away from its group for the moment. */
  get isOpen(): boolean {
    return this.#group !== undefined;
  }

  get isAway(): boolean {
    return this.#group?.isAway === true;
  }

  /**
   * Serve the stop.
   * @param group subscribes to its queue group; called again whenever it comes back
   * @param steady subscribes to another one, which it never leaves at its cap
   */
  open(group: () => Subscription, steady?: () => Subscription): void {
    this.#steady = steady && new Membership(this.#link.nc, steady);
    this.#group = new Membership(this.#link.nc, group);
    if (this.cap.isFull) this.#stepOut(); // a stop that was closed and is opened again may still be at work
  }

  /** Serve the stop no more; resolves when what was under way has been delivered. */
  async close(): Promise<void> {
    const places = [this.#group, this.#steady].filter((place) => place !== undefined);
    this.#group = this.#steady = undefined;
    await Promise.all(places.map((place) => place.leave()));
  }

  /** Serve the stop no more, at once: NATS is away and has forgotten us. */
  forget(): void {
    for (const place of [this.#group, this.#steady]) place?.forget();
    this.#group = this.#steady = undefined;
  }

  /** Take a place for a request, which it keeps until it is `ended` and its body `freed`; false when there is none: then it is to be turned away. */
  enter(bytes: number): boolean {
    if (!this.cap.admits(bytes)) return false;
    this.cap.addRequest();
    this.cap.addBody(bytes);
    if (this.cap.isFull) this.#stepOut();
    return true;
  }

  /** The handler of a request that has entered is done. @param workedMs how long it took */
  ended(workedMs: number): void {
    this.cap.removeRequest();
    this.#recentMs = recentTime(this.#recentMs, workedMs);
    this.#stepIn();
  }

  /** A body that has entered is held no more: neither by its handler nor by a forward that is not settled. */
  freed(bytes: number): void {
    this.cap.removeBody(bytes);
    this.#stepIn();
  }

  /** Hand a request back, or refuse it; in the end somebody answers. */
  turnAway(arrival: Arrival): void {
    try {
      const back = arrival.handBack();
      if (arrival.hop || !this.#mayReturn(arrival.body.length)) this.#refuse(arrival);
      else this.#handBack(arrival, back);
    } catch (thrown) {
      arrival.refuse(judge(this.#link.log, thrown, 'a request could not be handed back', { stop: this.#stop }));
    }
  }

  /** A body that leaves no room for our headers cannot be published again. */
  #mayReturn(bytes: number): boolean {
    return this.cap.mayReturn(bytes) && bytes <= payloadLimit(this.#link.nc);
  }

  #handBack(arrival: Arrival, { stop, headers }: HandBack): void {
    const { body } = arrival;
    const { flight } = this.#link;
    flight.begin();
    this.cap.addReturning(body.length);
    const settled = (): void => {
      this.cap.removeReturning(body.length);
      flight.end();
    };
    try {
      this.#link.forwarder.handBack(stop, headers, body, { missing: () => this.#refuse(arrival), settled });
    } catch (error) {
      settled();
      throw error;
    }
    this.#link.counts.handedBack(this.#stop);
  }

  #refuse(arrival: Arrival): void {
    const stop = this.#stop;
    this.#link.counts.refused(stop);
    arrival.refuse(
      new RouterError(
        'unavailable',
        `stop "${stop}" has too much in flight (ROUTER_MAX_IN_FLIGHT, ROUTER_MAX_IN_FLIGHT_BYTES), and no other replica has room`,
        {
          details: {
            reason: 'overloaded',
            stop,
            retry_after_ms: retryAfterMs(this.#recentMs, this.cap.load, Math.random()),
          },
        },
      ),
    );
  }

  #stepOut(): void {
    const delivered = this.#group?.stepOut();
    if (delivered === undefined) return;
    this.#link.counts.left(this.#stop);
    this.#link.log.debug({ stop: this.#stop, load: this.cap.load }, 'at its cap: left the queue group');
    void delivered.then(() => this.#stepIn());
  }

  #stepIn(): void {
    if (this.isAway && this.cap.hasRoom && this.#group?.stepIn() === true)
      this.#link.log.debug({ stop: this.#stop }, 'came back to the queue group');
  }
}

/** Show what the gates of a service hold, and held at most. */
export function measureGates(counts: Counts, gates: ReadonlyMap<string, Gate>): void {
  const measure = (name: string, help: string, read: (gate: Gate) => number): void => {
    function* each(): Iterable<readonly [Record<string, string>, number]> {
      for (const [stop, gate] of gates) yield [{ stop }, read(gate)];
    }
    counts.gauge(name, help, each, ['stop']);
  };
  measure('router_stop_away', '1 while a stop is away from its queue group, at its cap', (gate) => Number(gate.isAway));
  measure('router_in_flight_peak', 'Most requests that a stop had in flight at once', (gate) => gate.cap.peak.requests);
  measure('router_in_flight_bytes', 'Bytes of the bodies that a stop holds', (gate) => gate.cap.bytes);
  measure(
    'router_in_flight_bytes_peak',
    'Most bytes of bodies that a stop held at once',
    (gate) => gate.cap.peak.bytes,
  );
}
