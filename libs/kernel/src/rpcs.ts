// The rpcs and signals of a service, and its place in discovery (ADR-32) with true numbers.
import { Svcm, type Service, type ServiceMsg } from '@nats-io/services';
import { parseAs, rpcSubject, tailTenant, type RpcContract, type SignalContract } from '@router-mesh/contracts';
import {
  AnswerWriter,
  isReturnAddress,
  isServiceInbox,
  listen,
  publish,
  type Msg,
  type NatsConnection,
  type Subscription,
} from '@router-mesh/wire';
import type { Answering, Concerning } from './define.ts';
import { judge } from './judge.ts';
import type { Link } from './link.ts';
import { readJsonBody } from './json-body.ts';

type Handle = (request: unknown, about: Concerning) => unknown;
type Hear = (body: unknown, about: Partial<Concerning> & Answering) => void;

const largestRpcBytes = 1024 * 1024;

export interface Discovery {
  readonly name: string;
  readonly version: string;
  readonly summary: string;
  readonly metadata: Record<string, string>;
  /** What `$SRV.STATS` says of this instance beyond its endpoints. */
  stats(): unknown;
}

/** Register with discovery and serve rpcs. */
export class Rpcs {
  readonly #link: Link;
  readonly #service: Service;
  readonly #name: string;

  private constructor(link: Link, service: Service, name: string) {
    this.#link = link;
    this.#service = service;
    this.#name = name;
  }

  static async register(link: Link, { name, version, summary, metadata, stats }: Discovery): Promise<Rpcs> {
    const service = await new Svcm(careful(link)).add({
      name,
      version,
      description: summary,
      metadata,
      queue: name,
      // The library's own numbers cover only the synchronous part of a handler and miss answered errors.
      statsHandler: () => Promise.resolve(stats()),
    });
    return new Rpcs(link, service, name);
  }

  serve(contract: RpcContract, handle: Handle): void {
    const name = `${contract.service}.${contract.verb}`;
    this.#service.addEndpoint(contract.verb, {
      subject: rpcSubject(contract, '>'),
      metadata: { summary: contract.summary },
      handler: (_error, message) => void this.#answer(name, contract, handle, message),
    });
  }

  /** Signals come to every instance. */
  listen(contract: SignalContract, handle: Hear): Subscription {
    const failed = (thrown: unknown): void =>
      void judge(this.#link.log, thrown, 'a signal failed', { subject: contract.subject });
    return listen(
      this.#link.nc,
      contract.subject,
      (message) => {
        const body = parseAs(contract.body, readJsonBody(message.data, largestRpcBytes), 'body');
        const answer = (text: string): void => this.#tell(message, text);
        if (!contract.subject.endsWith('.>')) return handle(body, { answer });
        handle(body, { tenant: tailTenant(message.subject.split('.'), 3), answer });
      },
      { failed },
    );
  }

  async stop(): Promise<void> {
    await this.#service.stop();
  }

  /** INVARIANT (no stray answer): a signal may come from a client, and only our own kind is answered. */
  #tell({ reply }: Msg, text: string): void {
    if (isServiceInbox(reply, this.#name)) publish(this.#link.nc, reply, text);
    else if (reply) this.#link.counts.refusedAddress(); // empty where none was named
  }

  async #answer(name: string, contract: RpcContract, handle: Handle, message: ServiceMsg): Promise<void> {
    const { reply } = message;
    if (reply === undefined) return; // `careful` has let none through
    const { flight } = this.#link;
    const counts = this.#link.counts.of(name);
    flight.begin();
    counts.began();
    const began = performance.now();
    const writer = new AnswerWriter(this.#link.nc, reply, { framed: false, leg: 0 });
    let code = 'ok';
    try {
      const tenant = tailTenant(message.subject.split('.'), 4);
      const request = parseAs(contract.request, readJsonBody(message.data, largestRpcBytes), 'body');
      writer.reply(contract.reply.parse(await handle(request, { tenant })));
    } catch (thrown) {
      const error = judge(this.#link.log, thrown, 'an rpc failed', { rpc: name });
      code = error.code;
      writer.error(error);
    } finally {
      counts.ended(code, performance.now() - began);
      flight.end();
    }
  }
}

/**
 * The connection as the services library may use it: what it subscribes to is heard only from addresses that may be answered, for it answers by itself
 * whatever reply a message names; and what it throws does not end the reading of the connection.
 */
function careful({ nc, counts, log }: Link): NatsConnection {
  const subscribe: NatsConnection['subscribe'] = (subject, options) =>
    nc.subscribe(subject, {
      ...options,
      callback: (refused, message) => {
        if (refused === null && !isReturnAddress(message.reply, { behindEntry: false })) return counts.refusedAddress();
        try {
          void options?.callback?.(refused, message);
        } catch (thrown) {
          judge(log, thrown, 'a message of the services library failed', { subject });
        }
      },
    });
  return Object.create(nc, { subscribe: { value: subscribe } }) as NatsConnection;
}
