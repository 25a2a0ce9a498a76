// The .wend files that a command line names.
import { readdirSync, readFileSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Source } from '@router-mesh/wend';
import { UsageError } from '../errors.ts';

/** A folder with more below it is not one of policies; searching it would take for ever. */
const mostEntries = 20_000;

/**
 * The sources that are named: files as they are, folders with every `*.wend` below them, `-` for stdin.
 *
 * @throws UsageError when one is not there, or a folder has none
 */
export async function readSources(paths: readonly string[]): Promise<Source[]> {
  const sources: Source[] = [];
  for (const path of paths) {
    if (path === '-') sources.push({ file: 'stdin', text: await text(process.stdin) });
    else sources.push(...filesOf(path).map(readSource));
  }
  return sources.filter(({ file }, index) => sources.findIndex((other) => other.file === file) === index);
}

/** @throws UsageError when it cannot be read */
export function readSource(file: string): Source {
  try {
    return { file, text: readFileSync(file, 'utf8') };
  } catch (error) {
    throw new UsageError(`"${file}" cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function filesOf(path: string): string[] {
  const found = statOf(path);
  if (found === undefined) throw new UsageError(`there is no file or folder "${path}"`);
  if (!found.isDirectory()) return [path];
  const files = wendFilesBelow(path);
  if (files.length === 0) throw new UsageError(`there is no .wend file in the folder "${path}" or below it`);
  return files;
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

/** Sorted, so that it is the same on every machine. @throws UsageError when there is too much below it */
export function wendFilesBelow(folder: string): string[] {
  const files: string[] = [];
  let entries = 0;
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const entry of readdirSync(next, { withFileTypes: true })) {
      entries += 1;
      if (entries > mostEntries)
        throw new UsageError(`more than ${mostEntries} files are below "${folder}": name a folder of policies`);
      const path = join(next, entry.name);
      if (entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules') folders.push(path);
      else if (entry.isFile() && entry.name.endsWith('.wend')) files.push(path);
    }
  }
  return files.sort();
}
