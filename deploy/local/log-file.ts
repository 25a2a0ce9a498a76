// The log of one process on disk, as it was written.
import { closeSync, openSync, renameSync, writeSync } from 'node:fs';

const largestBytes = 20 * 1024 * 1024;

/** Starts empty; a full one becomes `<path>.old`. */
export class LogFile {
  readonly #path: string;
  #file: number;
  #bytes = 0;

  constructor(path: string) {
    this.#path = path;
    this.#file = openSync(path, 'w', 0o600);
  }

  write(line: string): void {
    this.#bytes += writeSync(this.#file, `${line}\n`);
    if (this.#bytes < largestBytes) return;
    closeSync(this.#file);
    renameSync(this.#path, `${this.#path}.old`);
    this.#file = openSync(this.#path, 'w', 0o600);
    this.#bytes = 0;
  }
}
