// A model over real HTTP that streams as fast as it is read, and tells how much it could write. Its pieces are numbered.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Of one piece's text, bytes. */
const textBytes = 8 * 1024;
const filler = 'x'.repeat(textBytes - 8);

/** The number of a piece, from 0. */
export function pieceNumber(text: string): number {
  return Number(text.slice(0, -filler.length));
}

/** `await using model = await EndlessModel.start(64 * 1024 * 1024)`. */
export class EndlessModel implements AsyncDisposable {
  /** What the network took of the last answer, bytes. */
  written = 0;
  /** Answers whose connection was closed before their end. */
  left = 0;
  readonly #bytes: number;
  readonly #server = createServer((request, response) => {
    request.resume();
    void this.#answer(response);
  });

  private constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** @param bytes how much it writes before it ends an answer properly */
  static async start(bytes: number): Promise<EndlessModel> {
    const model = new EndlessModel(bytes);
    await new Promise<void>((resolve) => model.#server.listen(0, '127.0.0.1', resolve));
    return model;
  }

  /** Its base URL. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close().closeAllConnections();
    await new Promise((resolve) => this.#server.once('close', resolve));
  }

  async #answer(response: ServerResponse): Promise<void> {
    this.written = 0;
    const closed = new Promise<void>((resolve) => response.once('close', () => resolve()));
    void closed.then(() => (this.left += response.writableFinished ? 0 : 1));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let number = 0; this.written < this.#bytes && !response.destroyed; number += 1) {
      const chunk = eventOf(`${number}`.padStart(8, '0') + filler, null);
      const room = response.write(chunk);
      this.written += chunk.length;
      if (!room) await Promise.race([new Promise<void>((resolve) => response.once('drain', resolve)), closed]);
    }
    response.end(`${eventOf('', 'stop')}data: [DONE]\n\n`);
  }
}

function eventOf(content: string, finish_reason: string | null): string {
  const choices = [{ index: 0, delta: { content }, finish_reason }];
  return `data: ${JSON.stringify({ object: 'chat.completion.chunk', choices })}\n\n`;
}
