/** A node stream as the body of a model's answer. Imported by tests only. */
import type { Readable } from 'node:stream';
import type { ModelBody } from './upstream.ts';

/** How long an upstream may take to end an answer that nobody reads any more, ms; then its connection is not worth keeping. */
const lingerMs = 250;

export class ReadableBody implements ModelBody {
  readonly #body: Readable;
  readonly #reads: AsyncIterator<Buffer>;

  constructor(body: Readable) {
    this.#body = body.on('error', () => undefined); // told by `read`
    this.#reads = body.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  }

  async read(): Promise<Buffer | undefined> {
    const next = await this.#reads.next();
    return next.done === true ? undefined : next.value;
  }

  leave(): void {
    const linger = setTimeout(() => this.#body.destroy(), lingerMs);
    this.#body.once('close', () => clearTimeout(linger)).resume();
  }

  close(): void {
    this.#body.destroy();
  }
}
