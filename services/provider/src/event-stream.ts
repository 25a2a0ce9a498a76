// Server-sent events of a model → the chunks that came with each read of its socket.
import { RouterError } from '@router-mesh/contracts';
import { StringDecoder } from 'node:string_decoder';
import { createParser } from 'eventsource-parser';
import { noClock, type StreamClock } from './call-clock.ts';
import type { ModelBody } from './upstream.ts';

/** What one read of the upstream brought: whole events, as the text of their data. */
export interface Read {
  readonly events: readonly string[];
  /** The upstream said that the stream is complete. */
  readonly done: boolean;
}

/**
 * Cuts a stream of bytes into events; one result a read, so that one read becomes one frame. Ends with the upstream's `[DONE]`, or with its bytes.
 * @throws RouterError `too_large` for an event of more than `maxBytes`; what the stream throws
 */
export async function* readEvents(
  body: ModelBody,
  maxBytes: number,
  clock: StreamClock = noClock,
): AsyncGenerator<Read> {
  let events: string[] = [];
  let done = false;
  const decoder = new StringDecoder('utf8');
  const parser = createParser({
    maxBufferSize: maxBytes, // it counts UTF-16 units, of which there are never more than bytes
    onEvent: ({ data }) => {
      if (data.trim() === '[DONE]') done = true;
      // An event of several data lines is one JSON text: a line break in it is white space.
      else if (data !== '' && !done) events.push(data.includes('\n') ? data.replaceAll('\n', ' ') : data);
    },
    onError: ({ type }) => {
      if (type === 'max-buffer-size-exceeded') throw tooLargePiece(maxBytes);
    },
  });
  try {
    clock.waiting();
    for (;;) {
      const bytes = await body.read();
      if (bytes === undefined) return;
      clock.served();
      events = [];
      parser.feed(decoder.write(bytes));
      if (events.length > 0 || done) {
        clock.began();
        yield { events, done };
      }
      if (done) return;
      clock.waiting();
    }
  } finally {
    if (done) body.leave();
    else body.close();
  }
}

/** What cannot be carried in one message cannot be carried at all: a chunk is one JSON object. */
export function tooLargePiece(maxBytes: number): RouterError {
  return new RouterError(
    'too_large',
    `the model sent a piece of its stream that has more than ${maxBytes} bytes, which is what the server carries`,
    {
      details: { limit: maxBytes },
    },
  );
}
