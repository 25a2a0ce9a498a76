// A connection to NATS that publishes bytes as they are, many of them: header blocks and replies that no client library would let through.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { NatsServer } from './nats-server.ts';

export interface RawBytes {
  /** Without white space; the server takes anything else. */
  readonly subject: string;
  /** None when empty. */
  readonly reply: string;
  /** None when empty. */
  readonly headers: Uint8Array;
  readonly payload: Uint8Array;
}

export class RawConnection implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #waiting: (() => void)[] = [];
  readonly #hungUp: Promise<never>;
  /** What the server said against it. */
  readonly errors: string[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => undefined); // said by `flush`, for the socket is closed then
    this.#hungUp = once(socket, 'close').then(() => {
      throw new Error(`the server hung up: ${this.errors.at(-1) ?? 'without a word'}`);
    });
    this.#hungUp.catch(() => undefined);
    createInterface({ input: socket }).on('line', (line) => {
      if (line.startsWith('PING')) socket.write('PONG\r\n');
      else if (line.startsWith('PONG')) this.#waiting.shift()?.();
      else if (line.startsWith('-ERR')) this.errors.push(line);
    });
  }

  /** Connect as a user, as `local` when none is named. */
  static async open(nats: NatsServer, user?: string): Promise<RawConnection> {
    const connection = new RawConnection(connect(nats.port, '127.0.0.1'));
    const credentials = user === undefined ? {} : { user, pass: user };
    const said = { verbose: false, pedantic: false, headers: true, no_responders: true, ...credentials };
    connection.#socket.write(`CONNECT ${JSON.stringify(said)}\r\n`);
    await connection.flush();
    return connection;
  }

  publish({ subject, reply, headers, payload }: RawBytes): void {
    const sizes = headers.length === 0 ? `${payload.length}` : `${headers.length} ${headers.length + payload.length}`;
    this.#socket.write(`${headers.length === 0 ? 'PUB' : 'HPUB'} ${subject} ${reply} ${sizes}\r\n`);
    this.#socket.write(headers);
    this.#socket.write(payload);
    this.#socket.write('\r\n');
  }

  /** Resolves when the server has had everything. @throws Error with what it said last when it has hung up */
  async flush(): Promise<void> {
    const pong = new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#socket.write('PING\r\n');
    await Promise.race([pong, this.#hungUp]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
    await Promise.resolve();
  }
}
