// A stream put together: the whole answer that its chunks say, as the model would have written it without a stream. Pure.

/** Texts of a message that come in pieces. */
const texts: readonly string[] = ['content', 'refusal', 'reasoning', 'reasoning_content'];
/** Fields of a chunk that are no part of an answer: `obfuscation` is OpenAI's padding against eavesdroppers. */
const ofChunksAlone: readonly string[] = ['choices', 'object', 'obfuscation'];

type Fields = Readonly<Record<string, unknown>>;

/** One choice, as far as it has come. */
interface Choice {
  readonly message: Map<string, unknown>;
  readonly toolCalls: Map<number, { readonly fields: Map<string, unknown>; name: string; arguments: string }>;
  readonly logprobs: Map<string, unknown[]>;
  /** Every other field of it, as it was last said. */
  readonly fields: Map<string, unknown>;
}

/** Puts a stream together while it passes. What it does not know how to put together, it gives up: no answer is better than a wrong one. */
export class Assembly {
  readonly #mostUnits: number;
  readonly #fields = new Map<string, unknown>();
  readonly #choices = new Map<number, Choice>();
  #units = 0;
  #givenUp = false;

  /** @param mostUnits characters of what is said, beyond which it gives up */
  constructor(mostUnits: number) {
    this.#mostUnits = mostUnits;
  }

  take(chunk: object): void {
    if (this.#givenUp) return;
    for (const [name, value] of Object.entries(chunk))
      if (!ofChunksAlone.includes(name) && isSaid(value)) this.#fields.set(name, value);
    const { choices } = chunk as { choices?: unknown };
    for (const choice of Array.isArray(choices) ? (choices as unknown[]) : []) this.#takeChoice(choice);
  }

  /** The answer, of a stream that came to its end; undefined when it could not be put together. */
  get whole(): object | undefined {
    if (this.#givenUp || this.#choices.size === 0) return undefined;
    const choices = [...this.#choices].sort(([a], [b]) => a - b).map(([index, choice]) => choiceOf(index, choice));
    return { ...Object.fromEntries(this.#fields), object: 'chat.completion', choices };
  }

  #takeChoice(given: unknown): void {
    if (!isObject(given) || !isPlace(given['index'])) return this.#giveUp();
    const { index, delta, logprobs, ...fields } = given;
    const choice = this.#choices.get(index) ?? {
      message: new Map(),
      toolCalls: new Map(),
      logprobs: new Map(),
      fields: new Map(),
    };
    this.#choices.set(index, choice);
    for (const [name, value] of Object.entries(fields)) if (isSaid(value)) choice.fields.set(name, value);
    if (isObject(delta)) for (const [name, value] of Object.entries(delta)) this.#takeSaid(choice, name, value);
    if (isObject(logprobs))
      for (const [name, value] of Object.entries(logprobs)) this.#takeLogprobs(choice, name, value);
  }

  #takeSaid({ message, toolCalls }: Choice, name: string, value: unknown): void {
    if (!isSaid(value) && name !== 'content') return; // that a text is there, and empty, is said of the content alone
    if (name === 'role') message.set(name, value);
    else if (texts.includes(name) && typeof value === 'string')
      message.set(name, this.#count((message.get(name) ?? '') as string, value));
    else if (name === 'tool_calls' && Array.isArray(value))
      for (const call of value as unknown[]) this.#takeToolCall(toolCalls, call);
    else if (value !== null) this.#giveUp();
  }

  #takeToolCall(calls: Choice['toolCalls'], given: unknown): void {
    if (!isObject(given) || !isPlace(given['index'])) return this.#giveUp();
    const { index, function: called, ...fields } = given;
    const call = calls.get(index) ?? { fields: new Map(), name: '', arguments: '' };
    calls.set(index, call);
    for (const [name, value] of Object.entries(fields)) {
      if (name === 'id' || name === 'type') {
        if (isSaid(value)) call.fields.set(name, value);
      } else if (isSaid(value)) this.#giveUp();
    }
    if (called === undefined || called === null) return;
    const { name, arguments: more, ...unknown } = called as Fields;
    if (Object.values(unknown).some(isSaid)) this.#giveUp();
    if (typeof name === 'string') call.name = this.#count(call.name, name);
    if (typeof more === 'string') call.arguments = this.#count(call.arguments, more);
  }

  #takeLogprobs({ logprobs }: Choice, name: string, value: unknown): void {
    if (value === null) return;
    if (!Array.isArray(value)) return this.#giveUp();
    this.#count('', JSON.stringify(value));
    const list = logprobs.get(name) ?? [];
    logprobs.set(name, list);
    list.push(...(value as unknown[]));
  }

  #count(before: string, more: string): string {
    this.#units += more.length;
    if (this.#units > this.#mostUnits) this.#giveUp();
    return before + more;
  }

  #giveUp(): void {
    this.#givenUp = true;
    this.#fields.clear();
    this.#choices.clear();
  }
}

function choiceOf(index: number, { message, toolCalls, logprobs, fields }: Choice): object {
  const calls = [...toolCalls].sort(([a], [b]) => a - b);
  return {
    index,
    message: {
      role: 'assistant',
      content: null,
      ...Object.fromEntries(message),
      ...(calls.length === 0 ? {} : { tool_calls: calls.map(([, call]) => toolCallOf(call)) }),
    },
    ...(logprobs.size === 0 ? {} : { logprobs: Object.fromEntries(logprobs) }),
    ...Object.fromEntries(fields),
  };
}

function toolCallOf({
  fields,
  name,
  arguments: given,
}: {
  readonly fields: ReadonlyMap<string, unknown>;
  readonly name: string;
  readonly arguments: string;
}): object {
  return { ...Object.fromEntries(fields), function: { name, arguments: given } };
}

/** Models fill fields that they have nothing to say in. */
function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPlace(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
