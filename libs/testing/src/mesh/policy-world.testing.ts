/** A mesh with two vendors whose models are scripted, in which tests publish policies. Imported by tests only. */
import { decodeRecords, type FinishedRecord, type ProviderDocument } from '@router-mesh/contracts';
import type { NatsConnection } from '@router-mesh/wire';
import {
  answer,
  completion,
  PlainClient,
  poll,
  Publisher,
  scriptedUpstream,
  startMesh,
  until,
  type Answer,
  type AnswerBody,
  type Mesh,
  type MeshOptions,
  type ScriptedUpstream,
} from '../index.ts';

const completed = answer(200, completion('hi', { usage: { prompt_tokens: 3, completion_tokens: 2 } }));

/** Vendor `one` has the models `a`, `b` and `c`, vendor `two` has `x` and `y`; `a` is the cheapest and `y` the dearest. */
export class PolicyWorld implements AsyncDisposable {
  readonly mesh: Mesh;
  readonly one: ScriptedUpstream;
  readonly two: ScriptedUpstream;
  readonly client: PlainClient;
  readonly publisher: Publisher;
  readonly #meter: NatsConnection;
  readonly #finished: FinishedRecord[] = [];

  private constructor(
    mesh: Mesh,
    [one, two]: readonly [ScriptedUpstream, ScriptedUpstream],
    client: PlainClient,
    publisher: Publisher,
    meter: NatsConnection,
  ) {
    this.mesh = mesh;
    this.one = one;
    this.two = two;
    this.client = client;
    this.publisher = publisher;
    this.#meter = meter;
    meter.subscribe('router.v2.meter.>', {
      callback: (_error, message) => {
        for (const record of decodeRecords(message.string()))
          if (record.kind === 'finished') this.#finished.push(record);
      },
    });
  }

  static async start(options: MeshOptions = {}): Promise<PolicyWorld> {
    const upstreams = await Promise.all([scriptedUpstream(completed), scriptedUpstream(completed)]);
    const [one, two] = upstreams;
    const mesh = await startMesh({
      documents: () => [vendor('one', one.url, ['a', 'b', 'c'], 1), vendor('two', two.url, ['x', 'y'], 10)],
      ...options,
      environment: { ROUTER_BREAKER_CALLS: '0', ...options.environment },
    });
    const client = await PlainClient.connect(mesh.nats.url);
    const publisher = await Publisher.in(mesh, client);
    const meter = await mesh.nats.connect('root');
    const world = new PolicyWorld(mesh, upstreams, client, publisher, meter);
    for (const model of ['one/a', 'two/x'])
      await until(
        `"${model}" to be known`,
        async () => (await client.ask('decide', asking({ model }))).body.error === undefined,
      );
    return world;
  }

  /** From now on both vendors answer, and nothing was asked of them. */
  reset(): void {
    for (const upstream of [this.one, this.two]) {
      upstream.script = completed;
      upstream.received.length = 0;
    }
  }

  /** The models that were called, in order: those of `one`, then those of `two`. */
  get called(): unknown[] {
    return [...this.one.received, ...this.two.received].map(({ body }) => body['model']);
  }

  async chat(tenant: string, more: object = {}, request?: string): Promise<AnswerBody> {
    return (await this.#ask('chat', tenant, more, request)).body;
  }

  /** The plan that a request of the tenant would have. */
  async plan(tenant: string, more: object = {}, request?: string): Promise<PlanBody> {
    const { body } = await this.#ask('decide', tenant, more, request);
    if (body.error !== undefined) throw new Error(`${body.error.code}: ${body.error.message}`);
    return body['plan'] as PlanBody;
  }

  /** The records of a request's calls that ended, once there are so many. */
  async finished(request: string | undefined, count = 1): Promise<FinishedRecord[]> {
    return await poll(`${count} finished records`, () => {
      const found = this.#finished.filter((one) => one.request === request);
      return found.length >= count ? found : undefined;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#meter.close(), this.publisher[Symbol.asyncDispose](), this.client[Symbol.asyncDispose]()]);
    await this.mesh[Symbol.asyncDispose]();
    await Promise.all([this.one[Symbol.asyncDispose](), this.two[Symbol.asyncDispose]()]);
  }

  #ask(verb: string, tenant: string, more: object, request: string | undefined): Promise<Answer> {
    const headers = request === undefined ? {} : { 'Router-Request': request };
    return this.client.ask(verb, asking(more), { tenant, headers });
  }
}

/** What is looked at in a plan. */
export interface PlanBody {
  readonly route: string;
  readonly candidates: readonly { readonly vendor: string; readonly model: string; readonly [term: string]: unknown }[];
  readonly [field: string]: unknown;
}

/** The candidates of a plan as `vendor/model`. */
export function modelsOf({ candidates }: PlanBody): string[] {
  return candidates.map(({ vendor: of, model }) => `${of}/${model}`);
}

export function asking(more: object): object {
  return { model: 'auto', messages: [{ role: 'user', content: 'hi' }], ...more };
}

/** The dearer the later its models stand. */
function vendor(name: string, url: string, models: readonly string[], dollars: number): ProviderDocument {
  return {
    vendor: name,
    format: 'openai',
    base_url: url,
    retries: 0,
    models: models.map((model, place) => ({
      name: model,
      price: { input: String(dollars + place), output: String(dollars + place) },
    })),
  };
}
