// HTTP to the models: one pool of connections a vendor, neither fetch nor web streams.
import type { ProviderDocument } from '@router-mesh/contracts';
import { version } from '@router-mesh/kernel';
import { Pool } from 'undici';
import { tooLate } from './call-clock.ts';
import { Exchange, type Head } from './exchange.ts';
import { CallFailure, errorOfCall, failureOfAnswer, failureWithin } from './failure.ts';
import type { Keys } from './keys.ts';
import type { ModelRequest } from './request.ts';
import { readRetryAfter } from './retry-after.ts';
import type { TimeLimit } from './time-limits.ts';

/** As many as a stop takes by default: no queue hides behind its cap. */
const defaultConnections = 1000;
/** How much of an error answer is read, and for how long: its status says the most of it. */
const longestErrorBytes = 64 * 1024;
const longestErrorMs = 1000;

/** The bytes of an answer. The model's socket is not read beyond a small buffer while nobody asks for more. */
export interface ModelBody {
  /**
   * All that has come and was not read yet, waiting where nothing has; undefined at the end.
   * @throws what the upstream failed with; the reason of the call's signal
   */
  read(): Promise<Buffer | undefined> | Buffer | undefined;
  /** No more is wanted of an answer that is complete: its connection is kept where the upstream ends soon, else closed. */
  leave(): void;
  /** No more is wanted: where the upstream has not ended, its connection is closed at once. */
  close(): void;
}

/** An answer with a good status; its body is yet to be read. */
export interface ModelAnswer {
  readonly body: ModelBody;
  /** As the upstream wrote it; empty when it did not. */
  readonly contentType: string;
  /** What an error means that was found in the body. */
  failure(error: string): CallFailure;
}

/** Connections to one vendor. */
interface Connections {
  readonly base: string;
  readonly most: number | undefined;
  readonly connect: TimeLimit;
  readonly url: URL;
  readonly pool: Pool;
  /** Where the API's path of an operation is, as HTTP says it. */
  path(operation: string): string;
  /** Models that refuse a request that asks for usage in streams. */
  readonly refuseUsage: Set<string>;
  /** With the key that was sent last. */
  upstream?: Upstream;
}

/** The vendors' APIs, by their documents as they stand now. */
export class Upstreams {
  readonly #connections = new Map<string, Connections>();
  readonly #keys: Keys;

  constructor(keys: Keys) {
    this.#keys = keys;
  }

  /**
   * Make ready to call a vendor.
   * @param connect how long a new connection may take to open; all other time-outs are the caller's signal
   * @throws CallFailure `auth` when its key is not there, or may not go there
   */
  open(document: ProviderDocument, connect: TimeLimit): Upstream {
    const connections = this.#connect(document, connect);
    const { key: name } = document;
    const key = name === undefined ? undefined : this.#keys.resolve(name, connections.url, Date.now());
    const last = connections.upstream;
    if (last?.sends(key) === true) return last;
    return (connections.upstream = new Upstream(connections, key)); // another document's key, or it was rotated
  }

  /** Another place gets another pool; calls that are under way keep the old one until they end. */
  #connect(document: ProviderDocument, connect: TimeLimit): Connections {
    const { vendor, base_url: base, connections: most } = document;
    const known = this.#connections.get(vendor);
    if (known?.base === base && known.most === most && known.connect.ms === connect.ms) return known;
    void known?.pool.close();
    const url = new URL(base);
    const pool = new Pool(url.origin, {
      connections: most ?? defaultConnections,
      connect: { timeout: connect.ms },
      headersTimeout: 0, // by the clock of each call, as all that follows
      bodyTimeout: 0,
      keepAliveTimeout: 30_000,
      allowH2: false, // a call has its connection to itself, and a cancelled one closes it
    });
    const [start, end] = [url.pathname.replace(/\/$/, ''), url.search];
    const path = (operation: string): string => start + operation + end;
    const connections: Connections = { base, most, connect, url, pool, path, refuseUsage: new Set<string>() };
    this.#connections.set(vendor, connections);
    return connections;
  }
}

/** One vendor's API, ready to be called. */
export class Upstream {
  readonly #connections: Connections;
  readonly #key: string | undefined;
  /** Names and values by turns, of every call. */
  readonly #headers: readonly string[];

  constructor(connections: Connections, key: string | undefined) {
    this.#connections = connections;
    this.#key = key;
    this.#headers = [
      ...['content-type', 'application/json', 'user-agent', `router-mesh/${version}`],
      ...(key === undefined ? [] : ['authorization', `Bearer ${key}`]),
    ];
  }

  sends(key: string | undefined): boolean {
    return this.#key === key;
  }

  /**
   * Call a model. Resolves when its answer begins.
   *
   * Redirects are not followed: a key goes nowhere but to its host. Some APIs, Mistral's among them, refuse to be asked for usage in streams:
   * such a model is asked once more without, as part of the same call, and never again with it.
   * @throws CallFailure, or the signal's reason
   */
  call(request: ModelRequest, call: string, signal: AbortSignal): Promise<ModelAnswer> {
    const asksUsage = request.stream && !this.#connections.refuseUsage.has(request.model);
    return asksUsage ? this.#askForUsage(request, call, signal) : this.#post(request, false, call, signal);
  }

  async #askForUsage(request: ModelRequest, call: string, signal: AbortSignal): Promise<ModelAnswer> {
    try {
      return await this.#post(request, true, call, signal);
    } catch (error) {
      if (!refusesUsage(error)) throw error;
      const answer = await this.#post(request, false, call, signal);
      this.#connections.refuseUsage.add(request.model);
      return answer;
    }
  }

  async #post(request: ModelRequest, asksUsage: boolean, call: string, signal: AbortSignal): Promise<ModelAnswer> {
    signal.throwIfAborted();
    const key = this.#key;
    const { path, pool, connect } = this.#connections;
    const exchange = new Exchange(signal);
    const headers = [...this.#headers, 'x-request-id', call];
    pool.dispatch({ method: 'POST', path: path(request.path), headers, body: request.body(asksUsage) }, exchange);
    let head: Head;
    try {
      head = await exchange.head;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw isConnectTimeout(error) ? tooLate(connect, 'no connection to the model opened', true) : errorOfCall(error);
    }
    const { status, headers: said } = head;
    if (status >= 200 && status < 300) {
      return {
        body: exchange,
        contentType: String(said['content-type'] ?? ''),
        failure: (error) => failureWithin(error, key),
      };
    }
    const error = await readStart(exchange);
    if (signal.aborted) throw signal.reason;
    throw failureOfAnswer(status, error, key, readRetryAfter(said, Date.now()));
  }
}

function isConnectTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'UND_ERR_CONNECT_TIMEOUT';
}

/** Whether a request was refused because it asked for usage. */
function refusesUsage(error: unknown): boolean {
  return (
    error instanceof CallFailure &&
    error.class === 'bad_request' &&
    /stream_options|include_usage/.test(error.said ?? '')
  );
}

/** The start of a body, or what of it came in time. */
async function readStart(body: ModelBody): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const late = setTimeout(() => body.close(), longestErrorMs);
  try {
    for (let chunk = await body.read(); chunk !== undefined; chunk = await body.read()) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > longestErrorBytes) break;
    }
  } catch {
    // what came is enough
  } finally {
    clearTimeout(late);
    body.close();
  }
  return Buffer.concat(chunks).toString();
}
