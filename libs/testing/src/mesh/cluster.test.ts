// A cluster of three nats-servers under load, while the leader of one stream after another is killed.
import { expect, test } from 'vitest';
import {
  answeredTwice,
  auditOf,
  Load,
  readLedger,
  startMesh,
  unaccounted,
  unfinished,
  until,
  type Ended,
} from '../index.ts';

const long = process.env['MESH_TEST_LONG'] !== undefined;
const timeoutMs = 5000;
/** How long past its time a request may take to end: the client's own second, and this machine's. */
const graceMs = 3000;
const workers = 20;
const told = { first_delay_ms: 20, delay_ms: 5 };
/** How long an election may take, ms: nats-server waits 4 to 9 s before it begins one. */
const electionMs = 20_000;
/** How long requests may fail after a kill: clients and services look for another server in 250 to 350 ms steps. Requests do not wait for elections. */
const reconnectMs = 5000;

/** What SDK clients may be told: their own server died; that of the service which had accepted their request did, and with it what was said meanwhile; the one stop that was asked is not back yet. */
const possible = [
  'unavailable disconnected',
  'stream_interrupted disconnected',
  'unavailable producer_lost',
  'stream_interrupted producer_lost',
  'stream_interrupted', // a frame of it is missing
  'deadline_exceeded',
  'unavailable not_running',
];

/** Every stream in the long run; in the short one the two that requests depend on. */
const short = ['ROUTER_V2_METER', 'KV_router_v2_providers'];

/** Times in epoch ms; long ago when there is none. */
function lastBefore(times: readonly number[], moment: number): number {
  return times.findLast((at) => at <= moment) ?? 0;
}

test(
  'the leader of each stream is killed in turn: requests fail no longer than the reconnect, and usage is recorded again after the election',
  async () => {
    await using mesh = await startMesh({ cluster: 3, policies: 2, providers: 2 });
    await using load = await Load.on(mesh.nats, { timeoutMs, told });
    const kills: number[] = [];
    load.keep(workers);
    const streams = long ? await mesh.nats.streams() : short;
    for (const stream of streams) {
      const before = load.answered;
      await until('load', () => load.answered > before + 5 * workers);
      const leader = await mesh.nats.leaderOf(stream);
      kills.push(Date.now());
      await mesh.nats.kill(leader);
      expect(await mesh.nats.leaderOf(stream)).not.toBe(leader);
      // Requests go on with two servers, and what they use is recorded.
      const { recorded } = load;
      await until('more records', () => load.recorded > recorded + 5 * workers, electionMs);
      await mesh.nats.restart(leader);
    }
    await load.stop();

    expect(load.unanswered.filter(({ ending }) => ending.kind === 'wrong')).toEqual([]);
    const ofSdk = load.unanswered.filter(({ way }) => way.startsWith('sdk'));
    const errors = ofSdk.map(({ ending }) =>
      ending.kind === 'refused' ? `${ending.code} ${ending.reason}`.trim() : ending.kind,
    );
    expect(possible).toEqual(expect.arrayContaining([...new Set(errors)]));
    expect(load.slowestSdkMs).toBeLessThan(timeoutMs + graceMs);
    // What was under way at a kill may fail with it, and what was sent soon afterwards; nothing else.
    const struck = ({ sentAt, tookMs }: Ended): boolean => kills.some((at) => at >= sentAt && at <= sentAt + tookMs);
    const sinceKill = ofSdk.filter((ended) => !struck(ended)).map(({ sentAt }) => sentAt - lastBefore(kills, sentAt));
    expect(Math.max(0, ...sinceKill)).toBeLessThan(reconnectMs);

    // What was not acknowledged during an election waited on disk, and comes late.
    let audit = auditOf(await readLedger(mesh.nats, 0));
    let served: string[] = [];
    await until('the last records', async () => {
      if ((await mesh.demo.stats()).open > 0) return false;
      audit = auditOf(await readLedger(mesh.nats, 0));
      served = (await mesh.demo.calls()).served;
      return unfinished(audit, served).length + unaccounted(audit, load.requests).length === 0;
    }).catch(() => undefined);
    expect(audit.endedTwice).toEqual([]);
    expect(answeredTwice(audit)).toEqual([]);
    // Every answer is in METER, and every call that the model served, ended by who made it.
    expect(unaccounted(audit, load.requests)).toEqual([]);
    expect(unfinished(audit, served)).toEqual([]);
    expect(audit.calls.size).toBe(audit.finished.size + audit.open.size);
  },
  long ? 600_000 : 120_000,
);
