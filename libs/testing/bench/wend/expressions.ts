// The representative policy for languages of expressions: eight of them, and a host in JavaScript that does what such a language cannot.
import type { Facts, Input, ModelRecord } from '@router-mesh/wend';
import type { Outline } from './representative.ts';

/** What expressions may look at, as plain data. */
export interface Scope extends Pick<Input, 'request' | 'tenant' | 'user' | 'health'> {
  /** That answer the request, cheapest first. */
  readonly models: readonly ModelRecord[];
  readonly byId: Readonly<Record<string, ModelRecord>>;
}

export function scopeOf({ input, catalogue }: Facts): Scope {
  const { request, tenant, user, health } = input;
  const models = catalogue.models.filter(({ verbs }) => verbs.includes(request.kind));
  return { request, tenant, user, health, models, byId: Object.fromEntries(catalogue.byId) };
}

/** The policy in one such language; `Data` is a scope or a model in the form in which the language takes it. */
export interface Expressions<Data> {
  readonly data: (of: Scope | { readonly m: ModelRecord }) => Data;
  readonly nearlySpent: (scope: Data) => unknown;
  readonly affordable: (model: Data) => unknown;
  readonly pii: (scope: Data) => unknown;
  readonly european: (model: Data) => unknown;
  readonly vip: (scope: Data) => unknown;
  readonly long: (scope: Data) => unknown;
  readonly healthy: (scope: Data) => Iterable<unknown>;
  readonly cheapest: (scope: Data) => Iterable<unknown>;
}

/** Rules, filters, routes and their order are JavaScript; data is put in the language's form beforehand. */
export function hostOf<Data>(language: Expressions<Data>, facts: Facts): () => Outline {
  const scope = language.data(scopeOf(facts));
  const models = new Map(facts.catalogue.models.map((m) => [m.id, language.data({ m })]));
  return () => {
    const rules = ['bounded'];
    const filters: ((model: Data) => unknown)[] = [];
    const extensions: string[] = [];
    let maxTokens = 4096;
    if (language.nearlySpent(scope) === true) {
      rules.push('nearly_spent');
      maxTokens = 1024;
      filters.push(language.affordable);
    }
    if (language.pii(scope) === true) {
      rules.push('pii');
      extensions.push('pii-guard', 'mask-pii');
      filters.push(language.european);
    }
    const allowed = (id: unknown): id is string => {
      const model = typeof id === 'string' ? models.get(id) : undefined;
      return model !== undefined && filters.every((filter) => filter(model) === true);
    };
    const common = { rules, maxTokens, extensions };
    if (language.vip(scope) === true) {
      const candidates = ['openai/gpt-4.1', 'anthropic/claude-sonnet-4'].filter(allowed);
      return { ...common, route: 'vip', ...settled(candidates, ['azure-eu/gpt-4.1'].filter(allowed)) };
    }
    if (language.long(scope) === true)
      return { ...common, route: 'long-documents', ...settled([...language.healthy(scope)].filter(allowed), []) };
    const fallbacks = ['local/llama-3'].filter(allowed);
    return { ...common, route: 'default', ...settled([...language.cheapest(scope)].filter(allowed), fallbacks) };
  };
}

/** The first fallback stands in where no candidate is left. */
function settled(
  candidates: readonly string[],
  fallbacks: readonly string[],
): Pick<Outline, 'candidates' | 'fallbacks'> {
  return candidates.length > 0
    ? { candidates, fallbacks }
    : { candidates: fallbacks.slice(0, 1), fallbacks: fallbacks.slice(1) };
}
