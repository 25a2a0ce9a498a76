// Behind a ChatStream: frames come in, chunks and the report go out.
import type { RouterError } from '@router-mesh/contracts';
import type { ChatChunk } from './chat-chunk.ts';
import type { ChatStream, StreamReport } from './chat-stream.ts';
import { Queue } from './queue.ts';
import type { AnswerPart } from './race.ts';

/** What is done about a stream by who reads it. */
export interface StreamReader {
  /** The last chunk of a delta was taken. */
  taken(): void;
  /** The reader leaves before the end. */
  left(): void;
}

export class OpenStream implements ChatStream {
  readonly request: string;
  readonly report: Promise<StreamReport>;
  readonly #reader: StreamReader;
  readonly #chunks: Queue<ChatChunk>;
  #complete: (report: StreamReport) => void = () => undefined;
  #fail: (error: RouterError) => void = () => undefined;

  constructor(request: string, reader: StreamReader) {
    this.request = request;
    this.#reader = reader;
    this.#chunks = new Queue(() => reader.left());
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

  /** Returns whether it was the end. @throws Error for what is no part of a stream */
  heard(part: AnswerPart): boolean {
    switch (part.kind) {
      case 'delta': {
        const chunks = part.lines.split('\n').map((line) => JSON.parse(line) as ChatChunk);
        this.#chunks.push(chunks, () => this.#reader.taken());
        return false;
      }
      case 'end': {
        const { usage, router, usage_stored } = part.end;
        this.#chunks.end();
        this.#complete({ ...(usage === undefined ? {} : { usage }), router: { ...router, usage_stored } });
        return true;
      }
      case 'whole':
        throw new Error('a whole answer came, where a stream was asked for');
    }
  }

  /** What had come before is still read, unless the reader wants no more. */
  failed(error: RouterError): void {
    if (error.code === 'cancelled') this.#chunks.clear();
    this.#chunks.end(error);
    this.#fail(error);
  }
}
