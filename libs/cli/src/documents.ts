// What the commands that show and write documents share.
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { InvalidArgumentError } from 'commander';
import { UsageError } from './errors.ts';

export function showExamples(lines: string): string {
  return `\nExamples:\n  ${lines}`;
}

export function readRevision(given: string): number {
  if (/^\d{1,15}$/.test(given)) return Number(given);
  throw new InvalidArgumentError('It must be a whole number.');
}

/** A document from a file, or from stdin for `-`. @throws UsageError when it cannot be read or is not JSON */
export async function readDocument(file: string): Promise<unknown> {
  const source = file === '-' ? 'stdin' : `"${file}"`;
  try {
    return JSON.parse(file === '-' ? await text(process.stdin) : readFileSync(file, 'utf8')) as unknown;
  } catch (error) {
    const why = error instanceof SyntaxError ? 'is not JSON' : 'cannot be read';
    throw new UsageError(`${source} ${why}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
