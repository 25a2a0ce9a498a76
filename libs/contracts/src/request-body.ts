// Checking the body of a request: what is plainly of its form is seen to be at once, and all else is for its schema to judge.
import { requestSchemas, type ChatRequest, type EmbedRequest, type Verb } from './chat.ts';
import { parseAs } from './errors.ts';

/**
 * Check the body of a request; what we do not act on passes through.
 *
 * INVARIANT (the schema is the truth): what is taken here without asking the schema, the schema takes as it is.
 * @throws RouterError `invalid_request` with `param` = path of the field that is wrong
 */
export function parseRequestBody(verb: Verb, body: unknown): ChatRequest | EmbedRequest {
  if (verb === 'embed') return isPlainEmbed(body) ? body : parseAs(requestSchemas.embed, body, 'body');
  return isPlainChat(body) ? body : parseAs(requestSchemas[verb], body, 'body');
}

type Fields = Readonly<Record<string, unknown>>;

/** Whether a body is surely a chat request; one that asks something of the router itself is for the schema. */
function isPlainChat(body: unknown): body is ChatRequest {
  return (
    isObject(body) &&
    isCommon(body) &&
    Array.isArray(body['messages']) &&
    body['messages'].length > 0 &&
    body['messages'].every(isPlainMessage) &&
    (isAbsent(body['stream']) || typeof body['stream'] === 'boolean') &&
    (isAbsent(body['stream_options']) || isUsageOption(body['stream_options'])) &&
    (isAbsent(body['max_tokens']) || isCount(body['max_tokens'])) &&
    (isAbsent(body['max_completion_tokens']) || isCount(body['max_completion_tokens'])) &&
    (isAbsent(body['temperature']) || Number.isFinite(body['temperature'])) &&
    (isAbsent(body['tools']) || (Array.isArray(body['tools']) && body['tools'].every(isTyped))) &&
    (isAbsent(body['response_format']) || isTyped(body['response_format']))
  );
}

/** Whether a body is surely a request for embeddings. */
function isPlainEmbed(body: unknown): body is EmbedRequest {
  return (
    isObject(body) &&
    isCommon(body) &&
    isInput(body['input']) &&
    (isAbsent(body['dimensions']) || isCount(body['dimensions'])) &&
    (isAbsent(body['encoding_format']) || typeof body['encoding_format'] === 'string')
  );
}

function isCommon({ model, user, router }: Fields): boolean {
  return (
    typeof model === 'string' &&
    model.length > 0 &&
    model.length <= 256 &&
    (user === undefined || typeof user === 'string') &&
    router === undefined
  );
}

function isPlainMessage(message: unknown): boolean {
  if (!isObject(message)) return false;
  const { role, content } = message;
  if (typeof role !== 'string' || role === '') return false;
  return typeof content === 'string' || isAbsent(content) || (Array.isArray(content) && content.every(isTyped));
}

function isInput(input: unknown): boolean {
  if (typeof input === 'string') return true;
  if (!Array.isArray(input)) return false;
  return input.every(isText) || input.every(Number.isSafeInteger) || input.every(isTokens);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isTokens(value: unknown): boolean {
  return Array.isArray(value) && value.every(Number.isSafeInteger);
}

function isTyped(value: unknown): boolean {
  return isObject(value) && typeof value['type'] === 'string';
}

function isUsageOption(value: unknown): boolean {
  return isObject(value) && (isAbsent(value['include_usage']) || typeof value['include_usage'] === 'boolean');
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) > 0;
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

/** One with a key `__proto__` is for the schema, which leaves that out. */
function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Object.hasOwn(value, '__proto__');
}
