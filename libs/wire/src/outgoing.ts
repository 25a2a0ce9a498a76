// Messages as NATS frames them, each made in one piece.
import { InvalidArgumentError, InvalidSubjectError, type MsgHdrs, type NatsConnection } from '@nats-io/nats-core';
import type { MsgHdrsImpl, NatsConnectionImpl } from '@nats-io/nats-core/internal';

export interface Message {
  readonly subject: string;
  readonly reply?: string | undefined;
  /** As a block (`headerBlock`), or as the client library has them. */
  readonly headers?: string | MsgHdrs | undefined;
  readonly payload?: Uint8Array | string | undefined;
}

/**
 * Publish a message, in its order with all else that the connection says.
 *
 * The client library's `publish` does the same, but makes four or five small buffers of a message and joins them, which takes five times as long (of the CPU, for
 * a frame of an answer). So it is handed what is finished, as a command. Held to its own behaviour by a test, for the library's next version.
 * @throws InvalidSubjectError for a subject or reply that would end the line, InvalidArgumentError when the server would not carry it
 */
export function send(nc: NatsConnection, { subject, reply, headers, payload = '' }: Message): void {
  const { protocol } = nc as NatsConnectionImpl;
  checkSubject(subject);
  if (reply !== undefined) checkSubject(reply);
  const block = typeof headers === 'object' ? encoded(headers) : (headers ?? '');
  const headerBytes = block === '' ? 0 : Buffer.byteLength(block);
  const payloadBytes = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length;
  const bytes = headerBytes + payloadBytes;
  if (protocol.info !== undefined && bytes > protocol.info.max_payload)
    throw InvalidArgumentError.format('payload', 'max_payload size exceeded');

  const to = reply === undefined ? subject : `${subject} ${reply}`;
  const head = headerBytes === 0 ? `PUB ${to} ${bytes}\r\n` : `HPUB ${to} ${headerBytes} ${bytes}\r\n${block}`;
  const frame = Buffer.allocUnsafe(Buffer.byteLength(head) + payloadBytes + 2);
  let at = frame.write(head);
  if (typeof payload === 'string') at += frame.write(payload, at);
  else frame.set(payload, at);
  frame.write('\r\n', frame.length - 2);

  protocol.outMsgs += 1;
  protocol.outBytes += bytes;
  protocol.sendCommand(frame);
}

// Matches what separates the words of a command.
const separator = /[ \n\r\t]/;

/** INVARIANT (one command): what stands in a subject ends neither it nor its line. */
function checkSubject(subject: string): void {
  if (subject === '' || separator.test(subject)) throw new InvalidSubjectError(subject);
}

function encoded(headers: MsgHdrs): string {
  return Buffer.from((headers as MsgHdrsImpl).encode()).toString();
}
