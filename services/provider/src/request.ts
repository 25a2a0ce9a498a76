// The client's body, as a model's API takes it: OpenAI's wire format. What is not known passes through. Pure.
import { estimateTokens, RouterError, type Estimate, type EstimatedBody, type Verb } from '@router-mesh/contracts';
import { parseExactly } from './exact-json.ts';
import { membersOf, type Member, type Members } from './members.ts';

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
  body(asksUsage: boolean): Buffer;
}

/** What is looked at in a body. */
interface RequestBody extends EstimatedBody {
  readonly stream_options?: { readonly include_usage?: unknown } | null;
}

/** A body that was read: what we look at, and how to write it with members of ours in the place of its own. */
interface Read {
  readonly body: RequestBody;
  write(ours: object, without: readonly string[]): Buffer;
}

/** Keys of what stands in messages whose images, sound or files stand in them too. */
const attachments = ['image_url', 'input_audio', 'file_data'];

/**
 * Turn the client's body into the model's: the vendor's name for it, no `router` object, usage asked for in streams.
 * @throws RouterError `internal` when it is no JSON object: policy has seen that it is one
 */
export function prepare(bytes: Uint8Array, model: string, verb: Verb, stream: boolean): ModelRequest {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = membersOf(buffer, attachments);
  const { body, write } = read === undefined ? readAnew(buffer) : readMembers(buffer, read);
  return {
    path: verb === 'embed' ? '/embeddings' : '/chat/completions',
    model,
    stream,
    wantsUsageChunk: body.stream_options?.include_usage === true,
    estimate: estimateTokens(body, bytes.byteLength),
    body: (asksUsage) =>
      stream
        ? write({ model, stream_options: streamOptions(body, asksUsage) }, ['model', 'router', 'stream_options'])
        : write({ model }, ['model', 'router']),
  };
}

/** Most bodies: what is not ours goes on as the bytes that came. */
function readMembers(bytes: Buffer, { members, found: attached }: Members): Read {
  const body: Record<string, unknown> = {};
  for (const { key, value, to } of members)
    if (isRead(key, attached)) body[key] = parse(bytes.toString('utf8', value, to));
  return { body, write: (ours, without) => splice(bytes, members, ours, without) };
}

function isRead(key: string, attached: boolean): boolean {
  switch (key) {
    case 'stream_options':
    case 'max_tokens':
    case 'max_completion_tokens':
    case 'n':
      return true;
    case 'messages':
      return attached; // else there is nothing in them that counts in another way
    default:
      return false;
  }
}

/**
 * The members that came, in the ranges of bytes in which they stand one behind the other, and behind them ours.
 *
 * INVARIANT (ours is the last word): Go's readers take a key in letters of any size, and the last of two; a `"Model"` of the client's would be taken for ours if it stood behind it.
 */
function splice(bytes: Buffer, members: readonly Member[], ours: object, without: readonly string[]): Buffer {
  const tail = JSON.stringify(ours).slice(1);
  const ranges = rangesOf(members, without);
  const sizeBytes = ranges.reduce((sum, { from, to }) => sum + to - from + 1, 1 + Buffer.byteLength(tail));
  const written = Buffer.allocUnsafe(sizeBytes);
  let at = written.write('{');
  for (const { from, to } of ranges) {
    at += bytes.copy(written, at, from, to);
    at += written.write(',', at);
  }
  written.write(tail, at);
  return written;
}

/** Where those members stand that are kept. */
function rangesOf(members: readonly Member[], without: readonly string[]): { readonly from: number; to: number }[] {
  const ranges: { readonly from: number; to: number }[] = [];
  let isBehindKept = false;
  for (const { key, from, to } of members) {
    const isKept = !without.includes(key);
    const last = ranges.at(-1);
    if (isKept && isBehindKept && last !== undefined) last.to = to;
    else if (isKept) ranges.push({ from, to });
    isBehindKept = isKept;
  }
  return ranges;
}

/** A body that can be read in more than one way, and whatever else `membersOf` does not follow: written anew, as we have read it. */
function readAnew(bytes: Buffer): Read {
  const body = parseBody(bytes.toString());
  const write = (ours: object, without: readonly string[]): Buffer => {
    const kept = Object.entries(body).filter(([key]) => !without.includes(key));
    return Buffer.from(JSON.stringify({ ...Object.fromEntries(kept), ...ours }));
  };
  return { body, write };
}

function parseBody(text: string): RequestBody {
  const body = parse(text);
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as RequestBody;
  throw noObject();
}

/** V8's own error quotes the text around the fault, and it would be logged: no prompt may be in it. */
function parse(text: string): unknown {
  try {
    return parseExactly(text);
  } catch {
    throw noObject();
  }
}

function noObject(): RouterError {
  return new RouterError('internal', 'a passage whose body is no JSON object came to a stage');
}

function streamOptions({ stream_options }: RequestBody, asksUsage: boolean): object | undefined {
  if (asksUsage) return { ...stream_options, include_usage: true };
  const { include_usage: _refused, ...others } = stream_options ?? {};
  return Object.keys(others).length === 0 ? undefined : others;
}
