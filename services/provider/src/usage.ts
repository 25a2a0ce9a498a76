// Tokens of a call: as the model reported them, else guessed from bytes. Pure.
import type { Usage } from '@router-mesh/contracts';

/** What a call may use, guessed before it: what goes in, and at most what comes out, where the request says. */
export interface Estimate {
  readonly input_tokens: number;
  readonly output_tokens?: number;
}

/** Tokens as the model reported them. */
export interface Reported {
  readonly input: number;
  readonly output: number;
}

/** What is known of a call that its tokens can be told from. */
export interface Spent {
  readonly reported: Reported | undefined;
  readonly estimate: Estimate;
  /** Bytes of what the model said. */
  readonly saidBytes: number;
  /** Whether the model may have read the request; one that refused it or was never reached used nothing. */
  readonly worked: boolean;
}

export function usageOf({ reported, estimate, saidBytes, worked }: Spent): Usage {
  if (reported !== undefined) return { input_tokens: reported.input, output_tokens: reported.output, estimated: false };
  return { input_tokens: worked ? estimate.input_tokens : 0, output_tokens: tokensOf(saidBytes), estimated: true };
}

/** A guess: four bytes a token. */
export function tokensOf(bytes: number): number {
  return Math.ceil(bytes / 4);
}

/** The `usage` object of an answer or chunk; undefined when there is none. */
export function readUsage(answer: object): Reported | undefined {
  const { usage } = answer as { usage?: { prompt_tokens?: unknown; completion_tokens?: unknown } | null };
  const input = wholeNumber(usage?.prompt_tokens);
  return input === undefined ? undefined : { input, output: wholeNumber(usage?.completion_tokens) ?? 0 };
}

/** The value, when it is a count of something. */
export function wholeNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
