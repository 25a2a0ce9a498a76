// The options of the commands that send a request as a tenant's client.
import { Duration, isTenantPath } from '@router-mesh/contracts';
import { InvalidArgumentError, type Command } from 'commander';

export interface RequestOptions {
  readonly model: string;
  readonly tenant: string;
}

export function addRequestOptions(command: Command): Command {
  return command
    .option('--model <name>', 'vendor/model, an alias without a vendor, or auto', 'demo/echo')
    .option('--tenant <path>', 'on whose behalf, as acme or acme.web', readTenant, 'demo');
}

/** A tenant path from the command line. @throws InvalidArgumentError */
export function readTenant(path: string): string {
  if (isTenantPath(path)) return path;
  throw new InvalidArgumentError('It must be 1 to 4 tokens of a-z, 0-9, "_" and "-", joined by dots.');
}

/** `30s` → ms. @throws InvalidArgumentError */
export function readDuration(text: string): number {
  const parsed = Duration.safeParse(text);
  if (parsed.success && parsed.data > 0) return parsed.data;
  throw new InvalidArgumentError('It must be a number and ms, s, min or h, as 30s.');
}
