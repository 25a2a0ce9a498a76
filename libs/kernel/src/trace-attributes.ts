// What spans say, by the names that OpenTelemetry's conventions have for it, declared here alone. Pure.
//
// INVARIANT (no user data on spans): tenant path, ids, names of stops, vendors and models, codes and numbers; never a prompt, an answer, a key,
// the text of an error or what a client calls its user.
import { errorKinds, type ErrorCode, type Verb } from '@router-mesh/contracts';
import { isAsItShould } from './outcome.ts';
import type { AttemptEnd, AttemptFacts, StopFacts } from './tracing.ts';

export type SpanAttributes = Record<string, string | number | boolean | string[]>;

/** The names of attributes: of the conventions, which a test holds to their package, and of our own. */
export const attribute = {
  serviceName: 'service.name',
  serviceVersion: 'service.version',
  serviceInstance: 'service.instance.id',
  errorType: 'error.type',
  status: 'http.response.status_code',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  requestModel: 'gen_ai.request.model',
  requestStream: 'gen_ai.request.stream',
  responseId: 'gen_ai.response.id',
  responseModel: 'gen_ai.response.model',
  finishReasons: 'gen_ai.response.finish_reasons',
  firstChunkSeconds: 'gen_ai.response.time_to_first_chunk',
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  stop: 'router.stop',
  request: 'router.request',
  tenant: 'router.tenant',
  attempt: 'router.attempt',
  leg: 'router.leg',
  code: 'router.code',
  call: 'router.call',
} as const;

/** What the conventions call the work of a verb; `decide` calls no model. */
const operations: Readonly<Record<Verb, string>> = { chat: 'chat', embed: 'embeddings', decide: 'chat' };

/** Vendors for which the conventions have another name than we. */
const providerNames: Readonly<Record<string, string>> = { mistral: 'mistral_ai' };

export function stopAttributes({ stop, request, tenant, attempt, leg }: StopFacts): SpanAttributes {
  return {
    [attribute.stop]: stop,
    [attribute.request]: request,
    [attribute.tenant]: tenant,
    [attribute.attempt]: attempt,
    [attribute.leg]: leg,
  };
}

/** How a stop ended. */
export function endAttributes(code: string): SpanAttributes {
  return isAsItShould(code) ? { [attribute.code]: code } : { [attribute.code]: code, [attribute.errorType]: code };
}

/** Whether a stop failed, rather than refused what was wrong or not allowed: the line that HTTP draws between its 4xx and 5xx. */
export function isFailure(code: string): boolean {
  if (isAsItShould(code)) return false;
  return !(code in errorKinds) || errorKinds[code as ErrorCode].http >= 500;
}

/** `chat echo`, as the conventions name the span of a model's call. */
export function attemptName({ verb, model }: AttemptFacts): string {
  return `${operations[verb]} ${model}`;
}

export function attemptAttributes({ call, verb, vendor, model, stream, leg, url }: AttemptFacts): SpanAttributes {
  return {
    [attribute.operation]: operations[verb],
    [attribute.provider]: providerNames[vendor] ?? vendor,
    [attribute.requestModel]: model,
    ...(stream ? { [attribute.requestStream]: true } : {}),
    ...serverAttributes(url),
    [attribute.call]: call,
    [attribute.leg]: leg,
  };
}

export function answerAttributes(end: AttemptEnd): SpanAttributes {
  const known: Record<string, string | number | string[] | undefined> = {
    [attribute.errorType]: end.error,
    [attribute.status]: end.status,
    [attribute.responseId]: end.id,
    [attribute.responseModel]: end.model,
    [attribute.finishReasons]: end.finishReasons.length === 0 ? undefined : [...end.finishReasons],
    [attribute.firstChunkSeconds]: end.firstPieceMs === undefined ? undefined : end.firstPieceMs / 1000,
    [attribute.inputTokens]: end.inputTokens,
    [attribute.outputTokens]: end.outputTokens,
  };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)) as SpanAttributes;
}

/** Host and port alone: a base URL may have a secret in its path or query. */
function serverAttributes(base: string): SpanAttributes {
  if (!URL.canParse(base)) return {};
  const { hostname, port, protocol } = new URL(base);
  return {
    [attribute.serverAddress]: hostname,
    [attribute.serverPort]: Number(port) || (protocol === 'http:' ? 80 : 443),
  };
}
