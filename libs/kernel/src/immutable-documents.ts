// Documents that never change under their keys: fetched when they are needed, with a copy of each on disk to start from while JetStream is away.
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BucketContract } from '@router-mesh/contracts';
import type { StoredDocument } from '@router-mesh/wire';
import type { Logger } from 'pino';
import type { z } from 'zod';

/** Keys are names of files too. */
const keyPattern = /^[A-Za-z0-9_-]{1,200}$/;

export interface ImmutableSettings {
  /** Undefined without `ROUTER_STATE`: then there are no copies. */
  readonly folder: string | undefined;
  readonly instance: string;
  readonly log: Logger;
}

type Get = <Value extends z.ZodType>(
  bucket: BucketContract<Value>,
  key: string,
) => Promise<StoredDocument<z.output<Value>> | undefined>;

export class ImmutableDocuments {
  readonly #get: Get;
  readonly #settings: ImmutableSettings;
  readonly #underWay = new Map<string, Promise<unknown>>();

  constructor(get: Get, settings: ImmutableSettings) {
    this.#get = get;
    this.#settings = settings;
  }

  /**
   * The document of a key, from disk or else from its bucket; undefined when there is none. Whoever asks at the same time gets the same answer.
   * @throws RouterError `unavailable` when the bucket does not answer and there is no copy
   */
  fetch<Value extends z.ZodType>(bucket: BucketContract<Value>, key: string): Promise<z.output<Value> | undefined> {
    const name = `${bucket.name}/${key}`;
    const found = this.#underWay.get(name) as Promise<z.output<Value> | undefined> | undefined;
    if (found !== undefined) return found;
    const done = () => this.#underWay.delete(name);
    const fetching = this.#fetch(bucket, key).then(
      ({ value, written }) => {
        // Nobody waits for the disk, and until the copy is there nobody has to ask the bucket again.
        if (written === undefined) done();
        else void written.then(done);
        return value;
      },
      (error: unknown) => {
        done();
        throw error;
      },
    );
    this.#underWay.set(name, fetching);
    return fetching;
  }

  /** Make the copy of a document that was written just now: a bucket that is asked may not have it everywhere yet. Never throws. */
  keep<Value extends z.ZodType>(bucket: BucketContract<Value>, key: string, value: z.output<Value>): Promise<void> {
    return this.#write(bucket, key, value);
  }

  /**
   * Remove the copies that nobody needs any more; a fresh one stays, for somebody may be about to. Never throws.
   * @param isNeeded asked at the last moment
   */
  async prune(bucket: BucketContract, isNeeded: (key: string) => boolean, freshMs = 60_000): Promise<void> {
    const folder = this.#folder(bucket);
    if (folder === undefined) return;
    for (const name of await readdir(folder).catch(() => [])) {
      const file = join(folder, name);
      const written = (await stat(file).catch(() => undefined))?.mtimeMs ?? Date.now();
      if (!name.endsWith('.json') || Date.now() - written < freshMs) continue;
      if (!isNeeded(name.slice(0, -'.json'.length))) await rm(file, { force: true }).catch(() => undefined);
    }
  }

  async #fetch<Value extends z.ZodType>(
    bucket: BucketContract<Value>,
    key: string,
  ): Promise<{ readonly value: z.output<Value> | undefined; readonly written?: Promise<void> }> {
    const copy = await this.#read(bucket, key);
    if (copy !== undefined) return { value: copy };
    const stored = await this.#get(bucket, key);
    if (stored === undefined || this.#settings.folder === undefined) return { value: stored?.value };
    return { value: stored.value, written: this.#write(bucket, key, stored.value) };
  }

  async #read<Value extends z.ZodType>(
    bucket: BucketContract<Value>,
    key: string,
  ): Promise<z.output<Value> | undefined> {
    const folder = this.#folder(bucket);
    if (folder === undefined || !keyPattern.test(key)) return undefined;
    try {
      const parsed = bucket.value.safeParse(JSON.parse(await readFile(join(folder, `${key}.json`), 'utf8')));
      return parsed.success ? parsed.data : undefined;
    } catch {
      return undefined; // none yet, or one that cannot be read: the bucket has it
    }
  }

  /** Whole at any moment: whoever reads sees all of it or nothing. */
  async #write(bucket: BucketContract, key: string, value: unknown): Promise<void> {
    const folder = this.#folder(bucket);
    if (folder === undefined || !keyPattern.test(key)) return;
    const { instance, log } = this.#settings;
    const file = join(folder, `${key}.json`);
    const fresh = `${file}.${instance}.new`;
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(fresh, JSON.stringify(value), { mode: 0o600 });
      await rename(fresh, file);
    } catch (error) {
      log.warn({ err: error, file }, 'a copy of a document was not written');
      await rm(fresh, { force: true }).catch(() => undefined);
    }
  }

  #folder({ name }: BucketContract): string | undefined {
    const { folder } = this.#settings;
    return folder === undefined ? undefined : join(folder, name);
  }
}
