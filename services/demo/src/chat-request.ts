/** A chat completion request, read from a body as far as the demo looks at it. */
import { invalid, missing, notJson } from './api-error.ts';
import { parseTold, type Told } from './told.ts';

/** A message: who said it, and its parts joined to one text. */
export interface Message {
  readonly role: string;
  readonly text: string;
}

/** A function the model may call; `parameters` is a JSON schema. */
export interface Tool {
  readonly name: string;
  readonly parameters: unknown;
}

/** What the demo reads of a request; everything else in the body is accepted and ignored. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly jsonObject: boolean;
  readonly maxTokens?: number;
  /** The tool to call: the one `tool_choice` names, else the first; absent when there is none or `tool_choice` is "none". */
  readonly tool?: Tool;
  readonly told: Told;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Read a chat completion request.
 * @throws ApiError 400 naming the parameter
 */
export function parseChatRequest(body: unknown): ChatRequest {
  const fields = parseFields(body);
  const { stream, stream_options: streamOptions, response_format: format, n } = fields;
  if (fields['messages'] === undefined) throw missing('messages');
  if (!Array.isArray(fields['messages']) || fields['messages'].length === 0) {
    throw invalid('messages', 'an array of at least one message');
  }
  if (streamOptions !== undefined && stream !== true) throw invalid('stream_options', "'stream' to be true with it");
  if ((n ?? 1) !== 1) throw invalid('n', '1, for the demo answers one choice');
  const maxTokens = parseMaxTokens(fields);
  const tool = parseTool(fields);
  return {
    model: parseModel(fields),
    messages: fields['messages'].map(parseMessage),
    stream: stream === true,
    includeUsage: isFields(streamOptions) && streamOptions['include_usage'] === true,
    jsonObject: isFields(format) && format['type'] === 'json_object',
    told: parseTold(fields['demo']),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(tool && { tool }),
  };
}

/**
 * The body as an object.
 * @throws ApiError 400 when it is anything else
 */
export function parseFields(body: unknown): Fields {
  if (isFields(body)) return body;
  throw notJson();
}

/**
 * The body's `model`.
 * @throws ApiError 400 when it is not a string
 */
export function parseModel({ model }: Fields): string {
  if (model === undefined) throw missing('model');
  if (typeof model === 'string') return model;
  throw invalid('model', 'a string', 'invalid_type');
}

/** Whether a value is an object with fields. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseMessage(message: unknown, index: number): Message {
  const param = `messages[${index}]`;
  if (!isFields(message)) throw invalid(param, 'an object', 'invalid_type');
  const { role, content } = message;
  if (typeof role !== 'string') throw invalid(`${param}.role`, 'a string', 'invalid_type');
  if (typeof content === 'string') return { role, text: content };
  if (Array.isArray(content)) return { role, text: content.map(namePart).join(' ') };
  // An assistant's message that calls tools has no content.
  if (content === undefined || content === null) return { role, text: '' };
  throw invalid(`${param}.content`, 'a string or an array of content parts', 'invalid_type');
}

/** A text part as its text, any other as its kind: `[image]`, `[input_audio]`, `[file]`. */
function namePart(part: unknown): string {
  if (!isFields(part) || typeof part['type'] !== 'string') throw invalid('messages', "content parts with a 'type'");
  if (typeof part['text'] === 'string') return part['text'];
  return part['type'] === 'image_url' ? '[image]' : `[${part['type']}]`;
}

function parseMaxTokens(fields: Fields): number | undefined {
  const param = fields['max_completion_tokens'] === undefined ? 'max_tokens' : 'max_completion_tokens';
  const given = fields[param] ?? undefined;
  if (given === undefined) return undefined;
  if (Number.isInteger(given) && Number(given) >= 1) return Number(given);
  throw invalid(param, 'an integer of at least 1');
}

function parseTool({ tools, tool_choice: choice }: Fields): Tool | undefined {
  if (tools === undefined || choice === 'none') return undefined;
  if (!Array.isArray(tools)) throw invalid('tools', 'an array', 'invalid_type');
  const declared = tools.map(parseFunction);
  if (!isFields(choice) || !isFields(choice['function'])) return declared[0];
  const wanted = choice['function']['name'];
  const chosen = declared.find((tool) => tool.name === wanted);
  if (!chosen) throw invalid('tool_choice', "the name of a function in 'tools'");
  return chosen;
}

function parseFunction(tool: unknown, index: number): Tool {
  const declared = isFields(tool) ? tool['function'] : undefined;
  if (!isFields(declared) || typeof declared['name'] !== 'string') {
    throw invalid(`tools[${index}].function`, "an object with a 'name'");
  }
  return { name: declared['name'], parameters: declared['parameters'] };
}
