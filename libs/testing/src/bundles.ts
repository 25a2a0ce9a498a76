// Services as images have them: each bundled into a file that needs nothing but Node, in a folder that is gone afterwards.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const script = join(import.meta.dirname, '../../../deploy/build/bundle.ts');

/** What can be bundled: a service by its name, `demo`, or `together`, which is all services in one process. */
export type Bundled = 'policy' | 'provider' | 'demo' | 'together';

export class Bundles implements Disposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Bundle some by the script that images are built with, a second or so for each. @throws Error with what the script says */
  static async build(names: readonly Bundled[]): Promise<Bundles> {
    const bundles = new Bundles(mkdtempSync(join(tmpdir(), 'router-mesh-bundles-')));
    await Promise.all(
      names.map((name) => promisify(execFile)(process.execPath, [script, name, join(bundles.#folder, name)])),
    );
    return bundles;
  }

  /** What Node is to run. */
  main(name: Bundled): string {
    return join(this.#folder, name, 'main.mjs');
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
