// Provider documents for this machine: the demo's with the port it has here, and those of vendors whose key is there.
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProviderDocument } from '@router-mesh/contracts';
import { freePort } from './ports.ts';
import { runRouter } from './run-router.ts';
import type { State } from './state.ts';

const demoFile = 'demo.json';
const demoDefaultPort = 4280;

/** What was written. */
export interface Seeds {
  readonly demo: DemoSeed;
  /** The other vendors: those whose key is there. */
  readonly vendors: readonly string[];
}

/** The demo's document of this run. */
export interface DemoSeed {
  readonly port: number;
  readonly document: ProviderDocument;
  /** A document of an earlier run may say something else, and seeds are never written over one. */
  readonly moved: boolean;
}

/** Write the seeds that provider reads at start; `keys` are the variables that it will have. */
export async function writeSeeds(from: string, state: State, keys: Readonly<Record<string, string>>): Promise<Seeds> {
  const vendors: string[] = [];
  for (const file of readdirSync(from).filter((name) => name.endsWith('.json') && name !== demoFile)) {
    const { vendor, key } = readDocument(join(from, file));
    if (key === undefined || keys[`ROUTER_KEY_${key.toUpperCase()}`] !== undefined) {
      copyFileSync(join(from, file), join(state.providers, file));
      vendors.push(vendor);
    } else rmSync(join(state.providers, file), { force: true });
  }
  return { demo: await writeDemoSeed(join(from, demoFile), join(state.providers, demoFile), state.used), vendors };
}

/** The demo listens where it did the last time, if that is free: then nothing has to change. */
async function writeDemoSeed(from: string, to: string, used: boolean): Promise<DemoSeed> {
  const last = existsSync(to) ? readDocument(to).base_url : undefined;
  const port = await freePort([...(last === undefined ? [] : [Number(new URL(last).port)]), demoDefaultPort]);
  const document = { ...readDocument(from), base_url: `http://127.0.0.1:${port}/v1` };
  const moved = used && last !== document.base_url;
  if (!moved) writeFileSync(to, JSON.stringify(document, undefined, 2));
  return { port, document, moved };
}

/** Bring the stored document to where the demo listens now, and keep whatever else an operator has written there. */
export async function moveDemo({ document }: DemoSeed, state: State, natsUrl: string): Promise<void> {
  const asOperator = ['--server', natsUrl, '--credentials', state.credentials('operator')];
  const { provider, revision = 0 } = await asking(['providers', 'get', document.vendor, ...asOperator]);
  if (provider?.base_url !== document.base_url) {
    const moved = JSON.stringify({ ...(provider ?? document), base_url: document.base_url });
    await asking(['providers', 'add', '-', '--revision', String(revision), ...asOperator], moved);
  }
  // Written last: while it is not, the next run looks again.
  writeFileSync(join(state.providers, demoFile), JSON.stringify(document, undefined, 2));
}

interface Answer {
  readonly provider?: ProviderDocument;
  readonly revision?: number;
}

/** @throws Error what the mesh says, unless it is that there is no such document */
async function asking(args: readonly string[], input?: string): Promise<Answer> {
  const answer = (await runRouter(args, input)) as Answer & { error?: { code: string; message: string } };
  if (answer.error !== undefined && answer.error.code !== 'not_found') throw new Error(answer.error.message);
  return answer;
}

function readDocument(file: string): ProviderDocument {
  return ProviderDocument.parse(JSON.parse(readFileSync(file, 'utf8')));
}
