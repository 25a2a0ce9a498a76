// Publishing bytes as they are, which no client library would: a header block that is not of its form, say.
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import type { NatsServer } from './nats-server.ts';

export interface RawMessage {
  readonly subject: string;
  readonly reply?: string;
  /** With its first line and the empty one at its end: `NATS/1.0\r\nname: value\r\n\r\n`. */
  readonly headers: string;
  readonly payload?: string;
}

/** Publish as a user, as `local` when none is named; resolves when the server has it. @throws Error with what the server said against it */
export async function publishRaw(
  nats: NatsServer,
  { subject, reply = '', headers, payload = '' }: RawMessage,
  user?: string,
): Promise<void> {
  const socket = connect(nats.port, '127.0.0.1');
  try {
    const credentials = user === undefined ? {} : { user, pass: user };
    const headerBytes = Buffer.byteLength(headers);
    const line = `HPUB ${subject} ${reply} ${headerBytes} ${headerBytes + Buffer.byteLength(payload)}`;
    socket.write(`CONNECT ${JSON.stringify({ verbose: false, pedantic: false, headers: true, ...credentials })}\r\n`);
    socket.write(`${line}\r\n${headers}${payload}\r\nPING\r\n`);
    for await (const said of createInterface({ input: socket })) {
      if (said.startsWith('PONG')) return;
      if (said.startsWith('-ERR')) throw new Error(said);
    }
    throw new Error('the server closed the connection');
  } finally {
    socket.destroy();
  }
}
