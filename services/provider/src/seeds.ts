// Provider documents that a deployment ships: written where none of that vendor stands yet, never over one that does.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAs, ProviderDocument, providers, RouterError } from '@router-mesh/contracts';
import type { House } from '@router-mesh/kernel';

/** A bucket as it is watched. */
export interface Watched {
  readonly current: { readonly documents: ReadonlyMap<string, unknown>; readonly revision: number };
  onSwap(listener: () => void): void;
}

/**
 * Resolves when what was written is in force here, so that its vendors are served from the start.
 * @throws RouterError `invalid_request` naming the file and what is wrong with it
 */
export async function seedDocuments(folder: string, watched: Watched, put: House['put']): Promise<void> {
  let written = 0;
  for (const document of readDocuments(folder)) {
    if (watched.current.documents.has(document.vendor)) continue;
    try {
      written = await put(providers, document.vendor, document, 0);
    } catch (error) {
      if (!(error instanceof RouterError && error.code === 'conflict')) throw error; // another replica was quicker
    }
  }
  await new Promise<void>((resolve) => {
    watched.onSwap(() => {
      if (watched.current.revision >= written) resolve();
    });
  });
}

function readDocuments(folder: string): ProviderDocument[] {
  const files = attempt(`folder "${folder}"`, () => readdirSync(folder)).filter((file) => file.endsWith('.json'));
  return files.sort().map((file) => {
    const content = attempt(`"${file}"`, () => JSON.parse(readFileSync(join(folder, file), 'utf8')) as unknown);
    return parseAs(ProviderDocument, content, `ROUTER_PROVIDERS: "${file}"`);
  });
}

function attempt<Result>(what: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new RouterError('invalid_request', `ROUTER_PROVIDERS: ${what} cannot be read: ${why}`, { cause: error });
  }
}
