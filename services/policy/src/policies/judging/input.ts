// A request as a policy sees it: `wend/input/1`. Pure.
import type { ChatRequest, EmbedRequest, TenantDocument, Verb } from '@router-mesh/contracts';
import type { Input, ModelHealth } from '@router-mesh/wend';

type Json = Input['attributes'][string];
type Fields = Readonly<Record<string, unknown>>;

export interface InputFacts {
  readonly verb: Verb;
  readonly tenant: string;
  /** The one that holds for the tenant. */
  readonly document: TenantDocument;
  readonly body: ChatRequest | EmbedRequest;
  readonly sizeBytes: number;
  readonly health: Readonly<Record<string, ModelHealth>>;
  /** Policy's stamp, epoch ms. */
  readonly at: number;
  /** Asked when the policy, or its log, looks at the seed: most policies do not, and it is a hash. */
  seed(): string;
}

/** What a part of a message is called, and what it is. */
const modalities: Readonly<Record<string, string>> = {
  text: 'text',
  image_url: 'image',
  input_audio: 'audio',
  file: 'file',
};

const nothing: Readonly<Record<string, never>> = Object.freeze({});

/** All plain data but the seed, which is worked out when it is read: the policy reads own properties and nothing else. */
export function inputOf({ verb, tenant, document, body, sizeBytes, health, at, seed }: InputFacts): Input {
  const { session, attributes } = body.router ?? {};
  const { limits } = document;
  let said: string | undefined;
  return {
    request: {
      kind: verb === 'embed' ? 'embed' : 'chat',
      model: body.model,
      tokens_in: Math.ceil(sizeBytes / 4),
      max_tokens: wholeOrNull(body['max_completion_tokens'] ?? body['max_tokens']),
      stream: verb !== 'embed' && body['stream'] === true,
      tools: Array.isArray(body['tools']) && body['tools'].length > 0,
      modalities: modalitiesOf(body['messages']),
      pii: null,
      lang: null,
      metadata: plainObject(body['metadata']),
    },
    tenant: {
      id: tenant.slice(tenant.lastIndexOf('.') + 1),
      path: tenant,
      tier: document.tier ?? 'free',
      region: document.region ?? null,
      spent: null,
      budget: null,
      quotas: quotasOf(limits),
    },
    user: { id: body.user ?? null, roles: [] },
    session: { id: session ?? null },
    attributes: (attributes ?? nothing) as Readonly<Record<string, Json>>,
    health,
    now: at,
    get seed() {
      return (said ??= seed());
    },
  };
}

function wholeOrNull(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** Each kind once, text first: a message without parts is text. */
function modalitiesOf(messages: unknown): string[] {
  let found: Set<string> | undefined;
  if (Array.isArray(messages))
    for (const { content } of messages as readonly { readonly content?: unknown }[])
      if (Array.isArray(content)) {
        found ??= new Set(['text']);
        for (const { type } of content as readonly { readonly type: string }[])
          found.add(Object.hasOwn(modalities, type) ? (modalities[type] ?? type) : type);
      }
  return found === undefined ? ['text'] : [...found];
}

/** OpenAI's `metadata`, where it is an object. */
function plainObject(value: unknown): Readonly<Record<string, Json>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return nothing;
  return value as Readonly<Record<string, Json>>;
}

function quotasOf(limits: TenantDocument['limits']): Record<string, number> {
  const { rpm, tpm, concurrency }: Fields = limits ?? nothing;
  return Object.fromEntries(
    Object.entries({ rpm, tpm, concurrency }).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number',
    ),
  );
}
