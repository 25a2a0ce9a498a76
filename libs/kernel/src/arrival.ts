// A request that came to a stop, before anything is done with it: at the entry, or at a stage.
import { header, type EntryContract, type RouterError } from '@router-mesh/contracts';
import { AnswerWriter, readHeaders, type Msg, type MsgHdrs } from '@router-mesh/wire';
import { EntryPassage } from './entry-passage.ts';
import { entryHandBack, stageHandBack, type HandBack } from './hand-back.ts';
import type { Link } from './link.ts';
import { StopPassage } from './stop-passage.ts';

/** What can be done with it. One is made for every request: an object of a class, for closures would each be made for every request too. */
export interface Arrival<Passage = unknown> {
  readonly body: Uint8Array;
  /** Whether it was handed back before. */
  readonly hop: boolean;
  /** Where and with which headers it is handed back. @throws RouterError when it is not of its form */
  handBack(): HandBack;
  /** Answer with an error. */
  refuse(error: RouterError): void;
  /** Let it in. @throws RouterError when it is not of its form */
  open(): Passage;
}

/** What is the same for all that arrives at one stop. */
export interface Arriving {
  readonly link: Link;
  readonly stop: string;
}

/** A request at the entry: from a client, or handed back by another instance. */
export class EntryArrival implements Arrival<EntryPassage> {
  readonly body: Uint8Array;
  readonly hop: boolean;
  readonly #at: Arriving;
  readonly #contract: EntryContract;
  readonly #message: Msg;
  readonly #subject: string;
  readonly #reply: string;
  readonly #came: MsgHdrs | undefined;
  #framed = false;

  /**
   * @param subject of the entry
   * @param reply a return address that was checked
   * @param came the headers of one that was handed back; else those of the message hold, and are read when they are needed
   */
  constructor(
    at: Arriving,
    contract: EntryContract,
    message: Msg,
    { subject, reply, came }: { readonly subject: string; readonly reply: string; readonly came?: MsgHdrs },
  ) {
    this.#at = at;
    this.#contract = contract;
    this.#message = message;
    this.#subject = subject;
    this.#reply = reply;
    this.#came = came;
    this.body = message.data;
    this.hop = came !== undefined;
  }

  handBack(): HandBack {
    return entryHandBack(this.#contract, this.#subject, this.#reply, this.#headers());
  }

  refuse(error: RouterError): void {
    new AnswerWriter(this.#at.link.nc, this.#reply, { framed: this.#framed, leg: 0 }).error(error);
  }

  open(): EntryPassage {
    const { link, stop } = this.#at;
    return new EntryPassage(link, stop, { subject: this.#subject, data: this.body }, this.#headers(), this.#reply);
  }

  /** @throws RouterError when they are not of their form */
  #headers(): MsgHdrs | undefined {
    const read = this.#came ?? readHeaders(this.#message);
    this.#framed = read?.get(header.frames) === '1';
    return read;
  }
}

/** A request at a stage: from another stop. */
export class StageArrival implements Arrival<StopPassage> {
  readonly body: Uint8Array;
  readonly #at: Arriving;
  readonly #member: string;
  readonly #headers: MsgHdrs | undefined;
  readonly #reply: string;

  /** @param reply a return address that was checked */
  constructor(at: Arriving, member: string, body: Uint8Array, headers: MsgHdrs | undefined, reply: string) {
    this.#at = at;
    this.#member = member;
    this.body = body;
    this.#headers = headers;
    this.#reply = reply;
  }

  get hop(): boolean {
    return this.#headers?.get(header.hop) === '1';
  }

  handBack(): HandBack {
    return { stop: this.#at.stop, headers: stageHandBack(this.#headers) };
  }

  refuse(error: RouterError): void {
    const framed = this.#headers?.get(header.frames) === '1';
    const leg = Number(/^\d{1,9}$/.exec(this.#headers?.get(header.leg) ?? '') ?? 0);
    new AnswerWriter(this.#at.link.nc, this.#reply, { framed, leg }).error(error);
  }

  open(): StopPassage {
    const { link, stop } = this.#at;
    return new StopPassage(link, stop, this.#member, this.body, this.#headers);
  }
}
