// What each client sees of one misbehaviour.
import { RouterError, type Attempt, type Client } from '@router-mesh/client';
import { randomBytes } from 'node:crypto';
import { textOf, type Answer, type Frame, type PlainClient } from '../plain-client.ts';
import type { Form, Misbehaviour } from './misbehaviours.ts';

/** What one client saw of one request. */
export interface Seen {
  readonly request: string;
  /** `ok`, or the error's code. */
  readonly code: string;
  /** The HTTP number of the error. */
  readonly status: number | undefined;
  readonly retryable: boolean | undefined;
  /** When to ask again, in whole seconds. */
  readonly retryAfter: number | undefined;
  /** The classes of the attempts that failed, in order. */
  readonly attempts: readonly string[];
  /** How much of the answer came. */
  readonly delivered: 'nothing' | 'a part' | 'all';
}

const content = 'one two three four five';

function bodyOf({ vendor = 'demo', told = {} }: Misbehaviour) {
  return { model: `${vendor}/echo`, messages: [{ role: 'user' as const, content }], demo: told };
}

/** 26 digits of base 32, as a ULID has. */
function aRequestId(): string {
  return `0${Array.from(randomBytes(25), (byte) => '0123456789ABCDEFGHJKMNPQRSTVWXYZ'[byte % 32]).join('')}`;
}

export async function askBySdk(client: Client, one: Misbehaviour, form: Form): Promise<Seen> {
  const request = aRequestId();
  const options = { request, timeoutMs: one.timeoutMs };
  let text = '';
  try {
    if (form === 'unary') {
      const answer = await client.chat(bodyOf(one), options);
      const said = answer.choices[0]?.message.content ?? '';
      return seen(request, said, undefined, answer.router.attempts);
    }
    const stream = client.stream(bodyOf(one), options);
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    return seen(request, text, undefined, (await stream.report).router.attempts);
  } catch (error) {
    if (!(error instanceof RouterError)) throw error;
    return seen(request, text, error, attemptsOf(error));
  }
}

export async function askPlainly(client: PlainClient, one: Misbehaviour, form: Form): Promise<Seen> {
  const request = aRequestId();
  const headers = {
    'Router-Request': request,
    ...(one.timeoutMs === undefined ? {} : { 'Router-Timeout': String(one.timeoutMs) }),
  };
  const body = bodyOf(one);
  return form === 'unary'
    ? readAnswer(request, await client.chat(content, body, { headers }))
    : readFrames(request, await client.stream(content, body, { headers }));
}

function readAnswer(request: string, { body }: Answer): Seen {
  if (body.error === undefined) {
    const said = body.choices?.[0]?.message.content ?? '';
    return seen(request, said, undefined, body.router?.attempts ?? []);
  }
  const error = RouterError.fromBody(body);
  return seen(request, '', error, attemptsOf(error));
}

function readFrames(request: string, frames: readonly Frame[]): Seen {
  const last = JSON.parse(frames.at(-2)?.text ?? '') as { readonly router?: { readonly attempts: Attempt[] } };
  if (last.router !== undefined) return seen(request, textOf(frames), undefined, last.router.attempts);
  const error = RouterError.fromBody(last);
  return seen(request, textOf(frames), error, attemptsOf(error));
}

function attemptsOf({ details }: RouterError): readonly Attempt[] {
  return (details?.['attempts'] ?? []) as readonly Attempt[];
}

function seen(
  request: string,
  said: string,
  error: RouterError | undefined,
  attempts: readonly { readonly class: string }[],
): Seen {
  const retryAfterMs = error?.details?.['retry_after_ms'];
  return {
    request,
    code: error?.code ?? 'ok',
    status: error?.status,
    retryable: error?.retryable,
    retryAfter: typeof retryAfterMs === 'number' ? Math.round(retryAfterMs / 1000) : undefined,
    attempts: attempts.map((attempt) => attempt.class),
    delivered: said === '' ? 'nothing' : error === undefined ? 'all' : 'a part',
  };
}
