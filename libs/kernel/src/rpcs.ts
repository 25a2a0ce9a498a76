// The rpcs and signals of a service, and its place in discovery (ADR-32) with true numbers.
import { Svcm, type Service, type ServiceMsg } from '@nats-io/services';
import { parseAs, RouterError, rpcSubject, tailTenant, type RpcContract, type SignalContract } from '@router-mesh/contracts';
import { errorHeaders, isReturnAddress, type NatsConnection } from '@router-mesh/wire';
import type { Logger } from 'pino';
import type { Concerning } from './define.ts';
import type { Link } from './link.ts';
import { readJsonBody } from './json-body.ts';

type Handle = (request: unknown, about: Concerning) => unknown;

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
  readonly #log: Logger;
  readonly #service: Service;

  private constructor(link: Link, log: Logger, service: Service) {
    this.#link = link;
    this.#log = log;
    this.#service = service;
  }

  static async register(link: Link, log: Logger, { name, version, summary, metadata, stats }: Discovery): Promise<Rpcs> {
    const service = await new Svcm(link.nc as NatsConnection).add({
      name,
      version,
      description: summary,
      metadata,
      queue: name,
      // The library's own numbers cover only the synchronous part of a handler and miss answered errors.
      statsHandler: () => Promise.resolve(stats()),
    });
    return new Rpcs(link, log, service);
  }

  serve(contract: RpcContract, handle: Handle): void {
    const subject = rpcSubject(contract, '>');
    const name = `${contract.service}.${contract.verb}`;
    this.#service.addEndpoint(contract.verb, {
      subject,
      metadata: { summary: contract.summary },
      handler: (_error, message) => void this.#answer(name, contract, handle, message),
    });
  }

  /** Signals come to every instance; nobody waits for an answer. */
  listen(contract: SignalContract, handle: (body: unknown, about: Concerning) => void): void {
    this.#link.nc.subscribe(contract.subject, {
      callback: (_error, message) => {
        try {
          const tenant = tailTenant(message.subject.split('.'), 3);
          handle(parseAs(contract.body, readJsonBody(message.data, largestRpcBytes), 'body'), { tenant });
        } catch (thrown) {
          const error = RouterError.from(thrown);
          if (error.code === 'internal') this.#log.error({ err: error.cause ?? error, subject: contract.subject }, 'a signal failed');
        }
      },
    });
  }

  async stop(): Promise<void> {
    await this.#service.stop();
  }

  async #answer(name: string, contract: RpcContract, handle: Handle, message: ServiceMsg): Promise<void> {
    const reply = message.reply;
    if (!isReturnAddress(reply, { behindEntry: false })) {
      this.#link.counts.refusedAddress();
      return;
    }
    const landed = this.#link.flight.hold();
    const ended = this.#link.counts.begin(name);
    let code = 'ok';
    try {
      const tenant = tailTenant(message.subject.split('.'), 4);
      const request = parseAs(contract.request, readJsonBody(message.data, largestRpcBytes), 'body');
      const answer = contract.reply.parse(await handle(request, { tenant }));
      this.#link.nc.publish(reply, JSON.stringify(answer));
    } catch (thrown) {
      const error = RouterError.from(thrown);
      code = error.code;
      if (code === 'internal') this.#log.error({ err: error.cause ?? error, rpc: name }, 'an rpc failed');
      this.#link.nc.publish(reply, JSON.stringify(error.toBody()), { headers: errorHeaders(error) });
    }
    ended(code);
    landed();
  }
}
