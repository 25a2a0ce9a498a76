// What a policy decides: plain JSON, the same for the same bundle, catalogue, time zone data, input and seed.
import type { Json } from './json.ts';

export type LimitName = 'max_tokens' | 'timeout' | 'rpm' | 'tpm' | 'concurrency';

export interface Decision extends Effects {
  /** A denial stands whatever else failed: its text is the policy's answer, and nothing is let through either way. */
  readonly effect: 'allow' | 'deny' | 'unavailable';
  readonly unavailable?: {
    readonly reason: 'no_candidate' | 'policy_limit' | 'policy_error';
    readonly layer?: string;
    /** What failed, for the owner of the policy: never for the client. */
    readonly message?: string;
    readonly position?: { readonly file: string; readonly line: number; readonly column: number };
  };
  /** The route that won. */
  readonly route?: string;
  /** Rules that matched, in the order in which they were applied: `layer:rule`. */
  readonly rules: readonly string[];
  readonly policy: { readonly name: string; readonly version?: string; readonly digest: string };
  /** Fuel and allocation by layer, root first. */
  readonly spent: readonly { readonly layer: string; readonly fuel: number; readonly bytes: number }[];
}

/** What rules and routes may say; of a decision, and of each arm of an experiment. */
export interface Effects {
  /** The first denial, by priority. Nothing else of what was said is carried out then; the tags are for the log. */
  readonly deny?: {
    readonly rule: string;
    readonly layer: string;
    readonly reason: string;
    /** HTTP status. */
    readonly status: number;
    readonly message?: string;
  };
  /** In the order of preference; weights where there was a split, whose arms do not stand in for each other. Filtered. */
  readonly candidates: readonly { readonly model: string; readonly weight?: number }[];
  /** Goes first. */
  readonly picked?: string;
  readonly fallbacks: readonly {
    readonly model: string;
    readonly on: readonly string[];
    readonly retry?: number;
    readonly backoff?: { readonly base_ms: number; readonly cap_ms: number };
  }[];
  readonly pipeline: readonly {
    readonly stage: 'pre' | 'validate' | 'post';
    readonly extension: string;
    readonly range?: string;
    readonly mode: 'required' | 'optional';
    readonly on_fail: 'block' | 'warn' | 'ignore';
    readonly config?: Json;
    readonly timeout_ms?: number;
    readonly stream?: { readonly kind: 'buffer' | 'skip' } | { readonly kind: 'window'; readonly size: number };
  }[];
  readonly experiments: readonly {
    readonly name: string;
    /** Hash of the subject: never what it was made of. */
    readonly key: string;
    /** Effects of the whole decision with this arm taken. */
    readonly arms: Readonly<Record<string, Effects>>;
    readonly taken: string;
  }[];
  /** Milliseconds, tokens, requests and tokens a minute, requests at a time. */
  readonly limits: Readonly<Partial<Record<LimitName, number>>>;
  readonly transforms: {
    readonly request: readonly { readonly path: readonly (string | number)[]; readonly value: Json }[];
    readonly response: readonly { readonly path: readonly (string | number)[]; readonly value: Json }[];
  };
  readonly cache?: { readonly off: true } | { readonly key: string; readonly ttl_ms: number };
  readonly hedge_after_ms?: number;
  readonly breakers: readonly {
    /** Undefined is every model. */
    readonly model?: string;
    readonly calls: number;
    readonly failure_rate: number;
    readonly open_ms: number;
  }[];
  readonly tags: Readonly<Record<string, Json>>;
}
