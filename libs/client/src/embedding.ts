// What is asked of an embedding model and what it answers: OpenAI's Embeddings.
import type { AnswerReport, RouterOptions } from './told.ts';
import type { TokenUsage } from './chat-answer.ts';

/** The body of `embed`. Fields that are not named here pass through to the model untouched. */
export interface EmbedRequest {
  /** `vendor/model`, an alias without a vendor, or `auto`. */
  readonly model: string;
  /** One text or several, or the same as token numbers. */
  readonly input: string | readonly string[] | readonly number[] | readonly (readonly number[])[];
  readonly dimensions?: number | null | undefined;
  /** `float` (the default) or `base64`. */
  readonly encoding_format?: string | null | undefined;
  readonly user?: string | undefined;
  readonly router?: RouterOptions | undefined;
  readonly [field: string]: unknown;
}

/** The vector of one input; a text when `base64` was asked for. */
export interface Embedding {
  readonly object: 'embedding';
  readonly index: number;
  readonly embedding: readonly number[] | string;
}

/** The vectors in the order of the inputs, and what the router did for them. */
export interface EmbedAnswer {
  readonly object: 'list';
  readonly data: readonly Embedding[];
  readonly model: string;
  readonly usage?: Omit<TokenUsage, 'completion_tokens'>;
  readonly router: AnswerReport;
}
