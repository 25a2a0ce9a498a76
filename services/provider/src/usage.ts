// Tokens of a call: as the model reported them, else guessed from bytes. Pure.
import { tokensOf, wholeNumber, type Estimate, type Usage } from '@router-mesh/contracts';

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

/** The `usage` object of an answer or chunk; undefined when there is none. */
export function readUsage(answer: object): Reported | undefined {
  const { usage } = answer as { usage?: { prompt_tokens?: unknown; completion_tokens?: unknown } | null };
  const input = wholeNumber(usage?.prompt_tokens);
  return input === undefined ? undefined : { input, output: wholeNumber(usage?.completion_tokens) ?? 0 };
}
