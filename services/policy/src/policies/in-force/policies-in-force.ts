// The policies in force on this replica: the pointers followed, linked again in slices when what they stand on changes, checked when the catalogue does.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { tenantOfPolicy, type PolicyDocument } from '@router-mesh/contracts';
import type { Snapshot } from '@router-mesh/kernel';
import { checkCatalogue, prepare, splitReference, type Catalogue, type LinkedPolicy } from '@router-mesh/wend';
import { chooseVersion, mayUse } from '../documents/choose.ts';
import type { Sources } from '../documents/sources.ts';
import { Held, noText } from './held.ts';
import { fileOf, refOf, type Linker, type Made, type Resolve } from './linker.ts';
import { Seat } from './seat.ts';
import { Slices, type Waits } from './slices.ts';

export interface InForceListener {
  /** A version took the place of the one that judged; undefined when nobody did. */
  seated?(seat: Seat, before: Held | undefined): void;
  /** It names what the catalogue does not have, or no longer does so. */
  warned?(held: Held & { readonly linked: LinkedPolicy }): void;
  /** It does not link with what it stands on now. */
  stale?(held: Held): void;
  /** A source cannot be had now; it is tried again. */
  away?(held: Held, error: unknown): void;
  /** What nobody needs any more was let go of. */
  tidied?(): void;
}

/** How long to wait before a source that could not be had is asked for again, ms. */
const againMs = 1000;
/** When fewer wait, each is compiled too (0.7 ms, 2 KB) before it judges; else its first decision compiles it. */
const mostPrepared = 1000;
/** How long what nobody needs stays, ms: looking for it takes longer than most changes, and they come in bursts. */
const usualTidyMs = 10_000;

export class PoliciesInForce {
  readonly #linker: Linker;
  readonly #sources: Sources;
  readonly #listener: InForceListener;
  readonly #seats = new Map<string, Seat>();
  readonly #held = new Map<string, Held>();
  /** Keys of what asked for a name. */
  readonly #standing = new Map<string, Set<string>>();
  readonly #slices: Slices;
  #pointers: Snapshot<PolicyDocument> = { documents: new Map(), revisions: new Map(), revision: 0 };
  #catalogue: Catalogue;
  readonly #tidyMs: number;
  #due: NodeJS.Timeout | undefined;

  constructor(
    linker: Linker,
    sources: Sources,
    catalogue: Catalogue,
    listener: InForceListener = {},
    tidyMs = usualTidyMs,
  ) {
    this.#tidyMs = tidyMs;
    this.#linker = linker;
    this.#sources = sources;
    this.#catalogue = catalogue;
    this.#listener = listener;
    this.#slices = new Slices(
      (key) => this.#work(key),
      () => this.leave(),
    );
  }

  get catalogue(): Catalogue {
    return this.#catalogue;
  }

  get pointers(): ReadonlyMap<string, PolicyDocument> {
    return this.#pointers.documents;
  }

  /** How many are yet to be linked or checked. */
  get left(): number {
    return this.#slices.left;
  }

  seat(name: string): Seat | undefined {
    return this.#seats.get(name);
  }

  get seats(): Iterable<Seat> {
    return this.#seats.values();
  }

  /** Digests of all that something here was made of. */
  inUse(): Set<string> {
    const digests = new Set<string>();
    for (const held of this.#held.values()) {
      digests.add(held.digest);
      for (const { digest } of held.lock) digests.add(digest);
    }
    return digests;
  }

  /** Something was linked, here or only for a question: what nobody needs any more leaves the memory in a while. */
  leave(): void {
    this.#due ??= setTimeout(() => void this.#tidy(), this.#tidyMs).unref();
  }

  /** Link this one before all others: a request waits for it. */
  async hurry(held: Held): Promise<void> {
    if (held.state !== 'waiting') return;
    this.#slices.add([held.key]);
    await held.tried;
  }

  /**
   * Take in where the pointers stand now.
   *
   * INVARIANT (somebody judges): whoever judged under a name goes on until the one that takes its place is linked.
   */
  follow(pointers: Snapshot<PolicyDocument>): void {
    const before = this.#pointers;
    this.#pointers = pointers;
    // In a bucket that was made anew the same revision may be of another document.
    const isAnew = pointers.revision < before.revision;
    const changed: [string, PolicyDocument][] = [];
    for (const [name, document] of pointers.documents)
      if (isAnew || pointers.revisions.get(name) !== before.revisions.get(name)) changed.push([name, document]);
    for (const [name] of before.documents)
      if (!pointers.documents.has(name)) {
        this.#seats.delete(name);
        changed.push([name, { versions: [], history: [] }]);
      }
    const fresh: string[] = [];
    const below: string[] = [];
    for (const [name, document] of changed) {
      if (pointers.documents.has(name)) fresh.push(...this.#point(name, document));
      below.push(...(this.#standing.get(name) ?? []));
    }
    this.#slices.add([...fresh, ...below.filter((key) => this.#held.has(key))]);
  }

  /** Look at all policies with another catalogue; nothing is taken out of force. */
  recheck(catalogue: Catalogue): void {
    this.#catalogue = catalogue;
    this.#slices.add([...this.#held.keys()]);
  }

  /** What `name@range` stands for, for a policy of the given name, by the pointers as this replica knows them. */
  #resolver(leaf: string, lock?: ReadonlyMap<string, string>): Resolve {
    return (name, range) =>
      this.#sources.resolve(lock === undefined ? this.#choose(leaf, name, range) : lock.get(refOf(name, range)));
  }

  #choose(leaf: string, name: string, range: string | undefined): string | undefined {
    const document = mayUse(leaf, name) ? this.#pointers.documents.get(name) : undefined;
    return document === undefined ? undefined : chooseVersion(document, range)?.digest;
  }

  /** @returns keys of what must be linked for the first time */
  #point(name: string, document: PolicyDocument): string[] {
    const seat = this.#seats.get(name) ?? new Seat(name, document);
    this.#seats.set(name, seat);
    seat.document = document;
    const fresh: string[] = [];
    const hold = (digest: string | undefined): Held | undefined => {
      if (digest === undefined) return undefined;
      const held = this.#held.get(`${name} ${digest}`) ?? new Held(name, digest);
      if (!this.#held.has(held.key)) fresh.push(held.key);
      this.#held.set(held.key, held);
      return held;
    };
    seat.active = hold(document.active);
    seat.canary = hold(document.canary?.digest);
    seat.shadow = hold(document.shadow?.digest);
    if (seat.active === undefined) seat.judge = undefined;
    this.#sit(seat);
    return fresh;
  }

  /** The active version judges as soon as it can. */
  #sit(seat: Seat): void {
    const { active, judge } = seat;
    if (active === judge || active?.linked === undefined) return;
    seat.judge = active;
    this.#listener.seated?.(seat, judge);
  }

  *#work(key: string): Generator<undefined, Waits> {
    const held = this.#held.get(key);
    if (held === undefined) return undefined;
    const { source } = held;
    if (source === undefined) return this.#fetch(held);
    if (held.linked === undefined || held.state !== 'linked' || this.#hasMoved(held)) {
      const made = yield* this.#link(held, source.source, this.#resolver(held.name));
      if (made instanceof Promise) return this.#patiently(held, made);
      if (made.policy === undefined && held.linked === undefined) {
        // What it was published with is what is known to be good.
        const lock = new Map(source.lock.map(({ ref, digest }) => [ref, digest]));
        const locked = yield* this.#link(held, source.source, this.#resolver(held.name, lock));
        if (locked instanceof Promise) return this.#patiently(held, locked);
        if (locked.policy !== undefined) this.#take(held, locked);
      }
      // INVARIANT (no request compiles): whoever takes a seat is compiled. Of very many at once, as at a start, each sits down first.
      const { policy = held.linked } = made;
      if (policy !== undefined && this.#slices.left < mostPrepared) yield* compiled(policy);
      this.#settle(held, made);
    }
    this.#look(held);
    return undefined;
  }

  /** Whether anything that it stands on is another version now. */
  #hasMoved({ name, lock }: Held): boolean {
    return lock.some(({ ref, digest }) => {
      const { name: other, range } = splitReference(ref);
      return this.#choose(name, other, range) !== digest;
    });
  }

  /** What it asks for is noted first, found or not: when it changes, also between two steps, it is linked anew. */
  #link(held: Held, text: string, resolve: Resolve): Generator<undefined, Made | Promise<unknown>> {
    return this.#linker.steps({ file: fileOf(held.name), text }, (name, range) => {
      const keys = this.#standing.get(name) ?? new Set();
      this.#standing.set(name, keys.add(held.key));
      return resolve(name, range);
    });
  }

  #take(held: Held, { policy, lock }: Made): void {
    held.linked = policy;
    held.lock = lock;
  }

  #settle(held: Held, made: Made): void {
    const was = held.state;
    held.diagnostics = made.diagnostics;
    // What it needs of memory is not to be kept ten thousand times for nothing.
    held.textOf = made.diagnostics.length === 0 ? noText : made.textOf;
    if (made.policy !== undefined) this.#take(held, made);
    held.state = made.policy !== undefined ? 'linked' : held.linked === undefined ? 'broken' : 'stale';
    const seat = this.#seats.get(held.name);
    if (seat?.active === held) this.#sit(seat);
    held.markTried();
    if (held.state !== was && (held.state === 'stale' || held.state === 'broken')) this.#listener.stale?.(held);
  }

  /** What is not in the catalogue now. */
  #look(held: Held): void {
    const { linked } = held;
    if (linked === undefined) return;
    const before = held.missing;
    held.missing = checkCatalogue(linked, this.#catalogue);
    const same =
      before.length === held.missing.length && before.every(({ message }, at) => message === held.missing[at]?.message);
    if (!same) this.#listener.warned?.(Object.assign(held, { linked }));
  }

  #fetch(held: Held): Waits {
    if (this.#sources.isGone(held.digest)) {
      this.#lack(held);
      return undefined;
    }
    return this.#patiently(
      held,
      this.#sources.fetch(held.digest).then((source) => (held.source = source)),
    );
  }

  /** Its source is no more: until somebody publishes it again it judges nothing. */
  #lack(held: Held): void {
    const was = held.state;
    held.state = 'broken';
    held.markTried();
    setTimeout(() => {
      if (this.#held.get(held.key) === held) this.#slices.add([held.key]);
    }, this.#sources.goneMs).unref();
    if (was !== 'broken') this.#listener.stale?.(held);
  }

  /** What cannot be had now is asked for again. */
  async #patiently(held: Held, having: Promise<unknown>): Promise<void> {
    try {
      await having;
    } catch (error) {
      this.#listener.away?.(held, error);
      await new Promise((resolve) => setTimeout(resolve, againMs).unref());
    }
  }

  /** Versions that no seat holds any more go. */
  #forget(): void {
    const kept = new Set<Held | undefined>();
    for (const { judge, active, canary, shadow } of this.#seats.values())
      for (const held of [judge, active, canary, shadow]) kept.add(held);
    for (const [key, held] of this.#held) if (!kept.has(held)) this.#held.delete(key);
  }

  /** A part a turn: with ten thousand policies each takes milliseconds. */
  async #tidy(): Promise<void> {
    clearTimeout(this.#due);
    this.#due = undefined;
    this.#forget();
    await nextTurn();
    for (const [name, keys] of this.#standing) {
      for (const key of keys) if (!this.#held.has(key)) keys.delete(key);
      if (keys.size === 0) this.#standing.delete(name);
    }
    await nextTurn();
    await this.#linker.sweep([...this.#held.values()].flatMap(({ linked }) => linked ?? []));
    await nextTurn();
    this.#listener.tidied?.();
  }
}

/** What does not compile is for its own decisions to fail of, each closed: here it would end the process of all. */
function* compiled(policy: LinkedPolicy): Generator<undefined, void> {
  try {
    yield* prepare(policy);
  } catch {
    // whoever decides by it tries again, and is told why it cannot
  }
}

/** Policies of a tenant and of all below it. */
export function ofTenant(seats: Iterable<Seat>, isWithinAsked: (tenant: string) => boolean): Seat[] {
  return [...seats]
    .filter(({ name }) => isWithinAsked(tenantOfPolicy(name)))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}
