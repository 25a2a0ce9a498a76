// Behind a ChatStream: frames come in, chunks and the report go out.
import type { RouterError } from '@router-mesh/contracts';
import type { AnswerEvent } from '@router-mesh/wire';
import type { ChatChunk } from './chat-chunk.ts';
import type { ChatStream, StreamReport } from './chat-stream.ts';
import { Queue } from './queue.ts';

export class OpenStream implements ChatStream {
  readonly request: string;
  readonly report: Promise<StreamReport>;
  readonly #chunks: Queue<ChatChunk>;
  #complete: (report: StreamReport) => void = () => undefined;
  #fail: (error: RouterError) => void = () => undefined;

  /** @param left called when the reader leaves before the end */
  constructor(request: string, left: () => void) {
    this.request = request;
    this.#chunks = new Queue(left);
    this.report = new Promise((resolve, reject) => {
      this.#complete = resolve;
      this.#fail = reject;
    });
    // Whoever does not ask for the report has the error from the iteration.
    this.report.catch(() => undefined);
  }

  [Symbol.asyncIterator](): AsyncIterator<ChatChunk, undefined> {
    return this.#chunks;
  }

  /** Returns whether it was the end. */
  heard(event: AnswerEvent): boolean {
    if (event.kind === 'delta') this.#chunks.push(event.lines.split('\n').map((line) => JSON.parse(line) as ChatChunk));
    if (event.kind !== 'end') return false;
    const { usage, router, usage_stored } = event.end;
    this.#chunks.end();
    this.#complete({ ...(usage === undefined ? {} : { usage }), router: { ...router, usage_stored } });
    return true;
  }

  /** What had come before is still read, unless the reader wants no more. */
  failed(error: RouterError): void {
    if (error.code === 'cancelled') this.#chunks.clear();
    this.#chunks.end(error);
    this.#fail(error);
  }
}
