// Something outside that is away: noticed once, told once, and asked in the background until it is back.

export interface OutageSettings {
  /** Asks whether it is back; rejects while it is not. */
  probe(): Promise<unknown>;
  /** Told when it goes away. @param why as the first failure said it */
  began(why: string): void;
  ended(): void;
  readonly everyMs?: number;
}

export class Outage {
  readonly #settings: OutageSettings;
  #lasts = false;

  constructor(settings: OutageSettings) {
    this.#settings = settings;
  }

  /** Whether it is away now. */
  get lasts(): boolean {
    return this.#lasts;
  }

  /** A call to it failed. */
  begin(cause: unknown): void {
    if (this.#lasts) return;
    this.#lasts = true;
    this.#settings.began(cause instanceof Error ? cause.message : String(cause));
    this.#probeLater();
  }

  #probeLater(): void {
    const { probe, ended, everyMs = 1000 } = this.#settings;
    const back = (): void => {
      this.#lasts = false;
      ended();
    };
    setTimeout(() => void probe().then(back, () => this.#probeLater()), everyMs).unref();
  }
}
