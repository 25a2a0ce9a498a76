// Params and consts of a linked policy: each computed once, what it needs before it.
import type { Catalogue } from '../data/catalogue.ts';
import { sampleInput } from '../data/samples.ts';
import type { IrValue, Ref } from '../ir/ir.ts';
import type { RunLimits } from '../limits.ts';
import type { Instance, Value } from '../run/instance.ts';
import { Meter, PolicyFailure } from '../run/meter.ts';
import { silent } from '../run/silent.ts';
import { referencesOf } from './references.ts';

/** An instance whose values are still to be filled in. */
export interface Draft extends Instance {
  readonly values: Value[];
}

/** One value of one instance. */
interface Place {
  readonly draft: Draft;
  readonly index: number;
}

/** What went wrong with a value, and whose it is. */
export interface ValueFailure {
  readonly instance: Instance;
  readonly value: IrValue;
  readonly failure: PolicyFailure;
}

/**
 * Fill in the values of these instances; those that they link beside them are full already.
 *
 * A param is what the lowest layer sets it to, computed in that layer. All values of an instance together may spend what one run may.
 */
export function fillValues(drafts: readonly Draft[], limits: RunLimits): ValueFailure | undefined {
  const setters = settersOf(drafts);
  const meters = new Map(drafts.map((draft) => [draft, new Meter(limits)]));
  const state = new Map<IrValue, 'begun' | 'done'>();
  const own = new Map<Instance, Draft>(drafts.map((draft) => [draft, draft]));
  const reached = new Map<object, readonly Place[]>();

  for (const draft of drafts) {
    for (const index of draft.unit.values.keys()) {
      const failed = fill({ draft, index });
      if (failed !== undefined) return failed;
    }
  }
  return undefined;

  /** Without recursion: a source has room for chains of ten thousand. */
  function fill(wanted: Place): ValueFailure | undefined {
    const stack = [wanted];
    for (let place = stack.at(-1); place !== undefined; place = stack.at(-1)) {
      const value = valueOf(place);
      if (state.get(value) === 'done') {
        stack.pop();
        continue;
      }
      const needed = state.get(value) === 'begun' ? [] : guarded(place, () => needs(place));
      if ('failure' in needed) return needed;
      const waiting = needed.filter((need) => state.get(valueOf(need)) !== 'done');
      state.set(value, 'begun');
      const circle = waiting.find((need) => state.get(valueOf(need)) === 'begun');
      if (circle !== undefined) return circular(circle);
      stack.push(...waiting);
      if (waiting.length > 0) continue;
      const failed = compute(place);
      if (failed !== undefined) return failed;
      state.set(value, 'done');
      stack.pop();
    }
    return undefined;
  }

  /** What must be there before: the setter of a param; else whatever the expression reads, through the functions that it calls. */
  function needs(place: Place): readonly Place[] {
    const setter = setterOf(place);
    if (setter !== place) return [setter];
    const { values, functions } = referencesOf(valueOf(place).body);
    const found = placesOf(place.draft, values);
    for (const ref of functions) for (const one of behind(functionBehind(place.draft, ref), place)) found.push(one);
    return found;
  }

  /** What a function reads, through all that it calls. Charged to the value that asks first: a thousand values may each call what calls a thousand others. */
  function behind([instance, body]: [Instance, object], asking: Place): readonly Place[] {
    const before = reached.get(body);
    if (before !== undefined) return before;
    const meter = meterOf(asking.draft);
    const found = new Set<Place>();
    const called = new Set<object>();
    const todo: [Instance, object][] = [[instance, body]];
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      const [at, one] = next;
      if (called.has(one)) continue;
      called.add(one);
      meter.burn(1, valueOf(asking).at);
      const { values, functions } = referencesOf(one);
      for (const read of placesOf(at, values)) found.add(read);
      for (const ref of functions) todo.push(functionBehind(at, ref));
    }
    const places = [...found];
    reached.set(body, places);
    return places;
  }

  function placesOf(instance: Instance, values: readonly Ref[]): Place[] {
    return values.flatMap(({ unit, index }) => {
      const draft = own.get(target(instance, unit));
      return draft === undefined ? [] : [{ draft, index }];
    });
  }

  function meterOf(draft: Draft): Meter {
    const meter = meters.get(draft);
    if (meter === undefined) throw new Error('a value of another policy');
    return meter;
  }

  function setterOf(place: Place): Place {
    const value = valueOf(place);
    const setter = value.kind === 'param' ? setters.get(value.name) : undefined;
    return setter === undefined || setter.draft === place.draft ? place : setter;
  }

  function compute(place: Place): ValueFailure | undefined {
    const { draft, index } = place;
    const setter = setterOf(place);
    if (setter !== place) {
      draft.values[index] = setter.draft.values[setter.index] ?? null;
      return undefined;
    }
    return guarded(place, () => {
      const run = { meter: meterOf(draft), input: sampleInput, catalogue: nothing, effects: silent };
      draft.values[index] = draft.code.values[index]?.run(draft, run) ?? null;
      return undefined;
    });
  }
}

/** What comes of it, or how the policy fails there. */
function guarded<Of>({ draft, index }: Place, run: () => Of): Of | ValueFailure {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof PolicyFailure)) throw error;
    return { instance: draft, value: valueOf({ draft, index }), failure: error };
  }
}

/** The lowest layer that sets a param of a name. */
function settersOf(drafts: readonly Draft[]): ReadonlyMap<string, Place> {
  const setters = new Map<string, Place>();
  for (const draft of drafts) {
    for (const [index, { kind, name }] of draft.unit.values.entries()) {
      if (kind === 'param') setters.set(name, { draft, index });
    }
  }
  return setters;
}

function functionBehind(instance: Instance, { unit, index }: Ref): [Instance, object] {
  const owner = target(instance, unit);
  const entry = owner.functions[index];
  if (entry === undefined) throw new Error('a reference names no function');
  return [entry.unit, entry.unit.unit.functions[entry.index]?.body ?? {}];
}

function target(instance: Instance, unit: number): Instance {
  const found = instance.links[unit];
  if (found === undefined) throw new Error('a reference names no unit');
  return found;
}

function valueOf({ draft, index }: Place): IrValue {
  const value = draft.unit.values[index];
  if (value === undefined) throw new Error('a reference names no value');
  return value;
}

function circular(place: Place): ValueFailure {
  const value = valueOf(place);
  const failure = new PolicyFailure('policy_error', `"${value.name}" depends on itself`, value.at);
  return { instance: place.draft, value, failure };
}

// A constant may look at nothing: the checker sees to it. It is computed once for all requests.
const nothing: Catalogue = { revision: '', models: [], byId: new Map(), byAlias: new Map(), open: new Set() };
