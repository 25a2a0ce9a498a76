// Doing it again whenever a file changes.
import { once } from 'node:events';
import { statSync, watch, type FSWatcher } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { tellFailure, UsageError } from '../errors.ts';
import type { GlobalOptions } from '../global-options.ts';
import { hint } from '../output.ts';
import { wendFilesBelow } from './source-files.ts';
import type { WorkspaceOptions } from './workspace-options.ts';

/** An editor that saves changes a file several times. */
const settleMs = 80;

export interface WatchOptions {
  readonly watch?: boolean;
}

/** Run once; with `--watch` again whenever what is named, or may be extended and imported, changes. @throws UsageError where that is stdin */
export async function runOrWatch(
  paths: readonly string[],
  options: GlobalOptions & WorkspaceOptions & WatchOptions,
  run: () => Promise<void>,
): Promise<void> {
  if (!options.watch) return await run();
  if (paths.includes('-')) throw new UsageError('--watch needs files: stdin does not change');
  await runOnChanges([...paths, ...(options.library ?? [])], run, (thrown) => tellFailure(thrown, options));
}

/**
 * Run now, and again after each change of a `.wend` or `.json` file beside the named files, or in the named folders and those below them that hold
 * policies, until Ctrl-C.
 *
 * One run at a time: what changes meanwhile is looked at when it is over. What a run throws is told, for the next change may mend it.
 */
async function runOnChanges(
  paths: readonly string[],
  run: () => Promise<unknown>,
  failed: (thrown: unknown) => void,
): Promise<void> {
  const changes = new Changes();
  const watchers = [...foldersOf(paths)].map((folder) => watchFolder(folder, changes));
  const stopped = once(process, 'SIGINT').then(() => changes.end());
  try {
    do {
      await run().catch(failed);
      hint('watching for changes; Ctrl-C ends it');
    } while (await changes.next());
  } finally {
    for (const watcher of watchers) watcher.close();
  }
  await stopped;
}

/** Not all that is below: a folder of policies may stand in one of a hundred thousand other files. */
function foldersOf(paths: readonly string[]): Set<string> {
  const folders = paths.flatMap((path) =>
    statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
      ? [path, ...wendFilesBelow(path).map((file) => dirname(file))]
      : [dirname(path)],
  );
  return new Set(folders.map((folder) => resolve(folder)));
}

function watchFolder(folder: string, changes: Changes): FSWatcher {
  const watcher = watch(folder, (_event, name) => {
    if (name === null || /\.(wend|json)$/.test(name)) changes.tell();
  });
  // A folder that goes away has nothing more to say.
  return watcher.on('error', () => watcher.close());
}

/** That something has changed since the last look, once it has settled. */
class Changes {
  #changed = false;
  #ended = false;
  #timer: NodeJS.Timeout | undefined;
  #wake: () => void = () => undefined;

  tell(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#changed = true;
      this.#wake();
    }, settleMs);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#ended = true;
    this.#wake();
  }

  /** Resolves to whether there was one; false when it is over. */
  async next(): Promise<boolean> {
    if (!this.#changed && !this.#ended) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#changed = false;
    return !this.#ended;
  }
}
