// The names of policies on the command line.
import { PolicyName } from '@router-mesh/contracts';
import { InvalidArgumentError } from 'commander';

/** A policy, and which of its versions where that is said: by its version or its digest. */
export interface PolicyRef {
  readonly name: string;
  readonly version?: string;
}

export function isPolicyName(name: string): boolean {
  return PolicyName.safeParse(name).success;
}

/** `acme/main` or `acme/main@1.4.0`, as policies name each other; undefined for what is no such thing. */
export function policyRefOf(text: string): PolicyRef | undefined {
  const [, name = '', version] = /^([^@]*)(?:@(.{1,200}))?$/.exec(text) ?? [];
  if (!isPolicyName(name)) return undefined;
  return version === undefined ? { name } : { name, version };
}

/** @throws InvalidArgumentError */
export function readPolicyRef(text: string): PolicyRef {
  const ref = policyRefOf(text);
  if (ref !== undefined) return ref;
  throw new InvalidArgumentError('It must be as acme/main, or acme/main@1.4.0 for one of its versions.');
}

/** A version as it is called; where its source names none, by its digest. */
export function showVersion({
  version,
  digest,
}: {
  readonly version?: string | undefined;
  readonly digest: string;
}): string {
  return version ?? digest.slice(0, 12);
}

/** @throws InvalidArgumentError */
export function readPolicyName(name: string): string {
  if (isPolicyName(name)) return name;
  throw new InvalidArgumentError('It must be a tenant path with / and a name of a-z, 0-9, "_" and "-", as acme/main.');
}
