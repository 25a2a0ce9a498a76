// Reading the headers of a message that anybody may have sent.
import { RouterError } from '@router-mesh/contracts';
import type { Msg, MsgHdrs } from '@nats-io/nats-core';

/** What a client has to say fits many times; the client library takes quadratic time over many headers. */
const mostHeaderBytes = 8 * 1024;

/**
 * The headers of a message, decoded; undefined when it has none. The client library decodes them when asked, and throws then.
 * @throws RouterError `invalid_request` when they are not of their form, `too_large` when they have more than `maxBytes`
 */
export function readHeaders(message: Msg, maxBytes = mostHeaderBytes): MsgHdrs | undefined {
  const bytes = headerBytes(message);
  if (bytes > maxBytes) {
    throw new RouterError('too_large', `the headers have ${bytes} bytes and may have ${maxBytes}`, {
      param: 'headers',
    });
  }
  try {
    return message.headers;
  } catch (error) {
    throw new RouterError('invalid_request', 'the headers are not of their form', { param: 'headers', cause: error });
  }
}

/** Every message of the library has a `size()` of subject, reply, headers and data; its public type leaves it out. */
function headerBytes(message: Msg): number {
  return (
    (message as Msg & { size(): number }).size() -
    message.data.length -
    message.subject.length -
    (message.reply?.length ?? 0)
  );
}
