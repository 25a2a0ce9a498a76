// Units of one chain to instances that know each other: with the functions that lower layers put in the place of open ones, and all values computed.
import { placeOf } from '../check/names.ts';
import { exact } from '../exact.ts';
import type { RunLimits } from '../limits.ts';
import type { BackEnd, Instance } from '../run/instance.ts';
import { layerOf, type Layer } from './layer.ts';
import { codeOf, type Placed } from './make.ts';
import { fillValues, type Draft, type ValueFailure } from './values.ts';

export type Instantiated =
  { readonly layers: readonly Layer[]; readonly failure?: undefined } | { readonly failure: ValueFailure };

/** What a back end made, and what it may spend. */
interface How {
  readonly backEnd: BackEnd;
  readonly limits: RunLimits;
}

/** An instance whose links and functions are still to be put in. */
interface Growing extends Draft {
  links: Instance['links'];
  functions: Instance['functions'];
}

/** Layers root to leaf. Those of which no lower one changes anything are shared with all policies that link them. */
export function instantiate(leaf: Placed, how: How): Instantiated {
  const chain = [...leaf.bases].reverse();
  const all = [...chain, leaf];
  const changed = all.findIndex((placed, place) => all.slice(place + 1).some((below) => changes(below, placed)));
  const shared = changed < 0 ? all : all.slice(0, changed);
  const above: Layer[] = [];
  for (const placed of shared) {
    const layer = sharedLayer(placed, above, how);
    if ('failure' in layer) return layer;
    above.push(layer);
  }
  const own = fresh(all.slice(shared.length), above, how);
  return 'failure' in own ? own : { layers: [...above, ...own] };
}

/** Whether a layer sets a param of one above it, or puts a function in the place of its. */
function changes({ unit: below }: Placed, { unit: above }: Placed): boolean {
  const params = new Set(above.values.filter(({ kind }) => kind === 'param').map(({ name }) => name));
  const open = new Set(above.functions.filter((one) => one.open).map(({ name }) => name));
  return (
    below.values.some(({ kind, name }) => kind === 'param' && params.has(name)) ||
    below.functions.some(({ name }) => open.has(name))
  );
}

function sharedLayer(placed: Placed, above: readonly Layer[], how: How): Layer | { readonly failure: ValueFailure } {
  const code = codeOf(placed, how.backEnd);
  if (code.layer !== undefined && code.limits !== undefined && sameLimits(code.limits, how.limits)) return code.layer;
  const layers = fresh([placed], above, how);
  if ('failure' in layers) return layers;
  const [layer] = layers;
  if (layer === undefined) throw new Error('a layer was left out');
  code.layer = layer;
  code.limits = how.limits;
  return layer;
}

/** Instances of these layers, the ones above them given. */
function fresh(
  placed: readonly Placed[],
  above: readonly Layer[],
  how: How,
): readonly Layer[] | { readonly failure: ValueFailure } {
  const drafts: Growing[] = [];
  for (const one of placed) {
    const imports: Instance[] = [];
    for (const library of one.imports) {
      const layer = sharedLayer(library, [], how);
      if ('failure' in layer) return layer;
      imports.push(layer.instance);
    }
    const bases = [...above.map(({ instance }) => instance), ...drafts].reverse();
    const draft: Growing = {
      unit: one.unit,
      code: codeOf(one, how.backEnd).compiled,
      values: [],
      links: [],
      functions: [],
    };
    draft.links = exact([draft, ...imports, ...bases]);
    drafts.push(draft);
    draft.functions = functionsOf(draft, draft);
  }
  for (const [place, draft] of drafts.entries()) {
    for (const below of drafts.slice(place + 1)) draft.functions = functionsOf(draft, below);
  }
  const failure = fillValues(drafts, how.limits);
  if (failure !== undefined) return { failure };
  return drafts.map((draft, place) => layerOf(draft, above.length + place));
}

/** The functions of an instance: where they are open, those of the layer below that have their names. */
function functionsOf(instance: Instance, below: Instance): Instance['functions'] {
  return instance.unit.functions.map(({ name, open }, index) => {
    if (instance === below) return entry(instance, index);
    const place = open ? placeOf(below.unit.functions, name) : -1;
    return place >= 0 ? entry(below, place) : (instance.functions[index] ?? entry(instance, index));
  });
}

function entry(unit: Instance, index: number): Instance['functions'][number] {
  const code = unit.code.functions[index];
  if (code === undefined) throw new Error('the back end left out a function');
  return { unit, index, code };
}

function sameLimits(one: RunLimits, other: RunLimits): boolean {
  return one.fuel === other.fuel && one.bytes === other.bytes && one.depth === other.depth;
}
