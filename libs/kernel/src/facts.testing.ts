/** METER on a server of its own, and a state folder, for tests of what is stored there. Imported by tests only. */
import { meter, meterSubject } from '@router-mesh/contracts';
import type { NatsServer } from '@router-mesh/testing';
import { ensureStores, readFacts, type NatsConnection } from '@router-mesh/wire';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'nats';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { FactStore } from './fact-store.ts';
import { Counts } from './metrics.ts';
import { StateFolder } from './state-folder.ts';

export const subject = meterSubject('acme');

export interface FactBench {
  readonly nats: NatsServer;
  readonly nc: NatsConnection;
  readonly path: string;
  readonly log: string[];
  /** Open the store of an instance. */
  store(instance: string): FactStore;
}

/** METER, a state folder, and the log of whoever uses them. */
export async function factBench(nats: NatsServer): Promise<FactBench> {
  const nc = await nats.connect('provider');
  await ensureStores(nc, [meter], { replicas: 1 });
  const path = mkdtempSync(join(tmpdir(), 'router-facts-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  const log: string[] = [];
  const logger = pino({ base: {} }, { write: (line: string) => void log.push(line) });
  const store = (instance: string): FactStore =>
    new FactStore(nc, {
      log: logger,
      counts: new Counts(),
      folder: new StateFolder(path, instance),
      retryMs: 50,
      adoptMs: 100,
    });
  return { nats, nc, path, log, store };
}

/** Let METER take no message, none above a size, or all. */
export async function configure(
  { nats }: FactBench,
  config: { max_bytes?: number; max_msg_size?: number },
): Promise<void> {
  const root = await connect({ servers: nats.url, user: 'root', pass: 'root' });
  await (await root.jetstreamManager()).streams.update(meter.name, config);
  await root.close();
}

/** The messages of METER, of one subject or of all. */
export async function stored({ nc }: FactBench, filter?: string): Promise<string[]> {
  const texts: string[] = [];
  const reading = { inboxPrefix: '_SVC.provider', toEnd: true, ...(filter === undefined ? {} : { filter }) };
  for await (const { text } of readFacts(nc, meter, reading)) texts.push(text);
  return texts;
}

export const numbers = (count: number, suffix = ''): string[] =>
  Array.from({ length: count }, (_, n) => `fact ${n}${suffix}`);
