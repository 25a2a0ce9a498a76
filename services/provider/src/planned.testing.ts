/** Requests with plans that the test writes itself, handed to a provider's stop as policy would hand them on. Imported by tests only. */
import {
  decodeRecords,
  stopName,
  provider as contract,
  stageSubject,
  type Candidate,
  type EndFrame,
  type ErrorBody,
  type FinishedRecord,
  type MeterRecord,
  type Plan,
  type ProviderDocument,
} from '@router-mesh/contracts';
import { aPlan, aTravel, poll, until, type Mesh } from '@router-mesh/testing';
import {
  AnswerReader,
  call,
  createInbox,
  encodeTravel,
  newUlid,
  type AnswerEvent,
  type NatsConnection,
} from '@router-mesh/wire';

/** What is planned, and how it is asked. */
export interface Planning {
  readonly plan?: Partial<Plan>;
  /** Fields of the body beside `messages`. */
  readonly body?: object;
  /** Whether the answer goes in frames; a stream always does. */
  readonly frames?: boolean;
  readonly request?: string;
  /** Deltas that the reader takes before its first limit. */
  readonly credit?: number;
  readonly timeoutMs?: number;
  onEvent?(event: AnswerEvent): void;
}

/** Policy, played by the test. */
export class PlayedPolicy implements AsyncDisposable {
  readonly records: MeterRecord[] = [];
  readonly #mesh: Mesh;
  readonly #root: NatsConnection;
  readonly #operator: NatsConnection;

  private constructor(mesh: Mesh, root: NatsConnection, operator: NatsConnection) {
    this.#mesh = mesh;
    this.#root = root;
    this.#operator = operator;
    root.subscribe('router.v2.meter.>', {
      callback: (_error, message) => void this.records.push(...decodeRecords(message.string())),
    });
  }

  static async in(mesh: Mesh): Promise<PlayedPolicy> {
    return new PlayedPolicy(mesh, await mesh.nats.connect('root'), await mesh.nats.connect('operator'));
  }

  /** Rights for everything. */
  get root(): NatsConnection {
    return this.#root;
  }

  /** Write a document, and wait until it is in force. */
  async vendor(vendor: string, url: string, changes: Partial<ProviderDocument> = {}): Promise<void> {
    const document: ProviderDocument = { vendor, format: 'openai', base_url: url, models: [], retries: 0, ...changes };
    const { revision } = await call(this.#operator, contract.put, 'platform', { provider: document });
    await until('the document to be in force', async () => {
      const states = this.#mesh.services.map(
        async ({ http }) => (await (await fetch(`${http}/readyz`)).json()) as Ready,
      );
      return (await Promise.all(states)).every(({ snapshots }) => snapshots.router_v2_providers >= revision);
    });
  }

  /** Everything that comes as an answer, until its end. */
  async ask(candidates: readonly Candidate[], planning: Planning = {}): Promise<AnswerEvent[]> {
    const { plan, body, frames = false, request = newUlid(), credit, timeoutMs = 20_000, onEvent } = planning;
    const reply = createInbox();
    const messages = this.#root.subscribe(reply);
    const travel = aTravel({
      request,
      reply,
      deadline: Date.now() + timeoutMs,
      frames: frames || plan?.stream === true,
      ...(credit === undefined ? {} : { credit }),
      plan: aPlan({ at: Date.now(), candidates: [...candidates], ...plan }),
    });
    const subject = stageSubject(stopName(contract.call, candidates[0]?.vendor ?? ''));
    const payload = JSON.stringify({
      model: 'm',
      messages: [{ role: 'user', content: 'hi' }],
      stream: plan?.stream,
      ...body,
    });
    this.#root.publish(subject, payload, { headers: encodeTravel(travel) });
    const reader = new AnswerReader();
    const events: AnswerEvent[] = [];
    for await (const message of messages) {
      const event = reader.read(message);
      if (event.kind === 'eos') break;
      events.push(event);
      onEvent?.(event);
      if (!travel.frames) break;
    }
    messages.unsubscribe();
    return events;
  }

  /** The records of a request's calls that ended. */
  async finished(request: string, count = 1): Promise<FinishedRecord[]> {
    return await poll(`${count} finished records`, () => {
      const found = this.records
        .filter((record) => record.kind === 'finished')
        .filter((one) => one.request === request);
      return found.length >= count ? found : undefined;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#root.close(), this.#operator.close()]);
  }
}

interface Ready {
  readonly snapshots: { readonly router_v2_providers: number };
}

/** An answer that came in one message. */
export interface Whole {
  readonly choices: readonly { readonly message: { readonly content: string } }[];
  readonly router: EndFrame['router'];
  readonly [field: string]: unknown;
}

/** @throws what came in its place */
export function wholeOf([event]: readonly AnswerEvent[]): Whole {
  if (event?.kind === 'whole') return event.body as Whole;
  throw event?.kind === 'error' ? event.error : new Error(`a frame "${event?.kind}" came`);
}

/** @throws Error when the answer ended in another way */
export function endOf(events: readonly AnswerEvent[]): EndFrame {
  const last = events.at(-1);
  if (last?.kind === 'end') return last.end;
  throw last?.kind === 'error' ? last.error : new Error(`the answer ended with "${last?.kind}"`);
}

/** The error at the end of an answer. */
export function errorOf(events: readonly AnswerEvent[]): Omit<ErrorBody['error'], 'type'> | undefined {
  const last = events.at(-1);
  return last?.kind === 'error' ? last.error : undefined;
}

/** The chunks of a stream, in order. */
export function chunksOf(events: readonly AnswerEvent[]): object[] {
  return events.flatMap((one) =>
    one.kind === 'delta' ? one.lines.split('\n').map((line) => JSON.parse(line) as object) : [],
  );
}
