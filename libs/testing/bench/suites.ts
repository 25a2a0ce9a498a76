// What can be measured: each suite is a folder beside this file, loaded only when it is asked for.
import type { Options } from './options.ts';
import type { Size } from './rounds.ts';

export interface Suite {
  /** For `--help`. */
  readonly about: string;
  /** How often everything is measured, and how long each time, unless options say otherwise. */
  readonly full: Size;
  readonly quick: Size;
  /** Takes what more is named after the suite. */
  readonly takes?: string;
  readonly load: () => Promise<(options: Options) => Promise<void>>;
}

const rounds = { full: { rounds: 7, seconds: 2 }, quick: { rounds: 3, seconds: 0.4 } };

/** By name; the first is what is measured when none is named. */
export const suites = {
  mesh: {
    about: 'the mesh beside the bare mesh: requests, streams, memory',
    full: { rounds: 7, seconds: 1.5 },
    quick: rounds.quick,
    load: async () => (await import('./mesh/main.ts')).benchMesh,
  },
  features: {
    about: 'what a request costs more with each feature switched on',
    full: { rounds: 7, seconds: 1.5 },
    quick: rounds.quick,
    load: async () => (await import('./features/main.ts')).benchFeatures,
  },
  memory: {
    about: 'memory of each process under a steady load of some minutes (--minutes)',
    full: { rounds: 1, seconds: 5 },
    quick: { rounds: 1, seconds: 2 },
    load: async () => (await import('./memory/main.ts')).benchMemory,
  },
  scaling: {
    about: 'more replicas of a stop, a cluster of three, ten thousand tenants, and what each part of the way costs',
    full: { rounds: 3, seconds: 3 },
    quick: { rounds: 1, seconds: 1 },
    load: async () => (await import('./scaling/main.ts')).benchScaling,
  },
  wend: {
    about: 'the policy language: decisions beside other languages, linking, limits, memory',
    ...rounds,
    load: async () => (await import('./wend/main.ts')).benchWend,
  },
  profile: {
    about: "where the processes of one work of the mesh spend their time and memory: profile 'ours 32' --seconds 10",
    full: { rounds: 1, seconds: 10 },
    quick: { rounds: 1, seconds: 3 },
    takes: 'the name of a work',
    load: async () => (await import('./profile/main.ts')).profile,
  },
  report: {
    about: 'nothing is measured: docs/performance.md and its charts are written anew from the results files',
    full: { rounds: 1, seconds: 1 },
    quick: { rounds: 1, seconds: 1 },
    load: async () => (await import('./report/main.ts')).writeReport,
  },
} as const satisfies Record<string, Suite>;

export type SuiteName = keyof typeof suites;
