/** The chat models, and what each answers: pure functions of the request. */
import type { ChatRequest, Message } from './chat-request.ts';
import { loremBytes, loremWords, stretch } from './texts.ts';
import { makeArguments } from './tool-arguments.ts';

/** What a model answers: a text, or a call of one tool with its arguments as JSON text. */
export type Answer =
  | { readonly type: 'text'; readonly text: string; readonly finishReason: 'stop' | 'length' }
  | {
      readonly type: 'tool-call';
      readonly name: string;
      readonly arguments: string;
      readonly finishReason: 'tool_calls';
    };

/** A model: how it answers, and how it behaves when told nothing. */
export interface Model {
  readonly id: string;
  readonly firstDelayMs: number;
  readonly delayMs: number;
  readonly flaky: boolean;
  answer(request: ChatRequest): Answer;
}

const prompt = { firstDelayMs: 0, delayMs: 0, flaky: false };

/** The chat models by name. */
export const chatModels: ReadonlyMap<string, Model> = new Map(
  [
    { ...prompt, id: 'echo', answer: echo },
    { ...prompt, id: 'lorem', answer: lorem },
    { ...prompt, id: 'slow', answer: echo, firstDelayMs: 1000, delayMs: 200 },
    { ...prompt, id: 'flaky', answer: echo, flaky: true },
    { ...prompt, id: 'tools', answer: callTool },
  ].map((model) => [model.id, model]),
);

/** Answer the last thing the user said. */
function echo(request: ChatRequest): Answer {
  return speak(request, request.messages.findLast(isUser)?.text ?? '');
}

/** Answer as many words as the request allows, 50 when it names no limit. */
function lorem(request: ChatRequest): Answer {
  const answer = speak(request, loremWords(request.maxTokens ?? 50));
  return request.maxTokens === undefined || answer.type !== 'text' ? answer : { ...answer, finishReason: 'length' };
}

/** Call the tool; once its result is the last message, say the result; with no tool (or told a size), be `echo`. */
function callTool(request: ChatRequest): Answer {
  const last = request.messages.at(-1);
  if (last?.role === 'tool') return speak(request, `The tool answered: ${last.text}`);
  if (!request.tool || request.told.bytes !== undefined) return echo(request);
  const { name, parameters } = request.tool;
  return { type: 'tool-call', name, arguments: JSON.stringify(makeArguments(parameters)), finishReason: 'tool_calls' };
}

/** The text as an answer, in the size and form that the request asks for. */
function speak({ told, jsonObject }: ChatRequest, text: string): Answer {
  const sized = told.bytes === undefined ? text : loremBytes(told.bytes);
  // INVARIANT (enough to split): two UTF-16 units a chunk, so that `split` makes exactly as many chunks as were told.
  const said = told.chunks === undefined ? sized : stretch(sized, 2 * told.chunks);
  return { type: 'text', text: jsonObject ? JSON.stringify({ echo: said }) : said, finishReason: 'stop' };
}

function isUser(message: Message): boolean {
  return message.role === 'user';
}
