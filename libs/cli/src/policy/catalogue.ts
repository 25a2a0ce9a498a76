// Models to check and try policies on: from provider documents, or those that the policy names.
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { ProviderReport } from '@router-mesh/contracts';
import { catalogueOf, type Catalogue, type LinkedPolicy, type ModelRecord } from '@router-mesh/wend';
import { z } from 'zod';
import { readDocument } from '../documents.ts';
import { UsageError } from '../errors.ts';

/** One document, several, or what `router providers list --json` prints. */
const CatalogueFile = z.union([
  z.array(ProviderReport),
  z.object({ providers: z.array(ProviderReport) }).transform(({ providers }) => providers),
  ProviderReport.transform((provider) => [provider]),
]);

const usualName = 'catalogue.json';

/** Of provider documents. @throws UsageError when it is no file of them */
export async function readCatalogue(file: string): Promise<Catalogue> {
  const parsed = CatalogueFile.safeParse(await readDocument(file));
  if (parsed.success) return catalogueOf(parsed.data, file);
  throw new UsageError(
    `"${file}" holds no provider documents: it must be one, a list of them, or what router providers list --json prints`,
  );
}

/** The `catalogue.json` of a policy: beside it, or above it up to where the command runs. */
export function usualCatalogue(file: string): string | undefined {
  const here = process.cwd();
  for (let folder = dirname(resolve(file)); ; folder = dirname(folder)) {
    const path = join(folder, usualName);
    if (existsSync(path)) return relative(here, path);
    if (relative(here, folder) === '' || relative(here, folder).startsWith('..') || dirname(folder) === folder)
      return undefined;
  }
}

/** The models that a policy names, so that its tests run where nothing is known of models: they do anything, and have no price. */
export function modelsNamedBy(policy: LinkedPolicy): Catalogue {
  const literals = policy.layers.flatMap(({ unit }) => unit.literals).filter(({ kind }) => kind !== 'extension');
  const ids = new Set(literals.map(({ kind, text }) => (kind === 'model' ? text : `any/${text}`)));
  const models = [...ids].sort().map(unknownModel);
  return {
    revision: 'named',
    models,
    byId: new Map(models.map((model) => [model.id, model])),
    byAlias: Map.groupBy(models, ({ name }) => name),
    open: new Set(),
  };
}

function unknownModel(id: string): ModelRecord {
  return {
    id,
    vendor: id.slice(0, id.indexOf('/')),
    name: id.slice(id.indexOf('/') + 1),
    region: null,
    price_in: null,
    price_out: null,
    context_tokens: null,
    max_output_tokens: null,
    modalities: ['text'],
    tools: null,
    verbs: ['chat', 'embed'],
  };
}
