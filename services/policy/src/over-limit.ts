// What a request over a limit is told: which one, and when to try again. Pure.
import { platformTenant, RouterError } from '@router-mesh/contracts';
import type { Limited } from './limited.ts';

/** Those who are told to wait do not all come back in the same moment: up to so many ms later. */
const spreadMs = 500;

/** @param random from 0 up to 1 */
export function overLimit(limited: Limited, now: number, random: number): RouterError {
  const { name, tenant, model, limit } = limited;
  return new RouterError('rate_limited', `${whose(limited)} is over its limit of ${limit} ${unit(limited)} a minute`, {
    details: {
      limit: name,
      tenant,
      ...(model === undefined ? {} : { model }),
      value: limit,
      retry_after_ms: resetMs(now) + Math.floor(random * spreadMs),
    },
  });
}

/** A request that could not be let in by an empty counter either: waiting does not help. */
export function neverWithin(limited: Limited, tokens: number): RouterError {
  const { name, tenant, model, limit } = limited;
  const message = `${whose(limited)} may use ${limit} ${unit(limited)} a minute, and this request may use ${tokens}`;
  return new RouterError('too_large', message, {
    details: { limit, size: tokens, of: name, tenant, ...(model === undefined ? {} : { model }) },
  });
}

/** Until the minute ends. */
export function resetMs(now: number): number {
  return 60_000 - (now % 60_000);
}

function whose({ tenant }: Limited): string {
  return tenant === platformTenant ? 'the mesh' : `tenant "${tenant}"`;
}

function unit({ name, model }: Limited): string {
  const what = name === 'rpm' ? 'requests' : 'tokens';
  return model === undefined ? what : `${what} of model "${model}"`;
}
