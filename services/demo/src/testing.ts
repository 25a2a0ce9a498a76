/** How the tests call a demo: plain `fetch`, and the answers taken apart. Imported by tests only. */
import { expect } from 'vitest';
import type { Demo } from './server.ts';
import type { StatsReport } from './stats.ts';

/** What tests look at in a chunk. */
export interface Chunk {
  readonly choices: readonly { readonly delta: Delta; readonly finish_reason: string | null }[];
  readonly usage?: object | null;
}

interface Delta {
  readonly content?: string;
  readonly tool_calls?: readonly { readonly function: { readonly arguments: string } }[];
}

/** Post a body, JSON or its text, to a path of the demo. */
export function post(demo: Demo, path: string, body: unknown, init: RequestInit = {}): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(demo.url + path, { method: 'POST', body: text, ...init });
}

/** Ask a chat model one thing: `echo`, if `more` names none. */
export function ask(demo: Demo, content: string, more: object = {}, init: RequestInit = {}): Promise<Response> {
  const body = { model: 'echo', messages: [{ role: 'user', content }], ...more };
  return post(demo, '/v1/chat/completions', body, init);
}

/** The text of a whole chat answer. */
export async function textOf(response: Response): Promise<string | undefined> {
  const completion = (await response.json()) as { choices: [{ message: { content: string } }] };
  return completion.choices[0].message.content;
}

/** The chunks of a streamed answer that ended with `[DONE]`. */
export async function chunksOf(response: Response): Promise<Chunk[]> {
  const events = (await response.text()).split('\n\n');
  expect(events.slice(-2)).toEqual(['data: [DONE]', '']);
  return parseEvents(events.slice(0, -2));
}

/** The events of a stream, each parsed. */
export function parseEvents(events: readonly string[]): Chunk[] {
  return events.map((event) => JSON.parse(event.replace(/^data: /, '')) as Chunk);
}

/** What the deltas of a stream say, those that say something. */
export function contentsOf(chunks: readonly Chunk[]): string[] {
  return chunks.flatMap((chunk) => chunk.choices[0]?.delta.content || []);
}

/** The demo's `GET /stats`. */
export async function statsOf(demo: Demo): Promise<StatsReport> {
  return (await fetch(`${demo.url}/stats`)).json() as Promise<StatsReport>;
}
