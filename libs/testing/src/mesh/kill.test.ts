// Processes killed and nats-server restarted under load, with two replicas of each service: every request ends, and every call is in METER.
import { policy } from '@router-mesh/contracts';
import { call } from '@router-mesh/wire';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  answeredTwice,
  auditOf,
  auditSince,
  Load,
  metricOf,
  PlainClient,
  readLedger,
  startMesh,
  unaccounted,
  unfinished,
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
const long = process.env['MESH_TEST_LONG'] !== undefined;
const rounds = long ? 10 : 1;
const testTimeoutMs = long ? 300_000 : 60_000;

/** What became of a load, and of METER since it began. */
interface Seen {
  readonly load: Load;
  /** How many were under way at all the kills together. */
  readonly atTheKills: number;
  /** As soon as the last request had ended. */
  readonly after: Audit;
  /** When everything that had to come later had come. */
  readonly settled: Audit;
  /** The calls that the model has served. */
  readonly served: readonly string[];
}

/** One kill after another under load, and all of them again and again in the long variant. Each resolves when what it killed runs again. */
async function killUnderLoad(mesh: Mesh, kills: readonly (() => Promise<void>)[]): Promise<Seen> {
  const before = auditOf(await readLedger(mesh.nats, 0));
  const servedBefore = new Set((await mesh.demo.calls()).served);
  await using load = await Load.on(mesh.nats, { timeoutMs, told });
  load.keep(workers);
  let atTheKills = 0;
  for (const kill of Array.from({ length: rounds }, () => kills).flat()) {
    const answered = load.answered;
    await until('load', () => load.answered > answered + workers);
    atTheKills += load.inFlight;
    await kill();
    const after = load.answered;
    await until('more load', () => load.answered > after + workers);
  }
  await load.stop();
  const audit = async (): Promise<Audit> => auditSince(auditOf(await readLedger(mesh.nats, 0)), before);
  const after = await audit();
  let settled = after;
  let served: string[] = [];
  // What does not come in time is named below.
  await until('the last records', async () => {
    if ((await mesh.demo.stats()).open > 0) return false;
    settled = await audit();
    served = (await mesh.demo.calls()).served.filter((one) => !servedBefore.has(one));
    return settled.open.size + unknownTo(settled, served).length + unaccounted(settled, load.requests).length === 0;
  }).catch(() => undefined);
  return { load, atTheKills, after, settled, served };
}

/** Whatever was killed. */
function everyRequestEndedAndEveryCallIsKnown({ load, atTheKills, after, settled, served }: Seen): void {
  const failures = load.unanswered.map(({ way, ending }) => ({ way, ...ending }));
  expect(failures.filter(({ kind }) => kind === 'wrong')).toEqual([]);
  expect(failures.filter(({ way, kind }) => way.startsWith('sdk') && kind !== 'refused')).toEqual([]);
  expect(load.answered + failures.length).toBe(load.sent);
  expect(load.slowestSdkMs).toBeLessThan(timeoutMs + graceMs);
  // Nobody tells a plain client: those that were under way at a kill may wait in vain, and no others.
  expect(failures.filter(({ kind }) => kind === 'unanswered').length).toBeLessThanOrEqual(atTheKills);

  expect(after.calls.size).toBe(after.finished.size + after.open.size + after.swept.size);
  expect(after.open.size + after.swept.size).toBeLessThanOrEqual(atTheKills);
  expect(settled.open).toEqual(new Set());
  expect(settled.endedTwice).toEqual([]);
  // Exactly one call of a request is `answered` where the client got its answer, and at most one where it did not.
  expect(answeredTwice(settled)).toEqual([]);
  expect(unaccounted(settled, load.requests)).toEqual([]);
  expect(unknownTo(settled, served)).toEqual([]);
}

/** The errors that came to SDK clients, each once: `unavailable disconnected`. */
function errorsOf({ unanswered }: Load): string[] {
  const errors = unanswered.flatMap(({ way, ending }) =>
    way.startsWith('sdk') && ending.kind === 'refused' ? [`${ending.code} ${ending.reason}`.trim()] : [],
  );
  return [...new Set(errors)].sort();
}

/** Put limits on the tenant of the load, which it never reaches, and on another one that is to feel them. */
async function limitTenants(mesh: Mesh): Promise<void> {
  const operator = await mesh.nats.connect('operator');
  await call(operator, policy.tenantPut, 'demo', { document: { limits: { rpm: 1_000_000, concurrency: 10_000 } } });
  const strict = { limits: { rpm: 10, concurrency: 3 } };
  const { revision } = await call(operator, policy.tenantPut, 'strict', { document: strict });
  await operator.close();
  for (const { http } of mesh.of('policy')) {
    await until('the documents to be in force', async () => {
      const { snapshots } = (await (await fetch(`${http}/readyz`)).json()) as { snapshots: Record<string, number> };
      return (snapshots['router_v2_tenants'] ?? 0) >= revision;
    });
  }
}

/** Both kinds of limits hold over all replicas, which they do only while what they share is there. */
async function limitsHold(mesh: Mesh): Promise<void> {
  const away = async (name: 'policy' | 'provider', gauge: string): Promise<number> =>
    Math.max(...(await Promise.all(mesh.of(name).map((service) => metricOf(service, gauge)))));
  await until('the counters', async () => (await away('policy', 'router_rate_counters_away')) === 0);
  await until('the slots', async () => (await away('provider', 'router_slots_away')) === 0);
  await using client = await PlainClient.connect(mesh.nats.url, { tenant: 'strict' });
  const admitted = async (asked: number, demo: object): Promise<number> => {
    const answers = await Promise.all(Array.from({ length: asked }, () => client.chat('hi', { demo })));
    return answers.filter(({ body }) => body.choices !== undefined).length;
  };
  const minute = 60_000;
  await until('a minute with some time left', () => minute - (Date.now() % minute) > 5000);
  expect(await admitted(9, { first_delay_ms: 300 })).toBe(3);
  // The six that were refused for want of a slot are counted as requests all the same.
  expect(await admitted(5, {})).toBe(1);
}

describe('under load', () => {
  let mesh: Mesh;
  beforeAll(async () => {
    mesh = await startMesh({ policies: 2, providers: 2, environment: { ROUTER_SWEEP_GRACE: '1s' } });
  }, 30_000);
  afterAll(async () => await mesh[Symbol.asyncDispose]());

  const replaceOne = async (name: 'policy' | 'provider'): Promise<void> => {
    const [victim] = mesh.of(name);
    if (victim !== undefined) await mesh.replace(victim);
  };

  test(
    'SIGKILL of a policy costs no SDK client its answer',
    async () => {
      const seen = await killUnderLoad(mesh, [() => replaceOne('policy')]);
      everyRequestEndedAndEveryCallIsKnown(seen);
      expect(seen.load.unanswered.length).toBeLessThanOrEqual(seen.atTheKills);
      // What it had in its hands is published again.
      expect(errorsOf(seen.load)).toEqual([]);
      expect(unfinished(seen.settled, seen.served)).toEqual([]);
    },
    testTimeoutMs,
  );

  test(
    'SIGKILL of a provider costs those whose model it was calling, and the sweep closes their calls once',
    async () => {
      const seen = await killUnderLoad(mesh, [() => replaceOne('provider')]);
      everyRequestEndedAndEveryCallIsKnown(seen);
      expect(seen.load.unanswered.length).toBeLessThanOrEqual(seen.atTheKills);
      // A request that was accepted is not published again. Its producer is silent for 6 s before it is given up, and the time of the request is over at about the same moment.
      const possible = ['deadline_exceeded', 'stream_interrupted producer_lost', 'unavailable producer_lost'];
      expect(possible).toEqual(expect.arrayContaining(errorsOf(seen.load)));
      expect(seen.settled.swept).toEqual(new Set([...seen.after.open, ...seen.after.swept]));
      expect(seen.settled.swept.size).toBeGreaterThan(0);
    },
    testTimeoutMs,
  );

  test(
    'nats-server stopped and killed costs those under way, nothing of what was used, and limits hold again',
    async () => {
      await limitTenants(mesh);
      const { nats } = mesh;
      const seen = await killUnderLoad(mesh, [() => nats.restart('SIGTERM'), () => nats.restart('SIGKILL')]);
      everyRequestEndedAndEveryCallIsKnown(seen);
      // The connection was lost, before or after a delta, or is not there yet; or the client was back before a stop that it needs.
      const possible = ['stream_interrupted disconnected', 'unavailable disconnected', 'unavailable not_running'];
      expect(possible).toEqual(expect.arrayContaining(errorsOf(seen.load)));
      expect(seen.settled.swept).toEqual(new Set());
      expect(unfinished(seen.settled, seen.served)).toEqual([]);
      await limitsHold(mesh);
    },
    testTimeoutMs,
  );
});
