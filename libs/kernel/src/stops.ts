// The entry and the stops of a service: queue subscriptions that check, count and answer for their handlers.
import {
  header,
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
import { judge } from './judge.ts';
import type { Link } from './link.ts';
import { EntryPassage } from './entry-passage.ts';
import { StopPassage } from './stop-passage.ts';

type Handle<Passage> = (passage: Passage) => void | Promise<void>;

/** What services say to each other in headers, bytes: more than a plan of 32 KiB and any trail. */
const mostStageHeaderBytes = 256 * 1024;

/** Subscribes and unsubscribes a service's stops. */
export class Stops {
  readonly #link: Link;
  readonly #tenantInbox: boolean;
  readonly #subscriptions = new Map<string, Subscription>();
  /** Ends what is under way, each in its own way. */
  readonly #abandon = new Set<() => void>();

  constructor(link: Link, { tenantInbox }: { readonly tenantInbox: boolean }) {
    this.#link = link;
    this.#tenantInbox = tenantInbox;
  }

  /** The names of the stops that are served now. */
  get names(): string[] {
    return [...this.#subscriptions.keys()];
  }

  serveEntry(contract: EntryContract, handle: Handle<EntryPassage>): void {
    const stop = contract.queue;
    this.#subscribe(stop, contract.subject, contract.queue, (message) => {
      const reply = this.#returnAddress(message.reply, message.subject.split('.')[4], false);
      if (reply === undefined) return;
      let framed = false;
      const open = (): EntryPassage => {
        const headers = readHeaders(message);
        framed = headers?.get(header.frames) === '1';
        return new EntryPassage(this.#link, stop, message, headers, reply);
      };
      this.#run(stop, handle, open, (error) => new AnswerWriter(this.#link.nc, reply, { framed, leg: 0 }).error(error));
    });
  }

  /** Serve one stop, or one member of a family of stops. */
  serveStop(contract: StopContract, member: string | undefined, handle: Handle<StopPassage>): void {
    const subject = stopSubject(contract, member);
    const stop = stopName(contract, member);
    if (this.#subscriptions.has(stop)) return;
    this.#subscribe(stop, subject, stopQueue(contract, member), (message) => {
      // A stage message that was redirected here by somebody's store or mapping is nobody's request.
      if (message.subject !== subject) return;
      const headers = this.#stageHeaders(stop, message);
      const reply = this.#returnAddress(headers?.get(header.reply), headers?.get(header.tenant).split('.')[0], true);
      if (reply === undefined) return;
      const framed = headers?.get(header.frames) === '1';
      const leg = Number(/^\d{1,9}$/.exec(headers?.get(header.leg) ?? '') ?? 0);
      const open = (): StopPassage => new StopPassage(this.#link, stop, member ?? '', message.data, headers);
      this.#run(stop, handle, open, (error) => new AnswerWriter(this.#link.nc, reply, { framed, leg }).error(error));
    });
  }

  /** Leave one stop's queue group; what is under way is still delivered. */
  async leave(stop: string): Promise<void> {
    const subscription = this.#subscriptions.get(stop);
    this.#subscriptions.delete(stop);
    if (subscription?.isClosed() === false && !this.#link.nc.isClosed()) await subscription.drain();
  }

  /** Forget all queue groups at once: while NATS is away it has forgotten us, and a reconnect must not bring them back. */
  forgetAll(): void {
    for (const subscription of this.#subscriptions.values()) subscription.unsubscribe();
    this.#subscriptions.clear();
  }

  /** Leave all queue groups. */
  async leaveAll(): Promise<void> {
    await Promise.all(this.names.map((stop) => this.leave(stop)));
  }

  /** Answer what is still under way: its handlers will not. */
  abandonAll(): void {
    for (const abandon of [...this.#abandon]) abandon();
  }

  #subscribe(stop: string, subject: string, queue: string, receive: (message: Msg) => void): void {
    const failed = (thrown: unknown): void =>
      void judge(this.#link.log, thrown, 'a message could not be taken', { stop });
    this.#subscriptions.set(stop, listen(this.#link.nc, subject, receive, { queue, failed }));
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
    const inboxOf = this.#tenantInbox ? organisation : undefined;
    if (isReturnAddress(address, { inboxOf, behindEntry })) return address;
    this.#link.counts.refusedAddress();
    return undefined;
  }

  #run<Passage extends EntryPassage | StopPassage>(
    stop: string,
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
      ended(code);
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
