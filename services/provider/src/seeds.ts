// Provider documents that a deployment ships: written where none of that vendor stands yet, never over one that does.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAs, ProviderDocument, providers, RouterError } from '@router-mesh/contracts';
import type { House } from '@router-mesh/kernel';

/** @throws RouterError `invalid_request` naming the file and the field */
export async function seedDocuments(folder: string, present: ReadonlyMap<string, unknown>, put: House['put']): Promise<void> {
  for (const document of readDocuments(folder)) {
    if (present.has(document.vendor)) continue;
    try {
      await put(providers, document.vendor, document, 0);
    } catch (error) {
      if (!(error instanceof RouterError && error.code === 'conflict')) throw error; // another replica was quicker
    }
  }
}

function readDocuments(folder: string): ProviderDocument[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.sort().map((file) => parseAs(ProviderDocument, JSON.parse(readFileSync(join(folder, file), 'utf8')), `ROUTER_PROVIDERS: ${file}`));
}
