// What the client library does not tell its callers: it drops what is published while a connection is down, and lets requests run into their time-outs.
import { RouterError } from '@router-mesh/contracts';
import type { NatsConnection } from '@nats-io/nats-core';
import type { NatsConnectionImpl } from '@nats-io/nats-core/internal';
import { send, type Message } from './outgoing.ts';

interface State {
  connected: boolean;
  /** How much was published while the connection was down. */
  unsent: number;
  /** As the server last said, bytes. */
  maxPayload: number;
  /** Fails those who wait for an answer. */
  readonly waiting: Set<(lost: RouterError) => void>;
}

const states = new WeakMap<NatsConnection, State>();

/** Follow a connection from here on; those that `connectNats` opens are followed from the start. */
export function followState(nc: NatsConnection): State {
  const found = states.get(nc);
  if (found !== undefined) return found;
  const connected = !nc.isClosed() && nc.info !== undefined;
  const state: State = { connected, unsent: 0, maxPayload: 1024 * 1024, waiting: new Set() };
  states.set(nc, state);
  void follow(nc, state);
  return state;
}

async function follow(nc: NatsConnection, state: State): Promise<void> {
  for await (const { type } of nc.status()) {
    if (type === 'disconnect') lose(state);
    if (type === 'reconnect') state.connected = true;
  }
  lose(state);
}

function lose(state: State): void {
  state.connected = false;
  for (const fail of state.waiting) fail(disconnected());
}

function disconnected(): RouterError {
  return new RouterError('unavailable', 'the connection to NATS is down', { details: { reason: 'disconnected' } });
}

/**
 * Publish without waiting. Never throws for a connection that is down or closed: what is said then is lost more often than not, and counted.
 * @throws InvalidArgumentError when the server would not carry it
 */
export function publish(
  nc: NatsConnection,
  subject: string,
  payload?: Message['payload'],
  { headers, reply }: Pick<Message, 'headers' | 'reply'> = {},
): void {
  const state = followState(nc);
  const closed = nc.isClosed() || (nc as NatsConnectionImpl).protocol.noMorePublishing;
  if (closed || !state.connected) state.unsent += 1;
  if (!closed) send(nc, { subject, reply, headers, payload });
}

/** Whether what is published now goes out. */
export function isConnected(nc: NatsConnection): boolean {
  return !nc.isClosed() && followState(nc).connected;
}

/** @throws RouterError `unavailable` while the connection is down */
export function checkConnected(nc: NatsConnection): void {
  if (!isConnected(nc)) throw disconnected();
}

/** How much was published while the connection was down. */
export function unsentPublishes(nc: NatsConnection): number {
  return followState(nc).unsent;
}

/**
 * Wait for an answer for as long as the connection is up.
 * @throws RouterError `unavailable` at once when it is down, and as soon as it goes down; else whatever `ask` throws
 */
export async function whileConnected<Answer>(nc: NatsConnection, ask: () => Promise<Answer>): Promise<Answer> {
  const state = followState(nc);
  if (!state.connected) throw disconnected();
  const lost = Promise.withResolvers<never>();
  state.waiting.add(lost.reject);
  try {
    return await Promise.race([ask(), lost.promise]);
  } finally {
    state.waiting.delete(lost.reject);
  }
}

/** Be told whenever the connection goes down, for as long as it lasts. */
export function whenLost(nc: NatsConnection, listener: (lost: RouterError) => void): void {
  followState(nc).waiting.add(listener);
}

/** The most a message's payload may have on this connection, headers aside (128 KiB are kept for them), bytes. */
export function payloadLimit(nc: NatsConnection): number {
  const state = followState(nc);
  state.maxPayload = nc.info?.max_payload ?? state.maxPayload; // between two connections there is no INFO
  return state.maxPayload - 128 * 1024;
}
