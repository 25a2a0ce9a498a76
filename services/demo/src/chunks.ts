/** A streamed answer in OpenAI's wire format: `chat.completion.chunk` objects as server-sent events. */
import { writeToolCall, type Head } from './completion.ts';
import type { Answer } from './models.ts';

/** A stream's events in order: the role, the content (or the tool's arguments) piece by piece, the end. Last is `[DONE]`. */
export interface Chunks {
  readonly opening: readonly string[];
  readonly deltas: readonly string[];
  readonly closing: readonly string[];
}

/**
 * Write an answer as a stream's events.
 *
 * With `usage` (JSON text) there is a last chunk that carries it and no choices, and all others say `"usage":null`.
 */
export function writeChunks(head: Head, answer: Answer, pieces: readonly string[], usage: string | undefined): Chunks {
  const before =
    `data: {"id":"chatcmpl-${head.id}","object":"chat.completion.chunk","created":${head.createdSeconds},` +
    `"model":"${head.model}","service_tier":"default","system_fingerprint":"fp_demo","choices":[`;
  const delta = `${before}{"index":0,"delta":`;
  const rest = usage === undefined ? '}]}\n\n' : '}],"usage":null}\n\n';
  const unfinished = `,"logprobs":null,"finish_reason":null${rest}`;
  const finish = `${delta}{},"logprobs":null,"finish_reason":"${answer.finishReason}"${rest}`;
  return {
    opening: [`${delta}${writeOpening(head.id, answer)}${unfinished}`],
    deltas: pieces.map((piece) => `${delta}${writeDelta(answer, piece)}${unfinished}`),
    closing: usage === undefined ? [finish, done] : [finish, `${before}],"usage":${usage}}\n\n`, done],
  };
}

/** The stream broken off after that many deltas, ending in the events given instead; after none, nothing is said at all. */
export function breakOff(chunks: Chunks, deltas: number, closing: readonly string[] = []): Chunks {
  return { opening: deltas === 0 ? [] : chunks.opening, deltas: chunks.deltas.slice(0, deltas), closing };
}

/** One server-sent event; the data must have no line break, as JSON text has none. */
export function writeEvent(data: string): string {
  return `data: ${data}\n\n`;
}

/** What an answer is split to for a stream: its text, or its tool call's arguments. */
export function splitAnswer(answer: Answer, chunks: number | undefined): string[] {
  return split(answer.type === 'text' ? answer.text : answer.arguments, chunks);
}

/**
 * Split a text to pieces that joined are the text again; none is empty.
 *
 * As many as told (or as many as a short text allows, at two UTF-16 units each); when not told a word each, or 1 KiB
 * each of a text beyond 16 KiB.
 */
export function split(text: string, chunks: number | undefined): string[] {
  if (text === '') return [];
  if (chunks !== undefined) return splitEvenly(text, Math.max(1, Math.min(chunks, Math.floor(text.length / 2))));
  if (text.length > 16_384) return splitEvenly(text, Math.ceil(text.length / 1024));
  // Before each word: where a blank ends and something else begins.
  return text.split(/(?<=\s)(?=\S)/);
}

const done = writeEvent('[DONE]');

function splitEvenly(text: string, pieces: number): string[] {
  const parts: string[] = [];
  for (let piece = 1, start = 0; piece <= pieces; piece++) {
    const end = afterSurrogate(text, Math.floor((piece * text.length) / pieces));
    parts.push(text.slice(start, end));
    start = end;
  }
  return parts;
}

/** The index, or the next when it would part the two halves of one character. */
function afterSurrogate(text: string, index: number): number {
  const parts = /[\uD800-\uDBFF]/.test(text[index - 1] ?? '') && /[\uDC00-\uDFFF]/.test(text[index] ?? '');
  return parts ? index + 1 : index;
}

function writeOpening(id: string, answer: Answer): string {
  if (answer.type === 'text') return '{"role":"assistant","content":"","refusal":null}';
  return `{"role":"assistant","content":null,"tool_calls":[{"index":0,${writeToolCall(id, answer.name, '')}}],"refusal":null}`;
}

function writeDelta(answer: Answer, piece: string): string {
  const said = JSON.stringify(piece);
  return answer.type === 'text'
    ? `{"content":${said}}`
    : `{"tool_calls":[{"index":0,"function":{"arguments":${said}}}]}`;
}
