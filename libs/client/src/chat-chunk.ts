// A piece of a streamed answer: OpenAI's `chat.completion.chunk`, exactly as the model's API sent it.
import type { FinishReason, TokenUsage } from './chat-answer.ts';

/** A piece of a tool call: the first one of an `index` names the tool, all of them carry a piece of its arguments. */
export interface ToolCallDelta {
  readonly index: number;
  readonly id?: string;
  readonly type?: 'function';
  readonly function?: { readonly name?: string; readonly arguments?: string };
}

/** What a chunk adds to the message. */
export interface ChatDelta {
  readonly role?: 'assistant';
  readonly content?: string | null;
  readonly tool_calls?: readonly ToolCallDelta[];
  readonly refusal?: string | null;
}

export interface ChunkChoice {
  readonly index: number;
  readonly delta: ChatDelta;
  readonly finish_reason: FinishReason;
}

/** One chunk. With `stream_options: { include_usage: true }` the last one has `usage` and no choices. */
export interface ChatChunk {
  readonly id: string;
  readonly object: 'chat.completion.chunk';
  /** Epoch seconds. */
  readonly created: number;
  readonly model: string;
  readonly choices: readonly ChunkChoice[];
  readonly usage?: TokenUsage | null;
}
