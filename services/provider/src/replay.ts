// A whole answer as the stream that its model would have said it in. Pure.

/** A text is told in so many pieces at most. */
const mostPieces = 8;
/** A piece is no shorter than this, UTF-16 units, unless it is the last. */
const shortest = 24;

type Fields = Readonly<Record<string, unknown>>;

/**
 * The chunks of an answer, as JSON: role, texts piece by piece, tool calls, then why each choice ended; choice after choice.
 *
 * What `assembly.ts` puts together of them is the answer again.
 * @param usage is told in a chunk of its own at the end, where the client asked for one
 */
export function chunksOf(answer: object, usage?: object): object[] {
  const { choices, usage: told, object: _whole, ...fields } = answer as Fields;
  const chunk = (choices: readonly object[], more: object = {}): object => ({
    ...fields,
    object: 'chat.completion.chunk',
    choices,
    ...more,
  });
  const said = (Array.isArray(choices) ? (choices as Fields[]) : []).flatMap((choice, place) =>
    deltasOf(choice, place),
  );
  const chunks = said.map((choice) => chunk([choice]));
  return usage === undefined ? chunks : [...chunks, chunk([], { usage: told ?? usage })];
}

function deltasOf(choice: Fields, place: number): object[] {
  const { index = place, message, logprobs, finish_reason = 'stop', ...others } = choice;
  const { role = 'assistant', content, tool_calls: calls, ...more } = (message ?? {}) as Fields;
  const deltas: object[] = [{ role, content: typeof content === 'string' ? '' : content, ...more }];
  if (typeof content === 'string') for (const piece of piecesOf(content)) deltas.push({ content: piece });
  if (Array.isArray(calls)) deltas.push(...calls.flatMap((call, place) => toolCallDeltas(call as Fields, place)));
  return [
    ...deltas.map((delta) => ({ index, delta, finish_reason: null })),
    { index, delta: {}, ...(logprobs === undefined ? {} : { logprobs }), ...others, finish_reason },
  ];
}

/** What is called, and then with what. */
function toolCallDeltas({ function: called, ...call }: Fields, index: number): object[] {
  if (called === undefined) return [{ tool_calls: [{ index, ...call }] }];
  const { arguments: given, ...named } = called as Fields;
  return [
    { tool_calls: [{ index, ...call, function: { ...named, arguments: '' } }] },
    { tool_calls: [{ index, function: { arguments: given } }] },
  ];
}

/** A text in pieces, none of which ends within a character. */
export function piecesOf(text: string): string[] {
  const size = Math.max(shortest, Math.ceil(text.length / mostPieces));
  const pieces: string[] = [];
  for (let from = 0; from < text.length;) {
    const to = from + size;
    const end = isHighSurrogate(text.charCodeAt(to - 1)) ? to + 1 : to;
    pieces.push(text.slice(from, end));
    from = end;
  }
  return pieces;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
