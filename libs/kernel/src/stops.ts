// The entry and the stops of a service: queue subscriptions that check, count and answer for their handlers.
import {
  header,
  requestSubject,
  stopName,
  stopQueue,
  stopSubject,
  type EntryContract,
  type StopContract,
} from '@router-mesh/contracts';
import { isReturnAddress, listen, readHeaders, type Msg, type MsgHdrs, type Subscription } from '@router-mesh/wire';
import { EntryArrival, StageArrival, type Arrival } from './arrival.ts';
import type { CapLimits } from './cap.ts';
import type { EntryPassage } from './entry-passage.ts';
import { Gate, measureGates } from './gate.ts';
import { readStageVerb } from './hand-back.ts';
import { judge } from './judge.ts';
import type { Link } from './link.ts';
import type { Passage } from './passage.ts';
import type { StopPassage } from './stop-passage.ts';
import { Turn, type Served } from './turn.ts';

type Handle<Passage> = (passage: Passage) => void | Promise<void>;

/** What services say to each other in headers, bytes: more than a plan of 32 KiB and any trail. */
const mostStageHeaderBytes = 256 * 1024;

const unlimited: CapLimits = { requests: Infinity, bytes: Infinity };

/** What stops are told by settings. */
export interface StopOptions {
  readonly tenantInbox: boolean;
  /** How much each stop may have in flight; without one there is no limit. */
  readonly cap?: CapLimits;
}

/** Subscribes and unsubscribes a service's stops. */
export class Stops {
  readonly #link: Link;
  readonly #options: StopOptions;
  /** Also of stops that are served no more: what they have in flight still counts when they are served again. */
  readonly #gates = new Map<string, Gate>();
  readonly #underWay = new Set<Turn>();

  constructor(link: Link, options: StopOptions) {
    this.#link = link;
    this.#options = options;
    measureGates(link.counts, this.#gates);
    link.interrupted.addEventListener('abort', () => {
      for (const turn of [...this.#underWay]) turn.interrupt();
    });
  }

  /** The names of the stops that are served now, be they away from their queue groups for the moment. */
  get names(): string[] {
    return [...this.#gates].filter(([, gate]) => gate.isOpen).map(([stop]) => stop);
  }

  /** Serve an entry, and the stage where it is handed back: under one cap. The entry itself is never left at the cap, for its clients would hear the server's bare 503. */
  serveEntry(contract: EntryContract, handle: Handle<EntryPassage>): void {
    const { queue: stop, subject, handedBack } = contract;
    const served = this.#served(stop, handle);
    const { gate } = served;
    const enter = (message: Msg): void => {
      const { subject, reply } = message;
      if (this.#mayAnswer(reply, () => subject.split('.')[4], false))
        take(served, new EntryArrival(served, contract, message, { subject, reply }));
    };
    const enterAgain = (message: Msg): void => {
      const verb = readStageVerb(stage, message.subject);
      const came = verb === undefined ? undefined : this.#stageHeaders(stop, message);
      if (verb === undefined || came === undefined) return; // nobody's request
      const [tenant, reply] = [came.get(header.tenant), came.get(header.reply)];
      if (this.#mayAnswer(reply, () => tenant.split('.')[0], false))
        take(
          served,
          new EntryArrival(served, contract, message, { subject: requestSubject(verb, tenant), reply, came }),
        );
    };
    const stage = stopSubject(handedBack);
    gate.open(
      () => this.#listen(stop, stage, stopQueue(handedBack), enterAgain),
      () => this.#listen(stop, subject, stop, enter),
    );
  }

  /** Serve one stop, or one member of a family of stops. */
  serveStop(contract: StopContract, member: string | undefined, handle: Handle<StopPassage>): void {
    const subject = stopSubject(contract, member);
    const stop = stopName(contract, member);
    const served = this.#served(stop, handle);
    const { gate } = served;
    if (gate.isOpen) return;
    const receive = (message: Msg): void => {
      // A stage message that was redirected here by somebody's store or mapping is nobody's request.
      if (message.subject !== subject) return;
      const headers = this.#stageHeaders(stop, message);
      const reply = headers?.get(header.reply);
      if (this.#mayAnswer(reply, () => headers?.get(header.tenant).split('.')[0], true))
        take(served, new StageArrival(served, member ?? '', message.data, headers, reply));
    };
    gate.open(() => this.#listen(stop, subject, stopQueue(contract, member), receive));
  }

  /** Leave one stop's queue group for good; what is under way is still delivered. */
  async leave(stop: string): Promise<void> {
    await this.#gates.get(stop)?.close();
  }

  /** Forget all queue groups at once: while NATS is away it has forgotten us, and a reconnect must not bring them back. */
  forgetAll(): void {
    for (const gate of this.#gates.values()) gate.forget();
  }

  /** Leave all queue groups. */
  async leaveAll(): Promise<void> {
    await Promise.all([...this.#gates.values()].map((gate) => gate.close()));
  }

  /** Answer what is still under way: its handlers will not. */
  abandonAll(): void {
    for (const turn of [...this.#underWay]) turn.abandon();
  }

  #served<P extends Passage>(stop: string, handle: Handle<P>): Served<P> {
    const link = this.#link;
    return { link, stop, handle, gate: this.#gate(stop), counts: link.counts.of(stop), underWay: this.#underWay };
  }

  #gate(stop: string): Gate {
    const found = this.#gates.get(stop);
    if (found !== undefined) return found;
    const gate = new Gate(this.#link, stop, this.#options.cap ?? unlimited);
    this.#gates.set(stop, gate);
    return gate;
  }

  #listen(stop: string, subject: string, queue: string, receive: (message: Msg) => void): Subscription {
    const failed = (thrown: unknown): void =>
      void judge(this.#link.log, thrown, 'a message could not be taken', { stop });
    return listen(this.#link.nc, subject, receive, { queue, failed });
  }

  /** Only services publish to stages: headers that cannot be read are a bug of ours, and nobody can be told. */
  #stageHeaders(stop: string, message: Msg): MsgHdrs | undefined {
    try {
      return readHeaders(message, mostStageHeaderBytes);
    } catch (error) {
      this.#link.log.error({ err: error, stop }, 'the headers of a stage message cannot be read');
      return undefined;
    }
  }

  /**
   * A request without a return address that may be answered is dropped and counted.
   * @param organisation is asked only where each has its own inboxes
   */
  #mayAnswer(
    address: string | undefined,
    organisation: () => string | undefined,
    behindEntry: boolean,
  ): address is string {
    const inboxOf = this.#options.tenantInbox ? organisation() : undefined;
    if (isReturnAddress(address, { inboxOf, behindEntry })) return true;
    this.#link.counts.refusedAddress();
    return false;
  }
}

/** Let a request in, where there is room for it. */
function take<P extends Passage>(served: Served<P>, arrival: Arrival<P>): void {
  if (served.gate.enter(arrival.body.length)) new Turn(served, arrival).run();
  else served.gate.turnAway(arrival);
}
