// The client library's way to a server: it writes once a turn, and has an ear left for the error that comes when nobody listens any more.
import {
  NatsConnectionImpl,
  setTransportFactory,
  type NatsConnection,
  type NodeConnectionOptions,
} from '@nats-io/transport-node';
import { nodeResolveHost, NodeTransport } from '@nats-io/transport-node/lib/node_transport.js';

/** Connect as the client library's `connect` does, but by a transport of ours. */
export function connectByTransport(options: NodeConnectionOptions): Promise<NatsConnection> {
  setTransportFactory({ factory: () => new Transport(), dnsResolveFn: nodeResolveHost });
  return NatsConnectionImpl.connect(options);
}

/**
 * Resolves when what was published in this turn of the event loop has been handed to the system: a process that is killed then has said it.
 * Where a connection is backed up the system takes no more, and it waits in the socket's own queue all the same.
 *
 * The client library hands over in a microtask what `publish` was told, and the transport writes it in an immediate that it asks for there: this one stands behind it.
 */
export function handedOver(): Promise<void> {
  return new Promise((resolve) => queueMicrotask(() => setImmediate(resolve)));
}

/** What is gathered is written when it has so many bytes, whatever the turn; what alone has as many is not copied. */
const mostGatheredBytes = 64 * 1024;

class Transport extends NodeTransport {
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #ending = false;

  /**
   * Write what is said within one turn of the event loop at its end, in one piece.
   *
   * The client library writes after each callback that said something: thirty models that answer in one turn are thirty writes, of 20 µs each, and wake the server up
   * as often. The turn's end is the end of its I/O: a connection with nothing else to do writes at once.
   * INVARIANT (in order, and all of it): everything goes through here, and out before the connection is closed.
   */
  override send(frame: Uint8Array): void {
    if (this.#gatheredBytes + frame.length > mostGatheredBytes) this.#write();
    if (this.#gathered.length === 0) setImmediate(this.#write);
    this.#gathered.push(frame);
    this.#gatheredBytes += frame.length;
    if (this.#ending) this.#write();
  }

  override async close(error?: Error): Promise<void> {
    this.#end();
    await super.close(error);
  }

  override disconnect(): void {
    this.#end();
    super.disconnect();
  }

  /** The turn's end would be too late now. */
  #end(): void {
    this.#ending = true;
    this.#write();
  }

  /** What was gathered for a connection that is gone by now is lost with it. */
  readonly #write = (): void => {
    const [frames, bytes] = [this.#gathered, this.#gatheredBytes];
    const [first] = frames;
    if (first === undefined) return;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    if (!this.isClosed && this.socket !== undefined)
      this.socket.write(frames.length === 1 ? first : Buffer.concat(frames, bytes));
  };

  /**
   * INVARIANT (no error without an ear): an `error` that a socket emits while nobody listens ends the process.
   *
   * When a server has hung up and not all is written yet, the next write fails, and Node says so in an `error` of the socket, one tick later. The client library
   * (3.4.0) takes all listeners off a socket and destroys it when a connection is closed: in the same tick, the error then finds nobody, and a service that stops
   * together with its server dies of `write after end` instead of ending well; so would any program that uses the SDK. So whoever takes all listeners off leaves
   * one that ignores errors: the library has no use for them by then, and closing is what it does about them before. This can go when it keeps a listener itself.
   */
  override setupHandlers(): void {
    super.setupHandlers();
    const { socket } = this;
    const remove = socket.removeAllListeners.bind(socket);
    socket.removeAllListeners = (...events: Parameters<typeof remove>) =>
      remove(...events).on('error', () => undefined);
  }
}
