// Pointers that outlast their bucket: a policy that vanished with it must not open to everybody what it kept closed. Pure.
import type { PolicyDocument } from '@router-mesh/contracts';
import type { Snapshot } from '@router-mesh/kernel';

export class LastingPointers {
  #current: Snapshot<PolicyDocument> = { documents: new Map(), revisions: new Map(), revision: 0 };
  /** Of a bucket that is no more, and not of the one in its place. */
  readonly #left = new Set<string>();

  /** How many hold that stand in no bucket. */
  get left(): number {
    return this.#left.size;
  }

  /**
   * What holds, given what the bucket shows.
   *
   * INVARIANT (nothing opens by itself): revisions only grow, so one that fell is of a bucket that was made anew. What held by the one before holds
   * until it is published again. A single policy that is removed from a bucket holds no longer.
   */
  take(shown: Snapshot<PolicyDocument>): Snapshot<PolicyDocument> {
    const { documents: held, revision } = this.#current;
    if (shown.revision < revision) for (const name of held.keys()) this.#left.add(name);
    for (const name of this.#left) if (shown.documents.has(name)) this.#left.delete(name);
    this.#current = this.#left.size === 0 ? shown : this.#with(shown, held);
    return this.#current;
  }

  #with(shown: Snapshot<PolicyDocument>, held: ReadonlyMap<string, PolicyDocument>): Snapshot<PolicyDocument> {
    const documents = new Map(shown.documents);
    for (const name of this.#left) {
      const document = held.get(name);
      if (document !== undefined) documents.set(name, document);
    }
    return { documents, revisions: shown.revisions, revision: shown.revision };
  }
}
