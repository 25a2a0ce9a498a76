// Facts that JetStream did not take, on disk until it does: one SQLite file a process, locked by the operating system for as long as that process lives.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

/** A fact as it is to be stored; or a group of them, one a line, that is stored whole or not at all. */
export interface SpooledFact {
  readonly subject: string;
  readonly messageId?: string | undefined;
  readonly payload: string;
}

/** How many facts a payload has. */
export function countFacts(payload: string): number {
  let lines = 1;
  for (let at = payload.indexOf('\n'); at >= 0; at = payload.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

const fileName = 'spool.db';
const pageBytes = 4096;
/** More than a million records of calls. */
const mostBytes = 1024 ** 3;
const sqliteBusy = 5;

/**
 * INVARIANT (one owner): whoever has the file open holds its lock, and only the holder of the lock deletes it. The lock ends with the process, however that ends, so
 * there are no heartbeats and no leftovers. POSIX locks are those of a process: the same file must not be opened twice in one.
 */
export class Spool {
  readonly #database: DatabaseSync;
  readonly #folder: string;
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #delete: StatementSync;
  #records: number;
  #bytes: number;

  private constructor(folder: string, { maxBytes, waitMs }: { readonly maxBytes: number; readonly waitMs: number }) {
    this.#folder = folder;
    const database = new DatabaseSync(join(folder, fileName), { timeout: waitMs });
    try {
      // The log of changes (WAL) outlives a killed process without an fsync each; in exclusive mode it needs no shared memory.
      database.exec(`
        PRAGMA locking_mode = EXCLUSIVE;
        PRAGMA auto_vacuum = FULL;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = NORMAL;
        PRAGMA max_page_count = ${Math.ceil(maxBytes / pageBytes)};
        BEGIN EXCLUSIVE;
        CREATE TABLE IF NOT EXISTS facts (id INTEGER PRIMARY KEY, subject TEXT NOT NULL, message_id TEXT, payload TEXT NOT NULL) STRICT;
        COMMIT;`);
      this.#insert = database.prepare('INSERT INTO facts (subject, message_id, payload) VALUES (?, ?, ?)');
      this.#select = database.prepare('SELECT * FROM facts WHERE id > ? ORDER BY id LIMIT ?');
      this.#delete = database.prepare('DELETE FROM facts WHERE id = ?');
      const row = database
        .prepare(
          `SELECT coalesce(sum(1 + length(payload) - length(replace(payload, char(10), ''))), 0) AS records,
            coalesce(sum(length(payload)), 0) AS bytes FROM facts`,
        )
        .get();
      this.#records = Number(row?.['records']);
      this.#bytes = Number(row?.['bytes']);
    } catch (error) {
      database.close();
      throw error;
    }
    this.#database = database;
  }

  /** Make a spool in a folder of our own. @throws Error when nothing can be written there */
  static open(folder: string, { maxBytes = mostBytes } = {}): Spool {
    for (let attempt = 1; ; attempt += 1) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      try {
        const spool = new Spool(folder, { maxBytes, waitMs: 200 });
        // Before the lock was ours, somebody may have taken the new file for a leftover and deleted it.
        if (existsSync(join(folder, fileName))) return spool;
        spool.close();
      } catch (error) {
        if (attempt >= 5) throw error;
      }
    }
  }

  /** Take over what a dead process left; undefined when it lives, another one was quicker, or nothing is there. */
  static adopt(folder: string): Spool | undefined {
    if (!existsSync(join(folder, fileName))) return undefined;
    try {
      return new Spool(folder, { maxBytes: mostBytes, waitMs: 0 });
    } catch (error) {
      if ((error as { errcode?: number }).errcode === sqliteBusy || !existsSync(join(folder, fileName)))
        return undefined;
      throw error;
    }
  }

  /** Facts, however they are grouped. */
  get records(): number {
    return this.#records;
  }

  /** Of the payloads. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes about 20 µs. @throws Error when the disk or the spool is full */
  add({ subject, messageId, payload }: SpooledFact): void {
    this.#insert.run(subject, messageId ?? null, payload);
    this.#records += countFacts(payload);
    this.#bytes += payload.length;
  }

  /** The oldest ones behind an id. */
  behind(id: number, limit: number): (SpooledFact & { readonly id: number })[] {
    return this.#select.all(id, limit).map((row) => ({
      id: Number(row['id']),
      subject: String(row['subject']),
      messageId: row['message_id'] === null ? undefined : String(row['message_id']),
      payload: String(row['payload']),
    }));
  }

  /** All of them or none. @throws Error when the disk is full or gone */
  remove(facts: readonly (SpooledFact & { readonly id: number })[]): void {
    if (facts.length === 0) return;
    this.#database.exec('BEGIN');
    try {
      for (const { id } of facts) this.#delete.run(id);
      this.#database.exec('COMMIT');
    } catch (error) {
      // On a full disk, say. One that stays open would make every later removal fail too; SQLite may have ended it by itself.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
    for (const { payload } of facts) {
      this.#records -= countFacts(payload);
      this.#bytes -= payload.length;
    }
  }

  /** Give the lock back. What is left waits for whoever adopts it; an empty folder goes, while it is still ours. */
  close(): void {
    if (this.#records === 0) rmSync(this.#folder, { recursive: true, force: true });
    this.#database.close();
  }
}
