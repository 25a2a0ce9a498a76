// A mesh that says what a test tells it, in the place of policy and provider, over a real server: 503s are the server's own.
import { natsServer, until, type NatsServer } from '@router-mesh/testing';
import { headers, randomToken, type Msg, type NatsConnection, type Subscription } from '@router-mesh/wire';
import type { ClientSettings } from '../src/mesh-client.ts';
import { MeshClient } from '../src/mesh-client.ts';

const tenant = 'acme';

/** One publication of a request, and its answer as the test writes it. */
export class Publication {
  readonly control = `router.v2.control.provider.c.${randomToken()}`;
  /** What the reader said on the control subject, and `503` for each frame that met nobody. */
  readonly said: string[] = [];
  readonly #nc: NatsConnection;
  readonly #message: Msg;
  readonly #numbers = new Map<number, number>();

  constructor(nc: NatsConnection, message: Msg) {
    this.#nc = nc;
    this.#message = message;
  }

  get request(): string {
    return this.header('Router-Request');
  }

  /** From 1. */
  get attempt(): number {
    return Number(this.header('Router-Attempt') || 1);
  }

  get inbox(): string {
    return this.#message.reply ?? '';
  }

  get body(): string {
    return this.#message.string();
  }

  header(name: string): string {
    return this.#message.headers?.get(name) ?? '';
  }

  /** The limit that the reader told last. */
  get limit(): number {
    const limits = this.said.filter((word) => word.startsWith('limit ')).map((word) => Number(word.slice(6)));
    return limits.at(-1) ?? Number(this.header('Router-Credit'));
  }

  get cancelled(): boolean {
    return this.said.includes('cancel');
  }

  accept(leg = 0, control = this.control): void {
    const { request } = this;
    const frame = { request, instance: 'i', control, route: 'default', provider: 'demo', model: 'demo/echo' };
    this.frame('accept', JSON.stringify(frame), { leg, reply: control });
  }

  beat(leg = 0, control = this.control): void {
    this.#send('beat', JSON.stringify({ leg }), '', control);
  }

  /** Beat until the server says that nobody listens any more: what ended the reader's subscription may still be on its way. */
  async meetsNobody(): Promise<void> {
    await until('nobody listens', () => {
      this.beat();
      return this.said.includes('503');
    });
  }

  /** A delta of one chunk for each text. */
  delta(texts: string | readonly string[], leg = 0): void {
    const chunks = [texts].flat().map((content) => JSON.stringify({ choices: [{ index: 0, delta: { content } }] }));
    this.frame('delta', chunks.join('\n'), { leg });
  }

  /** @param answer for a request that was not streamed */
  end(answer?: object, leg = 0): void {
    const { request } = this;
    const router = { request, provider: 'demo', model: 'demo/echo', route: 'r', policy: 'p', attempts: [], trail: [] };
    this.frame('end', JSON.stringify({ router, usage_stored: true, answer }), { leg });
    this.#nc.publish(this.inbox);
  }

  error(code: string, leg = 0): void {
    const body = { error: { code, type: 'x', message: `${code} of attempt ${this.attempt}`, retryable: false } };
    this.frame('error', JSON.stringify(body), { leg });
    this.#nc.publish(this.inbox);
  }

  whole(answer: object): void {
    this.#nc.publish(this.inbox, JSON.stringify(answer));
  }

  frame(kind: string, payload: string, { leg, reply }: { readonly leg: number; readonly reply?: string }): void {
    const n = this.#numbers.get(leg) ?? 0;
    this.#numbers.set(leg, n + 1);
    this.#send(kind, payload, `${leg}.${n}`, reply);
  }

  #send(kind: string, payload: string, sequence: string, reply?: string): void {
    const encoded = headers();
    encoded.set('Router-Frame', kind);
    if (sequence !== '') encoded.set('Router-Seq', sequence);
    this.#nc.publish(this.inbox, payload, { headers: encoded, ...(reply === undefined ? {} : { reply }) });
  }
}

/** `await using mesh = await ScriptedMesh.start()` */
export class ScriptedMesh implements AsyncDisposable {
  readonly nats: NatsServer;
  readonly nc: NatsConnection;
  /** What came, in the order in which it came. */
  readonly publications: Publication[] = [];
  /** The ids that were cancelled. */
  readonly cancelledIds: string[] = [];
  /** What is done about a publication. */
  script: (publication: Publication) => void = () => undefined;
  #requests: Subscription | undefined;

  private constructor(nats: NatsServer, nc: NatsConnection) {
    this.nats = nats;
    this.nc = nc;
  }

  static async start(): Promise<ScriptedMesh> {
    const nats = await natsServer({ jetstream: false });
    const mesh = new ScriptedMesh(nats, await nats.connect('root'));
    mesh.serve();
    mesh.nc.subscribe('router.v2.control.>', {
      callback: (_error, message) => {
        const to = mesh.publications.find(({ control }) => control === message.subject);
        to?.said.push(message.headers?.code === 503 ? '503' : message.string());
      },
    });
    mesh.nc.subscribe('router.v2.cancel.>', {
      callback: (_error, message) => void mesh.cancelledIds.push(message.json<{ request: string }>().request),
    });
    await mesh.nc.flush();
    return mesh;
  }

  /** Take requests, in the place of policy. */
  serve(): void {
    this.#requests = this.nc.subscribe('router.v2.request.>', {
      callback: (_error, message) => {
        const publication = new Publication(this.nc, message);
        this.publications.push(publication);
        this.script(publication);
      },
    });
  }

  /** Nobody takes requests any more. */
  async leave(): Promise<void> {
    this.#requests?.unsubscribe();
    await this.nc.flush();
  }

  /** A client whose patience is as short as its ticks: with 10 ms it asks again after 0.1 s and 0.3 s, and gives a producer up after 0.6 s. */
  async client(settings: Partial<ClientSettings> = {}): Promise<MeshClient> {
    return await MeshClient.open({
      connection: { servers: [this.nats.url], name: 'test', inboxPrefix: '_INBOX.acme' },
      tenant,
      timeoutMs: 60_000,
      maxBodyBytes: 1024 * 1024,
      credit: 128,
      tickMs: 10,
      ...settings,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.nc.close();
    await this.nats[Symbol.asyncDispose]();
  }
}
