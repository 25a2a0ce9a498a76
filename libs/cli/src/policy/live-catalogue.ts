// The models that a mesh has now.
import { platformTenant, provider } from '@router-mesh/contracts';
import { call } from '@router-mesh/wire';
import { catalogueOf, type Catalogue } from '@router-mesh/wend';
import { asOperator } from '../access.ts';
import type { GlobalOptions } from '../global-options.ts';

export async function liveCatalogue(options: GlobalOptions): Promise<Catalogue> {
  const { providers } = await asOperator(options, (nc) => call(nc, provider.list, platformTenant, {}));
  return catalogueOf(providers, 'live');
}
