// Answers that are given again: read before a model is called, written after it has answered, and never waited for longer than it is worth.
import { cache, modelId, type CachedAnswer, type Candidate, type Plan, type Usage } from '@router-mesh/contracts';
import type { House } from '@router-mesh/kernel';
import { createHash } from 'node:crypto';
import { Assembly } from './assembly.ts';
import { parseExactly } from './exact-json.ts';

/** Reading takes no longer than this, ms: then the answer is not there. */
const readMs = 50;
/** Writing may take so long, ms: nobody waits for it. */
const writeMs = 2000;
/** What is longer is not kept. */
export const mostBytes = 256 * 1024;

/** An answer that was given before. */
export interface Cached {
  readonly usage: Usage;
  readonly answer: object;
}

/** What is looked at in a plan. */
type Planned = Pick<Plan, 'cache' | 'verb'>;

export class AnswerCache {
  readonly #house: Pick<House, 'log' | 'tallies'>;
  readonly #totals = { hits: 0, misses: 0, failures: 0 };
  #away = false;

  constructor(house: Pick<House, 'log' | 'tallies'>) {
    this.#house = house;
    const { tallies } = house;
    tallies.total('router_cache_hits_total', 'Answers that came from the cache', () => this.#totals.hits);
    tallies.total(
      'router_cache_misses_total',
      'Answers that the cache was asked for and did not have',
      () => this.#totals.misses,
    );
    tallies.total(
      'router_cache_failures_total',
      'Reads and writes that the cache did not answer in time',
      () => this.#totals.failures,
    );
  }

  /** What puts a stream together that may be kept; undefined when it may not. */
  assembly({ cache: wanted }: Planned): Assembly | undefined {
    return wanted && new Assembly(mostBytes);
  }

  /** The answer that a candidate gave before; undefined when there is none, or the bucket is away. Never throws. */
  async find(plan: Planned, candidate: Candidate): Promise<Cached | undefined> {
    if (plan.cache === undefined) return undefined;
    try {
      const found = await this.#house.tallies.getExpiring(cache, keyOf(plan, plan.cache.key, candidate), {
        timeoutMs: readMs,
      });
      this.#back();
      this.#totals[found === undefined ? 'misses' : 'hits'] += 1;
      return found && { usage: found.usage, answer: parseExactly(found.answer) as object };
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  /** Keep a complete answer for as long as the plan says, without being waited for. What is too long, or could not be given as a stream, is not kept. */
  keep(plan: Planned, candidate: Candidate, { usage, answer }: Cached): void {
    if (plan.cache === undefined || !isComplete(answer)) return;
    const kept: CachedAnswer = { usage, answer: JSON.stringify(answer) };
    if (Buffer.byteLength(kept.answer) > mostBytes) return;
    const key = keyOf(plan, plan.cache.key, candidate);
    const options = { ttlMs: plan.cache.ttl_ms, timeoutMs: writeMs };
    this.#house.tallies.putExpiring(cache, key, kept, options).then(
      () => this.#back(),
      (error: unknown) => this.#failed(error),
    );
  }

  /** One line an outage, not one a request. */
  #failed(error: unknown): void {
    this.#totals.failures += 1;
    if (!this.#away)
      this.#house.log.warn(
        { reason: error instanceof Error ? error.message : String(error) },
        'the cache is away; models are called',
      );
    this.#away = true;
  }

  #back(): void {
    if (this.#away) this.#house.log.info('the cache is back');
    this.#away = false;
  }
}

/** INVARIANT (no answer of another's): policy has put tenant, policy and body into the key that it wrote; here the model comes to it. */
export function keyOf({ verb }: Pick<Plan, 'verb'>, key: string, candidate: Candidate): string {
  return createHash('sha256')
    .update(JSON.stringify([key, verb, modelId(candidate)]))
    .digest('hex');
}

/** Whether every choice says why it ended; answers that are no choices, embeddings, are always whole. */
function isComplete(answer: object): boolean {
  const { choices } = answer as { choices?: unknown };
  if (!Array.isArray(choices)) return 'data' in answer;
  return (
    choices.length > 0 &&
    (choices as ({ finish_reason?: unknown } | null)[]).every((choice) => typeof choice?.finish_reason === 'string')
  );
}
