// The soak itself: a mesh of real processes, load at a share of its capacity, and a kill every now and then.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  auditOf,
  auditSince,
  Load,
  readLedger,
  startMesh,
  unaccounted,
  until,
  type Audit,
  type Mesh,
  type ServiceProcess,
} from '../src/index.ts';
import { balanceOf, type Claim, type Kill } from './balance.ts';
import { Curves, judgeMemory, type Curve, type Verdict } from './memory.ts';
import type { Options } from './options.ts';
import { seededRandom } from './random.ts';

/** How long a whole answer may take, ms. */
const timeoutMs = 5000;
/** How long past its time a request may take to end, ms: the client's own second, and a busy machine's. */
const graceMs = 3000;
/** What every question tells the demo model: a model that takes a moment, so that something is under way at every kill. */
const told = { first_delay_ms: 20, delay_ms: 2 };
/** How many are under way while capacity is measured. */
const measuredInFlight = 64;
/** How often requests are sent, ms: those that are due by then. */
const paceMs = 10;
/** How often memory is sampled, and progress told, ms. */
const sampleMs = 1000;
/** How often the model is asked which calls it served: it remembers 100 000. */
const collectMs = 20_000;
/** How long after the last request what comes late may come, and the sweep close what nobody ended, ms: a lease may have to expire, and METER to be read. */
const settlingMs = 120_000;
/** One kill in so many is a SIGTERM. */
const politeOneIn = 4;

export interface Result {
  readonly seed: number;
  readonly minutes: number;
  /** Answers a second with 64 under way, and what was offered of it. */
  readonly capacity: number;
  readonly offered: number;
  readonly sent: number;
  readonly answered: number;
  /** What came instead of answers, counted: `sdk: unavailable disconnected`. */
  readonly failures: Readonly<Record<string, number>>;
  readonly kills: readonly Kill[];
  readonly claims: readonly Claim[];
  readonly memory: readonly Verdict[];
  readonly curves: readonly Curve[];
  readonly holds: boolean;
}

/** Run a soak; `say` is told how it goes, a line at a time. */
export async function soak(options: Options, say: (line: string) => void): Promise<Result> {
  say('starting nats-server, the demo model, 2 policies and 2 providers');
  await using mesh = await startMesh({ policies: 2, providers: 2, environment: { ROUTER_SWEEP_GRACE: '1s' } });
  const capacity = await measureCapacity(mesh, options.measureMs);
  const offered = capacity * options.share;
  say(`capacity ${capacity.toFixed(0)}/s with ${measuredInFlight} in flight; offering ${offered.toFixed(0)}/s`);
  // Its calls are no part of the balance.
  const measured = await settledAudit(mesh, new Set());
  await using load = await Load.on(mesh.nats, { timeoutMs, told, random: seededRandom(-options.seed) });
  const run = new Run(mesh, load, options, say);
  await run.offer(offered);
  await load.stop();
  say('no more is sent; reading METER');
  const audit = auditSince(await settledAudit(mesh, load.requests), measured);
  const served = new Set([...(await run.collect())].filter((call) => !measured.calls.has(call)));
  const claims = balanceOf(load, audit, served, run.kills, timeoutMs + graceMs);
  const memory = judgeMemory(run.curves.all);
  return {
    seed: options.seed,
    minutes: options.durationMs / 60_000,
    capacity,
    offered,
    sent: load.sent,
    answered: load.answered,
    failures: countFailures(load),
    kills: run.kills,
    claims,
    memory,
    curves: run.curves.all,
    holds: claims.every(({ holds }) => holds) && memory.every(({ flat }) => flat),
  };
}

/** Answers a second, with always that many under way. */
async function measureCapacity(mesh: Mesh, forMs: number): Promise<number> {
  await using load = await Load.on(mesh.nats, { timeoutMs, told });
  load.keep(measuredInFlight);
  await until('the first answers', () => load.answered > measuredInFlight);
  const [answered, startedAt] = [load.answered, performance.now()];
  await sleep(forMs);
  const perSecond = ((load.answered - answered) * 1000) / (performance.now() - startedAt);
  await load.stop();
  return perSecond;
}

/** METER when the model has nothing under way, every call has its end and every answer its call; or when that took too long: then the balance says so. */
async function settledAudit(mesh: Mesh, requests: ReadonlySet<string>): Promise<Audit> {
  await until('the model to be done', async () => (await mesh.demo.stats()).open === 0, 60_000);
  let audit = auditOf(await readLedger(mesh.nats, 0));
  const settled = async (): Promise<boolean> => {
    if (audit.open.size + unaccounted(audit, requests).length === 0) return true;
    await sleep(500);
    audit = auditOf(await readLedger(mesh.nats, 0));
    return false;
  };
  await until('the last records', settled, settlingMs).catch(() => undefined);
  return audit;
}

function countFailures({ unanswered }: Load): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { way, ending } of unanswered) {
    const said = ending.kind === 'refused' ? `${ending.code} ${ending.reason}`.trim() : ending.kind;
    const name = `${way}: ${said}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** The time during which load is offered and processes are killed. */
class Run {
  readonly kills: Kill[] = [];
  readonly curves = new Curves();
  readonly #mesh: Mesh;
  readonly #load: Load;
  readonly #options: Options;
  readonly #random: () => number;
  readonly #say: (line: string) => void;
  readonly #served = new Set<string>();
  readonly #startedAt = performance.now();

  constructor(mesh: Mesh, load: Load, options: Options, say: (line: string) => void) {
    this.#mesh = mesh;
    this.#load = load;
    this.#options = options;
    // Of its own, so that the victims do not hang on how many requests were sent before.
    this.#random = seededRandom(options.seed);
    this.#say = say;
  }

  async offer(perSecond: number): Promise<void> {
    await Promise.all([
      this.#sendAt(perSecond),
      this.#every(this.#options.killEveryMs, () => this.#kill()),
      this.#every(sampleMs, async () => this.#sample()),
      this.#every(collectMs, async () => void (await this.collect())),
    ]);
  }

  /** The calls that the model has served, all of them so far. */
  async collect(): Promise<ReadonlySet<string>> {
    for (const call of (await this.#mesh.demo.calls()).served) this.#served.add(call);
    return this.#served;
  }

  get #atMs(): number {
    return performance.now() - this.#startedAt;
  }

  get #over(): boolean {
    return this.#atMs >= this.#options.durationMs;
  }

  /** An open loop: what is due is sent, whether earlier ones have been answered or not. */
  async #sendAt(perSecond: number): Promise<void> {
    const before = this.#load.sent;
    while (!this.#over) {
      const due = Math.floor((this.#atMs * perSecond) / 1000);
      while (this.#load.sent - before < due) void this.#load.send();
      await sleep(paceMs);
    }
  }

  /** Do something at every so many ms, beginning one interval after the start; late ones are not made up for. */
  async #every(everyMs: number, act: () => Promise<void>): Promise<void> {
    for (let next = everyMs; next < this.#options.durationMs; next = Math.max(next + everyMs, this.#atMs)) {
      await sleep(Math.max(0, next - this.#atMs));
      await act();
    }
  }

  async #kill(): Promise<void> {
    const victims: readonly (ServiceProcess | 'nats-server')[] = [
      ...this.#mesh.services.toSorted((one, other) => one.name.localeCompare(other.name)),
      ...(this.#options.nats ? (['nats-server'] as const) : []),
    ];
    const victim = victims[Math.floor(this.#random() * victims.length)];
    const signal = this.#random() * politeOneIn < 1 ? 'SIGTERM' : 'SIGKILL';
    if (victim === undefined) return;
    const name = victim === 'nats-server' ? victim : victim.name;
    const kill: Kill = { atMs: this.#atMs, name, signal, inFlight: this.#load.inFlight };
    this.#say(`${signal} to a ${name}, ${kill.inFlight} in flight`);
    if (victim === 'nats-server') {
      await this.#mesh.nats.restart(signal);
      // What was sent before the client saw its connection go is lost like what was under way: many, if this process was busy at that moment.
      this.kills.push({ ...kill, inFlight: Math.max(kill.inFlight, this.#load.inFlight) });
      return;
    }
    this.kills.push(kill);
    await victim.stop(signal);
    await this.#mesh.replace(victim);
  }

  async #sample(): Promise<void> {
    const { services, nats, demo } = this.#mesh;
    for (const service of services) this.curves.sample(service.name, service.pid, service.rssBytes());
    this.curves.sample('nats-server', nats.pid, nats.rssBytes());
    const { sent, answered, inFlight } = this.#load;
    const failed = this.#load.unanswered.length;
    if (Math.round(this.#atMs / sampleMs) % 10 === 0)
      this.#say(
        `${(this.#atMs / 1000).toFixed(0)} s: ${sent} sent, ${answered} answered, ${failed} not, ${inFlight} in flight; the model has ${(await demo.stats()).open} open`,
      );
  }
}
