// The folder of `ROUTER_STATE`: a subfolder for each running instance, locked while it lives, and what replicas share.
import { accessSync, constants, mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { RouterError } from '@router-mesh/contracts';
import { Spool } from './spool.ts';

/** What instances are called. */
const instancePattern = /^[0-9a-f]{10}$/;

export class StateFolder {
  readonly spool: Spool;
  /** Copies of documents; of all replicas together. */
  readonly snapshots: string;
  /** Copies of documents that never change, one file each; of all replicas together. */
  readonly documents: string;
  readonly #path: string;
  readonly #instance: string;

  /** @throws RouterError `invalid_request` when it cannot be written */
  constructor(path: string, instance: string) {
    this.#path = path;
    this.#instance = instance;
    this.snapshots = join(path, 'snapshots');
    this.documents = join(path, 'documents');
    try {
      for (const folder of [this.snapshots, this.documents]) mkdirSync(folder, { recursive: true, mode: 0o700 });
      accessSync(this.snapshots, constants.W_OK);
      this.spool = Spool.open(join(path, instance));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new RouterError(
        'invalid_request',
        `setting ROUTER_STATE="${path}" names no folder that can be written: ${why}`,
        {
          param: 'ROUTER_STATE',
          cause: error,
        },
      );
    }
  }

  /** The spools of instances that are no more, each ours until it is closed. */
  *orphans(): Generator<Spool> {
    const others = readdirSync(this.#path).filter((name) => instancePattern.test(name) && name !== this.#instance);
    for (const name of others) {
      const folder = join(this.#path, name);
      const spool = Spool.adopt(folder);
      if (spool === undefined) removeIfEmpty(folder);
      else yield spool;
    }
  }
}

/** Whoever is about to put its spool there makes the folder again. */
function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // it holds a spool, or is gone already
  }
}
