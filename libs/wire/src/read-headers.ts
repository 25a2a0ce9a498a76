// Reading the headers of a message that anybody may have sent.
import { RouterError } from '@router-mesh/contracts';
import type { Msg, MsgHdrs } from '@nats-io/nats-core';
import type { MsgImpl } from '@nats-io/nats-core/internal';
import { readBlock } from './header-block.ts';

/** What a client has to say fits many times. */
const mostHeaderBytes = 8 * 1024;

/**
 * The headers of a message, decoded; undefined when it has none.
 * @throws RouterError `invalid_request` when they are not of their form, `too_large` when they have more than `maxBytes`
 */
export function readHeaders(message: Msg, maxBytes = mostHeaderBytes): MsgHdrs | undefined {
  // Where a message keeps them: its public type only has them decoded already.
  const {
    _msg: { hdr: bytes },
    _rdata: piece,
  } = message as MsgImpl;
  if (bytes <= 0) return undefined;
  if (bytes > maxBytes) {
    throw new RouterError('too_large', `the headers have ${bytes} bytes and may have ${maxBytes}`, {
      param: 'headers',
    });
  }
  try {
    return readBlock(Buffer.from(piece.buffer, piece.byteOffset, bytes).toString());
  } catch (error) {
    throw new RouterError('invalid_request', 'the headers are not of their form', { param: 'headers', cause: error });
  }
}
