// OpenAI's wire format: what is asked of the upstream, and what is read from its answers. What is not known passes through. Pure.
import type { Verb } from '@router-mesh/contracts';

/** A body as the upstream takes it. */
export interface UpstreamRequest {
  readonly path: string;
  readonly body: string;
}

interface RequestBody {
  readonly stream?: unknown;
  readonly stream_options?: { readonly include_usage?: unknown } | null;
  readonly max_tokens?: unknown;
  readonly max_completion_tokens?: unknown;
  readonly [field: string]: unknown;
}

/** What a call needs to know of the request that it makes. */
export interface Prepared extends UpstreamRequest {
  /** Whether the client asked for the chunk that tells usage; we always ask for it, and keep it from those who did not. */
  readonly wantsUsageChunk: boolean;
  readonly estimate: { readonly input_tokens: number; readonly output_tokens: number };
}

/** Turn the client's body into the upstream's: its name for the model, no `router` object, usage asked for in streams. */
export function prepare(bytes: Uint8Array, model: string, verb: Verb, stream: boolean): Prepared {
  const { router: _ours, ...body } = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()) as RequestBody;
  const options = stream ? { stream_options: { ...body.stream_options, include_usage: true } } : {};
  return {
    path: verb === 'embed' ? '/embeddings' : '/chat/completions',
    body: JSON.stringify({ ...body, model, ...options }),
    wantsUsageChunk: body.stream_options?.include_usage === true,
    estimate: { input_tokens: tokensOf(bytes.byteLength), output_tokens: wholeNumber(body.max_completion_tokens ?? body.max_tokens) ?? 0 },
  };
}

/** A guess: four bytes a token. */
export function tokensOf(bytes: number): number {
  return Math.ceil(bytes / 4);
}

/** Tokens as the upstream reported them. */
export interface Reported {
  readonly input: number;
  readonly output: number;
}

/** The `usage` object of an answer or chunk; undefined when there is none. */
export function readUsage(answer: object): Reported | undefined {
  const { usage } = answer as { usage?: { prompt_tokens?: unknown; completion_tokens?: unknown } | null };
  const input = wholeNumber(usage?.prompt_tokens);
  return input === undefined ? undefined : { input, output: wholeNumber(usage?.completion_tokens) ?? 0 };
}

function wholeNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

interface Choice {
  readonly delta?: { readonly content?: unknown; readonly tool_calls?: unknown };
  readonly message?: { readonly content?: unknown; readonly tool_calls?: unknown };
  readonly finish_reason?: unknown;
}

/** What one chunk of a stream says about the stream. */
export interface ChunkFacts {
  readonly usage: Reported | undefined;
  /** It carries usage and nothing else. */
  readonly usageOnly: boolean;
  readonly finished: boolean;
  /** Bytes of content, for the estimate of those that report no usage. */
  readonly contentBytes: number;
  /** An error in the middle of a stream, as its text. */
  readonly error: string | undefined;
}

export function readChunk(chunk: object): ChunkFacts {
  const { choices, error } = chunk as { choices?: readonly Choice[]; error?: unknown };
  const usage = readUsage(chunk);
  return {
    usage,
    usageOnly: usage !== undefined && choices?.length === 0,
    finished: choices?.some(({ finish_reason }) => typeof finish_reason === 'string') ?? false,
    contentBytes: contentBytes(choices),
    error: error === undefined || error === null ? undefined : JSON.stringify({ error }),
  };
}

/** Bytes of what a model said, text and tool calls. */
export function contentBytes(choices: readonly Choice[] | undefined): number {
  let bytes = 0;
  for (const { delta, message } of choices ?? []) {
    const said = delta ?? message;
    if (typeof said?.content === 'string') bytes += Buffer.byteLength(said.content);
    if (said?.tool_calls !== undefined) bytes += JSON.stringify(said.tool_calls).length;
  }
  return bytes;
}
