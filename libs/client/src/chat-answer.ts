// What a chat answers when it is answered whole: OpenAI's `chat.completion`, and what the router did for it.
import type { AnswerReport } from './told.ts';
import type { ToolCall } from './chat-request.ts';

/** Why a model stopped: usually `stop`, `length`, `tool_calls` or `content_filter`; `null` while it has not. */
export type FinishReason = string | null;

/** Tokens as the model's API reports them. */
export interface TokenUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

/** What the model said. */
export interface AssistantMessage {
  readonly role: 'assistant';
  /** `null` when it only calls tools or refused. */
  readonly content: string | null;
  readonly tool_calls?: readonly ToolCall[];
  readonly refusal?: string | null;
}

/** One of the answers; there is one unless the request asked for more with `n`. */
export interface ChatChoice {
  readonly index: number;
  readonly message: AssistantMessage;
  readonly finish_reason: FinishReason;
}

/** A whole answer. `router` says which provider and model answered, by which policy, and what failed before. */
export interface ChatAnswer {
  readonly id: string;
  readonly object: 'chat.completion';
  /** Epoch seconds. */
  readonly created: number;
  /** As the vendor spells it. */
  readonly model: string;
  readonly choices: readonly ChatChoice[];
  /** Absent when the model's API reports none. */
  readonly usage?: TokenUsage;
  readonly router: AnswerReport;
}
