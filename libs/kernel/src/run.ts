// The life of a service: connect, own, load, serve, drain.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  commonSettings,
  platformTenant,
  RouterError,
  serviceInbox,
  type InstanceStats,
  type Settings,
  type SettingValues,
} from '@router-mesh/contracts';
import {
  Cancellations,
  connectNats,
  Control,
  Forwarder,
  missingFromServer,
  publishEvent,
  SnapshotWatch,
  unsentPublishes,
  watchConnection,
  type NatsConnection,
  type SnapshotCopy,
} from '@router-mesh/wire';
import { pino, type Logger } from 'pino';
import kernelPackage from '../package.json' with { type: 'json' };
import { Beats } from './beats.ts';
import { collectStart } from './collect-start.ts';
import type { House, ServedGroup, ServiceDefinition, WatchedGroup } from './define.ts';
import { FactStore } from './fact-store.ts';
import { Flight, longestTimerMs } from './flight.ts';
import { furnish } from './furnish.ts';
import { serveHealth, type Readiness } from './health.ts';
import { judge } from './judge.ts';
import { Leadership } from './leadership.ts';
import type { Link } from './link.ts';
import { Counts } from './metrics.ts';
import { OwnedStores } from './owned-stores.ts';
import { environmentOf, reside } from './process-life.ts';
import { readinessOf, type Phase } from './readiness.ts';
import { Rpcs, type Discovery } from './rpcs.ts';
import { serveContracts, stopNames } from './serve-contracts.ts';
import { readKeys, readSettings, type Environment } from './settings.ts';
import { SnapshotCopies } from './snapshot-copies.ts';
import { StateFolder } from './state-folder.ts';
import { Stops } from './stops.ts';
import { ratioOf, StoreFills } from './store-fills.ts';
import { openTracer, type Tracer } from './tracing.ts';
import { watchBuckets } from './watch-buckets.ts';

/** The version that every service of this tree reports. */
export const version: string = kernelPackage.version;

/** How long interrupted requests have to be recorded and answered, ms. */
const interruptionMs = 3000;

/** How long JetStream may take at the start before copies on disk take its place, ms. */
const patienceMs = 2000;

/** How long the server has to take the last answers, ms. */
const closingMs = 1000;

/**
 * Run a service until its process is told to stop (SIGTERM or SIGINT): then it leaves its queue groups, waits for what is under way, and the process
 * exits with 0. What is fatal is logged in one line and exits with 1: whoever started it starts it again. Resolves when it serves.
 */
export async function run<Serves extends ServedGroup, Group extends WatchedGroup, Own extends Settings>(
  definition: ServiceDefinition<Serves, Group, Own>,
  environment?: Environment,
): Promise<void> {
  try {
    await new Running(definition, environment ?? environmentOf(definition.name)).start();
  } catch (thrown) {
    const error = RouterError.from(thrown);
    const message = error.code === 'internal' && error.cause instanceof Error ? error.cause.message : error.message;
    pino().fatal({ service: definition.name, code: error.code }, message);
    process.exit(1);
  }
}

class Running<Serves extends ServedGroup, Group extends WatchedGroup, Own extends Settings> {
  readonly #definition: ServiceDefinition<Serves, Group, Own>;
  readonly #instance = randomBytes(5).toString('hex');
  readonly #settings: SettingValues<Own & typeof commonSettings>;
  readonly #common: SettingValues<typeof commonSettings>;
  readonly #keys: ReadonlyMap<string, string>;
  readonly #log: Logger;
  readonly #counts = new Counts();
  readonly #flight = new Flight();
  readonly #interrupt = new AbortController();
  readonly #environment: Environment;
  #tracer: Tracer | undefined;
  #nc: NatsConnection | undefined;
  #connected = false;
  #phase: Phase = 'nats';
  #folder: StateFolder | undefined;
  #copies: SnapshotCopies | undefined;
  #facts: FactStore | undefined;
  #leadership: Leadership | undefined;
  #fills: StoreFills | undefined;
  #stores: OwnedStores | undefined;
  #watches: readonly SnapshotWatch<unknown>[] = [];
  readonly #notes: (() => readonly string[])[] = [];
  #stops: Stops | undefined;
  #rpcs: Rpcs | undefined;

  constructor(definition: ServiceDefinition<Serves, Group, Own>, environment: Environment) {
    this.#definition = definition;
    this.#environment = environment;
    this.#settings = readSettings({ ...definition.settings, ...commonSettings }, environment);
    this.#common = readSettings(commonSettings, environment);
    this.#keys = readKeys(environment);
    this.#log = pino({ level: this.#common.logLevel, base: { service: definition.name, instance: this.#instance } });
  }

  async start(): Promise<void> {
    const { name } = this.#definition;
    const { natsUrl, credentials, httpHost, httpPort, tenantInbox, maxInFlight, maxInFlightBytes, state } =
      this.#common;
    if (state !== undefined) {
      this.#folder = new StateFolder(state, this.#instance);
      this.#copies = new SnapshotCopies(this.#folder.snapshots, this.#instance, { log: this.#log });
    }
    const health = await serveHealth(httpHost, httpPort, this.#counts.registry, () => this.#readiness());
    this.#log.info({ http: health.url, version }, 'starting');
    reside({ name, stop: () => this.#stop() });

    const traced = { service: name, version, instance: this.#instance, log: this.#log };
    this.#tracer = await openTracer(traced, this.#environment);
    const nc = await connectNats({
      servers: natsUrl,
      name: `${name} ${this.#instance}`,
      inboxPrefix: serviceInbox(name),
      credentials,
      wait: true,
    });
    if (this.#isStopping) return await nc.close(); // it was told so before there was anything to drain
    this.#nc = nc;
    const copies = this.#readCopies();
    const lacking = missingFromServer(nc);
    if (lacking !== undefined && (copies === undefined || nc.info?.jetstream === true))
      throw new RouterError('unavailable', lacking);
    const control = new Control(nc, name, (thrown) => judge(this.#log, thrown, 'a control message failed', {}));
    const link: Link = {
      nc,
      log: this.#log,
      instance: this.#instance,
      control,
      forwarder: new Forwarder(nc, control),
      cancellations: new Cancellations(),
      beats: new Beats(),
      flight: this.#flight,
      counts: this.#counts,
      tracer: this.#tracer,
      interrupted: this.#interrupt.signal,
    };
    this.#connected = true;
    this.#guard(nc);
    this.#facts = new FactStore(nc, { log: this.#log, counts: this.#counts, folder: this.#folder });
    this.#leadership = new Leadership(nc, this.#log, name, this.#instance);

    this.#enter('stores');
    const patience = copies === undefined ? undefined : sleep(patienceMs);
    this.#stores = new OwnedStores(nc, this.#definition.owns, { replicas: this.#common.replicas, log: this.#log });
    this.#fills = this.#watchFills(nc);
    const owned = this.#stores.ensure().then(() => this.#fills?.look());
    await Promise.race([owned, ...(patience === undefined ? [] : [patience])]);
    const house = this.#furnish(link, this.#facts, this.#leadership);
    this.#enter('buckets');
    const loading = this.#watches.map((watch) => this.#load(watch, copies, patience));
    await Promise.all(loading);

    this.#enter('stops');
    await this.#definition.prepare?.(house);
    if (this.#isStopping) return;
    collectStart();
    const stops = (this.#stops = new Stops(link, {
      tenantInbox,
      cap: { requests: maxInFlight, bytes: maxInFlightBytes },
    }));
    this.#rpcs = await Rpcs.register(link, this.#discovery(link, stops));
    this.#serve(house, stops, this.#rpcs);
    await nc.flush().catch(() => undefined); // what is subscribed meanwhile is told again after a reconnect
    this.#enter('serving');
    this.#log.info({ http: health.url, stops: stops.names }, 'ready');
  }

  get #isStopping(): boolean {
    return this.#phase === 'stopping';
  }

  /** Stopping is the last phase, whatever else goes on. */
  #enter(phase: Phase): void {
    if (!this.#isStopping) this.#phase = phase;
  }

  #serve(house: House<Group, Own>, stops: Stops, rpcs: Rpcs): void {
    if (this.#isStopping) return;
    const { serves, handlers, members } = this.#definition;
    const follow = (swapped: () => void): void => {
      swapped();
      for (const watch of this.#watches) watch.onSwap(() => !this.#isStopping && swapped());
    };
    serveContracts(serves, handlers(house), { stops, rpcs, members: () => members?.(house) ?? {}, follow });
  }

  #discovery({ nc }: Link, stops: Stops): Discovery {
    const { name, summary, serves } = this.#definition;
    return {
      name,
      version,
      summary,
      metadata: { instance: this.#instance, stops: stopNames(serves) },
      stats: (): InstanceStats => ({
        instance: this.#instance,
        stops: stops.names,
        timings: this.#counts.timings(),
        totals: { ...this.#counts.totals(), unsent: unsentPublishes(nc) },
        ...this.#readiness(),
        ...(this.#facts?.spool === undefined
          ? {}
          : { spool: { records: this.#facts.spool.records, bytes: this.#facts.spool.bytes } }),
        stores: this.#fills?.fills ?? {},
      }),
    };
  }

  /** The copies of all watched buckets, by bucket; undefined unless there is one of each. */
  #readCopies(): ReadonlyMap<string, SnapshotCopy> | undefined {
    const copies = new Map<string, SnapshotCopy>();
    for (const { name } of Object.values(this.#definition.watches)) {
      const copy = this.#copies?.read(name);
      if (copy === undefined) return undefined;
      copies.set(name, copy);
    }
    return copies;
  }

  /** Resolves when a bucket is there, or its copy once the patience is over. */
  async #load(
    watch: SnapshotWatch<unknown>,
    copies: ReadonlyMap<string, SnapshotCopy> | undefined,
    patience: Promise<void> | undefined,
  ): Promise<void> {
    const copy = copies?.get(watch.bucket.name);
    if (copy !== undefined && patience !== undefined) {
      await Promise.race([watch.loaded, patience]);
      if (!watch.isLoaded) {
        this.#log.warn(
          { bucket: watch.bucket.name, revision: copy.revision },
          'JetStream is away; starting from a copy',
        );
        watch.startFrom(copy);
      }
    }
    await watch.loaded;
    this.#copies?.follow(watch);
  }

  #watchFills(nc: NatsConnection): StoreFills {
    const fills = new StoreFills(nc, this.#definition.owns, {
      filling: (store, fill) => {
        this.#log.error({ store, ...fill }, 'a store is nearly full');
        const told = { store, ...fill, instance: this.#instance };
        publishEvent(nc, this.#definition.storeFilling, platformTenant, told);
      },
      missing: (stores) => {
        if (this.#stores?.ensuring === true) return;
        this.#log.error({ stores }, 'stores are gone; making them anew');
        void this.#stores?.ensure().then(() => this.#readAnew());
      },
    });
    this.#counts.gauge(
      'router_store_fill_ratio',
      'How full a stream or bucket is, of what it may hold',
      () => Object.entries(fills.fills).map(([store, fill]) => [{ store }, ratioOf(fill)] as const),
      ['store'],
    );
    return fills;
  }

  #furnish(link: Link, facts: FactStore, leadership: Leadership): House<Group, Own> {
    const snapshots = watchBuckets(link, this.#definition);
    this.#watches = Object.values(snapshots);
    this.#counts.total('router_unsent_total', 'Messages published while the connection to NATS was down', () =>
      unsentPublishes(link.nc),
    );
    return furnish(link, {
      service: this.#definition.name,
      settings: this.#settings,
      keys: this.#keys,
      snapshots,
      facts,
      leadership,
      documents: this.#folder?.documents,
      note: (read) => this.#notes.push(read),
      connected: () => this.#connected,
    });
  }

  #guard(nc: NatsConnection): void {
    void watchConnection(nc, {
      fatal: (reason) => this.#die(reason),
      refusedPublish: (subject) => {
        this.#counts.refusedPublish();
        // No return address begins like this: a right of our own is missing.
        if (subject.startsWith('router.')) this.#log.error({ subject }, 'NATS refused a publish');
      },
      disconnected: () => {
        this.#log.warn('disconnected from NATS');
        this.#connected = false;
      },
      reconnected: () => {
        this.#log.info({ unsent: unsentPublishes(nc) }, 'reconnected to NATS');
        this.#connected = true;
        this.#readAnew();
        this.#facts?.retry();
        void this.#stores?.ensure();
      },
    });
    void nc.closed().then((reason) => {
      if (!this.#isStopping)
        this.#die(reason instanceof Error ? reason : new Error('the connection to NATS is closed for good'));
    });
  }

  /** The server may have forgotten who watches its buckets, or the buckets. */
  #readAnew(): void {
    for (const watch of this.#watches) watch.restart();
    this.#leadership?.restart();
  }

  #die(reason: Error): void {
    this.#log.fatal({ err: reason }, 'cannot go on');
    this.#facts?.close();
    process.exit(1);
  }

  async #stop(): Promise<void> {
    this.#phase = 'stopping';
    if (this.#nc !== undefined) await this.#drain(this.#nc);
    this.#log.info('stopped');
  }

  /** `nc.drain()` would close under handlers at work: leave the queue groups, wait for what is under way, then close. */
  async #drain(nc: NatsConnection): Promise<void> {
    this.#log.info({ in_flight: this.#flight.count }, 'draining');
    const timeoutMs = this.#common.drainTimeoutMs;
    const interruptAt = Date.now() + timeoutMs;
    if (this.#connected) await within(timeoutMs, this.#leave());
    else this.#stops?.forgetAll();
    if (!(await this.#flight.landed(interruptAt - Date.now()))) {
      this.#log.warn(
        { in_flight: this.#flight.count },
        'ROUTER_DRAIN_TIMEOUT passed; what is under way is interrupted',
      );
      this.#interrupt.abort();
      if (!(await this.#flight.landed(interruptionMs))) this.#stops?.abandonAll();
    }
    for (const watch of this.#watches) watch.stop();
    this.#fills?.stop();
    if (this.#leadership !== undefined) await within(closingMs, this.#leadership.stop());
    this.#facts?.close();
    const spansSent = within(closingMs, this.#tracer?.close() ?? Promise.resolve());
    await within(closingMs, nc.flush());
    await within(closingMs, nc.close());
    await spansSent;
  }

  async #leave(): Promise<void> {
    await this.#stops?.leaveAll();
    await this.#rpcs?.stop();
  }

  #readiness(): Readiness {
    return readinessOf({
      phase: this.#phase,
      connected: this.#connected,
      ensuring: this.#stores?.ensuring === true,
      remembers: this.#folder !== undefined,
      watches: this.#watches,
      notes: [...(this.#fills?.notes ?? []), ...this.#notes.flatMap((read) => read())],
    });
  }
}

/** Wait for something that may fail or hang, but not for ever. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  await Promise.race([work.catch(() => undefined), sleep(Math.min(ms, longestTimerMs))]);
}
