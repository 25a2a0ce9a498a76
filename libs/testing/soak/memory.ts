// How the memory of processes goes over time, and whether it stays where it is. Pure but for the samples.

export interface Sample {
  /** Since the start of the soak, ms. */
  readonly atMs: number;
  readonly bytes: number;
}

/** The memory of one process over its life. */
export interface Curve {
  /** `provider 3`, the third that was started. */
  readonly name: string;
  readonly samples: readonly Sample[];
}

export interface Verdict {
  readonly name: string;
  /** Medians of the first and of the second half of its life, without the warm-up, bytes. */
  readonly before: number;
  readonly after: number;
  readonly flat: boolean;
}

/** A process that has just started grows: its code is compiled, its heap takes the size it works with. */
export const warmUpMs = 60_000;
/** Who has lived less than that beyond its warm-up is not judged. */
const leastMs = 60_000;
/** What a heap may breathe. */
const tolerance = { ratio: 1.15, bytes: 16_000_000 };

/** Judge every process that lived long enough. */
export function judgeMemory(curves: readonly Curve[]): Verdict[] {
  return curves.flatMap(({ name, samples }) => {
    const born = samples[0]?.atMs ?? 0;
    const settled = samples.filter(({ atMs }) => atMs - born >= warmUpMs);
    const lived = (settled.at(-1)?.atMs ?? 0) - (settled[0]?.atMs ?? 0);
    if (lived < leastMs) return [];
    const middle = (settled[0]?.atMs ?? 0) + lived / 2;
    const before = median(settled.filter(({ atMs }) => atMs <= middle));
    const after = median(settled.filter(({ atMs }) => atMs > middle));
    return [{ name, before, after, flat: after <= before * tolerance.ratio + tolerance.bytes }];
  });
}

function median(samples: readonly Sample[]): number {
  const sorted = samples.map(({ bytes }) => bytes).sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Collects samples of processes that come and go. */
export class Curves {
  readonly #startedAt = performance.now();
  readonly #curves = new Map<number, { name: string; samples: Sample[] }>();
  readonly #counts = new Map<string, number>();

  get all(): readonly Curve[] {
    return [...this.#curves.values()];
  }

  /** Take a sample of a process; a pid that is new is one more of its kind. */
  sample(kind: string, pid: number, bytes: number | undefined): void {
    if (bytes === undefined) return;
    let curve = this.#curves.get(pid);
    if (curve === undefined) {
      const count = (this.#counts.get(kind) ?? 0) + 1;
      this.#counts.set(kind, count);
      curve = { name: `${kind} ${count}`, samples: [] };
      this.#curves.set(pid, curve);
    }
    curve.samples.push({ atMs: performance.now() - this.#startedAt, bytes });
  }
}
