// A way to a server that a test can break: what goes through is held, cut, slowed, and let through again.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How often a slowed way lets its share through, ms. */
const shareMs = 50;

/** A TCP proxy on loopback. Whoever connects to its `url` is connected to its target. */
export class TcpProxy implements AsyncDisposable {
  readonly #target: URL;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #accepted = new Set<Socket>();
  #state: 'open' | 'partitioned' | 'cut' = 'open';
  #bytesPerSecond = Infinity;
  /** Lets go on what waits for the way to be open again. */
  #opened = Promise.withResolvers<void>();

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((near) => this.#accept(near));
    this.#opened.resolve();
  }

  static async to(target: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** The target's URL, by way of this proxy. */
  get url(): string {
    return `${this.#target.protocol}//127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many connections go through now. */
  get connections(): number {
    return this.#sockets.size / 2;
  }

  /** Let no byte through and leave every connection open: neither side is told. Nothing is lost; what is held goes on when the way is healed. */
  partition(): void {
    if (this.#state === 'open') this.#opened = Promise.withResolvers();
    this.#state = 'partitioned';
  }

  /** Break all connections and take no new ones. */
  cut(): void {
    this.partition();
    this.#state = 'cut';
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Read no more, and tell whoever connected that nothing more will come: what a server does that stops with much unread. */
  hangUp(): void {
    this.partition();
    for (const socket of this.#accepted) socket.end();
  }

  /** Let everything through again, at full speed. */
  heal(): void {
    this.#state = 'open';
    this.#bytesPerSecond = Infinity;
    this.#opened.resolve();
  }

  /** Let this much through a second, in each direction of each connection: a slow reader, and a slow writer. */
  slow(bytesPerSecond: number): void {
    this.#bytesPerSecond = bytesPerSecond;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#opened.resolve();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(near: Socket): void {
    if (this.#state === 'cut') {
      near.destroy();
      return;
    }
    this.#accepted.add(near);
    near.on('close', () => this.#accepted.delete(near));
    const far = connect(Number(this.#target.port), this.#target.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => undefined);
      from.on('close', () => this.#sockets.delete(from));
      void this.#carry(from, to);
    }
  }

  /** Until one side ends; the other one hears of it as soon as anything goes through. */
  async #carry(from: Socket, to: Socket): Promise<void> {
    try {
      for await (const piece of from as AsyncIterable<Buffer>) await this.#pass(piece, to);
      await this.#opened.promise;
      to.end();
    } catch {
      await this.#opened.promise;
      to.destroy();
    }
  }

  /** Nothing more is read while a piece waits to go on: so a held or slowed way fills up and holds its writer, as a real one does. */
  async #pass(piece: Buffer, to: Socket): Promise<void> {
    for (let rest = piece; rest.length > 0;) {
      await this.#opened.promise;
      const share = Math.max(1, Math.floor((this.#bytesPerSecond * shareMs) / 1000));
      const part = rest.subarray(0, share);
      rest = rest.subarray(part.length);
      await new Promise<void>((written, failed) => to.write(part, (error) => (error ? failed(error) : written())));
      if (this.#bytesPerSecond < Infinity) await sleep(shareMs);
    }
  }
}

/** Put a way that can be broken before a server: `await using way = await tcpProxy(mesh.nats.url)`. */
export function tcpProxy(target: string): Promise<TcpProxy> {
  return TcpProxy.to(target);
}
