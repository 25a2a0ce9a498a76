// Requests of every kind, one after another or at a given pace, and what became of each.
import type { Nats } from '../nats-server.ts';
import { Asker, ways, type Ending, type Told, type Way } from './ways.ts';

export interface LoadOptions {
  /** How long a whole answer may take, ms. */
  readonly timeoutMs: number;
  /** What every question tells the demo model to do. */
  readonly told: Told;
  /** Decides who asks next, and nothing else: a number from 0 to 1, as `Math.random`. */
  readonly random?: () => number;
}

/** What became of one request; times are epoch ms. */
export interface Ended {
  readonly way: Way;
  readonly sentAt: number;
  readonly tookMs: number;
  readonly ending: Ending;
}

/** `await using load = await Load.on(mesh.nats, …)`; stop it before reading its counts. */
export class Load implements AsyncDisposable {
  readonly #asker: Asker;
  readonly #options: LoadOptions;
  readonly #random: () => number;
  readonly #underWay = new Set<Promise<void>>();
  readonly #listeners: ((ended: Ended) => void)[] = [];
  #running = true;
  /** How many were sent, and so named in the questions. */
  sent = 0;
  /** How many were answered in full. */
  answered = 0;
  /** How many of them say that their usage was stored. */
  recorded = 0;
  /** All that were not answered, oldest first. */
  readonly unanswered: Ended[] = [];
  /** The requests that got their answer, by the id under which METER knows them. */
  readonly requests = new Set<string>();
  /** Of the answered ones, those whose answer says that its usage was not stored yet. */
  readonly unstored = new Set<string>();
  /** The longest that an SDK request took to end, ms. */
  slowestSdkMs = 0;

  private constructor(asker: Asker, options: LoadOptions) {
    this.#asker = asker;
    this.#options = options;
    this.#random = options.random ?? Math.random;
  }

  static async on(nats: Pick<Nats, 'urls'>, options: LoadOptions): Promise<Load> {
    return new Load(await Asker.connect(nats, options.timeoutMs), options);
  }

  /** How many are under way. */
  get inFlight(): number {
    return this.#underWay.size;
  }

  /** See each request as it ends. */
  onEnd(listener: (ended: Ended) => void): void {
    this.#listeners.push(listener);
  }

  /** Keep that many under way: as soon as one ends, the next is sent. */
  keep(count: number): void {
    const again = (): void => {
      // A refusal may come at once, and the loop of events is to turn.
      if (this.#running) void this.send().then(() => setImmediate(again));
    };
    for (let index = 0; index < count; index += 1) again();
  }

  /** Send one. Never throws. */
  send(): Promise<void> {
    const asked = this.#ask().finally(() => this.#underWay.delete(asked));
    this.#underWay.add(asked);
    return asked;
  }

  /** Send no more, and wait for the end of all that are under way. */
  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#underWay);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#running = false;
    await this.#asker[Symbol.asyncDispose]();
    await Promise.all(this.#underWay);
  }

  async #ask(): Promise<void> {
    this.sent += 1;
    const way = ways[Math.floor(this.#random() * ways.length)] ?? 'sdk';
    const [sentAt, startedAt] = [Date.now(), performance.now()];
    const ending = await this.#asker.ask(way, `question ${this.sent}`, this.#options.told);
    this.#note({ way, sentAt, tookMs: performance.now() - startedAt, ending });
  }

  #note(ended: Ended): void {
    const { way, tookMs, ending } = ended;
    if (!way.startsWith('plain')) this.slowestSdkMs = Math.max(this.slowestSdkMs, tookMs);
    if (ending.kind === 'answered') {
      this.answered += 1;
      this.requests.add(ending.request);
      if (ending.usageStored) this.recorded += 1;
      else this.unstored.add(ending.request);
    } else {
      this.unanswered.push(ended);
    }
    for (const listener of this.#listeners) listener(ended);
  }
}
