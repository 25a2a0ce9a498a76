/** A whole answer in OpenAI's wire format: the `chat.completion` object and its usage, as JSON text. */
import type { ChatRequest } from './chat-request.ts';
import type { Answer } from './models.ts';
import { countTokens } from './texts.ts';

/** What identifies an answer; every chunk of a stream repeats it. `id` is bare: prefixes are the format's. */
export interface Head {
  readonly id: string;
  readonly createdSeconds: number;
  readonly model: string;
}

/** The answer as a `chat.completion` object. */
export function writeCompletion(head: Head, answer: Answer, usage: string | undefined): string {
  const { id, createdSeconds, model } = head;
  return (
    `{"id":"chatcmpl-${id}","object":"chat.completion","created":${createdSeconds},"model":"${model}","choices":[` +
    `{"index":0,"message":${writeMessage(id, answer)},"logprobs":null,"finish_reason":"${answer.finishReason}"}],` +
    `${usage === undefined ? '' : `"usage":${usage},`}"service_tier":"default","system_fingerprint":"fp_demo"}`
  );
}

/** The usage object of an answer; undefined when the request told to leave it out. */
export function writeUsage({ messages, told }: ChatRequest, answer: Answer): string | undefined {
  if (told.no_usage) return undefined;
  const prompt = countTokens(...messages.map((message) => message.text));
  const completion = answer.type === 'text' ? countTokens(answer.text) : countTokens(answer.name, answer.arguments);
  return (
    `{"prompt_tokens":${prompt},"completion_tokens":${completion},"total_tokens":${prompt + completion},` +
    '"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,' +
    '"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}'
  );
}

/** The object of one tool call, without the closing of its `arguments`: whole answers and first chunks share it. */
export function writeToolCall(id: string, name: string, args: string): string {
  return `"id":"call_${id}","type":"function","function":{"name":${JSON.stringify(name)},"arguments":${JSON.stringify(args)}}`;
}

function writeMessage(id: string, answer: Answer): string {
  if (answer.type === 'text') {
    return `{"role":"assistant","content":${JSON.stringify(answer.text)},"refusal":null,"annotations":[]}`;
  }
  const call = writeToolCall(id, answer.name, answer.arguments);
  return `{"role":"assistant","content":null,"tool_calls":[{${call}}],"refusal":null,"annotations":[]}`;
}
