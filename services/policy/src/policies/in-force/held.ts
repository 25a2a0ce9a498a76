// One version of one policy as this replica holds it: linked, or on its way to be.
import type { PolicySource } from '@router-mesh/contracts';
import type { Diagnostic, LinkedPolicy } from '@router-mesh/wend';
import { Window } from '../watching/window.ts';
import type { Lock } from './linker.ts';

/**
 * `waiting`: it has not been linked yet. `linked`. `stale`: it does not link with what it stands on now, and the last good link serves.
 * `broken`: it does not link, and never did here.
 */
export type HeldState = 'waiting' | 'linked' | 'stale' | 'broken';

/** Of no file: where nothing is to be said. */
export const noText = (): string => '';

export class Held {
  /** Of the policy. */
  readonly name: string;
  /** Of its source. */
  readonly digest: string;
  readonly key: string;
  source: PolicySource | undefined;
  /** The last good one. */
  linked: LinkedPolicy | undefined;
  lock: Lock = [];
  state: HeldState = 'waiting';
  /** Of the last try. */
  diagnostics: readonly Diagnostic[] = [];
  textOf: (file: string) => string = noText;
  /** What it names and the catalogue does not have, as last looked at. */
  missing: readonly Diagnostic[] = [];
  /** How its decisions here came out lately. */
  readonly window = new Window();
  /** Resolves when it was tried for the first time. */
  readonly tried: Promise<void>;
  #markTried: () => void = () => undefined;

  constructor(name: string, digest: string) {
    this.name = name;
    this.digest = digest;
    this.key = `${name} ${digest}`;
    this.tried = new Promise((resolve) => (this.#markTried = resolve));
  }

  markTried(): void {
    this.#markTried();
  }
}
