// SIGKILL under load, of each kind of process, with a second replica of each service: nothing hangs, nothing is counted twice, and what is lost is bounded.
import { expect, test } from 'vitest';
import {
  answeredTwice,
  auditOf,
  Load,
  readLedger,
  startMesh,
  unaccounted,
  unknownTo,
  until,
  type Audit,
  type Mesh,
} from '../index.ts';

const timeoutMs = 5000;
/** How long past its time a request may take to end: the client's own second, and this machine's. */
const graceMs = 3000;
const workers = 40;
/** Answers take a while, so that many are under way at any moment. */
const told = { first_delay_ms: 50, delay_ms: 10 };

/** Errors that an SDK client may get when something under its request is killed. */
const documented = new Set(['unavailable', 'stream_interrupted', 'deadline_exceeded', 'provider_failed']);

const kills = {
  async policy(mesh: Mesh): Promise<void> {
    const [victim] = mesh.of('policy');
    if (victim !== undefined) await mesh.replace(victim);
  },
  async provider(mesh: Mesh): Promise<void> {
    const [victim] = mesh.of('provider');
    if (victim !== undefined) await mesh.replace(victim);
  },
  async 'nats-server'(mesh: Mesh): Promise<void> {
    await mesh.nats.restart('SIGKILL');
  },
} as const;

/** METER when nothing more comes: the model has no call open, and every call but `open` ones has its record. */
async function settled(mesh: Mesh, open: number): Promise<Audit> {
  let audit = auditOf(await readLedger(mesh.nats, 0));
  await until('the last records', async () => {
    const quiet = (await mesh.demo.stats()).open === 0;
    audit = auditOf(await readLedger(mesh.nats, 0));
    return quiet && audit.open.size <= open;
  });
  return audit;
}

test.each(['policy', 'provider', 'nats-server'] as const)(
  'SIGKILL of a %s under load: every request ends in an answer or a documented error, and METER has every call',
  async (kind) => {
    await using mesh = await startMesh({ policies: 2, providers: 2 });
    await using load = await Load.on(mesh.nats, { timeoutMs, told });
    load.keep(workers);
    await until('load', () => load.answered > workers);
    const atTheKill = load.inFlight;
    await kills[kind](mesh);
    const after = load.answered;
    await until('more load', () => load.answered > after + workers);
    await load.stop();

    const failures = load.unanswered.map(({ way, ending }) => ({ way, ...ending }));
    expect(failures.filter(({ kind }) => kind === 'wrong')).toEqual([]);
    expect(load.answered + failures.length).toBe(load.sent);
    const ofSdk = failures.filter(({ way }) => way.startsWith('sdk'));
    expect(ofSdk.filter((failure) => failure.kind !== 'refused' || !documented.has(failure.code))).toEqual([]);
    expect(load.slowestSdkMs).toBeLessThan(timeoutMs + graceMs);
    // Nobody tells a plain client: those that were under way at the kill may wait in vain, and no others.
    expect(failures.filter(({ kind }) => kind === 'unanswered').length).toBeLessThanOrEqual(atTheKill);

    const audit = await settled(mesh, atTheKill);
    expect(audit.finishedTwice).toEqual([]);
    expect(audit.calls.size).toBe(audit.finished.size + audit.open.size);
    expect(audit.open.size).toBeLessThanOrEqual(atTheKill);
    expect(answeredTwice(audit)).toEqual([]);
    // Exactly one call of a request is `answered` where the client got its answer, unless the answer itself said that its usage was not stored.
    expect(unaccounted(audit, load.requests, load.unstored)).toEqual([]);
    // What the model served beyond METER was under way at the kill: its record had not left the process that was killed.
    const unknown = unknownTo(audit, (await mesh.demo.calls()).served);
    expect(unknown.length).toBeLessThanOrEqual(atTheKill);
  },
);
