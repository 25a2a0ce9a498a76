// Passing a model's stream on: what one read of the upstream brought goes out as one frame.
import type { StreamClock } from './call-clock.ts';
import { ChunkMoulds } from './chunk-mould.ts';
import { parseExactly } from './exact-json.ts';
import { readEvents, tooLargePiece } from './event-stream.ts';
import { CallFailure } from './failure.ts';
import { isError, isUsageChunk, type Heard } from './heard.ts';
import type { ModelAnswer } from './upstream.ts';

/** Where the pieces go. */
export interface Deltas {
  /** Whether no delta may go out now. */
  readonly full: boolean;
  /** Resolves when one may. */
  room(signal: AbortSignal): Promise<void>;
  delta(chunks: string): void;
}

export interface RelaySettings {
  /** Whether the client asked for the chunk that tells usage. */
  readonly wantsUsageChunk: boolean;
  /** The most that a frame may carry. */
  readonly maxBytes: number;
  /** Ends the waiting for room. */
  readonly signal: AbortSignal;
  /** Is told when the upstream is waited for. */
  readonly clock?: StreamClock;
  /** What an event becomes before it goes out; as it came without it. */
  readonly change?: ((event: string) => string) | undefined;
  /** Is waited for before the first piece goes out. */
  readonly beforeFirst?: () => Promise<void>;
  /** Is called whenever pieces have gone out. */
  readonly alive?: () => void;
}

/**
 * Pass a stream on, to its end.
 *
 * INVARIANT (a paused model): while the reader takes no more, the model's socket is not read. What is under way fills its buffers, and then the model waits.
 *
 * The pieces that came with the error that ends a stream are kept back: while nothing has gone out, another candidate may still answer.
 * @throws CallFailure when the stream is no stream, tells an error or ends too early; RouterError `too_large`; what undici throws; the signal's reason
 */
export async function relay(
  upstream: ModelAnswer,
  deltas: Deltas,
  heard: Heard,
  { wantsUsageChunk, maxBytes, signal, clock, change, beforeFirst, alive }: RelaySettings,
): Promise<void> {
  let complete = false;
  let passed = true; // all that was read
  let begun = false;
  const moulds = heard.assembly === undefined ? new ChunkMoulds() : undefined; // what is put together is parsed
  try {
    for await (const { events, done } of readEvents(upstream.body, maxBytes, clock)) {
      passed = false;
      heard.firstAt ??= Date.now();
      complete ||= done;
      const lines: string[] = [];
      for (const event of events) {
        const bytes = moulds?.bytesSaid(event);
        if (bytes !== undefined) {
          heard.takeText(bytes);
        } else {
          const chunk = parseChunk(event, moulds === undefined ? parseExactly : JSON.parse);
          if (isError(chunk)) throw upstream.failure(event);
          heard.takeChunk(chunk);
          moulds?.take(event, chunk);
          if (!wantsUsageChunk && isUsageChunk(chunk)) continue;
        }
        lines.push(change?.(event) ?? event);
      }
      for (const payload of packLines(lines, maxBytes)) {
        if (!begun) await beforeFirst?.();
        begun = true;
        if (deltas.full) await deltas.room(signal);
        deltas.delta(payload);
      }
      passed = true;
      alive?.();
      // Behind the last choice comes usage at most, which most readers are not sent.
      if (deltas.full && !complete && !heard.complete) await deltas.room(signal);
    }
    heard.end();
  } catch (error) {
    if (!passed || !heard.complete) throw error; // else only the usage was cut off
  }
  if (complete || heard.complete) return;
  throw new CallFailure('server_error', 'the model ended its stream before it was complete');
}

function parseChunk(event: string, parse: (text: string) => unknown): object {
  try {
    const chunk = parse(event);
    if (typeof chunk === 'object' && chunk !== null && !Array.isArray(chunk)) return chunk;
  } catch {
    // said below
  }
  throw new CallFailure('server_error', 'the model sent a chunk that is not a JSON object');
}

/** Lines as payloads of at most so many bytes: one, whenever they fit. @throws RouterError `too_large` for a line that does not */
export function packLines(lines: readonly string[], maxBytes: number): string[] {
  if (lines.length === 0) return [];
  const payload = lines.join('\n');
  // Three bytes a UTF-16 unit at most: most payloads are seen to fit without counting.
  if (payload.length * 3 <= maxBytes || Buffer.byteLength(payload) <= maxBytes) return [payload];
  if (lines.length === 1) throw tooLargePiece(maxBytes);
  const half = lines.length >> 1;
  return [...packLines(lines.slice(0, half), maxBytes), ...packLines(lines.slice(half), maxBytes)];
}
