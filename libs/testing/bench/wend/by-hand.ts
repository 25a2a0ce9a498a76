// The representative policy as somebody would write it in JavaScript who needs no fuel, no layers and no explanation: the yardstick.
import type { Catalogue, Decision, Facts, ModelRecord } from '@router-mesh/wend';

/** What of a decision it gives: all that would be carried out. */
export type ByHand = Pick<
  Decision,
  'rules' | 'route' | 'candidates' | 'picked' | 'fallbacks' | 'limits' | 'pipeline' | 'tags'
>;

type Filter = (model: ModelRecord) => boolean;

const affordable: Filter = ({ price_out }) => price_out !== null && price_out <= 2_000_000;
const european: Filter = ({ region }) => region === 'eu';
const guard: Decision['pipeline'][number] = {
  stage: 'validate',
  extension: 'pii-guard',
  range: '^1.2',
  mode: 'required',
  on_fail: 'block',
  timeout_ms: 100,
};
const mask: Decision['pipeline'][number] = {
  stage: 'post',
  extension: 'mask-pii',
  range: '^2',
  mode: 'required',
  on_fail: 'block',
  config: { email: true },
  stream: { kind: 'window', size: 80 },
};

export function byHand({ input, catalogue }: Facts): ByHand {
  const { request, tenant, user, health } = input;
  const rules = ['bounded'];
  const filters: Filter[] = [];
  const pipeline: Decision['pipeline'][number][] = [];
  const tags: Record<string, boolean> = {};
  let maxTokens = 4096;

  const gpt = catalogue.byId.get('openai/gpt-4.1');
  const estimate =
    gpt === undefined || gpt.price_in === null || gpt.price_out === null
      ? 0
      : gpt.price_in * request.tokens_in + gpt.price_out * (request.max_tokens ?? 512);
  if ((tenant.spent ?? 0) + estimate > (tenant.budget ?? 1e18) * 0.9) {
    rules.push('nearly_spent');
    tags['over_budget'] = true;
    maxTokens = 1024;
    filters.push(affordable);
  }
  if (request.pii === true) {
    rules.push('pii');
    pipeline.push(guard, mask);
    filters.push(european);
  }
  const allowed: Filter = (model) => model.verbs.includes(request.kind) && filters.every((filter) => filter(model));
  const common = { rules, pipeline, tags, limits: { max_tokens: maxTokens } };

  if (tenant.tier === 'enterprise' && request.tokens_in <= 32_000) {
    const candidates = [
      { model: 'openai/gpt-4.1', weight: 70 },
      { model: 'anthropic/claude-sonnet-4', weight: 30 },
    ].filter(({ model }) => allowedId(model, catalogue, allowed));
    const on = ['timeout', 'server_error'];
    const backup = { model: 'azure-eu/gpt-4.1', on, retry: 2, backoff: { base_ms: 100, cap_ms: 5000 } };
    const fallbacks = allowedId(backup.model, catalogue, allowed) ? [backup] : [];
    return { ...common, route: 'vip', ...settled(candidates, fallbacks, pick(candidates, user.id ?? input.seed)) };
  }
  if (request.tokens_in > 100_000) {
    const candidates = ['google/gemini-2.5-pro', 'ollama/llama3:70b']
      .filter((model) => {
        const known = health[model];
        return known === undefined || (!known.open && known.errors < 0.5);
      })
      .filter((model) => allowedId(model, catalogue, allowed))
      .map((model) => ({ model }));
    return { ...common, route: 'long-documents', ...settled(candidates, [], candidates[0]?.model) };
  }
  const candidates = catalogue.models
    .filter(({ verbs }) => verbs.includes(request.kind))
    .slice(0, 3)
    .filter(allowed)
    .map(({ id }) => ({ model: id }));
  const fallbacks = allowedId('local/llama-3', catalogue, allowed) ? [{ model: 'local/llama-3', on: ['any'] }] : [];
  return { ...common, route: 'default', ...settled(candidates, fallbacks, candidates[0]?.model) };
}

function allowedId(id: string, { byId }: Catalogue, allowed: Filter): boolean {
  const model = byId.get(id);
  return model !== undefined && allowed(model);
}

/** The first fallback stands in where no candidate is left. */
function settled(
  candidates: Decision['candidates'],
  fallbacks: Decision['fallbacks'],
  picked: string | undefined,
): Pick<Decision, 'candidates' | 'fallbacks' | 'picked'> {
  if (picked !== undefined) return { candidates, fallbacks, picked };
  const [first, ...rest] = fallbacks;
  if (first === undefined) return { candidates: [], fallbacks: [] };
  return { candidates: [{ model: first.model }], fallbacks: rest, picked: first.model };
}

/** By weight: FNV-1a of the key. */
function pick(arms: readonly { readonly model: string; readonly weight: number }[], key: string): string | undefined {
  let hash = 0x811c9dc5;
  for (let place = 0; place < key.length; place += 1) hash = Math.imul(hash ^ key.charCodeAt(place), 0x01000193);
  let left = ((hash >>> 0) / 2 ** 32) * arms.reduce((sum, { weight }) => sum + weight, 0);
  for (const { model, weight } of arms) {
    if (left < weight) return model;
    left -= weight;
  }
  return arms.at(-1)?.model;
}
