// What a request may use, guessed before it is made: four bytes a token. Pure.

/** Tokens of a call: what goes in, and at most what comes out, where the request says. */
export interface Estimate {
  readonly input_tokens: number;
  readonly output_tokens?: number;
}

/** What is looked at in a request's body; any JSON object will do. */
export interface EstimatedBody {
  readonly max_tokens?: unknown;
  readonly max_completion_tokens?: unknown;
  readonly n?: unknown;
  readonly messages?: unknown;
  readonly [field: string]: unknown;
}

/** Guess what a request uses. @param sizeBytes of the body as it came */
export function estimateTokens(body: EstimatedBody, sizeBytes: number): Estimate {
  const mostTokens = wholeNumber(body.max_completion_tokens ?? body.max_tokens);
  const answers = Math.max(1, wholeNumber(body.n) ?? 1);
  return {
    input_tokens: tokensOf(sizeBytes - attachedBytes(body.messages)),
    ...(mostTokens === undefined ? {} : { output_tokens: mostTokens * answers }),
  };
}

/** A guess: four bytes a token. */
export function tokensOf(bytes: number): number {
  return Math.ceil(bytes / 4);
}

/** The value, when it is a count of something. */
export function wholeNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

interface Part {
  readonly image_url?: { readonly url?: unknown } | null;
  readonly input_audio?: { readonly data?: unknown } | null;
  readonly file?: { readonly file_data?: unknown } | null;
}

/** Bytes of images, sound and files that stand in the messages themselves: models count them by other measures than their base64. */
function attachedBytes(messages: unknown): number {
  const parts = objectsIn<{ readonly content?: unknown }>(messages).flatMap(({ content }) => objectsIn<Part>(content));
  const attached = parts.flatMap(({ image_url, input_audio, file }) => [
    image_url?.url,
    input_audio?.data,
    file?.file_data,
  ]);
  return attached.reduce<number>((sum, data) => sum + (typeof data === 'string' ? data.length : 0), 0);
}

/** The objects of a list. Nobody has checked it: only what we act on is, and an embedding may well have a field "messages". */
function objectsIn<Item extends object>(list: unknown): readonly Item[] {
  if (!Array.isArray(list)) return [];
  return (list as readonly unknown[]).filter((item): item is Item => typeof item === 'object' && item !== null);
}
