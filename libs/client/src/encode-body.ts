// Writing a request's body, and refusing it before anything is sent when nobody would take it.
import { RouterError } from '@router-mesh/contracts';

/** The most a body may have, and which setting says so. */
export interface BodyLimit {
  readonly bytes: number;
  readonly by: string;
}

const utf8 = new TextEncoder();

/** A body as JSON. @throws RouterError `too_large` naming limit and size, `invalid_request` for what JSON cannot say */
export function encodeBody(body: object, limit: BodyLimit): Uint8Array {
  const encoded = utf8.encode(toJson(body));
  if (encoded.length <= limit.bytes) return encoded;
  throw new RouterError('too_large', `body has ${encoded.length} bytes and may have ${limit.bytes} (${limit.by})`, {
    param: 'body',
    details: { limit: limit.bytes, size: encoded.length },
  });
}

function toJson(body: object): string {
  try {
    return JSON.stringify(body);
  } catch (cause) {
    // A cycle or a bigint.
    throw new RouterError('invalid_request', 'body cannot be written as JSON', { param: 'body', cause });
  }
}
