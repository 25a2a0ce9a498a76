// A cluster of three nats-servers under load, while the leader of one stream after another is killed.
import { expect, test } from 'vitest';
import { answeredTwice, auditOf, Load, readLedger, startMesh, unaccounted, unknownTo, until } from '../index.ts';

const timeoutMs = 5000;
/** How long past its time a request may take to end: the client's own second, and this machine's. */
const graceMs = 3000;
const workers = 20;
const told = { first_delay_ms: 20, delay_ms: 5 };
/** How long an election may take, ms: nats-server waits 4 to 9 s before it begins one. */
const electionMs = 20_000;
/** How long requests may fail after a kill: clients and services look for another server in 250 to 350 ms steps. Requests do not wait for elections. */
const reconnectMs = 5000;

/** Every stream in the long run; in the short one the two that requests depend on. */
const short = ['ROUTER_V2_METER', 'KV_router_v2_providers'];

test(
  'the leader of each stream is killed in turn: requests fail no longer than the reconnect, and usage is recorded again after the election',
  async () => {
    await using mesh = await startMesh({ cluster: 3, policies: 2, providers: 2 });
    await using load = await Load.on(mesh.nats, { timeoutMs, told });
    const underWayAtKills: number[] = [];
    const lastFailureMs: number[] = [];
    load.keep(workers);
    const streams = process.env['MESH_TEST_LONG'] === undefined ? short : await mesh.nats.streams();
    for (const stream of streams) {
      const before = load.answered;
      await until('load', () => load.answered > before + 5 * workers);
      const leader = await mesh.nats.leaderOf(stream);
      const killedAt = Date.now();
      underWayAtKills.push(load.inFlight);
      await mesh.nats.kill(leader);
      expect(await mesh.nats.leaderOf(stream)).not.toBe(leader);
      // Requests go on with two servers, and what they use is recorded.
      const { recorded } = load;
      await until('more records', () => load.recorded > recorded + 5 * workers, electionMs);
      const ofSdk = load.unanswered.filter(({ way, sentAt }) => way.startsWith('sdk') && sentAt >= killedAt);
      lastFailureMs.push(Math.max(0, ...ofSdk.map(({ sentAt }) => sentAt - killedAt)));
      await mesh.nats.restart(leader);
    }
    await load.stop();

    const failures = load.unanswered.map(({ way, ending }) => ({ way, ...ending }));
    const ofSdk = failures.filter(({ way }) => way.startsWith('sdk'));
    expect(ofSdk.filter((failure) => failure.kind !== 'refused')).toEqual([]);
    expect(failures.filter(({ kind }) => kind === 'wrong')).toEqual([]);
    expect(load.slowestSdkMs).toBeLessThan(timeoutMs + graceMs);
    expect(Math.max(...lastFailureMs)).toBeLessThan(reconnectMs);

    await until('the model to be done', async () => (await mesh.demo.stats()).open === 0);
    const audit = auditOf(await readLedger(mesh.nats, 0));
    expect(audit.finishedTwice).toEqual([]);
    expect(answeredTwice(audit)).toEqual([]);
    // Every answer that did not say otherwise is in METER.
    const but = new Set([...load.unstored, ...load.untold]);
    expect(unaccounted(audit, load.requests, but)).toEqual([]);
    // What the model served beyond METER fell into an election, when METER takes nothing, or was under way at a kill.
    const unknown = unknownTo(audit, (await mesh.demo.calls()).served);
    const lost = underWayAtKills.reduce((sum, count) => sum + count, 0);
    expect(unknown.length).toBeLessThanOrEqual(load.unstored.size + load.untold.size + lost);
  },
  process.env['MESH_TEST_LONG'] === undefined ? 120_000 : 600_000,
);
