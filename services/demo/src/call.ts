/** One HTTP call to a model, from its arrival to its end: reading, waiting, writing, and telling the stats how it ended. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { notJson, tooLarge } from './api-error.ts';
import type { Stats } from './stats.ts';
import type { Told } from './told.ts';

const bodyLimitBytes = 64 * 1024 * 1024;

/** A call; what it holds is filled in as it becomes known. All that waits returns early when the call is over. */
export class Call {
  readonly response: ServerResponse;
  told: Told = {};
  model: string | undefined;
  stream = false;
  failed = false;
  /** Whether the answer is complete or the connection gone: nothing may be written any more. */
  over = false;
  readonly #request: IncomingMessage;
  readonly #stats: Stats;
  #wake: (() => void) | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, stats: Stats) {
    this.#request = request;
    this.response = response;
    this.#stats = stats;
    stats.opened(request.headers.authorization !== undefined);
    response.once('close', () => this.#end());
  }

  /**
   * The body, parsed. Never settles when the client leaves before it is whole.
   * @throws ApiError 400 when it is not JSON, 413 beyond 64 MiB
   */
  body(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const parts: Buffer[] = [];
      let sizeBytes = 0;
      this.#request.on('data', (part: Buffer) => {
        sizeBytes += part.length;
        if (sizeBytes <= bodyLimitBytes) parts.push(part);
      });
      this.#request.on('end', () => {
        if (sizeBytes > bodyLimitBytes) return reject(tooLarge(bodyLimitBytes));
        try {
          resolve(JSON.parse(Buffer.concat(parts).toString()));
        } catch {
          reject(notJson());
        }
      });
    });
  }

  /** Wait that long. */
  wait(ms: number): Promise<void> {
    return this.#until((wake) => {
      const timer = setTimeout(wake, ms);
      return () => clearTimeout(timer);
    });
  }

  /**
   * Write a piece of a streamed answer that leaves as a write of its own: resolves in the next turn, or once there is
   * room. The head must have been flushed.
   */
  write(text: string): Promise<void> {
    const { socket } = this.response;
    if (socket && !this.#send(socket, text)) {
      return this.#until((wake) => {
        socket.once('drain', wake);
        return () => socket.off('drain', wake);
      });
    }
    // No socket yet: the client pipelines and an earlier answer has it. Node keeps the piece until it is our turn.
    if (!socket) this.response.write(text);
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** Break the connection, after what was written has left; counts as a failure. */
  cut(): void {
    this.failed = true;
    this.#request.socket.destroySoon();
  }

  /** Break the connection at once and rudely, as a crashed server does; counts as a failure. */
  reset(): void {
    this.failed = true;
    this.#request.socket.resetAndDestroy();
  }

  /** Answer in something else than HTTP; counts as a failure. */
  garble(): void {
    this.failed = true;
    this.#request.socket.end('SSH-2.0-demo\r\n');
  }

  /**
   * Node sends a chunk in four pieces (size, break, text, break), gathered till the end of the turn; framing it here in
   * one costs a third less CPU a stream.
   */
  #send(socket: Socket, text: string): boolean {
    if (!this.response.chunkedEncoding) return socket.write(text);
    return socket.write(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
  }

  #until(start: (wake: () => void) => () => void): Promise<void> {
    if (this.over) return Promise.resolve();
    return new Promise((resolve) => {
      const stop = start(resolve);
      this.#wake = () => {
        stop();
        resolve();
      };
    });
  }

  #end(): void {
    this.over = true;
    this.#wake?.();
    const { response, model, stream } = this;
    const id = this.#request.headers['x-request-id'] ?? this.#request.headers['x-call-id'];
    this.#stats.ended({
      ...(id !== undefined && { id: String(id) }),
      ...(model !== undefined && { model }),
      stream,
      ...(response.headersSent && { status: response.statusCode }),
      outcome: this.failed ? 'failed' : response.writableFinished ? 'served' : 'closed',
    });
  }
}
