// One call a request, however often it was published: a later attempt leaves the request to an earlier one that runs, or takes it over for good.
import { heldAnswer, RouterError, type HolderMessage } from '@router-mesh/contracts';
import { Remembered } from './remembered.ts';

/** How long a later attempt waits for somebody to say that an earlier one runs, ms. */
export const askMs = 100;
/** How often it asks at most: who stood still while it waited has not heard the answer. */
const mostAsked = 3;
/** How many requests are remembered: those that a later attempt runs, and those that were just asked about. */
const mostRemembered = 100_000;

/** A passage, as far as it is one attempt of a request. */
export interface Attempt {
  readonly tenant: string;
  readonly request: string;
  readonly travel: { readonly attempt: number; readonly deadline: number };
  readonly answer: { readonly deltas: number };
  readonly done: boolean;
  readonly aborted: boolean;
  readonly signal: AbortSignal;
  /** Tell the reader that somebody works for it; it aborts when there is none. */
  beat(): void;
  abandon(error: RouterError): void;
  drop(code: string): void;
}

/** How attempts talk to each other, and when. */
export interface Means {
  readonly instance: string;
  /** Ask every provider, this one too; resolves to the first answer. */
  ask(message: HolderMessage, waitMs: number): Promise<string | undefined>;
  /** Tell every provider. */
  tell(message: HolderMessage): void;
  /** Resolves when it is known who heard what was published before. */
  settle(): Promise<void>;
  /** Epoch ms. */
  now(): number;
}

/** Which request. */
type About = Pick<Attempt, 'tenant' | 'request'>;

interface Here {
  readonly passage: Attempt;
  /** It is certain that this attempt is called: it has not to ask, or has asked. */
  runs: boolean;
}

interface Question {
  readonly attempt: number;
  answer(text: string): void;
}

/**
 * Lets one attempt of a request run at a time.
 *
 * INVARIANT (one call): a second attempt is called only when its `runs` crossed a lower one on the way; that one gives way unless its reader has a delta.
 * An attempt is held from before its first call until its passage ends here, between two calls too: whoever it goes on to has heard `runs`.
 */
export class Holding {
  readonly #means: Means;
  /** By their requests, of whatever tenant. */
  readonly #here = new Map<string, Here[]>();
  /** The highest attempt that was said to run. */
  readonly #running = new Remembered<number>(mostRemembered);
  /** Who asks now: a lower attempt that arrives meanwhile still has something to say. */
  readonly #asking = new Remembered<readonly Question[]>(mostRemembered);

  constructor(means: Means) {
    this.#means = means;
  }

  /** Requests of which an attempt is here. */
  get size(): number {
    return this.#here.size;
  }

  /** Do the work of a passage, if it is this attempt that is to run; otherwise the passage ends without a frame, for its reader waits elsewhere too. */
  async serve(passage: Attempt, work: () => Promise<void>): Promise<void> {
    const here: Here = { passage, runs: false };
    this.#enter(here);
    try {
      if (this.#isOutrun(passage)) return passage.drop(outrun);
      if (passage.travel.attempt > 1) {
        if (await this.#isHeld(passage)) return passage.drop(heldAnswer);
        await this.#findReader(passage);
        if (this.#isHeldHere(passage, passage.travel.attempt)) return passage.drop(heldAnswer);
        if (this.#isOutrun(passage)) return passage.drop(outrun);
        this.#means.tell({ runs: true, ...this.#identify(passage) });
      }
      here.runs = true;
      if (this.#asking.size > 0) this.#answerWhoAsks(here);
      await work();
    } finally {
      this.#leave(here);
    }
  }

  #answerWhoAsks(here: Here): void {
    for (const question of this.#asking.get(keyOf(here.passage), this.#means.now()) ?? [])
      if (holds(here, question.attempt)) question.answer(heldAnswer);
  }

  /** Another attempt asks, or tells that it runs; our own are heard here too. */
  hear(message: HolderMessage, answer: (text: string) => void): void {
    if ('ask' in message) this.#heardAsk(message, answer);
    else this.#heardRuns(message);
  }

  #heardAsk({ attempt, ...about }: HolderMessage, answer: (text: string) => void): void {
    if (this.#isHeldHere(about, attempt)) return answer(heldAnswer);
    const key = keyOf(about);
    const now = this.#means.now();
    this.#asking.set(key, [...(this.#asking.get(key, now) ?? []), { attempt, answer }], now + askMs, now);
  }

  #heardRuns({ attempt, deadline, ...about }: HolderMessage): void {
    const key = keyOf(about);
    const now = this.#means.now();
    if (attempt > (this.#running.get(key, now) ?? 0)) this.#running.set(key, attempt, deadline, now);
    for (const { passage, runs } of this.#attemptsOf(about)) {
      if (!runs || passage.done || passage.travel.attempt >= attempt || passage.answer.deltas > 0) continue;
      passage.abandon(
        new RouterError('cancelled', 'a later attempt of the request runs', { details: { reason: outrun } }),
      );
    }
  }

  #isOutrun(passage: Attempt): boolean {
    if (this.#running.size === 0) return false;
    return passage.travel.attempt < (this.#running.get(keyOf(passage), this.#means.now()) ?? 0);
  }

  #isHeldHere(about: About, attempt: number): boolean {
    return this.#attemptsOf(about).some((here) => holds(here, attempt));
  }

  /** Our own voice is not waited for: a process that is busy hears it too late. */
  async #isHeld(passage: Attempt): Promise<boolean> {
    for (let asked = 0; asked < mostAsked; asked += 1) {
      if (this.#isHeldHere(passage, passage.travel.attempt)) return true;
      const askedAt = this.#means.now();
      const answer = await this.#means.ask({ ask: true, ...this.#identify(passage) }, askMs);
      if (answer === heldAnswer) return true;
      if (this.#means.now() - askedAt < 2 * askMs) return false;
    }
    return false;
  }

  /** An attempt that ended just before we asked has answered the reader, who has left. @throws the reason when it has */
  async #findReader(passage: Attempt): Promise<void> {
    passage.beat();
    await this.#means.settle();
    passage.signal.throwIfAborted();
  }

  #identify({ tenant, request, travel: { attempt, deadline } }: Attempt): Omit<HolderMessage, 'ask' | 'runs'> {
    return { tenant, request, attempt, deadline, instance: this.#means.instance };
  }

  #enter(here: Here): void {
    const { request } = here.passage;
    const all = this.#here.get(request);
    if (all === undefined) this.#here.set(request, [here]);
    else all.push(here);
  }

  #leave(here: Here): void {
    const { request } = here.passage;
    const all = this.#here.get(request) ?? [];
    if (all.length === 1) this.#here.delete(request);
    else all.splice(all.indexOf(here), 1);
  }

  /** Two tenants may well have given their requests one id. */
  #attemptsOf({ tenant, request }: About): readonly Here[] {
    return (this.#here.get(request) ?? []).filter(({ passage }) => passage.tenant === tenant);
  }
}

/** Whether it holds its request against a later attempt: it runs, and nobody has told it to end, as a reader that is gone would have. */
function holds({ passage, runs }: Here, attempt: number): boolean {
  return runs && passage.travel.attempt < attempt && !passage.done && !passage.aborted;
}

function keyOf({ tenant, request }: About): string {
  return `${tenant} ${request}`;
}

/** Why a call ended in the place of which another one answers, be it of a later attempt: in trails, counts and details. */
export const outrun = 'superseded';

/** Whether a call ended because another one of its request answers. */
export function isOutrun(error: RouterError): boolean {
  return error.code === 'cancelled' && error.details?.['reason'] === outrun;
}
