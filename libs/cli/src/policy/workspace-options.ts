// The options of the commands that link policies on this machine.
import { runLimits, type RunLimits } from '@router-mesh/wend';
import { InvalidArgumentError, Option, type Command } from 'commander';

export interface WorkspaceOptions {
  /** Further folders whose sources may be extended and imported. */
  readonly library?: readonly string[];
  readonly catalogue?: string;
  readonly fuel?: number;
  readonly depth?: number;
}

/** The options that say what a policy is linked with. */
export function addWorkspaceOptions(command: Command): Command {
  return command
    .option('--library <folder>', 'where else extended policies and imported libraries are', collect)
    .option(
      '--catalogue <file>',
      'provider documents to check models against (default: catalogue.json, if there is one)',
    )
    .addOption(limitOption('--fuel <n>', 'what a layer may spend', runLimits.fuel))
    .addOption(limitOption('--depth <n>', 'calls within calls', runLimits.depth));
}

/** What `addWorkspaceOptions` searches, for the help of a command. */
export const workspaceHelp = `
What a policy extends and imports is found by the name that it declares: among the files that are given, in their folders and below, and in --library.
Models are checked against --catalogue, else against catalogue.json beside the policy or above it. Without one no model is checked.`;

function collect(folder: string, folders: readonly string[] = []): string[] {
  return [...folders, folder];
}

function limitOption(flags: string, what: string, fallback: number): Option {
  return new Option(flags, `${what} (default: ${fallback})`).argParser(readCount);
}

/** @throws InvalidArgumentError */
export function readCount(text: string): number {
  if (/^[1-9]\d{0,11}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number above 0.');
}

export function limitsOf({ fuel, depth }: WorkspaceOptions): RunLimits {
  return { ...runLimits, fuel: fuel ?? runLimits.fuel, depth: depth ?? runLimits.depth };
}
