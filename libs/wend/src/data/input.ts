// What a policy may look at: `wend/input/1`. Built by the host, read by nobody but the policy; all values are plain data.
import type { Json } from './json.ts';

export interface Input {
  readonly request: {
    readonly kind: 'chat' | 'embed';
    /** As the client named it. */
    readonly model: string;
    /** ⌈UTF-8 bytes of the body / 4⌉ */
    readonly tokens_in: number;
    readonly max_tokens: number | null;
    readonly stream: boolean;
    readonly tools: boolean;
    readonly modalities: readonly string[];
    readonly pii: boolean | null;
    readonly lang: string | null;
    readonly metadata: Readonly<Record<string, Json>>;
  };
  readonly tenant: {
    readonly id: string;
    /** `acme.web` */
    readonly path: string;
    readonly tier: 'free' | 'pro' | 'enterprise';
    readonly region: string | null;
    /** pico-USD in this month, where the cost service tells. */
    readonly spent: number | null;
    readonly budget: number | null;
    /** Limits of its document: rpm, tpm, concurrency. */
    readonly quotas: Readonly<Record<string, number>>;
  };
  readonly user: { readonly id: string | null; readonly roles: readonly string[] };
  readonly session: { readonly id: string | null };
  readonly attributes: Readonly<Record<string, Json>>;
  /** By `vendor/model`. */
  readonly health: Readonly<Record<string, ModelHealth>>;
  /** The request's stamp, epoch ms. */
  readonly now: number;
  /** Of the host: HMAC of the request id. Decides every split that has no key of its own. */
  readonly seed: string;
}

export interface ModelHealth {
  /** Asked in the last minute, and not open. */
  readonly ok: boolean;
  /** ms */
  readonly p95: number | null;
  /** A fraction of 1. */
  readonly errors: number;
  readonly open: boolean;
}
