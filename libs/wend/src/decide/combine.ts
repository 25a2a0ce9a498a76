// What was said to one set of effects: by the rules of combining, which let a lower layer add and tighten, and take nothing away.
//
// INVARIANT (never wider): filters of all layers hold for every model, limits only shrink, and what is required stays.
import type { Effects, LimitName } from '../data/decision.ts';
import type { Json } from '../data/json.ts';
import type { Collector } from './collector.ts';
import { canonical, put } from './json.ts';
import type {
  Arm,
  CandidatesSaid,
  FallbackSaid,
  FilterSaid,
  PipelineEntry,
  Said,
  SplitSaid,
  TagSaid,
  TransformSaid,
  UseSaid,
} from './said.ts';

/** What is left of what was said, before models are chosen. */
export interface Combined {
  filters: readonly FilterSaid[];
  isDenied: boolean;
  choice: CandidatesSaid | SplitSaid | undefined;
  sticky: (Said & { readonly kind: 'sticky' }) | undefined;
  fallbacks: readonly FallbackSaid[];
  pipeline: readonly PipelineEntry[];
  limits: Effects['limits'];
  transforms: Effects['transforms'];
  cache: Effects['cache'];
  hedgeAfterMs: number | undefined;
  tags: Readonly<Record<string, Json>>;
}

export const nothing: readonly never[] = Object.freeze([]);
export const noTransforms: Effects['transforms'] = Object.freeze({ request: nothing, response: nothing });
export const noTags: Effects['tags'] = Object.freeze({});
export const noLimits: Effects['limits'] = Object.freeze({});

/** Of all that was said, what holds when this arm is taken, and of all other experiments the first. */
export function holding({ said, experiments }: Collector, taken: Arm | undefined): readonly Said[] {
  return experiments.length === 0 ? said : said.filter(({ arm }) => isTaken(arm, taken));
}

/** Root to leaf; of one layer in the order in which it was said. */
export function byLayer(said: readonly Said[]): readonly Said[] {
  let layer = 0;
  for (const { rule } of said) {
    if (rule.layer < layer) return said.toSorted((one, other) => one.rule.layer - other.rule.layer);
    layer = rule.layer;
  }
  return said;
}

/** Combine what holds, in the order of `byLayer`. */
export function combine(held: readonly Said[], replacesPipeline: boolean): Combined {
  const combined: Combined = {
    filters: nothing,
    isDenied: false,
    choice: undefined,
    sticky: undefined,
    fallbacks: nothing,
    pipeline: nothing,
    limits: noLimits,
    transforms: noTransforms,
    cache: undefined,
    hedgeAfterMs: undefined,
    tags: noTags,
  };
  // Made when there is something to hold: most requests meet few kinds of effects.
  let filters: FilterSaid[] | undefined;
  let fallbacks: FallbackSaid[] | undefined;
  let limits: Partial<Record<LimitName, number>> | undefined;
  let uses: UseSaid[] | undefined;
  let transforms: TransformSaid[] | undefined;
  let tags: TagSaid[] | undefined;
  for (const one of held) {
    switch (one.kind) {
      case 'only':
      case 'exclude':
        (filters ??= []).push(one);
        break;
      case 'candidates':
      case 'split':
        combined.choice = one; // of one route: the later one
        break;
      case 'sticky':
        combined.sticky ??= one;
        break;
      case 'fallback':
        (fallbacks ??= []).push(one);
        break;
      case 'limit':
        limits ??= {};
        limits[one.what] = Math.min(limits[one.what] ?? Infinity, one.value);
        break;
      case 'cache':
        if (combined.cache === undefined || 'off' in one.cache) combined.cache = one.cache;
        break;
      case 'hedge':
        combined.hedgeAfterMs = Math.max(combined.hedgeAfterMs ?? 0, one.afterMs);
        break;
      case 'use':
        (uses ??= []).push(one);
        break;
      case 'transform':
        (transforms ??= []).push(one);
        break;
      case 'tag':
        (tags ??= []).push(one);
        break;
      case 'deny':
        combined.isDenied = true;
        break;
    }
  }
  if (filters !== undefined) combined.filters = filters;
  if (fallbacks !== undefined) combined.fallbacks = fallbacks;
  if (limits !== undefined) combined.limits = limits;
  if (uses !== undefined) combined.pipeline = pipelineOf(replacesPipeline ? replaced(uses) : uses);
  if (transforms !== undefined) combined.transforms = transformsOf(finalLast(transforms));
  if (tags !== undefined) combined.tags = tagsOf(finalLast(tags));
  return combined;
}

function isTaken(arm: Arm | undefined, taken: Arm | undefined): boolean {
  if (arm === undefined) return true;
  return arm === (taken?.experiment === arm.experiment ? taken : arm.experiment.arms[0]);
}

/** Root to leaf; the same use of the same extension once, where it was said first, in the strictest mode of all. */
function pipelineOf(uses: readonly UseSaid[]): readonly PipelineEntry[] {
  const entries: PipelineEntry[] = [];
  for (const { entry } of uses) {
    const place = entries.findIndex((before) => isSame(before, entry));
    const before = entries[place];
    if (before === undefined) entries.push(entry);
    else entries[place] = stricter(before, entry);
  }
  return entries;
}

/** The configurations, which take longest, are compared last. */
function isSame(one: PipelineEntry, other: PipelineEntry): boolean {
  return (
    one.extension === other.extension &&
    one.stage === other.stage &&
    one.range === other.range &&
    canonical(one.config ?? null) === canonical(other.config ?? null)
  );
}

const failures = ['ignore', 'warn', 'block'] as const;

function stricter(one: PipelineEntry, other: PipelineEntry): PipelineEntry {
  const mode = one.mode === 'required' ? one.mode : other.mode;
  const on_fail = failures.indexOf(one.on_fail) >= failures.indexOf(other.on_fail) ? one.on_fail : other.on_fail;
  return { ...one, mode, on_fail };
}

/** `combine pipeline replace`: the lowest layer that says anything replaces the others, except what they require. */
function replaced(uses: readonly UseSaid[]): readonly UseSaid[] {
  const lowest = uses.at(-1)?.rule.layer;
  return uses.filter(({ rule, entry }) => rule.layer === lowest || entry.mode === 'required');
}

/** What a final route writes is written last: no layer below takes its paths. The first of them won, so there is one. */
function finalLast<One extends Said>(said: readonly One[]): readonly One[] {
  if (!said.some(({ rule }) => rule.final)) return said;
  return [...said.filter(({ rule }) => !rule.final), ...said.filter(({ rule }) => rule.final)];
}

function tagsOf(said: readonly TagSaid[]): Effects['tags'] {
  const tags: Record<string, Json> = {};
  for (const { name, value } of said) put(tags, name, value);
  return tags;
}

function transformsOf(said: readonly TransformSaid[]): Effects['transforms'] {
  const paths = {
    request: new Map<string, Effects['transforms']['request'][number]>(),
    response: new Map<string, Effects['transforms']['response'][number]>(),
  };
  for (const { what, path, value } of said) {
    const key = JSON.stringify(path);
    // At the end, for one that was written before may have written a field of this path.
    paths[what].delete(key);
    paths[what].set(key, { path, value });
  }
  return { request: [...paths.request.values()], response: [...paths.response.values()] };
}
