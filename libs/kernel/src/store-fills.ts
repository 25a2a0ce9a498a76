// How full the stores of a service are, and whether they are there: looked at now and then, for what refuses when it is full must be seen before.
import type { BucketContract, StoreFill, StreamContract } from '@router-mesh/contracts';
import { isMissing, streamState, type NatsConnection } from '@router-mesh/wire';

type Store = BucketContract | StreamContract;

export interface StoreFillsSettings {
  /** A store came to be more than four fifths full; told once, until it has been emptier. */
  filling(store: string, fill: StoreFill): void;
  /** Some were lost, with the connection standing: a server of a cluster was, or somebody deleted them. */
  missing(stores: readonly string[]): void;
  /** How often to look, ms. */
  readonly everyMs?: number;
}

const alarm = 0.8;

export class StoreFills {
  readonly #nc: NatsConnection;
  readonly #stores: readonly Store[];
  readonly #settings: StoreFillsSettings;
  readonly #fills = new Map<string, StoreFill>();
  readonly #full = new Set<string>();
  readonly #timer: NodeJS.Timeout;

  constructor(nc: NatsConnection, stores: readonly Store[], settings: StoreFillsSettings) {
    this.#nc = nc;
    this.#stores = stores;
    this.#settings = settings;
    this.#timer = setInterval(() => void this.look(), settings.everyMs ?? 30_000).unref();
  }

  /** As last looked at; a store that could not be asked keeps its old numbers. */
  get fills(): Readonly<Record<string, StoreFill>> {
    return Object.fromEntries(this.#fills);
  }

  /** A sentence for each that is more than four fifths full. */
  get notes(): string[] {
    return [...this.#full].map((name) => {
      const fill = this.#fills.get(name);
      return `store ${name}: ${Math.round(100 * ratioOf(fill))} % of its ${fill?.max_bytes ?? 0} bytes are used`;
    });
  }

  async look(): Promise<void> {
    const missing: string[] = [];
    const looking = this.#stores.map((store) =>
      this.#lookAt(store).catch((error: unknown) => {
        if (isMissing(error)) missing.push(store.name); // else JetStream is away: seen elsewhere
      }),
    );
    await Promise.all(looking);
    if (missing.length > 0) this.#settings.missing(missing);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #lookAt(store: Store): Promise<void> {
    const { bytes, max_bytes, messages } = await streamState(this.#nc, store);
    const fill = { bytes, max_bytes, messages };
    this.#fills.set(store.name, fill);
    if (ratioOf(fill) <= alarm || makesRoom(store)) this.#full.delete(store.name);
    else if (!this.#full.has(store.name)) {
      this.#full.add(store.name);
      this.#settings.filling(store.name, fill);
    }
  }
}

/** A bucket that makes room for itself is meant to be full. */
function makesRoom(store: Store): boolean {
  return store.kind === 'bucket' && store.discard === 'old';
}

/** 0 for one without a limit. */
export function ratioOf(fill: StoreFill | undefined): number {
  return fill === undefined || fill.max_bytes <= 0 ? 0 : fill.bytes / fill.max_bytes;
}
