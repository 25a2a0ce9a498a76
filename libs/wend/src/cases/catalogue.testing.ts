// Catalogues of the suite, as JSON has them.
import type { Catalogue, ModelRecord } from '../data/catalogue.ts';
import { expanded, readJson } from './case.testing.ts';

export interface CatalogueFile {
  readonly revision: string;
  /** Cheapest first, those without a price last. */
  readonly models: readonly ModelRecord[];
  /** Ids; beside them the name of each model, without its vendor, stands for all models of that name. */
  readonly aliases: Readonly<Record<string, readonly string[]>>;
  /** Vendors that answer to models that are not listed. */
  readonly open: readonly string[];
  /** Names; where there are none they are not looked at. */
  readonly extensions?: readonly string[];
}

const sample = readJson('catalogue.json') as CatalogueFile;

/** @param changed what is other than in catalogue.json */
export function catalogueOf(changed: Partial<CatalogueFile> = {}): Catalogue {
  const { revision, models, aliases, open, extensions } = {
    ...sample,
    ...(expanded(changed) as Partial<CatalogueFile>),
  };
  const aliased = Object.entries(aliases).map(([alias, ids]) => {
    return [alias, models.filter(({ id }) => ids.includes(id))] as const;
  });
  const named = models.map(({ name }) => [name, models.filter((one) => one.name === name)] as const);
  return {
    revision,
    models,
    byId: new Map(models.map((one) => [one.id, one])),
    byAlias: new Map([...named, ...aliased]),
    open: new Set(open),
    ...(extensions === undefined ? {} : { extensions: new Set(extensions) }),
  };
}
