// What was loaded, checked against what it stands on: each text in each surroundings once.
import { checkSteps } from '../check/check.ts';
import type { Source } from '../data/source.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Unit } from '../ir/ir.ts';
import { exact } from '../exact.ts';
import type { BackEnd } from '../run/instance.ts';
import { parse } from '../syntax/parse.ts';
import { withoutConsequences } from './consequences.ts';
import type { Loaded } from './load.ts';
import type { KnownText, Made, MadeCode, UnitCache } from './unit-cache.ts';

/** A unit, and those that it stands on. */
export interface Placed {
  readonly source: Source;
  /** Of its text. */
  readonly digest: string;
  readonly unit: Unit;
  readonly made: Made;
  /** One for each import, in their order. */
  readonly imports: readonly Placed[];
  /** The nearest first. */
  readonly bases: readonly Placed[];
}

/** Check a leaf and all that it stands on; undefined where something of it has errors. */
export function* make(
  leaf: Loaded,
  units: UnitCache,
): Generator<undefined, { placed: Placed | undefined; diagnostics: Diagnostic[] }> {
  const diagnostics: Diagnostic[] = [];
  const done = new Map<Loaded, Placed | undefined>();
  return { placed: yield* visit(leaf), diagnostics };

  function* visit(loaded: Loaded): Generator<undefined, Placed | undefined> {
    if (done.has(loaded)) return done.get(loaded);
    const placed = yield* place(loaded);
    done.set(loaded, placed);
    return placed;
  }

  function* place(loaded: Loaded): Generator<undefined, Placed | undefined> {
    const base = loaded.base === undefined ? undefined : yield* visit(loaded.base);
    const imports = new Map<string, Placed | undefined>();
    for (const [text, one] of loaded.imports) imports.set(text, yield* visit(one));
    // What it stands on is wrong, and that was said: whatever would be found here may only follow from it.
    if (loaded.header.extends !== undefined && base === undefined) return undefined;
    const found = present(loaded.header.imports.map(({ value }) => imports.get(value)));
    if (found === undefined) return undefined;
    const bases = base === undefined ? [] : [base, ...base.bases];
    const made = yield* once(loaded, bases, imports, units);
    // A warning is for the author of the text, who links it as the leaf.
    diagnostics.push(...made.diagnostics.filter(({ severity }) => severity === 'error' || loaded === leaf));
    if (made.unit === undefined || loaded.broken) return undefined;
    // Not what was loaded: that has the tree, which nobody needs any more.
    const { source, known } = loaded;
    return (made.placed ??= {
      source,
      digest: known.digest,
      unit: made.unit,
      made,
      imports: exact(found),
      bases: exact(bases),
    });
  }
}

/** The code of a unit, by this back end. */
export function codeOf({ unit, made }: Placed, backEnd: BackEnd): MadeCode {
  const before = made.codes.find((one) => one.backEnd === backEnd);
  if (before !== undefined) return before;
  const code = { backEnd, compiled: backEnd(unit), layer: undefined, limits: undefined };
  made.codes = exact([...made.codes, code]);
  return code;
}

function* once(
  loaded: Loaded,
  bases: readonly Placed[],
  imports: ReadonlyMap<string, Placed | undefined>,
  units: UnitCache,
): Generator<undefined, Made> {
  const { source, known, tree, found } = loaded;
  const key = [
    source.file,
    ...bases.map(({ made }) => made.id),
    ...[...imports].map(([text, placed]) => `${text}=${placed?.made.id ?? 0}`),
  ].join('\n');
  const before = unitIn(known, key);
  if (before !== undefined && !loaded.broken) return before;
  const { unit, diagnostics: checked } = yield* checkSteps(tree ?? parse(source.text, source.file).source, {
    bases: bases.map(({ unit: base }) => base),
    imports: new Map([...imports].flatMap(([text, placed]) => (placed === undefined ? [] : [[text, placed.unit]]))),
  });
  // Between two steps another policy may have been linked that stands on it too.
  const meanwhile = unitIn(known, key);
  if (meanwhile !== undefined && !loaded.broken) return meanwhile;
  const diagnostics = withoutConsequences(source.text, found, checked);
  const made: Made = {
    id: units.nextId(),
    unit,
    diagnostics: exact(diagnostics),
    source: undefined,
    placed: undefined,
    codes: exact([]),
  };
  if (!loaded.broken) known.units = exact([...known.units, [key, made]]);
  return made;
}

function unitIn({ units }: KnownText, key: string): Made | undefined {
  return units.find(([one]) => one === key)?.[1];
}

/** All of them, or undefined where one is missing. */
function present<Item>(items: readonly (Item | undefined)[]): readonly Item[] | undefined {
  const found = items.filter((item) => item !== undefined);
  return found.length === items.length ? found : undefined;
}
