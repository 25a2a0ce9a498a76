// The client's body, as a model's API takes it: OpenAI's wire format. What is not known passes through. Pure.
import { estimateTokens, RouterError, type Estimate, type EstimatedBody, type Verb } from '@router-mesh/contracts';
import { parseExactly } from './exact-json.ts';

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

interface RequestBody extends EstimatedBody {
  readonly stream_options?: { readonly include_usage?: unknown } | null;
  readonly [field: string]: unknown;
}

/**
 * Turn the client's body into the model's: the vendor's name for it, no `router` object, usage asked for in streams.
 * @throws RouterError `internal` when it is no JSON object: policy has seen that it is one
 */
export function prepare(bytes: Uint8Array, model: string, verb: Verb, stream: boolean): ModelRequest {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  const { router: _ours, ...body } = parseBody(text);
  return {
    path: verb === 'embed' ? '/embeddings' : '/chat/completions',
    model,
    stream,
    wantsUsageChunk: body.stream_options?.include_usage === true,
    estimate: estimateTokens(body, bytes.byteLength),
    body: (asksUsage) => JSON.stringify({ ...body, model, ...(stream ? streamOptions(body, asksUsage) : {}) }),
  };
}

/** V8's own error quotes the text around the fault, and it would be logged: no prompt may be in it. */
function parseBody(text: string): RequestBody {
  try {
    const body = parseExactly(text);
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as RequestBody;
  } catch {
    // said below
  }
  throw new RouterError('internal', 'a passage whose body is no JSON object came to a stage');
}

function streamOptions({ stream_options }: RequestBody, asksUsage: boolean): { stream_options?: object | undefined } {
  if (asksUsage) return { stream_options: { ...stream_options, include_usage: true } };
  const { include_usage: _refused, ...others } = stream_options ?? {};
  return { stream_options: Object.keys(others).length === 0 ? undefined : others };
}
