// A streamed answer as its caller sees it.
import type { AnswerReport, Usage } from './told.ts';
import type { ChatChunk } from './chat-chunk.ts';

/** What is known of a streamed answer once it is complete. */
export interface StreamReport {
  /** The tokens it is accounted with: as the model's API reported them, else estimated. */
  readonly usage?: Usage;
  /** Which provider and model answered, by which policy, and what failed before: the same object as in whole answers. */
  readonly router: AnswerReport;
}

/**
 * An answer while it is being given: iterate over it once.
 *
 * Leaving the loop early cancels the request, and the model with it. Chunks that come faster than they are read are kept until they are, up to the
 * client's `credit`; then the model waits for the reader.
 *
 * @example
 * ```ts
 * const stream = client.stream({ model: 'demo/echo', messages: [{ role: 'user', content: 'hi' }] });
 * for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? '');
 * console.log((await stream.report).usage?.output_tokens);
 * ```
 */
export interface ChatStream extends AsyncIterable<ChatChunk, undefined> {
  /** The request's id: what `client.cancel` takes. */
  readonly request: string;
  /**
   * Resolves when the answer is complete; rejects with the error that the iteration throws. What fits into the client's `credit` is complete without
   * being read; more has to be read, or the time of the request ends it.
   */
  readonly report: Promise<StreamReport>;
}
