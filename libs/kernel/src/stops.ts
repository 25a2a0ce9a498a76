// The entry and the stops of a service: queue subscriptions that check, count and answer for their handlers.
import {
  header,
  requestSubject,
  RouterError,
  stopName,
  stopQueue,
  stopSubject,
  type EntryContract,
  type StopContract,
} from '@router-mesh/contracts';
import {
  AnswerWriter,
  isReturnAddress,
  listen,
  readHeaders,
  type Msg,
  type MsgHdrs,
  type Subscription,
} from '@router-mesh/wire';
import type { CapLimits } from './cap.ts';
import { EntryPassage } from './entry-passage.ts';
import { Gate, measureGates, type Arrival, type Place } from './gate.ts';
import { entryHandBack, readStageVerb, stageHandBack } from './hand-back.ts';
import { judge } from './judge.ts';
import type { Link } from './link.ts';
import { StopPassage } from './stop-passage.ts';

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

/** A request at the entry: from a client, or handed back. */
interface Asking {
  readonly subject: string;
  readonly reply: string | undefined;
  readonly data: Uint8Array;
  readonly hop: boolean;
  /** @throws RouterError when they are not of their form */
  headers(): MsgHdrs | undefined;
}

/** Subscribes and unsubscribes a service's stops. */
export class Stops {
  readonly #link: Link;
  readonly #options: StopOptions;
  /** Also of stops that are served no more: what they have in flight still counts when they are served again. */
  readonly #gates = new Map<string, Gate>();
  /** Ends what is under way, each in its own way. */
  readonly #abandon = new Set<() => void>();

  constructor(link: Link, options: StopOptions) {
    this.#link = link;
    this.#options = options;
    measureGates(link.counts, this.#gates);
  }

  /** The names of the stops that are served now, be they away from their queue groups for the moment. */
  get names(): string[] {
    return [...this.#gates].filter(([, gate]) => gate.isOpen).map(([stop]) => stop);
  }

  /** Serve an entry, and the stage where it is handed back: under one cap. The entry itself is never left at the cap, for its clients would hear the server's bare 503. */
  serveEntry(contract: EntryContract, handle: Handle<EntryPassage>): void {
    const { queue: stop, subject, handedBack } = contract;
    const gate = this.#gate(stop);
    const take = (asking: Asking): void => {
      const { data } = asking;
      const reply = this.#returnAddress(asking.reply, asking.subject.split('.')[4], false);
      if (reply === undefined) return;
      let framed = false;
      const headers = (): MsgHdrs | undefined => {
        const read = asking.headers();
        framed = read?.get(header.frames) === '1';
        return read;
      };
      const arrival: Arrival = {
        body: data,
        hop: asking.hop,
        handBack: () => entryHandBack(contract, asking.subject, reply, headers()),
        refuse: (error) => new AnswerWriter(this.#link.nc, reply, { framed, leg: 0 }).error(error),
      };
      const open = (): EntryPassage => new EntryPassage(this.#link, stop, asking, headers(), reply);
      this.#take(stop, gate, arrival, handle, open);
    };
    const stage = stopSubject(handedBack);
    gate.open(
      () =>
        this.#listen(stop, stage, stopQueue(handedBack), (message) => {
          const asking = this.#handedBack(stop, stage, message);
          if (asking !== undefined) take(asking);
        }),
      () =>
        this.#listen(stop, subject, stop, (message) => {
          const { subject, reply, data } = message;
          take({ subject, reply, data, hop: false, headers: () => readHeaders(message) });
        }),
    );
  }

  /** Serve one stop, or one member of a family of stops. */
  serveStop(contract: StopContract, member: string | undefined, handle: Handle<StopPassage>): void {
    const subject = stopSubject(contract, member);
    const stop = stopName(contract, member);
    const gate = this.#gate(stop);
    if (gate.isOpen) return;
    const receive = (message: Msg): void => {
      // A stage message that was redirected here by somebody's store or mapping is nobody's request.
      if (message.subject !== subject) return;
      const headers = this.#stageHeaders(stop, message);
      const reply = this.#returnAddress(headers?.get(header.reply), headers?.get(header.tenant).split('.')[0], true);
      if (reply === undefined) return;
      const framed = headers?.get(header.frames) === '1';
      const leg = Number(/^\d{1,9}$/.exec(headers?.get(header.leg) ?? '') ?? 0);
      const arrival: Arrival = {
        body: message.data,
        hop: headers?.get(header.hop) === '1',
        handBack: () => ({ stop, headers: stageHandBack(headers) }),
        refuse: (error) => new AnswerWriter(this.#link.nc, reply, { framed, leg }).error(error),
      };
      const open = (): StopPassage => new StopPassage(this.#link, stop, member ?? '', message.data, headers);
      this.#take(stop, gate, arrival, handle, open);
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
    for (const abandon of [...this.#abandon]) abandon();
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

  /** A request at the entry that another instance handed back; undefined for what is nobody's request. */
  #handedBack(stop: string, stage: string, message: Msg): Asking | undefined {
    const verb = readStageVerb(stage, message.subject);
    const headers = verb === undefined ? undefined : this.#stageHeaders(stop, message);
    if (verb === undefined || headers === undefined) return undefined;
    const subject = requestSubject(verb, headers.get(header.tenant));
    return { subject, reply: headers.get(header.reply), data: message.data, hop: true, headers: () => headers };
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

  /** A request without a return address that may be answered is dropped and counted. */
  #returnAddress(
    address: string | undefined,
    organisation: string | undefined,
    behindEntry: boolean,
  ): string | undefined {
    const inboxOf = this.#options.tenantInbox ? organisation : undefined;
    if (isReturnAddress(address, { inboxOf, behindEntry })) return address;
    this.#link.counts.refusedAddress();
    return undefined;
  }

  /** Let a request in, where there is room for it. */
  #take<Passage extends EntryPassage | StopPassage>(
    stop: string,
    gate: Gate,
    arrival: Arrival,
    handle: Handle<Passage>,
    open: () => Passage,
  ): void {
    const place = gate.enter(arrival.body.length);
    if (place === undefined) gate.turnAway(arrival);
    else this.#run(stop, place, handle, open, arrival.refuse);
  }

  #run<Passage extends EntryPassage | StopPassage>(
    stop: string,
    place: Place,
    handle: Handle<Passage>,
    open: () => Passage,
    answerMalformed: (error: RouterError) => void,
  ): void {
    const landed = this.#link.flight.hold();
    const ended = this.#link.counts.begin(stop);
    let passage: Passage | undefined;
    let over = false;
    const end = (code: string): void => {
      over = true;
      this.#abandon.delete(abandon);
      if (passage instanceof StopPassage) passage.release();
      passage?.trace?.end(code);
      ended(code);
      place.ended();
      if (passage === undefined) place.freed();
      else passage.whenFreed(place.freed);
      landed();
    };
    const fail = (thrown: unknown): void => {
      if (over) return;
      const error = judge(this.#link.log, thrown, 'a stop failed', { stop, request: passage?.request });
      try {
        if (passage === undefined) answerMalformed(error);
        else if (!passage.done) passage.refuse(error);
      } catch (unanswered) {
        this.#link.log.error({ err: unanswered, stop, request: passage?.request }, 'an error could not be answered');
      }
      end(error.code);
    };
    const finish = (): void => {
      if (over) return;
      if (passage?.done) end(passage.code);
      else fail(new Error('the handler neither answered nor forwarded the request'));
    };
    const abandon = (): void => fail(passage instanceof StopPassage ? passage.interruption() : stopping(stop));
    this.#abandon.add(abandon);
    try {
      passage = open();
      const working = handle(passage);
      if (working === undefined) finish();
      else working.then(finish, fail);
    } catch (thrown) {
      fail(thrown);
    }
  }
}

function stopping(stop: string): RouterError {
  return new RouterError('unavailable', `stop "${stop}" is stopping`, { details: { reason: 'stopping', stop } });
}
