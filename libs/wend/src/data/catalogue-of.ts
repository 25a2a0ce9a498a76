// A catalogue from what vendors say of their models: the same for a mesh that decides and for a tool that tries a policy out.
import type { Catalogue, ModelRecord } from './catalogue.ts';

/** A vendor's own words, of any shape that has these fields. */
export interface VendorModels {
  readonly vendor: string;
  /** Of models that name none of their own. */
  readonly region?: string | undefined;
  /** Whether it answers to models that it does not list. */
  readonly any_model?: boolean | undefined;
  readonly models: readonly VendorModel[];
}

export interface VendorModel {
  readonly name: string;
  readonly aliases?: readonly string[] | undefined;
  readonly region?: string | undefined;
  /** USD a million tokens, as decimal strings. */
  readonly price?: { readonly input: string; readonly output: string } | undefined;
  readonly context_tokens?: number | undefined;
  readonly max_output_tokens?: number | undefined;
  readonly modalities?: readonly string[] | undefined;
  readonly tools?: boolean | undefined;
  readonly verbs?: readonly string[] | undefined;
}

/** USD a million tokens is so many pico-USD a token. */
const picoUsdPerToken = 1e6;

/** @param revision the same for all who were given the same vendors */
export function catalogueOf(vendors: readonly VendorModels[], revision: string): Catalogue {
  const listed = vendors.flatMap((vendor) =>
    vendor.models.map((model) => ({ model, record: recordOf(vendor, model) })),
  );
  const byPrice = listed.toSorted((one, other) => orderOf(one.record, other.record));
  const byAlias = new Map<string, ModelRecord[]>();
  for (const { model, record } of byPrice)
    for (const name of new Set([model.name, ...(model.aliases ?? [])])) {
      const known = byAlias.get(name);
      if (known === undefined) byAlias.set(name, [record]);
      else known.push(record);
    }
  return {
    revision,
    models: byPrice.map(({ record }) => record),
    byId: new Map(byPrice.map(({ record }) => [record.id, record])),
    byAlias,
    open: new Set(vendors.filter(({ any_model: any }) => any === true).map(({ vendor }) => vendor)),
  };
}

/** Frozen: policies are handed it as it is. */
function recordOf({ vendor, region }: VendorModels, model: VendorModel): ModelRecord {
  const { name, price } = model;
  return Object.freeze({
    id: `${vendor}/${name}`,
    vendor,
    name,
    region: model.region ?? region ?? null,
    price_in: price === undefined ? null : Math.round(Number(price.input) * picoUsdPerToken),
    price_out: price === undefined ? null : Math.round(Number(price.output) * picoUsdPerToken),
    context_tokens: model.context_tokens ?? null,
    max_output_tokens: model.max_output_tokens ?? null,
    modalities: Object.freeze([...(model.modalities ?? ['text'])]),
    tools: model.tools ?? null,
    verbs: Object.freeze([...(model.verbs ?? ['chat'])]),
  });
}

/** Cheapest first, what has no price last; equal ones by id. */
function orderOf(one: ModelRecord, other: ModelRecord): number {
  const [price, otherPrice] = [priceOf(one), priceOf(other)];
  if (price !== otherPrice) return price < otherPrice ? -1 : 1;
  return one.id < other.id ? -1 : Number(one.id > other.id);
}

function priceOf({ price_in: input, price_out: output }: ModelRecord): number {
  return input === null || output === null ? Number.POSITIVE_INFINITY : input + output;
}
