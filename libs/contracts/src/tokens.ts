// The tokens that subjects, tenant paths and keys are made of: never normalised, so two spellings never meet in one name.
import { z } from 'zod';
import { RouterError } from './errors.ts';

/** A subject token: 1 to 63 of lower-case letters, digits, `_` and `-`. */
export const tokenPattern = /^[a-z0-9_-]{1,63}$/;

export const Token = z.string().regex(tokenPattern, 'must be 1 to 63 of a-z, 0-9, "_" and "-"');

// Matches a ULID: 26 of Crockford's base 32, the first at most 7.
const ulidPattern = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** The id of a request. */
export const RequestId = z.string().regex(ulidPattern, 'must be a ULID');

/** Whether a text is the id of a request. */
export function isRequestId(text: string): boolean {
  return ulidPattern.test(text);
}

/** How many tokens a tenant path may have: organisation, team, project… */
export const maxTenantLevels = 4;

// Matches 1 to 4 tokens joined by dots.
const tenantPattern = /^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63}){0,3}$/;

/** A tenant path as it stands at the tail of subjects: `acme.web.chat`. */
export const TenantPath = z
  .string()
  .regex(tenantPattern, `must be 1 to ${maxTenantLevels} tokens of a-z, 0-9, "_" and "-", joined by dots`);

/** Whether a text is a tenant path. */
export function isTenantPath(text: string): boolean {
  return tenantPattern.test(text);
}

/**
 * Check a tenant path that came from outside.
 * @throws RouterError `invalid_request` naming the path
 */
export function tenantPath(text: string): string {
  if (isTenantPath(text)) return text;
  throw new RouterError(
    'invalid_request',
    `tenant path "${text.slice(0, 80)}" must be 1 to ${maxTenantLevels} tokens of a-z, 0-9, "_" and "-"`,
    {
      param: 'subject',
    },
  );
}

/** A tenant path and all above it, nearest first: `a.b.c` → `a.b.c`, `a.b`, `a`. */
export function lineage(tenant: string): string[] {
  const levels = [tenant];
  for (let dot = tenant.lastIndexOf('.'); dot > 0; dot = tenant.lastIndexOf('.', dot - 1))
    levels.push(tenant.slice(0, dot));
  return levels;
}

/** Whether a tenant path is another one or stands above it. */
export function isWithin(tenant: string, ancestor: string): boolean {
  return tenant === ancestor || tenant.startsWith(`${ancestor}.`);
}

/**
 * Write a text as one key token: what KV does not allow becomes `=` and two hex digits a byte, so two texts never share a key.
 * @throws RouterError `invalid_request` for the empty text and for half a surrogate pair, which have no bytes of their own
 */
export function escapeKeyToken(text: string): string {
  if (text === '' || !text.isWellFormed())
    throw new RouterError('invalid_request', 'a part of a key must be well-formed text and not empty');
  return text.replace(/[^A-Za-z0-9_-]/gu, (character) =>
    [...new TextEncoder().encode(character)]
      .map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}

/** Undo {@link escapeKeyToken}. */
export function unescapeKeyToken(token: string): string {
  return decodeURIComponent(token.replace(/%/g, '%25').replace(/=/g, '%'));
}
