// A stream of the SDK, read to its end, whatever that is.
import type { ChatStream, RouterError } from '@router-mesh/client';

/** What a reader had when its stream ended. */
export interface ReadStream {
  readonly text: string;
  readonly chunks: number;
  /** The ids of the chunks: a model gives all chunks of an answer one id, so more than one is a mixture. */
  readonly ids: ReadonlySet<string>;
  /** Why it ended early. */
  readonly error?: RouterError;
}

/** Read a stream; never rejects with what the SDK throws. */
export async function readStream(stream: ChatStream): Promise<ReadStream> {
  let text = '';
  let chunks = 0;
  const ids = new Set<string>();
  try {
    for await (const { id, choices } of stream) {
      text += choices[0]?.delta.content ?? '';
      chunks += 1;
      ids.add(String(id));
    }
    return { text, chunks, ids };
  } catch (error) {
    return { text, chunks, ids, error: error as RouterError };
  }
}
