// Whom a canary judges. Pure: the same tenant, or the same request, is always on the same side of it.
import { createHash } from 'node:crypto';
import type { CanaryPointer } from '@router-mesh/contracts';

export interface Subject {
  readonly tenant: string;
  readonly request: string;
}

/** The digest is in the hash: those who are first in one canary are not first in the next one. */
export function isInCanary({ digest, share, by }: CanaryPointer, { tenant, request }: Subject): boolean {
  return isWithinShare(share, digest, by === 'tenants' ? tenant : request);
}

/** Whether a key is within the first part of all keys, under a name of its own. @param share a fraction of 1 */
export function isWithinShare(share: number, name: string, key: string): boolean {
  if (share <= 0) return false;
  return share >= 1 || createHash('sha256').update(`${name} ${key}`).digest().readUInt32BE(0) / 2 ** 32 < share;
}
