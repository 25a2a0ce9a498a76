// What a model has said so far in one call: enough for its record, whatever comes next.
import type { Assembly } from './assembly.ts';
import { readUsage, type Reported } from './usage.ts';

/** OpenAI's choices as far as we read them; models write what they like into them. */
interface Choice {
  readonly index?: unknown;
  readonly delta?: unknown;
  readonly message?: unknown;
  readonly finish_reason?: unknown;
}

interface ToolCall {
  readonly function?: { readonly name?: unknown; readonly arguments?: unknown } | null;
}

/** Who answered, and why it stopped, as the model says. */
export interface Identity {
  readonly id: string | undefined;
  readonly model: string | undefined;
  readonly finishReasons: readonly string[];
}

export class Heard {
  /** When the answer began, epoch ms. */
  firstAt: number | undefined;
  /** Bytes of what was said, for the estimate of those that report no usage. */
  saidBytes = 0;
  /** A whole answer. */
  answer: object | undefined;
  /** The same, as the model wrote it. */
  json: string | undefined;
  #reported: Reported | undefined;
  /** The first chunk of a stream, or a whole answer: it says who answered. */
  #first: object | undefined;
  /** Choices of a stream by their index: why they are finished, empty while they are not. */
  readonly #choices = new Map<unknown, string>();
  /** Where a stream is put together, for it may be given again. */
  readonly assembly: Assembly | undefined;
  /** Its end was seen. */
  #ended = false;

  constructor(assembly?: Assembly) {
    this.assembly = assembly;
  }

  get reported(): Reported | undefined {
    return this.#reported;
  }

  /** Whether every choice of a stream that was begun is finished. */
  get complete(): boolean {
    for (const reason of this.#choices.values()) if (reason === '') return false;
    return this.#choices.size > 0;
  }

  /** What the model says of itself and its answer, for traces. */
  get identity(): Identity {
    const { id, model } = (this.#first ?? {}) as { id?: unknown; model?: unknown };
    const whole = this.answer === undefined ? [] : choicesOf(this.answer).map((choice) => choice?.finish_reason);
    return {
      id: shortText(id),
      model: shortText(model),
      finishReasons: [...this.#choices.values(), ...whole].flatMap((reason) => shortText(reason) ?? []),
    };
  }

  /** The whole answer, of a stream too where it was put together; undefined while it is not complete. */
  get whole(): object | undefined {
    return this.answer ?? (this.#ended && this.complete ? this.assembly?.whole : undefined);
  }

  /** The stream came to its end, and was not cut. */
  end(): void {
    this.#ended = true;
  }

  /** @param json what the model wrote, of which `answer` was parsed */
  takeAnswer(answer: object, json: string): void {
    this.answer = answer;
    this.json = json;
    this.#first = answer;
    this.#reported = readUsage(answer);
    this.saidBytes = 0;
    for (const choice of choicesOf(answer)) this.saidBytes += bytesOfSaid(choice?.message);
  }

  /** Text that differs in nothing else from a chunk that was taken. */
  takeText(bytes: number): void {
    this.saidBytes += bytes;
  }

  takeChunk(chunk: object): void {
    this.#first ??= chunk;
    this.assembly?.take(chunk);
    this.#reported = readUsage(chunk) ?? this.#reported;
    for (const choice of choicesOf(chunk)) {
      const { index, delta, finish_reason } = choice ?? {};
      this.saidBytes += bytesOfSaid(delta);
      if (isReason(finish_reason)) this.#choices.set(index, finish_reason);
      else if (!this.#choices.has(index)) this.#choices.set(index, '');
    }
  }
}

/** Whether a chunk carries usage and nothing else. */
export function isUsageChunk(chunk: object): boolean {
  const { choices, usage } = chunk as { choices?: unknown; usage?: unknown };
  return typeof usage === 'object' && usage !== null && Array.isArray(choices) && choices.length === 0;
}

/** Whether a chunk ends none of its choices. */
export function isUnfinished(chunk: object): boolean {
  return !choicesOf(chunk).some((choice) => isReason(choice?.finish_reason));
}

/** Bytes of what a chunk says, over all its choices. */
export function bytesSaid(chunk: object): number {
  return choicesOf(chunk).reduce((bytes, choice) => bytes + bytesOfSaid(choice?.delta), 0);
}

/** Whether an object that came with a good status is an error all the same. */
export function isError(answer: object): boolean {
  const { error, object } = answer as { error?: unknown; object?: unknown };
  return (error !== undefined && error !== null) || object === 'error';
}

/** A name or code; what is longer is none, and may be anything. */
function shortText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= 200 ? value : undefined;
}

function isReason(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function choicesOf(answer: object): readonly (Choice | null)[] {
  const { choices } = answer as { choices?: unknown };
  return Array.isArray(choices) ? (choices as (Choice | null)[]) : [];
}

/** What models think, say, refuse and call, in a delta or a message. */
function bytesOfSaid(said: unknown): number {
  if (typeof said !== 'object' || said === null) return 0;
  const { content, refusal, reasoning, reasoning_content, tool_calls } = said as Record<string, unknown>;
  let bytes = bytesOf(content) + bytesOf(refusal) + bytesOf(reasoning ?? reasoning_content);
  for (const call of Array.isArray(tool_calls) ? (tool_calls as (ToolCall | null)[]) : []) {
    bytes += bytesOf(call?.function?.name) + bytesOf(call?.function?.arguments);
  }
  return bytes;
}

function bytesOf(text: unknown): number {
  return typeof text === 'string' ? Buffer.byteLength(text) : 0;
}
