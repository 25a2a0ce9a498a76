// Who judges under one name: the active version, a canary beside it, and a shadow that nobody hears.
import type { PolicyDocument } from '@router-mesh/contracts';
import { isInCanary, type Subject } from '../watching/canary.ts';
import type { Figures } from '../watching/window.ts';
import type { Held } from './held.ts';

/** A version that became active is compared with the one before it for a while. */
export interface Probation {
  readonly digest: string;
  readonly before: string;
  readonly figures: Figures;
  /** Epoch ms. */
  readonly until: number;
}

export class Seat {
  readonly name: string;
  document: PolicyDocument;
  /** Judges: the active version once it is linked, until then the one before it. */
  judge: Held | undefined;
  /** What the pointers name. */
  active: Held | undefined;
  canary: Held | undefined;
  shadow: Held | undefined;
  probation: Probation | undefined;

  constructor(name: string, document: PolicyDocument) {
    this.name = name;
    this.document = document;
  }

  /** Who judges a request; undefined when nobody can yet. */
  judgeOf(subject: Subject): Held | undefined {
    const { canary: pointer } = this.document;
    if (pointer !== undefined && this.canary?.linked !== undefined && isInCanary(pointer, subject)) return this.canary;
    return this.judge;
  }
}
