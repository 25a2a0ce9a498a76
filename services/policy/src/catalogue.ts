// Which models there are, and who has them: provider documents as policy looks things up in them.
import {
  modelId,
  RouterError,
  type Candidate,
  type ModelDocument,
  type ProviderDocument,
  type Verb,
} from '@router-mesh/contracts';

interface Offer {
  readonly candidate: Candidate;
  readonly model: ModelDocument;
  /** USD for a million tokens in and a million out; what has no price comes last. */
  readonly cost: number;
}

/** An immutable index over the provider documents of one revision. */
export interface Catalogue {
  readonly vendors: ReadonlyMap<string, ProviderDocument>;
  /** By model name and by alias, cheapest first; equal ones by vendor, then in the order of the document. */
  readonly byName: ReadonlyMap<string, readonly Offer[]>;
  readonly offers: readonly Offer[];
}

export function buildCatalogue(vendors: ReadonlyMap<string, ProviderDocument>): Catalogue {
  const sorted = [...vendors.entries()]
    .filter(([key, { vendor }]) => key === vendor)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const offers = sorted
    .flatMap(([vendor, { models }]) =>
      models.map((model) => ({
        candidate: { vendor, model: model.name },
        model,
        cost: costOf(model),
      })),
    )
    .sort((a, b) => (a.cost === b.cost ? 0 : a.cost - b.cost));
  const byName = new Map<string, Offer[]>();
  for (const offer of offers) {
    for (const name of new Set([offer.model.name, ...(offer.model.aliases ?? [])])) {
      byName.set(name, [...(byName.get(name) ?? []), offer]);
    }
  }
  return { vendors: new Map(sorted), byName, offers };
}

function costOf({ price }: ModelDocument): number {
  return price === undefined ? Number.POSITIVE_INFINITY : Number(price.input) + Number(price.output);
}

/**
 * The candidates that a model name stands for, in the order in which they are to be tried.
 *
 * `vendor/model` is that one and no other. An alias is every vendor that has a model of that name. `auto` is the cheapest model, or the first named
 * where no price is known, of every vendor that has it.
 * @throws RouterError `not_found` naming vendor or model, `invalid_request` when the model is not one for this verb
 */
export function resolveModel(catalogue: Catalogue, name: string, verb: Verb): Candidate[] {
  const slash = name.indexOf('/');
  if (slash > 0) return [resolveExplicit(catalogue, name.slice(0, slash), name.slice(slash + 1), verb)];
  const chosen = name === 'auto' ? catalogue.offers.find((offer) => answers(offer.model, verb))?.model.name : name;
  const offers = chosen === undefined ? undefined : catalogue.byName.get(chosen);
  if (offers === undefined) {
    throw notFound(name === 'auto' ? `no provider has a model for "${verb}"` : `no provider has a model "${name}"`);
  }
  const fitting = offers.filter((offer) => answers(offer.model, verb));
  if (fitting.length === 0) throw wrongVerb(name, verb);
  return fitting.map((offer) => offer.candidate);
}

function resolveExplicit(catalogue: Catalogue, vendor: string, model: string, verb: Verb): Candidate {
  const document = catalogue.vendors.get(vendor);
  if (document === undefined) throw notFound(`no provider "${vendor}"`);
  const { models } = document;
  // A name is stronger than another model's alias: who asks for gpt-4 by name gets no other.
  const listed = models.find(({ name }) => name === model) ?? models.find(({ aliases }) => aliases?.includes(model));
  if (listed === undefined && document.any_model === true && model !== '') return { vendor, model };
  if (listed === undefined) throw notFound(`provider "${vendor}" has no model "${model}"`);
  if (!answers(listed, verb)) throw wrongVerb(modelId({ vendor, model }), verb);
  return { vendor, model: listed.name };
}

/** Whether `vendor/model` may be a candidate under that very name. */
export function isListed({ vendors }: Catalogue, id: string): boolean {
  const slash = id.indexOf('/');
  const document = vendors.get(id.slice(0, slash));
  if (document === undefined) return false;
  const name = id.slice(slash + 1);
  if (document.models.some((model) => model.name === name)) return true;
  return document.any_model === true && !document.models.some(({ aliases }) => aliases?.includes(name));
}

function answers({ verbs }: ModelDocument, verb: Verb): boolean {
  return (verbs ?? ['chat']).includes(verb === 'embed' ? 'embed' : 'chat');
}

function notFound(message: string): RouterError {
  return new RouterError('not_found', message, { param: 'model' });
}

function wrongVerb(model: string, verb: Verb): RouterError {
  return new RouterError('invalid_request', `model "${model}" does not answer "${verb}"`, { param: 'model' });
}
