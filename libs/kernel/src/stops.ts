// The entry and the stops of a service: queue subscriptions that check, count and answer for their handlers.
import { header, RouterError, stopQueue, stopSubject, type EntryContract, type StopContract } from '@router-mesh/contracts';
import { AnswerWriter, isReturnAddress, type Msg, type Subscription } from '@router-mesh/wire';
import type { Logger } from 'pino';
import type { Link } from './link.ts';
import { EntryPassage, StopPassage } from './passage.ts';

type Handle<Passage> = (passage: Passage) => void | Promise<void>;

/** Subscribes and unsubscribes a service's stops. */
export class Stops {
  readonly #link: Link;
  readonly #log: Logger;
  readonly #tenantInbox: boolean;
  readonly #subscriptions = new Map<string, Subscription>();

  constructor(link: Link, log: Logger, { tenantInbox }: { readonly tenantInbox: boolean }) {
    this.#link = link;
    this.#log = log;
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
      this.#run(stop, handle, () => new EntryPassage(this.#link, stop, message, reply), (error) => {
        const framed = message.headers?.get(header.frames) === '1';
        new AnswerWriter(this.#link.nc, reply, { framed, leg: 0 }).error(error);
      });
    });
  }

  /** Serve one stop, or one member of a family of stops. */
  serveStop(contract: StopContract, member: string | undefined, handle: Handle<StopPassage>): void {
    const subject = stopSubject(contract, member);
    const stop = member === undefined ? contract.name : `${contract.name}.${member}`;
    if (this.#subscriptions.has(stop)) return;
    this.#subscribe(stop, subject, stopQueue(contract, member), (message) => {
      // A stage message that was redirected here by somebody's store or mapping is nobody's request.
      if (message.subject !== subject) return;
      const encoded = message.headers;
      const reply = this.#returnAddress(encoded?.get(header.reply), encoded?.get(header.tenant).split('.')[0], true);
      if (reply === undefined) return;
      this.#run(stop, handle, () => new StopPassage(this.#link, stop, member ?? '', message), (error) => {
        new AnswerWriter(this.#link.nc, reply, { framed: encoded?.get(header.frames) === '1', leg: Number(encoded?.get(header.leg) || 0) }).error(error);
      });
    });
  }

  /** Leave one stop's queue group; what is under way is still delivered. */
  async leave(stop: string): Promise<void> {
    const subscription = this.#subscriptions.get(stop);
    this.#subscriptions.delete(stop);
    await subscription?.drain();
  }

  /** Leave all queue groups. */
  async leaveAll(): Promise<void> {
    await Promise.all(this.names.map((stop) => this.leave(stop)));
  }

  #subscribe(stop: string, subject: string, queue: string, receive: (message: Msg) => void): void {
    const subscription = this.#link.nc.subscribe(subject, { queue, callback: (_error, message) => receive(message) });
    this.#subscriptions.set(stop, subscription);
  }

  /** A request without a return address that may be answered is dropped and counted. */
  #returnAddress(address: string | undefined, organisation: string | undefined, behindEntry: boolean): string | undefined {
    const inboxOf = this.#tenantInbox ? organisation : undefined;
    if (isReturnAddress(address, { inboxOf, behindEntry })) return address;
    this.#link.counts.refusedAddress();
    return undefined;
  }

  #run<Passage extends EntryPassage | StopPassage>(stop: string, handle: Handle<Passage>, open: () => Passage, answerMalformed: (error: RouterError) => void): void {
    const landed = this.#link.flight.hold();
    const ended = this.#link.counts.begin(stop);
    let passage: Passage | undefined;
    const fail = (thrown: unknown): void => {
      const error = this.#judge(stop, thrown, passage?.request);
      if (passage === undefined) answerMalformed(error);
      else if (!passage.done) passage.refuse(error);
      end(error.code);
    };
    const end = (code: string): void => {
      if (passage instanceof StopPassage) passage.release();
      ended(code);
      landed();
    };
    const finish = (): void => {
      if (passage?.done) end(passage.code);
      else fail(new Error('the handler neither answered nor forwarded the request'));
    };
    try {
      passage = open();
      const working = handle(passage);
      if (working === undefined) finish();
      else working.then(finish, fail);
    } catch (thrown) {
      fail(thrown);
    }
  }

  /** What is our bug is logged with its cause, once; the caller is told only that it is one. */
  #judge(stop: string, thrown: unknown, request: string | undefined): RouterError {
    const error = RouterError.from(thrown);
    if (error.code === 'internal') this.#log.error({ err: error.cause ?? error, stop, request }, 'a stop failed');
    return error;
  }
}
