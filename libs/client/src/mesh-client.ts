// Behind a Client: its two lines and the requests that are under way on them.
import { cancelSubject, RouterError, type Decision, type Verb } from '@router-mesh/contracts';
import type { ConnectionSettings } from '@router-mesh/wire';
import type { ChatAnswer } from './chat-answer.ts';
import type { ChatRequest } from './chat-request.ts';
import type { Client } from './client.ts';
import type { EmbedAnswer, EmbedRequest } from './embedding.ts';
import { encodeBody } from './encode-body.ts';
import { Exchange, type Asker } from './exchange.ts';
import { Line, type LineListener } from './line.ts';
import { OpenStream } from './open-stream.ts';
import { drawPatience } from './patience.ts';
import { checkRequestId, readOptions, type RequestOptions, type Terms } from './request-options.ts';
import { Ticker } from './ticker.ts';
import { wholeAnswer } from './whole-answer.ts';

/** What a client was connected with, checked. */
export interface ClientSettings {
  readonly connection: ConnectionSettings;
  readonly tenant: string;
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
  /** How many deltas of a stream may lie unread. */
  readonly credit: number;
  /** The period of the clock that patience is counted by, ms. */
  readonly tickMs: number;
}

/** Streams have a line of their own, opened by the first: a reader that pauses holds up whatever else comes on its connection. */
export class MeshClient implements Client {
  readonly #settings: ClientSettings;
  readonly #requests: Line;
  readonly #openLine: (name: string) => Promise<Line>;
  readonly #underWay: Set<Exchange>;
  readonly #ticker: Ticker;
  #streams: Promise<Line> | undefined;
  #closed = false;

  private constructor(
    settings: ClientSettings,
    requests: Line,
    openLine: (name: string) => Promise<Line>,
    underWay: Set<Exchange>,
  ) {
    this.#settings = settings;
    this.#requests = requests;
    this.#openLine = openLine;
    this.#underWay = underWay;
    this.#ticker = new Ticker(settings.tickMs);
  }

  /** @throws RouterError `unavailable` when no server answers, `unauthenticated` when it refuses the credentials */
  static async open(settings: ClientSettings): Promise<MeshClient> {
    const underWay = new Set<Exchange>();
    const listener: LineListener = {
      lost: (line) => underWay.forEach((exchange) => exchange.lost(line)),
      refused: (line, subject) => underWay.forEach((exchange) => exchange.refused(line, subject)),
    };
    const openLine = (name: string): Promise<Line> => Line.open({ ...settings.connection, name }, listener);
    return new MeshClient(settings, await openLine(settings.connection.name), openLine, underWay);
  }

  async chat(request: ChatRequest, options: RequestOptions = {}): Promise<ChatAnswer> {
    if (request.stream) throw new RouterError('invalid_request', 'stream: use client.stream()', { param: 'stream' });
    return (await this.#ask('chat', request, options)) as ChatAnswer;
  }

  async embed(request: EmbedRequest, options: RequestOptions = {}): Promise<EmbedAnswer> {
    return (await this.#ask('embed', request, options)) as EmbedAnswer;
  }

  async decide(request: ChatRequest, options: RequestOptions = {}): Promise<Decision> {
    return (await this.#ask('decide', request, options)) as Decision;
  }

  stream(request: ChatRequest, options: RequestOptions = {}): OpenStream {
    this.#check();
    const terms = readOptions(options, this.#settings);
    const body = this.#encode({ ...request, stream: true });
    const stream = new OpenStream(terms.request, {
      taken: () => exchange.taken(),
      left: () => exchange.cancel(),
    });
    const exchange = this.#begin('chat', terms, stream);
    this.#streamLine().then(
      (line) => exchange.publish(line, body),
      (error: unknown) => exchange.fail(RouterError.from(error)),
    );
    return stream;
  }

  async cancel(request: string): Promise<void> {
    this.#check();
    checkRequestId(request);
    const own = [...this.#underWay].filter((exchange) => exchange.request === request);
    for (const exchange of own) exchange.cancel();
    if (own.length > 0) return;
    this.#requests.check();
    this.#requests.publish(cancelSubject(this.#settings.tenant), JSON.stringify({ request }));
    await this.#requests.flush();
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const exchange of this.#underWay) exchange.cancel();
    const streams = await this.#streams?.catch(() => undefined);
    await Promise.all([this.#requests.close(), streams?.close()]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #ask(verb: Verb, request: object, options: RequestOptions): Promise<unknown> {
    this.#check();
    this.#requests.check();
    const terms = readOptions(options, this.#settings);
    const body = this.#encode(request);
    return await new Promise((resolve, reject) => {
      const heard: Asker['heard'] = (part) => {
        const answer = wholeAnswer(part);
        if (answer !== undefined) resolve(answer);
        return answer !== undefined;
      };
      this.#begin(verb, terms, { heard, failed: reject }).publish(this.#requests, body);
    });
  }

  #begin(verb: Verb, terms: Terms, asker: Pick<Asker, 'heard' | 'failed'>): Exchange {
    const { tenant, connection, credit } = this.#settings;
    const exchange: Exchange = new Exchange(
      { tenant, verb, terms, credit, inboxPrefix: connection.inboxPrefix },
      {
        heard: (part) => asker.heard(part),
        failed: (error) => asker.failed(error),
        over: () => this.#underWay.delete(exchange),
      },
      this.#ticker,
      drawPatience(),
    );
    this.#underWay.add(exchange);
    if (terms.signal?.aborted) exchange.cancel();
    return exchange;
  }

  #encode(body: object): Uint8Array {
    const own = { bytes: this.#settings.maxBodyBytes, by: 'maxBodyBytes' };
    const servers = {
      bytes: this.#requests.payloadLimit,
      by: 'max_payload of the NATS server, less 128 KiB for headers',
    };
    return encodeBody(body, own.bytes <= servers.bytes ? own : servers);
  }

  #streamLine(): Promise<Line> {
    this.#streams ??= this.#openLine(`${this.#settings.connection.name} streams`).catch((error: unknown) => {
      this.#streams = undefined; // the next stream tries again
      throw error;
    });
    return this.#streams;
  }

  #check(): void {
    if (this.#closed) throw new RouterError('unavailable', 'the client is closed', { details: { reason: 'closed' } });
  }
}
