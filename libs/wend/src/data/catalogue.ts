// The models that a policy may choose from, as the host knows them: one immutable snapshot a revision.

/** `Model` of the language: its fields are those that a policy may read. Money is pico-USD a token. */
export interface ModelRecord {
  /** `vendor/model` */
  readonly id: string;
  readonly vendor: string;
  readonly name: string;
  readonly region: string | null;
  readonly price_in: number | null;
  readonly price_out: number | null;
  readonly context_tokens: number | null;
  readonly max_output_tokens: number | null;
  readonly modalities: readonly string[];
  readonly tools: boolean | null;
  /** What it can be asked for: `chat`, `embed`. A candidate that does not answer the request is left out. */
  readonly verbs: readonly string[];
}

export interface Catalogue {
  readonly revision: string;
  /** Cheapest first, what has no price last; equal ones by id. */
  readonly models: readonly ModelRecord[];
  readonly byId: ReadonlyMap<string, ModelRecord>;
  /** Models that an alias or a name without a vendor stands for, cheapest first. */
  readonly byAlias: ReadonlyMap<string, readonly ModelRecord[]>;
  /** Vendors that answer to models that are not listed. */
  readonly open: ReadonlySet<string>;
  /** Of extensions, where the host knows them. */
  readonly extensions?: ReadonlySet<string>;
}
