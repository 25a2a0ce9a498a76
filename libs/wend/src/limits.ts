// What bounds a policy: in time, in size, and in its text. A host may raise fuel and depth; the others are of the language.

/** What a run may spend, each layer for itself. */
export interface RunLimits {
  readonly fuel: number;
  /** Calls within calls. */
  readonly depth: number;
  /** What strings, lists and records may take together, as the cost model counts them. */
  readonly bytes: number;
}

export const runLimits: RunLimits = { fuel: 20_000, depth: 64, bytes: 256 * 1024 };

/**
 * Characters (UTF-16 code units) of a string, items of a list, bytes of a decision as JSON, candidates, effects of a layer; and levels of expressions and
 * statements within calls within calls: what the stack of JavaScript holds for sure, however deep a host lets functions call each other.
 */
export const valueLimits = {
  stringChars: 4096,
  listItems: 1024,
  decisionBytes: 32 * 1024,
  candidates: 32,
  effects: 1024,
  levels: 4000,
} as const;

/**
 * Bytes of a source, words and signs of a declaration in it, characters (UTF-16 code units) of a name that stands in decisions, depth of its tree (left
 * chains included); rules of a linked policy (and routes), layers of its chain, sources that it is made of.
 */
export const sourceLimits = {
  bytes: 256 * 1024,
  declarationWords: 16 * 1024,
  nameChars: 128,
  depth: 200,
  rules: 500,
  layers: 8,
  units: 64,
} as const;

/** Of the prices: a change of what anything costs is a new version. */
export const costModel = 'wend/cost/1';
