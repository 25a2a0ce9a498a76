// The client library's way to a server, with an ear left for the error that comes when nobody listens any more.
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
 * INVARIANT (no error without an ear): an `error` that a socket emits while nobody listens ends the process.
 *
 * When a server has hung up and not all is written yet, the next write fails, and Node says so in an `error` of the socket, one tick later. The client library
 * (3.4.0) takes all listeners off a socket and destroys it when a connection is closed: in the same tick, the error then finds nobody, and a service that stops
 * together with its server dies of `write after end` instead of ending well; so would any program that uses the SDK. So whoever takes all listeners off leaves
 * one that ignores errors: the library has no use for them by then, and closing is what it does about them before. This can go when it keeps a listener itself.
 */
class Transport extends NodeTransport {
  override setupHandlers(): void {
    super.setupHandlers();
    const { socket } = this;
    const remove = socket.removeAllListeners.bind(socket);
    socket.removeAllListeners = (...events: Parameters<typeof remove>) =>
      remove(...events).on('error', () => undefined);
  }
}
