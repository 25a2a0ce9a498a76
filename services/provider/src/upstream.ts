// HTTP to the models: one pool of connections a vendor, neither fetch nor web streams.
import type { ProviderDocument } from '@router-mesh/contracts';
import { Pool, type Dispatcher } from 'undici';
import { CallFailure, failureOfAnswer, failureOfTransport } from './failure.ts';
import type { Keys } from './keys.ts';
import type { UpstreamRequest } from './openai.ts';

const defaultConnections = 256;
/** How much of an error answer is read. */
const longestErrorBytes = 64 * 1024;

interface Opened {
  readonly document: ProviderDocument;
  readonly pool: Pool;
  readonly url: URL;
}

/** An answer whose status was good. */
export interface UpstreamAnswer {
  readonly body: Dispatcher.ResponseData['body'];
}

export class Upstreams {
  readonly #opened = new Map<string, Opened>();
  readonly #keys: Keys;
  readonly #silenceMs: number;

  /** @param silenceMs the longest an upstream may keep silent */
  constructor(keys: Keys, silenceMs: number) {
    this.#keys = keys;
    this.#silenceMs = silenceMs;
  }

  /**
   * Call a model. Resolves when the answer begins; its body is yet to be read.
   * Redirects are not followed: a key goes nowhere but to its host.
   * @throws CallFailure, or the signal's reason
   */
  async call(document: ProviderDocument, request: UpstreamRequest, call: string, signal: AbortSignal): Promise<UpstreamAnswer> {
    const { pool, url } = this.#open(document);
    const key = document.key === undefined ? undefined : this.#keys.resolve(document.key, url, Date.now());
    try {
      const answer = await pool.request({
        method: 'POST',
        path: url.pathname.replace(/\/$/, '') + request.path + url.search,
        headers: {
          'content-type': 'application/json',
          'x-request-id': call,
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        },
        body: request.body,
        signal,
      });
      if (answer.statusCode >= 200 && answer.statusCode < 300) return { body: answer.body };
      throw failureOfAnswer(answer.statusCode, await readStart(answer.body), key);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw failureOfTransport(error);
    }
  }

  /** A changed document gets a new pool; calls that are under way keep the old one until they end. */
  #open(document: ProviderDocument): Opened {
    const known = this.#opened.get(document.vendor);
    if (known?.document === document) return known;
    const url = new URL(document.base_url);
    if (known !== undefined) void known.pool.close();
    const pool = new Pool(url.origin, {
      connections: document.connections ?? defaultConnections,
      headersTimeout: this.#silenceMs,
      bodyTimeout: this.#silenceMs,
      keepAliveTimeout: 30_000,
    });
    const opened = { document, pool, url };
    this.#opened.set(document.vendor, opened);
    return opened;
  }
}

async function readStart(body: UpstreamAnswer['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > longestErrorBytes) break;
  }
  return Buffer.concat(chunks).toString();
}

/** Read a whole answer. @throws CallFailure when it is over the limit or is not a JSON object; what undici throws */
export async function readAnswer({ body }: UpstreamAnswer, maxBytes: number): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new CallFailure('server_error', `the model's answer is over ${maxBytes} bytes; ask for a stream`);
    chunks.push(chunk);
  }
  try {
    const answer: unknown = JSON.parse(Buffer.concat(chunks).toString());
    if (typeof answer === 'object' && answer !== null) return answer as Record<string, unknown>;
  } catch {
    // said below
  }
  throw new CallFailure('server_error', 'the model answered with something else than a JSON object');
}
