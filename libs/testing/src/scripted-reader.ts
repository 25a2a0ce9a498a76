// A reader of one framed answer that speaks the wire itself, and grants, answers beats and leaves when its test says so.
import { createInbox, headers as natsHeaders, type Msg, type NatsConnection, type Subscription } from 'nats';
import type { Frame } from './plain-client.ts';
import { until } from './poll.ts';

export interface Reading {
  /** The body; a streamed chat with the demo's `echo` unless it says otherwise. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly tenant?: string;
  /** Deltas it takes before its first limit; none asks for no flow control. */
  readonly credit?: number;
}

/** A frame, and when it came: ms on the clock of `performance.now`. */
export interface ReaderFrame extends Frame {
  readonly reply: string;
  readonly at: number;
}

export class ScriptedReader {
  readonly frames: ReaderFrame[] = [];
  /** What it says to a beat; nothing while undefined. */
  limit: (() => number) | undefined;
  readonly #nc: NatsConnection;
  readonly #subscription: Subscription;

  /** Publish a request and read its answer. */
  constructor(nc: NatsConnection, { body = {}, headers = {}, tenant = 'demo', credit }: Reading = {}) {
    this.#nc = nc;
    const inbox = createInbox();
    this.#subscription = nc.subscribe(inbox, { callback: (_error, message) => this.#take(message) });
    const said = natsHeaders();
    if (credit !== undefined) said.set('Router-Credit', String(credit));
    for (const [name, value] of Object.entries(headers)) said.set(name, value);
    const chat = { model: 'demo/echo', messages: [{ role: 'user', content: 'x' }], stream: true, ...body };
    nc.publish(`router.v2.request.chat.${tenant}`, JSON.stringify(chat), { reply: inbox, headers: said });
  }

  /** The request's id, once it was accepted. */
  get request(): string {
    const accept = this.frames.find(({ kind }) => kind === 'accept')?.text ?? '{}';
    return (JSON.parse(accept) as { request?: string }).request ?? '';
  }

  /** Where it may grant and cancel, once it was told. */
  get control(): string {
    return this.frames.find(({ reply }) => reply !== '')?.reply ?? '';
  }

  get kinds(): string[] {
    return this.frames.map(({ kind }) => kind);
  }

  get ended(): boolean {
    return this.frames.at(-1)?.kind === 'eos';
  }

  count(kind: string): number {
    return this.kinds.filter((each) => each === kind).length;
  }

  /** Say how many deltas it takes, from the first on. */
  grant(limit: number): void {
    this.#nc.publish(this.control, `limit ${limit}`);
  }

  cancel(): void {
    this.#nc.publish(this.control, 'cancel');
  }

  /** Close its inbox without a word, as a process that dies does. */
  leave(): void {
    this.#subscription.unsubscribe();
  }

  /** Wait for so many frames of a kind. */
  async has(kind: string, count = 1): Promise<void> {
    await until(`${count} frames "${kind}"`, () => this.count(kind) >= count);
  }

  #take(message: Msg): void {
    const empty = message.headers === undefined && message.data.length === 0;
    const kind = empty ? 'eos' : (message.headers?.get('Router-Frame') ?? '');
    const seq = message.headers?.get('Router-Seq') ?? '';
    const reply = message.reply ?? '';
    this.frames.push({ kind, seq, reply, text: message.string(), at: performance.now() });
    if (kind === 'beat' && this.limit !== undefined && reply !== '') this.#nc.publish(reply, `limit ${this.limit()}`);
  }
}
