// What a policy decided, as the plan that the stops behind go by. Pure.
import {
  FailureClass,
  type Backoff,
  type Candidate,
  type Limits,
  type Plan,
  type ProviderNeed,
  type RouterOptions,
  type Verb,
} from '@router-mesh/contracts';
import type { Decision } from '@router-mesh/wend';
import { cacheKey } from './cache-key.ts';
import { reshaped } from './reshape.ts';

export interface PlanFacts {
  readonly at: number;
  readonly verb: Verb;
  readonly tenant: string;
  /** As it came. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly options: RouterOptions | undefined;
}

export interface Planned {
  readonly plan: Plan;
  /** To be forwarded in the place of the one that came; undefined when that goes on byte for byte. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
  /** Ms; undefined when the policy says nothing. */
  readonly timeoutMs: number | undefined;
  /** Of the requesting tenant, besides those of its document. */
  readonly limits: Limits | undefined;
}

/** @param decision one that lets the request in */
export function planOf(decision: Decision, { at, verb, tenant, body, options }: PlanFacts): Planned {
  const asked = verb === 'decide' ? 'chat' : verb;
  const changed = reshaped(body, asked, decision);
  const { policy, cache, transforms, hedge_after_ms: hedgeAfterMs, limits, pipeline } = decision;
  const candidates = candidatesOf(decision);
  const tags = tagsOf(decision, options);
  const skipped = pipeline.map(({ extension }) => `extension ${extension}`);
  const plan: Plan = {
    at,
    verb: asked,
    stream: verb !== 'embed' && body['stream'] === true,
    policy: policy.name,
    policy_version: policy.digest,
    route: decision.route ?? 'default',
    candidates,
    attempts: [],
    // What would silently not be done by a stop that does not know it; a cache and a hedge only save.
    needs: needsOf(candidates, transforms.response.length > 0),
    ...(tags === undefined ? {} : { tags }),
    ...(options?.session === undefined ? {} : { session: options.session }),
    ...(skipped.length === 0 ? {} : { skipped }),
    ...(cache === undefined || !('key' in cache)
      ? {}
      : {
          cache: {
            key: cacheKey({ tenant, digest: policy.digest, key: cache.key, verb: asked, body: changed ?? body }),
            ttl_ms: cache.ttl_ms,
          },
        }),
    ...(hedgeAfterMs === undefined ? {} : { hedge_after_ms: hedgeAfterMs }),
    ...(transforms.response.length === 0
      ? {}
      : { transforms: transforms.response.map(({ path, value }) => ({ path: [...path], value })) }),
  };
  return { plan, body: changed, timeoutMs: limits.timeout, limits: limitsOf(limits) };
}

/** What the provider's stop must know how to do. */
function needsOf(candidates: readonly Candidate[], transforms: boolean): ProviderNeed[] {
  const planned = candidates.some(({ on, retry, backoff }) => (on ?? retry ?? backoff) !== undefined);
  const broken = candidates.some(({ breaker }) => breaker !== undefined);
  return [
    ...(planned ? (['fallback'] as const) : []),
    ...(broken ? (['breaker'] as const) : []),
    ...(transforms ? (['transform'] as const) : []),
  ];
}

/** The picked one, those that follow it, and the fallbacks; each model once. The other arms of a split are no fallbacks. */
function candidatesOf({ picked, candidates, fallbacks, breakers }: Decision): Candidate[] {
  const split = candidates.some(({ weight }) => weight !== undefined);
  const ordered = split ? [] : candidates.map(({ model }) => model);
  const first = picked ?? ordered[0];
  const found = new Map<string, Candidate>();
  for (const model of [...(first === undefined ? [] : [first]), ...ordered])
    if (!found.has(model)) found.set(model, withBreaker(model, breakers, {}));
  for (const { model, on, retry, backoff } of fallbacks)
    if (!found.has(model))
      found.set(model, withBreaker(model, breakers, { ...classesOf(on), ...triesOf(retry, backoff) }));
  return [...found.values()];
}

/** `any` is every class that there is; none named: those that another model may help with. */
function classesOf(on: readonly string[]): Pick<Candidate, 'on'> {
  if (on.length === 0) return {};
  if (on.includes('any')) return { on: [...FailureClass.options] };
  return { on: FailureClass.options.filter((one) => on.includes(one)) };
}

function triesOf(retry: number | undefined, backoff: Backoff | undefined): Pick<Candidate, 'retry' | 'backoff'> {
  return { ...(retry === undefined ? {} : { retry }), ...(backoff === undefined ? {} : { backoff }) };
}

function withBreaker(
  id: string,
  breakers: Decision['breakers'],
  terms: Omit<Candidate, 'vendor' | 'model'>,
): Candidate {
  const slash = id.indexOf('/');
  const own = breakers.find(({ model }) => model === id) ?? breakers.find(({ model }) => model === undefined);
  return {
    vendor: id.slice(0, slash),
    model: id.slice(slash + 1),
    ...terms,
    ...(own === undefined
      ? {}
      : { breaker: { calls: own.calls, failure_rate: own.failure_rate, open_ms: own.open_ms } }),
  };
}

/** The request's own tags, and over them the policy's; all are texts on the wire. */
function tagsOf({ tags }: Decision, options: RouterOptions | undefined): Record<string, string> | undefined {
  const said = Object.entries(tags).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  if (said.length === 0) return options?.tags;
  return { ...options?.tags, ...(Object.fromEntries(said) as Record<string, string>) };
}

function limitsOf({ rpm, tpm, concurrency }: Decision['limits']): Limits | undefined {
  if (rpm === undefined && tpm === undefined && concurrency === undefined) return undefined;
  return {
    ...(rpm === undefined ? {} : { rpm }),
    ...(tpm === undefined ? {} : { tpm }),
    ...(concurrency === undefined ? {} : { concurrency }),
  };
}
