// What rules and routes said, with all that was computed: one record an effect, in the order in which they were said.
import type { ModelRecord } from '../data/catalogue.ts';
import type { Decision, Effects, LimitName } from '../data/decision.ts';
import type { Json } from '../data/json.ts';
import type { At } from '../ir/ir.ts';
import type { LinkedRule } from '../link/layer.ts';

/** An arm of an experiment that was run. INVARIANT (E220): no experiment stands in an arm. */
export interface Arm {
  readonly experiment: Experiment;
  readonly name: string;
}

export interface Experiment {
  readonly name: string;
  /** Hash of the subject. */
  readonly key: string;
  /** The first is taken. */
  readonly arms: Arm[];
}

/** Where and by whom something was said, and how many bytes of JSON its values take. */
export interface Saying {
  readonly rule: LinkedRule;
  readonly arm: Arm | undefined;
  readonly at: At;
  readonly bytes: number;
}

export type PipelineEntry = Effects['pipeline'][number];
export type Fallback = Effects['fallbacks'][number];

/** A model that stands for what an arm of a split names: the first of them that is left. */
export interface SplitArm {
  readonly models: readonly ModelRecord[];
  readonly weight: number;
}

export interface FilterSaid extends Saying {
  readonly kind: 'only' | 'exclude';
  readonly test: (model: ModelRecord) => boolean;
  /** By the id of a model, once it was asked for one of several sets of effects. */
  answers: Map<string, boolean> | undefined;
}

export interface CandidatesSaid extends Saying {
  readonly kind: 'candidates';
  readonly models: readonly ModelRecord[];
}

export interface SplitSaid extends Saying {
  readonly kind: 'split';
  /** Undefined without `by`. */
  readonly key: string | undefined;
  readonly arms: readonly SplitArm[];
}

export interface FallbackSaid extends Saying {
  readonly kind: 'fallback';
  readonly models: readonly ModelRecord[];
  readonly on: Fallback['on'];
  readonly retry: number | undefined;
  readonly backoff: Fallback['backoff'] | undefined;
}

export interface UseSaid extends Saying {
  readonly kind: 'use';
  readonly entry: PipelineEntry;
}

export interface TransformSaid extends Saying {
  readonly kind: 'transform';
  readonly what: 'request' | 'response';
  readonly path: readonly (string | number)[];
  readonly value: Json;
}

export interface TagSaid extends Saying {
  readonly kind: 'tag';
  readonly name: string;
  readonly value: Json;
}

export type Said =
  | (Saying & { readonly kind: 'deny'; readonly deny: NonNullable<Decision['deny']> })
  | CandidatesSaid
  | SplitSaid
  | FallbackSaid
  | (Saying & { readonly kind: 'sticky'; readonly key: string })
  | (Saying & { readonly kind: 'limit'; readonly what: LimitName; readonly value: number })
  | FilterSaid
  | UseSaid
  | TransformSaid
  | (Saying & { readonly kind: 'cache'; readonly cache: NonNullable<Effects['cache']> })
  | (Saying & { readonly kind: 'hedge'; readonly afterMs: number })
  | TagSaid;
