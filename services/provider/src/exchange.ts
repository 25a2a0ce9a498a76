// One HTTP exchange with a model: undici's events as an answer, and its bytes for whoever asks for them.
import type { Dispatcher } from 'undici';
import type { ModelBody } from './upstream.ts';

/** So much of an answer waits for its reader; then its socket is not read. */
const mostWaitingBytes = 64 * 1024;
/** How long an upstream may take to end an answer that nobody reads any more, ms; then its connection is not worth keeping. */
const lingerMs = 250;

type Controller = Dispatcher.DispatchController;
type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** The head of an answer. */
export interface Head {
  readonly status: number;
  /** By their names in lower case. */
  readonly headers: Headers;
}

/**
 * Undici's handler of one request. It takes its events as they are: neither a stream nor a promise a piece, of which a model's answer may have thousands.
 *
 * INVARIANT (a paused model): with more than `mostWaitingBytes` unread its socket is not read, until there is a `read`.
 */
export class Exchange implements Dispatcher.DispatchHandler, ModelBody {
  readonly #signal: AbortSignal;
  readonly #head = Promise.withResolvers<Head>();
  readonly #abort = (): void => this.#end(this.#signal.reason as Error);
  #controller: Controller | undefined;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  /** The reader waits for more. */
  #wake: (() => void) | undefined;
  #unwanted = false;
  #ended = false;
  #error: Error | undefined;
  #linger: NodeJS.Timeout | undefined;

  /** @param signal ends it with its reason, at any time */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
    if (signal.aborted) this.#abort();
    else signal.addEventListener('abort', this.#abort);
  }

  /** Resolves when the answer begins. Rejects with what undici says, or the signal's reason. */
  get head(): Promise<Head> {
    return this.#head.promise;
  }

  read(): Promise<Buffer | undefined> | Buffer | undefined {
    if (this.#waitingBytes > 0) return this.#take();
    if (this.#ended) return this.#takeEnd();
    // What one read of the socket brings comes in several pieces, all of them before the promise is heard.
    return new Promise<void>((resolve) => (this.#wake = resolve)).then(() => this.#take() ?? this.#takeEnd());
  }

  leave(): void {
    this.#unwanted = true;
    this.#dropWaiting();
    if (this.#ended) return;
    this.#linger = setTimeout(() => this.close(), lingerMs);
    this.#controller?.resume();
  }

  close(): void {
    this.#unwanted = true;
    this.#end(undefined);
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#ended) controller.abort(unread());
  }

  onResponseStart(_controller: Controller, status: number, headers: Headers): void {
    if (status >= 200) this.#head.resolve({ status, headers });
  }

  onResponseData(controller: Controller, piece: Buffer): void {
    if (this.#unwanted) return;
    this.#waiting.push(piece);
    this.#waitingBytes += piece.length;
    if (this.#waitingBytes > mostWaitingBytes) controller.pause();
    this.#tell();
  }

  onResponseEnd(): void {
    this.#settle(undefined);
  }

  onResponseError(_controller: Controller | null, error: Error): void {
    this.#settle(error);
  }

  /** End it from our side. */
  #end(reason: Error | undefined): void {
    if (this.#ended) return;
    this.#dropWaiting();
    this.#settle(reason);
    this.#controller?.abort(unread());
  }

  #settle(error: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#signal.removeEventListener('abort', this.#abort);
    clearTimeout(this.#linger);
    if (error !== undefined) this.#head.reject(error); // of which nobody hears where it has begun
    this.#tell();
  }

  #tell(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  #take(): Buffer | undefined {
    const [first] = this.#waiting;
    if (first === undefined) return undefined;
    const all = this.#waiting.length === 1 ? first : Buffer.concat(this.#waiting, this.#waitingBytes);
    this.#dropWaiting();
    this.#controller?.resume(); // may bring the next pieces at once
    return all;
  }

  #takeEnd(): undefined {
    if (this.#error !== undefined) throw this.#error;
  }

  #dropWaiting(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
  }
}

/** What undici is told; nobody else hears of it. */
function unread(): Error {
  return new Error('the answer is not wanted any more');
}
