// A client without our SDK: the old `nats` package, as it is in the field.
import { connect, createInbox, headers as natsHeaders, type Msg, type NatsConnection } from 'nats';

/** An answer in one message. */
export interface Answer {
  readonly body: AnswerBody;
  readonly headers: Readonly<Record<string, string>>;
}

export interface AnswerBody {
  readonly choices?: readonly { readonly message: { readonly content: string } }[];
  readonly router?: {
    readonly request: string;
    readonly provider: string;
    readonly model: string;
    readonly attempts: readonly { readonly class: string }[];
    readonly trail: readonly { readonly instance: string }[];
    readonly usage_stored: boolean;
  };
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly param?: string;
    readonly retryable: boolean;
    readonly details?: Record<string, unknown>;
  };
  readonly [field: string]: unknown;
}

/** One message of a streamed answer; `eos` for the empty one at its end. */
export interface Frame {
  readonly kind: string;
  readonly seq: string;
  readonly text: string;
}

export class PlainClient implements AsyncDisposable {
  readonly nc: NatsConnection;
  readonly #tenant: string;

  private constructor(nc: NatsConnection, tenant: string) {
    this.nc = nc;
    this.#tenant = tenant;
  }

  static async connect(
    servers: string | readonly string[],
    { tenant = 'demo', user }: { readonly tenant?: string; readonly user?: string } = {},
  ): Promise<PlainClient> {
    const credentials = user === undefined ? {} : { user, pass: user };
    return new PlainClient(await connect({ servers: [servers].flat(), ...credentials }), tenant);
  }

  /** Send a request and take the first message as its answer, as `nats req` does. */
  async ask(
    verb: string,
    body: unknown,
    { headers = {}, timeoutMs = 30_000, tenant = this.#tenant }: AskOptions = {},
  ): Promise<Answer> {
    const message = await this.nc.request(`router.v2.request.${verb}.${tenant}`, encode(body), {
      timeout: timeoutMs,
      headers: encodeHeaders(headers),
    });
    return { body: message.json(), headers: headersOf(message) };
  }

  chat(content: string, more: Readonly<Record<string, unknown>> = {}, options?: AskOptions): Promise<Answer> {
    return this.ask('chat', chatBody(content, more), options);
  }

  /** Send a streamed request; frames are read until EOS. `onFrame` sees each as it comes. */
  async stream(
    content: string,
    more: Readonly<Record<string, unknown>> = {},
    { headers = {}, timeoutMs = 30_000, tenant = this.#tenant, onFrame }: StreamOptions = {},
  ): Promise<Frame[]> {
    const inbox = createInbox();
    const subscription = this.nc.subscribe(inbox, { timeout: timeoutMs });
    this.nc.publish(`router.v2.request.chat.${tenant}`, encode(chatBody(content, { stream: true, ...more })), {
      reply: inbox,
      headers: encodeHeaders(headers),
    });
    const frames: Frame[] = [];
    const late = setTimeout(() => subscription.unsubscribe(), timeoutMs);
    for await (const message of subscription) {
      const frame = frameOf(message);
      frames.push(frame);
      onFrame?.(frame);
      if (frame.kind === 'eos') break;
    }
    clearTimeout(late);
    return frames;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.nc.close();
  }
}

export interface AskOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly tenant?: string;
}

export interface StreamOptions extends AskOptions {
  readonly onFrame?: (frame: Frame) => void;
}

/** Whether a stream's frames are dense from accept to end, and closed by EOS; beats come at any time and have no number. */
export function isComplete(all: readonly Frame[]): boolean {
  const frames = all.filter(({ kind }) => kind !== 'beat');
  const numbered = frames.slice(0, -1);
  const dense = numbered.every(({ seq }, index) => seq === `${numbered[0]?.seq.split('.')[0] ?? ''}.${index}`);
  return dense && frames[0]?.kind === 'accept' && frames.at(-2)?.kind === 'end' && frames.at(-1)?.kind === 'eos';
}

/** The text that a stream's deltas say. */
export function textOf(frames: readonly Frame[]): string {
  return frames
    .filter(({ kind }) => kind === 'delta')
    .flatMap(({ text }) => text.split('\n'))
    .map((line) => (JSON.parse(line) as { choices: { delta: { content?: string } }[] }).choices[0]?.delta.content ?? '')
    .join('');
}

function chatBody(content: string, more: Readonly<Record<string, unknown>>): unknown {
  return { model: 'demo/echo', messages: [{ role: 'user', content }], ...more };
}

function encode(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));
}

function encodeHeaders(given: Readonly<Record<string, string>>) {
  const encoded = natsHeaders();
  for (const [name, value] of Object.entries(given)) encoded.set(name, value);
  return encoded;
}

function headersOf(message: Msg): Record<string, string> {
  return Object.fromEntries((message.headers?.keys() ?? []).map((name) => [name, message.headers?.get(name) ?? '']));
}

function frameOf(message: Msg): Frame {
  if (message.headers === undefined && message.data.length === 0) return { kind: 'eos', seq: '', text: '' };
  return {
    kind: message.headers?.get('Router-Frame') ?? '',
    seq: message.headers?.get('Router-Seq') ?? '',
    text: message.string(),
  };
}
