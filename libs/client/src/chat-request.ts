// What a chat request is: OpenAI's Chat Completions body, with the router's own options beside it.
import type { RouterOptions } from './told.ts';

/** One part of a message that is more than text: `{ type: 'text', text }`, `{ type: 'image_url', image_url: { url } }`. */
export interface ContentPart {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** A call of a tool, as the model asked for it; `arguments` is JSON text. */
export interface ToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

/** One message of the conversation. `role` is `system`, `developer`, `user`, `assistant` or `tool`. */
export interface ChatMessage {
  readonly role: string;
  /** `null` or absent when an assistant's message only calls tools. */
  readonly content?: string | readonly ContentPart[] | null | undefined;
  /** The calls that an assistant's message made. */
  readonly tool_calls?: readonly ToolCall[] | undefined;
  /** In a message of the role `tool`: the call that it answers. */
  readonly tool_call_id?: string | undefined;
  readonly [field: string]: unknown;
}

/** A function that the model may call; `parameters` is a JSON schema. */
export interface Tool {
  readonly type: string;
  readonly function?:
    { readonly name: string; readonly description?: string | undefined; readonly parameters?: unknown } | undefined;
  readonly [field: string]: unknown;
}

/**
 * The body of `chat`, `stream` and `decide`: OpenAI's Chat Completions.
 *
 * Fields that are not named here pass through to the model untouched.
 */
export interface ChatRequest {
  /** `vendor/model`, an alias without a vendor, or `auto`, which leaves the choice to policy. */
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly max_tokens?: number | null | undefined;
  readonly max_completion_tokens?: number | null | undefined;
  readonly temperature?: number | null | undefined;
  readonly tools?: readonly Tool[] | null | undefined;
  readonly response_format?: { readonly type: string; readonly [field: string]: unknown } | null | undefined;
  /** With `include_usage` the last chunk of a stream tells the tokens. For `stream` only. */
  readonly stream_options?: { readonly include_usage?: boolean | null | undefined } | null | undefined;
  /** The end user on whose behalf it is asked. */
  readonly user?: string | undefined;
  readonly router?: RouterOptions | undefined;
  /** Not a field to set: `client.stream` asks for a stream and `client.chat` does not. */
  readonly stream?: never;
  readonly [field: string]: unknown;
}
