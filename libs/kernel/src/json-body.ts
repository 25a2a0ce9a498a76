// Reading a JSON body that came from outside: every way in which it can be none has its own message.
import { maxBodyDepth, RouterError } from '@router-mesh/contracts';

// A byte order mark stays and makes the body no JSON: whoever reads the same bytes after us would stumble over it.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @throws RouterError `invalid_request` with param `body`, or `too_large` */
export function readJsonBody(body: Uint8Array, maxBytes: number): unknown {
  if (body.length === 0) throw invalid('is empty; send JSON');
  if (body.length > maxBytes) {
    const details = { limit: maxBytes, size: body.length };
    throw new RouterError('too_large', `body has ${body.length} bytes and may have ${maxBytes} (ROUTER_MAX_BODY)`, {
      param: 'body',
      details,
    });
  }
  const text = decode(body);
  const value = parse(text);
  if (opensMoreThan(text, maxBodyDepth) && isDeeperThan(value, maxBodyDepth))
    throw invalid(`nests deeper than ${maxBodyDepth} levels`);
  return value;
}

function invalid(message: string): RouterError {
  return new RouterError('invalid_request', `body ${message}`, { param: 'body' });
}

function decode(body: Uint8Array): string {
  try {
    return utf8.decode(body);
  } catch {
    throw invalid(looksCompressed(body) ? 'is compressed; send it as plain JSON' : 'is not valid UTF-8');
  }
}

/** The magic numbers of gzip and zstd. */
function looksCompressed(body: Uint8Array): boolean {
  return (body[0] === 0x1f && body[1] === 0x8b) || (body[0] === 0x28 && body[1] === 0xb5);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // V8 quotes the text around the fault: only where it stands may be told, for prompts never enter messages.
    const position = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    throw invalid(position === undefined ? 'is not JSON' : `is not JSON: see position ${position}`);
  }
}

/** What opens so few objects and lists (brackets in texts counted too) cannot nest deeper: most bodies need not be walked through. */
function opensMoreThan(text: string, levels: number): boolean {
  let left = levels;
  for (const bracket of '{[')
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      if (left === 0) return true;
      left -= 1;
    }
  return false;
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const inner of Object.values(value)) if (isDeeperThan(inner, levels - 1)) return true;
  return false;
}
