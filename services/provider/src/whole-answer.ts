// Reading an answer that comes in one piece.
import { RouterError } from '@router-mesh/contracts';
import { parseExactly } from './exact-json.ts';
import { CallFailure } from './failure.ts';
import { isError, type Heard } from './heard.ts';
import type { ModelAnswer } from './upstream.ts';

/**
 * Read a whole answer.
 * @throws CallFailure when it is none, RouterError `too_large` when it has more than `maxBytes`; what undici throws
 */
export async function readWhole(upstream: ModelAnswer, heard: Heard, maxBytes: number): Promise<void> {
  heard.firstAt = Date.now();
  const chunks: Buffer[] = [];
  const { body } = upstream;
  for (let chunk = await body.read(); chunk !== undefined; chunk = await body.read()) {
    chunks.push(chunk);
    heard.saidBytes += chunk.length;
    if (heard.saidBytes <= maxBytes) continue;
    body.close();
    throw tooLarge(maxBytes);
  }
  const text = (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))?.toString() ?? '';
  // It goes out as it was written; only what is kept of it is written again.
  const answer = parseObject(text, heard.assembly === undefined ? JSON.parse : parseExactly);
  if (answer === undefined) {
    if (!text.trimStart().startsWith('{')) heard.saidBytes = 0; // a page is no half of an answer: no model said it
    throw new CallFailure('server_error', 'the model answered with something else than a JSON object');
  }
  if (isError(answer)) {
    heard.saidBytes = 0; // it said nothing but that
    throw upstream.failure(text);
  }
  if (!('choices' in answer) && !('data' in answer)) {
    heard.saidBytes = 0;
    throw new CallFailure('server_error', 'the model answered with neither "choices" nor "data"');
  }
  heard.takeAnswer(answer, text);
}

function tooLarge(maxBytes: number): RouterError {
  const message = `the model's answer has more than ${maxBytes} bytes, which is what the server carries; ask for less, or for a stream`;
  return new RouterError('too_large', message, { details: { limit: maxBytes } });
}

function parseObject(text: string, parse: (text: string) => unknown): object | undefined {
  try {
    const value = parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
