// Group commit: facts of one subject that come while others of it are being stored go out together, in one message with one acknowledgement.
import type { StoreOptions, StoreOutcome } from './fact-store.ts';

export interface GroupOptions {
  /** Of this fact; the message has that of its first one. */
  readonly messageId: string;
  /** From now on, the waiting for its group included; the group has the time of its first one. */
  readonly timeoutMs: number;
  /** A line as it is stored when it comes late; the same for all facts of a subject. */
  late(line: string): string;
}

/** So many groups of a subject are under way at a time: with one, a fact that just missed its group would wait twice as long. */
const mostUnderWay = 2;
/** A group has no more characters, unless it is of one fact: three bytes each at most, and any server carries 1 MiB. */
const mostCharacters = 256 * 1024;
/** Nor more facts: they are lost or late together. */
const mostFacts = 500;

interface Group {
  readonly options: GroupOptions;
  /** When its first fact came, by `performance.now()`. */
  readonly begunAt: number;
  readonly lines: string[];
  characters: number;
  readonly outcome: PromiseWithResolvers<StoreOutcome>;
}

/** The facts of one subject. */
interface Lane {
  readonly subject: string;
  underWay: number;
  /** In their order; the last one takes more. */
  readonly gathering: Group[];
}

/**
 * INVARIANT (the clock is the store): a fact waits for the end of the turn of the event loop in which it came, and beyond that only while `mostUnderWay` groups of its
 * subject are being stored. There is no timer: one that comes alone goes alone, and what comes faster than it can be stored goes in larger groups.
 * Everybody in a group gets the same outcome.
 */
export class FactGroups {
  readonly #store: (subject: string, payload: string, options: StoreOptions) => Promise<StoreOutcome>;
  /** Of the subjects that have facts here. */
  readonly #lanes = new Map<string, Lane>();
  /** Lanes that may send at the end of this turn. */
  readonly #ready = new Set<Lane>();

  /** @param store never throws */
  constructor(store: (subject: string, payload: string, options: StoreOptions) => Promise<StoreOutcome>) {
    this.#store = store;
  }

  /** @param line without a line break */
  add(subject: string, line: string, options: GroupOptions): Promise<StoreOutcome> {
    const lane = this.#lane(subject);
    let group = lane.gathering.at(-1);
    if (group === undefined || !hasRoom(group, line)) {
      group = { options, begunAt: performance.now(), lines: [], characters: 0, outcome: Promise.withResolvers() };
      lane.gathering.push(group);
      this.#atEndOfTurn(lane);
    }
    group.lines.push(line);
    group.characters += line.length + 1;
    return group.outcome.promise;
  }

  /** Send everything now. */
  sendAll(): void {
    for (const lane of this.#lanes.values()) for (const group of lane.gathering.splice(0)) this.#send(lane, group);
  }

  #lane(subject: string): Lane {
    const found = this.#lanes.get(subject);
    if (found !== undefined) return found;
    const lane = { subject, underWay: 0, gathering: [] };
    this.#lanes.set(subject, lane);
    return lane;
  }

  #atEndOfTurn(lane: Lane): void {
    if (lane.underWay >= mostUnderWay) return;
    if (this.#ready.size === 0) setImmediate(() => this.#sendReady());
    this.#ready.add(lane);
  }

  #sendReady(): void {
    for (const lane of this.#ready) {
      while (lane.underWay < mostUnderWay) {
        const group = lane.gathering.shift();
        if (group === undefined) break;
        this.#send(lane, group);
      }
    }
    this.#ready.clear();
  }

  #send(lane: Lane, { lines, options, begunAt, outcome }: Group): void {
    const { messageId, late } = options;
    // Who waited behind two groups that nobody acknowledged does not wait for as long again.
    const timeoutMs = Math.max(0, options.timeoutMs - (performance.now() - begunAt));
    lane.underWay += 1;
    const storing = this.#store(lane.subject, lines.join('\n'), {
      messageId,
      timeoutMs,
      late: () => lines.map(late).join('\n'),
    });
    void storing.then((stored) => {
      lane.underWay -= 1;
      outcome.resolve(stored);
      if (lane.gathering.length > 0) this.#atEndOfTurn(lane);
      else if (lane.underWay === 0) this.#lanes.delete(lane.subject);
    });
  }
}

function hasRoom({ lines, characters }: Group, line: string): boolean {
  return lines.length < mostFacts && characters + line.length <= mostCharacters;
}
