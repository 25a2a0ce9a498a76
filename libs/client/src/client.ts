// The client as its users see it.
import type { Decision } from './told.ts';
import type { ChatAnswer } from './chat-answer.ts';
import type { ChatRequest } from './chat-request.ts';
import type { ChatStream } from './chat-stream.ts';
import type { EmbedAnswer, EmbedRequest } from './embedding.ts';
import type { RequestOptions } from './request-options.ts';

/**
 * A tenant's client of the mesh: as many requests at once as you like.
 *
 * Whatever fails fails with a `RouterError` whose `code` is one of the closed list. Nobody waits without end:
 * - A request of which the mesh says nothing within a second is published once more, and after three more seconds a third time: a message may be lost
 *   with a process that dies. The first answer counts. The mesh lets one call of a request run at a time; a second call to the model happens only when
 *   the notices of two processes crossed, and METER shows it.
 * - A producer that says nothing for 6 s is dead: `unavailable` (reason `producer_lost`), or `stream_interrupted` once a part of the answer had come.
 *   Nothing is asked again after a part has come.
 * - Requests that are under way when the connection is lost fail at once: `unavailable` (reason `disconnected`), or `stream_interrupted`. The client
 *   reconnects by itself; until it has, requests are refused as `unavailable`.
 */
export interface Client {
  /**
   * Ask a model; resolves to its whole answer.
   *
   * @throws RouterError
   * @example
   * ```ts
   * const answer = await client.chat({ model: 'demo/echo', messages: [{ role: 'user', content: 'hi' }] });
   * console.log(answer.choices[0]?.message.content, answer.router.provider);
   * ```
   */
  chat(request: ChatRequest, options?: RequestOptions): Promise<ChatAnswer>;

  /**
   * Ask a model; its answer comes in chunks, as the model's API sends them.
   *
   * The request is sent at once. Streams have a connection of their own, opened by the first one. A reader that pauses makes the model wait: no more
   * than `credit` pieces lie unread.
   *
   * @throws RouterError what can be refused before anything is sent; everything else is thrown by the iteration
   * @example
   * ```ts
   * for await (const chunk of client.stream({ model: 'demo/echo', messages: [{ role: 'user', content: 'hi' }] })) {
   *   process.stdout.write(chunk.choices[0]?.delta.content ?? '');
   * }
   * ```
   */
  stream(request: ChatRequest, options?: RequestOptions): ChatStream;

  /**
   * Ask an embedding model for vectors, one an input.
   *
   * @throws RouterError
   * @example
   * ```ts
   * const { data } = await client.embed({ model: 'demo/embed', input: ['red', 'green'] });
   * console.log(data.length);
   * ```
   */
  embed(request: EmbedRequest, options?: RequestOptions): Promise<EmbedAnswer>;

  /**
   * Ask what `chat` would do: the plan and the stops it would visit. No model is called.
   *
   * @throws RouterError as policy would refuse the request
   * @example
   * ```ts
   * const { plan } = await client.decide({ model: 'auto', messages: [{ role: 'user', content: 'hi' }] });
   * console.log(plan.candidates);
   * ```
   */
  decide(request: ChatRequest, options?: RequestOptions): Promise<Decision>;

  /**
   * Cancel a request of this tenant, or below it, by its id, whichever process made it.
   *
   * One of this client's own ends at once with `cancelled`. Nobody says whether another was still running. The mesh remembers the id for a minute:
   * a request that is made with it meanwhile is cancelled, too.
   *
   * @throws RouterError `invalid_request` when the id is no ULID, `unavailable` while disconnected
   */
  cancel(request: string): Promise<void>;

  /** Cancel what is under way and disconnect. The same as `await using`. */
  close(): Promise<void>;

  [Symbol.asyncDispose](): Promise<void>;
}
