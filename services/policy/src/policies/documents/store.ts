// Where policies stand in KV: pointers that move by compare-and-set, and sources that never change.
import { policies, policySources, RouterError, type PolicyDocument, type PolicySource } from '@router-mesh/contracts';
import type { House } from '@router-mesh/kernel';
import { noPointers } from './pointers.ts';

export interface Moved {
  readonly document: PolicyDocument;
  readonly revision: number;
  /** As it was before. */
  readonly before: PolicyDocument;
}

export class PolicyStore {
  readonly #house: Pick<House, 'get' | 'put' | 'tallies'>;

  constructor(house: Pick<House, 'get' | 'put' | 'tallies'>) {
    this.#house = house;
  }

  /** The pointers of a policy as their leader has them; revision 0 when there are none. @throws RouterError `unavailable` */
  async read(name: string): Promise<{ readonly document: PolicyDocument; readonly revision: number }> {
    const stored = await this.#house.get(policies, name);
    return stored === undefined
      ? { document: noPointers, revision: 0 }
      : { document: stored.value, revision: stored.revision };
  }

  /**
   * Move the pointers of a policy; what a change leaves as it is is not written.
   * @param expected only over this revision
   * @throws RouterError `conflict` naming who was faster; whatever the change throws
   */
  async move(name: string, change: (document: PolicyDocument) => PolicyDocument, expected?: number): Promise<Moved> {
    const { document: before, revision } = await this.read(name);
    if (expected !== undefined && expected !== revision) throw faster(name, before);
    const document = change(before);
    if (document === before) return { document, revision, before };
    try {
      return { document, revision: await this.#house.put(policies, name, document, revision), before };
    } catch (error) {
      if (!(error instanceof RouterError) || error.code !== 'conflict') throw error;
      throw faster(name, (await this.read(name)).document);
    }
  }

  /** Write a source. Whether it was: the one that stands there already is the same text, with a lock and an author of its own, and stays. */
  async keep(digest: string, source: PolicySource): Promise<boolean> {
    try {
      await this.#house.put(policySources, digest, source, 0);
      return true;
    } catch (error) {
      if (error instanceof RouterError && error.code === 'conflict') return false;
      throw error;
    }
  }

  /** Remove sources that nobody names any more. */
  drop(digests: Iterable<string>): void {
    for (const digest of digests) this.#house.tallies.removeExpiring(policySources, digest);
  }
}

function faster(name: string, { history: [last] }: PolicyDocument): RouterError {
  const who =
    last === undefined
      ? 'there are no versions of it'
      : `"${last.by}" did "${last.what}" with ${last.digest.slice(0, 12)} at ${new Date(last.at).toISOString()}`;
  return new RouterError('conflict', `policy "${name}" was changed meanwhile: ${who}; look and try again`, {
    param: 'revision',
  });
}
