// The seed of a decision: what splits without a key of their own go by. The same for a request that is sent again, and not to be guessed by clients.
import { createHmac, randomBytes } from 'node:crypto';
import { salts, seedSalt, type SaltDocument } from '@router-mesh/contracts';
import type { House, Snapshot } from '@router-mesh/kernel';
import { setTimeout as sleep } from 'node:timers/promises';

/** HMAC-SHA256 of the request's id under the salt of its tenant, in hex: clients choose ids, and could grind them into an arm otherwise. */
export function seedOf({ salt }: SaltDocument, tenant: string, request: string): string {
  return createHmac('sha256', salt).update(`${tenant} ${request}`).digest('hex');
}

interface Watched {
  readonly current: Snapshot<SaltDocument>;
  readonly isCopy: boolean;
}

/** How long to wait before the bucket is looked at again, ms. */
const againMs = 100;

/**
 * Resolves when the mesh's salt is known: written here, unless somebody was first. Whoever is second finds the first one's.
 *
 * Who starts from a copy has found one before, and nothing can be written now.
 */
export async function ensureSalt({ put }: Pick<House, 'put'>, watch: Watched): Promise<void> {
  const document = { salt: randomBytes(32).toString('hex'), at: Date.now() };
  while (!watch.isCopy && !watch.current.documents.has(seedSalt)) {
    await put(salts, seedSalt, document, 0).catch(() => undefined); // another one's, or a store without a leader: both are seen by the watch
    await sleep(againMs);
  }
}

/** The mesh's salt, whatever becomes of its bucket: where that is made anew, what was known is written again. */
export function knownSalt(
  { put }: Pick<House, 'put'>,
  watch: { onSwap(listener: (snapshot: Snapshot<SaltDocument>) => void): void },
): () => SaltDocument | undefined {
  let known: SaltDocument | undefined;
  watch.onSwap(({ documents }) => {
    const found = documents.get(seedSalt);
    if (found === undefined && known !== undefined) put(salts, seedSalt, known, 0).catch(() => undefined); // another replica was first
    known = found ?? known;
  });
  return () => known;
}
