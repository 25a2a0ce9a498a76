// The representative policy, linked, and the requests that it is asked about; what of its decision others can give too.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  link,
  sampleCatalogue,
  sampleInput,
  samples,
  type BackEnd,
  type Decision,
  type Facts,
  type Input,
  type LinkedPolicy,
  type LinkOptions,
  type Source,
} from '@router-mesh/wend';

/** The base and its child, as texts. */
export const [base, chat] = [sourceOf('base'), sourceOf('chat')];

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** @throws Error with all that is wrong with it */
export function linked(leaf: Source, options: Pick<LinkOptions, 'backEnd' | 'units'>): LinkedPolicy {
  const { policy, diagnostics } = link(leaf, { resolve: () => base, digest: sha256, ...options });
  if (policy === undefined) throw new Error(diagnostics.map((one) => `${one.code} ${one.message}`).join('\n'));
  return policy;
}

export const representative = (backEnd: BackEnd): LinkedPolicy => linked(chat, { backEnd });

const eu: Input = { ...sampleInput, request: { ...sampleInput.request, pii: true, lang: 'de' } };
const long: Input = { ...sampleInput, request: { ...sampleInput.request, tokens_in: 150_000, max_tokens: 1000 } };

/** One for each way through the policy; all of one shape, as a host makes them. */
const inputs: readonly Input[] = [
  sampleInput,
  samples['enterprise'] ?? sampleInput,
  eu,
  long,
  samples['budget'] ?? sampleInput,
  { ...long, health: { 'google/gemini-2.5-pro': { ok: false, p95: null, errors: 1, open: true } } },
];

export const requests: readonly Facts[] = inputs.map((input) => ({ input, catalogue: sampleCatalogue }));

/** What every contender must say of a request: who is picked of a split is left out, for each has a hash of its own, or none. */
export interface Outline {
  /** Those that matched, without their layer. */
  readonly rules: readonly string[];
  readonly route: string;
  readonly candidates: readonly string[];
  readonly fallbacks: readonly string[];
  readonly maxTokens: number;
  readonly extensions: readonly string[];
}

export function outlineOf({ rules, route = '', candidates, fallbacks, limits, pipeline }: Decision): Outline {
  return {
    rules: rules.map((label) => label.slice(label.indexOf(':') + 1)),
    route,
    candidates: candidates.map(({ model }) => model),
    fallbacks: fallbacks.map(({ model }) => model),
    maxTokens: limits.max_tokens ?? Infinity,
    extensions: pipeline.map(({ extension }) => extension),
  };
}

function sourceOf(name: string): Source {
  const file = join(import.meta.dirname, 'policies', `${name}.wend`);
  return { file: `${name}.wend`, text: readFileSync(file, 'utf8') };
}
