// What ids, aliases and names of models stand for in a catalogue.
import type { Catalogue, ModelRecord } from '../../data/catalogue.ts';

/** Made for vendors that are open: known here, as the others are known in the catalogue. */
const unlistedOnes = new WeakSet<object>();

/** Lists that are made once a catalogue. */
const lists = new WeakMap<Catalogue, Map<string, readonly ModelRecord[]>>();

/** Those that answer a kind of request, in the catalogue's order. */
export function answering(catalogue: Catalogue, kind: string): readonly ModelRecord[] {
  const made = listsOf(catalogue);
  const before = made.get(kind);
  if (before !== undefined) return before;
  const all = catalogue.models.filter(({ verbs }) => verbs.includes(kind));
  made.set(kind, all);
  return all;
}

/** The models that an id, an alias or a name without a vendor stands for, cheapest first; none where it stands for nothing. */
export function modelsOf(catalogue: Catalogue, id: string): readonly ModelRecord[] {
  const one = catalogue.byId.get(id);
  if (one !== undefined) return [one];
  return catalogue.byAlias.get(id) ?? unlisted(catalogue, id);
}

/** Whether a value is a model: no record of a policy is one, whatever fields it has. */
export function isModel(catalogue: Catalogue, value: object): value is ModelRecord {
  const { id } = value as Partial<ModelRecord>;
  return unlistedOnes.has(value) || (typeof id === 'string' && catalogue.byId.get(id) === value);
}

/** The one, or the cheapest, of them. */
export function modelOf(catalogue: Catalogue, id: string): ModelRecord | undefined {
  return catalogue.byId.get(id) ?? modelsOf(catalogue, id)[0];
}

/** What "auto" stands for: all that have the name of the cheapest. */
export function automatic(catalogue: Catalogue, kind: string): readonly ModelRecord[] {
  const made = listsOf(catalogue);
  const key = `auto ${kind}`;
  const before = made.get(key);
  if (before !== undefined) return before;
  const all = answering(catalogue, kind);
  const cheapest = all.filter(({ name }) => name === all[0]?.name);
  made.set(key, cheapest);
  return cheapest;
}

/** A vendor that answers to models that are not listed: what it has is not known, nor what it costs. */
function unlisted(catalogue: Catalogue, id: string): readonly ModelRecord[] {
  const slash = id.indexOf('/');
  const vendor = id.slice(0, slash);
  if (slash < 1 || slash === id.length - 1 || !catalogue.open.has(vendor)) return [];
  const one: ModelRecord = {
    id,
    vendor,
    name: id.slice(slash + 1),
    region: null,
    price_in: null,
    price_out: null,
    context_tokens: null,
    max_output_tokens: null,
    modalities: [],
    tools: null,
    verbs: ['chat', 'embed'],
  };
  unlistedOnes.add(one);
  return [one];
}

function listsOf(catalogue: Catalogue): Map<string, readonly ModelRecord[]> {
  let made = lists.get(catalogue);
  if (made === undefined) lists.set(catalogue, (made = new Map<string, readonly ModelRecord[]>()));
  return made;
}
