// Server-sent events of a model → the chunks that came with each read of its socket.
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { createParser } from 'eventsource-parser';

/** What one read of the upstream brought: whole events, as the text of their data. */
export interface Read {
  readonly events: readonly string[];
  /** The upstream said that the stream is complete. */
  readonly done: boolean;
}

/** How long a connection may stay open after the stream said that it is complete, ms; then it is not worth keeping. */
const lingerMs = 250;

/** Cuts a stream of bytes into events; one result a read, so that one read becomes one frame. Reads to the end, so that the connection can be used again. */
export async function* readEvents(body: Readable): AsyncGenerator<Read> {
  let events: string[] = [];
  let done = false;
  let linger: NodeJS.Timeout | undefined;
  const decoder = new StringDecoder('utf8');
  const parser = createParser({
    onEvent: ({ data }) => {
      if (data === '[DONE]') done = true;
      // An event of several data lines is one JSON text: a line break in it is white space.
      else events.push(data.includes('\n') ? data.replaceAll('\n', ' ') : data);
    },
  });
  try {
    for await (const bytes of body as AsyncIterable<Buffer>) {
      if (done) continue;
      events = [];
      parser.feed(decoder.write(bytes));
      if (done) linger = setTimeout(() => body.destroy(), lingerMs);
      if (events.length > 0 || done) yield { events, done };
    }
  } catch (error) {
    if (!done) throw error;
  } finally {
    clearTimeout(linger);
  }
}
