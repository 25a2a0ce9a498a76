// Texts to policies: the language's linker, given what others have published.
import type { PolicySource } from '@router-mesh/contracts';
import {
  closures,
  generate,
  linkSteps,
  runLimits,
  UnitCache,
  type Catalogue,
  type Linked,
  type LinkedPolicy,
  type Source,
} from '@router-mesh/wend';
import { digestOf } from '../documents/sources.ts';
import { inSlices } from './slices.ts';

/** What each `extends` and import stood for. */
export type Lock = PolicySource['lock'];

/** Which source stands for a name and a range: none, one, or one that is known only when the promise has resolved. */
export type Resolve = (
  name: string,
  range: string | undefined,
) => { readonly digest: string; readonly text: string } | undefined | Promise<unknown>;

export interface Made extends Linked {
  readonly lock: Lock;
  /** Of a file that diagnostics name. */
  readonly textOf: (file: string) => string;
}

export interface LinkerSettings {
  readonly fuel: number;
  readonly depth: number;
  /** Whether code may be generated. */
  readonly codegen: boolean;
}

export class Linker {
  readonly #options;
  readonly #units = new UnitCache();

  constructor({ fuel, depth, codegen }: LinkerSettings) {
    this.#options = {
      digest: digestOf,
      backEnd: codegen ? generate : closures,
      limits: { ...runLimits, fuel, depth },
      units: this.#units,
    };
  }

  /** Link in steps what can be linked now; a promise when something must be fetched first: try again when it has resolved. */
  *steps(leaf: Source, resolve: Resolve, catalogue?: Catalogue): Generator<undefined, Made | Promise<unknown>> {
    const missing: Promise<unknown>[] = [];
    const lock = new Map<string, string>();
    const texts = new Map([[leaf.file, leaf.text]]);
    const linked = yield* linkSteps(leaf, {
      ...this.#options,
      ...(catalogue === undefined ? {} : { catalogue }),
      resolve: (name, range) => {
        const found = resolve(name, range);
        if (found instanceof Promise) missing.push(found);
        if (found === undefined || found instanceof Promise) return undefined;
        lock.set(refOf(name, range), found.digest);
        const file = fileOf(name);
        texts.set(file, found.text);
        return { file, text: found.text };
      },
    });
    if (missing.length > 0) return Promise.all(missing);
    return {
      ...linked,
      lock: [...lock].map(([ref, digest]) => ({ ref, digest })),
      textOf: textIn(texts),
    };
  }

  /** Link, whatever must be fetched, and let requests be judged meanwhile. @throws RouterError when something cannot be fetched now */
  async link(leaf: Source, resolve: Resolve, catalogue?: Catalogue): Promise<Made> {
    for (;;) {
      const { result: made } = await inSlices(this.steps(leaf, resolve, catalogue));
      if (!(made instanceof Promise)) return made;
      await made;
    }
  }

  /** Let go of what none of these is made of, a slice at a time. */
  async sweep(inUse: Iterable<LinkedPolicy>): Promise<void> {
    await inSlices(this.#units.sweep(inUse));
  }

  /** Sources that it holds, checked and compiled. */
  get size(): number {
    return this.#units.size;
  }
}

/** A function of its own: it is kept for long, and with it all that is in scope where it was made. */
function textIn(texts: ReadonlyMap<string, string>): Made['textOf'] {
  return (file) => texts.get(file) ?? '';
}

/** How the source of a policy is called where nobody said it. */
export function fileOf(name: string): string {
  return `${name}.wend`;
}

export function refOf(name: string, range: string | undefined): string {
  return range === undefined ? name : `${name}@${range}`;
}
