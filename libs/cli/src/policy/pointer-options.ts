// What the commands share that move the pointers of a policy in the mesh.
import { hostname, userInfo } from 'node:os';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { readRevision } from '../documents.ts';
import { readCount } from './workspace-options.ts';

export interface PointerOptions {
  readonly byName?: string;
  readonly revision?: number;
}

export function addPointerOptions(command: Command): Command {
  return command
    .option('--by-name <name>', 'who does it, for the history (default: user@host)')
    .option(
      '--revision <n>',
      'only if this is the last revision of its pointers; 0: only if there are none',
      readRevision,
    );
}

/** As the mesh takes them. */
export function pointerFields({ byName, revision }: PointerOptions): {
  readonly by: string;
  readonly revision?: number;
} {
  return { by: byName ?? `${userInfo().username}@${hostname()}`, ...(revision === undefined ? {} : { revision }) };
}

export interface CanaryOptions {
  readonly by?: 'tenants' | 'requests';
  readonly points?: number;
  readonly decisions?: number;
}

export function addCanaryOptions(command: Command): Command {
  return command
    .addOption(new Option('--by <what>', 'a share of what').choices(['tenants', 'requests']).default('tenants'))
    .option('--points <n>', 'take it back when it refuses or fails so many points of 100 more (default: 5)', readCount)
    .option('--decisions <n>', 'but not before it has decided so often (default: 50)', readCount);
}

export function canaryFields(share: number, { by, points, decisions }: CanaryOptions): CanaryFields {
  const rollback = { ...(points === undefined ? {} : { points }), ...(decisions === undefined ? {} : { decisions }) };
  return {
    share,
    ...(by === undefined ? {} : { by }),
    ...(points === undefined && decisions === undefined ? {} : { rollback }),
  };
}

interface CanaryFields {
  readonly share: number;
  readonly by?: 'tenants' | 'requests';
  readonly rollback?: { readonly points?: number; readonly decisions?: number };
}

/** `10%` or `0.1` → 0.1. @throws InvalidArgumentError */
export function readShare(text: string): number {
  const [, percent] = /^(\d{1,3}(?:\.\d{1,6})?)%$/.exec(text) ?? [];
  const share =
    percent !== undefined ? Number(percent) / 100 : /^\d(\.\d{1,8})?$/.test(text) ? Number(text) : Number.NaN;
  if (share >= 0 && share <= 1) return share;
  throw new InvalidArgumentError('It must be a share from 0% to 100%, as 10%.');
}

/** As `readShare`, but not of nobody. @throws InvalidArgumentError */
export function readSomeShare(text: string): number {
  const share = readShare(text);
  if (share > 0) return share;
  throw new InvalidArgumentError('It must be more than 0%; router policy rollback withdraws a canary.');
}
