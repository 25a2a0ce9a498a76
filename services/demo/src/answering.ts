/** Writing answers to a call: whole, streamed, failed, each broken off where the caller told so. */
import { toldFailure, type ApiError } from './api-error.ts';
import type { Call } from './call.ts';
import { breakOff, writeEvent, type Chunks } from './chunks.ts';

/** Answer a call with JSON text, or with the one that was told. Told `cut_after` or `hang_after`, only that many bytes of it are sent. */
export function answerJson(call: Call, id: string, json: string): void {
  const { told } = call;
  const breakAfterBytes = told.cut_after ?? told.hang_after;
  const body = told.body ?? json;
  if (call.over) return;
  call.response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-request-id': `req_${id}`,
    ...call.told.headers,
  });
  if (breakAfterBytes === undefined) {
    call.response.end(body);
    return;
  }
  call.response.flushHeaders();
  // One byte at least stays unsent: a whole body would be a whole answer.
  const bytes = Buffer.from(body).subarray(0, -1).subarray(0, breakAfterBytes);
  if (bytes.length > 0) call.response.write(bytes);
  if (told.cut_after !== undefined) call.cut();
}

/** Answer a call with a stream of events, `delayMs` between the deltas. */
export async function answerStream(call: Call, id: string, chunks: Chunks, delayMs: number): Promise<void> {
  if (call.over) return;
  const { told } = call;
  const { opening, deltas, closing } = tellEnd(call, chunks);
  call.response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-request-id': `req_${id}`,
    ...call.told.headers,
  });
  call.response.flushHeaders();
  if (told.coalesce && delayMs === 0) {
    await call.write([...opening, ...deltas, ...closing].join(''));
  } else {
    await writeAll(call, opening, 0);
    await writeAll(call, deltas, delayMs);
    // What breaks a stream comes apart from its last piece, as the pieces from each other.
    if (delayMs > 0 && (told.cut_after ?? told.error_after) !== undefined) await call.wait(delayMs);
    await writeAll(call, closing, 0);
  }
  if (call.over) return;
  if (told.cut_after !== undefined) call.cut();
  else if (told.hang_after !== undefined) await hang(call);
  else call.response.end();
}

/** Answer a call with an error, unless it is too late for that. */
export function answerError(call: Call, error: ApiError): void {
  if (call.over || call.response.headersSent) return;
  const { retry_after: retryAfterSeconds, headers, body = error.body() } = call.told;
  call.failed = true;
  call.response.writeHead(error.status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
    ...headers,
  });
  call.response.end(body);
}

/** The stream with the end that the caller told. */
function tellEnd(call: Call, chunks: Chunks): Chunks {
  const { cut_after: cutAfter, error_after: errorAfter, hang_after: hangAfter, code, body } = call.told;
  const breakAfter = cutAfter ?? hangAfter;
  if (breakAfter !== undefined) return breakOff(chunks, breakAfter);
  if (errorAfter === undefined) return body === undefined ? chunks : { opening: [], deltas: [], closing: [body] };
  call.failed = true;
  return breakOff(chunks, errorAfter, [body ?? writeEvent(toldFailure(500, code).body())]);
}

/** Say no more until the client leaves, but for comments where they were told. */
async function hang(call: Call): Promise<void> {
  const everyMs = call.told.comment_ms;
  while (everyMs !== undefined && !call.over) {
    await call.wait(everyMs);
    if (!call.over) await call.write(': still here\n\n');
  }
}

async function writeAll(call: Call, events: readonly string[], delayMs: number): Promise<void> {
  for (const [index, event] of events.entries()) {
    if (delayMs > 0 && index > 0) await call.wait(delayMs);
    if (call.over) return;
    await call.write(event);
  }
}
