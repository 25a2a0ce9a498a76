// Sources checked by the mesh: against its models, and the policies that are published there.
import { policy as administration, platformTenant, tenantOfPolicy } from '@router-mesh/contracts';
import { call } from '@router-mesh/wire';
import { parse, type Diagnostic, type Source } from '@router-mesh/wend';
import { asOperator } from '../access.ts';
import type { GlobalOptions } from '../global-options.ts';
import { isPolicyName } from './policy-name.ts';
import { readSources } from './source-files.ts';
import { fromMesh } from './told-diagnostics.ts';

export interface Checked {
  readonly sources: readonly Source[];
  readonly read: readonly Source[];
  readonly diagnostics: readonly Diagnostic[];
}

/** @throws UsageError for files that are not there; and what the mesh throws */
export async function checkInMesh(paths: readonly string[], options: GlobalOptions): Promise<Checked> {
  const sources = await readSources(paths);
  const diagnostics = await asOperator(options, async (nc) => {
    const found: Diagnostic[] = [];
    for (const source of sources) {
      const request = { source: source.text, file: source.file };
      const checked = await call(nc, administration.check, tenantOf(source), request);
      found.push(...fromMesh(checked.diagnostics, sources));
    }
    return found;
  });
  return { sources, read: sources, diagnostics };
}

/** What a text without a name is checked as does not matter: it has an error already. */
function tenantOf({ text, file }: Source): string {
  const name = parse(text, file).source.body?.name.value ?? '';
  return isPolicyName(name) ? tenantOfPolicy(name) : platformTenant;
}
