// The sources of policies by their digests: fetched when somebody stands on them, the last ones kept in memory.
import { createHash } from 'node:crypto';
import { policySources, RouterError, type PolicySource } from '@router-mesh/contracts';
import type { House } from '@router-mesh/kernel';

/** Characters of sources that are kept, beside those of the policies in force. */
const keptLength = 16 * 1024 * 1024;

/** Another replica, or whoever brought a lost bucket back, may have written it since, ms. */
const goneMs = 30_000;

/** SHA-256 of a source's text, in hex: its key. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

type Immutable = Pick<House['immutable'], 'fetch' | 'keep' | 'prune'>;

export class Sources {
  /** How long what is no more is not looked for again, ms. */
  readonly goneMs: number;
  readonly #immutable: Immutable;
  /** The one that was used last stands last. */
  readonly #kept = new Map<string, PolicySource>();
  /** What was looked for and is no more, with when that may have changed, by `performance.now()`. */
  readonly #gone = new Map<string, number>();
  #length = 0;

  constructor({ immutable }: { readonly immutable: Immutable }, againMs = goneMs) {
    this.#immutable = immutable;
    this.goneMs = againMs;
  }

  /** The source of a digest, if it is in memory. */
  kept(digest: string): PolicySource | undefined {
    const found = this.#kept.get(digest);
    if (found === undefined) return undefined;
    this.#kept.delete(digest);
    this.#kept.set(digest, found);
    return found;
  }

  /**
   * The source of a digest; undefined when it is no more.
   * @throws RouterError `unavailable` when it cannot be read now, `internal` when what stands there is another text
   */
  async fetch(digest: string): Promise<PolicySource | undefined> {
    const kept = this.kept(digest);
    if (kept !== undefined) return kept;
    const found = await this.#immutable.fetch(policySources, digest);
    if (found === undefined) {
      this.#gone.set(digest, performance.now() + this.goneMs);
      return undefined;
    }
    // INVARIANT (a digest is its text): whatever wrote it, and whatever became of a copy on disk.
    if (digestOf(found.source) !== digest)
      throw new RouterError('internal', `the source under digest "${digest}" is not of that digest`);
    this.#keep(digest, found);
    return found;
  }

  /** What a digest stands for: its text, or a promise when it must be fetched first; undefined when there is none, or its source is no more. */
  resolve(
    digest: string | undefined,
  ): { readonly digest: string; readonly text: string } | undefined | Promise<unknown> {
    if (digest === undefined || this.isGone(digest)) return undefined;
    const source = this.kept(digest);
    return source === undefined ? this.fetch(digest) : { digest, text: source.source };
  }

  /** Whether it was looked for lately and is no more. */
  isGone(digest: string): boolean {
    const until = this.#gone.get(digest);
    if (until === undefined || performance.now() < until) return until !== undefined;
    this.#gone.delete(digest);
    return false;
  }

  /**
   * It is in the bucket: whoever looked for it before may look again.
   * @param source when it was written just now, which then need not be fetched; undefined where another one of the same text stands there
   */
  published(digest: string, source: PolicySource | undefined): void {
    this.#gone.delete(digest);
    if (source === undefined || this.#kept.has(digest)) return;
    this.#keep(digest, source);
    void this.#immutable.keep(policySources, digest, source);
  }

  /**
   * Let go of what nobody needs.
   *
   * INVARIANT (a start without JetStream): what is in memory is on disk too, so that what is pointed at again has its copy there.
   */
  prune(needed: ReadonlySet<string>): void {
    for (const [digest, { source }] of this.#kept) {
      if (needed.has(digest)) continue;
      this.#kept.delete(digest);
      this.#length -= source.length;
    }
    void this.#immutable.prune(policySources, (digest) => needed.has(digest) || this.#kept.has(digest));
  }

  #keep(digest: string, source: PolicySource): void {
    if (this.#kept.has(digest)) return;
    this.#kept.set(digest, source);
    this.#length += source.source.length;
    for (const [oldest, { source: text }] of this.#kept) {
      if (this.#length <= keptLength) break;
      this.#kept.delete(oldest);
      this.#length -= text.length;
    }
  }
}
