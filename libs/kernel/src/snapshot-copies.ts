// Copies of watched buckets on disk, so that a service can start while JetStream is away. Replicas of a service share them.
import { readFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Snapshot, SnapshotCopy, SnapshotWatch } from '@router-mesh/wire';
import type { Logger } from 'pino';
import { z } from 'zod';

const Copy = z.object({
  bucket: z.string(),
  revision: z.int(),
  documents: z.array(z.tuple([z.string(), z.int(), z.unknown()])),
});

/** How long after a change it is written, ms: changes come in bursts. */
const delayMs = 1000;
/** So many documents are written in one turn of the event loop. */
const sliceLength = 500;

export class SnapshotCopies {
  readonly #folder: string;
  readonly #instance: string;
  readonly #log: Logger;
  readonly #delayMs: number;

  constructor(
    folder: string,
    instance: string,
    { log, delayMs: delay = delayMs }: { readonly log: Logger; readonly delayMs?: number },
  ) {
    this.#folder = folder;
    this.#instance = instance;
    this.#log = log;
    this.#delayMs = delay;
  }

  /** The copy of a bucket; undefined when there is none that can be read. */
  read(bucket: string): SnapshotCopy | undefined {
    const file = this.#file(bucket);
    try {
      const copy = Copy.parse(JSON.parse(readFileSync(file, 'utf8')));
      if (copy.bucket === bucket) return copy;
      throw new Error(`it is one of "${copy.bucket}"`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.#log.warn(
          { file, reason: String(error).slice(0, 200) },
          'a copy of documents cannot be read and is ignored',
        );
      return undefined;
    }
  }

  /** Keep the copy of a watched bucket as new as what is in force. */
  follow<Value>(watch: SnapshotWatch<Value>): void {
    let due: NodeJS.Timeout | undefined;
    let writing = Promise.resolve();
    watch.onSwap(() => {
      if (watch.isCopy) return;
      due ??= setTimeout(() => {
        due = undefined;
        writing = writing.then(() => this.#write(watch.bucket.name, watch.current));
      }, this.#delayMs).unref();
    });
  }

  /** Whole at any moment: whoever reads sees the old one or the new one. */
  async #write(bucket: string, snapshot: Snapshot<unknown>): Promise<void> {
    const file = this.#file(bucket);
    const fresh = `${file}.${this.#instance}.new`;
    try {
      await writeFile(fresh, encode(bucket, snapshot), { mode: 0o600 });
      await rename(fresh, file);
    } catch (error) {
      this.#log.warn({ err: error, file }, 'a copy of documents was not written');
      await rm(fresh, { force: true }).catch(() => undefined);
    }
  }

  #file(bucket: string): string {
    return join(this.#folder, `${bucket}.json`);
  }
}

/** A slice a turn: beats and deltas of other requests go on in between. */
async function* encode(bucket: string, { documents, revisions, revision }: Snapshot<unknown>): AsyncGenerator<string> {
  yield `{"bucket":${JSON.stringify(bucket)},"revision":${revision},"documents":[`;
  const lines = [...documents].map(
    ([key, value]) =>
      () =>
        JSON.stringify([key, revisions.get(key) ?? 0, value]),
  );
  for (let start = 0; start < lines.length; start += sliceLength) {
    const slice = lines.slice(start, start + sliceLength).map((line) => line());
    yield `${start === 0 ? '' : ','}\n${slice.join(',\n')}`;
    await nextTurn();
  }
  yield '\n]}\n';
}
