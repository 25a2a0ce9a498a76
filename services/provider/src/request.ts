// The client's body, as a model's API takes it: OpenAI's wire format. What is not known passes through. Pure.
import type { Verb } from '@router-mesh/contracts';
import { parseExactly } from './exact-json.ts';
import { tokensOf, wholeNumber, type Estimate } from './usage.ts';

/** What is asked of a model. */
export interface ModelRequest {
  /** Below the base URL of its vendor. */
  readonly path: string;
  /** The name that the vendor has for it. */
  readonly model: string;
  readonly stream: boolean;
  /** Whether the client asked for the chunk that tells usage; we always do, and keep it from those who did not. */
  readonly wantsUsageChunk: boolean;
  readonly estimate: Estimate;
  /** The JSON to send; some APIs refuse a request that asks for usage in streams. */
  body(asksUsage: boolean): string;
}

interface RequestBody {
  readonly stream_options?: { readonly include_usage?: unknown } | null;
  readonly max_tokens?: unknown;
  readonly max_completion_tokens?: unknown;
  readonly n?: unknown;
  readonly messages?: unknown;
  readonly [field: string]: unknown;
}

/** Turn the client's body into the model's: the vendor's name for it, no `router` object, usage asked for in streams. */
export function prepare(bytes: Uint8Array, model: string, verb: Verb, stream: boolean): ModelRequest {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  const { router: _ours, ...body } = parseExactly(text) as RequestBody;
  const mostTokens = wholeNumber(body.max_completion_tokens ?? body.max_tokens);
  const answers = Math.max(1, wholeNumber(body.n) ?? 1);
  return {
    path: verb === 'embed' ? '/embeddings' : '/chat/completions',
    model,
    stream,
    wantsUsageChunk: body.stream_options?.include_usage === true,
    estimate: {
      input_tokens: tokensOf(bytes.byteLength - attachedBytes(body.messages)),
      ...(mostTokens === undefined ? {} : { output_tokens: mostTokens * answers }),
    },
    body: (asksUsage) => JSON.stringify({ ...body, model, ...(stream ? streamOptions(body, asksUsage) : {}) }),
  };
}

function streamOptions({ stream_options }: RequestBody, asksUsage: boolean): { stream_options?: object | undefined } {
  if (asksUsage) return { stream_options: { ...stream_options, include_usage: true } };
  const { include_usage: _refused, ...others } = stream_options ?? {};
  return { stream_options: Object.keys(others).length === 0 ? undefined : others };
}

interface Part {
  readonly image_url?: { readonly url?: unknown };
  readonly input_audio?: { readonly data?: unknown };
  readonly file?: { readonly file_data?: unknown };
}

/** Bytes of images, sound and files that stand in the messages themselves: models count them by other measures than their base64. */
function attachedBytes(messages: unknown): number {
  if (!Array.isArray(messages)) return 0;
  const parts = messages.flatMap(({ content }: { content?: unknown }) =>
    Array.isArray(content) ? (content as Part[]) : [],
  );
  const attached = parts.flatMap(({ image_url, input_audio, file }) => [
    image_url?.url,
    input_audio?.data,
    file?.file_data,
  ]);
  return attached.reduce<number>((sum, data) => sum + (typeof data === 'string' ? data.length : 0), 0);
}
