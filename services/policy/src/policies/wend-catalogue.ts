// The provider documents as the policy language sees them.
import type { ProviderDocument } from '@router-mesh/contracts';
import type { Catalogue, ModelRecord } from '@router-mesh/wend';

type Model = ProviderDocument['models'][number];

/** USD a million tokens is so many pico-USD a token. */
const picoUsdPerToken = 1e6;

/** @param revision of the bucket: replicas that have read as far have the same catalogue */
export function wendCatalogue(vendors: ReadonlyMap<string, ProviderDocument>, revision: number): Catalogue {
  const documents = [...vendors].filter(([key, { vendor }]) => key === vendor).map(([, document]) => document);
  const listed = documents.flatMap((document) =>
    document.models.map((model) => ({ model, record: recordOf(document, model) })),
  );
  const byPrice = listed.toSorted((a, b) => orderOf(a.record, b.record));
  const byAlias = new Map<string, ModelRecord[]>();
  for (const { model, record } of byPrice)
    for (const name of new Set([model.name, ...(model.aliases ?? [])]))
      byAlias.set(name, [...(byAlias.get(name) ?? []), record]);
  return {
    revision: String(revision),
    models: byPrice.map(({ record }) => record),
    byId: new Map(byPrice.map(({ record }) => [record.id, record])),
    byAlias,
    open: new Set(documents.filter(({ any_model: any }) => any === true).map(({ vendor }) => vendor)),
  };
}

function recordOf({ vendor, ...document }: ProviderDocument, model: Model): ModelRecord {
  const { name, price } = model;
  return Object.freeze({
    id: `${vendor}/${name}`,
    vendor,
    name,
    region: model.region ?? document.region ?? null,
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
function orderOf(a: ModelRecord, b: ModelRecord): number {
  const [one, other] = [costOf(a), costOf(b)];
  if (one !== other) return one < other ? -1 : 1;
  return a.id < b.id ? -1 : Number(a.id > b.id);
}

function costOf({ price_in: input, price_out: output }: ModelRecord): number {
  return input === null || output === null ? Number.POSITIVE_INFINITY : input + output;
}
