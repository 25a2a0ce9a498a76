// How often a version refused or failed lately, and whether it does so more than another one. Pure: the clock comes in as an argument.
import type { RollbackRule } from '@router-mesh/contracts';

/** What a version should not do more often than the one before it. */
export type Setback = 'deny' | 'no_candidate' | 'policy_failure';

const setbacks: readonly Setback[] = ['deny', 'no_candidate', 'policy_failure'];

const sliceMs = 10_000;
const slices = 30;

interface Slice {
  readonly start: number;
  decisions: number;
  readonly setbacks: Record<Setback, number>;
}

export interface Figures {
  readonly decisions: number;
  readonly setbacks: Readonly<Record<Setback, number>>;
}

/** Of what has decided nothing. */
export function noFigures(): { decisions: number; readonly setbacks: Record<Setback, number> } {
  return { decisions: 0, setbacks: { deny: 0, no_candidate: 0, policy_failure: 0 } };
}

/** The decisions of the last five minutes. */
export class Window {
  readonly #slices: Slice[] = [];

  add(setback: Setback | undefined, now: number): void {
    const start = now - (now % sliceMs);
    let slice = this.#slices.at(-1);
    if (slice === undefined || slice.start < start) {
      slice = { start, ...noFigures() };
      this.#slices.push(slice);
      while ((this.#slices[0]?.start ?? now) <= now - slices * sliceMs) this.#slices.shift();
    }
    slice.decisions += 1;
    if (setback !== undefined) slice.setbacks[setback] += 1;
  }

  figures(now: number): Figures {
    const live = this.#slices.filter(({ start }) => start > now - slices * sliceMs);
    const sum = (read: (slice: Slice) => number): number => live.reduce((total, slice) => total + read(slice), 0);
    return {
      decisions: sum(({ decisions }) => decisions),
      setbacks: {
        deny: sum((slice) => slice.setbacks.deny),
        no_candidate: sum((slice) => slice.setbacks.no_candidate),
        policy_failure: sum((slice) => slice.setbacks.policy_failure),
      },
    };
  }
}

/**
 * Why a version must go back: the part of its decisions that were a setback of one kind is above the other one's by more than the rule allows.
 * Undefined while it need not, or has decided too little to say.
 *
 * @param before of the version that it is compared with; what has decided nothing had no setbacks
 */
export function whyBack(figures: Figures, before: Figures, { points, decisions }: RollbackRule): string | undefined {
  if (figures.decisions < decisions) return undefined;
  for (const setback of setbacks) {
    const [is, was] = [percent(figures, setback), percent(before, setback)];
    if (is - was > points)
      return `${setback} in ${is.toFixed(1)} % of ${figures.decisions} decisions, where it was ${was.toFixed(1)} % of ${before.decisions}`;
  }
  return undefined;
}

function percent({ decisions, setbacks: counted }: Figures, setback: Setback): number {
  return decisions === 0 ? 0 : (100 * counted[setback]) / decisions;
}
